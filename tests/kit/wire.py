"""HTTP/1 bytes for tests: built from lines, read back strictly from a socket with a deadline."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

DEADLINE = float(os.environ.get("STEELYARD_TEST_DEADLINE", "15"))  # seconds; long enough for a busy machine


class Closed(Exception):
    """The peer closed before what was waited for had arrived; `.data` is what came."""

    def __init__(self, data: bytes = b"") -> None:
        super().__init__(f"closed after {data!r}")
        self.data = data


class Reset(Closed):
    """The peer sent a TCP reset."""


class Late(AssertionError):
    """The deadline passed."""


def http(*lines: str | bytes, body: bytes | str = b"") -> bytes:
    """A message: each line ends with CR LF, then the blank line, then the body as it is."""
    raw = [line.encode("latin-1") if isinstance(line, str) else line for line in lines]
    tail = body.encode("latin-1") if isinstance(body, str) else body
    return b"".join(line + b"\r\n" for line in raw) + b"\r\n" + tail


@dataclass(slots=True)
class Message:
    """One request or response as it came over the wire."""

    start: str
    fields: list[tuple[str, str]]  # names as they came
    head: bytes  # raw, with the blank line
    body: bytes = b""  # decoded
    raw: bytes = b""  # head and body as they came
    trailers: list[tuple[str, str]] = field(default_factory=list)
    chunks: list[bytes] = field(default_factory=list)

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.fields if key.lower() == name.lower()]

    def get(self, name: str) -> str | None:
        values = self.all(name)
        return values[0] if values else None

    @property
    def lowered(self) -> list[tuple[str, str]]:
        """Fields with names in lower case: HAProxy lowers names on the way, Steelyard keeps their case."""
        return [(key.lower(), value) for key, value in self.fields]

    @property
    def status(self) -> int:
        return int(self.start.split(" ")[1])

    @property
    def method(self) -> str:
        return self.start.split(" ")[0]

    @property
    def target(self) -> str:
        return self.start.split(" ")[1]

    @property
    def text(self) -> str:
        return self.body.decode("latin-1")

    @property
    def echoed(self) -> Message:
        """The request that an echo server sent back as its body."""
        head, _, body = self.body.partition(b"\r\n\r\n")
        message = parse_head(head + b"\r\n\r\n")
        message.body = body
        return message


def parse_fields(lines: list[bytes]) -> list[tuple[str, str]]:
    out = []
    for line in lines:
        name, colon, value = line.partition(b":")
        assert colon, f"no colon in {line!r}"
        out.append((name.decode("latin-1"), value.strip(b" \t").decode("latin-1")))
    return out


def parse_head(raw: bytes) -> Message:
    assert raw.endswith(b"\r\n\r\n"), raw
    lines = raw[:-4].split(b"\r\n")
    return Message(lines[0].decode("latin-1"), parse_fields(lines[1:]), raw, raw=raw)


class Wire:
    """A socket with a buffer and deadlines. Used by the client and by the servers."""

    def __init__(self, sock: socket.socket, deadline: float = DEADLINE) -> None:
        self.sock = sock
        self.buffer = b""
        self.deadline = deadline
        self.received = b""  # everything that ever came

    def send(self, data: bytes) -> None:
        self.sock.settimeout(self.deadline)
        try:
            self.sock.sendall(data)
        except TimeoutError as error:
            raise Late(f"could not send {len(data)} bytes") from error
        except (ConnectionResetError, BrokenPipeError) as error:
            raise Reset(self.buffer) from error

    def fill(self, size: int = 65536) -> bytes:
        """Reads once; b"" at the end of the stream."""
        self.sock.settimeout(self.deadline)
        try:
            data = self.sock.recv(size)
        except TimeoutError as error:
            raise Late(f"nothing came within {self.deadline} s; so far {self.buffer[:400]!r}") from error
        except ConnectionResetError as error:
            raise Reset(self.buffer) from error
        self.buffer += data
        self.received += data
        return data

    def exactly(self, size: int) -> bytes:
        while len(self.buffer) < size:
            if not self.fill():
                raise Closed(self.buffer)
        out, self.buffer = self.buffer[:size], self.buffer[size:]
        return out

    def until(self, mark: bytes) -> bytes:
        while mark not in self.buffer:
            if not self.fill():
                raise Closed(self.buffer)
        end = self.buffer.index(mark) + len(mark)
        out, self.buffer = self.buffer[:end], self.buffer[end:]
        return out

    def rest(self) -> bytes:
        """Everything until the peer closes (a reset counts as a close)."""
        end = time.monotonic() + self.deadline
        parts = [self.buffer]
        self.buffer = b""
        try:
            while data := self.fill():
                parts.append(data)
                self.buffer = b""
                if time.monotonic() > end:
                    raise Late("still open")
        except Reset:
            pass
        return b"".join(parts)

    def closed(self) -> bool:
        """Waits for the end of the stream; False when bytes come instead."""
        try:
            return not self.buffer and not self.fill()
        except Reset:
            return True

    def head(self) -> Message:
        return parse_head(self.until(b"\r\n\r\n"))

    def read_chunked(self, message: Message) -> None:
        raw = [message.head]
        while True:
            line = self.until(b"\r\n")
            raw.append(line)
            size = int(line.split(b";")[0].strip(), 16)
            if size == 0:
                break
            data = self.exactly(size)
            message.chunks.append(data)
            end = self.exactly(2)
            assert end == b"\r\n", end
            raw += [data, end]
        while True:
            line = self.until(b"\r\n")
            raw.append(line)
            if line == b"\r\n":
                break
            message.trailers += parse_fields([line[:-2]])
        message.body = b"".join(message.chunks)
        message.raw = b"".join(raw)

    def read_body(self, message: Message, *, until_close: bool = False) -> None:
        if "chunked" in (message.get("transfer-encoding") or "").lower():
            self.read_chunked(message)
        elif (length := message.get("content-length")) is not None:
            message.body = self.exactly(int(length))
            message.raw = message.head + message.body
        elif until_close:
            message.body = self.rest()
            message.raw = message.head + message.body

    def shut(self) -> None:
        """Closes our direction only."""
        self.sock.shutdown(socket.SHUT_WR)

    def reset(self) -> None:
        """Closes with a TCP reset."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        self.sock.close()

    def close(self) -> None:
        self.sock.close()


def split_bytes(data: bytes, size: int) -> Iterator[bytes]:
    for at in range(0, len(data), size):
        yield data[at : at + size]

"""Servers on real sockets, each with a behaviour: a function that is handed every accepted connection."""

from __future__ import annotations

import os
import select
import socket
import threading
import time
from collections.abc import Callable

from tests.kit.wire import DEADLINE, Closed, Late, Message, Wire

Behaviour = Callable[["Conn"], None]


class Conn(Wire):
    """One accepted connection; `requests` counts what was read on it."""

    def __init__(self, sock: socket.socket, server: Server) -> None:
        super().__init__(sock)
        self.server = server
        self.requests: list[Message] = []

    def fill(self, size: int = 65536) -> bytes:
        data = super().fill(size)
        self.server.note_bytes(data)
        return data

    def request(self) -> Message:
        """One request with its body. Raises Closed when the proxy closes instead."""
        message = self.request_head()
        self.read_body(message)
        return message

    def request_head(self) -> Message:
        message = self.head()
        self.requests.append(message)
        self.server.note_request(message)
        return message

    def stall(self) -> None:
        """Waits until the test releases the server or the peer closes."""
        end = time.monotonic() + 2 * DEADLINE
        while not self.server.gate.is_set() and time.monotonic() < end:
            wanted: list[int] = [self.sock.fileno(), self.server.wake_r]
            ready, _, _ = select.select(wanted, [], [], 1.0)
            if wanted[0] in ready:
                try:
                    if not self.fill():
                        raise Closed(self.buffer)
                except Closed:
                    self.server.note_abort()
                    raise


class Server:
    """A listening server. `str(server)` is the address to write after `server NAME`."""

    def __init__(
        self, behaviour: Behaviour, name: str = "s", *, host: str = "127.0.0.1", port: int = 0, path: str | None = None
    ) -> None:
        self.behaviour = behaviour
        self.name = name
        self.path = path
        if path is not None:
            self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self.sock.bind("\0" + path[5:] if path.startswith("abns@") else path)
        else:
            self.sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            self.sock.bind((host, port))
        self.sock.listen(512)
        self.host = host
        self.gate = threading.Event()
        self.wake_r, self._wake_w = os.pipe()
        self.news = threading.Condition()
        self.connections = 0
        self.open = 0
        self.most_open = 0
        self.aborts = 0
        self.received = b""
        self.requests: list[Message] = []
        self.faults: list[BaseException] = []
        self._stopping = False
        self._live: set[socket.socket] = set()
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def __str__(self) -> str:
        return self.path or f"{self.host}:{self.port}"

    @property
    def port(self) -> int:
        return int(self.sock.getsockname()[1])

    @property
    def address(self) -> tuple[str, int] | str:
        return self.path or (self.host, self.port)

    def note_bytes(self, data: bytes) -> None:
        with self.news:
            self.received += data
            self.news.notify_all()

    def note_request(self, message: Message) -> None:
        with self.news:
            self.requests.append(message)
            self.news.notify_all()

    def note_abort(self) -> None:
        with self.news:
            self.aborts += 1
            self.news.notify_all()

    def wait(self, ready: Callable[[Server], object], deadline: float = DEADLINE) -> None:
        with self.news:
            if not self.news.wait_for(lambda: ready(self), deadline):
                raise Late(
                    f"server {self.name}: {self.connections} connections, {len(self.requests)} requests, {self.aborts} aborts"
                )

    def wait_requests(self, count: int) -> None:
        self.wait(lambda server: len(server.requests) >= count)

    def release(self) -> None:
        """Ends every stall, now and later."""
        self.gate.set()
        os.write(self._wake_w, b"x")

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self.sock.accept()
            except OSError:
                return
            if self._stopping:
                sock.close()
                return
            if self.path is None:
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self.news:
                self.connections += 1
                self.open += 1
                self.most_open = max(self.most_open, self.open)
                self._live.add(sock)
                self.news.notify_all()
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        conn = Conn(sock, self)
        try:
            self.behaviour(conn)
        except (Closed, OSError):
            pass
        except BaseException as error:  # shown by the fixture at the end of the test
            if not self._stopping:
                self.faults.append(error)
        finally:
            with self.news:
                self.open -= 1
                self._live.discard(sock)
                self.news.notify_all()
            sock.close()

    def stop_listening(self) -> None:
        """The port refuses from now on; open connections live on."""
        self._stopping = True
        try:
            self.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.sock.close()
        self._thread.join(DEADLINE)

    def close(self) -> None:
        self.release()
        if not self._stopping:
            self.stop_listening()
        with self.news:
            for sock in self._live:
                try:
                    sock.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
            self.news.wait_for(lambda: self.open == 0, DEADLINE)
        os.close(self.wake_r)
        os.close(self._wake_w)

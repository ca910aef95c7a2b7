"""What servers do, by name. Each is a behaviour or makes one."""

from __future__ import annotations

from tests.kit.server import Behaviour, Conn
from tests.kit.wire import http, split_bytes

ACCEPT = "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="  # the answer to RFC 6455's own sample key


def wants_close(head: bytes) -> bool:
    low = head.lower()
    return b"connection: close" in low or (b" http/1.0\r\n" in low and b"keep-alive" not in low)


def echo(conn: Conn) -> None:
    """Answers 200 with the request, as it came, for a body; keeps the connection while it may."""
    while True:
        request = conn.request()
        body = request.head + request.body
        lines = ["HTTP/1.1 200 OK", f"content-length: {len(body)}", f"x-server: {conn.server.name}"]
        close = wants_close(request.head)
        conn.send(http(*lines, *(["connection: close"] if close else []), body=b"" if request.method == "HEAD" else body))
        if close:
            return


def hello(conn: Conn) -> None:
    """Answers 200 with its name for a body."""
    body = conn.server.name.encode()
    while True:
        request = conn.request()
        conn.send(http("HTTP/1.1 200 OK", f"content-length: {len(body)}", body=b"" if request.method == "HEAD" else body))


def reply(data: bytes, *, close: bool = False) -> Behaviour:
    """Answers every request with these bytes."""

    def behave(conn: Conn) -> None:
        while True:
            conn.request()
            conn.send(data)
            if close:
                return

    return behave


def replies(*each: bytes) -> Behaviour:
    """Answers the first request of a connection with the first bytes, and so on, then closes."""

    def behave(conn: Conn) -> None:
        for data in each:
            conn.request()
            conn.send(data)

    return behave


def in_pieces(data: bytes, size: int = 1) -> Behaviour:
    """Answers with these bytes, a few in each packet."""

    def behave(conn: Conn) -> None:
        while True:
            conn.request()
            for part in split_bytes(data, size):
                conn.send(part)

    return behave


def stall_before_head(conn: Conn) -> None:
    """Reads the request and answers nothing until it is released; then its name."""
    conn.request()
    conn.stall()
    body = conn.server.name.encode()
    conn.send(http("HTTP/1.1 200 OK", f"content-length: {len(body)}", body=body))


def stall_after(data: bytes) -> Behaviour:
    """Sends these bytes, then nothing until it is released."""

    def behave(conn: Conn) -> None:
        conn.request()
        conn.send(data)
        conn.stall()

    return behave


def stall_at_once(conn: Conn) -> None:
    """Accepts and does nothing."""
    conn.stall()


def close_at_once(conn: Conn) -> None:
    """Reads the request and closes without an answer."""
    conn.request()


def reset_at_once(conn: Conn) -> None:
    """Reads the request and resets."""
    conn.request()
    conn.reset()


def reset_after(data: bytes) -> Behaviour:
    """Sends these bytes, waits to be released, and resets."""

    def behave(conn: Conn) -> None:
        conn.request()
        conn.send(data)
        conn.server.gate.wait(15)
        conn.reset()

    return behave


def early(data: bytes) -> Behaviour:
    """Answers when it has the head, before the body, then reads on."""

    def behave(conn: Conn) -> None:
        conn.request_head()
        conn.send(data)
        conn.rest()

    return behave


def continues(conn: Conn) -> None:
    """Says 100, then reads the body and echoes the whole."""
    while True:
        request = conn.request_head()
        if request.get("expect"):
            conn.send(http("HTTP/1.1 100 Continue"))
        conn.read_body(request)
        body = request.head + request.body
        conn.send(http("HTTP/1.1 200 OK", f"content-length: {len(body)}", body=body))


def upgrade(conn: Conn) -> None:
    """Says 101, then sends back every byte it gets."""
    conn.request_head()
    conn.send(http("HTTP/1.1 101 Switching Protocols", "Connection: Upgrade", "Upgrade: websocket", ACCEPT))
    pump(conn)


def pump(conn: Conn) -> None:
    """A TCP echo: every byte back, then closes when the client has closed its direction."""
    while True:
        if conn.buffer:
            data, conn.buffer = conn.buffer, b""
            conn.send(data)
        elif not conn.fill():
            return


def collect(conn: Conn) -> None:
    """TCP: reads until the client closes its direction, then answers how many bytes came."""
    data = conn.rest()
    conn.send(b"got %d" % len(data))


def greet(data: bytes) -> Behaviour:
    """TCP: sends these bytes at once and closes its direction, then reads to the end."""

    def behave(conn: Conn) -> None:
        conn.send(data)
        conn.shut()
        conn.rest()

    return behave


def name_then_pump(conn: Conn) -> None:
    """TCP: says its name and a line end, then echoes."""
    conn.send(conn.server.name.encode() + b"\n")
    pump(conn)


def raw(data: bytes) -> Behaviour:
    """TCP: on the first bytes of anything, these bytes back, then closes."""

    def behave(conn: Conn) -> None:
        conn.fill()
        conn.send(data)

    return behave

"""A raw client: it sends exactly the bytes it is given."""

from __future__ import annotations

import socket
from types import TracebackType

from tests.kit.wire import DEADLINE, Message, Wire

Address = tuple[str, int] | str


class Client(Wire):
    def response(self, method: str = "GET", *, interim: bool = False) -> Message:
        """Reads one response. Interim (1xx) ones are skipped unless `interim` is set; 101 is always handed over."""
        while True:
            message = self.head()
            code = message.status
            if code == 101 or (100 <= code < 200 and interim):
                return message
            if code >= 200:
                break
        bodiless = method == "HEAD" or code in (204, 304) or (method == "CONNECT" and code < 300)
        if not bodiless:
            self.read_body(message, until_close=True)
        return message

    def ask(self, data: bytes, method: str | None = None) -> Message:
        self.send(data)
        return self.response(method or data.split(b" ", 1)[0].decode("latin-1"))

    def __enter__(self) -> Client:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def connect(address: Address, *, source: str | None = None, deadline: float = DEADLINE) -> Client:
    """Connects by TCP (host, port) or, for a string, by unix socket path. `source` binds the client's own address."""
    if isinstance(address, str):
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        sock.settimeout(deadline)
        sock.connect("\0" + address[5:] if address.startswith("abns@") else address)
        return Client(sock, deadline)
    bound = (source, 0) if source else None
    sock = socket.create_connection(address, timeout=deadline, source_address=bound)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return Client(sock, deadline)

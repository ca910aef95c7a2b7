"""Sample HTTP servers, one thread each and one a connection: enough to look at, not to measure with."""

from __future__ import annotations

import html
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# How long a server that was told to fails its health checks.
SICK_S = 10.0

_PAGE = """<!doctype html>
<meta charset="utf-8"><title>{name}</title>
<style>body{{font:18px/1.6 system-ui,sans-serif;max-width:38em;margin:3em auto;padding:0 1em;color:#223}}
b{{color:{colour}}}code{{background:#eef;padding:.1em .3em}}</style>
<h1>Server <b>{name}</b> answered</h1>
<p>This is request {count} to this server. Reload, and the other one answers.</p>
<p><a href="/break">Let this server fail its checks</a> for {sick:.0f} seconds,
and watch it on the <a href="/stats">statistics page</a>.</p>
<p><a href="/private">/private</a> is refused by a rule of the balancer.</p>
<p>The request, as it arrived here:</p><pre><code>{head}</code></pre>
"""


class SampleServer(ThreadingHTTPServer):
    """`port` is known when it is made; `start` serves in the background until the process ends."""

    daemon_threads = True

    def __init__(self, name: str, colour: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.name = name
        self.colour = colour
        self.count = 0
        self.sick_until = 0.0

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that leaves early is no news."""

    def start(self) -> None:
        threading.Thread(target=self.serve_forever, name=self.name, daemon=True).start()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body leave together: a health check closes as soon as it has read the head
    server: SampleServer

    def do_GET(self) -> None:
        server = self.server
        if self.path == "/health":
            sick = time.monotonic() < server.sick_until
            self._answer(503 if sick else 200, "text/plain", b"sick\n" if sick else b"well\n")
            return
        if self.path == "/break":
            server.sick_until = time.monotonic() + SICK_S
        server.count += 1
        head = html.escape(f"{self.requestline}\n{self.headers}")
        page = _PAGE.format(name=server.name, colour=server.colour, count=server.count, sick=SICK_S, head=head)
        self._answer(200, "text/html; charset=utf-8", page.encode())

    do_HEAD = do_GET

    def _answer(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """The balancer logs."""

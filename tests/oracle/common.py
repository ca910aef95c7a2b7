"""Short ways to write the usual configurations and requests of the oracle cases."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from tests.kit import Proxy, Runner, http
from tests.kit.behaviours import hello

GET = http("GET / HTTP/1.1", "Host: a.test")


def site(run: Runner, front: str = "", back: str = "", server: str = "", top: str = "", **given: Any) -> Proxy:
    """A frontend `fe` and a backend `be` with the server `s1`; `front` and `back` are lines, `server` words after it."""
    return run(
        f"{top}\nfrontend fe\n    bind <fe>\n{_indent(front)}\n    default_backend be\n"
        f"backend be\n{_indent(back)}\n    server s1 <s1> {server}\n",
        **given,
    )


def _indent(text: str) -> str:
    return "\n".join("    " + line.strip() for line in text.strip().splitlines())


def since(run: Runner, *version: int) -> None:
    """Passes over a HAProxy that does not know the word yet. What newer ones do was found out by hand."""
    if run.program.is_haproxy and run.program.version < version:
        pytest.skip(f"HAProxy knows it since {'.'.join(map(str, version))}")


STATS = "frontend st\n    mode http\n    bind <st>\n    stats enable\n    stats uri /\n"
"""A frontend `st` that tells the statistics."""


def table(proxy: Proxy, name: str = "st") -> dict[tuple[str, str], dict[str, str]]:
    """The statistics, by proxy and service."""
    text = proxy.ask(get("/;csv", "Connection: close"), name).text.lstrip("# ")
    return {(row["pxname"], row["svname"]): row for row in csv.DictReader(io.StringIO(text))}


def word(text: str) -> str:
    """One word of a configuration, whatever is in it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$") + '"'


def answers(expressions: Iterable[str]) -> str:
    """Rules that show an expression, in brackets: the one whose number the request's field `X-Case` gives."""
    return "".join(
        f"    http-request return content-type text/plain lf-string {word(f'[%[{each}]]')} if {{ req.hdr(x-case) -m str {number} }}\n"
        for number, each in enumerate(expressions)
    )


def bare(run: Runner, serve: Callable[..., Any], rules: str, top: str = "", **given: Any) -> Proxy:
    """As `site`, with timeouts that a slow machine does not reach and nothing else in the defaults; `top` are lines of the global
    section."""
    return run(
        f"global\n    maxconn 100\n{top}\n"
        "defaults\n    mode http\n    timeout client 20s\n    timeout server 20s\n    timeout connect 20s\n"
        f"frontend fe\n    bind <fe>\n{rules}\n    default_backend be\nbackend be\n    server s1 <s1>\n",
        bare=True,
        s1=serve(hello),
        **given,
    )


def wrong_values(proxy: Proxy, rows: Iterable[tuple[str, str, bytes]]) -> dict[str, tuple[str, str]]:
    """Asks a proxy with the rules of `answers` for each expression in turn: (expression, value, request). Gives those whose value
    is another one, and both values."""
    wrong = {}
    with proxy.connect() as client:
        for expression, want, request in rows:
            got = client.ask(request).text
            if got != f"[{want}]":
                wrong[expression] = (got, want)
    return wrong


def get(target: str = "/", *fields: str, version: str = "1.1") -> bytes:
    return http(f"GET {target} HTTP/{version}", "Host: a.test", *fields)


PAGES = {
    # HAProxy's built-in error pages: status -> (reason, sentence). The body is always made the same way.
    400: ("Bad request", "Your browser sent an invalid request."),
    401: ("Unauthorized", "You need a valid user and password to access this content."),
    403: ("Forbidden", "Request forbidden by administrative rules."),
    408: ("Request Time-out", "Your browser didn't send a complete request in time."),
    502: ("Bad Gateway", "The server returned an invalid or incomplete response."),
    503: ("Service Unavailable", "No server is available to handle this request."),
    504: ("Gateway Time-out", "The server didn't respond in time."),
}

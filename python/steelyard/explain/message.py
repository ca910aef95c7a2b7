"""HTTP messages as people write them, in bytes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from http import HTTPStatus
from urllib.parse import SplitResult, urlsplit

# The end of a head, with either kind of line.
_GAP = re.compile(rb"\r?\n\r?\n")


class MessageError(ValueError):
    """The words don't make a message; says what to write."""


def request(method: str, url: str, headers: Iterable[tuple[str, str]] = (), body: bytes = b"") -> bytes:
    """An HTTP/1.1 request. `url` is absolute or a path; `Host` and `Content-Length` are added where they are missing."""
    if not method or not url or any(letter <= " " or letter == "\x7f" for letter in method + url):
        raise MessageError(f"{f'{method} {url}'!r} is not a request: write GET /path, and spaces in it as %20")
    if method == "CONNECT" and "/" not in url:
        return _bytes(f"CONNECT {url} HTTP/1.1", url, headers, body)
    parts = _split(url)
    if parts.scheme not in ("", "http", "https"):
        raise MessageError(f"'{url}' is neither a path nor an http URL: write 'GET /path' or 'GET http://host/path'")
    if not parts.netloc and not url.startswith(("/", "*")):
        raise MessageError(f"'{url}' is not a path: it begins with '/'")
    target = url if not parts.netloc else (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return _bytes(f"{method} {target} HTTP/1.1", parts.netloc.rpartition("@")[2] or "localhost", headers, body)


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:
        raise MessageError(f"'{url}' is not a URL: write http://host/path, or http://[2001:db8::1]/path") from None


def _bytes(start: str, host: str, headers: Iterable[tuple[str, str]], body: bytes) -> bytes:
    headers = list(headers)
    named = {name.lower() for name, _ in headers}
    lines = [start]
    if "host" not in named:
        lines.append(f"Host: {host}")
    lines += [f"{name}: {value}" for name, value in headers]
    if body and not named & {"content-length", "transfer-encoding"}:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape") + body


def response(status: int, headers: Iterable[tuple[str, str]] = (), body: bytes = b"") -> bytes:
    """An HTTP/1.1 response with `Content-Length`."""
    try:
        reason = HTTPStatus(status).phrase
    except ValueError:
        reason = "Status"
    lines = [f"HTTP/1.1 {status} {reason}", *(f"{name}: {value}" for name, value in headers), f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape") + body


def raw(data: bytes) -> bytes:
    """A message from a file: bare line feeds of its head become CR LF, and an end of the head is added where there is none."""
    data = data.lstrip(b"\r\n")
    if not data.strip():
        raise MessageError("there is no message in it: the first line is as 'GET /path HTTP/1.1'")
    end = _GAP.search(data)
    head, body = (data[: end.start()], data[end.end() :]) if end else (data, b"")
    lines = head.replace(b"\r\n", b"\n").strip(b"\n").split(b"\n")
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def header(text: str) -> tuple[str, str]:
    """`Name: value`."""
    name, colon, value = text.partition(":")
    if not colon or not name.strip() or any(each in text for each in "\r\n\0"):
        raise MessageError(f"'{text}' is not a header: write 'Name: value'")
    return name.strip(), value.strip()


def port_of(url: str) -> int | None:
    """The port that an absolute URL asks for, that of its scheme where it names none."""
    parts = _split(url)
    if not parts.netloc:
        return None
    try:
        return parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        raise MessageError(f"the port of '{url}' is not a number up to 65535") from None

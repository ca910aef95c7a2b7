"""The steps of `tcp-check` (manual section 4.2), as the user declared them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from steelyard.config.span import NOWHERE, Span

ContentKind = Literal["string", "rstring", "binary", "rbinary"]
CheckStatus = Literal["", "L4OK", "L6OK", "L7OK", "L7OKC", "L4CON", "L6RSP", "L7RSP", "L7STS", "L4TOUT", "L6TOUT", "L7TOUT"]


@dataclass(frozen=True, slots=True)
class TcpComment:
    """Is told with the failure of the step behind it."""

    text: str
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class TcpConnect:
    """`port` 0 and `host` empty: those of the server's checks. `default`: with all that the server's line says."""

    port: int = 0
    host: str = ""
    send_proxy: bool = False
    linger: bool = False
    default: bool = False
    comment: str = ""
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class TcpSend:
    data: bytes
    comment: str = ""
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class TcpExpect:
    """`value` as it was written; of a binary, hexadecimal digits. `least`: bytes that are waited for; -1: until it matches.

    A status is empty where the usual one of the case is meant.
    """

    kind: ContentKind
    value: str
    negated: bool = False
    least: int = -1
    ok: CheckStatus = ""
    error: CheckStatus = ""
    late: CheckStatus = ""
    comment: str = ""
    span: Span = NOWHERE


TcpStep = TcpComment | TcpConnect | TcpSend | TcpExpect

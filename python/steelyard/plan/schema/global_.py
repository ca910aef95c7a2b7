"""What holds for the whole process: twin of `plan/global.rs`."""

from __future__ import annotations

from typing import Literal

from msgspec import field

from steelyard.plan.schema.base import Node
from steelyard.plan.schema.rule import Rule

LogFormatName = Literal["rfc3164", "rfc5424", "local", "priority", "short", "timed", "iso", "raw"]


class LogUdp(Node, frozen=True, tag="udp"):
    address: str
    port: int


class LogUnix(Node, frozen=True, tag="unix"):
    path: str


class LogFd(Node, frozen=True, tag="fd"):
    fd: int


LogTransport = LogUdp | LogUnix | LogFd


class LogTarget(Node, frozen=True):
    """One `log` line. Levels are syslog's: 0 (emerg) to 7 (debug); `length` in bytes."""

    transport: LogTransport
    format: LogFormatName
    facility: int
    level: int
    min_level: int
    length: int


class Global(Node, frozen=True):
    """`init`: assignments to variables of the process, done once before the start."""

    nbthread: int = 1
    maxconn: int = 10_000
    maxconnrate: int = 0
    hostname: str = ""
    node: str = ""
    description: str = ""
    logs: list[LogTarget] = field(default_factory=list)
    log_tag: str = "haproxy"
    log_send_hostname: str | None = None
    bufsize: int = 16_384
    maxrewrite: int = 1_024
    max_headers: int = 101
    hard_stop_after: int = 0
    spread_checks: int = 0
    pool_max_idle: int = 1_024
    process: int = 1
    nosplice: bool = False
    init: list[Rule] = field(default_factory=list)


class User(Node, frozen=True):
    """`insecure`: the password is in clear, else a crypt(3) hash."""

    name: str
    password: str
    insecure: bool
    groups: list[str]


class Userlist(Node, frozen=True):
    name: str
    users: list[User]

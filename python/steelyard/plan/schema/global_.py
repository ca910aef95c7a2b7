"""What holds for the whole process: twin of `plan/global.rs`."""

from __future__ import annotations

from typing import Literal

from msgspec import field

from steelyard.plan.schema.base import Node
from steelyard.plan.schema.expr import LogFormat
from steelyard.plan.schema.rule import Rule
from steelyard.plan.schema.server import Address, AddressInet

LogFormatName = Literal["rfc3164", "rfc5424", "local", "priority", "short", "timed", "iso", "raw"]


class LogUdp(Node, frozen=True, tag="udp"):
    address: str
    port: int


class LogUnix(Node, frozen=True, tag="unix"):
    path: str


class LogAbstract(Node, frozen=True, tag="abstract"):
    name: str


class LogRing(Node, frozen=True, tag="ring"):
    """`ring`: index in `Global.rings`."""

    ring: int


class LogFd(Node, frozen=True, tag="fd"):
    fd: int


class LogToBackend(Node, frozen=True, tag="backend"):
    """`backend`: index in `Global.log_backends`."""

    backend: int


LogTransport = LogUdp | LogUnix | LogAbstract | LogFd | LogRing | LogToBackend
# When the one line of a stream is written: at once, when the server was reached (TCP) or has answered (HTTP), or last.
LogMoment = Literal["accept", "answer", "end"]
LogStep = Literal[
    "accept",
    "request",
    "connect",
    "response",
    "close",
    "error",
    "any",
    "tcp_req_conn",
    "tcp_req_sess",
    "tcp_req_cont",
    "tcp_res_cont",
    "http_req",
    "http_res",
    "http_after_res",
]


class LogSample(Node, frozen=True):
    """`sample 2-3,8:10`: which of each `size` lines; both ends of a range count, from 1."""

    ranges: list[tuple[int, int]]
    size: int


class ProfileStep(Node, frozen=True):
    """`on <step> ...`"""

    step: LogStep
    drop: bool
    format: LogFormat | None
    sd: LogFormat | None


class LogProfile(Node, frozen=True):
    name: str = ""
    tag: str | None = None
    steps: list[ProfileStep] = field(default_factory=list)


class RingServer(Node, frozen=True):
    """`octet_count`: RFC 6587 section 3.4.1; else lines end with a line feed."""

    address: Address = field(default_factory=lambda: AddressInet(ip="0.0.0.0", port=0))
    octet_count: bool = False


class Ring(Node, frozen=True):
    """`size`: bytes that may wait for a server. Times in milliseconds, 0 is no limit."""

    name: str = ""
    size: int = 0
    servers: list[RingServer] = field(default_factory=list)
    timeout_connect: int = 0
    timeout_server: int = 0


class LogBackend(Node, frozen=True):
    """A backend in `mode log`: its index in `Plan.proxies`, and how each of its servers is reached."""

    proxy: int = 0
    servers: list[LogTransport] = field(default_factory=list)


class LogTarget(Node, frozen=True):
    """One `log` line. Levels are syslog's: 0 (emerg) to 7 (debug); `length` in bytes."""

    transport: LogTransport
    format: LogFormatName
    facility: int
    level: int
    min_level: int
    length: int
    sample: LogSample | None
    profile: int | None


class Tracing(Node, frozen=True):
    """Requests that carry this header and come from one of these networks (address, prefix length) are traced."""

    header: str
    sources: list[tuple[str, int]]


class VarLimits(Node, frozen=True):
    """`tune.vars.*-max-size`: bytes of variables; 0 is no limit."""

    global_: int = field(default=0, name="global")
    process: int = 0
    session: int = 0
    transaction: int = 0
    message: int = 0


class JwtCertificate(Node, frozen=True):
    """A name of a certificate that decrypts tokens, and its private key in PEM."""

    name: str
    key: str

    def __repr__(self) -> str:
        return f"JwtCertificate({self.name!r})"


JWT_ALGORITHMS = (
    "dir A128KW A192KW A256KW A128GCMKW A192GCMKW A256GCMKW RSA-OAEP RSA-OAEP-256"
    " ECDH-ES ECDH-ES+A128KW ECDH-ES+A192KW ECDH-ES+A256KW"
)
"""All but RSA1_5 (RFC 8725 section 3.2)."""
JWT_ENCRYPTIONS = "A128CBC-HS256 A192CBC-HS384 A256CBC-HS512 A128GCM A192GCM A256GCM"


class Global(Node, frozen=True):
    """`init`: assignments to variables of the process, done once before the start. `tracing` comes from the command line.
    `jwt_algorithms`, `jwt_encryptions`: how tokens that are decrypted may be encrypted.
    `http_err_codes`, `http_fail_codes`: ranges of statuses that stick tables count, both ends included.
    """

    nbthread: int = 1
    maxconn: int = 10_000
    maxconnrate: int = 0
    hostname: str = ""
    node: str = ""
    description: str = ""
    logs: list[LogTarget] = field(default_factory=list)
    log_profiles: list[LogProfile] = field(default_factory=list)
    rings: list[Ring] = field(default_factory=list)
    log_backends: list[LogBackend] = field(default_factory=list)
    log_tag: str = "haproxy"
    log_send_hostname: str | None = None
    bufsize: int = 16_384
    bufsize_large: int = 0
    maxrewrite: int = 1_024
    max_headers: int = 101
    any_payload: bool = False
    http_err_codes: list[tuple[int, int]] = field(default_factory=lambda: [(400, 499)])
    http_fail_codes: list[tuple[int, int]] = field(default_factory=lambda: [(500, 500), (502, 504), (506, 599)])
    log_uri_length: int = 1023
    hard_stop_after: int = 0
    spread_checks: int = 0
    pool_max_idle: int = 1_024
    process: int = 1
    nosplice: bool = False
    init: list[Rule] = field(default_factory=list)
    jwt_algorithms: list[str] = field(default_factory=JWT_ALGORITHMS.split)
    jwt_encryptions: list[str] = field(default_factory=JWT_ENCRYPTIONS.split)
    var_limits: VarLimits = field(default_factory=VarLimits)
    jwt_certificates: list[JwtCertificate] = field(default_factory=list)
    tracing: Tracing | None = None


class User(Node, frozen=True):
    """`insecure`: the password is in clear, else a crypt(3) hash."""

    name: str
    password: str
    insecure: bool
    groups: list[str]


class Userlist(Node, frozen=True):
    name: str
    users: list[User]

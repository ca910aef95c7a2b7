"""Frontends, backends and listens: twin of `plan/proxy.rs`."""

from __future__ import annotations

from typing import Literal

from msgspec import field

from steelyard.plan.schema.balance import Balance
from steelyard.plan.schema.base import At, Node
from steelyard.plan.schema.expr import Cond, LogFormat, LogItem
from steelyard.plan.schema.global_ import LogMoment, LogStep, LogTarget
from steelyard.plan.schema.reply import ErrorFile
from steelyard.plan.schema.rule import Rule
from steelyard.plan.schema.server import Address, Server, SourceAddress, any_address
from steelyard.plan.schema.table import StickRule

Mode = Literal["tcp", "http"]
KeepAlive = Literal["keep_alive", "server_close", "close"]
HttpReuse = Literal["never", "safe", "aggressive", "always"]
CookieMode = Literal["rewrite", "insert", "prefix", "passive"]


class Timeouts(Node, frozen=True):
    """Milliseconds; None is without limit."""

    client: int | None = None
    client_fin: int | None = None
    connect: int | None = None
    server: int | None = None
    server_fin: int | None = None
    queue: int | None = None
    tunnel: int | None = None
    http_request: int | None = None
    http_keep_alive: int | None = None
    check: int | None = None
    tarpit: int | None = None
    inspect: int | None = None
    inspect_response: int | None = None


class Probes(Node, frozen=True):
    """How TCP asks a silent peer whether it is still there: how often, and after how many seconds. 0 is as the system has it."""

    count: int = 0
    idle: int = 0
    interval: int = 0


class Options(Node, frozen=True):
    """Options of manual section 4; `redispatch_after` 0 is the last try only."""

    http_connection: KeepAlive = "keep_alive"
    abortonclose: bool = False
    accept_invalid_http_request: bool = False
    accept_invalid_http_response: bool = False
    allbackups: bool = False
    clitcpka: bool = False
    clitcpka_probes: Probes = field(default_factory=Probes)
    srvtcpka: bool = False
    srvtcpka_probes: Probes = field(default_factory=Probes)
    contstats: bool = False
    dontlog_normal: bool = False
    dontlognull: bool = False
    http_buffer_request: bool = False
    http_ignore_probes: bool = False
    http_no_delay: bool = False
    http_pretend_keepalive: bool = False
    http_proxy: bool = False
    http_use_proxy_header: bool = False
    idle_close_on_response: bool = False
    log_health_checks: bool = False
    log_separate_errors: bool = False
    logasap: bool = False
    nolinger: bool = False
    persist: bool = False
    prefer_last_server: bool = False
    redispatch: bool = False
    redispatch_after: int = 0
    splice_auto: bool = False
    splice_request: bool = False
    splice_response: bool = False
    tcp_smart_accept: bool = False
    tcp_smart_connect: bool = False
    transparent: bool = False


class Rulesets(Node, frozen=True):
    tcp_request_connection: list[Rule] = field(default_factory=list)
    tcp_request_session: list[Rule] = field(default_factory=list)
    tcp_request_content: list[Rule] = field(default_factory=list)
    tcp_response_content: list[Rule] = field(default_factory=list)
    http_request: list[Rule] = field(default_factory=list)
    http_response: list[Rule] = field(default_factory=list)
    http_after_response: list[Rule] = field(default_factory=list)


class ForwardFor(Node, frozen=True, rename={"except_": "except"}):
    """`except_`: networks for which nothing is added."""

    header: str
    except_: list[tuple[str, int]]
    if_none: bool


class Stats(Node, frozen=True):
    """The page is made by the Python side. `refresh` in seconds."""

    uri: str = ""
    realm: str | None = None
    users: list[tuple[str, str]] = field(default_factory=list)
    refresh: int | None = None
    hide_version: bool = False
    show_legends: bool = False
    show_node: str | None = None
    show_desc: str | None = None
    scope: list[str] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    admin: list[Cond] = field(default_factory=list)


class UseBackend(Node, frozen=True):
    """`backend`: index in `Plan.proxies`, or None where `name` is evaluated and looked up."""

    at: At
    backend: int | None
    name: LogFormat
    cond: Cond | None
    text: str


class UseServer(Node, frozen=True):
    """`server`: index in `Backend.servers`, or None where `name` is evaluated and looked up."""

    at: At
    server: int | None
    name: LogFormat
    cond: Cond | None
    text: str


class PersistRule(Node, frozen=True):
    """`force-persist` (`force`) or `ignore-persist`; the first that applies counts."""

    at: At
    force: bool
    cond: Cond
    text: str


class Bind(Node, frozen=True):
    """A listening socket. `process/` opens it and puts its descriptor in `fd`; -1 until then."""

    id: int = 0
    name: str = ""
    at: At = field(default_factory=At)
    address: Address = field(default_factory=any_address)
    fd: int = 0
    maxconn: int = 0
    accept_proxy: bool = False
    netscaler_cip: int = 0


class HeaderCapture(Node, frozen=True):
    """The last line of a header, for the log; `at` gives its place among the capture rules."""

    at: At
    name: str
    len: int


class CookieCapture(Node, frozen=True):
    """`name`: what `name=value` begins with; `len` bytes of it are kept."""

    name: str
    len: int


class Frontend(Node, frozen=True):
    binds: list[Bind] = field(default_factory=list)
    maxconn: int = 0
    rate_limit_sessions: int = 0
    use_backend: list[UseBackend] = field(default_factory=list)
    default_backend: int | None = None
    monitor_uri: str | None = None
    monitor_fail: list[Cond] = field(default_factory=list)
    capture_request: list[HeaderCapture] = field(default_factory=list)
    capture_response: list[HeaderCapture] = field(default_factory=list)
    capture_cookie: CookieCapture | None = None
    log_moment: LogMoment = "end"
    log_steps: list[LogStep] = field(default_factory=list)


class Cookie(Node, frozen=True):
    """`maxidle`, `maxlife` in seconds; 0 is no limit."""

    name: str = ""
    mode: CookieMode = "insert"
    indirect: bool = False
    nocache: bool = False
    postonly: bool = False
    preserve: bool = False
    httponly: bool = False
    secure: bool = False
    domains: list[str] = field(default_factory=list)
    maxidle: int = 0
    maxlife: int = 0
    attrs: list[str] = field(default_factory=list)
    dynamic: bool = False
    dynamic_key: str | None = None


class RetryOn(Node, frozen=True):
    """When a request goes to a server once more: what failed, and statuses of responses that the client does not get."""

    connection: bool = True
    empty: bool = False
    junk: bool = False
    timeout: bool = False
    statuses: list[int] = field(default_factory=list)


class Backend(Node, frozen=True):
    balance: Balance = field(default_factory=Balance)
    servers: list[Server] = field(default_factory=list)
    cookie: Cookie | None = None
    http_reuse: HttpReuse = "safe"
    retries: int = 3
    retry_on: RetryOn = field(default_factory=RetryOn)
    fullconn: int = 0
    max_keep_alive_queue: int | None = None
    source: SourceAddress | None = None
    dispatch: Address | None = None
    use_server: list[UseServer] = field(default_factory=list)
    stick: list[StickRule] = field(default_factory=list)
    persistence: list[PersistRule] = field(default_factory=list)
    send_name_header: str | None = None


class Proxy(Node, frozen=True):
    """A frontend has `frontend`, a backend has `backend`, a listen has both. An empty `log_format` makes no line."""

    id: int = 0
    name: str = ""
    at: At = field(default_factory=At)
    mode: Mode = "tcp"
    disabled: bool = False
    description: str = ""
    frontend: Frontend | None = None
    backend: Backend | None = None
    timeouts: Timeouts = field(default_factory=Timeouts)
    options: Options = field(default_factory=Options)
    rules: Rulesets = field(default_factory=Rulesets)
    logs: list[LogTarget] = field(default_factory=list)
    log_tag: str | None = None
    log_format: list[LogItem] = field(default_factory=list)
    log_format_sd: list[LogItem] = field(default_factory=list)
    error_log_format: list[LogItem] = field(default_factory=list)
    errorfiles: list[ErrorFile] = field(default_factory=list)
    forwardfor: ForwardFor | None = None
    originalto: ForwardFor | None = None
    stats: Stats | None = None
    unique_id_format: list[LogItem] = field(default_factory=list)
    unique_id_header: str | None = None

"""What the user declared, as frozen values. `resolve` fills in what defaults sections give; `plan/` reads nothing else.

Times are milliseconds, sizes bytes. `None` means "not said".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from msgspec import field

from steelyard.config.bandwidth import Bandwidth
from steelyard.config.checking import TcpStep
from steelyard.config.expr import AclTest, Condition, Expr, LogFormat, PatternFile, ReplySpec, Rule
from steelyard.config.record import Record
from steelyard.config.span import NOWHERE, Span, Word, run_of
from steelyard.config.stick import Stick, StickTable

Kind = Literal["frontend", "backend", "listen", "defaults"]
Mode = Literal["tcp", "http", "log", "spop", "haterm"]
"""The last three are not supported yet."""
LogFormatName = Literal["rfc3164", "rfc5424", "local", "priority", "short", "timed", "iso", "raw"]


class Inet(Record):
    """`host` as written: an address, a name to look up once at start, or empty for any. `family`: 4, 6 or 0 for either."""

    host: str
    family: int = 0


class UnixPath(Record):
    path: str


class AbstractName(Record):
    name: str


class Inherited(Record):
    """`fd@N`"""

    fd: int


class Endpoint(Record):
    """An address with ports (manual section 2.9). `low` to `high` for a range; `offset`: `+N`/`-N` relative to the client's port.

    `port_given` is False where the user wrote no port at all. `later`: a type of address that can't be used yet, as `quic4`.
    """

    where: Inet | UnixPath | AbstractName | Inherited
    low: int = 0
    high: int = 0
    offset: int | None = None
    port_given: bool = True
    later: str = ""
    span: Span = NOWHERE


class Said(Record):
    """A statement without a field of its own: accepted, not supported yet, or refused. `words` are those after its name.

    `prefix`: `no` or `default` in front of it.
    """

    name: str
    words: tuple[str, ...] = ()
    span: Span = NOWHERE
    prefix: str = ""


class LogTarget(Record):
    """A `log` line; `use_global` stands for `log global` (all else is unused then).

    `path`: of a socket, or the name of a ring or backend. `format_said`: the line itself says its format.
    `sample`: which of each `sample_size` lines go here, as ranges from 1; all where there are none.
    """

    use_global: bool = False
    transport: Literal["udp", "tcp", "unix", "stream", "abns", "fd", "ring", "backend"] = "udp"
    host: str = ""
    port: int = 514
    path: str = ""
    fd: int = -1
    format: LogFormatName = "rfc3164"
    facility: int = 0
    level: int = 7
    min_level: int = 0
    length: int = 1024
    format_said: bool = True
    sample: tuple[tuple[int, int], ...] = ()
    sample_size: int = 0
    profile: str | None = None
    span: Span = NOWHERE


class UnixBind(Record):
    """`unix-bind`: what holds for sockets of files where a `bind` line says nothing else. `prefix` goes before every path."""

    prefix: str = ""
    mode: int | None = None
    user: str | None = None
    group: str | None = None
    uid: int | None = None
    gid: int | None = None


class StatusRange(Record):
    """Status codes of HTTP, both ends included."""

    low: int
    high: int
    text: str


class Global(Record):
    maxconn: int | None = None
    maxconnrate: int | None = None
    ulimit_n: int | None = None
    nbthread: int | None = None
    nbproc: int | None = None
    uid: int | None = None
    gid: int | None = None
    user: str | None = None
    group: str | None = None
    chroot: str | None = None
    daemon: bool = False
    master_worker: bool = False
    pidfile: str | None = None
    quiet: bool = False
    node: str | None = None
    description: str | None = None
    log: tuple[LogTarget, ...] = ()
    log_tag: str | None = None
    vars_global: int = 0
    vars_proc: int = 0
    vars_sess: int = 0
    vars_txn: int = 0
    vars_reqres: int = 0
    jwt_algorithms: tuple[str, ...] | None = None
    jwt_encryptions: tuple[str, ...] | None = None
    log_send_hostname: str | None = None
    hard_stop_after: int | None = None
    spread_checks: int | None = None
    bufsize: int | None = None
    bufsize_large: int | None = None
    maxrewrite: int | None = None
    max_headers: int | None = None
    any_payload: bool = False
    cookie_length: int | None = None
    http_err_codes: tuple[StatusRange, ...] | None = None
    http_fail_codes: tuple[StatusRange, ...] | None = None
    log_uri_length: int | None = None
    nosplice: bool = False
    localpeer: str | None = None
    zero_warning: bool = False
    stats_sockets: tuple[Bind, ...] = ()
    unix_bind: UnixBind = UnixBind()
    noreuseport: bool = False
    fd_hard_limit: int | None = None
    pp2_never_send_local: bool = False
    ca_base: str | None = None
    crt_base: str | None = None
    key_base: str | None = None
    default_path: tuple[str, ...] = ()
    set_vars: tuple[tuple[str, Expr | LogFormat], ...] = ()
    stick_counters: int | None = None
    others: tuple[Said, ...] = ()


class Bind(Record):
    """One address of a `bind` line (a line with several addresses makes several)."""

    endpoint: Endpoint
    name: str | None = None
    id: int | None = None
    interface: str | None = None
    backlog: int | None = None
    maxconn: int | None = None
    mode: int | None = None
    user: str | None = None
    group: str | None = None
    uid: int | None = None
    gid: int | None = None
    tfo: bool = False
    defer_accept: bool = False
    save_syn: int | None = None
    transparent: bool = False
    v4v6: bool = False
    v6only: bool = False
    accept_proxy: bool = False
    netscaler_cip: int | None = None
    mss: int | None = None
    tcp_user_timeout: int | None = None
    others: tuple[Said, ...] = ()
    span: Span = NOWHERE


class Source(Record):
    endpoint: Endpoint
    interface: str | None = None
    client_ip: bool = False


class Server(Record):
    name: str = ""
    endpoint: Endpoint = Endpoint(Inet(""))
    id: int | None = None
    weight: int | None = None
    maxconn: int | None = None
    minconn: int | None = None
    maxqueue: int | None = None
    backup: bool = False
    non_stick: bool = False
    disabled: bool = False
    check: bool = False
    inter: int | None = None
    fastinter: int | None = None
    downinter: int | None = None
    rise: int | None = None
    fall: int | None = None
    check_port: int | None = None
    check_addr: Endpoint | None = None
    check_send_proxy: bool = False
    cookie: str | None = None
    redir: str | None = None
    send_proxy: int = 0
    source: Source | None = None
    slowstart: int | None = None
    pool_max_conn: int | None = None
    pool_purge_delay: int | None = None
    tcp_user_timeout: int | None = None
    on_marked_down: str | None = None
    log_proto: Literal["legacy", "octet-count"] | None = None
    log_bufsize: int | None = None
    others: tuple[Said, ...] = ()
    span: Span = NOWHERE


class Cookie(Record):
    name: str
    mode: Literal["rewrite", "insert", "prefix", "passive"] = "passive"
    indirect: bool = False
    nocache: bool = False
    postonly: bool = False
    preserve: bool = False
    httponly: bool = False
    secure: bool = False
    domains: tuple[str, ...] = ()
    maxidle: int = 0
    maxlife: int = 0
    attrs: tuple[str, ...] = ()
    span: Span = NOWHERE


class Balance(Record):
    """`name` is HAProxy's word (`roundrobin`, `hdr`, ...); the other fields belong to the algorithm that reads them."""

    name: str = "roundrobin"
    length: int = 0
    depth: int = 0
    whole: bool = False
    path_only: bool = False
    key: str = ""
    check_post: int | None = None
    use_domain_only: bool = False
    draws: int = 2
    expr: Expr | None = None
    span: Span = NOWHERE


class HashType(Record):
    consistent: bool = False
    function: Literal["sdbm", "djb2", "wt6", "crc32", "none"] = "sdbm"
    avalanche: bool = False


class ForwardFor(Record):
    header: str
    except_nets: tuple[tuple[str, int], ...] = ()
    if_none: bool = False


class UseBackend(Record):
    """`name` is a plain name where the format is one text item."""

    name: LogFormat
    cond: Condition | None
    text: str
    span: Span


class UseServer(Record):
    name: LogFormat
    cond: Condition | None
    text: str
    span: Span


class PersistRule(Record):
    """`force-persist` or `ignore-persist`."""

    force: bool
    cond: Condition
    text: str
    span: Span


class ErrorFile(Record):
    """`content` (whole reply), `location` (errorloc*, with 302 or 303), or a `reply` that is put together (http-error)."""

    status: int
    content: bytes | None = None
    location: str | None = None
    location_status: int = 302
    reply: ReplySpec | None = None
    span: Span = NOWHERE


class HttpCheck(Record):
    """`option httpchk` in both syntaxes (with `http-check send` / `http-check expect`). Headers are plain text here."""

    method: str = "OPTIONS"
    uri: str = "/"
    version: str = "HTTP/1.0"
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""
    expect_kind: Literal["", "status", "rstatus", "string", "rstring"] = ""
    expect_negated: bool = False
    expect_value: str = ""
    disable_on_404: bool = False


BUFSIZE = 16_384
"""`tune.bufsize` where it is not said, bytes."""

COOKIE_LENGTH = 64
"""`tune.http.cookielen` where it is not said: a captured cookie has one byte less."""


class Capture(Record):
    """A header or cookie that the log shows, `length` bytes of it."""

    name: str
    length: int
    span: Span = NOWHERE


class Stats(Record):
    uri: str = "/haproxy?stats"
    realm: str | None = None
    users: tuple[tuple[str, str], ...] = ()
    refresh: int | None = None
    hide_version: bool = False
    show_legends: bool = False
    show_node: str | None = None
    show_desc: str | None = None
    scope: tuple[str, ...] = ()
    admin: tuple[Condition, ...] = ()
    rules: tuple[Rule, ...] = ()


class Timeouts(Record):
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


class Proxy(Record):
    """A frontend, backend, listen, or defaults section.

    `options` maps the name of a yes-or-no option (`http-server-close`) to True (said) or False (`no option`); an option that is
    not in it was not mentioned. `rules` maps a rule set (`http-request`, `tcp-request connection`, ...) to its rules in order.
    """

    kind: Kind
    name: str
    span: Span
    mode: Mode | None = None
    disabled: bool = False
    id: int | None = None
    description: str | None = None
    maxconn: int | None = None
    fullconn: int | None = None
    max_keep_alive_queue: int = -1
    backlog: int | None = None
    rate_limit_sessions: int | None = None
    retries: int | None = None
    retry_on: tuple[str, ...] | None = None
    binds: tuple[Bind, ...] = ()
    servers: tuple[Server, ...] = ()
    default_server: Server | None = None
    dispatch: Endpoint | None = None
    source: Source | None = None
    balance: Balance | None = None
    hash_type: HashType | None = None
    hash_balance_factor: int | None = None
    cookie: Cookie | None = None
    http_reuse: Literal["never", "safe", "aggressive", "always"] | None = None
    timeouts: Timeouts = Timeouts()
    options: dict[str, bool] = field(default_factory=dict)
    redispatch_after: int | None = None
    forwardfor: ForwardFor | None = None
    originalto: ForwardFor | None = None
    httpchk: HttpCheck | None = None
    tcp_check: bool = False
    tcp_steps: tuple[TcpStep, ...] = ()
    log: tuple[LogTarget, ...] = ()
    log_tag: str | None = None
    log_format: LogFormat | None = None
    log_format_sd: LogFormat | None = None
    log_steps: tuple[str, ...] = ()
    error_log_format: LogFormat | None = None
    unique_id_format: LogFormat | None = None
    unique_id_header: str | None = None
    send_name_header: str | None = None
    clitcpka_cnt: int | None = None
    clitcpka_idle: int | None = None
    clitcpka_intvl: int | None = None
    srvtcpka_cnt: int | None = None
    srvtcpka_idle: int | None = None
    srvtcpka_intvl: int | None = None
    errorfiles: tuple[ErrorFile, ...] = ()
    acls: tuple[AclTest, ...] = ()
    rules: dict[str, tuple[Rule, ...]] = field(default_factory=dict)
    use_backend: tuple[UseBackend, ...] = ()
    use_server: tuple[UseServer, ...] = ()
    persistence: tuple[PersistRule, ...] = ()
    stick_table: StickTable | None = None
    stick: tuple[Stick, ...] = ()
    bandwidth: tuple[Bandwidth, ...] = ()
    default_backend: str | None = None
    default_backend_span: Span = NOWHERE
    monitor_uri: str | None = None
    monitor_fail: tuple[Condition, ...] = ()
    capture_request: tuple[Capture, ...] = ()
    capture_response: tuple[Capture, ...] = ()
    capture_cookie: Capture | None = None
    stats: Stats | None = None
    stats_enabled: bool = False
    others: tuple[Said, ...] = ()
    inherits: str | None = None

    def server(self, name: str) -> Server:
        """Raises `KeyError` where there is none of that name."""
        for server in self.servers:
            if server.name == name:
                return server
        raise KeyError(f"no server '{name}' in {self.kind} '{self.name}'")


class User(Record):
    name: str
    password: str
    insecure: bool
    groups: tuple[str, ...] = ()


class Userlist(Record):
    name: str
    users: tuple[User, ...] = ()
    groups: tuple[str, ...] = ()
    span: Span = NOWHERE


class Section(Record):
    """A section without a type of its own: `peers`, `resolvers`, `cache`, ... with its statements in order."""

    kind: str
    name: str
    others: tuple[Said, ...] = ()
    span: Span = NOWHERE


class Block(Record):
    """A section as it was written: its first line and the lines in it, conditional blocks worked out.

    Tools ask for its texts and places, a start does not: they are made when they are asked for.
    """

    head: Sequence[Word]
    written: Sequence[Sequence[Word]] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """The first line, without quotes."""
        return tuple(word.text for word in self.head)

    @property
    def lines(self) -> tuple[tuple[str, ...], ...]:
        """The other lines, without quotes."""
        return tuple(tuple(word.text for word in line) for line in self.written)

    @property
    def spans(self) -> tuple[Span, ...]:
        """Where each of the other lines stands, from its first word to its last."""
        return tuple(map(run_of, self.written))


class Ring(Record):
    """A `ring` section. `size` and `maxlen` in bytes, times in milliseconds."""

    name: str
    span: Span = NOWHERE
    description: str | None = None
    format: LogFormatName | None = None
    maxlen: int | None = None
    size: int | None = None
    servers: tuple[Server, ...] = ()
    timeout_connect: int | None = None
    timeout_server: int | None = None
    others: tuple[Said, ...] = ()


class ProfileStep(Record):
    """An `on` line of a log-profile."""

    step: str
    drop: bool = False
    format: LogFormat | None = None
    sd: LogFormat | None = None


class LogProfile(Record):
    """A `log-profile` section."""

    name: str
    span: Span = NOWHERE
    log_tag: str | None = None
    steps: tuple[ProfileStep, ...] = ()
    others: tuple[Said, ...] = ()


class Variable(Record):
    """An environment variable that an `env(...)` of the configuration asks for, as `setenv` and its kin left it."""

    name: str
    value: str


class JwtCertificate(Record):
    """A certificate that decrypts tokens (`jwt on`), by its name. `key`: its private key in PEM or empty."""

    name: str
    key: str
    span: Span = NOWHERE

    def __repr__(self) -> str:
        return f"JwtCertificate({self.name!r})"


@dataclass(frozen=True, slots=True)
class Config:
    """A whole configuration after `resolve`: every frontend, backend and listen with its defaults filled in.

    `variables` has those that are set, by name. `blocks` is what it was read from, in order, defaults sections too;
    `steelyard.config.dump` writes it.
    """

    files: tuple[str, ...]
    global_: Global
    proxies: tuple[Proxy, ...]
    userlists: tuple[Userlist, ...] = ()
    pattern_files: tuple[PatternFile, ...] = ()
    sections: tuple[Section, ...] = ()
    rings: tuple[Ring, ...] = ()
    log_profiles: tuple[LogProfile, ...] = ()
    extensions: tuple[Said, ...] = ()
    peer_tables: tuple[StickTable, ...] = ()
    jwt_certificates: tuple[JwtCertificate, ...] = ()
    variables: tuple[Variable, ...] = ()
    blocks: tuple[Block, ...] = ()

    def frontend(self, name: str) -> Proxy:
        """The frontend or listen of that name. Raises `KeyError` where there is none."""
        return _named(self.proxies, name, ("frontend", "listen"))

    def backend(self, name: str) -> Proxy:
        """The backend or listen of that name; a frontend may share it. Raises `KeyError` where there is none."""
        return _named(self.proxies, name, ("backend", "listen"))


def _named(proxies: tuple[Proxy, ...], name: str, kinds: tuple[Kind, ...]) -> Proxy:
    for proxy in proxies:
        if proxy.name == name and proxy.kind in kinds:
            return proxy
    raise KeyError(f"no {kinds[0]} '{name}'")

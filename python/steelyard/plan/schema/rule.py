"""Rules and actions: twin of `plan/rule.rs`."""

from __future__ import annotations

from typing import Literal

from steelyard.plan.schema.base import At, Node
from steelyard.plan.schema.expr import Cond, Expr, LogFormat, Matcher, Scope
from steelyard.plan.schema.reply import Reply

RedirectKind = Literal["location", "prefix", "scheme"]
Side = Literal["client", "server"]
StreamTimeout = Literal["client", "connect", "queue", "server", "tarpit", "tunnel"]
Normalizer = Literal[
    "fragment-encode",
    "fragment-strip",
    "path-merge-slashes",
    "path-strip-dot",
    "path-strip-dotdot",
    "percent-decode-unreserved",
    "percent-to-uppercase",
    "query-sort-by-name",
]


class Allow(Node, frozen=True, tag="allow"):
    """`allow` (HTTP), `accept` (TCP): stop evaluating this rule set."""


class Deny(Node, frozen=True, tag="deny"):
    reply: Reply


class Tarpit(Node, frozen=True, tag="tarpit"):
    reply: Reply


class Return(Node, frozen=True, tag="return"):
    reply: Reply


class Reject(Node, frozen=True, tag="reject"):
    """Close the connection without a reply."""


class SilentDrop(Node, frozen=True, tag="silent_drop"):
    """Drop the connection without telling the client. `ttl`: hop limit of the reset that is sent where that can't be."""

    ttl: int | None


class Redirect(Node, frozen=True, tag="redirect"):
    kind: RedirectKind
    target: LogFormat
    code: int
    drop_query: bool
    append_slash: bool
    ignore_empty: bool
    set_cookie: str | None
    clear_cookie: str | None
    keep_query: bool
    set_cookie_fmt: LogFormat
    clear_cookie_fmt: LogFormat


class Auth(Node, frozen=True, tag="auth"):
    realm: str | None


class SetHeader(Node, frozen=True, tag="set_header"):
    name: str
    value: LogFormat


class AddHeader(Node, frozen=True, tag="add_header"):
    name: str
    value: LogFormat


class DelHeader(Node, frozen=True, tag="del_header"):
    name: str
    matcher: Matcher


class ReplaceHeader(Node, frozen=True, tag="replace_header"):
    name: str
    regex: str
    value: LogFormat


class ReplaceValue(Node, frozen=True, tag="replace_value"):
    name: str
    regex: str
    value: LogFormat


class ReplacePath(Node, frozen=True, tag="replace_path"):
    regex: str
    value: LogFormat


class ReplacePathq(Node, frozen=True, tag="replace_pathq"):
    regex: str
    value: LogFormat


class ReplaceUri(Node, frozen=True, tag="replace_uri"):
    regex: str
    value: LogFormat


class SetMethod(Node, frozen=True, tag="set_method"):
    value: LogFormat


class SetPath(Node, frozen=True, tag="set_path"):
    value: LogFormat


class SetPathq(Node, frozen=True, tag="set_pathq"):
    value: LogFormat


class SetQuery(Node, frozen=True, tag="set_query"):
    value: LogFormat


class SetUri(Node, frozen=True, tag="set_uri"):
    value: LogFormat


class SetStatus(Node, frozen=True, tag="set_status"):
    status: int
    reason: str | None


class SetVar(Node, frozen=True, tag="set_var"):
    """`conditions`: words such as `ifexists`, with spaces between them."""

    scope: Scope
    name: str
    conditions: str
    expr: Expr


class SetVarFmt(Node, frozen=True, tag="set_var_fmt"):
    scope: Scope
    name: str
    conditions: str
    value: LogFormat


class UnsetVar(Node, frozen=True, tag="unset_var"):
    scope: Scope
    name: str


class SetLogLevel(Node, frozen=True, tag="set_log_level"):
    """0 (emerg) to 7 (debug); None is `silent`."""

    level: int | None


class SetAddress(Node, frozen=True, tag="set_address"):
    side: Side
    port: bool
    expr: Expr


class SetTimeout(Node, frozen=True, tag="set_timeout"):
    """Milliseconds."""

    timeout: StreamTimeout
    value: Expr


class SetRetries(Node, frozen=True, tag="set_retries"):
    retries: Expr


class SetPriority(Node, frozen=True, tag="set_priority"):
    """The class, or the offset in milliseconds."""

    offset: bool
    expr: Expr


class SetPacket(Node, frozen=True, tag="set_packet"):
    """Mark or type of service of the packets of a connection."""

    side: Side
    tos: bool
    value: Expr


class EarlyHint(Node, frozen=True, tag="early_hint"):
    name: str
    value: LogFormat


class NormalizeUri(Node, frozen=True, tag="normalize_uri"):
    """`option`: `full` or `strict`."""

    name: Normalizer
    option: bool


class Pause(Node, frozen=True, tag="pause"):
    """Milliseconds."""

    time: Expr


class WaitForBody(Node, frozen=True, tag="wait_for_body"):
    """Milliseconds, and bytes that are enough; 0: the whole body. `large`: in a larger buffer, where it needs one."""

    time: int
    at_least: int
    large: bool


class WaitForHandshake(Node, frozen=True, tag="wait_for_handshake"):
    """Nothing is to be waited for where nothing is secured."""


class DoLog(Node, frozen=True, tag="do_log"):
    """`profile`: index in `Global.log_profiles`, instead of those of the frontend's `log` lines."""

    profile: int | None


class DoResolve(Node, frozen=True, tag="do_resolve"):
    """`resolvers`: name of the section. `family`: 4 or 6 is preferred, 0 for none."""

    scope: Scope
    name: str
    resolvers: str
    family: int
    expr: Expr


class Bandwidth(Node, frozen=True):
    """`filter bwlim-in` (`upload`) or `bwlim-out`: bytes and milliseconds. With a key, streams share the limit by it."""

    at: At
    upload: bool
    limit: int
    period: int
    min_size: int
    key: Expr | None
    table: int


class SetBandwidthLimit(Node, frozen=True, tag="set_bandwidth_limit"):
    """`limit` and `period` instead of the filter's own."""

    filter: Bandwidth
    limit: Expr | None
    period: Expr | None


class StrictMode(Node, frozen=True, tag="strict_mode"):
    """Whether changes that can't be made end the stream with an internal error, for the rules behind."""

    on: bool


class DisableL7Retry(Node, frozen=True, tag="disable_l7_retry"):
    """The request is not sent again once a server has it, whatever `retry-on` says."""


class ExpectNetscalerCip(Node, frozen=True, tag="expect_netscaler_cip"):
    """A header of NetScaler comes first; its magic number is the listener's."""


class ExpectProxy(Node, frozen=True, tag="expect_proxy"):
    """The rest of the connection begins with a PROXY header."""


class Close(Node, frozen=True, tag="close"):
    """No more of the server; the client gets what came so far."""


class SwitchMode(Node, frozen=True, tag="switch_mode"):
    """The connection goes on as one of HTTP/1."""


class SetNice(Node, frozen=True, tag="set_nice"):
    """-1024 to 1024."""

    nice: int


class AddHeadersBin(Node, frozen=True, tag="add_headers_bin"):
    """Fields whose names and values stand in one sample; only those whose names begin with `prefix`."""

    expr: Expr
    prefix: str | None


class SetHeadersBin(Node, frozen=True, tag="set_headers_bin"):
    expr: Expr
    prefix: str | None


class DelHeadersBin(Node, frozen=True, tag="del_headers_bin"):
    """Fields whose names stand in one sample. `matcher`: str, beg, end or sub."""

    expr: Expr
    matcher: Matcher


class Capture(Node, frozen=True, tag="capture"):
    """A place of its own, of `len` bytes, or number `id` of those that the frontend declares."""

    expr: Expr
    len: int | None
    id: int | None


class SetMap(Node, frozen=True, tag="set_map"):
    """`file`: index in `Plan.pattern_files`."""

    file: int
    key: LogFormat
    value: LogFormat


class DelMap(Node, frozen=True, tag="del_map"):
    file: int
    key: LogFormat


class AddAcl(Node, frozen=True, tag="add_acl"):
    file: int
    key: LogFormat


class DelAcl(Node, frozen=True, tag="del_acl"):
    file: int
    key: LogFormat


class TrackSc(Node, frozen=True, tag="track_sc"):
    """Counter `number` tracks a key in a table, an index in `Plan.tables`."""

    number: int
    expr: Expr
    table: int


class ScAddGpc(Node, frozen=True, tag="sc_add_gpc"):
    """`array`: only the element of an array; else `gpc0` or `gpc1`, or the element that stands for it."""

    index: int
    array: bool
    number: int
    amount: Expr


class ScSetGpt(Node, frozen=True, tag="sc_set_gpt"):
    index: int
    array: bool
    number: int
    value: Expr


class UseService(Node, frozen=True, tag="use_service"):
    name: str


Action = (
    Allow
    | Deny
    | Tarpit
    | Return
    | Reject
    | SilentDrop
    | Redirect
    | Auth
    | SetHeader
    | AddHeader
    | DelHeader
    | ReplaceHeader
    | ReplaceValue
    | ReplacePath
    | ReplacePathq
    | ReplaceUri
    | SetMethod
    | SetPath
    | SetPathq
    | SetQuery
    | SetUri
    | SetStatus
    | SetVar
    | SetVarFmt
    | UnsetVar
    | SetLogLevel
    | SetAddress
    | SetTimeout
    | SetRetries
    | SetPriority
    | SetPacket
    | EarlyHint
    | NormalizeUri
    | Pause
    | WaitForBody
    | WaitForHandshake
    | DoLog
    | DoResolve
    | SetBandwidthLimit
    | StrictMode
    | DisableL7Retry
    | ExpectNetscalerCip
    | ExpectProxy
    | Close
    | SwitchMode
    | SetNice
    | AddHeadersBin
    | SetHeadersBin
    | DelHeadersBin
    | Capture
    | SetMap
    | DelMap
    | AddAcl
    | DelAcl
    | TrackSc
    | ScAddGpc
    | ScSetGpt
    | UseService
)


class Rule(Node, frozen=True):
    """An action and when to do it."""

    at: At
    action: Action
    cond: Cond | None
    text: str

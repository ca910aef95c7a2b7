"""Parsed expressions, conditions, rules and log formats: the model's values for everything that is evaluated for a request.

Names of proxies, servers, userlists and ACLs are still names here; `plan/` turns them into indices.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from steelyard.config.span import NOWHERE, Span

Scope = Literal["proc", "sess", "txn", "req", "res"]
Matcher = Literal["found", "bool", "int", "ip", "bin", "len", "str", "beg", "sub", "dir", "dom", "end", "reg"]


@dataclass(frozen=True, slots=True)
class Absent:
    """An argument left out before one that is given."""


@dataclass(frozen=True, slots=True)
class StrArg:
    value: str


@dataclass(frozen=True, slots=True)
class IntArg:
    value: int


@dataclass(frozen=True, slots=True)
class NetArg:
    address: str
    prefix: int


@dataclass(frozen=True, slots=True)
class TimeArg:
    ms: int


@dataclass(frozen=True, slots=True)
class SizeArg:
    bytes: int


@dataclass(frozen=True, slots=True)
class RegexArg:
    pattern: str
    icase: bool = False


@dataclass(frozen=True, slots=True)
class VarArg:
    scope: Scope
    name: str


@dataclass(frozen=True, slots=True)
class ProxyArg:
    """`name` empty: the proxy that holds the rule."""

    name: str
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class TableArg:
    """A stick table. `name` empty: that of the proxy that holds the rule."""

    name: str
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class FilterArg:
    """A filter of the proxy that holds the rule."""

    name: str
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class ServerArg:
    """`proxy` empty: the proxy that holds the rule."""

    proxy: str
    server: str
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class UserlistArg:
    name: str
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class AclArg:
    """An ACL as a value. `predefined`: HAProxy's own test of that name; an ACL that the proxy declares goes before it."""

    name: str
    negated: bool = False
    predefined: AclTest | None = None
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class KeyArg:
    """A word that may be the path of a public key. `pem`: the text of that file, empty where there is none."""

    name: str
    pem: str


@dataclass(frozen=True, slots=True)
class MapArg:
    """A map file; read when the model is resolved."""

    path: str
    span: Span = NOWHERE


Arg = (
    Absent
    | StrArg
    | IntArg
    | NetArg
    | TimeArg
    | SizeArg
    | RegexArg
    | VarArg
    | ProxyArg
    | TableArg
    | ServerArg
    | UserlistArg
    | MapArg
    | KeyArg
    | AclArg
)


@dataclass(frozen=True, slots=True)
class Call:
    """A fetch or converter by its canonical name."""

    name: str
    args: tuple[Arg, ...] = ()
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Expr:
    fetch: Call
    converters: tuple[Call, ...] = ()
    text: str = ""
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class RangePattern:
    min: int | None
    max: int | None


@dataclass(frozen=True, slots=True)
class TextPattern:
    value: str


@dataclass(frozen=True, slots=True)
class RegexPattern:
    value: str


@dataclass(frozen=True, slots=True)
class NetPattern:
    address: str
    prefix: int


@dataclass(frozen=True, slots=True)
class HexPattern:
    value: str


Pattern = RangePattern | TextPattern | RegexPattern | NetPattern | HexPattern


@dataclass(frozen=True, slots=True)
class PatternFileRef:
    """`-f path`, or `-M -f path` when `is_map`."""

    path: str
    is_map: bool = False
    span: Span = NOWHERE
    icase: bool = False  # `-i` stands before it


@dataclass(frozen=True, slots=True)
class AclTest:
    """One `acl` line (name given) or one `{ ... }` (name empty). `icase` is that of the patterns; each file has its own."""

    name: str
    expr: Expr
    matcher: Matcher
    icase: bool
    patterns: tuple[Pattern, ...]
    files: tuple[PatternFileRef, ...]
    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class PatternFile:
    """The entries of a file of patterns (`values` empty) or of a map (`values` as long as `keys`), in file order."""

    path: str
    is_map: bool
    keys: tuple[str, ...]
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Term:
    """`acl` is a name, or the test itself where it is anonymous.

    `predefined` is HAProxy's own test of that name (`HTTP`, `METH_GET`); an ACL that the proxy declares goes before it.
    """

    acl: str | AclTest
    negated: bool
    span: Span
    predefined: AclTest | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """`if`/`unless` and a sum of products."""

    unless: bool
    any: tuple[tuple[Term, ...], ...]
    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class LogText:
    value: str


LabelKind = Literal["natural", "str", "sint", "bool"]


@dataclass(frozen=True, slots=True)
class LogAlias:
    """`label` and `kind`: what `%(label:kind)` calls the item where it is encoded, and the type that it gets there."""

    name: str
    flags: tuple[str, ...] = ()
    span: Span = NOWHERE
    label: str = ""
    kind: LabelKind = "natural"


@dataclass(frozen=True, slots=True)
class LogExpr:
    expr: Expr
    flags: tuple[str, ...] = ()
    label: str = ""
    kind: LabelKind = "natural"


LogFormat = tuple[LogText | LogAlias | LogExpr, ...]


@dataclass(frozen=True, slots=True)
class ReplySpec:
    """The reply of deny, tarpit and return. At most one of the body fields is set; none: no body.

    `default_errorfiles`: the proxy's error page for the status. `errorfiles`: that of an `http-errors` section, named with its
    place; it is bound when the whole configuration is read, and gone by then.
    """

    status: int | None = None
    content_type: str | None = None
    headers: tuple[tuple[str, LogFormat], ...] = ()
    default_errorfiles: bool = False
    string: str | None = None
    lf_string: LogFormat | None = None
    file: bytes | None = None
    lf_file: LogFormat | None = None
    errorfile: bytes | None = None
    errorfiles: tuple[str, Span] | None = None


Value = str | int | bool | None | tuple[str, ...] | LogFormat | Expr | ReplySpec | TableArg | PatternFileRef | FilterArg


@dataclass(frozen=True, slots=True)
class Action:
    """An action by the name of the plan's variant (`set_header`) and its typed fields, as `plan.schema` names them."""

    name: str
    fields: tuple[tuple[str, Value], ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    action: Action
    cond: Condition | None
    text: str
    span: Span

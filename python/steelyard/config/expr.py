"""Parsed expressions, conditions, rules and log formats: the model's values for everything that is evaluated for a request.

Names of proxies, servers, userlists and ACLs are still names here; `plan/` turns them into indices.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from steelyard.config.record import Record
from steelyard.config.span import NOWHERE, Span

Scope = Literal["proc", "sess", "txn", "req", "res"]
Matcher = Literal["found", "bool", "int", "ip", "bin", "len", "str", "beg", "sub", "dir", "dom", "end", "reg"]


class Absent(Record):
    """An argument left out before one that is given."""


class StrArg(Record):
    value: str


class IntArg(Record):
    value: int


class NetArg(Record):
    address: str
    prefix: int


class TimeArg(Record):
    ms: int


class SizeArg(Record):
    bytes: int


class RegexArg(Record):
    pattern: str
    icase: bool = False


class VarArg(Record):
    scope: Scope
    name: str


class NamedArg(Record):
    """The name of something that the configuration declares elsewhere."""

    name: str
    span: Span = NOWHERE


class ProxyArg(NamedArg):
    """`name` empty: the proxy that holds the rule."""


class TableArg(NamedArg):
    """A stick table. `name` empty: that of the proxy that holds the rule."""


class FilterArg(NamedArg):
    """A filter of the proxy that holds the rule."""


class ProfileArg(NamedArg):
    """A `log-profile` section."""


class ServerArg(Record):
    """`proxy` empty: the proxy that holds the rule."""

    proxy: str
    server: str
    span: Span = NOWHERE


class UserlistArg(NamedArg):
    """A `userlist` section."""


class AclArg(Record):
    """An ACL as a value. `predefined`: HAProxy's own test of that name; an ACL that the proxy declares goes before it."""

    name: str
    negated: bool = False
    predefined: AclTest | None = None
    span: Span = NOWHERE


class KeyArg(Record):
    """A word that may be the path of a public key. `pem`: the text of that file, empty where there is none."""

    name: str
    pem: str


class MapArg(Record):
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


class Call(Record):
    """A fetch or converter by its canonical name."""

    name: str
    args: tuple[Arg, ...] = ()
    span: Span = NOWHERE


class Expr(Record):
    fetch: Call
    converters: tuple[Call, ...] = ()
    text: str = ""
    span: Span = NOWHERE


class RangePattern(Record):
    min: int | None
    max: int | None


class TextPattern(Record):
    value: str


class RegexPattern(Record):
    value: str


class NetPattern(Record):
    address: str
    prefix: int


class HexPattern(Record):
    value: str


Pattern = RangePattern | TextPattern | RegexPattern | NetPattern | HexPattern


class PatternFileRef(Record):
    """`-f path`, or `-M -f path` when `is_map`."""

    path: str
    is_map: bool = False
    span: Span = NOWHERE
    icase: bool = False  # `-i` stands before it


class AclTest(Record):
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
    """A file of patterns or a map, as it was read. It may hold a million entries, so that it is one text and is taken apart only
    where somebody looks at them."""

    path: str
    is_map: bool
    text: str = ""

    def entries(self) -> Iterator[tuple[str, str]]:
        """Key and value (empty in a file of patterns) of each line, in order; comments and empty lines left out."""
        for line in self.text.split("\n"):
            if not line.startswith("#"):
                key, value = self._entry(line)
                if key:
                    yield key, value

    def _entry(self, line: str) -> tuple[str, str]:
        """A pattern is the whole line but for blanks before it; in a map the first blank ends the key."""
        line = line.partition("\r")[0].lstrip(" \t")
        if not self.is_map:
            return line, ""
        key = line.replace("\t", " ").partition(" ")[0]
        return key, line[len(key) :].strip(" \t")


class Term(Record):
    """`acl` is a name, or the test itself where it is anonymous.

    `predefined` is HAProxy's own test of that name (`HTTP`, `METH_GET`); an ACL that the proxy declares goes before it.
    """

    acl: str | AclTest
    negated: bool
    span: Span
    predefined: AclTest | None = None


class Condition(Record):
    """`if`/`unless` and a sum of products."""

    unless: bool
    any: tuple[tuple[Term, ...], ...]
    text: str
    span: Span


class LogText(Record):
    value: str


LabelKind = Literal["natural", "str", "sint", "bool"]


class LogAlias(Record):
    """`label` and `kind`: what `%(label:kind)` calls the item where it is encoded, and the type that it gets there."""

    name: str
    flags: tuple[str, ...] = ()
    span: Span = NOWHERE
    label: str = ""
    kind: LabelKind = "natural"


class LogExpr(Record):
    expr: Expr
    flags: tuple[str, ...] = ()
    label: str = ""
    kind: LabelKind = "natural"


LogFormat = tuple[LogText | LogAlias | LogExpr, ...]


class ReplySpec(Record):
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


Value = (
    str | int | bool | None | tuple[str, ...] | LogFormat | Expr | ReplySpec | TableArg | PatternFileRef | FilterArg | ProfileArg
)


class Action(Record):
    """An action by the name of the plan's variant (`set_header`) and its typed fields, as `plan.schema` names them."""

    name: str
    fields: tuple[tuple[str, Value], ...] = ()


class Rule(Record):
    action: Action
    cond: Condition | None
    text: str
    span: Span

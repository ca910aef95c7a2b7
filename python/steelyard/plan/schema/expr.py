"""Expressions, ACLs, conditions and log formats: twin of `plan/expr.rs`."""

from __future__ import annotations

from typing import Literal

from steelyard.plan.schema.base import At, Node

LabelKind = Literal["natural", "str", "sint", "bool"]
Scope = Literal["proc", "sess", "txn", "req", "res"]
Matcher = Literal["found", "bool", "int", "ip", "bin", "len", "str", "beg", "sub", "dir", "dom", "end", "reg"]


class ArgAbsent(Node, frozen=True, tag="absent"):
    """An argument left out in the middle; trailing ones are not listed."""


class ArgStr(Node, frozen=True, tag="str"):
    value: str


class ArgInt(Node, frozen=True, tag="int"):
    value: int


class ArgNet(Node, frozen=True, tag="net"):
    """32 or 128 bits of prefix for a lone address."""

    address: str
    prefix: int


class ArgTime(Node, frozen=True, tag="time"):
    ms: int


class ArgSize(Node, frozen=True, tag="size"):
    bytes: int


class ArgRegex(Node, frozen=True, tag="regex"):
    pattern: str
    icase: bool


class ArgVar(Node, frozen=True, tag="var"):
    scope: Scope
    name: str


class ArgProxy(Node, frozen=True, tag="proxy"):
    """Index in `Plan.proxies`."""

    proxy: int


class ArgTable(Node, frozen=True, tag="table"):
    """Index in `Plan.tables`."""

    table: int


class ArgServer(Node, frozen=True, tag="server"):
    """Indices in `Plan.proxies` and in that proxy's servers."""

    proxy: int
    server: int


class ArgUserlist(Node, frozen=True, tag="userlist"):
    """Index in `Plan.userlists`."""

    userlist: int


class ArgKey(Node, frozen=True, tag="key"):
    """A word that may be the path of a public key, and the text of that file."""

    name: str
    pem: str


class ArgAcl(Node, frozen=True, tag="acl", rename={"not_": "not"}):
    """Index in `Plan.acls`, and whether its answer is turned round."""

    acl: int
    not_: bool


class ArgMap(Node, frozen=True, tag="map"):
    """Index in `Plan.pattern_files`."""

    map: int


Arg = (
    ArgAbsent
    | ArgStr
    | ArgInt
    | ArgNet
    | ArgTime
    | ArgSize
    | ArgRegex
    | ArgVar
    | ArgProxy
    | ArgServer
    | ArgUserlist
    | ArgTable
    | ArgMap
    | ArgKey
    | ArgAcl
)


class Call(Node, frozen=True):
    """A fetch or converter by its canonical name (`req.hdr`, never `hdr`)."""

    name: str
    args: list[Arg]


class Expr(Node, frozen=True):
    """A fetch and the converters its sample goes through; `text` holds the words of the configuration."""

    fetch: Call
    converters: list[Call]
    text: str


class PatternRange(Node, frozen=True, tag="range"):
    """`bool`, `int`, `len`: inclusive, open where None."""

    min: int | None
    max: int | None


class PatternText(Node, frozen=True, tag="text"):
    value: str


class PatternRegex(Node, frozen=True, tag="regex"):
    value: str


class PatternNet(Node, frozen=True, tag="net"):
    address: str
    prefix: int


class PatternHex(Node, frozen=True, tag="hex"):
    """`bin`: hexadecimal digits."""

    value: str


Pattern = PatternRange | PatternText | PatternRegex | PatternNet | PatternHex


class AclTest(Node, frozen=True):
    """One `acl` line, or the inside of one `{ ... }`; `files` are indices in `Plan.pattern_files`."""

    at: At
    expr: Expr
    matcher: Matcher
    icase: bool
    patterns: list[Pattern]
    files: list[int]
    text: str


class Acl(Node, frozen=True):
    """True when any of its tests is; `name` is empty for an anonymous one."""

    name: str
    tests: list[AclTest]


class PatternFile(Node, frozen=True):
    """A file as it was read; in a `map`, a value follows the first blank of a line."""

    path: str
    map: bool
    text: str


class Term(Node, frozen=True, rename={"not_": "not"}):
    """`acl`: index in `Plan.acls`."""

    acl: int
    not_: bool


class Cond(Node, frozen=True):
    """A sum of products; the other way round with `unless`."""

    unless: bool
    any: list[list[Term]]
    text: str


class LogText(Node, frozen=True, tag="text"):
    value: str


class Label(Node, frozen=True):
    """`%(name:kind)`: what an item is called, and what type it gets, where it is encoded as JSON or CBOR."""

    name: str = ""
    kind: LabelKind = "natural"


class LogAlias(Node, frozen=True, tag="alias"):
    """`%ci`: the name without the percent sign; `flags` keep their signs (`+Q`)."""

    name: str
    label: Label
    flags: list[str]


class LogExpr(Node, frozen=True, tag="expr"):
    expr: Expr
    label: Label
    flags: list[str]


LogItem = LogText | LogAlias | LogExpr
LogFormat = list[LogItem]

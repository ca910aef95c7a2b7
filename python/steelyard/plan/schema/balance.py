"""`balance` and `hash-type`: the twin of these parts of `plan/proxy.rs`."""

from __future__ import annotations

from typing import Literal

from msgspec import field

from steelyard.plan.schema.base import Node
from steelyard.plan.schema.expr import Expr

HashFunction = Literal["sdbm", "djb2", "wt6", "crc32", "none"]


class Roundrobin(Node, frozen=True, tag="roundrobin"):
    pass


class StaticRr(Node, frozen=True, tag="static_rr"):
    pass


class Leastconn(Node, frozen=True, tag="leastconn"):
    pass


class First(Node, frozen=True, tag="first"):
    pass


class Source(Node, frozen=True, tag="source"):
    pass


class Uri(Node, frozen=True, tag="uri"):
    """`len` and `depth`: 0 is the whole."""

    len: int
    depth: int
    whole: bool
    path_only: bool


class UrlParam(Node, frozen=True, tag="url_param"):
    """`check_post`: None is off, else bytes to wait for."""

    name: str
    check_post: int | None


class Hdr(Node, frozen=True, tag="hdr"):
    name: str
    use_domain_only: bool


class Random(Node, frozen=True, tag="random"):
    draws: int


class RdpCookie(Node, frozen=True, tag="rdp_cookie"):
    name: str


class Hash(Node, frozen=True, tag="hash"):
    expr: Expr


class Sticky(Node, frozen=True, tag="sticky"):
    pass


BalanceKind = Roundrobin | StaticRr | Leastconn | First | Source | Uri | UrlParam | Hdr | Random | RdpCookie | Hash | Sticky


class HashType(Node, frozen=True):
    consistent: bool = False
    function: HashFunction = "sdbm"
    avalanche: bool = False


class Balance(Node, frozen=True):
    """`hash_balance_factor` in percent; 0 is off."""

    kind: BalanceKind = field(default_factory=Roundrobin)
    hash: HashType = field(default_factory=HashType)
    hash_balance_factor: int = 0

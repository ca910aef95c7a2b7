"""`balance`, `hash-type` and `cookie`."""

from __future__ import annotations

from steelyard.config.model import Balance, Cookie, Proxy
from steelyard.plan.build.context import Context
from steelyard.plan.build.exprs import expression
from steelyard.plan.schema import balance as plan
from steelyard.plan.schema.proxy import Cookie as PlanCookie

PLAIN: dict[str, plan.BalanceKind] = {
    "roundrobin": plan.Roundrobin(),
    "static-rr": plan.StaticRr(),
    "leastconn": plan.Leastconn(),
    "first": plan.First(),
    "source": plan.Source(),
    "sticky": plan.Sticky(),
}


def kind(context: Context, value: Balance) -> plan.BalanceKind:
    match value.name:
        case "uri":
            return plan.Uri(len=value.length, depth=value.depth, whole=value.whole, path_only=value.path_only)
        case "url_param":
            return plan.UrlParam(name=value.key, check_post=value.check_post)
        case "hdr":
            return plan.Hdr(name=value.key, use_domain_only=value.use_domain_only)
        case "random":
            return plan.Random(draws=value.draws)
        case "rdp-cookie":
            return plan.RdpCookie(name=value.key)
        case "hash" | "log-hash" if value.expr is not None:
            return plan.Hash(expr=expression(context, value.expr))
        case name:
            return PLAIN[name]


def balance(context: Context, proxy: Proxy) -> plan.Balance:
    hashing = proxy.hash_type
    said = proxy.balance or Balance()
    if said.name == "log-hash" and proxy.mode != "log":
        said = Balance()  # which was said
    return plan.Balance(
        kind=kind(context, said),
        hash=plan.HashType()
        if hashing is None
        else plan.HashType(consistent=hashing.consistent, function=hashing.function, avalanche=hashing.avalanche),
        hash_balance_factor=proxy.hash_balance_factor or 0,
    )


def _seconds(ms: int) -> int:
    """A part of a second counts as one, as in HAProxy."""
    return -(-ms // 1000)


def cookie(value: Cookie | None) -> PlanCookie | None:
    if value is None:
        return None
    return PlanCookie(
        name=value.name,
        mode=value.mode,
        indirect=value.indirect,
        nocache=value.nocache,
        postonly=value.postonly,
        preserve=value.preserve,
        httponly=value.httponly,
        secure=value.secure,
        domains=list(value.domains),
        maxidle=_seconds(value.maxidle),
        maxlife=_seconds(value.maxlife),
        attrs=list(value.attrs),
    )

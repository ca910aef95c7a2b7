"""Fetches of raw bytes in mode http, where there are none to see.

HAProxy warns of them in conditions, formats and `balance hash`.
"""

from __future__ import annotations

from collections.abc import Iterator

from steelyard.config.expr import AclTest, Call, Condition, LogExpr
from steelyard.config.model import Config, Proxy
from steelyard.config.span import Span
from steelyard.config.statement import Room
from steelyard.config.visit import nodes, only

_RAW = frozenset(
    """
distcc_body distcc_param payload payload_lv rdp_cookie rdp_cookie_cnt rep_ssl_hello_type req.len req.payload req.payload_lv
req.rdp_cookie req.rdp_cookie_cnt req.ssl_alpn req.ssl_cipherlist req.ssl_ec_ext req.ssl_hello_type req.ssl_keyshare_groups
req.ssl_sigalgs req.ssl_sni req.ssl_st_ext req.ssl_supported_groups req.ssl_ver req_len req_ssl_hello_type req_ssl_sni
req_ssl_ver res.len res.payload res.payload_lv res.ssl_hello_type
""".split()
)


def check_raw(config: Config, room: Room) -> None:
    told: set[Span] = set()  # rules of a defaults section are seen in each proxy that has them
    for proxy, parts in zip(config.proxies, room.parts, strict=True):
        if proxy.mode == "http" and any(call.name in _RAW for call in only(parts, Call)):
            for name, span in _uses(proxy):
                if span not in told:
                    told.add(span)
                    message = f"'{name}' sees nothing: {proxy.kind} '{proxy.name}' is in mode http"
                    room.report.warning("SY0408", message, span, help="write 'mode tcp', or a fetch of HTTP, as 'req.body'")


def _uses(proxy: Proxy) -> Iterator[tuple[str, Span]]:
    tests: dict[str, list[AclTest]] = {}
    for acl in proxy.acls:
        tests.setdefault(acl.name, []).append(acl)
    for item in nodes(proxy, LogExpr):
        if item.expr.fetch.name in _RAW:
            yield item.expr.fetch.name, item.expr.span
    for condition in nodes(proxy, Condition):
        for term in (term for terms in condition.any for term in terms):
            looked_at = tests.get(term.acl, ()) if isinstance(term.acl, str) else (term.acl,)
            name = next((test.expr.fetch.name for test in looked_at if test.expr.fetch.name in _RAW), None)
            if name is not None:
                yield name, term.span
    hashed = proxy.balance.expr if proxy.balance is not None else None
    if hashed is not None and hashed.fetch.name in _RAW:
        yield hashed.fetch.name, hashed.span

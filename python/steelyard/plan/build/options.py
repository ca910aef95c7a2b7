"""Options: a word of the model is the field of the plan with the same name."""

from __future__ import annotations

from typing import Any

from steelyard.config.model import Proxy
from steelyard.plan.schema.proxy import KeepAlive, Options, Probes

# The words that share one field; the last one said holds.
CONNECTION: dict[str, KeepAlive] = {
    "http-keep-alive": "keep_alive",
    "http-server-close": "server_close",
    "httpclose": "close",
    "forceclose": "close",
}
# The number of `option redispatch` that means its default; 0 switches it off.
LAST_TRY = -1
# More than this a socket of Linux does not take.
MOST_PROBES = 127
LONGEST_PROBE_S = 32_767
# Later names of the same thing.
RENAMED = {
    "accept-unsafe-violations-in-http-request": "accept_invalid_http_request",
    "accept-unsafe-violations-in-http-response": "accept_invalid_http_response",
}


def probes(count: int | None, idle: int | None, interval: int | None) -> Probes:
    """`idle` and `interval` in milliseconds: sockets know seconds."""
    return Probes(
        count=min(count or 0, MOST_PROBES),
        idle=min(-(-(idle or 0) // 1000), LONGEST_PROBE_S),
        interval=min(-(-(interval or 0) // 1000), LONGEST_PROBE_S),
    )


def options(proxy: Proxy) -> Options:
    fields: dict[str, Any] = {}
    for word, on in proxy.options.items():
        if word in CONNECTION:
            if on:
                fields["http_connection"] = CONNECTION[word]
        elif word == "tcpka":
            fields["clitcpka"] = fields["srvtcpka"] = on
        else:
            name = RENAMED.get(word, word.replace("-", "_"))
            if name in Options.__struct_fields__:
                fields[name] = on
    fields["clitcpka_probes"] = probes(proxy.clitcpka_cnt, proxy.clitcpka_idle, proxy.clitcpka_intvl)
    fields["srvtcpka_probes"] = probes(proxy.srvtcpka_cnt, proxy.srvtcpka_idle, proxy.srvtcpka_intvl)
    interval = proxy.redispatch_after
    if interval == 0:
        fields["redispatch"] = False
    elif interval is not None and interval != LAST_TRY:
        fields["redispatch_after"] = interval
    return Options(**fields)

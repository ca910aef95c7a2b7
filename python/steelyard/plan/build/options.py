"""Yes-or-no options: a word of the model is the field of the plan with the same name."""

from __future__ import annotations

from typing import Any

from steelyard.config.model import Proxy
from steelyard.plan.schema.proxy import KeepAlive, Options

# The words that share one field; the last one said holds.
CONNECTION: dict[str, KeepAlive] = {
    "http-keep-alive": "keep_alive",
    "http-server-close": "server_close",
    "httpclose": "close",
    "forceclose": "close",
}
# The number of `option redispatch` that means its default; 0 switches it off.
LAST_TRY = -1
# Later names of the same thing.
RENAMED = {
    "accept-unsafe-violations-in-http-request": "accept_invalid_http_request",
    "accept-unsafe-violations-in-http-response": "accept_invalid_http_response",
}


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
    interval = proxy.redispatch_after
    if interval == 0:
        fields["redispatch"] = False
    elif interval is not None and interval != LAST_TRY:
        fields["redispatch_after"] = interval
    return Options(**fields)

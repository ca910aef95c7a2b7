"""Words that need HTTP in a proxy that is in mode tcp: they have no effect, which is said (as in HAProxy, a warning).

Connections of a frontend in mode tcp may go on as HTTP, and then such words do have an effect. Where a rule says so
(`switch-mode http`) nothing is wrong; where the choice of a backend does it, HAProxy warns as it does elsewhere.
"""

from __future__ import annotations

from steelyard.config.draft import Draft
from steelyard.config.expr import LogText
from steelyard.config.grammar.row import ANY
from steelyard.config.model import Config, Proxy
from steelyard.config.statement import Room
from steelyard.diagnostics.diagnostic import Label

_NEEDS_HTTP = frozenset({"uri", "url_param", "hdr"})
_QUIET = frozenset({"options.httplog", "options.httplog clf"})
_UPGRADED = ("capture request header", "capture response header")
"""Of use where a connection becomes one of HTTP later, so HAProxy does not warn of them."""
_SECURE = "option httpslog"


def check_modes(config: Config, room: Room) -> None:
    targets = {proxy.name for proxy in config.proxies if proxy.kind != "frontend" and proxy.mode == "http"}
    for proxy in config.proxies:
        if proxy.kind == "listen" and (proxy.mode or "tcp") == "tcp" and proxy.default_backend is None:
            _upgrades(proxy, room)
    for draft in room.drafts:
        if draft.where & ANY and draft.get("mode", "tcp") == "tcp":
            _one(draft, targets, room)


def _upgrades(proxy: Proxy, room: Room) -> None:
    """Connections that become HTTP can't go to servers of mode tcp."""
    for rule in proxy.rules.get("tcp-request content", ()):
        if rule.action.name == "switch_mode":
            message = f"connections switched to HTTP can't go to the servers of listen '{proxy.name}', which is in mode tcp"
            room.report.warning("SY0705", message, rule.span, help="add a 'default_backend' in mode http")


def _switches(draft: Draft) -> bool:
    return any(rule.action.name == "switch_mode" for rule in draft.get("rules.tcp-request content", ()))


def _leads(draft: Draft, targets: set[str]) -> bool:
    """Whether a backend that it names is one of these."""
    names = (rule.name[0] for rule in draft.get("use_backend", ()) if len(rule.name) == 1)
    chosen = {name.value for name in names if isinstance(name, LogText)} | {draft.get("default_backend")}
    return not chosen.isdisjoint(targets)


def _one(draft: Draft, targets: set[str], room: Room) -> None:
    secure = draft.words.get(_SECURE)
    if secure is not None:
        message = f"'{_SECURE}' falls back to 'option tcplog': {draft.label} is in mode tcp"
        room.report.warning("SY0709", message, secure, help="add 'mode http', or write 'option tcplog'")
    for path, (row, span) in draft.said.items():
        value = draft.values.get(path)
        if row.mode == "http" and _switches(draft):
            continue
        if row.mode == "http" and draft.own(path) and value is not False:
            message = f"'{row.name}' has no effect: {draft.label} is in mode tcp"
            help = "add 'mode http'"
            if _leads(draft, targets):
                message = f"'{row.name}' has an effect only where a backend in mode http is chosen: {draft.label} is in mode tcp"
                help = "add 'mode http', or a rule with 'switch-mode http'"
            tell = room.report.notice if row.name in _UPGRADED else room.report.warning
            tell("SY0709", message, span, help=help)
        elif row.mode == "http" and row.name.startswith("option ") and value is not False:
            labels = (Label(span, "said here"),)
            message = f"'{row.name}', which is inherited, has no effect: {draft.label} is in mode tcp"
            help = "write defaults sections for each mode, and name them with 'from'"
            room.report.warning("SY0709", message, draft.span, help=help, labels=labels)
        elif path == "balance" and value is not None and value.name in _NEEDS_HTTP and draft.own(path):
            message = f"'balance {value.name}' falls back to round robin: {draft.label} is in mode tcp"
            room.report.warning("SY0709", message, span, help="add 'mode http'")
        elif path in _QUIET and draft.own(path):
            message = f"'{row.name}' falls back to 'option tcplog': {draft.label} is in mode tcp"
            room.report.warning("SY0709", message, span, help="add 'mode http', or write 'option tcplog'")

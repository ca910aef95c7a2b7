"""Words that need HTTP in a proxy that is in mode tcp: they have no effect, which is said (as in HAProxy, a warning)."""

from __future__ import annotations

from steelyard.config.draft import Draft
from steelyard.config.grammar.row import ANY
from steelyard.config.model import Config
from steelyard.config.statement import Room
from steelyard.diagnostics.diagnostic import Label

_NEEDS_HTTP = frozenset({"uri", "url_param", "hdr"})
_QUIET = frozenset({"options.httplog", "options.httplog clf"})


def check_modes(config: Config, room: Room) -> None:
    for draft in room.drafts:
        if draft.where & ANY and draft.get("mode", "tcp") == "tcp":
            _one(draft, room)


def _one(draft: Draft, room: Room) -> None:
    for path, (row, span) in draft.said.items():
        value = draft.values.get(path)
        if row.mode == "http" and draft.own(path) and value is not False:
            message = f"'{row.name}' has no effect: {draft.label} is in mode tcp"
            room.report.warning("SY0709", message, span, help="add 'mode http'")
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

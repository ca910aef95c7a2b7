"""Log formats without anywhere to send lines, and those that another one of their section replaces."""

from __future__ import annotations

from itertools import pairwise

from steelyard.config.draft import Draft
from steelyard.config.grammar.row import FRONT
from steelyard.config.model import Config
from steelyard.config.statement import Room
from steelyard.diagnostics.diagnostic import Label

_WORDS = ("log-format", "option httplog", "option httpslog", "option tcplog")
_FORMATS = ("log_format", "options.httplog", "options.httplog clf", "options.tcplog")


def check_logs(config: Config, room: Room) -> None:
    """Also `log global` where `global` has no `log` line: nothing is logged then, which is rarely meant."""
    global_logs = bool(config.global_.log)
    for draft in room.drafts:
        if draft.kind == "defaults":
            _replaced(draft, room)
        if not draft.where & FRONT:
            continue
        said = next((draft.said[path] for path in _FORMATS if draft.values.get(path)), None)
        targets = [target for target in draft.get("log", ()) if not target.use_global or global_logs]
        only_global = any(target.use_global for target in draft.get("log", ()))
        if said is not None and not targets and (only_global or "log" not in draft.words):
            row, span = said
            where = "section 'global'" if only_global else draft.label
            help = "write 'log <address> <facility>' there" if only_global else "add 'log global' or 'log <address> <facility>'"
            room.report.warning("SY0714", f"'{row.name}' has no effect: {where} has no 'log' line", span, help=help)


def _replaced(draft: Draft, room: Room) -> None:
    """HAProxy warns of it in defaults sections only: a proxy may well replace what it inherits."""
    said = sorted((span.line, word, span) for word in _WORDS if (span := draft.words.get(word)) is not None)
    for (_, before, older), (_, word, span) in pairwise(said):
        labels = (Label(older, "this one is not used"),)
        message = f"'{word}' replaces '{before}' of the same section"
        room.report.warning("SY0726", message, span, help="take one of them out", labels=labels)

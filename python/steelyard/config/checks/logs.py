"""Log formats without anywhere to send lines."""

from __future__ import annotations

from steelyard.config.grammar.row import FRONT
from steelyard.config.model import Config
from steelyard.config.statement import Room

_FORMATS = ("log_format", "options.httplog", "options.httplog clf", "options.tcplog")


def check_logs(config: Config, room: Room) -> None:
    """Also `log global` where `global` has no `log` line: nothing is logged then, which is rarely meant."""
    global_logs = bool(config.global_.log)
    for draft in room.drafts:
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

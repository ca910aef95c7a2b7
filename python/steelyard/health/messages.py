"""The lines that checks write, in HAProxy's words: people and programs read them."""

from __future__ import annotations

from steelyard.health.result import Result
from steelyard.health.state import Health
from steelyard.plan.schema.proxy import Proxy
from steelyard.plan.schema.server import Server


def kind(proxy: Proxy) -> str:
    """What HAProxy calls a section in messages."""
    if proxy.frontend is not None and proxy.backend is not None:
        return "proxy"
    return "frontend" if proxy.frontend is not None else "backend"


def checked(proxy: Proxy, server: Server, health: Health, result: Result) -> str:
    """One check (`option log-health-checks`)."""
    backup = "backup " if server.backup else ""
    return (
        f"Health check for {backup}server {proxy.name}/{server.name} {result.code.outcome.value}"
        f"{result.reason()}, status: {health.score()}."
    )


def down(proxy: Proxy, server: Server, reason: str, active: int, backup: int, sessions: int, queued: int) -> str:
    return (
        f"{_subject(proxy, server)} is DOWN{reason}. {active} active and {backup} backup servers left."
        f"{_on_backup(active, backup)} {sessions} sessions active, 0 requeued, {queued} remaining in queue."
    )


def up(proxy: Proxy, server: Server, reason: str, active: int, backup: int) -> str:
    return f"{_subject(proxy, server)} is UP{reason}. {_online(active, backup)}"


def stopping(proxy: Proxy, server: Server, reason: str, active: int, backup: int) -> str:
    return f"{_subject(proxy, server)} is stopping{reason}. {_online(active, backup)}"


def _online(active: int, backup: int) -> str:
    return (
        f"{active} active and {backup} backup servers online.{_on_backup(active, backup)} 0 sessions requeued, 0 total in queue."
    )


def _subject(proxy: Proxy, server: Server) -> str:
    return f"{'Backup ' if server.backup else ''}Server {proxy.name}/{server.name}"


def _on_backup(active: int, backup: int) -> str:
    return " Running on backup." if backup and not active else ""

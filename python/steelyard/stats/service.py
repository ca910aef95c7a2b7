"""Answers requests for the statistics (`stats uri`): who may see them, in which form."""

from __future__ import annotations

import base64
import binascii
import hmac
from dataclasses import dataclass

from steelyard.engine.events import Service
from steelyard.engine.snapshot import Snapshot
from steelyard.health.checker import Checker
from steelyard.plan.schema import Plan
from steelyard.plan.schema.proxy import Proxy, Stats
from steelyard.stats import csv, page
from steelyard.stats.rows import rows

_REALM = "HAProxy Statistics"


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: list[tuple[str, str]]
    body: bytes


def _plain(status: int, text: str, *headers: tuple[str, str]) -> Answer:
    return Answer(status, [("cache-control", "no-cache"), ("content-type", "text/plain"), *headers], text.encode())


FAILED = _plain(500, "The statistics can't be shown: see the messages of the process.\n")


def answer(event: Service, plan: Plan, snapshot: Snapshot, checker: Checker) -> Answer:
    """Any request whose path begins with the proxy's `stats uri`."""
    proxy = plan.proxies[event.proxy]
    stats = proxy.stats
    if event.service != "stats" or stats is None:
        return _plain(501, f"There is no service '{event.service}' here.\n")
    if stats.users and not _authorized(event, stats):
        realm = (stats.realm or _REALM).replace("\\", "").replace('"', "'")
        return _plain(
            401, "You need a valid user and password to access this content.\n", ("www-authenticate", f'Basic realm="{realm}"')
        )
    if event.method not in ("GET", "HEAD"):
        # Forms of `stats admin` come later; HAProxy answers a form that may not act in the same way.
        return _plain(303, "", ("location", f"{stats.uri};st=DENY"))
    options = set(event.uri.partition("?")[0].removeprefix(stats.uri).split(";")[1:]) | set(_query_options(event.uri))
    if "json" in options:
        return _plain(501, "JSON statistics are not supported yet; ;csv is.\n")
    shown = rows(plan, snapshot, checker, lambda each: _in_scope(each, proxy, stats), legends=stats.show_legends)
    if "csv" in options:
        body, kind = csv.render(shown), "text/plain; charset=utf-8"
    else:
        refresh = stats.refresh if "norefresh" not in options else None
        body, kind = (
            page.render(plan, snapshot, shown, stats, refresh=refresh, only_up="up" in options),
            "text/html; charset=utf-8",
        )
    headers = [("cache-control", "no-cache"), ("content-type", kind)]
    if stats.refresh and "norefresh" not in options:
        headers.append(("refresh", str(stats.refresh)))
    if kind.startswith("text/html"):
        # The page needs nothing from elsewhere, and names in it come from a file that may be someone else's.
        headers.append(("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; img-src data:"))
    return Answer(200, headers, b"" if event.method == "HEAD" else body.encode())


def _query_options(uri: str) -> list[str]:
    """`stats uri /haproxy?stats` has its options behind the question mark: `/haproxy?stats;csv`."""
    return uri.partition("?")[2].split(";")[1:]


def _authorized(event: Service, stats: Stats) -> bool:
    kind, _, encoded = (event.header("authorization") or "").partition(" ")
    if kind.lower() != "basic":
        return False
    try:
        user, colon, password = base64.b64decode(encoded.strip(), validate=True).partition(b":")
    except (binascii.Error, ValueError):
        return False
    if not colon:
        return False
    # Every pair is compared, in the time that a pair takes, so that the time tells nothing about users or passwords.
    good = [
        hmac.compare_digest(user, name.encode()) & hmac.compare_digest(password, secret.encode()) for name, secret in stats.users
    ]
    return any(good)


def _in_scope(proxy: Proxy, own: Proxy, stats: Stats) -> bool:
    """`stats scope`: only the named proxies; `.` is the one with the page."""
    return not stats.scope or proxy.name in stats.scope or ("." in stats.scope and proxy.name == own.name)

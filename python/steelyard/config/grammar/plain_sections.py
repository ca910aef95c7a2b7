"""Sections that are no proxies: how they begin, and what they must hold when they end."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from steelyard.config.draft import Draft
from steelyard.config.grammar.acme_words import close_acme
from steelyard.config.grammar.row import Where
from steelyard.config.grammar.section import Open, Section, keep, name_of, too_many
from steelyard.config.span import Word, run_of
from steelyard.config.statement import Room
from steelyard.diagnostics.diagnostic import Label

_RINGS = ("buf0", "stderr", "stdout")
"""Rings that HAProxy makes itself."""
_ANY_NAME = ("cache", "program")
"""Sections whose names may hold anything."""


def unique(draft: Draft, room: Room) -> None:
    """Two sections of one kind can't share a name."""
    first = room.sections.setdefault((draft.kind, draft.name), draft)
    if first is not draft and draft.name:
        labels = (Label(first.span, "the first one"),)
        message = f"{draft.kind} '{draft.name}' has the name of another {draft.kind}"
        room.report.alert("SY0202", message, draft.span, help="give it another name", labels=labels)
    elif draft.kind == "ring" and draft.name in _RINGS:
        room.report.alert("SY0202", f"ring '{draft.name}' is there already", draft.span, help="give it another name")


def _named(kind: str, where: Where, lax: bool, experimental: bool) -> Open:
    def open_(words: Sequence[Word], room: Room) -> Draft:
        loose = kind in _ANY_NAME and len(words) > 1
        draft = Draft(kind, words[1].text if loose else name_of(words, room), where, run_of(words[:2]))
        too_many(words, 2, room, lax=lax)
        said = room.global_.words if room.global_ is not None else {}
        if experimental and "expose-experimental-directives" not in said:
            help = "write 'expose-experimental-directives' in 'global' above it"
            room.report.alert("SY0116", f"section '{kind}' is experimental", draft.span, help=help)
        unique(draft, room)
        return keep(draft, room)

    return open_


def _nameless(kind: str, where: Where) -> Open:
    """`traces`, which has no name, and `crt-store`, which need not have one."""

    def open_(words: Sequence[Word], room: Room) -> Draft:
        name = name_of(words, room) if kind == "crt-store" and len(words) > 1 else ""
        too_many(words, 2 if name else 1, room)
        return keep(Draft(kind, name, where, run_of(words[:2])), room)

    return open_


def _wants(word: str, help: str) -> Callable[[Draft, Room], None]:
    """A section that is nothing without one of its words."""

    def close(draft: Draft, room: Room) -> None:
        if draft.place(word) is None:
            room.report.alert("SY0119", f"{draft.label} has no '{word}'", draft.span, help=help)

    return close


def _close_cache(draft: Draft, room: Room) -> None:
    """A cache has a size, and an object is at most half of it."""
    said = {said.name: said for _, said in draft.others}
    total = _number(said["total-max-size"].words[0]) if "total-max-size" in said else 0
    if not total:
        room.report.alert("SY0119", f"{draft.label} has no size", draft.span, help="write 'total-max-size <megabytes>'")
    elif "max-object-size" in said and _number(said["max-object-size"].words[0]) > total << 19:
        message = f"an object of {draft.label} may have half of its size, {total << 19} bytes, and no more"
        room.report.alert("SY0303", message, said["max-object-size"].span)


def _close_app(draft: Draft, room: Room) -> None:
    """HAProxy does not start where more than one request at once is asked of an application that takes one."""
    _wants("docroot", "write 'docroot <path>'")(draft, room)
    options = [said for _, said in draft.others if said.name == "option" and not said.prefix]
    most = [said for said in options if said.words[0] == "max-reqs" and _number(said.words[1]) > 1]
    if most and not any(said.words[0] == "mpxs-conns" for said in options):
        help = "add 'option mpxs-conns'"
        room.report.alert("SY0119", f"{draft.label} takes one request at once on a connection", most[-1].span, help=help)


def _close_peers(draft: Draft, room: Room) -> None:
    """HAProxy leaves a section out where this process is none of its peers; who it is, the environment says."""
    own = room.environment("HAPROXY_LOCALPEER")
    names = {server.name for server in draft.get("servers", ())}
    switch = next((said.name for _, said in reversed(draft.others) if said.name in ("disabled", "enabled")), "enabled")
    shards = next((_number(said.words[0]) for _, said in reversed(draft.others) if said.name == "shards"), 0)
    for server in draft.get("servers", ()):
        for said in server.others:
            if said.name == "shard" and 0 < shards < _number(said.words[0]):
                message = f"shard {said.words[0]} has no effect: {draft.label} has {shards} shards"
                room.report.warning("SY0119", message, said.span, help=f"write 'shards {said.words[0]}' in the section")
    if own and own not in names and switch == "enabled":
        help = f"name one of the peers '{own}', or say who this is with 'localpeer' or '-L'"
        room.report.warning(
            "SY0119", f"{draft.label} is left out: this process, '{own}', is none of its peers", draft.span, help=help
        )


def _close_check(draft: Draft, room: Room) -> None:
    """Steps belong to the kind of check that carries them out."""
    _wants("type", "write 'type <kind>'")(draft, room)
    kind = next((said.words[0] for _, said in reversed(draft.others) if said.name == "type"), "")
    steps = {"tcp-check": "tcp-check", "httpchk": "http-check"}.get(kind)
    for _, said in draft.others:
        if kind and said.name != "type" and said.name.split(" ")[0] != steps:
            room.report.alert("SY0722", f"'{said.name}' is no step of a check of type '{kind}'", said.span)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0


def _later(
    name: str,
    doc: str,
    where: Where,
    close: Callable[[Draft, Room], None] | None = None,
    *,
    help: str = "",
    lax: bool = False,
    experimental: bool = False,
) -> Section:
    return Section(name, doc, _named(name, where, lax, experimental), close, help=help, later=True)


ROWS = (
    _later("peers", "Processes that share stick tables.", Where.PEERS, _close_peers),
    Section("resolvers", "Name servers.", _named("resolvers", Where.RESOLVERS, lax=True, experimental=False)),
    _later("mailers", "Mail servers for alerts.", Where.MAILERS, lax=True),
    _later("cache", "A small cache of responses.", Where.CACHE, _close_cache),
    _later(
        "program",
        "Other programs run beside the balancer.",
        Where.PROGRAM,
        _wants("command", "write 'command <program>'"),
        help="run it from the service manager",
    ),
    Section("ring", "A ring buffer of log lines.", _named("ring", Where.RING, lax=True, experimental=False)),
    _later("log-forward", "A relay of syslog messages.", Where.LOG_FORWARD),
    Section("log-profile", "Log formats by event.", _named("log-profile", Where.LOG_PROFILE, lax=False, experimental=False)),
    _later("fcgi-app", "A FastCGI application.", Where.FCGI_APP, _close_app),
    Section("crt-store", "Certificates by name.", _nameless("crt-store", Where.CRT_STORE)),
    _later("acme", "An issuer of certificates.", Where.ACME, close_acme, experimental=True),
    _later("healthcheck", "Health checks by name.", Where.HEALTHCHECK, _close_check),
    Section("traces", "Debug traces.", _nameless("traces", Where.TRACES)),
)

"""Sections: the word that starts one, what may follow it, what happens at its end."""

from __future__ import annotations

from collections.abc import Sequence

from steelyard.config.draft import Draft
from steelyard.config.grammar import plain_sections
from steelyard.config.grammar.row import ANY, Where
from steelyard.config.grammar.section import Open, Section, keep, name_of, too_many
from steelyard.config.grammar.values import NAME
from steelyard.config.inherit import seal_defaults
from steelyard.config.model import User, Userlist
from steelyard.config.nearest import nearest
from steelyard.config.span import Word, run_of
from steelyard.config.statement import Room
from steelyard.diagnostics.diagnostic import Label


def _global(words: Sequence[Word], room: Room) -> Draft:
    """All `global` sections are one."""
    too_many(words, 1, room)
    if room.global_ is None:
        room.global_ = keep(Draft("global", "", Where.GLOBAL, words[0].span), room)
    return room.global_


def _defaults(words: Sequence[Word], room: Room) -> Draft:
    name, at = "", 1
    if len(words) > 1 and not (words[1].text == "from" and len(words) > 2):
        name, at = words[1].text, 2
    draft = Draft("defaults", name, Where.DEFAULTS, run_of(words[:at]))
    if len(words) > at and words[at].text == "from":
        _from(draft, words, at, room, use_last=False)
    if name:
        if not NAME.match(name):
            message = f"'{name}' is no name that other sections could have"
            room.report.notice("SY0201", message, words[1].span, help="use letters, digits, '-', '_', '.' and ':'")
        older = room.defaults.get(name)
        if older is not None:
            room.ambiguous[name] = older
        room.defaults[name] = draft
    room.last_defaults = draft
    return keep(draft, room)


def _from(draft: Draft, words: Sequence[Word], at: int, room: Room, use_last: bool) -> None:
    """`from <defaults>`, or the last defaults section where nothing is said."""
    if len(words) <= at or words[at].text != "from":
        if use_last and room.last_defaults is not None:
            draft.inherit(room.last_defaults)
        return
    if len(words) == at + 1:
        draft.broken = True
        room.report.alert("SY0107", "'from' needs the name of a defaults section", words[at].span)
        return
    name = words[at + 1]
    parent = room.defaults.get(name.text)
    if parent is None:
        guess = nearest(name.text, room.defaults)
        hint = f"did you mean '{guess}'?" if guess else "define it above with 'defaults <name>'"
        draft.broken = True
        room.report.alert("SY0203", f"no defaults section '{name}' before this line", name.span, help=hint)
        return
    if name.text in room.ambiguous:
        labels = (Label(room.ambiguous[name.text].span, "first defined here"), Label(parent.span, "and here"))
        room.report.alert("SY0204", f"more than one defaults section is named '{name}'", name.span, labels=labels)
    too_many(words, at + 2, room)
    draft.by_name = True
    draft.inherit(parent)


def _proxy(kind: str, where: Where) -> Open:
    def open_(words: Sequence[Word], room: Room) -> Draft:
        draft = Draft(kind, name_of(words, room), where, run_of(words[:2]))
        if len(words) > 2 and words[2].text != "from" and kind == "backend":
            # HAProxy does not open the section then, and refuses the lines that follow
            room.report.alert("SY0108", f"'backend' takes no argument '{words[2]}'", run_of(words[2:]), help="leave it out")
        elif len(words) > 3 and words[2].text != "from":
            too_many(words, 3, room, help=f"write 'bind {words[2]}' below it, with what belongs to the address behind that")
        _from(draft, words, 2, room, use_last=True)
        _unique(draft, room)
        return keep(draft, room)

    return open_


def old_bind(words: Sequence[Word]) -> Sequence[Word]:
    """`listen <name> <address>`, as of old: the line that says it today; none where no address stands there."""
    if words[0].text not in ("frontend", "listen") or len(words) != 3 or words[2].text == "from":
        return ()
    return (Word("bind", words[2].span), words[2])


def _unique(draft: Draft, room: Room) -> None:
    """A frontend and a backend may share a name, as in HAProxy up to 3.2; no other pair may."""
    for other in room.proxies.get(draft.name, ()):
        if (draft.name and other.where & draft.where) or "listen" in (other.kind, draft.kind):
            labels = (Label(other.span, "the first one"),)
            message = f"{draft.kind} '{draft.name}' has the name of another {other.kind}"
            room.report.alert("SY0202", message, draft.span, help="give it another name", labels=labels)
            break
        if draft.name and draft.where & ANY and other.where & ANY:
            labels = (Label(other.span, "the first one"),)
            message = f"{draft.kind} '{draft.name}' has the name of a {other.kind}, which HAProxy refuses since 3.3"
            room.report.warning("SY0202", message, draft.span, help="give it another name", labels=labels)
            break
    room.proxies.setdefault(draft.name, []).append(draft)


def _userlist(words: Sequence[Word], room: Room) -> Draft:
    draft = Draft("userlist", name_of(words, room), Where.USERLIST, run_of(words[:2]))
    too_many(words, 2, room)
    return keep(draft, room)


def _close_userlist(draft: Draft, room: Room) -> None:
    """Joins `user ... groups` with `group ... users`; a later list of the same name is left out, as in HAProxy."""
    groups: dict[str, list[str]] = {name: users for name, users, _ in draft.get("groups", [])}
    users: dict[str, User] = {}
    for name, password, insecure, of, _ in draft.get("users", []):
        for group in of:
            if group.text not in groups:
                room.report.alert("SY0205", f"no group '{group}' in userlist '{draft.name}'", group.span)
        mine = {group.text for group in of} | {group for group, members in groups.items() if name in members}
        users[name] = User(name, password, insecure, tuple(sorted(mine)))
    for _, members, span in draft.get("groups", []):
        for member in members:
            if member not in users:
                room.report.alert("SY0205", f"no user '{member}' in userlist '{draft.name}'", span)
    if draft.name in room.userlists:
        labels = (Label(room.userlists[draft.name].span, "the first one"),)
        room.report.warning("SY0206", f"second userlist '{draft.name}' is not used", draft.span, labels=labels)
        return
    room.userlists[draft.name] = Userlist(draft.name, tuple(users.values()), tuple(groups), draft.span)


def _http_errors(words: Sequence[Word], room: Room) -> Draft:
    draft = Draft("http-errors", name_of(words, room), Where.HTTP_ERRORS, run_of(words[:2]))
    too_many(words, 2, room, lax=True)
    plain_sections.unique(draft, room)
    room.http_errors[draft.name] = draft
    return draft


def _close_defaults(draft: Draft, room: Room) -> None:
    seal_defaults(draft)


_ROWS = (
    Section("global", "Settings of the whole process.", _global),
    Section("defaults", "Settings that the proxies after it (or `from` it) start with.", _defaults, _close_defaults),
    Section("frontend", "Addresses that accept clients, and where their requests go.", _proxy("frontend", Where.FRONTEND)),
    Section("backend", "Servers, and how requests are spread over them.", _proxy("backend", Where.BACKEND)),
    Section("listen", "A frontend and a backend in one.", _proxy("listen", Where.LISTEN)),
    Section("userlist", "Users and groups for HTTP authentication.", _userlist, _close_userlist),
    Section("http-errors", "A named set of error replies.", _http_errors),
    *plain_sections.ROWS,
    Section("namespace_list", "Network namespaces.", why="is gone", help="name the namespace on 'bind' and 'server'"),
)

SECTIONS: dict[str, Section] = {row.name: row for row in _ROWS}

"""Every word of the language as something to look up: what `steelyard doc` and editors show is read off the tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from steelyard.config.grammar import acls, actions, aliases, calls, docs, places, supported
from steelyard.config.grammar.action_usage import action_usage
from steelyard.config.grammar.bind_options import BIND_OPTIONS
from steelyard.config.grammar.docs.newer import newer
from steelyard.config.grammar.keywords import KEYWORDS
from steelyard.config.grammar.row import PLAIN, Effect, Row, Where
from steelyard.config.grammar.sections import SECTIONS
from steelyard.config.grammar.server_options import SERVER_OPTIONS
from steelyard.config.nearest import begin, nearest

KINDS = {
    "section": "sections",
    "keyword": "words that start a line",
    "option": "`option` lines",
    "bind option": "words of a `bind` line",
    "server option": "words of a `server` line",
    "action": "actions of rules",
    "fetch": "what expressions look at",
    "converter": "what expressions do with it",
    "ACL word": "short forms for ACLs",
    "ACL": "ACLs that are always there",
    "log alias": "items of log formats",
}
"""Kinds of entries, and what they are."""

EFFECTS: dict[Effect, str] = {
    "supported": "works",
    "accepted": "accepted, and changes nothing here",
    "refused": "refused: it can't have its effect here, and ignoring it would change what happens",
    "later": "read and checked, but this version can't do it yet",
    "removed": "gone from HAProxy",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One meaning of a word. `name` is unique in its kind but for rows of different sections.

    `usage`: how it is written. `valid`: sections, or rule sets of an action. `notes`: more to know, one sentence each.
    """

    kind: str
    name: str
    doc: str
    usage: str
    effect: Effect = "supported"
    valid: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@cache
def entries() -> tuple[Entry, ...]:
    """Everything there is, kind by kind, in the order of the tables."""
    return tuple(_dated(entry) for entry in _all())


def _dated(entry: Entry) -> Entry:
    if entry.name not in newer(entry.kind):
        return entry
    return replace(entry, notes=(*entry.notes, "Newer than HAProxy 2.6."))


def _all() -> tuple[Entry, ...]:
    return (
        *_sections(),
        *(_row(row, "option" if row.name.startswith("option ") else "keyword") for row in KEYWORDS.rows),
        *(_row(row, "bind option") for row in BIND_OPTIONS.rows),
        *(_row(row, "server option") for row in SERVER_OPTIONS.rows),
        *_actions(),
        *_fetches(),
        *_converters(),
        *_acls(),
        *_aliases(),
    )


@cache
def by_name() -> dict[str, tuple[Entry, ...]]:
    """Entries by what a user may type: the name in small letters, also without `option`, `%` or the rule set."""
    found: dict[str, list[Entry]] = {}
    for entry in entries():
        keys = {entry.name.lower()}
        if entry.kind == "option":
            keys.add(entry.name.removeprefix("option "))
        elif entry.kind == "action":
            keys |= {f"{ruleset} {entry.name}" for ruleset in entry.valid}
        elif entry.kind == "log alias":
            keys = {entry.name}  # small and capital letters differ
        elif entry.kind in ("bind option", "server option"):
            keys.add(f"{entry.kind.split()[0]} {entry.name}")
        for key in keys:
            found.setdefault(key, []).append(entry)
    return {key: tuple(value) for key, value in found.items()}


def find(word: str) -> tuple[Entry, ...]:
    """All meanings of a word or of several (`option httpchk`, `http-request deny`, `%ci`, `req.hdr(host)`)."""
    text = " ".join(word.split())
    bare = text.partition("(")[0] if not text.startswith("(") else text
    for each in (text, text.lower(), bare, bare.lower(), bare.rstrip("0123456789").lower()):
        found = by_name().get(each)
        if found:
            return found
    return ()


def beginning(word: str) -> tuple[Entry, ...]:
    """Entries of several words that start with this one: `timeout`, `stats`, `http-check`."""
    text = " ".join(word.split()).lower() + " "
    return tuple(entry for entry in entries() if entry.name.startswith(text))


def near(word: str, most: int = 5) -> tuple[str, ...]:
    """Names that look like an unknown word, the nearest first."""
    begin()
    text = " ".join(word.split())
    names = set(by_name())
    found: list[str] = []
    while len(found) < most:
        guess = nearest(text.lower(), sorted(names))
        if not guess:
            break
        found.append(guess)
        names.discard(guess)
    held = sorted(name for name in names if len(text) > 2 and text.lower() in name)
    return tuple([*found, *held][:most])


def _sections() -> Iterator[Entry]:
    named = {"global": "", "defaults": " [<name>] [from <defaults>]"}
    proxies = ("frontend", "backend", "listen")
    for section in SECTIONS.values():
        more = named.get(section.name, " <name> [from <defaults>]" if section.name in proxies else " <name>")
        gone = section.open is None
        effect: Effect = "removed" if gone else "later" if section.later else "supported"
        notes = (f"{section.help[0].upper()}{section.help[1:]}.",) if section.help else ()
        yield Entry("section", section.name, section.doc, section.name + more, effect, (), notes)


def _arguments(row: Row) -> str:
    """What follows the word: from its types, or where it has a grammar of its own from the table of such words."""
    least = len(row.args) if row.least < 0 else row.least
    if row.args:
        return " ".join(arg.show if index < least else f"[{arg.show}]" for index, arg in enumerate(row.args))
    if row.parse is None or not _is_line(row):
        return ""
    known = docs.usages()
    if row.where & PLAIN:
        return known.get(f"{next(name for name in _sections_of(row))}/{row.name}", known.get(row.name, "..."))
    return known.get(row.name, "...")


def _sections_of(row: Row) -> tuple[str, ...]:
    return tuple(sorted((flag.name or "").lower().replace("_", "-") for flag in row.where))


_LINES = {"bind option": "bind <address> ...", "server option": "server <name> <address> ..."}


def _row(row: Row, kind: str) -> Entry:
    name = row.name + ("(<name>)" if row.called else "")
    usage = " ".join(each for each in (name, _arguments(row)) if each)
    if kind in _LINES:
        usage = f"{_LINES[kind]} {usage}"
    valid = _sections_of(row) if _is_line(row) else ()
    return Entry(kind, row.name, row.doc, ("[no] " if row.negate else "") + usage, row.effect, valid, tuple(_row_notes(row)))


def _is_line(row: Row) -> bool:
    return not row.where & (Where.BIND | Where.SERVER | Where.DEFAULT_SERVER)


def _row_notes(row: Row) -> Iterator[str]:
    if row.mode:
        yield f"Needs `mode {row.mode}`."
    if row.named_defaults:
        yield "In a defaults section only where that has a name."
    if row.repeat == "add":
        yield "May stand more than once."
    if row.since:
        yield f"Since HAProxy {row.since}."
    if row.deprecated:
        yield f"Deprecated since HAProxy {row.deprecated}."
    if row.removed:
        yield f"Gone since HAProxy {row.removed}."
    if row.today is not None:
        yield "It is read in today's words."
    if row.instead:
        yield f"{row.instead[0].upper()}{row.instead[1:]}."


def _actions() -> Iterator[Entry]:
    for name, doc in docs.actions().items():
        bare = name.rstrip("*")
        shape = actions.SHAPES.get(name)
        effect: Effect = "later" if shape is None or not shape.ready else "accepted" if shape.accepted else "supported"
        yield Entry("action", bare, doc, action_usage(name, shape), effect, actions.rulesets_of(name))


_ARGUMENTS = {"occurrence": "number", "count": "number", "positive": "number", "number": "number|variable", "var": "variable"}


def _call_usage(row: calls.Row) -> str:
    if not row.args:
        return row.name
    shown = [f"<{_ARGUMENTS.get(arg.kind, arg.kind.replace('_', ' '))}>" for arg in row.args]
    text = ""
    for position in range(len(shown) - 1, -1, -1):
        comma = "," if position else ""
        text = f"[{comma}{shown[position]}{text}]" if row.args[position].optional else f"{comma}{shown[position]}{text}"
    return f"{row.name}({text})" if not row.args[0].optional else f"{row.name}[({text[1:-1]})]"


_TYPES = {
    "any": "a value of any type",
    "bool": "true or false",
    "sint": "a number",
    "addr": "an address",
    "ipv4": "an IPv4 address",
    "ipv6": "an IPv6 address",
    "str": "text",
    "bin": "bytes",
    "meth": "a method",
    "same": "what came in",
}


def _fetches() -> Iterator[Entry]:
    from steelyard.config.grammar.renames import FETCH

    for row in calls.fetch_rows().values():
        names = FETCH.get(row.name, (row.name,))
        effect: Effect = "supported" if supported.FETCHES.issuperset(names) else "later"
        where = _rulesets(row.places)
        notes = (f"Gives {_TYPES[row.output]}.", *(f"In requests it is `{name}`." for name in names[:1] if name != row.name))
        yield Entry("fetch", row.name, docs.fetches()[row.name], _call_usage(row), effect, where, notes)


def _rulesets(bits: int) -> tuple[str, ...]:
    return ("everywhere",) if bits == calls.EVERYWHERE else tuple(places.rulesets_of(bits))


def _converters() -> Iterator[Entry]:
    for row in calls.converter_rows().values():
        effect: Effect = "supported" if row.name in supported.CONVERTERS else "later"
        notes = (f"Takes {_TYPES[row.input]}, gives {_TYPES[row.output]}.",)
        yield Entry("converter", row.name, docs.converter_docs()[row.name], _call_usage(row), effect, (), notes)


def _acls() -> Iterator[Entry]:
    for word, (fetch, method) in acls.rows().items():
        if word not in calls.fetch_rows():
            yield Entry("ACL word", word, f"Short for `{fetch} -m {method}`.", f"{word} <pattern> ...", "supported", ("acl",))
    for name, test in acls.PREDEFINED.items():
        yield Entry("ACL", name, f"Stands for `{test}`.", name, "supported", ("conditions",))


def _aliases() -> Iterator[Entry]:
    for name, needs_http in aliases.rows().items():
        effect: Effect = "supported"
        notes = ("Needs `mode http`.",) if needs_http else ()
        yield Entry("log alias", f"%{name}", docs.aliases()[name], f"%{name}", effect, ("log-format",), notes)

"""What lines name by its name: other sections, filters of the proxy, places for captures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from steelyard.config.draft import Draft
from steelyard.config.expr import FilterArg, ProfileArg, Rule
from steelyard.config.grammar.row import ANY, FRONT
from steelyard.config.model import Config, Said
from steelyard.config.nearest import nearest
from steelyard.config.span import Span
from steelyard.config.statement import Room

_SAID = {"email-alert mailers": "mailers", "use-fcgi-app": "fcgi-app"}
"""Words whose argument is the name of a section, and its kind."""
_FILTERS = {"cache": "cache", "fcgi-app": "fcgi-app"}
_ACTIONS = {
    "cache_store": ("name", "cache"),
    "cache_use": ("name", "cache"),
    "do_log": ("profile", "log-profile"),
    "do_resolve": ("resolvers", "resolvers"),
}
"""Actions, the field that names a section, and its kind."""
_OWN = ("resolvers", "default")
"""HAProxy makes this section itself, from the machine's own resolv.conf."""


def check_parts(config: Config, room: Room) -> None:
    sections: dict[str, set[str]] = {}
    for section in config.sections:
        sections.setdefault(section.kind, set()).add(section.name)
    sections["log-profile"] = {profile.name for profile in config.log_profiles}
    for draft in room.drafts:
        for name, span in draft.marks.get("acme", ()):
            _must_be("acme", name, sections.get("acme", ()), span, room)
        if draft.where & ANY:
            for kind, name, span in _named(draft):
                _must_be(kind, name, sections.get(kind, ()), span, room)
            for server in draft.get("servers", ()):
                for said in server.others:
                    if said.name == "healthcheck":
                        _must_be("healthcheck", said.words[0], sections.get("healthcheck", ()), said.span, room)
            _filters(draft, room)
            _engines(draft, room)
            _captures(draft, room)


def _named(draft: Draft) -> Iterator[tuple[str, str, Span]]:
    for said in _others(draft):
        if said.name == "email-alert mailers" and _unsent(draft):  # nobody is looked for
            continue
        if said.name in _SAID and said.words:
            yield _SAID[said.name], said.words[0], said.span
        elif said.name == "filter" and said.words[0] in _FILTERS:
            yield _FILTERS[said.words[0]], said.words[1], said.span
    for _, rule in _rules(draft):
        if rule.action.name in _ACTIONS:
            field, kind = _ACTIONS[rule.action.name]
            name = dict(rule.action.fields).get(field)
            if isinstance(name, ProfileArg):
                name = name.name
            if isinstance(name, str):
                yield kind, name, rule.span


def _unsent(draft: Draft) -> bool:
    return any(draft.place(word) is None for word in ("email-alert from", "email-alert to"))


def _others(draft: Draft) -> Iterator[Said]:
    return (said for _, said in draft.others)


def _rules(draft: Draft) -> Iterator[tuple[str, Rule]]:
    for path, rules in draft.values.items():
        if path.startswith("rules."):
            yield from ((path.removeprefix("rules."), rule) for rule in rules)


def _must_be(kind: str, name: str, known: Iterable[str], span: Span, room: Room) -> None:
    if name not in known and (kind, name) != _OWN:
        guess = nearest(name, list(known))
        help = f"did you mean '{guess}'?" if guess else f"add a section '{kind} {name}'"
        room.report.alert("SY0741", f"no section '{kind} {name}'", span, help=help)


def _filters(draft: Draft, room: Room) -> None:
    limits = {each.name: each for each in draft.get("bandwidth", ())}
    for _, rule in _rules(draft):
        if rule.action.name == "set_bandwidth_limit":
            fields = dict(rule.action.fields)
            filter = fields["filter"]
            name = filter.name if isinstance(filter, FilterArg) else ""
            if name not in limits:
                guess = nearest(name, list(limits))
                help = f"did you mean '{guess}'?" if guess else f"add 'filter bwlim-in {name} ...'"
                room.report.alert("SY0742", f"{draft.label} has no bandwidth filter '{name}'", rule.span, help=help)
            elif limits[name].key is not None and not fields["limit"] is fields["period"] is None:
                message = f"a rule can't change the limit of '{name}', which streams share"
                room.report.alert("SY0763", message, rule.span, help="leave out 'limit' and 'period'")


def _engines(draft: Draft, room: Room) -> None:
    """A filter that names no engine takes the name of an agent in its file, which is not read for that."""
    filters = [said.words[1:] for said in _others(draft) if said.name == "filter" and said.words[0] == "spoe"]
    known = {words[words.index("engine") + 1] for words in filters if "engine" in words}
    if any("engine" not in words for words in filters):
        return
    for _, rule in _rules(draft):
        if rule.action.name == "send_spoe_group":
            name = str(dict(rule.action.fields)["engine"])
            if name not in known:
                guess = nearest(name, known)
                help = f"did you mean '{guess}'?" if guess else f"add 'filter spoe engine {name} config <file>'"
                room.report.alert("SY0742", f"{draft.label} has no filter with the engine '{name}'", rule.span, help=help)


def _captures(draft: Draft, room: Room) -> None:
    """A frontend knows how many captures it has; what a backend finds is seen when it runs."""
    if not draft.where & FRONT:
        return
    have = {side: len(draft.get(f"capture_{side}", ())) for side in ("request", "response")}
    captures = [(ruleset, rule, dict(rule.action.fields)) for ruleset, rule in _rules(draft) if rule.action.name == "capture"]
    have["request"] += sum(fields["len"] is not None for _, _, fields in captures)
    for ruleset, rule, fields in captures:
        side = "request" if "request" in ruleset else "response"
        number = fields.get("id")
        if isinstance(number, int) and number >= have[side]:
            count = have[side]
            message = f"{draft.label} has no capture {number} of the {side}: there {'is' if count == 1 else 'are'} {count}"
            room.report.alert("SY0743", message, rule.span, help=f"add 'declare capture {side} len <bytes>'; they count from 0")

"""What defaults sections may hand on, and to whom."""

from __future__ import annotations

from steelyard.config.draft import Draft
from steelyard.config.expr import Rule, ServerArg, TableArg
from steelyard.config.grammar.row import ANY
from steelyard.config.model import Config
from steelyard.config.span import Span
from steelyard.config.statement import Room
from steelyard.config.visit import nodes
from steelyard.diagnostics.diagnostic import Label

# Rules that one half of a proxy can't have.
_NOT_FOR = {
    "frontend": ("rules.tcp-response content",),
    "backend": ("rules.tcp-request connection", "rules.tcp-request session"),
}


def check_defaults(config: Config, room: Room) -> None:
    _mixed(room)
    for draft in room.drafts:
        if draft.kind == "defaults":
            _servers(draft, room)
    used = {id(draft.inherits): draft.inherits for draft in room.drafts if draft.where & ANY and draft.inherits is not None}
    for parent in used.values():
        _tables(parent, room)
    _handed(room)


def _mixed(room: Room) -> None:
    """Some proxies name it and others take it because it comes last: easily mixed up (HAProxy warns, too)."""
    named: dict[int, Draft] = {}
    silent: dict[int, Draft] = {}
    for draft in room.drafts:
        if draft.inherits is not None and draft.where & ANY:
            (named if draft.by_name else silent).setdefault(id(draft.inherits), draft)
    for key in named.keys() & silent.keys():
        one, other = named[key], silent[key]
        defaults = one.inherits.name if one.inherits is not None else ""
        message = f"defaults section '{defaults}' is named by {one.label}, and used without its name here"
        labels = (Label(one.span, "named here"),)
        room.report.warning(
            "SY0207", message, other.span, help=f"write '{other.kind} {other.name} from {defaults}'", labels=labels
        )


def _handed(room: Room) -> None:
    """Rules go to frontends or to backends, not to both, nor to a `listen` or another defaults section."""
    first: dict[int, Draft] = {}
    for draft in room.drafts:
        parent = draft.inherits
        rules = _rules(parent) if parent is not None else {}
        if parent is None or not rules:
            continue
        other = first.setdefault(id(parent), draft) if draft.kind in ("frontend", "backend") else draft
        labels = (Label(next(iter(rules.values()))[0].span, "a rule of it"),)
        if draft.kind in ("listen", "defaults"):
            message = f"{draft.label} can't inherit from defaults section '{parent.name}', which has rules"
            room.report.alert("SY0209", message, draft.span, help="write the rules in each proxy", labels=labels)
        elif any(path in rules for path in _NOT_FOR[draft.kind]):
            word = next(path for path in _NOT_FOR[draft.kind] if path in rules).removeprefix("rules.")
            message = f"{draft.label} can't inherit from defaults section '{parent.name}', which has '{word}' rules"
            room.report.alert("SY0209", message, draft.span, labels=(Label(rules[f"rules.{word}"][0].span, "here"),))
        elif other.kind != draft.kind:
            message = f"{draft.label} and {other.label} can't both inherit the rules of defaults section '{parent.name}'"
            room.report.alert("SY0209", message, draft.span, help="write a defaults section for each", labels=labels)


def _rules(draft: Draft) -> dict[str, list[Rule]]:
    return {path: value for path, value in draft.values.items() if path.startswith("rules.") and value}


def _servers(draft: Draft, room: Room) -> None:
    """A defaults section has no servers, so a server is named with its backend."""
    for arg in nodes(_rules(draft), ServerArg):
        if not arg.proxy:
            help = f"write '<backend>/{arg.server}'"
            room.report.alert("SY0708", f"server '{arg.server}' is not said to be of any backend", arg.span, help=help)


def _tables(draft: Draft, room: Room) -> None:
    """Nor has it a stick table, so that is named, where a proxy makes use of the section."""
    told: set[Span] = set()
    for arg in nodes(_rules(draft), TableArg):
        if not arg.name and arg.span not in told:
            told.add(arg.span)
            message = f"{draft.label} has no stick table, and none is named"
            room.report.alert("SY0760", message, arg.span, help="name one, as 'table <backend>'")

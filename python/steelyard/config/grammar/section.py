"""What all sections share: how one is opened, named and kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from steelyard.config.draft import Draft
from steelyard.config.grammar.values import NAME
from steelyard.config.span import Word, run_of
from steelyard.config.statement import Room

Open = Callable[[Sequence[Word], Room], Draft]


@dataclass(frozen=True, slots=True)
class Section:
    """A section without `open` is known but can't be read; `code`, `why` and `help` say so.

    `later`: it is read and judged, and can't run yet.
    """

    name: str
    doc: str
    open: Open | None = None
    close: Callable[[Draft, Room], None] | None = None
    code: str = "SY0105"
    why: str = ""
    help: str = ""
    later: bool = False


def too_many(words: Sequence[Word], count: int, room: Room, help: str = "", *, lax: bool = False) -> None:
    """Reports words behind the first `count`. `lax`: HAProxy passes over them, so they only draw a warning."""
    if len(words) > count and lax:
        message = f"'{words[count]}' is not read, '{words[0]}' ends before it"
        room.report.notice("SY0114", message, run_of(words[count:]), help="leave this out")
    elif len(words) > count:
        message = f"'{words[0]}' takes no argument '{words[count]}'"
        room.report.alert("SY0108", message, run_of(words[count:]), help=help)


def keep(draft: Draft, room: Room) -> Draft:
    room.drafts.append(draft)
    return draft


def name_of(words: Sequence[Word], room: Room) -> str:
    """The name on a section's line; a made-up one where it is missing, so that reading goes on."""
    if len(words) < 2:
        room.report.alert("SY0107", f"'{words[0]}' needs a name", words[0].span, help=f"write '{words[0]} <name>'")
        return ""
    name = words[1]
    if not NAME.match(name.text):
        wrong = next(c for c in name.text if not NAME.match(c))
        help = "letters, digits, '-', '_', '.' and ':' are"
        room.report.alert("SY0201", f"'{wrong}' is not allowed in the name '{name}'", name.span, help=help)
    return name.text

"""The word of `traces` sections (manual section 12.1; the manual of management says what may follow it)."""

from __future__ import annotations

from collections.abc import Sequence

from steelyard.config.grammar.row import Row, Where
from steelyard.config.grammar.trace_sources import LEVELS, sources
from steelyard.config.statement import Statement

_STATES = ("pause", "start", "stop")
_OF_ALL = ("follow", "level", "sink")
"""What can be said of all sources at once."""
_SETTINGS = ("event", "follow", "level", "lock", "pause", "sink", "start", "stop", "verbosity")


def _trace(statement: Statement) -> None:
    """`<source> [<setting> <value>]...`; where words are missing HAProxy lists what could be said, and goes on."""
    args = statement.args
    if not args or args[0].text == "0":
        return
    everything = args[0].text == "all"
    if not everything and args[0].text not in sources():
        names = tuple(sources())
        statement.bad(args[0], "is no source of traces", names, f"one of: {', '.join(('all', *names))}")
        return
    for at in range(statement.at + 1, len(statement.words), 2):
        word = statement.words[at]
        if word.text not in _SETTINGS:
            statement.bad(word, "is no setting of a trace", _SETTINGS, f"one of: {', '.join(_SETTINGS)}")
            return
        if everything and word.text not in _OF_ALL:
            statement.bad(word, "can't be said of all sources", help="name one source, with a line for each")
            return
        if at + 1 < len(statement.words) and not _value(statement, at + 1, word.text):
            return


def _value(statement: Statement, at: int, setting: str) -> bool:
    word = statement.words[at]
    source = sources().get(statement.args[0].text)
    known: Sequence[str] = ()
    text = word.text
    if setting == "level":
        known = LEVELS
    elif setting == "follow":
        known = ("none", *sources())
    elif source is not None and setting == "verbosity":
        known = source.verbosities
    elif source is not None and setting == "lock":
        known = source.criteria
    elif source is not None and setting != "sink":
        known = (*source.events, "now") if setting in _STATES else source.events
        text = text[1:] if text[:1] in "+-!" else text
    if setting == "sink" or text in known:
        return True
    listed = f"one of: {', '.join(known)}" if known else ""
    statement.bad(word, f"is nothing that '{setting}' of '{statement.args[0]}' can be", tuple(known), listed)
    return False


ROWS = (
    Row(
        "trace",
        Where.TRACES,
        "What is traced and how.",
        parse=_trace,
        effect="accepted",
        repeat="add",
        words=_SETTINGS,
        why="it shows how HAProxy works inside",
    ),
)

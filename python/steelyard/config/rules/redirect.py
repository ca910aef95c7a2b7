"""`redirect`: where to, and how."""

from __future__ import annotations

from collections.abc import Sequence

from steelyard.config.expr import Action, LogFormat, LogText, Value
from steelyard.config.grammar import actions
from steelyard.config.nearest import nearest
from steelyard.config.rules.logformat import parse_log_format
from steelyard.config.rules.place import Place
from steelyard.config.rules.values import READERS, is_condition
from steelyard.config.span import Word
from steelyard.diagnostics.diagnostic import Report


def read_redirect(words: Sequence[Word], at: int, place: Place, report: Report) -> tuple[Action | None, int]:
    """The words of a redirect, which start at `at`, and the index after them."""
    start = words[at - 1]
    fields: dict[str, Value] = dict(actions.REDIRECT_DEFAULTS)
    while at < len(words) and not is_condition(words, at):
        word = words[at]
        is_kind = word.text in actions.REDIRECT_KINDS
        row = actions.REDIRECT_WORDS.get(word.text)
        if row is None and not is_kind:
            known = (*actions.REDIRECT_KINDS, *actions.REDIRECT_WORDS)
            guess = nearest(word.text, known)
            hint = f"did you mean '{guess}'?" if guess else f"one of: {', '.join(known)}"
            report.alert("SY0502", f"unknown '{word}' in a redirect", word.span, help=hint)
            return None, len(words)
        at += 1
        if row is not None and row[1] == "yes":
            fields[row[0]] = True
            continue
        if at >= len(words):
            report.alert("SY0503", f"'{word}' needs a word behind it", word.span)
            return None, at
        value = _target(words[at], place, report) if row is None else READERS[row[1]](words[at], place, report)
        at += 1
        if value is None:
            return None, at
        if row is None and word.text != "location" and place.ruleset == "http-response":
            report.alert("SY0504", f"'{word}' can't be used in a response", word.span, help="write 'location'")
            return None, at
        if row is None:
            fields |= {"kind": word.text, "target": value}
        else:
            if row[0] in actions.REDIRECT_COOKIES:
                # The last word about a cookie holds, as in HAProxy.
                fields |= actions.REDIRECT_COOKIES
            fields[row[0]] = value
    if "kind" not in fields:
        help = f"write one of {', '.join(actions.REDIRECT_KINDS)} and where to"
        report.alert("SY0503", "the redirect does not say where to", start.span, help=help)
        return None, at
    return Action("redirect", tuple(fields.items())), at


def _target(word: Word, place: Place, report: Report) -> LogFormat | None:
    """A log format; in `redirect` without `http-request` a text that is sent as it is, percent signs too."""
    return (LogText(word.text),) if place.ruleset == "redirect" else parse_log_format(word, place, report)

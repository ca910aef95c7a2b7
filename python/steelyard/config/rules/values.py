"""Kinds of words that an action takes: one reader each. A reader gives the value, or None after it has said what is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from steelyard.config.expr import Value
from steelyard.config.grammar import actions
from steelyard.config.rules.logformat import parse_log_format
from steelyard.config.rules.place import Place
from steelyard.config.rules.regex import regex_problem
from steelyard.config.span import Word
from steelyard.diagnostics.diagnostic import Report

Reader = Callable[[Word, Place, Report], Value]

_HEADER = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+\Z")


def _bad(word: Word, message: str, report: Report, help: str = "") -> None:
    report.alert("SY0504", message, word.span, help=help)


def _text(word: Word, place: Place, report: Report) -> Value:
    return word.text


def _header(word: Word, place: Place, report: Report) -> Value:
    if not word.text:
        _bad(word, "the name of a header is empty", report)
        return None
    return word.text


def _format(word: Word, place: Place, report: Report) -> Value:
    return parse_log_format(word, place, report)


def _regex(word: Word, place: Place, report: Report) -> Value:
    problem = regex_problem(word.text)
    if problem:
        _bad(word, problem, report)
        return None
    return word.text


def _code(word: Word, low: int, high: int, report: Report) -> int | None:
    if word.text.isascii() and word.text.isdigit() and len(word.text) == 3 and low <= int(word.text) <= high:
        return int(word.text)
    _bad(word, f"'{word}' is not a status code, {low} to {high}", report)
    return None


def _redirect_code(word: Word, place: Place, report: Report) -> Value:
    allowed = [str(each) for each in actions.REDIRECT_CODES]
    if word.text not in allowed:
        _bad(word, f"'{word}' is not a status code of a redirect", report, f"one of: {', '.join(allowed)}")
        return None
    return int(word.text)


def _header_matcher(word: Word, place: Place, report: Report) -> Value:
    if word.text not in actions.HEADER_MATCHERS:
        _bad(
            word, f"'{word}' is not a match method for names of headers", report, f"one of: {', '.join(actions.HEADER_MATCHERS)}"
        )
        return None
    return word.text


def read_file(word: Word, report: Report) -> bytes | None:
    """The bytes of a file that a line names."""
    try:
        return Path(word.text).read_bytes()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not the name of a file"
        report.alert("SY0505", f"can't read file '{word}': {reason}", word.span)
        return None


READERS: dict[str, Reader] = {
    "text": _text,
    "header": _header,
    "format": _format,
    "regex": _regex,
    "status": lambda word, place, report: _code(word, 100, 999, report),
    "reply_status": lambda word, place, report: _code(word, 200, 599, report),
    "redirect_code": _redirect_code,
    "header_matcher": _header_matcher,
}


def read_level(word: Word, report: Report) -> tuple[int | None] | None:
    """A syslog level by its name, None for `silent`; nothing where it is neither."""
    if word.text == actions.SILENT:
        return (None,)
    if word.text in actions.LEVELS:
        return (actions.LEVELS.index(word.text),)
    _bad(word, f"'{word}' is not a log level", report, f"one of: {', '.join((*actions.LEVELS, actions.SILENT))}")
    return None


def is_condition(words: Sequence[Word], at: int) -> bool:
    return at < len(words) and words[at].text in ("if", "unless")

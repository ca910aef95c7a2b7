"""Kinds of words that an action takes: one reader each. A reader gives the value, or None after it has said what is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import takewhile
from pathlib import Path

from steelyard.config.expr import FilterArg, PatternFileRef, ProfileArg, Value
from steelyard.config.grammar import actions
from steelyard.config.grammar.calls import LUA
from steelyard.config.grammar.units import parse_int, parse_size, parse_time, time_tail
from steelyard.config.grammar.values import Loose, Odd
from steelyard.config.nearest import nearest
from steelyard.config.rules.logformat import parse_log_format
from steelyard.config.rules.place import Place
from steelyard.config.rules.regex import regex_later, regex_problem
from steelyard.config.rules.tracked import constant, table_of
from steelyard.config.span import Word
from steelyard.diagnostics.diagnostic import Report

Reader = Callable[[Word, Place, Report], Value]

_HEADER = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+\Z")


def _bad(word: Word, message: str, report: Report, help: str = "") -> None:
    report.alert("SY0504", message, word.span, help=help)


def _text(word: Word, place: Place, report: Report) -> Value:
    return word.text


_TOKEN = frozenset("!#$%&'*+-.^_`|~")
"""What names of headers hold besides letters and digits (RFC 9110)."""


def _header(word: Word, place: Place, report: Report) -> Value:
    if not word.text:
        _bad(word, "the name of a header is empty", report)
        return None
    return word.text


def _written_header(word: Word, place: Place, report: Report) -> Value:
    """The name of a header that goes out. HAProxy sends what can't be a name, and warns (2.8)."""
    wrong = next((letter for letter in word.text if not (letter.isalnum() and letter.isascii()) and letter not in _TOKEN), None)
    if wrong is not None:
        bare = word.text.rstrip(":")
        help = f"write '{bare}'" if bare and all(each.isalnum() or each in _TOKEN for each in bare) else ""
        report.warning("SY0508", f"'{word}' can't be the name of a header: '{wrong}' is not allowed in it", word.span, help=help)
    return _header(word, place, report)


def _format(word: Word, place: Place, report: Report) -> Value:
    return parse_log_format(word, place, report)


def _regex(word: Word, place: Place, report: Report) -> Value:
    problem = regex_problem(word.text)
    if problem:
        _bad(word, problem, report)
        return None
    later = regex_later(word.text)
    if later:
        report.later("SY0504", later, word.span)
    return word.text


def _code(word: Word, low: int, high: int, report: Report) -> int | None:
    number = _leading(word, report)
    if number is not None and low <= number <= high:
        return number
    _bad(word, f"'{word}' is not a status code, {low} to {high}", report)
    return None


def _status(word: Word, place: Place, report: Report) -> Value:
    """Of `set-status`, which is read to its end unlike the others."""
    if word.text.isascii() and word.text.isdigit():
        return _code(word, 100, 999, report)
    _bad(word, f"'{word}' is not a status code, 100 to 999", report)
    return None


def _leading(word: Word, report: Report) -> int | None:
    """The number that a word starts with, which is all that HAProxy reads of it."""
    digits = "".join(takewhile(str.isdigit, word.text[:10]))
    if not digits or not digits.isascii():
        return None
    if digits != word.text:
        report.notice("SY0115", f"'{word}' is not a whole number and is read as {int(digits)}", word.span)
    return int(digits)


def _redirect_code(word: Word, place: Place, report: Report) -> Value:
    number = _leading(word, report)
    if number not in actions.REDIRECT_CODES:
        help = f"one of: {', '.join(str(each) for each in actions.REDIRECT_CODES)}"
        _bad(word, f"'{word}' is not a status code of a redirect", report, help)
        return None
    return number


def _header_matcher(word: Word, place: Place, report: Report) -> Value:
    if word.text not in actions.HEADER_MATCHERS:
        _bad(
            word, f"'{word}' is not a match method for names of headers", report, f"one of: {', '.join(actions.HEADER_MATCHERS)}"
        )
        return None
    return word.text


def one_of(word: Word, allowed: Sequence[str], report: Report) -> str | None:
    """The word itself where it is one of a few."""
    if word.text in allowed:
        return word.text
    guess = nearest(word.text, allowed)
    help = f"did you mean '{guess}'?" if guess else f"one of: {', '.join(allowed)}" if allowed else ""
    _bad(word, f"'{word}' means nothing here", report, help)
    return None


def _units(parse: Callable[[str], int | str], low: int = 0) -> Reader:
    def read(word: Word, place: Place, report: Report) -> Value:
        value = parse(word.text)
        if isinstance(value, str):
            _bad(word, f"'{word}' {value}", report)
            return None
        if value < low:
            _bad(word, f"'{word}' is too little, {low} is the least", report)
            return None
        tail = time_tail(word.text) if parse is parse_time else ""
        if tail:
            report.notice("SY0115", f"'{word}' {tail}", word.span)
        return value

    return read


def _fitted(low: int, high: int, fit: Callable[[int], int]) -> Reader:
    """A whole number, also as `0x...`; HAProxy makes one that is out of range fit in silence, here that is said."""

    def read(word: Word, place: Place, report: Report) -> Value:
        text = word.text
        if text.lower().startswith("0x") and text[2:] and all(c in "0123456789abcdefABCDEF" for c in text[2:]):
            text = str(int(text[2:18], 16))
        value = parse_int(text, -(10**20), 10**20)
        if isinstance(value, str):
            _bad(word, f"'{word}' {value}", report)
            return None
        if low <= value <= high:
            return value
        report.notice("SY0504", f"'{word}' is out of range, {low} to {high}, and becomes {fit(value)}", word.span)
        return fit(value)

    return read


def _nice(word: Word, place: Place, report: Report) -> Value:
    """HAProxy reads as much of the word as is a number."""
    value = Loose().read(word.text)
    number = value.value if isinstance(value, Odd) else value
    if not isinstance(number, int):
        return None
    fit = min(max(number, -1024), 1024)
    if isinstance(value, Odd) or fit != number:
        report.notice("SY0504", f"'{word}' is no whole number from -1024 to 1024, and becomes {fit}", word.span)
    return fit


def _service(word: Word, place: Place, report: Report) -> Value:
    if place.lua and word.text.startswith(LUA):
        return word.text
    return one_of(word, actions.SERVICES if place.ruleset == "http-request" else (), report)


def read_file(word: Word, place: Place, report: Report) -> bytes | None:
    """The bytes of a file that a line names."""
    try:
        return Path(place.directory, word.text).read_bytes()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not the name of a file"
        report.alert("SY0505", f"can't read file '{word}': {reason}", word.span)
        return None


def _amount(word: Word, place: Place, report: Report) -> Value:
    """A number of 32 bits; a larger or negative one is cut, as in HAProxy."""
    value = parse_int(word.text, -(10**20), 10**20)
    if isinstance(value, str):
        _bad(word, f"'{word}' {value}", report)
        return None
    return constant(value)


def _on_off(word: Word, place: Place, report: Report) -> Value:
    found = one_of(word, ("on", "off"), report)
    return None if found is None else found == "on"


READERS: dict[str, Reader] = {
    "profile": lambda word, place, report: ProfileArg(word.text, word.span),
    "filter": lambda word, place, report: FilterArg(word.text, word.span),
    "acl_file": lambda word, place, report: PatternFileRef(word.text, False, word.span),
    "amount": _amount,
    "map_file": lambda word, place, report: PatternFileRef(word.text, True, word.span),
    "table": lambda word, place, report: table_of(word),
    "text": _text,
    "header": _header,
    "new_header": _written_header,
    "format": _format,
    "regex": _regex,
    "status": _status,
    "reply_status": lambda word, place, report: _code(word, 200, 599, report),
    "redirect_code": _redirect_code,
    "header_matcher": _header_matcher,
    "least_time": _units(parse_time, 1),
    "mark": _fitted(0, 0xFFFFFFFF, lambda value: value & 0xFFFFFFFF),
    "family": lambda word, place, report: {"ipv4": 4, "ipv6": 6}.get(one_of(word, ("ipv4", "ipv6"), report) or ""),
    "on_off": _on_off,
    "nice": _nice,
    "retries": _units(lambda text: parse_int(text, 0, 100)),
    "service": _service,
    "size": _units(parse_size),
    "time": _units(parse_time),
    "tos": _fitted(0, 255, lambda value: value & 255),
    "ttl": _units(lambda text: parse_int(text, 1, 255)),
}


def read_level(word: Word, report: Report) -> tuple[int | None] | None:
    """A syslog level by its name, None for `silent`; nothing where it is neither."""
    if word.text == actions.SILENT:
        return (None,)
    if word.text in actions.LEVELS:
        return (actions.LEVELS.index(word.text),)
    known = (*actions.LEVELS, actions.SILENT)
    guess = nearest(word.text, known)
    help = f"did you mean '{guess}'?" if guess else f"one of: {', '.join(known)}"
    _bad(word, f"'{word}' is not a log level", report, help)
    return None


def is_condition(words: Sequence[Word], at: int) -> bool:
    return at < len(words) and words[at].text in ("if", "unless")

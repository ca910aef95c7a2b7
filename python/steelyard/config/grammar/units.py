"""Numbers, times (manual section 2.5) and sizes (2.6) as text."""

from __future__ import annotations

import re

MAX_TIME = 2_147_483_647
"""Milliseconds, about 24.8 days: HAProxy's own limit."""

_TIME = re.compile(r"(\d+)(?:(us|ms|s|m|h|d)([^\n]*))?\Z", re.ASCII)
_SIZE = re.compile(r"(\d+)([kmgKMG])?\Z", re.ASCII)
_MICROSECONDS = {"us": 1, "ms": 1_000, "s": 1_000_000, "m": 60_000_000, "h": 3_600_000_000, "d": 86_400_000_000}
_POWERS = {"": 0, "k": 10, "m": 20, "g": 30}


def parse_time(text: str, unit: str = "ms") -> int | str:
    """Milliseconds, rounded up; `unit` is meant where none is written. A str says what is wrong.

    HAProxy passes over what follows the unit, and so `15min` is 15 minutes and `1h30` is one hour: see `time_tail`.
    """
    match = _TIME.match(text)
    if match is None:
        return "is not a time; write a whole number with us, ms, s, m, h or d, as `30s`"
    if len(match.group(1)) > 20:
        return "is too long a time; 24 days is the limit"
    microseconds = int(match.group(1)) * _MICROSECONDS[match.group(2) or unit]
    ms = -(-microseconds // 1000)
    return ms if ms <= MAX_TIME else "is too long a time; 24 days is the limit"


def time_tail(text: str) -> str:
    """Why a time is not quite what was written; reads on after the quoted word. Empty where it is."""
    match = _TIME.match(text)
    if match is None or not match.group(3):
        return ""
    return f"is read as {match.group(1)}{match.group(2)}, '{match.group(3)}' behind the unit is not read"


def parse_size(text: str) -> int | str:
    """Bytes. A str says what is wrong."""
    match = _SIZE.match(text)
    if match is None:
        return "is not a size; write a whole number with k, m or g, as `16k`"
    if len(match.group(1)) > 20:
        return "is too large a size"
    size = int(match.group(1)) << _POWERS[(match.group(2) or "").lower()]
    return size if size < 1 << 63 else "is too large a size"


def parse_int(text: str, low: int, high: int) -> int | str:
    """A whole number in `low..high`. A str says what is wrong."""
    digits = text[1:] if text[:1] in "+-" else text
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 20:
        return "is not a whole number"
    value = int(text)
    if not low <= value <= high:
        return f"is out of range, {low} to {high}"
    return value

"""Characters and the columns that a terminal gives them, so that strokes stand under the words they mean."""

from __future__ import annotations

import unicodedata

TAB = 4
"""Columns that a tab is shown as, wherever it stands."""
MORE = "…"
"""Stands where a line goes on."""


def width(letter: str) -> int:
    """0 for what joins the letter before it, 2 for wide letters (as of Chinese and most emoji), else 1."""
    if letter == "\t":
        return TAB
    if letter.isascii() or not letter.isprintable():
        return 1
    if unicodedata.combining(letter):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def columns(text: str) -> int:
    return len(text) if text.isascii() and "\t" not in text else sum(width(letter) for letter in text)


def shown(text: str) -> str:
    """What is printed: nothing of a file may steer the terminal or forge a line."""
    return "".join(_one(letter) for letter in text)


def _one(letter: str) -> str:
    if letter == "\t":
        return " " * TAB
    # surrogates stand for bytes that are not UTF-8
    return letter if letter.isprintable() and not "\ud800" <= letter <= "\udfff" else "\ufffd"


def cut(text: str, start: int, room: int) -> tuple[str, int]:
    """The part of a line that fits into `room` columns, and where character `start` of the line is in it."""
    # a character has at most TAB columns, so a line this short fits
    if len(text) * TAB <= room or (len(text) <= room and columns(text) <= room):
        return text, start
    left = max(0, min(start, len(text)) - room // TAB // 2)
    head = MORE if left else ""
    right, used = left, columns(head) + columns(MORE)
    while right < len(text) and used + width(text[right]) <= room:
        used += width(text[right])
        right += 1
    # the end of a line is reached with room to spare: show more of what is before
    while right == len(text) and left and used + width(text[left - 1]) <= room:
        left -= 1
        used += width(text[left])
    head = MORE if left else ""
    return head + text[left:right] + (MORE if right < len(text) else ""), start - left + len(head)

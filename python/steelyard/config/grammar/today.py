"""Old words in today's: what `Row.today` is made of, the one table for reading old files and for rewriting them.

A translation takes the words of a line, from the keyword on and without `no`, and gives the lines that say the same today:
several where one is not enough, none where the line can simply go. It gives None where the meaning can't be kept. Words that are
carried over are the same `Word`s, so that they keep their places, and their quotes when a file is rewritten.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from steelyard.config.span import Word

Today = Callable[[Sequence[Word]], list[list[Word]] | None]


def made(text: str, at: Word) -> list[Word]:
    """New words, which stand where an old one stood: `made("http-request deny", words[0])`."""
    return [Word(each, at.span) for each in text.split()]


def renamed(old: str, new: str) -> Today:
    """Another name, the same arguments."""
    count = len(old.split())
    return lambda words: [[*made(new, words[0]), *words[count:]]]


def gone(words: Sequence[Word]) -> list[list[Word]]:
    """The line has had no effect for a long time."""
    return []

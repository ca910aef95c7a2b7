"""The lines of a configuration as text again, after preprocessing: comments gone, conditions decided, variables replaced."""

from __future__ import annotations

from collections.abc import Sequence

from steelyard.config.anonymous import anonymous
from steelyard.config.grammar.sections import SECTIONS
from steelyard.config.quote import quote
from steelyard.config.span import Word


class Listing:
    """Hears lines (`feed.Tap`) and keeps those that count, written so that they read back to the same model."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def __call__(self, words: Sequence[Word], live: bool) -> None:
        if not live:
            return
        text = " ".join(_written(word.text) for word in words)
        if words[0].text in SECTIONS:
            self.lines += [text] if not self.lines else ["", text]
        else:
            self.lines.append(f"    {text}")

    def text(self) -> str:
        return "".join(f"{line}\n" for line in self.lines)


def _written(word: str) -> str:
    """Bytes that no text can hold are written by their numbers."""
    try:
        return quote(word)
    except ValueError:
        data = word.encode("utf-8", "surrogateescape")
        return '"' + "".join(f"\\x{byte:02x}" for byte in data) + '"'


class Tokens:
    """What `-dC` shows, in HAProxy's form: all lines with their directives, words as they are once quotes are gone.

    `key`: not 0 to hide names, addresses and values. `numbers`: the number of the line in front.
    """

    def __init__(self, key: int = 0, numbers: bool = False) -> None:
        self.key = key
        self.numbers = numbers
        self.lines: list[str] = []

    def __call__(self, words: Sequence[Word], live: bool) -> None:
        number = f"{len(self.lines) + 1}\t" if self.numbers else ""
        lead = "" if words and words[0].text in SECTIONS else "\t"
        shown = anonymous(words, self.key) if self.key else [word.text for word in words]
        self.lines.append(number + lead + "".join(f"{word} " for word in shown))

    def text(self) -> str:
        return "".join(f"{line}\n" for line in self.lines)

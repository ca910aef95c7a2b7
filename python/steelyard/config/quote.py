"""A value as it is written in a file, so that the lexer reads the same value again (manual section 2.2)."""

from __future__ import annotations

import re
from collections.abc import Sequence

_PLAIN = re.compile(r"""[^\s"'\\#\0-\x1f\x7f\udc80-\udcff]+\Z""")
_STRONG = re.compile(r"[^'\0-\x08\x0a-\x1f\udc80-\udcff]*\Z")
_WEAK = {"\\": "\\\\", '"': '\\"', "$": "\\$", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_BYTE = re.compile("[\udc80-\udcff]")
_NEVER = re.compile("[\0\ud800-\udc7f\udd00-\udfff]")


def quote(word: str) -> str:
    """Plain where that is possible, else in single quotes, else in double quotes with escapes.

    A byte that is not UTF-8, which stands as a lone surrogate, is written `\\xNN`. Raises `ValueError` for a NUL and any other
    surrogate: no way of writing them is read back.
    """
    if _NEVER.search(word):
        raise ValueError(f"{word!r} can't be written in a configuration: it holds a NUL or is not Unicode text")
    if _PLAIN.match(word):
        return word
    if _STRONG.match(word):
        return f"'{word}'"
    text = "".join(_WEAK.get(char, char) for char in word)
    return '"' + _BYTE.sub(lambda byte: f"\\x{ord(byte.group()) - 0xDC00:02x}", text) + '"'


def join(words: Sequence[str]) -> str:
    """One line of a configuration, without its line feed."""
    return " ".join(quote(word) for word in words)

"""A value as it is written in a file, so that the lexer reads the same value again (manual section 2.2)."""

from __future__ import annotations

import re
from collections.abc import Sequence

_PLAIN = re.compile(r"""[^\s"'\\#\0-\x1f\x7f\udc80-\udcff]+\Z""")
_STRONG = re.compile(r"[^'\0-\x08\x0a-\x1f\udc80-\udcff]*\Z")
_WEAK = {"\\": "\\\\", '"': '\\"', "$": "\\$", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_BYTES = re.compile("([\udc80-\udcff]+)")
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
    first, *others = _BYTES.split(word)
    return '"' + _weak(first) + "".join(_bytes(run) + _weak(text) for run, text in zip(others[::2], others[1::2])) + '"'


def _weak(text: str) -> str:
    return "".join(_WEAK.get(char, char) for char in text)


def _bytes(run: str) -> str:
    """Bytes that would be a letter together are kept apart by quotes between them."""
    data = run.encode("utf-8", "surrogateescape")
    apart = data.decode("utf-8", "surrogateescape") != run
    return ('""' if apart else "").join(f"\\x{byte:02x}" for byte in data)


def join(words: Sequence[str]) -> str:
    """One line of a configuration, without its line feed."""
    return " ".join(quote(word) for word in words)

"""Files of a `crt-list`: a certificate a line, with options of its own in brackets and the hosts that it is for (manual 5.1).

site.pem [alpn h2,http/1.1 ssl-min-ver TLSv1.2] site.example *.site.example !old.site.example
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from steelyard.config.grammar.bind_options import BIND_OPTIONS
from steelyard.config.grammar.certificate_words import LOAD_OPTIONS
from steelyard.config.grammar.values import ArgType, Bad

_BIND = """
allow-0rtt alpn ca-file ca-verify-file ciphers ciphersuites client-sigalgs crl-file curves ecdhe ktls no-alpn no-ca-names npn
sigalgs ssl-max-ver ssl-min-ver verify
"""
_LOAD = frozenset(LOAD_OPTIONS) - {"alias"}


@dataclass(frozen=True, slots=True)
class Entry:
    """`options`: word and value, empty for switches. `fault`: why the line can't be read; then the rest is not to be used."""

    number: int
    name: str
    options: tuple[tuple[str, str], ...] = ()
    fault: str = ""


def entries(text: str) -> Iterator[Entry]:
    """The lines of a list that hold something."""
    for number, line in enumerate(text.split("\n"), start=1):
        words = line.strip(" \t\r")
        if words and not words.startswith("#"):
            yield _entry(number, words)
    if text and not text.endswith("\n"):
        yield Entry(text.count("\n") + 1, "", fault="no line feed ends the last line, the file may have been cut short")


def _entry(number: int, line: str) -> Entry:
    name, _, rest = line.replace("\t", " ").partition(" ")
    before, bracket, after = rest.partition("[")
    inside, closed, behind = after.partition("]")
    if "[" in inside or "[" in behind or "]" in before or "]" in behind:
        return Entry(number, name, fault="there is more than one pair of brackets")
    if bracket and before.strip():
        return Entry(number, name, fault="hosts stand before the brackets")
    return read_options(name, inside.split() if closed else [], number)  # HAProxy takes no options from open brackets


def read_options(name: str, words: Sequence[str], number: int = 0) -> Entry:
    """What stands in the brackets of a line, or behind `ssl-f-use`."""
    found: list[tuple[str, str]] = []
    at = 0
    while at < len(words):
        word = words[at]
        kinds = _kinds(word)
        if kinds is None:
            return Entry(number, name, fault=f"'{word}' is no option of a certificate")
        if at + len(kinds) >= len(words):
            return Entry(number, name, fault=f"'{word}' needs a value")
        value = words[at + 1] if kinds else ""
        read = kinds[0].read(value) if kinds else None
        if isinstance(read, Bad):
            return Entry(number, name, fault=f"'{value}' {read.why}")
        found.append((word, value))
        at += 1 + len(kinds)
    return Entry(number, name, tuple(found))


def _kinds(word: str) -> tuple[ArgType, ...] | None:
    """The types of what follows an option, none or one; None for words that are no options here."""
    if word in _LOAD:
        return (LOAD_OPTIONS[word],)
    rows = BIND_OPTIONS.by_name.get(word, ()) if word in _BIND.split() else ()
    return rows[0].args if rows else None

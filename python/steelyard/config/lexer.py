"""One line of text to words (manual section 2.2): quotes, escapes, comments, environment variables.

A word keeps the place of its raw text, quotes included, so that a message can underline exactly what was typed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from steelyard.config.span import Span, Word

MAX_WORDS = 64
"""Words on one line; the same bound as HAProxy's."""

MAX_LINE = 1 << 20
"""Characters on one line."""

Lookup = Callable[[str], str | None]
"""Value of an environment variable, or None where it is not set."""

_SPECIAL = re.compile("[\"'\\\\#\r\0\udc80-\udcff]")
_NAME = re.compile(r"[A-Za-z_.][A-Za-z0-9_.]*")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", " ": " ", "\\": "\\", "#": "#", "'": "'", '"': '"'}
_HEX = re.compile(r"[0-9a-fA-F]{2}")
_STOPS = re.compile("[ \t\r\"'\\\\#$]")


@dataclass(frozen=True, slots=True)
class LexError:
    """Why a line can't be cut into words. `column` counts from 1. `later`: it can, but what it holds can't be run."""

    code: str
    message: str
    column: int
    length: int = 1
    help: str = ""
    later: bool = False


def tokenize(
    text: str, file: str, number: int, lookup: Lookup, unset: list[str] | None = None
) -> tuple[list[Word], LexError | None]:
    """The words of a line without its line feed. With an error, the words before it are still given; all of them with one
    that is `later`, where bytes that are not UTF-8 stand as lone surrogates. `unset` gets the names of variables that are not
    set and have no default: nothing stands in their place."""
    if len(text) > MAX_LINE:
        return [], LexError("SY0004", f"line of {len(text)} characters, {MAX_LINE} is the limit", 1)
    if _SPECIAL.search(text) is None:
        return _bounded(_plain(text, file, number))
    return _Scanner(text, file, number, lookup, [] if unset is None else unset).run()


def _plain(text: str, file: str, number: int) -> list[Word]:
    """The words of a line where only blanks mean something, as nearly all are: no step here looks at single characters."""
    words = []
    rest = text.replace("\t", " ").lstrip(" ")
    column = len(text) - len(rest) + 1
    for part in rest.split(" "):
        length = len(part)
        if part:
            words.append(Word(part, Span(file, number, column, length)))
        column += length + 1
    return words


def _bounded(words: list[Word]) -> tuple[list[Word], LexError | None]:
    if len(words) <= MAX_WORDS:
        return words, None
    span = words[MAX_WORDS].span
    message = f"more than {MAX_WORDS} words on one line"
    return words[:MAX_WORDS], LexError("SY0005", message, span.column, span.length, "split the line")


class _Scanner:
    """The slow path: a line that holds at least one special character."""

    def __init__(self, text: str, file: str, number: int, lookup: Lookup, unset: list[str]) -> None:
        self.text = text
        self.file = file
        self.number = number
        self.lookup = lookup
        self.unset = unset
        self.at = 0
        self.words: list[Word] = []
        self.pieces: list[str] = []
        self.start = -1
        self.absent = False

    def run(self) -> tuple[list[Word], LexError | None]:
        error = self._scan()
        if error is None:
            self._flush()
            error = _bounded(self.words)[1] or next((e for e in map(self._not_text, self.words) if e), None)
        return self.words[:MAX_WORDS], error

    def _scan(self) -> LexError | None:
        text, end = self.text, len(self.text)
        while self.at < end:
            char = text[self.at]
            error: LexError | None = None
            if char in " \t":
                self._flush()
                self.at += 1
            elif char in "#\r":
                break
            else:
                if self.start < 0:
                    self.start = self.at
                if char == '"':
                    error = self._weak()
                elif char == "'":
                    error = self._strong()
                elif char == "\\":
                    error = self._escape(weak=False)
                else:
                    self._literal(text[self.at])
            if error is not None:
                return error
        return None

    def _literal(self, first: str) -> None:
        """Copies up to the next character that means something."""
        match = _STOPS.search(self.text, self.at + 1)
        stop = match.start() if match else len(self.text)
        self.pieces.append(first + self.text[self.at + 1 : stop])
        self.at = stop

    def _flush(self) -> None:
        if self.start >= 0 and not (self.absent and not any(self.pieces)):
            span = Span(self.file, self.number, self.start + 1, max(1, self.at - self.start))
            self.words.append(Word("".join(self.pieces), span))
        self.pieces = []
        self.start = -1
        self.absent = False

    def _strong(self) -> LexError | None:
        close = self.text.find("'", self.at + 1)
        if close < 0:
            return self._unclosed(self.at)
        self.pieces.append(self.text[self.at + 1 : close])
        self.at = close + 1
        return None

    def _weak(self) -> LexError | None:
        opened, text, end = self.at, self.text, len(self.text)
        self.at += 1
        while self.at < end:
            char = text[self.at]
            error: LexError | None = None
            if char == '"':
                self.at += 1
                return None
            if char == "\\":
                error = self._escape(weak=True)
            elif char == "$":
                error = self._variable()
            else:
                start = self.at
                while self.at < end and text[self.at] not in '"\\$':
                    self.at += 1
                self.pieces.append(text[start : self.at])
            if error is not None:
                return error
        return self._unclosed(opened)

    def _unclosed(self, at: int) -> LexError:
        quote = self.text[at]
        return LexError("SY0006", "quote is opened and never closed", at + 1, 1, f"close it with {quote} or write \\{quote}")

    def _escape(self, weak: bool) -> LexError | None:
        following = self.text[self.at + 1 : self.at + 2]
        if following == "x":
            return self._hex()
        if following == "$" and weak:
            self.pieces.append("$")
            self.at += 2
        elif following in _ESCAPES and following:
            self.pieces.append(_ESCAPES[following])
            self.at += 2
        else:  # not an escape: the backslash stays, which regular expressions count on
            self.pieces.append("\\")
            self.at += 1
        return None

    def _hex(self) -> LexError | None:
        run = bytearray()
        while self.text.startswith("\\x", self.at):
            match = _HEX.match(self.text, self.at + 2)
            if match is None:
                return LexError(
                    "SY0007", "`\\x` needs two hexadecimal digits", self.at + 1, 2, "write \\\\x for the two characters"
                )
            run.append(int(match.group(), 16))
            self.at += 4
        self.pieces.append(run.decode("utf-8", "surrogateescape"))
        return None

    def _variable(self) -> LexError | None:
        start = self.at
        brace = self.text.startswith("{", start + 1)
        match = _NAME.match(self.text, start + (2 if brace else 1))
        if match is None:
            message = "a variable's name starts with a letter, `_` or `.`"
            return LexError("SY0009", message, start + 1, 1, 'write "\\$" for a dollar sign')
        at = match.end()
        expand, default = False, None
        if brace:
            if self.text.startswith("[", at):
                if not self.text.startswith("[*]", at):
                    return LexError("SY0010", "word expansion is written `[*]`", at + 1)
                expand, at = True, at + 3
            if self.text.startswith("-", at):
                close = self.text.find("}", at)
                default = self.text[at + 1 : close] if close >= 0 else None
                at = close if close >= 0 else len(self.text)
            if not self.text.startswith("}", at):
                return LexError("SY0008", "`${` without its `}`", start + 1, max(1, at - start))
            at += 1
        value = self.lookup(match.group())
        self.at = at
        if value is None and default is None:
            self.unset.append(match.group())
        if value is None and default is None and expand:
            self.absent = True  # a list that is not set is no word at all, where nothing else stands beside it
        else:
            self._insert(value if value is not None else default or "", expand)
        return None

    def _insert(self, value: str, expand: bool) -> None:
        """With `[*]`, blanks in the value split words; each of them stands where the variable stands."""
        if not expand:
            self.pieces.append(value)
            return
        for index, part in enumerate(re.split(r"[ \t]+", value)):
            if index:
                start = self.start
                self._flush()
                self.start = start
            self.pieces.append(part)

    def _not_text(self, word: Word) -> LexError | None:
        at = word.text.find("\0")
        if at >= 0:
            return LexError("SY0003", "NUL byte inside a word", word.span.column, word.span.length)
        if not word.text.isascii() and any("\udc80" <= c <= "\udcff" for c in word.text):
            message = "word is not UTF-8, and other bytes are not supported yet"
            return LexError("SY0002", message, word.span.column, word.span.length, "save the file as UTF-8", later=True)
        return None

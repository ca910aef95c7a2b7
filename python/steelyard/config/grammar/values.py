"""Types of arguments: how one word becomes one typed value. Each says what is wrong in words for the user."""

from __future__ import annotations

import grp
import pwd
import re
from dataclasses import dataclass
from typing import Literal, Protocol

from steelyard.config.grammar.units import MAX_TIME, parse_int, parse_size, parse_time, time_tail

NAME = re.compile(r"[A-Za-z0-9_.:-]+\Z")
"""Names of proxies, servers, ACLs (manual section 4)."""

_DIGITS = re.compile(r"[+-]?[0-9]+")


@dataclass(frozen=True, slots=True)
class Bad:
    """Why a word is no such value; reads on after the quoted word: `is not a size`."""

    why: str
    near: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Odd:
    """A value that HAProxy takes although the word is of another form; `why` reads on after the quoted word. `warns`: so does
    HAProxy."""

    value: object
    why: str
    warns: bool = False


class ArgType(Protocol):
    """`show` is how the argument is written in documentation, as `<number>`."""

    def read(self, text: str) -> object | Bad: ...

    @property
    def show(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Int:
    """A whole number. `below`: what one below 0 stands for, where HAProxy takes it although it means nothing."""

    low: int = 0
    high: int = 2_147_483_647
    show: str = "<number>"
    below: int | None = None

    def read(self, text: str) -> object | Bad:
        if self.below is not None and isinstance(parse_int(text, -2_147_483_648, -1), int):
            return Odd(self.below, f"is below 0 and is read as {self.below}")
        value = parse_int(text, self.low, self.high)
        return Bad(value) if isinstance(value, str) else value


@dataclass(frozen=True, slots=True)
class Loose:
    """A number where HAProxy reads the leading digits and passes over the rest: `16k` is 16 there, and `x` is 0.

    `sizes`: a size is a number too, as newer versions have it. `bits`: of C's type; what is too large for it is cut.
    `below`: what a number below 0 stands for, where HAProxy takes it although it means nothing.
    """

    low: int = -2_147_483_648
    high: int = 2_147_483_647
    sizes: bool = False
    bits: int = 32
    below: int | None = None
    show: str = "<number>"

    def read(self, text: str) -> object | Bad:
        size = parse_size(text) if self.sizes else ""
        if isinstance(size, int) and self.low <= size <= self.high:
            return size
        match = _DIGITS.match(text)
        full = int(match.group()[:20]) if match else 0
        value = (full + (1 << self.bits - 1)) % (1 << self.bits) - (1 << self.bits - 1)
        if value < 0 and self.below is not None:
            return Odd(self.below, f"is below 0 and is read as {self.below}")
        if not self.low <= value <= self.high:
            return Bad(f"is out of range, {self.low} to {self.high}")
        whole = match is not None and match.end() == len(text) and value == full
        return value if whole else Odd(value, f"is not a whole number and is read as {value}")


@dataclass(frozen=True, slots=True)
class Id:
    """The number of a user or group. Of `chown`, -1 changes nothing; others below 0 count back from 2^32."""

    show: str = "<number>"

    def read(self, text: str) -> object | Bad:
        value = Loose().read(text)
        number = value.value if isinstance(value, Odd) else value
        if not isinstance(number, int) or number >= 0:
            return value
        fit = number if number == -1 else number & 0xFFFFFFFF
        return Odd(fit, f"is the number of nobody, and is read as {fit}")


@dataclass(frozen=True, slots=True)
class NotZero:
    """As `Loose`, for numbers of which 0 alone is refused: one below it is one too large to be met. `sizes`: as there."""

    sizes: bool = False
    show: str = "<number>"

    def read(self, text: str) -> object | Bad:
        value = Loose(sizes=self.sizes).read(text)
        number = value.value if isinstance(value, Odd) else value
        return Bad("is not a number above 0") if number == 0 else value


@dataclass(frozen=True, slots=True)
class Time:
    unit: str = "ms"
    low: int = 0
    high: int = MAX_TIME
    show: str = "<time>"

    def read(self, text: str) -> object | Bad:
        value = parse_time(text, self.unit)
        if isinstance(value, str):
            return Bad(value)
        if value > self.high:
            return Bad(f"is too long, {self.high} ms is the most")
        if value < self.low:
            return Bad(f"is too short, {self.low} ms is the least")
        tail = time_tail(text)
        return Odd(value, tail, warns=True) if tail else value


MAX_SIZE = (1 << 32) - 1
"""Bytes: HAProxy's own limit on most sizes."""


@dataclass(frozen=True, slots=True)
class Size:
    low: int = 0
    high: int = (1 << 63) - 1
    show: str = "<size>"

    def read(self, text: str) -> object | Bad:
        value = parse_size(text)
        if isinstance(value, str):
            return Bad(value)
        if value > self.high:
            return Bad(f"is too large, {self.high} is the most")
        return value if value >= self.low else Bad(f"is too small, {self.low} is the least")


@dataclass(frozen=True, slots=True)
class Text:
    show: str = "<text>"

    def read(self, text: str) -> object | Bad:
        return text


@dataclass(frozen=True, slots=True)
class Name:
    show: str = "<name>"

    def read(self, text: str) -> object | Bad:
        if NAME.match(text):
            return text
        wrong = next(c for c in text if not NAME.match(c))
        return Bad(f"is no name: '{wrong}' is not allowed in it")


@dataclass(frozen=True, slots=True)
class NodeName:
    """A name as of a host, also with underscores."""

    show: str = "<name>"

    def read(self, text: str) -> object | Bad:
        return (
            text
            if NAME.match(text) and ":" not in text
            else Bad("is no name of a node; letters, digits, '.', '-' and '_' are allowed")
        )


@dataclass(frozen=True, slots=True)
class Account:
    """The name of a user or group of this machine."""

    kind: Literal["user", "group"]

    def read(self, text: str) -> object | Bad:
        try:
            pwd.getpwnam(text) if self.kind == "user" else grp.getgrnam(text)
        except (KeyError, ValueError):
            return Bad(f"is no {self.kind} of this machine")
        return text

    @property
    def show(self) -> str:
        return f"<{self.kind}>"


@dataclass(frozen=True, slots=True)
class Either:
    """A word of a few, or else a value of another type: `auto` or a number."""

    words: tuple[str, ...]
    other: ArgType

    def read(self, text: str) -> object | Bad:
        if text in self.words:
            return text
        value = self.other.read(text)
        if isinstance(value, Bad):
            listed = ", ".join(f"'{word}'" for word in self.words)
            return Bad(f"{value.why}, and not {listed}", self.words)
        return value

    @property
    def show(self) -> str:
        return "{ " + " | ".join((*self.words, self.other.show)) + " }"


@dataclass(frozen=True, slots=True)
class ListOf:
    """Words of a few, joined by `separator`. `alone`: words that stand by themselves."""

    words: tuple[str, ...]
    alone: tuple[str, ...] = ()
    separator: str = ","

    def read(self, text: str) -> object | Bad:
        parts = text.split(self.separator)
        known = (*self.words, *self.alone)
        listed = ", ".join(known[:8]) + (", ..." if len(known) > 8 else "")
        for part in parts:
            if part not in known and len(parts) == 1:
                return Bad(f"is not one of {listed}", known)
            if part not in known:
                return Bad(f"has '{part}', which is not one of {listed}", known)
            if part in self.alone and len(parts) > 1:
                return Bad(f"has '{part}' beside other words")
        return tuple(parts)

    @property
    def show(self) -> str:
        return "{ " + " | ".join((*self.alone, *self.words)) + " }" + f"[{self.separator}...]"


@dataclass(frozen=True, slots=True)
class OneOf:
    words: tuple[str, ...]

    def read(self, text: str) -> object | Bad:
        if text in self.words:
            return text
        shown = ", ".join(f"'{word}'" for word in self.words[:8]) + (", ..." if len(self.words) > 8 else "")
        return Bad(f"is not one of {shown}", self.words)

    @property
    def show(self) -> str:
        return "{ " + " | ".join(self.words) + " }"

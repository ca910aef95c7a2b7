"""Types of arguments: how one word becomes one typed value. Each says what is wrong in words for the user."""

from __future__ import annotations

import grp
import pwd
import re
from dataclasses import dataclass
from typing import Literal, Protocol

from steelyard.config.grammar.units import parse_int, parse_size, parse_time

NAME = re.compile(r"[A-Za-z0-9_.:-]+\Z")
"""Names of proxies, servers, ACLs (manual section 4)."""


@dataclass(frozen=True, slots=True)
class Bad:
    """Why a word is no such value; reads on after the quoted word: `is not a size`."""

    why: str
    near: tuple[str, ...] = ()


class ArgType(Protocol):
    """`show` is how the argument is written in documentation, as `<number>`."""

    def read(self, text: str) -> object | Bad: ...

    @property
    def show(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Int:
    low: int = 0
    high: int = 2_147_483_647
    show: str = "<number>"

    def read(self, text: str) -> object | Bad:
        value = parse_int(text, self.low, self.high)
        return Bad(value) if isinstance(value, str) else value


@dataclass(frozen=True, slots=True)
class Time:
    unit: str = "ms"
    low: int = 0
    show: str = "<time>"

    def read(self, text: str) -> object | Bad:
        value = parse_time(text, self.unit)
        if isinstance(value, str):
            return Bad(value)
        return value if value >= self.low else Bad(f"is too short, {self.low} ms is the least")


@dataclass(frozen=True, slots=True)
class Size:
    low: int = 0
    show: str = "<size>"

    def read(self, text: str) -> object | Bad:
        value = parse_size(text)
        if isinstance(value, str):
            return Bad(value)
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

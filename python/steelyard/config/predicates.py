"""Conditions of `.if` and `-cc` (manual section 2.4): `!`, `&&`, `||`, parentheses, and predicates with arguments."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass

from steelyard.config.nearest import nearest
from steelyard.config.rules.scan import Cut, arguments

VERSION = "3.5.0"
"""The language that is read here, as `version_atleast` sees it."""

FEATURES = frozenset({"EPOLL", "THREAD", "LINUX_SPLICE", "GETADDRINFO", "TFO", "ACCEPT4", "POLL"})
"""What `feature(...)` finds; the names are those of `haproxy -vv`."""

OPTIONS = frozenset({"POLL", "EPOLL", "KQUEUE", "EVPORTS", "SPLICE", "GETADDRINFO", "REUSEPORT", "FAST-FORWARD"})
"""What `enabled(...)` finds unless the command line has switched it off. As in HAProxy, a poller of another system counts too."""

MAX_DEPTH = 200
"""Nested parentheses and negations."""

_NUMBER = re.compile(r"[+-]?(?:0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)(?![\w(])")
_NAME = re.compile(r"[A-Za-z_]\w*")
_VERSION = re.compile(r"(\d{0,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?(?:-dev(\d{1,9}))?")
_OPENSSL = re.compile(r"\d+\.\d+\.\d+[-\w]*\Z")


class ConditionError(ValueError):
    """A condition that can't be read; the text says why."""


def evaluate_condition(text: str, lookup: Callable[[str], str | None], disabled: Collection[str] = ()) -> bool:
    """The truth of a condition. `lookup` gives environment variables, `disabled` are options that were switched off.

    Raises ConditionError.
    """
    if not text.strip():
        return False
    reader = _Reader(text.strip(), Facts(lookup, disabled))
    truth = reader.either()
    if reader.rest():
        raise ConditionError(f"unexpected '{reader.rest()[:40]}'")
    return truth


@dataclass(frozen=True, slots=True)
class Facts:
    """What predicates ask for."""

    lookup: Callable[[str], str | None]
    disabled: Collection[str] = ()


class _Reader:
    def __init__(self, text: str, facts: Facts) -> None:
        self.text = text
        self.at = 0
        self.depth = 0
        self.facts = facts

    def rest(self) -> str:
        return self.text[self.at :].strip()

    def _skip(self) -> None:
        while self.text[self.at : self.at + 1] in (" ", "\t"):
            self.at += 1

    def _eat(self, token: str) -> bool:
        self._skip()
        if self.text.startswith(token, self.at):
            self.at += len(token)
            return True
        return False

    def either(self) -> bool:
        truth = self.both()
        while self._eat("||"):
            truth = self.both() or truth
        return truth

    def both(self) -> bool:
        truth = self.single()
        while self._eat("&&"):
            truth = self.single() and truth
        return truth

    def single(self) -> bool:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ConditionError("nested too deep")
        try:
            if self._eat("!"):
                return not self.single()
            if self._eat("("):
                truth = self.either()
                if not self._eat(")"):
                    raise ConditionError("missing ')'")
                return truth
            return self._leaf()
        finally:
            self.depth -= 1

    def _leaf(self) -> bool:
        self._skip()
        number = _NUMBER.match(self.text, self.at)
        if number:
            self.at = number.end()
            return number.group().lstrip("+-0xX") != ""
        name = _NAME.match(self.text, self.at)
        if name is None:
            raise ConditionError(f"unexpected '{self.rest()[:40]}'" if self.rest() else "something is missing at the end")
        known = PREDICATES.get(name.group())
        if known is None:
            guess = nearest(name.group(), PREDICATES)
            hint = f", did you mean '{guess}'?" if guess else f", known are {', '.join(sorted(PREDICATES))}"
            raise ConditionError(f"unknown predicate '{name.group()}'{hint}")
        self.at = name.end()
        least, most, function = known
        args = self._args() if self.text.startswith("(", self.at) else []
        if not least <= len(args) <= most:
            raise ConditionError(f"'{name.group()}' takes {most} argument{'' if most == 1 else 's'}, not {len(args)}")
        return function([*args, *[""] * (most - len(args))], self.facts)

    def _args(self) -> list[str]:
        """Arguments with the second level of quotes (manual section 2.2)."""
        try:
            pieces, self.at = arguments(self.text, self.at)
        except Cut as cut:
            raise ConditionError(cut.message) from None
        return [piece.text for piece in pieces]


def _version(text: str) -> tuple[int, ...]:
    """`2.4-dev19` is older than `2.4`: a development version counts from below. What can't be read is 0, as in HAProxy."""
    match = _VERSION.match(text.strip())
    major, minor, patch, dev = (int(part) if part else None for part in match.groups()) if match else (None,) * 4
    return (major or 0, minor or 0, patch or 0, -1 if dev is not None else 0, dev or 0)


Predicate = Callable[[list[str], Facts], bool]


def _openssl(args: list[str], facts: Facts) -> bool:
    """There is no OpenSSL to compare with, so no version is met; the argument is still judged."""
    if not _OPENSSL.match(args[0]):
        raise ConditionError(f"'{args[0]}' is not a version of OpenSSL, write three numbers as in 1.1.1")
    return False


def _defined(args: list[str], facts: Facts) -> bool:
    """Names that start with a dot are no variables of the environment."""
    return not args[0].startswith(".") and facts.lookup(args[0]) is not None


def _no_library(args: list[str], facts: Facts) -> bool:
    """Neither AWS-LC's interface nor a FIPS module nor a library of such a name is there."""
    return False


# How many arguments at least and at most, and what they mean. HAProxy takes an argument left out for an empty one.
PREDICATES: dict[str, tuple[int, int, Predicate]] = {
    "awslc_api_atleast": (0, 1, _no_library),
    "awslc_api_before": (0, 1, _no_library),
    "defined": (0, 1, _defined),
    "enabled": (0, 1, lambda args, facts: args[0] in OPTIONS and args[0] not in facts.disabled),
    "feature": (0, 1, lambda args, facts: args[0] in FEATURES),
    "fips_mode": (0, 0, _no_library),
    "openssl_version_atleast": (0, 1, _openssl),
    "openssl_version_before": (0, 1, _openssl),
    "ssllib_name_startswith": (0, 1, _no_library),
    "streq": (2, 2, lambda args, facts: args[0] == args[1]),
    "strneq": (2, 2, lambda args, facts: args[0] != args[1]),
    "strstr": (2, 2, lambda args, facts: args[1] in args[0]),
    "version_atleast": (0, 1, lambda args, facts: _version(VERSION) >= _version(args[0])),
    "version_before": (0, 1, lambda args, facts: _version(VERSION) < _version(args[0])),
}

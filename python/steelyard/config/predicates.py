"""Conditions of `.if` and `-cc` (manual section 2.4): `!`, `&&`, `||`, parentheses, and predicates with arguments."""

from __future__ import annotations

import re
from collections.abc import Callable

VERSION = "3.5.0"
"""The language that is read here, as `version_atleast` sees it."""

FEATURES = frozenset({"EPOLL", "THREAD", "LINUX_SPLICE", "GETADDRINFO", "TFO", "ACCEPT4", "POLL"})
"""What `feature(...)` finds; the names are those of `haproxy -vv`."""

MAX_DEPTH = 200
"""Nested parentheses and negations."""


class ConditionError(ValueError):
    """A condition that can't be read; the text says why."""


def evaluate_condition(text: str, lookup: Callable[[str], str | None]) -> bool:
    """The truth of a condition. `lookup` gives environment variables. Raises ConditionError."""
    if not text.strip():
        return False
    reader = _Reader(text.strip(), lookup)
    truth = reader.either()
    if reader.rest():
        raise ConditionError(f"unexpected '{reader.rest()[:40]}'")
    return truth


class _Reader:
    def __init__(self, text: str, lookup: Callable[[str], str | None]) -> None:
        self.text = text
        self.at = 0
        self.depth = 0
        self.lookup = lookup

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
        number = re.compile(r"[+-]?\d+(?![\w(])").match(self.text, self.at)
        if number:
            self.at = number.end()
            return len(number.group()) > 20 or int(number.group()) != 0
        name = re.compile(r"[A-Za-z_]\w*").match(self.text, self.at)
        if name is None:
            raise ConditionError(f"unexpected '{self.rest()[:40]}'" if self.rest() else "something is missing at the end")
        known = PREDICATES.get(name.group())
        if known is None:
            raise ConditionError(f"unknown predicate '{name.group()}', known are {', '.join(sorted(PREDICATES))}")
        self.at = name.end()
        count, function = known
        args = self._args() if self.text.startswith("(", self.at) else []
        if len(args) != count:
            raise ConditionError(f"'{name.group()}' takes {count} argument{'' if count == 1 else 's'}, not {len(args)}")
        return function(args, self.lookup)

    def _args(self) -> list[str]:
        """Arguments with the second level of quotes (manual section 2.2)."""
        self.at += 1
        args: list[str] = [""]
        quote = ""
        while self.at < len(self.text):
            char = self.text[self.at]
            self.at += 1
            if quote:
                if char == quote:
                    quote = ""
                elif char == "\\" and quote == '"' and self.text[self.at : self.at + 1] in ('"', "\\"):
                    args[-1] += self.text[self.at]
                    self.at += 1
                else:
                    args[-1] += char
            elif char in "\"'":
                quote = char
            elif char == "\\" and self.at < len(self.text):
                args[-1] += self.text[self.at]
                self.at += 1
            elif char == ",":
                args.append("")
            elif char == ")":
                return [] if args == [""] else args
            else:
                args[-1] += char
        raise ConditionError("missing ')' after arguments" if not quote else "unmatched quote")


def _version(text: str) -> tuple[int, ...]:
    """`2.4-dev19` is older than `2.4`: a development version counts from below."""
    match = re.fullmatch(r"(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:-dev(\d+))?[-.\w]*", text.strip())
    if match is None or any(part and len(part) > 9 for part in match.groups()):
        raise ConditionError(f"'{text}' is not a version")
    major, minor, patch, dev = (int(part) if part else None for part in match.groups())
    return (major or 0, minor or 0, patch or 0, -1 if dev is not None else 0, dev or 0)


Predicate = Callable[[list[str], Callable[[str], str | None]], bool]


def _later(args: list[str], lookup: Callable[[str], str | None]) -> bool:
    """Nothing of the TLS library is there to compare with."""
    return False


PREDICATES: dict[str, tuple[int, Predicate]] = {
    "defined": (1, lambda args, lookup: lookup(args[0]) is not None),
    "feature": (1, lambda args, lookup: args[0] in FEATURES),
    "streq": (2, lambda args, lookup: args[0] == args[1]),
    "strneq": (2, lambda args, lookup: args[0] != args[1]),
    "strstr": (2, lambda args, lookup: args[1] in args[0]),
    "version_atleast": (1, lambda args, lookup: _version(VERSION) >= _version(args[0])),
    "version_before": (1, lambda args, lookup: _version(VERSION) < _version(args[0])),
    "enabled": (1, lambda args, lookup: args[0] in {"POLL", "EPOLL", "SPLICE", "GETADDRINFO", "REUSEPORT", "FAST-FORWARD"}),
    "awslc_api_atleast": (1, _later),
    "awslc_api_before": (1, _later),
    "fips_mode": (0, _later),
    "openssl_version_atleast": (1, _later),
    "openssl_version_before": (1, _later),
    "ssllib_name_startswith": (1, _later),
}

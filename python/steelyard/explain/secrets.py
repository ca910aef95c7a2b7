"""What a trace of a real request must not show: credentials and cookies, by name and wherever their values come up again.

Values that a converter has changed (`base64`, `sha2`, `lower`) are not known any more and stay.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from steelyard.engine.events import Traced

HIDDEN = "***"
NAMES = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie"})
"""Headers that are hidden; the engine gives the values of the same ones (`http/trace.rs`)."""

# Shorter values would blot out half of a text that has nothing to do with them: they are hidden where they stand alone.
_SHORT = 4
# Longer ones are known by their beginning: a text may be cut before their end.
_BEGINNING = 12
# What comes from the configuration or from the kernel, whatever a cookie says: a cookie of persistence is a server's name.
_OURS = frozenset(
    {"type", "step", "end", "kind", "set", "proxy", "name", "at", "backend", "server", "frontend", "id", "src", "dst"}
)
# Of Set-Cookie: what is behind them is no secret, and stands everywhere.
_ATTRIBUTES = frozenset({"path", "domain", "expires", "max-age", "samesite", "version", "comment", "priority"})
_HEADER_OF = re.compile(r"(request|response) header (.+)")


def hidden(traced: Traced) -> Traced:
    """The same trace without its secrets; `secrets` is empty then."""
    mask = _Mask(traced.secrets)
    clean = mask.value(msgspec.to_builtins(traced))
    clean["secrets"] = []
    return msgspec.convert(clean, Traced)


class _Mask:
    def __init__(self, secrets: Iterable[str]) -> None:
        parts = {part for secret in secrets for part in _parts(secret)}
        self._short = {part for part in parts if len(part) < _SHORT}
        patterns = [
            re.escape(part) if len(part) < _BEGINNING else re.escape(part[:_BEGINNING]) + r"[^\s;,'\"]*"
            for part in sorted(parts - self._short, key=len, reverse=True)
        ]
        self._pattern = re.compile("|".join(patterns)) if patterns else None

    def text(self, text: str) -> str:
        if text in self._short:
            return HIDDEN
        return self._pattern.sub(HIDDEN, text) if self._pattern else text

    def value(self, value: Any) -> Any:
        """Any builtin value; a pair of strings is a header, a change names what it is of."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, (list, tuple)):
            if len(value) == 2 and isinstance(value[0], str) and value[0].lower() in NAMES:
                return [value[0], HIDDEN]
            return [self.value(each) for each in value]
        if isinstance(value, dict):
            of = _HEADER_OF.fullmatch(value["what"]) if value.get("step") == "change" else None
            if of and of[2] in NAMES:
                return {**value, "before": _hide(value["before"]), "after": _hide(value["after"])}
            return {key: each if key in _OURS else self.value(each) for key, each in value.items()}
        return value


def _hide(value: str | None) -> str | None:
    return None if value is None else HIDDEN


def _parts(secret: str) -> Iterator[str]:
    """The value, and the pieces of it that fetches can give: a cookie's value, what follows a scheme, user and password."""
    yield from filter(None, [secret.strip()])
    for piece in secret.split(";"):
        name, equals, value = piece.partition("=")
        if equals and " " not in name.strip() and name.strip().lower() not in _ATTRIBUTES:
            yield from filter(None, [value.strip(), value.strip().strip('"')])
    scheme, space, rest = secret.strip().partition(" ")
    if space and "=" not in scheme and ";" not in scheme:
        yield from filter(None, [rest.strip()])
        if scheme.lower() == "basic":
            try:
                pair = base64.b64decode(rest.strip(), validate=False).decode("utf-8", "replace")
            except (binascii.Error, ValueError):
                return
            yield from filter(None, [pair, pair.partition(":")[2]])

"""Lines of a configuration without what should stay in the house, for `-dC<key>`: names, addresses and paths are hashed.

The hash is HAProxy's own (XXH32, the key as its seed, 24 bits shown), so that a hidden name is the same in both programs. What is
shown is decided by the tables: keywords, numbers, times, sizes and words of a choice; all else is cut.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence

from steelyard.config.grammar import actions
from steelyard.config.grammar.keywords import KEYWORDS
from steelyard.config.grammar.sections import SECTIONS
from steelyard.config.grammar.values import Int, OneOf, Size, Time
from steelyard.config.span import Word

CUT = "[...]"
_PLAIN = (Int, Time, Size, OneOf)
# Statements whose first argument, or first two, are shown hashed: a name, an address.
_SHAPES: dict[str, tuple[str, ...]] = {
    "acl": ("name",),
    "bind": ("address",),
    "default_backend": ("name",),
    "log": ("address",),
    "peer": ("name", "address"),
    "server": ("name", "address"),
    "use_backend": ("name",),
    "use-server": ("name",),
    "user": ("name",),
    "group": ("name",),
}
_ADDRESS = re.compile(r"(?P<prefix>[a-z0-9+]+@)?(?P<host>\[[0-9a-fA-F:.]*\]|[^:]*)(?P<port>:[-+\d,:.]*)?\Z")
_OPEN = ("", "*", "0.0.0.0", "::", "127.0.0.1", "::1", "localhost")
_PRIMES = (2654435761, 2246822519, 3266489917, 668265263, 374761393)
_MASK = 0xFFFFFFFF


def anonymous(words: Sequence[Word], key: int) -> list[str]:
    """The words of one line as they may be shown to others."""
    texts = [word.text for word in words]
    if not texts or texts[0].startswith("."):
        return texts[:1] + [CUT] * (len(texts) > 1)
    if texts[0] in SECTIONS:
        return [word if word == "from" or index == 0 else _name(word, key) for index, word in enumerate(texts)]
    start = 1 if texts[0] in ("no", "default") and len(texts) > 1 else 0
    rows, count = KEYWORDS.find(words[start:])
    if not rows:
        return [texts[0].partition("(")[0], CUT]
    at = start + count
    shown, rest = [*texts[:start], *rows[0].name.split()], texts[at:]
    shape = _SHAPES.get(rows[0].name, ())
    if rest and rows[0].name in actions.NAMES:
        return [*shown, rest[0].partition("(")[0], *[CUT] * (len(rest) > 1 or "(" in rest[0])]
    for index, text in enumerate(rest):
        if index < len(shape):
            shown.append(_name(text, key) if shape[index] == "name" else _address(text, key))
        elif index < len(rows[0].args) and isinstance(rows[0].args[index], _PLAIN):
            shown.append(text)
        else:
            return [*shown, CUT]
    return shown


def _name(text: str, key: int) -> str:
    return f"ID({hashed(text, key)})"


def _address(text: str, key: int) -> str:
    """Addresses that say nothing of a network (none, any, loopback) stay."""
    if text.startswith("/") or "@/" in text:
        prefix, slash, path = text.partition("/")
        return f"{prefix}PATH({hashed(slash + path, key)})"
    match = _ADDRESS.match(text)
    if match is None:
        return CUT
    host = match["host"].strip("[]")
    if host in _OPEN:
        return text
    try:
        kind = f"IPV{ipaddress.ip_address(host).version}"
    except ValueError:
        kind = "ID"
    return f"{match['prefix'] or ''}{kind}({hashed(host, key)}){match['port'] or ''}"


def hashed(text: str, key: int) -> str:
    """The 24 bits of the hash that are shown, in six hexadecimal digits."""
    return f"{_xxh32(text.encode('utf-8', 'surrogateescape'), key & _MASK) & 0xFFFFFF:06x}"


def _xxh32(data: bytes, seed: int) -> int:
    """Written from the algorithm's public description: 16 bytes a step in four lanes, then 4, then 1, then mixing."""
    one, two, three, four, five = _PRIMES
    at, size = 0, len(data)
    if size >= 16:
        lanes = [(seed + one + two) & _MASK, (seed + two) & _MASK, seed, (seed - one) & _MASK]
        while at + 16 <= size:
            for index in range(4):
                lanes[index] = _turn(lanes[index] + _word(data, at) * two, 13) * one & _MASK
                at += 4
        value = sum(_turn(lane, turn) for lane, turn in zip(lanes, (1, 7, 12, 18)))
    else:
        value = seed + five
    value = (value + size) & _MASK
    while at + 4 <= size:
        value = _turn(value + _word(data, at) * three, 17) * four & _MASK
        at += 4
    for byte in data[at:]:
        value = _turn(value + byte * five, 11) * one & _MASK
    value = (value ^ value >> 15) * two & _MASK
    value = (value ^ value >> 13) * three & _MASK
    return value ^ value >> 16


def _turn(value: int, bits: int) -> int:
    value &= _MASK
    return (value << bits | value >> (32 - bits)) & _MASK


def _word(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 4], "little")

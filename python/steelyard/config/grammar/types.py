"""Types of samples, what becomes what by itself, and which match methods a type can be given to."""

from __future__ import annotations

# From a type to those it turns into without being asked. `any` is decided when the request is there.
CASTS = {
    "any": "any bool sint addr ipv4 ipv6 str bin meth",
    "bool": "any bool sint str bin",
    "sint": "any bool sint addr ipv4 ipv6 str bin",
    "addr": "any addr ipv4 ipv6 str bin sint",
    "ipv4": "any sint addr ipv4 ipv6 str bin",
    "ipv6": "any addr ipv4 ipv6 str bin",
    "str": "any bool sint addr ipv4 ipv6 str bin meth",
    "bin": "any str bin meth",
    "meth": "any str bin meth",
}
_CAN = {name: frozenset(words.split()) for name, words in CASTS.items()}

# Name for `-m`: the type that the method looks at.
MATCHER_TAKES = {
    "found": "any",
    "bool": "sint",
    "int": "sint",
    "ip": "addr",
    "bin": "bin",
    "len": "str",
    "str": "str",
    "beg": "str",
    "sub": "str",
    "dir": "str",
    "dom": "str",
    "end": "str",
    "reg": "str",
}
# The method of a test that names none.
MATCHER_OF_TYPE = {
    "bool": "bool",
    "sint": "int",
    "addr": "ip",
    "ipv4": "ip",
    "ipv6": "ip",
    "str": "str",
}


def casts(given: str, wanted: str) -> bool:
    """Whether a sample of one type can be used where another is wanted."""
    return wanted in _CAN[given]

"""The aliases of log formats (manual section 8.2.6): a `!` in front of those that only HTTP mode has."""

from __future__ import annotations

from functools import cache

TABLE = """
T Tl Ts t ms !tr !trg !trl !Ta Tc Td Th !Ti !Tq !TR !Tr Tt Tu Tw
B !CC !CS H !HM !HP !HPO !HQ !HU !HV ID OG ST U ac b bc bi bp bq ci cp f fc fi fp ft hr hrl hs hsl lc o pid !r rc rt
s sc si sp sq sslc sslv ts tsc
"""

# Carries flags to the items after it; it writes nothing itself.
FLAGS_FOR_ALL = "o"
# Flags of one item; each may be switched off with `-`.
FLAGS = frozenset(["Q", "X", "E", "M", "bin", "json", "cbor"])
# On `%o` they make the whole string one document; `bin` counts only there.
ENCODINGS = frozenset(["bin", "json", "cbor"])


@cache
def rows() -> dict[str, bool]:
    """Name of the alias: whether it needs HTTP mode."""
    return {word.lstrip("!"): word.startswith("!") for word in TABLE.split()}

"""A wrong and a right configuration for each code; tests try them.

A block is `=== CODE [how]`, the wrong one, `--- right`, the right one. `how` is empty where reading the file shows the code;
`lint`: it is advice;
`compile`: the plan must be made; `start`: only a start meets it; `command`: not a configuration but a command; `earlier CODE`:
another code says it first.
What can't be printed stands in angle brackets: `<NUL>`, `<byte E9>`, `<1 MiB of x>`, `<65 words>`, `<no line feed>`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from steelyard.diagnostics.examples import advice, checks, expressions, names, plan, rules, text, words


@dataclass(frozen=True, slots=True)
class Example:
    """`how`: see above. Texts end with a line feed."""

    how: str
    wrong: str
    right: str


@cache
def examples() -> dict[str, Example]:
    """By code."""
    found: dict[str, Example] = {}
    for topic in (text, words, names, expressions, rules, plan, checks, advice):
        for block in topic.TEXT.split("\n=== ")[1:]:
            head, _, body = block.partition("\n")
            code, _, how = head.partition(" ")
            wrong, _, right = body.partition("--- right\n")
            found[code] = Example(how, wrong, right.rstrip("\n") + "\n")
    return found


def spelled(shown: str) -> bytes:
    """An example as the bytes that it stands for."""
    full = shown.replace("<NUL>", "\0").replace("<1 MiB of x>", "x" * (1 << 20))
    full = full.replace("<65 words>", " ".join(f"/{number}" for number in range(65)))
    data = full.encode().replace(b"<byte E9>", b"\xe9")
    return data.replace(b"<no line feed>\n", b"")

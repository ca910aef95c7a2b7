"""What is wrong with a regular expression, and what the engine's (linear time, no backtracking) can't say."""

from __future__ import annotations

import re

_LOOKAROUND = re.compile(r"\(\?(?:[=!]|<[=!])")
_BACKREFERENCE = re.compile(r"\\[1-9]|\\k[<{']|\(\?P=")
_ATOMIC = re.compile(r"\(\?>|\(\?\||\(\?\(|\(\?R\)|[*+?}]\+")


def regex_later(pattern: str) -> str:
    """What the pattern wants that HAProxy's regular expressions have and the engine's don't; empty where there is nothing."""
    plain = _without_classes(pattern)
    if plain is None:
        return ""
    if _LOOKAROUND.search(plain):
        return f"regex '{pattern}' looks ahead or behind, which takes unbounded time and is not supported"
    if _BACKREFERENCE.search(plain):
        return f"regex '{pattern}' refers back to a group, which takes unbounded time and is not supported"
    if _ATOMIC.search(plain):
        return f"regex '{pattern}' has an atomic, possessive, conditional or recursive part, which is not supported"
    return ""


def regex_problem(pattern: str, groups: bool = True) -> str:
    """Empty where nothing is known to be wrong; the engine compiles it later and has the last word. `groups` is False where
    HAProxy compiles without them, so that nothing can refer back to one.
    """
    plain = _without_classes(pattern)
    if plain is None:
        return f"regex '{pattern}' has a '[' that is not closed"
    if not groups and _BACKREFERENCE.search(plain):
        return f"regex '{pattern}' refers back to a group, and a pattern of an ACL has none"
    depth = 0
    for letter in plain.replace("\\(", "").replace("\\)", ""):
        depth += (letter == "(") - (letter == ")")
        if depth < 0:
            break
    return f"regex '{pattern}' has a parenthesis without its other half" if depth else ""


def _without_classes(pattern: str) -> str | None:
    """The pattern with `[...]` as `_` and `\\\\` as nothing; None where a class is not closed."""
    out: list[str] = []
    at = 0
    while at < len(pattern):
        letter = pattern[at]
        if letter == "\\":
            pair = pattern[at : at + 2]
            out.append("" if pair == "\\\\" else pair)
            at += 2
            continue
        if letter != "[":
            out.append(letter)
            at += 1
            continue
        at += 1
        # A `]` that comes first belongs to the class.
        if pattern[at : at + 1] == "^":
            at += 1
        if pattern[at : at + 1] == "]":
            at += 1
        while at < len(pattern) and pattern[at] != "]":
            if pattern.startswith("[:", at) and ":]" in pattern[at:]:
                at = pattern.index(":]", at) + 1
            at += 2 if pattern[at] == "\\" else 1
        if at >= len(pattern):
            return None
        out.append("_")
        at += 1
    return "".join(out)

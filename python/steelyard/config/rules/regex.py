"""What is wrong with a regular expression, and what the engine's (linear time, no backtracking) can't say."""

from __future__ import annotations

import re
import warnings
from functools import lru_cache

_LOOKAROUND = re.compile(r"\(\?(?:[=!]|<[=!])")
_BACKREFERENCE = re.compile(r"\\[1-9]|\\k[<{']|\(\?P=")
_NUMBERED = re.compile(r"\\[1-9]")
_ATOMIC = re.compile(r"\(\?>|\(\?\||\(\?\(|\(\?R\)|[*+?}]\+")
_QUOTED = re.compile(r"\\Q.*?\\E", re.DOTALL)
# Parts that PCRE has and Python's expressions do not, as a part that both have: only mistakes must be left.
_OWN = (
    (re.compile(r"\(\?[a-zA-Z-]+\)"), ""),
    (_QUOTED, "q"),
    (re.compile(r"\\(?=[a-zA-Z])[^wWdDsSbBAZnrtfvaxuUk]"), "e"),
)
_WRONG = (
    "nothing to repeat",
    "multiple repeat",
    "bad escape (end of pattern)",
    "min repeat greater than max repeat",
    "bad character range",
    "invalid group reference",
)
_POSIX_NAME = re.compile(r"\[[^]]*\[:\^?([a-z]*):\]")
_POSIX = frozenset("alnum alpha ascii blank cntrl digit graph lower print punct space upper word xdigit".split())


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


@lru_cache(maxsize=65536)
def regex_problem(pattern: str, groups: bool = True) -> str:
    """Empty where nothing is known to be wrong; the engine compiles it later and has the last word. `groups` is False where
    HAProxy compiles without them, so that nothing can refer back to one.
    """
    plain = _without_classes(_QUOTED.sub("q", pattern))
    if plain is None:
        return f"regex '{pattern}' has a '[' that is not closed"
    if not groups and _NUMBERED.search(plain) and "(?<" not in plain and "(?P<" not in plain:
        return f"regex '{pattern}' refers back to a group, and a pattern of an ACL has none"
    depth = 0
    for letter in plain.replace("\\(", "").replace("\\)", ""):
        depth += (letter == "(") - (letter == ")")
        if depth < 0:
            break
    if depth:
        return f"regex '{pattern}' has a parenthesis without its other half"
    wrong = _mistake(pattern)
    return f"regex '{pattern}' can't be read: {wrong}" if wrong else ""


def _mistake(pattern: str) -> str:
    """What Python's expressions and PCRE both find wrong."""
    unknown = next((name for name in _POSIX_NAME.findall(pattern) if name not in _POSIX), None)
    if unknown is not None:
        return f"'[:{unknown}:]' is no class of characters"
    for part, other in _OWN:
        pattern = part.sub(other, pattern)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            re.compile(pattern)
    except re.error as error:
        # `[\\w-.]` is no range in PCRE, but three members.
        if error.msg.startswith(_WRONG) and "\\" not in error.msg.removeprefix("bad escape"):
            return error.msg
    except (OverflowError, RecursionError, MemoryError):
        return ""
    return ""


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

"""Comments that pass advice over: `lint: ignore`, or `lint: ignore SY0841 SY0845` for some codes only."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

from steelyard.config.layout import lay_out
from steelyard.diagnostics.diagnostic import Diagnostic

Ignored = Mapping[int, Collection[str]]
"""By line: the codes that its comment passes over, none for all."""

_IGNORE = re.compile(r"#.*\blint:\s*ignore\b(?P<codes>(?:[\s,]+SY\d{4})*)")


def ignored_in(text: str, name: str) -> Ignored:
    """What the comments of a file say."""
    if "lint:" not in text:
        return {}
    found = {}
    for line in lay_out(text, name):
        match = _IGNORE.match(line.tail)
        if match is not None:
            found[line.number] = frozenset(re.findall(r"SY\d{4}", match["codes"]))
    return found


def left(items: Iterable[Diagnostic], files: Mapping[str, Ignored]) -> list[Diagnostic]:
    """What no comment on its line passes over."""
    kept = []
    for item in items:
        codes = files.get(item.span.file, {}).get(item.span.line)
        if codes is None or (codes and item.code not in codes):
            kept.append(item)
    return kept

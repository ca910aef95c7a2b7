"""What can be put right by itself: the word that was meant, where a message names one."""

from __future__ import annotations

import re
from dataclasses import dataclass

from steelyard.config.span import Span
from steelyard.diagnostics.diagnostic import Diagnostic
from steelyard.lsp.analysis import Analysis

_MEANT = re.compile(r"did you mean '([^']+)'\?")


@dataclass(frozen=True, slots=True)
class Fix:
    """`title`: as an editor offers it. The text goes where `span` is."""

    title: str
    span: Span
    text: str


def fix_of(item: Diagnostic, analysis: Analysis) -> Fix | None:
    """The change that a message proposes, or None."""
    match = _MEANT.search(item.help or item.message)
    if match is None or not item.span.file:
        return None
    meant = match[1]
    span = _word(item, analysis)
    before = analysis.line(span.file, span.line)[: span.column - 1].split()
    words = meant.split()
    if len(words) > 1 and before and before[-1] == words[0]:  # `option httplgo`: the first word is there already
        words = words[1:]
    text = " ".join(words)
    return Fix(f"Change to '{text}'", span, text) if text != analysis.typed(span) else None


def _word(item: Diagnostic, analysis: Analysis) -> Span:
    """Where a message is about a longer stretch, the unknown name in it, which it has in quotes."""
    span, typed = item.span, analysis.typed(item.span)
    named = re.search(r"'([^']+)'", item.message)
    if named is not None and typed != named[1] and named[1] in typed:
        return Span(span.file, span.line, span.column + typed.index(named[1]), len(named[1]))
    return span

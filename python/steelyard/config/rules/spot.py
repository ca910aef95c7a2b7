"""Spans inside a word."""

from __future__ import annotations

from steelyard.config.span import Span, Word


def spot(word: Word, start: int, length: int = 1) -> Span:
    """The span of some characters of a word; the whole word where quotes or escapes make the place unsure."""
    span, text = word.span, word.text
    if span.length == len(text):
        first = span.column + start
    elif span.length == len(text) + 2:
        # One pair of quotes around the word.
        first = span.column + 1 + start
    else:
        return span
    return Span(span.file, span.line, first, max(1, length))

"""Files that a configuration names and that must be right before it can start, whatever part of it reads them."""

from __future__ import annotations

import os

from steelyard.config.span import Word
from steelyard.config.statement import Statement

MAX_FILE = 64 << 20
"""Bytes of a file that is looked into here."""


def load(statement: Statement, word: Word, base: str = "") -> bytes | None:
    """What a file holds; reported where it can't be read. `base`: the word whose directory relative names start in."""
    path = statement.room.paths.find(word.text, base)
    try:
        with open(path, "rb") as file:
            return file.read(MAX_FILE)
    except (OSError, ValueError) as error:
        statement.report.alert("SY0306", f"can't read '{word}': {reason(error)}", word.span, help=where(path, word.text))
        return None


def directory(statement: Statement, word: Word, base: str = "") -> bool:
    """Whether a directory is there."""
    path = statement.room.paths.find(word.text, base)
    try:
        there = os.path.isdir(path)
    except ValueError:
        there = False
    if not there:
        why = "is not a directory" if os.path.exists(path) else "does not exist"
        statement.report.alert("SY0306", f"directory '{word}' {why}", word.span, help=where(path, word.text))
    return there


def reason(error: Exception) -> str:
    return (error.strerror or str(error)).lower() if isinstance(error, OSError) else str(error)


def where(path: str, name: str) -> str:
    """A help line where the name was not looked for as it is written."""
    return f"it was looked for as '{path}'" if path != name else ""

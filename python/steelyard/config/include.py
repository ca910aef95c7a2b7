"""Which files an `.include` line names."""

from __future__ import annotations

import fnmatch
import os

from steelyard.config.span import Word
from steelyard.diagnostics.diagnostic import Report

MAX_FILES = 10_000
"""Files included in one run, each as often as it is read."""

_MAGIC = frozenset("*?[")


def find(word: Word, file: str, report: Report) -> list[str]:
    """Names of files in lexical order, relative to the directory of `file`, where the line stands.

    Wildcards stand in the last part of a path only: one directory is listed, whatever is written.
    """
    text, span = word.text, word.span
    base = "" if file == "-" else os.path.dirname(file)
    path = os.path.join(base, text)
    directory, pattern = os.path.split(text)
    if _MAGIC & set(directory):
        help = "name the directory, one '.include' line for each"
        report.alert("SY0025", f"wildcards can only stand in the name of a file, not in '{directory}'", span, help=help)
        return []
    if not _MAGIC & set(pattern):
        if os.path.isdir(path):
            report.alert("SY0025", f"'{text}' is a directory", span, help=f"write '.include {text.rstrip('/')}/*.cfg'")
            return []
        return [path]
    place = os.path.join(base, directory)
    try:
        names = os.listdir(place or ".")
    except (OSError, ValueError) as error:
        why = (error.strerror or str(error)).lower() if isinstance(error, OSError) else str(error)
        report.alert("SY0025", f"can't read directory '{place}': {why}", span)
        return []
    hidden = pattern.startswith(".")
    names = sorted(name for name in names if (hidden or not name.startswith(".")) and fnmatch.fnmatchcase(name, pattern))
    paths = [found for found in (os.path.join(place, name) for name in names) if os.path.isfile(found)]
    if not paths:
        report.notice("SY0026", f"no file matches '{text}'", span)
    return paths

"""Files and directories to raw lines. Reading never raises: what can't be read is reported."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from steelyard.config.span import Span
from steelyard.diagnostics.diagnostic import Report

MAX_FILE = 1 << 30
"""Bytes of one file: enough for millions of lines, and a stop for `-f /dev/zero`."""


@dataclass(frozen=True, slots=True)
class RawFile:
    """`text` is decoded as UTF-8; bytes that are not stay as lone surrogates, which the lexer refuses outside comments."""

    name: str
    text: str

    def lines(self) -> Iterator[tuple[int, str, bool]]:
        """Number (from 1), text without the line feed, and whether the line feed was there."""
        start, number, end = 0, 1, len(self.text)
        while start < end:
            stop = self.text.find("\n", start)
            if stop < 0:
                yield number, self.text[start:], False
                return
            yield number, self.text[start:stop], True
            start, number = stop + 1, number + 1


def expand(paths: Sequence[str], report: Report) -> list[str]:
    """Directories become their `*.cfg` files in lexical order; hidden files are left out."""
    found: list[str] = []
    for path in paths:
        if path != "-" and os.path.isdir(path):
            try:
                names = sorted(name for name in os.listdir(path) if name.endswith(".cfg") and not name.startswith("."))
            except OSError as error:
                report.alert("SY0001", f"can't read directory '{path}': {_reason(error)}")
                continue
            found += [os.path.join(path, name) for name in names if os.path.isfile(os.path.join(path, name))]
        else:
            found.append(path)
    return found


def read(path: str, report: Report) -> RawFile | None:
    try:
        if path == "-":
            data = sys.stdin.buffer.read(MAX_FILE + 1)
        else:
            with open(path, "rb") as file:
                data = file.read(MAX_FILE + 1)
                if not (stat.S_ISREG(os.fstat(file.fileno()).st_mode) or data):
                    data = b""
    except (OSError, ValueError) as error:
        report.alert("SY0001", f"can't read '{path}': {_reason(error)}")
        return None
    if len(data) > MAX_FILE:
        report.alert("SY0001", f"'{path}' is larger than {MAX_FILE} bytes")
        return None
    return RawFile(path, data.decode("utf-8", "surrogateescape"))


def read_included(path: str, report: Report, span: Span) -> RawFile | None:
    """A file that a line of another names. Only a plain file: nothing else has an end that can be counted on."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            report.alert("SY0025", f"'{path}' is not a plain file", span)
            return None
        with open(path, "rb") as file:
            data = file.read(MAX_FILE + 1)
    except (OSError, ValueError) as error:
        report.alert("SY0025", f"can't read '{path}': {_reason(error)}", span)
        return None
    if len(data) > MAX_FILE:
        report.alert("SY0025", f"'{path}' is larger than {MAX_FILE} bytes", span)
        return None
    return RawFile(path, data.decode("utf-8", "surrogateescape"))


def missing_line_feed(file: str, number: int, text: str, report: Report) -> None:
    report.alert(
        "SY0012",
        "no line feed at the end of the last line, the file may have been cut short",
        Span(file, number, len(text) + 1, 1),
        help="end the file with a line feed",
    )


def _reason(error: Exception) -> str:
    return (error.strerror or str(error)).lower() if isinstance(error, OSError) else str(error)

"""The way in: paths to a model and a report. Never raises for bad input."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from steelyard.config import hosts, source
from steelyard.config.environment import PREDEFINED, Environment
from steelyard.config.lexer import tokenize
from steelyard.config.model import Config
from steelyard.config.nearest import begin
from steelyard.config.preprocess import Preprocessor
from steelyard.config.resolve import resolve
from steelyard.config.span import Span
from steelyard.config.statement import Room
from steelyard.config.walk import Walker
from steelyard.diagnostics.diagnostic import Report


def read(
    paths: Sequence[str],
    *,
    environ: Mapping[str, str] | None = None,
    diagnostic_mode: bool = False,
    language: bool = False,
    look_up: bool = True,
) -> tuple[Config | None, Report]:
    """Reads files (`-` is standard input) and directories in order. No model where the report holds what keeps it from running.

    `diagnostic_mode` shows `.diag` messages (`-dD`). `language`: only what is not valid keeps the model back; what this version
    can't run yet is in the report and in the model. `look_up`: names of hosts must have addresses, as HAProxy wants it.
    """
    report = Report()
    files = (raw for raw in (source.read(path, report) for path in source.expand(paths, report)) if raw is not None)
    with _no_collection():
        config = _read(files, report, environ, diagnostic_mode, look_up)
    return (None if (report.wrong if language else report.failed) else config), report


def read_files(
    files: Iterable[source.RawFile],
    *,
    environ: Mapping[str, str] | None = None,
    language: bool = False,
    look_up: bool = True,
) -> tuple[Config | None, Report]:
    """As `read`, for texts that somebody has read already."""
    report = Report()
    with _no_collection():
        config = _read(files, report, environ, False, look_up)
    return (None if (report.wrong if language else report.failed) else config), report


@contextmanager
def _no_collection() -> Iterator[None]:
    """A large file makes millions of objects that all stay; looking for garbage among them takes half the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _read(
    files: Iterable[source.RawFile],
    report: Report,
    environ: Mapping[str, str] | None,
    diagnostic_mode: bool,
    look_up: bool,
) -> Config:
    begin()
    hosts.begin(look_up)
    room = Room(report, Environment(PREDEFINED | dict(os.environ if environ is None else environ)))
    walker = Walker(room)
    for raw in files:
        room.files.append(raw.name)
        _file(raw, walker, room, diagnostic_mode)
    config = resolve(room)
    _sort(report, room.files)
    return config


def _file(raw: source.RawFile, walker: Walker, room: Room, diagnostic_mode: bool) -> None:
    environment, report = room.environment, room.report
    environment.file = raw.name
    room.paths.enter(raw.name)
    conditions = Preprocessor(report, environment, diagnostic_mode)
    for number, text, complete in raw.lines():
        environment.line = number
        words, error = tokenize(text, raw.name, number, environment)
        if error is not None:
            tell = report.later if error.later else report.alert
            tell(error.code, error.message, Span(raw.name, number, error.column, error.length), help=error.help)
        if (error is None or error.later) and words and not conditions.directive(words):
            walker.line(words)
        if not complete:
            source.missing_line_feed(raw.name, number, text, report)
    conditions.end()
    walker.end()


def _sort(report: Report, files: Sequence[str]) -> None:
    """Reading order: by file, then line; what concerns no line comes last."""
    order = {name: index for index, name in enumerate(files)}
    report.items.sort(key=lambda item: (order.get(item.span.file, len(files)), item.span.line, item.span.column))

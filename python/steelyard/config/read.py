"""The way in: paths to a model and a report. Never raises for bad input."""

from __future__ import annotations

import gc
import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from steelyard.config import hosts, source
from steelyard.config.environment import PREDEFINED, Environment
from steelyard.config.feed import Feed, Open, Tap
from steelyard.config.index import Index
from steelyard.config.model import Config
from steelyard.config.nearest import begin
from steelyard.config.resolve import resolve
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
    look_up_servers: bool = True,
    disabled: Collection[str] = (),
    tap: Tap | None = None,
) -> tuple[Config | None, Report]:
    """Reads files (`-` is standard input) and directories in order. No model where the report holds what keeps it from running.

    `diagnostic_mode` shows `.diag` messages (`-dD`). `language`: only what is not valid keeps the model back; what this version
    can't run yet is in the report and in the model. `look_up`: names of hosts must have addresses, as HAProxy wants it,
    those of servers too but for `look_up_servers`. `disabled`: options that `enabled(...)` must not find.
    """
    report = Report()
    room = _room(report, environ, disabled)
    files = (raw for raw in (source.read(path, report) for path in source.expand(paths, report)) if raw is not None)
    hosts.begin(look_up, look_up_servers)
    config = read_with(files, room, Feed(report, room.environment, diagnostic_mode=diagnostic_mode, tap=tap))
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
    hosts.begin(look_up)
    room = _room(report, environ, ())
    config = read_with(files, room, Feed(report, room.environment))
    return (None if (report.wrong if language else report.failed) else config), report


@dataclass(frozen=True, slots=True)
class Study:
    """What there is to know of a configuration, right or wrong."""

    config: Config
    report: Report
    index: Index
    files: tuple[str, ...]


def study(
    files: Iterable[source.RawFile], *, open_: Open = source.read_included, environ: Mapping[str, str] | None = None
) -> Study:
    """Everything about texts that somebody has read already: for editors, so no name of a host is looked up. `open_` gives the
    files that they include.
    """
    report = Report()
    hosts.begin(False)
    room = _room(report, environ, ())
    room.index = Index()
    config = read_with(files, room, Feed(report, room.environment, open_=open_))
    return Study(config, report, room.index, tuple(room.files))


def _room(report: Report, environ: Mapping[str, str] | None, disabled: Collection[str]) -> Room:
    return Room(report, Environment(dict(os.environ if environ is None else environ) | PREDEFINED, disabled))


def read_with(files: Iterable[source.RawFile], room: Room, feed: Feed) -> Config:
    """The model, right or wrong, of texts; what was found is in the room's report."""
    begin()
    walker = Walker(room)
    with _no_collection():
        for raw in files:
            room.paths.enter(raw.name)
            for words in feed.lines(raw):
                walker.line(words)
            walker.end()
            room.paths.leave(feed.files)
        room.files = feed.files
        config = replace(resolve(room), extensions=tuple(feed.includes))
    _sort(room.report, room.files)
    return config


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


def _sort(report: Report, files: Sequence[str]) -> None:
    """Reading order: by file, then line; what concerns no line comes last."""
    order = {name: index for index, name in enumerate(files)}
    report.items.sort(key=lambda item: (order.get(item.span.file, len(files)), item.span.line, item.span.column))

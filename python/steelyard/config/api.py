"""The configuration for Python programs: files or text to a model, or an error that says everything that is wrong."""

from __future__ import annotations

import os
from collections.abc import Mapping

from steelyard.config.compare import same
from steelyard.config.model import Config
from steelyard.config.read import read, read_files
from steelyard.config.source import RawFile
from steelyard.diagnostics import concise
from steelyard.diagnostics.diagnostic import Report, Severity

Path = str | os.PathLike[str]


class ConfigurationError(ValueError):
    """A configuration that can't be used. `report` holds everything that was found, warnings too; the text of the error has one
    line a mistake, as `haproxy.cfg:12:5: error[SY0102] unknown keyword ...`. Only where there is none, and the configuration
    had to be `runnable`, it is about what this version can't run.
    """

    def __init__(self, report: Report) -> None:
        wrong = (Severity.ALERT,) if report.wrong else (Severity.LATER,)
        super().__init__(concise.render(item for item in report if item.severity in wrong).rstrip("\n"))
        self.report = report


def load(path: Path, *more: Path, environ: Mapping[str, str] | None = None, runnable: bool = False) -> Config:
    """The model of a configuration, which may be spread over several files; a directory stands for its `*.cfg` files.

    `environ`: the variables that the files read, those of the process by default. A valid configuration that this version of
    Steelyard can't run has a model too, unless `runnable` is asked for. Names of hosts are looked up only then: a file is read
    alike wherever that is done.

    Raises `ConfigurationError`, also for a file that can't be read; nothing else, whatever is in the file.
    """
    paths = [os.fspath(each) for each in (path, *more)]
    return _model(read(paths, environ=environ, language=not runnable, look_up=runnable))


def loads(text: str, *, name: str = "text", environ: Mapping[str, str] | None = None, runnable: bool = False) -> Config:
    """As `load`, for a configuration in a string. `name` stands for the file in messages."""
    return _model(read_files([RawFile(name, text)], environ=environ, language=not runnable, look_up=runnable))


def check(path: Path, *more: Path, environ: Mapping[str, str] | None = None) -> Report:
    """Everything that is to be said of a configuration. `wrong` in it: not valid; `failed`: can't be run here.

    Names of hosts are looked up, as a start does.
    """
    return read([os.fspath(each) for each in (path, *more)], environ=environ, language=True)[1]


def dump(config: Config, *, environ: Mapping[str, str] | None = None) -> str:
    """The text of a loaded configuration: conditional blocks worked out, variables replaced, comments gone.

    It is read again before it is given out, so `same(loads(dump(config)), config)` always holds. `environ`: as it was given to
    `load`; an address may name a variable without quotes, and is kept so.

    Raises `ValueError` where the text would not say what the model says: a model that was changed (`dataclasses.replace`), or
    files beside it that have. `steelyard.config.builder.Configuration.of(config)` is the way to change what was loaded.
    """
    from steelyard.config.builder import Configuration

    text = Configuration.of(config).text()
    again, report = read_files([RawFile("dump", text)], environ=environ, language=True, look_up=False)
    if again is None or not same(again, config):
        why = f": {ConfigurationError(report)}" if again is None else ""
        message = "the text would not say what the model says, which was changed after it was read, or made without a text"
        raise ValueError(f"{message}{why}")
    return text


def _model(found: tuple[Config | None, Report]) -> Config:
    config, report = found
    if config is None:
        raise ConfigurationError(report)
    return config

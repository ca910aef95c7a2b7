"""The entry: haproxy's flags, or a subcommand word in the first place."""

from __future__ import annotations

import errno
import importlib
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from steelyard.cli import usage
from steelyard.cli.console import StderrConsole
from steelyard.cli.flags import Flags, UsageError, parse
from steelyard.cli.leave import hold, leave

if TYPE_CHECKING:
    from steelyard.cli.report import Form

# Words, not flags: a word is only looked at in the first place, where haproxy accepts none.
_SUBCOMMANDS = ("run", "check", "plan", "demo", "help")
# Each of these is a module of this room (`-` is `_`), whose `run` takes the other words and gives the exit status.
_TOOLS = (
    "diff",
    "doc",
    "explain",
    "explain-code",
    "fmt",
    "lint",
    "lsp",
    "test",
    "upgrade",
)


def main() -> None:
    """`steelyard` and `python -m steelyard`."""
    _open_streams()
    try:
        leave(run(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # `steelyard plan ... | head`: the reader has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        # Files that are read by name are told of where that is done.
        if error.filename is not None or error.errno not in (errno.ENOSPC, errno.EIO, errno.EDQUOT, errno.EFBIG):
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        print(f"steelyard: can't write: {os.strerror(error.errno).lower()}", file=sys.stderr)
        sys.exit(1)


def _open_streams() -> None:
    """Standard streams that were closed before lead nowhere: a file or socket must not take their place."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            fd = os.open(os.devnull, os.O_RDWR)
            if fd != number:
                os.dup2(fd, number, inheritable=True)
                os.close(fd)
            else:
                os.set_inheritable(fd, True)
            setattr(sys, name, os.fdopen(number, "w" if number else "r", encoding="utf-8", closefd=False))


def run(words: Sequence[str]) -> int:
    """The exit status for these words."""
    if words and words[0] in _SUBCOMMANDS:
        from steelyard.cli import subcommands

        return subcommands.run(words[0], words[1:])
    if words and words[0] in _TOOLS:
        tool = importlib.import_module(f"steelyard.cli.{words[0].replace('-', '_')}")
        status: int = tool.run(words[1:])
        return status
    if words and words[0] in ("--help", "-h"):
        print(usage.HELP if words[0] == "--help" else usage.USAGE, end="")
        return 0
    if list(words) == ["--version"]:
        words = ["-v"]
    try:
        flags = parse(words)
        if not (flags.version or flags.condition is not None or flags.files):
            raise UsageError("")
    except UsageError as error:
        return _misused(error)
    if flags.version:
        return _version(flags.version)
    if flags.condition is not None:
        return _condition(flags.condition)
    return start(flags, StderrConsole(quiet=flags.quiet))


def start(flags: Flags, console: StderrConsole, *, form: Form = "auto", verbose: bool = False) -> int:
    """Checks and, unless `-c` was given, runs. The status of haproxy: 0 good, 1 wrong, 2 for `-c` with nothing to listen on.

    `verbose`: also tells which words are accepted without an effect.
    """
    from steelyard.cli import dumps, report
    from steelyard.cli.check import check, warnings_forbid

    for note in flags.notes:
        console.notice(note)
    if flags.directory is not None:
        try:
            os.chdir(flags.directory)
        except OSError as error:
            console.alert(f"Could not change to directory {flags.directory} : {error.strerror}")
            return 1
    if flags.dump is not None:
        return dumps.tokens(flags)
    checked = check(flags)
    if flags.check:
        hold(checked)
    report.show(checked.report, flags.files, form=form)
    if verbose and form not in report.DOCUMENTS:
        report.show_accepted(checked.report)
    if checked.config is None or checked.plan is None:
        return 1
    if warnings_forbid(checked, flags):
        console.alert("config : Some warnings were found and 'zero-warning' is set. Aborting.")
        return 1
    status = dumps.after_check(flags)
    if status is not None:
        return status
    if flags.check:
        return _valid(flags, sum(1 for each in checked.plan.proxies if each.frontend is not None and each.frontend.binds))
    from steelyard.cli.launch import launch

    return launch(flags, checked.config, checked.plan, console)


def _valid(flags: Flags, listening: int) -> int:
    """What `-c` says of a good configuration: what 1.8 to 2.8 print and scripts look for, though 3.x asks for `-V` first."""
    if not listening:
        if not flags.quiet:
            print("Configuration file has no error but will not start (no listener) => exit(2).")
        return 2
    if not flags.quiet:
        print("Configuration file is valid")
    return 0


def _misused(error: UsageError) -> int:
    if str(error):
        print(f"steelyard: {error}", file=sys.stderr)
    else:
        print(usage.version(), end="")
        print(usage.USAGE, end="", file=sys.stderr)
    return 1


def _version(detail: int) -> int:
    if detail == 1:
        print(usage.version(), end="")
        return 0
    from steelyard.engine import engine

    print(usage.version_long(engine.version()), end="")
    return 0


def _condition(text: str) -> int:
    from steelyard.config.environment import Environment
    from steelyard.config.predicates import ConditionError, evaluate_condition

    try:
        return 0 if evaluate_condition(text, Environment(os.environ)) else 1
    except ConditionError as error:
        StderrConsole().alert(f"config : Failed to evaluate condition: {error}")
        return 2

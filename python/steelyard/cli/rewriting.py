"""What `fmt` and `upgrade` share: files in, files out, and what to show of the change."""

from __future__ import annotations

import argparse
import difflib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence

from steelyard.config import source
from steelyard.diagnostics.diagnostic import Report

Rewrite = Callable[[Sequence[source.RawFile]], Sequence[str]]
"""Files to their new texts; both may hold lone surrogates for bytes that are not UTF-8."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", nargs="+", help="a configuration file, a directory with *.cfg files, or - for standard input")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--stdout", action="store_true", help="print the result (what happens without another flag)")
    how.add_argument("-w", "--write", action="store_true", help="write the result back to the file, where it differs")
    how.add_argument("--diff", action="store_true", help="print what would change, as a unified diff")
    parser.add_argument("--check", action="store_true", help="print no result; status 1 and the names of files that would change")


def run(args: argparse.Namespace, rewrite: Rewrite) -> int:
    """The exit status: 0, 1 with `--check` where a file would change, 2 where one can't be read or written."""
    report = Report()
    failed = changed = False
    files = [raw for raw in (source.read(path, report) for path in source.expand(args.file, report)) if raw is not None]
    for raw, text in zip(files, rewrite(files)):
        path, differs = raw.name, text != raw.text
        changed = changed or differs
        if args.diff:
            _out(_unified(path, raw.text, text))
        elif args.write and differs and not args.check:
            failed = not _write(path, text) or failed
        elif args.check and differs:
            _out(f"{path}\n")
        elif not args.check and not args.write:
            _out(text)
    for item in report:
        print(f"steelyard: {item.message}", file=sys.stderr)
    if failed or report.items:
        return 2
    return 1 if args.check and changed else 0


def _out(text: str) -> None:
    sys.stdout.buffer.write(text.encode("utf-8", "surrogateescape"))
    sys.stdout.buffer.flush()


def _unified(path: str, old: str, new: str) -> str:
    lines = difflib.unified_diff(_lines(old), _lines(new), path, path, "as it is", "rewritten")
    return "".join(line if line.endswith("\n") else line + "\n\\ No newline at end of file\n" for line in lines)


def _lines(text: str) -> Sequence[str]:
    """Cut at line feeds alone: a carriage return is part of its line."""
    parts = text.split("\n")
    return [part + "\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def _write(path: str, text: str) -> bool:
    """Replaces the file in one step, so that nobody ever reads half of it; a link stays a link."""
    data = text.encode("utf-8", "surrogateescape")
    if path == "-":
        _out(text)
        return True
    target = os.path.realpath(path)
    try:
        handle, beside = tempfile.mkstemp(prefix=".steelyard-", dir=os.path.dirname(target))
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            shutil.copymode(target, beside)
            _keep_owner(target, beside)
            os.replace(beside, target)
        except BaseException:
            os.unlink(beside)
            raise
    except OSError as error:
        print(f"steelyard: can't write '{path}': {(error.strerror or str(error)).lower()}", file=sys.stderr)
        return False
    return True


def _keep_owner(target: str, beside: str) -> None:
    """Where another user's file is rewritten, as by root, it stays that user's."""
    owner = os.stat(target)
    if (owner.st_uid, owner.st_gid) != (os.geteuid(), os.getegid()):
        try:
            os.chown(beside, owner.st_uid, owner.st_gid)
        except PermissionError:
            pass  # the file belongs to who wrote it last, as with an editor

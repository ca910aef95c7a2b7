"""`steelyard lint`: advice on configurations that are valid."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from steelyard.cli import report as reports
from steelyard.diagnostics.diagnostic import Report, Severity

if TYPE_CHECKING:
    from steelyard.config.advice.ignored import Ignored

DESCRIPTION = """\
Gives advice on a configuration that is valid: words that HAProxy has deprecated or dropped, rules that are never carried out,
ACLs and backends that are never used, risky settings (passwords in plain text, certificates that nobody verifies, pages open to
all), times that are probably meant in another unit, extensions of Steelyard. Each has a code; 'steelyard explain-code SY0841'
tells more.

A line whose comment holds 'lint: ignore' is passed over, with 'lint: ignore SY0841 SY0845' for those codes only.
"""
EPILOG = """\
examples:
  steelyard lint haproxy.cfg                    advice with the lines it is about
  steelyard lint --ignore SY0813 haproxy.cfg    without some codes
  steelyard lint --format sarif conf.d          for code scanners; also json, concise, full, haproxy

exit status:
  0  nothing to say
  1  there is advice
  2  the configuration is not valid or can't be read, or the command line is wrong
"""
_MESSAGE_OF_THE_FILE = "SY0023"


def run(words: Sequence[str]) -> int:
    """The exit status of `steelyard lint`."""
    from steelyard.config.advice import advise
    from steelyard.config.advice.ignored import left
    from steelyard.config.read import read

    parser = argparse.ArgumentParser(
        "steelyard lint", description=DESCRIPTION, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("-f", dest="more", metavar="file", action="append", default=[], help="same as a plain file name")
    parser.add_argument("file", nargs="*", help="configuration files, or directories with *.cfg files, in order")
    parser.add_argument("--format", choices=reports.FORMS, default="auto", help="as for 'steelyard check'")
    parser.add_argument("--ignore", action="append", default=[], metavar="CODE", help="leave out a code, or several with commas")
    args = parser.parse_args(words)
    files = args.more + args.file
    if not files:
        parser.error("which file?")
    environ = dict(os.environ)
    environ.setdefault("HAPROXY_LOCALPEER", os.uname().nodename)
    config, found = read(files, environ=environ, language=True, look_up=False)
    if config is None:
        reports.show(Report([item for item in found if item.severity is Severity.ALERT]), files, form=args.format)
        return 2
    said = [item for item in found if item.severity in (Severity.WARNING, Severity.NOTICE) and item.code != _MESSAGE_OF_THE_FILE]
    ignored = {code.strip().upper() for codes in args.ignore for code in codes.split(",")}
    comments = {name: _comments(name) for name in config.files if name != "-"}
    items = left([item for item in (*said, *advise(config)) if item.code not in ignored], comments)
    order = {name: index for index, name in enumerate(config.files)}
    items.sort(key=lambda item: (order.get(item.span.file, len(order)), item.span.line, item.span.column))
    reports.show(Report(items), files, form=args.format)
    return 1 if items else 0


def _comments(name: str) -> Ignored:
    from steelyard.config.advice.ignored import ignored_in

    try:
        with open(name, "rb") as file:
            text = file.read().decode("utf-8", "surrogateescape")
    except OSError as error:
        print(f"steelyard: comments of '{name}' can't be read: {(error.strerror or str(error)).lower()}", file=sys.stderr)
        return {}
    return ignored_in(text, name)

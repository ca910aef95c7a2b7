"""`run`, `check`, `plan`, `demo`: words for people, beside haproxy's flags."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import resources

from steelyard.cli import main, report, trace_flags, usage
from steelyard.cli.console import StderrConsole
from steelyard.cli.flags import Flags

DEMO_URL = "http://127.0.0.1:8080/"


def run(word: str, words: Sequence[str]) -> int:
    """The exit status of a subcommand."""
    match word:
        case "run":
            parser = _parser("run", "Runs a configuration in front; Ctrl-C stops.")
            trace_flags.describe(parser)
            try:
                rest, trace = trace_flags.split(words)
            except trace_flags.TraceUsageError as error:
                parser.error(str(error))
            flags = Flags(files=_parse(parser, rest).file, foreground=True, trace=trace)
            return main.start(flags, StderrConsole(welcome=["Steelyard runs. Ctrl-C stops it."]))
        case "check":
            return _check(words)
        case "plan":
            return _plan(_files("plan", "Shows what would run, as JSON.", words).file)
        case "demo":
            argparse.ArgumentParser("steelyard demo", description="Two sample servers behind a balancer.").parse_args(words)
            return _demo()
        case _:
            print(usage.HELP, end="")
            return 0


def _check(words: Sequence[str]) -> int:
    parser = _parser("check", "Checks a configuration and shows everything that is wrong with it.")
    parser.add_argument(
        "--format",
        choices=report.FORMS,
        default="auto",
        help="how: snippets (full), haproxy's lines, one line each (concise), JSON, SARIF; without it snippets on a terminal",
    )
    parser.add_argument("-W", "--warnings-fail", action="store_true", help="a warning makes it wrong")
    parser.add_argument(
        "--language",
        action="store_true",
        help="only whether it is valid haproxy configuration, with a list of what this version can't run yet",
    )
    parser.add_argument("-v", "--verbose", action="store_true", help="also which words are accepted without an effect, and why")
    parser.add_argument(
        "--dump",
        action="store_true",
        help="print what is read: comments gone, conditions decided, variables replaced, included files in their places",
    )
    args = _parse(parser, words)
    if args.dump:
        from steelyard.cli.dumps import preprocessed

        return preprocessed(args.file)
    if args.language:
        from steelyard.cli.language import judge

        return judge(args.file, form=args.format, warnings_fail=args.warnings_fail, verbose=args.verbose)
    flags = Flags(files=args.file, check=True, quiet=args.format in report.DOCUMENTS, warnings_fail=args.warnings_fail)
    return main.start(flags, StderrConsole(), form=args.format, verbose=args.verbose)


def _files(word: str, description: str, words: Sequence[str]) -> argparse.Namespace:
    return _parse(_parser(word, description), words)


def _parser(word: str, description: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(f"steelyard {word}", description=description)
    parser.add_argument("-f", dest="more", metavar="file", action="append", default=[], help="same as a plain file name")
    parser.add_argument("file", nargs="*", help="configuration files, or directories with *.cfg files, in order")
    return parser


def _parse(parser: argparse.ArgumentParser, words: Sequence[str]) -> argparse.Namespace:
    args = parser.parse_args(words)
    args.file = args.more + args.file
    if not args.file:
        parser.error("which file?")
    return args


def _plan(files: Sequence[str]) -> int:
    import msgspec

    from steelyard.cli.check import check
    from steelyard.plan import schema

    checked = check(Flags(files=list(files)))
    report.show(checked.report, files)
    if checked.plan is None:
        return 1
    sys.stdout.write(msgspec.json.format(schema.encode(checked.plan), indent=2).decode() + "\n")
    return 0


def _demo() -> int:
    from steelyard.demo.servers import SampleServer

    for name, colour in (("one", "#0a7"), ("two", "#a40")):
        server = SampleServer(name, colour)
        os.environ[f"STEELYARD_DEMO_{name.upper()}"] = str(server.port)
        server.start()
    welcome = [
        f"Steelyard runs with two sample servers. Open {DEMO_URL}",
        f"and {DEMO_URL}stats for the statistics. Ctrl-C stops everything.",
    ]
    # The log goes to the terminal already, so the console keeps quiet about what is in it.
    with resources.as_file(resources.files("steelyard.demo") / "demo.cfg") as path:
        return main.start(Flags(files=[str(path)], foreground=True), StderrConsole(quiet=True, welcome=welcome))

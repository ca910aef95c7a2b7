"""`steelyard test`: cases played against a configuration, without sockets."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from steelyard.cli import report
from steelyard.config.api import ConfigurationError
from steelyard.explain.ask import AskError
from steelyard.explain.cases import CaseFile, CasesError, TestCase, read
from steelyard.explain.coverage import Line, merged, percent, summary, taken
from steelyard.explain.expect import check, differences
from steelyard.explain.player import Player
from steelyard.explain.text import MOST_RULES, decided_by, render

EXAMPLE = """\
a file of cases (TOML; docs/testing.md tells all):
  config = "haproxy.cfg"

  [[case]]
  name = "the cart is the shop's"
  request = "GET http://shop.example/cart"
  src = "192.0.2.9"
  servers = { "shop/s1" = "down" }
  expect = { backend = "shop", server = "s2", status = 200, headers = { X-Frame-Options = "DENY" } }

  steelyard test cases.toml
  steelyard test cases.toml --coverage        which rules and ACLs no case reached
  steelyard test cases.toml --min 80          the same, and status 1 below 80 percent
  steelyard test -f other.cfg cases.toml      the same cases on another configuration

Status: 0 all as expected, 1 some not, 2 files that can't be read.
"""


@dataclass(frozen=True, slots=True)
class Result:
    """One case; `trace` is its explanation, kept when it failed."""

    file: str
    line: int
    name: str
    differences: list[str]
    decided_by: str = ""
    trace: str = field(default="", repr=False)

    @property
    def place(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(slots=True)
class Run:
    """What all files gave. `lines`: rules and ACLs of their configurations, one file of cases after the other."""

    results: list[Result] = field(default_factory=list)
    lines: list[list[Line]] = field(default_factory=list)


def run(words: Sequence[str]) -> int:
    """The exit status."""
    parser = argparse.ArgumentParser(
        "steelyard test",
        description="Plays cases against a configuration, without sockets, and says what is not as expected.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("cases", nargs="+", metavar="cases.toml", help="files of cases")
    parser.add_argument(
        "-f", dest="files", metavar="file", action="append", default=[], help="the configuration, instead of the file's"
    )
    parser.add_argument("-k", dest="only", metavar="text", default="", help="only cases whose name holds this")
    parser.add_argument("-v", "--verbose", action="store_true", help="names of cases that are as expected, too")
    parser.add_argument("--coverage", action="store_true", help="which rules and ACLs no case found true, or false")
    parser.add_argument(
        "--min", metavar="percent", type=_percent, help="with fewer of them true in some case, the run has failed (status 1)"
    )
    parser.add_argument("--json", action="store_true", help="results as JSON")
    args = parser.parse_args(words)
    done = Run()
    try:
        for path in args.cases:
            _file(read(path), args.files, args.only, done)
    except ConfigurationError as error:
        report.show(error.report, args.files)
        return 2
    except (CasesError, AskError, OSError, ValueError) as error:
        print(f"steelyard test: {report.told(error)}", file=sys.stderr)
        return 2
    if not done.results:
        print("steelyard test: no case" + (f" has '{args.only}' in its name" if args.only else ""), file=sys.stderr)
        return 2
    lines = merged(done.lines) if args.coverage or args.min is not None else None
    if args.json:
        _json(done, lines)
    else:
        _text(done, args.verbose, lines)
    # As it is shown: 66.66 % is 66.7.
    short = lines is not None and args.min is not None and round(percent(lines), 1) < args.min
    if lines is not None and short:
        print(f"steelyard test: {percent(lines):.1f} % of rules and ACLs are less than {args.min:g} %", file=sys.stderr)
    return 1 if short or any(result.differences for result in done.results) else 0


def _percent(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1
    if not 0 <= value <= 100:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number from 0 to 100")
    return value


def _file(cases: CaseFile, files: Sequence[str], only: str, done: Run) -> None:
    config = tuple(files) or cases.config
    if not config:
        raise CasesError(f'{cases.path}: which configuration? write config = "haproxy.cfg" in it, or give -f')
    player = Player(*config)
    for case in cases.cases:
        if only in case.name:
            done.results.append(_play(cases.path, case, player))
    done.lines.append(player.coverage.lines())


def _play(path: str, case: TestCase, player: Player) -> Result:
    if case.fresh:
        player.restart()
    try:
        check(case.expect, player.plan)
        outcome = player.play(case.ask, after=case.after)
    except (AskError, ValueError) as error:
        place = f"{path}:{case.line}" if case.line else path
        raise AskError(f"{place}: {case.name}: {error}") from None
    files = player.plan.files
    found = differences(case.expect, outcome, files)
    if not found:
        return Result(path, case.line, case.name, found)
    return Result(path, case.line, case.name, found, decided_by(outcome, files), render(outcome, files, most=MOST_RULES))


def _json(done: Run, lines: list[Line] | None) -> None:
    document: dict[str, object] = {"cases": [asdict(result) for result in done.results]}
    if lines is not None:
        document["coverage"] = {
            "lines": len(lines),
            "taken": taken(lines),
            "percent": round(percent(lines), 1),
            "missing": [asdict(line) for line in lines if not line.true],
            "rules": [asdict(line) for line in lines],
        }
    print(json.dumps(document, indent=2))


def _text(done: Run, verbose: bool, lines: list[Line] | None) -> None:
    colour = report.colour(sys.stdout)

    def paint(code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if colour else text

    for result in done.results:
        if result.differences:
            print(f"{paint('31', 'FAILED')} {result.place}: {result.name}")
            for difference in result.differences:
                print(f"    {difference}")
            if result.decided_by:
                print(f"    decided by {result.decided_by}")
            print("    what happened:")
            for line in result.trace.splitlines():
                print(f"      {line}".rstrip())
        elif verbose:
            print(f"{paint('32', 'ok')}     {result.place}: {result.name}")
    failed = sum(bool(result.differences) for result in done.results)
    if lines is not None:
        for missing in lines:
            if missing.never:
                print(f"{missing.file}:{missing.line}: {missing.never}: {missing.text}")
        print(summary(lines, "case"))
    print(f"{len(done.results) - failed} passed, {failed} failed")

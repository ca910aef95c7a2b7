"""`steelyard test`: cases played against a configuration, without sockets."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from steelyard.cli import report
from steelyard.config.api import ConfigurationError
from steelyard.explain.ask import AskError
from steelyard.explain.cases import CaseFile, CasesError, TestCase, read
from steelyard.explain.coverage import Line
from steelyard.explain.expect import check, differences
from steelyard.explain.player import Player
from steelyard.explain.text import render

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
  steelyard test -f other.cfg cases.toml      the same cases on another configuration

Status: 0 all as expected, 1 some not, 2 files that can't be read.
"""


@dataclass(frozen=True, slots=True)
class Result:
    """One case; `trace` is its explanation, kept when it failed."""

    file: str
    name: str
    differences: list[str]
    trace: str = field(default="", repr=False)


@dataclass(slots=True)
class Run:
    """What all files gave. `lines`: of rules and ACLs, all and those that were taken."""

    results: list[Result] = field(default_factory=list)
    missing: list[Line] = field(default_factory=list)
    lines: list[int] = field(default_factory=lambda: [0, 0])


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
    parser.add_argument("--coverage", action="store_true", help="which rules and ACLs no case took")
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
    if args.json:
        _json(done, args.coverage)
    else:
        _text(done, args.verbose, args.coverage)
    return 1 if any(result.differences for result in done.results) else 0


def _file(cases: CaseFile, files: Sequence[str], only: str, done: Run) -> None:
    config = tuple(files) or cases.config
    if not config:
        raise CasesError(f'{cases.path}: which configuration? write config = "haproxy.cfg" in it, or give -f')
    player = Player(*config)
    for case in cases.cases:
        if only in case.name:
            done.results.append(_play(cases.path, case, player))
    done.missing += player.coverage.missing()
    done.lines[0] += player.coverage.total
    done.lines[1] += player.coverage.taken


def _play(path: str, case: TestCase, player: Player) -> Result:
    if case.fresh:
        player.restart()
    try:
        check(case.expect, player.plan)
        outcome = player.play(case.ask)
    except AskError as error:
        raise AskError(f"{path}: {case.name}: {error}") from None
    found = differences(case.expect, outcome, player.plan.files)
    return Result(path, case.name, found, render(outcome, player.plan.files) if found else "")


def _json(done: Run, coverage: bool) -> None:
    document: dict[str, object] = {"cases": [asdict(result) for result in done.results]}
    if coverage:
        document["coverage"] = {
            "lines": done.lines[0],
            "taken": done.lines[1],
            "missing": [asdict(line) for line in done.missing],
        }
    print(json.dumps(document, indent=2))


def _text(done: Run, verbose: bool, coverage: bool) -> None:
    colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ

    def paint(code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if colour else text

    for result in done.results:
        if result.differences:
            print(f"{paint('31', 'FAILED')} {result.file}: {result.name}")
            for difference in result.differences:
                print(f"    {difference}")
            print("    what happened:")
            for line in result.trace.splitlines():
                print(f"      {line}".rstrip())
        elif verbose:
            print(f"{paint('32', 'ok')}     {result.file}: {result.name}")
    failed = sum(bool(result.differences) for result in done.results)
    if coverage:
        for missing in done.missing:
            print(f"{missing.file}:{missing.line}: {missing.never}: {missing.text}")
        print(f"{done.lines[1]} of {done.lines[0]} rules and ACLs were true in some case")
    print(f"{len(done.results) - failed} passed, {failed} failed")

"""`steelyard explain`: what a configuration does with a request, rule by rule."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from steelyard.cli import report
from steelyard.cli.check import check
from steelyard.cli.flags import Flags
from steelyard.explain import message
from steelyard.explain.ask import SOURCE, Ask, AskError, case_of, frontend_of
from steelyard.explain.message import MessageError

if TYPE_CHECKING:
    from steelyard.engine.simulation import Outcome, Simulation
    from steelyard.plan.schema import Plan

EXAMPLES = """\
examples:
  steelyard explain haproxy.cfg GET http://shop.example/cart -H 'Cookie: id=7' --src 192.0.2.9
  steelyard explain haproxy.cfg GET /api --server api/s1=down --server api/s2=conns=100
  steelyard explain haproxy.cfg --request request.http --response response.http --json
  printf 'GET / HTTP/1.0\\n\\n' | steelyard explain haproxy.cfg --request -

No socket is opened. Status: 0 explained, 1 the configuration is wrong, 2 the question is.
"""


def run(words: Sequence[str]) -> int:
    """The exit status."""
    parser = _parser()
    args = parser.parse_intermixed_args(words)
    files, method, url = _positionals(parser, args)
    checked = check(Flags(files=files))
    if checked.plan is None:
        report.show(checked.report, files)
        return 1
    from steelyard.engine.simulation import Simulation

    try:
        ask = _as_written(_ask(args, method, url), checked.plan, args)
        outcomes = _play(Simulation(checked.plan), ask, checked.plan)
    except (AskError, MessageError, OSError, ValueError) as error:
        print(f"steelyard explain: {report.told(error)}", file=sys.stderr)
        return 2
    _show(outcomes, checked.plan.files, as_json=args.json, brief=args.brief)
    return 0


def _play(simulation: Simulation, ask: Ask, plan: Plan) -> list[Outcome]:
    """A raw request may be followed by others: they come on the same connection, as long as it is kept."""
    outcomes = [simulation.play(case_of(ask, plan))]
    while outcomes[-1].unread and (rest := ask.request[-outcomes[-1].unread :]).strip():
        if not outcomes[-1].keeps:
            print(
                f"steelyard explain: the connection is closed, and {len(rest)} bytes behind the request are not read",
                file=sys.stderr,
            )
            break
        ask = replace(ask, request=message.raw(rest), reused=True)
        outcomes.append(simulation.play(case_of(ask, plan)))
    return outcomes


def _show(outcomes: Sequence[Outcome], files: Sequence[str], *, as_json: bool, brief: bool) -> None:
    if as_json:
        from steelyard.explain.document import document

        documents = [document(outcome, files) for outcome in outcomes]
        sys.stdout.write(json.dumps(documents if len(documents) > 1 else documents[0], indent=2) + "\n")
        return
    from steelyard.explain.text import render

    colour = report.colour(sys.stdout)
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    for number, outcome in enumerate(outcomes, 1):
        if len(outcomes) > 1:
            sys.stdout.write(("\n" if number > 1 else "") + f"--- request {number} of the connection\n\n")
        sys.stdout.write(render(outcome, files, colour=colour, most=0 if brief else None, width=width))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "steelyard explain",
        description="Shows what a configuration does with a request: each rule in order, what its tests saw, what it changed, "
        "and which backend and server were chosen, and why.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("words", nargs="*", metavar="file ... METHOD URL", help="configuration files, then the request")
    parser.add_argument("-f", dest="files", metavar="file", action="append", default=[], help="a configuration file or directory")
    parser.add_argument("-H", "--header", metavar="'Name: value'", action="append", default=[], help="a header of the request")
    parser.add_argument("-d", "--data", metavar="text", help="the body of the request; in mode tcp what the client sends")
    parser.add_argument("--request", metavar="file", help="raw requests of one connection in a file, - for standard input")
    parser.add_argument("--response", metavar="file", help="a raw response of the server, instead of an empty 200")
    parser.add_argument("--frontend", metavar="name", help="needed where several frontends could be meant")
    parser.add_argument("--src", metavar="address", default=SOURCE, help=f"the client's address, with :port or not ({SOURCE})")
    parser.add_argument("--dst", metavar="address", help="the address that the client connected to")
    parser.add_argument("--now", metavar="time", help="the clock, as 2026-01-31T23:59:00 (UTC) or seconds since 1970")
    parser.add_argument(
        "--server", metavar="b/s=state", action="append", default=[], help="up, down, drain, conns=N, queued=N, weight=N"
    )
    parser.add_argument("--proxy", metavar="name=state", action="append", default=[], help="fe_conn=N, be_conn=N, queue=N, ...")
    parser.add_argument("--reused", action="store_true", help="not the first request of its connection")
    parser.add_argument("--brief", action="store_true", help="only rules that were carried out")
    parser.add_argument("--json", action="store_true", help="the same as JSON")
    return parser


def _positionals(parser: argparse.ArgumentParser, args: argparse.Namespace) -> tuple[list[str], str, str]:
    """Files, method and URL: what exists in the file system before the method is a configuration. The last word is the URL where
    nothing else asks: `explain haproxy.cfg /etc` is about a path, not about a directory of configurations."""
    files, rest = list(args.files), list(args.words)
    asked = args.request is not None or args.data is not None
    while (
        len(rest) > (0 if asked or not files else 1)
        and not (rest[0].isupper() and "/" not in rest[0] and "." not in rest[0])
        and os.path.exists(rest[0])
    ):
        files.append(rest.pop(0))
    if not files:
        parser.error(f"which configuration? write: steelyard explain haproxy.cfg GET http://host/path{_wrong(rest)}")
    if len(rest) == 1 and (rest[0].startswith("/") or "://" in rest[0]):
        rest.insert(0, "GET")
    if args.request is None and len(rest) != 2 and not (args.data is not None and not rest):
        parser.error(f"which request? write a method and a URL, as GET http://host/path{_wrong(rest)}")
    if args.request is not None and rest:
        parser.error("a request is given with --request already")
    method, url = rest if len(rest) == 2 else ("", "")
    return files, method, url


def _wrong(rest: Sequence[str]) -> str:
    return f" (there is no file '{rest[0]}')" if rest and not rest[0].isupper() else ""


def _ask(args: argparse.Namespace, method: str, url: str) -> Ask:
    headers = [message.header(each) for each in args.header]
    data = (args.data or "").encode("utf-8", "surrogateescape")
    if args.request is not None:
        request = _read(args.request)
    elif method or url:
        request = message.request(method, url, headers, data)
    else:
        request = data
    return Ask(
        request=request,
        frontend=args.frontend,
        port=message.port_of(url) if url else None,
        src=args.src,
        dst=args.dst,
        response=None if args.response is None else _read(args.response),
        now=None if args.now is None else _time(args.now),
        servers=_states(args.server, "backend/server=down"),
        proxies=_states(args.proxy, "proxy=be_conn=3"),
        reused=args.reused,
    )


def _as_written(ask: Ask, plan: Plan, args: argparse.Namespace) -> Ask:
    """Files with messages are written by people, who end lines as they like; those of mode tcp are bytes."""
    if plan.proxies[frontend_of(ask, plan)[0]].mode != "http":
        return ask
    if args.request is not None:
        ask = replace(ask, request=message.raw(ask.request))
    if ask.response is not None:
        ask = replace(ask, response=message.raw(ask.response))
    return ask


def _read(path: str) -> bytes:
    if path == "-":
        return sys.stdin.buffer.read()
    with open(path, "rb") as file:
        return file.read()


def _time(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise AskError(f"'{text}' is not a time: write 2026-01-31T23:59:00 or seconds since 1970") from None
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).timestamp()


def _states(words: Sequence[str], example: str) -> dict[str, str]:
    states: dict[str, str] = {}
    for word in words:
        name, equals, state = word.partition("=")
        if not equals:
            raise AskError(f"'{word}' says no state: write {example}")
        states[name] = f"{states[name]},{state}" if name in states else state
    return states

"""ACLs that look at what is not there where they are used: such a test is never true (HAProxy warns of the same).

Anonymous tests are judged when they are read; named ones here, where all their lines are known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from steelyard.config.circles import circles, lengths
from steelyard.config.expr import AclArg, AclTest, Condition, Term
from steelyard.config.grammar.calls import EVERYWHERE, fetch_rows
from steelyard.config.grammar.places import UNCHECKED, mask, rulesets_of
from steelyard.config.model import Config, Proxy
from steelyard.config.span import Span
from steelyard.config.statement import Room
from steelyard.config.visit import nodes, only

DEEPEST = 100
"""ACLs that ask one for the next: each takes a piece of the stack of the thread that evaluates them."""


def check_conditions(config: Config, room: Room) -> None:
    told: set[Span] = set()  # rules of a defaults section are seen in each proxy that has them
    for proxy, parts in zip(config.proxies, room.parts):
        tests: dict[str, list[AclTest]] = {}
        for acl in proxy.acls:
            tests.setdefault(acl.name, []).append(acl)
        if only(parts, AclArg):
            _circles(tests, room, told)
        for ruleset, conditions in _conditions(proxy):
            here = mask(proxy.kind, ruleset)
            for condition in conditions:
                for terms in condition.any if here else ():
                    for term in terms:
                        _term(term, tests, here, ruleset, room, told)


def _circles(tests: dict[str, list[AclTest]], room: Room, told: set[Span]) -> None:
    """An ACL can name itself, where a line of that name stands above; it would never have an answer, and HAProxy never ends.
    Too many that ask one for the next are refused as well.
    """
    named = {name: [arg for test in some for arg in nodes(test.expr, AclArg)] for name, some in tests.items()}
    edges = {name: [arg.name for arg in args] for name, args in named.items()}
    found = circles(edges)
    for name, circle in found.items():
        guilty = next(arg for arg in named[name] if found.get(arg.name) == circle)
        if guilty.span not in told:
            told.add(guilty.span)
            room.report.alert("SY0404", f"ACL '{name.rpartition('/')[2]}' asks for itself", guilty.span)
    long = next((name for name, length in lengths(edges).items() if length > DEEPEST), "") if not found else ""
    if long and named[long][0].span not in told:
        told.add(named[long][0].span)
        message = f"more than {DEEPEST} ACLs that ask for each other, up to '{long.rpartition('/')[2]}', are not supported"
        room.report.later("SY0402", message, named[long][0].span)


def _conditions(proxy: Proxy) -> Iterator[tuple[str, Iterable[Condition]]]:
    """Rule sets and the conditions in them."""
    for ruleset, rules in proxy.rules.items():
        yield ruleset, (rule.cond for rule in rules if rule.cond is not None)
    yield "use_backend", (rule.cond for rule in proxy.use_backend if rule.cond is not None)
    yield "use-server", (rule.cond for rule in proxy.use_server if rule.cond is not None)
    for rule in proxy.persistence:
        yield "force-persist" if rule.force else "ignore-persist", (rule.cond,)
    yield "monitor fail", proxy.monitor_fail
    if proxy.stats is not None:
        yield "stats admin", proxy.stats.admin
        yield "stats http-request", (rule.cond for rule in proxy.stats.rules if rule.cond is not None)


def _term(term: Term, tests: dict[str, list[AclTest]], here: int, ruleset: str, room: Room, told: set[Span]) -> None:
    if not isinstance(term.acl, str):
        return
    found = tests.get(term.acl, ()) or ((term.predefined,) if term.predefined is not None else ())
    wrong = [test for test in found if not _places(test) & here]
    if not wrong or term.span in told:
        return
    told.add(term.span)
    fetch = wrong[0].expr.fetch.name
    name = term.acl.rpartition("/")[2]
    help = f"it is there in: {', '.join(rulesets_of(_places(wrong[0])))}"
    if len(wrong) == len(found):
        message = f"ACL '{name}' is never true in '{ruleset}': '{fetch}' has no value there"
    else:
        message = f"a part of ACL '{name}' is never true in '{ruleset}': '{fetch}' has no value there"
    (room.report.notice if ruleset in UNCHECKED else room.report.warning)("SY0406", message, term.span, help=help)


def _places(test: AclTest) -> int:
    row = fetch_rows().get(test.expr.fetch.name)
    return EVERYWHERE if row is None else row.places

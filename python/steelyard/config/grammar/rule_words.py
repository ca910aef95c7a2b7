"""Words that hold rules, conditions and ACLs; what stands in them is read by `config/rules/`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from steelyard.config.environment import Environment
from steelyard.config.expr import Absent, Call, Condition, Expr, LogExpr, LogFormat, LogText, Rule, StrArg
from steelyard.config.grammar.row import ANY, BACK, FRONT, FRONT_D, PROXY, Row, Where
from steelyard.config.grammar.today import renamed
from steelyard.config.grammar.values import Time
from steelyard.config.model import PersistRule, UseBackend, UseServer
from steelyard.config.places import condition_at, known, place_of
from steelyard.config.rules import parse_acl, parse_expr, parse_log_format, parse_rule
from steelyard.config.rules.names import variable
from steelyard.config.span import Word, run_of
from steelyard.config.statement import Statement


def parse_acl_line(statement: Statement) -> None:
    if len(statement.args) < 2:
        statement.missing("a name and a test", "write 'acl <name> <fetch> [<pattern> ...]'")
        return
    name = statement.args[0].text
    found = parse_acl(statement.args, place_of(statement), statement.report)
    statement.draft.names.add(name)  # even a wrong one: its uses need no second message
    if found is not None:
        statement.add(found)


def _rule(statement: Statement, ruleset: str, words: Any, at: int, place: str = "") -> Rule | None:
    """`place`: where expressions stand, if that is not the rule set."""
    if at >= len(words):
        statement.missing("an action", f"write '{statement.row.name} <action> [if <condition>]'")
        return None
    found = parse_rule(ruleset, words, at, place_of(statement, place or ruleset), statement.report)
    return found if found is not None and known(statement, found.cond) else None


def _ruleset(statement: Statement) -> None:
    rule = _rule(statement, statement.row.name, statement.words, statement.at)
    if rule is not None:
        statement.add(rule)


def _unkept(statement: Statement) -> None:
    """A rule of a rule set that nothing carries out: only what is wrong with it counts."""
    if statement.draft.get("mode", "tcp") != "http":
        message = f"'{statement.row.name}' needs mode http"
        statement.report.alert("SY0709", message, statement.span, help="add 'mode http' above it")
    _rule(statement, statement.row.name, statement.words, statement.at)


def _redirect(statement: Statement) -> None:
    """The old form of `http-request redirect`, with a plain text; these rules come after all `http-request` rules."""
    rule = _rule(statement, "http-request", statement.words, 0, "redirect")
    if rule is not None:
        statement.add(rule)


def _block(statement: Statement) -> None:
    """The old form of `http-request deny`; these rules come before all `http-request` rules."""
    first = statement.words[0]
    rule = _rule(statement, "http-request", (Word("deny", first.span), *statement.words[1:]), 0)
    if rule is not None:
        statement.add(rule)


def _name(statement: Statement) -> LogFormat | None:
    """A name, plain or as a log format."""
    word = statement.args[0]
    if "%" not in word.text:
        return (LogText(word.text),)
    return parse_log_format(word, place_of(statement), statement.report)


def _use_backend(statement: Statement) -> None:
    if not statement.args:
        statement.missing("the name of a backend", "write 'use_backend <name> if <condition>'")
        return
    name = _name(statement)
    condition, good = condition_at(statement, statement.at + 1)
    if good and name is not None:
        statement.add(UseBackend(name, condition, statement.text(), run_of(statement.words[:2])))


def _use_server(statement: Statement) -> None:
    if not statement.args:
        statement.missing("the name of a server", "write 'use-server <name> if <condition>'")
        return
    name = _name(statement)
    condition, good = condition_at(statement, statement.at + 1)
    if good and condition is None:
        statement.missing("a condition", "write 'use-server <name> if <condition>'")
    elif good and name is not None:
        statement.add(UseServer(name, condition, statement.text(), run_of(statement.words)))


def _persist(statement: Statement) -> None:
    """`force-persist` and `ignore-persist`: of all these lines the first that applies counts."""
    condition = _its_condition(statement)
    if condition is not None:
        force = statement.row.name == "force-persist"
        statement.add(PersistRule(force, condition, statement.text(), run_of(statement.words)))


def _only_condition(statement: Statement) -> None:
    condition = _its_condition(statement)
    if condition is not None:
        statement.add(condition)


def _its_condition(statement: Statement) -> Condition | None:
    """What is all that follows the word; None where it is missing or wrong, and that is said."""
    if not statement.args:
        statement.missing("a condition", f"write '{statement.row.name} if <condition>'")
        return None
    condition, good = condition_at(statement, statement.at)
    return condition if good else None


def _set_var(statement: Statement) -> None:
    """`set-var proc.<name> <expression>` and `set-var-fmt proc.<name> <format>` of the global section."""
    if len(statement.args) < 2:
        statement.missing("a variable and a value", f"write '{statement.row.name} proc.<name> <value>'")
        return
    name = statement.args[0]
    var = variable(name.text)
    if isinstance(var, str) or var.scope != "proc":
        statement.bad(name, "is no variable of the process", help="write 'proc.<name>', letters, digits, '_' and '.'")
        return
    if statement.row.name == "set-var-fmt":
        value: Any = parse_log_format(statement.args[1], place_of(statement), statement.report)
        end = statement.at + 2
    else:
        value, end = parse_expr(statement.words, statement.at + 1, place_of(statement), statement.report)
    if value is not None and statement.no_more(end):
        statement.add((var.name, _as_of_now(value, statement.room.environment)))


def _as_of_now(value: Expr | LogFormat, environment: Environment) -> Expr | LogFormat:
    """With the environment as it is on this line: variables of the process are set before the next one is read."""
    if not isinstance(value, Expr):
        return tuple(
            replace(item, expr=_with_environment(item.expr, environment)) if isinstance(item, LogExpr) else item for item in value
        )
    return _with_environment(value, environment)


def _with_environment(value: Expr, environment: Environment) -> Expr:
    match value.fetch:
        case Call("env", (StrArg(name),)):
            found = environment.values.get(name)
            return replace(value, fetch=replace(value.fetch, args=(StrArg(name), Absent() if found is None else StrArg(found))))
    return value


def _rules(name: str, where: Where, doc: str, strict: bool = False, mode: Any = "") -> Row:
    return Row(
        name,
        where,
        doc,
        sets=f"rules.{name}",
        parse=_ruleset,
        repeat="add",
        late=True,
        named_defaults=True,
        strict=strict,
        mode=mode,
    )


_BACK_D = BACK | Where.DEFAULTS
_INSPECT = (Time(),)

ROWS = (
    Row("acl", PROXY, "A named test.", sets="acls", parse=parse_acl_line, repeat="add", late=True, named_defaults=True),
    Row(
        "block",
        ANY,
        "Old form of `http-request deny`.",
        sets="block_rules",
        parse=_block,
        repeat="add",
        late=True,
        deprecated="1.5",
        removed="2.1",
        instead="write 'http-request deny'",
        today=renamed("block", "http-request deny"),
    ),
    _rules("http-after-response", PROXY, "Rules for every response, also those made here.", mode="http"),
    _rules("http-request", PROXY, "Rules for requests.", mode="http"),
    _rules("http-response", PROXY, "Rules for responses of servers.", mode="http"),
    Row(
        "monitor fail",
        FRONT,
        "When `monitor-uri` answers 503.",
        sets="monitor_fail",
        parse=_only_condition,
        repeat="add",
        late=True,
    ),
    Row(
        "quic-initial",
        FRONT_D,
        "Rules for the first packet of a QUIC connection.",
        parse=_unkept,
        effect="later",
        repeat="add",
        late=True,
        strict=True,
        named_defaults=True,
    ),
    Row(
        "redirect",
        ANY,
        "Redirects; after all `http-request` rules.",
        sets="redirect_rules",
        parse=_redirect,
        repeat="add",
        late=True,
        mode="http",
    ),
    Row(
        "set-var",
        Where.GLOBAL,
        "Sets a variable of the process.",
        sets="set_vars",
        parse=_set_var,
        repeat="add",
        lax=True,
    ),
    Row(
        "set-var-fmt",
        Where.GLOBAL,
        "Sets a variable of the process.",
        sets="set_vars",
        parse=_set_var,
        repeat="add",
        lax=True,
    ),
    Row(
        "stats admin",
        ANY,
        "Who may change servers on the statistics page.",
        sets="stats.admin",
        parse=_only_condition,
        repeat="add",
        late=True,
    ),
    Row("stats http-request", ANY, "Rules for the statistics page.", sets="stats.rules", parse=_ruleset, repeat="add", late=True),
    _rules("tcp-request connection", FRONT_D, "Rules for new connections.", strict=True),
    _rules("tcp-request content", PROXY, "Rules for the first data of a client."),
    Row(
        "tcp-request inspect-delay",
        PROXY,
        "How long `tcp-request content` waits for data.",
        _INSPECT,
        "timeouts.inspect",
        named_defaults=True,
        lax=True,
    ),
    _rules("tcp-request session", FRONT_D, "Rules for new sessions.", strict=True),
    _rules("tcp-response content", _BACK_D, "Rules for the first data of a server.", strict=True),
    Row(
        "tcp-response inspect-delay",
        _BACK_D,
        "How long `tcp-response content` waits for data.",
        _INSPECT,
        "timeouts.inspect_response",
        named_defaults=True,
        lax=True,
        strict=True,
    ),
    Row(
        "force-persist",
        BACK,
        "When a server that is down is used all the same.",
        sets="persistence",
        parse=_persist,
        repeat="add",
        late=True,
    ),
    Row(
        "ignore-persist",
        BACK,
        "When persistence is left out.",
        sets="persistence",
        parse=_persist,
        repeat="add",
        late=True,
    ),
    Row(
        "use_backend",
        FRONT,
        "Backend under a condition.",
        sets="use_backend",
        parse=_use_backend,
        repeat="add",
        late=True,
        dormant=True,
    ),
    Row(
        "use-server",
        BACK,
        "Server under a condition.",
        sets="use_server",
        parse=_use_server,
        repeat="add",
        late=True,
        strict=True,
        dormant=True,
    ),
)

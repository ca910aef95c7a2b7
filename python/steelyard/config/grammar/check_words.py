"""Health checks over HTTP: `option httpchk` in its old and new syntax, `http-check send` and `http-check expect`."""

from __future__ import annotations

from typing import Any

from steelyard.config.grammar.check_steps import EXPECT, SEND, noted
from steelyard.config.grammar.row import BACK_D, Row
from steelyard.config.statement import Statement

_KINDS = ("status", "rstatus", "string", "rstring")


def _fields(statement: Statement) -> dict[str, Any]:
    """What is known of the check so far; a new mapping, since a defaults section may be inherited by several."""
    return dict(statement.draft.get("httpcheck", {}))


def _put(statement: Statement, fields: dict[str, Any]) -> None:
    statement.set(fields, "httpcheck")


def _httpchk(statement: Statement) -> None:
    """`option httpchk [[<method>] <uri> [<version> [<host>]]]`; headers may follow the version after a line feed, as of old."""
    args = [word.text for word in statement.args]
    if not statement.no_more(statement.at + 4):
        return
    fields = _fields(statement)
    if len(args) == 1:
        args = ["OPTIONS", *args]
    if args:
        fields["method"], fields["uri"] = args[0], args[1]
        version, _, old = (args[2] if len(args) > 2 else "HTTP/1.0").replace("\r\n", "\n").partition("\n")
        fields["version"] = version
        headers = [(name.strip(), value.strip()) for name, _, value in (line.partition(":") for line in old.split("\n") if line)]
        if len(args) > 3:
            headers.append(("Host", args[3]))
        fields["headers"] = tuple(headers)
        if old:
            message = "headers behind the version of 'option httpchk' are deprecated"
            help = "write 'http-check send meth <method> uri <uri> ver <version> hdr <name> <value>'"
            statement.report.warning("SY0112", message, statement.args[2].span, help=help)
        if old and len(args) > 3:
            statement.extra(statement.at + 3)
            return
        if not version.upper().startswith("HTTP/"):
            help = "write 'HTTP/1.0' or 'HTTP/1.1'"
            statement.report.later(
                "SY0104", f"checks in version '{version}' are not supported", statement.args[2].span, help=help
            )
    _put(statement, fields)
    statement.draft.unset("tcp_check")
    statement.set(True)


def _unkept(statement: Statement, what: str, index: int) -> None:
    """A valid line that the checks here can't carry out: kept as words."""
    statement.report.later("SY0104", f"{what} is not supported yet", statement.words[index].span)
    statement.say()


def _send(statement: Statement) -> None:
    words, at = statement.words, statement.at
    if SEND(statement, at) is None:
        return
    fields = _fields(statement)
    fields["headers"], fields["body"] = (), ""
    while at < len(words):
        word, value = words[at].text, words[at + 1].text
        if word in ("uri-lf", "body-lf"):
            _unkept(statement, f"'http-check send {word}'", at)
            return
        if word == "hdr":
            if "%" in words[at + 2].text:
                _unkept(statement, "a format in a header of a check", at + 2)
                return
            fields["headers"] = (*fields["headers"], (value, words[at + 2].text))
            at += 1
        elif word != "comment":
            fields[{"meth": "method", "uri": "uri", "ver": "version", "body": "body"}[word]] = value
        at += 2
    _put(statement, fields)


def _expect(statement: Statement) -> None:
    words, at = statement.words, statement.at
    end = EXPECT(statement, at)
    if end is None:
        return
    negated = False
    while words[at].text in ("!", "comment"):
        negated ^= words[at].text == "!"
        at += 1 if words[at].text == "!" else 2
    kind = words[at].text.removeprefix("!")
    negated ^= kind != words[at].text
    fields = _fields(statement)
    if kind not in _KINDS or any(word.text != "comment" for word in words[at + 2 :: 2]):
        _unkept(statement, f"'http-check expect {words[at]}'" if kind not in _KINDS else f"'{words[at + 2]}'", at)
    elif fields.get("expect_kind") and statement.draft.own("httpcheck"):
        _unkept(statement, "more than one 'http-check expect'", 0)
    else:
        _put(statement, fields | {"expect_kind": kind, "expect_negated": negated, "expect_value": words[at + 1].text})


def _disable_on_404(statement: Statement) -> None:
    if statement.no_more(statement.at):
        _put(statement, _fields(statement) | {"disable_on_404": True})


def _tcp_check(statement: Statement) -> None:
    if statement.no_more(statement.at):
        statement.draft.unset("httpchk")
        statement.set(True)


ROWS = (
    Row(
        "http-check disable-on-404",
        BACK_D,
        "A server that answers 404 gets no new clients.",
        sets="httpcheck",
        parse=_disable_on_404,
    ),
    Row("http-check expect", BACK_D, "What a good answer to a check is.", sets="httpcheck", repeat="add", parse=noted(_expect)),
    Row("http-check send", BACK_D, "The request of a check.", sets="httpcheck", repeat="add", parse=noted(_send)),
    Row("option httpchk", BACK_D, "Health checks over HTTP.", sets="httpchk", parse=_httpchk),
    Row("option tcp-check", BACK_D, "Health checks by connection.", sets="tcp_check", parse=_tcp_check),
)

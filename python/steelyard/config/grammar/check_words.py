"""Health checks over HTTP: `option httpchk` in its old and new syntax, `http-check send` and `http-check expect`."""

from __future__ import annotations

from typing import Any

from steelyard.config.grammar.row import BACK_D, Row
from steelyard.config.grammar.said import anything
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
        if not version.upper().startswith("HTTP/"):
            statement.bad(statement.args[2], "is not a version of HTTP", help="write 'HTTP/1.0' or 'HTTP/1.1'")
            return
    _put(statement, fields)
    statement.draft.unset("tcp_check")
    statement.set(True)


def _send(statement: Statement) -> None:
    words, at = statement.words, statement.at
    fields = _fields(statement)
    fields["headers"], fields["body"] = (), ""
    if at >= len(words):
        statement.missing("what to send", "write 'http-check send meth GET uri /health'")
        return
    while at < len(words):
        word = words[at].text
        count = 2 if word == "hdr" else 1
        if word in ("uri-lf", "body-lf", "comment"):
            if word != "comment":
                statement.report.later("SY0104", f"'http-check send {word}' is not supported yet", words[at].span)
                return
        elif word not in ("meth", "uri", "ver", "hdr", "body"):
            statement.bad(words[at], "means nothing here", ("meth", "uri", "ver", "hdr", "body", "comment"))
            return
        if at + count >= len(words):
            statement.report.alert("SY0107", f"'{word}' needs {count} more word{'s' if count > 1 else ''}", words[at].span)
            return
        value = words[at + 1].text
        if word == "hdr":
            fields["headers"] = (*fields["headers"], (value, words[at + 2].text))
        elif word != "comment":
            fields[{"meth": "method", "uri": "uri", "ver": "version", "body": "body"}[word]] = value
        at += 1 + count
    _put(statement, fields)


def _expect(statement: Statement) -> None:
    words, at = statement.words, statement.at
    negated = False
    while at < len(words) and words[at].text in ("!", "comment"):
        if words[at].text == "!":
            negated = not negated
            at += 1
        else:
            at += 2
    if at + 1 >= len(words):
        statement.missing("a kind and a value", "write 'http-check expect status 200'")
        return
    kind = words[at]
    if kind.text not in _KINDS:
        later = (
            "min-recv",
            "ok-status",
            "error-status",
            "tout-status",
            "on-success",
            "on-error",
            "status-code",
            "hdr",
            "fhdr",
            "string-lf",
        )
        if kind.text in later:
            statement.report.later("SY0104", f"'http-check expect {kind}' is not supported yet", kind.span)
        else:
            statement.bad(kind, "is nothing to expect", _KINDS)
        return
    if not statement.no_more(at + 2):
        return
    fields = _fields(statement)
    if fields.get("expect_kind") and statement.draft.own("httpcheck"):
        statement.report.later("SY0104", "more than one 'http-check expect' is not supported yet", statement.span)
        return
    fields |= {"expect_kind": kind.text, "expect_negated": negated, "expect_value": words[at + 1].text}
    if kind.text == "status" and not _statuses(words[at + 1].text):
        statement.bad(words[at + 1], "is not a list of statuses", help="write '200' or '200-299,304'")
        return
    _put(statement, fields)


def _statuses(text: str) -> bool:
    for part in text.split(","):
        low, dash, high = part.partition("-")
        if not (low.isascii() and low.isdigit() and len(low) == 3) or (
            dash and not (high.isascii() and high.isdigit() and len(high) == 3)
        ):
            return False
    return True


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
    Row("http-check expect", BACK_D, "What a good answer to a check is.", sets="httpcheck", parse=_expect),
    Row("http-check send", BACK_D, "The request of a check.", sets="httpcheck", parse=_send),
    Row("http-check comment", BACK_D, "A comment for the next rule.", parse=anything, effect="accepted", repeat="add"),
    Row("http-check connect", BACK_D, "How a check connects.", parse=anything, effect="later", repeat="add"),
    Row(
        "http-check send-state",
        BACK_D,
        "Checks tell the server's state in a header.",
        parse=anything,
        effect="later",
        repeat="add",
    ),
    Row("http-check set-var", BACK_D, "Sets a variable in a check.", parse=anything, effect="later", repeat="add", called=True),
    Row(
        "http-check set-var-fmt", BACK_D, "Sets a variable in a check.", parse=anything, effect="later", repeat="add", called=True
    ),
    Row(
        "http-check unset-var",
        BACK_D,
        "Forgets a variable in a check.",
        parse=anything,
        effect="later",
        repeat="add",
        called=True,
    ),
    Row("option httpchk", BACK_D, "Health checks over HTTP.", sets="httpchk", parse=_httpchk),
    Row("option tcp-check", BACK_D, "Health checks by connection.", sets="tcp_check", parse=_tcp_check),
    Row("tcp-check comment", BACK_D, "A comment for the next rule.", parse=anything, effect="accepted", repeat="add"),
    *(
        Row(
            f"tcp-check {word}",
            BACK_D,
            "A step of a check over TCP.",
            parse=anything,
            effect="later",
            repeat="add",
            called=word.endswith(("-var", "-fmt")),
        )
        for word in [
            "connect",
            "expect",
            "send",
            "send-lf",
            "send-binary",
            "send-binary-lf",
            "set-var",
            "set-var-fmt",
            "unset-var",
        ]
    ),
)

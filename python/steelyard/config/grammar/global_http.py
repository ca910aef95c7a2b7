"""Words of the `global` section about HTTP (manual section 3.1)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from steelyard.config.grammar import files
from steelyard.config.grammar.row import Row, Where
from steelyard.config.grammar.values import OneOf
from steelyard.config.model import StatusRange
from steelyard.config.statement import Statement

G = Where.GLOBAL
_CODES = re.compile(r"(\d{3})(?:-(\d{3}))?\Z", re.ASCII)
_CASE = "only 'option h1-case-adjust-bogus-client' and '-server' make use of it"


def same_but_for_case(low: str, other: str) -> bool:
    return low.lower() == other.lower()


def _case(statement: Statement) -> None:
    """`<from> <to>`: one header name in two cases."""
    if len(statement.args) < 2:
        statement.missing("a header name in two cases", "write 'h1-case-adjust content-length Content-Length'")
    elif not same_but_for_case(statement.args[0].text, statement.args[1].text):
        statement.bad(statement.args[1], f"differs from '{statement.args[0]}' by more than case")
    elif f"h1-case {statement.args[0].text.lower()}" in statement.draft.names:
        statement.bad(statement.args[0], "has its case adjusted already")
    elif statement.no_more(statement.at + 2):
        statement.draft.names.add(f"h1-case {statement.args[0].text.lower()}")


def _case_file(statement: Statement) -> None:
    """A file with two names on each line."""
    if not statement.args:
        statement.missing("a file")
        return
    word = statement.args[0]
    content = files.load(statement, word)
    if content is None or not statement.no_more(statement.at + 1):
        return
    for number, line in enumerate(content.decode("utf-8", "replace").split("\n"), start=1):
        parts = line.split()
        if not parts or parts[0].startswith("#"):
            continue
        if len(parts) != 2 or not same_but_for_case(*parts):
            message = f"line {number} of '{word}' is not a header name in two cases"
            statement.report.alert("SY0307", message, word.span)
            return


_COUNTED = {
    "http-err-codes": frozenset(range(400, 500)),
    "http-fail-codes": frozenset(range(500, 600)) - {501, 505},
}
"""What counts where the file says nothing: 501 and 505 are answers to what a client asked for."""


def _codes(statement: Statement) -> None:
    """`[+-]<code>[-<code>][,...]` words, each of which changes what those before it have left."""
    name = statement.row.name
    if not statement.args:
        statement.missing("ranges of status codes", f"write '{name} 400-499 -450 +500'")
        return
    said = statement.draft.get(statement.row.sets)
    codes = set(_COUNTED[name]) if said is None else {code for each in said for code in range(each.low, each.high + 1)}
    for word in statement.args:
        named = _named(word.text.lstrip("+-"))
        if named is None:
            statement.bad(word, "is not a range of status codes", help="write '400-499', '+500' or '-404,410'")
            return
        sign = word.text[0]
        codes = codes | named if sign == "+" else codes - named if sign == "-" else named
    statement.set(tuple(_ranges(codes)))


def _named(text: str) -> set[int] | None:
    """The codes of `<code>[-<code>][,...]`; None where that is something else."""
    codes: set[int] = set()
    for part in text.split(","):
        match = _CODES.match(part)
        ends = [int(end) for end in match.groups() if end] if match else [0]
        if not all(100 <= end <= 599 for end in ends) or ends != sorted(ends):
            return None
        codes.update(range(ends[0], ends[-1] + 1))
    return codes


def _ranges(codes: set[int]) -> Iterator[StatusRange]:
    for low in sorted(code for code in codes if code - 1 not in codes):
        high = next(code for code in range(low, 601) if code + 1 not in codes)
        yield StatusRange(low, high, f"{low}-{high}" if high > low else str(low))


def _ports(statement: Statement) -> None:
    """`on` would turn clients away; `off` is what happens anyway."""
    value = statement.read(statement.at, OneOf(("on", "off")))
    if value == "on" and statement.row.name.endswith("tcp"):
        statement.report.later("SY0104", f"'{statement.row.name} on' is not supported yet", statement.span)


ROWS = (
    Row("h1-accept-payload-with-any-method", G, "HTTP/1.0 requests of all methods may have a body.", sets="any_payload"),
    Row("h1-case-adjust", G, "Case of a header name.", parse=_case, effect="accepted", repeat="add", why=_CASE),
    Row("h1-case-adjust-file", G, "File of header names and their case.", parse=_case_file, effect="accepted", why=_CASE),
    Row(
        "h1-do-not-close-on-insecure-transfer-encoding",
        G,
        "Connections of doubtful messages are kept.",
        effect="accepted",
        why="such connections are closed, which is safe",
    ),
    Row(
        "h2-workaround-bogus-websocket-clients",
        G,
        "WebSocket over HTTP/2 is not offered.",
        effect="accepted",
        why="there is no HTTP/2 yet",
    ),
    Row(
        "harden.reject-privileged-ports.quic",
        G,
        "Clients from ports below 1024 are turned away.",
        parse=_ports,
        effect="accepted",
        why="there is no QUIC yet",
    ),
    Row(
        "harden.reject-privileged-ports.tcp",
        G,
        "Clients from ports below 1024 are turned away.",
        parse=_ports,
        effect="accepted",
        why="`off` is what happens anyway",
    ),
    Row("http-err-codes", G, "Status codes that count as errors of clients.", parse=_codes, sets="http_err_codes"),
    Row("http-fail-codes", G, "Status codes that count as failures of servers.", parse=_codes, sets="http_fail_codes"),
)

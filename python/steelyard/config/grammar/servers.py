"""`bind`, `server`, `default-server`, `dispatch` and `source`: lines that hold addresses."""

from __future__ import annotations

import re
from typing import Any

from steelyard.config.grammar import addresses
from steelyard.config.grammar.bind_options import BIND_OPTIONS
from steelyard.config.grammar.options import read_options
from steelyard.config.grammar.row import BACK, BACK_D, FRONT, Row, Where
from steelyard.config.grammar.server_options import SERVER_OPTIONS
from steelyard.config.grammar.today import renamed
from steelyard.config.grammar.values import NAME, Bad
from steelyard.config.model import Bind, Endpoint, Inet, Inherited, Server, Source
from steelyard.config.span import Span, Word, run_of
from steelyard.config.statement import Statement


def endpoint(statement: Statement, word: Word, wanted: addresses.Wanted, text: str | None = None, at: int = 0) -> Endpoint | None:
    """The address in a word, or in a part of it that starts `at` characters in."""
    part = word.text if text is None else text
    if "$" in part:  # addresses know variables outside of quotes too
        part, unset = statement.room.environment.expand(part)
        if unset:
            statement.report.unset.setdefault((word.span.file, word.span.line), []).extend(unset)
        if not part:
            statement.report.alert("SY0301", f"'{word}' leaves no address", word.span)
            return None
    span = word.span if text is None else Span(word.span.file, word.span.line, word.span.column + at, max(1, len(part)))
    found = addresses.parse_address(part, span, wanted)
    if isinstance(found, Bad):
        statement.report.alert(
            "SY0301", f"'{part}' {found.why}", span, help=f"write '{part}:<port>'" if found.why == addresses.NO_PORT else ""
        )
        return None
    tail = addresses.port_tail(part) if isinstance(found.where, Inet) else ""
    if tail:
        statement.report.warning("SY0115", f"'{part}' {tail}", span, help="write the port alone")
    # Servers over UDP belong to `mode log`, which may be said further down.
    if found.later and not found.later.startswith("udp") and not statement.draft.later:
        message = f"the address type '{found.later}@' is not supported yet"
        if found.later in ("unix", "uxst", "abns"):
            message = f"nothing is behind '{part}', and such a socket can't be opened"
        statement.report.later("SY0104", message, span)
    return found


def parse_bind(statement: Statement) -> None:
    if not statement.args:
        statement.missing("an address", "write 'bind [<address>]:<port>', as 'bind :80'")
        return
    word = statement.args[0]
    found: list[Endpoint] = []
    at = 0
    for part in word.text.removesuffix(",").split(","):
        one = endpoint(statement, word, addresses.BIND, part, at)
        if one is not None:
            found.append(one)
        at += len(part) + 1
    values: dict[str, Any] = {}
    if not read_options(statement, statement.at + 1, BIND_OPTIONS, Where.BIND, values):
        return
    if "id" in values and (len(found) > 1 or any(one.high > one.low for one in found)):
        statement.report.alert(
            "SY0302", "'id' can't stand for several addresses", statement.span, help="use one 'bind' line an address"
        )
        return
    for one in found:
        statement.add(Bind(one, span=run_of(statement.words), **values))


def parse_server(statement: Statement) -> None:
    args = statement.args
    if len(args) < 2:
        statement.missing("a name and an address", "write 'server <name> <address>[:<port>]'")
        return
    found = _server(statement, args[0], args[1]) if _is_name(statement, args[0]) else None
    if found is not None:
        where, values = found
        statement.add(Server(args[0].text, where, span=run_of(statement.words), **values))


MOST_OF_A_TEMPLATE = 65535
"""Servers that one line makes at most."""
_NUMBERS = re.compile(r"(\d{1,9})(?:-(\d{1,9}))?\Z", re.ASCII)


def parse_template(statement: Statement) -> None:
    """`server-template <prefix> <count> | <first>-<last> <address>[:<port>] ...`: as so many `server` lines."""
    args = statement.args
    if len(args) < 3:
        help = "write 'server-template <prefix> <count> <name>[:<port>]', or '<first>-<last>' for the count"
        statement.missing("a prefix, how many servers there are, and an address", help)
        return
    numbers = _NUMBERS.match(args[1].text)
    low, high = (int(numbers[1]), int(numbers[2])) if numbers and numbers[2] else (1, int(numbers[1]) if numbers else 0)
    if numbers is None or not low <= high or high - low >= MOST_OF_A_TEMPLATE:
        help = f"write how many, as '3', or the first and the last, as '1-3'; {MOST_OF_A_TEMPLATE} at most"
        statement.bad(args[1], "is not a number of servers", help=help)
        return
    found = _server(statement, args[0], args[2]) if _is_name(statement, args[0]) else None
    if found is not None:
        where, values = found
        for number in range(low, high + 1):
            own = values | ({"id": values["id"] + number - low} if "id" in values else {})
            statement.add(Server(f"{args[0]}{number}", where, span=run_of(statement.words), **own))


def _is_name(statement: Statement, word: Word) -> bool:
    if NAME.match(word.text):
        return True
    wrong = next(c for c in word.text if not NAME.match(c))
    statement.report.alert("SY0201", f"'{wrong}' is not allowed in the name '{word}'", word.span)
    return False


def _server(statement: Statement, name: Word, address: Word) -> tuple[Endpoint, dict[str, Any]] | None:
    """The address and the options behind it."""
    where = endpoint(statement, address, addresses.SERVER)
    values: dict[str, Any] = dict(statement.draft.get("default_server", {}))
    first = statement.words.index(address) + 1
    at, good = source_option(statement, _origin(statement, first), values)
    good = read_options(statement, at, SERVER_OPTIONS, Where.SERVER, values) and good
    if where is not None and isinstance(where.where, Inherited):
        statement.report.alert("SY0301", f"'{address}' can't be a server: nothing can be connected to it", address.span)
        return None
    if where is None or not good:
        return None
    _ranges(statement, values)
    return where, values


def _origin(statement: Statement, at: int) -> int:
    """`from <server>` right behind the address: the options of another one, which is not supported yet."""
    words = statement.words
    if at + 1 < len(words) and words[at].text == "from":
        statement.report.later("SY0104", f"'from' on a '{statement.row.name}' line is not supported yet", words[at].span)
        return at + 2
    return at


def parse_default_server(statement: Statement) -> None:
    values: dict[str, Any] = dict(statement.draft.get("default_server", {}))
    at = statement.at
    if len(statement.args) > 1 and statement.args[0].text == "name":
        statement.report.later("SY0104", "'name' on a 'default-server' line is not supported yet", statement.args[0].span)
        at += 2
    at, good = source_option(statement, _origin(statement, at), values)
    if read_options(statement, at, SERVER_OPTIONS, Where.DEFAULT_SERVER, values) and good:
        statement.set(values)


def _ranges(statement: Statement, values: dict[str, Any]) -> None:
    """`minconn` above `maxconn` has no meaning; HAProxy lowers it in silence, here it is said."""
    low, high = values.get("minconn"), values.get("maxconn")
    if low and high and low > high:
        statement.report.notice("SY0303", f"'minconn' {low} is above 'maxconn' {high} and is lowered to it", statement.span)
        values["minconn"] = high


def source_option(statement: Statement, at: int, values: dict[str, Any]) -> tuple[int, bool]:
    """`source <address> [usesrc ...] [interface ...]` may stand anywhere; it is taken out before the plain options are read."""
    words = list(statement.words)
    for index in range(at, len(words)):
        if words[index].text == "source" and not _is_value(words, index):
            source, end = read_source(statement, index + 1, addresses.SERVER_SOURCE)
            statement.words = (*words[:index], *words[end:])
            if source is not None:
                values["source"] = source
            return at, source is not None
    return at, True


def _is_value(words: list[Word], index: int) -> bool:
    """`cookie source`: the word is the value of the one before."""
    before = SERVER_OPTIONS.by_name.get(words[index - 1].text, ())
    return bool(before and before[0].args)


_HDR_IP = re.compile(r"hdr_ip\([^(),]+(?:,-?(?:10|\d))?\)\Z", re.ASCII)


def read_source(statement: Statement, at: int, wanted: addresses.Wanted) -> tuple[Source | None, int]:
    """`<address>[:<port>[-<port>]] [usesrc <what>] [interface <name>]`; the source and the index after it."""
    words = statement.words
    if at >= len(words):
        statement.missing("an address to connect from", "write 'source <address>[:<port>]'")
        return None, at
    where = endpoint(statement, words[at], wanted)
    at += 1
    interface, client_ip, good = None, False, where is not None
    while at < len(words) and words[at].text in ("usesrc", "interface"):
        if at + 1 >= len(words):
            statement.report.alert("SY0107", f"'{words[at]}' needs a value", words[at].span)
            return None, at + 1
        value = words[at + 1]
        if words[at].text == "interface":
            interface = value.text
        elif value.text == "clientip":
            client_ip = True
        else:
            good = _later_source(statement, value) and good
        at += 2
    return (Source(where, interface, client_ip) if where is not None and good else None), at


def _later_source(statement: Statement, value: Word) -> bool:
    """`usesrc client`, `hdr_ip(<header>[,<occurrence>])` and addresses are valid, and can't be carried out yet."""
    if value.text.startswith("hdr_ip("):
        if not _HDR_IP.match(value.text):
            statement.bad(value, "is not of the form hdr_ip(<header>[,<occurrence>])")
            return False
    elif value.text != "client" and endpoint(statement, value, addresses.SOURCE) is None:
        return False
    statement.report.later("SY0104", f"'usesrc {value}' is not supported yet", value.span, help="write 'usesrc clientip'")
    return True


def parse_source(statement: Statement) -> None:
    source, at = read_source(statement, statement.at, addresses.SOURCE)
    if source is not None and statement.no_more(at):
        statement.set(source)


def parse_dispatch(statement: Statement) -> None:
    if not statement.args:
        statement.missing("an address", "write 'dispatch <address>:<port>'")
        return
    where = endpoint(statement, statement.args[0], addresses.Wanted("must"))
    if where is not None and statement.no_more(statement.at + 1):
        statement.set(where)


ROWS = (
    Row("bind", FRONT, "Addresses that accept clients.", sets="binds", parse=parse_bind, repeat="add"),
    Row(
        "default-server",
        BACK_D,
        "Options for the servers after it.",
        sets="default_server",
        parse=parse_default_server,
        strict=True,
    ),
    Row("dispatch", BACK, "One address for everything, without servers.", sets="dispatch", parse=parse_dispatch),
    Row("server", BACK, "A server.", sets="servers", parse=parse_server, repeat="add", strict=True),
    Row("source", BACK_D, "Address to connect to servers from.", sets="source", parse=parse_source),
    Row(
        "server-template", BACK, "Several servers from one line.", sets="servers", parse=parse_template, repeat="add", strict=True
    ),
    Row(
        "transparent",
        BACK,
        "Old form of `option transparent`.",
        effect="removed",
        removed="1.3",
        instead="write 'option transparent'",
        today=renamed("transparent", "option transparent"),
    ),
)

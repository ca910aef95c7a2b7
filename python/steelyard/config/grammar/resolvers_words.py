"""`resolvers` and `mailers` sections: name servers and mail servers (manual sections 5.3.2 and 12.3)."""

from __future__ import annotations

from steelyard.config.grammar import addresses
from steelyard.config.grammar.phrases import Parse, one, phrase
from steelyard.config.grammar.row import Row, Where
from steelyard.config.grammar.section_lines import good_name, new_name, read_server
from steelyard.config.grammar.servers import endpoint
from steelyard.config.grammar.values import Loose, OneOf, Time
from steelyard.config.model import Inet, UnixPath
from steelyard.config.statement import Statement
from steelyard.diagnostics.diagnostic import Severity

R = Where.RESOLVERS


def _kept(parse: Parse) -> Parse:
    """The section's lines are kept as words; `name_servers` makes values of them."""

    def read(statement: Statement) -> None:
        found = len(statement.report.items)
        parse(statement)
        if not any(item.severity is Severity.ALERT for item in statement.report.items[found:]):
            statement.say()

    return read


_DATAGRAM = addresses.Wanted("must", datagram=True)
_STREAM = addresses.Wanted("must")
_STREAMS = ("tcp", "tcp4", "tcp6", "stream+ip", "stream+ipv4", "stream+ipv6")
_EVENTS = OneOf(("nx", "refused", "timeout", "other", "valid", "obsolete"))


def _nameserver(statement: Statement) -> None:
    """`<name> <address>:<port>`: over UDP, or over TCP with the options of a server."""
    args = statement.args
    if len(args) < 2:
        statement.missing("a name and an address", "write 'nameserver <name> <address>:<port>'")
        return
    if not good_name(statement, args[0]) or not new_name(statement, args[0], "nameserver"):
        return
    if args[1].text.partition("@")[0] in _STREAMS:
        read_server(statement, args[0], statement.at + 1, _STREAM)
        return
    found = endpoint(statement, args[1], _DATAGRAM)
    if found is not None and not isinstance(found.where, Inet):
        # HAProxy 3.2 and those after it take a socket by its path, also with words behind it.
        message = f"'{args[1]}' is no internet address, and other name servers are not supported yet"
        statement.report.later("SY0402", message, args[1].span, help="write '<address>:<port>'")
    elif found is not None:
        statement.no_more(statement.at + 2)


def _event(statement: Statement) -> None:
    """`<event> <time>`"""
    kind = _EVENTS if statement.row.name == "hold" else OneOf(("resolve", "retry"))
    if statement.read(statement.at, kind) is not None and statement.read(statement.at + 1, Time()) is not None:
        statement.no_more(statement.at + 2)


def _mailer(statement: Statement) -> None:
    args = statement.args
    if len(args) < 2:
        statement.missing("a name and an address", "write 'mailer <name> <address>:<port>'")
        return
    if not good_name(statement, args[0]):
        return
    found = endpoint(statement, args[1], _STREAM)
    if found is not None and isinstance(found.where, UnixPath):
        statement.report.alert("SY0301", f"'{args[1]}' is not the address of a mail server", args[1].span)
    elif found is not None:
        statement.no_more(statement.at + 2)


def _mail_timeout(statement: Statement) -> None:
    if statement.read(statement.at, OneOf(("mail",))) is not None and statement.read(statement.at + 1, Time()) is not None:
        statement.no_more(statement.at + 2)


_payload = phrase(one(Loose(12, 65_535)))
_retries = phrase(one(Loose()))

ROWS = (
    Row("accepted_payload_size", R, "Bytes that an answer may have.", (Loose(12, 65_535),), parse=_kept(_payload), lax=True),
    Row("hold", R, "How long an answer holds.", parse=_kept(_event), repeat="add", lax=True),
    Row("nameserver", R, "A name server.", parse=_kept(_nameserver), repeat="add", lax=True),
    Row("parse-resolv-conf", R, "The machine's name servers.", parse=_kept(phrase()), lax=True),
    Row("resolve_retries", R, "How often a question is asked.", (Loose(),), parse=_kept(_retries), lax=True),
    Row("timeout", R, "How long a question is waited for.", parse=_kept(_event), repeat="add", lax=True),
    Row("mailer", Where.MAILERS, "A mail server.", parse=_mailer, effect="later", repeat="add", lax=True),
    Row("timeout", Where.MAILERS, "How long a mail may take.", parse=_mail_timeout, effect="later", lax=True),
)

"""`peers` sections: processes that share stick tables (manual section 11.2)."""

from __future__ import annotations

from typing import Any

from steelyard.config.grammar import addresses
from steelyard.config.grammar.bind_options import BIND_OPTIONS
from steelyard.config.grammar.log_targets import parse_log
from steelyard.config.grammar.options import read_options
from steelyard.config.grammar.row import Row, Where
from steelyard.config.grammar.section_lines import good_name, read_binds, read_server
from steelyard.config.grammar.server_options import SERVER_OPTIONS
from steelyard.config.grammar.servers import source_option
from steelyard.config.grammar.values import NotZero
from steelyard.config.statement import Statement
from steelyard.diagnostics.diagnostic import Label

P = Where.PEERS
_PEER = addresses.Wanted("must")
_OWN = addresses.BIND


def _bind(statement: Statement) -> None:
    """The address of this process; there is one, and it stands on a `bind` line or on its own `peer` line."""
    if not statement.args:
        return
    draft = statement.draft
    found = read_binds(statement, statement.at, _OWN)
    if found is None:
        return
    if draft.get("binds") or len(found) > 1 or found[0].endpoint.high > found[0].endpoint.low:
        statement.report.alert("SY0302", "a 'peers' section has one address of its own", statement.span)
    elif draft.place("peer") is not None:
        _mixed(statement)
    else:
        draft.add("binds", found[0], statement.row, statement.span)


def _mixed(statement: Statement) -> None:
    help = "write 'server' in place of 'peer'"
    statement.report.alert("SY0118", "'bind' and 'peer' can't stand in one section", statement.span, help=help)


_IDLE = ("agent-check", "init-addr", "resolvers")


def _peer(statement: Statement) -> None:
    """`peer|server <name> [<address>:<port>] [<option>...]`: where this process has a `bind` line it has no address here."""
    args = statement.args
    if not args or not good_name(statement, args[0]):
        return
    draft = statement.draft
    here = args[0].text == (statement.room.environment("HAPROXY_LOCALPEER") or "")
    bound = bool(draft.get("binds"))
    if bound and statement.row.name == "peer":
        _mixed(statement)
        return
    older = draft.marks.get("here") if here else None
    if older is not None:
        labels = (Label(older.span, "the first one"),)
        statement.report.alert("SY0706", f"this process is named twice, as '{args[0]}'", args[0].span, labels=labels)
        return
    if len(args) == 1 and not here and not bound:
        help = f"write '{statement.row.name} {args[0]} <address>:<port>'"
        statement.report.warning("SY0119", f"peer '{args[0]}' is left out: it has no address", args[0].span, help=help)
    if len(args) > 1 and not (here and bound):
        server = read_server(statement, args[0], statement.at + 1, _PEER)
    else:
        server = read_server(statement, args[0], statement.at + 1, None)
    idle = next((said for said in server.others if said.name in _IDLE), None) if server is not None else None
    if server is not None and (server.check or idle is not None):
        statement.report.warning("SY0119", "peers are neither checked nor looked up", server.span, help="leave out such options")
    if server is not None:
        draft.add("servers", server, statement.row, statement.span)
        if here:
            draft.marks["here"] = server


def _default_bind(statement: Statement) -> None:
    values: dict[str, Any] = dict(statement.draft.get("default_bind", {}))
    if read_options(statement, statement.at, BIND_OPTIONS, Where.BIND, values):
        statement.draft.set("default_bind", values, statement.row, statement.span)


def _default_server(statement: Statement) -> None:
    values: dict[str, Any] = dict(statement.draft.get("default_server", {}))
    at, good = source_option(statement, statement.at, values)
    if read_options(statement, at, SERVER_OPTIONS, Where.DEFAULT_SERVER, values) and good:
        statement.draft.set("default_server", values, statement.row, statement.span)


ROWS = (
    Row("bind", P, "The address of this process.", parse=_bind, effect="later", repeat="add"),
    Row("default-bind", P, "Options of the address of this process.", parse=_default_bind, effect="later", repeat="add"),
    Row("default-server", P, "Options of the other processes.", parse=_default_server, effect="later", repeat="add"),
    Row("disabled", P, "Nothing is shared.", effect="later", lax=True),
    Row("enabled", P, "Undoes `disabled`.", effect="later", lax=True),
    Row("log", P, "Where log lines go.", sets="log", parse=parse_log, effect="later", repeat="add", negate=True),
    Row("peer", P, "A process, this one or another.", parse=_peer, effect="later", repeat="add"),
    Row("server", P, "A process, this one or another.", parse=_peer, effect="later", repeat="add"),
    Row("shards", P, "Peers among which tables are spread.", (NotZero(),), effect="later", lax=True),
)

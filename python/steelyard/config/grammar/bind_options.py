"""Words after the addresses of a `bind` line (manual section 5.1), alphabetical."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from steelyard.config.grammar.option_types import Congestion, Guid, Magic, MuxProtocol
from steelyard.config.grammar.row import Row, Where
from steelyard.config.grammar.table import Table
from steelyard.config.grammar.tls_options import BIND_ROWS, SHARED_ROWS
from steelyard.config.grammar.today import made
from steelyard.config.grammar.values import Account, ArgType, Bad, Id, Int, Loose, Odd, OneOf, Text, Time
from steelyard.config.span import Word

_OCTAL = re.compile(r"[+-]?[0-7]{1,1000}\Z")


@dataclass(frozen=True, slots=True)
class FileMode:
    """Octal digits, as `660`. Of a larger number or one below 0 the last twelve bits count."""

    show: str = "<octal mode>"

    def read(self, text: str) -> object | Bad:
        if not _OCTAL.match(text):
            return Bad("is not a file mode; write octal digits, as `660`")
        # It ends where C's `long` does.
        number = min(max(int(text, 8), -1 << 63), (1 << 63) - 1)
        mode = number & 0o7777
        return mode if mode == number else Odd(mode, f"is not a file mode and is read as {mode:o}")


@dataclass(frozen=True, slots=True)
class Mss:
    """A segment size in 1..65535; negative values tell Linux to leave that much room, as HAProxy allows."""

    show: str = "<size>"

    def read(self, text: str) -> object | Bad:
        value = Loose(-65535, 65535).read(text)
        number = value.value if isinstance(value, Odd) else value
        return value if number else Bad("is out of range")


PROCESSES = re.compile(r"(?:all|odd|even|[1-9]\d?(?:-(?:[1-9]\d?)?)?)\Z", re.ASCII)
"""Of `bind-process`: 64 at most."""
_SET = r"(?:all|odd|even|[1-9]\d{0,3}(?:-(?:[1-9]\d{0,3})?)?)"
_THREADS = re.compile(rf"(?:\d+/)?{_SET}(?:,(?:\d+/)?{_SET})*\Z", re.ASCII)
_PROCESSES = re.compile(rf"{_SET}(?:/{_SET})?\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Shaped:
    """A word of a certain form whose value changes nothing here."""

    form: re.Pattern[str]
    show: str

    def read(self, text: str) -> object | Bad:
        return text if self.form.match(text) else Bad(f"is not of the form {self.show}")


@dataclass(frozen=True, slots=True)
class Shards:
    show: str = "<number>, by-thread or by-group"

    def read(self, text: str) -> object | Bad:
        return text if text in ("by-thread", "by-group") else Loose(1, 1024).read(text)


def _row(name: str, doc: str, *args: ArgType, sets: str = "") -> Row:
    return Row(name, Where.BIND, doc, args, sets or name.replace("-", "_"))


def _accepted(name: str, doc: str, *args: ArgType, why: str) -> Row:
    return Row(name, Where.BIND, doc, args, effect="accepted", why=why)


def _later(name: str, doc: str, *args: ArgType, usual: tuple[str, ...] = ()) -> Row:
    return Row(name, Where.BIND, doc, args, effect="later", usual=usual)


def _threads(words: Sequence[Word]) -> list[list[Word]]:
    """`process 1/2-4`: what counts in one process are the threads behind the slash, and without them nothing does."""
    threads = words[1].text.partition("/")[2]
    return [[*made("thread", words[0]), Word(threads, words[1].span)]] if threads else [[]]


PROTOCOLS = ("h1", "h2", "none", "quic")
"""What `proto` can name; whether that goes with the mode is seen when that is known."""

_ALL = "every thread accepts on every address"

_ROWS = (
    _row("accept-netscaler-cip", "Clients start with a NetScaler header of this magic number.", Magic(), sets="netscaler_cip"),
    _row("accept-proxy", "Clients start with a PROXY protocol header that gives the real addresses."),
    _row("backlog", "Connections that may wait to be accepted.", Loose(0)),
    _row("defer-accept", "The kernel hands a connection over when its first data has come."),
    _row("gid", "Group id of a socket file.", Id()),
    _row("group", "Group name of a socket file.", Account("group")),
    _row("id", "Number of the listener in statistics.", Int(1)),
    _row("interface", "Accept only what comes in on this network interface.", Text("<interface>")),
    _accepted("level", "Rights of a statistics socket.", OneOf(("user", "operator", "admin")), why="there is no runtime API yet"),
    _row("maxconn", "Connections at once on this address.", Loose(0)),
    _row("mode", "Access mode of a socket file.", FileMode()),
    _row("mss", "Largest TCP segment to announce.", Mss()),
    _row("name", "Name of the listener in statistics and logs.", Text("<name>")),
    _accepted("nice", "Scheduling priority.", Loose(-1024, 1024), why="all connections are served alike"),
    Row(
        "process",
        Where.BIND,
        "Processes and threads that accept.",
        (Shaped(_PROCESSES, "<first>-<last>, all, odd or even"),),
        "process",
        effect="accepted",
        why=_ALL,
        removed="2.5",
        instead="write 'thread <threads>': there is one process",
        today=_threads,
    ),
    _accepted("proto", "The only protocol to speak.", MuxProtocol(PROTOCOLS), why="HTTP/1 is the only one there is yet"),
    _accepted("shards", "Sockets for this address.", Shards(), why="each thread has its own socket"),
    _row("tcp-ss", "How much of the first packet is kept: nothing, IP and TCP, all.", Int(0, 2), sets="save_syn"),
    _row("tcp-ut", "How long sent data may stay unacknowledged.", Time(), sets="tcp_user_timeout"),
    _row("tfo", "TCP fast open."),
    Row(
        "thread",
        Where.BIND,
        "Threads that accept.",
        (Shaped(_THREADS, "<first>-<last>, all, odd or even"),),
        "thread",
        effect="accepted",
        why=_ALL,
        least=0,
    ),
    _row("transparent", "Accept connections for addresses that are not this machine's."),
    _row("uid", "User id of a socket file.", Id()),
    _row("user", "User name of a socket file.", Account("user")),
    _row("v4v6", "An IPv6 address also accepts IPv4."),
    _row("v6only", "An IPv6 address accepts IPv6 alone."),
)

_LATER = (
    _later("cc", "Congestion control of TCP.", Text("<algorithm>")),
    _later("expose-fd", "The socket hands out those of listeners.", OneOf(("listeners",))),
    _later("guid-prefix", "Start of the names of listeners that last over restarts.", Guid()),
    _later("idle-ping", "Time between pings on idle connections.", Time()),
    _later("label", "A name that several lines may share.", Text("<label>")),
    _later("namespace", "Network namespace of the socket.", Text("<name>")),
    _later("nbconn", "Connections of reverse HTTP.", Int(1)),
    _later("quic-cc-algo", "Congestion control of QUIC.", Congestion()),
    _later("quic-force-retry", "QUIC clients must show that their address is theirs."),
    _later("quic-socket", "Sockets of QUIC connections.", OneOf(("connection", "listener"))),
    _later(
        "severity-output",
        "How a statistics socket tells how bad a message is.",
        OneOf(("none", "number", "string")),
        usual=("none",),
    ),
    _later("tcp-md5sig", "Password of TCP MD5 signatures.", Text("<password>")),
)

BIND_OPTIONS = Table(_ROWS, _LATER, BIND_ROWS, SHARED_ROWS)

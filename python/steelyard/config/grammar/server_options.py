"""Words after the address of a `server` line, and on `default-server` (manual section 5.2), alphabetical."""

from __future__ import annotations

from dataclasses import dataclass, replace

from steelyard.config.grammar.addresses import Wanted, is_ipv4, is_ipv6, is_name, parse_address
from steelyard.config.grammar.option_types import (
    Congestion,
    Expression,
    Format,
    Guid,
    Host,
    HostPort,
    Listed,
    MuxProtocol,
    Networks,
    Tracked,
)
from steelyard.config.grammar.row import SERVERS, Effect, Row, Where
from steelyard.config.grammar.table import Table
from steelyard.config.grammar.tls_options import SERVER_ROWS, SHARED_ROWS
from steelyard.config.grammar.values import ArgType, Bad, Loose, Odd, OneOf, Size, Text, Time
from steelyard.config.hosts import address
from steelyard.config.model import Inet
from steelyard.config.span import NOWHERE


@dataclass(frozen=True, slots=True)
class Port:
    show: str = "<port>"

    def read(self, text: str) -> object:
        value = Loose(bits=64, low=-(1 << 63), high=(1 << 63) - 1).read(text)
        number = value.value if isinstance(value, Odd) else value
        if not isinstance(number, int) or 0 <= number <= 65535:
            return value
        return Odd(number & 65535, f"is out of range and is read as {number & 65535}")


@dataclass(frozen=True, slots=True)
class CheckAddress:
    """An address, or a name that is looked up at once; its port counts where `port` is not said."""

    show: str = "<address>"

    def read(self, text: str) -> object:
        found = parse_address(text, NOWHERE, Wanted("maybe"))
        if isinstance(found, Bad) or not isinstance(found.where, Inet):
            return found if isinstance(found, Bad) else Bad("is not an IP address")
        host = found.where.host
        return replace(found, where=Inet(address(host), found.where.family)) if is_name(host) else found


@dataclass(frozen=True, slots=True)
class FirstAddress:
    """Ways to find a server's address at start, tried in order."""

    show: str = "<way>,..."

    def read(self, text: str) -> object:
        for way in text.split(","):
            if way not in _WAYS and not is_ipv4(way) and not is_ipv6(way):
                return Bad(f"has '{way}', which is neither an address nor 'last', 'libc' or 'none'", _WAYS)
        return text


_WAYS = ("last", "libc", "none")


_NOT_YET = "what it undoes is not supported yet, where it stands"


def _row(
    name: str,
    doc: str,
    *args: ArgType,
    sets: str = "",
    where: Where = SERVERS,
    effect: Effect = "supported",
    value: object = None,
    instead: str = "",
    usual: tuple[str, ...] = (),
    least: int = -1,
    why: str = "",
) -> Row:
    field = sets or name.replace("-", "_")
    return Row(name, where, doc, args, field, effect=effect, value=value, instead=instead, usual=usual, least=least, why=why)


def _later(name: str, doc: str, *args: ArgType, usual: tuple[str, ...] = (), least: int = -1) -> Row:
    return Row(name, SERVERS, doc, args, effect="later", usual=usual, least=least)


PROTOCOLS = ("fcgi", "h1", "h2", "none", "quic", "spop")
"""What `proto` can name; whether that goes with the mode is seen when that is known."""
PROXY_OPTIONS = ("authority", "cert-cn", "cert-key", "cert-sig", "crc32c", "ssl", "ssl-cipher", "unique-id")

_ROWS = (
    _row("addr", "Address for health checks.", CheckAddress(), sets="check_addr"),
    _row("backup", "Used only when no other server is left."),
    _row("check", "Health checks are made."),
    _row("check-send-proxy", "Health checks start with a PROXY protocol header."),
    _row("cookie", "Value of the persistence cookie for this server.", Text("<value>")),
    _row("disabled", "Starts in maintenance."),
    _row("downinter", "Time between checks of a server that is down.", Time(low=1)),
    _row("enabled", "Undoes `disabled` of `default-server`.", sets="disabled", value=False),
    _row(
        "error-limit",
        "Errors on live traffic that `observe` tolerates.",
        Loose(1),
        effect="accepted",
        why="nothing observes live traffic yet",
    ),
    _row("fall", "Failed checks after which a server is down.", Loose(1)),
    _row("fastinter", "Time between checks of a server that changes state.", Time(low=1)),
    _row("id", "Number of the server in statistics.", Loose(1), where=Where.SERVER),
    _row("init-addr", "How the address is found at start.", FirstAddress(), effect="later", usual=("libc", "last,libc"), least=0),
    _row("inter", "Time between health checks.", Time(low=1)),
    _row(
        "max-reuse",
        "Requests that one connection may carry.",
        Loose(),
        effect="accepted",
        why="HAProxy does not promise to respect it",
    ),
    _row("maxconn", "Connections at once; more requests wait in the queue.", Loose(below=0), least=0),
    _row("maxqueue", "Requests that may wait for this server.", Loose(below=0), least=0),
    _row("minconn", "Least connection limit where the limit follows the load.", Loose(below=0), least=0),
    _row("no-backup", "Undoes `backup` of `default-server`.", sets="backup", value=False),
    _row("no-check", "Undoes `check` of `default-server`.", sets="check", value=False),
    _row("no-check-send-proxy", "Undoes `check-send-proxy` of `default-server`.", sets="check_send_proxy", value=False),
    _row("no-send-proxy", "Undoes `send-proxy` of `default-server`.", sets="send_proxy", value=0),
    _row("no-send-proxy-v2", "Undoes `send-proxy-v2` of `default-server`.", sets="send_proxy", value=0),
    _row("no-ssl", "Plain connections.", effect="accepted", why="there are no others yet"),
    _row("no-tfo", "No TCP fast open to the server.", effect="accepted", why="none is used"),
    _row("non-stick", "Stick tables don't remember this server."),
    _row(
        "on-marked-down",
        "What happens to connections when the server goes down.",
        OneOf(("shutdown-sessions",)),
        effect="later",
    ),
    _row(
        "pool-low-conn",
        "Idle connections a thread keeps before others take them.",
        Loose(),
        effect="accepted",
        why="threads keep their idle connections",
    ),
    _row("pool-max-conn", "Idle connections kept for reuse; -1 for no limit.", Loose(-1)),
    _row("pool-purge-delay", "How often unused idle connections are closed.", Time()),
    _row("port", "Port for health checks.", Port(), sets="check_port"),
    _row(
        "proto",
        "The only protocol to speak.",
        MuxProtocol(PROTOCOLS),
        effect="accepted",
        why="HTTP/1 is the only one there is yet",
    ),
    _row("redir", "GET and HEAD requests are redirected to this URL's server.", Text("<prefix>")),
    _row("rise", "Good checks after which a server is up.", Loose(1)),
    _row("send-proxy", "Connections start with a PROXY protocol header, version 1.", sets="send_proxy", value=1),
    _row("send-proxy-v2", "Connections start with a PROXY protocol header, version 2.", sets="send_proxy", value=2),
    _row("slowstart", "Time over which a server that came up gets its full weight.", Time()),
    _row("tcp-ut", "How long sent data may stay unacknowledged.", Time(), sets="tcp_user_timeout"),
    _row("weight", "Share of the traffic, 0 to 256.", Loose(0, 256), least=0),
)

_AGENT = (
    _later("agent-addr", "Address of the agent.", Host()),
    _later("agent-check", "An agent on the server tells its state."),
    _later("agent-inter", "Time between questions to the agent.", Time(low=1)),
    _later("agent-port", "Port of the agent.", Port()),
    _later("agent-send", "What is sent to the agent.", Text("<text>")),
    _row("no-agent-check", "Undoes `agent-check` of `default-server`.", effect="accepted", why=_NOT_YET),
)
_CHECKS = (
    _later("check-pool-conn-name", "Name of the idle connection that checks use.", Text("<name>")),
    _later("check-proto", "The protocol of health checks.", OneOf(PROTOCOLS)),
    _later("check-reuse-pool", "Health checks use idle connections."),
    _later("check-via-socks4", "Health checks go through the SOCKS proxy."),
    _later("healthcheck", "Health checks of a section.", Text("<name>")),
    _later("init-state", "State at start.", OneOf(("fully-up", "up", "down", "fully-down", "none")), usual=("up",)),
    _row("no-check-reuse-pool", "Undoes `check-reuse-pool` of `default-server`.", effect="accepted", why=_NOT_YET),
    _later("observe", "Live traffic tells the server's state.", OneOf(("none", "layer4", "layer7")), usual=("none",)),
    _later("on-error", "What many errors do.", OneOf(("fastinter", "fail-check", "sudden-death", "mark-down"))),
    _later("on-marked-up", "What happens when the server is up again.", OneOf(("shutdown-backup-sessions",))),
    _later("track", "The state of another server counts.", Tracked()),
)
_NAMES = (
    _later("resolve-net", "Networks whose addresses go first.", Networks()),
    _later("resolve-opts", "How answers are used.", Listed(("allow-dup-ip", "ignore-weight", "prevent-dup-ip")), least=0),
    _later("resolve-prefer", "The family of addresses that goes first.", OneOf(("ipv4", "ipv6"))),
    _later("resolvers", "Name servers that are asked again and again.", Text("<resolvers>")),
)
_CONNECTIONS = (
    _later("cc", "Congestion control of TCP.", Text("<algorithm>")),
    _later("idle-ping", "Time between pings on idle connections.", Time()),
    _row("log-bufsize", "Bytes of a log server's buffer.", Size(), sets="log_bufsize"),
    _row("log-proto", "How log messages are framed.", OneOf(("legacy", "octet-count")), sets="log_proto"),
    _later("namespace", "Network namespace of connections.", Text("<name>")),
    _row("no-send-proxy-v2-ssl", "Undoes `send-proxy-v2-ssl` of `default-server`.", effect="accepted", why=_NOT_YET),
    _row("no-send-proxy-v2-ssl-cn", "Undoes `send-proxy-v2-ssl-cn` of `default-server`.", effect="accepted", why=_NOT_YET),
    _later("pool-conn-name", "Names of idle connections.", Expression("source")),
    _later("proxy-v2-options", "What PROXY protocol headers hold besides addresses.", Listed(PROXY_OPTIONS)),
    _later("quic-cc-algo", "Congestion control of QUIC.", Congestion()),
    _later("send-proxy-v2-ssl", "PROXY protocol headers tell about TLS."),
    _later("send-proxy-v2-ssl-cn", "PROXY protocol headers tell the name in a client's certificate."),
    Row(
        "set-proxy-v2-tlv-fmt",
        SERVERS,
        "A field of PROXY protocol headers.",
        (Format("source"),),
        effect="later",
        called=True,
        least=0,
    ),
    _later("shard", "Part of the entries that go to this peer.", Loose()),
    _later("socks4", "SOCKS proxy to the server.", HostPort()),
    _later("tcp-md5sig", "Password of TCP MD5 signatures.", Text("<password>")),
    _later("tfo", "TCP fast open."),
    _later("ws", "How web sockets go to the server.", OneOf(("auto", "h1", "h2")), usual=("auto", "h1")),
)
_OTHERS = (
    _row(
        "guid",
        "A name that lasts over restarts, for statistics.",
        Guid(),
        where=Where.SERVER,
        effect="accepted",
        why="statistics are not kept over restarts yet",
    ),
    _later(
        "hash-key", "What the server's place in a hash is made of.", OneOf(("id", "addr", "addr-port", "guid")), usual=("id",)
    ),
    _row("stick", "Undoes `non-stick` of `default-server`.", sets="non_stick", value=False),
    _later("strict-maxconn", "Idle connections count for `maxconn`."),
)

SERVER_OPTIONS = Table(_ROWS, _AGENT, _CHECKS, _NAMES, _CONNECTIONS, _OTHERS, SERVER_ROWS, SHARED_ROWS)

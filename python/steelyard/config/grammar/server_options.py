"""Words after the address of a `server` line, and on `default-server` (manual section 5.2), alphabetical."""

from __future__ import annotations

from dataclasses import dataclass, replace

from steelyard.config.grammar.addresses import Wanted, is_ipv4, is_ipv6, is_name, parse_address
from steelyard.config.grammar.row import SERVERS, Effect, Row, Where
from steelyard.config.grammar.table import Table
from steelyard.config.grammar.values import ArgType, Bad, Int, OneOf, Text, Time
from steelyard.config.hosts import address
from steelyard.config.model import Inet
from steelyard.config.span import NOWHERE


@dataclass(frozen=True, slots=True)
class Port:
    show: str = "<port>"

    def read(self, text: str) -> object:
        return Int(0, 65535).read(text)


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


def _row(
    name: str,
    doc: str,
    *args: ArgType,
    sets: str = "",
    where: Where = SERVERS,
    effect: Effect = "supported",
    value: object = None,
    instead: str = "",
) -> Row:
    return Row(name, where, doc, args, sets or name.replace("-", "_"), effect=effect, value=value, instead=instead)


def _later(names: str, count: int) -> tuple[Row, ...]:
    args = (Text("<value>"),) * count
    return tuple(_row(name, "Not supported yet.", *args, effect="later") for name in names.split())


_ROWS = (
    _row("addr", "Address for health checks.", CheckAddress(), sets="check_addr"),
    _row("backup", "Used only when no other server is left."),
    _row("check", "Health checks are made."),
    _row("check-send-proxy", "Health checks start with a PROXY protocol header."),
    _row("cookie", "Value of the persistence cookie for this server.", Text("<value>"), where=Where.SERVER),
    _row("disabled", "Starts in maintenance."),
    _row("downinter", "Time between checks of a server that is down.", Time(low=1)),
    _row("enabled", "Undoes `disabled` of `default-server`.", sets="disabled", value=False),
    _row("error-limit", "Errors on live traffic that `observe` tolerates; without `observe` nothing.", Int(1), effect="accepted"),
    _row("fall", "Failed checks after which a server is down.", Int(1)),
    _row("fastinter", "Time between checks of a server that changes state.", Time(low=1)),
    _row("id", "Number of the server in statistics.", Int(1), where=Where.SERVER),
    _row("init-addr", "How the address is found at start.", FirstAddress(), effect="later"),
    _row("inter", "Time between health checks.", Time(low=1)),
    _row("max-reuse", "Requests that one connection may carry.", Int(-1), effect="accepted"),
    _row("maxconn", "Connections at once; more requests wait in the queue.", Int()),
    _row("maxqueue", "Requests that may wait for this server.", Int()),
    _row("minconn", "Least connection limit where the limit follows the load.", Int()),
    _row("no-backup", "Undoes `backup` of `default-server`.", sets="backup", value=False),
    _row("no-check", "Undoes `check` of `default-server`.", sets="check", value=False),
    _row("no-check-send-proxy", "Undoes `check-send-proxy` of `default-server`.", sets="check_send_proxy", value=False),
    _row("no-send-proxy", "Undoes `send-proxy` of `default-server`.", sets="send_proxy", value=0),
    _row("no-send-proxy-v2", "Undoes `send-proxy-v2` of `default-server`.", sets="send_proxy", value=0),
    _row("no-ssl", "Plain connections; the only kind here.", effect="accepted"),
    _row("no-tfo", "No TCP fast open to the server; none is used here.", effect="accepted"),
    _row("non-stick", "Stick tables are not used for this server.", effect="accepted"),
    _row(
        "on-marked-down",
        "What happens to connections when the server goes down.",
        OneOf(("shutdown-sessions",)),
        effect="later",
    ),
    _row("pool-low-conn", "Idle connections a thread keeps before others take them.", Int(), effect="accepted"),
    _row("pool-max-conn", "Idle connections kept for reuse; -1 for no limit.", Int(-1)),
    _row("pool-purge-delay", "How often unused idle connections are closed.", Time()),
    _row("port", "Port for health checks.", Port(), sets="check_port"),
    _row("proto", "The only protocol to speak.", OneOf(("h1",)), effect="accepted"),
    _row("redir", "GET and HEAD requests are redirected to this URL's server.", Text("<prefix>")),
    _row("rise", "Good checks after which a server is up.", Int(1)),
    _row("send-proxy", "Connections start with a PROXY protocol header, version 1.", sets="send_proxy", value=1),
    _row("send-proxy-v2", "Connections start with a PROXY protocol header, version 2.", sets="send_proxy", value=2),
    _row("slowstart", "Time over which a server that came up gets its full weight.", Time()),
    _row("tcp-ut", "How long sent data may stay unacknowledged.", Time(), sets="tcp_user_timeout"),
    _row("weight", "Share of the traffic, 0 to 256.", Int(0, 256)),
)

_LATER = (
    *_later(
        "agent-addr agent-inter agent-port agent-send alpn ca-file cc check-alpn check-pool-conn-name check-proto check-sni", 1
    ),
    *_later("ciphers ciphersuites client-sigalgs crl-file crt curves guid hash-key healthcheck idle-ping init-state ktls", 1),
    *_later("log-bufsize log-proto namespace npn observe on-error on-marked-up pool-conn-name proxy-v2-options", 1),
    *_later(
        "resolve-net resolve-opts resolve-prefer resolvers shard sigalgs sni socks4 ssl-max-ver ssl-min-ver tcp-md5sig track", 1
    ),
    *_later("verify verifyhost ws", 1),
    *_later("set-proxy-v2-tlv-fmt", 1),
    *_later("agent-check allow-0rtt check-reuse-pool check-sni-auto check-ssl check-via-socks4 force-sslv3 force-tlsv10", 0),
    *_later("force-tlsv11 force-tlsv12 force-tlsv13 no-agent-check no-check-reuse-pool no-check-sni-auto no-check-ssl", 0),
    *_later("no-renegotiate no-send-proxy-v2-ssl no-send-proxy-v2-ssl-cn no-sni-auto no-ssl-reuse no-sslv3 no-tls-tickets", 0),
    *_later(
        "no-tlsv10 no-tlsv11 no-tlsv12 no-tlsv13 no-verifyhost renegotiate send-proxy-v2-ssl send-proxy-v2-ssl-cn sni-auto ssl", 0
    ),
    *_later("ssl-reuse stick strict-maxconn tfo tls-tickets usesrc", 0),
)

SERVER_OPTIONS = Table(_ROWS, _LATER)

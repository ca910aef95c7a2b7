"""Servers and the addresses of anything: twin of `plan/server.rs`."""

from __future__ import annotations

from msgspec import field

from steelyard.plan.schema.base import Node


class AddressInet(Node, frozen=True, tag="inet"):
    """Numeric IPv4 or IPv6."""

    ip: str
    port: int


class AddressUnix(Node, frozen=True, tag="unix"):
    path: str


class AddressAbstract(Node, frozen=True, tag="abstract"):
    name: str


class AddressFd(Node, frozen=True, tag="fd"):
    """An inherited socket (binds only)."""

    fd: int


Address = AddressInet | AddressUnix | AddressAbstract | AddressFd


def any_address() -> AddressInet:
    """The default of the Rust side: any IPv4 address, no port."""
    return AddressInet(ip="0.0.0.0", port=0)


class SourceAddress(Node, frozen=True):
    ip: str = ""
    port_low: int = 0
    port_high: int = 0
    interface: str | None = None
    client_ip: bool = False


class Server(Node, frozen=True):
    """`weight` 0 to 256; limits of 0 are no limit; times in milliseconds."""

    id: int = 0
    name: str = ""
    address: Address = field(default_factory=any_address)
    port_map: int | None = None
    weight: int = 1
    maxconn: int = 0
    minconn: int = 0
    maxqueue: int = 0
    backup: bool = False
    non_stick: bool = False
    disabled: bool = False
    check: bool = False
    cookie: str | None = None
    redir: str | None = None
    send_proxy: int = 0
    source: SourceAddress | None = None
    slowstart: int = 0
    tcp_user_timeout: int = 0
    pool_max_conn: int = -1
    pool_purge_delay: int = 5_000

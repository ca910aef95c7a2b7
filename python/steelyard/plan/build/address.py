"""Endpoints of the model to numeric addresses."""

from __future__ import annotations

import ipaddress
from dataclasses import replace

from steelyard.config.model import AbstractName, Endpoint, Inet, Inherited, Source, UnixBind, UnixPath
from steelyard.plan.build.context import Context
from steelyard.plan.schema.server import Address, AddressAbstract, AddressFd, AddressInet, AddressUnix, SourceAddress


def is_numeric(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def host_of(context: Context, where: Inet, endpoint: Endpoint, who: str) -> str:
    """The numeric address of `where`; `*` and nothing are any address of the family."""
    host = where.host.strip("[]")
    if host in ("", "*"):
        return "::" if where.family == 6 else "0.0.0.0"
    return host if is_numeric(host) else context.host(host, where.family, endpoint.span, who)


def address(context: Context, endpoint: Endpoint, who: str, port: int | None = None) -> Address:
    """`port`: one of the endpoint's range; its first where None."""
    where = endpoint.where
    if isinstance(where, Inet):
        return AddressInet(ip=host_of(context, where, endpoint, who), port=endpoint.low if port is None else port)
    if isinstance(where, UnixPath):
        return AddressUnix(path=where.path)
    if isinstance(where, AbstractName):
        return AddressAbstract(name=where.name)
    if isinstance(where, Inherited):
        return AddressFd(fd=where.fd)
    raise TypeError(where)


def prefixed(endpoint: Endpoint, common: UnixBind) -> Endpoint:
    """An address to listen on, with the prefix that `unix-bind` puts in front of paths."""
    if common.prefix and isinstance(endpoint.where, UnixPath):
        return replace(endpoint, where=UnixPath(common.prefix + endpoint.where.path))
    return endpoint


def source(context: Context, value: Source | None, who: str) -> SourceAddress | None:
    if value is None:
        return None
    endpoint = value.endpoint
    ip = ""
    if isinstance(endpoint.where, Inet) and endpoint.where.host not in ("", "*"):
        ip = host_of(context, endpoint.where, endpoint, who)
    return SourceAddress(
        ip=ip,
        port_low=endpoint.low,
        port_high=endpoint.high or endpoint.low,
        interface=value.interface,
        client_ip=value.client_ip,
    )

"""What the parts of the compiler share: names turned to indices, interned ACLs, looked-up hosts, found mistakes."""

from __future__ import annotations

import os
import resource
import socket
from collections.abc import Callable
from dataclasses import dataclass, field

from steelyard.config.model import Config, Proxy
from steelyard.config.span import Span
from steelyard.config.stick import StickTable
from steelyard.diagnostics.diagnostic import Report
from steelyard.plan.schema.base import At
from steelyard.plan.schema.expr import Acl
from steelyard.plan.schema.global_ import LogBackend, Ring

ResolveHost = Callable[[str, int], str]

# `fd-hard-limit` of HAProxy: an unlimited process does not reserve more descriptors than this.
MOST_DESCRIPTORS = 1_048_576


def resolve_with_libc(host: str, family: int) -> str:
    """The first address that the C library gives for a name. `family`: 4, 6 or 0. Raises OSError where there is none."""
    wanted = {4: socket.AF_INET, 6: socket.AF_INET6}.get(family, socket.AF_UNSPEC)
    found = socket.getaddrinfo(host, None, wanted, socket.SOCK_STREAM)
    return str(found[0][4][0])


@dataclass(frozen=True, slots=True)
class Machine:
    """What defaults depend on."""

    hostname: str
    cpus: int
    descriptors: int

    @classmethod
    def here(cls) -> Machine:
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        if hard == resource.RLIM_INFINITY or hard > MOST_DESCRIPTORS:
            hard = MOST_DESCRIPTORS
        return cls(socket.gethostname(), len(os.sched_getaffinity(0)), hard)


@dataclass(slots=True)
class Context:
    """One compilation. `holder` is the proxy whose rules are being compiled: empty proxy names mean it."""

    config: Config
    resolve_host: ResolveHost
    machine: Machine
    process: int
    report: Report = field(default_factory=Report)
    acls: list[Acl] = field(default_factory=list)
    holder: int = 0
    maxconn: int = 0
    senders: dict[str, int] = field(default_factory=dict)
    files: dict[str, int] = field(default_factory=dict)
    proxies: dict[str, int] = field(default_factory=dict)
    servers: dict[tuple[int, str], int] = field(default_factory=dict)
    userlists: dict[str, int] = field(default_factory=dict)
    patterns: dict[tuple[str, bool], int] = field(default_factory=dict)
    stick_tables: list[StickTable] = field(default_factory=list)
    tables: dict[str, int] = field(default_factory=dict)
    named_acls: dict[str, int] = field(default_factory=dict)
    interned: dict[tuple[int, bytes], int] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    hosts: dict[tuple[str, int], str | None] = field(default_factory=dict)
    rings: list[Ring] = field(default_factory=list)
    log_backends: list[LogBackend] = field(default_factory=list)

    def __post_init__(self) -> None:
        config = self.config
        self.files = {name: index for index, name in enumerate(config.files)}
        for index, proxy in enumerate(config.proxies):
            self._name(index, proxy)
        self.userlists = {userlist.name: index for index, userlist in enumerate(config.userlists)}
        self.stick_tables = [each.stick_table for each in config.proxies if each.stick_table is not None]
        self.stick_tables += config.peer_tables
        self.tables = {table.name: index for index, table in enumerate(self.stick_tables)}
        self.variables = {variable.name: variable.value for variable in config.variables}
        self.patterns = {(file.path, file.is_map): index for index, file in enumerate(config.pattern_files)}

    def _name(self, index: int, proxy: Proxy) -> None:
        # A frontend and a backend may share a name; a name in the plan's arguments and in `use_backend` means the backend part.
        if proxy.kind == "frontend":
            self.proxies.setdefault(proxy.name, index)
        else:
            self.proxies[proxy.name] = index
        for place, server in enumerate(proxy.servers):
            self.servers.setdefault((index, server.name), place)

    def at(self, span: Span) -> At:
        return At(file=self.files.get(span.file, 0), line=span.line)

    def backend(self, name: str) -> int | None:
        """Index of the backend or listen of that name."""
        index = self.proxies.get(name)
        if index is None or self.config.proxies[index].kind == "frontend":
            return None
        return index

    def host(self, host: str, family: int, span: Span, who: str) -> str:
        """Numeric address of a host as written; an alert and an unusable address where it has none."""
        key = (host, family)
        if key not in self.hosts:
            try:
                self.hosts[key] = self.resolve_host(host, family)
            except (OSError, UnicodeError):
                self.hosts[key] = None
        found = self.hosts[key]
        if found is None:
            self.report.alert("SY0601", f"{who}: could not resolve address '{host}'", span)
            return "0.0.0.0"
        return found

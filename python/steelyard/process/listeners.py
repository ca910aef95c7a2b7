"""All listening sockets of a configuration: opened together or not at all."""

from __future__ import annotations

import errno
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import msgspec

from steelyard.config.model import Bind, Config, Proxy, UnixBind, UnixPath
from steelyard.plan.schema import Plan
from steelyard.plan.schema.proxy import Bind as PlanBind
from steelyard.plan.schema.proxy import Probes
from steelyard.process.errors import StartError
from steelyard.process.sockets import BindError, Opened, UnixName, describe, open_socket

# How long to go on trying while an older process lets go of its ports (`-sf`, `-st`).
_RETRY_STEP_S = 0.01


@dataclass(slots=True)
class Listeners:
    """The open sockets; `plan` is the plan with their descriptors in it."""

    plan: Plan
    opened: list[Opened] = field(default_factory=list)

    def settle(self) -> None:
        """The start went well: older owners of unix paths are not needed any more."""
        for name in self._unix():
            name.keep()

    def close(self) -> None:
        """The engine, or the workers, hold copies: these here would keep a port open that was given up."""
        for each in self.opened:
            each.socket.close()

    def give_up(self) -> None:
        """The start failed: close everything, give paths back."""
        for each in self.opened:
            each.socket.close()
        for name in self._unix():
            name.restore()

    def _unix(self) -> Iterator[UnixName]:
        return (each.unix for each in self.opened if each.unix is not None)


def open_all(config: Config, plan: Plan, *, reuseport: bool = True, patience: float = 0.0) -> Listeners:
    """Opens every listener of every enabled proxy. Raises StartError with a line for each that can't be had.

    `patience`: seconds to go on trying for addresses in use (an older process has been asked to let go).
    """
    listeners = Listeners(plan)
    problems: list[str] = []
    proxies = list(plan.proxies)
    deadline = time.monotonic() + patience
    for index, (proxy, planned) in enumerate(zip(config.proxies, plan.proxies, strict=True)):
        if planned.frontend is None or planned.disabled:
            continue
        keepalive = planned.options.clitcpka_probes if planned.options.clitcpka else None
        binds: list[PlanBind] = []
        for bind, planned_bind in zip(_spread(proxy), planned.frontend.binds, strict=True):
            backlog = bind.backlog or proxy.backlog or bind.maxconn or proxy.maxconn or plan.global_.maxconn or 1024
            try:
                bind = _with_common(bind, config.global_.unix_bind)
                opened = _open_patiently(planned_bind, bind, backlog, reuseport, keepalive, deadline)
            except BindError as error:
                where = f"[{plan.files[planned_bind.at.file]}:{planned_bind.at.line}]" if plan.files else ""
                problems.append(f"Binding {where} for {proxy.kind} {proxy.name}: {error} for {describe(planned_bind.address)}")
                continue
            listeners.opened.append(opened)
            binds.append(msgspec.structs.replace(planned_bind, fd=opened.socket.fileno()))
        proxies[index] = msgspec.structs.replace(planned, frontend=msgspec.structs.replace(planned.frontend, binds=binds))
    if problems:
        listeners.give_up()
        raise StartError(*problems, "Some protocols failed to start their listeners! Exiting.")
    listeners.plan = msgspec.structs.replace(plan, proxies=proxies)
    return listeners


def _with_common(bind: Bind, common: UnixBind) -> Bind:
    """What `unix-bind` says about sockets of files, where the `bind` line is silent. A name or a number is one thing."""
    if not isinstance(bind.endpoint.where, UnixPath):
        return bind
    if bind.user is None and bind.uid is None:
        bind = replace(bind, user=common.user, uid=common.uid)
    if bind.group is None and bind.gid is None:
        bind = replace(bind, group=common.group, gid=common.gid)
    return replace(bind, mode=common.mode) if bind.mode is None else bind


def _open_patiently(
    planned: PlanBind, bind: Bind, backlog: int, reuseport: bool, keepalive: Probes | None, deadline: float
) -> Opened:
    while True:
        try:
            return open_socket(planned.address, bind, backlog, reuseport=reuseport, keepalive=keepalive)
        except BindError as error:
            if error.errno != errno.EADDRINUSE or time.monotonic() >= deadline:
                raise
            time.sleep(_RETRY_STEP_S)


def _spread(proxy: Proxy) -> Iterator[Bind]:
    """One for each port, as `plan.compile` makes them."""
    for bind in proxy.binds:
        for _ in range(bind.endpoint.low, max(bind.endpoint.low, bind.endpoint.high) + 1):
            yield bind


def count(plan: Plan) -> int:
    """Listeners that would be opened."""
    return sum(len(each.frontend.binds) for each in plan.proxies if each.frontend is not None and not each.disabled)

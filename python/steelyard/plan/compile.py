"""A resolved configuration to the plan that runs."""

from __future__ import annotations

from steelyard.config.model import Config
from steelyard.diagnostics.diagnostic import Report
from steelyard.plan.build.backends import senders
from steelyard.plan.build.context import Context, Machine, ResolveHost, resolve_with_libc
from steelyard.plan.build.log_targets import declare_log_backends, declare_rings
from steelyard.plan.build.process import global_, ideal_maxconn, userlists
from steelyard.plan.build.proxies import proxy
from steelyard.plan.build.servers import numbered
from steelyard.plan.build.tables import tables
from steelyard.plan.schema import PLAN_VERSION, PatternFile, Plan


class CompileError(ValueError):
    """The configuration reads well but can't run here: a host without an address, a name that nothing has. See `report`."""

    def __init__(self, report: Report) -> None:
        super().__init__("; ".join(item.message for item in report))
        self.report = report


def compile(
    config: Config,
    *,
    resolve_host: ResolveHost = resolve_with_libc,
    process: int = 1,
    machine: Machine | None = None,
) -> Plan:
    """Raises CompileError with every mistake found.

    `resolve_host` gives the numeric address of a name (and a family 4, 6 or 0) or raises OSError. `process` is the number of
    this process, from 1. `machine` stands in for the one this runs on, in tests.
    """
    machine = machine or Machine.here()
    context = Context(config, resolve_host, machine, process)
    context.maxconn = config.global_.maxconn or ideal_maxconn(config, machine)
    context.senders = senders(context)
    ids = numbered([each.id for each in config.proxies])
    declare_rings(context)
    declare_log_backends(context)
    proxies = [proxy(context, index, each, ids[index]) for index, each in enumerate(config.proxies)]
    plan = Plan(
        version=PLAN_VERSION,
        files=list(config.files),
        global_=global_(context),
        acls=context.acls,
        pattern_files=[PatternFile(path=each.path, map=each.is_map, text=each.text) for each in config.pattern_files],
        userlists=userlists(config),
        tables=tables(context),
        proxies=proxies,
    )
    if context.report.failed:
        raise CompileError(context.report)
    return plan

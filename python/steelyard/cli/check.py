"""Files to a plan that the engine accepts: the same for `-c`, for every start and for every reload."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from dataclasses import dataclass, replace

from steelyard.cli.flags import Flags
from steelyard.config.model import Config
from steelyard.config.read import read
from steelyard.diagnostics.diagnostic import Report, Severity
from steelyard.plan.schema import Plan


@dataclass(frozen=True, slots=True)
class Checked:
    """`report` holds everything found; `config` and `plan` are there when nothing keeps it from running."""

    report: Report
    config: Config | None = None
    plan: Plan | None = None


def check(flags: Flags) -> Checked:
    """Reads, resolves, compiles, and lets the engine look. All mistakes of a stage are found; a later stage needs the former.

    No garbage is looked for meanwhile, and none among what was made then: it is millions of objects that stay, and a search
    would take half as long as the work.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        return _check(flags)
    finally:
        gc.freeze()
        if enabled:
            gc.enable()


def _check(flags: Flags) -> Checked:
    config, report = read(
        flags.files,
        environ=environ_of(flags),
        diagnostic_mode=flags.diagnostic,
        look_up_servers=not flags.ignore_unresolved,
        disabled=flags.disabled,
    )
    if config is None:
        return Checked(report)
    if flags.diagnostic:
        from steelyard.config.advice import advise

        report.items += advise(config)
    config = override(config, flags)
    plan = _plan(config, flags, report)
    return Checked(report) if plan is None else Checked(report, config, plan)


def environ_of(flags: Flags) -> dict[str, str]:
    """The variables that files can read: the environment, and what the command line says (manual section 2.3)."""
    environ = dict(os.environ)
    environ["HAPROXY_LOCALPEER"] = flags.local_peer or os.uname().nodename
    if flags.master_worker:
        environ["HAPROXY_MWORKER"] = "1"
    return environ


def warnings_forbid(checked: Checked, flags: Flags) -> bool:
    """`-dW` and `zero-warning`: a warning keeps it from starting."""
    strict = flags.warnings_fail or (checked.config is not None and checked.config.global_.zero_warning)
    return strict and any(item.severity is Severity.WARNING for item in checked.report)


def override(config: Config, flags: Flags) -> Config:
    """The command line's word goes before the file's."""
    global_ = config.global_
    if flags.maxconn is not None:
        global_ = replace(global_, maxconn=flags.maxconn)
    if flags.local_peer is not None:
        global_ = replace(global_, localpeer=flags.local_peer)
    if flags.no_splice:
        global_ = replace(global_, nosplice=True)
    proxies = config.proxies
    if flags.proxy_maxconn is not None:
        proxies = tuple(replace(each, maxconn=flags.proxy_maxconn) if each.maxconn is None else each for each in proxies)
    return replace(config, global_=global_, proxies=proxies)


def _plan(config: Config, flags: Flags, report: Report) -> Plan | None:
    from steelyard.engine import engine
    from steelyard.health.spec import SpecError, specs
    from steelyard.plan.compile import CompileError, compile

    try:
        plan = compile(config, resolve_host=_resolver(flags))
    except CompileError as error:
        report.items.extend(error.report.items)
        return None
    try:
        specs(config, plan)
        engine.check(plan)
    except SpecError as error:
        report.alert("SY0901", str(error))
        return None
    except engine.PlanError as error:
        report.alert("SY0902", str(error))
        return None
    return plan


def _resolver(flags: Flags) -> Callable[[str, int], str]:
    """How names become addresses. With `-dr` those without one were passed over when the file was read."""
    from steelyard.plan.build.context import resolve_with_libc

    def resolve(name: str, family: int) -> str:
        wanted = 4 if flags.ipv4_only and not family else family
        try:
            return resolve_with_libc(name, wanted)
        except OSError:
            if not flags.ignore_unresolved:
                raise
            return "::" if wanted == 6 else "0.0.0.0"

    return resolve

"""A checked configuration to running processes, as flags and configuration want it."""

from __future__ import annotations

import signal
from collections.abc import Callable

from steelyard.cli import report
from steelyard.cli.check import check, warnings_forbid
from steelyard.cli.console import StderrConsole
from steelyard.cli.flags import Flags
from steelyard.config.model import Config, Global
from steelyard.plan.schema import Plan
from steelyard.process.errors import StartError
from steelyard.process.master import Master
from steelyard.process.settings import Settings
from steelyard.process.start import start


def launch(flags: Flags, config: Config, plan: Plan, console: StderrConsole) -> int:
    """The exit status of whichever process returns: of the one that was called, or of a fork of it."""
    settings = settings_of(flags, config.global_, console.warning)
    if settings.trace is not None and settings.daemon and settings.trace.to in ("stdout", "stderr"):
        console.alert(f"nobody sees {settings.trace.to} in the background: name a file with --trace-to")
        return 1
    try:
        if settings.master_worker:
            return Master(settings, _reloader(flags), console).run(config, plan)
        return start(config, plan, settings, console)
    except StartError as error:
        for message in error.messages:
            console.alert(message)
        return 1


def settings_of(flags: Flags, global_: Global, warn: Callable[[str], None]) -> Settings:
    """`-d` and `-db` keep the process in front, whatever the file says."""
    in_front = flags.foreground or flags.debug
    daemon = (flags.daemon or global_.daemon) and not in_front
    master = flags.master_worker or global_.master_worker
    processes = global_.nbproc or 1
    if processes > 1 and not (daemon or master):
        if not in_front:
            warn("<nbproc> is only meaningful in daemon mode or master-worker mode. Setting limit to 1 process.")
        processes = 1
    return Settings(
        daemon=daemon,
        master_worker=master,
        notify_systemd=flags.systemd_notify,
        pidfile=flags.pidfile or global_.pidfile,
        processes=processes,
        memory_mb=flags.memory_mb,
        reuseport=not (flags.no_reuseport or global_.noreuseport),
        old_pids=tuple(flags.old_pids),
        old_signal=signal.SIGTERM if flags.old_pids_signal == "st" else signal.SIGUSR1,
        trace=flags.trace,
    )


def _reloader(flags: Flags) -> Callable[[], tuple[Config, Plan]]:
    """What a master does on SIGUSR2: the whole line again, from the files."""

    def load() -> tuple[Config, Plan]:
        checked = check(flags)
        report.show(checked.report, flags.files)
        if checked.config is None or checked.plan is None:
            raise StartError()
        if warnings_forbid(checked, flags):
            raise StartError("config : Some warnings were found and 'zero-warning' is set. Aborting.")
        return checked.config, checked.plan

    return load

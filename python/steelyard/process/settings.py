"""How a process is to live: the command line's word, and the configuration's where the command line is silent."""

from __future__ import annotations

import signal
from dataclasses import dataclass

from steelyard.config.model import Global
from steelyard.process.trace_settings import TraceSettings


@dataclass(frozen=True, slots=True)
class Settings:
    daemon: bool = False
    master_worker: bool = False
    notify_systemd: bool = False
    pidfile: str | None = None
    processes: int = 1
    memory_mb: int | None = None
    reuseport: bool = True
    old_pids: tuple[int, ...] = ()
    old_signal: signal.Signals = signal.SIGUSR1
    trace: TraceSettings | None = None


def processes(global_: Global, settings_daemon: bool, settings_master: bool) -> int:
    """`nbproc` works in the background only, as HAProxy had it: in front there is one process to stop with Ctrl-C."""
    return (global_.nbproc or 1) if settings_daemon or settings_master else 1

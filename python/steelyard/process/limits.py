"""Descriptors and memory: `ulimit-n`, `maxconn`, `-m`."""

from __future__ import annotations

import resource
from collections.abc import Callable

from steelyard.config.model import Global
from steelyard.process.errors import StartError

# Descriptors beside connections and listeners: standard streams, logs, pollers, the interpreter's own.
_OWN = 40


def descriptors_needed(maxconn: int, listeners: int, checks: int, threads: int) -> int:
    """A connection has a client side and a server side."""
    return 2 * maxconn + listeners + checks + 4 * threads + _OWN


def raise_descriptors(global_: Global, needed: int, warn: Callable[[str], None]) -> None:
    """Sets RLIMIT_NOFILE to `ulimit-n`, or to what `needed` says. Warns when fewer are to be had."""
    wanted = global_.ulimit_n or needed
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if global_.ulimit_n is None and soft >= wanted:
        return
    allowed = hard if hard != resource.RLIM_INFINITY else wanted
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, max(wanted, allowed)))
    except (ValueError, OSError):
        # Not allowed to go above the hard limit: take all that is there.
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, allowed), hard))
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < needed and (global_.maxconn is not None or soft < _OWN + 64):
        warn(
            f"FD limit ({soft}) too low for maxconn={global_.maxconn or 'default'}/maxsock={needed}. "
            f"Please raise 'ulimit-n' to {needed} or more to avoid any trouble."
        )


def limit_memory(megabytes: int) -> None:
    """`-m`: the address space may hold the code and stacks beside the data, so the limit is on data."""
    size = megabytes * 1024 * 1024
    try:
        resource.setrlimit(resource.RLIMIT_DATA, (size, size))
    except (ValueError, OSError) as error:
        raise StartError(f"Cannot limit memory to {megabytes} MB: {error}") from error

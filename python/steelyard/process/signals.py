"""Signals that come while a process starts: kept until there is someone to take them."""

from __future__ import annotations

import signal

# What a worker or a master acts upon.
ACTED_ON = {signal.SIGTERM, signal.SIGINT, signal.SIGUSR1, signal.SIGUSR2, signal.SIGHUP, signal.SIGQUIT, signal.SIGCHLD}
# The defaults of these stop or kill a process; what they ask for (pause, resume) is not there yet. SIGUSR2 is for masters.
_IGNORED = (signal.SIGTTOU, signal.SIGTTIN, signal.SIGUSR2, signal.SIGPIPE)


def hold() -> None:
    """Before the first socket listens: whoever sees it listen may send signals. Forks inherit this."""
    signal.pthread_sigmask(signal.SIG_BLOCK, ACTED_ON)
    for number in _IGNORED:
        signal.signal(number, signal.SIG_IGN)


def release() -> None:
    """Handlers stand: what has come is delivered now. Before threads start, so that they do not hold signals for ever."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ACTED_ON)

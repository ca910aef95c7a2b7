"""HAProxy's command line (management manual, section 3): single-letter flags, read word by word, left to right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from steelyard.cli import trace_flags
from steelyard.process.trace_settings import TraceSettings


class UsageError(ValueError):
    """The words make no sense; the message says which. An empty message: show the usage, as HAProxy does."""


@dataclass(slots=True)
class Flags:
    """What the command line asks for. `None`: not said."""

    files: list[str] = field(default_factory=list)
    directory: str | None = None
    check: bool = False
    condition: str | None = None
    daemon: bool = False
    debug: bool = False
    foreground: bool = False
    master_worker: bool = False
    systemd_notify: bool = False
    quiet: bool = False
    version: int = 0
    maxconn: int | None = None
    proxy_maxconn: int | None = None
    memory_mb: int | None = None
    pidfile: str | None = None
    local_peer: str | None = None
    warnings_fail: bool = False
    no_splice: bool = False
    no_reuseport: bool = False
    ipv4_only: bool = False
    diagnostic: bool = False
    keywords: str | None = None
    dump: str | None = None
    libraries: bool = False
    archive: str | None = None
    ignore_unresolved: bool = False
    disabled: set[str] = field(default_factory=set)
    """What `.if enabled(...)` must not find."""
    old_pids: list[int] = field(default_factory=list)
    old_pids_signal: str = ""
    trace: TraceSettings | None = None
    notes: list[str] = field(default_factory=list)
    """Flags that change nothing here, and why."""


# Flags that take the next word, by the field they fill.
_TEXT = {"C": "directory", "p": "pidfile", "L": "local_peer"}
_NUMBER = {"n": "maxconn", "N": "proxy_maxconn", "m": "memory_mb"}
_SWITCH = {
    "c": "check",
    "D": "daemon",
    "db": "foreground",
    "W": "master_worker",
    "Ws": "systemd_notify",
    "dW": "warnings_fail",
    "dS": "no_splice",
    "dR": "no_reuseport",
    "dD": "diagnostic",
    "dL": "libraries",
    "dr": "ignore_unresolved",
    "4": "ipv4_only",
}
# Flags with a value glued on, by the field that takes it; nothing behind them is an empty value.
_GLUED = {"dK": "keywords", "dC": "dump", "dA": "archive"}
# What `.if enabled(...)` does not find any more with a flag.
_DISABLES = {
    "dF": "FAST-FORWARD",
    "dG": "GETADDRINFO",
    "dR": "REUSEPORT",
    "dS": "SPLICE",
    "de": "EPOLL",
    "dk": "KQUEUE",
    "dp": "POLL",
    "dv": "EVPORTS",
}
# Tuning of HAProxy's own insides. Nothing here depends on them, so they are taken and said.
_HARMLESS = {
    "de": "the poller is not chosen by flags here",
    "dk": "the poller is not chosen by flags here",
    "dp": "the poller is not chosen by flags here",
    "dv": "the poller is not chosen by flags here",
    "dF": "there is no separate fast-forward path to turn off",
    "dZ": "there is no separate zero-copy path to turn off (-dS turns splice off)",
    "dT": "kernel TLS is not used",
    "dG": "addresses are looked up once, at start, by the system's resolver",
    "dI": "child processes are never forked by workers",
    "dc": "threads are not bound to CPUs",
}
# Flags with a value glued on, `-dM...`.
_HARMLESS_PREFIX = {"dM": "memory is not poisoned: the engine's memory safety is checked when it is compiled"}
# What would change behaviour and is not there yet must not be ignored.
_NOT_YET = {
    "x": "taking over listening sockets from a running process is not supported yet: old and new share ports by SO_REUSEPORT",
    "S": "the master command line is not supported yet",
    "dV": "TLS to servers is not supported yet, so there is no verification to turn off",
}
_NOT_YET_PREFIX = {
    "dt": "traces are not supported yet",
}


def parse(words: Sequence[str]) -> Flags:
    """Reads the words after the program's name. Raises `UsageError`."""
    flags = Flags()
    at = 0

    def value(flag: str) -> str:
        nonlocal at
        at += 1
        if at >= len(words):
            raise UsageError(f"-{flag} needs a value after it")
        return words[at]

    while at < len(words):
        word = words[at]
        if word == "--":
            flags.files.extend(words[at + 1 :])
            break
        if len(word) < 2 or word[0] != "-":
            raise UsageError("")
        if word.startswith("--trace-"):
            try:
                flags.trace, at = trace_flags.taken(words, at, flags.trace)
            except trace_flags.TraceUsageError as error:
                raise UsageError(str(error)) from None
            at += 1
            continue
        flag = word[1:]
        if flag in _DISABLES:
            flags.disabled.add(_DISABLES[flag])
        if flag in _SWITCH:
            setattr(flags, _SWITCH[flag], True)
        elif flag in _TEXT:
            setattr(flags, _TEXT[flag], value(flag))
        elif flag in _NUMBER:
            setattr(flags, _NUMBER[flag], _number(flag, value(flag)))
        elif flag[:2] in _GLUED:
            setattr(flags, _GLUED[flag[:2]], flag[2:])
        elif flag == "f":
            flags.files.append(value(flag))
        elif flag == "cc":
            flags.condition = value(flag)
        elif flag in ("v", "vv"):
            flags.version = len(flag)
        elif flag == "d":
            flags.debug = flags.foreground = True
            flags.notes.append("'-d' stays in front; it does not show traffic yet")
        elif flag == "q":
            flags.quiet = True
        elif flag == "V":
            flags.quiet = False
        elif flag in ("sf", "st"):
            flags.old_pids_signal = flag
            while at + 1 < len(words) and not words[at + 1].startswith("-"):
                at += 1
                flags.old_pids.append(_pid(words[at]))
        elif flag == "x":
            # /dev/null is how systemd units turn the hand-over off; anything else would be a promise that is not kept.
            if value(flag) != "/dev/null":
                raise UsageError(f"'-x': {_NOT_YET['x']}")
        elif flag == "S":
            value(flag)
            raise UsageError(f"'-S': {_NOT_YET['S']}")
        else:
            _known_but_idle(flag, flags)
        at += 1
    if flags.ignore_unresolved and not flags.check:
        raise UsageError("'-dr': starting with server names that can't be looked up is not supported yet; with '-c' it is")
    if flags.archive == "":
        raise UsageError("-dA needs the name of a file behind it, as -dA/tmp/libs.tar")
    if flags.systemd_notify:
        flags.master_worker = True
    return flags


def _known_but_idle(flag: str, flags: Flags) -> None:
    """Flags that do nothing: accepted and noted, or refused with the reason. Anything else is the usage page."""
    if flag in _HARMLESS:
        flags.notes.append(f"'-{flag}' changes nothing: {_HARMLESS[flag]}")
        return
    if flag in _NOT_YET:
        raise UsageError(f"'-{flag}': {_NOT_YET[flag]}")
    for prefix, why in _HARMLESS_PREFIX.items():
        if flag.startswith(prefix):
            flags.notes.append(f"'-{flag}' changes nothing: {why}")
            return
    for prefix, why in _NOT_YET_PREFIX.items():
        if flag.startswith(prefix):
            raise UsageError(f"'-{flag}': {why}")
    raise UsageError("")


def _number(flag: str, text: str) -> int:
    # HAProxy reads "x" as 0 (atol) and goes on with its default. A wrong limit is told here instead.
    if not text.isascii() or not text.isdigit():
        raise UsageError(f"-{flag} takes a number, not '{text}'")
    return int(text)


def _pid(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise UsageError(f"-sf and -st take process numbers, not '{text}'")
    return int(text)

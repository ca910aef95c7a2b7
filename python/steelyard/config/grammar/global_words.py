"""Words of the `global` section that have an effect, alphabetical (manual section 3)."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import cast

from steelyard.config.grammar.row import Row, Where
from steelyard.config.grammar.values import Account, ArgType, Bad, Id, Int, ListOf, Loose, NodeName, OneOf, Size, Text, Time
from steelyard.config.paths import POLICIES, Policy
from steelyard.config.span import Word
from steelyard.config.statement import Statement

G = Where.GLOBAL


def _variable(statement: Statement) -> None:
    """`setenv` and its kin change what later lines read, so they act at once."""
    args = [word.text for word in statement.args]
    environment, name = statement.room.environment, statement.row.name
    if name in ("setenv", "presetenv"):
        if len(args) != 2:
            statement.missing("a name and a value", f"write '{name} <name> <value>'")
        elif name == "setenv":
            environment.set(args[0], args[1])
        else:
            environment.preset(args[0], args[1])
    elif name == "resetenv":
        environment.keep(tuple(args))
    elif not args:
        statement.missing("at least one name")
    else:
        environment.unset(tuple(args))


def _rest(statement: Statement) -> None:
    """All words of the line are one text."""
    if not statement.args:
        statement.missing("a text")
        return
    statement.set(statement.text(statement.at))


def _hostname(statement: Statement) -> None:
    """`log-send-hostname [name]`: empty for the machine's own name."""
    if statement.no_more(statement.at + 1):
        statement.set(statement.args[0].text if statement.args else "")


def _default_path(statement: Statement) -> None:
    """`current`, `config`, `parent`, or `origin <directory>`: where relative names of files start from here on."""
    policy = statement.read(statement.at, OneOf(POLICIES))
    if policy is None:
        return
    origin = ""
    if policy == "origin":
        if len(statement.args) < 2:
            statement.missing("a directory", "write 'default-path origin <directory>'")
            return
        origin = statement.args[1].text
        if not os.path.isdir(origin):
            statement.report.alert("SY0306", f"directory '{origin}' does not exist", statement.args[1].span)
            return
    if statement.no_more(statement.at + (2 if origin else 1)):
        statement.room.paths.follow(cast(Policy, policy), origin)
        statement.set((policy, origin) if origin else (policy,))


def _localpeer(statement: Statement) -> None:
    value = statement.read(statement.at, Text("<name>"))
    if value is not None and statement.no_more(statement.at + 1):
        statement.set(value)
        statement.room.environment.set("HAPROXY_LOCALPEER", str(value))


def _setcap(statement: Statement) -> None:
    kind = ListOf(("cap_net_raw", "cap_net_admin", "cap_net_bind_service", "cap_sys_admin"))
    text = statement.args[0].text.strip(",") if statement.args else ""
    found = kind.read(text) if text else None
    if not statement.args:
        statement.missing(kind.show)
    elif isinstance(found, Bad):
        statement.bad(statement.args[0], found.why, found.near)
    else:
        statement.no_more(statement.at + 1)


def _one_process(words: Sequence[Word]) -> list[list[Word]] | None:
    """`nbproc 1` says nothing; several processes share less than several threads, so those stay."""
    return [] if [word.text for word in words[1:]] == ["1"] else None


def _shared(name: str, doc: str, arg: ArgType) -> Row:
    return Row(name, G, doc, (arg,), effect="later", experimental=True, repeat="never", lax=True)


ROWS = (
    Row(
        "chroot",
        G,
        "Directory that becomes the root after start, or `auto` for an empty one.",
        (Text("<directory>"),),
        "chroot",
        repeat="once",
    ),
    Row("daemon", G, "Goes to the background.", sets="daemon"),
    Row("default-path", G, "Where relative names of files start.", sets="default_path", parse=_default_path, lax=True),
    Row("description", G, "A text shown in statistics.", sets="description", parse=_rest),
    Row(
        "dns-accept-family",
        G,
        "Address families that name servers are asked for.",
        (ListOf(("ipv4", "ipv6", "auto")),),
        effect="later",
    ),
    Row("external-check", G, "Programs may make health checks.", (OneOf(("preserve-env",)),), effect="later", least=0),
    Row("fd-hard-limit", G, "Most open files where nothing else is said.", (Loose(),), "fd_hard_limit"),
    Row("gid", G, "Group id after start.", (Id(),), "gid", repeat="once"),
    Row("grace", G, "Time between the signal for a soft stop and the stop.", (Time(),), effect="later", lax=True),
    Row("group", G, "Group name after start.", (Account("group"),), "group", repeat="once"),
    Row("hard-stop-after", G, "Time that a soft stop may take.", (Time(),), "hard_stop_after", lax=True),
    Row("localpeer", G, "Name of this process among peers.", sets="localpeer", parse=_localpeer),
    Row("log-send-hostname", G, "Host name in log lines.", sets="log_send_hostname", parse=_hostname, lax=True),
    Row("log-tag", G, "Name of the program in log lines.", (Text("<tag>"),), "log_tag"),
    Row(
        "master-worker",
        G,
        "A master process watches a worker.",
        (OneOf(("no-exit-on-failure",)),),
        "master_worker",
        least=0,
        value=True,
    ),
    Row("maxconn", G, "Connections at once.", (Int(below=0),), "maxconn", repeat="once"),
    Row("maxconnrate", G, "New connections a second.", (Loose(0),), "maxconnrate", repeat="once"),
    Row("maxsessrate", G, "New sessions a second.", (Loose(),), effect="later"),
    Row(
        "nbproc",
        G,
        "Processes.",
        (Int(1, 64),),
        "nbproc",
        removed="2.5",
        instead="write 'nbthread <number>': one process with threads does what several did",
        today=_one_process,
    ),
    Row("node", G, "Name of this machine in statistics.", (NodeName(),), "node"),
    Row("noreuseport", G, "Listeners don't share their ports.", sets="noreuseport"),
    Row("nosplice", G, "Data is copied, never spliced.", sets="nosplice"),
    Row("pidfile", G, "File for the process id.", (Text("<file>"),), "pidfile", repeat="once"),
    Row("pp2-never-send-local", G, "Health checks send PROXY, never LOCAL.", sets="pp2_never_send_local"),
    Row("presetenv", G, "Sets an environment variable that is not set.", parse=_variable),
    Row("quiet", G, "No messages at start.", sets="quiet"),
    Row("resetenv", G, "Removes all environment variables but the named ones.", parse=_variable),
    Row("setenv", G, "Sets an environment variable.", parse=_variable),
    Row("spread-checks", G, "Percent by which times between checks vary.", (Loose(0, 50),), "spread_checks", repeat="once"),
    Row("setcap", G, "Rights that are kept when the user changes.", parse=_setcap, effect="later", lax=True),
    _shared("shm-stats-file", "Shared memory that keeps statistics.", Text("<name>")),
    _shared("shm-stats-file-max-objects", "Objects in that memory.", Loose()),
    Row("stats-file", G, "File of statistics to start with.", (Text("<file>"),), effect="later", lax=True),
    Row("tune.bufsize", G, "Bytes of a buffer: the longest request head.", (Loose(336, sizes=True),), "bufsize"),
    Row("tune.bufsize.large", G, "Bytes of a buffer for bodies that rules wait for.", (Size(1, (1 << 28) - 1),), "bufsize_large"),
    Row("tune.http.cookielen", G, "Bytes of a captured cookie, and one.", (Loose(1, 65536),), "cookie_length"),
    Row(
        "tune.http.logurilen",
        G,
        "Bytes of a request line in logs; 1023 where nothing is said.",
        (Loose(below=0),),
        "log_uri_length",
    ),
    Row("tune.http.maxhdr", G, "Header fields in a message.", (Loose(5, 32767),), "max_headers"),
    Row("tune.maxrewrite", G, "Bytes kept free for rewriting.", (Loose(0, sizes=True),), "maxrewrite"),
    Row("uid", G, "User id after start.", (Id(),), "uid", repeat="once"),
    Row("ulimit-n", G, "Open files.", (Loose(below=0),), "ulimit_n", repeat="once"),
    Row("unsetenv", G, "Removes environment variables.", parse=_variable),
    Row("user", G, "User name after start.", (Account("user"),), "user", repeat="once"),
    Row("zero-warning", G, "Warnings keep the configuration from starting.", sets="zero_warning"),
)

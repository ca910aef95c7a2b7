"""Words of the `global` section that have an effect, alphabetical (manual section 3)."""

from __future__ import annotations

from steelyard.config.grammar.row import Row, Where
from steelyard.config.grammar.values import Account, Int, NodeName, Size, Text, Time
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
    elif not args:
        statement.missing("at least one name")
    elif name == "unsetenv":
        environment.unset(tuple(args))
    else:
        environment.keep(tuple(args))


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


def _stats(statement: Statement) -> None:
    """`stats socket` lines are kept as words; the runtime API reads them when it comes."""
    if statement.args and statement.args[0].text == "socket" and len(statement.args) > 1:
        statement.report.later("SY0104", "'stats socket' is not supported yet", statement.span)
    elif statement.args and statement.args[0].text in ("timeout", "maxconn", "bind-process"):
        statement.report.accept(statement.row.name, statement.row.doc, statement.span)
    else:
        statement.missing("'socket', 'timeout' or 'maxconn'")


ROWS = (
    Row("chroot", G, "Directory that becomes the root after start.", (Text("<directory>"),), "chroot", repeat="once"),
    Row("daemon", G, "Goes to the background.", sets="daemon"),
    Row("description", G, "A text shown in statistics.", sets="description", parse=_rest),
    Row("gid", G, "Group id after start.", (Int(),), "gid", repeat="once"),
    Row("group", G, "Group name after start.", (Account("group"),), "group", repeat="once"),
    Row("hard-stop-after", G, "Time that a soft stop may take.", (Time(),), "hard_stop_after", lax=True),
    Row("localpeer", G, "Name of this process among peers.", (Text("<name>"),), "localpeer"),
    Row("log-send-hostname", G, "Host name in log lines.", sets="log_send_hostname", parse=_hostname, lax=True),
    Row("log-tag", G, "Name of the program in log lines.", (Text("<tag>"),), "log_tag"),
    Row(
        "master-worker",
        G,
        "A master process watches a worker.",
        (Text("[no-exit-on-failure]"),),
        "master_worker",
        least=0,
        value=True,
    ),
    Row("maxconn", G, "Connections at once.", (Int(),), "maxconn", repeat="once"),
    Row("maxconnrate", G, "New connections a second.", (Int(),), "maxconnrate", repeat="once"),
    Row("nbproc", G, "Processes.", (Int(1, 64),), "nbproc", removed="2.5"),
    Row("nbthread", G, "Threads a process.", (Int(1, 4096),), "nbthread"),
    Row("node", G, "Name of this machine in statistics.", (NodeName(),), "node"),
    Row("nosplice", G, "Data is copied, never spliced.", sets="nosplice"),
    Row("pidfile", G, "File for the process id.", (Text("<file>"),), "pidfile", repeat="once"),
    Row("presetenv", G, "Sets an environment variable that is not set.", parse=_variable),
    Row("quiet", G, "No messages at start.", sets="quiet"),
    Row("resetenv", G, "Removes all environment variables but the named ones.", parse=_variable),
    Row("setenv", G, "Sets an environment variable.", parse=_variable),
    Row("spread-checks", G, "Percent by which times between checks vary.", (Int(0, 50),), "spread_checks", repeat="once"),
    Row("stats", G, "The runtime API's socket.", parse=_stats),
    Row("tune.bufsize", G, "Bytes of a buffer: the longest request head.", (Size(1),), "bufsize"),
    Row("tune.http.cookielen", G, "Bytes of a captured cookie, and one.", (Int(1, 65536),), "cookie_length"),
    Row("tune.http.maxhdr", G, "Header fields in a message.", (Int(1, 32767),), "max_headers"),
    Row("tune.maxrewrite", G, "Bytes kept free for rewriting.", (Size(),), "maxrewrite"),
    Row("uid", G, "User id after start.", (Int(),), "uid", repeat="once"),
    Row("ulimit-n", G, "Open files.", (Int(),), "ulimit_n", repeat="once"),
    Row("unsetenv", G, "Removes environment variables.", parse=_variable),
    Row("user", G, "User name after start.", (Account("user"),), "user", repeat="once"),
    Row("zero-warning", G, "Warnings keep the configuration from starting.", sets="zero_warning"),
)

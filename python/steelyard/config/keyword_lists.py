"""The words of the language that work here, class by class, in the layout of HAProxy's `-dK` (management manual, section 3).

Everything is read off the rows of `grammar/`; words that come later, are refused or are gone are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from steelyard.config.grammar import acls, actions, calls, renames, supported
from steelyard.config.grammar.bind_options import BIND_OPTIONS
from steelyard.config.grammar.keywords import KEYWORDS
from steelyard.config.grammar.places import PLACES
from steelyard.config.grammar.row import PROXY, Row, Where
from steelyard.config.grammar.server_options import SERVER_OPTIONS

HELP = """\
# List of supported keyword classes:
all: list all keywords
acl: ACL keywords
cfg: configuration keywords
cli: CLI keywords
cnv: sample converter keywords
flt: filter names
smp: sample fetch functions
svc: service names
"""

# What a column of the matrix stands for, in the order of `PLACES`.
_COLUMNS = (
    "frontend tcp-request connection rule",
    "frontend tcp-request session rule",
    "frontend tcp-request content rule",
    "frontend http-request header rule",
    "frontend http-request body rule",
    "frontend use-backend rule",
    "backend tcp-request content rule",
    "backend http-request header rule",
    "backend http-request body rule",
    "backend use-server, balance or stick-match rule",
    "server source selection",
    "backend tcp-response content rule",
    "backend http-response header rule",
    "backend http-response body rule",
    "backend stick-store rule",
    "frontend tcp-response content rule",
    "frontend http-response header rule",
    "frontend http-response body rule",
    "logs",
    "backend tcp-check rule",
    "configuration parser",
    "CLI parser",
)
_ARGUMENTS = {
    "backend": "backend",
    "bit": "integer",
    "count": "integer",
    "frontend": "frontend",
    "index": "integer",
    "int": "integer",
    "ipv4": "IPv4 address",
    "ipv6": "IPv6 address",
    "mask4": "IPv4 mask",
    "mask6": "IPv6 mask",
    "occurrence": "integer",
    "positive": "integer",
    "protobuf": "Protocol buffers field number",
    "regex": "regex",
    "server": "server",
    "table": "table",
    "userlist": "user list",
}
"""What an argument is called; all other kinds are strings."""

_SECTIONS = (
    ("global", Where.GLOBAL),
    ("listen", PROXY),
    ("userlist", Where.USERLIST),
    ("http-errors", Where.HTTP_ERRORS),
    ("peers", Where.PEERS),
    ("resolvers", Where.RESOLVERS),
    ("cache", Where.CACHE),
    ("ring", Where.RING),
    ("log-forward", Where.LOG_FORWARD),
    ("crt-store", Where.CRT_STORE),
    ("traces", Where.TRACES),
    ("acme", Where.ACME),
)
_WORKS = ("supported", "accepted")


def render(classes: Iterable[str]) -> str | None:
    """The lists of some classes (`all` for each), in HAProxy's order; None where a class is not known."""
    wanted = set(classes)
    if not wanted <= {"all", *_LISTS}:
        return None
    out: list[str] = []
    for name, (title, lines) in _LISTS.items():
        if name in wanted or "all" in wanted:
            out += [f"# List of registered {title}:", *lines()]
    return "".join(f"{line}\n" for line in out)


def _works(row: Row) -> bool:
    return row.effect in _WORKS


def _fetch_works(name: str) -> bool:
    today = renames.FETCH.get(name, name)
    names = (today,) if isinstance(today, str) else today
    return any(each in supported.FETCHES for each in names)


def _acl() -> list[str]:
    return [f"{word} = {fetch} -m {method}" for word, (fetch, method) in sorted(acls.rows().items()) if _fetch_works(fetch)]


def _cfg() -> list[str]:
    lines: list[str] = []
    for name, where in _SECTIONS:
        rows = [row for row in KEYWORDS.rows if row.where & where and _works(row)]
        if not rows:
            continue
        lines.append(name)
        lines += [f"\t{word}" for word in sorted({row.name.split()[0] for row in rows} - {"option"})]
        if where is PROXY:
            lines += [*_options_of("bind <addr>", BIND_OPTIONS.rows), *_options_of("server <name> <addr>", SERVER_OPTIONS.rows)]
            lines += sorted(_option(row) for row in rows if row.name.startswith("option "))
            lines += _rules()
    return lines


def _options_of(lead: str, rows: Sequence[Row]) -> list[str]:
    found = sorted({(row.name, len(row.args)) for row in rows if _works(row)})
    return [f"\t{lead} {name}" + (f" +{count}" if count else "") for name, count in found]


def _option(row: Row) -> str:
    marks = (("FE", row.where & Where.FRONTEND), ("BE", row.where & Where.BACKEND))
    shown = [mark for mark, there in marks if there] + (["HTTP"] if row.mode == "http" else [])
    return f"\t{row.name} [ {' '.join(shown)} ]"


def _rules() -> list[str]:
    return [f"\t{ruleset} {name}" for ruleset in actions.NAMES for name in actions.names(ruleset) if _ready(name)]


def _ready(action: str) -> bool:
    return action in actions.SHAPES and actions.SHAPES[action].ready


def _nothing() -> list[str]:
    return []


def _arguments(row: calls.Row) -> str:
    shown = [_ARGUMENTS.get(each.kind, "string") for each in row.args]
    if not shown:
        return ""
    least = row.fewest
    first, rest = ",".join(shown[:least]), ",".join(shown[least:])
    return f"({first}{'[' + (',' if first else '') + rest + ']' if rest else ''})"


def _converters() -> list[str]:
    rows = calls.converter_rows()
    return [f"{name}{_arguments(rows[name])}: {rows[name].output} => {rows[name].input}" for name in sorted(supported.CONVERTERS)]


def _matrix() -> list[str]:
    """The heading of the columns: one line for each, drawn down to it."""
    lines = []
    last = len(_COLUMNS) - 1
    for index, text in enumerate(_COLUMNS):
        lead = " " * (last - index + 2)
        slashes = "".join("/ " for _ in range(index))
        lines.append(f"#{lead}{slashes}_.{'-' * (last - index + 1)} {text}")
    lines.append("# " + "/ " * len(_COLUMNS) + " ")
    lines.append("# " + "| " * len(_COLUMNS))
    return lines


def _fetches() -> list[str]:
    lines = _matrix()
    for name, row in sorted(calls.fetch_rows().items()):
        if _fetch_works(name):
            marks = " ".join("Y" if row.places >> index & 1 else "." for index in range(len(PLACES)))
            lines.append(f"[ {marks} ] {name}{_arguments(row)}: {row.output}")
    return lines


_LISTS: dict[str, tuple[str, Callable[[], list[str]]]] = {
    "acl": ("ACL keywords", _acl),
    "cfg": ("configuration keywords", _cfg),
    "cli": ("CLI keywords", _nothing),
    "cnv": ("sample converter functions", _converters),
    "flt": ("filter names", _nothing),
    "smp": ("sample fetch functions", _fetches),
    "svc": ("service names", _nothing),
}

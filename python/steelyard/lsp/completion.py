"""What may come next at the cursor: by the section, the statement, and the place in it. Everything is read off the tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from steelyard.config.grammar import acls, actions, aliases, symbols
from steelyard.config.grammar.bind_options import BIND_OPTIONS
from steelyard.config.grammar.keywords import KEYWORDS
from steelyard.config.grammar.row import Row, Where
from steelyard.config.grammar.sections import SECTIONS
from steelyard.config.grammar.server_options import SERVER_OPTIONS
from steelyard.config.grammar.table import Table
from steelyard.config.grammar.types import MATCHER_TAKES
from steelyard.config.grammar.values import OneOf
from steelyard.config.index import Index
from steelyard.config.predicates import FEATURES, OPTIONS, PREDICATES
from steelyard.config.preprocess import DIRECTIVES
from steelyard.lsp.cursor import Cursor, as_words, said
from steelyard.lsp.proposals import Proposal, calls_at, doc_of, named

_CONDITION = frozenset({"if", "unless"})
# Statements with a condition that are no rule sets.
_CONDITIONAL = frozenset(
    {"use_backend", "use-server", "redirect", "monitor fail", "force-persist", "ignore-persist", "stats admin", "block"}
)
_FORMATS = frozenset({"log-format", "log-format-sd", "error-log-format", "unique-id-format"})
_FROM = ("frontend", "backend", "listen", "defaults")
_COUNTED = "track-sc"
_ACL_FLAGS = {"-i": "letters of either case", "-m": "match method", "-f": "patterns from a file", "-M": "the file is a map"}


def propose(cursor: Cursor, index: Index | None) -> list[Proposal]:
    """Proposals in the order of the tables; those that begin with what is typed first is for the editor to sort out."""
    found: dict[str, Proposal] = {}
    for each in _proposals(cursor, index or Index()):
        found.setdefault(each.label, each)
    return list(found.values())


def _proposals(cursor: Cursor, index: Index) -> Iterator[Proposal]:
    before = cursor.before
    if not before:
        yield from _first(cursor)
    elif before[0].startswith("."):
        yield from _directive(cursor)
    elif before[0] in SECTIONS:
        yield from _section_line(cursor, index)
    else:
        yield from _statement(cursor, index)


# --- the start of a line ------------------------------------------------------------------------------------------------------


def _first(cursor: Cursor) -> Iterator[Proposal]:
    if cursor.partial.startswith("."):
        yield from (Proposal(name, "directive", cursor.start) for name in DIRECTIVES)
        return
    yield from _next_words(cursor, "")
    if cursor.where is not None:
        yield Proposal("no", "word", cursor.start, "Takes a switch back, as in `no option httplog`.")
    yield from (Proposal(name, "section", cursor.start, section.doc) for name, section in SECTIONS.items() if section.open)


def _next_words(cursor: Cursor, typed: str) -> Iterator[Proposal]:
    """The next word of keywords that begin with the words typed; each word once, with the row where it ends one."""
    where = cursor.where
    if where is None:
        return
    negated = bool(cursor.before) and cursor.before[0] in ("no", "default")
    for name, row in KEYWORDS.at(where).items():
        if name.startswith(typed) and row.effect != "removed" and (row.negate or not negated):
            word, _, more = name[len(typed) :].partition(" ")
            doc = "" if more else row.doc
            yield Proposal(word, "family" if more else "keyword", cursor.start, doc, deprecated=bool(row.deprecated))


def _directive(cursor: Cursor) -> Iterator[Proposal]:
    if cursor.before[0] not in (".if", ".elif"):
        return
    lead, open_, inside = cursor.partial.rpartition("(")
    if open_ and ")" not in inside:
        predicate = lead.rpartition("!")[2]
        names: Iterable[str] = {"feature": FEATURES, "enabled": OPTIONS}.get(predicate, ())
        yield from (Proposal(name, "value", cursor.start + len(lead) + 1) for name in sorted(names))
        return
    at = cursor.start + len(cursor.partial) - len(cursor.partial.lstrip("!("))
    yield from (Proposal(name, "predicate", at) for name in PREDICATES)


def _section_line(cursor: Cursor, index: Index) -> Iterator[Proposal]:
    if cursor.before[0] not in _FROM:
        return
    if cursor.before[-1] == "from" and len(cursor.before) > 1:
        yield from named(index, "defaults", "", cursor.start)
    elif len(cursor.before) <= 2:
        yield Proposal("from", "word", cursor.start, "Names the defaults section to start with.")


# --- behind a keyword ---------------------------------------------------------------------------------------------------------


def _statement(cursor: Cursor, index: Index) -> Iterator[Proposal]:
    if cursor.before in (("no",), ("default",)):
        yield from _next_words(cursor, "")
        return
    line = said(as_words(cursor.before), cursor.section)
    words = [word.text for word in line.words[line.first :]]
    yield from _next_words(cursor, " ".join(words) + " ")
    row = line.row
    if row is None or len(line.words) < line.at or not _here(row, cursor):
        return
    args = [word.text for word in line.args]
    yield from _names(cursor, row, args, index)
    if row.name in actions.NAMES:
        yield from _rule(cursor, row.name, args, index)
    elif row.name in _CONDITIONAL:
        yield from _condition(cursor, row.name, args, index)
    elif row.name == "acl":
        yield from _test(cursor, "acl", args[1:], index) if args else named(index, "acl", cursor.scope, cursor.start)
    elif row.name == "bind" and args:
        yield from _options(cursor, BIND_OPTIONS, Where.BIND, args[1:], {}, index)
    elif row.name in ("server", "server-template") and len(args) >= (2 if row.name == "server" else 3):
        yield from _options(cursor, SERVER_OPTIONS, Where.SERVER, args, symbols.SERVER_WORDS, index)
    elif row.name == "default-server":
        yield from _options(cursor, SERVER_OPTIONS, Where.DEFAULT_SERVER, args, symbols.SERVER_WORDS, index)
    elif row.name in _FORMATS:
        yield from _format(cursor, row.name, index)
    else:
        yield from _values(cursor, row, len(args))
        if "%[" in cursor.partial:
            yield from _format(cursor, row.name, index)


def _here(row: Row, cursor: Cursor) -> bool:
    return cursor.where is not None and bool(row.where & cursor.where)


def _values(cursor: Cursor, row: Row, position: int) -> Iterator[Proposal]:
    kind = row.args[position] if position < len(row.args) else None
    if isinstance(kind, OneOf):
        yield from (Proposal(word, "value", cursor.start) for word in kind.words)
    yield from (Proposal(word, "value", cursor.start) for word in row.words if word not in cursor.before)


def _names(cursor: Cursor, row: Row, args: list[str], index: Index) -> Iterator[Proposal]:
    """Names that the tables of symbols expect here."""
    if not args and row.name in symbols.REFERS:
        kind = symbols.REFERS[row.name]
        yield from named(index, kind, cursor.name if kind == "server" else "", cursor.start)
    behind: Mapping[str, str] = symbols.BEHIND.get(row.name, {})
    if args and args[-1] in behind and not _CONDITION & set(args):
        kind = behind[args[-1]]
        yield from named(index, kind, cursor.scope if kind in symbols.LISTS else "", cursor.start)
    for prefix, kind in symbols.PREFIXED.get(row.name, {}).items():
        if not args and cursor.partial.startswith(prefix):
            yield from named(index, kind, "", cursor.start + len(prefix))


def _options(
    cursor: Cursor, table: Table, where: Where, args: list[str], names: Mapping[str, str], index: Index
) -> Iterator[Proposal]:
    rows = table.at(where)
    last = rows.get(args[-1]) if args else None
    if last is not None and last.args:
        if last.name in names:
            yield from (
                _servers(cursor, index) if names[last.name] == "server" else named(index, names[last.name], "", cursor.start)
            )
        elif isinstance(last.args[0], OneOf):
            yield from (Proposal(word, "value", cursor.start) for word in last.args[0].words)
        return
    for name, row in rows.items():
        if row.effect != "removed" and name not in args:
            yield Proposal(name, "option", cursor.start, row.doc, deprecated=bool(row.deprecated))


def _servers(cursor: Cursor, index: Index) -> Iterator[Proposal]:
    """Servers of this section, and of others as `backend/server`."""
    backend, slash, _ = cursor.partial.partition("/")
    if slash:
        yield from named(index, "server", backend, cursor.start + len(backend) + 1)
        return
    yield from named(index, "server", cursor.name, cursor.start)
    yield from named(index, "backend", "", cursor.start)


# --- rules, conditions, tests -------------------------------------------------------------------------------------------------


def _rule(cursor: Cursor, ruleset: str, args: list[str], index: Index) -> Iterator[Proposal]:
    if not args:
        partial, open_, _ = cursor.partial.partition("(")
        if open_:
            if partial in symbols.VARIABLES:
                yield from named(index, "variable", "", cursor.start + len(partial) + 1)
            return
        for name in actions.names(ruleset):
            bare = name.rstrip("*")
            numbers = ("0", "1", "2") if bare == _COUNTED else ("",)
            yield from (Proposal(bare + number, "action", cursor.start, doc_of("action", bare)) for number in numbers)
        return
    if _CONDITION & set(args):
        yield from _condition(cursor, ruleset, args, index)
        return
    if "%" in cursor.partial:
        yield from _format(cursor, ruleset, index)
        return
    bare = args[0].partition("(")[0]
    shape = next((actions.SHAPES[name] for name in (bare, f"{bare}*") if name in actions.SHAPES), None)
    if shape is not None:
        wanted = shape.args.split()
        kind = wanted[len(args) - 1].partition(":")[2] if len(args) <= len(wanted) else ""
        if "expr" in kind.split("|"):
            yield from calls_at(cursor, cursor.partial, cursor.start, ruleset, index)
        for word in (each.removeprefix("=") for each in kind.split("|") if each.startswith("=")):
            yield Proposal(word, "value", cursor.start)
        if kind == "level":
            yield from (Proposal(word, "value", cursor.start) for word in (*actions.LEVELS, actions.SILENT))
        yield from (Proposal(each.partition(":")[0], "word", cursor.start) for each in shape.options.split())
        readers: dict[str, Iterable[str]] = {
            "reply": actions.REPLY_WORDS,
            "redirect": (*actions.REDIRECT_KINDS, *actions.REDIRECT_WORDS),
        }
        if args[-1] not in readers.get(shape.reader, ()):
            yield from (Proposal(word, "word", cursor.start) for word in readers.get(shape.reader, ()))
        if kind:
            return
    yield from (Proposal(word, "word", cursor.start) for word in ("if", "unless"))


def _condition(cursor: Cursor, ruleset: str, args: list[str], index: Index) -> Iterator[Proposal]:
    start = next((at for at, word in enumerate(args) if word in _CONDITION), None)
    if start is None:
        if args or ruleset in ("monitor fail", "force-persist", "ignore-persist", "stats admin", "block"):
            yield from (Proposal(word, "word", cursor.start) for word in ("if", "unless"))
        return
    terms = args[start + 1 :]
    opened = max((at for at, word in enumerate(terms) if word.lstrip("!") == "{"), default=-1)
    if opened >= 0 and "}" not in terms[opened:]:
        yield from _test(cursor, ruleset, terms[opened + 1 :], index)
        return
    at = cursor.start + len(cursor.partial) - len(cursor.partial.lstrip("!"))
    yield from named(index, "acl", cursor.scope, at)
    yield from (Proposal(name, "acl", at, f"Stands for `{test}`.") for name, test in acls.PREDEFINED.items())
    yield Proposal("{", "word", at, "A test that stands here only: { path_beg /static }")
    if terms and terms[-1] not in ("or", "||"):
        yield Proposal("or", "word", cursor.start, "Another choice; tests beside each other must all be true.")


def _test(cursor: Cursor, ruleset: str, words: list[str], index: Index) -> Iterator[Proposal]:
    if not words:
        yield from calls_at(cursor, cursor.partial, cursor.start, ruleset, index, test=True)
    elif words[-1] == "-m":
        yield from (Proposal(method, "value", cursor.start) for method in MATCHER_TAKES)
    elif all(word.startswith("-") for word in words[1:]):
        yield from (Proposal(flag, "word", cursor.start, doc) for flag, doc in _ACL_FLAGS.items())


def _format(cursor: Cursor, ruleset: str, index: Index) -> Iterator[Proposal]:
    """Inside a log format: an alias behind `%`, an expression behind `%[`."""
    text = cursor.partial
    open_ = text.rfind("%[")
    if open_ >= 0 and "]" not in text[open_:]:
        yield from calls_at(cursor, text[open_ + 2 :], cursor.start + open_ + 2, ruleset, index)
        return
    percent = text.rfind("%")
    if percent >= 0:
        at = percent + 1
        if text[at : at + 1] == "{":
            at = text.find("}", at) + 1
        if at > percent and text[at:].isalpha() | (not text[at:]):
            yield from (Proposal(name, "alias", cursor.start + at, doc_of("log alias", f"%{name}")) for name in aliases.rows())

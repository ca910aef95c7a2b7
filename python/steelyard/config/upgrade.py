"""Files of 1.8 and older in today's words: the translations are `Row.today` and the names of fetches, the rest stays as it is.

What was valid is read again after the change. A line whose new words would not mean the same stays as it was, and that is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from steelyard.config.compare import same_meaning
from steelyard.config.expr import Call
from steelyard.config.grammar.bind_options import BIND_OPTIONS
from steelyard.config.grammar.keywords import KEYWORDS
from steelyard.config.grammar.renames import DEPRECATED
from steelyard.config.grammar.row import Row, Where
from steelyard.config.grammar.sections import old_bind
from steelyard.config.grammar.server_options import SERVER_OPTIONS
from steelyard.config.grammar.today import made
from steelyard.config.layout import LaidLine, lay_out
from steelyard.config.lexer import tokenize
from steelyard.config.model import Bind, Config, Said
from steelyard.config.quote import quote
from steelyard.config.read import read_files
from steelyard.config.rules.scan import name_end
from steelyard.config.source import RawFile
from steelyard.config.span import Span, Word, run_of
from steelyard.config.visit import nodes
from steelyard.diagnostics.diagnostic import Report

_ONE_BY_ONE = 200
"""Changes that are tried one by one when all of them together change the meaning."""


@dataclass(frozen=True, slots=True)
class Change:
    """New lines for one line. `above`, `below`: where order counts, they stand above or below the line of that number instead."""

    file: int
    number: int
    lines: tuple[str, ...]
    name: str
    span: Span
    today: tuple[str, ...] = ()
    turn: int = 1
    above: int = 0
    below: int = 0


@dataclass(slots=True)
class Upgraded:
    """The texts, one for each file, and what could not be rewritten. `compared`: the meaning was compared and is the same."""

    texts: list[str] = field(default_factory=list)
    report: Report = field(default_factory=Report)
    compared: bool = False


def upgrade(files: Sequence[RawFile], environ: Mapping[str, str] | None = None) -> Upgraded:
    """Files that are one configuration, in order."""
    result = Upgraded()
    config, _ = read_files(files, environ=environ, language=True, look_up=False)
    named = [RawFile(raw.name, text) for raw, text in zip(files, _fetch_names(files, config))]
    changes = [change for index, raw in enumerate(named) for change in _changes(index, raw, result.report)]
    if config is not None:
        changes = _kept(named, changes, config, environ, result.report)
        result.compared = True
    result.texts = _apply(named, changes)
    return result


def _kept(
    files: Sequence[RawFile], changes: list[Change], before: Config, environ: Mapping[str, str] | None, report: Report
) -> list[Change]:
    """The changes that leave the meaning as it is."""
    names = frozenset(name for change in changes for name in (change.name, *change.today))

    def same(some: list[Change]) -> bool:
        texts = [RawFile(raw.name, text) for raw, text in zip(files, _apply(files, some))]
        after, _ = read_files(texts, environ=environ, language=True, look_up=False)
        return after is not None and same_meaning(_without(before, names), _without(after, names))

    if not changes or same(changes):
        return changes
    good: list[Change] = []
    for change in changes[:_ONE_BY_ONE]:
        if same([*good, change]):
            good.append(change)
        else:
            _stays(report, change.name, change.span, "its new words would not mean the same here, write them by hand")
    for change in changes[_ONE_BY_ONE:]:
        _stays(report, change.name, change.span, "too many lines have to be looked at one by one; run again")
    return good


def _without(config: Config, names: frozenset[str]) -> Config:
    """Words without an effect, which are kept as they were said, may go."""

    def left(others: tuple[Said, ...]) -> tuple[Said, ...]:
        return tuple(said for said in others if said.name not in names)

    def binds(some: tuple[Bind, ...]) -> tuple[Bind, ...]:
        return tuple(replace(bind, others=left(bind.others)) for bind in some)

    proxies = tuple(replace(proxy, others=left(proxy.others), binds=binds(proxy.binds)) for proxy in config.proxies)
    one_process = None if config.global_.nbproc == 1 else config.global_.nbproc
    sockets = binds(config.global_.stats_sockets)
    global_ = replace(config.global_, others=left(config.global_.others), nbproc=one_process, stats_sockets=sockets)
    return replace(config, global_=global_, proxies=proxies)


def _stays(report: Report, name: str, span: Span, help: str) -> None:
    report.notice("SY0112", f"'{name}' stays as it is", span, help=help)


# --- lines --------------------------------------------------------------------------------------------------------------------


def _changes(index: int, raw: RawFile, report: Report) -> Iterable[Change]:
    where: Where | None = None
    part: list[_Line] = []  # lines whose order among each other can be changed: of one section, without a directive between
    for line in lay_out(raw.text, raw.name):
        if line.kind in ("section", "directive") or not line.ending:
            yield from _in_order(part)
            part = []
        if line.kind == "section":
            where = Where.__members__.get(line.words[0].text.replace("-", "_").upper())
            yield from _old_bind(index, line, report)
        elif line.kind == "statement" and where is not None:
            part.append(_line(index, line, where, report))
    yield from _in_order(part)


def _old_bind(index: int, line: LaidLine, report: Report) -> Iterable[Change]:
    """`listen <name> <address>` becomes two lines."""
    bind = old_bind(line.words)
    if not bind:
        return
    lines = [line.words[:2], bind]
    if _variables_kept(line, line.words, lines):
        typed = (_typed(line, lines[0]), "    " + _typed(line, bind))
        yield Change(index, line.number, typed, "bind", run_of(line.words))
    else:
        _stays(report, line.words[0].text, run_of(line.words), f"write 'bind {bind[1]}' below it")


_TURNS = {"block_rules": 0, "rules": 1, "old_rules": 2, "last_rules": 3}
"""Rules of a set take turns, wherever their lines stand: those of old come before or after those of today."""


@dataclass(frozen=True, slots=True)
class _Line:
    """`rules`: the rule set that it is, or will be, a line of. `turn`: see above."""

    number: int
    change: Change | None = None
    rules: str = ""
    turn: int = 1


def _in_order(part: Sequence[_Line]) -> Iterable[Change]:
    """Lines that become rules of today are put where their turn was."""
    for line in part:
        if line.change is None:
            continue
        mine = [each for each in part if line.rules and each.rules == line.rules]
        before = [each.number for each in mine if each.number < line.number and each.turn > line.turn]
        after = [each.number for each in mine if each.number > line.number and each.turn < line.turn]
        if before and line.turn == 0:
            yield replace(line.change, above=before[0])
        elif after and line.turn > 1:
            yield replace(line.change, below=after[-1], turn=line.turn)
        else:
            yield line.change


def _line(index: int, line: LaidLine, where: Where, report: Report) -> _Line:
    prefix, words = _prefix(line.words)
    rows, count = KEYWORDS.find(words)
    row = KEYWORDS.at(where).get(rows[0].name) if rows else None
    if row is None:
        return _Line(line.number)
    group, _, name = row.sets.partition(".")
    rules = "" if group not in _TURNS else name or "http-request"
    return _Line(line.number, _change(index, line, prefix, words[:count], words, row, where, report), rules, _TURNS.get(group, 1))


def _change(
    index: int,
    line: LaidLine,
    prefix: str,
    name: Sequence[Word],
    words: Sequence[Word],
    row: Row,
    where: Where,
    report: Report,
) -> Change | None:
    span = run_of(name)
    if row.name in _OPTIONS:
        return _options(index, line, words, row.name, report)
    if row.today is None:
        if row.removed or row.deprecated:
            _stays(report, row.name, span, row.instead)
        return None
    lines = row.today(words)
    if lines is None or not _variables_kept(line, words, lines):
        _stays(report, row.name, span, row.instead)
        return None
    if [list(words)] == lines:
        return None
    typed = tuple(_typed(line, [*made(prefix, words[0]), *new]) for new in lines)
    return Change(index, line.number, typed, row.name, span, _without_effect(lines, where))


_OPTIONS = {
    "bind": (BIND_OPTIONS, 2),
    "stats socket": (BIND_OPTIONS, 3),
    "server": (SERVER_OPTIONS, 3),
    "server-template": (SERVER_OPTIONS, 4),
    "default-server": (SERVER_OPTIONS, 1),
}
"""Words with options behind them, and where these begin."""


def _options(index: int, line: LaidLine, words: Sequence[Word], name: str, report: Report) -> Change | None:
    """Old options of a line, each with its arguments, in today's."""
    table, at = _OPTIONS[name]
    new, old, today = list(words[:at]), "", []
    while at < len(words):
        rows = table.by_name.get(words[at].text.partition("(")[0], ())
        end = at + 1 + (len(rows[0].args) if rows else 0)
        option = words[at:end]
        lines = rows[0].today(option) if rows and rows[0].today is not None and len(option) == 1 + len(rows[0].args) else None
        if lines is not None and _variables_kept(line, option, lines):
            old = old or rows[0].name
            today += [row[0].text for row in lines if row]
            option = [word for row in lines for word in row]
        elif rows and (rows[0].removed or rows[0].deprecated):
            _stays(report, rows[0].name, words[at].span, rows[0].instead)
        new += option
        at = end
    typed = (_typed(line, new),)
    return Change(index, line.number, typed, old, run_of(words), tuple(today)) if old else None


def _without_effect(lines: Sequence[Sequence[Word]], where: Where) -> tuple[str, ...]:
    """Names of the new words that the model keeps only as they were said, and that change nothing."""
    found = [KEYWORDS.find(line)[0] for line in lines]
    known = [KEYWORDS.at(where).get(rows[0].name) for rows in found if rows]
    return tuple(row.name for row in known if row is not None and row.effect == "accepted")


def _prefix(words: Sequence[Word]) -> tuple[str, Sequence[Word]]:
    if words[0].text in ("no", "default") and len(words) > 1:
        return words[0].text, words[1:]
    return "", words


def _variables_kept(line: LaidLine, old: Sequence[Word], new: Sequence[Sequence[Word]]) -> bool:
    """What a variable holds is not known, so words with one must be carried over as they are."""
    if "$" not in line.raw:
        return True
    other, _ = tokenize(line.raw, "", line.number, lambda name: f"${name}?")
    with_variable = {a.span for a, b in zip(line.words, other, strict=False) if a.text != b.text}
    carried = {id(word) for words in new for word in words}
    return all(id(word) in carried for word in old if word.span in with_variable)


def _typed(line: LaidLine, words: Sequence[Word]) -> str:
    """Words that were there keep their quotes and the blanks in front of them."""
    out = ""
    places = {id(word): index for index, word in enumerate(line.words)}
    for word in words:
        index = places.get(id(word))
        gap = " "
        if index:
            before = line.words[index - 1].span
            gap = line.raw[before.column + before.length - 1 : word.span.column - 1]
        typed = quote(word.text) if index is None else line.typed_word(word)
        # A backslash at the end would escape a blank behind it.
        out += (gap if out else "") + (quote(word.text) if typed.endswith("\\") else typed)
    return out


def _apply(files: Sequence[RawFile], changes: Sequence[Change]) -> list[str]:
    return [
        _rewritten(raw, [change for change in changes if change.file == index]) if changes else raw.text
        for index, raw in enumerate(files)
    ]


def _rewritten(raw: RawFile, changes: Sequence[Change]) -> str:
    at = {change.number: change for change in changes}
    above: dict[int, list[Change]] = {}
    below: dict[int, list[Change]] = {}
    for change in changes:
        if change.above:
            above.setdefault(change.above, []).append(change)
        elif change.below:
            below.setdefault(change.below, []).append(change)
    lines = lay_out(raw.text, raw.name)
    out: list[str] = []
    for line in lines:
        out += [_replaced(lines[moved.number - 1], moved.lines) for moved in above.get(line.number, ())]
        here = at.get(line.number)
        if here is None:
            out.append(line.raw + line.ending)
        elif not here.above and not here.below:
            out.append(_replaced(line, here.lines))
        if here is None or not here.below:
            out += _below(lines, line.number, below)
    return "".join(out)


def _below(lines: Sequence[LaidLine], number: int, below: Mapping[int, Sequence[Change]]) -> list[str]:
    """What was put below a line, and below what was put there."""
    out: list[str] = []
    for moved in sorted(below.get(number, ()), key=lambda change: (change.turn, change.number)):
        out += [_replaced(lines[moved.number - 1], moved.lines), *_below(lines, moved.number, below)]
    return out


def _replaced(line: LaidLine, new: Sequence[str]) -> str:
    """The comment of the line stays with the first of the new ones."""
    indent = line.raw[: line.indent]
    last = line.words[-1].span
    rest = line.raw[last.column + last.length - 1 :]
    if not new:
        return f"{indent}{line.tail}{line.ending}" if line.tail else ""
    texts = [f"{indent}{text}" for text in new]
    texts[0] += rest
    return "".join(text + (line.ending or "\n") for text in texts[:-1]) + texts[-1] + line.ending


# --- fetches ------------------------------------------------------------------------------------------------------------------


def _fetch_names(files: Sequence[RawFile], config: Config | None) -> list[str]:
    """The texts with names of fetches that are aliases of old in today's."""
    if config is None:
        return [raw.text for raw in files]
    wanted: dict[tuple[str, int], dict[int, tuple[str, str]]] = {}
    by_name = {raw.name: raw.text.split("\n") for raw in files}
    for call in nodes(config, Call):
        span = call.span
        lines = by_name.get(span.file)
        if lines is None or not 0 < span.line <= len(lines):
            continue
        line = lines[span.line - 1]
        name = line[span.column - 1 : name_end(line, span.column - 1)]
        if name in DEPRECATED and name != call.name:
            wanted.setdefault((span.file, span.line), {})[span.column - 1] = (name, call.name)
    for (file, number), names in wanted.items():
        text = by_name[file][number - 1]
        for at in sorted(names, reverse=True):
            old, new = names[at]
            text = text[:at] + new + text[at + len(old) :]
        by_name[file][number - 1] = text
    return ["\n".join(by_name[raw.name]) for raw in files]

"""What to say of the word under the pointer: the documentation of its row, or what the file says of a name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from steelyard.config import reference
from steelyard.config.grammar import aliases, calls
from steelyard.config.grammar.acls import PREDEFINED
from steelyard.config.grammar.acls import rows as acl_rows
from steelyard.config.grammar.actions import NAMES as RULESETS
from steelyard.config.grammar.actions import names as actions_of
from steelyard.config.grammar.sections import SECTIONS
from steelyard.config.index import Occurrence
from steelyard.config.reference import EFFECTS, Entry
from steelyard.config.rules.scan import name_end
from steelyard.config.span import Word
from steelyard.lsp.analysis import Analysis
from steelyard.lsp.cursor import Said, said_on

_OPTIONS = {"bind": "bind option"} | dict.fromkeys(("server", "default-server", "server-template"), "server option")


def hover(analysis: Analysis, line: int, column: int) -> str:
    """Markdown for a place of the file (from 0); empty where there is nothing to say."""
    text = analysis.lines[line] if line < len(analysis.lines) else ""
    name = analysis.named_at(line, column)
    if name is not None:
        return about(analysis, name)
    section, _ = analysis.section(line)
    said = said_on(text, section)
    for index, word in enumerate(said.words):
        start = word.span.column - 1
        if start <= column <= start + word.span.length:
            return "\n\n---\n\n".join(markdown(entry) for entry in _entries(said, index, word, column - start))
    return ""


def about(analysis: Analysis, name: Occurrence) -> str:
    """A name of the file: what it is, the line that defines it, how often it is used."""
    symbol = name.symbol
    places = analysis.index.places(symbol)
    defined = [each for each in places if each.defines]
    used = len(places) - len(defined)
    kind = defined[0].symbol.kind if defined else symbol.kind
    title = f"**{kind} {symbol.name}**" + (f" of {symbol.scope}" if symbol.scope and kind != "variable" else "")
    lines = [title]
    if kind == "acl" and not defined and symbol.name in PREDEFINED:
        lines = [f"**ACL {symbol.name}**, always there: `{PREDEFINED[symbol.name]}`"]
    elif not defined:
        lines.append("is not defined in this file")
    else:
        span = defined[0].span
        source = analysis.line(span.file, span.line).strip()
        lines.append(f"```haproxy\n{source}\n```")
        where = "" if span.file == analysis.name else f" of {span.file}"
        lines.append(f"line {span.line}{where}, used {used} time{'' if used == 1 else 's'}")
    return "\n\n".join(lines)


def markdown(entry: Entry) -> str:
    lines = [f"```haproxy\n{entry.usage}\n```", entry.doc]
    if entry.valid:
        lines.append(f"Valid in: {', '.join(entry.valid)}.")
    lines += entry.notes
    if entry.effect != "supported":
        lines.append(f"**Here:** {EFFECTS[entry.effect]}.")
    return "\n\n".join(lines)


def _entries(said: Said, index: int, word: Word, offset: int) -> Sequence[Entry]:
    if index == 0 and word.text in SECTIONS:
        return _of("section", word.text)
    if said.row is None:
        return ()
    row = said.row
    if said.first <= index < said.at:
        kinds = ("option" if row.name.startswith("option ") else "keyword",)
        found = [each for kind in kinds for each in _of(kind, row.name) if each.doc == row.doc]
        return found[:1]
    if row.name in RULESETS and index == said.at:
        bare = word.text.partition("(")[0]
        name = next((each for each in actions_of(row.name) if each.rstrip("*") == bare), "")
        return _of("action", name.rstrip("*")) if name else ()
    if row.name in _OPTIONS:
        return _of(_OPTIONS[row.name], word.text)
    return _inside(word.text, offset)


def _inside(text: str, offset: int) -> Sequence[Entry]:
    """The fetch, converter or log alias at a character of a word."""
    quoted = 1 if text and offset > len(text) else 0
    at = min(offset - quoted, len(text))
    start = at
    while start > 0 and name_end(text, start - 1) > start - 1:
        start -= 1
    name = text[start : name_end(text, start)]
    if not name:
        return ()
    before = text[:start]
    if before.endswith("%") or (before.endswith("}") and "%{" in before):
        alias = next((name[:end] for end in range(len(name), 0, -1) if name[:end] in aliases.rows()), "")
        return _of("log alias", f"%{alias}") if alias else ()
    if before.endswith(",") and name in calls.converter_rows():
        return _of("converter", name)
    if name in calls.fetch_rows():
        return _of("fetch", name)
    return _of("ACL word", name) if name in acl_rows() else ()


def _of(kind: str, name: str) -> list[Entry]:
    key = name if kind == "log alias" else name.lower()
    found: Iterable[Entry] = reference.by_name().get(key, ())
    return [entry for entry in found if entry.kind == kind]

"""One thing that may come next, and two kinds that many places share: names of the file, and fetches with their converters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from steelyard.config import reference
from steelyard.config.grammar import calls, places, symbols
from steelyard.config.grammar.acls import rows as acl_rows
from steelyard.config.index import Index
from steelyard.lsp.cursor import Cursor
from steelyard.lsp.expressions import fits, spot_in


@dataclass(frozen=True, slots=True)
class Proposal:
    """`start`: the character of the line (from 0) where the label goes, up to the cursor. `kind`: as `completion` calls it."""

    label: str
    kind: str
    start: int
    doc: str = ""
    detail: str = ""
    deprecated: bool = False


def named(index: Index, kind: str, scope: str, start: int) -> Iterator[Proposal]:
    """Names that the file defines."""
    for name in index.names(kind, scope):
        yield Proposal(name, kind, start, detail=kind)


def calls_at(cursor: Cursor, text: str, start: int, ruleset: str, index: Index, *, test: bool = False) -> Iterator[Proposal]:
    """Fetches, converters, or names as their arguments, at the end of an expression. `test`: short forms of ACLs too."""
    spot = spot_in(text)
    at = start + len(text) - len(spot.partial)
    if spot.done:
        return
    if spot.row is not None:
        kind = spot.row.args[spot.argument].kind if spot.argument < len(spot.row.args) else ""
        yield from _arguments(cursor, symbols.ARGUMENTS.get(kind, ""), spot.partial, at, index)
    elif spot.type:
        for name, converter in calls.converter_rows().items():
            if fits(converter, spot.type):
                yield Proposal(name, "converter", at, doc_of("converter", name), f"{converter.input} → {converter.output}")
    else:
        here = places.mask(cursor.section, ruleset)
        for name, row in calls.fetch_rows().items():
            if not here or row.places & here:
                yield Proposal(name, "fetch", at, doc_of("fetch", name), row.output)
        for name, (fetch, method) in acl_rows().items() if test else ():
            meant = calls.fetch_rows().get(fetch)
            if name not in calls.fetch_rows() and (not here or meant is None or meant.places & here):
                yield Proposal(name, "fetch", at, f"Short for `{fetch} -m {method}`.", "acl")


def _arguments(cursor: Cursor, kind: str, partial: str, at: int, index: Index) -> Iterator[Proposal]:
    if kind == "server":
        backend, slash, _ = partial.partition("/")
        if slash:
            yield from named(index, "server", backend, at + len(backend) + 1)
        else:
            yield from named(index, "server", cursor.name, at)
            yield from named(index, "backend", "", at)
    elif kind:
        yield from named(index, kind, "", at)


def doc_of(kind: str, name: str) -> str:
    """The sentence about a word of a kind (`reference.KINDS`)."""
    key = name if kind == "log alias" else name.lower()
    return next((entry.doc for entry in reference.by_name().get(key, ()) if entry.kind == kind), "")

"""Another name for something: where it stands, and why it can't be given."""

from __future__ import annotations

from dataclasses import dataclass

from steelyard.config.grammar.values import NAME
from steelyard.config.index import Occurrence, Symbol
from steelyard.config.rules.names import acl_name_problem, variable
from steelyard.config.span import Span
from steelyard.lsp.analysis import Analysis


class RenameError(ValueError):
    """Why it can't be renamed; the text is for the user."""


@dataclass(frozen=True, slots=True)
class Change:
    span: Span
    text: str


def renamable(analysis: Analysis, line: int, column: int) -> Occurrence | None:
    """The name at a place (from 0), where it is one that the file defines and that can be written anew."""
    found = analysis.named_at(line, column)
    if found is None or not found.exact or not analysis.index.definitions(found.symbol):
        return None
    return found if analysis.typed(found.span) == found.symbol.name else None


def rename(analysis: Analysis, line: int, column: int, name: str) -> list[Change]:
    """Changes for the definition and all uses. Raises RenameError."""
    found = renamable(analysis, line, column)
    if found is None:
        raise RenameError("there is no name here that the file defines")
    symbol = found.symbol
    if name == symbol.name:
        return []
    _judge(analysis, symbol, name)
    changes: dict[Span, Change] = {}
    for each in analysis.index.places(symbol):
        if not each.exact or analysis.typed(each.span) != symbol.name:
            raise RenameError(
                f"line {each.span.line} makes the name '{symbol.name}' from quotes or variables; change it by hand first"
            )
        changes[each.span] = Change(each.span, name)
    return sorted(changes.values(), key=lambda change: (change.span.file, change.span.line, change.span.column))


def _judge(analysis: Analysis, symbol: Symbol, name: str) -> None:
    if symbol.kind == "variable":
        problem = variable(name)
        if isinstance(problem, str):
            raise RenameError(problem)
    elif not NAME.match(name):
        raise RenameError(f"'{name}' is no name: letters, digits, '-', '_', '.' and ':' may stand in it")
    elif symbol.kind == "acl" and acl_name_problem(name):
        raise RenameError(acl_name_problem(name))
    for one in analysis.index.meanings(symbol):
        if analysis.index.definitions(Symbol(one.kind, name, one.scope)):
            raise RenameError(f"there is another {one.kind} named '{name}'")

"""Values of the other modules as the protocol's, and its places as ours. Lines and characters of the protocol count from 0, and a
character is a unit of UTF-16 (or of what the editor has asked for).
"""

from __future__ import annotations

from collections.abc import Sequence

from lsprotocol import types
from pygls.uris import from_fs_path, to_fs_path
from pygls.workspace import PositionCodec

from steelyard.config.span import Span
from steelyard.diagnostics.diagnostic import Diagnostic, Severity
from steelyard.lsp.analysis import Analysis
from steelyard.lsp.fixes import Fix
from steelyard.lsp.outline import Item
from steelyard.lsp.proposals import Proposal

SOURCE = "steelyard"
_SEVERITIES = {
    Severity.ALERT: types.DiagnosticSeverity.Error,
    Severity.LATER: types.DiagnosticSeverity.Warning,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.NOTICE: types.DiagnosticSeverity.Information,
}
_TAGS = {
    "SY0105": types.DiagnosticTag.Deprecated,
    "SY0111": types.DiagnosticTag.Unnecessary,
    "SY0112": types.DiagnosticTag.Deprecated,
    "SY0114": types.DiagnosticTag.Unnecessary,
    "SY0716": types.DiagnosticTag.Unnecessary,
}
_KINDS = {
    "acl": types.CompletionItemKind.Variable,
    "action": types.CompletionItemKind.Function,
    "alias": types.CompletionItemKind.Constant,
    "backend": types.CompletionItemKind.Class,
    "converter": types.CompletionItemKind.Method,
    "defaults": types.CompletionItemKind.Class,
    "directive": types.CompletionItemKind.Keyword,
    "family": types.CompletionItemKind.Keyword,
    "fetch": types.CompletionItemKind.Function,
    "keyword": types.CompletionItemKind.Keyword,
    "option": types.CompletionItemKind.Property,
    "predicate": types.CompletionItemKind.Function,
    "section": types.CompletionItemKind.Module,
    "server": types.CompletionItemKind.Field,
    "value": types.CompletionItemKind.EnumMember,
    "variable": types.CompletionItemKind.Variable,
    "word": types.CompletionItemKind.Keyword,
}
_SYMBOLS = {
    "acl": types.SymbolKind.Boolean,
    "backend": types.SymbolKind.Class,
    "bind": types.SymbolKind.Interface,
    "defaults": types.SymbolKind.Constructor,
    "frontend": types.SymbolKind.Class,
    "listen": types.SymbolKind.Class,
    "server": types.SymbolKind.Field,
    "table": types.SymbolKind.Array,
    "use": types.SymbolKind.Event,
    "user": types.SymbolKind.Key,
}


def name_of(uri: str) -> str:
    """What a file is called in messages and spans: its path, or the whole URI where it is not on a disk."""
    return (to_fs_path(uri) if uri.startswith("file:") else None) or uri


def uri_of(name: str) -> str:
    return name if "://" in name or name.startswith("untitled:") else from_fs_path(name) or name


class Places:
    """Places of the files of one analysis in the units of the editor."""

    def __init__(self, analysis: Analysis, codec: PositionCodec) -> None:
        self.analysis = analysis
        self.codec = codec

    def column(self, position: types.Position) -> int:
        """The character of a line of the file itself, from 0."""
        lines = self.analysis.lines
        return column_of(lines[position.line] if position.line < len(lines) else "", position.character, self.codec)

    def at(self, file: str, line: int, column: int) -> types.Position:
        """`line` and `column` from 0."""
        text = self.analysis.line(file, line + 1)
        return types.Position(line, self.codec.client_num_units(text[: max(0, column)]))

    def range(self, span: Span) -> types.Range:
        if not span.file:
            return types.Range(types.Position(0, 0), types.Position(0, 0))
        start, line = span.column - 1, span.line - 1
        return types.Range(self.at(span.file, line, start), self.at(span.file, line, start + span.length))

    def here(self, line: int, start: int, end: int) -> types.Range:
        """Characters of a line of the file itself."""
        name = self.analysis.name
        return types.Range(self.at(name, line, start), self.at(name, line, end))

    def location(self, span: Span) -> types.Location:
        return types.Location(uri_of(span.file), self.range(span))

    def lines(self, first: int, last: int) -> types.Range:
        """Whole lines of the file itself."""
        name = self.analysis.name
        return types.Range(types.Position(first, 0), self.at(name, last, len(self.analysis.line(name, last + 1))))


def column_of(text: str, units: int, codec: PositionCodec) -> int:
    """The index of the character that starts at so many units, or of the one that they cut in two."""
    if text.isascii():
        return min(units, len(text))
    seen = 0
    for index, char in enumerate(text):
        if seen >= units:
            return index
        seen += codec.client_num_units(char)
    return len(text)


def diagnostic(item: Diagnostic, places: Places) -> types.Diagnostic:
    labels = [label for label in item.labels if label.span.file]
    related = [types.DiagnosticRelatedInformation(places.location(label.span), label.text) for label in labels]
    return types.Diagnostic(
        range=places.range(item.span),
        message=printable(f"{item.message}\n{item.help}" if item.help else item.message),
        severity=_SEVERITIES[places.analysis.severity(item)],
        code=item.code,
        source=SOURCE,
        tags=[_TAGS[item.code]] if item.code in _TAGS else None,
        related_information=related or None,
    )


def printable(text: str) -> str:
    """Lone surrogates, which stand for bytes that are not UTF-8, can't be sent."""
    return text.encode("utf-8", "replace").decode()


def completion(proposal: Proposal, order: int, place: types.Range) -> types.CompletionItem:
    return types.CompletionItem(
        label=proposal.label,
        kind=_KINDS.get(proposal.kind, types.CompletionItemKind.Reference),
        detail=proposal.detail or None,
        documentation=types.MarkupContent(types.MarkupKind.Markdown, proposal.doc) if proposal.doc else None,
        sort_text=f"{order:05}",
        filter_text=proposal.label,
        text_edit=types.TextEdit(place, proposal.label),
        tags=[types.CompletionItemTag.Deprecated] if proposal.deprecated else None,
    )


def symbols(items: Sequence[Item], places: Places) -> list[types.DocumentSymbol]:
    return [
        types.DocumentSymbol(
            name=printable(item.name),
            kind=_SYMBOLS.get(item.kind, types.SymbolKind.Module),
            range=places.lines(item.line, item.end),
            selection_range=places.here(item.line, item.column, item.column + item.length),
            detail=printable(item.detail) or None,
            children=symbols(item.children, places) or None,
        )
        for item in items
    ]


def action(fix: Fix, shown: types.Diagnostic, places: Places) -> types.CodeAction:
    edit = types.TextEdit(places.range(fix.span), fix.text)
    return types.CodeAction(
        title=fix.title,
        kind=types.CodeActionKind.QuickFix,
        diagnostics=[shown],
        is_preferred=True,
        edit=types.WorkspaceEdit(changes={uri_of(fix.span.file): [edit]}),
    )

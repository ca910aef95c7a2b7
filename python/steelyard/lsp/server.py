"""The server: pygls and the protocol on one side, the other modules of this room on the other.

Files are read in one thread of their own, a moment after the last key, so that the server keeps answering; a question that
depends on names waits until the text it is about has been read.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import NamedTuple, TypeVar

from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams
from pygls.lsp.server import LanguageServer

from steelyard import __version__
from steelyard.config.fmt import format_text
from steelyard.config.include import find
from steelyard.config.span import NOWHERE, Span, Word
from steelyard.diagnostics.diagnostic import Report
from steelyard.lsp import protocol
from steelyard.lsp.analysis import Analysis
from steelyard.lsp.completion import propose
from steelyard.lsp.cursor import cursor_at, said_on
from steelyard.lsp.desk import Desk
from steelyard.lsp.fixes import fix_of
from steelyard.lsp.hover import hover
from steelyard.lsp.outline import folds, outline
from steelyard.lsp.protocol import Places, name_of, uri_of
from steelyard.lsp.rename import RenameError, renamable, rename

T = TypeVar("T")

QUIET = 0.2
"""Seconds without a key before a file is read."""

PATIENCE = 3.0
"""Seconds at most, for files whose reading takes long."""

_TRIGGERS = [" ", ".", "%", "[", ",", "(", "{", "!", "/"]


class Here(NamedTuple):
    """A place in a file. `line` counts from 0, `column` from 0 in characters."""

    analysis: Analysis
    places: Places
    line: int
    column: int


class Server(LanguageServer):
    """One editor's server."""

    def __init__(self) -> None:
        super().__init__("steelyard", __version__, text_document_sync_kind=types.TextDocumentSyncKind.Full)
        self.desk = Desk()
        self._reader = ThreadPoolExecutor(max_workers=1, thread_name_prefix="reader")
        self._waiting: dict[str, asyncio.TimerHandle] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._shown: dict[str, set[str]] = {}
        self._took = 0.0

    # --- reading --------------------------------------------------------------------------------------------------------------

    def changed(self, uri: str) -> None:
        """A text is new: it is read when the keys are quiet."""
        document = self.workspace.get_text_document(uri)
        name = name_of(uri)
        self.desk.put(name, document.source, document.version)
        self.later(self.desk.root(name))

    def later(self, root: str) -> None:
        waiting = self._waiting.pop(root, None)
        if waiting is not None:
            waiting.cancel()
        delay = min(PATIENCE, max(QUIET, 2 * self._took))
        self._waiting[root] = asyncio.get_running_loop().call_later(delay, self._start, root)

    def _start(self, root: str) -> None:
        self._waiting.pop(root, None)
        task = asyncio.get_running_loop().create_task(self.read(root))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def read(self, root: str) -> None:
        """Reads a file and shows what is wrong, unless it was closed or has changed again meanwhile."""
        if root not in self.desk.open:
            return
        started = time.monotonic()
        analysis = await self.aside(self.desk.read, root)
        self._took = time.monotonic() - started
        if self._current(analysis):
            self.desk.keep(analysis)
            self.show(analysis)
            advice = await self.aside(analysis.advised)
            if advice and self._current(analysis) and self.desk.analyses.get(root) is analysis:
                advised = replace(analysis, advice=advice)
                self.desk.keep(advised)
                self.show(advised)

    def _current(self, analysis: Analysis) -> bool:
        held = self.desk.open.get(analysis.name)
        return held is not None and held.text == analysis.text

    async def aside(self, work: Callable[..., T], *args: object) -> T:
        """Work in the thread that reads."""
        return await asyncio.get_running_loop().run_in_executor(self._reader, work, *args)

    async def fresh(self, uri: str) -> Analysis | None:
        """What is known of a file as it is now."""
        name = name_of(uri)
        for _ in range(3):  # it may change while it is read
            root = self.desk.root(name)
            if not self.desk.stale(root):
                break
            waiting = self._waiting.pop(root, None)
            if waiting is not None:
                waiting.cancel()
            await self.read(root)
        return self.desk.view(name)

    async def where(self, uri: str, position: types.Position) -> Here | None:
        """The place that a question is about, in a file as it is now."""
        analysis = await self.fresh(uri)
        if analysis is None:
            return None
        places = self.places(analysis)
        return Here(analysis, places, position.line, places.column(position))

    def close(self, uri: str) -> None:
        name = name_of(uri)
        root = self.desk.root(name)
        self.desk.close(name)
        waiting = self._waiting.pop(name, None)
        if waiting is not None:
            waiting.cancel()
        for each in self._shown.pop(name, set()):
            self._publish(each, [])
        if root != name:
            self.later(root)

    def stop(self) -> None:
        self._reader.shutdown(wait=False, cancel_futures=True)

    # --- what is wrong --------------------------------------------------------------------------------------------------------

    def show(self, analysis: Analysis) -> None:
        """Messages of all files that were read; files without any are cleared."""
        places = self.places(analysis)
        found: dict[str, list[types.Diagnostic]] = {uri_of(self._as_open(file)): [] for file in analysis.files}
        for item in (*analysis.report, *analysis.advice):
            file = self._as_open(item.span.file or analysis.name)
            found.setdefault(uri_of(file), []).append(protocol.diagnostic(item, places))
        for gone in self._shown.get(analysis.name, set()) - set(found):
            self._publish(gone, [])
        self._shown[analysis.name] = set(found)
        for uri, items in found.items():
            self._publish(uri, items)

    def _as_open(self, file: str) -> str:
        """An included file under the name that the editor has it open by."""
        if file in self.desk.open or "://" in file:
            return file
        real = os.path.realpath(file)
        return next((name for name in self.desk.open if os.path.realpath(name) == real), file)

    def _publish(self, uri: str, items: list[types.Diagnostic]) -> None:
        held = self.desk.open.get(name_of(uri))
        version = held.version if held is not None else None
        self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, items, version))

    def places(self, analysis: Analysis) -> Places:
        return Places(analysis, self.workspace.position_codec)


server = Server()


@server.feature(types.TEXT_DOCUMENT_DID_OPEN)
async def did_open(ls: Server, params: types.DidOpenTextDocumentParams) -> None:
    """A file is shown; it is read at once."""
    uri = params.text_document.uri
    ls.changed(uri)
    await ls.fresh(uri)


@server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
async def did_change(ls: Server, params: types.DidChangeTextDocumentParams) -> None:
    ls.changed(params.text_document.uri)


@server.feature(types.TEXT_DOCUMENT_DID_SAVE)
async def did_save(ls: Server, params: types.DidSaveTextDocumentParams) -> None:
    """Files that are not open may have changed as well; all are read again."""
    for root in list(ls.desk.analyses):
        ls.later(root)


@server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
async def did_close(ls: Server, params: types.DidCloseTextDocumentParams) -> None:
    ls.close(params.text_document.uri)


@server.feature(types.SHUTDOWN)
def shutdown(ls: Server, params: None) -> None:
    ls.stop()


@server.feature(types.TEXT_DOCUMENT_HOVER)
async def on_hover(ls: Server, params: types.HoverParams) -> types.Hover | None:
    here = await ls.where(params.text_document.uri, params.position)
    text = hover(here.analysis, here.line, here.column) if here is not None else ""
    return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, protocol.printable(text))) if text else None


@server.feature(types.TEXT_DOCUMENT_COMPLETION, types.CompletionOptions(trigger_characters=_TRIGGERS))
async def on_completion(ls: Server, params: types.CompletionParams) -> types.CompletionList | None:
    """Does not wait for the text to be read: names may be those of a moment ago, the line is the one that is typed."""
    name = name_of(params.text_document.uri)
    analysis = ls.desk.view(name) or await ls.fresh(params.text_document.uri)
    held = ls.desk.open.get(name)
    if analysis is None or held is None:
        return None
    lines = held.text.split("\n")
    line = params.position.line
    text = lines[line] if line < len(lines) else ""
    codec = ls.workspace.position_codec
    column = protocol.column_of(text, params.position.character, codec)
    cursor = cursor_at(lines, line, column, analysis.outer)
    if cursor is None:
        return None
    items = []
    for order, each in enumerate(propose(cursor, analysis.index)):
        start = types.Position(line, codec.client_num_units(text[: each.start]))
        items.append(protocol.completion(each, order, types.Range(start, params.position)))
    return types.CompletionList(is_incomplete=False, items=items)


@server.feature(types.TEXT_DOCUMENT_DEFINITION)
async def on_definition(ls: Server, params: types.DefinitionParams) -> list[types.Location]:
    here = await ls.where(params.text_document.uri, params.position)
    if here is None:
        return []
    name = here.analysis.named_at(here.line, here.column)
    if name is not None:
        return [here.places.location(each.span) for each in here.analysis.index.definitions(name.symbol)]
    return _included(here.analysis, here.line)


def _included(analysis: Analysis, line: int) -> list[types.Location]:
    """The files that an `.include` line names."""
    words = said_on(analysis.line(analysis.name, line + 1), "").words
    if len(words) < 2 or words[0].text != ".include":
        return []
    start = types.Range(types.Position(0, 0), types.Position(0, 0))
    found = find(Word(words[1].text, NOWHERE), analysis.name, Report())
    return [types.Location(uri_of(file), start) for file in found if os.path.isfile(file)]


@server.feature(types.TEXT_DOCUMENT_REFERENCES)
async def on_references(ls: Server, params: types.ReferenceParams) -> list[types.Location]:
    here = await ls.where(params.text_document.uri, params.position)
    return [here.places.location(span) for span in _spans(here, params.context.include_declaration)] if here is not None else []


@server.feature(types.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT)
async def on_highlight(ls: Server, params: types.DocumentHighlightParams) -> list[types.DocumentHighlight]:
    here = await ls.where(params.text_document.uri, params.position)
    if here is None:
        return []
    spans = [span for span in _spans(here, definitions=True) if span.file == here.analysis.name]
    return [types.DocumentHighlight(here.places.range(span)) for span in spans]


def _spans(here: Here, definitions: bool) -> list[Span]:
    name = here.analysis.named_at(here.line, here.column)
    found = here.analysis.index.places(name.symbol) if name is not None else []
    spans = {each.span for each in found if definitions or not each.defines}
    return sorted(spans, key=lambda span: (span.file, span.line, span.column))


@server.feature(types.TEXT_DOCUMENT_PREPARE_RENAME)
async def on_prepare_rename(ls: Server, params: types.PrepareRenameParams) -> types.PrepareRenamePlaceholder | None:
    here = await ls.where(params.text_document.uri, params.position)
    if here is None:
        return None
    name = renamable(here.analysis, here.line, here.column)
    return types.PrepareRenamePlaceholder(here.places.range(name.span), name.symbol.name) if name is not None else None


@server.feature(types.TEXT_DOCUMENT_RENAME, types.RenameOptions(prepare_provider=True))
async def on_rename(ls: Server, params: types.RenameParams) -> types.WorkspaceEdit:
    here = await ls.where(params.text_document.uri, params.position)
    if here is None:
        raise JsonRpcInvalidParams("the file is not open")
    try:
        found = rename(here.analysis, here.line, here.column, params.new_name)
    except RenameError as error:
        raise JsonRpcInvalidParams(str(error)) from None
    changes: dict[str, list[types.TextEdit]] = {}
    for change in found:
        changes.setdefault(uri_of(change.span.file), []).append(types.TextEdit(here.places.range(change.span), change.text))
    return types.WorkspaceEdit(changes=changes)


@server.feature(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
async def on_symbols(ls: Server, params: types.DocumentSymbolParams) -> list[types.DocumentSymbol]:
    analysis = await ls.fresh(params.text_document.uri)
    return protocol.symbols(await ls.aside(outline, analysis.text), ls.places(analysis)) if analysis is not None else []


@server.feature(types.TEXT_DOCUMENT_FOLDING_RANGE)
async def on_folds(ls: Server, params: types.FoldingRangeParams) -> list[types.FoldingRange]:
    held = ls.desk.open.get(name_of(params.text_document.uri))
    return [types.FoldingRange(first, last) for first, last in await ls.aside(folds, held.text)] if held is not None else []


@server.feature(types.TEXT_DOCUMENT_FORMATTING)
async def on_formatting(ls: Server, params: types.DocumentFormattingParams) -> list[types.TextEdit]:
    """One edit of the whole file. The layout is the house's; the editor's tab size has no say in it."""
    held = ls.desk.open.get(name_of(params.text_document.uri))
    if held is None:
        return []
    formatted = await ls.aside(format_text, held.text)
    if formatted == held.text:
        return []
    whole = types.Range(types.Position(0, 0), types.Position(held.text.count("\n") + 1, 0))
    return [types.TextEdit(whole, formatted)]


@server.feature(types.TEXT_DOCUMENT_CODE_ACTION, types.CodeActionOptions([types.CodeActionKind.QuickFix]))
async def on_actions(ls: Server, params: types.CodeActionParams) -> list[types.CodeAction]:
    analysis = await ls.fresh(params.text_document.uri)
    if analysis is None:
        return []
    places = ls.places(analysis)
    found = []
    for item in analysis.report:
        if item.span.file == analysis.name and params.range.start.line <= item.span.line - 1 <= params.range.end.line:
            fix = fix_of(item, analysis)
            if fix is not None:
                found.append(protocol.action(fix, protocol.diagnostic(item, places), places))
    return found


def run() -> None:
    """Serves on standard input and output until the editor goes."""
    server.start_io()

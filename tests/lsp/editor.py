"""An editor for tests: a client of pygls that starts `steelyard lsp`, opens files, asks, and waits with a deadline."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

from lsprotocol import types
from pygls.lsp.client import LanguageClient
from pygls.uris import from_fs_path

T = TypeVar("T")
DEADLINE = 30.0
ADVICE = "SY08"
PACKAGE = Path(__file__).resolve().parents[2] / "python"


class Editor:
    """`shown`: the latest diagnostics of each file, by URI."""

    def __init__(self, client: LanguageClient) -> None:
        self.client = client
        self.shown: dict[str, list[types.Diagnostic]] = {}
        self.news = asyncio.Event()
        self.texts: dict[str, str] = {}
        self.versions: dict[str, int] = {}
        self.capabilities = types.ServerCapabilities()

    async def start(self, encodings: list[types.PositionEncodingKind] | None = None) -> None:
        asked = types.InitializeParams(
            capabilities=types.ClientCapabilities(general=types.GeneralClientCapabilities(position_encodings=encodings)),
            process_id=os.getpid(),
        )
        self.capabilities = (await soon(self.client.initialize_async(asked))).capabilities
        self.client.initialized(types.InitializedParams())

    def open(self, path: Path | str, text: str | None = None) -> str:
        """The file's URI; its text from the disk where none is given."""
        uri = path if isinstance(path, str) else from_fs_path(str(path)) or ""
        held = Path(path).read_text() if text is None else text
        self.texts[uri], self.versions[uri] = held, 1
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(types.TextDocumentItem(uri, "haproxy", 1, held)))
        return uri

    def change(self, uri: str, text: str) -> None:
        self.texts[uri] = text
        self.versions[uri] += 1
        file = types.VersionedTextDocumentIdentifier(self.versions[uri], uri)
        changes = [types.TextDocumentContentChangeWholeDocument(text)]
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(file, changes))

    def close(self, uri: str) -> None:
        self.client.text_document_did_close(types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(uri)))

    async def codes(self, uri: str, wanted: list[str]) -> None:
        """Waits until the messages of a file are these; advice, which comes after them, counts where it is asked for."""
        advice = any(code.startswith(ADVICE) for code in wanted)

        def found() -> list[str]:
            codes = sorted(str(item.code) for item in self.shown[uri])
            return [code for code in codes if advice or not code.startswith(ADVICE)]

        async def wait() -> None:
            while uri not in self.shown or found() != sorted(wanted):
                self.news.clear()
                await self.news.wait()

        try:
            await asyncio.wait_for(wait(), DEADLINE)
        except TimeoutError:
            raise AssertionError(f"{uri}: {self.shown.get(uri)}, not {wanted}") from None

    def at(self, uri: str, mark: str, after: int = 0) -> types.TextDocumentPositionParams:
        """The place of the first `mark` in a file, in units of UTF-16, `after` characters into it."""
        index = self.texts[uri].index(mark) + after
        before = self.texts[uri][:index]
        line = before.count("\n")
        character = len(before[before.rfind("\n") + 1 :].encode("utf-16-le")) // 2
        return types.TextDocumentPositionParams(types.TextDocumentIdentifier(uri), types.Position(line, character))

    async def labels(self, uri: str, mark: str) -> list[str]:
        """What may come behind `mark`."""
        place = self.at(uri, mark, len(mark))
        found = await soon(
            self.client.text_document_completion_async(types.CompletionParams(place.text_document, place.position))
        )
        assert isinstance(found, types.CompletionList)
        return [item.label for item in found.items]

    def applied(self, uri: str, edits: list[types.TextEdit]) -> str:
        """The text of a file with some edits made, as an editor makes them."""
        text = self.texts[uri]
        for edit in sorted(edits, key=lambda edit: (edit.range.start.line, edit.range.start.character), reverse=True):
            start, end = offset(text, edit.range.start), offset(text, edit.range.end)
            text = text[:start] + edit.new_text + text[end:]
        return text


def offset(text: str, position: types.Position) -> int:
    """The index of a place; behind the end of the text is its end."""
    lines = text.split("\n")
    if position.line >= len(lines):
        return len(text)
    before = sum(len(line) + 1 for line in lines[: position.line])
    units = lines[position.line].encode("utf-16-le")[: position.character * 2]
    return before + len(units.decode("utf-16-le"))


async def soon(waiting: Awaitable[T]) -> T:
    """The answer, or an error when it takes too long."""
    return await asyncio.wait_for(waiting, DEADLINE)


@asynccontextmanager
async def editing(where: Path, encodings: list[types.PositionEncodingKind] | None = None) -> AsyncIterator[Editor]:
    """An editor with a server of its own, which is gone in the end."""
    client = LanguageClient("tests", "1")
    editor = Editor(client)

    def show(params: types.PublishDiagnosticsParams) -> None:
        editor.shown[params.uri] = list(params.diagnostics)
        editor.news.set()

    client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(show)
    environ = {**os.environ, "PYTHONPATH": str(PACKAGE)}
    await client.start_io(sys.executable, "-m", "steelyard", "lsp", cwd=str(where), env=environ)
    try:
        await editor.start(encodings)
        yield editor
        await soon(client.shutdown_async(None))
        client.exit(None)
    finally:
        server = client._server
        if server is not None:
            try:
                await asyncio.wait_for(server.wait(), 10)
            except TimeoutError:
                server.kill()
        await asyncio.wait_for(client.stop(), DEADLINE)

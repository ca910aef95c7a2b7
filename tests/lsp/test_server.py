"""The language server as an editor sees it, over standard input and output."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.uris import from_fs_path

from tests.lsp.editor import PACKAGE, Editor, editing, soon

SITE = """\
defaults web
    mode http
    timeout client 1s
    timeout connect 1s
    timeout server 1s

frontend www from web
    bind :8080
    acl static path_beg /static
    http-request deny if !static { srv_is_up(app/s1) }
    use_backend files if static
    default_backend app

backend app from web
    server s1 10.0.0.1:80 check
    server s2 10.0.0.2:80
    use-server s2 if { nbsrv(files) gt 1 }

backend files from web
    server s1 10.0.0.3:80
"""


def test_diagnostics_follow_the_text(tmp_path: Path) -> None:
    async def story() -> None:
        async with editing(tmp_path) as editor:
            uri = editor.open(tmp_path / "a.cfg", "global\n  maxcon 5\n")
            await editor.codes(uri, ["SY0102"])
            item = editor.shown[uri][0]
            assert item.range == types.Range(types.Position(1, 2), types.Position(1, 8))
            assert item.severity == types.DiagnosticSeverity.Error
            assert item.source == "steelyard"
            assert "did you mean 'maxconn'?" in item.message
            for text in ("global\n  maxconn x\n", "global\n  maxconn 5\n  foo", "global\n  maxconn 5\n"):
                editor.change(uri, text)
            await editor.codes(uri, [])
            editor.change(uri, "global\n  bufsize 7\n")
            await editor.codes(uri, ["SY0102"])
            editor.close(uri)
            await editor.codes(uri, [])

    asyncio.run(story())


def test_what_cannot_run_yet_is_no_error(tmp_path: Path) -> None:
    async def story() -> None:
        async with editing(tmp_path) as editor:
            text = "frontend f\n  bind :80\n  timeout client 1s\n  errorfile 503 /nowhere.http\n  option ftp\n"
            uri = editor.open(tmp_path / "a.cfg", text)
            await soon(editor.client.text_document_hover_async(hover_of(editor, uri, "frontend")))
            severities = {str(item.code): item.severity for item in editor.shown[uri]}
            assert severities["SY0304"] == types.DiagnosticSeverity.Warning
            assert severities["SY0102"] == types.DiagnosticSeverity.Error

    asyncio.run(story())


def test_advice_comes_after_what_is_wrong(tmp_path: Path) -> None:
    async def story() -> None:
        async with editing(tmp_path) as editor:
            uri = editor.open(tmp_path / "a.cfg", SITE + "    acl unused path /\n")
            await editor.codes(uri, ["SY0801", "SY0813"])
            assert {item.severity for item in editor.shown[uri]} == {types.DiagnosticSeverity.Information}
            editor.change(uri, SITE.replace("frontend www from web", "frontend www from web # lint: ignore SY0813") + "    # \n")
            await editor.codes(uri, [])
            editor.change(uri, SITE + "    acl unused path / # lint: ignore\n    sever x\n")
            await editor.codes(uri, ["SY0102"])

    asyncio.run(story())


def hover_of(editor: Editor, uri: str, mark: str, after: int = 1) -> types.HoverParams:
    place = editor.at(uri, mark, after)
    return types.HoverParams(place.text_document, place.position)


def test_places_are_in_units_of_utf_16(tmp_path: Path) -> None:
    text = 'frontend f # 😋\n  timeout client 1s\n  bind :80\n  log-format "😋é%[srcc]" # 😋\n  log 127.0.0.1 local0\n'

    async def story(encodings: list[types.PositionEncodingKind] | None, start: int, end: int) -> None:
        async with editing(tmp_path, encodings) as editor:
            uri = editor.open(tmp_path / "a.cfg", text)
            await editor.codes(uri, ["SY0401"])
            found = editor.shown[uri][0].range
            assert found == types.Range(types.Position(3, start), types.Position(3, end))

    asyncio.run(story(None, 19, 23))
    asyncio.run(story([types.PositionEncodingKind.Utf32], 18, 22))
    asyncio.run(story([types.PositionEncodingKind.Utf8], 22, 26))


def test_hover_tells_what_a_word_means(tmp_path: Path) -> None:
    async def story() -> None:
        async with editing(tmp_path) as editor:
            uri = editor.open(tmp_path / "a.cfg", SITE)

            async def told(mark: str, after: int = 1) -> str:
                found = await soon(editor.client.text_document_hover_async(hover_of(editor, uri, mark, after)))
                assert found is None or isinstance(found.contents, types.MarkupContent)
                return found.contents.value if found is not None and isinstance(found.contents, types.MarkupContent) else ""

            assert "timeout client <time>" in await told("timeout client")
            assert "frontend <name>" in await told("frontend www")
            assert "Valid in" in await told("http-request")
            assert "(action" not in await told("deny")
            assert "deny" in await told("deny")
            assert "srv_is_up(" in await told("srv_is_up")
            assert "check" in await told("check")
            app = await told("default_backend app", 18)
            assert "**backend app**" in app
            assert "backend app from web" in app
            assert "used 2 times" in app
            assert await told("    bind", 0) == ""

    asyncio.run(story())


def test_definition_references_and_highlights(tmp_path: Path) -> None:
    async def story() -> None:
        async with editing(tmp_path) as editor:
            uri = editor.open(tmp_path / "a.cfg", SITE)

            async def lines(mark: str, after: int, declaration: bool = True) -> tuple[list[int], list[int]]:
                place = editor.at(uri, mark, after)
                asked = types.DefinitionParams(place.text_document, place.position)
                where = await soon(editor.client.text_document_definition_async(asked))
                context = types.ReferenceContext(declaration)
                used = await soon(
                    editor.client.text_document_references_async(
                        types.ReferenceParams(context, place.text_document, place.position)
                    )
                )
                assert isinstance(where, list)
                defined = [each.range.start.line for each in where if isinstance(each, types.Location)]
                return defined, [each.range.start.line for each in used or []]

            assert await lines("use_backend files", 13) == ([18], [10, 16, 18])
            assert await lines("app/s1", 5) == ([14], [9, 14])
            assert await lines("app/s1", 1) == ([13], [9, 11, 13])
            assert await lines("!static", 1, False) == ([8], [9, 10])
            assert await lines("from web", 6) == ([0], [0, 6, 13, 18])
            assert await lines("use-server s2", 12) == ([15], [15, 16])
            assert await lines("mode http", 6) == ([], [])
            place = editor.at(uri, "nbsrv(files)", 7)
            found = await soon(
                editor.client.text_document_document_highlight_async(
                    types.DocumentHighlightParams(place.text_document, place.position)
                )
            )
            assert [each.range.start.line for each in found or []] == [10, 16, 18]

    asyncio.run(story())


@pytest.mark.parametrize(
    ("mark", "after", "old", "new", "count"),
    [
        ("backend app", 9, "app", "shop", 3),
        ("acl static", 5, "static", "is_static", 3),
        ("app/s1", 5, "s1", "one", 2),
        ("defaults web", 10, "web", "http-only", 4),
        ("nbsrv(files)", 7, "files", "f", 3),
    ],
)
def test_rename_changes_every_use(tmp_path: Path, mark: str, after: int, old: str, new: str, count: int) -> None:
    async def story() -> None:
        async with editing(tmp_path) as editor:
            uri = editor.open(tmp_path / "a.cfg", SITE)
            place = editor.at(uri, mark, after)
            ready = await soon(
                editor.client.text_document_prepare_rename_async(types.PrepareRenameParams(place.text_document, place.position))
            )
            assert isinstance(ready, types.PrepareRenamePlaceholder)
            assert ready.placeholder == old
            asked = types.RenameParams(place.text_document, place.position, new)
            found = await soon(editor.client.text_document_rename_async(asked))
            assert found is not None and found.changes is not None
            edits = list(found.changes[uri])
            assert len(edits) == count
            editor.change(uri, editor.applied(uri, edits))
            await editor.codes(uri, [])

    asyncio.run(story())


def test_names_that_cannot_be_given(tmp_path: Path) -> None:
    async def story() -> None:
        async with editing(tmp_path) as editor:
            uri = editor.open(tmp_path / "a.cfg", SITE)
            place = editor.at(uri, "backend app", 9)
            for name in ("files", "a b", "", "www/"):
                with pytest.raises(JsonRpcException):
                    await soon(
                        editor.client.text_document_rename_async(types.RenameParams(place.text_document, place.position, name))
                    )
            nothing = editor.at(uri, "mode http", 6)
            asked = types.PrepareRenameParams(nothing.text_document, nothing.position)
            assert await soon(editor.client.text_document_prepare_rename_async(asked)) is None

    asyncio.run(story())


def test_completion_knows_the_place(tmp_path: Path) -> None:
    async def story() -> None:
        async with editing(tmp_path) as editor:
            uri = editor.open(tmp_path / "a.cfg", SITE.replace("    default_backend app\n", "    default_backend \n"))
            assert await editor.labels(uri, "default_backend ") == ["app", "files"]
            editor.change(uri, SITE.replace("acl static path_beg /static", "http-request set-header X %[src,"))
            found = await editor.labels(uri, "%[src,")
            assert "ipmask" in found
            assert "path" not in found
            editor.change(uri, SITE + "    ")
            found = await editor.labels(uri, "10.0.0.3:80\n    ")
            assert {"server", "balance", "option", "frontend"} <= set(found)
            assert not {"bind", "use_backend", "chroot"} & set(found)

    asyncio.run(story())


def test_an_accepted_proposal_takes_the_place_of_what_is_typed(tmp_path: Path) -> None:
    async def story() -> None:
        async with editing(tmp_path) as editor:
            text = 'frontend 😋\n  http-request set-header X "é😋%[path,low'
            uri = editor.open(tmp_path / "a.cfg", text)
            place = editor.at(uri, "low", 3)
            found = await soon(
                editor.client.text_document_completion_async(types.CompletionParams(place.text_document, place.position))
            )
            assert isinstance(found, types.CompletionList)
            item = next(item for item in found.items if item.label == "lower")
            assert isinstance(item.text_edit, types.TextEdit)
            assert editor.applied(uri, [item.text_edit]) == text + "er"

    asyncio.run(story())


def test_outline_folds_and_formatting(tmp_path: Path) -> None:
    async def story() -> None:
        async with editing(tmp_path) as editor:
            uri = editor.open(tmp_path / "a.cfg", SITE)
            file = types.TextDocumentIdentifier(uri)
            found = await soon(editor.client.text_document_document_symbol_async(types.DocumentSymbolParams(file)))
            assert found is not None
            sections = [each for each in found if isinstance(each, types.DocumentSymbol)]
            assert [each.name for each in sections] == ["defaults web", "frontend www", "backend app", "backend files"]
            assert [each.name for each in sections[2].children or []] == ["s1", "s2"]
            assert sections[1].range.end.line == 11
            folds = await soon(editor.client.text_document_folding_range_async(types.FoldingRangeParams(file)))
            assert [(each.start_line, each.end_line) for each in folds or []] == [(0, 4), (6, 11), (13, 16), (18, 19)]
            options = types.FormattingOptions(4, True)
            asked = types.DocumentFormattingParams(file, options)
            assert not await soon(editor.client.text_document_formatting_async(asked))
            editor.change(uri, SITE.replace("    ", "\t"))
            edits = await soon(editor.client.text_document_formatting_async(asked))
            assert editor.applied(uri, list(edits or [])) == SITE

    asyncio.run(story())


def test_the_word_that_was_meant_is_offered(tmp_path: Path) -> None:
    async def story() -> None:
        async with editing(tmp_path) as editor:
            uri = editor.open(tmp_path / "a.cfg", SITE.replace("default_backend app", "default_backend aap"))
            await editor.codes(uri, ["SY0704"])
            shown = editor.shown[uri]
            asked = types.CodeActionParams(types.TextDocumentIdentifier(uri), shown[0].range, types.CodeActionContext(shown))
            found = await soon(editor.client.text_document_code_action_async(asked))
            assert found is not None
            action = found[0]
            assert isinstance(action, types.CodeAction)
            assert action.title == "Change to 'app'"
            assert action.edit is not None and action.edit.changes is not None
            assert editor.applied(uri, list(action.edit.changes[uri])) == SITE

    asyncio.run(story())


def test_included_files_are_read_and_belong_to_who_includes_them(tmp_path: Path) -> None:
    part = tmp_path / "part.inc"
    part.write_text("server s1 10.0.0.1:80\nsever s2 10.0.0.2:80\n")
    root = tmp_path / "a.cfg"
    root.write_text("backend b\n    .include part.inc\n    use-server s1 if TRUE\n")

    async def story() -> None:
        async with editing(tmp_path) as editor:
            inside = editor.open(part)
            await editor.codes(inside, ["SY0101", "SY0101"])
            uri = editor.open(root)
            await editor.codes(uri, ["SY0712"])
            await editor.codes(inside, ["SY0102"])
            editor.change(inside, "server s1 10.0.0.1:80\nserver s2 10.0.0.2:80\nuse-server s1 if FALSE\n")
            await editor.codes(inside, [])
            place = editor.at(inside, "server s1", 8)
            asked = types.ReferenceParams(types.ReferenceContext(True), place.text_document, place.position)
            found = await soon(editor.client.text_document_references_async(asked))
            assert sorted((each.uri, each.range.start.line) for each in found or []) == [(uri, 2), (inside, 0), (inside, 2)]
            assert "balance" in await editor.labels(inside, "FALSE\n")
            line = editor.at(uri, "part.inc", 2)
            where = await soon(
                editor.client.text_document_definition_async(types.DefinitionParams(line.text_document, line.position))
            )
            assert isinstance(where, list)
            assert [each.uri for each in where if isinstance(each, types.Location)] == [from_fs_path(str(part))]

    asyncio.run(story())


def test_files_of_a_directory_stand_alone(tmp_path: Path) -> None:
    async def story() -> None:
        async with editing(tmp_path) as editor:
            one = editor.open(tmp_path / "a.cfg", "backend b\n")
            two = editor.open(tmp_path / "b.cfg", "backend b\n  foo\n")
            await editor.codes(one, [])
            await editor.codes(two, ["SY0102"])

    asyncio.run(story())


def test_odd_texts_do_no_harm(tmp_path: Path) -> None:
    async def story() -> None:
        async with editing(tmp_path) as editor:
            uri = editor.open("untitled:Untitled-1", "")
            await editor.codes(uri, [])
            odd = ("\r", "\x00\x00", "é\u2028\u2029x", "frontend f\r\n bind :80\r\n", '"', "\\", ".if (((")
            for text in (*odd, "#" * 5000, "a" * 70000):
                editor.change(uri, text)
                for mark in (0, len(text)):
                    place = editor.at(uri, "", mark)
                    asked = types.CompletionParams(place.text_document, place.position)
                    await soon(editor.client.text_document_completion_async(asked))
                    await soon(editor.client.text_document_hover_async(types.HoverParams(place.text_document, place.position)))
                far = types.HoverParams(types.TextDocumentIdentifier(uri), types.Position(99, 99))
                assert await soon(editor.client.text_document_hover_async(far)) is None
            editor.change(uri, "frontend f\n")
            await editor.codes(uri, ["SY0710", "SY0712"])

    asyncio.run(story())


def test_without_the_library_it_says_what_to_install() -> None:
    code = "import sys; sys.modules['pygls'] = None\nfrom steelyard.cli.lsp import run\nsys.exit(run([]))"
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False, env={"PYTHONPATH": str(PACKAGE)}
    )
    assert ran.returncode == 1
    assert ran.stderr == "steelyard lsp needs a library that is not installed (pygls): pip install 'steelyard[lsp]'\n"

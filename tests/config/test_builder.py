"""What the builder writes is read back; what was loaded is written so that it is the same when it is loaded again."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steelyard.config import ConfigurationError, dump, load, loads, same
from steelyard.config.builder import Configuration
from steelyard.config.expr import TextPattern
from steelyard.config.fmt import format_text
from steelyard.config.grammar.keywords import KEYWORDS
from steelyard.config.grammar.sections import SECTIONS
from steelyard.config.layout import lay_out
from steelyard.config.read import read
from tests.config.test_cases import CASES, DASHES, ENVIRON

ROOT = Path(__file__).parents[2]
FILES = sorted([*ROOT.glob("tests/**/*.cfg"), *ROOT.glob("examples/**/*.cfg"), *ROOT.glob("python/**/*.cfg")])

WORDS = st.text(alphabet=st.sampled_from(list("ab \t\n\r\"'\\#$x41{}[]%é漢-."))).filter(bool) | st.text(min_size=1)
WORDS = WORDS.filter(lambda word: "\0" not in word)
FIRST = st.sampled_from(sorted({row.name.split()[0] for row in KEYWORDS.rows} - set(SECTIONS)))
LINES = st.tuples(FIRST, st.lists(WORDS, max_size=6)).map(lambda line: [line[0], *line[1]])


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(sorted(SECTIONS)), st.lists(WORDS, max_size=3), st.lists(LINES, max_size=5)), max_size=4)
)
def test_any_words_are_read_back(sections: list[tuple[str, list[str], list[list[str]]]]) -> None:
    made = Configuration()
    for kind, words, lines in sections:
        section = made.section(kind, "", *words)
        for line in lines:
            section.add(*line)
    text = made.text()
    read_back = [[word.text for word in line.words] for line in lay_out(text) if line.words]
    assert read_back == [line for kind, words, lines in sections for line in ([kind, *words], *lines)]
    assert format_text(text) == text


def example() -> Configuration:
    made = Configuration()
    made.comment("Made by a program.\nDo not edit.")
    made.global_().add("maxconn", 1000).add("log", "127.0.0.1:514", "local0")
    made.defaults().mode("http").timeout(client="30s", connect=timedelta(seconds=5), server=30_000, http_request="10s").add(
        "log", "global"
    )
    (
        made.frontend("www")
        .bind("127.0.0.1:8080", name="plain", maxconn=100, v4v6=False)
        .acl("is_static", "path_beg", "/static files", "/it's")
        .comment("who it was")
        .http_request("set-header", "X-Note", 'a "quoted" # $HOME\\d', if_="is_static or { path -m reg ^/a\\.b$ }")
        .http_request("deny", unless=["{", "path_sub", "a b", "}", "!is_static"])
        .use_backend("static", if_="is_static")
        .default_backend("app")
    )
    made.backend("static").server("s1", "10.0.0.1:80")
    app = made.backend("app").balance("hdr(Host)").option("httpchk", "GET", "/health")
    app.default_server(inter="2s", check=True)
    app.server("s1", "10.0.0.1:80", weight=3, source=["10.0.0.9", "interface", "lo"]).server("s2", "[::1]:80", backup=True)
    return made


def test_an_example() -> None:
    config = example().config(environ={})
    www, static, app = config.proxies
    assert www.binds[0].name == "plain"
    assert www.acls[0].patterns == (TextPattern("/static files"), TextPattern("/it's"))
    header, deny = www.rules["http-request"]
    assert dict(header.action.fields)["name"] == "X-Note"
    assert 'a "quoted" # $HOME\\d' in header.text
    assert header.cond is not None
    assert len(header.cond.any) == 2
    assert deny.cond is not None
    assert deny.cond.unless
    assert (app.timeouts.connect, app.timeouts.http_request) == (5_000, 10_000)
    assert [(server.name, server.weight, server.backup) for server in app.servers] == [("s1", 3, False), ("s2", None, True)]
    assert static.servers[0].name == "s1"


def test_its_text() -> None:
    text = example().text()
    assert text.startswith(
        "# Made by a program.\n# Do not edit.\n\nglobal\n    maxconn 1000\n    log 127.0.0.1:514 local0\n\ndefaults\n"
    )
    assert "    timeout connect 5000ms\n    timeout server 30000\n    timeout http-request 10s\n" in text
    assert (
        "    bind 127.0.0.1:8080 name plain maxconn 100\n    acl is_static path_beg '/static files' \"/it's\"\n    # who it was\n"
        in text
    )
    assert "    server s1 10.0.0.1:80 weight 3 source 10.0.0.9 interface lo\n" in text


def test_written_and_loaded(tmp_path: Path) -> None:
    file = tmp_path / "made.cfg"
    example().write(file)
    assert same(load(file, environ={}), example().config(environ={}))


def test_what_was_loaded_can_be_changed() -> None:
    made = Configuration.of(example().config(environ={}))
    app = made.get("backend", "app")
    assert app is not None
    app.find("server", "s1")[0][2] = "10.0.0.2:81"
    assert app.remove("server", "s2") == 1
    assert made.get("backend", "none") is None
    servers = made.config(environ={}).proxies[2].servers
    assert [(server.name, server.endpoint.low) for server in servers] == [("s1", 81)]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("bind", ""), "empty word"),
        ((), "empty word"),
        (("backend", "b"), "starts a section"),
        ((".if", "1"), "directive"),
        (("acl", *["x"] * 64), "65 words"),
        (("log-tag", "\0"), "NUL"),
        (("log-tag", "\ud800"), "not Unicode"),
        (("log-tag", "x" * (1 << 20)), "longer than"),
    ],
)
def test_what_could_not_be_read_back(words: tuple[str, ...], why: str) -> None:
    made = Configuration()
    made.frontend("f").add(*words)
    with pytest.raises(ValueError, match=why):
        made.text()


def test_sections_have_known_names() -> None:
    made = Configuration()
    made.section("bind", ":80")
    with pytest.raises(ValueError, match="'bind' is no section"):
        made.text()


def test_mistakes_of_the_caller() -> None:
    section = Configuration().frontend("f")
    with pytest.raises(ValueError, match="one condition"):
        section.http_request("deny", if_="a", unless="b")
    with pytest.raises(ValueError, match="never closed"):
        section.http_request("deny", if_="'a")
    with pytest.raises(TypeError, match="True is no word"):
        section.add("maxconn", True)


def test_a_wrong_configuration_names_the_lines_of_the_text() -> None:
    made = Configuration()
    made.global_().add("maxconn", "many")
    with pytest.raises(ConfigurationError, match="built:2:13: error"):
        made.config()


def valid(path: Path, text: str, environ: dict[str, str]) -> bool:
    """Whether a file is valid HAProxy; if so, what is written of it must be the same again."""
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    config, _ = read([str(path)], environ=environ, language=True)
    if config is None:
        return False
    text = dump(config, environ=environ)
    again = loads(text, environ=environ)
    assert same(again, config)
    assert same(again.blocks, config.blocks)
    assert dump(again, environ=environ) == text
    return True


def test_all_cases_that_are_valid_are_dumped(tmp_path: Path) -> None:
    def one(path: Path) -> bool:
        text = path.read_bytes().decode("utf-8", "surrogateescape").partition(DASHES)[0]
        return valid(tmp_path / path.name, text.replace("FILE/", f"{path.parent}/"), ENVIRON)

    assert sum(map(one, CASES)) > 40


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_are_dumped(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(path.parent)
    assert valid(tmp_path / path.name, path.read_text(), {**os.environ, "STEELYARD_DEMO_ONE": "1", "STEELYARD_DEMO_TWO": "2"})


def test_a_changed_model_is_not_dumped_as_it_was() -> None:
    config = example().config(environ={})
    proxies = (replace(config.proxies[0], maxconn=5), *config.proxies[1:])
    with pytest.raises(ValueError, match="changed after it was read"):
        dump(replace(config, proxies=proxies))


def test_conditional_blocks_are_worked_out() -> None:
    config = loads('.if 1\nglobal\n.else\nnothing\n.endif\n  log-tag "a ${X}"\n', environ={"X": "b"})
    assert dump(config) == "global\n    log-tag 'a b'\n"


def test_same_looks_at_everything_but_places() -> None:
    text = "listen l\n  mode tcp\n  bind :80\n  server s 1.1.1.1:1 weight 1\n"
    assert same(loads(text), loads("\n# c\n" + text.replace("  ", "\t")))
    assert not same(loads(text), loads(text.replace("weight 1", "weight 2")))
    assert not same(loads(text), loads(text.replace("mode tcp", "mode http")))
    assert not same(loads(text), 1)


def test_same_looks_over_what_is_said_elsewhere() -> None:
    text = "defaults d\n  mode tcp\n  option tcpka\nlisten l from d\n  bind :80\n"
    assert same(loads(text), loads("listen l\n  bind :80\n  option tcpka\n  mode tcp\n"))
    assert not same(loads(text + "  no option clitcpka\n"), loads("listen l\n  mode tcp\n  no option clitcpka\n  option tcpka\n"))

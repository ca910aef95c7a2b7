"""`upgrade`: today's words, the same meaning, and everything else as it was."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steelyard.config.compare import same_meaning
from steelyard.config.grammar.keywords import KEYWORDS
from steelyard.config.grammar.renames import DEPRECATED, FETCH
from steelyard.config.grammar.row import Where
from steelyard.config.layout import lay_out
from steelyard.config.read import read_files
from steelyard.config.source import RawFile
from steelyard.config.upgrade import Upgraded, upgrade
from steelyard.diagnostics import concise
from tests.config.test_cases import CASES, DASHES, ENVIRON
from tests.config.test_oracle import HAPROXY

HEAD = "defaults\n  mode http\n  timeout client 5s\n  timeout connect 5s\n  timeout server 5s\n"


def upgraded(*texts: str) -> Upgraded:
    return upgrade([RawFile(f"{index}.cfg", text) for index, text in enumerate(texts, 1)], ENVIRON)


def in_frontend(*lines: str) -> tuple[str, str]:
    """What becomes of some lines, and what is said."""
    head = HEAD + "frontend f\n  bind :80\n"
    found = upgraded(head + "".join(line + "\n" for line in lines))
    assert found.texts[0].startswith(head)
    return found.texts[0].removeprefix(head), concise.render(found.report)


LINES = {
    "keeps blanks, quotes and the comment": ('\tclitimeout \t "${PORT}"  # a "b', '\ttimeout client \t "${PORT}"  # a "b'),
    "keeps `no`": ("  no option  forceclose", "  no option httpclose"),
    "takes out a line that says nothing": ("  option http-use-htx", None),
    "leaves its comment": ("  option http-use-htx # why", "  # why"),
    "names of fetches": (
        "  http-request set-header X '%[scook(a)] %[shdr(b)]'",
        "  http-request set-header X '%[res.cook(a)] %[res.hdr(b)]'",
    ),
    "names in a test": (
        "  http-request deny if { req_ssl_sni -i a } !{ hdr(host) b }",
        "  http-request deny if { req.ssl_sni -i a } !{ hdr(host) b }",
    ),
    "names with a match in them stay": ("  http-request deny if { cook_beg(a) b }", "  http-request deny if { cook_beg(a) b }"),
    "a word of that name stays": ("  http-request set-header req_ssl_sni cook", "  http-request set-header req_ssl_sni cook"),
    "what is no old word stays": ("   option   httplog    # x ", "   option   httplog    # x "),
}


@pytest.mark.parametrize("name", LINES)
def test_lines(name: str) -> None:
    before, after = LINES[name]
    if "shdr" in before:
        before, after = before.replace("http-request", "http-response"), str(after).replace("http-request", "http-response")
    found, said = in_frontend(before)
    assert (found, said) == ("" if after is None else after + "\n", "")


def test_old_rules_that_come_first_move_to_the_front() -> None:
    found, said = in_frontend("  http-request add-header a b", "  # c", "  block if { src 1.1.1.1 } # d", "  http-request allow")
    assert found == "  http-request deny if { src 1.1.1.1 } # d\n  http-request add-header a b\n  # c\n  http-request allow\n"
    assert said == ""


def test_old_rules_that_come_last_move_to_the_end() -> None:
    """HAProxy 1 carried out `req*` after all rules of `http-request`, and those that add a header after the others."""
    lines = (
        "  # strip",
        "  reqadd X-Proto:\\ http # who",
        "  reqidel ^X-Forwarded-For:",
        "  http-request set-header A 'b  c'",
        "  rspadd X-By:\\ us if { src 10.0.0.0/8 }",
        "  block if { path_sub .. }",
        "  reqirep ^Host:\\ old  Host:\\ new",
        "  http-response set-header C d",
        "  redirect location /x if { path /y }",
    )
    found, said = in_frontend(*lines)
    assert said == ""
    assert found.splitlines() == [
        "  # strip",
        "  http-request deny if { path_sub .. }",
        "  http-request set-header A 'b  c'",
        "  http-request del-header X-Forwarded-For",
        "  http-request replace-header Host (?i)^old new",
        "  http-request add-header X-Proto http # who",
        "  http-response set-header C d",
        "  http-response add-header X-By us if { src 10.0.0.0/8 }",
        "  redirect location /x if { path /y }",
    ]


def test_an_old_rule_that_says_something_else_stays() -> None:
    found, said = in_frontend('  reqirep ^Host:\\ "${PORT}"  Host:\\ new', "  reqpass ^x")
    assert found == '  reqirep ^Host:\\ "${PORT}"  Host:\\ new\n  reqpass ^x\n'
    assert [line.split("'")[1] for line in said.splitlines()] == ["reqirep", "reqpass"]


def test_words_that_live_on_without_a_translation_are_told() -> None:
    found, said = in_frontend("  monitor-net 10.0.0.0/8")
    assert found == "  monitor-net 10.0.0.0/8\n"
    assert "'monitor-net' stays as it is; help: write 'http-request return status 200" in said


def test_a_change_of_meaning_is_not_made() -> None:
    """The old rule comes first, but a rule of a conditional block can't be moved out of it."""
    lines = ("  http-request add-header a b", "  .if 1", "  block", "  .endif", "  clitimeout 3s")
    found, said = in_frontend(*lines)
    assert found == "".join(line + "\n" for line in (*lines[:-1], "  timeout client 3s"))
    assert said.startswith("1.cfg:10:3: notice[SY0112] 'block' stays as it is; help: its new words would not mean the same")


def test_crlf_and_a_last_line_without_its_line_feed() -> None:
    found = upgraded("listen l\r\n  clitimeout 3s\r\n  srvtimeout 3s")
    assert found.texts == ["listen l\r\n  timeout client 3s\r\n  timeout server 3s"]


def test_several_files_are_one_configuration() -> None:
    found = upgraded(HEAD + "frontend f\n  bind :80\n  use_backend b if { cook(a) b }\n", "backend b\n  redispatch\n")
    assert found.compared
    assert found.texts[0].endswith("if { req.cook(a) b }\n")
    assert found.texts[1] == "backend b\n  option redispatch\n"


def test_a_wrong_file_is_rewritten_and_not_compared() -> None:
    found = upgraded("frontend f\n  nonsense\n  clitimeout 3s\n  grace 3\n")
    assert not found.compared
    assert "  timeout client 3s\n" in found.texts[0]
    assert concise.render(found.report).startswith("1.cfg:4:3: notice[SY0112] 'grace' stays as it is; help: stop ")


def test_variables_are_not_written_out() -> None:
    """A translation that reads a word can't do so where a variable stands in it."""
    found = upgraded('listen l\n  clitimeout "${PORT}"\n')
    assert found.texts == ['listen l\n  timeout client "${PORT}"\n']


def plain(text: str) -> None:
    once = upgraded(text)
    assert upgraded(once.texts[0]).texts == once.texts
    before, _ = read_files([RawFile("1.cfg", text)], environ=ENVIRON, language=True)
    if before is not None:
        after, report = read_files([RawFile("1.cfg", once.texts[0])], environ=ENVIRON, language=True)
        assert after is not None, concise.render(report)
        assert len(after.proxies) == len(before.proxies)


@settings(deadline=None, max_examples=100)
@given(st.text())
def test_any_text(text: str) -> None:
    plain(text)


OLD_WORDS = sorted({row.name for row in KEYWORDS.rows if row.today or row.removed})
ARGUMENTS = [
    "3s",
    "^Host:",
    "^X-A:\\ (.*)",
    "X-A:\\ b\\1",
    "^([^\\ :]*)\\ /(.*)",
    "\\1\\ /x/\\2",
    "if",
    "unless",
    "{ src 10.0.0.0/8 }",
    "TRUE",
]
ARGUMENTS += ["a\\", "'b c'", '"${PORT}"', "# c", "1", "or", "!TRUE", "{ cook(a) -m found }", "\t", "  "]
OLD_LINES = st.tuples(
    st.sampled_from(["", "no ", "  "]),
    st.sampled_from([*OLD_WORDS, "http-request del-header X-B", "http-response deny", ".if 1", ".endif", "redirect location /x"]),
    st.lists(st.sampled_from(ARGUMENTS), max_size=5),
).map(lambda line: line[0] + " ".join([line[1], *line[2]]))


@settings(deadline=None, max_examples=300)
@given(st.lists(OLD_LINES, max_size=8), st.sampled_from(["defaults d", "frontend f", "listen l", "global"]))
def test_any_old_lines(lines: list[str], section: str) -> None:
    plain(f"{section}\n  mode http\n" + "".join(line + "\n" for line in lines))


def test_all_cases() -> None:
    """A second run changes nothing, and what was valid still is."""
    for path in CASES:
        text = path.read_bytes().decode("utf-8", "surrogateescape").partition(DASHES)[0]
        plain(text.replace("FILE/", f"{path.parent}/"))


def test_the_old_words_of_a_whole_file() -> None:
    old = (
        "defaults\n  mode http\n  clitimeout 3s\n  contimeout 3s\n  srvtimeout 3s\n  redispatch\nlisten l\n  bind :80\n  block\n"
    )
    found = upgraded(old)
    before, _ = read_files([RawFile("1.cfg", old)], environ={})
    after, report = read_files([RawFile("1.cfg", found.texts[0])], environ={})
    assert before is not None
    assert same_meaning(before, after)
    assert [item.code for item in report if item.code in ("SY0105", "SY0112")] == []


@pytest.mark.parametrize("row", [row for row in KEYWORDS.rows if row.today], ids=lambda row: row.name)
def test_what_a_translation_gives_is_a_word_of_today(row) -> None:
    """It is no old word itself, and it may stand where the old one stood."""
    words = lay_out(f"{row.name} 1s\n")[0].words
    where = next(flag for flag in Where if flag in row.where)
    for line in row.today(words) or ():
        rows, _ = KEYWORDS.find(line)
        found = KEYWORDS.at(where).get(rows[0].name)
        assert found is not None
        assert found.today is None
        assert found.effect != "removed"


def test_deprecated_names_have_another_name() -> None:
    assert set(FETCH) >= DEPRECATED
    assert not DEPRECATED & {name for names in FETCH.values() for name in names}


def test_words_without_an_effect_have_new_names_or_go() -> None:
    old = """\
global
  nbproc 1
  tune.chksize 1000
  stats bind-process 1 # one
  tune.ssl.ocsp-update.mindelay 500
  tune.ssl.capture-cipherlist-size 5
"""
    found = upgraded(old)
    assert found.compared
    assert found.texts == ["global\n  # one\n  ocsp-update.mindelay 500\n  tune.ssl.capture-buffer-size 5\n"]
    assert concise.render(found.report) == ""


def test_options_of_a_line() -> None:
    old = """\
global
  stats socket /run/x process 1 level admin
listen process
  bind :80  name  process  process 1/2-4 # c
  bind :81 process 1
"""
    found = upgraded(old)
    assert found.compared
    assert found.texts == [
        "global\n  stats socket /run/x level admin\nlisten process\n  bind :80  name  process thread 2-4 # c\n  bind :81\n"
    ]
    assert concise.render(found.report) == ""


def test_several_processes_stay() -> None:
    found = upgraded("global\n  nbproc 2\n")
    assert found.texts == ["global\n  nbproc 2\n"]
    assert concise.render(found.report).startswith("1.cfg:2:3: notice[SY0112] 'nbproc' stays as it is; help: write 'nbthread")


OLD = """\
global
  nbproc 1
  tune.ssl.capture-cipherlist-size 0
defaults
  mode http
  clitimeout 3s
  contimeout 3s
  srvtimeout 3s
  redispatch
  option forceclose
frontend f
  bind 127.0.0.1:12345 process 1
  bind-process 1
  reqadd X-Proto:\\ http
  reqidel ^X-Forwarded-For:
  reqrep ^([^\\ :]*)\\ /old/(.*)  \\1\\ /new/\\2
  reqirep ^Host:\\ old  Host:\\ new
  reqitarpit ^User-Agent:.*bad
  rspadd X-By:\\ us if { src 10.0.0.0/8 }
  rspdeny ^Server:.*bad
  block if { path_sub .. } or { req_ver 1.0 } { cook(a) -m found }
  default_backend b
backend b
  server s 127.0.0.1:80
"""


@pytest.mark.skipif(HAPROXY is None, reason="no haproxy is installed")
def test_haproxy_takes_what_it_refused(tmp_path: Path) -> None:
    found = upgraded(OLD)
    assert found.compared
    assert concise.render(found.report) == ""
    status = []
    for text in (OLD, found.texts[0]):
        (tmp_path / "a.cfg").write_text(text)
        command = [str(HAPROXY), "-c", "-f", str(tmp_path / "a.cfg")]
        status.append(subprocess.run(command, capture_output=True, text=True, timeout=30, check=False))
    assert status[0].returncode == 1
    assert status[1].returncode == 0, status[1].stderr
    assert "deprecated" not in status[1].stderr

"""HAProxy's command line, word by word (management manual, section 3)."""

from __future__ import annotations

import pytest

from steelyard.cli.flags import Flags, UsageError, parse


def test_an_init_script():
    flags = parse("-f /a.cfg -f /b -D -p /run/x.pid -sf 12 34 -n 100 -- c.cfg -V".split())
    assert flags.files == ["/a.cfg", "/b", "c.cfg", "-V"]
    assert (flags.daemon, flags.pidfile, flags.old_pids, flags.old_pids_signal, flags.maxconn) == (
        True,
        "/run/x.pid",
        [12, 34],
        "sf",
        100,
    )


def test_lists_of_pids_may_be_empty_and_end_at_a_flag():
    assert parse(["-sf", "-f", "a"]).old_pids == []
    flags = parse(["-st", "1", "2", "-f", "a"])
    assert (flags.old_pids, flags.old_pids_signal, flags.files) == ([1, 2], "st", ["a"])


@pytest.mark.parametrize(("words", "quiet"), [("-q", True), ("-q -V", False), ("-V -q", True), ("-V", False)])
def test_quiet_and_verbose_undo_each_other(words, quiet):
    assert parse(words.split()).quiet == quiet


def test_switches():
    flags = parse("-c -D -db -W -dW -dS -dR -4 -m 64 -N 10 -L me -C /tmp -cc 1 -vv".split())
    assert (flags.check, flags.daemon, flags.foreground, flags.master_worker, flags.warnings_fail) == (True,) * 5
    assert (flags.no_splice, flags.no_reuseport, flags.ipv4_only) == (True,) * 3
    assert (flags.memory_mb, flags.proxy_maxconn, flags.local_peer, flags.directory) == (64, 10, "me", "/tmp")
    assert (flags.condition, flags.version) == ("1", 2)
    assert parse(["-Ws"]).master_worker


@pytest.mark.parametrize("word", ["-dM", "-dM0xff,no-merge", "-dI", "-de", "-dp", "-dG", "-dF", "-d"])
def test_what_changes_nothing_is_taken_and_said(word):
    flags = parse([word, "-f", "a"])
    assert len(flags.notes) == 1
    assert flags.notes[0].startswith(f"'{word}'")
    assert flags.files == ["a"]


@pytest.mark.parametrize("words", ["-x /run/sock", "-S /run/sock", "-dt", "-dV", "-dr"])
def test_what_is_not_there_yet_is_refused_by_name(words):
    with pytest.raises(UsageError, match=r"not supported|not yet|no verification"):
        parse(words.split())


def test_what_is_printed():
    flags = parse("-c -dKall,smp -dC12,line -dL -dA/x.tar -dD -dr -f a".split())
    assert (flags.keywords, flags.dump, flags.archive) == ("all,smp", "12,line", "/x.tar")
    assert (flags.libraries, flags.diagnostic, flags.ignore_unresolved) == (True,) * 3
    assert parse(["-dC"]).dump == ""


def test_what_conditions_do_not_find_any_more():
    assert parse("-de -dS -dR -dF".split()).disabled == {"EPOLL", "SPLICE", "REUSEPORT", "FAST-FORWARD"}


def test_no_hand_over_is_no_promise():
    assert parse(["-x", "/dev/null"]) == Flags()


@pytest.mark.parametrize("words", ["-Z", "foo", "-", "-cf a", "-fa.cfg"])
def test_unknown_words_show_the_usage(words):
    with pytest.raises(UsageError, match=r"^$"):
        parse(words.split())


@pytest.mark.parametrize(
    ("words", "text"),
    [("-f", "-f needs a value"), ("-n x", "-n takes a number"), ("-sf x", "process numbers"), ("-sf 0", "process numbers")],
)
def test_values_that_make_no_sense(words, text):
    with pytest.raises(UsageError, match=text):
        parse(words.split())

"""Words of proxies that HAProxy has dropped."""

from __future__ import annotations

from collections.abc import Sequence

from steelyard.config.grammar.bind_options import PROCESSES, Shaped
from steelyard.config.grammar.old_rules import added, deleted, refused, replaced
from steelyard.config.grammar.phrases import each, phrase
from steelyard.config.grammar.row import PROXY, Row
from steelyard.config.grammar.today import Today, gone, renamed
from steelyard.config.span import Word

_WAS = {
    "appsession": "Remembered which server a session's cookie came from.",
    "cliexp": "Time without data from the client.",
    "grace": "How long listeners stayed open after a soft stop.",
    "reqadd": "Added a line to the headers of requests.",
    "reqallow": "Let requests with a matching line pass.",
    "reqdel": "Removed matching lines from the headers of requests.",
    "reqdeny": "Refused requests with a matching line.",
    "reqpass": "Ended the `req` rules for requests with a matching line.",
    "reqrep": "Rewrote matching lines of requests, the first one too.",
    "reqsetbe": "Chose a backend for requests with a matching line.",
    "reqtarpit": "Kept clients waiting whose requests had a matching line.",
    "rspadd": "Added a line to the headers of responses.",
    "rspdel": "Removed matching lines from the headers of responses.",
    "rspdeny": "Refused responses with a matching line.",
    "rsprep": "Rewrote matching lines of responses.",
    "srvexp": "Time without data from the server.",
}


def _was(name: str) -> str:
    """What a word did; with an `i` in it, `reqirep`, it did so whatever the case of letters."""
    return _WAS.get(name, f"As `{name[:3] + name[4:]}`, whatever the case of letters.")


def _gone(names: str, removed: str, instead: str, today: Today | None = None, sets: str = "") -> tuple[Row, ...]:
    """`sets`: where the rules that a translation gives are kept, which says when they are carried out."""
    return tuple(
        Row(name, PROXY, _was(name), sets=sets, effect="removed", removed=removed, instead=instead, today=today)
        for name in names.split()
    )


_ACCEPTED = (
    Row(
        "bind-process",
        PROXY,
        "Processes that serve the proxy; all of them do here.",
        parse=phrase(each(Shaped(PROCESSES, "all, odd, even or <first>[-<last>]"))),
        effect="accepted",
        repeat="add",
        removed="2.5",
        instead="leave it out: there is one process",
        today=gone,
    ),
)


def _no_grace(words: Sequence[Word]) -> list[list[Word]] | None:
    """`grace 0` is what happens without it."""
    return [] if [word.text for word in words[1:]] == ["0"] else None


_DENY = "write 'http-request deny if <condition>'"
_TARPIT = "write 'http-request tarpit if <condition>'"
_DENY_RESPONSE = "write 'http-response deny if <condition>'"
_REPLACE = "write 'http-request replace-header <name> <regex> <value>' or 'http-request replace-pathq <regex> <target>'"
_REPLACE_RESPONSE = "write 'http-response replace-header <name> <regex> <value>'"
# HAProxy 1 carried them out after all rules of the set, first those with a regular expression, then those that add a header.
_OLD, _LAST = "old_rules.http-request", "last_rules.http-request"
_OLD_RESPONSE, _LAST_RESPONSE = "old_rules.http-response", "last_rules.http-response"

_REMOVED = (
    *_gone("appsession", "1.6", "write 'stick on' with a stick table, or 'cookie <name> insert'"),
    *_gone("grace", "2.5", "stop with 'hard-stop-after' in 'global'", _no_grace),
    *_gone("reqadd", "2.1", "write 'http-request add-header <name> <value>'", added("http-request"), _LAST),
    *_gone("reqallow reqiallow", "2.1", "write 'http-request allow if <condition>'"),
    *_gone("reqdel reqidel", "2.1", "write 'http-request del-header <name>'", deleted("http-request"), _OLD),
    *_gone("reqdeny", "2.1", _DENY, refused("http-request deny", icase=False), _OLD),
    *_gone("reqideny", "2.1", _DENY, refused("http-request deny", icase=True), _OLD),
    *_gone("reqpass reqipass", "2.1", "leave it out and give the other rules a condition"),
    *_gone("reqrep", "2.1", _REPLACE, replaced("http-request", icase=False), _OLD),
    *_gone("reqirep", "2.1", _REPLACE, replaced("http-request", icase=True), _OLD),
    *_gone("reqsetbe reqisetbe", "2.1", "write 'use_backend <name> if <condition>'"),
    *_gone("reqtarpit", "2.1", _TARPIT, refused("http-request tarpit", icase=False), _OLD),
    *_gone("reqitarpit", "2.1", _TARPIT, refused("http-request tarpit", icase=True), _OLD),
    *_gone("rspadd", "2.1", "write 'http-response add-header <name> <value>'", added("http-response"), _LAST_RESPONSE),
    *_gone("rspdel rspidel", "2.1", "write 'http-response del-header <name>'", deleted("http-response"), _OLD_RESPONSE),
    *_gone("rspdeny", "2.1", _DENY_RESPONSE, refused("http-response deny", icase=False), _OLD_RESPONSE),
    *_gone("rspideny", "2.1", _DENY_RESPONSE, refused("http-response deny", icase=True), _OLD_RESPONSE),
    *_gone("rsprep", "2.1", _REPLACE_RESPONSE, replaced("http-response", icase=False), _OLD_RESPONSE),
    *_gone("rspirep", "2.1", _REPLACE_RESPONSE, replaced("http-response", icase=True), _OLD_RESPONSE),
    *_gone("srvexp", "1.3", "write 'timeout server'", renamed("srvexp", "timeout server")),
    *_gone("cliexp", "1.3", "write 'timeout client'", renamed("cliexp", "timeout client")),
)

ROWS = (*_ACCEPTED, *_REMOVED)

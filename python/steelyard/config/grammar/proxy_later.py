"""Words of proxies that HAProxy has dropped."""

from __future__ import annotations

import re
from collections.abc import Sequence

from steelyard.config.grammar.bind_options import PROCESSES, Shaped
from steelyard.config.grammar.old_rules import added, deleted, refused, replaced
from steelyard.config.grammar.phrases import Parse, condition, each, maybe, nothing, one, options, phrase, regex
from steelyard.config.grammar.row import PROXY, Row
from steelyard.config.grammar.today import Today, gone, made, renamed
from steelyard.config.grammar.values import Int, OneOf, Text, Time
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


def _gone(
    names: str, removed: str, instead: str, today: Today | None = None, sets: str = "", parse: Parse | None = None
) -> tuple[Row, ...]:
    """`sets`: where the rules that a translation gives are kept, which says when they are carried out. `parse`: how the old words
    are read where there is no translation.
    """
    return tuple(
        Row(name, PROXY, _was(name), sets=sets, effect="removed", removed=removed, instead=instead, today=today, parse=parse)
        for name in names.split()
    )


_ACCEPTED = (
    Row(
        "bind-process",
        PROXY,
        "Processes that serve the proxy.",
        parse=phrase(each(Shaped(PROCESSES, "all, odd, even or <first>[-<last>]"))),
        effect="accepted",
        why="all of them do",
        repeat="add",
        removed="2.5",
        instead="leave it out: there is one process",
        today=gone,
    ),
)


def _no_grace(words: Sequence[Word]) -> list[list[Word]] | None:
    """`grace 0` is what happens without it."""
    return [] if [word.text for word in words[1:]] == ["0"] else None


def _sessions(words: Sequence[Word]) -> list[list[Word]] | None:
    """`appsession <cookie> len <length> timeout <time>`: what HAProxy 1 kept in a table of its own, in a stick table."""
    if len(words) < 6 or words[2].text != "len" or words[4].text != "timeout":
        return None
    more = [word.text for word in words[6:]]
    if more not in ([], ["request-learn"]) or not re.match(r"[A-Za-z0-9_.-]+\Z", words[1].text):
        return None
    at, name = words[0], words[1].text
    lines = [
        [*made("stick-table type string len", at), words[3], *made("size 200k expire", at), words[5]],
        made(f"stick match req.cook({name})", at),
        made(f"stick match urlp({name},;)", at),
        made(f"stick store-response res.cook({name})", at),
    ]
    return [*lines, made(f"stick store-request req.cook({name})", at)] if more else lines


_MATCHED = phrase(regex, maybe(condition))
_REWRITTEN = phrase(regex, one(Text()), maybe(condition))
_ADDED = phrase(one(Text()), maybe(condition))
_SESSIONS = phrase(
    one(Text()),
    options(
        {
            "len": one(Int(1)),
            "timeout": one(Time()),
            "prefix": nothing,
            "request-learn": nothing,
            "mode": one(OneOf(("path-parameters", "query-string"))),
        },
        needs=("len", "timeout"),
    ),
)
_DENY = "write 'http-request deny if <condition>'"
_TARPIT = "write 'http-request tarpit if <condition>'"
_DENY_RESPONSE = "write 'http-response deny if <condition>'"
_REPLACE = "write 'http-request replace-header <name> <regex> <value>' or 'http-request replace-pathq <regex> <target>'"
_REPLACE_RESPONSE = "write 'http-response replace-header <name> <regex> <value>'"
# HAProxy 1 carried them out after all rules of the set, first those with a regular expression, then those that add a header.
_OLD, _LAST = "old_rules.http-request", "last_rules.http-request"
_OLD_RESPONSE, _LAST_RESPONSE = "old_rules.http-response", "last_rules.http-response"

_REMOVED = (
    *_gone("appsession", "1.6", "write 'stick on' with a stick table, or 'cookie <name> insert'", _sessions, parse=_SESSIONS),
    *_gone("grace", "2.5", "stop with 'hard-stop-after' in 'global'", _no_grace, parse=phrase(one(Time()))),
    *_gone("reqadd", "2.1", "write 'http-request add-header <name> <value>'", added("http-request"), _LAST, _ADDED),
    *_gone("reqallow reqiallow", "2.1", "write 'http-request allow if <condition>'", parse=_MATCHED),
    *_gone("reqdel reqidel", "2.1", "write 'http-request del-header <name>'", deleted("http-request"), _OLD, _MATCHED),
    *_gone("reqdeny", "2.1", _DENY, refused("http-request deny", icase=False), _OLD, _MATCHED),
    *_gone("reqideny", "2.1", _DENY, refused("http-request deny", icase=True), _OLD, _MATCHED),
    *_gone("reqpass reqipass", "2.1", "leave it out and give the other rules a condition", parse=_MATCHED),
    *_gone("reqrep", "2.1", _REPLACE, replaced("http-request", icase=False), _OLD, _REWRITTEN),
    *_gone("reqirep", "2.1", _REPLACE, replaced("http-request", icase=True), _OLD, _REWRITTEN),
    *_gone("reqsetbe reqisetbe", "2.1", "write 'use_backend <name> if <condition>'", parse=_REWRITTEN),
    *_gone("reqtarpit", "2.1", _TARPIT, refused("http-request tarpit", icase=False), _OLD, _MATCHED),
    *_gone("reqitarpit", "2.1", _TARPIT, refused("http-request tarpit", icase=True), _OLD, _MATCHED),
    *_gone("rspadd", "2.1", "write 'http-response add-header <name> <value>'", added("http-response"), _LAST_RESPONSE, _ADDED),
    *_gone("rspdel rspidel", "2.1", "write 'http-response del-header <name>'", deleted("http-response"), _OLD_RESPONSE, _MATCHED),
    *_gone("rspdeny", "2.1", _DENY_RESPONSE, refused("http-response deny", icase=False), _OLD_RESPONSE, _MATCHED),
    *_gone("rspideny", "2.1", _DENY_RESPONSE, refused("http-response deny", icase=True), _OLD_RESPONSE, _MATCHED),
    *_gone("rsprep", "2.1", _REPLACE_RESPONSE, replaced("http-response", icase=False), _OLD_RESPONSE, _REWRITTEN),
    *_gone("rspirep", "2.1", _REPLACE_RESPONSE, replaced("http-response", icase=True), _OLD_RESPONSE, _REWRITTEN),
    *_gone("srvexp", "1.3", "write 'timeout server'", renamed("srvexp", "timeout server")),
    *_gone("cliexp", "1.3", "write 'timeout client'", renamed("cliexp", "timeout client")),
)

ROWS = (*_ACCEPTED, *_REMOVED)

"""`user` and `group` of a userlist section (manual section 12.2)."""

from __future__ import annotations

import re

from steelyard.config.grammar.row import Row, Where
from steelyard.config.grammar.section_lines import good_name
from steelyard.config.span import Span, Word
from steelyard.config.statement import Statement

_HASH = re.compile(r"\$[56]\$(rounds=(?P<rounds>[0-9]+)\$)?(?P<salt>[^$:]{0,16})\$(?P<sum>[./0-9A-Za-z]+)")
_SCHEME = re.compile(r"\$[0-9a-z]+\$")


def _split(word: Word) -> list[Word]:
    """The names of a comma list, each with its own place."""
    parts, at = [], 0
    for part in word.text.split(","):
        if part:
            parts.append(Word(part, Span(word.span.file, word.span.line, word.span.column + at, len(part))))
        at += len(part) + 1
    return parts


def _new(statement: Statement, name: str) -> bool:
    names = statement.draft.names
    if name in names:
        return False
    names.add(name)
    return True


def _check_hash(statement: Statement, word: Word) -> None:
    """Refuses what the engine can't check a password by: a hash that never fits would lock its user out in silence."""
    found = _HASH.fullmatch(word.text)
    scheme = _SCHEME.match(word.text)
    rounds = int(found["rounds"][:12]) if found and found["rounds"] else 5_000
    if found and len(found["sum"]) != (43 if word.text.startswith("$5$") else 86):
        found = None
    if found is None and scheme is not None and scheme[0] not in ("$5$", "$6$"):
        message = f"passwords hashed with '{scheme[0]}' are not supported"
    elif found is None:
        message = "the password is not a whole hash of '$5$' or '$6$'"
    elif not 1_000 <= rounds <= 1_000_000:
        message = f"{rounds} rounds of a hash are not supported, 1000 to 1000000 are"
    else:
        return
    statement.report.later("SY0208", message, word.span, help="write what 'openssl passwd -6' prints, in single quotes")


def _without(statement: Statement, word: Word) -> None:
    """HAProxy takes a last word without its value: nobody is in no groups, and nothing is the password."""
    if word.text in ("groups", "users"):
        statement.report.notice("SY0114", f"'{word}' has no value and is not read", word.span, help="leave it out")
    else:
        statement.report.later("SY0208", "users with an empty password are not supported", word.span, help="give one")


def _user(statement: Statement) -> None:
    if not statement.args:
        statement.missing("a name", "write 'user <name> password <hash>'")
        return
    name, password, insecure = statement.args[0].text, "", False
    groups: list[Word] = []
    words, at = statement.words, statement.at + 1
    while at < len(words):
        word = words[at].text
        if word not in ("password", "insecure-password", "groups"):
            statement.bad(words[at], "means nothing on a 'user' line", ("password", "insecure-password", "groups"))
            return
        if at + 1 >= len(words):
            _without(statement, words[at])
        elif word == "groups":
            groups += _split(words[at + 1])
        else:
            password, insecure = words[at + 1].text, word == "insecure-password"
            if not insecure:
                _check_hash(statement, words[at + 1])
        at += 2
    if not _new(statement, f"user {name}"):
        statement.report.warning("SY0206", f"second user '{name}' is not used", statement.span)
        return
    statement.add((name, password, insecure, groups, statement.span))


def _group(statement: Statement) -> None:
    if not statement.args:
        statement.missing("a name", "write 'group <name> users <user>,<user>'")
        return
    if not good_name(statement, statement.args[0]):
        return
    name, users = statement.args[0].text, []
    if len(statement.args) > 1:
        if statement.args[1].text != "users" or len(statement.args) > 3:
            statement.bad(statement.args[1], "means nothing here", ("users",), "write 'users <user>,<user>'")
            return
        if len(statement.args) == 2:
            _without(statement, statement.args[1])
        else:
            users = [word.text for word in _split(statement.args[2])]
    if not _new(statement, f"group {name}"):
        statement.report.warning("SY0206", f"second group '{name}' is not used", statement.span)
        return
    statement.add((name, users, statement.span))


ROWS = (
    Row("user", Where.USERLIST, "A user and a password, hashed or plain.", sets="users", parse=_user, repeat="add"),
    Row("group", Where.USERLIST, "A group and its users.", sets="groups", parse=_group, repeat="add"),
)

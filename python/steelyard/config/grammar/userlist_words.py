"""`user` and `group` of a userlist section (manual section 12.2)."""

from __future__ import annotations

from steelyard.config.grammar.row import Row, Where
from steelyard.config.span import Span, Word
from steelyard.config.statement import Statement


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
            statement.report.alert("SY0107", f"'{word}' needs a value", words[at].span)
            return
        if word == "groups":
            groups += _split(words[at + 1])
        else:
            password, insecure = words[at + 1].text, word == "insecure-password"
        at += 2
    if not _new(statement, f"user {name}"):
        statement.report.warning("SY0206", f"second user '{name}' is not used", statement.span)
        return
    statement.add((name, password, insecure, groups, statement.span))


def _group(statement: Statement) -> None:
    if not statement.args:
        statement.missing("a name", "write 'group <name> users <user>,<user>'")
        return
    name, users = statement.args[0].text, []
    if len(statement.args) > 1:
        if statement.args[1].text != "users" or len(statement.args) != 3:
            statement.bad(statement.args[1], "means nothing here", ("users",), "write 'users <user>,<user>'")
            return
        users = [word.text for word in _split(statement.args[2])]
    if not _new(statement, f"group {name}"):
        statement.report.warning("SY0206", f"second group '{name}' is not used", statement.span)
        return
    statement.add((name, users, statement.span))


ROWS = (
    Row("user", Where.USERLIST, "A user and a password, hashed or plain.", sets="users", parse=_user, repeat="add"),
    Row("group", Where.USERLIST, "A group and its users.", sets="groups", parse=_group, repeat="add"),
)

"""`crt-store` sections: certificates by name (manual section 12.7)."""

from __future__ import annotations

import os

from steelyard.config.grammar.row import Row, Where
from steelyard.config.grammar.values import ArgType, Int, OneOf, Text
from steelyard.config.span import run_of
from steelyard.config.statement import Statement

S = Where.CRT_STORE
_SWITCH = OneOf(("on", "off"))
LOAD_OPTIONS: dict[str, ArgType] = {
    "acme": Text("<section>"),
    "alias": Text("<name>"),
    "bits": Int(1),
    "crt": Text("<file>"),
    "curves": Text("<curve>"),
    "domains": Text("<name>,..."),
    "generate-dummy": _SWITCH,
    "ips": Text("<address>,..."),
    "issuer": Text("<file>"),
    "jwt": _SWITCH,
    "key": Text("<file>"),
    "keytype": OneOf(("RSA", "ECDSA")),
    "ocsp": Text("<file>"),
    "ocsp-update": _SWITCH,
    "sctl": Text("<file>"),
}
"""What may stand behind `load` of a store and in brackets in a list of certificates."""


def _load(statement: Statement) -> None:
    """`crt <file> [<option> <value>]...`; the certificate is known by its file or its alias from here on."""
    said: dict[str, str] = {}
    at = statement.at
    while at < len(statement.words):
        word = statement.words[at]
        kind = LOAD_OPTIONS.get(word.text)
        if kind is None:
            statement.bad(word, "means nothing after 'load'", tuple(LOAD_OPTIONS))
            return
        if statement.read(at + 1, kind) is None:
            return
        said[word.text] = statement.words[at + 1].text
        at += 2
    if "crt" not in said:
        statement.missing("a certificate", "write 'load crt <file>'")
        return
    _know(statement, said)


def _know(statement: Statement, said: dict[str, str]) -> None:
    """Keeps the names by which `crt` of a `bind` line finds the certificate."""
    draft, room = statement.draft, statement.room
    base = draft.get("crt-base", "" if draft.name else room.paths.bases.get("crt-base", ""))
    path = os.path.join(base, said["crt"])
    room.stored |= {f"@{draft.name}/{said.get('alias', said['crt'])}", f"@{draft.name}/{said['crt']}"}
    if not draft.name:
        room.stored |= {path, said["crt"]}
    keys = os.path.join(draft.get("key-base", room.paths.bases.get("key-base", "")), said["key"]) if "key" in said else ""
    if "acme" in said:
        draft.marks.setdefault("acme", []).append((said["acme"], statement.span))
    if "acme" not in said and said.get("generate-dummy") != "on":
        draft.add("loads", (path, keys, run_of(statement.words)), statement.row, statement.span)


def _base(statement: Statement) -> None:
    value = statement.read(statement.at, Text("<directory>"))
    if value is not None and statement.no_more(statement.at + 1):
        statement.draft.set(statement.row.name, value, statement.row, statement.span)


ROWS = (
    Row("crt-base", S, "Where names of certificates start.", parse=_base, effect="later"),
    Row("key-base", S, "Where names of keys start.", parse=_base, effect="later"),
    Row("load", S, "A certificate.", parse=_load, effect="later", repeat="add"),
)

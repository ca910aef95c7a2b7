"""`crt-store` sections: certificates by name (manual section 12.7)."""

from __future__ import annotations

import os

from steelyard.config.grammar.files import load
from steelyard.config.grammar.row import Row, Where
from steelyard.config.grammar.values import ArgType, Int, OneOf, Text
from steelyard.config.span import run_of
from steelyard.config.statement import Statement
from steelyard.diagnostics.diagnostic import Label

S = Where.CRT_STORE
_SWITCH = OneOf(("on", "off"))
LOAD_OPTIONS: dict[str, ArgType] = {
    "acme": Text("<section>"),
    "alias": Text("<name>"),
    "bits": Int(-2_147_483_648),
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
        if word.text in _READ and load(statement, statement.words[at + 1]) is None:
            return
        said[word.text] = statement.words[at + 1].text
        at += 2
    for name in _TLS:
        if name in said:
            statement.report.accept(f"'{name}' of a certificate", "there is no TLS yet", statement.span)
    if "acme" in said or said.get("generate-dummy") == "on":
        what = "acme" if "acme" in said else "generate-dummy"
        statement.report.later("SY0104", f"'{what}' of a certificate is not supported yet", statement.span)
    if "crt" not in said:
        statement.missing("a certificate", "write 'load crt <file>'")
        return
    made = [name for name in _MADE if said.get(name, "0").lstrip("+-0")]
    if made and said.get("generate-dummy") != "on":
        help = "add 'generate-dummy on'"
        statement.report.alert("SY0748", f"'{made[0]}' is of use for a generated certificate alone", statement.span, help=help)
        return
    _know(statement, said)


_MADE = ("keytype", "bits", "curves")
_TLS = ("domains", "ips", "issuer", "ocsp", "ocsp-update", "sctl")
"""What is said to clients of TLS alone."""
_READ = ("issuer", "ocsp", "sctl")
"""Files beside a certificate that are read with it."""


def _know(statement: Statement, said: dict[str, str]) -> None:
    """Keeps the names by which `crt` of a `bind` line and `jwt_decrypt_cert` find the certificate."""
    draft, room = statement.draft, statement.room
    base = draft.get("crt-base", "" if draft.name else room.paths.bases.get("crt-base", ""))
    path = os.path.join(base, said["crt"])
    name = said.get("alias", said["crt"])
    first = draft.marks.setdefault("loaded", {}).setdefault(name, statement.span)
    if first is not statement.span:
        labels = (Label(first, "the first one"),)
        statement.report.alert("SY0202", f"certificate '{name}' is loaded twice", statement.span, labels=labels)
    room.stored |= {f"@{draft.name}/{said.get('alias', said['crt'])}", f"@{draft.name}/{said['crt']}"}
    if not draft.name:
        room.stored |= {path, said["crt"]}
    keys = os.path.join(draft.get("key-base", room.paths.bases.get("key-base", "")), said["key"]) if "key" in said else ""
    if "acme" in said:
        draft.marks.setdefault("acme", []).append((said["acme"], statement.span))
    if "acme" not in said and said.get("generate-dummy") != "on":
        draft.add("loads", (path, keys, run_of(statement.words)), statement.row, statement.span)
        if said.get("jwt") == "on":
            plain = not draft.name and "alias" not in said
            room.token_loads.append((path if plain else f"@{draft.name}/{name}", path, keys, statement.span))


def _base(statement: Statement) -> None:
    value = statement.read(statement.at, Text("<directory>"))
    if value is not None and statement.no_more(statement.at + 1):
        statement.draft.set(statement.row.name, value, statement.row, statement.span)


ROWS = (
    Row("crt-base", S, "Where names of certificates start.", parse=_base, lax=True),
    Row("key-base", S, "Where names of keys start.", parse=_base, lax=True),
    Row("load", S, "A certificate.", parse=_load, repeat="add"),
)

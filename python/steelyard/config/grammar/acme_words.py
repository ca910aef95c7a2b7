"""`acme` sections: where new certificates come from (manual section 12.8)."""

from __future__ import annotations

import os
import re
from base64 import urlsafe_b64decode
from binascii import Error as Base64Error

from steelyard.config import certificates
from steelyard.config.draft import Draft
from steelyard.config.grammar.files import load
from steelyard.config.grammar.row import Row, Where
from steelyard.config.grammar.values import ArgType, Bad, Int, ListOf, OneOf, Text, Time
from steelyard.config.statement import Room, Statement

A = Where.ACME
_CHALLENGES = OneOf(("http-01", "dns-01", "dns-persist-01"))
_READY = ListOf(("cli", "dns", "delay"), alone=("none",))
_NIST = frozenset({"P-192", "P-224", "P-256", "P-384", "P-521"})
_BYTES = {"HS256": 32, "HS384": 48, "HS512": 64}
"""The least that a key of each algorithm has."""
_PAIR = ("eab-key-id", "eab-mac-key")
_BASE64 = re.compile(rb"[A-Za-z0-9_-]*={0,2}\Z")


class _Curve:
    """A name of a curve, as OpenSSL or NIST has it."""

    show = "<curve>"

    def read(self, text: str) -> object | Bad:
        unknown = text not in _NIST and (":" in text or certificates.bad_curves(text))
        return Bad("is no curve that OpenSSL has; write `P-256` or `P-384`") if unknown else text


def _challenge(statement: Statement) -> None:
    """HAProxy reads it in any case. What must be ready first is known for names alone."""
    marks, row = statement.draft.marks, statement.row
    word = statement.args[0] if statement.args else None
    name = word.text.lower() if word is not None else ""
    if word is None or name not in _CHALLENGES.words:
        statement.read(statement.at, _CHALLENGES)
    elif statement.no_more(statement.at + 1):
        if name == "http-01" and marks.get("ready"):
            help = "leave out one of the two"
            statement.report.alert("SY0109", f"'{row.name} {word}' does not fit 'challenge-ready'", word.span, help=help)
        marks["challenge"] = name


def _ready(statement: Statement) -> None:
    """`none`, or a list of conditions; commas too many are passed over."""
    if not statement.args:
        statement.missing(_READY.show)
        return
    word = statement.args[0]
    conditions = [part for part in word.text.split(",") if part]
    found = _READY.read(",".join(conditions))
    if isinstance(found, Bad):
        statement.bad(word, found.why, found.near)
        return
    if not statement.no_more(statement.at + 1):
        return
    marks = statement.draft.marks
    marks["ready"] = conditions != ["none"]
    if marks["ready"] and marks.get("challenge", "http-01") == "http-01":
        help = "write 'challenge dns-01' above it"
        statement.report.alert("SY0109", f"'{word}' does not fit challenge 'http-01'", word.span, help=help)


def _account(statement: Statement) -> None:
    """A key that is not there yet is made, which needs its directory."""
    word = statement.args[0] if statement.args else None
    if word is None or not statement.no_more(statement.at + 1):
        statement.read(statement.at, Text("<file>"))
        return
    path = statement.room.paths.find(word.text)
    try:
        there, parent = os.path.exists(path), os.path.isdir(os.path.dirname(path) or ".")
    except ValueError:
        there = parent = False
    if not there and not parent:
        statement.report.alert("SY0306", f"'{word}' can't be made: its directory does not exist", word.span)
    elif there:
        content = load(statement, word)
        if content is not None and b"PRIVATE KEY-----" not in content:
            statement.report.alert("SY0746", f"'{word}' holds no private key", word.span)


def _file(statement: Statement) -> None:
    """A file that the whole section decides about."""
    if statement.read(statement.at, Text("<file>")) is not None and statement.no_more(statement.at + 1):
        statement.draft.marks[statement.row.name] = statement


def close_acme(draft: Draft, room: Room) -> None:
    """A `directory`; an account with the issuer has an id and a key."""
    if draft.place("directory") is None:
        room.report.alert("SY0119", f"{draft.label} has no 'directory'", draft.span, help="write 'directory <url>'")
    files: dict[str, Statement] = {name: draft.marks[name] for name in _PAIR if name in draft.marks}
    if len(files) == 1:
        name, statement = next(iter(files.items()))
        other = next(each for each in _PAIR if each != name)
        message = f"'{name}' has no effect without '{other}'"
        room.report.alert("SY0119", message, statement.span, help=f"add '{other} <file>'")
    elif files:
        said = {said.name: said.words for _, said in draft.others}
        algorithm = said.get("eab-mac-alg", ("HS256",))[0]
        key_id, mac_key = (files[name] for name in _PAIR)
        load(key_id, key_id.args[0])
        _mac_key(mac_key, _BYTES.get(algorithm, 0), algorithm)


def _mac_key(statement: Statement, least: int, algorithm: str) -> None:
    word = statement.args[0]
    content = load(statement, word)
    if not content:
        return
    content = content.strip()
    try:
        if not _BASE64.match(content) or len(content.rstrip(b"=")) % 4 == 1:
            raise ValueError
        size = len(urlsafe_b64decode(content.rstrip(b"=") + b"=" * (-len(content.rstrip(b"=")) % 4)))
    except (Base64Error, ValueError):
        statement.report.alert("SY0746", f"'{word}' is no key in base64 for URLs", word.span)
        return
    if size < least:
        message = f"the key in '{word}' has {size} bytes, {least} are the least for {algorithm}"
        statement.report.alert("SY0746", message, word.span)


def _acme(name: str, doc: str, *args: ArgType) -> Row:
    return Row(name, A, doc, args, effect="later")


ROWS = (
    Row("account-key", A, "File of the account's key.", parse=_account, effect="later"),
    _acme("acme-vars", "What a program for names is told.", Text("<text>")),
    _acme("bits", "Bits of an RSA key.", Int(-2_147_483_648)),
    Row(
        "challenge",
        A,
        "How the names are proved to be one's own.",
        parse=_challenge,
        effect="later",
        words=_CHALLENGES.words,
    ),
    Row("challenge-ready", A, "When the proof is ready.", parse=_ready, effect="later", words=("none", "cli", "dns", "delay")),
    _acme("contact", "Address of the account's owner.", Text("<address>")),
    _acme("curves", "Curve of an ECDSA key.", _Curve()),
    _acme("directory", "Address of the issuer.", Text("<url>")),
    _acme("dns-delay", "Time between two looks at names.", Time()),
    _acme("dns-timeout", "Time after which names are given up.", Time()),
    Row("eab-key-id", A, "File of the account's id with the issuer.", parse=_file, effect="later"),
    _acme("eab-mac-alg", "Algorithm that binds the account.", OneOf(tuple(_BYTES))),
    Row("eab-mac-key", A, "File of the key that binds the account.", parse=_file, effect="later"),
    _acme("keytype", "Kind of keys that are made.", OneOf(("RSA", "ECDSA"))),
    _acme("map", "Map of proofs.", Text("<map>")),
    _acme("profile", "Kind of certificates.", Text("<name>")),
    _acme("provider-name", "Who serves the names.", Text("<name>")),
    _acme("reuse-key", "The old key is kept.", OneOf(("on", "off"))),
)

"""Names of variables and of ACLs."""

from __future__ import annotations

import re
from typing import cast

from steelyard.config.expr import Scope, VarArg
from steelyard.config.nearest import nearest

SCOPES = ("proc", "sess", "txn", "req", "res")
LATER_SCOPES = ("check", "psess", "ptxn", "preq", "pres")
"""Scopes that the language knows and this version has no use for; whoever reads a variable says so."""
_VARIABLE = re.compile(r"[A-Za-z0-9_.]+\Z")
_NOT_IN_ACL = re.compile(r"[^A-Za-z0-9_.:\-]")


def variable(text: str) -> VarArg | str:
    """`txn.name`; a str says what is wrong."""
    scope, dot, name = text.partition(".")
    if scope not in (*SCOPES, *LATER_SCOPES) or not dot or not name:
        guess = nearest(scope, SCOPES) if dot and name else ""
        if guess:
            return f"'{text}' is not the name of a variable: there is no scope '{scope}'; did you mean '{guess}.{name}'?"
        return f"'{text}' is not the name of a variable; write a scope ({', '.join(SCOPES)}), a dot and a name"
    if not _VARIABLE.match(name):
        return f"'{text}' is not the name of a variable: only letters, digits, '_' and '.' are allowed"
    return VarArg(cast(Scope, scope), name)


def acl_name_problem(name: str) -> str:
    """What is wrong with the name of an ACL; empty where nothing is."""
    if name.lower() in ("or", "||"):
        return f"an ACL named '{name}' can't be used: in a condition the word means a choice"
    bad = _NOT_IN_ACL.search(name)
    return f"character '{bad.group()}' is not permitted in the name of an ACL" if bad else ""

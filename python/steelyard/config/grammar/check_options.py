"""Health checks that speak one protocol: `option <name>-check` (manual section 4.2), alphabetical."""

from __future__ import annotations

from steelyard.config.grammar.phrases import Parse, Step, choice, maybe, nothing, one, phrase, several
from steelyard.config.grammar.row import BACK_D, Row
from steelyard.config.grammar.values import Text


def _row(name: str, doc: str, parse: Parse) -> Row:
    return Row(f"option {name}", BACK_D, doc, parse=parse, effect="later")


_NO_WORDS = phrase()
_USER = one(Text("<user>"))
_MYSQL: dict[str, Step] = {"post-41": nothing, "post-80": nothing, "pre-41": nothing}
_HELLO = Text("<HELO or EHLO>"), Text("<domain>")

ROWS = (
    _row("external-check", "Checks by a program.", _NO_WORDS),
    _row("ldap-check", "LDAP checks.", _NO_WORDS),
    _row("mysql-check", "MySQL checks.", phrase(maybe(choice({"user": several(_USER, maybe(choice(_MYSQL)))})))),
    _row("pgsql-check", "PostgreSQL checks.", phrase(choice({"user": _USER}))),
    _row("redis-check", "Redis checks.", _NO_WORDS),
    _row("smtpchk", "SMTP checks.", phrase(maybe(several(one(_HELLO[0]), maybe(one(_HELLO[1])))))),
    _row("spop-check", "SPOP checks.", _NO_WORDS),
    _row("ssl-hello-chk", "TLS hello checks.", _NO_WORDS),
)

"""How tokens may be encrypted that `jwt_decrypt_cert`, `jwt_decrypt_jwk` and `jwt_decrypt_secret` open."""

from __future__ import annotations

from collections.abc import Callable

from steelyard.config.grammar.row import Row, Where
from steelyard.config.statement import Statement

G = Where.GLOBAL
ALGORITHMS = tuple(
    "dir A128KW A192KW A256KW A128GCMKW A192GCMKW A256GCMKW RSA1_5 RSA-OAEP RSA-OAEP-256"
    " ECDH-ES ECDH-ES+A128KW ECDH-ES+A192KW ECDH-ES+A256KW".split()
)
"""RFC 7518 section 4.1"""
ENCRYPTIONS = tuple("A128CBC-HS256 A192CBC-HS384 A256CBC-HS512 A128GCM A192GCM A256GCM".split())
"""RFC 7518 section 5.1"""
_PASSWORDS = ("PBES2-HS256+A128KW", "PBES2-HS384+A192KW", "PBES2-HS512+A256KW")
"""May be named, and open nothing: no key of a configuration is a password."""


def _list(field: str, words: tuple[str, ...], idle: tuple[str, ...] = ()) -> Callable[[Statement], None]:
    """`<name>[:<name>...]`, from the left: `ALL` allows all, a name one more, and `!` before a name takes it out."""

    def parse(statement: Statement) -> None:
        allowed: dict[str, None] = {}
        for part in statement.args[0].text.split(":") if statement.args else ():
            name = part.removeprefix("!")
            if part == "ALL":
                allowed |= dict.fromkeys(words)
            elif name in words and part == name:
                allowed[name] = None
            elif name in words:
                allowed.pop(name, None)
            elif part and name not in idle:
                statement.bad(statement.args[0], f"has '{part}', which is not one of ALL, {', '.join(words)}", (*words, *idle))
                return
        if not statement.args or statement.no_more(statement.at + 1):
            statement.draft.set(field, tuple(allowed), statement.row, statement.span)

    return parse


ROWS = (
    Row(
        "jwt.decrypt_alg_list",
        G,
        "Algorithms by which tokens may be decrypted.",
        parse=_list("jwt_algorithms", ALGORITHMS, _PASSWORDS),
        sets="jwt_algorithms",
        lax=True,
    ),
    Row(
        "jwt.decrypt_enc_list",
        G,
        "Ciphers by which tokens may be decrypted.",
        parse=_list("jwt_encryptions", ENCRYPTIONS),
        sets="jwt_encryptions",
        lax=True,
    ),
)

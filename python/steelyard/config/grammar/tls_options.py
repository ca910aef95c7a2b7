"""Options about TLS that `bind` and `server` lines share, or have in kind (manual section 5)."""

from __future__ import annotations

from steelyard.config.grammar.option_types import VERSIONS, Expression, Protocols, VerifyErrors
from steelyard.config.grammar.row import SERVERS, Row, Where
from steelyard.config.grammar.values import ArgType, OneOf, Text

BOTH = Where.BIND | SERVERS
_B, _S = Where.BIND, SERVERS


def _row(name: str, where: Where, doc: str, *args: ArgType, usual: tuple[str, ...] = ()) -> Row:
    return Row(name, where, doc, args, effect="later", usual=usual)


def _undoes(name: str, where: Where, doc: str) -> Row:
    """What it undoes has been said to wait for a later version where it stands."""
    return Row(name, where, doc, effect="accepted", why="there is no TLS yet")


_FILE = Text("<file>")
_VERSION = OneOf(VERSIONS)
_LIST = Text("<name>:...")
_SWITCH = OneOf(("on", "off"))

BIND_ROWS = (
    _row("ca-file", _B, "Certificates of authorities that clients' certificates are checked with.", _FILE),
    _row("ca-ignore-err", _B, "Errors in chains of clients' certificates that are let through.", VerifyErrors()),
    _row("ca-sign-file", _B, "Authority that certificates are made with.", _FILE),
    _row("ca-sign-pass", _B, "Pass phrase of the authority that certificates are made with.", Text("<pass phrase>")),
    _row("ca-verify-file", _B, "Authorities that clients are not told of.", _FILE),
    _row("crt", _B, "Certificate with its key, or a directory of them.", _FILE),
    _row("crt-ignore-err", _B, "Errors in clients' certificates that are let through.", VerifyErrors()),
    _row("crt-list", _B, "List of certificates with their options.", _FILE),
    _row("default-crt", _B, "Certificate for clients that name no host.", _FILE),
    _row("ecdhe", _B, "Curve of ephemeral keys.", Text("<curve>")),
    _row("ech", _B, "Keys for encrypted client hellos.", Text("<directory>")),
    _row("generate-certificates", _B, "Certificates are made for the hosts that clients name."),
    _undoes("no-alpn", _B, "No protocol is offered by ALPN."),
    _row("no-ca-names", _B, "Clients are not told which authorities count."),
    _undoes("no-strict-sni", _B, "Undoes `strict-sni`."),
    _row("prefer-client-ciphers", _B, "The client's order of ciphers counts."),
    _row("strict-sni", _B, "Clients must name a host that a certificate is for."),
    _row("tls-ticket-keys", _B, "Keys of session tickets.", _FILE),
    _row("verify", _B, "Whether clients must have a certificate.", OneOf(("none", "optional", "required"))),
)
SERVER_ROWS = (
    _row("ca-file", _S, "Certificates of authorities that the server's certificate is checked with.", _FILE),
    _row("check-alpn", _S, "Protocols that health checks offer.", Protocols()),
    _row("check-sni", _S, "Host that health checks name.", Text("<name>")),
    _row("check-sni-auto", _S, "Health checks name the host that they ask for."),
    _row("check-ssl", _S, "Health checks use TLS."),
    _row("crt", _S, "Certificate with its key, for servers that ask for one.", _FILE),
    _undoes("no-check-sni-auto", _S, "Health checks name no host by themselves."),
    _undoes("no-check-ssl", _S, "Undoes `check-ssl` of `default-server`."),
    _row("no-renegotiate", _S, "No renegotiation."),
    _undoes("no-sni-auto", _S, "No host is named by itself."),
    _row("no-ssl-reuse", _S, "Sessions are not resumed."),
    _undoes("no-verifyhost", _S, "Undoes `verifyhost` of `default-server`."),
    _row("renegotiate", _S, "Secure renegotiation is allowed."),
    _row("sni", _S, "Host that is named to the server.", Expression("source")),
    _row("sni-auto", _S, "The request's host is named to the server."),
    _undoes("ssl-reuse", _S, "Undoes `no-ssl-reuse` of `default-server`."),
    _row("verify", _S, "Whether the server's certificate is checked.", OneOf(("none", "required"))),
    _row("verifyhost", _S, "Host that the server's certificate must be for.", Text("<name>")),
)
SHARED_ROWS = (
    _row("allow-0rtt", BOTH, "Early data is taken."),
    _row("alpn", BOTH, "Protocols offered by ALPN.", Protocols()),
    _row("ciphers", BOTH, "Ciphers up to TLS 1.2.", _LIST),
    _row("ciphersuites", BOTH, "Ciphers of TLS 1.3.", _LIST),
    _row("client-sigalgs", BOTH, "Signature algorithms of clients' certificates.", _LIST),
    _row("crl-file", BOTH, "Certificates that are revoked.", _FILE),
    _row("curves", BOTH, "Curves of key exchanges.", _LIST),
    *(_row(f"force-{name.lower().replace('.', '')}", BOTH, f"{name} only.") for name in VERSIONS),
    _row("ktls", BOTH, "The kernel encrypts.", _SWITCH, usual=("off",)),
    *(_row(f"no-{name.lower().replace('.', '')}", BOTH, f"No {name}.") for name in VERSIONS),
    _row("no-tls-tickets", BOTH, "No session tickets."),
    _row("npn", BOTH, "Protocols offered by NPN.", Protocols()),
    _row("sigalgs", BOTH, "Signature algorithms.", _LIST),
    _row("ssl", BOTH, "Connections use TLS."),
    _row("ssl-max-ver", BOTH, "Highest version of TLS.", _VERSION),
    _row("ssl-min-ver", BOTH, "Lowest version of TLS.", _VERSION),
    _row("tls-tickets", BOTH, "Undoes `no-tls-tickets`."),
)

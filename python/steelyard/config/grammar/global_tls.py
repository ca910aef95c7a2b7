"""Words of the `global` section about TLS (manual sections 3.1 and 3.2).

The words of `bind` and `server` that ask for TLS are answered "not supported yet", so what is said here about all of them
can't be reached: it is accepted. `crt-base`, `ca-base` and `key-base` hold for the files that are looked up while reading.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from steelyard.config.grammar import files
from steelyard.config.grammar.global_tuning import SWITCH, number, tune
from steelyard.config.grammar.row import Effect, Row, Where
from steelyard.config.grammar.today import renamed
from steelyard.config.grammar.values import ArgType, Bad, Int, Loose, OneOf, Text, Time
from steelyard.config.statement import Statement

G = Where.GLOBAL
_WHY = "there is no TLS yet"
VERSIONS = ("SSLv3", "TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3")
_METHODS = tuple(f"{verb}-{name}" for verb in ("force", "no") for name in ("sslv3", "tlsv10", "tlsv11", "tlsv12", "tlsv13"))
_BIND = (*_METHODS, "no-tls-tickets", "tls-tickets", "prefer-client-ciphers", "strict-sni", "no-strict-sni")
_SERVER = (*_METHODS, "no-tls-tickets", "tls-tickets")


_DH = re.compile(rb"-----BEGIN (?:X9\.42 )?DH PARAMETERS-----")
_PROVIDERS = ("base", "default", "fips", "legacy", "null")
_PROPERTY = re.compile(r"\s*(?:-|\?)?\s*[A-Za-z]\w*(?:\.\w+)*(?:\s*!?=\s*[^,\s]+)?\s*\Z")


@dataclass(frozen=True, slots=True)
class Query:
    """Properties of OpenSSL's algorithms: `?provider=foo,fips=yes`."""

    show: str = "<query>"

    def read(self, text: str) -> object | Bad:
        good = all(_PROPERTY.match(part) for part in text.split(","))
        return text if good else Bad("is not a property query; write 'provider=<name>'")


def _provider(statement: Statement) -> None:
    """OpenSSL's own providers; others are where `ssl-provider-path` says."""
    if not statement.args:
        statement.missing("the name of a provider")
    elif statement.args[0].text not in _PROVIDERS and "ssl-provider-path" not in statement.draft.names:
        statement.bad(statement.args[0], "is not a provider of OpenSSL", _PROVIDERS, "say where it is with 'ssl-provider-path'")
    else:
        statement.no_more(statement.at + 1)


def _provider_path(statement: Statement) -> None:
    if statement.read(statement.at, Text("<directory>")) is not None and statement.no_more(statement.at + 1):
        statement.draft.names.add("ssl-provider-path")


def _base(statement: Statement) -> None:
    """A directory where relative names of files start; it need not be there until a file is."""
    value = statement.read(statement.at, Text("<directory>"))
    if value is not None and statement.no_more(statement.at + 1):
        statement.room.paths.bases[statement.row.name] = str(value)
        statement.set(value)


def _options(statement: Statement) -> None:
    """`ssl-default-bind-options` and its twin: switches, and the versions to speak."""
    if not statement.args:
        statement.missing("at least one option")
        return
    known = _BIND if statement.row.name == "ssl-default-bind-options" else _SERVER
    at = statement.at
    while at < len(statement.words):
        word = statement.words[at]
        if word.text in ("ssl-min-ver", "ssl-max-ver"):
            if statement.read(at + 1, OneOf(VERSIONS)) is None:
                return
            at += 2
        elif word.text in known:
            at += 1
        else:
            statement.bad(word, f"means nothing after '{statement.row.name}'", (*known, "ssl-min-ver", "ssl-max-ver"))
            return


def _chain_path(statement: Statement) -> None:
    if not statement.args:
        statement.missing("a directory")
    elif files.directory(statement, statement.args[0]):
        statement.no_more(statement.at + 1)


def _dh_file(statement: Statement) -> None:
    if not statement.args:
        statement.missing("a file")
        return
    content = files.load(statement, statement.args[0])
    if content is not None and not _DH.search(content):
        message = f"'{statement.args[0]}' holds no Diffie-Hellman parameters"
        statement.report.alert("SY0307", message, statement.args[0].span, help="write them with 'openssl dhparam 2048'")
    elif content is not None:
        statement.no_more(statement.at + 1)


_EXTRA = ("bundle", "sctl", "ocsp", "issuer", "key")


def _extra_files(statement: Statement) -> None:
    words = statement.args
    if not words:
        statement.missing("'none', 'all' or a list of kinds", f"write some of {', '.join(_EXTRA)}")
    for index, word in enumerate(words):
        if statement.read(statement.at + index, OneOf((*_EXTRA, "none", "all"))) is None:
            return
        if word.text in ("none", "all") and len(words) > 1:
            statement.bad(word, "stands alone")
            return


def _command(statement: Statement) -> None:
    """HAProxy takes the word alone; then there is no program."""
    if not statement.args:
        help = "write 'ssl-passphrase-cmd <command> [<argument>...]'"
        statement.report.notice("SY0115", "no command follows: there is no program for passphrases", statement.span, help=help)


def _engine(statement: Statement) -> None:
    """`<name> [algo <list>]`"""
    if statement.read(statement.at, Text("<engine>")) is None:
        return
    at = statement.at + 1
    if at < len(statement.words):
        if statement.words[at].text != "algo":
            statement.extra(at)
        elif statement.read(at + 1, Text("<algorithms>")) is not None:
            statement.no_more(at + 2)


def _tls(name: str, doc: str, *args: ArgType, least: int = -1, lax: bool = False, effect: Effect = "accepted") -> Row:
    return Row(name, G, doc, args, effect=effect, least=least, lax=lax, why=_WHY)


def _defaults(names: str, doc: str, show: str) -> tuple[Row, ...]:
    return tuple(_tls(f"ssl-default-{name}", doc, Text(show)) for name in names.split())


_RECORDS = "there are no TLS records yet"

ROWS = (
    Row("acme.scheduler", G, "Certificates are renewed in time.", (OneOf(("auto", "off")),), effect="accepted", why=_WHY),
    Row("ca-base", G, "Where names of authorities' files start.", sets="ca_base", parse=_base, repeat="never"),
    Row("crt-base", G, "Where names of certificate files start.", sets="crt_base", parse=_base, repeat="never"),
    Row("key-base", G, "Where names of key files of a `crt-store` start.", sets="key_base", parse=_base, repeat="never"),
    Row(
        "issuers-chain-path", G, "Directory of certificates that complete chains.", parse=_chain_path, effect="accepted", why=_WHY
    ),
    _tls("maxsslconn", "TLS connections at once.", number()),
    _tls("maxsslrate", "New TLS connections a second.", Loose()),
    _tls("noktls", "The kernel encrypts nothing."),
    *_defaults("bind-ciphers server-ciphers", "Ciphers up to TLS 1.2.", "<ciphers>"),
    *_defaults("bind-ciphersuites server-ciphersuites", "Ciphers of TLS 1.3.", "<suites>"),
    *_defaults("bind-curves server-curves", "Curves of the key exchange.", "<curves>"),
    *_defaults("bind-sigalgs server-sigalgs", "Algorithms of signatures.", "<algorithms>"),
    *_defaults("bind-client-sigalgs server-client-sigalgs", "Algorithms of clients' signatures.", "<algorithms>"),
    Row("ssl-default-bind-options", G, "TLS options of all `bind` lines.", parse=_options, effect="accepted", why=_WHY),
    Row("ssl-default-server-options", G, "TLS options of all `server` lines.", parse=_options, effect="accepted", why=_WHY),
    Row("ssl-dh-param-file", G, "Parameters of the Diffie-Hellman exchange.", parse=_dh_file, effect="accepted", why=_WHY),
    Row("ssl-engine", G, "An engine of OpenSSL.", parse=_engine, effect="accepted", repeat="add", why=_WHY),
    _tls("ssl-load-extra-del-ext", "`.crt` is taken off before `.key` is put on.", lax=True),
    Row(
        "ssl-load-extra-files", G, "Files beside a certificate that are loaded.", parse=_extra_files, effect="accepted", why=_WHY
    ),
    _tls("ssl-mode-async", "Engines work beside the traffic.", lax=True),
    Row("ssl-passphrase-cmd", G, "Program that tells passphrases of keys.", parse=_command, effect="accepted", why=_WHY),
    _tls("ssl-propquery", "Which providers of OpenSSL are asked.", Query(), lax=True),
    Row("ssl-provider", G, "A provider of OpenSSL.", parse=_provider, effect="accepted", repeat="add", lax=True, why=_WHY),
    Row(
        "ssl-provider-path",
        G,
        "Where providers of OpenSSL are.",
        parse=_provider_path,
        effect="accepted",
        lax=True,
        why=_WHY,
    ),
    _tls("ssl-security-level", "OpenSSL's level of security.", Int(0, 5), lax=True),
    _tls(
        "ssl-server-verify", "Whether servers' certificates are checked where `server` says nothing.", OneOf(("none", "required"))
    ),
    _tls("ssl-skip-self-issued-ca", "Root certificates are not sent.", lax=True),
    tune("ssl.cachesize", "Sessions that are remembered.", number(), why=_WHY),
    tune("ssl.capture-buffer-size", "Bytes of a client's hello that are kept.", number(), why=_WHY, repeat="never"),
    tune(
        "ssl.capture-cipherlist-size",
        "Old name of `tune.ssl.capture-buffer-size`.",
        number(),
        why=_WHY,
        repeat="never",
        today=renamed("tune.ssl.capture-cipherlist-size", "tune.ssl.capture-buffer-size"),
    ),
    tune("ssl.certificate-compression", "Certificates are sent compressed.", OneOf(("auto", "off")), why=_WHY),
    tune("ssl.default-dh-param", "Bits of the Diffie-Hellman exchange.", number(1024), why=_WHY),
    tune("ssl.force-private-cache", "Processes don't share sessions.", why=_WHY),
    tune("ssl.hard-maxrecord", "Bytes of a record.", number(), why=_RECORDS),
    tune("ssl.keylog", "Keys of connections can be logged.", SWITCH, why=_WHY),
    tune("ssl.keyupdate-rate-limit", "Renewals of keys that a client may ask for.", number(), why=_WHY),
    tune("ssl.lifetime", "Seconds for which a session may be taken up again.", Time("s"), why=_WHY),
    tune("ssl.maxrecord", "Bytes of a connection's first records.", number(), why=_RECORDS),
    tune("ssl.ssl-ctx-cache-size", "Generated certificates that are kept.", number(), why=_WHY),
)

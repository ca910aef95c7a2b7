"""Words of the sections that are kept as their statements."""

from __future__ import annotations

from steelyard.config.grammar.row import Row, Where
from steelyard.config.grammar.said import anything


def _words(where: Where, names: str) -> tuple[Row, ...]:
    doc = f"A word of section '{(where.name or '').lower().replace('_', '-')}'."
    return tuple(Row(name, where, doc, parse=anything, effect="later", repeat="add") for name in names.split())


ROWS = (
    *_words(Where.PEERS, "bind server peer log default-bind default-server shards disabled enabled"),
    *_words(Where.RESOLVERS, "nameserver parse-resolv-conf hold resolve_retries timeout accepted_payload_size"),
    *_words(Where.MAILERS, "mailer timeout"),
    *_words(Where.CACHE, "total-max-size max-object-size max-age max-secondary-entries process-vary"),
    *_words(Where.PROGRAM, "command user group option"),
    *_words(Where.RING, "format maxlen size description server timeout backing-file"),
    *_words(Where.LOG_FORWARD, "bind dgram-bind log maxconn backlog timeout option"),
    *_words(Where.LOG_PROFILE, "log-tag on"),
    *_words(Where.FCGI_APP, "docroot index acl log-stderr option pass-header path-info set-param"),
    *_words(Where.CRT_STORE, "crt-base key-base load"),
    *_words(
        Where.ACME,
        "account-key acme-vars bits challenge challenge-ready contact curves directory dns-delay dns-timeout eab-key-id"
        " eab-mac-alg eab-mac-key keytype map profile provider-name reuse-key",
    ),
    *_words(Where.TRACES, "trace"),
    *_words(Where.HEALTHCHECK, "type"),
)

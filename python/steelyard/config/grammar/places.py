"""The places where an expression can stand, and which of them a rule set of a section is."""

from __future__ import annotations

# In the order of the letters of the table in `fetches.py`. `fe`/`be`: of a frontend or a backend.
PLACES = (
    "fe-connection",
    "fe-session",
    "fe-content",
    "fe-request",
    "fe-request-body",
    "fe-use-backend",
    "be-content",
    "be-request",
    "be-request-body",
    "be-server",
    "source",
    "be-response-content",
    "be-response",
    "be-response-body",
    "store",
    "fe-response-content",
    "fe-response",
    "fe-response-body",
    "log",
    "check",
    "parser",
    "cli",
)
BIT = {name: 1 << index for index, name in enumerate(PLACES)}

REQUEST_SIDE = sum(BIT[name] for name in PLACES[:9])
"""Where a client or its request is looked at, before a server was chosen."""
ANYWHERE = (1 << len(PLACES)) - 1

# What a rule set reads, for the frontend and for the backend part of a proxy.
RULESETS = {
    "quic-initial": ("fe-connection", ""),
    "tcp-request connection": ("fe-connection", ""),
    "tcp-request session": ("fe-session", ""),
    "tcp-request content": ("fe-content", "be-content"),
    "tcp-response content": ("fe-response-content", "be-response-content"),
    "http-request": ("fe-request", "be-request"),
    "http-response": ("fe-response", "be-response"),
    "http-after-response": ("fe-response", "be-response"),
    "stats http-request": ("fe-request", "be-request"),
    "stats admin": ("fe-request", "be-request"),
    "redirect": ("fe-request", "be-request"),
    "monitor": ("fe-request", ""),
    "monitor fail": ("fe-request", ""),
    "use_backend": ("fe-use-backend", ""),
    "use-server": ("", "be-server"),
    "balance": ("", "be-server"),
    "source": ("", "source"),
    "stick match": ("", "be-server"),
    "stick on": ("", "be-server"),
    "stick store-request": ("", "be-server"),
    "stick store-response": ("", "store"),
    "force-persist": ("fe-request", "be-request"),
    "ignore-persist": ("fe-request", "be-request"),
    "log-format": ("log", ""),
    "log-format-sd": ("log", ""),
    "error-log-format": ("log", ""),
    "unique-id-format": ("fe-request", ""),
    "tcp-check": ("", "check"),
    "http-check": ("", "check"),
    "set-var": ("parser", "parser"),
    "set-var-fmt": ("parser", "parser"),
}
# Those whose conditions HAProxy does not look at: what is never true there is a notice.
UNCHECKED = frozenset({"monitor fail"})
HINTED = (
    "tcp-request connection",
    "tcp-request content",
    "http-request",
    "use_backend",
    "tcp-response content",
    "http-response",
    "log-format",
)
RESPONSE_SIDE = (
    "tcp-response content",
    "http-response",
    "http-after-response",
    "stick store-response",
    "http-check",
    "tcp-check",
)


def mask(section: str, ruleset: str) -> int:
    """The places that a rule set of a section stands for; 0 where that is not decided by the rule set alone (`acl`)."""
    front, back = RULESETS.get(ruleset, ("", ""))
    out = 0
    if front and section != "backend":
        out |= BIT[front]
    if back and section != "frontend":
        out |= BIT[back]
    return out


def rulesets_of(bits: int) -> list[str]:
    """The rule sets whose places are among `bits`, for a hint."""
    return [name for name, parts in RULESETS.items() if any(part and bits & BIT[part] for part in parts) and name in HINTED]

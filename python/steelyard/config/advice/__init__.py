"""Advice on a valid configuration: what is never used, never reached, has no effect, or is risky.

Each function reads the model and gives a report of notices. They are no part of a check: HAProxy says nothing of these things,
and under `zero-warning` a warning would stop a start. `steelyard lint` shows them. Each says why it may not be meant as it is
written. Codes are SY08.
"""

from __future__ import annotations

from collections.abc import Callable

from steelyard.config.advice.checks import health, retries
from steelyard.config.advice.patterns import covered, impossible, plain_regexes
from steelyard.config.advice.risks import (
    believed_headers,
    extensions,
    limits,
    open_statistics,
    plain_passwords,
    slow_clients,
    twice_the_same,
)
from steelyard.config.advice.rules import capital_names, shadowed_rules
from steelyard.config.advice.shadowed import repeated_backends, shadowed_backends
from steelyard.config.advice.stickiness import cookies
from steelyard.config.advice.unused import unused_acls, unused_backends, unused_userlists
from steelyard.config.advice.words import (
    closing,
    dropped,
    no_limit,
    old_tls,
    open_api,
    own_words,
    page_passwords,
    times,
    unsafe_parsing,
    unverified,
)
from steelyard.config.model import Config
from steelyard.diagnostics.diagnostic import Report

ADVICE: tuple[Callable[[Config], Report], ...] = (
    unused_acls,
    unused_backends,
    unused_userlists,
    shadowed_backends,
    repeated_backends,
    cookies,
    health,
    retries,
    open_statistics,
    slow_clients,
    plain_passwords,
    limits,
    believed_headers,
    twice_the_same,
    extensions,
    impossible,
    covered,
    plain_regexes,
    shadowed_rules,
    capital_names,
    times,
    dropped,
    own_words,
    unverified,
    old_tls,
    closing,
    no_limit,
    unsafe_parsing,
    open_api,
    page_passwords,
)


def advise(config: Config) -> Report:
    """Everything, in reading order."""
    report = Report([item for rule in ADVICE for item in rule(config).items])
    order = {name: index for index, name in enumerate(config.files)}
    report.items.sort(key=lambda item: (order.get(item.span.file, len(order)), item.span.line, item.span.column))
    return report

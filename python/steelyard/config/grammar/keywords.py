"""All rows that can start a line, in one table."""

from __future__ import annotations

from steelyard.config.grammar import (
    balance,
    captures,
    check_options,
    check_steps,
    check_words,
    cookie,
    error_words,
    filter_words,
    forward_words,
    global_accepted,
    global_words,
    http_error,
    keep_words,
    log_targets,
    option_words,
    proxy_later,
    proxy_words,
    rule_words,
    section_words,
    servers,
    stats_words,
    timeouts,
    userlist_words,
)
from steelyard.config.grammar.table import Table

_TOPICS = (
    global_words,
    proxy_words,
    option_words,
    timeouts,
    servers,
    balance,
    rule_words,
    log_targets,
    cookie,
    captures,
    filter_words,
    forward_words,
    check_options,
    check_steps,
    check_words,
    error_words,
    http_error,
    stats_words,
    userlist_words,
    section_words,
    global_accepted,
    keep_words,
    proxy_later,
)

KEYWORDS = Table(*(topic.ROWS for topic in _TOPICS))

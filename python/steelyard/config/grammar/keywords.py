"""All rows that can start a line, in one table."""

from __future__ import annotations

from steelyard.config.grammar import (
    balance,
    global_words,
    option_words,
    proxy_words,
    servers,
    timeouts,
)
from steelyard.config.grammar.table import Table

KEYWORDS = Table(global_words.ROWS, proxy_words.ROWS, option_words.ROWS, timeouts.ROWS, servers.ROWS, balance.ROWS)

"""Parsers of everything that is evaluated for a request. They read the tables of `config/grammar/` and name no keyword.

Each takes the words of a line, reports what is wrong, and returns None when it can't go on.
"""

from __future__ import annotations

from steelyard.config.rules.acl import parse_acl
from steelyard.config.rules.condition import parse_condition
from steelyard.config.rules.expr import parse_expr
from steelyard.config.rules.logformat import parse_log_format
from steelyard.config.rules.place import Place
from steelyard.config.rules.reply import read_reply
from steelyard.config.rules.rule import parse_rule

__all__ = ["Place", "parse_acl", "parse_condition", "parse_expr", "parse_log_format", "parse_rule", "read_reply"]

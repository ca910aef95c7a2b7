"""One sentence for each fetch, converter, action and log alias. Facts from the manual, in our own words."""

from __future__ import annotations

from functools import cache

from steelyard.config.grammar.docs import actions as _actions
from steelyard.config.grammar.docs import connection, content, converters, http, process, tables, tls, usage


@cache
def fetches() -> dict[str, str]:
    """By the name of the fetch."""
    found = dict(tables.fetches())
    for topic in (connection, content, http, process, tls):
        found.update(tables.rows(topic.FETCHES))
    return found


@cache
def converter_docs() -> dict[str, str]:
    """By the name of the converter."""
    return {**dict(tables.converters()), **dict(converters.maps()), **dict(tables.rows(converters.CONVERTERS))}


@cache
def actions() -> dict[str, str]:
    """By the name of the action as its table writes it, `set-var*`."""
    return dict(tables.rows(_actions.ACTIONS))


@cache
def aliases() -> dict[str, str]:
    """By the name of the log alias, without its `%`."""
    return dict(tables.rows(_actions.ALIASES))


def usages() -> dict[str, str]:
    """What follows a word whose arguments have a grammar of their own; `section/word` for those of sections."""
    return usage.usages()

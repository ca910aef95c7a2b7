"""`steelyard doc [WORD ...]`: what a word of the language means, where it is valid, how it is written, what it does here."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from textwrap import wrap

from steelyard.config import reference
from steelyard.config.reference import EFFECTS, KINDS, Entry

_MOST = 40
"""Words of one kind that are listed with their sentences; more of them only by name."""


def run(words: Sequence[str]) -> int:
    """0 where there is something to show, 1 for an unknown word."""
    parser = argparse.ArgumentParser("steelyard doc", description="Tells what a word of the configuration language means.")
    parser.add_argument("word", nargs="*", help="a word, or several as in 'option httpchk'; none lists what there is")
    asked = " ".join(parser.parse_args(words).word)
    if not asked.strip():
        print("\n".join(_topics()))
        return 0
    kinds = [kind for kind in KINDS if asked.lower() in (kind.lower(), f"{kind.lower()}s", "fetches" if kind == "fetch" else "")]
    found = reference.find(asked)
    if kinds and not found:
        print("\n".join(_kind(kinds[0])))
        return 0
    family = reference.beginning(asked)
    if not found and not family:
        near = reference.near(asked)
        hint = f"; near it: {', '.join(near)}" if near else ""
        print(f"steelyard: nothing in the language is called '{asked}'{hint}", file=sys.stderr)
        return 1
    blocks = ["\n".join(entry_lines(entry)) for entry in found]
    if family:
        blocks.append("\n".join([f"Words that begin with '{asked}':", *_table(family)]))
    print("\n\n".join(blocks))
    return 0


def entry_lines(entry: Entry) -> list[str]:
    """The usage, the kind, the sentence, and what else there is to know."""
    lines = [f"{entry.usage}", f"  ({entry.kind}) {entry.doc}"]
    if entry.valid:
        lines += wrap(
            f"Valid in: {', '.join(entry.valid)}.", 100, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False
        )
    lines += [f"  {note}" for note in entry.notes]
    return [*lines, f"  Here: {EFFECTS[entry.effect]}."]


def _topics() -> list[str]:
    lines = ["steelyard doc WORD tells what a word means. These kinds of words there are; 'steelyard doc KIND' lists one:", ""]
    for kind, what in KINDS.items():
        count = sum(entry.kind == kind for entry in reference.entries())
        lines.append(f"  {kind:<15} {count:>4}  {what}")
    return lines


def _kind(kind: str) -> list[str]:
    found = [entry for entry in reference.entries() if entry.kind == kind]
    if len(found) <= _MOST:
        return _table(found)
    names = sorted({entry.name for entry in found})
    return wrap(", ".join(names), 100, break_long_words=False, break_on_hyphens=False)


def _table(entries: Iterable[Entry]) -> list[str]:
    rows = list(dict.fromkeys((entry.name, entry.doc) for entry in entries))
    width = max(len(name) for name, _ in rows)
    return [f"  {name:<{width}}  {doc}" for name, doc in rows]

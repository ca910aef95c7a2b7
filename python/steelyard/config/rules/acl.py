"""ACL tests: an expression, flags, a match method and patterns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import cast

from steelyard.config.expr import AclTest, Matcher, PatternFileRef
from steelyard.config.grammar import acls, calls
from steelyard.config.grammar.types import MATCHER_OF_TYPE, MATCHER_TAKES, casts
from steelyard.config.nearest import nearest
from steelyard.config.rules.expr import Found, read_expr
from steelyard.config.rules.names import acl_name_problem
from steelyard.config.rules.patterns import read_patterns
from steelyard.config.rules.place import Place
from steelyard.config.rules.scan import name_end
from steelyard.config.rules.spot import spot
from steelyard.config.span import Span, Word
from steelyard.diagnostics.diagnostic import Report


@dataclass(slots=True)
class _Flags:
    """What stands between the expression and the patterns; `next` is the index of the first pattern. `ended`: by `--`."""

    icase: bool = False
    resolve: bool = True
    is_map: bool = False
    matcher: str = ""
    files: list[PatternFileRef] = field(default_factory=list)
    next: int = 0
    ended: bool = False


def parse_acl(words: Sequence[Word], place: Place, report: Report) -> AclTest | None:
    """`words`: what follows `acl`."""
    name = words[0]
    problem = acl_name_problem(name.text)
    if problem:
        report.alert("SY0410", problem, name.span)
        return None
    if len(words) < 2:
        report.alert("SY0401", f"ACL '{name}' has no expression", name.span, help="write what it looks at, as 'path_beg /static'")
        return None
    here = place if place.ruleset == "acl" else replace(place, ruleset="acl")
    return read_test(name.text, words[1:], here, report)


def read_test(name: str, words: Sequence[Word], place: Place, report: Report) -> AclTest | None:
    """The words of one test, without its name; `name` is empty for an anonymous one."""
    first = words[0]
    end = name_end(first.text, 0)
    short = acls.rows().get(first.text[:end])
    found = _expression(words, end, short, place, report)
    if found is None:
        return None
    # Patterns start behind the first word, as in HAProxy, also where converters of the expression follow in words of their own.
    flags = _flags(words, 1, report)
    if flags is None:
        return None
    matcher = _matcher(words, flags, short, found, report)
    if matcher is None:
        return None
    dotted = first.text[:end] in acls.VERSIONS
    patterns = read_patterns(matcher, words[flags.next :], report, resolve=flags.resolve, dotted=dotted)
    if patterns is None:
        return None
    text = " ".join(word.text for word in words)
    span = first.span
    # `--` says that there is nothing behind it on purpose
    if matcher not in ("found", "bool") and not patterns and not flags.files and not flags.ended:
        report.notice("SY0413", f"no pattern behind '{found.expr.text}': the test is never true", span)
    return AclTest(name, found.expr, matcher, flags.icase, patterns, tuple(flags.files), text, span)


def _expression(words: Sequence[Word], end: int, short: tuple[str, str] | None, place: Place, report: Report) -> Found | None:
    first = words[0]
    meant = list(words)
    shift = 0
    if short is not None:
        # `path_beg(...)` is read as `path(...)`; columns in messages are moved back by what the names differ.
        text, span = short[0] + first.text[end:], first.span
        meant[0] = Word(text, Span(span.file, span.line, span.column, max(1, len(text))))
        shift = len(short[0]) - end
    elif first.text[:end] not in calls.fetch_rows() and not (place.lua and first.text.startswith(calls.LUA)):
        guess = nearest(first.text[:end], [*acls.rows(), *calls.fetch_rows()])
        hint = f"did you mean '{guess}'?" if guess else ""
        report.alert("SY0401", f"unknown fetch '{first.text[:end] or first.text}'", spot(first, 0, max(1, end)), help=hint)
        return None
    found = read_expr(meant, 0, place, report, more=short is None)
    if found is None:
        return None
    word = meant[found.index]
    if found.end < len(word.text):
        rest = word.text[found.end :]
        at = found.end - (shift if found.index == 0 else 0)
        report.alert("SY0403", f"unexpected '{rest}' after an expression", spot(words[found.index], at, len(rest)))
        return None
    return found


def _flags(words: Sequence[Word], at: int, report: Report) -> _Flags | None:
    flags = _Flags(next=at)
    while flags.next < len(words):
        word = words[flags.next]
        if not word.text.startswith("-"):
            break
        flags.next += 1
        if word.text == "--":
            flags.ended = True
            break
        if not _flag(word, words, flags, report):
            return None
    return flags


def _flag(word: Word, words: Sequence[Word], flags: _Flags, report: Report) -> bool:
    match word.text:
        case "-i":
            flags.icase = True
        case "-n":
            flags.resolve = False
        case "-M":
            flags.is_map = True
        case "-f" | "-m" | "-u":
            if flags.next >= len(words):
                report.alert("SY0411", f"'{word}' needs a word behind it", word.span)
                return False
            value = words[flags.next]
            flags.next += 1
            if word.text == "-m":
                flags.matcher = value.text
            elif word.text == "-f":
                flags.files.append(PatternFileRef(value.text, flags.is_map, value.span, flags.icase))
            elif not value.text.isdigit():
                report.alert("SY0411", f"'{value}' is not an id of an ACL", value.span)
                return False
        case _:
            help = "write '--' in front of a pattern that begins with '-'"
            report.alert("SY0411", f"'{word}' is not a flag of an ACL", word.span, help=help)
            return False
    return True


def _matcher(words: Sequence[Word], flags: _Flags, short: tuple[str, str] | None, found: Found, report: Report) -> Matcher | None:
    span = found.expr.span
    chosen = flags.matcher
    if chosen:
        if chosen not in MATCHER_TAKES:
            guess = nearest(chosen, MATCHER_TAKES)
            word = next(each for each in words if each.text == chosen)
            hint = f"did you mean '{guess}'?" if guess else f"one of: {', '.join(MATCHER_TAKES)}"
            report.alert("SY0411", f"unknown match method '{chosen}'", word.span, help=hint)
            return None
    elif short is not None and (not found.expr.converters or short[1] != "str"):
        chosen = short[1]
    else:
        chosen = MATCHER_OF_TYPE.get(found.type, "")
        if not chosen:
            help = "write one behind it, as '-m str'"
            report.alert("SY0411", f"'{found.expr.text}' gives type {found.type}: its match method must be said", span, help=help)
            return None
    if not casts(found.type, MATCHER_TAKES[chosen]):
        report.alert("SY0405", f"'-m {chosen}' can't look at '{found.expr.text}', which gives type {found.type}", span)
        return None
    return cast(Matcher, chosen)

"""Rules on whole lines of messages, `req*` and `rsp*` of HAProxy 1, in today's words; None where those can't say the same.

The old ones match a regular expression with the request line and with each `Name: value`, and put a whole line in its place.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import product

from steelyard.config.grammar.today import Today, made
from steelyard.config.span import Word

_HEADER = re.compile(r"\^\(?([A-Za-z0-9_-]+(?:\|[A-Za-z0-9_-]+)*)\)?:(.*)\Z", re.DOTALL)
_ONE_HEADER = re.compile(r"\^([A-Za-z0-9_-]+):(.*)\Z", re.DOTALL)
_KEPT_HEADER = re.compile(r"([A-Za-z0-9_-]+):(.*)\Z", re.DOTALL)
_START = re.compile(r"\^([A-Za-z0-9_-]+)(?:\.\*)?\Z")
# A group that begins with the name, as in `^(Set-Cookie:.*)` and `\1; Secure`.
_GROUPED = re.compile(r"\^\(([A-Za-z0-9_-]+):(.*)\Z", re.DOTALL)
_ADDED = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]?([^\r\n]*)\Z")
_BLANKS = re.compile(r"(?:\\?[ \t]|\[\\?[ \t]\]|\\s|\\t|\[\\s\])[*+?]?")
_ALL = ("", ".*", ".*$", "(.*)", "(.*)$", ".+", "$")
# The method at the start of a request line: any, or some by name, with the blank behind it inside of the group or not.
_ANY_METHOD = r"(?:\[\^[\\ :st]*\][*+]|\.\*|\.\+|\\S[*+]|\\w[*+]|\[A-Z\][*+])"
_LINE = re.compile(
    rf"\^?(?:\((?P<any>{_ANY_METHOD})(?P<inside> ?)\)|\((?P<some>[A-Z]+(?:\|[A-Z]+)*)\)|(?P<one>[A-Z]+))(?P<blank> ?)"
)
_KEPT_TARGET = re.compile(rf"{_ANY_METHOD}(?:\\? |\\s)(.*)\Z", re.DOTALL)
_VERSION = re.compile(r" (?:\(?HTTP/[^ ()]*\)?|\(\.\*\)|\.\*|\(HTTP/.*\))\$?\Z")
_METHODS = re.compile(r"\^?(?:\(?(?:[A-Z]{3,}\|?)+\)?[ \\]|\(?\[\^[^\]]*:)")
_TERMS = 64
"""Products of conditions that are written out at most."""

Words = list[Word]


def added(rules: str) -> Today:
    """`reqadd <line>`: a header behind the others."""

    def today(words: Sequence[Word]) -> list[Words] | None:
        found = _ADDED.match(words[1].text) if len(words) > 1 else None
        if found is None:
            return None
        value = Word(found[2].replace("%", "%%"), words[1].span)
        return [[*made(f"{rules} add-header {found[1]}", words[0]), value, *words[2:]]]

    return today


def deleted(rules: str) -> Today:
    """`reqdel <regex>`: headers whatever they hold, by name or by the start of it."""

    def today(words: Sequence[Word]) -> list[Words] | None:
        if len(words) < 2:
            return None
        text = words[1].text
        start = _START.match(text)
        if start is not None:
            return [[*made(f"{rules} del-header {start[1]} -m beg", words[0]), *words[2:]]]
        found = _HEADER.match(text)
        if found is None or _value(found[2]) not in _ALL:
            return None
        return [[*made(f"{rules} del-header {name}", words[0]), *words[2:]] for name in found[1].split("|")]

    return today


def replaced(rules: str, icase: bool) -> Today:
    """`reqrep <regex> <line>`: the value of one header, or the target of a request."""

    def today(words: Sequence[Word]) -> list[Words] | None:
        if len(words) < 3:
            return None
        line = _header_replaced(words, rules, icase) or _header_kept(words, rules, icase)
        if line is None and rules == "http-request":
            line = _target_replaced(words, icase) or _target_kept(words, icase)
        return None if line is None else [line]

    return today


def _header_replaced(words: Sequence[Word], rules: str, icase: bool) -> Words | None:
    flag = "(?i)" if icase else ""
    found, new = _ONE_HEADER.match(words[1].text), re.match(r"([A-Za-z0-9_-]+):[ \t]?(.*)\Z", words[2].text, re.DOTALL)
    if found is not None and new is not None and found[1].lower() == new[1].lower():
        name, regex, text = found[1], f"{flag}^{_value(found[2])}", new[2]
    else:
        found, new = _GROUPED.match(words[1].text), re.match(r"(?=\\1)(.*)\Z", words[2].text, re.DOTALL)
        if found is None or new is None:
            return None
        name, regex, text = found[1], f"{flag}^({_value(found[2])}", new[1]
    value = Word(text.replace("%", "%%"), words[2].span)
    return [*made(f"{rules} replace-header {name}", words[0]), Word(regex, words[1].span), value, *words[3:]]


def _header_kept(words: Sequence[Word], rules: str, icase: bool) -> Words | None:
    """`^(Set-Cookie:.*) \\1;\\ Secure`: what stands in the first group stays where it is, the name with it."""
    inside = _first_group(words[1].text, words[2].text)
    found = _KEPT_HEADER.match(inside[0]) if inside is not None else None
    if inside is None or found is None:
        return None
    regex = Word(f"{'(?i)' if icase else ''}^({_value(found[2])}){inside[1]}", words[1].span)
    value = Word(words[2].text.replace("%", "%%"), words[2].span)
    return [*made(f"{rules} replace-header {found[1]}", words[0]), regex, value, *words[3:]]


def _target_kept(words: Sequence[Word], icase: bool) -> Words | None:
    """`^([^ ]* /)a/(.*) \\1\\2`: the method and the start of the target stay, and so does what is behind the last group."""
    new = words[2].text
    inside = _first_group(words[1].text, new)
    found = _KEPT_TARGET.match(inside[0]) if inside is not None else None
    if inside is None or found is None or " " in new:
        return None
    last = _groups(inside[1]) + _groups(inside[0]) + 1
    if not re.search(r"\((?:\.\*|\.\+)\)\$?\Z", inside[1]) or not new.endswith(f"\\{last}"):
        return None
    action = "replace-pathq" if found[1].startswith("/") else "replace-uri"
    regex = Word(f"{'(?i)' if icase else ''}^({found[1]}){inside[1]}", words[1].span)
    return [*made(f"http-request {action}", words[0]), regex, Word(new.replace("%", "%%"), words[2].span), *words[3:]]


def _first_group(regex: str, new: str) -> tuple[str, str] | None:
    """What stands in the group that a regex starts with, and behind it, where the new line starts with it and has it once."""
    if not regex.startswith("^(") or not new.startswith("\\1") or "\\1" in new[2:] or new[2:3].isdigit():
        return None
    depth, at = 0, 1
    while at < len(regex):
        if regex[at] == "\\":
            at += 1
        elif regex[at] == "[":
            at = regex.find("]", at + 2)
            if at < 0:
                return None
        elif regex[at] in "()":
            depth += 1 if regex[at] == "(" else -1
            if depth == 0:
                return regex[2:at], regex[at + 1 :]
        at += 1
    return None


def _target_replaced(words: Sequence[Word], icase: bool) -> Words | None:
    """`^([^ :]*) /a/(.*)` and `\\1 /b/\\2`: the method stays, and so does what is behind the target."""
    line, new = words[1].text, words[2].text
    found = _LINE.match(line)
    if found is None or not (found["inside"] or found["blank"]):
        return None
    grouped = found["one"] is None
    start = ("\\1" if grouped else found["one"]) + ("" if found["inside"] else " ")
    if not new.startswith(start):
        return None
    regex, target = line[found.end() :], new[len(start) :]
    version = _VERSION.search(regex)
    if version is not None and " " in target:
        regex, target = regex[: version.start()] + "$", target[: target.rindex(" ")]
    elif re.search(r"\((?:\.\*|\.\+)\)\$?\Z", regex) and re.search(r"\\\d\Z", target):
        if int(target[-1]) != _groups(regex) + grouped:
            return None
    else:
        return None
    if " " in target or (grouped and "\\1" in target):
        return None
    if grouped:
        target = re.sub(r"\\(\d)", lambda match: f"\\{int(match[1]) - 1}", target)
    action = "replace-pathq" if regex.startswith("/") else "replace-uri"
    test = f"{{ method {' '.join((found['some'] or found['one'] or '').split('|'))} }}" if not found["any"] else ""
    condition = _with(words[3:], [made(test, words[0])] if test else [[]], words[0])
    if condition is None:
        return None
    return [
        *made(f"http-request {action}", words[0]),
        Word(f"{'(?i)' if icase else ''}^{regex.removeprefix('^')}", words[1].span),
        Word(target.replace("%", "%%"), words[2].span),
        *condition,
    ]


def _groups(regex: str) -> int:
    return len(re.findall(r"(?<!\\)\((?!\?)", regex))


def refused(action: str, icase: bool) -> Today:
    """`reqdeny <regex>`: a rule for requests with such a line, `http-response deny` for such a response."""

    def today(words: Sequence[Word]) -> list[Words] | None:
        if len(words) < 2:
            return None
        at, text = words[0], words[1].text
        response = action.startswith("http-response")
        flag = "-i " if icase else ""
        side = "res" if response else "req"
        found = _ONE_HEADER.match(text)
        if found is not None:
            tests = [_test(f"{side}.fhdr({found[1]}) -m reg {flag}", f"^{_value(found[2])}", words[1])]
            condition = _with(words[2:], tests, at)
            return None if condition is None else [[*made(action, at), *condition]]
        lines = _test(f"{side}.hdrs -m reg {flag}", "(?m)" + re.sub(r"(?<!\\)\$\Z", r"\\r?$", text), words[1])
        if response:
            condition = None if text.startswith("^HTTP") else _with(words[2:], [lines], at)
            return None if condition is None else [[*made(action, at), *condition]]
        first = [
            *made("http-request set-var-fmt(req.start)", at),
            Word("%[method] %[url] HTTP/%[req.ver]", at.span),
        ]
        start = _test(f"var(req.start) -m reg {flag}", text, words[1])
        condition = _with(words[2:], [start] if _METHODS.match(text) else [start, lines], at)
        return None if condition is None else [first, [*made(action, at), *condition]]

    return today


def _test(fetch: str, regex: str, at: Word) -> Words:
    """A regex that begins with a dash would be a flag."""
    dashes = "-- " if regex.startswith("-") else ""
    return [*made("{ " + fetch + dashes, at), Word(regex, at.span), *made("}", at)]


def _value(regex: str) -> str:
    """The expression for the value, without the blanks that stand in front of it."""
    while (blanks := _BLANKS.match(regex)) is not None and blanks.end():
        regex = regex[blanks.end() :]
    return regex


def _with(condition: Sequence[Word], tests: Sequence[Words], at: Word) -> Words | None:
    """A condition that also wants one of some tests; an empty test asks for nothing."""
    if not condition:
        written = [test for test in tests if test]
        return [*made("if", at), *_sum(written, at)] if written else []
    if tests == [[]]:
        return list(condition)
    sums = _products(condition[1:])
    if sums is None:
        return None
    if condition[0].text == "unless":
        if _size(sums) > _TERMS:
            return None
        sums = [[_negated(term) for term in chosen] for chosen in product(*sums)]
    if len(sums) * len(tests) > _TERMS or condition[0].text not in ("if", "unless"):
        return None
    every = [[*test, *(word for term in terms for word in term)] for test in tests for terms in sums]
    return [*made("if", at), *_sum(every, at)]


def _size(sums: Sequence[Sequence[Words]]) -> int:
    size = 1
    for terms in sums:
        size *= max(1, len(terms))
    return size


def _sum(products: Sequence[Words], at: Word) -> Words:
    out: Words = []
    for index, words in enumerate(products):
        out += [*(made("or", at) if index else []), *words]
    return out


def _negated(term: Words) -> Words:
    """A term has all its exclamation marks in its first word."""
    text = term[0].text
    bare = text.lstrip("!")
    even = (len(text) - len(bare)) % 2 == 0
    return [Word(f"!{bare}" if even else bare, term[0].span), *term[1:]]


def _products(words: Sequence[Word]) -> list[list[Words]] | None:
    """`a !b or { c }` as lists of terms; None where braces or exclamation marks are in places that are hard to tell."""
    sums: list[list[Words]] = [[]]
    inside: Words = []
    marks = ""
    for word in words:
        if inside:
            inside.append(word)
            if word.text == "}":
                sums[-1].append(inside)
                inside = []
        elif word.text.lower() in ("or", "||"):
            sums.append([])
        elif word.text.strip("!") == "" and word.text:
            marks += word.text
        else:
            own = Word(marks + word.text, word.span) if marks else word
            marks = ""
            if own.text.lstrip("!") == "{":
                inside = [own]
            else:
                sums[-1].append([own])
    return None if inside or marks or not all(sums) else sums

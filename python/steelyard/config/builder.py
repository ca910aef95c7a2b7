"""Configurations written by programs: sections and lines made in Python, printed as a file that reads back to the same words.

    site = Configuration()
    site.defaults().mode("http").timeout(client="30s", connect="5s", server="30s")
    site.frontend("www").bind(":80").default_backend("app")
    site.backend("app").server("s1", "10.0.0.1:80", check=True, weight=3)
    site.write("haproxy.cfg")

A value is one word of the line, whatever is in it: blanks, quotes, `#`, `$` and line feeds are quoted. Words and their order are
HAProxy's; what they must look like is judged when the text is read, as `Configuration.config` does.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Self

from steelyard.config.api import loads
from steelyard.config.grammar.sections import SECTIONS
from steelyard.config.lexer import MAX_LINE, MAX_WORDS, tokenize
from steelyard.config.model import Config
from steelyard.config.quote import join

Value = str | int | timedelta
"""A word of a line. A `timedelta` is written in milliseconds."""

Option = Value | bool | None | Sequence[Value]
"""True is the word alone, False and None leave it out, a sequence gives several words behind it."""

Test = str | Sequence[Value]
"""A condition behind `if`: text as in a file (`"is_static !internal"`), or its words one by one."""

_INDENT = "    "


@dataclass(frozen=True, slots=True)
class Comment:
    """A line for readers. Reading a file gives none back."""

    text: str


@dataclass(slots=True)
class Section:
    """A section: the words of its first line, and its lines in order, each a list of words (or a comment).

    Each method adds one line and gives the section back. `add` takes any line; the others are short for what is needed most.
    """

    words: list[str]
    lines: list[list[str] | Comment] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """`frontend`, `global`, ..."""
        return self.words[0]

    @property
    def name(self) -> str:
        """Empty for a section without one."""
        return self.words[1] if len(self.words) > 1 and self.words[1] != "from" else ""

    def add(self, *words: Value) -> Self:
        """One line: `add("option", "forwardfor", "except", "127.0.0.1")`."""
        self.lines.append(_words(words))
        return self

    def comment(self, text: str) -> Self:
        """`# text` before the next line; a text of several lines gives several."""
        self.lines += _comments(text)
        return self

    def rule(self, ruleset: str, *action: Value, if_: Test | None = None, unless: Test | None = None) -> Self:
        """`rule("http-request", "set-header", "X-Real-IP", "%[src]", if_="from_proxy")`; any word that takes a condition."""
        return self.add(*ruleset.split(), *action, *_condition(if_, unless))

    def mode(self, mode: str) -> Self:
        return self.add("mode", mode)

    def option(self, name: str, *words: Value) -> Self:
        """`option("forwardfor")`, `option("httpchk", "GET", "/health")`; `add("no", "option", ...)` takes one back."""
        return self.add("option", name, *words)

    def timeout(self, **times: Value) -> Self:
        """`timeout(client="30s", http_request=timedelta(seconds=10))`: one line a time. A number is milliseconds."""
        for name, time in times.items():
            self.add("timeout", _dashed(name), time)
        return self

    def bind(self, address: str, **options: Option) -> Self:
        """`bind(":443", ssl=True, crt="/etc/site.pem")`"""
        return self.add("bind", address, *_options(options))

    def server(self, name: str, address: str, **options: Option) -> Self:
        """`server("s1", "10.0.0.1:80", check=True, inter="2s")`"""
        return self.add("server", name, address, *_options(options))

    def default_server(self, **options: Option) -> Self:
        return self.add("default-server", *_options(options))

    def balance(self, algorithm: str, *words: Value) -> Self:
        return self.add("balance", algorithm, *words)

    def acl(self, name: str, *test: Value) -> Self:
        """`acl("is_static", "path_beg", "/static", "/images")`"""
        return self.add("acl", name, *test)

    def http_request(self, *action: Value, if_: Test | None = None, unless: Test | None = None) -> Self:
        return self.rule("http-request", *action, if_=if_, unless=unless)

    def http_response(self, *action: Value, if_: Test | None = None, unless: Test | None = None) -> Self:
        return self.rule("http-response", *action, if_=if_, unless=unless)

    def use_backend(self, name: str, *, if_: Test | None = None, unless: Test | None = None) -> Self:
        return self.rule("use_backend", name, if_=if_, unless=unless)

    def default_backend(self, name: str) -> Self:
        return self.add("default_backend", name)

    def find(self, *words: str) -> list[list[str]]:
        """The lines that start with these words; they may be changed in place."""
        return [line for line in self.lines if isinstance(line, list) and line[: len(words)] == list(words)]

    def remove(self, *words: str) -> int:
        """Takes out the lines that start with these words; how many there were."""
        found = self.find(*words)
        self.lines = [line for line in self.lines if not any(line is each for each in found)]
        return len(found)

    def text(self) -> str:
        """The section as it stands in a file."""
        return "".join(line + "\n" for line in (_line(self.words, head=True), *(_INDENT + _line(each) for each in self.lines)))


@dataclass(slots=True)
class Configuration:
    """Sections in order. Each method adds one and gives it back, so that lines can be added to it."""

    sections: list[Section] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)

    @classmethod
    def of(cls, config: Config) -> Configuration:
        """What a configuration was read from, to be changed and written again. Comments and conditional blocks are gone."""
        return cls([Section(list(block.words), [list(line) for line in block.lines]) for block in config.blocks])

    def section(self, kind: str, name: str = "", *words: Value) -> Section:
        """Any section: `section("resolvers", "dns")`."""
        made = Section(_words([kind, *([name] if name else []), *words]))
        self.sections.append(made)
        return made

    def global_(self) -> Section:
        return self.section("global")

    def defaults(self, name: str = "", *, from_: str = "") -> Section:
        return self.section("defaults", name, *_from(from_))

    def frontend(self, name: str, *, from_: str = "") -> Section:
        """`from_`: the name of the defaults section it starts with; the last one above it without."""
        return self.section("frontend", name, *_from(from_))

    def backend(self, name: str, *, from_: str = "") -> Section:
        return self.section("backend", name, *_from(from_))

    def listen(self, name: str, *, from_: str = "") -> Section:
        return self.section("listen", name, *_from(from_))

    def userlist(self, name: str) -> Section:
        return self.section("userlist", name)

    def comment(self, text: str) -> None:
        """On top of the file."""
        self.comments += _comments(text)

    def get(self, kind: str, name: str = "") -> Section | None:
        """The first section of that kind and name."""
        return next((each for each in self.sections if (each.kind, each.name) == (kind, name)), None)

    def text(self) -> str:
        """The whole file. Raises `ValueError` for a line that could not be read back as it is."""
        top = "".join(_line(comment) + "\n" for comment in self.comments)
        return "\n".join([*([top] if top else []), *(section.text() for section in self.sections)])

    def config(self, *, environ: Mapping[str, str] | None = None, runnable: bool = False) -> Config:
        """The model. Raises `ConfigurationError`, which names the lines of `text()`."""
        return loads(self.text(), name="built", environ=environ, runnable=runnable)

    def write(self, path: str | os.PathLike[str]) -> None:
        """Writes `text()` to a file, UTF-8."""
        data = self.text().encode()
        with open(path, "wb") as file:
            file.write(data)


def _words(values: Iterable[Value]) -> list[str]:
    return [_word(value) for value in values]


def _word(value: Value) -> str:
    if isinstance(value, timedelta):
        return f"{value // timedelta(milliseconds=1)}ms"
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise TypeError(f"{value!r} is no word of a configuration: a str, an int or a timedelta is")
    return str(value)


def _dashed(name: str) -> str:
    """A word of the language as the name of an argument: `check_port`, and `from_` for what Python keeps to itself."""
    return name.rstrip("_").replace("_", "-")


def _options(options: Mapping[str, Option]) -> list[Value]:
    words: list[Value] = []
    for name, value in options.items():
        if value is None or value is False:
            continue
        words.append(_dashed(name))
        if isinstance(value, (str, int, timedelta)):
            words += [] if value is True else [value]
        else:
            words += value
    return words


def _condition(if_: Test | None, unless: Test | None) -> list[Value]:
    if if_ is not None and unless is not None:
        raise ValueError("a rule has one condition: either if_ or unless")
    test = unless if if_ is None else if_
    if test is None:
        return []
    return ["unless" if if_ is None else "if", *(_cut(test) if isinstance(test, str) else test)]


def _cut(text: str) -> list[str]:
    """The words of a text as it stands in a file."""
    words, error = tokenize(text, "", 1, lambda name: None)
    if error is not None:
        raise ValueError(f"{text!r}: {error.message}")
    return [word.text for word in words]


def _from(name: str) -> tuple[str, ...]:
    return ("from", name) if name else ()


def _comments(text: str) -> list[Comment]:
    return [Comment(line) for line in text.split("\n")]


def _line(words: list[str] | Comment, *, head: bool = False) -> str:
    """One line, which is read back as these words."""
    if isinstance(words, Comment):
        return f"# {words.text}".replace("\n", " ").rstrip()
    if not words or not all(words):
        raise ValueError(f"{words!r} holds an empty word, which would end the line there")
    if len(words) > MAX_WORDS:
        raise ValueError(f"{len(words)} words on the line '{words[0]} ...', {MAX_WORDS} is the limit")
    if (words[0] in SECTIONS) is not head:
        raise ValueError(f"'{words[0]}' {'is no section' if head else 'starts a section, and so can not start a line in one'}")
    if words[0].startswith("."):
        raise ValueError(f"'{words[0]}' would be read as a directive")
    line = join(words)
    if len(line) > MAX_LINE - len(_INDENT):
        raise ValueError(f"the line '{words[0]} ...' is longer than {MAX_LINE} characters")
    return line

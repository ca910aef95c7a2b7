"""Sample expressions: `fetch(args),converter(args),...`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from steelyard.config.expr import Absent, AclArg, Arg, Call, Expr, RegexArg, StrArg, VarArg
from steelyard.config.grammar import calls, choices, places, renames, supported
from steelyard.config.grammar.calls import ArgKind, Row
from steelyard.config.grammar.types import casts
from steelyard.config.nearest import nearest
from steelyard.config.record import Record
from steelyard.config.rules.args import MAY_BE_EMPTY, NUMBERS, Later, fault, read
from steelyard.config.rules.names import LATER_SCOPES
from steelyard.config.rules.place import Place
from steelyard.config.rules.regex import regex_later
from steelyard.config.rules.scan import Cut, Piece, arguments, name_end
from steelyard.config.rules.spot import spot
from steelyard.config.span import Span, Word
from steelyard.diagnostics.diagnostic import Report


class Found(Record):
    """An expression, the type it gives, and the places where it has a value. It ends before character `end` of word `index`."""

    expr: Expr
    type: str
    places: int
    index: int
    end: int


class _Reader(Struct):
    """Reads one expression from character `at` of `words[index]`. `more`: converters may follow in words of their own."""

    words: Sequence[Word]
    index: int
    at: int
    place: Place
    report: Report
    more: bool

    @property
    def word(self) -> Word:
        return self.words[self.index]

    def alert(self, code: str, message: str, at: int, length: int = 1, help: str = "") -> None:
        self.report.alert(code, message, spot(self.word, at, length), help=help)

    def read(self) -> Found | None:
        first, start = self.index, self.at
        row = self._row("fetch", calls.fetch_rows())
        if row is None:
            return None
        fetch = self._call(row, "fetch", renames.FETCH)
        if fetch is None:
            return None
        converters: list[Call] = []
        type_ = row.output
        while self._next_converter():
            here = self.at
            converter = self._row("converter", calls.converter_rows())
            if converter is None:
                return None
            if not casts(type_, converter.input):
                self.alert(
                    "SY0405",
                    f"'{converter.name}' takes a sample of type {converter.input}, which {type_} can't become",
                    here,
                    len(converter.name),
                )
                return None
            call = self._call(converter, "converter", {})
            if call is None:
                return None
            converters.append(call)
            type_ = type_ if converter.output == "same" else converter.output
        text = self._text(first, start)
        expr = Expr(fetch, tuple(converters), text, spot(self.words[first], start, max(1, len(text))))
        return Found(expr, type_, row.places, self.index, self.at)

    def _text(self, first: int, start: int) -> str:
        if self.index == first:
            return self.word.text[start : self.at]
        middle = [word.text for word in self.words[first + 1 : self.index]]
        return " ".join([self.words[first].text[start:], *middle, self.word.text[: self.at]])

    def _next_converter(self) -> bool:
        """Moves to the name of the next converter, if there is one."""
        text = self.word.text
        comma = False
        while self.at < len(text) and text[self.at] == ",":
            self.at += 1
            comma = True
        if self.at < len(text):
            return comma
        if comma:  # HAProxy takes commas at the end of a word for nothing
            self.report.notice("SY0115", "nothing follows the last comma", spot(self.word, self.at - 1), help="leave it out")
        if not self.more or self.index + 1 >= len(self.words):
            return False
        # The next word goes on with a converter, or is not of this expression.
        following = self.words[self.index + 1].text
        name = following[: name_end(following, 0)]
        if name in calls.converter_rows() or (self.place.lua and name.startswith(calls.LUA)):
            self.index += 1
            self.at = 0
            return True
        return False

    def _row(self, what: str, rows: Mapping[str, Row]) -> Row | None:
        text = self.word.text
        end = name_end(text, self.at)
        name = text[self.at : end]
        if not name:
            self.alert("SY0401", f"the name of a {what} is missing", min(self.at, max(0, len(text) - 1)))
            return None
        row = calls.lua_row(name) if self.place.lua and name.startswith(calls.LUA) else rows.get(name)
        if row is None:
            guess = nearest(name, rows)
            hint = f"did you mean '{guess}'?" if guess else ""
            self.alert("SY0401", f"unknown {what} '{name}'", self.at, len(name), hint)
        return row

    def _call(self, row: Row, what: str, renamed: Mapping[str, tuple[str, ...] | str]) -> Call | None:
        start = self.at
        self.at += len(row.name)
        pieces: list[Piece] = []
        text = self.word.text
        if self.at < len(text) and text[self.at] == "(":
            try:
                pieces, self.at = arguments(text, self.at)
            except Cut as cut:
                self.alert("SY0403", f"in '{row.name}': {cut.message}", min(cut.at, len(text) - 1))
                return None
        elif self.at < len(text) and text[self.at] not in ",] \t":
            self.alert("SY0403", f"unexpected '{text[self.at]}' after '{row.name}'", self.at)
            return None
        args = self._args(row, pieces, start, choices.FETCH if what == "fetch" else choices.CONVERTER)
        if args is None:
            return None
        wrong = fault(row.name, args)
        if wrong:
            self.alert("SY0404", f"arguments of '{row.name}': {wrong}", start, len(row.name))
            return None
        name = _canonical(renamed.get(row.name, row.name), self.place)
        known = supported.FETCHES if what == "fetch" else supported.CONVERTERS
        if name not in known:
            span = spot(self.word, start, len(row.name))
            self.report.later("SY0402", f"{what} '{row.name}' is not supported yet", span)
        return Call(name, args, spot(self.word, start, self.at - start))

    def _args(self, row: Row, pieces: list[Piece], start: int, words: Mapping[tuple[str, int], str]) -> tuple[Arg, ...] | None:
        if len(pieces) > len(row.args):
            extra = pieces[len(row.args)]
            most = "no argument" if not row.args else f"at most {len(row.args)} argument{'s' if len(row.args) > 1 else ''}"
            self.alert("SY0404", f"'{row.name}' takes {most}", extra.at, max(1, len(extra.text)))
            return None
        if not pieces and row.args and self._may_stand_empty(row, self.at > start + len(row.name)):
            pieces = [Piece("", start)]
        if len(pieces) < row.fewest:
            self.alert("SY0404", f"'{row.name}' needs {row.fewest} argument(s), {len(pieces)} given", start, len(row.name))
            return None
        out: list[Arg] = []
        for position, (kind, piece) in enumerate(zip(row.args, pieces, strict=False)):
            span = spot(self.word, piece.at, max(1, len(piece.text)))
            if (row.name, position) in choices.ANY_CASE:
                piece = Piece(piece.text.lower(), piece.at)
            names_acl = _names_acl(kind, out, piece.text)
            word = "aclname" if names_acl else "string" if kind.kind == "when" else kind.kind
            if self.place.index is not None:
                self.place.index.argument(word, self.word, piece.at, piece.text, self.place.section, self.place.proxy)
            value = (
                self._acl(piece.text, span, turns=kind.kind == "aclname")
                if names_acl
                else read(word, kind.optional, piece.text, span)
            )
            if isinstance(value, Absent) and kind.kind in NUMBERS and position + 1 < len(pieces):
                value = "it is empty: a number can be left out only where nothing follows it"
            allowed = words.get((row.name, position))
            if allowed and not piece.text and (row.name, position) in choices.NOT_EMPTY:
                value = f"it is empty, and not one of {', '.join(allowed.split())}"
            elif allowed and not piece.text and not isinstance(value, str):
                value = Absent()
            elif allowed and piece.text and piece.text not in allowed.split():
                value = f"'{piece.text}' is not one of {', '.join(allowed.split())}"
            if isinstance(value, Later):
                self.report.later("SY0402", f"argument {position + 1} of '{row.name}': {value}", span)
                value = StrArg(piece.text)
            elif value is None:
                return None
            elif isinstance(value, str):
                self.report.alert("SY0404", f"argument {position + 1} of '{row.name}': {value}", span)
                return None
            later = regex_later(value.pattern) if isinstance(value, RegexArg) else ""
            if later:
                self.report.later("SY0404", f"argument {position + 1} of '{row.name}': {later}", span)
            if isinstance(value, VarArg) and value.scope in LATER_SCOPES:
                self.report.later("SY0402", f"variables of scope '{value.scope}' are not supported yet", span)
            out.append(value)
        while out and isinstance(out[-1], Absent):
            out.pop()
        return _with_flags(row, out)

    def _may_stand_empty(self, row: Row, written: bool) -> bool:
        """Whether nothing is an argument too. `written`: in parentheses, where it also is the proxy's own table."""
        first = row.args[0]
        if row.fewest == 1:
            return first.kind in MAY_BE_EMPTY
        return written and (first.kind == "table" or (row.name, 0) in choices.NOT_EMPTY)

    def _acl(self, text: str, span: Span, *, turns: bool) -> Arg | None:
        """An ACL that stands above, or one of HAProxy's own."""
        name = text.removeprefix("!") if turns else text
        from steelyard.config.rules.condition import predefined  # reads expressions itself

        own = self.place.acls is not None and name in self.place.acls
        known = None if own else predefined(name)
        if not own and known is None and self.place.acls is not None:
            guess = nearest(name, self.place.acls)
            hint = f"did you mean '{guess}'?" if guess else f"define it above: 'acl {name} ...'"
            self.report.alert("SY0701", f"no ACL '{name}' before this line", span, help=hint)
            return None
        return AclArg(name, name != text, known, span)


def _names_acl(kind: ArgKind, before: Sequence[Arg], text: str) -> bool:
    """Whether an argument is the name of an ACL: always, or behind the word `acl`."""
    if kind.kind == "when":
        return before in ([StrArg("acl")], [StrArg("!acl")])
    return kind.kind == "aclname" and bool(text)


def _with_flags(row: Row, args: list[Arg]) -> tuple[Arg, ...]:
    """The flag `i` of a regex is part of the regex."""
    flags = next((a.value for k, a in zip(row.args, args, strict=False) if k.kind == "regex_flags" and isinstance(a, StrArg)), "")
    if "i" in flags:
        return tuple(RegexArg(each.pattern, True) if isinstance(each, RegexArg) else each for each in args)
    return tuple(args)


def _canonical(name: str | tuple[str, ...], place: Place) -> str:
    if isinstance(name, str):
        return name
    return name[-1] if place.ruleset in places.RESPONSE_SIDE else name[0]


def read_expr(words: Sequence[Word], index: int, place: Place, report: Report, *, at: int = 0, more: bool = True) -> Found | None:
    """The expression at character `at` of `words[index]`, with its type. What comes after it is for the caller to judge."""
    if index >= len(words):
        last = words[-1]
        report.alert(
            "SY0401", "the name of a fetch is missing", last.span, help="write an expression behind it, as 'src' or 'path'"
        )
        return None
    return _Reader(words, index, at, place, report, more).read()


def check_place(found: Found, place: Place, report: Report, *, error: bool, elsewhere: int = 0) -> bool:
    """Whether the fetch can have a value here. `error`: one that can't is a mistake, not only useless.

    `elsewhere`: places where it may have one instead, and is then only useless.
    """
    here = places.mask(place.section, place.ruleset)
    if not here or found.places & here:
        return True
    error = error and not found.places & elsewhere
    tell = report.alert if error else report.warning
    tell(
        "SY0406",
        f"'{found.expr.fetch.name}' has no value in '{place.ruleset}'",
        found.expr.fetch.span,
        help=f"it is there in: {', '.join(places.rulesets_of(found.places))}",
    )
    return not error


def parse_expr(words: Sequence[Word], at: int, place: Place, report: Report, *, elsewhere: int = 0) -> tuple[Expr | None, int]:
    """The expression that starts at `words[at]`; also the index of the first word after it. `elsewhere`: as of `check_place`."""
    found = read_expr(words, at, place, report)
    if found is None:
        return None, at + 1
    word = words[found.index]
    if found.end < len(word.text):
        rest = word.text[found.end :]
        report.alert("SY0403", f"unexpected '{rest}' after an expression", spot(word, found.end, len(rest)))
        return None, found.index + 1
    fits = check_place(found, place, report, error=True, elsewhere=elsewhere)
    return (found.expr if fits else None), found.index + 1

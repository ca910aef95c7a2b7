"""The arguments of an action, read by its row of `grammar/actions.py`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from steelyard.config.expr import Action, PatternFileRef, TableArg, Value, VarArg
from steelyard.config.grammar import actions, places
from steelyard.config.grammar.action_usage import FIELDS, action_usage
from steelyard.config.grammar.actions import Shape
from steelyard.config.grammar.values import Loose, Odd
from steelyard.config.nearest import nearest
from steelyard.config.rules.expr import parse_expr
from steelyard.config.rules.names import LATER_SCOPES, variable
from steelyard.config.rules.place import Place
from steelyard.config.rules.redirect import read_redirect
from steelyard.config.rules.reply import read_reply
from steelyard.config.rules.scan import Cut, Piece, arguments
from steelyard.config.rules.spot import spot
from steelyard.config.rules.tracked import constant, read_counter
from steelyard.config.rules.values import READERS, is_condition, one_of, read_level
from steelyard.config.span import Word
from steelyard.diagnostics.diagnostic import Report

Fields = dict[str, Value]


_NOTHING = {"format": "an empty text", "amount|expr": "0"}
_MAY_BE_MISSING = {"set-var-fmt": ("format",), **dict.fromkeys(("sc-set-gpt", "sc-set-gpt0", "sc-add-gpc"), ("amount|expr",))}
"""Kinds of last words that HAProxy does without; `_NOTHING`: what they are then."""
_READ_ANYWHERE = {"set_address": places.REQUEST_SIDE, "pause": places.ANYWHERE, "set_timeout": places.ANYWHERE}
"""Actions whose expression may have its value in other places than the rule's: HAProxy takes it, and it changes nothing."""


def read_action(shape: Shape, words: Sequence[Word], at: int, place: Place, report: Report) -> tuple[Action | None, int]:
    """`words[at]` is the action's name; also the index of the first word after its arguments."""
    return _Arguments(words, at, place, report).read(shape)


class _Arguments:
    """Reads the arguments of one action; `at` moves over them."""

    def __init__(self, words: Sequence[Word], at: int, place: Place, report: Report) -> None:
        self.words, self.at, self.place, self.report = words, at + 1, place, report
        self.action = words[at]
        self.elsewhere = 0

    def read(self, shape: Shape) -> tuple[Action | None, int]:
        if shape.reader == "reply":
            reply, end = read_reply(self.words, self.at, self.place, self.report)
            return (None if reply is None else Action(shape.variant, (("reply", reply),))), end
        if shape.variant == "capture" and self.place.section == "listen":
            self.place = replace(self.place, section="frontend")  # captures are the frontend's
        if shape.reader == "redirect":
            return read_redirect(self.words, self.at, self.place, self.report)
        self.elsewhere = _READ_ANYWHERE.get(shape.variant, 0)
        fields: Fields = dict(shape.fixed)
        good = self._needs(shape.needs) and self._inside(shape, fields)
        good = good and (shape.reader != "variable" or self._variable(fields))
        good = good and (shape.reader not in ("counter", "element") or self._counter(shape, fields))
        for arg in shape.args.split():
            field, _, kind = arg.partition(":")
            good = good and self._one(field, kind, fields)
        own = _OWN.get(shape.reader)
        good = good and (own is None or own(self, fields))
        good = good and self._options(shape, fields)
        good = good and (shape.variant != "del_header" or self._named_by_regex(fields))
        if not good:
            return None, self._condition_at()
        return Action(shape.variant, tuple(fields.items())), self.at

    def _condition_at(self) -> int:
        """Where the condition starts, so that its mistakes are told too."""
        return next((index for index in range(self.at, len(self.words)) if is_condition(self.words, index)), len(self.words))

    def _missing(self, what: str) -> bool:
        bare = self.action.text.partition("(")[0]
        name = next((each for each in (bare, f"{bare}*", f"{bare.rstrip('0123456789')}*") if each in actions.SHAPES), "")
        help = "write '" + action_usage(name, actions.SHAPES[name], bare) + "'" if name else ""
        self.report.alert("SY0503", f"'{self.action}' needs {what}", self.action.span, help=help)
        return False

    def _wrong(self, message: str, help: str = "", word: Word | None = None) -> bool:
        self.report.alert("SY0504", message, (word or self.action).span, help=help)
        return False

    def _next(self) -> Word | None:
        return self.words[self.at] if self.at < len(self.words) and not is_condition(self.words, self.at) else None

    def _needs(self, needs: str) -> bool:
        """What the action asks of its section."""
        kind = self.place.section
        for need in needs.split():
            if need == "experimental" and not self.place.experimental:
                help = "write 'expose-experimental-directives' in 'global', above this line"
                return self._wrong(f"'{self.action}' is experimental in HAProxy and must be asked for", help)
            if need == "section" and kind == "defaults":
                return self._wrong(f"'{self.action}' is not allowed in a defaults section")
            if (need == "frontend" and kind == "backend") or (need == "backend" and kind == "frontend"):
                return self._wrong(f"'{self.action}' is not allowed here: {kind} '{self.place.proxy}' has no {need} part")
        return True

    def _one(self, field: str, kind: str, fields: Fields) -> bool:
        """One argument. A kind `x|expr` is a word of kind x where it starts as a number does, else an expression."""
        if self.at >= len(self.words):
            if kind not in _MAY_BE_MISSING.get(self.action.text.partition("(")[0], ()):
                return self._missing(f"a word for its {FIELDS.get(field, field)}" if field else repr(kind[1:]))
            self.report.notice(
                "SY0115", f"'{self.action}' has no {FIELDS.get(field, field)} and uses {_NOTHING[kind]}", self.action.span
            )
            fields[field] = (
                constant(0) if kind == "amount|expr" else READERS[kind](Word("", self.action.span), self.place, self.report)
            )
            return True
        word = self.words[self.at]
        plain, either, _ = kind.partition("|expr")
        if kind == "expr" or (either and word.text[:1] not in "0123456789-+"):
            found, self.at = parse_expr(self.words, self.at, self.place, self.report, elsewhere=self.elsewhere)
            fields[field] = found
            return found is not None
        self.at += 1
        if plain.startswith("="):
            fields[field] = one_of(word, plain[1:].split("|"), self.report)
        elif plain == "level":
            level = read_level(word, self.report)
            if level is not None:
                fields[field] = level[0]
            return level is not None
        else:
            value = READERS[plain](word, self.place, self.report)
            # Where an expression could stand, a number is one.
            fields[field] = constant(value) if either and isinstance(value, int) else value
        # A word without a field says nothing by itself.
        return (fields[field] if field else fields.pop(field)) is not None

    def _options(self, shape: Shape, fields: Fields) -> bool:
        rows = {word: (field, kind) for word, field, kind in (each.split(":") for each in shape.options.split())}
        while self.at < len(self.words) and self.words[self.at].text in rows:
            start, word = self.at, self.words[self.at]
            field, kind = rows[word.text]
            self.at += 1
            if not field:
                # What is only judged, not kept, stands once.
                del rows[word.text]
            if kind == "yes":
                fields[field] = True
            elif not self._one(field, kind, fields):
                return False
            said = " ".join(each.text for each in self.words[start : self.at])
            for later in {word.text, said}.intersection(shape.later):
                self.report.later("SY0402", f"'{later}' of '{self.action}' is not supported yet", word.span)
        return True

    def _pieces(self, what: str) -> list[Piece] | None:
        """What stands in parentheses behind the action's own name."""
        text = self.action.text
        start = text.find("(")
        if start < 0:
            self._missing(f"{what} in parentheses")
            return None
        try:
            pieces, end = arguments(text, start)
        except Cut as cut:
            self.report.alert("SY0403", cut.message, spot(self.action, min(cut.at, len(text) - 1)))
            return None
        if not pieces or end < len(text):
            self._missing(f"{what} in parentheses")
            return None
        return pieces

    def _inside(self, shape: Shape, fields: Fields) -> bool:
        if not shape.inside:
            return True
        if shape.inside in ("file:acl_file", "file:map_file") and self.action.text.partition("(")[2] in ("", ")"):
            # HAProxy takes the rule, and nothing can be looked up in what it changes.
            fields["file"] = PatternFileRef("", shape.inside == "file:map_file", self.action.span)
            return True
        wanted = [each.partition(":") for each in shape.inside.split()]
        pieces = self._pieces(", ".join(f"<{field}>" for field, _, kind in wanted if not kind.endswith("?")))
        if pieces is None:
            return False
        fewest = sum(not kind.endswith("?") for _, _, kind in wanted)
        if not fewest <= len(pieces) <= len(wanted):
            return self._wrong(f"'{self.action}' takes {fewest} to {len(wanted)} words in parentheses, {len(pieces)} given")
        for (field, _, kind), piece in zip(wanted, pieces, strict=False):
            word = Word(piece.text, spot(self.action, piece.at, max(1, len(piece.text))))
            kind = kind.rstrip("?")
            if kind == "variable":
                if not self._name(piece, fields):
                    return False
                continue
            value = one_of(word, kind[1:].split("|"), self.report) if kind.startswith("=") else None
            fields[field] = value if kind.startswith("=") else READERS[kind](word, self.place, self.report)
            if fields[field] is None:
                return False
        return True

    def _name(self, piece: Piece, fields: Fields) -> bool:
        found = variable(piece.text)
        if not isinstance(found, VarArg):
            self.report.alert("SY0504", found, spot(self.action, piece.at, max(1, len(piece.text))))
            return False
        if found.scope in LATER_SCOPES:
            span = spot(self.action, piece.at, max(1, len(piece.text)))
            self.report.later("SY0402", f"variables of scope '{found.scope}' are not supported yet", span)
        fields |= {"scope": found.scope, "name": found.name}
        return True

    def _variable(self, fields: Fields) -> bool:
        """`(scope.name[,<condition>...])` behind the action's own name."""
        pieces = self._pieces("the name of a variable")
        if pieces is None or not self._name(pieces[0], fields):
            return False
        at = 1
        while at < len(pieces):
            text, span = pieces[at].text, spot(self.action, pieces[at].at, max(1, len(pieces[at].text)))
            if text not in actions.VARIABLE_CONDITIONS or self.action.text.startswith("unset"):
                guess = nearest(text, actions.VARIABLE_CONDITIONS)
                help = f"did you mean '{guess}'?" if guess else f"one of: {', '.join(actions.VARIABLE_CONDITIONS)}"
                self.report.alert("SY0504", f"'{text}' is no condition on setting a variable", span, help=help)
                return False
            at += 1
        if not self.action.text.startswith("unset"):
            fields["conditions"] = " ".join(piece.text for piece in pieces[1:])
        return True

    def _counter(self, shape: Shape, fields: Fields) -> bool:
        found = read_counter(self.action, shape.reader == "element", self.place.counters, self.report)
        if found is None:
            return False
        fields |= found
        if "amount" in fields and fields["amount"] is None:
            fields["amount"] = constant(1)
        if "table" in fields and fields["table"] is None:
            fields["table"] = TableArg("", self.action.span)
        return True

    def length(self, fields: Fields) -> bool:
        """`len <bytes>` or `id <number>` of a capture. Responses have no length of their own, and backends no slots."""
        words = self.words[self.at : self.at + 2]
        response = self.place.ruleset in ("http-response", "http-after-response")
        kinds = ("id",) if response else ("len",) if self.place.ruleset == "tcp-request content" else ("len", "id")
        if len(words) < 2 or words[0].text not in kinds:
            return self._missing(f"{' or '.join(repr(kind) for kind in kinds)} and a number behind its expression")
        text = words[1].text
        least, most = (1, 2_147_483_647) if words[0].text == "len" else (0, 65535)
        if least and text[:1].isdigit():
            # As much of a length counts as is a number.
            number = Loose().read(text)
            if isinstance(number, Odd):
                self.report.notice("SY0115", f"'{text}' {number.why}", words[1].span)
                text = str(number.value)
        if not (text.isascii() and text.isdigit() and least <= int(text[:20]) <= most):
            what = "a length" if least else "the number of a capture"
            return self._wrong(f"'{words[1]}' is not {what}, {least} to {most}", word=words[1])
        self.at += 2
        if not least:
            fields["id"] = int(text)
            fields["len"] = None
        elif self.place.section == "backend":
            help = "write 'declare capture request len <bytes>' in the frontend, and 'id <number>' here"
            return self._wrong(f"backend '{self.place.proxy}' has no place for captures", help, words[0])
        else:
            fields |= {"len": int(text), "id": None}
        return True

    def _named_by_regex(self, fields: Fields) -> bool:
        """Where `del-header` takes its name for a regex (`-m reg`), it must be one."""
        name = self.words[self.at - 3]
        return fields["matcher"] != "reg" or READERS["regex"](name, self.place, self.report) is not None

    def normalizer(self, fields: Fields) -> bool:
        word = self._next()
        if word is None:
            return self._missing("the name of a normalizer")
        name = one_of(word, list(actions.NORMALIZERS), self.report)
        if name is None:
            return False
        self.at += 1
        fields |= {"name": name, "option": False}
        option, more = actions.NORMALIZERS[name], self._next()
        if option and more is not None:
            if one_of(more, [option], self.report) is None:
                return False
            self.at += 1
            fields["option"] = True
        return True

    def timeout(self, fields: Fields) -> bool:
        """`<name> { <time> | <expression> }`; most are of one half of a proxy only."""
        word = self._next()
        if word is None:
            return self._missing(f"the name of a timeout, one of {', '.join(actions.TIMEOUTS)}")
        name = one_of(word, list(actions.TIMEOUTS), self.report)
        if name is None:
            return False
        self.at += 1
        fields["timeout"] = name
        return self._needs(actions.TIMEOUTS[name]) and self._one("value", "least_time|expr", fields)

    def body(self, fields: Fields) -> bool:
        """`time <time> [at-least <bytes>] [use-large-buffer]` in any order."""
        fields |= {"at_least": 0, "large": False}
        if not self._options(Shape("", options="time:time:time at-least:at_least:size use-large-buffer:large:yes"), fields):
            return False
        return "time" in fields or self._missing("'time' and how long to wait")


_OWN: dict[str, Callable[[_Arguments, Fields], bool]] = {
    "body": _Arguments.body,
    "capture": _Arguments.length,
    "normalizer": _Arguments.normalizer,
    "timeout": _Arguments.timeout,
}

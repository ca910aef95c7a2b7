"""Rules: an action with its arguments, and a condition."""

from __future__ import annotations

from collections.abc import Sequence

from steelyard.config.expr import Action, Rule, Value
from steelyard.config.grammar import actions
from steelyard.config.grammar.actions import Shape
from steelyard.config.nearest import nearest
from steelyard.config.rules.condition import parse_condition
from steelyard.config.rules.expr import parse_expr
from steelyard.config.rules.names import variable
from steelyard.config.rules.place import Place
from steelyard.config.rules.redirect import read_redirect
from steelyard.config.rules.reply import read_reply
from steelyard.config.rules.scan import Cut, arguments
from steelyard.config.rules.spot import spot
from steelyard.config.rules.values import READERS, is_condition, read_level
from steelyard.config.span import Word
from steelyard.diagnostics.diagnostic import Report


def parse_rule(ruleset: str, words: Sequence[Word], at: int, place: Place, report: Report) -> Rule | None:
    """`words[at]` is the action; `ruleset` is the rule set as it is written (`tcp-request content`)."""
    word = words[at]
    name = _find(ruleset, word, report)
    if name is None:
        return None
    shape = actions.SHAPES.get(name)
    if shape is None:
        report.later("SY0402", f"action '{name.rstrip('*')}' of '{ruleset}' is not supported yet", word.span)
        return None
    action, end = _Arguments(words, at, place, report).read(shape)
    condition = None
    if end < len(words):
        if not is_condition(words, end):
            if action is not None:
                report.alert("SY0501", f"unexpected '{words[end]}': 'if' or 'unless' is wanted here", words[end].span)
            return None
        condition = parse_condition(words, end, place, report)
        if condition is None:
            return None
    if action is None:
        return None
    return Rule(action, condition, " ".join(each.text for each in words), word.span)


def _find(ruleset: str, word: Word, report: Report) -> str | None:
    """The name of the action in the table."""
    known = actions.names(ruleset)
    bare = word.text.partition("(")[0]
    starred = bare + "*"
    if bare in known and "(" not in word.text:
        return bare
    if starred in known:
        return starred
    numbered = bare.rstrip("0123456789") + "*"
    if numbered != starred and numbered in known:
        return numbered
    elsewhere = actions.rulesets_of(bare) or actions.rulesets_of(starred)
    if elsewhere and ruleset not in elsewhere:
        report.alert("SY0502", f"'{bare}' is not an action of '{ruleset}'", word.span, help=f"valid in: {', '.join(elsewhere)}")
        return None
    guess = nearest(bare, [each.rstrip("*") for each in known])
    hint = f"did you mean '{guess}'?" if guess else f"'{ruleset}' has: {', '.join(each.rstrip('*') for each in known[:12])}, ..."
    report.alert("SY0502", f"unknown action '{word}' in '{ruleset}'", word.span, help=hint)
    return None


class _Arguments:
    """Reads the arguments of one action; `at` moves over them."""

    def __init__(self, words: Sequence[Word], at: int, place: Place, report: Report) -> None:
        self.words, self.at, self.place, self.report = words, at + 1, place, report
        self.action = words[at]

    def read(self, shape: Shape) -> tuple[Action | None, int]:
        if shape.reader == "reply":
            reply, end = read_reply(self.words, self.at, self.place, self.report)
            return (None if reply is None else Action(shape.variant, (("reply", reply),))), end
        if shape.reader == "redirect":
            return read_redirect(self.words, self.at, self.place, self.report)
        fields: dict[str, Value] = dict(shape.fixed)
        good = shape.reader != "variable" or self._variable(fields)
        for arg in shape.args.split():
            field, _, kind = arg.partition(":")
            if good and not self._one(field, kind, fields):
                good = False
        if good and shape.reader == "capture":
            good = self._length(fields)
        good = good and self._options(shape, fields)
        if not good:
            return None, self._condition_at()
        return Action(shape.variant, tuple(fields.items())), self.at

    def _condition_at(self) -> int:
        """Where the condition starts, so that its mistakes are told too."""
        return next((index for index in range(self.at, len(self.words)) if is_condition(self.words, index)), len(self.words))

    def _missing(self, what: str) -> bool:
        self.report.alert("SY0503", f"'{self.action}' needs {what}", self.action.span)
        return False

    def _one(self, field: str, kind: str, fields: dict[str, Value]) -> bool:
        if self.at >= len(self.words):
            return self._missing(f"a word for its {field}")
        word = self.words[self.at]
        if kind == "expr":
            found, self.at = parse_expr(self.words, self.at, self.place, self.report)
            fields[field] = found
            return found is not None
        self.at += 1
        if kind == "level":
            level = read_level(word, self.report)
            if level is not None:
                fields[field] = level[0]
            return level is not None
        value = READERS[kind](word, self.place, self.report)
        fields[field] = value
        return value is not None

    def _options(self, shape: Shape, fields: dict[str, Value]) -> bool:
        rows = {word: (field, kind) for word, field, kind in (each.split(":") for each in shape.options.split())}
        while self.at < len(self.words) and self.words[self.at].text in rows:
            field, kind = rows[self.words[self.at].text]
            self.at += 1
            if not self._one(field, kind, fields):
                return False
        if self.at < len(self.words) and self.words[self.at].text in shape.later:
            word = self.words[self.at]
            self.report.later("SY0402", f"'{word}' is not supported yet", word.span)
            return False
        return True

    def _variable(self, fields: dict[str, Value]) -> bool:
        """`(scope.name)` behind the action's own name."""
        text = self.action.text
        start = text.find("(")
        if start < 0:
            return self._missing("the name of a variable in parentheses")
        try:
            pieces, end = arguments(text, start)
        except Cut as cut:
            self.report.alert("SY0403", cut.message, spot(self.action, min(cut.at, len(text) - 1)))
            return False
        if not pieces or end < len(text):
            return self._missing("the name of a variable in parentheses")
        if len(pieces) > 1:
            span = spot(self.action, pieces[1].at, len(pieces[1].text))
            self.report.later("SY0402", "conditions on setting a variable are not supported yet", span)
            return False
        found = variable(pieces[0].text)
        if isinstance(found, str):
            self.report.alert("SY0504", found, spot(self.action, pieces[0].at, max(1, len(pieces[0].text))))
            return False
        fields |= {"scope": found.scope, "name": found.name}
        return True

    def _length(self, fields: dict[str, Value]) -> bool:
        """`len N` of a capture."""
        words = self.words[self.at : self.at + 2]
        if len(words) < 2 or words[0].text != "len":
            if words and words[0].text == "id":
                self.report.later("SY0402", "capture by 'id' is not supported yet", words[0].span)
                return False
            return self._missing("'len' and a number behind its expression")
        text = words[1].text
        if not (text.isascii() and text.isdigit() and 0 < int(text[:9]) <= 65535):
            self.report.alert("SY0504", f"'{text}' is not a length, 1 to 65535", words[1].span)
            return False
        self.at += 2
        fields["len"] = int(text)
        return True

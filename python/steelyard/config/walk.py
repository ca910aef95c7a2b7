"""Words and tables to statements. Which words there are is told by the tables alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from steelyard.config.checks.order import check_order
from steelyard.config.draft import Draft
from steelyard.config.grammar.keywords import KEYWORDS
from steelyard.config.grammar.row import ANY, PLAIN, USUAL, Row, Where
from steelyard.config.grammar.section import Section
from steelyard.config.grammar.sections import SECTIONS, old_bind
from steelyard.config.grammar.today import made
from steelyard.config.nearest import nearest
from steelyard.config.quote import join
from steelyard.config.span import Word, run_of
from steelyard.config.statement import Prefix, Room, Statement
from steelyard.diagnostics.diagnostic import Label, Severity

_NOT_READ = frozenset({"log-format", "log-format-sd", "unique-id-format"})
"""Words whose argument nobody looks into in the wrong half of a proxy; there must be one."""
_PREFIXES: dict[str, Prefix] = {"no": "no", "default": "default"}


class Walker:
    """Fed line by line; `end` closes the last section. `draft` is None outside sections and in those that can't be read."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.draft: Draft | None = None
        self.section: Section | None = None
        self.where = Where(0)
        self.here: dict[str, Row] = {}
        self.left_out: list[tuple[Row, Sequence[Word], int, Prefix]] = []

    def line(self, words: Sequence[Word]) -> None:
        words = self._cut(words)
        if not words:
            return
        section = SECTIONS.get(words[0].text)
        if section is not None:
            self.room.blocks.append((words, []))
            self._open(section, words)
        elif self.draft is not None:
            self.room.blocks[-1][1].append(words)
            self._statement(self.draft, words)
        elif self.section is None:
            guess = nearest(words[0].text, SECTIONS)
            hint = f"did you mean '{guess}'?" if guess else "start with a section, as 'global' or 'frontend <name>'"
            self.room.report.alert("SY0101", f"'{words[0]}' stands before any section", words[0].span, help=hint)

    def end(self) -> None:
        """Ends a section: statements that needed the whole of it run now."""
        draft = self.draft
        if draft is not None:
            check_order(draft.late)
            for statement in draft.late:
                found = len(self.room.report.items)
                run(statement)
                if statement.row.dormant and draft.get("disabled"):
                    del self.room.report.items[found:]
            draft.late.clear()
            if self.left_out:
                self._judge(draft)
            if self.section is not None and self.section.close is not None:
                self.section.close(draft, self.room)
        self.draft, self.section = None, None
        self.room.environment.section = ""

    def _cut(self, words: Sequence[Word]) -> Sequence[Word]:
        """An empty word ends the line, as in HAProxy; what follows it would be lost, so that is said."""
        for index, word in enumerate(words):
            if not word.text:
                if index + 1 < len(words) or index == 0:
                    help = "give it a value, or leave it out"
                    self.room.report.warning("SY0011", "empty word, the rest of the line is not read", word.span, help=help)
                return words[:index]
        return words

    def _open(self, section: Section, words: Sequence[Word]) -> None:
        self.end()
        self.section = section
        if section.open is None:
            name = f"section '{section.name}'"
            self.room.report.alert(section.code, f"{name} {section.why}", run_of(words), help=section.help)
            return
        self.draft = section.open(words, self.room)
        if self.room.index is not None:
            self.room.index.section(section.name, words)
        if section.later:
            self.draft.later = True
            message = f"section '{section.name}' is not supported yet"
            self.room.report.later("SY0104", message, run_of(words), help=section.help)
        self.room.environment.section = words[1].text if len(words) > 1 else words[0].text
        bind = old_bind(words)
        if bind:
            message = f"an address behind the name of a {words[0]} is gone since HAProxy 1.7, and read as 'bind'"
            self.room.report.warning("SY0112", message, bind[1].span, help=f"write 'bind {bind[1]}' below it")
            self._statement(self.draft, bind)

    def _statement(self, draft: Draft, words: Sequence[Word], sets: str = "") -> None:
        """`sets`: where rules of old are kept that are read in today's words."""
        prefix: Prefix = ""
        if words[0].text in _PREFIXES and len(words) > 1:
            prefix, words = _PREFIXES[words[0].text], words[1:]
        rows, count = KEYWORDS.find(words)
        if not rows:
            self._unknown(draft, words)
            return
        if draft.where is not self.where:
            self.where, self.here = draft.where, KEYWORDS.at(draft.where)
        row = self.here.get(rows[0].name)
        if row is None and count > 1:  # the longer name is a word of other sections
            row, count = self.here.get(words[0].text), 1 if words[0].text in self.here else count
        if row is None and self._family_here(draft, words, count):
            self._unknown(draft, words)
            return
        if row is None:
            self._elsewhere(draft, rows, words, count, prefix)
            return
        if sets and row.sets.startswith("rules."):
            row = replace(row, sets=sets)
        statement = Statement(row, words, count, prefix, draft, self.room)
        if self.room.index is not None:
            self.room.index.statement(statement)
        if row.effect == "removed" and (row.negate or not prefix) and self._translated(statement):
            return
        first = draft.words.get(row.name)
        if row.repeat == "never" and first is not None:
            labels = (Label(first, "first said here"),)
            self.room.report.alert("SY0117", f"'{row.name}' is said twice", statement.span, labels=labels)
            return
        if prefix:
            draft.words[row.name] = None
        elif draft.words.get(row.name) is None:
            draft.words[row.name] = statement.span
        if not _admit(statement):
            return
        if row.late:
            draft.late.append(statement)
        else:
            run(statement)

    def _translated(self, statement: Statement) -> bool:
        """Reads a word that HAProxy has dropped as what is written today; False where that can't be."""
        row = statement.row
        lines = row.today(statement.words) if row.today is not None else None
        if lines is None:
            return False
        shown = [" ".join([*statement.prefix.split(), join([word.text for word in line])]) for line in lines]
        help = " and ".join(f"write '{line}'" for line in shown) if shown else "leave it out"
        since = f" since HAProxy {row.removed}" if row.removed else ""
        statement.report.warning("SY0112", f"'{row.name}' is gone{since}, and read in today's words", statement.span, help=help)
        for line in lines:
            self._statement(statement.draft, [*made(statement.prefix, statement.words[0]), *line], row.sets)
        return True

    def _unknown(self, draft: Draft, words: Sequence[Word]) -> None:
        family = KEYWORDS.families.get(words[0].text)
        if family and len(words) > 1:
            deeper = [name for name in family if name.startswith(f"{words[0]} {words[1]} ")]
            at = 2 if deeper and len(words) > 2 else 1
            start = " ".join(word.text for word in words[:at])
            guess = nearest(words[at].text, [name[len(start) + 1 :] for name in (deeper if at > 1 else family)])
            hint = f"did you mean '{start} {guess}'?" if guess else ""
            message = f"unknown '{words[at]}' after '{start}'"
            self.room.report.alert("SY0102", message, words[at].span, help=hint)
        elif family:
            today = [name for name in sorted(family) if not any(row.deprecated for row in KEYWORDS.by_name[name])]
            hint = f"one of: {', '.join(name.split(' ', 1)[1] for name in today)}" if len(today) <= 12 else ""
            self.room.report.alert("SY0107", f"'{words[0]}' needs another word", words[0].span, help=hint)
        else:
            here = KEYWORDS.at(draft.where)
            firsts = dict.fromkeys(name.partition(" ")[0] for name in here)
            guess = nearest(words[0].text, (*here, *firsts, *SECTIONS))
            hint = f"did you mean '{guess}'?" if guess else ""
            message = f"unknown keyword '{words[0]}' in section '{draft.kind}'"
            self.room.report.alert("SY0102", message, words[0].span, help=hint)

    def _family_here(self, draft: Draft, words: Sequence[Word], count: int) -> bool:
        """`stats foo` in a proxy: `stats` alone is a word of another section, but here it starts longer ones."""
        family = KEYWORDS.families.get(words[0].text, []) if count == 1 else []
        return any(row.where & draft.where for name in family for row in KEYWORDS.by_name[name])

    def _elsewhere(self, draft: Draft, rows: tuple[Row, ...], words: Sequence[Word], count: int, prefix: Prefix) -> None:
        """The word is known, but not here. In the wrong half of a proxy it is only left out, as in HAProxy."""
        row, span = rows[0], run_of(words[:count])
        valid = ", ".join(sorted({(flag.name or "").lower().replace("_", "-") for row in rows for flag in row.where}))
        wrong_half = draft.where & ANY and any(row.where & ANY for row in rows)
        if wrong_half and prefix and not row.negate:
            self.room.report.alert("SY0110", f"'{row.name}' can't stand after '{prefix}'", span)
            return
        if wrong_half and not row.strict and row.effect != "removed":
            half = "backend" if draft.kind == "frontend" else "frontend"
            message = f"'{row.name}' has no effect: {draft.label} has no {half} part"
            self.room.report.warning("SY0111", message, span, help=f"valid in: {valid}")
            self.left_out.append((next(each for each in rows if each.where & ANY), words, count, prefix))
            return
        self.room.report.alert(
            "SY0103", f"'{row.name}' is not allowed in section '{draft.kind}'", span, help=f"valid in: {valid}"
        )

    def _judge(self, draft: Draft) -> None:
        """Words in the wrong half of a proxy have no effect, but must be right, as HAProxy wants it."""
        scratch = Draft(draft.kind, draft.name, draft.where, draft.span, names=draft.names)
        if "mode" in draft.values:
            scratch.values["mode"] = draft.values["mode"]
        report = self.room.report
        for row, words, count, prefix in self.left_out:
            found = len(report.items)
            statement = Statement(row, words, count, prefix, scratch, self.room)
            if row.name not in _NOT_READ:
                run(statement)
            elif not statement.args:
                statement.missing("a format")
            else:
                statement.no_more(count + 1)
            report.items[found:] = [item for item in report.items[found:] if item.severity is Severity.ALERT]
        self.left_out.clear()
        self.room.left_out.append(scratch)


def _admit(statement: Statement) -> bool:
    """Whether the row's state of life and its prefix let it run; says so where not."""
    row, report, span = statement.row, statement.report, statement.span
    if row.effect == "removed":
        since = f" since HAProxy {row.removed}" if row.removed else ""
        if row.parse is None or statement.prefix:
            report.alert("SY0105", f"'{row.name}' is gone{since}", span, help=row.instead)
        else:
            message = f"'{row.name}' is gone{since}, and today's words can't say what this line does"
            report.later("SY0106", message, span, help=row.instead)
            row.parse(statement)
        return False
    if statement.prefix and (not row.negate or (row.no_default and statement.prefix == "default")):
        report.alert("SY0110", f"'{row.name}' can't stand after '{statement.prefix}'", span)
        return False
    if row.named_defaults and statement.draft.kind == "defaults" and not statement.draft.name:
        message = f"'{row.name}' is only allowed in a defaults section with a name"
        report.alert("SY0103", message, span, help="write 'defaults <name>'")
        return False
    if row.experimental and not _exposed(statement):
        message = f"'{row.name}' is experimental"
        report.alert("SY0116", message, span, help="write 'expose-experimental-directives' in 'global' above it")
        return False
    if row.deprecated:
        report.warning("SY0112", f"'{row.name}' is deprecated", span, help=row.instead)
    if row.effect == "accepted":
        report.accept(row.name, row.why, span)
    elif row.effect == "later" and _usual(statement):
        report.accept(row.name, USUAL, span)
    elif row.effect == "later" and not statement.draft.later:
        report.later("SY0104", f"'{row.name}' is not supported yet", span, help=row.instead)
    elif row.effect == "refused":
        why = row.why or "it can't have its effect here"
        report.later("SY0106", f"'{row.name}' is refused: {why}", span, help=row.instead)
    return True


def _usual(statement: Statement) -> bool:
    """`no option ...` of what is not there, and arguments that are those of a word that is not said."""
    return bool(statement.prefix) or (bool(statement.args) and statement.text(statement.at) in statement.row.usual)


def _exposed(statement: Statement) -> bool:
    global_ = statement.room.global_
    return global_ is not None and "expose-experimental-directives" in global_.words


def run(statement: Statement) -> None:
    """Reads the arguments by the row, whatever its effect, and sets its field; one without a field is kept as it was said."""
    row, report = statement.row, statement.report
    found = len(report.items)
    if row.parse is not None:
        row.parse(statement)
    else:
        _plain(statement)
    kept = row.effect != "supported" and (not row.sets or statement.draft.where & PLAIN)
    if kept and not any(item.severity is Severity.ALERT for item in report.items[found:]):
        statement.say()


def _plain(statement: Statement) -> None:
    """Arguments of the types that the row names."""
    row = statement.row
    values: list[object] = []
    least = len(row.args) if row.least < 0 else row.least
    for index, kind in enumerate(row.args):
        if statement.at + index >= len(statement.words) and index >= least:
            break
        value = statement.read(statement.at + index, kind)
        if value is None:
            return
        values.append(value)
    if not statement.no_more(statement.at + len(row.args)):
        return
    if row.sets and row.repeat == "once" and statement.draft.own(row.sets):
        labels = statement.first_said(row.sets)
        message = f"'{row.name}' is said twice, the first one holds"
        statement.report.warning("SY0113", message, statement.span, labels=labels)
        return
    if statement.prefix == "default":
        statement.draft.unset(row.sets)
    elif row.sets:
        put = statement.add if row.repeat == "add" else statement.set
        put(_value(row, statement.prefix, values))


def _value(row: Row, prefix: Prefix, values: list[object]) -> object:
    if prefix == "no":
        return False
    if row.value is not None or not row.args:
        return True if row.value is None else row.value
    return values[0] if len(values) == 1 else tuple(values)

"""A section while it is being read: fields by path, who said them, and what waits for the end of the section."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import field

from steelyard.config.grammar.row import Row, Where
from steelyard.config.model import Said
from steelyard.config.record import Notes
from steelyard.config.span import NOWHERE, Span

if TYPE_CHECKING:
    from steelyard.config.statement import Statement

OWN = frozenset({"id", "description"})
"""Fields that a defaults section never hands on as they are."""


class Draft(Notes):
    """`values` maps a field's path (`maxconn`, `timeouts.client`, `rules.http-request`) to its value; lists are still lists.

    `names`: what lines so far have named (ACLs, users, groups). `words`: keywords that stand in the section, right or wrong, and
    where they do first; None for those that it says `no` to.
    `broken`: what it inherits is not known. `by_name`: it inherits by `from`, not from the last defaults section.
    `others`: what has no field, in order. `later`: the whole section is not supported yet, which is said once.
    `marks`: what rows remember from one line to the next.
    `steps`: kind, name and place of each `tcp-check` and `http-check` line.
    """

    kind: str
    name: str
    where: Where
    span: Span = NOWHERE
    values: dict[str, Any] = field(default_factory=dict)
    said: dict[str, tuple[Row, Span]] = field(default_factory=dict)
    late: list[Statement] = field(default_factory=list)
    inherits: Draft | None = None
    names: set[str] = field(default_factory=set)
    words: dict[str, Span | None] = field(default_factory=dict)
    broken: bool = False
    by_name: bool = False
    others: list[tuple[Row, Said]] = field(default_factory=list)
    later: bool = False
    marks: dict[str, Any] = field(default_factory=dict)
    steps: list[tuple[str, str, Span]] = field(default_factory=list)

    @property
    def label(self) -> str:
        return f"{self.kind} '{self.name}'" if self.name else f"section '{self.kind}'"

    def get(self, path: str, default: Any = None) -> Any:
        return self.values.get(path, default)

    def set(self, path: str, value: object, row: Row, span: Span) -> None:
        self.values.pop(path, None)  # the last one said comes last, which counts where several words share one meaning
        self.values[path] = value
        self.said[path] = (row, span)

    def add(self, path: str, value: object, row: Row, span: Span) -> None:
        self.values.setdefault(path, []).append(value)
        self.said[path] = (row, span)

    def unset(self, path: str) -> None:
        self.values.pop(path, None)
        self.said.pop(path, None)

    def say(self, row: Row, said: Said) -> None:
        """Keeps a statement without a field. As for fields, the last one holds where a word is not one of a list."""
        if row.repeat != "add" or said.prefix:
            self.others = [other for other in self.others if other[0].name != row.name]
        if said.prefix != "default":
            self.others.append((row, said))

    def place(self, *words: str) -> Span | None:
        """Where the first of some keywords stands, here or in what is inherited; None where none does."""
        for word in words:
            draft: Draft | None = self
            while draft is not None and word not in draft.words:
                draft = draft.inherits
            found = draft.words[word] if draft is not None else None
            if found is not None:
                return found
        return None

    def own(self, path: str) -> bool:
        """Said in this section itself, not only inherited."""
        said = self.said.get(path)
        return said is not None and (self.inherits is None or self.inherits.said.get(path) is not said)

    def inherit(self, parent: Draft) -> None:
        """Takes what the defaults section says, as far as it concerns this kind of section."""
        self.inherits = parent
        for path, value in parent.values.items():
            row, _ = parent.said[path]
            if (path in OWN and self.kind != "defaults") or not row.where & self.where:
                continue
            self.values[path] = list(value) if isinstance(value, list) else dict(value) if isinstance(value, dict) else value
            self.said[path] = parent.said[path]
        self.others = [other for other in parent.others if other[0].where & self.where]

    def fields(self) -> dict[str, Any]:
        """Values by the model's names: lists become tuples, `group.key` becomes a mapping under `group`."""
        result: dict[str, Any] = {}
        for path, value in self.values.items():
            frozen = tuple(value) if isinstance(value, list) else value
            group, dot, key = path.partition(".")
            if dot:
                result.setdefault(group, {})[key] = frozen
            else:
                result[group] = frozen
        return result

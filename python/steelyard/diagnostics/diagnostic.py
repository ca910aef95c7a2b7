"""What is wrong, where, and what to write instead: a value. Renderers turn it into text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from steelyard.config.span import NOWHERE, Span


class Severity(Enum):
    """HAProxy's own levels; only ALERT keeps a configuration from starting (WARNING too with `-dW`)."""

    ALERT = "alert"
    WARNING = "warning"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Label:
    """A second place that helps to understand (`first defined here`)."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """`message`: lower case, no full stop, names in quotes, true on its own. `help`: what to type."""

    code: str
    severity: Severity
    message: str
    span: Span = NOWHERE
    help: str = ""
    labels: tuple[Label, ...] = ()


@dataclass(slots=True)
class Report:
    """Collects everything that is found in one run; nothing is raised, so that all mistakes are told at once."""

    items: list[Diagnostic] = field(default_factory=list)

    def alert(self, code: str, message: str, span: Span = NOWHERE, *, help: str = "", labels: tuple[Label, ...] = ()) -> None:
        self.items.append(Diagnostic(code, Severity.ALERT, message, span, help, labels))

    def warning(self, code: str, message: str, span: Span = NOWHERE, *, help: str = "", labels: tuple[Label, ...] = ()) -> None:
        self.items.append(Diagnostic(code, Severity.WARNING, message, span, help, labels))

    def notice(self, code: str, message: str, span: Span = NOWHERE, *, help: str = "", labels: tuple[Label, ...] = ()) -> None:
        self.items.append(Diagnostic(code, Severity.NOTICE, message, span, help, labels))

    @property
    def failed(self) -> bool:
        return any(item.severity is Severity.ALERT for item in self.items)

    def __iter__(self) -> Iterator[Diagnostic]:
        return iter(self.items)

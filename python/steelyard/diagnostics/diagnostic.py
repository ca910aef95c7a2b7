"""What is wrong, where, and what to write instead: a value. Renderers turn it into text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from steelyard.config.span import NOWHERE, Span


class Severity(Enum):
    """HAProxy's own levels, and LATER: valid, but this version can't run it.

    ALERT and LATER keep a configuration from starting (WARNING too with `-dW`).
    """

    ALERT = "alert"
    LATER = "later"
    WARNING = "warning"
    NOTICE = "notice"


def printable(text: str) -> str:
    """The text with what can't be written as UTF-8 (bytes of a file in another encoding) as `\\udcNN`."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode("utf-8")


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


@dataclass(frozen=True, slots=True)
class Accepted:
    """A word that is valid and changes nothing here; `reason` says why that is harmless."""

    name: str
    reason: str
    span: Span


@dataclass(slots=True)
class Report:
    """Collects everything that is found in one run; nothing is raised, so that all mistakes are told at once.

    `accepted`: words without an effect, which are no findings. `unset`: names of variables that are not set, by file and line:
    mistakes there may come of it, so they say it.
    """

    items: list[Diagnostic] = field(default_factory=list)
    accepted: list[Accepted] = field(default_factory=list)
    unset: dict[tuple[str, int], list[str]] = field(default_factory=dict)

    def _add(self, code: str, severity: Severity, message: str, span: Span, help: str, labels: tuple[Label, ...]) -> None:
        if severity in (Severity.ALERT, Severity.WARNING) and (names := self.unset.get((span.file, span.line))):
            said = " and ".join(f"the variable {name} is not set" for name in dict.fromkeys(names))
            help = f"{help}; {said}" if help else said
        self.items.append(Diagnostic(code, severity, printable(message), span, printable(help), labels))

    def alert(self, code: str, message: str, span: Span = NOWHERE, *, help: str = "", labels: tuple[Label, ...] = ()) -> None:
        self._add(code, Severity.ALERT, message, span, help, labels)

    def later(self, code: str, message: str, span: Span = NOWHERE, *, help: str = "", labels: tuple[Label, ...] = ()) -> None:
        """Valid HAProxy that this version can't run."""
        self._add(code, Severity.LATER, message, span, help, labels)

    def warning(self, code: str, message: str, span: Span = NOWHERE, *, help: str = "", labels: tuple[Label, ...] = ()) -> None:
        self._add(code, Severity.WARNING, message, span, help, labels)

    def notice(self, code: str, message: str, span: Span = NOWHERE, *, help: str = "", labels: tuple[Label, ...] = ()) -> None:
        self._add(code, Severity.NOTICE, message, span, help, labels)

    def accept(self, name: str, reason: str, span: Span) -> None:
        self.accepted.append(Accepted(name, reason, span))

    @property
    def failed(self) -> bool:
        """Whether it can't be run, by whoever's fault."""
        return any(item.severity in (Severity.ALERT, Severity.LATER) for item in self.items)

    @property
    def wrong(self) -> bool:
        """Whether it is not valid."""
        return any(item.severity is Severity.ALERT for item in self.items)

    def __iter__(self) -> Iterator[Diagnostic]:
        return iter(self.items)

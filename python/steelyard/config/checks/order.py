"""Rules in an order that their section does not keep: rule sets are carried out one after another, wherever they stand.

HAProxy warns of the same pairs.
"""

from __future__ import annotations

from collections.abc import Sequence

from steelyard.config.statement import Statement
from steelyard.diagnostics.diagnostic import Label

# Keywords in the order in which their rules are carried out; those of one line come at the same time.
_STEPS = (
    ("quic-initial",),
    ("tcp-request connection",),
    ("tcp-request session",),
    ("tcp-request content",),
    ("monitor fail",),
    ("http-request",),
    ("redirect",),
    ("use_backend", "use-server"),
)
_STEP = {name: step for step, names in enumerate(_STEPS) for name in names}


def check_order(statements: Sequence[Statement]) -> None:
    """`statements`: those of one section in the order of its lines; what a defaults section hands on does not count.

    Each keyword is told once a section, with the number of its other lines.
    """
    highest: Statement | None = None
    wrong: dict[str, tuple[Statement, Statement, int]] = {}
    for statement in statements:
        step = _STEP.get(statement.row.name)
        if step is None or statement.row.sets.startswith(("old_rules.", "last_rules.")):
            continue
        if highest is not None and step < _STEP[highest.row.name]:
            first, after, count = wrong.get(statement.row.name, (statement, highest, 0))
            wrong[statement.row.name] = (first, after, count + 1)
        elif highest is None or step > _STEP[highest.row.name]:
            highest = statement
    for first, after, count in wrong.values():
        _tell(first, after, count - 1)


def _tell(statement: Statement, after: Statement, more: int) -> None:
    name, other = statement.row.name, after.row.name
    also = f" ({more} more line{'s' if more > 1 else ''} of the kind)" if more else ""
    message = f"'{name}' stands after '{other}', but is always carried out before it{also}"
    labels = (Label(after.span, "carried out after it"),)
    help = f"move it in front of the first '{other}'"
    statement.report.warning("SY0718", message, statement.span, help=help, labels=labels)

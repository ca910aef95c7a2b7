"""What must be told to an engine that runs one plan so that it runs another."""

from __future__ import annotations

from steelyard.plan.orders import Load, Order
from steelyard.plan.schema import Plan


def diff(old: Plan, new: Plan) -> list[Order]:
    """Applied to `old`, the orders give `new`; equal plans need none. For now every difference loads the new plan whole."""
    return [] if old == new else [Load(plan=new)]

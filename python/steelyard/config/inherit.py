"""What a defaults section hands on besides plain values: rules with their ACLs.

An ACL of a defaults section is seen by that section's own rules only (manual section 4.2, `acl`). A proxy that inherits the rules
may have an ACL of the same name, so the inherited one gets a name that no user can write: `<defaults>/<acl>`.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any

from steelyard.config.draft import Draft
from steelyard.config.expr import AclArg, AclTest, Condition, Rule, Term
from steelyard.config.visit import nodes


def seal_defaults(draft: Draft) -> None:
    """Renames the ACLs of a defaults section and every use of them; called when the section has been read."""
    acls: list[AclTest] = draft.get("acls", [])
    names = {acl.name for acl in acls if "/" not in acl.name}
    if not names:
        return
    draft.values["acls"] = [replace(acl, name=f"{draft.name}/{acl.name}") if acl.name in names else acl for acl in acls]
    for path, value in draft.values.items():
        if path.startswith("rules.") and isinstance(value, list):
            draft.values[path] = [_rule(rule, names, draft.name) for rule in value]
        # expressions name ACLs as well
        if next(nodes(draft.values[path], AclArg), None) is not None:
            draft.values[path] = _sealed(draft.values[path], names, draft.name)


def _sealed(value: Any, names: set[str], prefix: str) -> Any:
    """The same value, its arguments that name ACLs renamed."""
    if isinstance(value, AclArg):
        return replace(value, name=f"{prefix}/{value.name}") if value.name in names else value
    if isinstance(value, (tuple, list)):
        return type(value)(_sealed(each, names, prefix) for each in value)
    if is_dataclass(value) and not isinstance(value, type) and next(nodes(value, AclArg), None) is not None:
        return replace(value, **{each.name: _sealed(getattr(value, each.name), names, prefix) for each in fields(value)})
    return value


def _rule(rule: Rule, names: set[str], prefix: str) -> Rule:
    return rule if rule.cond is None else replace(rule, cond=_condition(rule.cond, names, prefix))


def _condition(cond: Condition, names: set[str], prefix: str) -> Condition:
    return replace(cond, any=tuple(tuple(_term(term, names, prefix) for term in terms) for terms in cond.any))


def _term(term: Term, names: set[str], prefix: str) -> Term:
    return replace(term, acl=f"{prefix}/{term.acl}") if isinstance(term.acl, str) and term.acl in names else term

"""A frontend, backend or listen as one proxy of the plan."""

from __future__ import annotations

from functools import cache
from operator import attrgetter

from steelyard.config.model import ForwardFor, Proxy, Stats, Timeouts
from steelyard.plan.build.backends import backend
from steelyard.plan.build.context import Context
from steelyard.plan.build.exprs import condition, declare_acls, log_format
from steelyard.plan.build.frontends import frontend
from steelyard.plan.build.log_targets import logs
from steelyard.plan.build.logging import frontend_format
from steelyard.plan.build.options import options
from steelyard.plan.build.replies import error_file
from steelyard.plan.build.rules import rules
from steelyard.plan.schema import proxy as plan


def forward_for(value: ForwardFor | None) -> plan.ForwardFor | None:
    if value is None:
        return None
    return plan.ForwardFor(header=value.header, except_=list(value.except_nets), if_none=value.if_none)


def stats(context: Context, proxy: Proxy) -> plan.Stats | None:
    value = proxy.stats
    if value is None and proxy.stats_enabled:
        value = Stats()
    if value is None:
        return None
    admin = [condition(context, each) for each in value.admin]
    return plan.Stats(
        uri=value.uri,
        realm=value.realm,
        users=list(value.users),
        refresh=None if value.refresh is None else value.refresh // 1000,
        hide_version=value.hide_version,
        show_legends=value.show_legends,
        show_node=value.show_node,
        show_desc=value.show_desc,
        scope=list(value.scope),
        rules=rules(context, value.rules),
        admin=[each for each in admin if each is not None],
    )


_TIMEOUTS = plan.Timeouts.__struct_fields__
_timeouts = attrgetter(*_TIMEOUTS)


def timeouts(value: Timeouts) -> plan.Timeouts:
    return plan.Timeouts(**dict(zip(_TIMEOUTS, _timeouts(value))))


def rulesets(context: Context, proxy: Proxy) -> plan.Rulesets:
    """`tcp-request connection` is the field `tcp_request_connection`."""
    return plan.Rulesets(**{_ruleset(name): rules(context, each) for name, each in proxy.rules.items()})


@cache
def _ruleset(name: str) -> str:
    return name.replace("-", "_").replace(" ", "_")


def proxy(context: Context, index: int, value: Proxy, number: int) -> plan.Proxy:
    context.holder = index
    declare_acls(context, value.acls)
    front = value.kind in ("frontend", "listen")
    return plan.Proxy(
        id=number,
        name=value.name,
        at=context.at(value.span),
        mode="http" if value.mode == "http" else "tcp",  # no other mode can be run
        disabled=value.disabled,
        description=value.description or "",
        frontend=frontend(context, value) if front else None,
        backend=backend(context, value) if value.kind in ("backend", "listen") else None,
        timeouts=timeouts(value.timeouts),
        options=options(value),
        rules=rulesets(context, value),
        logs=logs(context, value.log, f"log in '{value.name}'"),
        log_tag=value.log_tag,
        log_format=frontend_format(context, value) if front else [],
        log_format_sd=log_format(context, value.log_format_sd or ()),
        error_log_format=log_format(context, value.error_log_format or ()),
        errorfiles=[error_file(context, each) for each in value.errorfiles],
        forwardfor=forward_for(value.forwardfor),
        originalto=forward_for(value.originalto),
        stats=stats(context, value),
        unique_id_format=log_format(context, value.unique_id_format or ()),
        unique_id_header=value.unique_id_header,
    )

"""What holds for the whole process, with the defaults that the machine decides."""

from __future__ import annotations

from steelyard.config.expr import Expr, LogFormat
from steelyard.config.model import Config, StatusRange
from steelyard.plan.build.context import Context, Machine
from steelyard.plan.build.exprs import expression, log_format
from steelyard.plan.build.log_targets import logs, profiles
from steelyard.plan.schema.base import At
from steelyard.plan.schema.global_ import Global, JwtCertificate, User, Userlist, VarLimits
from steelyard.plan.schema.rule import Rule, SetVar, SetVarFmt

# Descriptors that are not for connections: files, logs, event queues.
KEPT_DESCRIPTORS = 32
DESCRIPTORS_PER_CONNECTION = 2


def ideal_maxconn(config: Config, machine: Machine) -> int:
    """`maxconn` where the file gives none: what the descriptors allow, two a connection, less listeners and health checks."""
    said = config.global_.fd_hard_limit or 0
    most = said if said > 0 else machine.descriptors
    descriptors = config.global_.ulimit_n or min(most, machine.descriptors)
    listeners = sum(len(each.binds) for each in config.proxies)
    checks = sum(server.check for each in config.proxies for server in each.servers)
    return max(1, (descriptors - KEPT_DESCRIPTORS - listeners - checks) // DESCRIPTORS_PER_CONNECTION)


def threads(config: Config, machine: Machine) -> int:
    """Several processes share the processors: each then has one thread unless the file says otherwise."""
    said = config.global_.nbthread
    if said is not None:
        return said
    return 1 if (config.global_.nbproc or 1) > 1 else max(1, machine.cpus)


def _statuses(said: tuple[StatusRange, ...] | None, default: list[tuple[int, int]]) -> list[tuple[int, int]]:
    return default if said is None else [(each.low, each.high) for each in said]


def init(context: Context, name: str, value: Expr | LogFormat) -> Rule:
    """One `set-var` or `set-var-fmt` line."""
    if isinstance(value, Expr):
        set_var = SetVar(scope="proc", name=name, conditions="", expr=expression(context, value))
        return Rule(at=context.at(value.span), action=set_var, cond=None, text=f"set-var proc.{name} {value.text}")
    set_var_fmt = SetVarFmt(scope="proc", name=name, conditions="", value=log_format(context, value))
    return Rule(at=At(), action=set_var_fmt, cond=None, text=f"set-var-fmt proc.{name}")


def global_(context: Context) -> Global:
    value, default, hostname = context.config.global_, Global(), context.machine.hostname
    return Global(
        nbthread=threads(context.config, context.machine),
        maxconn=context.maxconn,
        maxconnrate=value.maxconnrate or 0,
        hostname=hostname,
        node=value.node or hostname,
        description=value.description or "",
        logs=logs(context, tuple(each for each in value.log if not each.use_global), "log in 'global'"),
        log_profiles=profiles(context),
        log_backends=context.log_backends,
        rings=context.rings,  # all of them: proxies were compiled before
        log_tag=value.log_tag or default.log_tag,
        log_send_hostname=value.log_send_hostname,
        bufsize=value.bufsize or default.bufsize,
        bufsize_large=value.bufsize_large or 0,
        maxrewrite=default.maxrewrite if value.maxrewrite is None else value.maxrewrite,
        max_headers=value.max_headers or default.max_headers,
        any_payload=value.any_payload,
        http_err_codes=_statuses(value.http_err_codes, default.http_err_codes),
        http_fail_codes=_statuses(value.http_fail_codes, default.http_fail_codes),
        log_uri_length=default.log_uri_length if value.log_uri_length is None else value.log_uri_length,
        hard_stop_after=value.hard_stop_after or 0,
        spread_checks=value.spread_checks or 0,
        process=context.process,
        nosplice=value.nosplice,
        jwt_algorithms=default.jwt_algorithms if value.jwt_algorithms is None else list(value.jwt_algorithms),
        jwt_encryptions=default.jwt_encryptions if value.jwt_encryptions is None else list(value.jwt_encryptions),
        jwt_certificates=[JwtCertificate(name=each.name, key=each.key) for each in context.config.jwt_certificates],
        var_limits=VarLimits(
            global_=value.vars_global,
            process=value.vars_proc,
            session=value.vars_sess,
            transaction=value.vars_txn,
            message=value.vars_reqres,
        ),
        init=[init(context, name, each) for name, each in value.set_vars],
    )


def userlists(config: Config) -> list[Userlist]:
    return [
        Userlist(
            name=each.name,
            users=[
                User(name=user.name, password=user.password, insecure=user.insecure, groups=list(user.groups))
                for user in each.users
            ],
        )
        for each in config.userlists
    ]

"""Expressions, log formats, ACLs and conditions: names become indices, anonymous ACLs are shared."""

from __future__ import annotations

import os

import msgspec

from steelyard.config import expr as model
from steelyard.config.span import Span
from steelyard.plan.build.context import Context
from steelyard.plan.schema import expr as plan
from steelyard.plan.schema.base import At


def argument(context: Context, arg: model.Arg) -> plan.Arg:
    match arg:
        case model.Absent():
            return plan.ArgAbsent()
        case model.StrArg(value):
            return plan.ArgStr(value=value)
        case model.IntArg(number):
            return plan.ArgInt(value=number)
        case model.NetArg(address, prefix):
            return plan.ArgNet(address=address, prefix=prefix)
        case model.TimeArg(ms):
            return plan.ArgTime(ms=ms)
        case model.SizeArg(size):
            return plan.ArgSize(bytes=size)
        case model.RegexArg(pattern, icase):
            return plan.ArgRegex(pattern=pattern, icase=icase)
        case model.VarArg(scope, name):
            return plan.ArgVar(scope=scope, name=name)
        case model.AclArg(name, negated, predefined, span):
            return plan.ArgAcl(acl=_named_acl(context, name, predefined, span), not_=negated)
        case model.KeyArg(name, pem):
            return plan.ArgKey(name=name, pem=pem)
        case model.MapArg(path, span):
            found = context.patterns.get((path, True))
            if found is None:
                context.report.alert("SY0605", f"map file '{path}' was not read", span)
            return plan.ArgMap(map=found or 0)
        case _:
            return _named(context, arg)


def _named(context: Context, arg: model.ProxyArg | model.TableArg | model.ServerArg | model.UserlistArg) -> plan.Arg:
    match arg:
        case model.ProxyArg(name, span):
            return plan.ArgProxy(proxy=_proxy(context, name, span))
        case model.TableArg():
            return plan.ArgTable(table=table_index(context, arg))
        case model.ServerArg(proxy, server, span):
            index = _proxy(context, proxy, span)
            place = context.servers.get((index, server))
            if place is None:
                context.report.alert("SY0603", f"no server '{server}' in '{context.config.proxies[index].name}'", span)
            return plan.ArgServer(proxy=index, server=place or 0)
        case model.UserlistArg(name, span):
            found = context.userlists.get(name)
            if found is None:
                context.report.alert("SY0604", f"no userlist '{name}'", span)
            return plan.ArgUserlist(userlist=found or 0)


def table_index(context: Context, arg: model.TableArg) -> int:
    name = arg.name or context.config.proxies[context.holder].name
    found = context.tables.get(name)
    if found is None:
        context.report.alert("SY0607", f"no stick table '{name}'", arg.span)
    return found or 0


def _proxy(context: Context, name: str, span: Span) -> int:
    if not name:
        return context.holder
    found = context.proxies.get(name)
    if found is None:
        context.report.alert("SY0602", f"no proxy '{name}'", span)
        return context.holder
    return found


def call(context: Context, value: model.Call) -> plan.Call:
    args = [argument(context, arg) for arg in value.args]
    if value.name == "env":
        args[1:] = _environment(context, *value.args)
    return plan.Call(name=value.name, args=args)


def _environment(context: Context, name: model.Arg, *given: model.Arg) -> list[plan.Arg]:
    """What a variable holds: any bytes but NUL, so in hexadecimal digits. `given`: as it was on that line."""
    match name, given:
        case model.StrArg(), (model.StrArg(value),):
            return [plan.ArgStr(value=os.fsencode(value).hex())]
        case model.StrArg(asked), () if asked in context.variables:
            return [plan.ArgStr(value=os.fsencode(context.variables[asked]).hex())]
    return []


def expression(context: Context, value: model.Expr) -> plan.Expr:
    converters = [call(context, each) for each in value.converters]
    return plan.Expr(fetch=call(context, value.fetch), converters=converters, text=value.text)


def log_format(context: Context, items: model.LogFormat) -> plan.LogFormat:
    out: plan.LogFormat = []
    for item in items:
        match item:
            case model.LogText(value):
                out.append(plan.LogText(value=value))
            case model.LogAlias():
                label = plan.Label(name=item.label, kind=item.kind)
                out.append(plan.LogAlias(name=item.name, label=label, flags=list(item.flags)))
            case model.LogExpr():
                label = plan.Label(name=item.label, kind=item.kind)
                out.append(plan.LogExpr(expr=expression(context, item.expr), label=label, flags=list(item.flags)))
    return out


def pattern(value: model.Pattern) -> plan.Pattern:
    match value:
        case model.RangePattern(low, high):
            return plan.PatternRange(min=low, max=high)
        case model.TextPattern(text):
            return plan.PatternText(value=text)
        case model.RegexPattern(text):
            return plan.PatternRegex(value=text)
        case model.NetPattern(address, prefix):
            return plan.PatternNet(address=address, prefix=prefix)
        case model.HexPattern(text):
            return plan.PatternHex(value=text)


def pattern_file(context: Context, ref: model.PatternFileRef) -> int:
    found = context.patterns.get((ref.path, ref.is_map))
    if found is None:
        context.report.alert("SY0605", f"pattern file '{ref.path}' was not read", ref.span)
    return found or 0


def acl_tests(context: Context, value: model.AclTest) -> list[plan.AclTest]:
    """The tests of one line: two where `-i` stands behind some of its files, since it holds for what follows it only."""
    return [_acl_test(context, value, icase) for icase in (False, True) if _has_patterns(value, icase)]


def _has_patterns(value: model.AclTest, icase: bool) -> bool:
    own = value.icase == icase and (bool(value.patterns) or not value.files)
    return own or any(ref.icase == icase for ref in value.files)


def _acl_test(context: Context, value: model.AclTest, icase: bool) -> plan.AclTest:
    return plan.AclTest(
        at=context.at(value.span),
        expr=expression(context, value.expr),
        matcher=value.matcher,
        icase=icase,
        patterns=[pattern(each) for each in value.patterns] if value.icase == icase else [],
        files=[pattern_file(context, ref) for ref in value.files if ref.icase == icase],
        text=value.text,
    )


def declare_acls(context: Context, tests: tuple[model.AclTest, ...]) -> None:
    """The named ACLs of one proxy: lines of one name are one ACL. Names of other proxies are forgotten."""
    context.named_acls = {}
    for test in tests:
        if test.name not in context.named_acls:
            context.named_acls[test.name] = len(context.acls)
            context.acls.append(plan.Acl(name=test.name, tests=[]))
    # All have their places before any is compiled: one may name another.
    for test in tests:
        context.acls[context.named_acls[test.name]].tests.extend(acl_tests(context, test))


def condition(context: Context, value: model.Condition | None) -> plan.Cond | None:
    if value is None:
        return None
    terms = [[plan.Term(acl=_term(context, term), not_=term.negated) for term in product] for product in value.any]
    return plan.Cond(unless=value.unless, any=terms, text=value.text)


def _term(context: Context, term: model.Term) -> int:
    if isinstance(term.acl, model.AclTest):
        return _intern(context, "", term.acl)
    return _named_acl(context, term.acl, term.predefined, term.span)


def _named_acl(context: Context, name: str, predefined: model.AclTest | None, span: Span) -> int:
    named = context.named_acls.get(name)
    if named is not None:
        return named
    if predefined is not None:
        return _intern(context, name, predefined)
    context.report.alert("SY0606", f"no ACL '{name}'", span)
    return 0


def _intern(context: Context, name: str, test: model.AclTest) -> int:
    compiled = acl_tests(context, test)
    # The place is left out: the same words on two lines are one ACL, evaluated by one program.
    key = (context.holder, name.encode() + msgspec.json.encode([msgspec.structs.replace(each, at=At()) for each in compiled]))
    place = context.interned.get(key)
    if place is None:
        place = len(context.acls)
        context.interned[key] = place
        context.acls.append(plan.Acl(name=name, tests=compiled))
    return place

"""Values of every type of the plan, made by walking its structs: each variant of each union, each word of each enumeration."""

from __future__ import annotations

from typing import Any, get_args

import msgspec
from msgspec import inspect

from steelyard.plan import schema
from steelyard.plan.schema import balance, expr, global_, proxy, reply, rule, server, table

UNIONS: dict[str, Any] = {
    "Action": rule.Action,
    "Address": server.Address,
    "Arg": expr.Arg,
    "BalanceKind": balance.BalanceKind,
    "LogItem": expr.LogItem,
    "LogTransport": global_.LogTransport,
    "Pattern": expr.Pattern,
    "ReplyBody": reply.ReplyBody,
}
ENUMS: dict[str, Any] = {
    "CookieMode": proxy.CookieMode,
    "HashFunction": balance.HashFunction,
    "HttpReuse": proxy.HttpReuse,
    "KeepAlive": proxy.KeepAlive,
    "LabelKind": expr.LabelKind,
    "LogFormatName": global_.LogFormatName,
    "LogStep": global_.LogStep,
    "Matcher": expr.Matcher,
    "Mode": proxy.Mode,
    "Normalizer": rule.Normalizer,
    "RedirectKind": rule.RedirectKind,
    "Scope": expr.Scope,
    "ServerKey": table.ServerKey,
    "Side": rule.Side,
    "StickKind": table.StickKind,
    "StreamTimeout": rule.StreamTimeout,
    "TableData": table.TableData,
    "TableKey": table.TableKey,
}


class Maker:
    """Makes JSON values of a type. A list holds every option of its items the first time, and one later."""

    def __init__(self) -> None:
        self.seen: set[str] = set()

    def count(self, kind: inspect.Type) -> int:
        match kind:
            case inspect.UnionType(types=types):
                return sum(self.count(each) for each in types)
            case inspect.LiteralType(values=values):
                return len(values)
            case inspect.StructType(fields=fields):
                return max([1, *(self.count(field.type) for field in fields)])
            case inspect.BoolType():
                return 2
            case _:
                return 1

    def value(self, kind: inspect.Type, option: int) -> Any:
        option %= self.count(kind)
        match kind:
            case inspect.UnionType(types=types):
                for each in types:
                    if option < self.count(each):
                        return self.value(each, option)
                    option -= self.count(each)
                raise AssertionError(kind)
            case inspect.LiteralType(values=values):
                return values[option]
            case inspect.StructType(fields=fields, tag_field=tag_field, tag=tag):
                out = {tag_field: tag} if tag_field else {}
                return out | {field.encode_name: self.value(field.type, option) for field in fields}
            case inspect.ListType(item_type=item):
                first = repr(item) not in self.seen
                self.seen.add(repr(item))
                return [self.value(item, each) for each in range(self.count(item) if first else 1)]
            case inspect.TupleType(item_types=items):
                return [self.value(each, option) for each in items]
            case inspect.BoolType():
                return bool(option)
            case inspect.IntType():
                return 1
            case inspect.StrType():
                return "x"
            case inspect.NoneType():
                return None
            case _:
                raise AssertionError(kind)


def maximal_plan() -> Any:
    """A plan with everything in it once, as JSON values. It means nothing and could not run."""
    made = Maker().value(inspect.type_info(schema.Plan), 0)
    return made | {"version": schema.PLAN_VERSION}


def defaults() -> schema.Plan:
    """A plan in which all is left out that has a default."""
    backend = proxy.Backend(servers=[server.Server()], cookie=proxy.Cookie())
    one = proxy.Proxy(frontend=proxy.Frontend(binds=[proxy.Bind()]), backend=backend)
    return schema.Plan(
        version=1, files=[], global_=schema.Global(), acls=[], pattern_files=[], userlists=[], tables=[], proxies=[one]
    )


def everything() -> bytes:
    """The file that the Rust side reads."""
    content = {
        "defaults": defaults(),
        "plan": maximal_plan(),
        "unions": {name: sorted(each.__struct_config__.tag for each in get_args(union)) for name, union in UNIONS.items()},
        "enums": {name: sorted(get_args(words)) for name, words in ENUMS.items()},
    }
    return msgspec.json.format(msgspec.json.encode(content), indent=1) + b"\n"


__all__ = ["ENUMS", "UNIONS", "everything", "maximal_plan"]

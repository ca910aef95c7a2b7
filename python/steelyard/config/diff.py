"""What changes from one configuration to another, by object: a server's weight, a rule that comes in between, a new backend.

What means the same is no change: comments, layout, the order of sections, a setting that moved into a defaults section.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, is_dataclass, replace
from functools import partial
from typing import Any, TypeVar

from steelyard.config.changes import Change, What, key, sequence, span_of
from steelyard.config.compare import LAST_HOLDS, same_meaning
from steelyard.config.expr import AclTest, Condition, LogAlias, LogExpr, LogText, PatternFile, Term
from steelyard.config.model import (
    Bind,
    Config,
    Global,
    JwtCertificate,
    LogProfile,
    Proxy,
    Ring,
    Said,
    Section,
    Server,
    Stats,
    Timeouts,
    User,
    Userlist,
    Variable,
)
from steelyard.config.show import address, show, value_of, word
from steelyard.config.span import NOWHERE, Span
from steelyard.config.stick import StickTable

T = TypeVar("T", AclTest, Said)


def diff(old: Config, new: Config) -> list[Change]:
    """All changes, in the order of the new configuration; an empty list where both mean the same."""
    changes = [*_object(("global",), Global, old.global_, new.global_)]
    changes += _proxies(old.proxies, new.proxies)
    changes += _keyed((), old.userlists, new.userlists, lambda each: f"userlist {each.name}", _userlist)
    changes += _keyed((), old.sections, new.sections, lambda each: f"{each.kind} {each.name}".rstrip(), _section)
    changes += _keyed((), old.rings, new.rings, lambda each: f"ring {each.name}", partial(_whole, Ring))
    changes += _keyed(
        (), old.log_profiles, new.log_profiles, lambda each: f"log-profile {each.name}", partial(_whole, LogProfile)
    )
    changes += _keyed((), old.peer_tables, new.peer_tables, lambda each: f"table {each.name}", _table)
    changes += _keyed((), old.jwt_certificates, new.jwt_certificates, lambda each: f"certificate {each.name}", _token_certificate)
    changes += _keyed((), old.variables, new.variables, lambda each: f"variable {each.name}", partial(_whole, Variable))
    changes += _keyed((), old.pattern_files, new.pattern_files, lambda each: f"file {each.path}", _file)
    return changes


# --- proxies ------------------------------------------------------------------------------------------------------------------


def _proxies(old: Sequence[Proxy], new: Sequence[Proxy]) -> Iterator[Change]:
    before = {_name(each): _plain(each) for each in old}
    after = {_name(each): _plain(each) for each in new}
    renamed = _renamed(
        [before[name] for name in before.keys() - after.keys()], [after[name] for name in after if name not in before]
    )
    for name, proxy in after.items():
        if name in before:
            yield from _object((name,), Proxy, before[name], proxy)
        elif name in renamed:
            was = renamed[name]
            yield Change("renamed", (name,), "", _name(was), name, 0, was.span, proxy.span)
        else:
            yield Change("added", (name,), "", "", _summary(proxy), 0, NOWHERE, proxy.span)
    gone = {_name(each) for each in renamed.values()}
    for name, proxy in before.items():
        if name not in after and name not in gone:
            yield Change("removed", (name,), "", _summary(proxy), "", 0, proxy.span, NOWHERE)


def _name(proxy: Proxy) -> str:
    return f"{proxy.kind} {proxy.name}".rstrip()


def _renamed(gone: list[Proxy], new: list[Proxy]) -> dict[str, Proxy]:
    """New proxies that are an old one but for their name."""
    found: dict[str, Proxy] = {}
    for proxy in new:
        was = next((each for each in gone if same_meaning(replace(each, name=proxy.name), proxy)), None)
        if was is not None and (proxy.servers or proxy.binds):
            gone.remove(was)
            found[_name(proxy)] = was
    return found


def _summary(proxy: Proxy) -> str:
    rules = sum(map(len, proxy.rules.values()))
    counts = ((len(proxy.binds), "address", "es"), (len(proxy.servers), "server", "s"), (rules, "rule", "s"))
    return ", ".join(f"{count} {what}{end if count > 1 else ''}" for count, what, end in counts if count)


def _plain(proxy: Proxy) -> Proxy:
    """ACLs that a defaults section gave have the section's name in front; it is left out where that makes no two of one name."""
    names = {acl.name for acl in proxy.acls}
    short = {name: name.partition("/")[2] for name in names if "/" in name}
    if not short or len({short.get(name, name) for name in names}) < len(names):
        return proxy

    def condition(cond: Condition | None) -> Condition | None:
        return cond and replace(cond, any=tuple(tuple(term(each) for each in terms) for terms in cond.any))

    def term(each: Term) -> Term:
        return replace(each, acl=short.get(each.acl, each.acl)) if isinstance(each.acl, str) else each

    acls = tuple(replace(acl, name=short.get(acl.name, acl.name)) for acl in proxy.acls)
    rules = {name: tuple(replace(rule, cond=condition(rule.cond)) for rule in some) for name, some in proxy.rules.items()}
    return replace(proxy, acls=acls, rules=rules)


# --- objects ------------------------------------------------------------------------------------------------------------------

_PASSED_OVER = {
    "Proxy.kind",
    "Proxy.name",
    "Proxy.inherits",
    "Proxy.default_server",  # its words are in the servers
    "Server.name",
    "Bind.endpoint",
    "StickTable.name",
}
_GROUPS = (Timeouts, Stats)
_ITEMS = (LogText, LogAlias, LogExpr)


def _object(place: tuple[str, ...], kind: type, old: Any, new: Any, prefix: str = "") -> Iterator[Change]:
    """Field by field; what comes is compared with the default where the whole group was not there."""
    for field in fields(new if new is not None else old):
        full = f"{type(new if new is not None else old).__name__}.{field.name}"
        one, other = getattr(old, field.name), getattr(new, field.name)
        if full in _PASSED_OVER or isinstance(one, Span):
            continue
        path = f"{prefix}{field.name}"
        if full in _LISTS:
            yield from _LISTS[full](place, one, other)
        elif isinstance(one, _GROUPS) or isinstance(other, _GROUPS):
            empty = type(one if one is not None else other)()
            yield from _object(place, kind, one or empty, other or empty, f"{path}.")
            if (one is None) != (other is None) and same_meaning(one or empty, other or empty):
                yield _field(place, kind, path, one, other)
        elif isinstance(one, StickTable) and isinstance(other, StickTable):
            yield from _object(place, kind, one, other, f"{path}.")
        elif isinstance(other, dict):
            yield from _mapping(place, kind, path, one, other)
        elif _is_list(one) or _is_list(other):
            yield from sequence((place, word(kind, path)), one or (), other or ())
        elif not same_meaning(one, other):
            yield _field(place, kind, path, one, other)


def _is_list(value: Any) -> bool:
    """Things in order; a log format is one thing, though it has several items."""
    return isinstance(value, tuple) and any(is_dataclass(item) and not isinstance(item, _ITEMS) for item in value)


def _field(place: tuple[str, ...], kind: type, path: str, old: Any, new: Any) -> Change:
    name = word(kind, path)
    was, now = ("" if _nothing(each) else value_of(kind, path, each) for each in (old, new))
    if old is True or new is True:
        was, now = was.replace("off", ""), now.replace("off", "")
    what: What = "changed" if was and now else "added" if now else "removed"
    return Change(what, place, name, was, now, 0, span_of(old), span_of(new))


def _nothing(value: Any) -> bool:
    return value is None or value == ()


def _mapping(place: tuple[str, ...], kind: type, path: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[Change]:
    """Options and rule sets."""
    for name in dict.fromkeys((*old, *new)):
        one, other = old.get(name), new.get(name)
        if isinstance(one, tuple) or isinstance(other, tuple):
            yield from sequence((place, name), one or (), other or ())
        elif one != other:
            shown = ["" if each is None else "on" if each else "off" for each in (one, other)]
            what: What = "changed" if all(shown) else "added" if shown[1] else "removed"
            yield Change(what, place, word(kind, f"{path}.{name}"), shown[0], shown[1])
    for group in LAST_HOLDS:
        orders = [[word(kind, f"{path}.{name}") for name in options if name in group] for options in (old, new)]
        if orders[0] != orders[1] and sorted(orders[0]) == sorted(orders[1]):
            yield Change("moved", place, "order of options", ", ".join(orders[0]), ", ".join(orders[1]))


# --- lists --------------------------------------------------------------------------------------------------------------------


def _keyed(
    place: tuple[str, ...],
    old: Sequence[Any],
    new: Sequence[Any],
    name_of: Callable[[Any], str],
    inside: Callable[[tuple[str, ...], Any, Any], Iterator[Change]],
) -> Iterator[Change]:
    """Things with a name; a second one of the same name is told apart by a number."""
    before, after = _numbered(old, name_of), _numbered(new, name_of)
    for name, each in after.items():
        if name in before:
            yield from inside((*place, name), before[name], each)
        else:
            yield Change("added", (*place, name), "", "", _inside_of(each), 0, NOWHERE, span_of(each))
    for name, each in before.items():
        if name not in after:
            yield Change("removed", (*place, name), "", _inside_of(each), "", 0, span_of(each), NOWHERE)


def _numbered(values: Sequence[Any], name_of: Callable[[Any], str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for each in values:
        name, count = name_of(each), 1
        while (name if count == 1 else f"{name} ({count})") in found:
            count += 1
        found[name if count == 1 else f"{name} ({count})"] = each
    return found


def _inside_of(value: Any) -> str:
    match value:
        case Server():
            return " ".join([address(value.endpoint), *_words(Server, value)])
        case Bind():
            return " ".join(_words(Bind, value))
        case Userlist():
            return ", ".join(user.name for user in value.users)
        case Section():
            return ", ".join(map(show, value.others))
        case PatternFile():
            return f"{sum(1 for _ in value.entries())} entries"
        case _:
            return ""


def _words(kind: type, value: Any) -> list[str]:
    """What is not the default, as options of the line."""
    found: list[str] = []
    for field in fields(value):
        item = getattr(value, field.name)
        if isinstance(item, Span) or field.name in ("name", "endpoint", "others") or item == field.default:
            continue
        found.append(word(kind, field.name) if item is True else f"{word(kind, field.name)} {value_of(kind, field.name, item)}")
    return [*found, *map(show, value.others)]


def _servers(place: tuple[str, ...], old: Sequence[Server], new: Sequence[Server]) -> Iterator[Change]:
    yield from _keyed(place, old, new, lambda each: f"server {each.name}", lambda path, a, b: _object(path, Server, a, b))
    kept = [each.name for each in new if each.name in {one.name for one in old}]
    if kept != [each.name for each in old if each.name in set(kept)]:
        shown = [" ".join(each.name for each in some if each.name in set(kept)) for some in (old, new)]
        yield Change("moved", place, "order of servers", shown[0], shown[1])


def _binds(place: tuple[str, ...], old: Sequence[Bind], new: Sequence[Bind]) -> Iterator[Change]:
    yield from _keyed(
        place, old, new, lambda each: f"bind {address(each.endpoint)}", lambda path, a, b: _object(path, Bind, a, b)
    )


def _userlist(place: tuple[str, ...], old: Userlist, new: Userlist) -> Iterator[Change]:
    yield from _keyed(place, old.users, new.users, lambda each: f"user {each.name}", _user)


def _user(place: tuple[str, ...], old: User, new: User) -> Iterator[Change]:
    """Passwords are never shown."""
    if (old.password, old.insecure) != (new.password, new.insecure):
        yield Change("changed", place, "password", "***", "***")
    if old.groups != new.groups:
        yield _field(place, User, "groups", old.groups, new.groups)


def _token_certificate(place: tuple[str, ...], old: JwtCertificate, new: JwtCertificate) -> Iterator[Change]:
    """Keys are never shown."""
    if old.key != new.key:
        yield Change("changed", place, "private key", "***", "***")


def _stats_users(place: tuple[str, ...], old: Sequence[tuple[str, str]], new: Sequence[tuple[str, str]]) -> Iterator[Change]:
    def inside(path: tuple[str, ...], one: tuple[str, str], other: tuple[str, str]) -> Iterator[Change]:
        if one != other:
            yield Change("changed", path, "password", "***", "***")

    yield from _keyed(place, old, new, lambda each: f"stats auth {each[0]}", inside)


def _section(place: tuple[str, ...], old: Section, new: Section) -> Iterator[Change]:
    """Tables of peers have a type of their own and are compared by it."""
    before, after = ([said for said in each.others if (each.kind, said.name) != ("peers", "table")] for each in (old, new))
    yield from sequence((place, "line"), before, after)


def _whole(kind: type, place: tuple[str, ...], old: Any, new: Any) -> Iterator[Change]:
    """Any object, field by field."""
    yield from _object(place, kind, old, new)


def _table(place: tuple[str, ...], old: StickTable, new: StickTable) -> Iterator[Change]:
    yield from _object(place, StickTable, old, new)


def _file(place: tuple[str, ...], old: PatternFile, new: PatternFile) -> Iterator[Change]:
    if old.text == new.text:
        return
    before, after = list(old.entries()), list(new.entries())
    if before != after:
        yield Change("changed", place, "entries", str(len(before)), str(len(after)))


def _acls(place: tuple[str, ...], old: Sequence[AclTest], new: Sequence[AclTest]) -> Iterator[Change]:
    """The order of names says nothing, that of the tests of one name does not either."""
    for name, (one, other) in _by_name(old, new).items():
        before, after = {key(acl) for acl in one}, {key(acl) for acl in other}
        left = [acl for acl in one if key(acl) not in after]
        came = [acl for acl in other if key(acl) not in before]
        for was, now in zip(left, came):
            yield Change("changed", place, f"acl {name}", was.text, now.text, 0, was.span, now.span)
        for acl in came[len(left) :]:
            yield Change("added", place, f"acl {name}", "", acl.text, 0, NOWHERE, acl.span)
        for acl in left[len(came) :]:
            yield Change("removed", place, f"acl {name}", acl.text, "", 0, acl.span, NOWHERE)


def _said(place: tuple[str, ...], old: Sequence[Said], new: Sequence[Said]) -> Iterator[Change]:
    """Words without a field: the order of one word's lines may count, that of different words does not."""
    for name, (one, other) in _by_name(old, new).items():
        yield from sequence((place, name), one, other)


def _by_name(old: Sequence[T], new: Sequence[T]) -> dict[str, tuple[list[T], list[T]]]:
    found: dict[str, tuple[list[T], list[T]]] = {}
    for index, some in enumerate((old, new)):
        for each in some:
            found.setdefault(each.name, ([], []))[index].append(each)
    return found


def _listed(name: str) -> Callable[[tuple[str, ...], Sequence[Any], Sequence[Any]], Iterator[Change]]:
    return lambda place, old, new: sequence((place, name), old, new)


_LISTS: dict[str, Callable[[tuple[str, ...], Any, Any], Iterator[Change]]] = {
    "Proxy.servers": _servers,
    "Proxy.binds": _binds,
    "Proxy.acls": _acls,
    "Proxy.use_backend": _listed("use_backend"),
    "Proxy.use_server": _listed("use-server"),
    "Proxy.persistence": _listed("persistence"),
    "Proxy.monitor_fail": _listed("monitor fail"),
    "Proxy.log": _listed("log"),
    "Proxy.errorfiles": _listed("errorfile"),
    "Proxy.capture_request": _listed("capture request header"),
    "Proxy.capture_response": _listed("capture response header"),
    "Global.log": _listed("log"),
    "LogProfile.steps": _listed("on"),
    "Ring.servers": _servers,
    "Global.set_vars": _listed("set-var"),
    "Stats.users": _stats_users,
    "Stats.rules": _listed("stats http-request"),
    "Stats.admin": _listed("stats admin"),
    "Stats.scope": _listed("stats scope"),
    **{f"{kind}.others": _said for kind in ("Global", "Proxy", "Bind", "Server", "Ring", "LogProfile")},
}

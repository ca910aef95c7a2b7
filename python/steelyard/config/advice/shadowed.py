"""Rules that choose a backend and never can: another one always goes before them."""

from __future__ import annotations

from steelyard.config.expr import Condition, LogText, Term
from steelyard.config.model import Config, Proxy, UseBackend
from steelyard.config.span import Span
from steelyard.diagnostics.diagnostic import Label, Report

_FINAL = frozenset({"deny", "redirect", "reject", "return", "silent_drop", "tarpit"})


def shadowed_backends(config: Config) -> Report:
    report = Report()
    closed = {proxy.name for proxy in config.proxies if proxy.kind != "frontend" and proxy.disabled}
    for proxy in config.proxies:
        end = _end(proxy)
        seen: dict[object, Span] = {}
        for rule in proxy.use_backend:
            if end is None:
                if _name(rule) in ("", *closed):
                    continue  # passed over while running, where it leads nowhere
                key = _key(rule.cond)
                older = seen.setdefault(key, rule.span)
                if older is not rule.span:
                    labels = (Label(older, "this one is taken"),)
                    message = "this 'use_backend' is never reached: an earlier one has the same condition"
                    report.notice("SY0804", message, rule.span, help="take one of them out", labels=labels)
                if _always(rule.cond):
                    end = (rule.span, "this one is always taken")
                continue
            _tell(report, "'use_backend'", rule.span, end)
        own = proxy.default_backend is not None and proxy.default_backend_span.file
        if end is not None and own:
            _tell(report, "'default_backend'", proxy.default_backend_span, end)
    return report


def _name(rule: UseBackend) -> str:
    """The backend; empty where it is worked out while running."""
    name = rule.name[0] if len(rule.name) == 1 else None
    return name.value if isinstance(name, LogText) else ""


def _end(proxy: Proxy) -> tuple[Span, str] | None:
    """A rule that answers every request itself."""
    for rule in proxy.rules.get("http-request", ()) if proxy.mode == "http" else ():
        if rule.action.name in _FINAL and _always(rule.cond):
            return rule.span, "this one answers every request"
    return None


def _tell(report: Report, word: str, span: Span, end: tuple[Span, str]) -> None:
    labels = (Label(end[0], end[1]),)
    report.notice("SY0804", f"this {word} is never reached", span, help="give the rule before it a condition", labels=labels)


def _always(cond: Condition | None) -> bool:
    return cond is None or (not cond.unless and any(all(_true(term) for term in terms) for terms in cond.any))


def _true(term: Term) -> bool:
    return term.acl == "TRUE" and not term.negated


def _key(cond: Condition | None) -> object:
    """What a condition asks, whatever the order of its words; the same for two rules that are taken at the same times."""
    if cond is None:
        return None
    products = frozenset(frozenset((_asked(term), term.negated) for term in terms) for terms in cond.any)
    return (cond.unless, products)


def _asked(term: Term) -> object:
    return term.acl if isinstance(term.acl, str) else term.acl.text


def repeated_backends(config: Config) -> Report:
    """The last of several rules that choose what is chosen without them."""
    report = Report()
    for proxy in config.proxies:
        if not proxy.use_backend or proxy.default_backend is None:
            continue
        last = proxy.use_backend[-1]
        if _name(last) == proxy.default_backend:
            message = f"this 'use_backend' changes nothing: '{proxy.default_backend}' is the default backend anyway"
            report.notice("SY0805", message, last.span, help="take it out")
    return report

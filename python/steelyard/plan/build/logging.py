"""Which log line a frontend writes when it does not say `log-format` (manual section 8.2)."""

from __future__ import annotations

from steelyard.config import expr as config
from steelyard.config.model import Proxy
from steelyard.plan.build.context import Context
from steelyard.plan.build.exprs import log_format
from steelyard.plan.schema.expr import Label, LogAlias, LogFormat, LogText
from steelyard.plan.schema.global_ import LogMoment

# The formats of manual section 8.2, as the aliases they are made of.
HTTP = "%ci:%cp [%tr] %ft %b/%s %TR/%Tw/%Tc/%Tr/%Ta %ST %B %CC %CS %tsc %ac/%fc/%bc/%sc/%rc %sq/%bq %hr %hs %{+Q}r"
TCP = "%ci:%cp [%t] %ft %b/%s %Tw/%Tc/%Tt %B %ts %ac/%fc/%bc/%sc/%rc %sq/%bq"
CLF = (
    '%{+Q}o %{-Q}ci - - [%trg] %r %ST %B "" "" %cp %ms %ft %b %s %TR %Tw %Tc %Tr %Ta %tsc'
    " %ac %fc %bc %sc %rc %sq %bq %CC %CS %hrl %hsl"
)
TCP_CLF = (
    '%{+Q}o %{-Q}ci - - [%T] "TCP " 000 %B "" "" %cp %ms %ft %b %s %Th %Tw %Tc %Tt %U %ts-- %ac %fc %bc %sc %rc %sq %bq "" "" '
)
# `option httplog json` (an extension): the fields of the HTTP format under the names of manual section 8.2.3.
_JSON = """
request_date=tr client_ip=ci client_port=cp frontend_name=ft backend_name=b server_name=s method=HM uri=HU version=HV
status_code=ST bytes_read=B bytes_uploaded=U TR=TR Tw=Tw Tc=Tc Tr=Tr Ta=Ta termination_state=tsc actconn=ac feconn=fc
beconn=bc srvconn=sc retries=rc srv_queue=sq backend_queue=bq captured_request_cookie=CC captured_response_cookie=CS
captured_request_headers=hrl captured_response_headers=hsl unique_id=ID
"""
# What is known at the end of a stream only: a format without any of these is written earlier.
_LATE = frozenset("B ID TR Ta Tc Td Th Ti Tq Tr Tt Tu Tw U ac bc bq fc rc sc sq ts".split())
_LATE_FETCHES = frozenset(
    """
    bytes_in bytes_out req.bytes_in req.bytes_out res.bytes_in res.bytes_out
    txn.timer.total txn.timer.user fc.timer.total res.timer.data
    fc_err fc_err_name fc_err_str bc_err bc_err_name bc_err_str
    fc_rtt fc_rttvar bc_rtt bc_rttvar fc_fackets fc_lost fc_reordering fc_retrans fc_sacked fc_unacked
    fs.aborted bs.aborted fs.rst_code bs.rst_code term_events last_entity waiting_entity
    """.split()
)
CONNECT = "Connect from %ci:%cp to %fi:%fp (%f/MODE)"


def parse_default(text: str) -> LogFormat:
    """Split one of the formats above; they hold only aliases with plain flags."""
    out: LogFormat = []
    at = 0
    while at < len(text):
        if text[at] != "%":
            end = text.find("%", at)
            end = len(text) if end < 0 else end
            out.append(LogText(value=text[at:end]))
            at = end
            continue
        at += 1
        flags: list[str] = []
        if text[at] == "{":
            close = text.index("}", at)
            flags = text[at + 1 : close].split(",")
            at = close + 1
        end = at
        while end < len(text) and text[end].isalpha():
            end += 1
        out.append(LogAlias(name=text[at:end], label=Label(), flags=flags))
        at = end
    return out


def json_format() -> LogFormat:
    """One JSON object a request."""
    items: LogFormat = [LogAlias(name="o", label=Label(), flags=["+json"])]
    for field in _JSON.split():
        label, _, name = field.partition("=")
        items.append(LogAlias(name=name, label=Label(name=label), flags=["+json"]))
    return items


def _is_default(proxy: Proxy) -> bool:
    """The lines tell of connections alone: no format was asked for (manual section 8.2.1)."""
    styles = ("httplog", "httplog clf", "httplog json", "tcplog", "tcplog clf")
    return proxy.log_format is None and not any(proxy.options.get(style) for style in styles)


def log_moment(proxy: Proxy) -> LogMoment:
    """Like HAProxy, a stream is logged as soon as all that its line holds is known."""
    if _is_default(proxy):
        return "accept"
    if proxy.options.get("logasap"):
        return "answer"
    if proxy.log_steps or proxy.log_format is None:
        return "end"
    formats = (*proxy.log_format, *(proxy.log_format_sd or ()), *(proxy.error_log_format or ()))
    return "end" if any(_is_late(item) for item in formats) else "answer"


def _is_late(item: config.LogText | config.LogAlias | config.LogExpr) -> bool:
    """What it writes is known at the end only."""
    if isinstance(item, config.LogExpr):
        return item.expr.fetch.name in _LATE_FETCHES
    return isinstance(item, config.LogAlias) and item.name in _LATE


def frontend_format(context: Context, proxy: Proxy) -> LogFormat:
    """Empty where nothing logs: `log-steps` want a format of their own."""
    if not proxy.log or (proxy.log_steps and _is_default(proxy)):
        return []
    if proxy.log_format is not None:
        return log_format(context, proxy.log_format)
    options = proxy.options
    http = proxy.mode == "http"
    if http and options.get("httplog clf"):
        return parse_default(CLF)
    if http and options.get("httplog json"):
        return json_format()
    if http and options.get("httplog"):
        return parse_default(HTTP)
    if options.get("tcplog clf"):
        return parse_default(TCP_CLF)
    if any(options.get(style) for style in ("tcplog", "httplog", "httplog clf", "httplog json")):
        return parse_default(TCP)
    return parse_default(CONNECT.replace("MODE", "HTTP" if http else "TCP"))

"""Which log line a frontend writes when it does not say `log-format` (manual section 8.2)."""

from __future__ import annotations

from steelyard.config.model import Proxy
from steelyard.plan.build.context import Context
from steelyard.plan.build.exprs import log_format
from steelyard.plan.schema.expr import Label, LogAlias, LogFormat, LogText

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


def frontend_format(context: Context, proxy: Proxy) -> LogFormat:
    """Empty where nothing logs."""
    if not proxy.log:
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
    if options.get("tcplog") or options.get("httplog"):
        return parse_default(TCP)
    return parse_default(CONNECT.replace("MODE", "HTTP" if http else "TCP"))

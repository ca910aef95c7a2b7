"""The actions of every rule set of HAProxy 3.5 (manual section 4.3), and what each takes: one row an action.

An action that the engine can't carry out yet is `ready=False`: its arguments are read and judged all the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

# A `*` stands for an argument in parentheses, or for the number of a counter (`track-sc*`).
NAMES = {
    "tcp-request connection": """
accept do-log expect-netscaler-cip expect-proxy reject sc-add-gpc* sc-inc-gpc* sc-inc-gpc0* sc-inc-gpc1* sc-set-gpt*
sc-set-gpt0* set-dst set-dst-port set-fc-mark set-fc-tos set-mark set-src set-src-port set-tos set-var* set-var-fmt*
silent-drop track-sc* unset-var*
""",
    "tcp-request session": """
accept attach-srv do-log reject sc-add-gpc* sc-inc-gpc* sc-inc-gpc0* sc-inc-gpc1* sc-set-gpt* sc-set-gpt0* set-dst
set-dst-port set-fc-mark set-fc-tos set-mark set-src set-src-port set-tos set-var* set-var-fmt* silent-drop track-sc*
unset-var*
""",
    "tcp-request content": """
accept capture do-log do-resolve* reject sc-add-gpc* sc-inc-gpc* sc-inc-gpc0* sc-inc-gpc1* sc-set-gpt* sc-set-gpt0*
send-spoe-group set-bandwidth-limit set-bc-mark set-bc-tos set-dst set-dst-port set-fc-mark set-fc-tos set-log-level set-mark
set-nice set-priority-class set-priority-offset set-retries set-src set-src-port set-tos set-var* set-var-fmt* silent-drop
switch-mode track-sc* unset-var* use-service
""",
    "tcp-response content": """
accept close do-log reject sc-add-gpc* sc-inc-gpc* sc-inc-gpc0* sc-inc-gpc1* sc-set-gpt* sc-set-gpt0* send-spoe-group
set-bandwidth-limit set-fc-mark set-fc-tos set-log-level set-mark set-nice set-tos set-var* set-var-fmt* silent-drop
unset-var*
""",
    "http-request": """
add-acl* add-header add-headers-bin allow auth cache-use capture del-acl* del-header del-headers-bin del-map* deny
disable-l7-retry do-log do-resolve* early-hint normalize-uri pause redirect reject replace-header replace-path replace-pathq
replace-uri replace-value return sc-add-gpc* sc-inc-gpc* sc-inc-gpc0* sc-inc-gpc1* sc-set-gpt* sc-set-gpt0* send-spoe-group
set-bandwidth-limit set-bc-mark set-bc-tos set-dst set-dst-port set-fc-mark set-fc-tos set-header set-headers-bin
set-log-level set-map* set-mark set-method set-nice set-path set-pathq set-priority-class set-priority-offset set-query
set-retries set-src set-src-port set-timeout set-tos set-uri set-var* set-var-fmt* silent-drop strict-mode tarpit track-sc*
unset-var* use-service wait-for-body wait-for-handshake
""",
    "http-response": """
add-acl* add-header add-headers-bin allow cache-store capture del-acl* del-header del-headers-bin del-map* deny do-log pause
redirect replace-header replace-value return sc-add-gpc* sc-inc-gpc* sc-inc-gpc0* sc-inc-gpc1* sc-set-gpt* sc-set-gpt0*
send-spoe-group set-bandwidth-limit set-fc-mark set-fc-tos set-header set-headers-bin set-log-level set-map* set-mark set-nice
set-status set-timeout set-tos set-var* set-var-fmt* silent-drop strict-mode track-sc* unset-var* wait-for-body
""",
    "http-after-response": """
add-header add-headers-bin allow capture del-acl* del-header del-headers-bin del-map* do-log replace-header replace-value
sc-add-gpc* sc-inc-gpc* sc-inc-gpc0* sc-inc-gpc1* sc-set-gpt* sc-set-gpt0* set-header set-headers-bin set-log-level set-map*
set-status set-var* set-var-fmt* strict-mode unset-var*
""",
    "stats http-request": """
allow auth deny
""",
    "quic-initial": """
accept dgram-drop do-log reject send-retry
""",
}


@dataclass(frozen=True, slots=True)
class Shape:
    """`variant`: the plan's name. `args`: words in order, as `field:kind`; the kinds are those of `rules/values.py`.
    A word without a field must be there, and says nothing.

    `inside`: what stands in parentheses, as `field:kind`, with `?` behind those that may be left out. `options`: words that may
    follow in any order, as `word:field:kind`, `yes` for a kind that takes no word; `later` names those not supported yet, or the
    word with what may stand behind it.
    `reader`: named where the arguments have a grammar of their own. `fixed`: fields that have a value where no word gives one.
    `needs`: `experimental` (global must ask for such words), `section` (not in defaults), `frontend` or `backend` (that part).
    `accepted`: it has no effect here, and leaving it out is harmless.
    """

    variant: str
    args: str = ""
    options: str = ""
    reader: str = ""
    fixed: tuple[tuple[str, bool | int | str | None], ...] = ()
    inside: str = ""
    later: tuple[str, ...] = ()
    needs: str = ""
    ready: bool = True
    accepted: bool = False


_NAME_REGEX_VALUE = "name:header regex:regex value:format"
_BINARY_HEADERS = "prefix:prefix:text"
_NO_PREFIX = (("prefix", None),)
_CLIENT_MARK = (("side", "client"), ("tos", False))
_CLIENT_TOS = (("side", "client"), ("tos", True))
_SERVER_MARK = (("side", "server"), ("tos", False))
_SERVER_TOS = (("side", "server"), ("tos", True))

SHAPES = {
    "accept": Shape("allow"),
    "add-acl*": Shape("add_acl", "key:format", inside="file:acl_file"),
    "add-header": Shape("add_header", "name:new_header value:format"),
    "add-headers-bin": Shape("add_headers_bin", "expr:expr", _BINARY_HEADERS, fixed=_NO_PREFIX),
    "allow": Shape("allow"),
    "attach-srv": Shape(
        "attach_srv", "server:text", "name:name:expr", fixed=(("name", None),), needs="experimental", ready=False
    ),
    "auth": Shape("auth", options="realm:realm:text", fixed=(("realm", None),)),
    "cache-store": Shape("cache_store", "name:text", ready=False),
    "cache-use": Shape("cache_use", "name:text", "no-early-hints:no_early_hints:yes", ready=False),
    "capture": Shape("capture", "expr:expr", reader="capture"),
    "close": Shape("close"),
    "del-acl*": Shape("del_acl", "key:format", inside="file:acl_file"),
    "del-header": Shape("del_header", "name:header", options="-m:matcher:header_matcher", fixed=(("matcher", "str"),)),
    "del-headers-bin": Shape("del_headers_bin", "expr:expr", "-m:matcher:=str|beg|end|sub", fixed=(("matcher", "str"),)),
    "del-map*": Shape("del_map", "key:format", inside="file:map_file"),
    "deny": Shape("deny", reader="reply"),
    "dgram-drop": Shape("dgram_drop", ready=False),
    "disable-l7-retry": Shape("disable_l7_retry"),
    "do-log": Shape("do_log", options="profile:profile:profile", fixed=(("profile", None),)),
    "do-resolve*": Shape("do_resolve", "expr:expr", inside="var:variable resolvers:text family:family?", fixed=(("family", 0),)),
    "early-hint": Shape("early_hint", "name:new_header value:format"),
    "expect-netscaler-cip": Shape("expect_netscaler_cip", ":=layer4"),
    "expect-proxy": Shape("expect_proxy", ":=layer4"),
    "normalize-uri": Shape("normalize_uri", reader="normalizer", needs="experimental"),
    "pause": Shape("pause", "time:least_time|expr"),
    "redirect": Shape("redirect", reader="redirect"),
    "reject": Shape("reject"),
    "replace-header": Shape("replace_header", _NAME_REGEX_VALUE),
    "replace-path": Shape("replace_path", "regex:regex value:format"),
    "replace-pathq": Shape("replace_pathq", "regex:regex value:format"),
    "replace-uri": Shape("replace_uri", "regex:regex value:format"),
    "replace-value": Shape("replace_value", _NAME_REGEX_VALUE),
    "return": Shape("return", reader="reply"),
    "sc-add-gpc*": Shape("sc_add_gpc", "amount:amount|expr", reader="element", fixed=(("array", True),)),
    "sc-inc-gpc*": Shape("sc_add_gpc", reader="element", fixed=(("array", True), ("amount", None))),
    "sc-inc-gpc0*": Shape("sc_add_gpc", reader="counter", fixed=(("array", False), ("index", 0), ("amount", None))),
    "sc-inc-gpc1*": Shape("sc_add_gpc", reader="counter", fixed=(("array", False), ("index", 1), ("amount", None))),
    "sc-set-gpt*": Shape("sc_set_gpt", "value:amount|expr", reader="element", fixed=(("array", True),)),
    "sc-set-gpt0*": Shape("sc_set_gpt", "value:amount|expr", reader="counter", fixed=(("array", False), ("index", 0))),
    "send-retry": Shape("send_retry", ready=False),
    "send-spoe-group": Shape("send_spoe_group", "engine:text group:text", ready=False),
    "set-bandwidth-limit": Shape(
        "set_bandwidth_limit",
        "filter:filter",
        "limit:limit:size|expr period:period:time|expr",
        fixed=(("limit", None), ("period", None)),
        needs="section",
    ),
    "set-bc-mark": Shape("set_packet", "value:mark|expr", fixed=_SERVER_MARK),
    "set-bc-tos": Shape("set_packet", "value:tos|expr", fixed=_SERVER_TOS),
    "set-dst": Shape("set_address", "expr:expr", fixed=(("side", "server"), ("port", False))),
    "set-dst-port": Shape("set_address", "expr:expr", fixed=(("side", "server"), ("port", True))),
    "set-fc-mark": Shape("set_packet", "value:mark|expr", fixed=_CLIENT_MARK),
    "set-fc-tos": Shape("set_packet", "value:tos|expr", fixed=_CLIENT_TOS),
    "set-header": Shape("set_header", "name:new_header value:format"),
    "set-headers-bin": Shape("set_headers_bin", "expr:expr", _BINARY_HEADERS, fixed=_NO_PREFIX),
    "set-log-level": Shape("set_log_level", "level:level"),
    "set-map*": Shape("set_map", "key:format value:format", inside="file:map_file"),
    "set-mark": Shape("set_packet", "value:mark|expr", fixed=_CLIENT_MARK),
    "set-method": Shape("set_method", "value:format"),
    "set-nice": Shape("set_nice", "nice:nice", accepted=True),
    "set-path": Shape("set_path", "value:format"),
    "set-pathq": Shape("set_pathq", "value:format"),
    "set-priority-class": Shape("set_priority", "expr:expr", fixed=(("offset", False),)),
    "set-priority-offset": Shape("set_priority", "expr:expr", fixed=(("offset", True),)),
    "set-query": Shape("set_query", "value:format"),
    "set-retries": Shape("set_retries", "retries:retries|expr", needs="section backend"),
    "set-src": Shape("set_address", "expr:expr", fixed=(("side", "client"), ("port", False))),
    "set-src-port": Shape("set_address", "expr:expr", fixed=(("side", "client"), ("port", True))),
    "set-status": Shape("set_status", "status:status", options="reason:reason:text", fixed=(("reason", None),)),
    "set-timeout": Shape("set_timeout", reader="timeout"),
    "set-tos": Shape("set_packet", "value:tos|expr", fixed=_CLIENT_TOS),
    "set-uri": Shape("set_uri", "value:format"),
    "set-var*": Shape("set_var", "expr:expr", reader="variable"),
    "set-var-fmt*": Shape("set_var_fmt", "value:format", reader="variable"),
    "silent-drop": Shape("silent_drop", options="rst-ttl:ttl:ttl", fixed=(("ttl", None),)),
    "strict-mode": Shape("strict_mode", "on:on_off"),
    "switch-mode": Shape("switch_mode", ":=http", "proto::=h1|h2", later=("proto h2",), needs="frontend"),
    "tarpit": Shape("tarpit", reader="reply"),
    "track-sc*": Shape("track_sc", "expr:expr", "table:table:table", reader="counter", fixed=(("table", None),)),
    "unset-var*": Shape("unset_var", reader="variable"),
    "use-service": Shape("use_service", "name:service", ready=False),
    "wait-for-body": Shape("wait_for_body", reader="body"),
    "wait-for-handshake": Shape("wait_for_handshake"),
}
# Words in the place of an action's argument.
NORMALIZERS = {
    "fragment-encode": "",
    "fragment-strip": "",
    "path-merge-slashes": "",
    "path-strip-dot": "",
    "path-strip-dotdot": "full",
    "percent-decode-unreserved": "strict",
    "percent-to-uppercase": "strict",
    "query-sort-by-name": "",
}
TIMEOUTS = {
    "client": "frontend",
    "connect": "backend",
    "queue": "backend",
    "server": "backend",
    "tarpit": "",
    "tunnel": "backend",
}
"""What `set-timeout` sets, and the half of a proxy it belongs to."""
VARIABLE_CONDITIONS = ("ifempty", "ifexists", "ifgt", "iflt", "ifnotempty", "ifnotexists", "ifnotset", "ifset")
SERVICES = ("prometheus-exporter",)
LEVELS = ("emerg", "alert", "crit", "err", "warning", "notice", "info", "debug")
SILENT = "silent"
HEADER_MATCHERS = ("str", "beg", "end", "sub", "reg")

# Words of a reply (`deny`, `tarpit`, `return`): the field of the model and how its word is read.
REPLY_WORDS = {
    "content-type": ("content_type", "text"),
    "default-errorfiles": ("default_errorfiles", "yes"),
    "deny_status": ("status", "reply_status"),
    "errorfile": ("errorfile", "whole_reply"),
    "errorfiles": ("errorfiles", "section"),
    "file": ("file", "file"),
    "hdr": ("headers", "reply_header"),
    "lf-file": ("lf_file", "format_file"),
    "lf-string": ("lf_string", "format"),
    "status": ("status", "reply_status"),
    "string": ("string", "text"),
}
# Actions that answer with the proxy's error page where nothing but the old word for the status is given.
REPLY_PAGE_ACTIONS = ("deny", "tarpit")
REPLY_PAGE_WORDS = ("deny_status",)
# Statuses that have an error page (manual, `errorfile`).
REPLY_PAGES = (200, 400, 401, 403, 404, 405, 407, 408, 410, 413, 414, 421, 422, 425, 429, 431, 500, 501, 502, 503, 504)
# Fields of a reply that are its body: one at most.
REPLY_BODIES = ("default_errorfiles", "errorfile", "errorfiles", "file", "lf_file", "lf_string", "string")
# The status of a reply that names none.
REPLY_STATUS = {"deny": 403, "return": 200, "tarpit": 500}
REPLY_STATUS_OF_RESPONSES = {"deny": 502, "return": 200}
# Bodies that want a content type beside them.
REPLY_TYPED = ("file", "lf_file", "lf_string", "string")

# Words of a redirect: the field of the plan and how its word is read.
REDIRECT_KINDS = ("location", "prefix", "scheme")
REDIRECT_WORDS = {
    "append-slash": ("append_slash", "yes"),
    "clear-cookie": ("clear_cookie", "text"),
    "clear-cookie-fmt": ("clear_cookie_fmt", "format"),
    "code": ("code", "redirect_code"),
    "drop-query": ("drop_query", "yes"),
    "ignore-empty": ("ignore_empty", "yes"),
    "keep-query": ("keep_query", "yes"),
    "set-cookie": ("set_cookie", "text"),
    "set-cookie-fmt": ("set_cookie_fmt", "format"),
}
# The last word about a cookie holds: what each of them is where it was not given.
REDIRECT_COOKIES: dict[str, tuple[()] | None] = {
    "clear_cookie": None,
    "clear_cookie_fmt": (),
    "set_cookie": None,
    "set_cookie_fmt": (),
}
REDIRECT_CODES = (301, 302, 303, 307, 308)
REDIRECT_DEFAULTS: dict[str, bool | int | tuple[()] | None] = {
    "code": 302,
    "drop_query": False,
    "append_slash": False,
    "ignore_empty": False,
    "keep_query": False,
    **REDIRECT_COOKIES,
}


@cache
def names(ruleset: str) -> tuple[str, ...]:
    """The actions of a rule set, as they stand in the table."""
    return tuple(NAMES[ruleset].split())


@cache
def rulesets_of(action: str) -> tuple[str, ...]:
    return tuple(ruleset for ruleset in NAMES if action in names(ruleset))

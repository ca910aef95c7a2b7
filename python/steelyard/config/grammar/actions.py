"""The actions of every rule set of HAProxy 3.5 (manual section 4.3), and the arguments of those that the engine carries out."""

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
}


@dataclass(frozen=True, slots=True)
class Shape:
    """`variant`: the plan's name. `args`: words in order, as `field:kind`; the kinds are those of `rules/values.py`.

    `options`: words that may follow in any order, as `word:field:kind`. `reader`: named where the arguments have a grammar of
    their own. `fixed`: fields that have a value where no word gives one. `later`: words that are not supported
    yet.
    """

    variant: str
    args: str = ""
    options: str = ""
    reader: str = ""
    fixed: tuple[tuple[str, bool | int | str | None], ...] = ()
    later: tuple[str, ...] = ()


_NAME_REGEX_VALUE = "name:header regex:regex value:format"
SHAPES = {
    "accept": Shape("allow"),
    "add-header": Shape("add_header", "name:header value:format"),
    "allow": Shape("allow"),
    "auth": Shape("auth", options="realm:realm:text", fixed=(("realm", None),)),
    "capture": Shape("capture", "expr:expr", reader="capture"),
    "del-header": Shape("del_header", "name:header", options="-m:matcher:header_matcher", fixed=(("matcher", "str"),)),
    "deny": Shape("deny", reader="reply"),
    "redirect": Shape("redirect", reader="redirect"),
    "reject": Shape("reject"),
    "replace-header": Shape("replace_header", _NAME_REGEX_VALUE),
    "replace-path": Shape("replace_path", "regex:regex value:format"),
    "replace-pathq": Shape("replace_pathq", "regex:regex value:format"),
    "replace-uri": Shape("replace_uri", "regex:regex value:format"),
    "replace-value": Shape("replace_value", _NAME_REGEX_VALUE),
    "return": Shape("return", reader="reply"),
    "set-header": Shape("set_header", "name:header value:format"),
    "set-log-level": Shape("set_log_level", "level:level"),
    "set-method": Shape("set_method", "value:format"),
    "set-path": Shape("set_path", "value:format"),
    "set-pathq": Shape("set_pathq", "value:format"),
    "set-query": Shape("set_query", "value:format"),
    "set-status": Shape("set_status", "status:status", options="reason:reason:text", fixed=(("reason", None),)),
    "set-uri": Shape("set_uri", "value:format"),
    "set-var*": Shape("set_var", "expr:expr", reader="variable"),
    "set-var-fmt*": Shape("set_var_fmt", "value:format", reader="variable"),
    "silent-drop": Shape("silent_drop", later=("rst-ttl",)),
    "tarpit": Shape("tarpit", reader="reply"),
    "unset-var*": Shape("unset_var", reader="variable"),
}
LEVELS = ("emerg", "alert", "crit", "err", "warning", "notice", "info", "debug")
SILENT = "silent"
HEADER_MATCHERS = ("str", "beg", "end", "sub", "reg")

# Words of a reply (`deny`, `tarpit`, `return`): the field of the model and how its word is read.
REPLY_WORDS = {
    "content-type": ("content_type", "text"),
    "default-errorfiles": ("default_errorfiles", "yes"),
    "deny_status": ("status", "reply_status"),
    "errorfile": ("errorfile", "whole_reply"),
    "file": ("file", "file"),
    "hdr": ("headers", "reply_header"),
    "lf-file": ("lf_file", "format_file"),
    "lf-string": ("lf_string", "format"),
    "status": ("status", "reply_status"),
    "string": ("string", "text"),
}
REPLY_LATER = ("errorfiles",)
# Actions that answer with the proxy's error page where nothing but the old word for the status is given.
REPLY_PAGE_ACTIONS = ("deny", "tarpit")
REPLY_PAGE_WORDS = ("deny_status",)
# Statuses that have an error page (manual, `errorfile`).
REPLY_PAGES = (200, 400, 401, 403, 404, 405, 407, 408, 410, 413, 414, 421, 422, 425, 429, 431, 500, 501, 502, 503, 504)
# Fields of a reply that are its body: one at most.
REPLY_BODIES = ("default_errorfiles", "errorfile", "file", "lf_file", "lf_string", "string")
# Bodies that want a content type beside them.
REPLY_TYPED = ("file", "lf_file", "lf_string", "string")

# Words of a redirect: the field of the plan and how its word is read.
REDIRECT_KINDS = ("location", "prefix", "scheme")
REDIRECT_WORDS = {
    "append-slash": ("append_slash", "yes"),
    "clear-cookie": ("clear_cookie", "text"),
    "code": ("code", "redirect_code"),
    "drop-query": ("drop_query", "yes"),
    "ignore-empty": ("ignore_empty", "yes"),
    "set-cookie": ("set_cookie", "text"),
}
REDIRECT_COOKIES = ("clear_cookie", "set_cookie")
REDIRECT_LATER = ("keep-query", "set-cookie-fmt", "clear-cookie-fmt")
REDIRECT_CODES = (301, 302, 303, 307, 308)
REDIRECT_DEFAULTS: dict[str, bool | int | None] = {
    "code": 302,
    "drop_query": False,
    "append_slash": False,
    "ignore_empty": False,
    "set_cookie": None,
    "clear_cookie": None,
}


@cache
def names(ruleset: str) -> tuple[str, ...]:
    """The actions of a rule set, as they stand in the table."""
    return tuple(NAMES[ruleset].split())


@cache
def rulesets_of(action: str) -> tuple[str, ...]:
    return tuple(ruleset for ruleset in NAMES if action in names(ruleset))

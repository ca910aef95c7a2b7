"""Which words of the language name something: what they define, and what they refer to.

A kind is a section's word, or `server`, `acl`, `peer`, `user`, `group`, `variable`. `proxy` stands for a frontend or a backend,
`table` for whatever holds a stick table. The tables are read by `config/index.py`.
"""

from __future__ import annotations

# What a section's name is; a `listen` is found both as a frontend and as a backend.
SECTION_KINDS = {"listen": ("frontend", "backend")}
NAMELESS = frozenset({"global", "traces", "namespace_list"})

# Statement: the kind that its first argument defines. Names of these are known in their section only.
DEFINES = {"acl": "acl", "server": "server", "peer": "peer"}
DEFINES_IN = {
    ("log-forward", "server"): "",
    ("peers", "server"): "peer",
    ("ring", "server"): "",
    ("userlist", "group"): "group",
    ("userlist", "user"): "user",
}
"""What a word defines in one section only; empty: nothing that is referred to."""

# Actions with a variable in parentheses: whether they define it.
VARIABLES = {"set-var": True, "set-var-fmt": True, "unset-var": False, "do-resolve": True}
# Actions with a second argument there that names something.
SECOND = {"do-resolve": "resolvers"}

# Statement: the kind that its first argument refers to.
REFERS = {
    "default_backend": "backend",
    "email-alert mailers": "mailers",
    "errorfiles": "http-errors",
    "force-be-switch": "backend",
    "stats scope": "proxy",
    "use-fcgi-app": "fcgi-app",
    "use-server": "server",
    "use_backend": "backend",
    "filter cache": "cache",
    "filter fcgi-app": "fcgi-app",
}
# Statement: words, and the kind that the word behind each of them refers to.
BEHIND = {
    "bind": {},
    "filter": {"cache": "cache", "fcgi-app": "fcgi-app"},
    "group": {"users": "user"},
    "http-after-response": {"profile": "log-profile"},
    "http-error": {"errorfiles": "http-errors"},
    "http-request": {"cache-use": "cache", "errorfiles": "http-errors", "profile": "log-profile", "table": "table"},
    "http-response": {"cache-store": "cache", "errorfiles": "http-errors", "profile": "log-profile", "table": "table"},
    "load": {"acme": "acme"},
    "log": {"profile": "log-profile"},
    "stick match": {"table": "table"},
    "stick on": {"table": "table"},
    "stick store-request": {"table": "table"},
    "stick store-response": {"table": "table"},
    "stick-table": {"peers": "peers", "write-to": "table"},
    "tcp-request connection": {"profile": "log-profile", "table": "table"},
    "tcp-request content": {"profile": "log-profile", "table": "table"},
    "tcp-request session": {"attach-srv": "server", "profile": "log-profile", "table": "table"},
    "tcp-response content": {"profile": "log-profile"},
    "user": {"groups": "group"},
}
# Words of a `server` line, and the kind that the word behind each of them refers to.
SERVER_WORDS = {"resolvers": "resolvers", "track": "server", "healthcheck": "healthcheck"}
# Statement: what an argument may begin with, and the kind of the name behind that.
BETWEEN = {"bind": ("@", "crt-store"), "server": ("@", "crt-store"), "default-server": ("@", "crt-store")}
"""Words of a line that begin with a sign, a name and a slash, and the kind of the name."""
PREFIXED = {"log": {"ring@": "ring", "backend@": "backend"}}
# Words with several names between commas.
LISTS = frozenset({"user", "group"})
# Argument kinds of fetches and converters that name something.
ARGUMENTS = {
    "backend": "backend",
    "frontend": "frontend",
    "table": "table",
    "server": "server",
    "userlist": "userlist",
    "var": "variable",
    "varname": "variable",
}
# What else a kind can be found under.
ALSO = {"proxy": ("frontend", "backend"), "table": ("backend", "frontend", "peers")}
# Words that end the part of a line where `BEHIND` looks.
STOPS = frozenset({"if", "unless"})

"""Variables that a configuration can read: the process's own, what `setenv` and its kin change, and the dotted ones."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

_VARIABLE = re.compile(r"\$\{?(\w+)\}?", re.ASCII)

_HTTP = "%ci:%cp [%tr] %ft %b/%s %TR/%Tw/%Tc/%Tr/%Ta %ST %B %CC %CS %tsc %ac/%fc/%bc/%sc/%rc %sq/%bq %hr %hs %{+Q}r"
_TLS = " %[fc_err]/%[ssl_fc_err,hex]/%[ssl_c_err]/%[ssl_c_ca_err]/%[ssl_fc_is_resumed] %[ssl_fc_sni]/%sslv/%sslc"

_TCP_CLF = (
    '%{+Q}o %{-Q}ci - - [%T] "TCP " 000 %B "" "" %cp %ms %ft %b %s %Th %Tw %Tc %Tt %U %ts-- %ac %fc %bc %sc %rc %sq %bq "" "" '
)


def _keylog(side: str) -> str:
    """Lines of a key log; the secrets' fetches are named after the lines."""
    labels = (
        "CLIENT_EARLY_TRAFFIC_SECRET",
        "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
        "SERVER_HANDSHAKE_TRAFFIC_SECRET",
        "CLIENT_TRAFFIC_SECRET_0",
        "SERVER_TRAFFIC_SECRET_0",
        "EXPORTER_SECRET",
        "EARLY_EXPORTER_SECRET",
    )
    prefix = f"%[ssl_{side}_"
    return "\n".join(f"{label} {prefix}client_random,hex] {prefix}{label.lower()}]" for label in labels)


PREDEFINED = {
    "HAPROXY_STARTUP_VERSION": "3.5.0",
    "HAPROXY_BRANCH": "3.5",
    "HAPROXY_TCP_LOG_FMT": "%ci:%cp [%t] %ft %b/%s %Tw/%Tc/%Tt %B %ts %ac/%fc/%bc/%sc/%rc %sq/%bq",
    "HAPROXY_HTTP_LOG_FMT": _HTTP,
    "HAPROXY_HTTPS_LOG_FMT": _HTTP + _TLS,
    "HAPROXY_HTTP_CLF_LOG_FMT": (
        '%{+Q}o %{-Q}ci - - [%trg] %r %ST %B "" "" %cp %ms %ft %b %s %TR %Tw %Tc %Tr %Ta %tsc'
        " %ac %fc %bc %sc %rc %sq %bq %CC %CS %hrl %hsl"
    ),
    "HAPROXY_TCP_CLF_LOG_FMT": _TCP_CLF,
    "HAPROXY_KEYLOG_FC_LOG_FMT": _keylog("fc"),
    "HAPROXY_KEYLOG_BC_LOG_FMT": _keylog("bc"),
}
"""Set before a file is read, whatever the environment says of them (manual section 2.3); the file may change them."""


class Environment:
    """A copy: reading a configuration never changes the environment of the process.

    `disabled`: options of the process that `enabled(...)` must not find.
    """

    def __init__(self, environ: Mapping[str, str], disabled: Collection[str] = ()) -> None:
        self.values = dict(environ)
        self.disabled = frozenset(disabled)
        self.file = ""
        self.line = 0
        self.section = ""

    def __call__(self, name: str) -> str | None:
        if name.startswith("."):
            return {".FILE": self.file, ".LINE": str(self.line), ".SECTION": self.section}.get(name)
        return self.values.get(name)

    def expand(self, text: str) -> tuple[str, list[str]]:
        """`$NAME` and `${NAME}` in an address, which may stand without quotes there. Also the names that are not set: nothing
        stands in their place."""
        names = _VARIABLE.findall(text)
        return _VARIABLE.sub(lambda match: self(match.group(1)) or "", text), [name for name in names if self(name) is None]

    def set(self, name: str, value: str) -> None:
        self.values[name] = value

    def preset(self, name: str, value: str) -> None:
        self.values.setdefault(name, value)

    def unset(self, names: tuple[str, ...]) -> None:
        for name in names:
            self.values.pop(name, None)

    def keep(self, names: tuple[str, ...]) -> None:
        """`resetenv`: all go but the named ones."""
        self.values = {name: value for name, value in self.values.items() if name in names}

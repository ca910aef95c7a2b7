"""Files and lists that TLS needs on `bind` and `server` lines: HAProxy reads them all when it reads the configuration."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

from steelyard.config import certificates
from steelyard.config.model import Bind, Config, Proxy, Said, Server
from steelyard.config.span import Span
from steelyard.config.statement import Room

_CONNECTS = ("tcp-check connect", "http-check connect")
_NAMED = ("crt", "default-crt")
# Words, the global word that stands in for them, and the check of their value.
_LISTS: tuple[tuple[str, str, Callable[[str], str]], ...] = (
    ("ciphers", "ciphers", certificates.bad_ciphers),
    ("ciphersuites", "ciphersuites", certificates.bad_suites),
    ("curves", "curves", certificates.bad_curves),
    ("ecdhe", "", certificates.bad_curves),
)


class _Tls:
    """`said`: words of the global section. `elsewhere`: certificates may come from a store or be asked for as well."""

    def __init__(self, config: Config, room: Room) -> None:
        self.report, self.paths = room.report, room.paths
        self.said = {said.name: said.words[0] for said in config.global_.others if said.words}
        self.short = any(said.name == "ssl-load-extra-del-ext" for said in config.global_.others)
        self.elsewhere = any(section.kind in ("crt-store", "acme") for section in config.sections)

    def bind(self, bind: Bind, proxy: Proxy) -> None:
        said = _last(bind.others)
        found = sum(self._certificates(each) for each in bind.others if each.name in _NAMED)
        found += sum(self._list(each) for each in bind.others if each.name == "crt-list")
        self._authorities(bind.others)
        if "tls-ticket-keys" in said:
            self._file(said["tls-ticket-keys"], certificates.bad_ticket_keys, "")
        if "ssl" not in said:
            if bind.endpoint.later.startswith("quic"):
                self.report.alert("SY0745", "QUIC needs TLS", bind.endpoint.span, help="add 'ssl crt <file>'")
            return
        if not found and "strict-sni" not in said and not self.elsewhere and not self._told(bind.others):
            message = f"'ssl' on a 'bind' line of {proxy.kind} '{proxy.name}' has no certificate"
            self.report.alert("SY0745", message, said["ssl"].span, help="add 'crt <file>'")
        verify = said.get("verify")
        if verify is not None and verify.words[0] != "none" and not {"ca-file", "ca-verify-file"} & said.keys():
            self.report.alert("SY0745", "clients can't be verified without a 'ca-file'", verify.span, help="add 'ca-file <file>'")
        self._lists(said, "ssl-default-bind-", bind.span)

    def server(self, server: Server, proxy: Proxy, steps: bool) -> None:
        for each in server.others:
            if each.name == "crt":
                self._certificates(each)
        self._authorities(server.others)
        said = _last(server.others)
        if not (steps or _on(server.others, "ssl") or _on(server.others, "check-ssl")):
            return
        verify = said["verify"].words[0] if "verify" in said else self.said.get("ssl-server-verify", "required")
        if verify != "none" and "ca-file" not in said:
            message = f"server '{proxy.name}/{server.name}' is to be verified, and no 'ca-file' says by whom"
            help = "add 'ca-file @system-ca', or 'verify none' where the network is trusted"
            self.report.alert("SY0745", message, server.span, help=help)
        self._lists(said, "ssl-default-server-", server.span)

    def _certificates(self, said: Said) -> int:
        """How many there are; what is wrong with them is told."""
        path = self._path(said.words[0], "crt-base", said.span)
        return self._all(path, said.span, f"'{said.words[0]}'")

    def _all(self, path: str, span: Span, shown: str) -> int:
        files, why = certificates.certificate_files(path)
        if why and not self.elsewhere:
            self.report.alert("SY0746", f"certificate {shown} can't be read: {why}", span)
        for file in files:
            why = certificates.bad_certificate(file, self._key(file))
            if why:
                self.report.alert("SY0746", f"certificate '{file}' can't be used: {why}", span)
        return len(files)

    def _key(self, file: str) -> str:
        """The file of the private key where the certificate's own does not hold it."""
        return (file.removesuffix(".crt") if self.short else file) + ".key"

    def _list(self, said: Said) -> int:
        path, count = self._path(said.words[0], "", said.span), 0
        try:
            for number, name in certificates.listed(path):
                count += self._all(self._path(name, "crt-base", said.span), said.span, f"'{name}' of line {number} of '{path}'")
        except OSError as error:
            self.report.alert("SY0746", f"'{path}' can't be read: {(error.strerror or str(error)).lower()}", said.span)
        return count

    def _authorities(self, others: Sequence[Said]) -> None:
        for each in others:
            if each.name in ("ca-file", "ca-verify-file", "crl-file"):
                self._file(each, certificates.bad_authorities, "ca-base")

    def _file(self, said: Said, check: Callable[[str], str], base: str) -> None:
        why = check(self._path(said.words[0], base, said.span))
        if why:
            self.report.alert("SY0746", f"'{said.words[0]}' of '{said.name}' can't be used: {why}", said.span)

    def _lists(self, said: dict[str, Said], defaults: str, span: Span) -> None:
        for name, default, check in _LISTS:
            value = said[name].words[0] if name in said else self.said.get(defaults + default) if default else None
            why = check(value) if value is not None else ""
            if why:
                self.report.alert("SY0109", f"'{value}' {why}", said[name].span if name in said else span)

    def _told(self, others: Sequence[Said]) -> bool:
        """Whether certificates are named that could not be read: that has been told."""
        named = (said for said in others if said.name in (*_NAMED, "crt-list"))
        return any(not os.path.exists(self._path(said.words[0], "crt-base", said.span)) for said in named)

    def _path(self, name: str, base: str, span: Span) -> str:
        return name if name.startswith("@") else self.paths.find(name, base, span.file)


def check_tls(config: Config, room: Room) -> None:
    tls = _Tls(config, room)
    for proxy in config.proxies:
        for bind in proxy.binds:
            if bind.others or bind.endpoint.later:
                tls.bind(bind, proxy)
        if proxy.disabled:
            continue
        steps = any(said.name in _CONNECTS and "ssl" in said.words for said in proxy.others)
        for server in proxy.servers:
            if server.others or steps:
                tls.server(server, proxy, steps)


def _last(others: Sequence[Said]) -> dict[str, Said]:
    return {said.name: said for said in others}


def _on(others: Sequence[Said], name: str) -> bool:
    """Whether a switch is on at the end: its `no-` form undoes it."""
    on = False
    for said in others:
        if said.name in (name, f"no-{name}"):
            on = said.name == name
    return on

"""Files and lists that TLS needs on `bind` and `server` lines: HAProxy reads them all when it reads the configuration."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace

from steelyard.config import certificates
from steelyard.config.crt_list import Entry, entries, read_options
from steelyard.config.draft import Draft
from steelyard.config.grammar.row import PLAIN
from steelyard.config.model import Bind, Config, Said, Server
from steelyard.config.span import Span
from steelyard.config.statement import Room

_CONNECTS = ("tcp-check connect", "http-check connect")
_NAMED = ("crt", "default-crt")
_AUTHORITIES = ("ca-file", "ca-verify-file", "crl-file")
_FRONT = ("ssl-f-use", "crt")
"""Words of a frontend that name certificates for all of its `bind` lines."""
# Words, the global word that stands in for them, and the check of their value.
_LISTS: tuple[tuple[str, str, Callable[[str], str]], ...] = (
    ("ciphers", "ciphers", certificates.bad_ciphers),
    ("ciphersuites", "ciphersuites", certificates.bad_suites),
    ("curves", "curves", certificates.bad_curves),
    ("ecdhe", "", certificates.bad_curves),
    ("sigalgs", "sigalgs", certificates.bad_algorithms),
    ("client-sigalgs", "", certificates.bad_algorithms),
)


class _Tls:
    """`read`: lines whose files of authorities are done. `said`: words of the global section.

    `stored`: names of certificates that `crt-store` sections hold.
    """

    def __init__(self, config: Config, room: Room) -> None:
        self.report, self.paths, self.stored = room.report, room.paths, room.stored
        self.read: set[Span] = set()
        self.said = {said.name: said.words[0] for said in config.global_.others if said.words}
        self.short = any(said.name == "ssl-load-extra-del-ext" for said in config.global_.others)
        extra = [said.words for said in config.global_.others if said.name == "ssl-load-extra-files"]
        self.extra = frozenset(extra[-1] if extra else ("all",))

    def bind(self, bind: Bind, owner: str, *, more: bool = False, strict: bool = True) -> None:
        """`owner`: who has the line. `more`: the certificates may stand elsewhere. `strict`: there must be one."""
        said = _last(bind.others)
        found = sum(self._certificates(each) for each in bind.others if each.name in _NAMED)
        found += sum(self._list(each) for each in bind.others if each.name == "crt-list")
        self.authorities(bind.others)
        if "tls-ticket-keys" in said:
            self._file(said["tls-ticket-keys"], certificates.bad_ticket_keys, "")
        if "ssl" not in said:
            if bind.endpoint.later.startswith("quic"):
                self.report.alert("SY0745", "QUIC needs TLS", bind.endpoint.span, help="add 'ssl crt <file>'")
            return
        if strict and not more and not found and not _on(bind.others, "strict-sni") and not self._told(bind.others):
            message = f"'ssl' on a 'bind' line of {owner} has no certificate"
            self.report.alert("SY0745", message, said["ssl"].span, help="add 'crt <file>'")
        elif strict and not more and not found and not self._told(bind.others):
            message = f"'ssl' on a 'bind' line of {owner} has no certificate, so no client gets through"
            self.report.warning("SY0745", message, said["ssl"].span, help="add 'crt <file>'")
        verify = said.get("verify")
        if verify is not None and verify.words[0] != "none" and not {"ca-file", "ca-verify-file"} & said.keys():
            self.report.alert("SY0745", "clients can't be verified without a 'ca-file'", verify.span, help="add 'ca-file <file>'")
        self._generated(said)
        self._lists(said, "ssl-default-bind-", bind.span)

    def server(self, server: Server, owner: str, *, steps: bool = False, strict: bool = True) -> None:
        """`steps`: its health checks use TLS. `strict`: somebody must vouch for it."""
        self.authorities(server.others)
        said = _last(server.others)
        # HAProxy makes TLS ready that a `default-server` line wants, even where this one does without.
        above = [each for each in server.others if not _same_line(each.span, server.span)]
        if not (steps or _on(above, "ssl") or _on(server.others, "ssl") or _on(server.others, "check-ssl")):
            return
        for each in server.others:
            if each.name == "crt":
                self._certificates(each, alone=True)
        verify = said["verify"].words[0] if "verify" in said else self.said.get("ssl-server-verify", "required")
        if strict and verify != "none" and "ca-file" not in said:
            message = f"server '{owner}/{server.name}' is to be verified, and no 'ca-file' says by whom"
            help = "add 'ca-file @system-ca', or 'verify none' where the network is trusted"
            self.report.alert("SY0745", message, server.span, help=help)
        self._lists(said, "ssl-default-server-", server.span)

    def load(self, path: str, key: str, span: Span) -> None:
        """A certificate of a `crt-store`. `key`: its key's file, empty where the usual places are meant."""
        self._all(self.paths.find(path, file=span.file), span, f"'{path}'", self.paths.find(key, file=span.file))

    def _certificates(self, said: Said, alone: bool = False) -> int:
        """How many there are; what is wrong with them is told. `alone`: it can be neither a directory nor a bundle."""
        name = said.words[0]
        path = self._path(name, "crt-base", said.span)
        if name in self.stored or path in self.stored:
            return 1
        if name.startswith("@"):
            self.report.alert("SY0746", f"certificate '{name}' is in no 'crt-store' above", said.span)
            return 0
        if alone and os.path.isdir(path):
            self.report.alert("SY0746", f"certificate '{name}' can't be read: is a directory", said.span)
            return 0
        return self._all(path, said.span, f"'{name}'")

    def _all(self, path: str, span: Span, shown: str, key: str = "") -> int:
        files, why = certificates.certificate_files(path, bundles=bool(self.extra & {"all", "bundle"}))
        if why:
            self.report.alert("SY0746", f"certificate {shown} can't be read: {why}", span)
        for file in files:
            beside = self._key(file) if self.extra & {"all", "key"} else file
            why = certificates.bad_certificate(file, key or beside, bool(key))
            if why:
                self.report.alert("SY0746", f"certificate '{file}' can't be used: {why}", span)
        return len(files)

    def _key(self, file: str) -> str:
        """The file of the private key where the certificate's own does not hold it."""
        return (file.removesuffix(".crt") if self.short else file) + ".key"

    def _list(self, said: Said) -> int:
        """All certificates of a list, or of a directory."""
        path, count = self._path(said.words[0], "", said.span), 0
        if os.path.isdir(path):
            return 0
        try:
            with open(path, encoding="latin-1", newline="\n") as file:
                text = file.read()
        except (OSError, ValueError) as error:
            why = (error.strerror or str(error)).lower() if isinstance(error, OSError) else str(error)
            self.report.alert("SY0746", f"'{said.words[0]}' can't be read: {why}", said.span)
            return 0
        for entry in entries(text):
            where = f"line {entry.number} of '{said.words[0]}'"
            if entry.fault:
                self.report.alert("SY0746", f"{where} can't be used: {entry.fault}", said.span)
                continue
            count += self._listed(entry, said, where)
        return count

    def _listed(self, entry: Entry, said: Said, where: str) -> int:
        for name, value in entry.options:
            if name in _AUTHORITIES:
                why = certificates.bad_authorities(self._path(value, "ca-base", said.span))
                if why:
                    self.report.alert("SY0746", f"'{value}' of '{name}' in {where} can't be used: {why}", said.span)
        path = self._path(entry.name, "crt-base", said.span)
        if entry.name in self.stored or path in self.stored:
            return 1
        options = dict(entry.options)
        key = self._path(options["key"], "key-base", said.span) if "key" in options else ""
        return self._all(path, said.span, f"'{entry.name}' in {where}", key)

    def front(self, said: Said) -> None:
        """`ssl-f-use crt <file> [<option> [<value>]]...`: a line of a list that belongs to the frontend."""
        found = read_options("", said.words)
        names = [value for name, value in found.options if name == "crt"]
        if found.fault:
            self.report.alert("SY0109", f"'ssl-f-use': {found.fault}", said.span)
        elif len(names) != 1:
            help = "write 'ssl-f-use crt <file>', a line for each certificate"
            count = "no certificate" if not names else "more than one certificate"
            self.report.alert("SY0107", f"'ssl-f-use' names {count}", said.span, help=help)
        else:
            self._listed(replace(found, name=names[0]), said, "'ssl-f-use'")

    def _generated(self, said: dict[str, Said]) -> None:
        """Certificates are made with an authority's certificate and key."""
        sign = said.get("ca-sign-file")
        if sign is None or "generate-certificates" not in said:
            return
        path = self._path(sign.words[0], "ca-base", sign.span)
        why = certificates.bad_certificate(path, path)
        if why:
            self.report.alert("SY0746", f"'{sign.words[0]}' of 'ca-sign-file' can't be used: {why}", sign.span)

    def authorities(self, others: Sequence[Said]) -> None:
        """They are read where they are named, by whomever, and those of `default-server` are in each server."""
        for each in others:
            if each.name in _AUTHORITIES and each.span not in self.read:
                self.read.add(each.span)
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
        more = any(said.name in _FRONT for said in proxy.others)
        for bind in proxy.binds:
            if bind.others or bind.endpoint.later:
                tls.bind(bind, f"{proxy.kind} '{proxy.name}'", more=more)
        for said in proxy.others:
            if said.name == "ssl-f-use":
                tls.front(said)
        if proxy.disabled:
            for server in proxy.servers:
                tls.authorities(server.others)
            continue
        steps = any(said.name in _CONNECTS and "ssl" in said.words for said in proxy.others)
        for server in proxy.servers:
            if server.others or steps:
                tls.server(server, proxy.name, steps=steps)
    for bind in config.global_.stats_sockets:
        tls.bind(bind, "the runtime API", strict=False)
    for draft in room.drafts:
        tls.authorities(draft.get("default_server", {}).get("others", ()))
        if draft.where & PLAIN:
            _section(tls, draft)


def _section(tls: _Tls, draft: Draft) -> None:
    """`bind` and `server` lines of a section that is no proxy (peers are content with less), and `load` lines of a store."""
    strict = draft.kind != "peers"
    for bind in draft.get("binds", ()):
        tls.bind(bind, draft.label, strict=strict)
    for server in draft.get("servers", ()):
        tls.server(server, draft.name, strict=strict)
    for path, key, span in draft.get("loads", ()):
        tls.load(path, key, span)


def _last(others: Sequence[Said]) -> dict[str, Said]:
    return {said.name: said for said in others}


def _same_line(one: Span, other: Span) -> bool:
    return (one.file, one.line) == (other.file, other.line)


def _on(others: Sequence[Said], name: str) -> bool:
    """Whether a switch is on at the end: its `no-` form undoes it."""
    on = False
    for said in others:
        if said.name in (name, f"no-{name}"):
            on = said.name == name
    return on

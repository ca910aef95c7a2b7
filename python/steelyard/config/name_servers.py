"""`resolvers` sections as values: who is asked for names, how often, and how long an answer holds."""

from __future__ import annotations

from dataclasses import dataclass, field

from steelyard.config.grammar.addresses import Wanted, parse_address
from steelyard.config.grammar.units import parse_time
from steelyard.config.grammar.values import Bad
from steelyard.config.model import Config, Inet, Said, Section
from steelyard.config.span import NOWHERE

KIND = "resolvers"
MACHINE = "default"
"""A section of this name is there without being written: the name servers of the machine."""
SYSTEM = "/etc/resolv.conf"
PAYLOAD = 512
RETRIES = 3
RETRY_MS = 1_000
# How long answers hold where nothing is said (manual, `hold`).
HOLD_MS = {"valid": 10_000, "nx": 30_000, "refused": 30_000, "timeout": 30_000, "other": 30_000, "obsolete": 0}


@dataclass(frozen=True, slots=True)
class NameServer:
    """`host` is an address."""

    name: str
    host: str
    port: int = 53
    tcp: bool = False


@dataclass(frozen=True, slots=True)
class Resolvers:
    """Times in milliseconds. `retries`: how often a question is asked. `payload`: bytes that an answer over UDP may have."""

    name: str
    servers: tuple[NameServer, ...] = ()
    retries: int = RETRIES
    retry_ms: int = RETRY_MS
    payload: int = PAYLOAD
    hold_ms: dict[str, int] = field(default_factory=lambda: dict(HOLD_MS))


def resolvers(config: Config, system: str = SYSTEM) -> dict[str, Resolvers]:
    """All sections by name, and the one of the machine. The file `system` is read where it is asked for."""
    found = {section.name: _section(section, system) for section in config.sections if section.kind == KIND}
    found.setdefault(MACHINE, Resolvers(MACHINE, _machine(system)))
    return found


def _section(section: Section, system: str) -> Resolvers:
    servers: list[NameServer] = []
    retries, retry, payload, hold = RETRIES, RETRY_MS, PAYLOAD, dict(HOLD_MS)
    for said in section.others:
        match said.name:
            case "nameserver":
                servers += _server(said)
            case "parse-resolv-conf":
                servers += _machine(system)
            case "resolve_retries":
                retries = int(said.words[0])
            case "accepted_payload_size":
                payload = int(said.words[0])
            case "hold":
                hold[said.words[0]] = _time(said.words[1])
            case "timeout" if said.words[0] == "retry":
                retry = _time(said.words[1])
    return Resolvers(section.name, tuple(servers), max(retries, 1), max(retry, 1), payload, hold)


def _time(text: str) -> int:
    value = parse_time(text)
    return value if isinstance(value, int) else 0


def _server(said: Said) -> list[NameServer]:
    name, text = said.words[:2]
    prefix, at, rest = text.partition("@")
    tcp = bool(at) and prefix.startswith(("tcp", "stream"))
    found = parse_address(text if not tcp else rest, NOWHERE, Wanted("must", datagram=not tcp))
    if isinstance(found, Bad) or not isinstance(found.where, Inet):
        return []
    return [NameServer(name, found.where.host, found.low, tcp)]


def _machine(system: str) -> tuple[NameServer, ...]:
    """The `nameserver` lines of a resolv.conf."""
    try:
        with open(system, encoding="utf-8", errors="replace") as file:
            lines = [line.split() for line in file]
    except OSError:
        return ()
    return tuple(NameServer(words[1], words[1]) for words in lines if len(words) > 1 and words[0] == "nameserver")

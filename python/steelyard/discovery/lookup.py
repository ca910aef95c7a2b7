"""Looks names up for those that wait: one question for all who ask the same, answers kept for their time."""

from __future__ import annotations

import asyncio
import secrets
import struct
import time
from collections.abc import Mapping
from dataclasses import dataclass

from steelyard.config.name_servers import NameServer, Resolvers
from steelyard.discovery import dns
from steelyard.discovery.dns import Answer

MAX_KEPT = 4096
"""Most answers that are kept; the oldest make room."""
MAX_WAITING = 512
"""Most questions that are asked at once; further ones get no address."""


@dataclass(frozen=True, slots=True)
class Key:
    resolvers: str
    name: str
    family: int


class Lookup:
    """Belongs to one running loop."""

    def __init__(self, sections: Mapping[str, Resolvers]) -> None:
        self._sections = sections
        self._kept: dict[Key, tuple[float, str]] = {}
        self._asked: dict[Key, asyncio.Task[str]] = {}

    async def address(self, resolvers: str, name: str, family: int) -> str:
        """An address of a name, empty where there is none. `family` 4 or 6 is preferred; 6 where it is 0, as in HAProxy."""
        key = Key(resolvers, name, family)
        until, address = self._kept.get(key, (0.0, ""))
        if until > time.monotonic():
            return address
        task = self._asked.get(key)
        if task is None:
            section = self._sections.get(resolvers)
            if section is None or len(self._asked) >= MAX_WAITING:
                return ""
            task = asyncio.create_task(self._find(key, section))
            self._asked[key] = task
        # Who gives up waiting does not end the question for the others.
        return await asyncio.shield(task)

    async def _find(self, key: Key, section: Resolvers) -> str:
        try:
            for kind in (dns.A, dns.AAAA) if key.family == 4 else (dns.AAAA, dns.A):
                found = await ask(section, key.name, kind)
                if found:
                    self._keep(key, section, found[0])
                    return found[0]
            return ""
        finally:
            del self._asked[key]

    def _keep(self, key: Key, section: Resolvers, address: str) -> None:
        hold = section.hold_ms["valid"] / 1000
        self._kept.pop(key, None)
        if len(self._kept) >= MAX_KEPT:
            del self._kept[next(iter(self._kept))]
        self._kept[key] = (time.monotonic() + hold, address)

    def stop(self) -> None:
        for task in self._asked.values():
            task.cancel()


async def ask(section: Resolvers, name: str, kind: int) -> tuple[str, ...]:
    """Asks all name servers at once, several times; the first good answer counts."""
    for _ in range(section.retries):
        said = await _round(section, name, kind)
        if said is None:
            continue
        return said.addresses
    return ()


async def _round(section: Resolvers, name: str, kind: int) -> Answer | None:
    """One question to all; None where none of them answered in time."""
    tasks = [asyncio.create_task(_one(server, name, kind, section.payload)) for server in section.servers]
    last: Answer | None = None
    try:
        async with asyncio.timeout(section.retry_ms / 1000):
            for task in asyncio.as_completed(tasks):
                answer = await task
                if answer is None:
                    continue
                last = answer
                if answer.status == "valid":
                    break
    except TimeoutError:
        pass
    finally:
        for each in tasks:
            each.cancel()
    return last


async def _one(server: NameServer, name: str, kind: int, payload: int) -> Answer | None:
    """One question to one name server; None where it can't be reached."""
    asked = dns.question(secrets.randbelow(65536), name, kind, payload)
    if asked is None:
        return Answer("other")
    try:
        if server.tcp:
            return await _stream(server, asked)
        answer = await _datagram(server, asked)
        return await _stream(server, asked) if answer.cut else answer
    except (OSError, asyncio.IncompleteReadError):
        return None


async def _datagram(server: NameServer, asked: bytes) -> Answer:
    loop = asyncio.get_running_loop()
    answered: asyncio.Future[Answer] = loop.create_future()
    # A socket of its own for each question: its port is one more thing that a forged answer must guess.
    transport, _ = await loop.create_datagram_endpoint(lambda: _Waiting(asked, answered), remote_addr=(server.host, server.port))
    try:
        transport.sendto(asked)
        return await answered
    finally:
        transport.close()


class _Waiting(asyncio.DatagramProtocol):
    """Waits for the one answer; all else that comes is passed over."""

    def __init__(self, asked: bytes, answered: asyncio.Future[Answer]) -> None:
        self._asked, self._answered = asked, answered

    def datagram_received(self, data: bytes, addr: object) -> None:
        answer = dns.answer(data, self._asked)
        if answer is not None and not self._answered.done():
            self._answered.set_result(answer)

    def error_received(self, exc: Exception) -> None:
        if not self._answered.done():
            self._answered.set_exception(exc)


async def _stream(server: NameServer, asked: bytes) -> Answer | None:
    """Over TCP each message has its length in front (RFC 1035, section 4.2.2)."""
    reader, writer = await asyncio.open_connection(server.host, server.port)
    try:
        writer.write(struct.pack("!H", len(asked)) + asked)
        await writer.drain()
        length = struct.unpack("!H", await reader.readexactly(2))[0]
        return dns.answer(await reader.readexactly(length), asked)
    finally:
        writer.close()

"""Messages of DNS: what is asked, and that nothing that comes back can do harm."""

from __future__ import annotations

import asyncio
import struct
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steelyard.config.api import loads
from steelyard.config.name_servers import NameServer, Resolvers, resolvers
from steelyard.discovery import dns
from steelyard.discovery.lookup import ask

ASKED = dns.question(0x1234, "a.test", dns.A, 512) or b""
NAME = b"\x01a\x04test\x00"
ECHOED = ASKED[12:24]


def reply(*records: bytes, flags: int = 0x8180, ident: int = 0x1234, echoed: bytes = ECHOED, count: int | None = None) -> bytes:
    return struct.pack("!6H", ident, flags, 1, len(records) if count is None else count, 0, 0) + echoed + b"".join(records)


def record(owner: bytes, kind: int, data: bytes) -> bytes:
    return owner + struct.pack("!HHIH", kind, 1, 60, len(data)) + data


ADDRESS = record(b"\xc0\x0c", dns.A, b"\x7f\0\0\1")


def test_a_question_is_what_the_standard_says() -> None:
    head = b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x01"
    assert head + NAME + b"\x00\x01\x00\x01" + b"\0\x00\x29\x02\x00\0\0\0\0\0\0" == ASKED


@pytest.mark.parametrize("name", ["", "a..b", "x" * 64, ".".join(["abcdefg"] * 40), "é.test"])
def test_what_is_no_name_is_not_asked(name: str) -> None:
    assert dns.question(1, name, dns.A, 512) is None


@pytest.mark.parametrize(
    ("data", "want"),
    [
        (reply(ADDRESS), dns.Answer("valid", ("127.0.0.1",))),
        (reply(ADDRESS, echoed=b"\x01A\x04TEST\x00\x00\x01\x00\x01"), dns.Answer("valid", ("127.0.0.1",))),
        (
            reply(record(NAME, dns.CNAME, b"\x01b\xc0\x0e"), record(b"\x01b\x04test\x00", dns.A, b"\x7f\0\0\2")),
            dns.Answer("valid", ("127.0.0.2",)),
        ),
        (reply(record(b"\x01b\x04test\x00", dns.A, b"\x7f\0\0\2")), dns.Answer("other")),
        (reply(record(NAME, dns.A, b"\x7f\0\0")), dns.Answer("other")),
        (reply(record(NAME, dns.AAAA, bytes(16))), dns.Answer("other")),
        (reply(flags=0x8183), dns.Answer("nx")),
        (reply(flags=0x8185), dns.Answer("refused")),
        (reply(flags=0x8182), dns.Answer("other")),
        (reply(ADDRESS, flags=0x8380), dns.Answer("valid", ("127.0.0.1",), cut=True)),
        (reply(ADDRESS, count=9), dns.Answer("valid", ("127.0.0.1",))),
        (reply(ADDRESS, ident=0x1235), None),
        (reply(ADDRESS, flags=0x0100), None),
        (reply(ADDRESS, echoed=b"\x01b\x04test\x00\x00\x01\x00\x01"), None),
        (reply(ADDRESS, echoed=NAME + b"\x00\x1c\x00\x01"), None),
        (b"", None),
    ],
)
def test_answers(data: bytes, want: dns.Answer | None) -> None:
    assert dns.answer(data, ASKED) == want


@pytest.mark.parametrize("owner", [b"\xc0\x18", b"\xc0\xff", b"\xff", b"\x40a", b"\x3f" + b"a" * 9])
def test_names_that_lead_nowhere_are_passed_over(owner: bytes) -> None:
    assert dns.answer(reply(record(owner, dns.A, b"\x7f\0\0\1")), ASKED) == dns.Answer("other")


@given(st.binary(max_size=600), st.booleans())
def test_no_answer_does_harm(data: bytes, starts_well: bool) -> None:
    said = dns.answer(reply() + data if starts_well else data, ASKED)
    assert said is None or all(isinstance(each, str) for each in said.addresses)


@pytest.mark.parametrize("tcp", [True, False])
def test_answers_over_tcp(tcp: bool) -> None:
    """Asked so, or because the answer over UDP was cut."""

    async def look_up() -> tuple[str, ...]:
        class Cutting(asyncio.DatagramProtocol):
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                self.transport = cast(asyncio.DatagramTransport, transport)

            def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
                self.transport.sendto(reply(flags=0x8380, ident=int.from_bytes(data[:2], "big")), addr)

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            asked = await reader.readexactly(int.from_bytes(await reader.readexactly(2), "big"))
            data = reply(ADDRESS, ident=int.from_bytes(asked[:2], "big"))
            writer.write(len(data).to_bytes(2, "big") + data)
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(Cutting, local_addr=("127.0.0.1", port))
        try:
            section = Resolvers("r", (NameServer("n", "127.0.0.1", port, tcp),), retry_ms=10_000)
            return await ask(section, "a.test", dns.A)
        finally:
            transport.close()
            server.close()

    assert asyncio.run(look_up()) == ("127.0.0.1",)


def test_sections_as_values(tmp_path) -> None:
    system = tmp_path / "resolv.conf"
    system.write_text("# comment\nsearch x\nnameserver 192.0.2.53\nnameserver 2001:db8::53\n")
    config = loads(
        "resolvers a\n nameserver x 127.0.0.1:53\n nameserver y tcp@[::1]:54\n parse-resolv-conf\n resolve_retries 5\n"
        " accepted_payload_size 4096\n timeout retry 2s\n timeout resolve 9s\n hold valid 1m\n hold nx 2s\nresolvers b\n"
    )
    found = resolvers(config, str(system))
    machine = (NameServer("192.0.2.53", "192.0.2.53"), NameServer("2001:db8::53", "2001:db8::53"))
    own = (NameServer("x", "127.0.0.1", 53), NameServer("y", "::1", 54, tcp=True))
    assert found["a"].servers == (*own, *machine)
    assert (found["a"].retries, found["a"].payload, found["a"].retry_ms) == (5, 4096, 2000)
    assert (found["a"].hold_ms["valid"], found["a"].hold_ms["nx"], found["b"].hold_ms["valid"]) == (60_000, 2_000, 10_000)
    assert found["b"].servers == ()
    assert found["default"].servers == machine

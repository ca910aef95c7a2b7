"""Converters beside plain Python models of them, on any bytes: the engine plays a request whose header holds the value."""

from __future__ import annotations

import base64
import hashlib
import hmac
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steelyard.engine.simulation import ChangeStep
from steelyard.explain.player import Player

Model = Callable[[bytes], bytes]


def upper_hex(data: bytes) -> bytes:
    return data.hex().upper().encode()


def djb2(data: bytes) -> bytes:
    value = 5381
    for byte in data:
        value = (value * 33 + byte) % 2**32
    return str(value).encode()


def sdbm(data: bytes) -> bytes:
    value = 0
    for byte in data:
        value = (byte + (value << 6) + (value << 16) - value) % 2**32
    return str(value).encode()


def crc32c(data: bytes) -> bytes:
    value = 0xFFFFFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
    return str(value ^ 0xFFFFFFFF).encode()


def field(data: bytes) -> bytes:
    return (data.split(b"a") + [b""])[1]


def word(data: bytes) -> bytes:
    return ([each for each in data.split(b"a") if each] + [b"", b""])[1]


BYTES: dict[str, Model] = {
    "hex": upper_hex,
    "base64": base64.b64encode,
    "ub64enc": lambda data: base64.urlsafe_b64encode(data).rstrip(b"="),
    "base64,b64dec,hex": upper_hex,
    "ub64enc,ub64dec,hex": upper_hex,
    "lower,hex": lambda data: upper_hex(data.lower()),
    "upper,hex": lambda data: upper_hex(data.upper()),
    "length": lambda data: str(len(data)).encode(),
    "reverse,hex": lambda data: upper_hex(data[::-1]),
    "bytes(2,3),hex": lambda data: upper_hex(data[2:5]),
    "ltrim(ab),hex": lambda data: upper_hex(data.lstrip(b"ab")),
    "rtrim(ab),hex": lambda data: upper_hex(data.rstrip(b"ab")),
    "field(2,a),hex": lambda data: upper_hex(field(data)),
    "word(2,a),hex": lambda data: upper_hex(word(data)),
    "regsub(a,bb,g),hex": lambda data: upper_hex(data.replace(b"a", b"bb")),
    "concat(x,txn.none,y),hex": lambda data: upper_hex(data + b"xy"),
    "crc32": lambda data: str(zlib.crc32(data)).encode(),
    "crc32c": crc32c,
    "djb2": djb2,
    "sdbm": sdbm,
    "sha1,hex": lambda data: upper_hex(hashlib.sha1(data).digest()),
    "sha2(256),hex": lambda data: upper_hex(hashlib.sha256(data).digest()),
    "sha2(512),hex": lambda data: upper_hex(hashlib.sha512(data).digest()),
    "digest(md5),hex": lambda data: upper_hex(hashlib.md5(data).digest()),
    "hmac(sha256,a2V5),hex": lambda data: upper_hex(hmac.digest(b"key", data, "sha256")),
    "url_enc,url_dec(1),hex": upper_hex,
    "be2hex(:,2)": lambda data: b":".join(upper_hex(data[at : at + 2]) for at in range(0, len(data), 2)),
    "be2dec(.,1)": lambda data: b".".join(str(byte).encode() for byte in data),
}

LEAST, MOST = -(2**63), 2**63 - 1


def held(value: int) -> int:
    return max(LEAST, min(MOST, value))


NUMBERS: dict[str, Callable[[int], int]] = {
    "add(7)": lambda value: held(value + 7),
    "sub(7)": lambda value: held(value - 7),
    "mul(3)": lambda value: held(value * 3),
    "div(7)": lambda value: abs(value) // 7 * (1 if value >= 0 else -1),
    "mod(7)": lambda value: abs(value) % 7 * (1 if value >= 0 else -1),
    "and(12)": lambda value: value & 12,
    "or(12)": lambda value: value | 12,
    "xor(12)": lambda value: value ^ 12,
    "cpl": lambda value: ~value,
    "neg": lambda value: held(-value),
    "odd": lambda value: value & 1,
    "even": lambda value: 1 - (value & 1),
    "not": lambda value: int(value == 0),
    "bool": lambda value: int(value != 0),
}


@pytest.fixture(scope="module")
def player(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Player]:
    rules = [f"req.fhdr(x-in),b64dec,{each}" for each in BYTES] + [f"req.fhdr(x-in),add(0),{each}" for each in NUMBERS]
    path: Path = tmp_path_factory.mktemp("models") / "models.cfg"
    path.write_text(
        "defaults\n    mode http\n    timeout client 1s\n    timeout server 1s\n    timeout connect 1s\n"
        "frontend fe\n    bind 127.0.0.1:80\n"
        + "".join(f'    http-request set-var(txn.v{number}) "{rule}"\n' for number, rule in enumerate(rules))
        + "    http-request return status 200\n"
    )
    yield Player(str(path))


def seen(player: Player, value: str) -> dict[str, str | None]:
    outcome = player.send("GET", "http://a.test/", headers={"X-In": value})
    changes = [step for step in outcome.steps if isinstance(step, ChangeStep)]
    return {step.what.removeprefix("variable "): step.after for step in changes}


@given(st.binary(min_size=1, max_size=200).map(lambda data: data.replace(b"\0", b"a")))
@settings(max_examples=60, deadline=None)
def test_bytes(player: Player, data: bytes) -> None:
    found = seen(player, base64.b64encode(data).decode())
    wrong = {each: found.get(f"txn.v{number}") for number, each in enumerate(BYTES)}
    assert {each: got for each, got in wrong.items() if (got or "").encode() != BYTES[each](data)} == {}


@given(st.integers(LEAST + 1, MOST))
@settings(max_examples=100, deadline=None)
def test_numbers(player: Player, value: int) -> None:
    found = seen(player, str(value))
    wrong = {each: found.get(f"txn.v{number}") for number, each in enumerate(NUMBERS, len(BYTES))}
    assert {each: got for each, got in wrong.items() if got != str(NUMBERS[each](value))} == {}

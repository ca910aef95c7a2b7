"""Checksums, digests and hashes of any bytes."""

from __future__ import annotations

import hashlib
import hmac
import zlib
from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.models import hashes
from tests.models.hashes import avalanche, signed
from tests.models.play import BYTES, Bench, Model, differences, some

PLAIN: dict[str, Callable[[bytes], int]] = {
    "djb2": hashes.djb2,
    "sdbm": hashes.sdbm,
    "wt6": hashes.wt6,
    "crc32": zlib.crc32,
    "crc32c": hashes.crc32c,
}
ALGORITHMS = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")


def mixed(data: bytes, plain: Callable[[bytes], int]) -> int:
    return avalanche(plain(data))


def wide(data: bytes, plain: Callable[[bytes, int], int], seed: int) -> int:
    return signed(plain(data, seed))


def digest(data: bytes, name: str) -> bytes:
    return hashlib.new(name, data).digest()


def mac(data: bytes, name: str) -> bytes:
    return hmac.digest(b"key", data, name)


def models() -> dict[str, Model]:
    found: dict[str, Model] = {"sha1,hex": partial(digest, name="sha1")}
    for name, plain in PLAIN.items():
        found[name] = plain
        found[f"{name}(1)"] = partial(mixed, plain=plain)
    for seed in (0, 1, 0x12345678, 2**63 - 1):
        if seed < 2**32:
            found[f"xxh32({seed})"] = partial(hashes.xxh32, seed=seed)
        found[f"xxh64({seed})"] = partial(wide, plain=hashes.xxh64, seed=seed)
        found[f"xxh3({seed})"] = partial(wide, plain=hashes.xxh3, seed=seed)
    for name in ALGORITHMS:
        found[f"digest({name}),hex"] = partial(digest, name=name)
        found[f"hmac({name},a2V5),hex"] = partial(mac, name=name)
    for bits in (224, 256, 384, 512):
        found[f"sha2({bits}),hex"] = partial(digest, name=f"sha{bits}")
    return found


MODELS = models()


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(tmp_path_factory.mktemp("hashes"), [f"{BYTES},{each}" for each in MODELS])


# Lengths around which XXH3 changes its way.
LENGTHS = st.sampled_from([1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 32, 33, 127, 128, 129, 239, 240, 241, 512, 1024, 1025, 2100])


@given(LENGTHS.flatmap(lambda size: st.binary(min_size=size, max_size=size)) | st.binary(min_size=1, max_size=300))
@some
def test_hashes(bench: Bench, data: bytes) -> None:
    assert differences(bench.ask(data), {f"{BYTES},{each}": model(data) for each, model in MODELS.items()}) == {}


def test_a_key_of_a_variable(tmp_path) -> None:
    """Keys of hmac may be variables in base64."""
    bench = Bench(tmp_path, [f"{BYTES},hmac(sha256,txn.k),hex"], {"txn.k": "req.fhdr(x-b)"})
    wanted = hmac.digest(b"other", b"data", "sha256").hex().upper()
    assert list(bench.ask(b"data", b"other").values()) == [wanted]

"""Look-ups in maps, beside a walk over the lines of the file."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.models.play import BYTES, NUMBER, Bench, differences, some

WORDS = ["a", "ab", "abc", "b", "ba", "/a", "/a/b", "a.b", "b.a", "c", "aa", "a/", ".a"]
MAPS = {"first.map": WORDS, "second.map": WORDS[::-1]}
NETS = ["10.0.0.0/8", "10.1.0.0/16", "10.1.2.3", "0.0.0.0/0", "2001:db8::/32", "2001:db8:1::/48"]
RANGES = ["1:10", "5", "20:", ":-3", "15:18"]


def parts(text: str, marks: str) -> list[str]:
    return re.split(f"[{re.escape(marks)}]", text)


def inside(key: str, text: str, marks: str) -> bool:
    """As whole parts between the marks; marks at the key's own ends don't count."""
    key = key.strip(marks)
    return bool(key) and re.search(rf"(^|[{re.escape(marks)}]){re.escape(key)}($|[{re.escape(marks)}])", text) is not None


def first(keys: list[str], fits: Callable[[str], bool]) -> str | None:
    return next((key for key in keys if fits(key)), None)


def longest(keys: list[str], fits: Callable[[str], bool]) -> str | None:
    """A tree of prefixes gives the longest, whatever the order of the lines."""
    return max((key for key in keys if fits(key)), key=len, default=None)


TEXTS: dict[str, Callable[[list[str], str], str | None]] = {
    "map": lambda keys, text: first(keys, lambda key: key == text),
    "map_str": lambda keys, text: first(keys, lambda key: key == text),
    "map_beg": lambda keys, text: longest(keys, text.startswith),
    "map_end": lambda keys, text: first(keys, text.endswith),
    "map_sub": lambda keys, text: first(keys, lambda key: key in text),
    "map_dir": lambda keys, text: first(keys, lambda key: inside(key, text, "/?")),
    "map_dom": lambda keys, text: first(keys, lambda key: inside(key, text, "/?.:")),
    "map_reg": lambda keys, text: first(keys, lambda key: re.search(key, text) is not None),
}


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    folder = tmp_path_factory.mktemp("maps")
    for name, keys in MAPS.items():
        (folder / name).write_text("".join(f"{key} is-{key}\n" for key in keys))
    return Bench(folder, [f"{BYTES},{kind}({folder}/{name},none)" for kind in TEXTS for name in MAPS])


@given(st.text("ab/.c", min_size=1, max_size=6))
@some
def test_texts(bench: Bench, text: str) -> None:
    found = bench.ask(text.encode())
    wanted = {}
    for rule in found:
        kind, name = re.search(r",(map\w*)\(.*/(\w+\.map)", rule).groups()  # type: ignore[union-attr]
        key = TEXTS[kind](MAPS[name], text)
        wanted[rule] = "none" if key is None else f"is-{key}"
    assert differences(found, wanted) == {}


@pytest.fixture(scope="module")
def numbers(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    folder = tmp_path_factory.mktemp("numbers")
    (folder / "ranges.map").write_text("".join(f"{each} is-{each}\n" for each in RANGES))
    (folder / "nets.map").write_text("".join(f"{each} is-{each}\n" for each in NETS))
    return Bench(folder, [f"{NUMBER},map_int({folder}/ranges.map)", f"req.hdr_ip(x-b),map_ip({folder}/nets.map)"])


def within(text: str, value: int) -> bool:
    low, colon, high = text.partition(":")
    if not colon:
        return value == int(text)
    return (not low or int(low) <= value) and (not high or value <= int(high))


def embedded(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """An IPv4 address in an IPv6 one: mapped, of 6to4, or with nothing in front of it."""
    alone = ipaddress.IPv4Address(int(address)) if int(address) < 2**32 else None
    return address.ipv4_mapped or address.sixtofour or alone


addresses = st.ip_addresses() | st.sampled_from(NETS).map(lambda text: next(iter(ipaddress.ip_network(text)), None)).filter(bool)


@given(st.integers(-10, 30), addresses)
@some
def test_numbers_and_networks(numbers: Bench, value: int, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    one, other = numbers.ask(value, str(address)).values()
    key = first(RANGES, lambda key: within(key, value))
    assert one == (None if key is None else f"is-{key}")
    if isinstance(address, ipaddress.IPv6Address):
        address = embedded(address) or address
    nets = [each for each in NETS if address in ipaddress.ip_network(each)]
    narrow = max(nets, key=lambda each: ipaddress.ip_network(each).prefixlen, default=None)
    assert other == (None if narrow is None else f"is-{narrow}")

"""Parts of messages, headers and tokens that are put together here, and taken apart by the engine."""

from __future__ import annotations

import base64
import hmac
import ipaddress
import json
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.models.play import BYTES, Bench, differences, some

# --- query strings: param(name) -------------------------------------------------------------------------------------------------

pairs = st.lists(st.tuples(st.sampled_from(["a", "b", "ab", "a1"]), st.text("xyz=%2", max_size=4)), max_size=5)


@pytest.fixture(scope="module")
def params(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(tmp_path_factory.mktemp("params"), [f"{BYTES},param(a)", f"{BYTES},param(ab)", f'{BYTES},param(a,";")'])


@given(pairs.filter(bool))
@some
def test_parameters(params: Bench, given: list[tuple[str, str]]) -> None:
    text = "&".join(f"{name}={value}" for name, value in given)
    first = dict(reversed(given))
    found = {rule: got or None for rule, got in params.ask(text.encode()).items()}
    other = text.partition("=")[2].partition(";")[0] if given[0][0] == "a" else None
    wanted = {
        f"{BYTES},param(a)": first.get("a") or None,
        f"{BYTES},param(ab)": first.get("ab") or None,
        f'{BYTES},param(a,";")': other or None,
    }
    assert differences(found, wanted) == {}


# --- addresses ------------------------------------------------------------------------------------------------------------------

MASKS = [(0, 0), (8, 32), (24, 64), (31, 127), (32, 128)]


@pytest.fixture(scope="module")
def masks(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(tmp_path_factory.mktemp("masks"), [f"req.hdr_ip(x-a),ipmask({four},{six})" for four, six in MASKS])


@given(st.ip_addresses())
@some
def test_networks(masks: Bench, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    # An IPv4 address in an IPv6 one is masked as what it is.
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    address = mapped or address
    wanted = {}
    for four, six in MASKS:
        network = ipaddress.ip_network(f"{address}/{four if address.version == 4 else six}", strict=False)
        wanted[f"req.hdr_ip(x-a),ipmask({four},{six})"] = network.network_address
    found = masks.ask(str(address))
    # Steelyard writes IPv6 as RFC 5952 asks for; Python leaves addresses with IPv4 in them in hexadecimal.
    same = {rule: got and str(ipaddress.ip_address(got)) for rule, got in found.items()}
    assert differences(same, wanted) == {}


@pytest.fixture(scope="module")
def hosts(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(tmp_path_factory.mktemp("hosts"), [f"{BYTES},host_only", f"{BYTES},port_only"])


@given(
    st.sampled_from(["a.test", "127.0.0.1", "[::1]", "[2001:db8::1]", "a", "x-1.example.org"]),
    st.none() | st.integers(0, 65_535),
)
@some
def test_hosts_and_ports(hosts: Bench, host: str, port: int | None) -> None:
    text = host if port is None else f"{host}:{port}"
    assert list(hosts.ask(text.encode()).values()) == [host, str(port or 0)]


# --- comparisons ----------------------------------------------------------------------------------------------------------------

words = st.text("ab\xe9", max_size=4).map(lambda text: text.encode("latin-1"))


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    before = {"txn.s": "req.fhdr(x-b),b64dec"}
    rules = [f"{BYTES},strcmp(txn.s)", f"{BYTES},secure_memcmp(txn.s)", f"{BYTES},concat(<,txn.s,>),hex"]
    rules += [f'{BYTES},add_item(":",txn.s),hex', f'{BYTES},add_item(":",txn.s,!),hex']
    return Bench(tmp_path_factory.mktemp("compared"), rules, before)


@given(words.filter(bool), words.filter(bool))
@some
def test_two_texts(compared: Bench, one: bytes, other: bytes) -> None:
    order, same, joined, added, tailed = compared.ask(one, other).values()
    sign = (one > other) - (one < other)
    assert order is not None and (int(order) > 0) - (int(order) < 0) == sign
    assert same == str(int(one == other))
    assert joined == (one + b"<" + other + b">").hex().upper()
    assert (added, tailed) == ((one + b":" + other).hex().upper(), (one + b":" + other + b"!").hex().upper())


# --- Accept-Language ------------------------------------------------------------------------------------------------------------

LANGUAGES = ["es", "fr", "en", "de", "fr-ca"]


@pytest.fixture(scope="module")
def languages(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(tmp_path_factory.mktemp("languages"), [f'{BYTES},language("es;fr;en",de)', f'{BYTES},language("fr-ca;es")'])


def language(given: list[tuple[str, int | None]], known: list[str], default: str | None) -> str | None:
    best, most = default, 0
    for name, quality in given:
        chosen = name if name in known else name.partition("-")[0]
        weight = 1000 if quality is None else quality
        if chosen in known and weight > most:
            best, most = chosen, weight
    return best


@given(st.lists(st.tuples(st.sampled_from(LANGUAGES), st.none() | st.integers(0, 9).map(lambda tenth: tenth * 100)), min_size=1))
@some
def test_languages(languages: Bench, given: list[tuple[str, int | None]]) -> None:
    text = ",".join(name if quality is None else f"{name};q=0.{quality // 100}" for name, quality in given)
    wanted = [language(given, ["es", "fr", "en"], "de"), language(given, ["fr-ca", "es"], None)]
    assert list(languages.ask(text.encode()).values()) == wanted


# --- Forwarded (RFC 7239) -------------------------------------------------------------------------------------------------------

nodes = st.sampled_from(["192.0.2.1", '"[2001:db8::1]"', "unknown", "_hidden"])


@pytest.fixture(scope="module")
def forwarded(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    fields = ["for", "by", "host", "proto"]
    rules = [f"{BYTES},rfc7239_field({field})" for field in fields]
    rules += [f"{BYTES},rfc7239_is_valid", f"{BYTES},rfc7239_field(for),rfc7239_n2nn", f"{BYTES},rfc7239_field(for),rfc7239_n2np"]
    return Bench(tmp_path_factory.mktemp("forwarded"), rules)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "for": st.tuples(nodes, st.none() | st.integers(1, 65_535)),
            "by": st.just("_me"),
            "host": st.sampled_from(["a.test", '"a.test:81"']),
            "proto": st.sampled_from(["http", "https"]),
        },
    ).filter(bool),
    st.randoms(use_true_random=False),
)
@some
def test_forwarded(forwarded: Bench, given: dict[str, object], dice) -> None:
    parts = {}
    for name, value in given.items():
        if isinstance(value, tuple):
            node, port = value
            text = node if port is None else f'"{node.strip(chr(34))}:{port}"'
        else:
            node, port, text = "", None, str(value)
        parts[name] = (text, node, port)
    order = list(parts)
    dice.shuffle(order)
    line = ";".join(f"{name}={parts[name][0]}" for name in order)
    wanted: dict[str, object] = {
        f"{BYTES},rfc7239_field({name})": parts[name][0].strip('"') if name in parts else None
        for name in ("for", "by", "host", "proto")
    }
    wanted[f"{BYTES},rfc7239_is_valid"] = True
    _, node, port = parts.get("for", ("", "", None))
    wanted[f"{BYTES},rfc7239_field(for),rfc7239_n2nn"] = node.strip('"[]') or None
    wanted[f"{BYTES},rfc7239_field(for),rfc7239_n2np"] = port
    assert differences(forwarded.ask(line.encode()), wanted) == {}


# --- tokens (RFC 7515) ----------------------------------------------------------------------------------------------------------


def part(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


HASHES = {"HS256": "sha256", "HS384": "sha384", "HS512": "sha512"}


@pytest.fixture(scope="module")
def tokens(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    rules = [f'{BYTES},jwt_verify({name},"the key")' for name in HASHES]
    rules += [
        f'{BYTES},jwt_header_query("$.alg")',
        f'{BYTES},jwt_payload_query("$.sub")',
        f'{BYTES},jwt_payload_query("$.n",int)',
    ]
    return Bench(tmp_path_factory.mktemp("tokens"), rules)


@given(st.sampled_from(sorted(HASHES)), st.text("abc", min_size=1), st.integers(0, 2**53), st.booleans())
@some
def test_tokens(tokens: Bench, algorithm: str, subject: str, number: int, forged: bool) -> None:
    head = part(json.dumps({"alg": algorithm, "typ": "JWT"}).encode())
    body = part(json.dumps({"sub": subject, "n": number}).encode())
    signature = hmac.digest(b"other key" if forged else b"the key", f"{head}.{body}".encode(), HASHES[algorithm])
    found = tokens.ask(f"{head}.{body}.{part(signature)}".encode())
    # -1 to -5: what is wrong (manual, `jwt_verify`); here the algorithm is another one.
    verified = {name: found.pop(f'{BYTES},jwt_verify({name},"the key")') for name in HASHES}
    assert verified.pop(algorithm) == ("0" if forged else "1")
    assert "1" not in verified.values()
    assert list(found.values()) == [algorithm, subject, str(number)]


# --- packets: MQTT 3.1.1, FIX, IPv4 and TCP -------------------------------------------------------------------------------------


def mqtt_text(text: str) -> bytes:
    return struct.pack("!H", len(text)) + text.encode()


@pytest.fixture(scope="module")
def mqtt(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    fields = ["client_identifier", "username", "password", "keepalive", "protocol_name", "protocol_version"]
    return Bench(
        tmp_path_factory.mktemp("mqtt"),
        [f"{BYTES},mqtt_is_valid", *(f"{BYTES},mqtt_field_value(connect,{each})" for each in fields)],
    )


@given(
    st.text("abc", max_size=200),
    st.none() | st.text("xyz", max_size=9),
    st.none() | st.text("pq", max_size=9),
    st.integers(0, 65_535),
)
@some
def test_mqtt(mqtt: Bench, client: str, user: str | None, secret: str | None, keepalive: int) -> None:
    secret = None if user is None else secret
    flags = 2 | (0x80 if user is not None else 0) | (0x40 if secret is not None else 0)
    body = mqtt_text("MQTT") + struct.pack("!BBH", 4, flags, keepalive) + mqtt_text(client)
    body += b"".join(mqtt_text(each) for each in (user, secret) if each is not None)
    size, length = b"", len(body)
    while True:
        size += bytes([length % 128 | (0x80 if length > 127 else 0)])
        length //= 128
        if not length:
            break
    found = [got or None for got in mqtt.ask(b"\x10" + size + body).values()]
    assert found == ["1", client or None, user or None, secret or None, str(keepalive), "MQTT", "4"]


@pytest.fixture(scope="module")
def fix(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(
        tmp_path_factory.mktemp("fix"), [f"{BYTES},fix_is_valid", f"{BYTES},fix_tag_value(49)", f"{BYTES},fix_tag_value(58)"]
    )


@given(st.text("ABC", min_size=1, max_size=5), st.text("xyz =", min_size=1, max_size=9), st.booleans())
@some
def test_fix(fix: Bench, sender: str, text: str, wrong: bool) -> None:
    body = f"35=A\x0149={sender}\x0158={text}\x01"
    message = f"8=FIX.4.2\x019={len(body)}\x01{body}".encode()
    total = (sum(message) + wrong) % 256
    message += f"10={total:03}\x01".encode()
    found = fix.ask(message)
    assert list(found.values()) == (["0", sender, text] if wrong else ["1", sender, text])


@pytest.fixture(scope="module")
def packets(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    rules = [
        "ip.ver",
        "ip.src",
        "ip.dst",
        "ip.proto",
        "ip.ttl",
        "ip.tos",
        "ip.df",
        "ip.data,tcp.src",
        "ip.data,tcp.dst",
        "ip.data,tcp.seq",
    ]
    rules += ["ip.data,tcp.flags", "ip.data,tcp.win", "ip.data,tcp.options.mss", "ip.data,tcp.options.wscale"]
    return Bench(tmp_path_factory.mktemp("packets"), [f"{BYTES},{rule}" for rule in rules])


bits = st.integers(0, 2**32 - 1)


@given(bits, bits, bits, st.integers(0, 65_535), st.integers(0, 65_535), st.integers(0, 255), st.integers(0, 14))
@some
def test_packets(packets: Bench, src: int, dst: int, seq: int, port: int, mss: int, byte: int, scale: int) -> None:
    tcp = (
        struct.pack("!HHIIBBHHH", port, 80, seq, 0, 0x80, byte, mss, 0, 0)
        + struct.pack("!BBHBBBB", 2, 4, mss, 1, 3, 3, scale)
        + bytes(4)
    )
    packet = struct.pack("!BBHHHBBHII", 0x45, byte, 20 + len(tcp), 7, 0x4000, byte, 6, 0, src, dst) + tcp
    wanted = [4, ipaddress.IPv4Address(src), ipaddress.IPv4Address(dst), 6, byte, byte, 1, port, 80, seq, byte, mss, mss, scale]
    assert list(packets.ask(packet).values()) == [str(each) for each in wanted]

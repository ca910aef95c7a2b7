"""AES and encrypted tokens beside `cryptography`, which has none of its code from where the engine has its own."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Mapping

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash
from cryptography.hazmat.primitives.keywrap import aes_key_wrap
from cryptography.hazmat.primitives.padding import PKCS7
from hypothesis import given
from hypothesis import strategies as st

from tests.models.play import BYTES, Bench, differences, some

BITS = (128, 192, 256)
# Bytes that come anew for each example, where it does not matter which.
seeds = st.binary(min_size=16, max_size=16)


def stretched(seed: bytes, size: int) -> bytes:
    digest = hashes.Hash(hashes.SHAKE256(size))
    digest.update(seed)
    return digest.finalize()


def text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def part(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


# --- aes_*(bits,nonce,key) ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def ciphers(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    before = {f"txn.{name}": f"req.fhdr(x-b),json_query('$.{name}')" for name in ("nonce", "iv", "tag", "aad")}
    before |= {f"txn.k{bits}": f"req.fhdr(x-b),json_query('$.k{bits}')" for bits in BITS}
    rules = []
    for bits in BITS:
        rules += [
            f"{BYTES},aes_gcm_enc({bits},txn.nonce,txn.k{bits},txn.t{bits},txn.aad),hex",
            f"var(txn.t{bits})",
            f"{BYTES},aes_gcm_dec({bits},txn.nonce,txn.k{bits},txn.tag,txn.aad),hex",
            f"{BYTES},aes_cbc_enc({bits},txn.iv,txn.k{bits}),hex",
            f"{BYTES},aes_cbc_dec({bits},txn.iv,txn.k{bits}),hex",
        ]
    return Bench(tmp_path_factory.mktemp("ciphers"), rules, before)


@given(st.binary(min_size=1, max_size=80), seeds, st.sampled_from([12, 16]), st.binary(min_size=1, max_size=20))
@some
def test_aes_encrypts(ciphers: Bench, data: bytes, seed: bytes, size: int, aad: bytes) -> None:
    nonce, iv = stretched(seed + b"n", size), stretched(seed + b"i", 16)
    keys = {bits: stretched(seed, bits // 8) for bits in BITS}
    given = {"nonce": text(nonce), "iv": text(iv), "tag": text(bytes(16)), "aad": text(aad)}
    found = ciphers.ask(data, json.dumps(given | {f"k{bits}": text(key) for bits, key in keys.items()}))
    wanted: dict[str, object] = {}
    for bits, key in keys.items():
        sealed = AESGCM(key).encrypt(nonce, data, aad)
        wanted[f"{BYTES},aes_gcm_enc({bits},txn.nonce,txn.k{bits},txn.t{bits},txn.aad),hex"] = sealed[:-16]
        wanted[f"var(txn.t{bits})"] = text(sealed[-16:])
        wanted[f"{BYTES},aes_cbc_enc({bits},txn.iv,txn.k{bits}),hex"] = cbc(key, iv, data)
    assert differences({rule: found[rule] for rule in wanted}, wanted) == {}


def cbc(key: bytes, iv: bytes, data: bytes) -> bytes:
    padder, encryptor = PKCS7(128).padder(), Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor()
    return encryptor.update(padder.update(data) + padder.finalize()) + encryptor.finalize()


@given(
    st.binary(min_size=1, max_size=80), seeds, st.sampled_from(BITS), st.sampled_from(["", "key", "nonce", "tag", "aad", "data"])
)
@some
def test_aes_decrypts_what_nobody_touched(ciphers: Bench, data: bytes, seed: bytes, bits: int, touched: str) -> None:
    key, nonce, aad = stretched(seed, bits // 8), stretched(seed + b"n", 12), stretched(seed + b"a", 9)
    sealed = AESGCM(key).encrypt(nonce, data, aad)
    found = {"key": key, "nonce": nonce, "aad": aad, "tag": sealed[-16:], "data": sealed[:-16]}
    if touched:
        found[touched] = bytes([found[touched][0] ^ 1]) + found[touched][1:]
    given = {"nonce": text(found["nonce"]), "iv": text(bytes(16)), "tag": text(found["tag"]), "aad": text(found["aad"])}
    got = ciphers.ask(found["data"], json.dumps(given | {f"k{bits}": text(found["key"])}))
    rule = f"{BYTES},aes_gcm_dec({bits},txn.nonce,txn.k{bits},txn.tag,txn.aad),hex"
    assert got[rule] == (None if touched else data.hex().upper())


@given(st.binary(max_size=80), seeds, st.sampled_from(BITS))
@some
def test_aes_in_chains_decrypts(ciphers: Bench, data: bytes, seed: bytes, bits: int) -> None:
    key, iv = stretched(seed, bits // 8), stretched(seed + b"i", 16)
    given = {"nonce": text(bytes(12)), "iv": text(iv), "tag": text(bytes(16)), "aad": "", f"k{bits}": text(key)}
    got = ciphers.ask(cbc(key, iv, data), json.dumps(given))
    assert (got[f"{BYTES},aes_cbc_dec({bits},txn.iv,txn.k{bits}),hex"] or "") == data.hex().upper()


# --- jwt_verify(alg,key) with keys of RSA and of curves -------------------------------------------------------------------------

HASHES = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}
CURVES = {"256": ec.SECP256R1(), "384": ec.SECP384R1(), "512": ec.SECP521R1()}
RSA = rsa.generate_private_key(65537, 2048)
KEYS = {bits: ec.generate_private_key(curve) for bits, curve in CURVES.items()}
SCHEMES = [family + bits for family in ("RS", "PS", "ES") for bits in HASHES]


def sign(scheme: str, message: bytes) -> bytes:
    family, digest = scheme[:2], HASHES[scheme[2:]]
    if family == "RS":
        return RSA.sign(message, padding.PKCS1v15(), digest)
    if family == "PS":
        return RSA.sign(message, padding.PSS(padding.MGF1(digest), digest.digest_size), digest)
    key = KEYS[scheme[2:]]
    size = (key.key_size + 7) // 8
    return b"".join(number.to_bytes(size) for number in decode_dss_signature(key.sign(message, ec.ECDSA(digest))))


@pytest.fixture(scope="module")
def verifier(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    folder = tmp_path_factory.mktemp("signatures")
    publics = {"rsa": RSA.public_key()} | {bits: key.public_key() for bits, key in KEYS.items()}
    for name, key in publics.items():
        public = key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        (folder / f"{name}.pem").write_bytes(public)
    files = {scheme: f"{folder}/{'rsa' if scheme[0] != 'E' else scheme[2:]}.pem" for scheme in SCHEMES}
    return Bench(folder, [f"{BYTES},jwt_verify({scheme},{file})" for scheme, file in files.items()])


@given(st.sampled_from(SCHEMES), st.binary(max_size=60), st.none() | st.integers(0, 10_000))
@some
def test_signatures(verifier: Bench, scheme: str, body: bytes, torn: int | None) -> None:
    message = f"{part(json.dumps({'alg': scheme}).encode())}.{part(body + b'.')}"
    signature = bytearray(sign(scheme, message.encode()))
    if torn is not None:
        signature[torn % len(signature)] ^= 1 << torn % 8
    found = dict(zip(SCHEMES, verifier.ask(f"{message}.{part(bytes(signature))}".encode()).values(), strict=True))
    assert found.pop(scheme) == ("1" if torn is None else "0")
    assert "1" not in found.values()


# --- jwt_decrypt_jwk ------------------------------------------------------------------------------------------------------------

NAMES = {"P-256": KEYS["256"], "P-384": KEYS["384"], "P-521": KEYS["512"]}
CONTENTS = {"A128GCM": 16, "A192GCM": 24, "A256GCM": 32, "A128CBC-HS256": 32, "A192CBC-HS384": 48, "A256CBC-HS512": 64}
WRAPS = {"A128KW": 16, "A192KW": 24, "A256KW": 32}


def number(value: int, size: int = 0) -> str:
    return part(value.to_bytes(size or (value.bit_length() + 7) // 8))


def rsa_jwk() -> Mapping[str, str]:
    value = RSA.private_numbers()
    public = value.public_numbers
    numbers = (public.n, public.e, value.d, value.p, value.q, value.dmp1, value.dmq1, value.iqmp)
    return {"kty": "RSA"} | {name: number(each) for name, each in zip("n e d p q dp dq qi".split(), numbers, strict=True)}


def public_jwk(key: ec.EllipticCurvePublicKey, curve: str) -> dict[str, str]:
    size, value = (key.key_size + 7) // 8, key.public_numbers()
    return {"kty": "EC", "crv": curve, "x": number(value.x, size), "y": number(value.y, size)}


def curve_jwk(curve: str) -> dict[str, str]:
    key = NAMES[curve]
    return public_jwk(key.public_key(), curve) | {"d": number(key.private_numbers().private_value, (key.key_size + 7) // 8)}


def sealed(content: str, key: bytes, head: str, data: bytes) -> str:
    """RFC 7518 section 5."""
    if "GCM" in content:
        nonce = os.urandom(12)
        both = AESGCM(key).encrypt(nonce, data, head.encode())
        return ".".join(map(part, (nonce, both[:-16], both[-16:])))
    half, iv = len(key) // 2, os.urandom(16)
    code_key, body = key[:half], cbc(key[half:], iv, data)
    code = HMAC(code_key, HASHES[content[-3:]])
    code.update(head.encode() + iv + body + (len(head) * 8).to_bytes(8))
    return ".".join(map(part, (iv, body, code.finalize()[:half])))


def derived(secret: bytes, name: str, size: int) -> bytes:
    """RFC 7518 section 4.6.2, with parties that have no names."""
    info = len(name).to_bytes(4) + name.encode() + bytes(8) + (size * 8).to_bytes(4)
    return ConcatKDFHash(hashes.SHA256(), size, info).derive(secret)


def token(algorithm: str, content: str, curve: str, data: bytes) -> str:
    said: dict[str, object] = {"alg": algorithm, "enc": content}
    key = os.urandom(CONTENTS[content])
    if algorithm.startswith("RSA"):
        digest = hashes.SHA256() if algorithm.endswith("256") else hashes.SHA1()
        wrapped = RSA.public_key().encrypt(key, padding.OAEP(padding.MGF1(digest), digest, None))
    else:
        own = ec.generate_private_key(NAMES[curve].curve)
        said["epk"] = public_jwk(own.public_key(), curve)
        secret, wrap = own.exchange(ec.ECDH(), NAMES[curve].public_key()), algorithm.partition("+")[2]
        if wrap:
            wrapped = aes_key_wrap(derived(secret, algorithm, WRAPS[wrap]), key)
        else:
            key, wrapped = derived(secret, content, len(key)), b""
    head = part(json.dumps(said).encode())
    return f"{head}.{part(wrapped)}.{sealed(content, key, head, data)}"


@pytest.fixture(scope="module")
def opener(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(tmp_path_factory.mktemp("opener"), [f"{BYTES},jwt_decrypt_jwk(txn.key)"], {"txn.key": "req.fhdr(x-b)"})


@given(
    st.sampled_from(["RSA-OAEP", "RSA-OAEP-256", "ECDH-ES", *(f"ECDH-ES+{wrap}" for wrap in WRAPS)]),
    st.sampled_from(sorted(CONTENTS)),
    st.sampled_from(sorted(NAMES)),
    st.text("abc", min_size=1, max_size=50),
    st.none() | st.integers(0, 10_000),
)
@some
def test_tokens_are_opened(opener: Bench, algorithm: str, content: str, curve: str, data: str, torn: int | None) -> None:
    key = rsa_jwk() if algorithm.startswith("RSA") else curve_jwk(curve)
    made = token(algorithm, content, curve, data.encode())
    if torn is not None:
        parts = [bytearray(base64.urlsafe_b64decode(each + "=" * (-len(each) % 4))) for each in made.split(".")]
        whole = [each for each in parts if each]
        chosen = whole[torn % len(whole)]
        chosen[torn // 8 % len(chosen)] ^= 1 << torn % 8
        made = ".".join(part(bytes(each)) for each in parts)
    (found,) = opener.ask(made.encode(), json.dumps(key)).values()
    assert (found or "") == (data if torn is None else "")

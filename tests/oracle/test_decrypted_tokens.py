"""Tokens that were encrypted for a key of RSA (RFC 7518 sections 4.2 and 4.3) or for a certificate, and lists of what may be opened:
HAProxy 3.4 opens them alike; 2.8 has no word for them."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from tests.kit import Proxy
from tests.oracle.common import get, since, site
from tests.oracle.rsa_tokens import A1, A2, CERTIFICATE, EC_CERTIFICATE, KEY, OTHER, PKCS1, PKCS8, SEC1, TOKENS
from tests.oracle.test_agreed_tokens import KEYS, TOP
from tests.oracle.test_agreed_tokens import TOKENS as AGREED
from tests.oracle.test_encrypted_tokens import TOKENS as SHARED

JWK = json.dumps(KEY)
OFF_BY_DEFAULT = [name for name in TOKENS if name.startswith("RSA1_5")]


@pytest.fixture(autouse=True)
def newer(run):
    since(run, 3, 4)


def opener(run, top: str = "") -> Proxy:
    front = (
        "http-request set-var(txn.key) req.fhdr(x-key)\nhttp-request set-var(txn.token) req.fhdr(x-token)\n"
        'http-request return hdr X-Text "<%[var(txn.token),jwt_decrypt_jwk(txn.key)]>"'
    )
    return site(run, front=front, top=f"global\n    {top}\n{TOP}", s1="127.0.0.1:1")


def ask(proxy: Proxy, cases: list[tuple[str, str]], field: str = "X-Key") -> list[str]:
    """What each pair of a token and a key gives."""
    with proxy.connect() as client:
        asked = (get("/", f"X-Token: {token}", f"{field}: {key}") for token, key in cases)
        return [(client.ask(each, "GET").get("x-text") or "")[1:-1] for each in asked]


def test_tokens_for_a_key_of_rsa(run):
    found = ask(opener(run), [(token, JWK) for token in TOKENS.values()])
    wanted = {name: "" if name in OFF_BY_DEFAULT else f"hello {name.split()[0]}" for name in TOKENS}
    assert dict(zip(TOKENS, found, strict=True)) == wanted


def test_examples_of_the_standard(run):
    found = ask(opener(run, "jwt.decrypt_alg_list ALL"), [(A1, JWK), (A2, json.dumps(OTHER)), (A2, JWK), (A1, json.dumps(OTHER))])
    sign = "The true sign of intelligence is not knowledge but imagination."
    assert found == [sign, "Live long and prosper.", "", ""]


LISTS = {
    # What stands behind `jwt.decrypt_alg_list`: which of RSA-OAEP, RSA-OAEP-256, RSA1_5, dir and ECDH-ES are opened.
    "ALL": "ooooo",
    "ALL:!RSA1_5": "oo-oo",
    "!RSA1_5": "-----",
    "!RSA-OAEP:ALL": "ooooo",
    "ALL:!RSA-OAEP:!dir": "-oo-o",
    "RSA1_5": "--o--",
    "RSA1_5:!RSA1_5": "-----",
    "!RSA1_5:RSA1_5": "--o--",
    "RSA-OAEP:dir": "o--o-",
    "RSA-OAEP:": "o----",
    "": "-----",
    "ALL\n    jwt.decrypt_alg_list RSA-OAEP-256": "-o---",
    "PBES2-HS256+A128KW:ECDH-ES": "----o",
}


@pytest.mark.parametrize("said", LISTS)
def test_algorithms_may_be_chosen(run, said):
    secret, token = SHARED["dir A256GCM"]
    oct_key = json.dumps({"kty": "oct", "k": base64.urlsafe_b64encode(base64.b64decode(secret)).decode().rstrip("=")})
    cases = [
        (TOKENS["RSA-OAEP A192GCM"], JWK),
        (TOKENS["RSA-OAEP-256 A256GCM"], JWK),
        (TOKENS["RSA1_5 A128GCM"], JWK),
        (token, oct_key),
        (AGREED["P-256 ECDH-ES A128GCM"], json.dumps(KEYS["P-256"])),
    ]
    found = ask(opener(run, f"jwt.decrypt_alg_list {said}"), cases)
    assert "".join("o" if each.startswith("hello") else "-" for each in found) == LISTS[said]


@pytest.mark.parametrize(
    "said, opened", [("A192GCM", "-o"), ("ALL:!A192GCM", "o-"), ("!A192GCM", "--"), ("A192GCM:A128CBC-HS256", "oo")]
)
def test_ciphers_may_be_chosen(run, said, opened):
    cases = [(TOKENS["RSA-OAEP A128CBC-HS256"], JWK), (TOKENS["RSA-OAEP A192GCM"], JWK)]
    found = ask(opener(run, f"jwt.decrypt_enc_list {said}"), cases)
    assert "".join("o" if each else "-" for each in found) == opened


def test_keys_that_are_none(run):
    """A key has all its numbers; those that can't belong together open nothing."""
    token = TOKENS["RSA-OAEP A192GCM"]
    keys = [{name: value for name, value in KEY.items() if name != without} for without in KEY]
    keys += [KEY | change for change in ({"n": OTHER["n"]}, {"e": "AA"}, {"kty": "rsa"}, {"n": ""}, {"q": "!"})]
    keys += [OTHER, KEYS["P-256"]]
    assert ask(opener(run), [(token, json.dumps(each)) for each in keys]) == [""] * len(keys)


def test_numbers_that_do_not_belong_together(run):
    """HAProxy does with those that do."""
    found = ask(opener(run), [(TOKENS["RSA-OAEP A192GCM"], json.dumps(KEY | {"p": OTHER["p"]}))])
    assert found == (["hello RSA-OAEP"] if run.program.is_haproxy else [""])


@pytest.mark.parametrize("name", ["RSA-OAEP A192GCM", "RSA-OAEP-256 A256CBC-HS512", "RSA1_5 A128GCM", "RSA1_5 A256CBC-HS512"])
def test_tokens_that_are_wrong(run, name):
    """All of them in one way, so that nobody learns how they are wrong (RFC 7516 section 11.5)."""
    parts = TOKENS[name].split(".")
    head, wrapped, nonce, text, tag = parts
    torn = [".".join([*parts[:at], "AAAA" + part[4:], *parts[at + 1 :]]) for at, part in enumerate(parts)]
    wrong = [
        *torn,
        f"{head}..{nonce}.{text}.{tag}",
        f"{head}.{wrapped[:-4]}.{nonce}.{text}.{tag}",
        f"{head}.{wrapped}AAAA.{nonce}.{text}.{tag}",
        f"{head}.{'A' * len(wrapped)}.{nonce}.{text}.{tag}",
        f"{head}.{'_' * (len(wrapped) - 2)}8A.{nonce}.{text}.{tag}",
        *(changed(head, alg=other) + "." + ".".join(parts[1:]) for other in ("RSA-OAEP-512", "dir", "ECDH-ES", "A128KW", "")),
        *(changed(head, enc=other) + "." + ".".join(parts[1:]) for other in ("A128CBC-HS256", "A256GCM", "none")),
    ]
    assert ask(opener(run, "jwt.decrypt_alg_list ALL"), [(each, JWK) for each in wrong]) == [""] * len(wrong)


def changed(head: str, **members: str) -> str:
    text = json.dumps(json.loads(base64.urlsafe_b64decode(head + "==")) | members)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def test_a_key_in_the_file(run):
    front = f"""http-request return hdr X-Text '<%[req.fhdr(x-token),jwt_decrypt_jwk("{JWK.replace('"', chr(92) + '"')}")]>'"""
    proxy = site(run, front=front, top=TOP, s1="127.0.0.1:1")
    token = TOKENS["RSA-OAEP A192GCM"]
    assert ask(proxy, [(token, ""), (token[:-4], ""), (token, "")]) == ["hello RSA-OAEP", "", "hello RSA-OAEP"]


# --- certificates ---------------------------------------------------------------------------------------------------------------

BY_NAME = (
    "http-request set-var(txn.name) req.fhdr(x-name)\n"
    'http-request return hdr X-Text "<%[req.fhdr(x-token),jwt_decrypt_cert(txn.name)]>"'
)


def stores(tmp_path: Path) -> str:
    (tmp_path / "pair.pem").write_text(CERTIFICATE + PKCS8)
    (tmp_path / "alone.pem").write_text(CERTIFICATE)
    (tmp_path / "alone.pem.key").write_text(PKCS1)
    (tmp_path / "ec.pem").write_text(EC_CERTIFICATE)
    (tmp_path / "ec.key").write_text(SEC1)
    return f"""crt-store web
    crt-base {tmp_path}
    key-base {tmp_path}
    load crt pair.pem jwt on
    load crt alone.pem key alone.pem.key alias alone jwt on
    load crt alone.pem alias beside jwt on
    load crt ec.pem key ec.key alias curve jwt on
    load crt pair.pem alias idle
crt-store
    load crt {tmp_path}/pair.pem jwt on
    load crt {tmp_path}/pair.pem alias pair jwt on
{TOP}"""


def test_certificates_decrypt(run, tmp_path):
    proxy = site(run, front=BY_NAME, top=stores(tmp_path), s1="127.0.0.1:1")
    token, agreed = TOKENS["RSA-OAEP A192GCM"], AGREED["P-256 ECDH-ES A128GCM"]
    names = {
        "@web/pair.pem": "hello RSA-OAEP",
        "@web/alone": "hello RSA-OAEP",
        f"{tmp_path}/pair.pem": "hello RSA-OAEP",
        "@/pair": "hello RSA-OAEP",
        "@web/idle": "",
        "@web/beside": "",
        "@web/alone.pem": "",
        "@web/curve": "",
        "pair.pem": "",
        "": "",
    }
    assert dict(zip(names, ask(proxy, [(token, name) for name in names], "X-Name"), strict=True)) == names
    assert ask(proxy, [(agreed, "@web/curve"), (agreed, "@/pair"), ("a.b.c.d.e", "@/pair")], "X-Name") == [
        "hello ECDH-ES",
        "",
        "",
    ]


def test_a_certificate_in_the_file(run, tmp_path):
    front = "http-request return hdr X-Text <%[req.fhdr(x-token),jwt_decrypt_cert(@web/alone)]>"
    proxy = site(run, front=front, top=stores(tmp_path), s1="127.0.0.1:1")
    _, shared = SHARED["dir A256GCM"]
    assert ask(proxy, [(TOKENS["RSA-OAEP-256 A256GCM"], ""), (shared, "")]) == ["hello RSA-OAEP-256", ""]

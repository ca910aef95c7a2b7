"""Encrypted JSON Web Tokens (RFC 7516): made with another library, opened alike by HAProxy 3.4; 2.8 has no word for it."""

from __future__ import annotations

import pytest

from tests.kit.behaviours import hello
from tests.oracle.common import get, site

TOP = "defaults\n    mode http\n    timeout client 20s\n    timeout server 20s\n    timeout connect 20s"

# Algorithms of the key and of the content, the secret in base64, and the token.
TOKENS = {
    "A128KW A128CBC-HS256": (
        "IVUS8lVwZF6kr2wiM2wTqw==",
        "eyJhbGciOiJBMTI4S1ciLCJlbmMiOiJBMTI4Q0JDLUhTMjU2In0.3142ZspzYqnAIstJMl5DJMzqDplyp8H4WiL-pqxX560PTxACg-"
        "vYaA._QzCCAIattVb4qChq69N9A.frIwCnX2TXjjjWTxbE85ZQ.AUmJDEo7o85DZ2HG8wJpwg",
    ),
    "A192KW A192CBC-HS384": (
        "usk4DWW0NMNTkEevd/D7B9ocrfuq5OSp",
        "eyJhbGciOiJBMTkyS1ciLCJlbmMiOiJBMTkyQ0JDLUhTMzg0In0.R4l4itRjpkMBz_cAYjHhVI9Q1i8NkZEvcatXicHzqoXHzBnx-"
        "kFHa5044TAs2c294hreAyFwttE._QzCCAIattVb4qChq69N9A.Nzlh9lAnGPlWKwAWHY5POA.5nEC9pEImSqLKr2DOtwyxevld63OurjQ",
    ),
    "A256KW A256CBC-HS512": (
        "yy3F26TIX95GPlayJgddm/raEsn2m4lAfJUHLNWNNuk=",
        "eyJhbGciOiJBMjU2S1ciLCJlbmMiOiJBMjU2Q0JDLUhTNTEyIn0.TZq3-2SEWpyQwHyMHtxPzI-H1PUsBXfEwTiGnegB-"
        "8NNy4zy7REUywkOrDTspCwyQhg-b9I2YFtqrSAnL79AJtNGAzzzynDf._QzCCAIattVb4qChq69N9A.-1xTx6SYXMG8cGxDp7iYRA.HhLpX7Y-"
        "4rsHSRpoiR4qhAYeQw3K34QDAxj7q88mUig",
    ),
    "A128GCMKW A128GCM": (
        "04z0N25opq5zYPhVEruP8A==",
        "eyJhbGciOiJBMTI4R0NNS1ciLCJlbmMiOiJBMTI4R0NNIiwiaXYiOiJrSDFESnBTYV9PbHZUbFpMIiwidGFnIjoibDIwV21vY0Fyb1c2ZGRnbW"
        "56MWxhQSJ9.MyF5yqCg4OJ4B9uI7it9pg._QzCCAIattVb4qCh.jIikjEXX8P_UZbW19f76.GeIKSGu_rGVaf09Oc8Q8AQ",
    ),
    "A192GCMKW A192GCM": (
        "VOQnUimwK9ZHHVqD2H4N/OGF0UBhvbRI",
        "eyJhbGciOiJBMTkyR0NNS1ciLCJlbmMiOiJBMTkyR0NNIiwiaXYiOiJrSDFESnBTYV9PbHZUbFpMIiwidGFnIjoialJXZDVKV0QydmxNN3V0Sl"
        "FfTmtudyJ9.EWKJ9cWa3fYsk7TS9xqWZ3bagG_oAbz9._QzCCAIattVb4qCh.WBEyAgdptidV1z_3tn4p.TCuP_PGxjmsxiXPy3qXbRw",
    ),
    "A256GCMKW A256GCM": (
        "ui7rjGOCVMAfKDvbEKnruNSxMvHeqNac/M+qwIHYmT8=",
        "eyJhbGciOiJBMjU2R0NNS1ciLCJlbmMiOiJBMjU2R0NNIiwiaXYiOiJrSDFESnBTYV9PbHZUbFpMIiwidGFnIjoiamFQTFRpcjRhcUVCRUxPMX"
        "pHcmhSZyJ9.-b8s8Td4y8rBzrEvEltoSLzcL8j3WweJXD24cV5sjZM._QzCCAIattVb4qCh.Ode2Oie1IW-"
        "6PThZPiqM.vJilWyKXY2XxYYcS_p9ugw",
    ),
    "dir A128CBC-HS256": (
        "sV7YzFPgxa+JTQHEmjghRzmBoAHdkAk27i0xktkIOQ4=",
        "eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4Q0JDLUhTMjU2In0.._QzCCAIattVb4qChq69N9A.0a7A_yh7ypUzw0iyG98-mA.DHOyu4-xpg_jBu8oSrkrHQ",
    ),
    "dir A192CBC-HS384": (
        "bp7Ra1uOB+uho7WishLq4H2TOnoARV47jDXhX1L2hmZLCGGYbGtasuM3sOwlzg/P",
        "eyJhbGciOiJkaXIiLCJlbmMiOiJBMTkyQ0JDLUhTMzg0In0.._QzCCAIattVb4qChq69N9A.pIhuCrkdNoJXr-"
        "OnDnFlvA.pV_tAJtH_iNcrX3RfYZVzYckaZSqaKQS",
    ),
    "dir A256CBC-HS512": (
        "q3xMcbIx4XCre+CYjQbCob7FgJGABTfIkWqz9zKrnQ7YFoVwKhwFghYjsnHKbVVCrYMVKsx/pOYlyQ4hua+4cw==",
        "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2Q0JDLUhTNTEyIn0.._QzCCAIattVb4qChq69N9A.s-"
        "T3FsF_pwAs0YZs6diQbw.cgMTjtkXMkADgSBrnlFuR6AAgm55eq2nTvpCfkNuvVw",
    ),
    "dir A128GCM": (
        "jbMpfyI9XG5e1reCjTb7KA==",
        "eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIn0.._QzCCAIattVb4qCh.1h-1NcFs2nz6.qcQ6tQXXleeoAN6SEk5HUw",
    ),
    "dir A192GCM": (
        "mdpj8iuWoRf6lO0rx0dI0iCEjdzs0WRX",
        "eyJhbGciOiJkaXIiLCJlbmMiOiJBMTkyR0NNIn0.._QzCCAIattVb4qCh.vr3klirpJYvH.OR0NozvDmPcyRwjIqws4mA",
    ),
    "dir A256GCM": (
        "xM5emg+0Y8q+Yrr10SVRhE7HHbV6TT3ioPKoFW6283c=",
        "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0.._QzCCAIattVb4qCh.30PjNmBOYn05.mvd4DTkbmf1y9tREiOl7yQ",
    ),
}


@pytest.fixture(autouse=True)
def newer(program):
    if program.is_haproxy:
        pytest.skip("HAProxy 2.8 has no jwt_decrypt_secret")


def opened(run, serve, *cases: tuple[str, str]) -> list[str]:
    """What each pair of a token and a secret gives, in hexadecimal."""
    lines = [
        f"http-request set-var(txn.v{number}) str({token}),jwt_decrypt_secret({secret}),hex"
        for number, (token, secret) in enumerate(cases)
    ]
    lines += [f'http-after-response set-header x-{number} "<%[var(txn.v{number})]>"' for number in range(len(cases))]
    response = site(run, front="\n".join(lines), top=TOP, s1=serve(hello)).ask(get("/"))
    return [(response.get(f"x-{number}") or "")[1:-1] for number in range(len(cases))]


def test_tokens_are_opened(run, serve):
    found = opened(run, serve, *((token, secret) for secret, token in TOKENS.values()))
    wanted = [f"hello {name.split()[0]}".encode().hex().upper() for name in TOKENS]
    assert dict(zip(TOKENS, found, strict=True)) == dict(zip(TOKENS, wanted, strict=True))


def test_what_is_wrong_is_empty(run, serve):
    for name in ("A128KW A128CBC-HS256", "dir A128GCM", "A128GCMKW A128GCM"):
        secret, token = TOKENS[name]
        parts = token.split(".")
        wrong = [
            *(".".join([*parts[:index], "AAAA" + part[4:], *parts[index + 1 :]]) for index, part in enumerate(parts)),
            token[:-2],
            token + ".a",
            ".".join(parts[:4]),
            "....",
            "e30." + ".".join(parts[1:]),
            token.replace(".", ""),
        ]
        assert opened(run, serve, *((each, secret) for each in wrong)) == [""] * len(wrong)
        keys = ("AAAAAAAAAAAAAAAAAAAAAA==", "AAAA", "")
        assert opened(run, serve, *((token, key) for key in keys)) == [""] * len(keys)


def test_the_secret_may_be_in_a_variable(run, serve):
    secret, token = TOKENS["dir A256GCM"]
    front = (
        f"http-request set-var(txn.key) str({secret})\nhttp-request set-var(txn.token) http_auth_bearer\n"
        "http-after-response set-header x-text %[var(txn.token),jwt_decrypt_secret(txn.key)]"
    )
    proxy = site(run, front=front, top=TOP, s1=serve(hello))
    assert proxy.ask(get("/", f"Authorization: Bearer {token}")).get("x-text") == "hello dir"

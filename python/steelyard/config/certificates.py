"""Files of certificates and keys, tried with the machine's OpenSSL as HAProxy does when it reads a file.

The module `ssl` is imported where the first such file is named: a configuration without any must not wait for it.
"""

from __future__ import annotations

import os
import re
from base64 import b64decode
from binascii import Error as Base64Error
from functools import lru_cache

_KEY = re.compile("-----BEGIN ([A-Z]+ )?PRIVATE KEY-----.*?-----END ([A-Z]+ )?PRIVATE KEY-----", re.DOTALL)
_BUNDLE = (".rsa", ".ecdsa", ".dsa")
_BESIDE = (".issuer", ".ocsp", ".sctl", ".key")
"""What lies beside a certificate in a directory and is no certificate itself."""
_SUITES = frozenset(
    {
        "TLS_AES_128_GCM_SHA256",
        "TLS_AES_256_GCM_SHA384",
        "TLS_CHACHA20_POLY1305_SHA256",
        "TLS_AES_128_CCM_SHA256",
        "TLS_AES_128_CCM_8_SHA256",
    }
)
_CURVES = frozenset({"P-256", "P-384", "P-521", "X25519", "X448", "X25519MLKEM768", "SECP256R1MLKEM768", "SECP384R1MLKEM1024"})
"""Groups that OpenSSL knows by another name in its lists, or that are not curves."""
_SIGNERS = frozenset({"RSA", "RSA-PSS", "PSS", "DSA", "ECDSA"})
_DIGESTS = frozenset({"SHA1", "SHA224", "SHA256", "SHA384", "SHA512"})
_SCHEMES = frozenset(
    {
        "ed25519",
        "ed448",
        *(f"ecdsa_secp{bits}_sha{digest}" for bits, digest in (("256r1", 256), ("384r1", 384), ("521r1", 512))),
        *(f"ecdsa_brainpoolP{bits}r1tls13_sha{bits}" for bits in (256, 384, 512)),
        *(f"rsa_pss_{kind}_sha{digest}" for kind in ("rsae", "pss") for digest in (256, 384, 512)),
        *(f"rsa_pkcs1_sha{digest}" for digest in (1, 224, 256, 384, 512)),
        *(f"mldsa{size}" for size in (44, 65, 87)),
    }
)
_KEY_SIZES = (48, 80)
_TICKET_KEYS = 3


def certificate_files(path: str, bundles: bool = True) -> tuple[list[str], str]:
    """The files that `crt <path>` stands for: itself, all of a directory, or the bundle `<path>.rsa`, ...; or why not."""
    if os.path.isdir(path):
        try:
            names = sorted(os.listdir(path))
        except OSError as error:
            return [], _reason(error)
        files = [os.path.join(path, name) for name in names if not name.startswith(".") and not name.endswith(_BESIDE)]
        return [file for file in files if os.path.isfile(file)], ""
    if not os.path.exists(path):
        bundle = [path + kind for kind in _BUNDLE if bundles and os.path.exists(path + kind)]
        return bundle, "" if bundle else "no such file or directory"
    return [path], ""


def key_text(path: str) -> str:
    """The private key in a file, in PEM; empty where there is none."""
    try:
        with open(path, encoding="latin-1") as file:
            found = _KEY.search(file.read())
    except OSError:
        return ""
    return found[0] + "\n" if found else ""


@lru_cache(maxsize=4096)
def bad_certificate(path: str, key: str, own: bool = False) -> str:
    """Why the file does not hold a certificate with its private key (or has that in the file `key`); empty where it does.

    `own`: the key's file is named, so it goes before a key in the certificate's.
    """
    from ssl import PROTOCOL_TLS_SERVER, SSLContext, SSLError

    try:
        with open(path, "rb") as file:
            content = file.read()
        if b"-----BEGIN CERTIFICATE" not in content and b"-----BEGIN TRUSTED CERTIFICATE" not in content:
            return "it holds no certificate in PEM form"
        if b"PRIVATE KEY-----" in content and not own:
            key = path
        elif key == path:
            return "it holds no private key"
        elif not os.path.exists(key):
            return f"it holds no private key, and there is no file '{key}'"
        SSLContext(PROTOCOL_TLS_SERVER).load_cert_chain(path, key, password=bytes)
    except SSLError as error:
        return (error.reason or str(error)).lower().replace("_", " ")
    except (OSError, ValueError) as error:
        return _reason(error)
    return ""


@lru_cache(maxsize=256)
def bad_authorities(path: str) -> str:
    """Why the file holds neither certificates nor revocations; empty where it does, and for directories and `@system-ca`."""
    from ssl import PROTOCOL_TLS_CLIENT, SSLContext, SSLError

    if path.startswith("@") or os.path.isdir(path):
        return ""
    try:
        SSLContext(PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=path)
    except SSLError as error:
        return "it holds no certificate" if error.reason is None or "NO_CERT" in error.reason else error.reason.lower()
    except OSError as error:
        return _reason(error)
    return ""


@lru_cache(maxsize=256)
def bad_ciphers(text: str) -> str:
    """Why OpenSSL takes no cipher from the list."""
    from ssl import PROTOCOL_TLS_SERVER, SSLContext, SSLError

    try:
        SSLContext(PROTOCOL_TLS_SERVER).set_ciphers(text)
    except (SSLError, ValueError):
        return "names no cipher that OpenSSL has"
    return ""


def bad_suites(text: str) -> str:
    wrong = next((name for name in text.split(":") if name and name not in _SUITES), None)
    return f"has '{wrong}', which is no cipher suite of TLS 1.3" if wrong is not None else ""


@lru_cache(maxsize=256)
def bad_curves(text: str) -> str:
    """Why OpenSSL does not know a curve of the list."""
    from ssl import PROTOCOL_TLS_SERVER, SSLContext, SSLError

    for name in text.split(":"):
        try:
            SSLContext(PROTOCOL_TLS_SERVER).set_ecdh_curve(name)
        except (SSLError, ValueError):
            if name.upper() not in _CURVES and not name.startswith("ffdhe"):
                return f"has '{name}', which is no curve that OpenSSL has"
    return ""


def bad_algorithms(text: str) -> str:
    """Why a list of signature algorithms (`RSA+SHA256:ecdsa_secp256r1_sha256`) has one that TLS does not know."""
    for name in text.split(":"):
        kind, plus, digest = name.lstrip("?").partition("+")
        known = kind in _SIGNERS and digest in _DIGESTS if plus else kind in _SCHEMES
        if not known:
            return f"has '{name}', which is no signature algorithm of TLS"
    return ""


def bad_ticket_keys(path: str) -> str:
    """Why the file is no list of at least three keys in base64."""
    count = 0
    try:
        with open(path, encoding="latin-1") as file:
            for number, line in enumerate(file, 1):
                try:
                    size = len(b64decode(line.strip(), validate=True))
                except (Base64Error, ValueError):
                    size = 0
                if size not in _KEY_SIZES:
                    return f"line {number} is no key of 48 or 80 bytes in base64"
                count += 1
    except OSError as error:
        return _reason(error)
    return "" if count >= _TICKET_KEYS else f"it holds {count} keys, {_TICKET_KEYS} are the least"


def _reason(error: Exception) -> str:
    return (error.strerror or str(error)).lower() if isinstance(error, OSError) else str(error).lower()

"""JSON Web Keys in a configuration (RFC 7517; RFC 7518 section 6): what is wrong with one."""

from __future__ import annotations

import base64
import binascii

import msgspec

_MEMBERS = {"oct": ("k",), "EC": ("crv", "x", "y", "d"), "RSA": ("n", "e", "d", "p", "q", "dp", "dq", "qi")}
# The prime of the field, and `b` of y^2 = x^3 - 3x + b (FIPS 186-4, appendix D.1.2).
_CURVES = {
    "P-256": (
        (1 << 256) - (1 << 224) + (1 << 192) + (1 << 96) - 1,
        0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B,
    ),
    "P-384": (
        (1 << 384) - (1 << 128) - (1 << 96) + (1 << 32) - 1,
        0xB3312FA7E23EE7E4988E056BE3F82D19181D9C6EFE8141120314088F5013875AC656398D8A2ED19D2A85C8EDD3EC2AEF,
    ),
    "P-521": (
        (1 << 521) - 1,
        0x0051953EB9618E1C9A1F929A21A0B68540EEA2DA725B99B315F3B8B489918EF109E156193951EC7E937B1652C0BD3BB1BF073573DF883D2C34F1EF451FD46B503F00,
    ),
}


def problem(text: str) -> str:
    """Empty where nothing is wrong. A secret may be anything: what is no base64 opens no token."""
    try:
        key = msgspec.json.decode(text.encode(), type=dict[str, object])
    except (msgspec.DecodeError, UnicodeEncodeError):
        return "it is neither a key in JSON nor the name of a variable"
    kind = key.get("kty")
    if not isinstance(kind, str) or kind not in _MEMBERS:
        return f"the key has no 'kty' that is one of {', '.join(_MEMBERS)}"
    members = {name: value for name in _MEMBERS[kind] if isinstance(value := key.get(name), str)}
    missing = [name for name in _MEMBERS[kind] if name not in members]
    if missing:
        return f"the key has no '{missing[0]}'"
    if kind == "RSA":
        return _not_rsa(members)
    return _off_curve(members) if kind == "EC" else ""


_BITS = (2048, 8192)


def _not_rsa(members: dict[str, str]) -> str:
    numbers = {name: _number(value) for name, value in members.items()}
    wrong = next((name for name, value in numbers.items() if value is None), "")
    if wrong:
        return f"'{wrong}' of the key must be a number in base64 for URLs"
    modulus, p, q = numbers["n"] or 0, numbers["p"] or 0, numbers["q"] or 0
    if not _BITS[0] <= modulus.bit_length() <= _BITS[1]:
        return f"the key has {modulus.bit_length()} bits; a key of RSA has {_BITS[0]} to {_BITS[1]}"
    return "" if p * q == modulus else "'n' of the key is not the product of 'p' and 'q'"


def _off_curve(members: dict[str, str]) -> str:
    curve = _CURVES.get(members["crv"])
    if curve is None:
        return f"the curve '{members['crv']}' is not one of {', '.join(_CURVES)}"
    prime, b = curve
    x, y, private = (_number(members[name]) for name in ("x", "y", "d"))
    if x is None or y is None or private is None:
        return "'x', 'y' and 'd' of the key must be numbers in base64 for URLs"
    inside = x < prime and y < prime and (y * y - x * x * x + 3 * x - b) % prime == 0
    return "" if inside else "'x' and 'y' of the key are not on its curve"


def _number(text: str) -> int | None:
    digits = text.rstrip("=")
    try:
        return int.from_bytes(base64.b64decode(digits + "=" * (-len(digits) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError):
        return None

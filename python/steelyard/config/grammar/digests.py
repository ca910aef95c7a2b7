"""Names of digests, of `digest` and `hmac`: OpenSSL's, in any case of letters."""

from __future__ import annotations

_BITS = ("224", "256", "384", "512")
_OWN = ("md5", "sha1", *(f"sha{bits}" for bits in _BITS), "sha512-224", "sha512-256")
DIGESTS = {
    **{name: name for name in _OWN},
    **{f"rsa-{name}": name for name in _OWN if "-" not in name},
    **{f"{name}withrsaencryption": name for name in _OWN},
    **{f"sha-{bits}": f"sha{bits}" for bits in _BITS},
    **{f"sha2-{bits}": f"sha{bits}" for bits in _BITS},
    **{f"{start}512/{bits}": f"sha512-{bits}" for start in ("sha-", "sha2-", "rsa-sha") for bits in ("224", "256")},
    "sha-1": "sha1",
    "rsa-sha1-2": "sha1",
    "ssl3-md5": "md5",
    "ssl3-sha1": "sha1",
}
"""Those that are here, by each of their names in small letters."""
_RARE = "md4 md5-sha1 ripemd160 sha3-224 sha3-256 sha3-384 sha3-512 sm3".split()
OTHER_DIGESTS = frozenset(
    [
        *_RARE,
        *(f"rsa-{name}" for name in _RARE if name != "md5-sha1"),
        *"blake2b-512 blake2b512 blake2s-256 blake2s256 mdc2 ripemd ripemd-160 rmd160".split(),
        *"shake-128 shake-256 shake128 shake256 whirlpool".split(),
    ]
)
"""Those that OpenSSL has besides."""

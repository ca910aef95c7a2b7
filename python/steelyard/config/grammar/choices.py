"""Arguments that take one of a few words, as name and position (from 0): the words."""

from __future__ import annotations

FETCH = {
    ("bool", 0): "true false 0 1",
    ("date", 1): "s ms us",
    ("accept_date", 0): "s ms us",
    ("request_date", 0): "s ms us",
    ("uuid", 0): "4 7",
}
CONVERTER = {
    ("json", 0): "ascii utf8 utf8s utf8p utf8ps",
    ("sha2", 0): "224 256 384 512",
    ("url_enc", 0): "query",
    ("http_date", 1): "s ms us",
    ("digest", 0): "md5 sha1 sha224 sha256 sha384 sha512 MD5 SHA1 SHA224 SHA256 SHA384 SHA512",
}

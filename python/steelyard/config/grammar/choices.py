"""Arguments that take one of a few words, as name and position (from 0): the words."""

from __future__ import annotations

FETCH = {
    ("bool", 0): "true false 0 1",
    ("date", 1): "s ms us",
    ("accept_date", 0): "s ms us",
    ("request_date", 0): "s ms us",
    ("uuid", 0): "4 7",
    ("dump_all_vars", 0): "sess txn req res proc",
    **{(f"ssl_{whose}_dn", 2): "rfc2253" for whose in ("c_i", "c_r", "c_s", "f_i", "f_s", "s_i", "s_s")},
    ("bc_rtt", 0): "ms us",
    ("bc_rttvar", 0): "ms us",
    ("fc_rtt", 0): "ms us",
    ("fc_rttvar", 0): "ms us",
}
NOT_EMPTY = frozenset([("accept_date", 0), ("request_date", 0), ("fc_rtt", 0), ("fc_rttvar", 0), ("bc_rtt", 0), ("bc_rttvar", 0)])
"""Arguments that are wrong where the parentheses are written and hold nothing."""
ANY_CASE = frozenset([("bool", 0)])
"""Arguments whose words may be written in capital letters."""
_PROTOBUF = "int32 int64 uint32 uint64 sint32 sint64 bool enum fixed64 sfixed64 double fixed32 sfixed32 float"
_WHEN = "error forwarded normal processed stopping toapplet acl"
CONVERTER = {
    ("json", 0): "ascii utf8 utf8s utf8p utf8ps",
    ("sha2", 0): "224 256 384 512",
    ("url_enc", 0): "query",
    ("http_date", 1): "s ms us",
    ("aes_cbc_dec", 0): "128 192 256",
    ("aes_cbc_enc", 0): "128 192 256",
    ("aes_gcm_dec", 0): "128 192 256",
    ("aes_gcm_enc", 0): "128 192 256",
    ("json_query", 1): "int",
    ("jwt_header_query", 1): "int",
    ("jwt_payload_query", 1): "int",
    ("protobuf", 1): _PROTOBUF,
    ("ungrpc", 1): _PROTOBUF,
    ("when", 0): f"{_WHEN} !{_WHEN.replace(' ', ' !')}",
}

"""Other names of a fetch: the plan holds one name for a thing."""

from __future__ import annotations

# A name and the one it stands for; two where the direction decides: in requests and in responses.
FETCH = {
    "cook": ("req.cook",),
    "cook_cnt": ("req.cook_cnt",),
    "cook_val": ("req.cook_val",),
    "cookie": ("req.cook", "res.cook"),
    "hdr": ("req.hdr", "res.hdr"),
    "hdr_cnt": ("req.hdr_cnt",),
    "hdr_ip": ("req.hdr_ip",),
    "hdr_val": ("req.hdr_val",),
    "payload": ("req.payload", "res.payload"),
    "payload_lv": ("req.payload_lv", "res.payload_lv"),
    "rdp_cookie": ("req.rdp_cookie",),
    "rdp_cookie_cnt": ("req.rdp_cookie_cnt",),
    "rep_ssl_hello_type": ("res.ssl_hello_type",),
    "req_len": ("req.len",),
    "req_proto_http": ("req.proto_http",),
    "req_ssl_hello_type": ("req.ssl_hello_type",),
    "req_ssl_sni": ("req.ssl_sni",),
    "req_ssl_ver": ("req.ssl_ver",),
    "req_ver": ("req.ver",),
    "resp_ver": ("res.ver",),
    "scook": ("res.cook",),
    "scook_cnt": ("res.cook_cnt",),
    "scook_val": ("res.cook_val",),
    "shdr": ("res.hdr",),
    "shdr_cnt": ("res.hdr_cnt",),
    "shdr_ip": ("res.hdr_ip",),
    "shdr_val": ("res.hdr_val",),
    "urlp": ("url_param",),
}

# Names that the manual calls deprecated; the others are in use as much as what they stand for.
DEPRECATED = frozenset(FETCH) - {"hdr", "urlp"}

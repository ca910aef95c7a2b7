"""Words that stand for a fetch and a match method in ACLs, and the ACLs that are always there (manual section 7.4)."""

from __future__ import annotations

from functools import cache

# A family: the word, the fetch it means, and the methods that `word_method` names. `word` alone means `str`.
FAMILIES = """
base base beg dir dom end len reg sub
cook req.cook beg dir dom end len reg sub
hdr req.hdr beg dir dom end len reg sub
http_auth_group http_auth_group
method method
path path beg dir dom end len reg sub
req_rdp_cookie req.rdp_cookie
req_ssl_sni req.ssl_sni
req_ver req.ver
resp_ver res.ver
scook res.cook beg dir dom end len reg sub
shdr res.hdr beg dir dom end len reg sub
url url beg dir dom end len reg sub
urlp urlp beg dir dom end len reg sub
"""
# Words with another method than their family would have.
SINGLES = """
payload req.payload bin
payload_lv req.payload_lv bin
req.ssl_ver req.ssl_ver int
req_rdp_cookie_cnt req.rdp_cookie_cnt int
req_ssl_ver req.ssl_ver int
ssl_fc_sni_end ssl_fc_sni end
ssl_fc_sni_reg ssl_fc_sni reg
"""
# Words whose numbers may be versions, as 3.1.
VERSIONS = frozenset({"req.ssl_ver", "req_ssl_ver"})
PREDEFINED = {
    "FALSE": "always_false",
    "HTTP": "req.proto_http",
    "HTTP_1.0": "req.ver 1.0",
    "HTTP_1.1": "req.ver 1.1",
    "HTTP_2.0": "req.ver 2.0",
    "HTTP_3.0": "req.ver 3.0",
    "HTTP_CONTENT": "req.hdr_val(content-length) gt 0",
    "HTTP_URL_ABS": "url_reg ^[^/:]*://",
    "HTTP_URL_SLASH": "url_beg /",
    "HTTP_URL_STAR": "url *",
    "LOCALHOST": "src 127.0.0.1/8 ::1",
    "METH_CONNECT": "method CONNECT",
    "METH_DELETE": "method DELETE",
    "METH_GET": "method GET HEAD",
    "METH_HEAD": "method HEAD",
    "METH_OPTIONS": "method OPTIONS",
    "METH_POST": "method POST",
    "METH_PUT": "method PUT",
    "METH_TRACE": "method TRACE",
    "RDP_COOKIE": "req.rdp_cookie_cnt gt 0",
    "REQ_CONTENT": "req.len gt 0",
    "TRUE": "always_true",
    "WAIT_END": "wait_end",
}


@cache
def rows() -> dict[str, tuple[str, str]]:
    """Word: the fetch and the method it stands for."""
    out: dict[str, tuple[str, str]] = {}
    for line in FAMILIES.split("\n"):
        if line:
            word, fetch, *methods = line.split()
            out[word] = (fetch, "str")
            out.update((f"{word}_{method}", (fetch, method)) for method in methods)
    for line in SINGLES.split("\n"):
        if line:
            word, fetch, method = line.split()
            out[word] = (fetch, method)
    return out

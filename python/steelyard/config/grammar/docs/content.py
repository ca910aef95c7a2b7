"""What fetches about bytes before or without HTTP give, one sentence each."""

from __future__ import annotations

FETCHES = """
distcc_body: Body of an argument in a distcc message, by its name and place.
distcc_param: Number of an argument in a distcc message, by its name and place.
payload: Bytes of the request, or in response rules of the response, from an offset; say `req.payload` or `res.payload`.
payload_lv: Bytes behind a length field; say `req.payload_lv` or `res.payload_lv`.
rdp_cookie: Another name of `req.rdp_cookie`.
rdp_cookie_cnt: Another name of `req.rdp_cookie_cnt`.
rep_ssl_hello_type: Another name of `res.ssl_hello_type`.
req.len: Bytes of the request that are there.
req.payload: Bytes of the request from an offset, as many as asked for or all that are there.
req.payload_lv: Bytes of the request whose length stands in front of them.
req.proto_http: Whether the request looks like HTTP and has all its headers.
req.rdp_cookie: A cookie of a remote desktop connection.
req.rdp_cookie_cnt: How many cookies of a name a remote desktop connection has.
req.ssl_alpn: Protocols that a TLS client offers in its hello, seen without deciphering.
req.ssl_cipherlist: Ciphers that a TLS client offers in its hello, as bytes, seen without deciphering.
req.ssl_ec_ext: Whether a TLS client's hello says that it knows elliptic curves.
req.ssl_hello_type: Kind of the TLS hello in the request: 1 for a client's, 0 for none.
req.ssl_keyshare_groups: Groups for which a TLS client's hello brings a key, as bytes.
req.ssl_sigalgs: Signatures that a TLS client's hello accepts, as bytes.
req.ssl_sni: Host name that a TLS client asks for in its hello, seen without deciphering.
req.ssl_st_ext: Session ticket in a TLS client's hello: 0 no extension, 1 an empty one, 2 a ticket.
req.ssl_supported_groups: Groups that a TLS client's hello supports, as bytes.
req.ssl_ver: Version of TLS in a client's hello, as major times 65536 and minor.
req_len: Another name of `req.len`.
req_proto_http: Another name of `req.proto_http`.
req_ssl_hello_type: Another name of `req.ssl_hello_type`.
req_ssl_sni: Another name of `req.ssl_sni`.
req_ssl_ver: Another name of `req.ssl_ver`.
res.len: Bytes of the response that are there.
res.payload: Bytes of the response from an offset, as many as asked for or all that are there.
res.payload_lv: Bytes of the response whose length stands in front of them.
res.ssl_hello_type: Kind of the TLS hello in the response: 2 for a server's, 0 for none.
"""

"""What converters give for a sample, one sentence each."""

from __future__ import annotations

from collections.abc import Iterator

CONVERTERS = """
add: The number plus another, or plus a variable.
add_item: The text with a variable appended, and a delimiter where there already was something.
aes_cbc_dec: The bytes deciphered with AES in CBC mode; nonce and key are base64.
aes_cbc_enc: The bytes ciphered with AES in CBC mode; nonce and key are base64.
aes_gcm_dec: The bytes deciphered and checked with AES in GCM mode; nonce, key and tag are base64.
aes_gcm_enc: The bytes ciphered with AES in GCM mode; the tag goes into a variable.
and: The bits that the number has in common with another, or with a variable.
b64dec: The bytes that base64 text stands for.
base2: The bytes as binary digits, eight each.
base64: The bytes as base64.
be2dec: Groups of bytes, highest first, as decimal numbers with a separator between them.
be2hex: Groups of bytes, highest first, as hexadecimal numbers with a separator between them.
bool: Whether the number is not 0.
bytes: A part of the bytes, from an offset and of a length.
capture-req: Keeps the text in a slot of the request's captures, and passes it on.
capture-res: Keeps the text in a slot of the response's captures, and passes it on.
concat: The text with a text, a variable and another text behind it.
cpl: The number with all bits turned round.
crc32: 32-bit checksum, as of Ethernet and gzip.
crc32c: 32-bit checksum of Castagnoli, as of SCTP and iSCSI.
cut_crlf: The text up to its first line end.
date: Seconds since 1970 for a date as headers of HTTP write it.
debug: The same sample, told to a ring or a stream on its way.
digest: Hash of the bytes with an algorithm by its name.
div: The number divided by another, or by a variable.
djb2: 32-bit hash DJB2, avalanche on demand.
eth.data: What an Ethernet frame carries.
eth.dst: Address that an Ethernet frame goes to.
eth.hdr: Head of an Ethernet frame.
eth.proto: Protocol that an Ethernet frame carries, by its number.
eth.src: Address that an Ethernet frame comes from.
eth.vlan: Last VLAN of an Ethernet frame.
even: Whether the number is even.
fe_exists: Whether there is a frontend of this name.
field: One or more fields of a text by their place, empty fields counted.
fix_is_valid: Whether the bytes are a sound message of FIX, the protocol of stock markets.
fix_tag_value: Value of a tag in a message of FIX.
has_ctl: Whether the bytes hold control characters, all or those of a mask.
hex2i: The number that hexadecimal digits stand for.
hex: The bytes as hexadecimal digits.
hmac: Keyed hash of the bytes, by algorithm and base64 key.
host_only: A `Host` value without its port.
htonl: The number as four bytes, highest first.
http_date: A time as headers of HTTP write it, from seconds since 1970, `ms` or `us` on demand.
iif: One text where the sample is true, another where it is not.
ip.data: What an IP packet carries.
ip.df: Whether an IP packet forbids its division.
ip.dst: Address that an IP packet goes to.
ip.fp: A fingerprint of what stays the same in a client's first packets.
ip.hdr: Head of an IP packet.
ip.proto: Protocol that an IP packet carries, by its number.
ip.src: Address that an IP packet comes from.
ip.tos: Type of service, or traffic class, of an IP packet.
ip.ttl: Time to live, or hop limit, of an IP packet.
ip.ver: Version of an IP packet: 4 or 6.
ipmask: The address cut to a prefix, one for IPv4 and one for IPv6.
json: The text escaped for a JSON string, read in an encoding of your choice.
json_query: What stands at a path in JSON text.
jwt_decrypt_cert: Content of an encrypted JSON Web Token, with the key of a certificate.
jwt_decrypt_jwk: Content of an encrypted JSON Web Token, with a JSON Web Key.
jwt_decrypt_secret: Content of an encrypted JSON Web Token, with a secret in base64.
jwt_header_query: Head of a JSON Web Token, or what stands at a path in it.
jwt_payload_query: Content of a JSON Web Token, or what stands at a path in it; its signature is not checked.
jwt_verify: Whether the signature of a JSON Web Token is right (1), wrong (0), or why that can't be said (below 0).
jwt_verify_cert: As `jwt_verify`, with a certificate that is loaded.
language: The language of a list that an `Accept-Language` value likes best.
le2dec: Groups of bytes, lowest first, as decimal numbers with a separator between them.
length: Characters of the text.
lower: The text in small letters.
ltime: Seconds since 1970 as a local date in a format of `strftime`.
ltrim: The text without some characters at its start.
mod: Rest of the number's division by another, or by a variable.
mqtt_field_value: A field of an MQTT packet, by its name or number.
mqtt_is_valid: Whether the bytes are a sound MQTT packet.
ms_ltime: Milliseconds since 1970 as a local date in a format of `strftime`.
ms_utime: Milliseconds since 1970 as a UTC date in a format of `strftime`.
mul: The number times another, or times a variable.
nbsrv: How many servers are up in the backend of this name.
neg: The number with its sign turned round.
not: True where the number is 0.
odd: Whether the number is odd.
or: The bits that the number or another, or a variable, has.
param: A parameter of a text like `a=1&b=2`.
port_only: Port of a `Host` value, 0 where it has none.
protobuf: A field of a protocol buffers message, by its number.
regsub: The text with matches of a regular expression replaced, the first or all.
reverse: The text backwards.
reverse_dom: The labels of a host name backwards.
rfc7239_field: One parameter of a `Forwarded` value.
rfc7239_is_valid: Whether the text is a sound `Forwarded` value.
rfc7239_n2nn: Name or address of a node of a `Forwarded` value.
rfc7239_n2np: Port of a node of a `Forwarded` value.
rfc7239_nn: An address as a node of a `Forwarded` value writes it.
rfc7239_np: A port as a node of a `Forwarded` value writes it.
rtrim: The text without some characters at its end.
sdbm: 32-bit hash SDBM, avalanche on demand.
secure_memcmp: Whether the bytes equal a variable, in a time that tells nothing.
set-var: Sets a variable to the sample, and passes it on.
sha1: SHA-1 of the bytes.
sha2: SHA-2 of the bytes, of 224, 256, 384 or 512 bits.
srv_is_up: Whether the server of this name, as `backend/server`, is up.
srv_queue: How many requests wait for the server of this name.
strcmp: 0 where the text equals a variable, else which of the two comes first.
sub: The number minus another, or minus a variable.
tcp.dst: Port that a TCP packet goes to.
tcp.flags: Flags of a TCP packet, as a number.
tcp.options.mss: Longest segment that a TCP packet offers.
tcp.options.sack: Whether a TCP packet allows selective acknowledgements.
tcp.options.tsopt: Whether a TCP packet has a timestamp.
tcp.options.tsval: Timestamp of a TCP packet.
tcp.options.wscale: Window scale that a TCP packet offers.
tcp.options.wsopt: Whether a TCP packet offers a window scale.
tcp.options_list: Kinds of the options of a TCP packet in order, as bytes.
tcp.seq: Sequence number of a TCP packet.
tcp.src: Port that a TCP packet comes from.
tcp.win: Window that a TCP packet offers.
ub64dec: The bytes that base64 text for URLs stands for.
ub64enc: The bytes as base64 for URLs.
ungrpc: A field of a gRPC message, by its number.
unset-var: Forgets a variable, and passes the sample on.
upper: The text in capital letters.
url_dec: The text with `%XX` and, on demand, `+` worked out.
url_enc: The text with `%XX` where a query needs it.
us_ltime: Microseconds since 1970 as a local date in a format of `strftime`.
us_utime: Microseconds since 1970 as a UTC date in a format of `strftime`.
utime: Seconds since 1970 as a UTC date in a format of `strftime`.
when: The same sample where a condition of logs holds (`error`, `forwarded`, ...), else nothing.
word: One or more words of a text by their place, empty words not counted.
wt6: 32-bit hash WT6, avalanche on demand.
x509_v_err_str: Name of OpenSSL for the number of a certificate's error.
xor: The bits that either the number or another, or a variable, has.
xxh3: 64-bit hash XXH3, with a seed on demand.
xxh32: 32-bit hash XXH32, with a seed on demand.
xxh64: 64-bit hash XXH64, with a seed on demand.
"""

# How a map finds its entry.
_METHODS = {
    "beg": "the longest key that the text begins with",
    "dir": "a key that is a part of the path between slashes",
    "dom": "a key that is a part of the host name between dots",
    "end": "a key that the text ends with",
    "int": "the number",
    "ip": "the network that the address is in",
    "reg": "the first regular expression that matches",
    "str": "the text itself",
    "sub": "a key that the text holds",
}
_GIVES = {
    "": "gives its value",
    "int": "gives its value as a number",
    "ip": "gives its value as an address",
    "key": "gives the key itself",
}


def maps() -> Iterator[tuple[str, str]]:
    """Converters that look into a map file."""
    yield "map", f"Looks in a map file for {_METHODS['str']} and {_GIVES['']}, or a fallback."
    yield "map_regm", f"Looks in a map file for {_METHODS['reg']} and gives its value with `\\1` and the like worked out."
    for method, what in _METHODS.items():
        for kind, gives in _GIVES.items():
            name = f"map_{method}_{kind}" if kind else f"map_{method}"
            yield name, f"Looks in a map file for {what} and {gives}{'.' if kind == 'key' else ', or a fallback.'}"

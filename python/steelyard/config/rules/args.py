"""Typed arguments of fetches and converters: one reader for each kind that the tables name."""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
from collections.abc import Callable
from pathlib import Path

from steelyard.config.expr import (
    Absent,
    Arg,
    IntArg,
    KeyArg,
    MapArg,
    NetArg,
    ProxyArg,
    RegexArg,
    ServerArg,
    StrArg,
    TableArg,
    UserlistArg,
)
from steelyard.config.grammar.digests import DIGESTS, OTHER_DIGESTS
from steelyard.config.rules import jwk
from steelyard.config.rules.names import variable
from steelyard.config.rules.regex import regex_problem
from steelyard.config.span import Span

# What a reader gives: the argument, or a str that says what is wrong.


class Later(str):
    """What is valid and can't be run yet, where a plain text says what is wrong."""

    __slots__ = ()


Read = Arg | str
_CONDITIONS = ("ifexists", "ifnotexists", "ifempty", "ifnotempty", "ifset", "ifnotset", "ifgt", "iflt")
# A sign alone is 0, as in HAProxy.
_INT = re.compile(r"(?:[+-]?[0-9]+|[+-])\Z")
_LARGEST = (1 << 63) - 1
_LAST_OCCURRENCE = -10


def _int(text: str, span: Span) -> Read:
    """A whole number; one that has no room in 64 bits is the largest or smallest that has."""
    if not _INT.match(text):
        return f"'{text}' is not a whole number"
    return IntArg(0 if text in "+-" else max(-_LARGEST - 1, min(_LARGEST, int(text[:30]))))


def _occurrence(text: str, span: Span) -> Read:
    number = _int(text, span)
    if isinstance(number, IntArg) and number.value < _LAST_OCCURRENCE:
        return f"an occurrence must be {_LAST_OCCURRENCE} or more"
    return number


def _between(text: str, span: Span, low: int, high: int = 1 << 31) -> Read:
    number = _int(text, span)
    if isinstance(number, IntArg) and not low <= number.value <= high:
        return f"'{text}' is out of range, {low} to {high}"
    return number


def _index(text: str, span: Span) -> Read:
    """Counts from 1, or from -1 at the end."""
    number = _int(text, span)
    return "0 is not an index: the first is 1, the last -1" if isinstance(number, IntArg) and not number.value else number


def _number(text: str, span: Span) -> Read:
    """A number, or a variable that holds one; nothing is 0."""
    if not text:
        return IntArg(0)
    if _INT.match(text):
        return _int(text, span)
    found = variable(text)
    return f"'{text}' is neither a whole number nor the name of a variable" if isinstance(found, str) else found


def _address(text: str, kind: type[ipaddress.IPv4Address] | type[ipaddress.IPv6Address]) -> Read:
    try:
        found = kind(text)
    except ValueError:
        return f"'{text}' is not an IPv{4 if kind is ipaddress.IPv4Address else 6} address"
    return NetArg(str(found), found.max_prefixlen)


def _ip(text: str, span: Span) -> Read:
    return _address(text, ipaddress.IPv6Address if ":" in text else ipaddress.IPv4Address)


def _mask(text: str, version: int) -> Read:
    """A prefix length, or a mask as an address."""
    longest = 32 if version == 4 else 128
    if text.isascii() and text.isdigit():
        if len(text) < 4 and int(text) <= longest:
            return IntArg(int(text))
        return f"'{text}' is not a prefix length of IPv{version}, 0 to {longest}"
    read = _address(text, ipaddress.IPv4Address if version == 4 else ipaddress.IPv6Address)
    if isinstance(read, str):
        return f"'{text}' is not a mask of IPv{version}"
    bits = f"{int(ipaddress.ip_address(text)):0{longest}b}"
    if "01" in bits:
        return Later(f"masks with holes, as '{text}', are not supported yet")
    return IntArg(bits.count("1"))


def _set_if(text: str, span: Span) -> Read:
    """When a variable is set: `ifempty` and the like."""
    if text in _CONDITIONS:
        return StrArg(text)
    return f"'{text}' is not one of {', '.join(_CONDITIONS)}"


def _regex(text: str, span: Span) -> Read:
    return regex_problem(text) or RegexArg(text)


def _hex(text: str, span: Span) -> Read:
    if len(text) % 2:
        return f"'{text}' has an odd number of hexadecimal digits"
    if not all(letter in "0123456789abcdefABCDEF" for letter in text):
        return f"'{text}' has letters that are not hexadecimal digits"
    return StrArg(text)


def _server(text: str, span: Span) -> Read:
    proxy, _, server = text.rpartition("/")
    return ServerArg(proxy, server, span) if server else f"'{text}' is not the name of a server; write backend/server"


def _string(text: str, span: Span) -> Read:
    return StrArg(text)


def _regex_flags(text: str, span: Span) -> Read:
    return f"flags of a regex are 'i' and 'g', not '{text}'" if text.strip("ig") else StrArg(text)


def _secret(text: str, span: Span) -> Read:
    """Base64, or a variable that holds it."""
    found = variable(text)
    if not isinstance(found, str):
        return found
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return f"'{text}' is neither base64 nor the name of a variable"
    return StrArg(text)


def _jwt_algorithm(text: str, span: Span) -> Read:
    found = variable(text)
    if not isinstance(found, str):
        return found
    return (
        StrArg(text) if text in JWT_ALGORITHMS else f"'{text}' is neither an algorithm such as RS256 nor the name of a variable"
    )


def _jwt_key(text: str, span: Span) -> Read:
    """A secret, the path of a public key, or a variable that holds either. A file that can't be read is no mistake: the word
    may be a secret."""
    found = variable(text)
    return KeyArg(text, _pem(text)) if isinstance(found, str) else found


def _jwt_cert(text: str, span: Span) -> Read:
    """The path of a certificate, or a variable that holds it. A file that can't be read is no mistake: nothing is verified then.
    The private key beside it is left in its file."""
    found = variable(text)
    if not isinstance(found, str):
        return found
    begin, end = (f"-----{word} CERTIFICATE-----" for word in ("BEGIN", "END"))
    block, closed, _ = _pem(text).partition(begin)[2].partition(end)
    return KeyArg(text, f"{begin}{block}{end}\n" if closed else "")


def _pem(path: str) -> str:
    """What the file holds, empty where it can't be read."""
    try:
        return Path(path).read_text(encoding="ascii") if path else ""
    except (OSError, ValueError):
        return ""


def _jwk(text: str, span: Span) -> Read:
    """A key in JSON, or a variable that holds one."""
    found = variable(text)
    if not isinstance(found, str):
        return found
    return jwk.problem(text) or StrArg(text)


def _control_mask(text: str, span: Span) -> Read:
    if text not in ("", "any", "http"):
        try:
            number = int(text, 16) if text[:2] in ("0x", "0X") else int(text)
        except ValueError:
            number = -1
        if not 0 <= number < 1 << 33:
            return f"'{text}' is not a number of 33 bits, 'any' or 'http'"
    return StrArg(text)


def _matching(pattern: str, what: str) -> Callable[[str, Span], Read]:
    regex = re.compile(rf"(?:{pattern})\Z")
    return lambda text, span: StrArg(text) if regex.match(text) else f"'{text}' is not {what}"


_TLV_NAMES = frozenset(
    "ALPN AUTHORITY CRC32 NETNS NOOP SSL SSL_CIPHER SSL_CN SSL_KEY_ALG SSL_SIG_ALG SSL_VERSION UNIQUE_ID".split()
)
_BYTE = re.compile(r"0[xX][0-9A-Fa-f]{1,2}\Z|[0-9]{1,3}\Z")


def _forwarded_field(text: str, span: Span) -> Read:
    """Other names than these four are no mistake to HAProxy, and never give a value."""
    return StrArg(text)


def _digest(text: str, span: Span) -> Read:
    """By the one name that the plan has for it."""
    name = text.lower()
    if not name:
        return "the name of a digest is missing, as 'sha256'"
    if name in OTHER_DIGESTS:
        return Later(f"the digest '{text}' is not supported yet")
    found = DIGESTS.get(name)
    return StrArg(found) if found else f"'{text}' is not one of {', '.join(sorted(set(DIGESTS.values())))}"


def _tlv(text: str, span: Span) -> Read:
    """The name of a value of the PROXY protocol, or its number, which the plan has in decimal."""
    if text in _TLV_NAMES:
        return StrArg(text)
    number = int(text, 16 if text[:2] in ("0x", "0X") else 10) if _BYTE.match(text) else 256
    return StrArg(str(number)) if number < 256 else f"'{text}' is not the name or the number of a value of the PROXY protocol"


JWT_ALGORITHMS = frozenset(f"{kind}{bits}" for kind in ("HS", "RS", "ES", "PS") for bits in (256, 384, 512)) | {"none"}
READERS: dict[str, Callable[[str, Span], Read]] = {
    "string": _string,
    "int": _int,
    "occurrence": _occurrence,
    "number": _number,
    "var": lambda text, span: variable(text),
    "ipv4": lambda text, span: _address(text, ipaddress.IPv4Address),
    "ipv6": lambda text, span: _address(text, ipaddress.IPv6Address),
    "ip": _ip,
    "mask4": lambda text, span: _mask(text, 4),
    "mask6": lambda text, span: _mask(text, 6),
    "regex": _regex,
    "regex_flags": _regex_flags,
    "hex": _hex,
    "backend": lambda text, span: ProxyArg(text, span),
    "frontend": lambda text, span: ProxyArg(text, span),
    "table": lambda text, span: TableArg(text, span),
    "server": _server,
    "userlist": lambda text, span: UserlistArg(text, span),
    "map": lambda text, span: MapArg(text, span),
    "protobuf": _matching(r"[0-9]{1,18}(\.[0-9]{1,18})*", "numbers of fields with dots between them"),
    "secret": _secret,
    "jwt_algorithm": _jwt_algorithm,
    "jwt_key": _jwt_key,
    "jwt_cert": _jwt_cert,
    "jwk": _jwk,
    "stored_cert": lambda text, span: variable(text) if not isinstance(variable(text), str) else StrArg(text),
    "control_mask": _control_mask,
    "token": _matching("[ -~]{4}", "four letters"),
    "digest": _digest,
    "forwarded_field": _forwarded_field,
    "tlv": _tlv,
    "fix_tag": _matching(
        "[1-9][0-9]{0,17}|BeginString|BodyLength|MsgType|SenderCompID|TargetCompID|CheckSum", "the name or the number of a tag"
    ),
    "mqtt_packet": _matching("(?i:connect|connack|1|2)", "connect or connack"),
    "aad": lambda text, span: "CBC has nothing to authenticate such data with; aes_gcm_dec and aes_gcm_enc do",
    "fingerprint": lambda text, span: _between(text, span, 0, 7),
    "htx_block": _matching("head|tail|first|[0-9]{1,9}", "the number of a block, head, tail or first"),
    "word": _string,
    "text": _string,
    "index": _index,
    "count": lambda text, span: _between(text, span, 0),
    "pieces": lambda text, span: _int(text or "0", span),
    "positive": lambda text, span: _between(text, span, 1),
    "bit": lambda text, span: _between(text, span, 0, 1),
    "set_if": _set_if,
    "offset": lambda text, span: StrArg(text) if _INT.match(text) else f"'{text}' is not a whole number, with or without a sign",
    "varname": lambda text, span: variable(text) if text else Absent(),
    "letter": lambda text, span: StrArg(text) if len(text) == 1 else f"'{text}' is not one character",
}
# Kinds that may be empty: the empty string, or the proxy that holds the rule.
MAY_BE_EMPTY = frozenset(
    [
        "string",
        "digest",
        "forwarded_field",
        "secret",
        "jwt_key",
        "jwt_cert",
        "control_mask",
        "number",
        "pieces",
        "regex_flags",
        "varname",
        "backend",
        "frontend",
        "table",
    ]
)

# Kinds that HAProxy stops at where they are empty.
NUMBERS = frozenset(["int", "positive", "bit", "count", "occurrence", "index"])
# Kinds that are wrong when they are written empty, even where they could be left out.
NEVER_EMPTY = frozenset(["word", "letter", "set_if", "aclname"])


MQTT_FIELDS = {
    "connect": "flags protocol_name protocol_version client_identifier will_topic will_payload username password keepalive"
    " 1 2 3 8 9 17 21 22 23 24 25 33 34 39",
    "connack": "flags protocol_version reason_code 17 18 19 21 22 26 28 31 33 34 36 37 39 40 41 42",
}


_PIECE = 8


def fault(name: str, args: tuple[Arg, ...]) -> str:
    """What is wrong with arguments that suit each by itself; empty where nothing is."""
    match name, args:
        case "when", (StrArg("acl" | "!acl"),):
            return "the name of an ACL is missing behind 'acl'"
        case "be2dec" | "le2dec", _ if len(args) < 2 or not isinstance(args[1], IntArg) or args[1].value > _PIECE:
            return f"a piece has 1 to {_PIECE} bytes; write '{name}(<separator>,<bytes>)'"
        case "be2hex", (StrArg(separator), *rest) if separator and not (rest and isinstance(rest[0], IntArg)):
            return "how many bytes a piece has is missing; write 'be2hex(<separator>,<bytes>)'"
        case "payload_lv" | "req.payload_lv" | "res.payload_lv", (IntArg(at), IntArg(size), StrArg(shift)):
            if shift.startswith("-") and at + size + int(shift) < 0:
                return f"an offset of {shift} leads to the front of the data"
        case "json_query", (Absent() | StrArg(""), *_) | ():
            return "a path is missing, as '$.name'"
        case "add_item", _ if all(isinstance(each, Absent) or each == StrArg("") for each in args[1:]):
            return "neither a variable nor a text is given; write 'add_item(<delimiter>,<variable>)'"
        case "jwt_verify_cert", (StrArg(algorithm), *_) if algorithm.startswith("HS"):
            return f"a certificate is not for '{algorithm}'; jwt_verify takes secrets"
        case "mqtt_field_value", (StrArg(packet), StrArg(field)):
            packet = {"1": "connect", "2": "connack"}.get(packet, packet.lower())
            if field.lower() not in MQTT_FIELDS[packet].split():
                return f"'{field}' is not a field of a {packet} packet"
    return ""


def read(kind: str, optional: bool, text: str, span: Span) -> Read:
    if not text and kind not in MAY_BE_EMPTY:
        return Absent() if optional and kind not in NEVER_EMPTY else "it is empty"
    return READERS[kind](text, span)

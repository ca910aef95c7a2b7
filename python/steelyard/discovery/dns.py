"""Questions and answers of DNS as bytes (RFC 1035, RFC 6891), as far as addresses are concerned. Pure: no socket.

Answers come from outside: every length is checked, names are followed a bounded number of times, and nothing is raised.
"""

from __future__ import annotations

import ipaddress
import struct
from dataclasses import dataclass
from typing import Literal

A, AAAA, CNAME, OPT = 1, 28, 5, 41
_IN = 1
_RECURSE = 0x0100
_HEAD = struct.Struct("!6H")
_RECORD = struct.Struct("!HHIH")
_MAX_RECORDS = 256
_MAX_NAME = 255

Status = Literal["valid", "nx", "refused", "other"]


@dataclass(frozen=True, slots=True)
class Answer:
    """`cut`: the answer was longer than fitted."""

    status: Status
    addresses: tuple[str, ...] = ()
    cut: bool = False


def question(ident: int, name: str, kind: int, payload: int) -> bytes | None:
    """A question for the records of a kind; None where the text is no name. `payload`: bytes that the answer may have."""
    labels = name.rstrip(".").split(".")
    try:
        encoded = [label.encode("ascii") for label in labels]
    except UnicodeEncodeError:
        return None
    if any(not 0 < len(label) < 64 for label in encoded):
        return None
    wire = b"".join(bytes([len(label)]) + label for label in encoded) + b"\0"
    if len(wire) > _MAX_NAME:
        return None
    head = _HEAD.pack(ident, _RECURSE, 1, 0, 0, 1)
    return head + wire + struct.pack("!HH", kind, _IN) + b"\0" + _RECORD.pack(OPT, payload, 0, 0)


def answer(data: bytes, asked: bytes) -> Answer | None:
    """What the answer to a question says; None where it answers something else."""
    if len(data) < _HEAD.size or data[:2] != asked[:2]:
        return None
    _, flags, questions, answers, _, _ = _HEAD.unpack_from(data)
    asked_name, asked_end = _name(asked, _HEAD.size)
    if not flags & 0x8000 or questions != 1 or asked_name is None:
        return None
    name, at = _name(data, _HEAD.size)
    kind_and_class = asked[asked_end : asked_end + 4]
    if name != asked_name or data[at : at + 4] != kind_and_class:
        return None
    cut = bool(flags & 0x0200)
    code = flags & 15
    if code:
        return Answer("nx" if code == 3 else "refused" if code == 5 else "other", (), cut)
    kind = int.from_bytes(kind_and_class[:2], "big")
    addresses = _addresses(data, at + 4, min(answers, _MAX_RECORDS), asked_name, kind)
    return Answer("valid" if addresses else "other", addresses, cut)


def _addresses(data: bytes, at: int, count: int, name: bytes, kind: int) -> tuple[str, ...]:
    """Those of the name and of the names that it stands for; they come in that order."""
    names, found = {name}, []
    for _ in range(count):
        owner, at = _name(data, at)
        if owner is None or at + _RECORD.size > len(data):
            break
        record, klass, _, length = _RECORD.unpack_from(data, at)
        start, at = at + _RECORD.size, at + _RECORD.size + length
        if at > len(data):
            break
        if klass != _IN or owner not in names:
            continue
        if record == CNAME:
            target, _ = _name(data, start)
            if target is not None:
                names.add(target)
        elif record == kind and length == (4 if kind == A else 16):
            found.append(str(ipaddress.ip_address(data[start:at])))
    return tuple(found)


def _name(data: bytes, at: int) -> tuple[bytes | None, int]:
    """A name in lower case, with its lengths, and where what follows it begins; None where it is broken."""
    name, end = b"", -1
    for _ in range(_MAX_NAME):
        if at >= len(data):
            return None, len(data)
        length = data[at]
        if length == 0:
            return name.lower(), end if end >= 0 else at + 1
        if length >= 0xC0:
            if at + 1 >= len(data):
                return None, len(data)
            if end < 0:
                end = at + 2
            target = (length & 0x3F) << 8 | data[at + 1]
            if target >= at:  # only backwards: no circle
                return None, len(data)
            at = target
            continue
        if length >= 0x40 or at + 1 + length > len(data) or len(name) + length > _MAX_NAME:
            return None, len(data)
        name += data[at : at + 1 + length]
        at += 1 + length
    return None, len(data)

"""Cuts, cases, trims, encodings and comparisons of texts, beside the words of the manual in plain Python."""

from __future__ import annotations

import base64
import re
import urllib.parse
from functools import partial
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.models.play import BYTES, Bench, Model, differences, some


def split(data: bytes, marks: bytes) -> list[tuple[int, int]]:
    """Where the fields of a text are."""
    found, start = [], 0
    for at, byte in enumerate(data):
        if byte in marks:
            found.append((start, at))
            start = at + 1
    return [*found, (start, len(data))]


def cut(data: bytes, parts: list[tuple[int, int]], index: int, count: int) -> bytes | None:
    """`count` parts from `index` on (to the left of it where it is negative) with what stands between them. 0, or more than there
    are: all that is left of the text."""
    if abs(index) > len(parts):
        return None
    if index > 0:
        chosen = parts[index - 1 :]
        return data[chosen[0][0] : chosen[count - 1][1]] if 0 < count <= len(chosen) else data[chosen[0][0] :]
    chosen = parts[: len(parts) + index + 1]
    return data[chosen[-count][0] : chosen[-1][1]] if 0 < count <= len(chosen) else data[: chosen[-1][1]]


def field(data: bytes, index: int, marks: bytes, count: int = 1) -> bytes | None:
    return cut(data, split(data, marks), index, count)


def word(data: bytes, index: int, marks: bytes, count: int = 1) -> bytes | None:
    return cut(data, [part for part in split(data, marks) if part[0] < part[1]], index, count)


def chunks(data: bytes, size: int, whole: bool = False) -> list[bytes]:
    found = [data[at : at + size] for at in range(0, len(data), size)]
    return [each for each in found if len(each) == size] if whole else found


def numbers(data: bytes, size: int, mark: str, order: Literal["big", "little"], whole: bool = False) -> str:
    return mark.join(str(int.from_bytes(each, order)) for each in chunks(data, size, whole))


def hexes(data: bytes, size: int, mark: str, whole: bool = False) -> str:
    return mark.join(each.hex().upper() for each in chunks(data, size, whole))


def some_bytes(data: bytes, offset: int, length: int | None = None) -> bytes | None:
    if offset >= len(data):
        return None
    return data[offset:] if length is None else data[offset : offset + length]


def trimmed(data: bytes, marks: bytes, left: bool) -> bytes:
    return data.lstrip(marks) if left else data.rstrip(marks)


def replaced(data: bytes, find: bytes, put: bytes, flags: str) -> bytes:
    """As sed does, but that `&` is itself."""
    folded = re.IGNORECASE if "i" in flags else re.NOFLAG
    return re.sub(find, put, data, count=0 if "g" in flags else 1, flags=folded)


MODELS: dict[str, Model] = {
    "hex": lambda data: data.hex().upper(),
    "base64": lambda data: base64.b64encode(data).decode(),
    "bytes(0,30),base2": lambda data: "".join(f"{byte:08b}" for byte in data[:30]),
    "length": len,
    "be2hex": lambda data: data.hex().upper(),
    "has_ctl": lambda data: any((byte < 32 and byte != 9) or byte == 127 for byte in data),
    "has_ctl(any)": lambda data: any(byte < 32 or byte == 127 for byte in data),
    "has_ctl(http)": lambda data: any(byte in b"\0\r\n" for byte in data),
    "has_ctl(0x100000001)": lambda data: any(byte in b"\0\x7f" for byte in data),
    "ub64enc": lambda data: base64.urlsafe_b64encode(data).rstrip(b"=").decode(),
    "base64,b64dec,hex": bytes,
    "ub64enc,ub64dec,hex": bytes,
    "lower,hex": bytes.lower,
    "upper,hex": bytes.upper,
    "reverse,hex": lambda data: data[::-1],
    "cut_crlf,hex": lambda data: re.split(rb"[\r\n]", data)[0],
    "url_enc": lambda data: urllib.parse.quote(data, safe=""),
    "url_enc,url_dec,hex": bytes,
    "url_enc,url_dec(1),hex": bytes,
    "concat(x,txn.none,y),hex": lambda data: data + b"xy",
    "concat(x,txn.s,y),hex": lambda data: data + b"x<>y",
}
for _marks in (b"a", b"ab"):
    _text = _marks.decode()
    MODELS[f"ltrim({_text}),hex"] = partial(trimmed, marks=_marks, left=True)
    MODELS[f"rtrim({_text}),hex"] = partial(trimmed, marks=_marks, left=False)
    for _index in (1, 2, 3, -1, -2, -3):
        MODELS[f"field({_index},{_text}),hex"] = partial(field, index=_index, marks=_marks)
        MODELS[f"word({_index},{_text}),hex"] = partial(word, index=_index, marks=_marks)
        for _count in (0, 1, 2):
            MODELS[f"field({_index},{_text},{_count}),hex"] = partial(field, index=_index, marks=_marks, count=_count)
            MODELS[f"word({_index},{_text},{_count}),hex"] = partial(word, index=_index, marks=_marks, count=_count)
for _offset, _length in ((0, None), (2, None), (0, 3), (2, 3), (5, 0), (250, 1)):
    _more = "" if _length is None else f",{_length}"
    MODELS[f"bytes({_offset}{_more}),hex"] = partial(some_bytes, offset=_offset, length=_length)
for _size in (1, 2, 3, 4, 7, 8):
    for _whole in (False, True):
        MODELS[f"be2dec(.,{_size},{int(_whole)})"] = partial(numbers, size=_size, mark=".", order="big", whole=_whole)
        MODELS[f"le2dec(-,{_size},{int(_whole)})"] = partial(numbers, size=_size, mark="-", order="little", whole=_whole)
        MODELS[f"be2hex(--,{_size},{int(_whole)})"] = partial(hexes, size=_size, mark="--", whole=_whole)
for _find, _put in ((b"a", b"bb"), (b"[ab]+", b"<&>"), (b"(a)(b)", b"\\2\\1"), (b"^a*", b""), (b"a|ab", b"x")):
    for _flags in ("", "g", "i", "gi"):
        _more = f",{_flags}" if _flags else ""
        MODELS[f'regsub("{_find.decode()}","{_put.decode()}"{_more}),hex'] = partial(replaced, find=_find, put=_put, flags=_flags)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(tmp_path_factory.mktemp("texts"), [f"{BYTES},{each}" for each in MODELS], {"txn.s": "str(<>)"})


letters = st.text("abcABC,;\r\n \x00\x7f\xe9", min_size=1, max_size=30).map(lambda text: text.encode("latin-1"))


# An explanation shows 256 letters of a value.
@given(letters | st.binary(min_size=1, max_size=60))
@some
def test_texts(bench: Bench, data: bytes) -> None:
    wanted = {f"{BYTES},{each}": model(data if takes_bytes(each) else data.split(b"\0")[0]) for each, model in MODELS.items()}
    # A text of nothing and no text look the same here: neither sets a variable that could be seen.
    found = {rule: got or None for rule, got in bench.ask(data).items()}
    assert differences(found, {rule: None if value in ("", b"") else value for rule, value in wanted.items()}) == {}


def takes_bytes(rule: str) -> bool:
    """Bytes that become a text for a converter end at the first NUL."""
    return re.match(r"(hex|base64|ub64enc|base2|be2|le2|bytes|has_ctl)", rule) is not None

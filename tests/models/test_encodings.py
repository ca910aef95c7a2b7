"""What reads an encoding, on what follows it, and what nearly does: base64, URLs, JSON, numbers in hexadecimal."""

from __future__ import annotations

import base64
import binascii
import json
import re
import urllib.parse

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.models.play import BYTES, Bench, Model, differences, some


def b64dec(text: bytes) -> bytes | None:
    """RFC 4648, section 4: four letters, with `=` at the end alone."""
    if len(text) % 4 or not re.fullmatch(rb"[A-Za-z0-9+/]*={0,2}", text):
        return None
    return base64.b64decode(text)


def ub64dec(text: bytes) -> bytes | None:
    """RFC 4648, section 5, without `=`."""
    if len(text) % 4 == 1 or not re.fullmatch(rb"[A-Za-z0-9_-]*", text):
        return None
    return base64.urlsafe_b64decode(text + b"=" * (-len(text) % 4))


def url_dec(text: bytes, form: bool) -> bytes | None:
    """`+` is a blank in a form, and behind a question mark."""
    if re.search(rb"%(?![0-9a-fA-F]{2})", text):
        return None
    path, mark, query = (b"", b"", text) if form else text.partition(b"?")
    return urllib.parse.unquote_to_bytes(path) + mark + urllib.parse.unquote_to_bytes(query.replace(b"+", b" "))


def hex2i(text: bytes) -> int | None:
    if not re.fullmatch(rb"[0-9a-fA-F]*", text):
        return None
    value = int(text or b"0", 16) % 2**64
    return value - 2**64 if value >> 63 else value


ESCAPES = {'"': '\\"', "\\": "\\\\", "/": "\\/", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def json_text(text: str) -> str:
    return "".join(ESCAPES.get(each) or (each if " " <= each <= "~" else f"\\u{ord(each):04x}") for each in text)


def json_ascii(data: bytes) -> str:
    return json_text(data.decode("latin-1"))


def json_utf8(data: bytes) -> str | None:
    """U+FFFE and U+FFFF are no characters (as in HAProxy), and what lies above does not fit into four digits."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return None if any(ord(each) > 0xFFFD for each in text) else json_text(text)


MODELS: dict[str, Model] = {
    "b64dec,hex": b64dec,
    "ub64dec,hex": ub64dec,
    "url_dec,hex": lambda text: url_dec(text, False),
    "url_dec(1),hex": lambda text: url_dec(text, True),
    "json": json_ascii,
    "json(ascii)": json_ascii,
    "json(utf8)": json_utf8,
}


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(tmp_path_factory.mktemp("encodings"), [f"{BYTES},{each}" for each in MODELS])


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(tmp_path_factory.mktemp("digits"), [f"{BYTES},hex2i"])


def near(plain: st.SearchStrategy[bytes]) -> st.SearchStrategy[bytes]:
    """An encoded text, perhaps with one letter that is another, or one less."""

    def change(text: bytes, at: int, letter: int, how: int) -> bytes:
        at %= max(1, len(text))
        return [text, text[:at] + bytes([letter]) + text[at + 1 :], text[:at] + text[at + 1 :]][how]

    return st.builds(change, plain, st.integers(0, 1000), st.sampled_from(b"=%+?-_/ Az09"), st.integers(0, 2))


ENCODED = (
    near(st.binary(max_size=40).map(base64.b64encode))
    | near(st.binary(max_size=40).map(lambda data: base64.urlsafe_b64encode(data).rstrip(b"=")))
    | near(st.binary(max_size=20).map(lambda data: urllib.parse.quote_from_bytes(data).encode()))
    | st.text("a%41?+ b", max_size=12).map(str.encode)
    # A trace shows 256 bytes of a value, and a letter may take 24 of them.
    | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=10).map(str.encode)
).filter(lambda text: text and b"\0" not in text)


@given(ENCODED)
@some
def test_encodings(bench: Bench, text: bytes) -> None:
    found = {rule: got or None for rule, got in bench.ask(text).items()}
    assert differences(found, {f"{BYTES},{each}": model(text) or None for each, model in MODELS.items()}) == {}


@given(st.text("0123456789abcdefABCDEFxg -", min_size=1, max_size=18).map(str.encode))
@some
def test_numbers_in_hexadecimal(digits: Bench, text: bytes) -> None:
    assert differences(digits.ask(text), {f"{BYTES},hex2i": hex2i(text)}) == {}


# --- json_query --------------------------------------------------------------------------------------------------------------

NAMES = ("a", "b1", "long_name")
plain = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(' ab"\\/\n\té€z', max_size=8)
documents = st.recursive(
    plain, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=3), max_leaves=12
)
WHOLE = ["$.a", "$[0]", "$.a[1]"]
PATHS = ["$.a", "$.b1", "$.long_name", "$.a.b1", "$.a[0]", "$.a[1].a", "$[0]", "$[1]", "$[0].a", "$.a.a.a", "$[0][1]"]


def query(document: object, path: str) -> object:
    """The value at the end of a path, KeyError where there is none."""
    for name, number in re.findall(r"\.(\w+)|\[(\d+)\]", path):
        if name and isinstance(document, dict):
            document = document[name]
        elif number and isinstance(document, list) and int(number) < len(document):
            document = document[int(number)]
        else:
            raise KeyError(path)
    return document


def answer(document: object, path: str) -> object:
    try:
        value = query(document, path)
    except KeyError:
        return None
    match value:
        case bool() | str():
            return value
        case int():
            return f"{value:g}"
        case list():
            return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        case _:
            return None


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    rules = [f'{BYTES},json_query("{path}")' for path in PATHS] + [f'{BYTES},json_query("{path}",int)' for path in WHOLE]
    return Bench(tmp_path_factory.mktemp("paths"), rules)


@given(documents)
@some
def test_values_of_json(paths: Bench, document: object) -> None:
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    found = {rule: got or None for rule, got in paths.ask(text).items()}
    wanted = {f'{BYTES},json_query("{path}")': answer(document, path) for path in PATHS}
    wanted |= {f'{BYTES},json_query("{path}",int)': whole(document, path) for path in WHOLE}
    assert differences(found, {rule: None if value == "" else value for rule, value in wanted.items()}) == {}


def whole(document: object, path: str) -> object:
    try:
        value = query(document, path)
    except KeyError:
        return None
    return value if isinstance(value, int | str) else answer(document, path)


def test_the_models_know_their_words() -> None:
    """A model that takes everything would hold nothing."""
    assert (b64dec(b"YQ="), ub64dec(b"YQ="), url_dec(b"%4", False), hex2i(b"0x1")) == (None, None, None, None)
    with pytest.raises(binascii.Error):
        base64.b64decode(b"YQ=")

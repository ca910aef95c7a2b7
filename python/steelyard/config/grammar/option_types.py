"""Types of the words that follow options of `bind` and `server` lines (manual section 5)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from steelyard.config.grammar.addresses import Wanted, is_ipv4, is_ipv6, is_name, parse_address
from steelyard.config.grammar.forward_words import parse_network
from steelyard.config.grammar.values import Bad, Loose, Odd, OneOf
from steelyard.config.grammar.verify_errors import VERIFY_ERRORS
from steelyard.config.hosts import address
from steelyard.config.model import Inet
from steelyard.config.places import place_of
from steelyard.config.rules import parse_expr, parse_log_format
from steelyard.config.span import NOWHERE, Word
from steelyard.config.statement import Statement

VERSIONS = ("SSLv3", "TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3")
_LAST_ERROR = 94
"""Of OpenSSL, `X509_V_ERR_EC_KEY_EXPLICIT_PARAMS` and those before it."""
_NUMBER = re.compile(r"\d+", re.ASCII)
_GUID = re.compile(r"[A-Za-z0-9_.:-]{1,127}\Z")
_CONGESTION = re.compile(r"(?:cubic|newreno|bbr|nocc)(?:\([^)]*\))?\Z")


Judge = Callable[[Statement, Word], bool]
"""A type's `judge`, where it has one: looks at its word with the rest of the configuration in view; what is wrong is reported."""


@dataclass(frozen=True, slots=True)
class Listed:
    """Some of a few words with commas between them."""

    words: tuple[str, ...]

    def read(self, text: str) -> object | Bad:
        for part in text.split(","):
            if part not in self.words:
                return Bad(f"has '{part}', which is not one of {', '.join(self.words)}")
        return text

    @property
    def show(self) -> str:
        return "{ " + " | ".join(self.words) + " },..."


@dataclass(frozen=True, slots=True)
class Guid:
    """A name for as long as the object lives; at most 127 letters, digits, `_`, `-`, `.` and `:`."""

    show: str = "<name>"

    def read(self, text: str) -> object | Bad:
        return text if _GUID.match(text) else Bad("is no such name; 1 to 127 letters, digits, '_', '-', '.' and ':' are allowed")


@dataclass(frozen=True, slots=True)
class Protocols:
    """Names of protocols for ALPN and NPN, 255 bytes each at most."""

    show: str = "<protocol>,..."

    def read(self, text: str) -> object | Bad:
        for part in text.split(","):
            if not 0 < len(part) <= 255:
                return Bad("has an empty or too long name of a protocol; write them with commas between, as `h2,http/1.1`")
        return text


@dataclass(frozen=True, slots=True)
class VerifyErrors:
    """`all`, or errors of OpenSSL's verification by number or name."""

    show: str = "{ all | <error>,... }"

    def read(self, text: str) -> object | Bad:
        if text == "all":
            return text
        odd = ""
        for part in filter(None, text.split(",")):
            number = _NUMBER.match(part)
            if number is None and part not in VERIFY_ERRORS:
                help = "write `all`, or numbers and names with commas between"
                what = "is" if part == text else f"has '{part}', which is"
                return Bad(f"{what} no error of a verification; {help}", tuple(VERIFY_ERRORS))
            if number is not None and not 1 <= int(number.group()[:9]) <= _LAST_ERROR:
                return Bad(f"has an error out of range, 1 to {_LAST_ERROR}")
            if number is not None and number.group() != part:
                odd = f"has '{part}', which is read as {number.group()}"
        return Odd(text, odd) if odd else text


@dataclass(frozen=True, slots=True)
class Congestion:
    show: str = "{ cubic | newreno | bbr | nocc }[(...)]"

    def read(self, text: str) -> object | Bad:
        return text if _CONGESTION.match(text) else Bad("is no such algorithm; write cubic, newreno, bbr or nocc")


@dataclass(frozen=True, slots=True)
class Host:
    """An address, or a name that is looked up at once, without a port."""

    show: str = "<address>"

    def read(self, text: str) -> object | Bad:
        if is_ipv4(text) or is_ipv6(text):
            return text
        return text if is_name(text) and address(text) else Bad("is neither an address nor the name of a known host")


@dataclass(frozen=True, slots=True)
class HostPort:
    show: str = "<address>:<port>"

    def read(self, text: str) -> object | Bad:
        found = parse_address(text, NOWHERE, Wanted("must"))
        if isinstance(found, Bad):
            return found
        if not isinstance(found.where, Inet):
            return Bad("is not an IP address with a port")
        if is_name(found.where.host) and not address(found.where.host):
            return Bad("has a host name without an address")
        return text


@dataclass(frozen=True, slots=True)
class Networks:
    show: str = "<network>,..."

    def read(self, text: str) -> object | Bad:
        for part in text.split(","):
            if parse_network(part) is None:
                return Bad(f"has '{part}', which is not a network")
        return text


@dataclass(frozen=True, slots=True)
class Tracked:
    """`[<proxy>/]<server>`"""

    show: str = "[<backend>/]<server>"

    def read(self, text: str) -> object | Bad:
        return text if text.rpartition("/")[2] else Bad("names no server")


@dataclass(frozen=True, slots=True)
class Magic:
    """A number of 32 bits that is not 0: more bits than that are cut off."""

    show: str = "<number>"

    def read(self, text: str) -> object | Bad:
        value = Loose(bits=64, low=-(1 << 63), high=(1 << 63) - 1).read(text)
        number = value.value if isinstance(value, Odd) else value
        if not isinstance(number, int) or number % (1 << 32) == 0:
            return Bad("is not a number above 0; write it without `0x`")
        cut = number % (1 << 32)
        return Odd(cut, f"is read as {cut}") if str(cut) != text else cut


@dataclass(frozen=True, slots=True)
class Expression:
    """A sample expression in one word; `ruleset` says which fetches have a value there."""

    ruleset: str
    show: str = "<expression>"

    def read(self, text: str) -> object | Bad:
        return text

    def judge(self, statement: Statement, word: Word) -> bool:
        found, _ = parse_expr([word], 0, place_of(statement, self.ruleset), statement.report)
        return found is not None


@dataclass(frozen=True, slots=True)
class Format:
    """A log-format string in one word."""

    ruleset: str
    show: str = "<format>"

    def read(self, text: str) -> object | Bad:
        return text

    def judge(self, statement: Statement, word: Word) -> bool:
        return parse_log_format(word, place_of(statement, self.ruleset), statement.report) is not None


@dataclass(frozen=True, slots=True)
class MuxProtocol:
    """A protocol to speak and no other; HTTP/1 is the one that is spoken here."""

    words: tuple[str, ...]

    def read(self, text: str) -> object | Bad:
        return OneOf(self.words).read(text)

    def judge(self, statement: Statement, word: Word) -> bool:
        if word.text not in ("h1", "none"):
            statement.report.later("SY0104", f"'proto {word}' is not supported yet", word.span)
        return True

    @property
    def show(self) -> str:
        return OneOf(self.words).show

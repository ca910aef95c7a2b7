"""Values that are almost right, and numbers at the ends of their ranges: what HAProxy makes of them, sense or not."""

from __future__ import annotations

import pytest

from tests.kit import http
from tests.oracle.common import answers, bare, get, since, wrong_values

# subject -> [(value of the header, the expression behind it, what comes out)]
TABLE: dict[str, list[tuple[str, str, str]]] = {
    "hosts": [
        ("a::80", "host_only", "a:"),
        ("::1", "host_only", ":"),
        ("[::1]:80x", "host_only", "[::1]"),
        ("[::1]80", "host_only", "[::1]80"),
        ("a:80:90", "host_only", "a:80"),
        ("a:x", "host_only", "a"),
        ("http://A:80", "host_only", "http://a"),
        ("::1", "port_only", "1"),
        ("a::80", "port_only", "80"),
        ("a:80:90", "port_only", "90"),
        ("[::1", "port_only", "1"),
        ("[::1]80", "port_only", "0"),
        ("a:99999999999", "port_only", "1215752191"),
        ("a:80/", "port_only", "799"),
    ],
    "dates": [
        ("-1", "http_date", "Sun, 13 Jun 1141709097 06:26:07 GMT"),
        ("1", "http_date(-5)", "Sun, 13 Jun 1141709097 06:26:04 GMT"),
        ("1", "utime('%Y',-5)", "1969"),
        ("-9223372036854775808", "utime('%Y-%m-%d')", "1970-01-01"),
        ("9223372036854775807", "http_date(5)", "Thu, 01 Jan 1970 00:00:04 GMT"),
        ("253402300800", "http_date", "Sat, 01 Jan 10000 00:00:00 GMT"),
        ("1700000000123", "utime('%F %T')", "55840-11-08 22:15:23"),
        ("1700000000", "utime('%Z %z')", "GMT +0000"),
        ("1700000000", "ltime('%Z %z')", "UTC +0000"),
        ("1700000000", "utime('%Ey %Od %EY')", "23 14 2023"),
        ("0", "utime('%-d|%_d|%0e|%^a|%#a|%#Z|%#p')", "1| 1|01|THU|THU|gmt|am"),
        ("0", "utime('%10Y|%_6d|%05e|%6a|%08F|%-5d')", "0000001970|     1|00001|   Thu|1970-01-01|    1"),
        ("0", "utime('%N|%3N|%5|%Q|%Ea|%4Q')", "%N|%3N|  %5|%Q|%Ea| %4Q"),
        ("5", "utime('%k|%l|%I|%j|%C|%y')", " 0|12|12|001|19|70"),
    ],
    "addresses in headers": [
        ("::1.2.3.4", "", "::1.2.3.4"),
        ("::1:0", "", "::0.1.0.0"),
        ("::ffff:0", "", "::255.255.0.0"),
        ("::ffff", "", "::ffff"),
        ("::2", "", "::2"),
        ("::ffff:1.2.3.4", "", "::ffff:1.2.3.4"),
        ("[::1]", "", "::1"),
        ("[::1]:80", "", ""),
        ("::1]", "", ""),
        ("[1.2.3.4]", "", ""),
        ("1.2.3.4:80", "", "1.2.3.4"),
        ("1.2.3.4:", "", ""),
        ("1.2.3.4:x", "", ""),
        ("1.2.3.4:80:90", "", ""),
        ("1.2.3.4/24", "", ""),
        ("1.2.3.4x", "", ""),
        ("1.2.3.4 5", "", ""),
    ],
    "certificate errors": [
        ("-1", "x509_v_err_str", "18446744073709551615"),
        ("4294967296", "x509_v_err_str", "X509_V_OK"),
    ],
}


@pytest.mark.parametrize("subject", TABLE)
def test_values(run, serve, subject):
    first = "req.hdr_ip(x-in)" if subject == "addresses in headers" else "req.fhdr(x-in)"
    shown = [f"{first},{converters}".rstrip(",") for _, converters, _ in TABLE[subject]]
    proxy = bare(run, serve, answers(shown), environ={"TZ": "UTC"})
    asked = (
        (expression, want, http("GET / HTTP/1.1", "Host: a.test", f"X-Case: {number}", f"X-In: {value}"))
        for number, (expression, (value, _, want)) in enumerate(zip(shown, TABLE[subject], strict=True))
    )
    assert not wrong_values(proxy, asked)


def test_fractions_of_http_dates(run, serve):
    """HAProxy 2.8 left out zeros of fractions: five thousandths were `.5`."""
    since(run, 3, 2)
    proxy = bare(run, serve, answers(["int(1005),http_date(0,ms)", "int(1000005),http_date(0,us)"]))
    wanted = ("Thu, 01 Jan 1970 00:00:01.005 GMT", "Thu, 01 Jan 1970 00:00:01.000005 GMT")
    assert not wrong_values(proxy, ((want, want, get("/", f"X-Case: {number}")) for number, want in enumerate(wanted)))


def test_fractions_of_dates(run, serve):
    """`%N` is replaced before the C library sees the format, and counts without a sign."""
    since(run, 3, 0)
    rows = [
        ("int(1700000000123456),us_utime('%%3N')", " " * 119 + "%123"),
        ("int(1700000000123),ms_utime('%1N|%10N|%0N|%05N|%-N|%E3N')", "1|123000000||12300|%-N|%E3N"),
        ("int(-1),ms_utime('%s.%6N')", "0.184467"),
    ]
    proxy = bare(run, serve, answers([expression for expression, _ in rows]))
    asked = ((expression, want, get("/", f"X-Case: {number}")) for number, (expression, want) in enumerate(rows))
    assert not wrong_values(proxy, asked)


# A pattern of integers, with its operator -> which of -6 to 6 it matches. A dash is a colon.
NUMBERS = {
    "-- -5": range(-6, 6),
    "eq -5": range(-6, 6),
    "ge -5": range(-6, 6),
    "gt -5": range(-6, 6),
    "lt -0": range(-6, 1),
    "lt 0": range(-6, 0),
    "le 3": range(-6, 4),
    "gt 1:3": range(1, 4),
    "le 1-3": range(1, 4),
    "lt 5:": range(5, 7),
    "ge :-2": range(-6, -1),
    "gt --3": range(-6, -2),
    "1-": range(1, 7),
    "gt 3.1": range(4, 7),
    "lt 3.1": range(-6, 3),
    "-f FILE": [-6, -5, -4, -3, -2, -1, 0, 1, 2, 4, 5, 6],
}


def test_integers(run, serve, tmp_path):
    (tmp_path / "numbers").write_text("-2\n4-6\n")
    (tmp_path / "numbers.map").write_text("-2 low\n4-6 high\n7: more\n")
    rules = "".join(
        f"    http-request set-var-fmt(txn.found) %[var(txn.found)],{number} if {{ req.hdr(x-in) -m int {pattern} }}\n"
        for number, pattern in enumerate(NUMBERS)
    ).replace("FILE", str(tmp_path / "numbers"))
    mapped = f"%[req.hdr(x-in),map_int({tmp_path}/numbers.map,none)]"
    proxy = bare(run, serve, f"{rules}    http-request return status 200 hdr found %[var(txn.found)] hdr map {mapped}\n")
    for value in range(-6, 7):
        answer = proxy.ask(get("/", f"X-In: {value}"))
        found = [int(number) for number in (answer.get("found") or "").split(",")[1:]]
        assert (value, found) == (value, [number for number, held in enumerate(NUMBERS.values()) if value in held])
        assert (value, answer.get("map")) == (value, "low" if value <= 2 else "high" if value >= 4 else "none")


@pytest.mark.parametrize(("length", "status"), [("lt 0", 201), (":-1", 201), ("gt -5", 200), ("ge 8", 201), ("lt 8", 200)])
def test_lengths_have_no_sign(run, serve, length, status):
    rules = f"    http-request return status 201 if {{ req.hdr(x-in) -m len {length} }}\n    http-request return status 200\n"
    assert bare(run, serve, rules).ask(get("/", "X-In: abcdefgh")).status == status

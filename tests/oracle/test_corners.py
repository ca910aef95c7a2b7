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
    "parts": [
        ("a_b_c_d", "field(2,_,)", "b_c_d"),
        ("a_b_c_d", "field(2,_,-1)", "b_c_d"),
        ("a_b_c_d", "field(-2,_,-1)", "a_b_c"),
        ("a_b_c_d", "word(2,_,)", "b_c_d"),
        ("a_b_c_d", "word(-2,_,-2)", "a_b_c"),
        ("for=1.2.3.4", "rfc7239_field(x)", ""),
        ("de", "language(en;fr,),concat(x)", ""),
        ("de", "language(en;fr,d),concat(x)", "dx"),
    ],
    "large arguments": [
        ("5", "add(9223372036854775808)", "9223372036854775807"),
        ("5", "add(-9223372036854775809)", "-9223372036854775803"),
        ("5", "add(-)", "5"),
        ("5", "mul()", "0"),
        ("5", "xor(18446744073709551615)", "9223372036854775802"),
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


def test_dates_of_http_are_read_to_the_letter(run, serve):
    """The form must be right, the numbers need not: a day 32 is one of the next month, and days before 1970 are far ahead."""
    since(run, 3, 4)
    proxy = bare(run, serve, answers(["req.fhdr(x-in),date"]))
    rows = {
        "Sun, 06 Nov 1994 08:49:37 GMT": "784111777",
        "Sunday, 06-Nov-94 08:49:37 GMT": "784111777",
        "Sunday, 06-Nov-1994 08:49:37 GMT": "784111777",
        "Sun Nov  6 08:49:37 1994": "784111777",
        "Sun Nov 06 08:49:37 1994 and so on": "784111777",
        "Sun, 06 Nov 1994 08:49:37 GMTx": "784111777",
        "Mon, 06 Nov 1994 08:49:37 GMT": "784111777",
        "Sun, 32 Nov 1994 08:49:37 GMT": "786358177",
        "Sun, 06 Nov 1994 99:99:99 GMT": "784442439",
        "Wed, 31 Dec 1969 23:59:59 GMT": "371085174374399",
        "Sunday, 06-Nov-60 08:49:37 GMT": "2866956577",
        "Sunday, 06-Nov-70 08:49:37 GMT": "26729377",
        "Sun, 6 Nov 1994 08:49:37 GMT": "",
        "Sun, 06  Nov 1994 08:49:37 GMT": "",
        "sun, 06 Nov 1994 08:49:37 GMT": "",
        "Sun, 06 Nov 94 08:49:37 GMT": "",
        "Sun, 06 Nov 1994 8:49:37 GMT": "",
        "Sun, 06 Nov 1994 08:49:37 UTC": "",
        "Sunday, 06-Nov-1 08:49:37 GMT": "",
        "Sun, 06-Nov-94 08:49:37 GMT": "",
        "Sun Nov 6 08:49:37 1994": "",
    }
    assert not wrong_values(proxy, ((date, want, get("/", "X-Case: 0", f"X-In: {date}")) for date, want in rows.items()))


def test_nodes_and_ports_of_any_type(run, serve):
    since(run, 3, 0)
    rows = {
        "int(80),rfc7239_nn": "_80",
        "bool(true),rfc7239_nn": "_1",
        "bin(31),rfc7239_nn": "_1",
        "int(-5),rfc7239_nn": "_-5",
        "ipv6(::1),rfc7239_nn": "[::1]",
        "int(80),rfc7239_np": "80",
        "int(-5),rfc7239_np": "4294967291",
        "int(70000),rfc7239_np": "70000",
        "ipv4(1.2.3.4),rfc7239_np": "_1.2.3.4",
        "bool(true),rfc7239_np": "_1",
    }
    asked = ((each, want, get("/", f"X-Case: {number}")) for number, (each, want) in enumerate(rows.items()))
    assert not wrong_values(bare(run, serve, answers(rows)), asked)


def test_length_of_a_request(run, serve):
    """What HAProxy's form of it takes: 20 bytes and the parts of the start line, names, values, 1 for the end of the head."""
    proxy = bare(run, serve, "    http-request return status 200 hdr length %[req.len]\n")
    request = http("GET /ab HTTP/1.1", "Host: a.test", "X-Field:  value ")
    assert proxy.ask(request).get("length") == str(20 + len("GET/abHTTP/1.1") + len("Hosta.test") + len("X-Fieldvalue") + 1)


KEPT = {
    # what a variable held before ("" for nothing), the value that is to be kept, and the condition -> whether it goes on
    ("", "int(5)", "ifgt"): True,
    ("", "int(5)", "iflt"): True,
    ("int(9)", "int(5)", "ifgt"): True,
    ("int(9)", "int(5)", "iflt"): False,
    ("int(9)", "int(9)", "iflt"): False,
    ("int(9)", "str(5)", "iflt"): True,
    ("str(9)", "int(5)", "iflt"): True,
    ("bool(true)", "int(0)", "iflt"): True,
    ("", "str(a)", "ifexists"): False,
    ("str(b)", "str(a)", "ifexists"): True,
    ("str(b)", "str(a)", "ifnotexists"): False,
    ("", "str(a)", "ifempty"): False,
    ("", "str()", "ifempty"): True,
    ("", "str()", "ifnotempty"): False,
    ("", "str(a)", "ifnotempty"): True,
}


def test_a_value_that_is_not_kept_does_not_go_on(run, serve):
    sets = "".join(f"    http-request set-var(txn.v{number}) {old}\n" for number, (old, *_) in enumerate(KEPT) if old)
    shown = [f"{new},set-var(txn.v{number},{condition}),concat(!)" for number, (_, new, condition) in enumerate(KEPT)]
    asked = (
        (expression, f"{new[new.index('(') + 1 : -1]}!" if kept else "", get("/", f"X-Case: {number}"))
        for number, (expression, ((_, new, _), kept)) in enumerate(zip(shown, KEPT.items(), strict=True))
    )
    assert not wrong_values(bare(run, serve, sets + answers(shown)), asked)


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


@pytest.mark.parametrize(("words", "status"), [("if", 200), ("unless", 403), ("if or", 200), ("unless !", 403)])
def test_a_condition_without_an_acl_is_false(run, serve, words, status):
    assert bare(run, serve, f"    http-request deny {words}\n").ask(get("/")).status == status

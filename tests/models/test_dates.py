"""Dates beside `datetime`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.models.play import NUMBER, Bench, differences, some

START = datetime(1970, 1, 1, tzinfo=UTC)
# Years 1970 to 9999: before them, dates in seconds are far in the future, as in HAProxy.
SECONDS = st.integers(1, 253_402_300_799 - 100_000)
FORMATS = (
    "%Y-%m-%dT%H:%M:%S",
    "%a %A %b %B %d %e",
    "%j %U %W %u %w %V %G %g",
    "%I %p %y %C",
    "%D %T %R %F",
    "%c",
    "%%",
    "%n%t|",
    "%s",
    "%z",
)


def moment(seconds: int, micros: int = 0) -> datetime:
    return START + timedelta(seconds=seconds, microseconds=micros)


def written(when: datetime, form: str, fraction: str = "") -> str:
    for name, digits in (("%3N", 3), ("%6N", 6), ("%9N", 9), ("%N", 9)):
        form = form.replace(name, fraction.ljust(9, "0")[:digits])
    # strftime(3) pads what Python's own pads, but for years.
    form = form.replace("%s", str((when - START) // timedelta(seconds=1)))
    return when.strftime(form.replace("%Y", f"{when.year:04}").replace("%F", f"{when.year:04}-%m-%d"))


def fine(when: datetime, unit: int) -> str:
    """A date of HTTP with its fraction of `unit` microseconds."""
    places = 3 if unit == 1000 else 6
    return format_datetime(when, usegmt=True).replace(" GMT", f".{when.microsecond // unit:0{places}} GMT")


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    rules = [f'{NUMBER},{name}("{form}")' for name in ("utime", "ms_utime", "us_utime") for form in FORMATS]
    rules += [f'{NUMBER},{name}("%S.%3N %6N %9N %N")' for name in ("ms_utime", "us_utime")]
    rules += [f'{NUMBER},utime("%c",{shift})' for shift in (86_400, -1)]
    rules += [f'{NUMBER},ms_utime("%c %3N",1500)', f'{NUMBER},us_utime("%c %6N",-1)']
    rules += [f"{NUMBER},http_date", f"{NUMBER},http_date(3600)", f"{NUMBER},http_date(-1,s)"]
    rules += [f"{NUMBER},http_date(0,ms)", f"{NUMBER},http_date(1500,ms)", f"{NUMBER},http_date(0,us)"]
    return Bench(tmp_path_factory.mktemp("dates"), rules)


@given(SECONDS)
@some
def test_seconds(bench: Bench, seconds: int) -> None:
    found = bench.ask(seconds)
    when = moment(seconds)
    wanted: dict[str, object] = {f'{NUMBER},utime("{form}")': written(when, form) for form in FORMATS}
    wanted |= {f'{NUMBER},utime("%c",{shift})': written(moment(seconds + shift), "%c") for shift in (86_400, -1)}
    wanted[f"{NUMBER},http_date"] = format_datetime(when, usegmt=True)
    wanted[f"{NUMBER},http_date(3600)"] = format_datetime(moment(seconds + 3600), usegmt=True)
    wanted[f"{NUMBER},http_date(-1,s)"] = format_datetime(moment(seconds - 1), usegmt=True)
    assert differences({rule: found[rule] for rule in wanted}, wanted) == {}


@given(SECONDS, st.integers(0, 999))
@some
def test_milliseconds(bench: Bench, seconds: int, millis: int) -> None:
    found = bench.ask(seconds * 1000 + millis)
    when = moment(seconds, millis * 1000)
    wanted: dict[str, object] = {f'{NUMBER},ms_utime("{form}")': written(when, form) for form in FORMATS}
    wanted[f'{NUMBER},ms_utime("%S.%3N %6N %9N %N")'] = written(when, "%S.%3N %6N %9N %N", f"{millis:03}")
    later = when + timedelta(milliseconds=1500)
    wanted[f'{NUMBER},ms_utime("%c %3N",1500)'] = written(later, "%c %3N", f"{later.microsecond // 1000:03}")
    wanted[f"{NUMBER},http_date(0,ms)"] = fine(when, 1000)
    wanted[f"{NUMBER},http_date(1500,ms)"] = fine(later, 1000)
    assert differences({rule: found[rule] for rule in wanted}, wanted) == {}


@given(SECONDS, st.integers(0, 999_999))
@some
def test_microseconds(bench: Bench, seconds: int, micros: int) -> None:
    found = bench.ask(seconds * 1_000_000 + micros)
    when = moment(seconds, micros)
    wanted: dict[str, object] = {f'{NUMBER},us_utime("{form}")': written(when, form) for form in FORMATS}
    wanted[f'{NUMBER},us_utime("%S.%3N %6N %9N %N")'] = written(when, "%S.%3N %6N %9N %N", f"{micros:06}")
    sooner = when - timedelta(microseconds=1)
    wanted[f'{NUMBER},us_utime("%c %6N",-1)'] = written(sooner, "%c %6N", f"{sooner.microsecond:06}")
    wanted[f"{NUMBER},http_date(0,us)"] = fine(when, 1)
    assert differences({rule: found[rule] for rule in wanted}, wanted) == {}


@given(SECONDS)
@some
def test_dates_of_http_are_read_back(reader: Bench, seconds: int) -> None:
    (found,) = reader.ask(format_datetime(moment(seconds), usegmt=True).encode()).values()
    assert found == str(seconds)


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(tmp_path_factory.mktemp("read"), ["req.fhdr(x-a),b64dec,date"])

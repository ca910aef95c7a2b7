//! Headers, as captured from HAProxy 2.6.

use super::date::Date;
use super::header::Header;
use steelyard_core::plan::LogFormatName;

fn header(format: LogFormatName, host: Option<&str>) -> String {
    // 2026-11-03 05:58:05.135282 UTC
    let date = Date::new((1_793_685_485, 135_282), 0);
    let mut out = Vec::new();
    Header {
        format,
        facility: 17,
        level: 6,
        date: &date,
        tag: "haproxy",
        host,
        pid: 12821,
        structured: b"",
    }
    .write(&mut out);
    String::from_utf8(out).unwrap()
}

#[test]
fn every_format_is_written_as_haproxy_does() {
    use LogFormatName::*;
    let cases = [
        (Rfc3164, None, "<142>Nov  3 05:58:05 localhost haproxy[12821]: "),
        (Rfc3164, Some("myhost"), "<142>Nov  3 05:58:05 myhost haproxy[12821]: "),
        (Local, Some("myhost"), "<142>Nov  3 05:58:05 haproxy[12821]: "),
        (Rfc5424, None, "<142>1 2026-11-03T05:58:05.135282+00:00 - haproxy 12821 - - "),
        (
            Rfc5424,
            Some("myhost"),
            "<142>1 2026-11-03T05:58:05.135282+00:00 myhost haproxy 12821 - - ",
        ),
        (Priority, None, "<142>"),
        (Short, None, "<6>"),
        (Timed, None, "<6>2026-11-03T05:58:05.135282+00:00 "),
        (Iso, None, "2026-11-03T05:58:05.135282+00:00 "),
        (Raw, None, ""),
    ];
    for (format, host, expected) in cases {
        assert_eq!(header(format, host), expected, "{format:?}");
    }
}

#[test]
fn dates_know_leap_years_and_zones() {
    let date = |seconds, offset| {
        let d = Date::new((seconds, 0), offset);
        (d.year, d.month, d.day, d.hour, d.minute, d.second)
    };
    assert_eq!(date(0, 0), (1970, 1, 1, 0, 0, 0));
    assert_eq!(date(951_782_400, 0), (2000, 2, 29, 0, 0, 0));
    assert_eq!(date(951_868_799, 0), (2000, 2, 29, 23, 59, 59));
    assert_eq!(date(951_868_800, 0), (2000, 3, 1, 0, 0, 0));
    assert_eq!(date(951_868_799, 3_600), (2000, 3, 1, 0, 59, 59));
    assert_eq!(date(946_684_800, -3_600), (1999, 12, 31, 23, 0, 0));
    assert_eq!(Date::new((0, 0), -5_400).zone(), ('-', 1, 30));
}

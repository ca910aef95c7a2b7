//! PROXY headers; the verdicts on wrong ones are those of HAProxy 2.6.

use super::proxy_header::{parse, Fault, From, Parsed};

fn inet(src: &str, dst: &str, used: usize) -> Result<Parsed, Fault> {
    Ok(Parsed::Done {
        used,
        values: used,
        from: From::Inet {
            src: src.parse().unwrap(),
            dst: dst.parse().unwrap(),
        },
    })
}

#[test]
fn text_headers() {
    assert_eq!(
        parse(b"PROXY TCP4 1.2.3.4 5.6.7.8 1 99\r\nGET"),
        inet("1.2.3.4:1", "5.6.7.8:99", 33)
    );
    assert_eq!(parse(b"PROXY TCP6 ::1 fe80::2 1 99\r\n"), inet("[::1]:1", "[fe80::2]:99", 29));
    assert_eq!(
        parse(b"PROXY UNKNOWN\r\n"),
        Ok(Parsed::Done {
            used: 15,
            values: 15,
            from: From::Connection
        })
    );
    assert_eq!(parse(b"PROXY TC"), Ok(Parsed::Partial));
    assert_eq!(parse(b""), Ok(Parsed::Partial));
    assert_eq!(parse(b"GET / HTTP/1.0\r\n\r\n"), Err(Fault::NotHeader));
    assert_eq!(parse(b"PROXY TCP5 1\r\n"), Err(Fault::Protocol));
    for wrong in [
        "PROXY TCP4  1.2.3.4 5.6.7.8 1 99\r\n",
        "PROXY TCP4 ::1 ::2 1 99\r\n",
        "PROXY TCP4 1.2.3.4 5.6.7.8 1 +9\r\n",
        "PROXY TCP4 1.2.3.4 5.6.7.8 1\r\n",
    ] {
        assert_eq!(parse(wrong.as_bytes()), Err(Fault::Invalid), "{wrong}");
    }
    assert_eq!(parse(b"PROXY TCP4 1.2.3.4 5.6.7.8 1 99\n"), Err(Fault::Invalid));
    assert_eq!(
        parse(format!("PROXY UNKNOWN {}", "x".repeat(200)).as_bytes()),
        Err(Fault::Invalid)
    );
}

#[test]
fn binary_headers() {
    let header = |rest: &[u8]| [b"\r\n\r\n\0\r\nQUIT\n".as_slice(), rest].concat();
    let whole = header(b"\x21\x11\0\x0c\x01\x02\x03\x04\x05\x06\x07\x08\0\x01\0\x02rest");
    assert_eq!(parse(&whole), inet("1.2.3.4:1", "5.6.7.8:2", 28));
    for length in 0..28 {
        assert_eq!(parse(&whole[..length]), Ok(Parsed::Partial), "{length}");
    }
    assert_eq!(
        parse(&header(b"\x20\0\0\0")),
        Ok(Parsed::Done {
            used: 16,
            values: 16,
            from: From::Connection
        })
    );
    assert_eq!(parse(&header(b"\x31\0\0\0")), Err(Fault::NotHeader));
    for wrong in [
        b"\x21\x11\0\x04abcd".as_slice(),
        b"\x21\x12\0\x0c\x01\x02\x03\x04\x05\x06\x07\x08\0\x01\0\x02",
        b"\x21\0\0\x02ab",
        b"\x21\x11\xff\xff",
    ] {
        assert_eq!(parse(&header(wrong)), Err(Fault::Invalid), "{wrong:x?}");
    }
}

#[test]
fn values_must_be_whole() {
    let header = |length: u8, values: &[u8]| {
        let start = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0".as_slice();
        [start, &[length], b"\x01\x02\x03\x04\x05\x06\x07\x08\0\x01\0\x02", values].concat()
    };
    let found = parse(&header(16, b"\x05\0\x01x"));
    assert!(
        matches!(
            found,
            Ok(Parsed::Done {
                used: 32,
                values: 28,
                ..
            })
        ),
        "{found:?}"
    );
    for torn in [b"\x05\0\x02x".as_slice(), b"\x05\0\0\x05", b"abcd"] {
        assert_eq!(parse(&header(16, torn)), Err(Fault::Invalid), "{torn:x?}");
    }
}

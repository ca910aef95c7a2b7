use super::*;
use HeadError as E;

fn post(fields: &str) -> Result<Head, HeadError> {
    request(format!("POST / HTTP/1.1\r\nHost: a\r\n{fields}\r\n\r\n").as_bytes())
}

fn body(fields: &str) -> Result<Body, HeadError> {
    post(fields).and_then(|head| head.request_body())
}

#[test]
fn content_lengths() {
    assert_eq!(body("Content-Length: 3"), Ok(Body::Length(3)));
    assert_eq!(body("Content-Length: 0003"), Ok(Body::Length(3)));
    assert_eq!(body("Content-Length: 9223372036854775807"), Ok(Body::Length(i64::MAX as u64)));
    assert_eq!(body("X: y"), Ok(Body::None));
    for same in ["Content-Length: 3\r\ncontent-length: 3", "Content-Length: 3, 3"] {
        let head = post(same).unwrap();
        assert_eq!(head.request_body(), Ok(Body::Length(3)));
        assert_eq!(written(&head), "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n");
    }
    for bad in [
        "",
        "+3",
        "-3",
        "0x3",
        "3_0",
        "3 0",
        "3,",
        ",3",
        "3, 4",
        "3;4",
        "3.0",
        "1e3",
        "\u{0663}",
        "9223372036854775808",
        "99999999999999999999",
        "3\r\nContent-Length: 4",
        "3\r\nContent-Length:",
        "\"3\"",
    ] {
        assert_eq!(body(&format!("Content-Length: {bad}")), Err(E::ContentLength), "{bad:?}");
    }
}

#[test]
fn transfer_codings() {
    assert_eq!(body("Transfer-Encoding: chunked"), Ok(Body::Chunked));
    assert_eq!(body("Transfer-Encoding: CHUNKED"), Ok(Body::Chunked));
    for bad in [
        "",
        "gzip",
        "chunked, gzip",
        "identity",
        "chunked, chunked",
        ",chunked",
        "chunked,",
        "xchunked",
        "chunkedx",
        "chunked;a=b",
        "\x0bchunked",
        "\"chunked\"",
        "chunked\r\nTransfer-Encoding: chunked",
        "chunked\r\nTransfer-Encoding: identity",
        "chun ked",
        "gzip\r\nContent-Length: 3",
    ] {
        assert_eq!(
            body(&format!("Transfer-Encoding: {bad}")),
            Err(E::TransferEncoding),
            "{bad:?}"
        );
    }
    assert_eq!(body("Transfer-Encoding: gzip, chunked"), Err(E::Coding));
    assert_eq!(E::Coding.status(), 422);
    assert_eq!(E::TransferEncoding.status(), 400);
    let old = "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n";
    assert_eq!(request(old.as_bytes()).err(), Some(E::TransferEncoding));
}

#[test]
fn transfer_encoding_wins_and_the_connection_ends() {
    for both in [
        "Content-Length: 3\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 3",
    ] {
        let head = post(both).unwrap();
        assert_eq!(head.request_body(), Ok(Body::Chunked));
        assert_eq!(
            written(&head),
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        );
        assert!(!head.keep_alive());
    }
    // A length that is no number is refused though it does not count.
    assert_eq!(body("Content-Length: x\r\nTransfer-Encoding: chunked"), Err(E::ContentLength));
}

#[test]
fn rules_do_not_move_the_end_of_a_message() {
    let mut head = post("Content-Length: 3").unwrap();
    head.remove(b"content-length");
    head.add(b"Transfer-Encoding", b"chunked");
    let body = head.request_body().unwrap();
    assert_eq!(body, Body::Length(3));
    head.set_body(body);
    assert_eq!(written(&head), "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n");
    head.set_body(Body::Chunked);
    assert_eq!(
        written(&head),
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    );
    head.set_body(Body::None);
    assert_eq!(written(&head), "POST / HTTP/1.1\r\nHost: a\r\n\r\n");
}

/// Decodes input given in pieces of `piece` bytes: data, trailers, and what is left over.
pub(super) fn decode(input: &[u8], piece: usize) -> Result<Option<(Vec<u8>, String, usize)>, ChunkError> {
    let mut decoder = ChunkDecoder::new();
    let (mut data, mut trailers, mut from, mut end) = (Vec::new(), String::new(), 0, 0);
    while end < input.len() {
        end = (end + piece).min(input.len());
        loop {
            let rest = &input[from..end];
            match decoder.step(rest)? {
                ChunkStep::NeedMore { consumed } => {
                    from += consumed;
                    break;
                }
                ChunkStep::Data { start, len } => {
                    data.extend_from_slice(&rest[start..start + len]);
                    from += start + len;
                }
                ChunkStep::Trailer { name, value, consumed } => {
                    trailers += &String::from_utf8_lossy(&rest[name.0..name.1]);
                    trailers += "=";
                    trailers += &String::from_utf8_lossy(&rest[value.0..value.1]);
                    trailers += ";";
                    from += consumed;
                }
                ChunkStep::End { consumed } => return Ok(Some((data, trailers, from + consumed))),
            }
        }
    }
    Ok(None)
}

#[test]
fn chunks() {
    let text = b"3\r\nabc\r\n5;x=\"a;\\\"\r\"\r\nhello\r\n0\r\n\r\n";
    assert_eq!(
        decode(text, 1),
        Err(ChunkError::Extension),
        "a control character in a quoted extension"
    );
    let text = b"3\r\nabc\r\n00A ; x=\"a;\\\"b\"\r\nhello worl\r\n0\r\nT:  u \r\nEmpty:\r\n\r\nnext";
    for piece in 1..text.len() {
        let (data, trailers, end) = decode(text, piece).unwrap().unwrap();
        assert_eq!((data.as_slice(), trailers.as_str()), (&b"abchello worl"[..], "T=u;Empty=;"));
        assert_eq!(&text[end..], b"next");
    }
    assert_eq!(decode(b"3 \r\nabc\r\n0\r\n\r\n", 99).unwrap().unwrap().0, b"abc");
    assert_eq!(decode(b"fffffffffffff\r\nabc", 99), Ok(None));
}

#[test]
fn hostile_chunks() {
    use ChunkError as C;
    let long = format!("1;{}\r\n", "x".repeat(5_000));
    let trailers = format!("0\r\n{}\r\n", "T: u\r\n".repeat(200));
    let huge = format!("0\r\nT: {}", "u".repeat(9_000));
    for (text, error) in [
        (" 3\r\nabc\r\n", C::Size),
        ("0x3\r\nabc\r\n", C::Size),
        ("+3\r\nabc\r\n", C::Size),
        ("-3\r\nabc\r\n", C::Size),
        ("3_0\r\nabc\r\n", C::Size),
        ("\r\nabc\r\n", C::Size),
        (";a\r\n", C::Size),
        ("3 4\r\n", C::Size),
        ("3\nabc\r\n", C::Size),
        ("10000000000000\r\n", C::Size),
        ("ffffffffffffffffff\r\n", C::Size),
        ("00000000000000000003\r\nabc\r\n", C::Size),
        ("3;a\nb\r\nabc\r\n", C::Extension),
        ("3;a\0b\r\nabc\r\n", C::Extension),
        ("3\r\r\nabc", C::Extension),
        (&long, C::Extension),
        ("3\r\nabcd\r\n", C::DataEnd),
        ("3\r\nabc\n0\r\n", C::DataEnd),
        ("3\r\nabc0\r\n", C::DataEnd),
        ("0\r\nX y\r\n\r\n", C::Trailer),
        ("0\r\n: y\r\n\r\n", C::Trailer),
        ("0\r\nX : y\r\n\r\n", C::Trailer),
        ("0\r\nX: y\n\r\n", C::Trailer),
        ("0\r\nX: \0\r\n\r\n", C::Trailer),
        ("0\r\nX: y\r\n z\r\n\r\n", C::Trailer),
        ("0\r\n\n", C::Trailer),
        (&trailers, C::TrailersTooLarge),
        (&huge, C::TrailersTooLarge),
    ] {
        for piece in [1, 7, 100_000] {
            assert_eq!(decode(text.as_bytes(), piece), Err(error), "{text:?} in pieces of {piece}");
        }
    }
}

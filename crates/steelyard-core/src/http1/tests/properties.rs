//! What must hold for any bytes.

use super::*;
use proptest::prelude::*;

/// Bytes that heads are made of, the odd ones as likely as the plain.
fn nasty() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(&b"GET / HTTP/1.1\r\n"[..]),
        Just(&b"POST http://a:80/x?y HTTP/1.0\r\n"[..]),
        Just(&b"CONNECT a:443 HTTP/1.1\r\n"[..]),
        Just(&b"HTTP/1.1 200 OK\r\n"[..]),
        Just(&b"HTTP/1.0 204\n"[..]),
        Just(&b"Host: a\r\n"[..]),
        Just(&b"Content-Length: 5\r\n"[..]),
        Just(&b"Content-Length: 5, 5\n"[..]),
        Just(&b"Transfer-Encoding: chunked\r\n"[..]),
        Just(&b"Transfer-Encoding: gzip, \r\n"[..]),
        Just(&b"X:"[..]),
        Just(&b"Connection: close, x\r\n"[..]),
        Just(&b"\r\n"[..]),
        Just(&b"\n"[..]),
        Just(&b"\r"[..]),
        Just(&b" "[..]),
        Just(&b"\t"[..]),
        Just(&b":"[..]),
        Just(&b"\0"[..]),
        Just(&b"#"[..]),
        Just(&b"\xff"[..]),
        Just(&b"value"[..]),
        Just(&b"\r\n\r\n"[..]),
    ];
    proptest::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}

fn parse(input: &[u8], limits: &Limits, head: &mut Head, response: bool) -> Result<Progress, HeadError> {
    if response {
        parse_response(input, limits, head)
    } else {
        parse_request(input, limits, head)
    }
}

/// Everything that can be asked of a head, so that nothing of it may panic.
fn ask(head: &mut Head) {
    let _ = (
        head.path(),
        head.query(),
        head.authority(),
        head.scheme(),
        head.keep_alive(),
        head.upgrade(),
    );
    let _ = (head.request_body(), head.response_body(b"GET"), head.expects_continue());
    head.set_path(b"/new");
    head.set_query(b"q");
    head.strip_connection(true);
    head.set_body(Body::Chunked);
    head.add(b"X-Added", b"yes");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), relaxed: bool, response: bool) {
        let mut head = Head::new();
        let _ = parse(&bytes, &Limits { relaxed, ..Limits::default() }, &mut head, response);
        ask(&mut head);
        let _ = super::body::decode(&bytes, 7);
    }

    /// What was accepted is written so that it is read as the same, by us and strictly.
    #[test]
    fn parse_write_parse(bytes in nasty(), relaxed: bool, response: bool) {
        let limits = Limits { relaxed, ..Limits::default() };
        let mut head = Head::new();
        if let Ok(Progress::Done { consumed }) = parse(&bytes, &limits, &mut head, response) {
            prop_assert!(consumed <= bytes.len());
            let mut out = Vec::new();
            head.write(&mut out);
            // NUL and high bytes in values and targets, and fragments, are what relaxed parsing lets through.
            let odd = relaxed && (out.contains(&0) || out.contains(&0xff) || out.contains(&b'#'));
            let mut again = Head::new();
            let strict = Limits { relaxed: odd, ..limits };
            let done = parse(&out, &strict, &mut again, response);
            let agree = relaxed && matches!(done, Err(HeadError::Host | HeadError::TransferEncoding));
            if !agree {
                prop_assert_eq!(done, Ok(Progress::Done { consumed: out.len() }), "{:?}", String::from_utf8_lossy(&out));
                prop_assert_eq!(head.fields().collect::<Vec<_>>(), again.fields().collect::<Vec<_>>());
                prop_assert_eq!((head.method(), head.target(), head.status()), (again.method(), again.target(), again.status()));
                prop_assert_eq!(head.request_body(), again.request_body());
                let mut twice = Vec::new();
                again.write(&mut twice);
                prop_assert_eq!(out, twice);
            }
            ask(&mut head);
            let mut edited = Vec::new();
            head.write(&mut edited);
        }
    }

    /// It makes no difference how the bytes are cut.
    #[test]
    fn pieces_make_no_difference(bytes in nasty(), piece in 1usize..9, relaxed: bool, response: bool) {
        let limits = Limits { relaxed, ..Limits::default() };
        let mut whole = Head::new();
        let at_once = parse(&bytes, &limits, &mut whole, response);
        let mut head = Head::new();
        let mut end = 0;
        let trickled = loop {
            match parse(&bytes[..end], &limits, &mut head, response) {
                Ok(Progress::Partial) if end < bytes.len() => end = (end + piece).min(bytes.len()),
                other => break other,
            }
        };
        match at_once {
            Ok(Progress::Done { .. }) => {
                prop_assert_eq!(trickled, at_once);
                let (mut a, mut b) = (Vec::new(), Vec::new());
                whole.write(&mut a);
                head.write(&mut b);
                prop_assert_eq!(a, b);
            }
            // In pieces an error may be seen only when its line is complete.
            Err(_) => {
                let accepted = matches!(trickled, Ok(Progress::Done { .. }));
                prop_assert!(!accepted);
            }
            Ok(Progress::Partial) => prop_assert_eq!(trickled, at_once),
        }
    }

    #[test]
    fn chunked_pieces_make_no_difference(
        chunks in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 1..40), 0..6),
        piece in 1usize..50,
    ) {
        let mut text = Vec::new();
        for chunk in &chunks {
            text.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
            text.extend_from_slice(chunk);
            text.extend_from_slice(b"\r\n");
        }
        text.extend_from_slice(b"0\r\nA: b\r\n\r\nmore");
        let (data, trailers, end) = super::body::decode(&text, piece).unwrap().unwrap();
        prop_assert_eq!(data, chunks.concat());
        prop_assert_eq!(trailers, "A=b;");
        prop_assert_eq!(&text[end..], b"more");
    }
}

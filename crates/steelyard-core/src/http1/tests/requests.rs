use super::*;
use HeadError as E;

/// A request line with `Host: a` after it.
fn line(line: &str) -> Result<Head, HeadError> {
    request(format!("{line}\r\nHost: a\r\n\r\n").as_bytes())
}

/// A GET with `Host: a` and one more line.
fn with(field: &[u8]) -> Result<Head, HeadError> {
    request(&get(field))
}

fn get(field: &[u8]) -> Vec<u8> {
    [b"GET / HTTP/1.1\r\nHost: a\r\n", field, b"\r\n\r\n"].concat()
}

/// A request without `Host`, but with what is given.
fn bare(text: &str) -> Result<Head, HeadError> {
    request(format!("{text}\r\n\r\n").as_bytes())
}

fn refused(result: Result<Head, HeadError>) -> Option<HeadError> {
    result.err()
}

#[test]
fn a_plain_request_goes_on_byte_for_byte() {
    let text = b"GET /a?b=c HTTP/1.1\r\nHOST: x\r\nX-Odd:  v  \r\nUser-Agent:\r\n\r\nrest";
    let mut head = Head::new();
    let progress = parse_request(text, &Limits::default(), &mut head).unwrap();
    assert_eq!(
        progress,
        Progress::Done {
            consumed: text.len() - 4
        }
    );
    assert_eq!(
        (head.method(), head.target(), head.version()),
        (&b"GET"[..], &b"/a?b=c"[..], Version::Http11)
    );
    let fields: Vec<_> = head.fields().collect();
    assert_eq!(fields, [(&b"HOST"[..], &b"x"[..]), (b"X-Odd", b"v"), (b"User-Agent", b"")]);
    assert_eq!(written(&head).as_bytes(), &text[..text.len() - 4]);
    assert_eq!(head.request_body(), Ok(Body::None));
    assert!(head.keep_alive());
}

#[test]
fn request_lines() {
    // As HAProxy, but for those marked: there it is lenient and we are not.
    for good in [
        "get / HTTP/1.1",
        "A-b_!#$ / HTTP/1.1",
        "GET /\"<>\\^`{|} HTTP/1.1",
        "OPTIONS * HTTP/1.1",
        "GET http://a/x HTTP/1.1",
        "GET http://a:80/x HTTP/1.1",
        "GET http://u@a/x HTTP/1.1",
        "GET http://a HTTP/1.1",
        "GET HTTP://A/x HTTP/1.1",
        "GET https://a:443/x HTTP/1.1",
        "GET ftp://a/x HTTP/1.1",
        "GET http://a:/x HTTP/1.1",
        "GET http://a?x=1 HTTP/1.1", // not so in HAProxy, which takes `a?x=1` for the authority
        "CONNECT a:80 HTTP/1.1",
        "CONNECT a:443 HTTP/1.1",
    ] {
        assert_eq!(refused(line(good)), None, "{good}");
    }
    for (bad, error) in [
        ("GET / HTTP/1.1 ", E::Version),
        (" GET / HTTP/1.1", E::Method),
        ("GET  / HTTP/1.1", E::Target),     // lenient there
        ("GET /  HTTP/1.1", E::Version),    // lenient there
        ("GET\t/\tHTTP/1.1", E::StartLine), // lenient there
        ("GET /", E::Version),
        ("GET", E::StartLine),
        ("GET / http/1.1", E::Version),
        ("GET / HTTP/1.10", E::Version),
        ("GET / HTTP/01.1", E::Version),
        ("GET / HTTP/2.0", E::Version), // lenient there
        ("GET / RTSP/1.0", E::Version),
        ("G(T / HTTP/1.1", E::Method),
        ("GET * HTTP/1.1", E::Target),      // lenient there
        ("OPTIONS *x HTTP/1.1", E::Target), // lenient there
        ("GET foo HTTP/1.1", E::Target),
        ("GET foo:80 HTTP/1.1", E::Target),
        ("GET  HTTP/1.1", E::Target),
        ("GET http://b/x HTTP/1.1", E::Host),
        ("GET http://a:81/x HTTP/1.1", E::Host),
        ("GET http:///x HTTP/1.1", E::Target), // lenient there
        ("CONNECT a HTTP/1.1", E::Target),
        ("CONNECT b:443 HTTP/1.1", E::Host),
        ("CONNECT a:8080 HTTP/1.1", E::Host),
        ("CONNECT / HTTP/1.1", E::Target),
        ("CONNECT a:x HTTP/1.1", E::Target),
        ("CONNECT u@a:443 HTTP/1.1", E::Target), // lenient there
        ("CONNECT http://a/ HTTP/1.1", E::Target),
        ("GET /a#b HTTP/1.1", E::Fragment),
        ("GET /\u{e9} HTTP/1.1", E::Target),
        ("GET /\x7f HTTP/1.1", E::Target),
        ("GET /\x01 HTTP/1.1", E::Target),
        ("GET /\0 HTTP/1.1", E::Target),
        ("GET /\r HTTP/1.1", E::StartLine),
    ] {
        assert_eq!(refused(line(bad)), Some(error), "{bad:?}");
    }
}

#[test]
fn versions() {
    let old = bare("GET / HTTP/1.0").unwrap();
    assert!(!old.keep_alive());
    assert!(bare("GET / HTTP/1.0\r\nConnection: keep-alive").unwrap().keep_alive());
    assert!(!bare("GET / HTTP/1.1\r\nConnection: foo, Close").unwrap().keep_alive());
    // A later minor version is spoken to as 1.1.
    let later = bare("GET / HTTP/1.2\r\nX: y").unwrap();
    assert_eq!(written(&later), "GET / HTTP/1.1\r\nX: y\r\n\r\n");
}

#[test]
fn empty_lines_before_a_request_are_skipped() {
    let mut head = Head::new();
    let text = b"\r\n\r\nGET / HTTP/1.1\r\n\r\n";
    let done = Progress::Done { consumed: text.len() };
    assert_eq!(parse_request(text, &Limits::default(), &mut head), Ok(done));
    assert_eq!(written(&head), "GET / HTTP/1.1\r\n\r\n");
    assert_eq!(parse_request(b"\r\n", &Limits::default(), &mut head), Ok(Progress::Partial));
}

#[test]
fn line_ends_and_folds() {
    // HAProxy takes a bare LF for a line end and unfolds; here only `option accept-invalid-http-request` does.
    for (text, error) in [
        (&b"GET / HTTP/1.1\nHost: a\n\n"[..], E::BareLf),
        (b"GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", E::BareLf),
        (b"GET / HTTP/1.1\r\nHost: a\r\n\n", E::BareLf),
        (b"GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n", E::Fold),
        (b"GET / HTTP/1.1\r\nHost: a\r\n\tTransfer-Encoding: chunked\r\n\r\n", E::Fold),
        (b"GET / HTTP/1.1\r\n X: a\r\n\r\n", E::Fold),
    ] {
        assert_eq!(refused(request(text)), Some(error), "{text:?}");
    }
    let folded = request_with(b"GET / HTTP/1.1\nX: a\r\n b\n\t c \r\nY: d\n\n", true).unwrap();
    assert_eq!(written(&folded), "GET / HTTP/1.1\r\nX: a   b \t c\r\nY: d\r\n\r\n");
    assert_eq!(refused(request_with(b"GET / HTTP/1.1\r\n X: a\r\n\r\n", true)), Some(E::Fold));
}

#[test]
fn field_lines() {
    for good in [&b"X: a\x01b"[..], b"X: a\x7fb", b"X: \xe9", b"X:\ta\t", b"X:"] {
        assert_eq!(refused(with(good)), None, "{good:?}");
    }
    for (bad, error) in [
        (&b"X : a"[..], E::Name),
        (b"X\t: a", E::Name),
        (b": a", E::Name),
        (b"X\0: a", E::Name),
        (b"X(: a", E::Name),
        (b"X\xe9: a", E::Name),
        (b"Xa", E::NoColon),
        (b"X: a\0b", E::Value),
        (b"X: a\rb", E::Value),
        (b"X: a\r", E::Value),
    ] {
        assert_eq!(refused(with(bad)), Some(error), "{bad:?}");
    }
    assert_eq!(refused(with(&[&[b'A'; 255], &b": a"[..]].concat())), None);
    for length in [256, 257, 270, 511, 512] {
        let long = [&vec![b'A'; length][..], b": a"].concat();
        assert_eq!(refused(with(&long)), Some(E::Name), "{length}");
        assert_eq!(refused(request_with(&get(&long), true)), Some(E::Name), "{length}");
    }
}

#[test]
fn relaxed_lines_with_wrong_names_are_dropped() {
    for line in [&b"X : a"[..], b"X\0: a", b"X(: a", b"X\xe9: a"] {
        let head = request_with(&get(line), true).unwrap();
        assert_eq!(written(&head), "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "{line:?}");
    }
    assert_eq!(refused(request_with(&get(b": a"), true)), Some(E::Name));
    assert_eq!(refused(request_with(&get(b"X a"), true)), Some(E::NoColon));
    // What would go on the dropped line must not go on the one before it.
    assert_eq!(refused(request_with(&get(b"X : a\r\n b"), true)), Some(E::Fold));
    let head = request_with(b"GET /#\xe9 HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n", true).unwrap();
    assert_eq!(head.get(b"x"), Some(&b"a\0b"[..]));
}

#[test]
fn hosts() {
    for good in [
        "Host:",
        "Host: a",
        "Host: a\r\nHost: A",
        "Host: a.b-c_d:80",
        "Host: [::1]:8080",
        "X: no host",
    ] {
        assert_eq!(refused(bare(&format!("GET / HTTP/1.1\r\n{good}"))), None, "{good}");
    }
    let bad = [
        "Host: a\r\nHost: b",
        "Host: a,b",
        "Host: a b",
        "Host: a/b",
        "Host: u@a",
        "Host: a:xx",
        "Host: a:99999",
        "Host: :80",
        "Host: [::1",
        "Host: \r\nHost: a",
    ];
    for bad in bad {
        assert_eq!(refused(bare(&format!("GET / HTTP/1.1\r\n{bad}"))), Some(E::Host), "{bad}");
    }
    let merged = bare("GET / HTTP/1.1\r\nHost: a\r\nX: y\r\nHost: a").unwrap();
    assert_eq!(written(&merged), "GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n");
    assert_eq!(refused(bare("GET http://b/x HTTP/1.1")), None);
    assert_eq!(refused(bare("GET http://a/x HTTP/1.1\r\nHost: a:80")), None);
    assert_eq!(refused(bare("GET http://[::1]/x HTTP/1.1\r\nHost: [::1]:80")), None);
    assert_eq!(
        refused(request_with(b"GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n", true)),
        None
    );
    assert_eq!(
        refused(request_with(b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", true)),
        Some(E::Host)
    );
}

#[test]
fn limits() {
    let many = |count: usize| {
        let fields: String = (0..count).map(|n| format!("X{n}: a\r\n")).collect();
        refused(request(format!("GET / HTTP/1.1\r\n{fields}\r\n").as_bytes()))
    };
    assert_eq!(many(100), None);
    assert_eq!(many(101), Some(E::TooManyHeaders));
    let long = |length: usize| refused(with(&[b"X: ", &vec![b'a'; length][..]].concat()));
    assert_eq!(long(15_200), None);
    assert_eq!(long(15_400), Some(E::TooLarge));
    let mut head = Head::new();
    let endless = vec![b'A'; 20_000];
    assert_eq!(parse_request(&endless, &Limits::default(), &mut head), Err(E::TooLarge));
}

#[test]
fn garbage_is_refused_before_its_line_ends() {
    let mut head = Head::new();
    let hello = b"\x16\x03\x01\x02\x00\x01";
    assert_eq!(parse_request(hello, &Limits::default(), &mut head), Err(E::Method));
    assert_eq!(parse_request(b"GET /", &Limits::default(), &mut head), Ok(Progress::Partial));
    let rest = b"GET / HTTP/1.1\r\n\r\n";
    assert_eq!(
        parse_request(rest, &Limits::default(), &mut head),
        Ok(Progress::Done { consumed: rest.len() })
    );
}

#[test]
fn old_requests_with_a_body_that_some_would_not_look_for() {
    for method in ["GET", "HEAD", "DELETE"] {
        let read = |rest: &str| bare(&format!("{method} / HTTP/1.{rest}")).map(|_| ());
        assert_eq!(read("0\r\nContent-Length: 1"), Err(HeadError::Payload));
        assert_eq!(read("0\r\nContent-Length: 01, 1"), Err(HeadError::Payload));
        assert_eq!(read("0\r\nTransfer-Encoding: chunked"), Err(HeadError::Payload));
        assert_eq!(read("0\r\nTransfer-Encoding: gzip"), Err(HeadError::TransferEncoding));
        assert_eq!(read("0\r\nContent-Length: x"), Err(HeadError::ContentLength));
        assert_eq!(read("0\r\nContent-Length: 0"), Ok(()));
        assert_eq!(read("0"), Ok(()));
        assert_eq!(read("1\r\nHost: a\r\nContent-Length: 1"), Ok(()));
    }
    assert!(bare("POST / HTTP/1.0\r\nContent-Length: 1").is_ok());
    let (limits, mut head) = (
        Limits {
            any_payload: true,
            ..Limits::default()
        },
        Head::new(),
    );
    let text = b"GET / HTTP/1.0\r\nContent-Length: 1\r\n\r\n";
    let done = Ok(Progress::Done { consumed: text.len() });
    assert_eq!(parse_request(text, &limits, &mut head), done);
}

#[test]
fn a_head_that_trickles_in_costs_linear_time() {
    let limits = Limits {
        max_head: 1 << 20,
        ..Limits::default()
    };
    let long = vec![b'a'; 300_000];
    let text = [b"GET / HTTP/1.1\r\nX: ", &long[..], b"\r\nY: ", &long[..], b"\r\n\r\n"].concat();
    let mut head = Head::new();
    for end in 1..text.len() {
        assert_eq!(parse_request(&text[..end], &limits, &mut head), Ok(Progress::Partial));
    }
    assert_eq!(
        parse_request(&text, &limits, &mut head),
        Ok(Progress::Done { consumed: text.len() })
    );
    assert_eq!(head.get(b"y").map(<[u8]>::len), Some(300_000));
}

#[test]
fn upgrades_and_expectations() {
    let upgrade = |text: &str| bare(text).unwrap().upgrade().map(<[u8]>::to_vec);
    assert_eq!(
        upgrade("GET / HTTP/1.1\r\nConnection: keep-alive, Upgrade\r\nUpgrade: foo"),
        Some(b"foo".to_vec())
    );
    assert_eq!(upgrade("GET / HTTP/1.1\r\nUpgrade: foo"), None);
    assert_eq!(upgrade("GET / HTTP/1.0\r\nConnection: Upgrade\r\nUpgrade: foo"), None);
    let websocket = "GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket";
    assert_eq!(refused(bare(websocket)), Some(E::WebSocket));
    let key = format!("{websocket}\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==");
    assert_eq!(refused(bare(&key)), None);
    assert!(bare("GET / HTTP/1.1\r\nExpect: 100-Continue").unwrap().expects_continue());
    assert!(!bare("GET / HTTP/1.0\r\nExpect: 100-continue").unwrap().expects_continue());
    assert!(!bare("GET / HTTP/1.1\r\nExpect: foo").unwrap().expects_continue());
}

use super::*;
use HeadError as E;

/// A status line with `Content-Length: 3` after it.
fn status(line: &str) -> Result<Head, HeadError> {
    response(format!("{line}\r\nContent-Length: 3\r\n\r\n").as_bytes(), false)
}

#[test]
fn status_lines() {
    for (line, code, reason) in [
        ("HTTP/1.1 200 OK", 200, "OK"),
        ("HTTP/1.0 404 Not Found", 404, "Not Found"),
        ("HTTP/1.1 200", 200, ""),
        ("HTTP/1.1 200 ", 200, ""),
        ("HTTP/1.1 999 x", 999, "x"),
        ("HTTP/1.2 200 x", 200, "x"),
        ("HTTP/1.1 200 O\x01K", 200, "O\x01K"),
        ("HTTP/1.1 200 \u{e9}", 200, "\u{e9}"),
    ] {
        let head = status(line).unwrap();
        assert_eq!((head.status(), head.reason()), (code, reason.as_bytes()), "{line}");
    }
    assert_eq!(
        written(&status("HTTP/1.1 200").unwrap()),
        "HTTP/1.1 200 \r\nContent-Length: 3\r\n\r\n"
    );
    for (line, error) in [
        ("HTTP/1.1 099 x", E::Status),
        ("HTTP/1.1 2000 x", E::Status),
        ("HTTP/1.1 20 x", E::Status),
        ("HTTP/1.1 2x0 x", E::Status),
        ("HTTP/1.1  200 x", E::Status),
        ("HTTP/2.0 200 x", E::Version),
        ("HTTP/1.1", E::StartLine),
        ("hello", E::StartLine),
        ("HTTP/1.1 200 O\0K", E::StartLine),
    ] {
        assert_eq!(status(line).err(), Some(error), "{line:?}");
    }
    assert_eq!(
        parse_response(b"hello", &Limits::default(), &mut Head::new()),
        Err(E::Version)
    );
    assert_eq!(
        parse_response(b"HTT", &Limits::default(), &mut Head::new()),
        Ok(Progress::Partial)
    );
}

#[test]
fn old_line_ends_and_folds_are_made_good() {
    let head = response(b"HTTP/1.1 200 OK\nA: b\r\nX: a\r\n  b\r\n\tc\nY: z\n\n", false).unwrap();
    assert_eq!(written(&head), "HTTP/1.1 200 OK\r\nA: b\r\nX: a    b  \tc\r\nY: z\r\n\r\n");
    let late = response(b"HTTP/1.1 200 OK\r\nX:\r\n  \r\n b\r\n\r\n", false).unwrap();
    assert_eq!(
        (late.get(b"x"), written(&late).as_str()),
        (Some(&b"b"[..]), "HTTP/1.1 200 OK\r\nX: b\r\n\r\n")
    );
    assert_eq!(response(b"HTTP/1.1 200 OK\r\nX : a\r\n\r\n", false).err(), Some(E::Name));
    let head = response(b"HTTP/1.1 200 OK\r\nX : a\r\nY: z\r\n\r\n", true).unwrap();
    assert_eq!(written(&head), "HTTP/1.1 200 OK\r\nY: z\r\n\r\n");
}

#[test]
fn bodies_of_responses() {
    let body = |text: &str, method: &str| response(text.as_bytes(), false).and_then(|head| head.response_body(method.as_bytes()));
    let ok = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n";
    assert_eq!(body(ok, "GET"), Ok(Body::Length(3)));
    assert_eq!(body(ok, "HEAD"), Ok(Body::None));
    assert_eq!(body(ok, "CONNECT"), Ok(Body::None));
    assert_eq!(
        body("HTTP/1.1 403 No\r\nContent-Length: 3\r\n\r\n", "CONNECT"),
        Ok(Body::Length(3))
    );
    assert_eq!(body("HTTP/1.1 200 OK\r\n\r\n", "GET"), Ok(Body::Close));
    assert_eq!(body("HTTP/1.1 304 x\r\nContent-Length: 3\r\n\r\n", "GET"), Ok(Body::None));
    assert_eq!(body("HTTP/1.1 101 x\r\n\r\n", "GET"), Ok(Body::None));
    assert_eq!(
        body("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "GET"),
        Ok(Body::Chunked)
    );
    for coding in [
        "gzip",
        "identity",
        "",
        "chunked, chunked",
        "chunked, gzip",
        "chunked\r\nTransfer-Encoding: chunked",
    ] {
        let text = format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: {coding}\r\n\r\n");
        assert_eq!(body(&text, "GET"), Err(E::TransferEncoding), "{coding}");
    }
    assert_eq!(
        body("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", "GET"),
        Err(E::Coding)
    );
}

#[test]
fn framing_fields_that_must_not_go_on_are_taken_off() {
    let empty = response(
        b"HTTP/1.1 204 x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\nA: b\r\n\r\n",
        false,
    )
    .unwrap();
    assert_eq!(written(&empty), "HTTP/1.1 204 x\r\nA: b\r\n\r\n");
    let both = response(
        b"HTTP/1.1 200 x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
        false,
    )
    .unwrap();
    assert_eq!(written(&both), "HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\n");
    assert!(!both.keep_alive());
    let old = response(
        b"HTTP/1.0 200 x\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n",
        false,
    )
    .unwrap();
    assert_eq!(old.response_body(b"GET"), Ok(Body::Chunked));
    assert!(!old.keep_alive());
}

#[test]
fn relaxed_transfer_codings() {
    let twice = b"HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: ,chunked\r\n\r\n";
    assert_eq!(response(twice, true).unwrap().response_body(b"GET"), Ok(Body::Chunked));
    let none = response(b"HTTP/1.1 200 x\r\nTransfer-Encoding:\r\n\r\n", true).unwrap();
    assert_eq!(none.response_body(b"GET"), Ok(Body::Close));
    assert_eq!(written(&none), "HTTP/1.1 200 x\r\n\r\n");
    assert!(response(b"HTTP/1.1 200 x\r\nTransfer-Encoding: gzip\r\n\r\n", true).is_err());
}

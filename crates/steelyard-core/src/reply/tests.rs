use super::*;

#[test]
fn pages_have_the_lengths_that_haproxy_sends() {
    // Measured on HAProxy 2.8.
    let lengths = [
        (200, 58),
        (400, 90),
        (401, 112),
        (403, 93),
        (404, 83),
        (405, 147),
        (407, 112),
        (408, 110),
        (410, 114),
        (413, 106),
        (421, 104),
        (422, 116),
        (425, 80),
        (429, 117),
        (500, 97),
        (501, 135),
        (502, 107),
        (503, 107),
        (504, 92),
    ];
    for (status, length) in lengths {
        assert_eq!(page::body(status).len(), length, "{status}");
    }
}

#[test]
fn a_page_is_sent_as_haproxy_sends_it() {
    let made = built_in(403, ReplyCause::Deny);
    let mut out = Vec::new();
    made.head.write(&mut out);
    assert_eq!(
        String::from_utf8_lossy(&out),
        "HTTP/1.1 403 Forbidden\r\ncontent-length: 93\r\ncache-control: no-cache\r\ncontent-type: text/html\r\n\r\n"
    );
}

#[test]
fn an_error_file_keeps_what_it_says() {
    let body = raw(b"HTTP/1.0 503 Gone Fishing\r\nContent-Length: 7\r\nConnection: close\r\nX-A: b\r\n\r\nback soon\n").unwrap();
    let CompiledBody::Raw {
        version,
        status,
        reason,
        fields,
        body,
    } = body
    else {
        panic!("not raw")
    };
    assert_eq!(version, Version::Http10);
    assert_eq!((status, &*reason), (503, &b"Gone Fishing"[..]));
    let names: Vec<_> = fields
        .iter()
        .map(|field| String::from_utf8_lossy(&field.0).into_owned())
        .collect();
    assert_eq!(names, ["Content-Length", "Connection", "X-A"]);
    assert_eq!(&*body, b"back soon\n");
    assert!(raw(b"hello").is_err());
}

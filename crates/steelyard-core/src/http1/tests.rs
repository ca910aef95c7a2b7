use super::*;

#[test]
fn plain() {
    let mut head = Head::new();
    let text = b"GET /a?b=c HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello";
    let done = parse_request(text, &Limits::default(), &mut head).unwrap();
    assert_eq!(
        done,
        Progress::Done {
            consumed: text.len() - 5
        }
    );
    assert_eq!(head.path(), Some(&b"/a"[..]));
    assert_eq!(head.query(), Some(&b"b=c"[..]));
    assert_eq!(head.request_body(), Ok(Body::Length(5)));
    head.add(b"X-A", b"1");
    head.set_path(b"/z");
    let mut out = Vec::new();
    head.write(&mut out);
    assert_eq!(out, b"GET /z?b=c HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nX-A: 1\r\n\r\n");
}

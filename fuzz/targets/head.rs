//! What both head targets check; included by each.

use steelyard_core::http1::{parse_request, parse_response, Body, Head, HeadError, Limits, Progress};

fn parse(input: &[u8], limits: &Limits, head: &mut Head, response: bool) -> Result<Progress, HeadError> {
    if response {
        parse_response(input, limits, head)
    } else {
        parse_request(input, limits, head)
    }
}

/// The first byte chooses how strict to be and where the bytes are cut; the rest is the head.
pub fn check(data: &[u8], response: bool) {
    let Some((&choice, text)) = data.split_first() else { return };
    let limits = Limits {
        relaxed: choice & 1 == 1,
        ..Limits::default()
    };
    let piece = usize::from(choice >> 1) + 1;
    let mut head = Head::new();
    let whole = parse(text, &limits, &mut head, response);

    let mut trickled = Head::new();
    let mut end = 0;
    let pieces = loop {
        match parse(&text[..end], &limits, &mut trickled, response) {
            Ok(Progress::Partial) if end < text.len() => end = (end + piece).min(text.len()),
            other => break other,
        }
    };
    match whole {
        Ok(_) => assert_eq!(whole, pieces, "pieces of {piece}"),
        Err(_) => assert!(!matches!(pieces, Ok(Progress::Done { .. })), "accepted in pieces of {piece}"),
    }
    if !matches!(whole, Ok(Progress::Done { .. })) {
        return;
    }
    let mut out = Vec::new();
    head.write(&mut out);
    if !limits.relaxed {
        // What goes on is read back as the same message.
        let mut again = Head::new();
        assert_eq!(
            parse(&out, &limits, &mut again, response),
            Ok(Progress::Done { consumed: out.len() })
        );
        assert!(head.fields().eq(again.fields()));
        assert_eq!(
            (head.method(), head.target(), head.status()),
            (again.method(), again.target(), again.status())
        );
        assert_eq!(head.request_body(), again.request_body());
        assert_eq!(head.response_body(b"GET"), again.response_body(b"GET"));
    }
    let _ = (
        head.path(),
        head.query(),
        head.authority(),
        head.scheme(),
        head.upgrade(),
        head.keep_alive(),
    );
    head.rewrite(|_, value, out| {
        out.extend_from_slice(value);
        value.len() % 2 == 1
    });
    head.set_path(b"/p");
    head.set_query(text.get(..8).unwrap_or(b"q"));
    head.add(b"X", text);
    head.strip_connection(true);
    head.set_body(Body::Length(1));
    out.clear();
    head.write(&mut out);
}

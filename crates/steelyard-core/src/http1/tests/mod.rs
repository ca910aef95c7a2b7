//! Tests of heads and bodies. "As HAProxy": the expectation was seen on HAProxy 2.6 and 2.8 with the same bytes.

mod body;
mod edit;
mod properties;
mod requests;
mod responses;

use super::*;

/// Parses a whole request; the bytes after its head are no part of it.
fn request(text: &[u8]) -> Result<Head, HeadError> {
    request_with(text, false)
}

fn request_with(text: &[u8], relaxed: bool) -> Result<Head, HeadError> {
    let limits = Limits {
        relaxed,
        ..Limits::default()
    };
    let mut head = Head::new();
    match parse_request(text, &limits, &mut head)? {
        Progress::Done { .. } => Ok(head),
        Progress::Partial => panic!("partial: {:?}", String::from_utf8_lossy(text)),
    }
}

fn response(text: &[u8], relaxed: bool) -> Result<Head, HeadError> {
    let limits = Limits {
        relaxed,
        ..Limits::default()
    };
    let mut head = Head::new();
    match parse_response(text, &limits, &mut head)? {
        Progress::Done { .. } => Ok(head),
        Progress::Partial => panic!("partial: {:?}", String::from_utf8_lossy(text)),
    }
}

fn written(head: &Head) -> String {
    let mut out = Vec::new();
    head.write(&mut out);
    String::from_utf8_lossy(&out).into_owned()
}

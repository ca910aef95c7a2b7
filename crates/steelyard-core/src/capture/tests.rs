//! Cookies as HAProxy 2.8 captures them.

use super::*;

fn head(name: &str, lines: &[&str]) -> Head {
    let mut head = Head::new();
    for line in lines {
        head.add(name.as_bytes(), line.as_bytes());
    }
    head
}

fn cookie(start: &str, length: usize) -> CookieCapture {
    CookieCapture {
        start: start.as_bytes().into(),
        length,
    }
}

fn text(found: Option<Vec<u8>>) -> String {
    found.map_or_else(|| "-".into(), |found| String::from_utf8(found).unwrap())
}

#[test]
fn cookies_of_requests() {
    for (start, lines, want) in [
        ("SID", &["a=b; SIDX=123456789; SID=2"][..], "SIDX=12345"),
        ("SID", &["a; SID; SID = \"a;b\" ; SID=2"], "SID=\"a;b\""),
        ("SID", &["$Version=1; SID=a b c ; x"], "SID=a b c"),
        ("SID", &["x=1,SID=5"], "SID=5"),
        ("SID", &["XSID=1", "  SID=2;"], "SID=2"),
        ("SID", &["\"x;SID=1\"; SID=2"], "SID=1\"; SI"),
        ("SID", &["SID=\"a\\\";b\"c; x"], "SID=\"a\\\";b"),
        ("SID", &["x=\"un;SID=3"], "-"),
        ("SID", &["x =1;;,; SID\t=\t3"], "SID=3"),
        ("SID", &["a=b SID=3; SI=1;=SID=2"], "-"),
        ("SID", &["x==;SID==4"], "SID==4"),
        ("SID=", &["SIDX=1; SID = 4"], "SID=4"),
        ("SID=", &["sid=1; SID"], "-"),
        ("SID", &["SID="], "SID="),
        ("$V", &["$Version=1"], "-"),
        ("SID", &[], "-"),
    ] {
        let found = cookie(start, 10).of_request(&head("Cookie", lines));
        assert_eq!(text(found), want, "{start} in {lines:?}");
    }
}

#[test]
fn cookies_of_responses() {
    for (start, lines, want) in [
        ("SID", &["SIDfoo=zzzzz; path=/"][..], "SIDfoo=zzz"),
        ("SID", &["x=y", "SID=9 ; path=/", "SID=10"], "SID=9"),
        ("SID", &["SID"], "-"),
        ("SID", &["path=/; SID=4"], "-"),
        ("SID", &["SID=a,b; path=/"], "SID=a"),
        ("SID", &["SID=\"a,b\" ; x"], "SID=\"a,b\""),
        ("SID", &["x=1, SID=2"], "-"),
        ("SID", &["  SID\t= 5"], "SID=5"),
        ("$V", &["$V=5"], "$V=5"),
    ] {
        let found = cookie(start, 10).of_response(&head("Set-Cookie", lines));
        assert_eq!(text(found), want, "{start} in {lines:?}");
    }
}

#[test]
fn the_last_line_of_a_header_counts() {
    let list = [("x-a", 5, 2), ("x-none", 9, 0), ("x-empty", 9, 1)].map(|(name, length, slot)| HeaderCapture {
        name: name.as_bytes().into(),
        length,
        slot,
    });
    let mut message = head("X-A", &["first", "second, third"]);
    message.add(b"X-Empty", b"one");
    message.add(b"X-Empty", b"");
    let slots = Slots::default();
    headers(&list, &message, &slots);
    assert_eq!(*slots.read(), [None, Some(b"".to_vec()), Some(b"secon".to_vec())]);
    let slots = Slots::default();
    headers(&[], &message, &slots);
    assert!(slots.read().is_empty());
}

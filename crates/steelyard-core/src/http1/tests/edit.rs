use super::*;

fn head() -> Head {
    request(b"GET /p?q HTTP/1.1\r\nHost: h\r\nA: 1\r\nb: 2\r\na: 3\r\nCookie: x=y\r\n\r\n").unwrap()
}

#[test]
fn fields_are_found_without_case() {
    let head = head();
    assert_eq!(head.get(b"HOST"), Some(&b"h"[..]));
    assert_eq!(head.get(b"B"), Some(&b"2"[..]));
    assert_eq!(head.get(b"cookie"), Some(&b"x=y"[..]));
    assert_eq!(head.get(b"upgrade"), None);
    assert_eq!(head.get(b""), None);
    assert_eq!(head.values(b"A").collect::<Vec<_>>(), [b"1", b"3"]);
}

#[test]
fn edits_keep_order_and_case() {
    let mut head = head();
    head.add(b"X-New", b"n");
    assert_eq!(
        written(&head),
        "GET /p?q HTTP/1.1\r\nHost: h\r\nA: 1\r\nb: 2\r\na: 3\r\nCookie: x=y\r\nX-New: n\r\n\r\n"
    );
    assert_eq!(head.remove(b"a"), 2);
    assert_eq!(head.remove(b"a"), 0);
    assert_eq!(head.remove(b"connection"), 0);
    head.set(b"Host", b"other");
    assert_eq!(
        written(&head),
        "GET /p?q HTTP/1.1\r\nb: 2\r\nCookie: x=y\r\nX-New: n\r\nHost: other\r\n\r\n"
    );
    head.rewrite(|name, value, out| {
        out.extend_from_slice(value);
        out.extend_from_slice(b"!");
        name == b"b"
    });
    head.retain(|name, _| name != b"Cookie");
    assert_eq!(
        written(&head),
        "GET /p?q HTTP/1.1\r\nb: 2!\r\nX-New: n\r\nHost: other\r\n\r\n"
    );
    head.set_method(b"POST");
    head.set_version(Version::Http10);
    assert_eq!(
        written(&head),
        "POST /p?q HTTP/1.0\r\nb: 2!\r\nX-New: n\r\nHost: other\r\n\r\n"
    );
    assert_eq!(head.field_count(), 3);
}

#[test]
fn no_edit_can_inject_a_line() {
    let mut head = head();
    head.add(b"X", b"a\r\nEvil: b\0");
    head.add(b"Bad Name", b"a");
    head.add(b"Bad\r\nName", b"a");
    head.add(b"", b"a");
    head.set_method(b"GET / HTTP/1.1\r\nEvil: b\r\n");
    head.set_target(b"/a b\r\nc");
    head.retain(|name, _| name == b"X");
    assert_eq!(written(&head), "GET /a%20b%0D%0Ac HTTP/1.1\r\nX: a  Evil: b \r\n\r\n");
    let mut reply = Head::from_parts_response(200, b"O\r\nK");
    reply.set_status(7, b"no");
    assert_eq!(written(&reply), "HTTP/1.1 200 O  K\r\n\r\n");
}

#[test]
fn heads_made_here() {
    let mut reply = Head::from_parts_response(403, b"Forbidden");
    reply.add(b"Content-Length", b"3");
    assert_eq!(written(&reply), "HTTP/1.1 403 Forbidden\r\nContent-Length: 3\r\n\r\n");
    assert_eq!(reply.response_body(b"GET"), Ok(Body::Length(3)));
    let request = Head::from_parts_request(b"GET", b"/");
    assert_eq!(written(&request), "GET / HTTP/1.1\r\n\r\n");
    let mut line = Vec::new();
    request.start_line(&mut line);
    assert_eq!(line, b"GET / HTTP/1.1");
    // A head that is used again has nothing left of the first message.
    let mut again = reply;
    parse_request(b"GET / HTTP/1.1\r\n\r\n", &Limits::default(), &mut again).unwrap();
    assert_eq!(
        (again.status(), again.get(b"content-length"), again.is_response()),
        (0, None, false)
    );
}

#[test]
fn connection_fields_are_of_one_hop() {
    let mut head = request(
        b"GET / HTTP/1.1\r\nConnection: X-Forwarded-For, Upgrade\r\nKeep-Alive: 5\r\nTE: gzip, trailers\r\nUpgrade: foo\r\n\r\n",
    )
    .unwrap();
    let mut plain = head.clone();
    head.strip_connection(true);
    assert_eq!(
        written(&head),
        "GET / HTTP/1.1\r\nUpgrade: foo\r\nTE: trailers\r\nConnection: TE, Upgrade\r\n\r\n"
    );
    plain.strip_connection(false);
    assert_eq!(
        written(&plain),
        "GET / HTTP/1.1\r\nUpgrade: foo\r\nTE: trailers\r\nConnection: TE\r\n\r\n"
    );
}

#[test]
fn what_is_said_of_staying_is_gone_once_it_is_known() {
    let mut head = request(b"GET / HTTP/1.1\r\nConnection: close\r\nConnection: Keep-Alive,, x-own\r\nX: 1\r\n\r\n").unwrap();
    assert!(!head.keep_alive());
    head.settle_connection();
    assert!(head.keep_alive() && !head.says_close());
    assert_eq!(written(&head), "GET / HTTP/1.1\r\nConnection: x-own\r\nX: 1\r\n\r\n");
    // What is added after that is a rule's: it stays, but for what tells of this connection.
    head.set(b"Connection", b"close, own");
    assert!(head.says_close());
    head.strip_connection(false);
    assert_eq!(written(&head), "GET / HTTP/1.1\r\nX: 1\r\nConnection: own\r\n\r\n");
}

#[test]
fn a_head_that_says_one_thing_of_staying_is_written_without_that_line() {
    for (line, stays) in [("Connection: keep-alive\r\n", true), ("connection: close\r\n", false)] {
        for place in 0..3 {
            let mut lines = vec!["A: 1\r\n", "B: 2\r\n"];
            let without = format!("GET / HTTP/1.1\r\n{}\r\n", lines.concat());
            lines.insert(place, line);
            let mut head = request(format!("GET / HTTP/1.1\r\n{}\r\n", lines.concat()).as_bytes()).unwrap();
            assert_eq!(head.settle_connection(), stays);
            assert_eq!(written(&head), without);
            assert_eq!((head.length(), head.get(b"connection")), (without.len(), None));
            assert!(head.settle_connection(), "nothing is said any more");
            head.set(b"b", b"3");
            assert_eq!(written(&head), without.replace("B: 2", "B: 3").replace("B:", "b:"));
        }
    }
    for (text, stays) in [
        ("GET / HTTP/1.0\r\n\r\n", false),
        ("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", true),
        ("GET / HTTP/1.1\r\nConnection: keep-alive\r\nConnection: close\r\n\r\n", false),
        ("GET / HTTP/1.1\r\nConnection: Keep-Alive\r\n\r\n", true),
    ] {
        let mut head = request(text.as_bytes()).unwrap();
        assert_eq!(head.settle_connection(), stays, "{text}");
        assert_eq!(head.get(b"connection"), None);
    }
}

/// Path, pathq, query, authority of a target.
fn parts(target: &str) -> [Option<String>; 4] {
    let head = Head::from_parts_request(b"GET", target.as_bytes());
    [head.path(), head.pathq(), head.query(), head.authority()]
        .map(|part| part.map(|part| String::from_utf8_lossy(part).into_owned()))
}

#[test]
fn parts_of_targets() {
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(parts("/a/b?c?d"), [some("/a/b"), some("/a/b?c?d"), some("c?d"), None]);
    assert_eq!(parts("/a?"), [some("/a"), some("/a?"), some(""), None]);
    assert_eq!(parts("//h/a"), [some("//h/a"), some("//h/a"), None, None]);
    assert_eq!(
        parts("http://u@h:80/a?b"),
        [some("/a"), some("/a?b"), some("b"), some("u@h:80")]
    );
    assert_eq!(parts("http://h"), [None, None, None, some("h")]);
    assert_eq!(parts("http://h?b"), [None, some("?b"), some("b"), some("h")]);
    assert_eq!(parts("*"), [None, None, None, None]);
    assert_eq!(parts("h:443"), [None, None, None, some("h:443")]);
    assert_eq!(parts(""), [None, None, None, None]);
    let head = Head::from_parts_request(b"GET", b"https://h/");
    assert_eq!(
        (head.scheme(), head.target_form()),
        (Some(&b"https"[..]), TargetForm::Absolute)
    );
}

#[test]
fn changes_of_targets_keep_the_rest() {
    let change = |target: &str, edit: fn(&mut Head, &[u8]), value: &str| {
        let mut head = Head::from_parts_request(b"GET", target.as_bytes());
        edit(&mut head, value.as_bytes());
        String::from_utf8_lossy(head.target()).into_owned()
    };
    assert_eq!(change("/a?b", Head::set_path, "/x"), "/x?b");
    assert_eq!(change("http://h/a?b", Head::set_path, "/x"), "http://h/x?b");
    assert_eq!(change("http://h", Head::set_path, "/x"), "http://h/x");
    assert_eq!(change("http://h?b", Head::set_path, "/x"), "http://h/x?b");
    assert_eq!(change("*", Head::set_path, "/x"), "/x");
    assert_eq!(change("h:443", Head::set_path, "/x"), "h:443");
    assert_eq!(change("/a?b", Head::set_pathq, "/x?y"), "/x?y");
    assert_eq!(change("/a?b", Head::set_pathq, "/x"), "/x");
    assert_eq!(change("http://h/a?b", Head::set_pathq, "/x"), "http://h/x");
    assert_eq!(change("/a?b", Head::set_query, "c"), "/a?c");
    assert_eq!(change("/a?b", Head::set_query, ""), "/a?");
    assert_eq!(change("/a", Head::set_query, "c"), "/a?c");
    assert_eq!(change("/a", Head::set_query, ""), "/a");
    assert_eq!(change("/a?b", Head::set_uri, "http://h/x"), "http://h/x");
}

/// A field whose name is known before the message is edited as any other.
#[test]
fn named_fields_are_edited_alike() {
    let long = "0123456789".repeat(5) + "\r\n\0x";
    for name in [
        &b"Host"[..],
        b"a",
        b"A",
        b"X-New",
        b"connection",
        b"Cookie",
        b"no token",
        b"",
        b"X\r\nY",
    ] {
        for value in [&b"v"[..], b"", b"a\r\nEvil: b\0", long.as_bytes()] {
            let named = FieldName::new(name);
            assert_eq!(named.as_bytes(), name);
            let (mut by_bytes, mut by_name, mut by_line) = (head(), head(), head());
            assert!(by_bytes.values(name).eq(by_name.values_of(&named)));
            assert_eq!(by_bytes.remove(name), by_name.remove_field(&named));
            by_line.remove_field(&named);
            by_bytes.add(name, value);
            by_name.add_field(&named, value);
            let line = FieldLine::new(named, value);
            assert_eq!(line.length(), name.len() + value.len());
            by_line.add_line(&line);
            for other in [&by_name, &by_line] {
                assert_eq!(written(other), written(&by_bytes), "{name:?} {value:?}");
                assert_eq!(other.seen, by_bytes.seen);
                assert!(other.fields().eq(by_bytes.fields()));
            }
        }
    }
}

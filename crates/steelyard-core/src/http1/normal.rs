//! One form for targets that mean the same (RFC 3986 section 6.2.3, RFC 9110 section 4.2.3), and a `Host` that says what the target
//! says: what rules, logs and servers see is this form, as with HAProxy.

use super::head::Head;
use super::known::Known;
use super::target::{split, TargetForm};

/// Of a request that was read: the port that a scheme has anyway is left out of an absolute target and of `Host`, and an empty path
/// is `/`. CONNECT keeps its target; its `Host` loses a port of the web.
pub(crate) fn target(head: &mut Head) {
    let target = head.target();
    let parts = split(target);
    let (start, end) = parts.authority;
    let authority = &target[start..end];
    match parts.form {
        TargetForm::Origin | TargetForm::Asterisk => {}
        TargetForm::Authority => {
            let (name, port) = named(authority);
            if matches!(port, Some(b"80" | b"443")) {
                let name = name.to_vec();
                host(head, &name);
            }
        }
        TargetForm::Absolute => {
            let (plain, port) = named(authority);
            let usual = port.is_some_and(|port| port.is_empty() || Some(port) == usual(&target[..start - 3]));
            let rooted = end == target.len() && head.method() != b"OPTIONS";
            let told = usual.then(|| without_user(plain).to_vec());
            if !usual && !rooted {
                return;
            }
            let mut new = target[..start].to_vec();
            new.extend_from_slice(if usual { plain } else { authority });
            new.extend_from_slice(if rooted { b"/" } else { &target[end..] });
            head.set_target(&new);
            if let Some(name) = told {
                host(head, &name);
            }
        }
    }
}

/// Of a target that a rule has set: `Host` names the authority that it brought.
pub(crate) fn follow(head: &mut Head) {
    let target = head.target();
    let parts = split(target);
    let (start, end) = parts.authority;
    let authority = &target[start..end];
    let authority = match parts.form {
        TargetForm::Authority => authority
            .split(|byte| matches!(byte, b'/' | b'?' | b'#'))
            .next()
            .unwrap_or_default(),
        _ => authority,
    };
    if !authority.is_empty() {
        let name = without_user(authority).to_vec();
        host(head, &name);
    }
}

/// Puts a value into `Host`, where there is one and it has another.
fn host(head: &mut Head, name: &[u8]) {
    if !head.may_have(Known::Host) {
        return;
    }
    head.rewrite(|field, old, out| {
        let other = field.eq_ignore_ascii_case(b"host") && old != name;
        if other {
            out.extend_from_slice(name);
        }
        other
    });
}

/// The authority up to its port, and the port where a colon says that there is one.
fn named(authority: &[u8]) -> (&[u8], Option<&[u8]>) {
    match memchr::memrchr(b':', authority) {
        Some(at) if authority[at + 1..].iter().all(u8::is_ascii_digit) => (&authority[..at], Some(&authority[at + 1..])),
        _ => (authority, None),
    }
}

fn usual(scheme: &[u8]) -> Option<&'static [u8]> {
    match scheme {
        _ if scheme.eq_ignore_ascii_case(b"http") => Some(b"80"),
        _ if scheme.eq_ignore_ascii_case(b"https") => Some(b"443"),
        _ => None,
    }
}

fn without_user(authority: &[u8]) -> &[u8] {
    memchr::memrchr(b'@', authority).map_or(authority, |at| &authority[at + 1..])
}

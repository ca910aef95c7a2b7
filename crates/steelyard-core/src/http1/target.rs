//! The request target: its four forms, its parts, and changes that keep the rest (manual: set-path, set-pathq,
//! set-query, set-uri).

use super::head::Head;
use super::normal;

/// The forms of RFC 9112 section 3.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetForm {
    /// `/path?query`
    Origin,
    /// `http://authority/path?query`
    Absolute,
    /// `host:port`, of CONNECT.
    Authority,
    /// `*`
    Asterisk,
}

/// Where the parts of a target are: `authority` empty when there is none, `path..` to the end is path and query.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parts {
    pub form: TargetForm,
    pub authority: (usize, usize),
    pub path: usize,
}

/// Splits a target without judging its bytes.
pub(crate) fn split(target: &[u8]) -> Parts {
    let whole = target.len();
    let parts = |form, authority, path| Parts { form, authority, path };
    match target.first() {
        Some(b'/') => return parts(TargetForm::Origin, (0, 0), 0),
        Some(b'*') if whole == 1 => return parts(TargetForm::Asterisk, (0, 0), whole),
        _ => {}
    }
    // scheme = ALPHA *( ALPHA / DIGIT / "+" / "-" / "." ), RFC 3986 section 3.1
    let scheme = target
        .iter()
        .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
        .count();
    if scheme > 0 && target[0].is_ascii_alphabetic() && target[scheme..].starts_with(b"://") {
        let start = scheme + 3;
        let end = target[start..]
            .iter()
            .position(|b| matches!(b, b'/' | b'?' | b'#'))
            .map_or(whole, |at| start + at);
        return parts(TargetForm::Absolute, (start, end), end);
    }
    parts(TargetForm::Authority, (0, whole), whole)
}

impl Head {
    /// Which form the target has. Only CONNECT requests pass the parser with [`TargetForm::Authority`].
    #[must_use]
    pub fn target_form(&self) -> TargetForm {
        split(self.target()).form
    }

    /// Path and query, from the first `/` of the path; `None` where there is no path (`*`, CONNECT, `http://host`).
    #[must_use]
    pub fn pathq(&self) -> Option<&[u8]> {
        let target = self.target();
        if target.first() == Some(&b'/') {
            return Some(target);
        }
        let rest = &target[split(target).path..];
        (!rest.is_empty()).then_some(rest)
    }

    /// The path, up to the question mark.
    #[must_use]
    pub fn path(&self) -> Option<&[u8]> {
        let pathq = self.pathq()?;
        let path = &pathq[..memchr::memchr(b'?', pathq).unwrap_or(pathq.len())];
        (!path.is_empty()).then_some(path)
    }

    /// What follows the first question mark; empty when nothing does, `None` when there is none.
    #[must_use]
    pub fn query(&self) -> Option<&[u8]> {
        let target = self.target();
        memchr::memchr(b'?', target).map(|at| &target[at + 1..])
    }

    /// The authority of the target (absolute form, and CONNECT's), user information included.
    #[must_use]
    pub fn authority(&self) -> Option<&[u8]> {
        let target = self.target();
        let (start, end) = split(target).authority;
        (start < end).then(|| &target[start..end])
    }

    /// The scheme of an absolute target.
    #[must_use]
    pub fn scheme(&self) -> Option<&[u8]> {
        let target = self.target();
        let parts = split(target);
        (parts.form == TargetForm::Absolute).then(|| &target[..parts.authority.0 - 3])
    }

    /// Replaces the path; scheme, authority and query stay. `*` is replaced whole; CONNECT's target has no path and stays.
    pub fn set_path(&mut self, path: &[u8]) {
        self.edit_target(|target, parts, out| {
            let query = memchr::memchr(b'?', &target[parts.path..]).map_or(target.len(), |at| parts.path + at);
            match parts.form {
                TargetForm::Authority => return false,
                TargetForm::Asterisk => out.extend_from_slice(path),
                TargetForm::Origin | TargetForm::Absolute => {
                    out.extend_from_slice(&target[..parts.path]);
                    out.extend_from_slice(path);
                    out.extend_from_slice(&target[query..]);
                }
            }
            true
        });
    }

    /// Replaces path and query; scheme and authority stay.
    pub fn set_pathq(&mut self, pathq: &[u8]) {
        self.edit_target(|target, parts, out| {
            match parts.form {
                TargetForm::Authority => return false,
                TargetForm::Asterisk => {}
                TargetForm::Origin | TargetForm::Absolute => out.extend_from_slice(&target[..parts.path]),
            }
            out.extend_from_slice(pathq);
            true
        });
    }

    /// Replaces what follows the first question mark. One is added when there is none and the query is not empty; one
    /// that is there stays.
    pub fn set_query(&mut self, query: &[u8]) {
        self.edit_target(|target, parts, out| {
            if parts.form == TargetForm::Authority {
                return false;
            }
            match memchr::memchr(b'?', target) {
                Some(at) => out.extend_from_slice(&target[..=at]),
                None if query.is_empty() => return false,
                None => {
                    out.extend_from_slice(target);
                    out.push(b'?');
                }
            }
            out.extend_from_slice(query);
            true
        });
    }

    /// Replaces the whole target, as `set-uri` does. `Host` follows one that has an authority.
    pub fn set_uri(&mut self, uri: &[u8]) {
        self.set_target(uri);
        if uri.first() != Some(&b'/') {
            normal::follow(self);
        }
    }

    fn edit_target(&mut self, compose: impl FnOnce(&[u8], Parts, &mut Vec<u8>) -> bool) {
        let mut out = std::mem::take(&mut self.spare);
        out.clear();
        let target = self.target();
        if compose(target, split(target), &mut out) {
            self.set_target(&out);
        }
        self.spare = out;
    }
}

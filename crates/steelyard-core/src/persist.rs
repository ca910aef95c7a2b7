//! Persistence by cookie (manual, `cookie` in a backend).

use crate::http1::Head;
use crate::plan::{Backend, Cookie, CookieMode};

/// What is known of the cookie of a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Persist {
    /// The server that the request wants: by the cookie, or by a `use-server` rule.
    pub server: Option<u32>,
    /// The cookie named a usable server.
    valid: bool,
    /// Some cookie of that name was there.
    present: bool,
    /// Dates that the cookie carried: last seen, first seen; days and a bit, in seconds.
    dates: Option<(u64, u64)>,
}

impl Persist {
    /// Looks for the cookie and the server that it names. `always`: `option persist`. `now`: seconds since the epoch. Gives the
    /// third letter of the log's termination state, `None` without a `cookie` line.
    pub fn read(
        &mut self,
        backend: &Backend,
        always: bool,
        request: &Head,
        now: u64,
        usable: impl Fn(u32) -> bool,
    ) -> Option<u8> {
        let cookie = backend.cookie.as_ref()?;
        // The first cookie that names a server decides; those before it may be anything.
        let mut letter = b'N';
        for value in all(request, cookie.name.as_bytes()) {
            self.present = true;
            letter = self.consider(cookie, backend, always, value, now, &usable);
            if self.server.is_some() {
                break;
            }
        }
        Some(letter)
    }

    /// One cookie of the request: the third letter.
    fn consider(
        &mut self,
        cookie: &Cookie,
        backend: &Backend,
        always: bool,
        value: &[u8],
        now: u64,
        usable: impl Fn(u32) -> bool,
    ) -> u8 {
        let (name, dates) = split(cookie, value);
        let named = backend
            .servers
            .iter()
            .position(|server| server.cookie.as_ref().is_some_and(|value| value.as_bytes() == name));
        let named = named.and_then(|index| u32::try_from(index).ok());
        self.dates = dates;
        let old = |limit: u64, date: Option<u64>| limit > 0 && date.is_none_or(|date| date.saturating_add(limit) < now);
        let fresh = |date: Option<u64>| date.is_none_or(|date| date <= now.saturating_add(86_400));
        let (last, first) = (dates.map(|dates| dates.0), dates.map(|dates| dates.1));
        if cookie.maxidle > 0 && (old(cookie.maxidle, last) || !fresh(last)) {
            return b'E';
        }
        if cookie.maxlife > 0 && old(cookie.maxlife, first) {
            return b'O';
        }
        let Some(index) = named else { return b'I' };
        if self.server.is_some() {
            return b'U';
        }
        self.valid = usable(index);
        if self.valid || always {
            self.server = Some(index);
        }
        if self.valid {
            b'V'
        } else {
            b'D'
        }
    }

    /// Takes out of the request what is only between the client and us.
    pub fn clean_request(&self, cookie: &Cookie, request: &mut Head) {
        let prefix = cookie.mode == CookieMode::Prefix;
        let hidden = cookie.indirect && cookie.mode == CookieMode::Insert;
        if !self.present || !(prefix || hidden) {
            return;
        }
        let name = cookie.name.as_bytes();
        request.rewrite(|field, value, out| field.eq_ignore_ascii_case(b"cookie") && without(value, name, prefix, out));
        request.retain(|field, value| !field.eq_ignore_ascii_case(b"cookie") || !value.is_empty());
    }

    /// Gives the client the cookie that names its server. Gives the fourth letter of the log's termination state.
    pub fn mark_response(&self, backend: &Backend, server: u32, post: bool, response: &mut Head, now: u64) -> Option<u8> {
        let cookie = backend.cookie.as_ref()?;
        let own = backend.servers.get(server as usize).and_then(|server| server.cookie.as_ref());
        let own = own.map(String::as_bytes);
        let name = cookie.name.as_bytes();
        let provided = response.values(b"set-cookie").any(|line| is_cookie(line, name));
        let done = if provided { b'P' } else { b'N' };
        let stays = self.valid && self.server == Some(server);
        if cookie.mode != CookieMode::Insert && cookie.preserve {
            return Some(done);
        }
        if cookie.mode != CookieMode::Insert && cookie.indirect && stays && provided {
            // The client has what it needs, and the server's own is not for it.
            forget(response, name);
            return Some(b'D');
        }
        Some(match cookie.mode {
            CookieMode::Passive => done,
            CookieMode::Rewrite | CookieMode::Prefix => {
                let (true, Some(own)) = (provided, own) else {
                    return Some(done);
                };
                let prefix = cookie.mode == CookieMode::Prefix;
                response.rewrite(|field, line, out| {
                    field.eq_ignore_ascii_case(b"set-cookie") && is_cookie(line, name) && rewrite(line, own, prefix, out)
                });
                b'R'
            }
            CookieMode::Insert => self.insert(cookie, own, stays, provided, post, response, now),
        })
    }

    /// `cookie ... insert`: gives the letter of the log.
    #[allow(clippy::too_many_arguments)]
    fn insert(
        &self,
        cookie: &Cookie,
        own: Option<&[u8]>,
        stays: bool,
        provided: bool,
        post: bool,
        response: &mut Head,
        now: u64,
    ) -> u8 {
        let name = cookie.name.as_bytes();
        let mut done = if provided { b'P' } else { b'N' };
        if provided {
            if cookie.preserve {
                return done;
            }
            forget(response, name);
            done = b'D';
        }
        // With dates, a cookie is given anew when the last one's date is no longer today's.
        let dated = cookie.maxidle > 0 || cookie.maxlife > 0;
        let update = stays && cookie.maxidle > 0 && self.dates.is_none_or(|dates| dates.0 >> 2 != now >> 2);
        let wanted = (update || !stays) && (post || !cookie.postonly);
        if !wanted {
            return done;
        }
        let mut line = Vec::with_capacity(128);
        line.extend_from_slice(name);
        line.push(b'=');
        match own {
            Some(own) => {
                line.extend_from_slice(own);
                if dated {
                    line.push(b'|');
                    put_date(now, &mut line);
                    if cookie.maxlife > 0 {
                        line.push(b'|');
                        let first = self.dates.filter(|_| stays).map_or(now, |dates| dates.1);
                        put_date(first, &mut line);
                    }
                }
                line.extend_from_slice(b"; path=/");
            }
            // The server has no cookie: what the client may have is taken away.
            None => line.extend_from_slice(b"; Expires=Thu, 01-Jan-1970 00:00:01 GMT; path=/"),
        }
        for domain in &cookie.domains {
            line.extend_from_slice(b"; domain=");
            line.extend_from_slice(domain.as_bytes());
        }
        if cookie.httponly {
            line.extend_from_slice(b"; HttpOnly");
        }
        if cookie.secure {
            line.extend_from_slice(b"; Secure");
        }
        for attribute in &cookie.attrs {
            line.extend_from_slice(b"; ");
            line.extend_from_slice(attribute.as_bytes());
        }
        response.add(b"Set-Cookie", &line);
        if cookie.nocache && caches_may_keep(response) {
            response.add(b"Cache-Control", b"private");
        }
        if own.is_some() && update {
            b'U'
        } else {
            b'I'
        }
    }
}

/// The values of the cookies of that name.
fn all<'a>(head: &'a Head, name: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
    let pairs = head.values(b"cookie").flat_map(|line| line.split(|&byte| byte == b';'));
    pairs.filter_map(move |pair| {
        let at = pair.iter().position(|&byte| byte == b'=')?;
        let (found, value) = pair.split_at(at);
        (found.trim_ascii() == name).then(|| value.get(1..).unwrap_or_default().trim_ascii())
    })
}

/// Takes the cookie out of a response.
fn forget(response: &mut Head, name: &[u8]) {
    response.retain(|field, line| !(field.eq_ignore_ascii_case(b"set-cookie") && is_cookie(line, name)));
}

/// The name of the server in a value, and the dates behind it.
fn split<'a>(cookie: &Cookie, value: &'a [u8]) -> (&'a [u8], Option<(u64, u64)>) {
    if cookie.mode == CookieMode::Prefix {
        // Without the separator it is the application's own.
        let at = value.iter().position(|&byte| byte == b'~');
        return (at.and_then(|at| value.get(..at)).unwrap_or_default(), None);
    }
    let mut parts = value.splitn(3, |&byte| byte == b'|');
    let name = parts.next().unwrap_or_default();
    let last = parts.next().and_then(date);
    let first = parts.next().and_then(date);
    (name, last.map(|last| (last, first.unwrap_or(last))))
}

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Dates are the seconds since the epoch divided by 4, as five digits of base 64: room for 34 bits of seconds.
fn date(text: &[u8]) -> Option<u64> {
    if text.len() != 5 {
        return None;
    }
    let mut number = 0u64;
    for byte in text {
        let digit = DIGITS.iter().position(|digit| digit == byte)?;
        number = number << 6 | digit as u64;
    }
    Some(number << 2)
}

fn put_date(seconds: u64, out: &mut Vec<u8>) {
    let number = seconds >> 2;
    for shift in [24, 18, 12, 6, 0] {
        let digit = usize::try_from(number >> shift & 63).unwrap_or(0);
        out.push(DIGITS.get(digit).copied().unwrap_or(b'A'));
    }
}

/// Writes a `Cookie` line without our cookie, or without the server's prefix of it. False when nothing changes.
fn without(line: &[u8], name: &[u8], prefix: bool, out: &mut Vec<u8>) -> bool {
    let mut changed = false;
    out.clear();
    for pair in line.split(|&byte| byte == b';') {
        let pair = pair.trim_ascii();
        let at = pair.iter().position(|&byte| byte == b'=').unwrap_or(pair.len());
        let (found, value) = pair.split_at(at);
        let ours = found.trim_ascii() == name;
        let tilde = value.iter().position(|&byte| byte == b'~').filter(|_| prefix);
        if ours && !prefix {
            changed = true;
            continue;
        }
        if !out.is_empty() {
            out.extend_from_slice(b"; ");
        }
        match tilde.filter(|_| ours) {
            Some(tilde) => {
                changed = true;
                out.extend_from_slice(found);
                out.push(b'=');
                out.extend_from_slice(value.get(tilde + 1..).unwrap_or_default());
            }
            None => out.extend_from_slice(pair),
        }
    }
    changed
}

/// Whether a `Set-Cookie` line sets this cookie.
fn is_cookie(line: &[u8], name: &[u8]) -> bool {
    let at = line
        .iter()
        .position(|&byte| byte == b'=' || byte == b';')
        .unwrap_or(line.len());
    line.get(..at).unwrap_or_default().trim_ascii() == name
}

/// Puts the server's cookie in the place of the value, or in front of it.
fn rewrite(line: &[u8], own: &[u8], prefix: bool, out: &mut Vec<u8>) -> bool {
    let Some(equals) = line.iter().position(|&byte| byte == b'=') else {
        return false;
    };
    let end = line
        .iter()
        .position(|&byte| byte == b';')
        .unwrap_or(line.len())
        .max(equals + 1);
    out.clear();
    out.extend_from_slice(line.get(..=equals).unwrap_or_default());
    out.extend_from_slice(own);
    if prefix {
        out.push(b'~');
        out.extend_from_slice(line.get(equals + 1..end).unwrap_or_default());
    }
    out.extend_from_slice(line.get(end..).unwrap_or_default());
    true
}

/// Whether a cache could keep the response: it says how fresh it is or can be asked for again, and nothing forbids it. (As
/// measured on HAProxy 2.8; RFC 9111 section 3.)
fn caches_may_keep(head: &Head) -> bool {
    let forbids = |value: &[u8]| {
        let value = value.to_ascii_lowercase();
        [&b"private"[..], b"no-store", b"no-cache"]
            .iter()
            .any(|word| value.windows(word.len()).any(|part| part == *word))
    };
    let invites = [&b"etag"[..], b"last-modified", b"expires", b"cache-control"]
        .iter()
        .any(|name| head.get(name).is_some());
    invites && !head.values(b"cache-control").chain(head.values(b"pragma")).any(forbids)
}

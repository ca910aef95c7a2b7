//! Persistence by cookie (manual, `cookie` in a backend).

use crate::http1::Head;
use crate::plan::{Backend, Cookie, CookieMode};
use crate::rules::Persistence;
use crate::sample::fetch::cookie::{pairs, pieces};

/// What is known of the cookie of a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Persist {
    /// The server that the request wants: by the cookie, or by a `use-server` rule.
    pub server: Option<u32>,
    /// What `force-persist` and `ignore-persist` say.
    pub manner: Persistence,
    /// A cookie, a rule or a table wants that server, not what the client had by chance.
    bound: bool,
    /// Some cookie of that name was there.
    present: bool,
    /// Dates that the cookie carried, seconds since the epoch; 0: none.
    dates: Dates,
}

/// When a client with this cookie was seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Dates {
    last: u64,
    first: u64,
}

impl Persist {
    /// A rule or a table wants this server; what was wanted before goes first.
    pub fn bind(&mut self, server: Option<u32>) {
        if self.server.is_none() {
            self.server = server;
            self.bound = server.is_some();
        }
    }

    /// `force-persist`: servers that are down are used, and no other one in their place.
    pub fn is_forced(&self) -> bool {
        self.manner == Persistence::Forced
    }

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
        // A cookie without a date, as from before the limit was set, is as good as any, and gets one.
        let over = |date: u64, limit: u64| {
            date > 0 && limit > 0 && (date.saturating_add(limit) < now || date > now.saturating_add(86_400))
        };
        let aged = match dates {
            Dates { first, .. } if over(first, cookie.maxlife) => Some(b'O'),
            Dates { last, .. } if over(last, cookie.maxidle) => Some(b'E'),
            _ => None,
        };
        if let Some(letter) = aged {
            self.dates = Dates::default();
            return letter;
        }
        if self.server.is_some() || self.manner == Persistence::Ignored {
            return b'U';
        }
        let Some(index) = named else { return b'I' };
        let usable = usable(index);
        if usable || always || self.is_forced() {
            self.bind(Some(index));
        }
        if usable {
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
        let clean = if prefix { without_prefix } else { without };
        request.rewrite(|field, value, out| field.eq_ignore_ascii_case(b"cookie") && clean(value, name, out));
        request.retain(|field, value| !field.eq_ignore_ascii_case(b"cookie") || !value.is_empty());
    }

    /// Gives the client the cookie that names its server. Gives the fourth letter of the log's termination state.
    pub fn mark_response(&self, backend: &Backend, server: u32, post: bool, response: &mut Head, now: u64) -> Option<u8> {
        let cookie = backend.cookie.as_ref()?;
        let own = backend.servers.get(server as usize).and_then(|server| server.cookie.as_ref());
        let own = own.map(String::as_bytes);
        let name = cookie.name.as_bytes();
        let provided = response.values(b"set-cookie").any(|line| is_cookie(line, name));
        if self.manner == Persistence::Ignored {
            return Some(b'N');
        }
        let done = if provided { b'P' } else { b'N' };
        let stays = self.bound && self.server == Some(server);
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
        // A cookie is given anew when it lacks a date, has one too many, or the last one is over.
        let dated = cookie.maxidle > 0 || cookie.maxlife > 0;
        let Dates { last, first } = self.dates;
        let idle = (cookie.maxidle > 0 || last > 0) && last < now;
        let update = stays && (idle || (cookie.maxlife > 0) != (first > 0));
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
                        put_date(if first > 0 { first } else { now }, &mut line);
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
    let found = head.values(b"cookie").flat_map(pairs);
    found.filter_map(move |(found, value)| (found == name).then_some(value))
}

/// Takes the cookie out of a response.
fn forget(response: &mut Head, name: &[u8]) {
    response.retain(|field, line| !(field.eq_ignore_ascii_case(b"set-cookie") && is_cookie(line, name)));
}

/// The name of the server in a value, and the dates behind it.
fn split<'a>(cookie: &Cookie, value: &'a [u8]) -> (&'a [u8], Dates) {
    if cookie.mode == CookieMode::Prefix {
        let name = value.split(|&byte| byte == b'~').next().unwrap_or_default();
        return (name, Dates::default());
    }
    let mut parts = value.splitn(3, |&byte| byte == b'|');
    let name = parts.next().unwrap_or_default();
    let mut date = || parts.next().and_then(date).unwrap_or(0);
    let (last, first) = (date(), date());
    (name, Dates { last, first })
}

fn digits() -> &'static [u8] {
    base64::alphabet::STANDARD.as_str().as_bytes()
}

/// Dates are the seconds since the epoch divided by 4, as five digits of base 64: room for 34 bits of seconds.
fn date(text: &[u8]) -> Option<u64> {
    let mut number = 0u64;
    for byte in text.get(..5)? {
        let digit = digits().iter().position(|digit| digit == byte)?;
        number = number << 6 | digit as u64;
    }
    Some(number << 2)
}

fn put_date(seconds: u64, out: &mut Vec<u8>) {
    let number = seconds.div_ceil(4);
    for shift in [24, 18, 12, 6, 0] {
        let digit = usize::try_from(number >> shift & 63).unwrap_or(0);
        out.push(digits().get(digit).copied().unwrap_or(b'A'));
    }
}

/// Whether a piece of a `Cookie` line is the cookie of that name.
fn is_named(piece: &[u8], name: &[u8]) -> bool {
    let mut parts = piece.splitn(2, |&byte| byte == b'=');
    parts.next().is_some_and(|found| found.trim_ascii() == name) && parts.next().is_some()
}

/// Writes a `Cookie` line without our cookie and its attributes. What is left empty, or has attributes alone, is empty. False when
/// nothing changes.
fn without(line: &[u8], name: &[u8], out: &mut Vec<u8>) -> bool {
    let (mut changed, mut others, mut dropped) = (false, false, false);
    out.clear();
    for piece in pieces(line).map(<[u8]>::trim_ascii) {
        // `$Path` and its kin belong to the cookie in front of them (RFC 2109, section 4.4).
        let attribute = piece.starts_with(b"$");
        dropped = is_named(piece, name) || (attribute && dropped);
        changed |= dropped;
        if dropped {
            continue;
        }
        others |= !attribute;
        if !out.is_empty() {
            out.extend_from_slice(b"; ");
        }
        out.extend_from_slice(piece);
    }
    if changed && !others {
        out.clear();
    }
    changed
}

/// Writes a `Cookie` line without the server's prefix of our cookie; all else stays as it was written. False when nothing changes.
fn without_prefix(line: &[u8], name: &[u8], out: &mut Vec<u8>) -> bool {
    out.clear();
    let (mut changed, mut at) = (false, 0);
    for piece in pieces(line) {
        // The separator in front of it.
        out.extend_from_slice(line.get(at.max(1) - 1..at).unwrap_or_default());
        at += piece.len() + 1;
        let equals = piece.iter().position(|&byte| byte == b'=').filter(|_| is_named(piece, name));
        let tilde = equals.and(piece.iter().position(|&byte| byte == b'~'));
        match equals.zip(tilde) {
            Some((equals, tilde)) => {
                changed = true;
                out.extend_from_slice(piece.get(..=equals).unwrap_or_default());
                out.extend_from_slice(piece.get(tilde + 1..).unwrap_or_default());
            }
            None => out.extend_from_slice(piece),
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

//! What a frontend keeps of messages for its log: `capture request header`, `capture response header` and `capture cookie`
//! (manual section 8.8).

use crate::http1::Head;
use crate::plan;
use bumpalo::Bump;
use std::cell::{Ref, RefCell};

/// The places of the log that captures fill. Converters fill them as well, and those share what they look at: so a shared
/// reference is enough to write.
#[derive(Debug, Default)]
pub struct Slots(RefCell<Vec<Option<Vec<u8>>>>);

impl From<Vec<Option<Vec<u8>>>> for Slots {
    fn from(slots: Vec<Option<Vec<u8>>>) -> Self {
        Self(RefCell::new(slots))
    }
}

impl Slots {
    pub fn read(&self) -> Ref<'_, [Option<Vec<u8>>]> {
        Ref::map(self.0.borrow(), Vec::as_slice)
    }

    /// What is in a place, copied into `arena`: it may be filled again while it is used.
    pub fn get<'e>(&self, slot: usize, arena: &'e Bump) -> Option<&'e [u8]> {
        let slots = self.0.borrow();
        let value = slots.get(slot)?.as_deref()?;
        Some(arena.alloc_slice_copy(value))
    }

    /// Puts a value into a place, in the memory of the one before.
    pub fn set(&self, slot: usize, value: &[u8]) {
        let mut slots = self.0.borrow_mut();
        if slots.len() <= slot {
            slots.resize(slot + 1, None);
        }
        if let Some(place) = slots.get_mut(slot) {
            let mut bytes = place.take().unwrap_or_default();
            bytes.clear();
            bytes.extend_from_slice(value);
            *place = Some(bytes);
        }
    }

    pub fn clear(&mut self) {
        self.0.get_mut().clear();
    }
}

/// A header whose last line is kept.
#[derive(Debug)]
pub struct HeaderCapture {
    name: Box<[u8]>,
    length: usize,
    /// Place in the log; rules with `capture` have places as well.
    slot: usize,
}

/// A cookie whose name and value, as `name=value`, begin with `start`.
#[derive(Debug)]
pub struct CookieCapture {
    start: Box<[u8]>,
    length: usize,
}

/// All that a frontend captures by its own lines. Empty lists cost nothing.
#[derive(Debug, Default)]
pub struct Captures {
    pub request: Box<[HeaderCapture]>,
    pub response: Box<[HeaderCapture]>,
    pub cookie: Option<CookieCapture>,
}

impl Captures {
    /// `slot_of` gives the place in the log of a line of requests (`true`) or responses.
    pub(crate) fn new(frontend: &plan::Frontend, slot_of: impl Fn(bool, plan::At) -> usize) -> Self {
        let headers = |list: &[plan::HeaderCapture], request| {
            let made = list.iter().map(|capture| HeaderCapture {
                name: capture.name.as_bytes().into(),
                length: capture.len as usize,
                slot: slot_of(request, capture.at),
            });
            made.collect()
        };
        Self {
            request: headers(&frontend.capture_request, true),
            response: headers(&frontend.capture_response, false),
            cookie: frontend.capture_cookie.as_ref().map(|cookie| CookieCapture {
                start: cookie.name.as_bytes().into(),
                length: cookie.len as usize,
            }),
        }
    }
}

/// Keeps the last line of each header, cut at its length.
pub fn headers(list: &[HeaderCapture], head: &Head, slots: &Slots) {
    for capture in list {
        let Some(value) = head.values(&capture.name).last() else {
            continue;
        };
        slots.set(capture.slot, value.get(..capture.length).unwrap_or(value));
    }
}

impl CookieCapture {
    /// The first cookie of the request that fits. Names with a dollar are attributes of RFC 2109, no cookies.
    pub fn of_request(&self, head: &Head) -> Option<Vec<u8>> {
        head.values(b"cookie").find_map(|line| {
            let mut rest = line;
            loop {
                let (pair, after) = next_pair(rest);
                let found = pair
                    .filter(|(name, _)| !name.starts_with(b"$"))
                    .and_then(|pair| self.fits(pair));
                if found.is_some() {
                    return found;
                }
                rest = after?;
            }
        })
    }

    /// The first cookie that the response sets and that fits; a line sets one.
    pub fn of_response(&self, head: &Head) -> Option<Vec<u8>> {
        head.values(b"set-cookie")
            .find_map(|line| next_pair(line).0.and_then(|pair| self.fits(pair)))
    }

    /// `name=value`, cut at the length. Blanks around the equals sign do not count.
    fn fits(&self, (name, value): (&[u8], &[u8])) -> Option<Vec<u8>> {
        let whole = || name.iter().chain(b"=").chain(value).copied();
        let fits = self.start.len() <= name.len() + 1 + value.len() && whole().zip(self.start.iter()).all(|(a, b)| a == *b);
        fits.then(|| whole().take(self.length).collect())
    }
}

/// Name and value of a cookie.
type Pair<'a> = (&'a [u8], &'a [u8]);

/// The cookie in front, `None` if it has no equals sign, and what stands behind its separator. Commas separate as well
/// (RFC 2109); between quotes of a value nothing does.
fn next_pair(line: &[u8]) -> (Option<Pair<'_>>, Option<&[u8]>) {
    let stop = line
        .iter()
        .position(|byte| matches!(byte, b'=' | b';' | b','))
        .unwrap_or(line.len());
    let (name, rest) = line.split_at(stop);
    let Some(value) = rest.strip_prefix(b"=") else {
        return (None, rest.get(1..));
    };
    let end = value_end(value);
    let (value, rest) = value.split_at(end);
    (Some((name.trim_ascii(), value.trim_ascii())), rest.get(1..))
}

/// Where a value ends: at a separator outside quotes.
fn value_end(value: &[u8]) -> usize {
    let (mut quoted, mut escaped) = (false, false);
    for (at, byte) in value.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b';' | b',' if !quoted => return at,
            _ => {}
        }
    }
    value.len()
}

#[cfg(test)]
mod tests;

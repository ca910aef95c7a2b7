//! The few field names that the proxy itself reads, recognised while a head is parsed.
//!
//! A set of the names seen is kept with the head: asking for an absent one costs a bit test, not a walk over the fields.

/// A field name that means something to the proxy itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Known {
    Other,
    Connection,
    ContentLength,
    TransferEncoding,
    Upgrade,
    Expect,
    Host,
    KeepAlive,
    ProxyConnection,
    Te,
    Trailer,
    Cookie,
    SetCookie,
    XForwardedFor,
    Date,
}

/// The bits of the names that say where a body ends.
pub(crate) const FRAMING: u32 = Known::ContentLength.bit() | Known::TransferEncoding.bit();

impl Known {
    /// By length first: most names are told apart without comparing a byte. This is asked of each field that is received, so the
    /// others are compared as numbers.
    #[inline(always)]
    pub(crate) fn of(name: &[u8]) -> Self {
        const HOST: Word = Word::new(b"host");
        const DATE: Word = Word::new(b"date");
        const EXPECT: Word = Word::new(b"expect");
        const COOKIE: Word = Word::new(b"cookie");
        const UPGRADE: Word = Word::new(b"upgrade");
        const TRAILER: Word = Word::new(b"trailer");
        const CONNECTION: Word = Word::new(b"connection");
        const KEEP_ALIVE: Word = Word::new(b"keep-alive");
        const SET_COOKIE: Word = Word::new(b"set-cookie");
        const CONTENT_LENGTH: Word = Word::new(b"content-length");
        const X_FORWARDED_FOR: Word = Word::new(b"x-forwarded-for");
        const PROXY_CONNECTION: Word = Word::new(b"proxy-connection");
        let word = both_ends(name);
        match name.len() {
            4 if HOST.is(word) => Self::Host,
            4 if DATE.is(word) => Self::Date,
            6 if COOKIE.is(word) => Self::Cookie,
            6 if EXPECT.is(word) => Self::Expect,
            7 if UPGRADE.is(word) => Self::Upgrade,
            7 if TRAILER.is(word) => Self::Trailer,
            10 if CONNECTION.is(word) => Self::Connection,
            10 if SET_COOKIE.is(word) => Self::SetCookie,
            10 if KEEP_ALIVE.is(word) => Self::KeepAlive,
            14 if CONTENT_LENGTH.is(word) => Self::ContentLength,
            15 if X_FORWARDED_FOR.is(word) => Self::XForwardedFor,
            16 if PROXY_CONNECTION.is(word) => Self::ProxyConnection,
            2 if name.eq_ignore_ascii_case(b"te") => Self::Te,
            17 if name.eq_ignore_ascii_case(b"transfer-encoding") => Self::TransferEncoding,
            _ => Self::Other,
        }
    }

    /// Whether it says where a body ends.
    #[inline]
    pub(crate) fn frames(self) -> bool {
        self.bit() & FRAMING != 0
    }

    #[inline]
    pub(crate) const fn bit(self) -> u32 {
        1 << (self as u8)
    }
}

/// A name of 4 to 16 bytes as numbers, and what makes the case of its letters the same.
#[derive(Clone, Copy)]
pub(crate) struct Word {
    bytes: (u64, u64),
    case: (u64, u64),
}

impl Word {
    /// `name` in lower case.
    const fn new(name: &[u8]) -> Self {
        let mut case = [0u8; 16];
        let mut at = 0;
        while at < name.len() {
            if name[at].is_ascii_lowercase() {
                case[at] = 0x20;
            }
            at += 1;
        }
        let (case, _) = case.split_at(name.len());
        Self {
            bytes: both_ends(name),
            case: both_ends(case),
        }
    }

    /// Whether it is the name of these bytes and of the same length.
    #[inline]
    fn is(&self, (first, last): (u64, u64)) -> bool {
        first | self.case.0 == self.bytes.0 && last | self.case.1 == self.bytes.1
    }
}

/// The first eight bytes of a name and the last eight; of a shorter one, the first four and the last four, twice.
#[inline]
const fn both_ends(name: &[u8]) -> (u64, u64) {
    if let (Some(first), Some(last)) = (name.first_chunk(), name.last_chunk()) {
        return (u64::from_le_bytes(*first), u64::from_le_bytes(*last));
    }
    if let (Some(first), Some(last)) = (name.first_chunk(), name.last_chunk()) {
        let four = (u32::from_le_bytes(*first) as u64) << 32 | u32::from_le_bytes(*last) as u64;
        return (four, four);
    }
    (0, 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [(&str, Known); 14] = [
        ("connection", Known::Connection),
        ("content-length", Known::ContentLength),
        ("transfer-encoding", Known::TransferEncoding),
        ("upgrade", Known::Upgrade),
        ("expect", Known::Expect),
        ("host", Known::Host),
        ("keep-alive", Known::KeepAlive),
        ("proxy-connection", Known::ProxyConnection),
        ("te", Known::Te),
        ("trailer", Known::Trailer),
        ("cookie", Known::Cookie),
        ("set-cookie", Known::SetCookie),
        ("x-forwarded-for", Known::XForwardedFor),
        ("date", Known::Date),
    ];

    #[test]
    fn a_name_is_known_in_any_case_and_with_no_byte_changed() {
        for (name, known) in NAMES {
            assert_eq!(Known::of(name.as_bytes()), known, "{name}");
            assert_eq!(Known::of(name.to_ascii_uppercase().as_bytes()), known, "{name}");
            for at in 0..name.len() {
                for byte in 0..=255 {
                    let mut other = name.as_bytes().to_vec();
                    other[at] = byte;
                    let same = other.eq_ignore_ascii_case(name.as_bytes());
                    assert_eq!(Known::of(&other) == known, same, "{other:?}");
                }
            }
            assert_ne!(Known::of(&name.as_bytes()[1..]), known);
            assert_eq!(Known::of(format!("{name}x").as_bytes()), Known::Other);
        }
        assert_eq!(Known::of(b""), Known::Other);
    }
}

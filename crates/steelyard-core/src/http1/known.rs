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

impl Known {
    /// By length first: most names are told apart without comparing a byte.
    #[inline]
    pub(crate) fn of(name: &[u8]) -> Self {
        let is = |what: &str, known: Self| {
            if name.eq_ignore_ascii_case(what.as_bytes()) {
                known
            } else {
                Self::Other
            }
        };
        match name.len() {
            2 => is("te", Self::Te),
            4 => match name[0] | 0x20 {
                b'h' => is("host", Self::Host),
                b'd' => is("date", Self::Date),
                _ => Self::Other,
            },
            6 => match name[0] | 0x20 {
                b'e' => is("expect", Self::Expect),
                b'c' => is("cookie", Self::Cookie),
                _ => Self::Other,
            },
            7 => match name[0] | 0x20 {
                b'u' => is("upgrade", Self::Upgrade),
                b't' => is("trailer", Self::Trailer),
                _ => Self::Other,
            },
            10 => match name[0] | 0x20 {
                b'c' => is("connection", Self::Connection),
                b'k' => is("keep-alive", Self::KeepAlive),
                b's' => is("set-cookie", Self::SetCookie),
                _ => Self::Other,
            },
            14 => is("content-length", Self::ContentLength),
            15 => is("x-forwarded-for", Self::XForwardedFor),
            16 => is("proxy-connection", Self::ProxyConnection),
            17 => is("transfer-encoding", Self::TransferEncoding),
            _ => Self::Other,
        }
    }

    #[inline]
    pub(crate) const fn bit(self) -> u32 {
        1 << (self as u8)
    }
}

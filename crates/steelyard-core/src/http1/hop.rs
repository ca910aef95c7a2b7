//! What a head says of the one connection it came on (RFC 9110 section 7.6, RFC 9112 section 9).

use super::head::{Head, Span, Version};
use super::known::Known;
use super::token::list_has;

/// The fields that are of one connection.
const OF_ONE_HOP: u32 = Known::Connection.bit() | Known::KeepAlive.bit() | Known::ProxyConnection.bit() | Known::Te.bit();

impl Head {
    /// Whether the connection may carry another message after this one, as its fields and version say
    /// (RFC 9112 section 9.3). Rules may have changed the fields; the answer follows them.
    #[must_use]
    pub fn keep_alive(&self) -> bool {
        if self.must_close {
            return false;
        }
        let (mut close, mut keep) = (false, false);
        for value in self.lines(Known::Connection) {
            close |= list_has(value, b"close");
            keep |= list_has(value, b"keep-alive");
        }
        !close && (keep || self.version == Version::Http11)
    }

    /// The `Upgrade` field, when `Connection` names it and the version has it (RFC 9110 section 7.8).
    #[must_use]
    pub fn upgrade(&self) -> Option<&[u8]> {
        if self.version != Version::Http11 || !self.may_have(Known::Upgrade) {
            return None;
        }
        let asked = self.lines(Known::Connection).any(|value| list_has(value, b"upgrade"));
        if asked {
            self.get(b"upgrade").filter(|value| !value.is_empty())
        } else {
            None
        }
    }

    /// `Expect: 100-continue` in an HTTP/1.1 request (RFC 9110 section 10.1.1).
    #[must_use]
    pub fn expects_continue(&self) -> bool {
        self.version == Version::Http11
            && self
                .lines(Known::Expect)
                .any(|value| value.eq_ignore_ascii_case(b"100-continue"))
    }

    /// Whether `Connection` says `close`.
    #[inline]
    #[must_use]
    pub fn says_close(&self) -> bool {
        self.may_have(Known::Connection) && self.lines(Known::Connection).any(|value| list_has(value, b"close"))
    }

    /// Takes `close` and `keep-alive` out of `Connection`, once they are known: as in HAProxy, no rule sees them, and what a rule says
    /// itself is told from them. Gives [`Head::keep_alive`] as it was before.
    pub fn settle_connection(&mut self) -> bool {
        if !self.may_have(Known::Connection) {
            return !self.must_close && self.version == Version::Http11;
        }
        // What nearly all say that say anything: one line, and nothing else in it.
        let mut lines = self.fields.iter().enumerate();
        let mut next = || lines.find(|(_, field)| field.known == Known::Connection);
        let keep = match (next(), next()) {
            (Some((at, field)), None) => {
                let value = self.bytes(field.value);
                let keep = *value == *b"keep-alive";
                (keep || *value == *b"close").then_some((at, *field, keep))
            }
            _ => None,
        };
        let Some((at, field, keep)) = keep else {
            let keep = self.keep_alive();
            self.settle_lists();
            return keep;
        };
        // Where it is the last one, nothing has to be moved.
        if at + 1 == self.fields.len() {
            self.fields.pop();
        } else {
            self.fields.remove(at);
        }
        self.seen &= !Known::Connection.bit();
        if self.cut == Span::default() && field.line_end != 0 {
            self.cut = Span {
                start: field.name.start,
                end: field.line_end,
            };
        } else {
            self.whole = 0;
        }
        keep && !self.must_close
    }

    /// The same for lines that may say more.
    fn settle_lists(&mut self) {
        let mut left = std::mem::take(&mut self.spare);
        let mut fields = std::mem::take(&mut self.fields);
        fields.retain_mut(|field| {
            if field.known != Known::Connection {
                return true;
            }
            let value = self.bytes(field.value);
            if !list_has(value, b"close") && !list_has(value, b"keep-alive") {
                return true;
            }
            left.clear();
            for option in value.split(|&byte| byte == b',').map(<[u8]>::trim_ascii) {
                if option.is_empty() || option.eq_ignore_ascii_case(b"close") || option.eq_ignore_ascii_case(b"keep-alive") {
                    continue;
                }
                if !left.is_empty() {
                    left.extend_from_slice(b", ");
                }
                left.extend_from_slice(option);
            }
            self.whole = 0;
            field.line_end = 0;
            field.value = self.push_value(&left);
            !left.is_empty()
        });
        if !fields.iter().any(|field| field.known == Known::Connection) {
            self.seen &= !Known::Connection.bit();
        }
        self.fields = fields;
        self.spare = left;
    }

    /// Takes every `Connection` field off, and with it what it says of this one connection. Call before a message goes
    /// on to the next hop, which gets its own: `Connection: X-Forwarded-For` must not make that hop drop our fields.
    /// `upgrade` stays asked for when `keep_upgrade`, and of `TE` only `trailers` goes on. What rules have added stays.
    #[inline]
    pub fn strip_connection(&mut self, keep_upgrade: bool) {
        if self.seen & OF_ONE_HOP != 0 {
            self.strip(keep_upgrade);
        }
    }

    fn strip(&mut self, keep_upgrade: bool) {
        if self.added & Known::Connection.bit() != 0 {
            self.settle_connection();
        }
        let of_sender = OF_ONE_HOP & !self.added;
        let trailers = of_sender & Known::Te.bit() != 0 && self.lines(Known::Te).any(|value| list_has(value, b"trailers"));
        let connection = of_sender & Known::Connection.bit() != 0 && self.may_have(Known::Connection);
        self.fields.retain(|field| field.known.bit() & of_sender == 0);
        self.seen &= !of_sender;
        self.whole = 0;
        let upgrade = connection && keep_upgrade;
        if trailers {
            // Both are of one hop, and a sender names them (RFC 9110 section 10.1.4).
            self.add(b"TE", b"trailers");
        }
        match (trailers, upgrade) {
            (true, true) => self.add(b"Connection", b"TE, Upgrade"),
            (true, false) => self.add(b"Connection", b"TE"),
            (false, true) => self.add(b"Connection", b"Upgrade"),
            (false, false) => {}
        }
    }
}

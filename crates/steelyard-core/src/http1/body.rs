//! How long a body is (RFC 9112 section 6.3).

use super::head::{Framing, Head, Version};
use super::known::{Known, FRAMING};
use super::token::{parse_u64, trim};
use super::HeadError;

/// The body of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    None,
    /// Bytes; may be 0.
    Length(u64),
    Chunked,
    /// Until the connection ends (responses only).
    Close,
}

impl Head {
    /// The body that follows a request. Decided when the head was parsed: rules that edit fields do not move the end of
    /// a message.
    pub fn request_body(&self) -> Result<Body, HeadError> {
        match self.received_framing()? {
            Framing::Length(length) => Ok(Body::Length(length)),
            Framing::Chunked => Ok(Body::Chunked),
            Framing::Absent | Framing::Unknown => Ok(Body::None),
        }
    }

    /// Whether no response of this status has a body (RFC 9110 sections 15.2, 15.3.5 and 15.4.5).
    #[must_use]
    pub fn is_bodiless(status: u16) -> bool {
        status < 200 || status == 204 || status == 304
    }

    /// The body that follows a response to a request with this method. 101 and a 2xx to CONNECT have none: what follows
    /// is a tunnel.
    pub fn response_body(&self, request_method: &[u8]) -> Result<Body, HeadError> {
        let status = self.status();
        if Self::is_bodiless(status) || request_method == b"HEAD" {
            return Ok(Body::None);
        }
        if request_method == b"CONNECT" && status < 300 {
            return Ok(Body::None);
        }
        match self.received_framing()? {
            Framing::Length(length) => Ok(Body::Length(length)),
            Framing::Chunked => Ok(Body::Chunked),
            Framing::Absent | Framing::Unknown => Ok(Body::Close),
        }
    }

    /// Makes `Content-Length` and `Transfer-Encoding` say what `body` is. Call before [`Head::write`] when rules may have
    /// touched those fields or the body was changed: a message must never go on with framing that is not its own.
    pub fn set_body(&mut self, body: Body) {
        match body {
            Body::Length(length) if self.sized && self.framing == Framing::Length(length) => {}
            Body::Length(length) => {
                self.remove(b"transfer-encoding");
                let mut digits = [0u8; 20];
                let text = decimal(length, &mut digits);
                let mut values = self.lines(Known::ContentLength);
                if values.next() != Some(text) || values.next().is_some() {
                    drop(values);
                    self.set(b"Content-Length", text);
                }
            }
            Body::Chunked => {
                self.remove(b"content-length");
                let mut values = self.lines(Known::TransferEncoding);
                let right = values.next().is_some_and(|value| value.eq_ignore_ascii_case(b"chunked")) && values.next().is_none();
                drop(values);
                if !right {
                    self.set(b"Transfer-Encoding", b"chunked");
                }
            }
            Body::None | Body::Close if self.seen & FRAMING == 0 => {}
            Body::None | Body::Close => {
                self.remove(b"content-length");
                self.remove(b"transfer-encoding");
            }
        }
    }

    fn received_framing(&self) -> Result<Framing, HeadError> {
        match self.framing {
            Framing::Unknown => self.framing_of_fields(false),
            known => Ok(known),
        }
    }

    /// The length of a message with one plain `Content-Length`, which is how most bodies are framed; `None`: look closer.
    pub(crate) fn plain_length(&self) -> Option<u64> {
        const DIGITS: usize = 18; // Whatever they are, the number is less than `MAX_LENGTH`.
        if self.may_have(Known::TransferEncoding) || (self.response && (self.status < 200 || self.status == 204)) {
            return None;
        }
        let mut lines = self.lines(Known::ContentLength);
        let (Some(text), None) = (lines.next(), lines.next()) else {
            return None;
        };
        let plain = text.len() <= DIGITS && (text.len() == 1 || text.first() != Some(&b'0'));
        parse_u64(text).filter(|_| plain)
    }

    /// What `Content-Length` and `Transfer-Encoding` say; contradictions and nonsense are errors. What `relaxed` lets
    /// pass is in the manual under `option accept-unsafe-violations-in-http-response`.
    pub(crate) fn framing_of_fields(&self, relaxed: bool) -> Result<Framing, HeadError> {
        // Judged even where Transfer-Encoding makes it void.
        let length = self.length_of_fields()?;
        if self.may_have(Known::TransferEncoding) {
            let mut lines = self.lines(Known::TransferEncoding);
            if let Some(first) = lines.next() {
                // RFC 9112 section 6.1: faulty. A response that is so framed can still be told apart safely, for its
                // connection is closed after it; a request is refused.
                if self.version() == Version::Http10 && !self.is_response() && !relaxed {
                    return Err(HeadError::TransferEncoding);
                }
                if lines.next().is_none() && first.eq_ignore_ascii_case(b"chunked") {
                    return Ok(Framing::Chunked);
                }
                return self.other_coding(relaxed && self.is_response());
            }
        }
        Ok(length.map_or(Framing::Absent, Framing::Length))
    }

    fn length_of_fields(&self) -> Result<Option<u64>, HeadError> {
        let mut length = None;
        for line in self.lines(Known::ContentLength) {
            for part in line.split(|&b| b == b',') {
                let number = parse_u64(trim(part))
                    .filter(|&n| n <= MAX_LENGTH)
                    .ok_or(HeadError::ContentLength)?;
                if length.is_some_and(|before| before != number) {
                    return Err(HeadError::ContentLength);
                }
                length = Some(number);
            }
        }
        Ok(length)
    }

    /// The list of codings is not just `chunked`.
    #[cold]
    fn other_coding(&self, relaxed: bool) -> Result<Framing, HeadError> {
        let (mut chunked, mut other, mut empty, mut ends) = (0, 0, 0, false);
        for coding in self
            .lines(Known::TransferEncoding)
            .flat_map(|line| line.split(|&b| b == b','))
        {
            let coding = trim(coding);
            ends = coding.eq_ignore_ascii_case(b"chunked");
            *(if ends {
                &mut chunked
            } else if coding.is_empty() {
                &mut empty
            } else {
                &mut other
            }) += 1;
        }
        match (chunked, other, empty) {
            (1, 1.., 0) if ends => Err(HeadError::Coding),
            (1.., 0, _) if relaxed => Ok(Framing::Chunked),
            (0, 0, _) if relaxed => Ok(Framing::Absent),
            _ => Err(HeadError::TransferEncoding),
        }
    }
}

/// Longest body: lengths stay in `i64`, so sums of two never wrap.
const MAX_LENGTH: u64 = i64::MAX as u64;

/// The decimal digits of a number, written into `room`.
fn decimal(mut number: u64, room: &mut [u8; 20]) -> &[u8] {
    let mut at = room.len();
    loop {
        at -= 1;
        room[at] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            return &room[at..];
        }
    }
}

//! How long a body is (RFC 9112 section 6.3).

use super::head::{Framing, Head, Version};
use super::known::Known;
use super::token::{list_has, parse_u64, trim};
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
            // A request's body cannot end with its connection.
            Framing::Close => Err(HeadError::TransferEncoding),
            Framing::Absent | Framing::Unknown => Ok(Body::None),
        }
    }

    /// The body that follows a response to a request with this method. 101 and a 2xx to CONNECT have none: what follows
    /// is a tunnel.
    pub fn response_body(&self, request_method: &[u8]) -> Result<Body, HeadError> {
        let status = self.status();
        if status < 200 || status == 204 || status == 304 || request_method == b"HEAD" {
            return Ok(Body::None);
        }
        if request_method == b"CONNECT" && status < 300 {
            return Ok(Body::None);
        }
        match self.received_framing()? {
            Framing::Length(length) => Ok(Body::Length(length)),
            Framing::Chunked => Ok(Body::Chunked),
            Framing::Close | Framing::Absent | Framing::Unknown => Ok(Body::Close),
        }
    }

    fn received_framing(&self) -> Result<Framing, HeadError> {
        match self.framing {
            Framing::Unknown => self.framing_of_fields(),
            known => Ok(known),
        }
    }

    /// What `Content-Length` and `Transfer-Encoding` say; contradictions and nonsense are errors.
    pub(crate) fn framing_of_fields(&self) -> Result<Framing, HeadError> {
        if self.may_have(Known::TransferEncoding) {
            let mut lines = self.values(b"transfer-encoding");
            if let Some(first) = lines.next() {
                if self.version() == Version::Http10 {
                    return Err(HeadError::TransferEncoding);
                }
                if lines.next().is_none() && first.eq_ignore_ascii_case(b"chunked") {
                    return Ok(Framing::Chunked);
                }
                return self.other_coding();
            }
        }
        if self.may_have(Known::ContentLength) {
            let mut length = None;
            for line in self.values(b"content-length") {
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
            if let Some(length) = length {
                return Ok(Framing::Length(length));
            }
        }
        Ok(Framing::Absent)
    }

    fn other_coding(&self) -> Result<Framing, HeadError> {
        let chunked = self.values(b"transfer-encoding").any(|line| list_has(line, b"chunked"));
        // A response with an unknown coding that is not chunked ends with its connection (RFC 9112 section 6.3, 4).
        if self.is_response() && !chunked {
            return Ok(Framing::Close);
        }
        Err(HeadError::TransferEncoding)
    }
}

/// Longest body: lengths stay in `i64`, so sums of two never wrap.
const MAX_LENGTH: u64 = i64::MAX as u64;

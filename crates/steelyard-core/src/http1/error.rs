//! Why a head is refused.

/// Why a message head is refused. A message that gave one is never forwarded.
///
/// The engine answers a request with [`HeadError::status`] and closes; for a response it answers 502.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HeadError {
    /// The head does not fit `Limits::max_head`.
    TooLarge,
    /// More fields than `Limits::max_headers`.
    TooManyHeaders,
    /// The method is no token (RFC 9110 section 9.1).
    Method,
    /// The target is in none of the four forms of RFC 9112 section 3.2, or holds a byte that no URI may hold.
    Target,
    /// The target holds a fragment (`#`).
    Fragment,
    /// The target's authority and the `Host` field differ, there are differing `Host` fields, or `Host` is no authority.
    Host,
    /// Neither HTTP/1.0 nor HTTP/1.1 (HTTP/0.9 has no version at all).
    Version,
    /// The start line is not of the shape that RFC 9112 sections 3 and 4 give.
    StartLine,
    /// The status code is not three digits from 100 to 999 (RFC 9110 section 15; those over 599 pass, as in HAProxy).
    Status,
    /// A field name is empty, no token or over 255 bytes, or white space stands before its colon.
    Name,
    /// A field line without a colon.
    NoColon,
    /// NUL or a bare CR in a field value.
    Value,
    /// A line ends with LF alone (RFC 9112 section 2.2).
    BareLf,
    /// A line begins with white space (obs-fold, RFC 9112 section 5.2).
    Fold,
    /// `Content-Length` is empty, no number, too large, or there are several that differ.
    ContentLength,
    /// A `Transfer-Encoding` that does not end with its only `chunked`, or in an HTTP/1.0 request.
    TransferEncoding,
    /// A `Transfer-Encoding` with a coding before `chunked`: sound, and not supported.
    Coding,
    /// An HTTP/1.0 GET, HEAD or DELETE with a body, which old agents don't look for (manual, `h1-accept-payload-with-any-method`).
    Payload,
    /// A WebSocket handshake without a `Sec-WebSocket-Key` (RFC 6455 section 4.2.1).
    WebSocket,
}

impl HeadError {
    /// The status that a client gets for a request of this kind.
    #[must_use]
    pub fn status(self) -> u16 {
        match self {
            Self::Coding => 422,
            Self::Payload => 413,
            _ => 400,
        }
    }

    /// A short, fixed description for logs and `show errors`.
    #[must_use]
    pub fn what(self) -> &'static str {
        match self {
            Self::TooLarge => "head too large",
            Self::TooManyHeaders => "too many header fields",
            Self::Method => "invalid method",
            Self::Target => "invalid request target",
            Self::Fragment => "fragment in the request target",
            Self::Host => "Host does not agree with the request target",
            Self::Version => "unsupported HTTP version",
            Self::StartLine => "malformed start line",
            Self::Status => "invalid status code",
            Self::Name => "invalid header field name",
            Self::NoColon => "header line without a colon",
            Self::Value => "invalid character in a header field value",
            Self::BareLf => "line ends with LF alone",
            Self::Fold => "folded header line",
            Self::ContentLength => "invalid Content-Length",
            Self::TransferEncoding => "invalid Transfer-Encoding",
            Self::Coding => "unsupported transfer coding",
            Self::Payload => "HTTP/1.0 request of this method with a body",
            Self::WebSocket => "WebSocket handshake without a key",
        }
    }
}

impl std::fmt::Display for HeadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.what())
    }
}

impl std::error::Error for HeadError {}

//! Built-in pages and reason phrases, as HAProxy sends them: clients and health checks have come to know them.

/// The reason phrase of a status that a rule gives. Tools match on these words, so the odd ones are HAProxy's too.
pub fn reason(status: u16) -> &'static [u8] {
    match status {
        100 => b"Continue",
        101 => b"Switching Protocols",
        200 => b"OK",
        201 => b"Created",
        202 => b"Accepted",
        203 => b"Non-Authoritative Information",
        204 => b"No Content",
        205 => b"Reset Content",
        206 => b"Partial Content",
        207 => b"Multi-Status",
        210 => b"Content Different",
        226 => b"IM Used",
        300 => b"Multiple Choices",
        301 => b"Moved Permanently",
        302 => b"Found",
        303 => b"See Other",
        304 => b"Not Modified",
        305 => b"Use Proxy",
        307 => b"Temporary Redirect",
        308 => b"Permanent Redirect",
        310 => b"Too many Redirects",
        400 => b"Bad Request",
        401 => b"Unauthorized",
        402 => b"Payment Required",
        403 => b"Forbidden",
        404 => b"Not Found",
        405 => b"Method Not Allowed",
        406 => b"Not Acceptable",
        407 => b"Proxy Authentication Required",
        408 => b"Request Time-out",
        409 => b"Conflict",
        410 => b"Gone",
        411 => b"Length Required",
        412 => b"Precondition Failed",
        413 => b"Request Entity Too Large",
        414 => b"Request-URI Too Long",
        415 => b"Unsupported Media Type",
        416 => b"Requested range unsatisfiable",
        417 => b"Expectation failed",
        418 => b"I'm a teapot",
        421 => b"Misdirected Request",
        422 => b"Unprocessable Content",
        423 => b"Locked",
        424 => b"Method failure",
        425 => b"Too Early",
        426 => b"Upgrade Required",
        428 => b"Precondition Required",
        429 => b"Too Many Requests",
        431 => b"Request Header Fields Too Large",
        449 => b"Retry With",
        450 => b"Blocked by Windows Parental Controls",
        451 => b"Unavailable For Legal Reasons",
        456 => b"Unrecoverable Error",
        499 => b"client has closed connection",
        500 => b"Internal Server Error",
        501 => b"Not Implemented",
        502 => b"Bad Gateway or Proxy Error",
        503 => b"Service Unavailable",
        504 => b"Gateway Time-out",
        505 => b"HTTP Version not supported",
        506 => b"Variant also negotiate",
        507 => b"Insufficient storage",
        508 => b"Loop detected",
        509 => b"Bandwidth Limit Exceeded",
        510 => b"Not extended",
        511 => b"Network authentication required",
        520 => b"Web server is returning an unknown error",
        _ => class(status),
    }
}

/// What stands for a status that has no phrase of its own.
fn class(status: u16) -> &'static [u8] {
    match status / 100 {
        1 => b"Informational",
        2 => b"Success",
        3 => b"Redirection",
        4 => b"Client Error",
        5 => b"Server Error",
        _ => b"Other",
    }
}

/// The reason phrase of a built-in page, where it is another.
pub fn page_reason(status: u16) -> &'static [u8] {
    match status {
        400 => b"Bad request",
        407 => b"Unauthorized",
        413 => b"Payload Too Large",
        502 => b"Bad Gateway",
        _ => reason(status),
    }
}

/// What the built-in page says; `None`: there is no page for that status.
fn sentence(status: u16) -> Option<&'static str> {
    Some(match status {
        200 => "Service ready.",
        400 => "Your browser sent an invalid request.",
        401 | 407 => "You need a valid user and password to access this content.",
        403 => "Request forbidden by administrative rules.",
        404 => "The resource could not be found.",
        405 => "A request was made of a resource using a request method not supported by that resource.",
        408 => "Your browser didn't send a complete request in time.",
        410 => "The resource is no longer available and will not be available again.",
        413 => "The request entity exceeds the maximum allowed.",
        421 => "Request sent to a non-authoritative server.",
        422 => "The server cannot process the contained instructions.",
        425 => "Your browser sent early data.",
        429 => "You have sent too many requests in a given amount of time.",
        500 => "An internal server error occurred.",
        501 => "The server does not support the functionality required to fulfill the request.",
        502 => "The server returned an invalid or incomplete response.",
        503 => "No server is available to handle this request.",
        504 => "The server didn't respond in time.",
        _ => return None,
    })
}

/// The built-in page; empty for a status that has none.
pub fn body(status: u16) -> Vec<u8> {
    let Some(sentence) = sentence(status) else { return Vec::new() };
    let reason = String::from_utf8_lossy(page_reason(status));
    format!("<html><body><h1>{status} {reason}</h1>\n{sentence}\n</body></html>\n").into_bytes()
}

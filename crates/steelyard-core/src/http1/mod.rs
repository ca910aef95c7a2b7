//! HTTP/1.x messages without I/O: heads, body framing, chunked bodies (RFC 9110, RFC 9112).
//!
//! Bytes go in, a [`Head`] comes out; it is edited in place and written out again, case and order kept. What the RFCs
//! forbid is refused; what `option accept-invalid-http-request` (or `-response`) tolerates is tolerated with
//! [`Limits::relaxed`]. Nothing here panics on any input, and a head that trickles in costs linear time.

mod body;
mod chunked;
mod edit;
mod error;
mod head;
mod hop;
mod host;
mod known;
mod name;
mod normal;
mod outgoing;
mod parse;
mod scan;
mod start;
mod target;
mod token;

pub use body::Body;
pub use chunked::{ChunkDecoder, ChunkError, ChunkStep};
pub use error::HeadError;
pub use head::{Head, Version};
pub use name::{FieldLine, FieldName};
pub use outgoing::Fit;
pub(crate) use parse::MAX_NAME;
pub use parse::{parse_request, parse_response, Limits, Progress};
pub use target::TargetForm;
pub use token::{eq_ignore_case, list_has, parse_u64};

#[cfg(test)]
mod tests;

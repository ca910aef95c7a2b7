//! Replies that are made here, by an action or for an error.

use super::expr::LogFormat;
use serde::{Deserialize, Serialize};

/// Bytes, as base64 (standard alphabet, padded).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Payload(pub String);

/// A whole HTTP reply read from a file for a status code (`errorfile`), sent as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ErrorFile {
    pub status: u16,
    pub reply: Reply,
}

/// A reply made here rather than by a server.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reply {
    /// `None`: the status that the action has by default.
    pub status: Option<u16>,
    pub content_type: Option<String>,
    pub body: ReplyBody,
    /// Names and values, added in order.
    pub headers: Vec<(String, LogFormat)>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum ReplyBody {
    /// The proxy's error file for the status, or the built-in page.
    #[default]
    Default,
    /// No body at all.
    Empty,
    /// `string` and `file`.
    Bytes { bytes: Payload },
    /// `lf-string` and `lf-file`.
    LogFormat { format: LogFormat },
    /// A whole reply with its head, read from an error file (`errorfile`).
    Raw { bytes: Payload },
    /// `errorloc302`, `errorloc303`: a redirect.
    Location { status: u16, url: String },
}

//! Replies made here rather than by a server.

use crate::ctx::Ctx;
use crate::http1::Head;
use crate::program::Program;

/// Why a reply was made: what the engine counts and logs follows from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplyCause {
    Deny,
    Tarpit,
    Return,
    Redirect,
    Auth,
    /// An error of the engine's own, by status.
    Error,
}

/// A whole reply: head (with its length) and body.
#[derive(Debug)]
pub struct MadeReply {
    pub head: Head,
    pub body: Vec<u8>,
    pub cause: ReplyCause,
    /// The client's connection is closed after it.
    pub close: bool,
}

/// The page for an error status: the proxy's error file for it, or the built-in one.
pub fn error_reply(_program: &Program, _proxy: u32, status: u16, _ctx: &mut Ctx<'_>) -> MadeReply {
    MadeReply {
        head: Head::from_parts_response(status, b"Error"),
        body: Vec::new(),
        cause: ReplyCause::Error,
        close: true,
    }
}

//! Everything a fetch may look at, and what rules may change.

use crate::http1::Head;
use crate::record::Record;
use crate::state::State;
use crate::table::Tracking;
use crate::vars::Vars;
use bumpalo::Bump;
use std::net::{IpAddr, SocketAddr};

/// A client connection, from accept to close.
#[derive(Clone, Debug)]
pub struct Session {
    /// `None`: a unix socket.
    pub src: Option<SocketAddr>,
    pub dst: Option<SocketAddr>,
    /// Index in `Plan::proxies`.
    pub frontend: u32,
    /// Index in the frontend's binds.
    pub bind: u32,
    /// Wall clock at accept: seconds and microseconds since the epoch.
    pub accepted: (u64, u32),
}

impl Session {
    pub fn src_ip(&self) -> Option<IpAddr> {
        self.src.map(|address| address.ip())
    }
}

/// Memory that an evaluation uses and gives back: one a thread is enough.
#[derive(Debug, Default)]
pub struct Scratch {
    pub(crate) arena: Bump,
    pub(crate) text: Vec<u8>,
}

impl Scratch {
    pub fn new() -> Self {
        Self::default()
    }
}

/// What an evaluation sees and may change. Built by the caller for each call: it is only references.
pub struct Ctx<'a> {
    pub session: &'a Session,
    /// Index in `Plan::proxies`.
    pub frontend: u32,
    pub backend: Option<u32>,
    /// Index in the servers of `backend`.
    pub server: Option<u32>,
    pub req: Option<&'a mut Head>,
    pub res: Option<&'a mut Head>,
    /// TCP rule sets: bytes received so far on the side that the rule set looks at. HTTP: the body buffered so far.
    pub input: &'a [u8],
    /// No more input will come before the verdict (end of stream, buffer full, inspect-delay over, body complete).
    pub input_done: bool,
    pub vars: &'a mut Vars,
    /// What `track-sc` rules have tracked.
    pub tracking: &'a mut Tracking,
    pub record: &'a mut Record,
    pub state: &'a dyn State,
    pub scratch: &'a mut Scratch,
}

//! Everything a fetch may look at, and what rules may change.

use crate::http1::Head;
use crate::record::Record;
use crate::state::State;
use crate::table::Tracking;
use crate::vars::Vars;
use bumpalo::Bump;
use std::cell::OnceCell;
use std::net::{IpAddr, SocketAddr};

/// The connection's own addresses, which a header in front of it replaced, and what that said besides.
#[derive(Clone, Debug)]
pub struct Replaced {
    pub src: Option<SocketAddr>,
    pub dst: Option<SocketAddr>,
    /// Of a PROXY header: type-length-value, one after the other (PROXY protocol, section 2.2). `None`: there was none.
    pub values: Option<Box<[u8]>>,
}

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
    /// `None`: the connection did not begin with a header that tells of another one.
    pub header: Option<Box<Replaced>>,
    /// Wall clock at accept: seconds and microseconds since the epoch.
    pub accepted: (u64, u32),
}

impl Session {
    /// Of no connection: what the process does on its own.
    pub fn without_client(frontend: u32, accepted: (u64, u32)) -> Self {
        Self {
            src: None,
            dst: None,
            frontend,
            bind: 0,
            header: None,
            accepted,
        }
    }

    /// The address at the other end of the connection, whatever a header says.
    pub fn own_src(&self) -> Option<SocketAddr> {
        self.header.as_ref().map_or(self.src, |header| header.src)
    }

    /// Takes the addresses of a header in front of the connection, and keeps its own. `None`: there is none on that side.
    pub fn replace(&mut self, addresses: Option<(Option<SocketAddr>, Option<SocketAddr>)>, values: Option<Box<[u8]>>) {
        let (src, dst) = (self.own_src(), self.own_dst());
        self.header = Some(Box::new(Replaced { src, dst, values }));
        if let Some(addresses) = addresses {
            (self.src, self.dst) = addresses;
        }
    }

    /// A PROXY header was there.
    pub fn had_proxy_header(&self) -> bool {
        self.header.as_ref().is_some_and(|header| header.values.is_some())
    }

    /// Our end of the connection.
    pub fn own_dst(&self) -> Option<SocketAddr> {
        self.header.as_ref().map_or(self.dst, |header| header.dst)
    }

    pub fn src_ip(&self) -> Option<IpAddr> {
        self.src.map(|address| address.ip())
    }
}

/// Memory that an evaluation uses and gives back: one a thread is enough.
#[derive(Debug, Default)]
pub struct Scratch {
    pub(crate) arena: Bump,
    pub(crate) text: Vec<u8>,
    /// In a box of its own: each evaluation begins by emptying it.
    pub(crate) parsed: OnceCell<Box<Parsed>>,
}

/// The request in the input of a TCP rule set, read when it is first asked for.
#[derive(Debug)]
pub(crate) struct Parsed {
    /// What it was read from: a thread lends its scratch to one connection after the other.
    pub input: Box<[u8]>,
    /// `None`: the input is no request.
    pub head: Option<Head>,
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
    /// There is no more of it: end of stream, body complete.
    pub input_done: bool,
    /// Who asks will ask again with more input when told to ([`Verdict::Wait`](crate::rules::Verdict)): content rules, until their
    /// inspect delay is over or the buffer is full. For all others, what is there is what counts.
    pub waits: bool,
    pub vars: &'a mut Vars,
    /// What `track-sc` rules have tracked.
    pub tracking: &'a mut Tracking,
    pub record: &'a mut Record,
    pub state: &'a dyn State,
    pub scratch: &'a mut Scratch,
}

impl<'a> Ctx<'a> {
    /// Of a session that has no message, no input and no server: what it is before a request, or beside all of them.
    pub fn without_message(
        session: &'a Session,
        vars: &'a mut Vars,
        tracking: &'a mut Tracking,
        record: &'a mut Record,
        state: &'a dyn State,
        scratch: &'a mut Scratch,
    ) -> Self {
        Self {
            session,
            frontend: session.frontend,
            backend: None,
            server: None,
            req: None,
            res: None,
            input: &[],
            input_done: true,
            waits: false,
            vars,
            tracking,
            record,
            state,
            scratch,
        }
    }
}

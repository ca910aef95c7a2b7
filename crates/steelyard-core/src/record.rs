//! What log lines say about a stream. The engine fills it in; [`render_log`](crate::logformat::render_log) and a few
//! fetches read it (manual section 8.2.6).

use crate::bandwidth::Limit;
use crate::capture::Slots;
use crate::plan::{At, LogStep};
use std::cell::RefCell;
use std::net::SocketAddr;

/// Times in milliseconds (manual section 8.4); -1: that stage was not reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    /// `%Th`: handshakes before the first byte (PROXY header, TLS).
    pub handshake: i64,
    /// `%Ti`: idle time before the first byte of this request.
    pub idle: i64,
    /// `%TR`: first byte of the request to its last head byte.
    pub request: i64,
    /// `%Tw`: in queues.
    pub queue: i64,
    /// `%Tc`: connecting, retries counted.
    pub connect: i64,
    /// `%Tr`: connection to the last byte of the response head.
    pub response: i64,
    /// `%Tt`: accept (or end of the previous request) to the end.
    pub total: i64,
}

impl Default for Times {
    fn default() -> Self {
        Self {
            handshake: 0,
            idle: 0,
            request: -1,
            queue: -1,
            connect: -1,
            response: -1,
            total: 0,
        }
    }
}

/// What rules have set for a stream, instead of what the configuration says. Times in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Set {
    pub client: Option<u64>,
    pub server: Option<u64>,
    pub tunnel: Option<u64>,
    pub connect: Option<u64>,
    pub queue: Option<u64>,
    pub tarpit: Option<u64>,
    pub retries: Option<u32>,
    /// Lower classes leave a queue first; in a class, what came earlier by its offset in milliseconds.
    pub priority_class: i16,
    pub priority_offset: i32,
    /// Of the packets towards the server.
    pub server_mark: Option<u32>,
    pub server_tos: Option<u8>,
}

/// `%OG` of a connection that ended before a session began.
pub const KILLED: &str = "sess_killed";

/// Everything of a stream that only the log wants.
#[derive(Debug)]
pub struct Record {
    pub times: Times,
    /// `%tr`: when the first byte of the request came; seconds and microseconds since the epoch. 0: `%t` is meant.
    pub request_date: (u64, u32),
    /// `%U`: bytes from the client. `%B`: bytes to the client.
    pub bytes_uploaded: u64,
    pub bytes_read: u64,
    /// Bytes to and from the server.
    pub bytes_to_server: u64,
    pub bytes_from_server: u64,
    /// `%ST`; 0: no response (-1 in the log).
    pub status: u16,
    /// The status that the server sent; 0: none.
    pub server_status: u16,
    /// `%ts`/`%tsc`: session end, stage, cookie seen, cookie done. `----` is a good end.
    pub termination: [u8; 4],
    pub retries: u32,
    /// The connection to the server had carried an earlier request.
    pub reused: bool,
    /// Requests that the connection to the server had carried before this one.
    pub server_requests: u32,
    /// The rule that ended a rule set last.
    pub last_rule: Option<At>,
    /// The rule that waits for something, or did when the stream ended.
    pub waiting_rule: Option<At>,
    /// Messages that were no HTTP, from the client and from the server.
    pub glitches: (u32, u32),
    /// Why the server could not be reached, or how its connection broke; 0: it did not (manual, `fc_err_str`).
    pub server_error: u8,
    /// The same of the client's connection.
    pub client_error: u8,
    /// Why there is a connection and no request.
    pub connection_error: Option<&'static str>,
    pub set: Set,
    /// What `set-bandwidth-limit` rules have turned on, in the order of their filters.
    pub bandwidth: Vec<Limit>,
    /// `strict-mode off`: changes that can't be made are passed over.
    pub(crate) soft: bool,
    /// `disable-l7-retry`: the request is not sent again once a server has it.
    pub sent_once: bool,
    /// `expect-proxy`: the connection begins with a PROXY header.
    pub expects_proxy: bool,
    /// `expect-netscaler-cip`
    pub expects_netscaler: bool,
    /// Addresses that rules have set, instead of those of the connection.
    pub src: Option<SocketAddr>,
    pub dst: Option<SocketAddr>,
    /// 103 responses that are to be sent; the last one may lack its empty line.
    pub hints: Vec<u8>,
    /// `+` in front of `%rc`.
    pub redispatched: bool,
    /// `%ac %fc %bc %sc`
    pub actconn: u32,
    pub feconn: u32,
    pub beconn: u32,
    pub srvconn: u32,
    /// `%sq %bq`: places passed in the queues.
    pub srv_queue: u32,
    pub backend_queue: u32,
    /// `%r`: the request line as received, copied before rules may change it. Empty: `<BADREQ>`.
    pub request_line: Vec<u8>,
    /// `%rt`: number of this request in the process; for unique ids.
    pub counter: u32,
    /// `%OG`: where the line comes from that is being written.
    pub origin: &'static str,
    /// `%lc`: number of this log line in its frontend.
    pub frontend_log_counter: u32,
    /// `%s` where no server but the process itself answered, such as `<STATS>`.
    pub applet: Option<&'static str>,
    /// Number of this request on its connection, from 0 (`http_first_req`).
    pub request_index: u32,
    /// `%bi %bp`: our address towards the server. `%si %sp`: the server's. `None` before a connection.
    pub backend_source: Option<SocketAddr>,
    pub server_address: Option<SocketAddr>,
    /// `set-log-level`: `None` not set, `Some(None)` silent, `Some(Some(n))` 0 (emerg) to 7 (debug).
    pub log_level: Option<Option<u8>>,
    /// `option logasap`: `+` in front of total times and sizes, which may be of less than all of it.
    pub early: bool,
    /// `%CC %CS`: captured cookies, `name=value`.
    pub request_cookie: Option<Vec<u8>>,
    pub response_cookie: Option<Vec<u8>>,
    /// `%hr %hs`: capture slots of the frontend.
    pub request_captures: Slots,
    pub response_captures: Slots,
    /// `%ID`; made once, when first asked for.
    pub(crate) unique_id: RefCell<Vec<u8>>,
}

impl Default for Record {
    fn default() -> Self {
        Self {
            times: Times::default(),
            request_date: (0, 0),
            bytes_uploaded: 0,
            bytes_read: 0,
            bytes_to_server: 0,
            bytes_from_server: 0,
            status: 0,
            server_status: 0,
            termination: *b"----",
            retries: 0,
            reused: false,
            server_requests: 0,
            last_rule: None,
            waiting_rule: None,
            glitches: (0, 0),
            server_error: 0,
            client_error: 0,
            connection_error: None,
            set: Set::default(),
            bandwidth: Vec::new(),
            soft: false,
            sent_once: false,
            expects_proxy: false,
            expects_netscaler: false,
            src: None,
            dst: None,
            hints: Vec::new(),
            redispatched: false,
            actconn: 0,
            feconn: 0,
            beconn: 0,
            srvconn: 0,
            srv_queue: 0,
            backend_queue: 0,
            request_line: Vec::new(),
            counter: 0,
            origin: "unspec",
            frontend_log_counter: 0,
            applet: None,
            request_index: 0,
            backend_source: None,
            server_address: None,
            log_level: None,
            early: false,
            request_cookie: None,
            response_cookie: None,
            request_captures: Slots::default(),
            response_captures: Slots::default(),
            unique_id: RefCell::new(Vec::new()),
        }
    }
}

impl Record {
    pub fn new() -> Self {
        Self::default()
    }

    /// What `dontlog-normal`, `log-separate-errors` and the converter `when` tell apart (manual, all three).
    pub fn is_erroneous(&self) -> bool {
        // `-` is a good end, `L` one that was asked for here (a redirect, statistics).
        let ended_well = matches!(self.termination[0], b'-' | b'L');
        !ended_well || self.retries > 0 || self.redispatched || self.status >= 500
    }

    /// The line is of what is no connection or no request.
    pub(crate) fn is_refused(&self) -> bool {
        self.origin == KILLED || self.origin == LogStep::Error.origin()
    }

    /// The line is of a connection, before there is a stream.
    pub(crate) fn is_connection(&self) -> bool {
        const STEPS: [LogStep; 3] = [LogStep::Accept, LogStep::TcpReqConn, LogStep::TcpReqSess];
        self.origin == KILLED || STEPS.iter().any(|step| step.origin() == self.origin)
    }

    /// The line is of a stream that has come further than to be accepted.
    pub(crate) fn has_stream(&self) -> bool {
        !self.is_refused() && self.origin != LogStep::Accept.origin()
    }

    /// Ready for the next request of the same connection; allocations are kept.
    pub fn reset(&mut self) {
        let mut line = std::mem::take(&mut self.request_line);
        let mut id = std::mem::take(self.unique_id.get_mut());
        let mut request_captures = std::mem::take(&mut self.request_captures);
        let mut response_captures = std::mem::take(&mut self.response_captures);
        line.clear();
        id.clear();
        request_captures.clear();
        response_captures.clear();
        *self = Self {
            request_line: line,
            unique_id: RefCell::new(id),
            request_captures,
            response_captures,
            ..Self::default()
        };
    }
}

//! What is asked, and what is answered: the two documents of an explanation. Strict: unknown fields are errors.

use crate::plan::Payload;
use crate::rules::Step;
use serde::{Deserialize, Serialize};

/// One request, and the world it comes into.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// Index in `Plan::proxies`, and in that frontend's binds.
    pub frontend: u32,
    #[serde(default)]
    pub bind: u32,
    /// `address:port`; none: a unix socket.
    pub src: Option<String>,
    pub dst: Option<String>,
    /// What the client sends: head and body (mode http), or the first bytes of its stream (mode tcp).
    pub request: Payload,
    /// What the server answers; none: `HTTP/1.1 200 OK` without a body.
    pub response: Option<Payload>,
    /// The clock: microseconds since the epoch.
    pub now: u64,
    /// Servers that are not as the configuration has them.
    #[serde(default)]
    pub servers: Vec<ServerState>,
    /// Loads of proxies that are not idle.
    #[serde(default)]
    pub proxies: Vec<ProxyState>,
    /// What `rand()` and `balance random` draw.
    #[serde(default)]
    pub random: u32,
    /// The connection was used before: rules of connections and sessions have run.
    #[serde(default)]
    pub reused: bool,
}

/// A server in the fake world. Indices in `Plan::proxies` and in that backend's servers.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerState {
    pub proxy: u32,
    pub server: u32,
    #[serde(default = "yes")]
    pub up: bool,
    /// Takes no new clients, but those that persist.
    #[serde(default)]
    pub drain: bool,
    #[serde(default)]
    pub conns: u32,
    #[serde(default)]
    pub queued: u32,
    /// None: the configuration's.
    pub weight: Option<u32>,
}

fn yes() -> bool {
    true
}

/// Load of a proxy in the fake world.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ProxyState {
    pub proxy: u32,
    /// `fe_conn`, `fe_req_rate`, `fe_sess_rate`
    pub fe_conn: u32,
    pub fe_req_rate: u32,
    pub fe_sess_rate: u32,
    /// `be_conn`, `be_sess_rate`, `queue`
    pub be_conn: u32,
    pub be_sess_rate: u32,
    pub queue: u32,
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// A server got it.
    Forwarded,
    /// Answered here: by a rule, or with an error.
    Replied,
    /// Answered here after `timeout tarpit`.
    Tarpitted,
    /// The connection was closed without an answer; silently: the client isn't told.
    Closed,
    Dropped,
    /// A service of the balancer answers, as the statistics page.
    Served,
    /// The rules want more bytes than the case has.
    Waits,
}

/// A message's head, as text for people.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Message {
    pub line: String,
    pub headers: Vec<(String, String)>,
}

/// What became of a case.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Outcome {
    pub steps: Vec<Step>,
    pub end: End,
    /// In words: `http-request deny`, `no server is usable`.
    pub why: String,
    pub backend: Option<String>,
    pub server: Option<String>,
    /// As the server gets it.
    pub request: Option<Message>,
    /// As the client gets it.
    pub status: Option<u16>,
    pub response: Option<Message>,
    pub body: String,
    /// `%ts` and the cookie letters.
    pub termination: String,
    /// The line of the frontend's log; none: nothing is logged.
    pub log: Option<String>,
    /// Variables that are set at the end, `scope.name` and value, those of the process left out.
    pub variables: Vec<(String, String)>,
    /// The client's connection may carry another request.
    pub keeps: bool,
    /// Bytes of the case behind the request: of the next one, where the connection is kept.
    pub unread: u64,
}

//! Rules and actions.

use super::base::At;
use super::expr::{Cond, Expr, LogFormat, Scope};
use super::reply::Reply;
use serde::{Deserialize, Serialize};

/// An action and when to do it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    pub at: At,
    pub action: Action,
    pub cond: Option<Cond>,
    /// The words of the configuration, for traces.
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RedirectKind {
    Location,
    Prefix,
    Scheme,
}

/// Which connection of a stream: towards the client, or the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    Client,
    Server,
}

/// What `set-timeout` sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StreamTimeout {
    Client,
    Connect,
    Queue,
    Server,
    Tarpit,
    Tunnel,
}

/// What `normalize-uri` does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Normalizer {
    FragmentEncode,
    FragmentStrip,
    PathMergeSlashes,
    PathStripDot,
    PathStripDotdot,
    PercentDecodeUnreserved,
    PercentToUppercase,
    QuerySortByName,
}

/// `filter bwlim-in` (`upload`) or `bwlim-out`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bandwidth {
    pub at: At,
    pub upload: bool,
    /// Bytes in each period.
    pub limit: u64,
    /// Milliseconds; of a shared one that of the table's rate counts.
    pub period: u64,
    /// Fewer bytes go on only as the last ones.
    pub min_size: u64,
    /// Streams of one key share the limit; `None`: each has its own.
    pub key: Option<Expr>,
    /// Index in `Plan::tables`; where bytes are counted of those that share.
    pub table: u32,
}

/// What a rule does. The rule set that holds it says to which message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Action {
    /// `allow` (HTTP) and `accept` (TCP): stop evaluating this rule set.
    Allow,
    /// `deny`: a reply, 403 in requests and 502 in responses where `reply.status` is `None`.
    Deny {
        reply: Reply,
    },
    Tarpit {
        reply: Reply,
    },
    Return {
        reply: Reply,
    },
    /// TCP rule sets: close the connection. HTTP: close without a reply.
    Reject,
    /// `ttl`: the hop limit of the reset that is sent where dropping needs a right that is missing.
    SilentDrop {
        ttl: Option<u8>,
    },
    Redirect {
        kind: RedirectKind,
        target: LogFormat,
        code: u16,
        drop_query: bool,
        append_slash: bool,
        ignore_empty: bool,
        set_cookie: Option<String>,
        clear_cookie: Option<String>,
        /// A location takes the query of the request with it.
        keep_query: bool,
        /// Instead of `set_cookie` and `clear_cookie`; empty: not given.
        set_cookie_fmt: LogFormat,
        clear_cookie_fmt: LogFormat,
    },
    Auth {
        realm: Option<String>,
    },
    SetHeader {
        name: String,
        value: LogFormat,
    },
    AddHeader {
        name: String,
        value: LogFormat,
    },
    /// `matcher` is one of str, beg, end, sub, reg.
    DelHeader {
        name: String,
        matcher: super::Matcher,
    },
    ReplaceHeader {
        name: String,
        regex: String,
        value: LogFormat,
    },
    ReplaceValue {
        name: String,
        regex: String,
        value: LogFormat,
    },
    ReplacePath {
        regex: String,
        value: LogFormat,
    },
    ReplacePathq {
        regex: String,
        value: LogFormat,
    },
    ReplaceUri {
        regex: String,
        value: LogFormat,
    },
    SetMethod {
        value: LogFormat,
    },
    SetPath {
        value: LogFormat,
    },
    SetPathq {
        value: LogFormat,
    },
    SetQuery {
        value: LogFormat,
    },
    SetUri {
        value: LogFormat,
    },
    SetStatus {
        status: u16,
        reason: Option<String>,
    },
    /// `conditions`: words such as `ifexists`, with spaces between them.
    SetVar {
        scope: Scope,
        name: String,
        conditions: String,
        expr: Expr,
    },
    SetVarFmt {
        scope: Scope,
        name: String,
        conditions: String,
        value: LogFormat,
    },
    UnsetVar {
        scope: Scope,
        name: String,
    },
    /// 0 (emerg) to 7 (debug); `None` is `silent`.
    SetLogLevel {
        level: Option<u8>,
    },
    /// `set-src`, `set-dst` and their ports.
    SetAddress {
        side: Side,
        port: bool,
        expr: Expr,
    },
    /// Milliseconds.
    SetTimeout {
        timeout: StreamTimeout,
        value: Expr,
    },
    SetRetries {
        retries: Expr,
    },
    /// `set-priority-class`, or the offset in milliseconds.
    SetPriority {
        offset: bool,
        expr: Expr,
    },
    /// Mark or type of service of the packets of a connection.
    SetPacket {
        side: Side,
        tos: bool,
        value: Expr,
    },
    /// A field of the 103 response that goes out first.
    EarlyHint {
        name: String,
        value: LogFormat,
    },
    /// `option`: `full` or `strict`.
    NormalizeUri {
        name: Normalizer,
        option: bool,
    },
    /// Milliseconds.
    Pause {
        time: Expr,
    },
    /// Milliseconds, and bytes that are enough; 0: the whole body. `large`: in a buffer of `tune.bufsize.large`, where it needs one.
    WaitForBody {
        time: u64,
        at_least: u64,
        large: bool,
    },
    WaitForHandshake,
    /// Writes a line of the frontend's log; `profile`: index in `Global::log_profiles`, instead of those of its `log` lines.
    DoLog {
        profile: Option<u32>,
    },
    /// Looks a name up and keeps an address of it. `resolvers`: name of the section; `family`: 4 or 6 is preferred, 0 for none.
    DoResolve {
        scope: Scope,
        name: String,
        resolvers: String,
        family: u8,
        expr: Expr,
    },
    /// Turns a limit on. `limit` in bytes and `period` in milliseconds instead of the filter's own.
    SetBandwidthLimit {
        filter: Bandwidth,
        limit: Option<Expr>,
        period: Option<Expr>,
    },
    /// Whether changes of a message that can't be made end the stream with an internal error, for the rules behind.
    StrictMode {
        on: bool,
    },
    /// The rest of the connection begins with a PROXY header, as with `accept-proxy`.
    ExpectProxy,
    /// The request is not sent again once a server has it, whatever `retry-on` says.
    DisableL7Retry,
    /// A header of NetScaler comes first, as with `accept-netscaler-cip`; its magic number is the listener's.
    ExpectNetscalerCip,
    /// `tcp-response content close`: no more of the server; the client gets what came so far.
    Close,
    /// `tcp-request content switch-mode http`: the connection goes on as one of HTTP/1.
    SwitchMode,
    /// -1024 to 1024.
    SetNice {
        nice: i32,
    },
    /// Fields whose names and values stand in one sample, as `req.hdrs_bin` gives them; only those whose names begin with `prefix`.
    AddHeadersBin {
        expr: Expr,
        prefix: Option<String>,
    },
    SetHeadersBin {
        expr: Expr,
        prefix: Option<String>,
    },
    /// Fields whose names stand in one sample; `matcher` is one of str, beg, end, sub.
    DelHeadersBin {
        expr: Expr,
        matcher: super::Matcher,
    },
    /// Keep the sample in a place of the log: one of its own, of `len` bytes, or number `id` of those that the frontend declares.
    Capture {
        expr: Expr,
        len: Option<u32>,
        id: Option<u32>,
    },
    /// Counter `number` tracks the key that the expression gives, in a table (index in `Plan::tables`).
    TrackSc {
        number: u32,
        expr: Expr,
        table: u32,
    },
    /// Adds to a general purpose counter of what counter `number` tracks: `sc-add-gpc`, and the `sc-inc-gpc` family with 1.
    /// `array`: only to the element of an array `gpc`; else to `gpc0` or `gpc1`, or the element that stands for it.
    ScAddGpc {
        index: u32,
        array: bool,
        number: u32,
        amount: Expr,
    },
    /// Sets a general purpose tag, by the same rules.
    ScSetGpt {
        index: u32,
        array: bool,
        number: u32,
        value: Expr,
    },
    /// The value of a key in a map file (index in `Plan::pattern_files`), or a new entry.
    SetMap {
        file: u32,
        key: LogFormat,
        value: LogFormat,
    },
    DelMap {
        file: u32,
        key: LogFormat,
    },
    /// An entry of a pattern file, where there is none of that key.
    AddAcl {
        file: u32,
        key: LogFormat,
    },
    DelAcl {
        file: u32,
        key: LogFormat,
    },
    /// `http-request use-service`: the name of a service of the Python side.
    UseService {
        name: String,
    },
}

//! What holds for the whole process.

use super::expr::LogFormat;
use super::rule::Rule;
use super::server::Address;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Global {
    /// Worker threads, at least 1.
    pub nbthread: u32,
    /// Most client connections at once, over all frontends.
    pub maxconn: u32,
    /// Most new sessions a second; 0 is no limit.
    pub maxconnrate: u32,
    pub hostname: String,
    pub node: String,
    pub description: String,
    /// `log` lines of the global section.
    pub logs: Vec<LogTarget>,
    pub log_profiles: Vec<LogProfile>,
    pub rings: Vec<Ring>,
    pub log_backends: Vec<LogBackend>,
    pub log_tag: String,
    /// Sent in syslog headers when `log-send-hostname` is set.
    pub log_send_hostname: Option<String>,
    /// `tune.bufsize`, bytes: also the most a request or response head may take, less `maxrewrite`.
    pub bufsize: u32,
    /// `tune.bufsize.large`, bytes; 0: there are no such buffers.
    pub bufsize_large: u32,
    pub maxrewrite: u32,
    /// `tune.http.maxhdr`
    pub max_headers: u32,
    /// `h1-accept-payload-with-any-method`: HTTP/1.0 requests of all methods may have a body.
    pub any_payload: bool,
    /// `http-err-codes` and `http-fail-codes`: ranges of statuses, both ends included, that count as errors of clients and as failures of
    /// servers in stick tables.
    pub http_err_codes: Vec<(u16, u16)>,
    pub http_fail_codes: Vec<(u16, u16)>,
    /// Bytes of a request line in logs.
    pub log_uri_length: u32,
    /// Milliseconds that live connections get after a soft stop; 0 is no limit.
    pub hard_stop_after: u64,
    /// `spread-checks`, percent. Read by health/, kept here so that it shows in `plan`.
    pub spread_checks: u32,
    /// Idle server connections kept for each thread and server, at most.
    pub pool_max_idle: u32,
    /// Process number, from 1 (`nbproc`).
    pub process: u32,
    /// `option tune.h1.zero-copy...` and kin come later; `nosplice` is `-dS`.
    pub nosplice: bool,
    /// `set-var` and `set-var-fmt` lines: only actions of these kinds, on variables of the process, done once before the start.
    pub init: Vec<Rule>,
    /// `jwt.decrypt_alg_list` and `jwt.decrypt_enc_list`: how tokens that are decrypted may be encrypted (RFC 7518 sections 4.1 and 5.1).
    pub jwt_algorithms: Vec<String>,
    pub jwt_encryptions: Vec<String>,
    pub var_limits: VarLimits,
    /// Certificates that decrypt tokens (`jwt on`).
    pub jwt_certificates: Vec<JwtCertificate>,
    /// Who may ask for a trace of a request. It comes from the command line, not from the configuration.
    pub tracing: Option<Tracing>,
}

/// Requests that carry this header and come from one of these networks (address, prefix length) are traced.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tracing {
    pub header: String,
    pub sources: Vec<(String, u8)>,
}

/// `tune.vars.*-max-size`: bytes of variables; 0 is no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct VarLimits {
    pub global: u64,
    pub process: u64,
    pub session: u64,
    pub transaction: u64,
    pub message: u64,
}

/// A name of a certificate, and its private key in PEM.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JwtCertificate {
    pub name: String,
    pub key: String,
}

impl std::fmt::Debug for JwtCertificate {
    /// The key is left out.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("JwtCertificate").field(&self.name).finish()
    }
}

/// All but `RSA1_5` (RFC 8725 section 3.2).
const JWT_ALGORITHMS: &[&str] = &[
    "dir",
    "A128KW",
    "A192KW",
    "A256KW",
    "A128GCMKW",
    "A192GCMKW",
    "A256GCMKW",
    "RSA-OAEP",
    "RSA-OAEP-256",
    "ECDH-ES",
    "ECDH-ES+A128KW",
    "ECDH-ES+A192KW",
    "ECDH-ES+A256KW",
];
const JWT_ENCRYPTIONS: &[&str] = &[
    "A128CBC-HS256",
    "A192CBC-HS384",
    "A256CBC-HS512",
    "A128GCM",
    "A192GCM",
    "A256GCM",
];

impl Default for Global {
    fn default() -> Self {
        Self {
            nbthread: 1,
            maxconn: 10_000,
            maxconnrate: 0,
            hostname: String::new(),
            node: String::new(),
            description: String::new(),
            logs: Vec::new(),
            log_profiles: Vec::new(),
            rings: Vec::new(),
            log_backends: Vec::new(),
            log_tag: "haproxy".into(),
            log_send_hostname: None,
            bufsize: 16_384,
            bufsize_large: 0,
            maxrewrite: 1_024,
            max_headers: 101,
            any_payload: false,
            http_err_codes: vec![(400, 499)],
            // 501 and 505 are answers to what a client asked for.
            http_fail_codes: vec![(500, 500), (502, 504), (506, 599)],
            log_uri_length: 1023,
            hard_stop_after: 0,
            spread_checks: 0,
            pool_max_idle: 1_024,
            process: 1,
            nosplice: false,
            init: Vec::new(),
            jwt_algorithms: JWT_ALGORITHMS.iter().map(|name| (*name).into()).collect(),
            jwt_encryptions: JWT_ENCRYPTIONS.iter().map(|name| (*name).into()).collect(),
            jwt_certificates: Vec::new(),
            var_limits: VarLimits::default(),
            tracing: None,
        }
    }
}

/// One `log` line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogTarget {
    pub transport: LogTransport,
    pub format: LogFormatName,
    /// Syslog facility, 0 (kern) to 23 (local7); `None` where the line gives none (stdout with raw/short).
    pub facility: u8,
    /// Most verbose level that is sent, 0 (emerg) to 7 (debug).
    pub level: u8,
    /// Lowest severity number; more urgent ones are sent as this.
    pub min_level: u8,
    /// Longest line, bytes.
    pub length: u32,
    pub sample: Option<LogSample>,
    /// Index in `Global::log_profiles`.
    pub profile: Option<u32>,
}

/// `sample 2-3,8:10`: which of each `size` lines go here; both ends of a range count, from 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogSample {
    pub ranges: Vec<(u32, u32)>,
    pub size: u32,
}

/// When the one line of a stream is written, where no `log-steps` say otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogMoment {
    /// As soon as there is a stream; it tells of the connection alone (manual section 8.2.1).
    Accept,
    /// When the server has been reached (TCP) or has answered (HTTP): nothing of what comes later is in the line.
    Answer,
    #[default]
    End,
}

/// Where a line is written from (manual section 8.3.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogStep {
    Accept,
    Request,
    Connect,
    Response,
    Close,
    Error,
    Any,
    /// `do-log` of a rule set.
    TcpReqConn,
    TcpReqSess,
    TcpReqCont,
    TcpResCont,
    HttpReq,
    HttpRes,
    HttpAfterRes,
}

impl LogStep {
    /// As `%OG` names it (manual section 8.2.6).
    pub fn origin(self) -> &'static str {
        match self {
            Self::Accept => "txn_accept",
            Self::Request => "txn_request",
            Self::Connect => "txn_connect",
            Self::Response => "txn_response",
            Self::Close => "txn_close",
            Self::Error => "sess_error",
            Self::Any => "unspec",
            Self::TcpReqConn => "tcp-req-conn",
            Self::TcpReqSess => "tcp-req-sess",
            Self::TcpReqCont => "tcp-req-cont",
            Self::TcpResCont => "tcp-res-cont",
            Self::HttpReq => "http-req",
            Self::HttpRes => "http-res",
            Self::HttpAfterRes => "http-after-res",
        }
    }
}

/// `log-profile`
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LogProfile {
    pub name: String,
    pub tag: Option<String>,
    pub steps: Vec<ProfileStep>,
}

/// `on <step> ...`: the last one for a step counts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProfileStep {
    pub step: LogStep,
    pub drop: bool,
    pub format: Option<LogFormat>,
    pub sd: Option<LogFormat>,
}

/// `ring`: lines that are kept in memory and, where there are servers, sent to each of them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Ring {
    pub name: String,
    /// Bytes that may wait for a server; the newest lines are dropped beyond.
    pub size: u64,
    pub servers: Vec<RingServer>,
    /// Milliseconds; 0 is no limit.
    pub timeout_connect: u64,
    pub timeout_server: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RingServer {
    pub address: Address,
    /// `log-proto octet-count` (RFC 6587 section 3.4.1); else lines end with a line feed.
    pub octet_count: bool,
}

/// A backend in `mode log`: its index in `Plan::proxies`, and how each of its servers is reached (none of them a backend again).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LogBackend {
    pub proxy: u32,
    pub servers: Vec<LogTransport>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum LogTransport {
    Udp {
        address: String,
        port: u16,
    },
    Unix {
        path: String,
    },
    Abstract {
        name: String,
    },
    Fd {
        fd: i32,
    },
    /// Index in `Global::rings`.
    Ring {
        ring: u32,
    },
    /// Index in `Global::log_backends`: its balance algorithm chooses a server for each line.
    Backend {
        backend: u32,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormatName {
    Rfc3164,
    Rfc5424,
    Local,
    Priority,
    Short,
    Timed,
    Iso,
    Raw,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Userlist {
    pub name: String,
    pub users: Vec<User>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    pub name: String,
    pub password: String,
    /// The password is in clear (`insecure-password`), else a crypt(3) hash.
    pub insecure: bool,
    pub groups: Vec<String>,
}

//! What holds for the whole process.

use super::rule::Rule;
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
    pub log_tag: String,
    /// Sent in syslog headers when `log-send-hostname` is set.
    pub log_send_hostname: Option<String>,
    /// `tune.bufsize`, bytes: also the most a request or response head may take, less `maxrewrite`.
    pub bufsize: u32,
    pub maxrewrite: u32,
    /// `tune.http.maxhdr`
    pub max_headers: u32,
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
}

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
            log_tag: "haproxy".into(),
            log_send_hostname: None,
            bufsize: 16_384,
            maxrewrite: 1_024,
            max_headers: 101,
            hard_stop_after: 0,
            spread_checks: 0,
            pool_max_idle: 1_024,
            process: 1,
            nosplice: false,
            init: Vec::new(),
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
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum LogTransport {
    Udp { address: String, port: u16 },
    Unix { path: String },
    Fd { fd: i32 },
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

//! Frontends, backends and listens.

use super::base::At;
use super::expr::{Cond, Expr, LogFormat};
use super::global::{LogMoment, LogStep, LogTarget};
use super::reply::ErrorFile;
use super::rule::Rule;
use super::server::{Address, Server, SourceAddress};
use super::table::StickRule;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    #[default]
    Tcp,
    Http,
}

/// A frontend has `frontend`, a backend has `backend`, a listen has both.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Proxy {
    pub id: u32,
    pub name: String,
    pub at: At,
    pub mode: Mode,
    pub disabled: bool,
    /// A text for the statistics.
    pub description: String,
    pub frontend: Option<Frontend>,
    pub backend: Option<Backend>,
    pub timeouts: Timeouts,
    pub options: Options,
    pub rules: Rulesets,
    /// `log` lines, with `log global` replaced by the global ones.
    pub logs: Vec<LogTarget>,
    pub log_tag: Option<String>,
    /// Empty: no log line at all is made for this frontend.
    pub log_format: LogFormat,
    /// `log-format-sd`: structured data of RFC 5424; empty: none.
    pub log_format_sd: LogFormat,
    /// Used for errors of a connection before a request is there; empty: the default text.
    pub error_log_format: LogFormat,
    pub errorfiles: Vec<ErrorFile>,
    pub forwardfor: Option<ForwardFor>,
    /// `option originalto`
    pub originalto: Option<ForwardFor>,
    pub stats: Option<Stats>,
    pub unique_id_format: LogFormat,
    pub unique_id_header: Option<String>,
}

/// All in milliseconds; `None` is without limit.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Timeouts {
    pub client: Option<u64>,
    pub client_fin: Option<u64>,
    pub connect: Option<u64>,
    pub server: Option<u64>,
    pub server_fin: Option<u64>,
    pub queue: Option<u64>,
    pub tunnel: Option<u64>,
    pub http_request: Option<u64>,
    pub http_keep_alive: Option<u64>,
    pub check: Option<u64>,
    pub tarpit: Option<u64>,
    /// `tcp-request inspect-delay`
    pub inspect: Option<u64>,
    /// `tcp-response inspect-delay`
    pub inspect_response: Option<u64>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeepAlive {
    /// `option http-keep-alive`, the default.
    #[default]
    KeepAlive,
    /// `option http-server-close`
    ServerClose,
    /// `option httpclose` (and `forceclose`)
    Close,
}

/// `clitcpka-*`, `srvtcpka-*`: how TCP asks a silent peer whether it is still there. 0 is as the system has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Probes {
    /// Without an answer before the connection is given up.
    pub count: u32,
    /// Seconds of silence before the first one.
    pub idle: u32,
    /// Seconds between two.
    pub interval: u32,
}

/// Options of manual section 4.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Options {
    pub http_connection: KeepAlive,
    pub abortonclose: bool,
    pub accept_invalid_http_request: bool,
    pub accept_invalid_http_response: bool,
    pub allbackups: bool,
    pub clitcpka: bool,
    pub clitcpka_probes: Probes,
    pub srvtcpka: bool,
    pub srvtcpka_probes: Probes,
    pub contstats: bool,
    pub dontlog_normal: bool,
    pub dontlognull: bool,
    pub http_buffer_request: bool,
    pub http_ignore_probes: bool,
    pub http_no_delay: bool,
    pub http_pretend_keepalive: bool,
    /// `option http_proxy`: forward to the address in the URL.
    pub http_proxy: bool,
    pub http_use_proxy_header: bool,
    pub idle_close_on_response: bool,
    pub log_health_checks: bool,
    pub log_separate_errors: bool,
    pub logasap: bool,
    pub nolinger: bool,
    pub persist: bool,
    pub prefer_last_server: bool,
    pub redispatch: bool,
    /// `option redispatch N`; 0 is the default of HAProxy (the last try only).
    pub redispatch_after: i32,
    pub splice_auto: bool,
    pub splice_request: bool,
    pub splice_response: bool,
    pub tcp_smart_accept: bool,
    pub tcp_smart_connect: bool,
    pub transparent: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rulesets {
    pub tcp_request_connection: Vec<Rule>,
    pub tcp_request_session: Vec<Rule>,
    pub tcp_request_content: Vec<Rule>,
    pub tcp_response_content: Vec<Rule>,
    pub http_request: Vec<Rule>,
    pub http_response: Vec<Rule>,
    pub http_after_response: Vec<Rule>,
}

/// `option forwardfor` / `option originalto`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForwardFor {
    pub header: String,
    /// Networks for which nothing is added: address and prefix.
    pub except: Vec<(String, u8)>,
    pub if_none: bool,
}

/// `stats uri` and kin: the page is made by the Python side.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Stats {
    pub uri: String,
    pub realm: Option<String>,
    /// `user:password` pairs of `stats auth`.
    pub users: Vec<(String, String)>,
    /// Seconds; `None` no refresh.
    pub refresh: Option<u64>,
    pub hide_version: bool,
    pub show_legends: bool,
    pub show_node: Option<String>,
    pub show_desc: Option<String>,
    pub scope: Vec<String>,
    /// `stats http-request`: rules that decide on access.
    pub rules: Vec<Rule>,
    /// `stats admin`: conditions under which the page may act.
    pub admin: Vec<Cond>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Frontend {
    pub binds: Vec<Bind>,
    /// Most connections at once; 0: the global limit only.
    pub maxconn: u32,
    /// Most new sessions a second (`rate-limit sessions`); 0 is no limit.
    pub rate_limit_sessions: u32,
    pub use_backend: Vec<UseBackend>,
    /// Index in `Plan::proxies`; a listen names itself.
    pub default_backend: Option<u32>,
    pub monitor_uri: Option<String>,
    /// `monitor fail` conditions.
    pub monitor_fail: Vec<Cond>,
    /// `capture request header`, in the order of the file.
    pub capture_request: Vec<HeaderCapture>,
    /// `capture response header`, in the order of the file.
    pub capture_response: Vec<HeaderCapture>,
    pub capture_cookie: Option<CookieCapture>,
    pub log_moment: LogMoment,
    /// `log-steps`: when lines are written; none: once, at `log_moment`.
    pub log_steps: Vec<LogStep>,
}

/// The last line of a header, for the log.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeaderCapture {
    /// Its place among the capture rules gives its place in the log.
    pub at: At,
    pub name: String,
    /// Bytes that are kept.
    pub len: u32,
}

/// `capture cookie`
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CookieCapture {
    /// What the cookie begins with: (a part of) its name, or its name and `=`.
    pub name: String,
    /// Bytes that are kept of `name=value`.
    pub len: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UseBackend {
    pub at: At,
    /// `Some`: index in `Plan::proxies`; `None`: `name` is evaluated and looked up.
    pub backend: Option<u32>,
    pub name: LogFormat,
    pub cond: Option<Cond>,
    pub text: String,
}

/// A listening socket. Python opens it (rights, unix modes, hand-over) and gives its descriptor in `fd`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Bind {
    pub id: u32,
    pub name: String,
    pub at: At,
    pub address: Address,
    /// Set by `process/` just before the engine starts; -1 until then.
    pub fd: i32,
    /// 0: the frontend's limit.
    pub maxconn: u32,
    pub accept_proxy: bool,
    /// `accept-netscaler-cip`: the magic number of the header; 0: none is expected.
    pub netscaler_cip: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Backend {
    pub balance: Balance,
    pub servers: Vec<Server>,
    pub cookie: Option<Cookie>,
    pub http_reuse: HttpReuse,
    /// Further tries after a failed one.
    pub retries: u32,
    pub retry_on: RetryOn,
    pub fullconn: u32,
    /// So many may wait for the server that a client had before (`option prefer-last-server`); one more goes elsewhere. `None`: any
    /// number.
    pub max_keep_alive_queue: Option<u32>,
    pub source: Option<SourceAddress>,
    /// `dispatch address:port`: one server without a name.
    pub dispatch: Option<Address>,
    pub use_server: Vec<UseServer>,
    /// `stick` lines, in order.
    pub stick: Vec<StickRule>,
    /// `force-persist` and `ignore-persist` lines, in order: the first one that applies counts.
    pub persistence: Vec<PersistRule>,
    /// `http-send-name-header`: the request tells the name of the server in this header, lower case.
    pub send_name_header: Option<String>,
}

/// When a request goes to a server once more (`retry-on`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RetryOn {
    /// No connection came about.
    pub connection: bool,
    /// The server closed without a word.
    pub empty: bool,
    /// It said something that is no response, or part of one.
    pub junk: bool,
    /// It did not answer in time.
    pub timeout: bool,
    /// It answered with one of these.
    pub statuses: Vec<u16>,
}

impl Default for RetryOn {
    fn default() -> Self {
        Self {
            connection: true,
            empty: false,
            junk: false,
            timeout: false,
            statuses: Vec::new(),
        }
    }
}

impl RetryOn {
    /// Whether a request may go again that a server had already.
    pub fn repeats(&self) -> bool {
        self.empty || self.junk || self.timeout || !self.statuses.is_empty()
    }
}

/// `use-server`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UseServer {
    pub at: At,
    /// `Some`: index in `Backend::servers`; `None`: `name` is evaluated and looked up.
    pub server: Option<u32>,
    pub name: LogFormat,
    pub cond: Option<Cond>,
    pub text: String,
}

/// `force-persist` or `ignore-persist`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersistRule {
    pub at: At,
    pub force: bool,
    pub cond: Cond,
    pub text: String,
}

impl Default for Backend {
    fn default() -> Self {
        Self {
            balance: Balance::default(),
            servers: Vec::new(),
            cookie: None,
            http_reuse: HttpReuse::default(),
            retries: 3,
            retry_on: RetryOn::default(),
            fullconn: 0,
            max_keep_alive_queue: None,
            source: None,
            dispatch: None,
            use_server: Vec::new(),
            stick: Vec::new(),
            persistence: Vec::new(),
            send_name_header: None,
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HttpReuse {
    Never,
    #[default]
    Safe,
    Aggressive,
    Always,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Balance {
    pub kind: BalanceKind,
    pub hash: HashType,
    /// `hash-balance-factor`, percent; 0 is off.
    pub hash_balance_factor: u32,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum BalanceKind {
    #[default]
    Roundrobin,
    StaticRr,
    Leastconn,
    First,
    Source,
    /// `len` and `depth`: 0 is the whole.
    Uri {
        len: u32,
        depth: u32,
        whole: bool,
        path_only: bool,
    },
    /// `check_post`: `None` off, else bytes to wait for.
    UrlParam {
        name: String,
        check_post: Option<u32>,
    },
    Hdr {
        name: String,
        use_domain_only: bool,
    },
    Random {
        draws: u32,
    },
    RdpCookie {
        name: String,
    },
    Hash {
        expr: Expr,
    },
    /// `balance sticky`: never chosen by an algorithm.
    Sticky,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HashType {
    pub consistent: bool,
    pub function: HashFunction,
    pub avalanche: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HashFunction {
    #[default]
    Sdbm,
    Djb2,
    Wt6,
    Crc32,
    None,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CookieMode {
    Rewrite,
    #[default]
    Insert,
    Prefix,
    /// A bare `cookie NAME`: the application sets it, it is only read.
    Passive,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Cookie {
    pub name: String,
    pub mode: CookieMode,
    pub indirect: bool,
    pub nocache: bool,
    pub postonly: bool,
    pub preserve: bool,
    pub httponly: bool,
    pub secure: bool,
    pub domains: Vec<String>,
    /// Seconds; 0 is no limit.
    pub maxidle: u64,
    pub maxlife: u64,
    /// `attr` words, added as they are.
    pub attrs: Vec<String>,
    pub dynamic: bool,
    pub dynamic_key: Option<String>,
}

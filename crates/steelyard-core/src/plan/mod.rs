//! The plan: the only language the engine understands.
//!
//! A versioned, typed document that the Python side compiles from a configuration (`python/steelyard/plan/schema/` is
//! its twin; `tests/unit/test_plan_twins.py` holds the two together). Nothing in it still needs parsing: expressions are
//! trees, conditions are sums of products, times are milliseconds, sizes are bytes, names are resolved to indices.
//! Unknown fields are refused. Strings are UTF-8; raw bytes are base64 (`Payload`).

mod base;
mod expr;
mod global;
mod proxy;
mod reply;
mod rule;
mod server;
mod table;

pub use base::At;
pub use expr::{
    Acl, AclTest, Arg, Call, Cond, Expr, Label, LabelKind, LogFormat, LogItem, Matcher, Pattern, PatternFile, Scope, Term,
};
pub use global::{
    Global, JwtCertificate, LogBackend, LogFormatName, LogMoment, LogProfile, LogSample, LogStep, LogTarget, LogTransport,
    ProfileStep, Ring, RingServer, Tracing, User, Userlist, VarLimits,
};
pub use proxy::{
    Backend, Balance, BalanceKind, Bind, Cookie, CookieCapture, CookieMode, ForwardFor, Frontend, HashFunction, HashType,
    HeaderCapture, HttpReuse, KeepAlive, Mode, Options, PersistRule, Probes, Proxy, RetryOn, Rulesets, Stats, Timeouts,
    UseBackend, UseServer,
};
pub use reply::{ErrorFile, Payload, Reply, ReplyBody};
pub use rule::{Action, Bandwidth, Normalizer, RedirectKind, Rule, Side, StreamTimeout};
pub use server::{Address, Server, SourceAddress};
pub use table::{ServerKey, StickKind, StickRule, StickTable, TableColumn, TableData, TableKey};

use serde::{Deserialize, Serialize};

/// Version of the document. A plan of another version is refused.
pub const PLAN_VERSION: u32 = 1;

/// A whole configuration, resolved.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    pub version: u32,
    /// Names of configuration files; `At::file` points here.
    pub files: Vec<String>,
    pub global: Global,
    /// Every ACL of the file, named and anonymous; `Term::acl` points here.
    pub acls: Vec<Acl>,
    /// Files of patterns (`acl -f`) and maps; `AclTest::files` and `Arg::Map` point here.
    pub pattern_files: Vec<PatternFile>,
    pub userlists: Vec<Userlist>,
    /// Stick tables; `Arg::Table` and rules point here.
    pub tables: Vec<StickTable>,
    /// Every frontend, backend and listen; indices in this list name a proxy everywhere else in the plan.
    pub proxies: Vec<Proxy>,
}

#[cfg(test)]
mod tests;

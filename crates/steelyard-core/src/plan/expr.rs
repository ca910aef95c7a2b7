//! Expressions, ACLs, conditions and log formats.

use super::base::At;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A fetch and the converters its sample goes through, in order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expr {
    pub fetch: Call,
    pub converters: Vec<Call>,
    /// The words of the configuration, for traces and messages.
    pub text: String,
}

/// A fetch or converter by its canonical name (`req.hdr`, never `hdr`) with typed arguments.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Call {
    pub name: String,
    pub args: Vec<Arg>,
}

/// A typed argument. An argument left out in the middle is `Absent`; trailing ones are not listed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Arg {
    Absent,
    Str {
        value: String,
    },
    Int {
        value: i64,
    },
    /// An IPv4 or IPv6 address with a prefix length; 32 or 128 for a lone address.
    Net {
        address: String,
        prefix: u8,
    },
    /// Milliseconds.
    Time {
        ms: u64,
    },
    /// Bytes.
    Size {
        bytes: u64,
    },
    Regex {
        pattern: String,
        icase: bool,
    },
    Var {
        scope: Scope,
        name: String,
    },
    /// Index in `Plan::proxies`.
    Proxy {
        proxy: u32,
    },
    /// Indices in `Plan::proxies` and in that proxy's servers.
    Server {
        proxy: u32,
        server: u32,
    },
    /// Index in `Plan::userlists`.
    Userlist {
        userlist: u32,
    },
    /// Index in `Plan::tables`.
    Table {
        table: u32,
    },
    /// Index in `Plan::pattern_files`.
    Map {
        map: u32,
    },
    /// Index in `Plan::acls`.
    Acl {
        acl: u32,
        not: bool,
    },
    /// A word that may be the path of a public key, and the text of that file; empty where there is none.
    Key {
        name: String,
        pem: String,
    },
}

/// Scope of a variable (manual section 2.8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    Proc,
    Sess,
    Txn,
    Req,
    Res,
}

/// An ACL: true when any of its tests is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Acl {
    /// Empty for an anonymous ACL.
    pub name: String,
    pub tests: Vec<AclTest>,
}

/// One `acl` line, or the inside of one `{ ... }`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AclTest {
    pub at: At,
    pub expr: Expr,
    pub matcher: Matcher,
    /// `-i`
    pub icase: bool,
    pub patterns: Vec<Pattern>,
    /// `-f` files: indices in `Plan::pattern_files`, matched with the same matcher.
    pub files: Vec<u32>,
    /// The words of the configuration, for traces.
    pub text: String,
}

/// Match methods (manual section 7.1.2 and following).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Matcher {
    Found,
    Bool,
    Int,
    Ip,
    Bin,
    Len,
    Str,
    Beg,
    Sub,
    Dir,
    Dom,
    End,
    Reg,
}

/// A typed pattern; which variants are right follows from the matcher.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Pattern {
    /// `bool`, `int` and `len`: an inclusive range, open where `None`.
    Range { min: Option<i64>, max: Option<i64> },
    /// `str`, `beg`, `sub`, `dir`, `dom`, `end`.
    Text { value: String },
    /// `reg`.
    Regex { value: String },
    /// `ip`: address and prefix length.
    Net { address: String, prefix: u8 },
    /// `bin`: hexadecimal digits.
    Hex { value: String },
}

/// A file of patterns or a map, as it was read: a million entries are one text here, and stay one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PatternFile {
    pub path: String,
    /// A value follows the first blank of a line.
    pub map: bool,
    pub text: Arc<String>,
}

/// One ACL of a condition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// Index in `Plan::acls`.
    pub acl: u32,
    pub not: bool,
}

/// A sum of products: true when every term of any inner list holds; the other way round with `unless`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cond {
    pub unless: bool,
    pub any: Vec<Vec<Term>>,
    /// The words of the configuration, for traces.
    pub text: String,
}

/// A log-format string (manual section 8.2.6), in order.
pub type LogFormat = Vec<LogItem>;

/// One piece of a log-format string.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum LogItem {
    Text {
        value: String,
    },
    /// `%ci`, `%HM`...: the name without the percent sign.
    Alias {
        name: String,
        label: Label,
        flags: Vec<String>,
    },
    /// `%[expr]`; `flags` are the letters and words in `{}` in front of it, signs kept (`+Q`, `-M`, `+json`).
    Expr {
        expr: Expr,
        label: Label,
        flags: Vec<String>,
    },
}

/// `%(name:kind)`: what an item is called, and what type it gets, where it is encoded as JSON or CBOR.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Label {
    pub name: String,
    pub kind: LabelKind,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LabelKind {
    /// The item's own type.
    #[default]
    Natural,
    Str,
    Sint,
    Bool,
}

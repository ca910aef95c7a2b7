//! Stick tables (manual section 11).

use super::base::At;
use serde::{Deserialize, Serialize};

/// A `stick-table` of a proxy, or a `table` of a peers section.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StickTable {
    /// The proxy's name, or `section/table`.
    pub name: String,
    pub at: At,
    pub key: TableKey,
    /// Bytes of a key at most, of strings and binary blocks; 0 for the other types, whose keys have one length.
    pub length: u32,
    /// Entries at most.
    pub size: u32,
    /// Milliseconds after the last update; `None`: entries leave only to make room.
    pub expire: Option<u64>,
    /// A full table takes no new entry.
    pub nopurge: bool,
    pub server_key: ServerKey,
    /// Bytes that count as one in byte rates, from 1.
    pub brates_factor: u32,
    pub store: Vec<TableColumn>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TableKey {
    #[default]
    Ipv4,
    Ipv6,
    Integer,
    String,
    Binary,
}

/// By what an entry remembers its server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServerKey {
    #[default]
    Name,
    Addr,
}

/// One `store` item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableColumn {
    pub data: TableData,
    /// Elements of an array; 1 for all that are none.
    pub count: u32,
    /// Milliseconds over which a rate is measured; 0 for all that are none.
    pub period: u64,
}

/// What an entry holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TableData {
    BytesInCnt,
    BytesInRate,
    BytesOutCnt,
    BytesOutRate,
    ConnCnt,
    ConnCur,
    ConnRate,
    GlitchCnt,
    GlitchRate,
    Gpc,
    GpcRate,
    Gpc0,
    Gpc0Rate,
    Gpc1,
    Gpc1Rate,
    Gpt,
    Gpt0,
    HttpReqCnt,
    HttpReqRate,
    HttpErrCnt,
    HttpErrRate,
    HttpFailCnt,
    HttpFailRate,
    ServerId,
    SessCnt,
    SessRate,
}

impl TableData {
    pub const ALL: [Self; 26] = [
        Self::BytesInCnt,
        Self::BytesInRate,
        Self::BytesOutCnt,
        Self::BytesOutRate,
        Self::ConnCnt,
        Self::ConnCur,
        Self::ConnRate,
        Self::GlitchCnt,
        Self::GlitchRate,
        Self::Gpc,
        Self::GpcRate,
        Self::Gpc0,
        Self::Gpc0Rate,
        Self::Gpc1,
        Self::Gpc1Rate,
        Self::Gpt,
        Self::Gpt0,
        Self::HttpReqCnt,
        Self::HttpReqRate,
        Self::HttpErrCnt,
        Self::HttpErrRate,
        Self::HttpFailCnt,
        Self::HttpFailRate,
        Self::ServerId,
        Self::SessCnt,
        Self::SessRate,
    ];

    /// Whether it is measured over a period.
    pub fn is_rate(self) -> bool {
        matches!(
            self,
            Self::BytesInRate
                | Self::BytesOutRate
                | Self::ConnRate
                | Self::GlitchRate
                | Self::GpcRate
                | Self::Gpc0Rate
                | Self::Gpc1Rate
                | Self::HttpReqRate
                | Self::HttpErrRate
                | Self::HttpFailRate
                | Self::SessRate
        )
    }
}

/// A `stick` line: `match` and `store-request`, or `store-response`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StickRule {
    pub at: At,
    pub kind: StickKind,
    pub expr: super::Expr,
    /// Index in `Plan::tables`.
    pub table: u32,
    pub cond: Option<super::Cond>,
    /// The words of the configuration, for traces.
    pub text: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StickKind {
    Match,
    /// `stick on`: match, and store.
    #[default]
    On,
    StoreRequest,
    StoreResponse,
}

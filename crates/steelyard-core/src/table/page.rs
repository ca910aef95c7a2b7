//! Entries for people to read, a bounded number at a time (`show table`).

use super::{Table, Tables};
use crate::plan::{StickTable, TableData};
use crate::sample::Sample;
use base64::Engine as _;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Where a page begins: entries that come or go between two pages may be seen twice or not at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cursor {
    pub shard: u32,
    pub slot: u32,
}

/// Some entries of a table.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Page {
    pub name: String,
    #[serde(rename = "type")]
    pub key_type: &'static str,
    pub size: usize,
    pub used: usize,
    pub entries: Vec<Entry>,
    /// Where the next page begins; `None`: this is the last one.
    pub next: Option<Cursor>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Entry {
    /// Text; of binary keys base64, and `base64` is true.
    pub key: String,
    pub base64: bool,
    /// Who tracks it.
    #[serde(rename = "use")]
    pub trackers: u32,
    /// Milliseconds until it expires.
    pub exp: Option<u64>,
    pub shard: u32,
    /// Values by name, as `gpc0`; elements of arrays in order.
    pub data: BTreeMap<String, Vec<u64>>,
    /// The server that last took the key: indices of its proxy and in that proxy's servers.
    pub server: Option<(u32, u32)>,
}

impl Tables {
    /// At most `most` entries of a table, from `from` on.
    pub fn page(&self, index: u32, plan: &StickTable, from: Cursor, most: usize) -> Option<Page> {
        let table = self.get(index)?;
        let now = self.now();
        let mut page = Page {
            name: plan.name.clone(),
            key_type: match table.key.kind {
                crate::plan::TableKey::Ipv4 => "ip",
                crate::plan::TableKey::Ipv6 => "ipv6",
                crate::plan::TableKey::Integer => "integer",
                crate::plan::TableKey::String => "string",
                crate::plan::TableKey::Binary => "binary",
            },
            size: table.size(),
            used: table.count(now),
            ..Page::default()
        };
        let mut at = from;
        while let Some(mut shard) = table.lock(at.shard) {
            let slots: Vec<u32> = shard.used(at.slot).take(most + 1 - page.entries.len()).collect();
            for slot in slots {
                if page.entries.len() == most {
                    page.next = Some(Cursor { shard: at.shard, slot });
                    return Some(page);
                }
                if shard.is_expired(slot, now) {
                    continue;
                }
                let entry = shard.with(&table.rules, slot, now, |row| {
                    let (key, base64) = legible(table, row.key());
                    let mut data = BTreeMap::new();
                    for column in &plan.store {
                        let values = (0..column.count).filter_map(|index| row.read(column.data, index)).collect();
                        data.insert(name(column.data), values);
                    }
                    Entry {
                        key,
                        base64,
                        trackers: row.trackers(),
                        exp: row.expires_in(),
                        shard: at.shard,
                        data,
                        server: row.server(),
                    }
                });
                page.entries.extend(entry);
            }
            at = Cursor {
                shard: at.shard + 1,
                slot: 0,
            };
        }
        Some(page)
    }
}

fn legible(table: &Table, key: &[u8]) -> (String, bool) {
    match table.key.sample(key) {
        Sample::Ipv4(ip) => (ip.to_string(), false),
        Sample::Ipv6(ip) => (ip.to_string(), false),
        Sample::Int(number) => (number.to_string(), false),
        Sample::Str(text) => match std::str::from_utf8(text) {
            Ok(text) => (text.to_owned(), false),
            Err(_) => (base64::engine::general_purpose::STANDARD.encode(text), true),
        },
        _ => (base64::engine::general_purpose::STANDARD.encode(key), true),
    }
}

/// As the configuration writes it.
fn name(data: TableData) -> String {
    match serde_json::to_value(data) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}

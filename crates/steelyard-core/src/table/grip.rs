//! An entry that is held for something else than `track-sc`: it stays, and nothing is counted by holding it.

use super::{Handle, Row, Tables};
use std::fmt;
use std::sync::Arc;

/// A held entry; dropped, it is let go.
pub struct Grip {
    tables: Arc<Tables>,
    table: u32,
    handle: Handle,
}

impl Grip {
    /// Holds the entry of a key, a new one where there is none; `None`: the table is full.
    pub fn new(tables: &Arc<Tables>, table: u32, key: &[u8]) -> Option<Self> {
        let handle = tables.get(table)?.hold(key, tables.now())?;
        Some(Self {
            tables: Arc::clone(tables),
            table,
            handle,
        })
    }

    /// Lends the entry.
    pub fn with<R>(&self, run: impl FnOnce(&mut Row<'_>) -> R) -> Option<R> {
        self.tables.get(self.table)?.at(self.handle, self.tables.now(), run)
    }
}

impl Drop for Grip {
    fn drop(&mut self) {
        if let Some(table) = self.tables.get(self.table) {
            table.let_go(self.handle, self.tables.now());
        }
    }
}

impl fmt::Debug for Grip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Grip").field("table", &self.table).finish_non_exhaustive()
    }
}

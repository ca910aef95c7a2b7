//! What stands in every part of the plan.

use serde::{Deserialize, Serialize};

/// Where a thing was written: index in `Plan::files`, and the line, from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct At {
    pub file: u32,
    pub line: u32,
}

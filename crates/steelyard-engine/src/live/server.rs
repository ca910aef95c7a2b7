//! The running state of a server.

use super::counters::BackCounters;

/// A server of the plan with its counters and state.
pub struct ServerLive {
    pub proxy: u32,
    pub index: u32,
    pub counters: BackCounters,
}

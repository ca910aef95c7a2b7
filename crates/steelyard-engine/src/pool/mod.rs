//! Idle server connections of a worker thread (room http).

/// The idle server connections of one thread.
#[derive(Default)]
pub struct Pool {}

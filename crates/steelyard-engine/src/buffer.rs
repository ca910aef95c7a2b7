//! Pooled buffers of a worker thread (room http).

/// The buffers of one thread.
#[derive(Default)]
pub struct Buffers {}

//! Input and output on tokio: one current-thread runtime for each worker thread, nothing shared but atomics and short locks.
//!
//! A connection goes `accept -> http::serve | relay::tcp::serve -> pick -> connect -> relay -> log`. What all threads must
//! see alike (servers, queues, counters) is in `live`; what a thread has for itself (pools) is in `worker`.

pub mod accept;
pub mod buffer;
mod clock;
pub mod connect;
pub mod engine;
pub mod error;
pub mod event;
pub mod http;
pub mod live;
mod meter;
pub mod observe;
pub mod order;
pub mod pick;
pub mod pool;
pub mod relay;
pub mod service;
pub mod snapshot;
pub mod stream;
mod sys;
pub mod timer;
pub mod worker;

pub use engine::Engine;

//! Logs.

mod log;

pub use log::send_log;

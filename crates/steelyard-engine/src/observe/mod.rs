//! Logs.

mod log;

pub use log::send_log;
pub(crate) use log::send_order;

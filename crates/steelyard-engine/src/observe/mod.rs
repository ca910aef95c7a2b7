//! Logs: from a line's body to a datagram or a descriptor.

mod balanced;
mod date;
mod header;
mod log;
mod ring;
mod routes;
mod sink;

pub(crate) use log::{log_connection_error, send_order};
pub use log::{send_log, Lines};
pub use routes::Logs;

#[cfg(test)]
mod tests;

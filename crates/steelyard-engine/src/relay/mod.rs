//! Moving bytes between a client and a server.

mod content;
pub mod direction;
pub mod duplex;
pub mod http;
mod input;
pub mod rechunk;
pub mod splice;
pub mod tcp;
pub mod throttle;

//! Moving bytes between a client and a server.

pub mod http;
pub mod rechunk;
pub mod tcp;

//! Moving bytes between a client and a server.

pub mod direction;
pub mod duplex;
pub mod http;
pub mod rechunk;
pub mod splice;
pub mod tcp;

//! Moving bytes between a client and a server.

pub mod tcp;

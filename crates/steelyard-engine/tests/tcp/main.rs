//! TCP sessions through a running engine: real sockets, deadlines, no sleeps.
#![allow(clippy::unwrap_used, clippy::panic)]

mod kit;
mod limits;
mod relay;

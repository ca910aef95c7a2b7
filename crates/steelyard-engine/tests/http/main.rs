//! HTTP sessions through a running engine: real sockets, deadlines, no sleeps.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod basic;
mod failures;
mod features;
mod kit;

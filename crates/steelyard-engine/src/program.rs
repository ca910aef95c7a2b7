//! The compiled plan, until `steelyard_core::program` is there.

use std::net::SocketAddr;
use steelyard_core::plan::Plan;

/// The compiled plan.
pub struct Program {
    pub plan: Plan,
}

/// A client connection and what belongs to it.
#[derive(Clone, Debug)]
pub struct Session {
    pub frontend: u32,
    pub bind: u32,
    pub src: Option<SocketAddr>,
    pub dst: Option<SocketAddr>,
}

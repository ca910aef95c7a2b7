//! What Steelyard decides, without a socket, a clock or Python.

pub mod balance;
pub mod http1;
pub mod error;
pub mod plan;
pub mod record;
pub mod sample;
pub mod state;
pub mod vars;

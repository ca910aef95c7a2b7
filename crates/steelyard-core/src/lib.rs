//! What Steelyard decides, without a socket, a clock or Python.

pub mod balance;
pub mod bandwidth;
pub mod capture;
mod crypt;
pub mod ctx;
pub mod error;
pub mod explain;
pub mod failure;
pub mod forward;
pub mod http1;
pub mod logformat;
pub mod netscaler;
pub mod persist;
pub mod plan;
pub mod program;
pub mod record;
pub mod reply;
pub mod rules;
pub mod sample;
mod scan;
pub mod state;
pub mod table;
pub mod vars;

#[cfg(test)]
mod kit;

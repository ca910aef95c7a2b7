//! What Steelyard decides, without a socket, a clock or Python.

pub mod plan;

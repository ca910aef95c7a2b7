//! The engine: worker threads, and the calls that Python makes.

use std::fmt;
use steelyard_core::plan::Plan;

/// Why a call failed.
#[derive(Debug)]
pub enum EngineError {
    /// The plan can't be run.
    Plan(String),
    /// The orders can't be carried out; nothing was done.
    Order(String),
    /// The engine can't do it now.
    State(String),
}

impl fmt::Display for EngineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plan(text) | Self::Order(text) | Self::State(text) => f.write_str(text),
        }
    }
}

impl std::error::Error for EngineError {}

/// A running engine.
pub struct Engine {}

impl Engine {
    /// Compiles a plan; starts nothing.
    pub fn new(_plan: Plan) -> Result<Self, EngineError> {
        Ok(Self {})
    }
}

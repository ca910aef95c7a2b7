//! JSON to plans and orders, and events to JSON.

use crate::error::{EngineError, OrderError, PlanError};
use pyo3::exceptions::PyValueError;
use pyo3::PyResult;
use steelyard_core::explain::{Case, CaseError, Outcome};
use steelyard_core::plan::Plan;
use steelyard_engine::event::Event;
use steelyard_engine::order::Order;

pub fn plan(json: &[u8]) -> PyResult<Plan> {
    serde_json::from_slice(json).map_err(|error| PlanError::new_err(format!("not a plan: {error}")))
}

pub fn orders(json: &[u8]) -> PyResult<Vec<Order>> {
    serde_json::from_slice(json).map_err(|error| OrderError::new_err(format!("not a list of orders: {error}")))
}

pub fn events(events: &[Event]) -> PyResult<Vec<u8>> {
    serde_json::to_vec(events).map_err(|error| EngineError::new_err(error.to_string()))
}

pub fn case(json: &[u8]) -> PyResult<Case> {
    serde_json::from_slice(json).map_err(|error| PyValueError::new_err(format!("not a case: {error}")))
}

pub fn outcome(outcome: Result<Outcome, CaseError>) -> PyResult<Vec<u8>> {
    let outcome = outcome.map_err(|error| PyValueError::new_err(error.to_string()))?;
    serde_json::to_vec(&outcome).map_err(|error| EngineError::new_err(error.to_string()))
}

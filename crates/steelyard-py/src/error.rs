//! The exceptions of the seam.

use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::{create_exception, PyErr};
use steelyard_engine::engine::EngineError as Error;

create_exception!(steelyard._engine, PlanError, PyValueError, "A plan that can't be run.");
create_exception!(
    steelyard._engine,
    OrderError,
    PyValueError,
    "Orders that can't be carried out; nothing was changed."
);
create_exception!(
    steelyard._engine,
    EngineError,
    PyRuntimeError,
    "The engine can't do that now."
);

/// The exception for a failure of the engine.
pub fn raise(error: &Error) -> PyErr {
    let text = error.to_string();
    match error {
        Error::Plan(_) => PlanError::new_err(text),
        Error::Order(_) => OrderError::new_err(text),
        Error::State(_) => EngineError::new_err(text),
    }
}

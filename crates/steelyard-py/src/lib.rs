//! The seam between Python and the engine: PyO3 only. Documents pass as JSON bytes; no engine thread ever holds the GIL.

mod convert;
mod error;

use error::{raise, EngineError, OrderError, PlanError};
use mimalloc::MiMalloc;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use steelyard_core::program;
use steelyard_core::table::Cursor;
use steelyard_engine::service::ServiceReply;

/// Many small, short-lived allocations on several threads: mimalloc is markedly faster there than the system's.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// A compiled plan and, once started, the threads that run it.
#[pyclass(frozen, module = "steelyard._engine")]
struct Engine(steelyard_engine::Engine);

#[pymethods]
impl Engine {
    #[new]
    fn new(py: Python<'_>, plan: &[u8]) -> PyResult<Self> {
        let plan = convert::plan(plan)?;
        py.detach(|| steelyard_engine::Engine::new(plan))
            .map(Self)
            .map_err(|error| raise(&error))
    }

    fn start(&self, py: Python<'_>) -> PyResult<()> {
        py.detach(|| self.0.start()).map_err(|error| raise(&error))
    }

    fn order(&self, py: Python<'_>, orders: &[u8]) -> PyResult<()> {
        let orders = convert::orders(orders)?;
        py.detach(|| self.0.order(&orders)).map_err(|error| raise(&error))
    }

    fn snapshot<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let json = py.detach(|| self.0.snapshot()).map_err(|error| raise(&error))?;
        Ok(PyBytes::new(py, &json))
    }

    fn table<'py>(&self, py: Python<'py>, table: u32, shard: u32, slot: u32, most: usize) -> PyResult<Bound<'py, PyBytes>> {
        let json = py
            .detach(|| self.0.table(table, Cursor { shard, slot }, most))
            .map_err(|error| raise(&error))?;
        Ok(PyBytes::new(py, &json))
    }

    /// The latest lines of a ring, `None` where there is no such ring.
    fn ring<'py>(&self, py: Python<'py>, index: usize) -> Option<Bound<'py, PyBytes>> {
        self.0.ring(index).map(|lines| PyBytes::new(py, &lines))
    }

    fn event_fd(&self) -> i32 {
        self.0.event_fd()
    }

    fn events<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        Ok(PyBytes::new(py, &convert::events(&self.0.events())?))
    }

    fn reply(&self, token: u64, status: u16, headers: Vec<(String, String)>, body: Vec<u8>) {
        self.0.reply(token, ServiceReply { status, headers, body });
    }

    fn stop(&self, py: Python<'_>, grace_ms: u64) {
        py.detach(|| self.0.stop(Duration::from_millis(grace_ms)));
    }
}

/// A compiled plan in which requests are played without sockets.
#[pyclass(frozen, module = "steelyard._engine")]
struct Simulation(Mutex<steelyard_core::explain::Simulation>);

#[pymethods]
impl Simulation {
    #[new]
    fn new(py: Python<'_>, plan: &[u8]) -> PyResult<Self> {
        let plan = convert::plan(plan)?;
        py.detach(|| steelyard_core::explain::Simulation::new(plan))
            .map(|simulation| Self(Mutex::new(simulation)))
            .map_err(|error| PlanError::new_err(error.to_string()))
    }

    /// Plays one case; its outcome, as JSON.
    fn play<'py>(&self, py: Python<'py>, case: &[u8]) -> PyResult<Bound<'py, PyBytes>> {
        let case = convert::case(case)?;
        let played = py.detach(|| self.0.lock().unwrap_or_else(PoisonError::into_inner).play(&case));
        Ok(PyBytes::new(py, &convert::outcome(played)?))
    }
}

/// Compiles a plan and throws the result away.
#[pyfunction]
fn check_plan(py: Python<'_>, plan: &[u8]) -> PyResult<()> {
    let plan = convert::plan(plan)?;
    py.detach(|| program::compile(plan))
        .map(drop)
        .map_err(|error| PlanError::new_err(error.to_string()))
}

/// The names of what the engine implements, as JSON.
#[pyfunction]
fn capabilities(py: Python<'_>) -> PyResult<Bound<'_, PyBytes>> {
    let json = serde_json::to_vec(&program::capabilities()).map_err(|error| EngineError::new_err(error.to_string()))?;
    Ok(PyBytes::new(py, &json))
}

/// The version of the engine.
#[pyfunction]
fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

#[pymodule(gil_used = false)]
fn _engine(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    module.add_class::<Engine>()?;
    module.add_class::<Simulation>()?;
    module.add_function(wrap_pyfunction!(check_plan, module)?)?;
    module.add_function(wrap_pyfunction!(capabilities, module)?)?;
    module.add_function(wrap_pyfunction!(version, module)?)?;
    module.add("PlanError", py.get_type::<PlanError>())?;
    module.add("OrderError", py.get_type::<OrderError>())?;
    module.add("EngineError", py.get_type::<EngineError>())?;
    Ok(())
}

//! What is done once before the first connection: variables of the process are set.

use super::{wall, WorkerState};
use crate::clock::Waits;
use crate::worker::{Shared, Worker};
use std::sync::Arc;
use steelyard_core::ctx::{Ctx, Session};
use steelyard_core::record::Record;
use steelyard_core::rules::evaluate;
use steelyard_core::table::Tracking;
use steelyard_core::vars::Vars;

/// Runs the plan's `init` rules. They see no connection, and what they ask for of one is not there.
pub(crate) fn set_variables(shared: &Arc<Shared>) {
    let live = shared.live.load_full();
    if live.program.init.is_empty() {
        return;
    }
    let worker = Worker::new(Arc::clone(shared), 0, Waits::default());
    let state = WorkerState::without_streams(&worker, &live);
    let session = Session::without_client(0, wall());
    let (mut vars, mut tracking, mut record) = (Vars::new(), Tracking::new(), Record::new());
    let mut scratch = worker.scratch.borrow_mut();
    let mut ctx = Ctx::without_message(&session, &mut vars, &mut tracking, &mut record, &state, &mut scratch);
    // Only assignments are in these rules: the verdict is always to go on.
    let _ = evaluate(&live.program.init, &live.program, &mut ctx, 0, None);
}

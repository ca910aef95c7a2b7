//! What is done once before the first connection: variables of the process are set.

use super::{wall, WorkerState};
use crate::worker::{Shared, Worker};
use std::cell::OnceCell;
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
    let worker = Worker::new(Arc::clone(shared), 0);
    let state = WorkerState {
        worker: &worker,
        live: &live,
        client: None,
        server: None,
        cost: OnceCell::new(),
    };
    let session = Session {
        src: None,
        dst: None,
        frontend: 0,
        bind: 0,
        header: None,
        accepted: wall(),
    };
    let mut ctx = Ctx {
        session: &session,
        frontend: 0,
        backend: None,
        server: None,
        req: None,
        res: None,
        input: &[],
        input_done: true,
        waits: false,
        vars: &mut Vars::new(),
        tracking: &mut Tracking::new(),
        record: &mut Record::new(),
        state: &state,
        scratch: &mut worker.scratch.borrow_mut(),
    };
    // Only assignments are in these rules: the verdict is always to go on.
    let _ = evaluate(&live.program.init, &live.program, &mut ctx, 0, None);
}

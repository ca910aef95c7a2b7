//! A backend in `mode log`: each line goes to one of its servers, the one that the balance algorithm chooses.

use super::sink::Sink;
use crate::live::{wall, Live, WorkerState};
use crate::pick::{try_pick, Picked, Want};
use crate::worker::Worker;
use std::sync::Arc;
use steelyard_core::ctx::{Ctx, Scratch, Session};
use steelyard_core::plan::BalanceKind;
use steelyard_core::record::Record;
use steelyard_core::rules::balance_key;
use steelyard_core::table::Tracking;
use steelyard_core::vars::Vars;

/// The servers of one, in its order.
pub struct Balanced {
    proxy: u32,
    servers: Vec<Arc<Sink>>,
}

impl Balanced {
    pub fn new(proxy: u32, servers: Vec<Arc<Sink>>) -> Self {
        Self { proxy, servers }
    }

    /// Sends a line; `body` is what it says, without its header. Gives how many lines are lost, as [`Sink::send`] does.
    pub fn send(&self, worker: &Worker, live: &Arc<Live>, line: &[u8], body: &[u8]) -> u32 {
        let want = Want {
            key: self.key(worker, live, body),
            ..Want::default()
        };
        match try_pick(worker, live, self.proxy, want, worker.shared.now_ms()) {
            Ok(Picked::Slot(slot)) => self.servers.get(slot.server as usize).map_or(1, |sink| sink.send(line)),
            // Nothing waits for a line.
            Ok(Picked::Queued(_)) | Err(_) => 1,
        }
    }

    /// `balance log-hash`: what its converters make of the line.
    fn key(&self, worker: &Worker, live: &Arc<Live>, body: &[u8]) -> Option<u32> {
        let plan = live.program.plan.proxies.get(self.proxy as usize)?.backend.as_ref()?;
        if !matches!(plan.balance.kind, BalanceKind::Hash { .. }) {
            return None;
        }
        let session = Session::without_client(self.proxy, wall());
        let state = WorkerState::without_streams(worker, live);
        // The thread's own scratch is in use by whoever writes the line.
        let (mut vars, mut tracking, mut record, mut scratch) = (Vars::new(), Tracking::new(), Record::new(), Scratch::new());
        let mut ctx = Ctx {
            backend: Some(self.proxy),
            input: body,
            ..Ctx::without_message(&session, &mut vars, &mut tracking, &mut record, &state, &mut scratch)
        };
        balance_key(&live.program, self.proxy, &mut ctx)
    }
}

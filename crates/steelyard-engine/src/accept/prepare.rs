//! What is decided about a connection before it is served: `tcp-request connection` rules, and after the headers in front of it
//! `tcp-request session` rules.

use crate::live::{bump, Live, WorkerState};
use crate::stream::Stream;
use crate::worker::Worker;
use std::sync::Arc;
use steelyard_core::ctx::{Ctx, Session};
use steelyard_core::record::Record;
use steelyard_core::rules::{evaluate, Rules, Verdict};
use steelyard_core::table::Tracking;
use steelyard_core::vars::Vars;

/// What rules keep for as long as the client stays connected.
#[derive(Default)]
pub struct Kept {
    pub vars: Vars,
    pub tracking: Tracking,
    /// A PROXY header comes first.
    pub expects_proxy: bool,
    /// A header of NetScaler with this magic number comes before that.
    pub netscaler: Option<u32>,
}

/// Whether the connection is wanted, by the rules that run before anything is read. A refused one is reset.
pub fn connection_rules(worker: &Worker, live: &Arc<Live>, client: &Stream, session: &mut Session, kept: &mut Kept) -> bool {
    let Some(program) = live.program.proxies.get(session.frontend as usize) else {
        return false;
    };
    let allowed = allows(worker, live, client, session, kept, &program.tcp_request_connection);
    if !allowed {
        if let Some(frontend) = live.frontend(session.frontend) {
            bump(&frontend.counters.dcon);
        }
        // If the option can't be set the peer sees an ordinary close.
        let _ = client.set_zero_linger();
    }
    allowed
}

/// Whether the session is wanted, by the rules that know its true addresses.
pub fn session_rules(worker: &Worker, live: &Arc<Live>, client: &Stream, session: &mut Session, kept: &mut Kept) -> bool {
    let Some(program) = live.program.proxies.get(session.frontend as usize) else {
        return false;
    };
    let allowed = allows(worker, live, client, session, kept, &program.tcp_request_session);
    if let Some(frontend) = live.frontend(session.frontend).filter(|_| !allowed) {
        bump(&frontend.counters.dses);
    }
    allowed
}

fn allows(worker: &Worker, live: &Arc<Live>, client: &Stream, session: &mut Session, kept: &mut Kept, rules: &Rules) -> bool {
    if rules.is_empty() {
        return true;
    }
    let state = WorkerState {
        client: Some(client),
        ..WorkerState::without_streams(worker, live)
    };
    let mut record = Record::new();
    let mut scratch = worker.scratch.borrow_mut();
    let (vars, tracking) = (&mut kept.vars, &mut kept.tracking);
    let mut ctx = Ctx::without_message(session, vars, tracking, &mut record, &state, &mut scratch);
    let verdict = evaluate(rules, &live.program, &mut ctx, 0, None);
    // What rules set here is so for the whole connection.
    session.src = record.src.or(session.src);
    session.dst = record.dst.or(session.dst);
    kept.expects_proxy |= record.expects_proxy;
    if record.expects_netscaler {
        kept.netscaler = Some(0);
    }
    match verdict {
        Verdict::Close { silent, ttl } => {
            if silent {
                client.silence(ttl);
            }
            false
        }
        _ => true,
    }
}

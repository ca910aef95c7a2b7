//! A request played through a configuration without a socket: which rules it met, and why it went where it went.
//!
//! The evaluator, the choosers, the balancer, persistence and log formats are those that traffic meets; only the line that joins
//! them is written again here, because the engine's waits for sockets between its steps.

mod body;
mod case;
mod play;
mod words;
mod world;

pub use crate::rules::legible;
pub use case::{Case, End, Message, Outcome, ProxyState, ServerState};
pub use words::{algorithm, message, told, unusable, variables, verb, Hindrance, NO_BACKEND};

use crate::balance::Balancer;
use crate::ctx::{Ctx, Scratch, Session};
use crate::plan::Plan;
use crate::program::{self, Program};
use crate::record::Record;
use crate::rules::evaluate;
use crate::rules::pattern::Changes;
use crate::state::State;
use crate::table::{Tables, Tracking};
use crate::vars::{ProcVars, Vars};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::Arc;
use world::World;

/// A plan, and what it remembers from case to case: turns of the balancers, variables of the process, stick tables, changes of maps.
#[derive(Debug)]
pub struct Simulation {
    program: Program,
    balancers: Vec<Option<Balancer>>,
    vars: ProcVars,
    tables: Arc<Tables>,
    changes: Changes,
    /// The clock of the tables, milliseconds: that of the case.
    clock: Arc<AtomicU64>,
    played: u32,
    /// The connection of the latest case, where its client may send another request.
    kept: Option<Kept>,
    /// Lines that each proxy has logged.
    lines: Vec<u32>,
}

/// A client's connection between two requests.
#[derive(Debug)]
struct Kept {
    session: Session,
    vars: Vars,
    tracking: Tracking,
    /// Requests that came on it.
    requests: u32,
    /// Backend and server of the latest (`option prefer-last-server`).
    last: Option<(u32, u32)>,
}

/// A case that can't be played: it names what the plan does not have, or is not readable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseError(pub String);

impl std::fmt::Display for CaseError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for CaseError {}

impl Simulation {
    /// # Errors
    /// As [`program::compile`].
    pub fn new(plan: Plan) -> Result<Self, crate::error::PlanError> {
        let program = program::compile(plan)?;
        let balancer = |proxy: &crate::plan::Proxy| {
            let backend = proxy.backend.as_ref()?;
            Some(Balancer::new(backend, proxy.options.allbackups))
        };
        let proxies = program.plan.proxies.len();
        let balancers = program.plan.proxies.iter().map(balancer).collect();
        let clock = Arc::new(AtomicU64::new(0));
        let tables = {
            let clock = Arc::clone(&clock);
            Tables::new(&program.plan.tables, Box::new(move || clock.load(Relaxed)))
        };
        let changes = Changes::new(&program.pattern_uses);
        Ok(Self {
            program,
            balancers,
            vars: ProcVars::new(),
            tables: Arc::new(tables),
            changes,
            clock,
            played: 0,
            kept: None,
            lines: vec![0; proxies],
        })
    }

    /// Plays one case.
    ///
    /// # Errors
    /// When the case itself is wrong. A wrong request is an outcome.
    pub fn play(&mut self, case: &Case) -> Result<Outcome, CaseError> {
        if self.played == 0 {
            self.begin(case);
        }
        self.played = self.played.wrapping_add(1);
        play::play(self, case)
    }

    /// What a process does before its first connection: variables of `global` are set, at the time of the first case.
    fn begin(&self, case: &Case) {
        let program = &self.program;
        let world = World::new(&program.plan, case, &self.vars, &self.tables, &self.changes);
        let session = Session::without_client(0, world.wall());
        let (mut vars, mut tracking, mut record, mut scratch) = (Vars::new(), Tracking::new(), Record::new(), Scratch::new());
        let mut ctx = Ctx::without_message(&session, &mut vars, &mut tracking, &mut record, &world, &mut scratch);
        // Only assignments are in these rules: the verdict is always to go on.
        let _ = evaluate(&program.init, program, &mut ctx, 0, None);
    }
}

#[cfg(test)]
mod tests;

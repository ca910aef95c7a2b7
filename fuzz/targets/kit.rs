//! The world that values are worked out in: nothing moves in it.

use steelyard_core::ctx::{Ctx, Scratch, Session};
use steelyard_core::http1::Head;
use steelyard_core::program::Program;
use steelyard_core::record::Record;
use steelyard_core::state::{Gauge, State};
use steelyard_core::table::Tracking;
use steelyard_core::vars::{ProcVars, Vars};

struct Still(ProcVars);

impl State for Still {
    fn gauge(&self, _: Gauge) -> i64 {
        1
    }
    fn wall(&self) -> (u64, u32) {
        (784_111_777, 5)
    }
    fn random(&self) -> u32 {
        7
    }
    fn proc_vars(&self) -> &ProcVars {
        &self.0
    }
}

/// Calls `play` in that world. `line`: the request line for logs; `input`: what is there of a body, or of a TCP session.
pub fn world(program: &Program, req: Option<&mut Head>, line: &[u8], input: &[u8], play: impl FnOnce(&Program, &mut Ctx<'_>)) {
    let session = Session { src: None, dst: None, frontend: 0, bind: 0, header: None, accepted: (1, 2) };
    let (mut vars, state, mut record, mut scratch) = (Vars::new(), Still(ProcVars::new()), Record::new(), Scratch::new());
    record.request_line = line.to_vec();
    let mut ctx = Ctx {
        session: &session,
        frontend: 0,
        backend: None,
        server: None,
        req,
        res: None,
        input,
        input_done: true,
        waits: false,
        vars: &mut vars,
        tracking: &mut Tracking::new(),
        record: &mut record,
        state: &state,
        scratch: &mut scratch,
    };
    play(program, &mut ctx);
}

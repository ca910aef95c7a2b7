//! `do-log`: a line of the frontend's log, now.

use super::RuleSet;
use crate::ctx::Ctx;
use crate::error::PlanError;
use crate::logformat::render_log;
use crate::plan::LogStep;
use crate::program::Program;
use crate::sample::args::Build;

/// A line at the level that a rule has set, else this one (informational).
const INFO: u8 = 6;

/// The step of a rule set, as `log-profile` names it.
fn step(set: RuleSet) -> LogStep {
    match set {
        RuleSet::TcpRequestConnection => LogStep::TcpReqConn,
        RuleSet::TcpRequestSession => LogStep::TcpReqSess,
        RuleSet::TcpRequestContent => LogStep::TcpReqCont,
        RuleSet::TcpResponseContent => LogStep::TcpResCont,
        RuleSet::HttpRequest | RuleSet::Stats => LogStep::HttpReq,
        RuleSet::HttpResponse => LogStep::HttpRes,
        RuleSet::HttpAfterResponse => LogStep::HttpAfterRes,
    }
}

/// A profile by number takes the place of those that `log` lines name.
pub fn check(profile: Option<u32>, build: &Build<'_>) -> Result<(), PlanError> {
    match profile {
        Some(number) if number as usize >= build.plan.global.log_profiles.len() => {
            Err(PlanError::new("there is no such log profile"))
        }
        _ => Ok(()),
    }
}

/// Writes the line, to all places that the frontend logs to.
pub fn run(set: RuleSet, profile: Option<u32>, program: &Program, ctx: &mut Ctx<'_>) {
    let level = match ctx.record.log_level {
        Some(None) => return,
        Some(Some(level)) => level,
        None => INFO,
    };
    let step = step(set);
    let (state, frontend) = (ctx.state, ctx.frontend);
    ctx.record.origin = step.origin();
    // To content rules of a frontend there is no request yet, though its head was read.
    let early = set == RuleSet::TcpRequestContent && ctx.backend.is_none();
    let request = early.then(|| std::mem::take(&mut ctx.record.request_line));
    state.log(frontend, level, &mut |own, body, structured| {
        let Some(formats) = program.line_formats(frontend, profile.or(own), step) else {
            return false;
        };
        if let Some(format) = formats.body {
            render_log(program, format, ctx, body);
        }
        if let Some(format) = formats.structured {
            render_log(program, format, ctx, structured);
        }
        true
    });
    if let Some(request) = request {
        ctx.record.request_line = request;
    }
}

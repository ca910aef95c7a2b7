//! The end of a TCP session, and its log lines.

use super::{plan, Tcp};
use crate::error::Error;
use crate::live::Live;
use crate::observe;
use std::rc::Rc;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::Arc;
use steelyard_core::logformat::render_log;
use steelyard_core::plan::{LogMoment, LogStep, Proxy};

impl Tcp {
    pub(super) fn finish(&mut self, ended: Result<(), Error>) {
        if ended.is_err() {
            self.input.discard(&self.worker);
        }
        if let Some(buffer) = self.input.buffer.take() {
            self.worker.buffers.give(buffer);
        }
        self.inside = None;
        if !self.logged {
            self.log(ended);
        }
    }

    /// The line of the end.
    fn log(&mut self, ended: Result<(), Error>) {
        let live = Arc::clone(&self.live);
        let Some(plan) = plan(&live, self.session.frontend) else {
            return;
        };
        if plan.options.dontlognull && self.bytes.0 == 0 {
            return;
        }
        if let Err(error) = ended {
            let [fault, stage] = error.termination();
            self.record.termination = [fault, stage, b'-', b'-'];
        }
        let steps = steps(plan);
        if steps.is_empty() || steps.contains(&LogStep::Close) {
            self.write_line(LogStep::Close, ended.is_err());
        }
    }

    /// The line of a connection (manual section 8.2.1).
    pub(super) fn log_accept(&mut self) {
        let live = Arc::clone(&self.live);
        let frontend = self.session.frontend;
        if plan(&live, frontend).is_none_or(|plan| moment(plan) != LogMoment::Accept) {
            return self.step(LogStep::Accept);
        }
        self.logged = true;
        let Some(format) = live
            .program
            .proxies
            .get(frontend as usize)
            .and_then(|proxy| proxy.log.as_ref())
        else {
            return;
        };
        let worker = Rc::clone(&self.worker);
        observe::send_log(&worker, &live, frontend, 6, &mut |_, body, _| {
            self.with_ctx(|program, ctx| render_log(program, format, ctx, body));
            true
        });
    }

    /// The server is there; a line that holds nothing of what comes later is written now.
    pub(super) fn log_connect(&mut self) {
        if plan(&self.live, self.session.frontend).is_some_and(|plan| moment(plan) == LogMoment::Answer) {
            self.logged = true;
            self.write_line(LogStep::Connect, false);
        } else {
            self.step(LogStep::Connect);
        }
    }

    /// The line of an earlier moment, where `log-steps` asks for one.
    fn step(&mut self, step: LogStep) {
        let wanted = plan(&self.live, self.session.frontend).is_some_and(|plan| steps(plan).contains(&step));
        if wanted {
            self.write_line(step, false);
        }
    }

    fn write_line(&mut self, step: LogStep, failed: bool) {
        let live = Arc::clone(&self.live);
        let frontend = self.session.frontend;
        let (Some(plan), Some(compiled)) = (plan(&live, frontend), live.program.proxies.get(frontend as usize)) else {
            return;
        };
        if compiled.log.is_none() {
            return;
        }
        let failed = failed || self.record.redispatched || self.record.retries > 0;
        if plan.options.dontlog_normal && !failed {
            return;
        }
        self.record.early = plan.options.logasap;
        self.record.origin = step.origin();
        self.fill_record(&live);
        let level = match self.record.log_level {
            Some(None) => return,
            Some(Some(level)) => level,
            None if failed && plan.options.log_separate_errors => 3,
            None => 6,
        };
        if let Some(front) = live.frontend(frontend) {
            self.record.frontend_log_counter = front.counters.log_lines.fetch_add(1, Relaxed);
        }
        let worker = Rc::clone(&self.worker);
        observe::send_log(&worker, &live, frontend, level, &mut |profile, body, structured| {
            let Some(formats) = live.program.line_formats(frontend, profile, step) else {
                return false;
            };
            self.with_ctx(|program, ctx| {
                if let Some(format) = formats.body {
                    render_log(program, format, ctx, body);
                }
                if let Some(format) = formats.structured {
                    render_log(program, format, ctx, structured);
                }
            });
            true
        });
        self.record.origin = LogStep::Any.origin();
    }

    /// Numbers that are read when the line is written. This stream is no longer counted in its backend and server.
    fn fill_record(&mut self, live: &Live) {
        let record = &mut self.record;
        record.bytes_uploaded = self.bytes.0;
        record.bytes_read = self.bytes.1;
        record.times.total = i64::try_from(self.began.elapsed().as_millis()).unwrap_or(i64::MAX);
        record.actconn = self.worker.shared.gate.current();
        record.feconn = live.frontend(self.session.frontend).map_or(0, |f| f.gate.current());
        let counted = self
            .backend
            .and_then(|b| live.backend(b))
            .map_or(0, |b| b.counters.scur.load(Relaxed));
        record.beconn = counted;
        let server = self.backend.zip(self.server).and_then(|(b, s)| live.server(b, s));
        record.srvconn = server.map_or(0, |s| s.counters.scur.load(Relaxed));
    }
}

/// When the one line of a stream is written.
fn moment(plan: &Proxy) -> LogMoment {
    plan.frontend.as_ref().map_or(LogMoment::End, |frontend| frontend.log_moment)
}

/// `log-steps`; lines of one moment take their place.
fn steps(plan: &Proxy) -> &[LogStep] {
    match &plan.frontend {
        Some(frontend) if frontend.log_moment == LogMoment::End => &frontend.log_steps,
        _ => &[],
    }
}

//! How a request ends: replies that are made here, and what is told of it all.

use super::super::words::message;
use super::{End, Outcome, Play, Stop};
use crate::logformat::render_log;
use crate::reply::{error_reply, MadeReply};
use crate::rules::legible;

impl Play<'_> {
    /// An error page of our own.
    pub(super) fn failed(&mut self, status: u16, why: &str, termination: [u8; 2]) -> Stop {
        let proxy = self.backend.unwrap_or(self.session.frontend);
        let made = self.ctx(|program, ctx, _| error_reply(program, proxy, status, ctx));
        self.reply(made, termination);
        (End::Replied, why.into())
    }

    /// Any reply that is made here.
    pub(super) fn reply(&mut self, made: MadeReply, termination: [u8; 2]) {
        self.terminate(termination);
        self.record.status = made.head.status();
        self.res = made.head;
        self.input.clone_from(&made.body);
        self.body = made.body;
        self.answered = true;
        if self.http {
            self.after_response();
        }
    }

    pub(super) fn terminate(&mut self, letters: [u8; 2]) {
        let [first, second, ..] = &mut self.record.termination;
        [*first, *second] = letters;
    }

    pub(super) fn outcome(mut self, end: End, why: String) -> Outcome {
        let log = self.log();
        let names = self
            .backend
            .and_then(|backend| self.program.plan.proxies.get(backend as usize));
        let server = self
            .server
            .and_then(|server| names?.backend.as_ref()?.servers.get(server as usize));
        Outcome {
            end,
            why,
            backend: names.map(|proxy| proxy.name.clone()),
            server: server.map(|server| server.name.clone()),
            request: self.sent,
            status: self.answered.then(|| self.res.status()),
            response: self.answered.then(|| message(&self.res)),
            body: legible(&self.body),
            termination: String::from_utf8_lossy(&self.record.termination).into_owned(),
            log,
            steps: self.trace.steps,
        }
    }

    fn log(&mut self) -> Option<String> {
        if self.front.logs.is_empty() || self.record.log_level == Some(None) {
            return None;
        }
        let front = self.session.frontend;
        self.ctx(|program, ctx, _| {
            let format = program.proxies.get(front as usize)?.log.as_ref()?;
            let mut line = Vec::new();
            render_log(program, format, ctx, &mut line);
            Some(String::from_utf8_lossy(&line).into_owned())
        })
    }
}

//! What is done with the server's response.

use super::super::body::body_of;
use super::super::words::{closed, verb};
use super::{bytes, CaseError, End, Play, Stop};
use crate::capture;
use crate::http1::{parse_response, Progress};
use crate::rules::{stick_response, Verdict};
use crate::state::State;

impl Play<'_> {
    /// What is done to the server's response.
    pub(super) fn respond(&mut self) -> Result<Result<(), Stop>, CaseError> {
        let raw = match &self.case.response {
            None => b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_vec(),
            Some(payload) => bytes(payload)?,
        };
        let relaxed = self.program.plan.proxies.get(self.backend.unwrap_or(0) as usize);
        let limits = self.limits(relaxed.is_some_and(|proxy| proxy.options.accept_invalid_http_response));
        match parse_response(&raw, &limits, &mut self.res) {
            Ok(Progress::Done { consumed }) => self.body = raw.get(consumed..).unwrap_or_default().to_vec(),
            Ok(Progress::Partial) => return Err(CaseError("the head of the response is not complete".into())),
            Err(error) => return Ok(Err(self.failed(502, &format!("not a valid response: {error}"), *b"PH"))),
        }
        if let Ok(framing) = self.res.response_body(self.req.method()) {
            self.input = body_of(framing, &self.body);
        }
        self.res.settle_connection();
        self.answered = true;
        self.record.status = self.res.status();
        self.record.times.response = 0;
        self.vars.enter_response();
        let events = self.program.statuses.events(self.record.status);
        events.for_each(|event| self.tracking.count(event));
        if let Some(backend) = self.backend {
            let verdict = self.set(backend, "tcp-response content", |program| &program.tcp_response_content);
            if let Verdict::Close { silent, .. } = verdict {
                self.terminate(*b"PD");
                return Ok(Err(closed(silent, "tcp-response content")));
            }
        }
        if let Some((backend, server)) = self.backend.zip(self.server) {
            let mut stores = std::mem::take(&mut self.stores);
            self.ctx(|program, ctx, trace| {
                stick_response(program, backend, ctx, &mut stores, Some(trace));
                stores.commit(program, ctx.state.tables(), backend, server);
            });
        }
        let front = self.session.frontend;
        let program = self.program;
        if let Some(compiled) = program.proxies.get(front as usize) {
            capture::headers(&compiled.captures.response, &self.res, &self.record.response_captures);
        }
        for proxy in self.response_order() {
            let verdict = self.set(proxy, "http-response", |program| &program.http_response);
            match verdict {
                Verdict::Pass | Verdict::Allow | Verdict::Wait { .. } | Verdict::Pause { .. } | Verdict::Body { .. } => {}
                Verdict::Reply(made) | Verdict::Tarpit(made) => {
                    let why = format!("http-response {}", verb(made.cause));
                    self.reply(*made, *b"PH");
                    return Ok(Err((End::Replied, why)));
                }
                Verdict::Failed => return Ok(Err(self.failed(500, "http-response: a change can't be made", *b"IH"))),
                Verdict::Close { .. }
                | Verdict::CloseServer
                | Verdict::Switch
                | Verdict::Service(_)
                | Verdict::Resolve { .. } => return Ok(Err(self.failed(502, "http-response", *b"PH"))),
            }
        }
        if let Some(cookie) = program
            .proxies
            .get(front as usize)
            .and_then(|compiled| compiled.captures.cookie.as_ref())
        {
            self.record.response_cookie = cookie.of_response(&self.res);
        }
        self.mark();
        self.after_response();
        Ok(Ok(()))
    }

    /// The backend's rules come first, then the frontend's.
    pub(super) fn response_order(&self) -> impl Iterator<Item = u32> {
        let front = self.session.frontend;
        self.backend.filter(|&back| back != front).into_iter().chain([front])
    }

    pub(super) fn after_response(&mut self) {
        for proxy in self.response_order() {
            // They only edit.
            let _ = self.set(proxy, "http-after-response", |program| &program.http_after_response);
        }
    }

    /// The cookie of persistence.
    fn mark(&mut self) {
        let plan = self
            .backend
            .and_then(|backend| self.program.plan.proxies.get(backend as usize));
        let (Some(back), Some(server)) = (plan.and_then(|plan| plan.backend.as_ref()), self.server) else {
            return;
        };
        let (post, now) = (self.req.method() == b"POST", self.world.wall().0);
        let done = self.persist.mark_response(back, server, post, &mut self.res, now);
        if let (Some(done), Some(fourth)) = (done, self.record.termination.get_mut(3)) {
            *fourth = done;
        }
    }
}

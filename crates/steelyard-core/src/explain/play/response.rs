//! What is done with the server's response.

use super::super::body::body_of;
use super::super::words::{closed, verb};
use super::end::length;
use super::{bytes, CaseError, End, Play, Stop};
use crate::capture;
use crate::http1::{parse_response, Body, Fit, Progress, Version};
use crate::rules::{stick_response, Verdict};
use crate::state::State;
use crate::table::Event;

const CONTENT: &str = "tcp-response content";

impl Play<'_> {
    /// What is done to the server's response.
    pub(super) fn respond(&mut self) -> Result<Result<(), Stop>, CaseError> {
        let raw = match &self.case.response {
            None => b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_vec(),
            Some(payload) => bytes(payload)?,
        };
        let rest = match self.response_head(&raw)? {
            Ok(rest) => rest,
            Err(stop) => return Ok(Err(stop)),
        };
        Ok(self.answer(rest))
    }

    /// Reads the head of the response, behind those that announce it. Gives what follows.
    fn response_head<'r>(&mut self, raw: &'r [u8]) -> Result<Result<&'r [u8], Stop>, CaseError> {
        let relaxed = self.program.plan.proxies.get(self.backend.unwrap_or(0) as usize);
        let limits = self.limits(relaxed.is_some_and(|proxy| proxy.options.accept_invalid_http_response));
        let mut rest = raw;
        loop {
            match parse_response(rest, &limits, &mut self.res) {
                Ok(Progress::Done { consumed }) => rest = rest.get(consumed..).unwrap_or_default(),
                Ok(Progress::Partial) => return Err(CaseError("the head of the response is not complete".into())),
                Err(error) => return Ok(Err(self.bad_response(&format!("not a valid response: {error}")))),
            }
            if self.res.status() >= 200 || self.res.status() == 101 {
                return Ok(Ok(rest));
            }
            // A client of HTTP/1.0 would take it for the answer.
            if self.req.version() == Version::Http11 {
                self.interim += length(&self.res, &[]);
            }
        }
    }

    /// 502, as what tracks the client hears.
    fn bad_response(&mut self, why: &str) -> Stop {
        self.tracking.count(Event::HttpFailure);
        self.failed(502, why, *b"PH")
    }

    fn answer(&mut self, rest: &[u8]) -> Result<(), Stop> {
        let framing = self.res.response_body(self.req.method());
        let framing = framing.map_err(|error| self.bad_response(&format!("not a valid response: {error}")))?;
        let said = self.res.status();
        let tunnel = match said {
            101 if self.req.upgrade().is_some() => true,
            101 => return Err(self.bad_response("not a valid response: the client did not ask for another protocol")),
            _ => self.req.method() == b"CONNECT" && (200..300).contains(&said),
        };
        let whole = body_of(framing, rest);
        self.vars.enter_response();
        let early = self.before_response();
        self.res.settle_connection();
        self.answered = true;
        (self.record.status, self.record.server_status) = (said, said);
        self.record.times.response = 0;
        self.body = whole.body;
        self.input.clone_from(&self.body);
        self.content(early)?;
        let events = self.program.statuses.events(said);
        events.for_each(|event| self.tracking.count(event));
        self.stick();
        let front = self.session.frontend;
        let program = self.program;
        let captures = program.proxies.get(front as usize).map(|compiled| &compiled.captures);
        if let Some(captures) = captures {
            capture::headers(&captures.response, &self.res, &self.record.response_captures);
        }
        for proxy in self.response_order() {
            match self.set(proxy, "http-response", |program| &program.http_response) {
                Verdict::Pass | Verdict::Allow | Verdict::Wait { .. } | Verdict::Pause { .. } | Verdict::Body { .. } => {}
                Verdict::Reply(made) | Verdict::Tarpit(made) => {
                    let why = format!("http-response {}", verb(made.cause));
                    let letters = made.cause.letters(b'H');
                    self.reply(*made, letters);
                    return Err((End::Replied, why));
                }
                Verdict::Failed => return Err(self.failed(500, "http-response: a change can't be made", *b"IH")),
                Verdict::Close { silent, .. } => return Err(self.dropped(*b"PR", closed(silent, "http-response"))),
                Verdict::CloseServer | Verdict::Switch | Verdict::Service(_) | Verdict::Resolve { .. } => {
                    return Err(self.bad_response("http-response"))
                }
            }
        }
        if let Some(cookie) = captures.and_then(|captures| captures.cookie.as_ref()) {
            self.record.response_cookie = cookie.of_response(&self.res);
        }
        self.mark();
        let delimited = self.res.frame_for(self.req.version(), framing);
        self.keeps &= !self.closes_client() && delimited && !tunnel && self.complete;
        if !self.after_response() {
            return Err(self.failed(500, "http-after-response: a change can't be made", *b"IH"));
        }
        // An HTTP/1.0 client gets chunks as plain bytes.
        let plain = framing == Body::Chunked && self.req.version() == Version::Http10;
        let mut sent = if plain { self.body.len() } else { whole.length };
        if !tunnel {
            let method = self.req.method().to_vec();
            match self.res.fit(said, framing, &method) {
                Ok(Fit::Body) => {}
                Ok(Fit::Nothing) => {
                    self.body.clear();
                    sent = 0;
                }
                Err(_) => return Err(self.failed(500, "http-response: a status that announces another response", *b"IH")),
            }
        }
        // A rule that said so ends the connection.
        self.keeps &= !self.res.says_close();
        self.res.strip_connection(tunnel && self.res.status() == 101);
        if !tunnel {
            self.res.say_connection(self.req.version(), self.keeps);
        }
        self.log_early();
        self.record.bytes_read = self.interim + length(&self.res, &[]) + sent as u64;
        Ok(())
    }

    /// Remembers the server under the keys of `stick` rules.
    fn stick(&mut self) {
        let Some((backend, server)) = self.backend.zip(self.server) else {
            return;
        };
        let mut stores = std::mem::take(&mut self.stores);
        self.begin(backend, "stick", |proxy| {
            proxy.backend.as_ref().is_some_and(|back| !back.stick.is_empty())
        });
        self.ctx(|program, ctx, trace| {
            stick_response(program, backend, ctx, &mut stores, Some(trace));
            stores.commit(program, ctx.state.tables(), backend, server);
        });
    }

    /// What a server of mode tcp says first, where the case says it.
    pub(super) fn relay(&mut self) -> Result<Result<(), Stop>, CaseError> {
        self.record.bytes_uploaded = self.input.len() as u64;
        if let Some(response) = &self.case.response {
            let said = bytes(response)?;
            let early = self.before_response();
            self.input = said;
            self.record.bytes_read = self.input.len() as u64;
            if let Err(stop) = self.content(early) {
                return Ok(Err(stop));
            }
        }
        self.stick();
        Ok(Ok(()))
    }

    /// What `tcp-response content` rules say before the server has said anything. With an inspect delay they wait for it.
    fn before_response(&mut self) -> Verdict {
        let Some(backend) = self.backend else {
            return Verdict::Pass;
        };
        let plan = self.program.plan.proxies.get(backend as usize);
        self.early = plan.is_some_and(|plan| plan.timeouts.inspect_response.is_some());
        self.input.clear();
        let verdict = self.set(backend, CONTENT, |program| &program.tcp_response_content);
        self.early = false;
        verdict
    }

    /// What they say in the end; `early`: at first.
    fn content(&mut self, early: Verdict) -> Result<(), Stop> {
        let (verdict, late) = match (early, self.backend) {
            (Verdict::Wait { at }, Some(backend)) => {
                let verdict = self.set_from(backend, CONTENT, |program| &program.tcp_response_content, at);
                (verdict, true)
            }
            (early, _) => (early, false),
        };
        match verdict {
            Verdict::Close { silent, .. } => {
                if !late {
                    self.record.status = 0;
                }
                let letters = if silent { *b"PR" } else { *b"PD" };
                Err(self.dropped(letters, closed(silent, CONTENT)))
            }
            Verdict::CloseServer if !late => {
                self.tracking.count(Event::HttpFailure);
                Err(self.failed(502, "tcp-response content close", *b"SH"))
            }
            _ => Ok(()),
        }
    }

    /// The client gets no answer.
    fn dropped(&mut self, letters: [u8; 2], stop: Stop) -> Stop {
        self.terminate(letters);
        self.answered = false;
        self.keeps = false;
        stop
    }

    /// The backend's rules come first, then the frontend's.
    pub(super) fn response_order(&self) -> impl Iterator<Item = u32> {
        let front = self.session.frontend;
        self.backend.filter(|&back| back != front).into_iter().chain([front])
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

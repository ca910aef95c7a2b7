//! How a request ends: replies that are made here, and what is told of it all.

use super::super::words::{message, text, variables};
use super::super::Kept;
use super::{End, Outcome, Play, Stop};
use crate::http1::{Body, Head, Version};
use crate::logformat::render_log;
use crate::plan::{KeepAlive, LogMoment, LogStep};
use crate::reply::{error_reply, refusal, MadeReply};
use crate::rules::Verdict;
use crate::state::{Gauge, State};
use crate::table::Event;

/// Syslog levels.
const ERROR: u8 = 3;
const INFO: u8 = 6;

impl Play<'_> {
    /// An error page of our own.
    pub(super) fn failed(&mut self, status: u16, why: &str, termination: [u8; 2]) -> Stop {
        if self.backend.is_none() {
            self.record.times.request = -1;
        }
        let proxy = self.backend.unwrap_or(self.session.frontend);
        self.answered = false;
        let made = self.ctx(|program, ctx, _| error_reply(program, proxy, status, ctx));
        self.reply(made, termination);
        (End::Replied, why.into())
    }

    /// A session that is not one of HTTP has no page to show.
    pub(super) fn closed_early(&mut self, why: &str, termination: [u8; 2]) -> Stop {
        self.terminate(termination);
        (End::Closed, why.into())
    }

    /// What came is no request: no rule sees it, nor its answer.
    pub(super) fn refuse(&mut self, status: u16, why: &str) -> Stop {
        self.tracking.count_session(Event::HttpRequest);
        self.tracking.count_session(Event::HttpError);
        self.refused = true;
        self.backend = None;
        self.record.request_line.clear();
        self.record.times.request = -1;
        self.terminate(*b"PR");
        self.req.clear();
        let front = self.session.frontend;
        let made = self.ctx(|program, ctx, _| refusal(program, front, status, ctx));
        // To a frontend in mode tcp there was a connection that ended early, and no reply.
        if self.front.mode == crate::plan::Mode::Http {
            self.record.status = status;
            self.record.bytes_read = length(&made.head, &made.body);
        }
        (self.res, self.body) = (made.head, made.body);
        self.answered = true;
        (End::Replied, why.into())
    }

    /// Any reply that is made here.
    pub(super) fn reply(&mut self, mut made: MadeReply, mut termination: [u8; 2]) {
        self.keeps &= !made.close && !self.closes_client() && self.complete;
        self.record.status = made.status;
        self.res = made.head;
        self.answered = true;
        if self.program.reads_response_body() {
            self.input.clone_from(&made.body);
        }
        if !self.after_response() || self.res.status() < 200 {
            let front = self.session.frontend;
            let page = self.ctx(|program, ctx, _| error_reply(program, front, 500, ctx));
            self.record.status = page.status;
            (self.res, made.body) = (page.head, page.body);
            termination[0] = b'I';
        }
        self.terminate(termination);
        if Head::is_bodiless(self.res.status()) {
            made.body.clear();
            if self.res.status() == 204 {
                self.res.set_body(Body::None);
            }
        }
        // The version of an error file says nothing of the client's connection.
        let old = self.res.version() == Version::Http10 && self.res.get(b"connection").is_none();
        let sound = self.res.frame_reply(made.body.len() as u64);
        let stays = self.res.settle_connection() || old;
        self.keeps &= sound && stays;
        self.res.say_connection(self.req.version(), self.keeps);
        let sent = if self.req.method() == b"HEAD" { &[][..] } else { &made.body };
        self.record.bytes_read = length(&self.res, sent);
        self.body = made.body;
    }

    /// `option httpclose` of the frontend.
    pub(super) fn closes_client(&self) -> bool {
        self.front.options.http_connection == KeepAlive::Close
    }

    pub(super) fn terminate(&mut self, letters: [u8; 2]) {
        let [first, second, ..] = &mut self.record.termination;
        [*first, *second] = letters;
    }

    /// The backend's rules come first, then the frontend's; they only edit. False where an edit could not be made that must.
    pub(super) fn after_response(&mut self) -> bool {
        self.response_order().all(|proxy| {
            !matches!(
                self.set(proxy, "http-after-response", |program| &program.http_after_response),
                Verdict::Failed
            )
        })
    }

    /// What is told, and the connection where the client may go on with it.
    pub(super) fn outcome(mut self, end: End, why: String) -> (Outcome, Option<Kept>) {
        self.tracking.bytes(self.record.bytes_uploaded, self.record.bytes_read);
        // Of what is not decided there is nothing to log yet.
        if end != End::Waits {
            self.log_end();
        }
        let names = self
            .backend
            .and_then(|backend| self.program.plan.proxies.get(backend as usize));
        let server = self
            .server
            .and_then(|server| names?.backend.as_ref()?.servers.get(server as usize));
        let outcome = Outcome {
            end,
            why,
            backend: names.map(|proxy| proxy.name.clone()),
            server: server.map(|server| server.name.clone()),
            request: self.sent,
            status: self.answered.then(|| self.res.status()),
            response: self.answered.then(|| message(&self.res)),
            body: text(&self.body),
            termination: String::from_utf8_lossy(&self.record.termination).into_owned(),
            log: self.log,
            variables: variables(self.program, &self.vars),
            keeps: self.keeps,
            unread: self.unread,
            steps: self.trace.steps,
        };
        self.tracking.end_stream();
        self.vars.end_transaction();
        let kept = self.keeps.then(|| Kept {
            session: self.session,
            vars: self.vars,
            tracking: self.tracking,
            requests: self.requests.saturating_add(1),
            last: self.backend.zip(self.server),
        });
        (outcome, kept)
    }

    fn moment(&self) -> LogMoment {
        self.front.frontend.as_ref().map_or(LogMoment::End, |front| front.log_moment)
    }

    /// The line of a connection (manual section 8.2.1), which no rule of the request has a say in.
    pub(super) fn log_accept(&mut self) {
        if self.moment() == LogMoment::Accept {
            self.log_line(LogStep::Accept);
            self.unlogged = true;
        }
    }

    /// The one line of the end.
    fn log_end(&mut self) {
        let steps = self.front.frontend.as_ref().map_or(&[][..], |front| &front.log_steps);
        let wanted = steps.is_empty() || steps.contains(&LogStep::Close) || self.moment() != LogMoment::End;
        if wanted || self.refused {
            self.log_stream(if self.refused { LogStep::Error } else { LogStep::Close });
        }
    }

    /// The one line of a request whose format has nothing that comes later, while the response is on its way.
    pub(super) fn log_early(&mut self) {
        if self.moment() == LogMoment::Answer {
            self.record.bytes_read = self.interim + length(&self.res, &[]);
            self.log_stream(LogStep::Response);
            self.unlogged = true;
        }
    }

    fn log_stream(&mut self, step: LogStep) {
        if self.unlogged {
            return;
        }
        let erroneous = self.record.is_erroneous();
        if self.front.options.dontlog_normal && !erroneous {
            return;
        }
        self.tracking.settle();
        self.record.early = self.front.options.logasap;
        self.log_line(step);
    }

    /// Writes a line as the last of the frontend's targets gets it that takes it.
    fn log_line(&mut self, step: LogStep) {
        let (program, front) = (self.program, self.session.frontend);
        let level = match self.record.log_level {
            Some(None) => return,
            Some(Some(level)) => level,
            None if self.front.options.log_separate_errors && self.record.is_erroneous() => ERROR,
            None => INFO,
        };
        let mut targets = self.front.logs.iter().filter(|target| level <= target.level);
        let Some(target) = targets.next_back() else { return };
        let usual = program.proxies.get(front as usize).and_then(|program| program.log.as_ref());
        let formats = program.line_formats(front, target.profile, step);
        let accept = step != LogStep::Accept && self.moment() == LogMoment::Accept;
        let Some(format) = formats.and_then(|formats| formats.body.or(usual.filter(|_| !accept))) else {
            return;
        };
        let gauge = |gauge| u32::try_from(self.world.gauge(gauge)).unwrap_or(0);
        self.record.actconn = gauge(Gauge::ConnCur);
        self.record.feconn = gauge(Gauge::FeConn(front));
        // Its own place is given back when the line of the end is written.
        let own = u32::from(!matches!(step, LogStep::Close | LogStep::Error));
        self.record.beconn = self.backend.map_or(0, |back| gauge(Gauge::BeConn(back)) + own);
        let server = self.backend.zip(self.server);
        self.record.srvconn = server.map_or(0, |(back, server)| gauge(Gauge::SrvConn(back, server)) + own);
        self.record.origin = step.origin();
        if let Some(count) = self.lines.get_mut(front as usize) {
            self.record.frontend_log_counter = *count;
            *count = count.wrapping_add(1);
        }
        let mut line = Vec::new();
        self.ctx(|program, ctx, _| render_log(program, format, ctx, &mut line));
        self.log = Some(String::from_utf8_lossy(&line).into_owned());
    }
}

/// Bytes of a message as it is sent.
pub(super) fn length(head: &Head, body: &[u8]) -> u64 {
    let mut bytes = Vec::new();
    head.write(&mut bytes);
    (bytes.len() + body.len()) as u64
}

//! What is done with the request: rules, the choice of a backend, and what the server gets.

use super::super::body::body_of;
use super::super::words::{closed, message, verb, NO_BACKEND};
use super::{End, Play, Stop};
use crate::capture;
use crate::forward::{closes_server, forwarded, tell_server};
use crate::http1::{parse_request, Body, ChunkDecoder, Progress};
use crate::logformat::stream_id;
use crate::plan::Mode;
use crate::program::ProxyProgram;
use crate::reply::{error_reply, ReplyCause};
use crate::rules::{choose_backend, holds, persistence, Rules, Verdict};
use crate::table::Event;

impl Play<'_> {
    /// Rules that see no byte of the client.
    pub(super) fn connection(&mut self, front: u32) -> Result<(), Stop> {
        type Which = fn(&ProxyProgram) -> &Rules;
        let sets: [(&'static str, Which); 2] = [
            ("tcp-request connection", |program| &program.tcp_request_connection),
            ("tcp-request session", |program| &program.tcp_request_session),
        ];
        for (name, which) in sets {
            if let Verdict::Close { silent, .. } = self.set(front, name, which) {
                // Such a connection is counted, and has no line.
                self.unlogged = true;
                return Err(closed(silent, name));
            }
        }
        self.log_accept();
        Ok(())
    }

    /// From here on it is a request.
    fn become_http(&mut self, front: u32) -> Result<(), Stop> {
        self.request()?;
        self.monitor(front)
    }

    fn monitor(&mut self, front: u32) -> Result<(), Stop> {
        self.tracking.count(Event::HttpRequest);
        match self.monitored(front) {
            true => Err((End::Replied, "monitor-uri".into())),
            false => Ok(()),
        }
    }

    /// Reads the head of the request and its body.
    pub(super) fn request(&mut self) -> Result<(), Stop> {
        let raw = std::mem::take(&mut self.input);
        let limits = self.limits(self.front.options.accept_invalid_http_request);
        let read = parse_request(&raw, &limits, &mut self.req);
        let consumed = match read {
            Ok(Progress::Done { consumed }) => consumed,
            Ok(Progress::Partial) => return Err((End::Waits, "the head of the request is not complete".into())),
            Err(error) => return Err(self.refuse(error.status(), &format!("not a valid request: {error}"))),
        };
        let rest = raw.get(consumed..).unwrap_or_default();
        let framing = match self.req.request_body() {
            Ok(Body::Chunked) if ChunkDecoder::is_malformed(rest) => {
                return Err(self.refuse(400, "not a valid request: its body is malformed"));
            }
            Ok(framing) => framing,
            Err(error) => return Err(self.refuse(error.status(), &format!("not a valid request: {error}"))),
        };
        self.http = true;
        self.record.times.request = 0;
        self.keeps = self.req.settle_connection();
        self.req.start_line(&mut self.record.request_line);
        let whole = body_of(framing, rest);
        self.record.bytes_uploaded = (consumed + whole.length) as u64;
        self.complete = whole.complete;
        self.unread = rest.len().saturating_sub(whole.length) as u64;
        self.input = whole.body;
        let program = self.program;
        if let Some(compiled) = program.proxies.get(self.case.frontend as usize) {
            capture::headers(&compiled.captures.request, &self.req, &self.record.request_captures);
        }
        Ok(())
    }

    /// The cookie that is captured is that behind the rules, of requests that go on or are refused, not of those that a rule answers.
    pub(super) fn capture_cookie(&mut self) {
        let program = self.program;
        let compiled = program.proxies.get(self.case.frontend as usize);
        if let Some(cookie) = compiled.and_then(|compiled| compiled.captures.cookie.as_ref()) {
            self.record.request_cookie = cookie.of_request(&self.req);
        }
    }

    /// Everything that looks at a request before a server is chosen; gives the backend.
    pub(super) fn decide(&mut self, front: u32) -> Result<u32, Stop> {
        let switched = self.content_rules(front)?;
        if self.http {
            self.monitor(front)?;
        } else if switched {
            self.become_http(front)?;
        }
        self.http_rules(front)?;
        self.begin(front, "use_backend", |front| {
            front.frontend.as_ref().is_some_and(|front| !front.use_backend.is_empty())
        });
        let Some(backend) = self.ctx(|program, ctx, trace| choose_backend(program, front, ctx, Some(trace))) else {
            return Err(match (self.http, self.front.mode) {
                (true, Mode::Http) => {
                    self.capture_cookie();
                    self.failed(503, NO_BACKEND, *b"SC")
                }
                (true, Mode::Tcp) => self.not_http(NO_BACKEND),
                (false, _) => self.closed_early(NO_BACKEND, *b"SC"),
            });
        };
        self.backend = Some(backend);
        self.begin(backend, "persist", |proxy| {
            proxy.backend.as_ref().is_some_and(|back| !back.persistence.is_empty())
        });
        self.persist.manner = self.ctx(|program, ctx, trace| persistence(program, backend, ctx, Some(trace)));
        let mode = self.program.plan.proxies.get(backend as usize).map(|proxy| proxy.mode);
        match (self.http, mode) {
            (false, Some(Mode::Http)) => {
                self.become_http(front)?;
                self.http_rules(front)?;
            }
            (true, Some(Mode::Tcp)) => return Err(self.not_http("the backend is not in mode http")),
            _ => {}
        }
        if backend != front {
            self.content_rules(backend)?;
            self.http_rules(backend)?;
        }
        if self.http {
            self.capture_cookie();
        }
        Ok(backend)
    }

    /// No backend can take the request.
    fn not_http(&mut self, why: &str) -> Stop {
        self.terminate(*b"IR");
        self.record.status = 500;
        (End::Closed, why.into())
    }

    fn monitored(&mut self, front: u32) -> bool {
        let uri = self.front.frontend.as_ref().and_then(|front| front.monitor_uri.as_ref());
        if uri.is_none_or(|uri| uri.as_bytes() != self.req.target()) {
            return false;
        }
        let made = self.ctx(|program, ctx, _| {
            let conditions = program
                .proxies
                .get(front as usize)
                .map_or(&[][..], |proxy| &proxy.monitor_fail);
            let fails = conditions.iter().any(|condition| holds(condition, program, ctx));
            error_reply(program, front, if fails { 503 } else { 200 }, ctx)
        });
        self.unlogged = true;
        self.reply(made, *b"LR");
        true
    }

    /// `tcp-request content` of one proxy. Gives whether what comes is HTTP from here on.
    fn content_rules(&mut self, proxy: u32) -> Result<bool, Stop> {
        let verdict = self.set(proxy, "tcp-request content", |program| &program.tcp_request_content);
        let switched = matches!(verdict, Verdict::Switch);
        if matches!(verdict, Verdict::Close { .. }) && proxy == self.session.frontend {
            // To a frontend's rules there was no request yet: the log says so, as HAProxy's does.
            self.record.request_line.clear();
            self.record.times.request = -1;
        }
        self.stop(verdict, "tcp-request content")?;
        Ok(switched)
    }

    /// `http-request` and the statistics page of one proxy, where there is a request.
    fn http_rules(&mut self, proxy: u32) -> Result<(), Stop> {
        if !self.http {
            return Ok(());
        }
        if proxy != self.session.frontend {
            self.tracking.count_backend(Event::HttpRequest);
        }
        let verdict = self.set(proxy, "http-request", |program| &program.http_request);
        self.stop(verdict, "http-request")?;
        let stats = self
            .program
            .plan
            .proxies
            .get(proxy as usize)
            .and_then(|proxy| proxy.stats.as_ref());
        let uri = stats.map_or(&[][..], |stats| stats.uri.as_bytes());
        if !uri.is_empty() && self.req.pathq().unwrap_or_default().starts_with(uri) {
            let verdict = self.set(proxy, "stats http-request", |program| &program.stats);
            self.stop(verdict, "stats http-request")?;
            self.capture_cookie();
            self.record.applet = Some("<STATS>");
            return Err(self.served("stats uri".into()));
        }
        Ok(())
    }

    /// What a verdict means for the request.
    pub(super) fn stop(&mut self, verdict: Verdict, set: &str) -> Result<(), Stop> {
        match verdict {
            Verdict::Pass
            | Verdict::Allow
            | Verdict::Switch
            | Verdict::Wait { .. }
            | Verdict::Pause { .. }
            | Verdict::Body { .. }
            | Verdict::Resolve { .. } => Ok(()),
            Verdict::Close { silent, .. } => {
                if self.http {
                    self.capture_cookie();
                }
                self.record.times.request = -1;
                self.terminate(*b"PR");
                Err(closed(silent, set))
            }
            Verdict::Reply(made) => {
                let why = format!("{set} {}", verb(made.cause));
                if matches!(made.cause, ReplyCause::Deny | ReplyCause::Auth) {
                    self.tracking.count(Event::HttpError);
                }
                if !matches!(made.cause, ReplyCause::Return | ReplyCause::Redirect) {
                    self.capture_cookie();
                }
                let letters = made.cause.letters(b'R');
                self.reply(*made, letters);
                Err((End::Replied, why))
            }
            Verdict::Tarpit(made) => {
                self.capture_cookie();
                self.record.times.request = -1;
                self.tracking.count(Event::HttpError);
                self.reply(*made, *b"PT");
                Err((End::Tarpitted, format!("{set} tarpit")))
            }
            Verdict::Failed => {
                self.capture_cookie();
                Err(self.failed(500, &format!("{set}: a change can't be made"), *b"IR"))
            }
            Verdict::CloseServer => Err(closed(false, set)),
            Verdict::Service(name) => {
                self.capture_cookie();
                Err(self.served(format!("{set} use-service {name}")))
            }
        }
    }

    /// What a service will say is not known here.
    fn served(&mut self, why: String) -> Stop {
        let times = &mut self.record.times;
        (times.queue, times.connect, times.response) = (0, 0, 0);
        self.terminate(*b"LR");
        (End::Served, why)
    }

    /// What is done to the request before the server gets it.
    pub(super) fn forward(&mut self) {
        let program = self.program;
        let of = |index: u32| program.proxies.get(index as usize);
        let upgrade = self.req.upgrade().is_some();
        // What the client said itself is known and gone: this is a rule's word.
        let rule_closes = self.req.says_close();
        self.req.strip_connection(upgrade);
        let back = self.backend.filter(|&back| back != self.session.frontend).and_then(of);
        forwarded(
            of(self.session.frontend),
            back,
            self.record.src.or(self.session.src),
            self.record.dst.or(self.session.dst),
            &mut self.req,
        );
        // Made with the request, which its format may look at.
        let mut id = Vec::new();
        let made = self.ctx(|program, ctx, _| stream_id(program, ctx, &mut id));
        if let Some(name) = self.front.unique_id_header.as_ref().filter(|_| made) {
            self.req.add(name.as_bytes(), &id);
        }
        let plan = self.backend.and_then(|backend| program.plan.proxies.get(backend as usize));
        if let Some(plan) = plan {
            let back = plan.backend.as_ref();
            if let Some(cookie) = back.and_then(|back| back.cookie.as_ref()) {
                self.persist.clean_request(cookie, &mut self.req);
            }
            let closes = rule_closes || closes_server(&self.front.options, &plan.options);
            let keeps = !closes || (plan.options.http_pretend_keepalive && !rule_closes);
            self.req.ask_connection(keeps, upgrade);
            if let Some(back) = back {
                tell_server(back, self.server, &mut self.req);
            }
        }
        if let Ok(body) = self.req.request_body() {
            self.req.set_body(body);
        }
        self.sent = Some(message(&self.req));
    }
}

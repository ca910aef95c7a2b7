//! What is done with the request: rules, the choice of a backend, and what the server gets.

use super::super::body::body_of;
use super::super::words::{closed, message, verb};
use super::{End, Play, Stop};
use crate::capture;
use crate::forward::{forwarded, tell_server};
use crate::http1::{parse_request, Progress};
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
                return Err(closed(silent, name));
            }
        }
        Ok(())
    }

    /// From here on it is a request.
    fn become_http(&mut self, front: u32) -> Result<(), Stop> {
        self.request()?;
        self.monitor(front)
    }

    fn monitor(&mut self, front: u32) -> Result<(), Stop> {
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
            Err(error) => return Err(self.failed(400, &format!("not a valid request: {error}"), *b"PR")),
        };
        self.http = true;
        self.record.times.request = 0;
        self.req.start_line(&mut self.record.request_line);
        self.req.settle_connection();
        let Ok(framing) = self.req.request_body() else {
            return Err(self.failed(400, "the length of the body is not clear", *b"PR"));
        };
        self.input = body_of(framing, raw.get(consumed..).unwrap_or_default());
        let program = self.program;
        if let Some(compiled) = program.proxies.get(self.case.frontend as usize) {
            capture::headers(&compiled.captures.request, &self.req, &self.record.request_captures);
            self.record.request_cookie = compiled
                .captures
                .cookie
                .as_ref()
                .and_then(|cookie| cookie.of_request(&self.req));
        }
        Ok(())
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
            let why = "no backend: no use_backend rule matched, and there is no default_backend";
            return Err(match (self.http, self.front.mode) {
                (true, Mode::Tcp) => self.not_http(why),
                _ => self.failed(503, why, *b"SC"),
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
        self.reply(made, *b"LR");
        true
    }

    /// `tcp-request content` of one proxy. Gives whether what comes is HTTP from here on.
    fn content_rules(&mut self, proxy: u32) -> Result<bool, Stop> {
        let verdict = self.set(proxy, "tcp-request content", |program| &program.tcp_request_content);
        let switched = matches!(verdict, Verdict::Switch);
        self.stop(verdict, "tcp-request content")?;
        Ok(switched)
    }

    /// `http-request` and the statistics page of one proxy, where there is a request.
    fn http_rules(&mut self, proxy: u32) -> Result<(), Stop> {
        if !self.http {
            return Ok(());
        }
        if proxy == self.session.frontend {
            self.tracking.count(Event::HttpRequest);
        } else {
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
            return Err((End::Served, "stats uri".into()));
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
                self.terminate(*b"PR");
                Err(closed(silent, set))
            }
            Verdict::Reply(made) => {
                let why = format!("{set} {}", verb(made.cause));
                let local = matches!(made.cause, ReplyCause::Return | ReplyCause::Redirect);
                self.reply(*made, if local { *b"LR" } else { *b"PR" });
                Err((End::Replied, why))
            }
            Verdict::Tarpit(made) => {
                self.reply(*made, *b"PT");
                Err((End::Tarpitted, format!("{set} tarpit")))
            }
            Verdict::Failed => Err(self.failed(500, &format!("{set}: a change can't be made"), *b"IR")),
            Verdict::CloseServer => Err(closed(false, set)),
            Verdict::Service(name) => Err((End::Served, format!("{set} use-service {name}"))),
        }
    }

    /// What is done to the request before the server gets it.
    pub(super) fn forward(&mut self) {
        let program = self.program;
        let of = |index: u32| program.proxies.get(index as usize);
        let upgrade = self.req.upgrade().is_some();
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
        if let Some(cookie) = plan
            .and_then(|plan| plan.backend.as_ref())
            .and_then(|back| back.cookie.as_ref())
        {
            self.persist.clean_request(cookie, &mut self.req);
        }
        if let Some(back) = plan.and_then(|plan| plan.backend.as_ref()) {
            tell_server(back, self.server, &mut self.req);
        }
        self.sent = Some(message(&self.req));
    }
}

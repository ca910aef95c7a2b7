//! `tcp-request content` and `tcp-response content` rules of TCP sessions.

use super::duplex::Duplex;
use super::tcp::{plan, Tcp};
use crate::buffer::Buffer;
use crate::error::{Error, Fault, Stage};
use crate::live::bump;
use crate::service::{address, lookup, PATIENCE_MS};
use crate::stream::Stream;
use crate::timer::{after, Timer};
use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};
use steelyard_core::rules::{evaluate, Question, Rules, Verdict};

/// How the connection goes on after content rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    Raw,
    /// `switch-mode http`
    Http,
}

impl Tcp {
    /// `tcp-request content` rules of a proxy: they wait for bytes up to its inspect delay.
    pub(super) async fn content(&mut self, proxy: u32) -> Result<Content, Error> {
        let live = Arc::clone(&self.live);
        let (Some(compiled), Some(plan)) = (live.program.proxies.get(proxy as usize), plan(&live, proxy)) else {
            return Ok(Content::Raw);
        };
        let rules = &compiled.tcp_request_content;
        if rules.is_empty() {
            return Ok(Content::Raw);
        }
        let deadline = after(Instant::now(), plan.timeouts.inspect);
        let mut timer = Timer::new(Instant::now());
        timer.set(deadline);
        let (mut from, mut over) = (0, deadline.is_none());
        loop {
            let verdict = self.evaluate(rules, from, over || self.input.ended || self.input.is_full());
            match verdict {
                Verdict::Pass | Verdict::Allow => return Ok(Content::Raw),
                Verdict::Switch => return Ok(Content::Http),
                Verdict::Wait { at } => from = at,
                // Not found in TCP rule sets.
                Verdict::Pause { at, .. } | Verdict::Body { at, .. } => {
                    from = at;
                    continue;
                }
                Verdict::Resolve { at, question } => {
                    from = at;
                    Box::pin(self.resolve(&question)).await;
                    continue;
                }
                Verdict::Close { silent, ttl } => {
                    if silent {
                        self.input.client.silence(ttl);
                    }
                    return Err(self.refused(proxy));
                }
                // Not found in rule sets of TCP requests.
                Verdict::Reply(_) | Verdict::Tarpit(_) | Verdict::Service(_) | Verdict::Failed | Verdict::CloseServer => {
                    return Err(self.refused(proxy))
                }
            }
            let (input, worker) = (&mut self.input, &self.worker);
            let more = poll_fn(|cx| match input.poll(cx, worker) {
                Poll::Ready(read) => Poll::Ready(Some(read)),
                Poll::Pending => timer.poll(cx).map(|()| None),
            });
            match more.await {
                Some(Ok(())) => {}
                // A client that failed has ended: the rules decide on what it sent.
                Some(Err(_)) => self.input.ended = true,
                None => over = true,
            }
        }
    }

    /// `tcp-response content` rules: the client's bytes flow on while the server's first ones are looked at.
    pub(super) async fn response_content(&mut self, backend: u32, duplex: &mut Duplex, server: &mut Stream) -> Result<(), Error> {
        let live = Arc::clone(&self.live);
        let (Some(compiled), Some(plan)) = (live.program.proxies.get(backend as usize), plan(&live, backend)) else {
            return Ok(());
        };
        let rules = &compiled.tcp_response_content;
        if rules.is_empty() {
            return Ok(());
        }
        let mut timer = Timer::new(Instant::now());
        timer.set(after(Instant::now(), plan.timeouts.inspect_response));
        let (mut from, mut over) = (0, plan.timeouts.inspect_response.is_none());
        loop {
            let done = over || duplex.down.ended || duplex.down.is_full();
            match self.with_input(duplex.down.data(), done, |program, ctx| {
                evaluate(rules, program, ctx, from, None)
            }) {
                Verdict::Pass | Verdict::Allow => return Ok(()),
                Verdict::Wait { at } => from = at,
                Verdict::Pause { at, .. } | Verdict::Body { at, .. } => {
                    from = at;
                    continue;
                }
                Verdict::CloseServer => {
                    duplex.down.ended = true;
                    duplex.up.drop_rest(&self.worker);
                    // If it can't be set, the server sees an ordinary close.
                    let _ = server.set_zero_linger();
                    return Ok(());
                }
                verdict @ (Verdict::Close { .. }
                | Verdict::Reply(_)
                | Verdict::Tarpit(_)
                | Verdict::Service(_)
                | Verdict::Switch
                | Verdict::Resolve { .. }
                | Verdict::Failed) => {
                    if let Verdict::Close { silent: true, ttl } = verdict {
                        self.input.client.silence(ttl);
                    }
                    if let Some(counters) = live.backend(backend).map(|b| &b.counters) {
                        bump(&counters.dresp);
                    }
                    self.bytes = (duplex.up.bytes, duplex.down.data().len() as u64);
                    return Err(Error {
                        fault: Fault::Proxy,
                        stage: Stage::Data,
                        retry: false,
                    });
                }
            }
            let (worker, client) = (&self.worker, &mut self.input.client);
            let more = poll_fn(|cx| {
                if duplex.up.poll(cx, worker, client, server).is_err() {
                    return Poll::Ready(Err(()));
                }
                match duplex.down.poll_hold(cx, worker, server) {
                    Poll::Ready(read) => Poll::Ready(read.map(|()| false).map_err(drop)),
                    Poll::Pending => timer.poll(cx).map(|()| Ok(true)),
                }
            });
            over |= more.await.map_err(|()| Error {
                fault: Fault::Server,
                stage: Stage::Data,
                retry: false,
            })?;
        }
    }

    /// Waits for the answer of the Python side and keeps it; without one the variable stays as it is.
    async fn resolve(&mut self, question: &Question) {
        let Some(receiver) = lookup(&self.worker.shared, question) else {
            return;
        };
        let answer = tokio::time::timeout(Duration::from_millis(PATIENCE_MS), receiver).await;
        if let Some(found) = answer.ok().and_then(Result::ok).as_ref().and_then(address) {
            self.with_input(&[], true, |program, ctx| question.answered(program, ctx, found));
        }
    }

    fn evaluate(&mut self, rules: &Rules, from: usize, done: bool) -> Verdict {
        let buffer = self.input.buffer.take();
        let bytes = buffer.as_ref().map(Buffer::data).unwrap_or_default();
        let verdict = self.with_input(bytes, done, |program, ctx| evaluate(rules, program, ctx, from, None));
        self.input.buffer = buffer;
        verdict
    }

    fn refused(&self, proxy: u32) -> Error {
        if let Some(frontend) = self.live.frontend(self.session.frontend) {
            bump(&frontend.counters.dreq);
        }
        if let Some(backend) = self.live.backend(proxy).filter(|_| proxy != self.session.frontend) {
            bump(&backend.counters.dreq);
        }
        Error {
            fault: Fault::Proxy,
            stage: Stage::Request,
            retry: false,
        }
    }
}

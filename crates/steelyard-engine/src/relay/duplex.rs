//! Both directions of a relay with their timeouts: TCP sessions, and HTTP tunnels after an upgrade.

use super::direction::{Direction, End, Moved, Splicing};
use crate::error::{Error, Fault, Stage};
use crate::stream::Stream;
use crate::timer::{after, earlier, Timer};
use crate::worker::Worker;
use std::task::{Context, Poll};
use std::time::Instant;
use steelyard_core::plan::Proxy;
use steelyard_core::record::Set;

/// Timeouts of a relay in milliseconds (manual, `timeout client`, `server`, `client-fin`, `server-fin`, `tunnel`).
#[derive(Clone, Copy, Debug, Default)]
pub struct Limits {
    pub client: Option<u64>,
    pub server: Option<u64>,
    pub client_fin: Option<u64>,
    pub server_fin: Option<u64>,
}

impl Limits {
    /// As the two proxies say: a `timeout tunnel` takes the place of both sides' ordinary timeouts.
    /// What rules have set counts first.
    pub fn new(front: &Proxy, back: &Proxy, set: &Set) -> Self {
        let (front_times, back_times) = (&front.timeouts, &back.timeouts);
        let tunnel = set.tunnel.or(back_times.tunnel);
        Self {
            client: tunnel.or(set.client).or(front_times.client),
            server: tunnel.or(set.server).or(back_times.server),
            client_fin: front_times.client_fin,
            server_fin: back_times.server_fin,
        }
    }
}

/// Both directions.
pub struct Duplex {
    /// Client to server.
    pub up: Direction,
    /// Server to client.
    pub down: Direction,
    limits: Limits,
    timer: Timer,
    /// When something was last read from or written to each side.
    client: Instant,
    server: Instant,
    failure: Option<Error>,
}

impl Duplex {
    pub fn new(limits: Limits, up: Splicing, down: Splicing, now: Instant) -> Self {
        Self {
            up: Direction::new(up),
            down: Direction::new(down),
            limits,
            timer: Timer::new(now),
            client: now,
            server: now,
            failure: None,
        }
    }

    /// Relays until both sides have ended, or something fails. `Ok` is the good end.
    pub fn poll(
        &mut self,
        cx: &mut Context<'_>,
        worker: &Worker,
        client: &mut Stream,
        server: &mut Stream,
    ) -> Poll<Result<(), Error>> {
        loop {
            let up = match self.up.poll(cx, worker, client, server) {
                Ok(moved) => moved,
                Err(End::From) => return Poll::Ready(Err(data(Fault::Client))),
                Err(End::To) => return Poll::Ready(Err(data(Fault::Server))),
            };
            let down = match self.down.poll(cx, worker, server, client) {
                Ok(moved) => moved,
                Err(End::From) => return Poll::Ready(Err(data(Fault::Server))),
                Err(End::To) => return Poll::Ready(Err(data(Fault::Client))),
            };
            self.note(up, down);
            if self.up.shut && self.down.shut {
                return Poll::Ready(self.failure.map_or(Ok(()), Err));
            }
            let (client_end, server_end) = (self.client_deadline(), self.server_deadline());
            self.timer.set(earlier(client_end, server_end));
            if self.timer.poll(cx).is_pending() {
                return Poll::Pending;
            }
            let now = Instant::now();
            if let Some(error) = self.expire(
                client_end.is_some_and(|end| end <= now),
                server_end.is_some_and(|end| end <= now),
            ) {
                return Poll::Ready(Err(error));
            }
        }
    }

    /// Gives everything back that the thread lends.
    pub fn rest(&mut self, worker: &Worker) {
        self.up.rest(worker);
        self.down.rest(worker);
    }

    fn note(&mut self, up: Moved, down: Moved) {
        if up.read || up.wrote || down.read || down.wrote {
            let now = Instant::now();
            if up.read || down.wrote {
                self.client = now;
            }
            if down.read || up.wrote {
                self.server = now;
            }
        }
    }

    /// A side is timed while something is expected of it: bytes, or that it takes some.
    fn client_deadline(&self) -> Option<Instant> {
        let reading = !self.up.ended && !self.up.is_blocked();
        if !reading && !self.down.is_stuck() {
            return None;
        }
        let limit = if self.down.shut {
            self.limits.client_fin.or(self.limits.client)
        } else {
            self.limits.client
        };
        after(self.client, limit)
    }

    fn server_deadline(&self) -> Option<Instant> {
        let reading = !self.down.ended && !self.down.is_blocked();
        if !reading && !self.up.is_stuck() {
            return None;
        }
        let limit = if self.up.shut {
            self.limits.server_fin.or(self.limits.server)
        } else {
            self.limits.server
        };
        after(self.server, limit)
    }

    /// A silent side counts as ended, and the other one hears of it, as with HAProxy; one that takes nothing ends the relay.
    fn expire(&mut self, client: bool, server: bool) -> Option<Error> {
        if client {
            let error = *self.failure.get_or_insert(data(Fault::ClientTimeout));
            if self.down.is_stuck() || self.down.shut || server {
                return Some(error);
            }
            self.up.ended = true;
        }
        if server {
            let error = *self.failure.get_or_insert(data(Fault::ServerTimeout));
            if self.up.is_stuck() || self.up.shut {
                return Some(error);
            }
            self.down.ended = true;
        }
        None
    }
}

fn data(fault: Fault) -> Error {
    Error {
        fault,
        stage: Stage::Data,
        retry: false,
    }
}

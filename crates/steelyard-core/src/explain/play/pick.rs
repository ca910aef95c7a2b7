//! The server of a request, and what is remembered of it.

use super::super::words::{algorithm, unusable};
use super::{End, Play, Stop};
use crate::balance::Balancer;
use crate::forward::aim_at_url;
use crate::plan::{Address, Server};
use crate::reply::to_server;
use crate::rules::{balance_key, choose_server, stick_request, Step};
use crate::state::State;
use std::net::SocketAddr;

/// Where a server is reached; one without a port of its own at that of the client's destination.
fn address(server: &Server, dst: Option<SocketAddr>) -> Option<SocketAddr> {
    let Address::Inet { ip, port } = &server.address else {
        return None;
    };
    let mapped = || i32::from(dst.map_or(0, |dst| dst.port())).checked_add(server.port_map?);
    let port = mapped().and_then(|port| u16::try_from(port).ok()).unwrap_or(*port);
    ip.parse().ok().map(|ip| SocketAddr::new(ip, port))
}

impl Play<'_> {
    /// The server: by rule, by cookie, or by the algorithm.
    pub(super) fn choose(&mut self, backend: u32, balancers: &mut [Option<Balancer>]) -> Result<(), Stop> {
        let Some((plan, back)) = self
            .program
            .plan
            .proxies
            .get(backend as usize)
            .and_then(|plan| Some((plan, plan.backend.as_ref()?)))
        else {
            return Err(self.failed(503, "the backend is not there", *b"SC"));
        };
        if plan.options.http_proxy {
            self.target = aim_at_url(&mut self.req);
            if self.target.is_none() {
                return Err(self.failed(400, "option http_proxy: the URL names no address of numbers", *b"PR"));
            }
        } else if plan.options.transparent && back.servers.is_empty() {
            self.target = self.record.dst.or(self.session.dst);
        }
        if back.dispatch.is_some() || self.target.is_some() {
            let how = match (back.dispatch.is_some(), plan.options.http_proxy) {
                (true, _) => "dispatch",
                (_, true) => "option http_proxy",
                _ => "option transparent",
            };
            self.chosen(how, "");
            return Ok(());
        }
        let world = self.world;
        self.begin(backend, "use-server", |proxy| {
            proxy.backend.as_ref().is_some_and(|back| !back.use_server.is_empty())
        });
        let always = plan.options.persist || self.persist.is_forced();
        let usable = |server| always || world.is_up(backend, server);
        let wanted = self.ctx(|program, ctx, trace| choose_server(program, backend, ctx, usable, Some(trace)));
        self.persist.bind(wanted);
        let by_rule = self.persist.server.is_some();
        let mut in_vain = false;
        if self.http {
            let now = world.wall().0;
            let seen = self.persist.read(back, plan.options.persist, &self.req, now, |server| {
                world.is_up(backend, server)
            });
            in_vain = seen == Some(b'D');
            if let Some(seen) = seen {
                let [_, _, third, fourth] = &mut self.record.termination;
                (*third, *fourth) = (seen, b'N');
            }
        }
        let by_cookie = self.persist.server.is_some();
        self.begin(backend, "stick", |proxy| {
            proxy.backend.as_ref().is_some_and(|back| !back.stick.is_empty())
        });
        let mut stores = std::mem::take(&mut self.stores);
        let stuck =
            self.ctx(|program, ctx, trace| stick_request(program, backend, ctx, &mut stores, by_cookie, usable, Some(trace)));
        self.stores = stores;
        self.persist.bind(stuck);
        let key = self.ctx(|program, ctx, _| balance_key(program, backend, ctx));
        let by_table = self.persist.server.is_some();
        self.prefer_last(backend, plan.options.prefer_last_server);
        let cookie = back.cookie.as_ref().map_or("", |cookie| &cookie.name);
        let (server, mut how) = match self.persist.server {
            Some(server) if by_rule => (Some(server), String::from("use-server")),
            Some(server) if !by_table => (Some(server), String::from("option prefer-last-server")),
            Some(server) if !by_cookie => (Some(server), String::from("stick")),
            Some(server) => (Some(server), format!("cookie {cookie}")),
            None => {
                let seats = world.seats.get(backend as usize).map_or(&[][..], Vec::as_slice);
                let random = self.case.random;
                let picked = balancers
                    .get_mut(backend as usize)
                    .and_then(Option::as_mut)
                    .and_then(|balancer| {
                        balancer.changed(seats);
                        balancer.pick(seats, key, None, &mut || random)
                    });
                (
                    picked.and_then(|at| u32::try_from(at).ok()),
                    algorithm(&back.balance.kind, key),
                )
            }
        };
        let Some(server) = server else {
            let full = world
                .seats
                .get(backend as usize)
                .is_some_and(|seats| seats.iter().any(|seat| seat.takes_load()));
            if full {
                return Err((End::Waits, "every server is full: the request waits in the queue".into()));
            }
            let servers = (0..).zip(&back.servers);
            let why = unusable(servers.map(|(index, server)| (server.name.as_str(), world.hindrance(backend, index))));
            return Err(match self.http {
                true => self.failed(503, &why, *b"SC"),
                false => self.closed_early(&why, *b"SC"),
            });
        };
        if in_vain {
            how = format!("{how}; cookie {cookie} names a server that is down");
        }
        self.server = Some(server);
        let to = back.servers.get(server as usize);
        if let Some(made) = to.filter(|_| self.http).and_then(|server| to_server(server, &self.req)) {
            self.reply(made, *b"LR");
            return Err((End::Replied, "redir of the server".into()));
        }
        self.record.server_address = to.and_then(|server| address(server, self.session.dst));
        (self.record.times.queue, self.record.times.connect) = (0, 0);
        let name = back.servers.get(server as usize).map_or("", |server| &server.name);
        self.chosen(&how, name);
        Ok(())
    }

    /// `option prefer-last-server`: the server of the request before, while it takes traffic.
    fn prefer_last(&mut self, backend: u32, wanted: bool) {
        let last = self.last.filter(|last| last.0 == backend && wanted);
        let Some((_, server)) = last.filter(|_| self.persist.server.is_none()) else {
            return;
        };
        let seats = self.world.seats.get(backend as usize);
        if seats
            .and_then(|seats| seats.get(server as usize))
            .is_some_and(|seat| seat.usable)
        {
            self.persist.server = Some(server);
        }
    }

    fn chosen(&mut self, how: &str, name: &str) {
        self.trace.steps.push(Step::Choice {
            at: None,
            kind: "server",
            what: how.to_owned(),
            name: name.to_owned(),
        });
    }
}

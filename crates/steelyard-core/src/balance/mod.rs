//! Which server takes a request (manual: `balance`, `hash-type`, `hash-balance-factor`, `option allbackups`).
//!
//! Pure: the caller holds the lock, knows the servers' state and says when it changed. One file an algorithm; this one
//! decides which servers take part at all, and hands the question on.
//!
//! Where a key is hashed, the same key reaches the same server as with HAProxy, for both `hash-type`s: the tests hold
//! tables that were recorded from a real one.

mod consistent;
mod first;
mod hash;
mod key;
mod leastconn;
mod map;
mod random;
mod roundrobin;

pub use hash::{avalanche, hash_with};
pub use key::{hash_address, hash_key, key_of, rdp_cookie};

use crate::plan::{self, BalanceKind};

/// What a balancer may know about one server; seats stand in the order of `plan::Backend::servers`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ServerSeat {
    /// Effective weight, 0 to 256; 0 takes no new load.
    pub weight: u32,
    /// Up and not drained.
    pub usable: bool,
    pub backup: bool,
    /// Connections (TCP) or requests (HTTP) in progress.
    pub conns: u32,
    /// Waiting in this server's own queue.
    pub queued: u32,
    /// 0 is no limit.
    pub maxconn: u32,
    /// The server's `id`.
    pub id: u32,
}

impl ServerSeat {
    /// Whether the balancer may give it new load at all.
    #[inline]
    #[must_use]
    pub fn takes_load(&self) -> bool {
        self.usable && self.weight > 0
    }

    /// Whether a new request would have to wait in front of it.
    #[inline]
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.maxconn > 0 && (self.queued > 0 || self.conns >= self.maxconn)
    }

    /// Whether it has less to do than another, weights considered.
    #[inline]
    fn is_idler_than(&self, other: &Self) -> bool {
        let load = |seat: &Self| u64::from(seat.conns) + u64::from(seat.queued);
        load(self) * u64::from(other.weight) < load(other) * u64::from(self.weight)
    }
}

/// The balancing algorithm of one backend and its state.
#[derive(Clone, Debug)]
pub struct Balancer {
    algorithm: Algorithm,
    allbackups: bool,
    /// Weights of the configuration: static algorithms keep to them.
    initial: Vec<u32>,
    /// The servers that take part now, as indices of seats, ascending.
    members: Vec<u32>,
    /// Without `allbackups`: the one backup server that serves when no other does.
    spare: Option<usize>,
}

#[derive(Clone, Debug)]
enum Algorithm {
    RoundRobin(roundrobin::RoundRobin),
    StaticRr(map::Map),
    Leastconn(leastconn::Leastconn),
    First(first::First),
    Random(random::Random),
    MapHash(map::Map),
    Consistent(consistent::Consistent),
}

impl Balancer {
    /// `allbackups`: `option allbackups` of the proxy. Call [`Balancer::changed`] before the first pick.
    #[must_use]
    pub fn new(backend: &plan::Backend, allbackups: bool) -> Self {
        let balance = &backend.balance;
        let algorithm = match &balance.kind {
            BalanceKind::Roundrobin => Algorithm::RoundRobin(roundrobin::RoundRobin::default()),
            BalanceKind::StaticRr => Algorithm::StaticRr(map::Map::default()),
            BalanceKind::Leastconn => Algorithm::Leastconn(leastconn::Leastconn::default()),
            // `sticky` is of log backends; a stream that meets it takes the first server, as a log line would.
            BalanceKind::First | BalanceKind::Sticky => Algorithm::First(first::First::default()),
            BalanceKind::Random { draws } => Algorithm::Random(random::Random::new(*draws, balance.hash_balance_factor)),
            BalanceKind::Source
            | BalanceKind::Uri { .. }
            | BalanceKind::UrlParam { .. }
            | BalanceKind::Hdr { .. }
            | BalanceKind::RdpCookie { .. }
            | BalanceKind::Hash { .. } => {
                if balance.hash.consistent {
                    Algorithm::Consistent(consistent::Consistent::new(balance.hash_balance_factor))
                } else {
                    Algorithm::MapHash(map::Map::default())
                }
            }
        };
        Self {
            algorithm,
            allbackups,
            initial: backend.servers.iter().map(|server| server.weight).collect(),
            members: Vec::new(),
            spare: None,
        }
    }

    /// Weights or states changed: call before the next pick.
    pub fn changed(&mut self, seats: &[ServerSeat]) {
        let main = seats.iter().any(|seat| !seat.backup && seat.takes_load());
        self.spare = None;
        self.members.clear();
        if !main && !self.allbackups {
            self.spare = seats.iter().position(ServerSeat::takes_load);
            self.members.extend(self.spare.map(|at| at as u32));
        } else {
            let takes_part = |seat: &ServerSeat| seat.takes_load() && seat.backup != main;
            let found = (0u32..).zip(seats).filter(|(_, seat)| takes_part(seat));
            self.members.extend(found.map(|(at, _)| at));
        }
        let members = &self.members;
        match &mut self.algorithm {
            Algorithm::RoundRobin(it) => it.changed(seats, members),
            Algorithm::StaticRr(it) | Algorithm::MapHash(it) => it.changed(&self.initial, members),
            Algorithm::Leastconn(it) => it.changed(seats, members),
            Algorithm::First(it) => it.changed(seats, members),
            Algorithm::Random(it) => it.changed(seats, members),
            Algorithm::Consistent(it) => it.changed(seats, members),
        }
    }

    /// Whether a choice looks at how much the servers have to do (`conns` of their seats), as long as none of them has a `maxconn`.
    #[must_use]
    pub fn weighs_load(&self) -> bool {
        match self.algorithm {
            Algorithm::RoundRobin(_) | Algorithm::First(_) => false,
            Algorithm::StaticRr(_)
            | Algorithm::Leastconn(_)
            | Algorithm::Random(_)
            | Algorithm::MapHash(_)
            | Algorithm::Consistent(_) => true,
        }
    }

    /// A connection of this server ended (`seats` shows it already). Keeps `leastconn` at O(log n) a pick.
    #[inline]
    pub fn freed(&mut self, seats: &[ServerSeat], at: usize) {
        if let Algorithm::Leastconn(it) = &mut self.algorithm {
            it.freed(seats, at);
        }
    }

    /// Chooses a server. `None`: none takes load, or each that may be chosen is full (the request then waits in the
    /// backend's queue). Hashing algorithms, and the lone backup server, give a full server nevertheless: the request
    /// waits for that one.
    ///
    /// `key`: what [`key_of`] gave; without one a hashing algorithm takes turns. `avoid`: the server that just failed;
    /// given only when there is no other.
    pub fn pick(
        &mut self,
        seats: &[ServerSeat],
        key: Option<u32>,
        avoid: Option<usize>,
        random: &mut dyn FnMut() -> u32,
    ) -> Option<usize> {
        if self.spare.is_some() {
            return self.spare;
        }
        let members = self.members.as_slice();
        let avoid = avoid.filter(|_| members.len() > 1);
        match &mut self.algorithm {
            Algorithm::RoundRobin(it) => it.pick(seats, avoid),
            Algorithm::StaticRr(it) => it.next(seats, members, avoid),
            Algorithm::Leastconn(it) => it.pick(seats, avoid),
            Algorithm::First(it) => it.pick(seats, avoid),
            Algorithm::Random(it) => it.pick(seats, members, avoid, random),
            Algorithm::MapHash(it) => match key {
                Some(key) => it.at(key, avoid),
                None => it.next(seats, members, avoid),
            },
            Algorithm::Consistent(it) => match key {
                Some(key) => it.at(seats, members, key, avoid),
                None => it.next(seats, avoid),
            },
        }
    }
}

/// The idlest of the members that are not full: what is left when a guided choice found only full servers.
fn idlest(seats: &[ServerSeat], members: &[u32], avoid: Option<usize>) -> Option<usize> {
    let free = members
        .iter()
        .filter_map(|&at| seats.get(at as usize).map(|seat| (at as usize, seat)))
        .filter(|(_, seat)| !seat.is_full());
    let mut best: Option<(usize, &ServerSeat)> = None;
    for (at, seat) in free {
        if best.is_none_or(|(other, than)| Some(other) == avoid || (Some(at) != avoid && seat.is_idler_than(than))) {
            best = Some((at, seat));
        }
    }
    best.map(|(at, _)| at)
}

#[cfg(test)]
mod recorded;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod turn_tests;

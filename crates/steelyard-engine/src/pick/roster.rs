//! The seats of a backend's servers and the queues in front of them: one short lock a backend.
//!
//! Rules (manual, `maxconn`, `minconn`, `fullconn`, `maxqueue`): a server with `maxconn` streams takes no more; further ones
//! wait, either for that very server (persistence) or for any. A freed place goes to whoever has waited longest for
//! it, on whatever thread that is. Newcomers don't overtake.

use super::Want;
use crate::live::{ServerLive, STEPS};
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::Arc;
use std::task::Waker;
use steelyard_core::balance::{Balancer, ServerSeat};
use steelyard_core::plan::{self, BalanceKind};

/// What [`Roster::take`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// A place on this server.
    Seat(u32),
    /// A place in a queue: its number from the front, from 1, in the server's or in the backend's; 0 is not in that one.
    Queued {
        ticket: Ticket,
        server_queue: u32,
        backend_queue: u32,
    },
    /// No server is usable.
    None,
    /// `maxqueue` of the wanted server is reached.
    Full,
}

/// A place in a queue: `server` is `None` for the backend's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket {
    place: Place,
    server: Option<u32>,
}

/// Who leaves a queue first: lower classes, then earlier times, then lower numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    class: i16,
    time: i64,
    number: u64,
    /// Waits for its server also when that goes away (`force-persist`).
    forced: bool,
}

/// Static limits of a server.
#[derive(Clone, Copy, Debug)]
struct Limits {
    maxconn: u32,
    minconn: u32,
    maxqueue: u32,
}

/// Seats and queues of one backend.
pub struct Roster {
    limits: Vec<Limits>,
    fullconn: u32,
    /// Some server has `minconn`: limits move with the load.
    dynamic: bool,
    /// Places are counted: some server has a limit, or the algorithm looks at the load. Otherwise nobody ever waits, and a place that
    /// is given back is of no interest.
    counted: bool,
    persist: bool,
    /// What weights are multiplied with, so that a part of a small one can be told.
    scale: u32,
    inner: Mutex<Inner>,
}

struct Inner {
    seats: Vec<ServerSeat>,
    balancer: Balancer,
    next_ticket: u64,
    /// The waker is there once the future has been polled.
    any: BTreeMap<Place, Option<Waker>>,
    any_most: u32,
    only: Vec<BTreeMap<Place, Option<Waker>>>,
    /// Tickets that got a place and have not fetched it yet.
    granted: BTreeMap<Place, u32>,
}

impl Roster {
    /// `servers` and `live` in the same order; `options` are the proxy's.
    pub fn new(
        backend: &plan::Backend,
        options: &plan::Options,
        servers: &[plan::Server],
        live: &[Arc<ServerLive>],
        fullconn: u32,
    ) -> Self {
        let limit = |server: &plan::Server| Limits {
            // As HAProxy: `minconn` alone is a fixed limit.
            maxconn: if server.maxconn == 0 { server.minconn } else { server.maxconn },
            minconn: server.minconn,
            maxqueue: server.maxqueue,
        };
        let limits: Vec<Limits> = servers.iter().map(limit).collect();
        let turns = matches!(
            backend.balance.kind,
            BalanceKind::Roundrobin | BalanceKind::Leastconn | BalanceKind::Random { .. }
        );
        let scale = if turns && servers.iter().any(|server| server.slowstart > 0) {
            STEPS
        } else {
            1
        };
        let seats = servers.iter().zip(live).map(|(server, live)| ServerSeat {
            weight: live.weight() * scale,
            usable: live.is_usable(),
            backup: server.backup,
            conns: 0,
            queued: 0,
            maxconn: if server.maxconn == 0 { server.minconn } else { server.maxconn },
            id: server.id,
        });
        let seats: Vec<ServerSeat> = seats.collect();
        let mut balancer = Balancer::new(backend, options.allbackups);
        balancer.changed(&seats);
        let only = servers.iter().map(|_| BTreeMap::new()).collect();
        let inner = Inner {
            seats,
            balancer,
            next_ticket: 0,
            any: BTreeMap::new(),
            any_most: 0,
            only,
            granted: BTreeMap::new(),
        };
        let counted = inner.balancer.weighs_load() || limits.iter().any(|limit| limit.maxconn > 0);
        let dynamic = limits.iter().any(|l| l.minconn > 0 && l.minconn < l.maxconn);
        Self {
            limits,
            fullconn: fullconn.max(1),
            dynamic,
            counted,
            persist: options.persist,
            scale,
            inner: Mutex::new(inner),
        }
    }

    /// Takes a place now, or one in a queue. `load`: streams in the backend, which moves limits with `minconn`. `now`: milliseconds.
    pub fn take(&self, servers: &[Arc<ServerLive>], load: u32, want: &Want, now: i64, random: &mut dyn FnMut() -> u32) -> Taken {
        let mut inner = self.inner.lock();
        let inner = &mut *inner;
        if self.dynamic {
            self.move_limits(inner, load);
        }
        let mut turn = Place {
            class: want.class,
            time: now.saturating_add(i64::from(want.offset)),
            number: 0,
            forced: want.forced,
        };
        if let Some(index) = want.server.filter(|&w| want.forced || self.takes_persistent(servers, w)) {
            return self.take_wanted(inner, servers, index, turn);
        }
        turn.forced = false;
        match inner
            .balancer
            .pick(&inner.seats, want.key, want.avoid.map(|a| a as usize), random)
        {
            // Hashing gives a key its own server even when that is full: the request queues there.
            Some(found) => self.take_wanted(inner, servers, found as u32, turn),
            None if inner.seats.iter().any(|seat| seat.usable) => inner.wait(None, turn),
            None => Taken::None,
        }
    }

    fn takes_persistent(&self, servers: &[Arc<ServerLive>], index: u32) -> bool {
        servers
            .get(index as usize)
            .is_some_and(|server| self.persist || server.takes_persistent())
    }

    fn take_wanted(&self, inner: &mut Inner, servers: &[Arc<ServerLive>], index: u32, turn: Place) -> Taken {
        let (Some(seat), Some(limits)) = (inner.seats.get_mut(index as usize), self.limits.get(index as usize)) else {
            return Taken::None;
        };
        if seat.maxconn == 0 || (seat.queued == 0 && seat.conns < seat.maxconn) {
            seat.conns += u32::from(self.counted);
            return Taken::Seat(index);
        }
        if limits.maxqueue > 0 && !turn.forced && seat.queued >= limits.maxqueue {
            return Taken::Full;
        }
        seat.queued += 1;
        if let Some(server) = servers.get(index as usize) {
            server.counters.qcur.store(seat.queued, Relaxed);
            server.counters.qmax.fetch_max(seat.queued, Relaxed);
        }
        inner.wait(Some(index), turn)
    }

    /// Whether the ticket has its place by now; else `waker` is called when it has.
    pub fn poll(&self, ticket: Ticket, waker: &Waker) -> Option<u32> {
        let mut inner = self.inner.lock();
        if let Some(server) = inner.granted.remove(&ticket.place) {
            return Some(server);
        }
        let inner = &mut *inner;
        // A ticket for one server moves to the backend's queue when that server goes away.
        let own = ticket.server.and_then(|server| inner.only.get_mut(server as usize));
        let place = own.and_then(|queue| queue.get_mut(&ticket.place));
        if let Some(place) = place.or_else(|| inner.any.get_mut(&ticket.place)) {
            match place {
                Some(known) if known.will_wake(waker) => {}
                _ => *place = Some(waker.clone()),
            }
        }
        None
    }

    /// Leaves the queue; a place that was granted meanwhile goes to the next one.
    pub fn leave(&self, servers: &[Arc<ServerLive>], ticket: Ticket) {
        let mut inner = self.inner.lock();
        if let Some(server) = inner.granted.remove(&ticket.place) {
            drop(inner);
            self.release(servers, server);
            return;
        }
        if inner.any.remove(&ticket.place).is_some() {
            return;
        }
        match ticket.server {
            None => {}
            Some(server) => {
                let removed = inner
                    .only
                    .get_mut(server as usize)
                    .and_then(|queue| queue.remove(&ticket.place));
                if let (Some(_), Some(seat)) = (removed, inner.seats.get_mut(server as usize)) {
                    seat.queued = seat.queued.saturating_sub(1);
                    let queued = seat.queued;
                    if let Some(live) = servers.get(server as usize) {
                        live.counters.qcur.store(queued, Relaxed);
                    }
                }
            }
        }
    }

    /// Gives a place back and hands it to the one who has waited longest.
    pub fn release(&self, servers: &[Arc<ServerLive>], server: u32) {
        if !self.counted {
            return;
        }
        let mut inner = self.inner.lock();
        if let Some(seat) = inner.seats.get_mut(server as usize) {
            seat.conns = seat.conns.saturating_sub(1);
        }
        let Inner { seats, balancer, .. } = &mut *inner;
        balancer.freed(seats, server as usize);
        let wakers = inner.serve(servers, server);
        drop(inner);
        wake(wakers);
    }

    /// Puts what orders changed on servers into the seats, and serves the queues.
    pub fn refresh(&self, servers: &[Arc<ServerLive>], now_ms: u64, change: impl FnOnce()) {
        let mut inner = self.inner.lock();
        change();
        for ((seat, limits), server) in inner.seats.iter_mut().zip(&self.limits).zip(servers) {
            seat.usable = server.is_usable();
            let warmth = server.warmth(now_ms);
            seat.weight = (server.weight() * self.scale * warmth).div_ceil(STEPS);
            seat.maxconn = match limits.maxconn {
                0 => 0,
                most => (most * warmth / STEPS).max(1),
            };
        }
        let Inner { seats, balancer, .. } = &mut *inner;
        balancer.changed(seats);
        for (index, server) in (0u32..).zip(servers) {
            if !self.takes_persistent(servers, index) {
                server.counters.qcur.store(inner.scatter(index), Relaxed);
            }
        }
        let mut wakers = Vec::new();
        for (index, _) in (0u32..).zip(servers) {
            wakers.extend(inner.serve(servers, index));
        }
        drop(inner);
        wake(wakers);
    }

    /// Whether a server has no place, and `most` or more wait for it alone.
    pub fn is_crowded(&self, server: u32, most: u32) -> bool {
        let inner = self.inner.lock();
        let seat = inner.seats.get(server as usize);
        seat.is_some_and(|seat| seat.maxconn > 0 && seat.conns >= seat.maxconn && seat.queued >= most)
    }

    /// Streams that wait, for any server or for one.
    pub fn waiting(&self) -> i64 {
        let inner = self.inner.lock();
        (inner.any.len() + inner.only.iter().map(BTreeMap::len).sum::<usize>()) as i64
    }

    /// Streams that wait for any server, now and at most.
    pub fn waiting_for_any(&self) -> (u32, u32) {
        let inner = self.inner.lock();
        (u32::try_from(inner.any.len()).unwrap_or(u32::MAX), inner.any_most)
    }

    /// Places that usable servers have left (`with_queue`: and in their queues), -1 without a limit.
    pub fn free_slots(&self, servers: &[Arc<ServerLive>], with_queue: bool) -> i64 {
        let inner = self.inner.lock();
        let mut free = 0i64;
        for ((seat, limits), server) in inner.seats.iter().zip(&self.limits).zip(servers) {
            if !server.takes_persistent() {
                continue;
            }
            if limits.maxconn == 0 || (with_queue && limits.maxqueue == 0) {
                return -1;
            }
            free += (i64::from(limits.maxconn) - i64::from(seat.conns)).max(0);
            if with_queue {
                free += (i64::from(limits.maxqueue) - i64::from(seat.queued)).max(0);
            }
        }
        free
    }

    /// Limits between `minconn` and `maxconn`, as the load of the backend is between 0 and `fullconn`.
    fn move_limits(&self, inner: &mut Inner, load: u32) {
        for (seat, limits) in inner.seats.iter_mut().zip(&self.limits) {
            if limits.minconn > 0 && limits.minconn < limits.maxconn {
                seat.maxconn = if load >= self.fullconn {
                    limits.maxconn
                } else {
                    let share = u64::from(limits.maxconn) * u64::from(load) / u64::from(self.fullconn);
                    limits.minconn.max(u32::try_from(share).unwrap_or(u32::MAX))
                };
            }
        }
    }
}

impl Inner {
    /// `turn`: all of the place but its number.
    fn wait(&mut self, server: Option<u32>, turn: Place) -> Taken {
        let number = self.next_ticket;
        self.next_ticket += 1;
        let place = Place { number, ..turn };
        let own = server.and_then(|server| self.only.get_mut(server as usize));
        let (server_queue, backend_queue) = match own {
            Some(queue) => {
                let before = ahead(queue, place);
                queue.insert(place, None);
                (before as u32 + 1, 0)
            }
            None => {
                let before = ahead(&self.any, place);
                self.any.insert(place, None);
                self.any_most = self.any_most.max(self.any.len() as u32);
                (0, before as u32 + 1)
            }
        };
        Taken::Queued {
            ticket: Ticket { place, server },
            server_queue,
            backend_queue,
        }
    }

    /// Hands free places of a server to the first of its queue and the backend's.
    fn serve(&mut self, servers: &[Arc<ServerLive>], server: u32) -> Vec<Waker> {
        let mut wakers = Vec::new();
        let index = server as usize;
        let (Some(seat), Some(own)) = (self.seats.get_mut(index), self.only.get_mut(index)) else {
            return wakers;
        };
        if self.any.is_empty() && own.is_empty() {
            return wakers;
        }
        while seat.maxconn == 0 || seat.conns < seat.maxconn {
            let own_first = own.first_key_value().map(|(place, _)| *place);
            let any_first = self.any.first_key_value().map(|(place, _)| *place).filter(|_| seat.usable);
            let take_own = match (own_first, any_first) {
                (None, None) => break,
                (Some(own), Some(any)) => own < any,
                (own, None) => own.is_some(),
                (None, Some(_)) => false,
            };
            let taken = if take_own { own.pop_first() } else { self.any.pop_first() };
            let Some((place, waker)) = taken else { break };
            if take_own {
                seat.queued = seat.queued.saturating_sub(1);
            }
            seat.conns += 1;
            self.granted.insert(place, server);
            wakers.extend(waker);
        }
        if let Some(live) = servers.get(index) {
            live.counters.qcur.store(seat.queued, Relaxed);
        }
        wakers
    }

    /// A server is gone: who waited for it waits for any now, in the order they came. Gives how many stay, for they want no other.
    fn scatter(&mut self, server: u32) -> u32 {
        let index = server as usize;
        let Some(own) = self.only.get_mut(index) else { return 0 };
        let (stay, mut go) = std::mem::take(own).into_iter().partition(|(place, _)| place.forced);
        *own = stay;
        self.any.append(&mut go);
        let stay = own.len() as u32;
        if let Some(seat) = self.seats.get_mut(index) {
            seat.queued = stay;
        }
        stay
    }
}

/// How many leave the queue before that place.
fn ahead(queue: &BTreeMap<Place, Option<Waker>>, place: Place) -> usize {
    match queue.last_key_value() {
        Some((last, _)) if *last > place => queue.range(..place).count(),
        _ => queue.len(),
    }
}

fn wake(wakers: Vec<Waker>) {
    for waker in wakers {
        waker.wake();
    }
}

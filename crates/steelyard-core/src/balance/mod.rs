//! Which server takes a request. Pure: the caller holds the lock and knows the servers' state.

use crate::plan;

/// What a balancer may know about one server; seats stand in the order of `plan::Backend::servers`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ServerSeat {
    /// Effective weight; 0 takes no new load.
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

/// The balancing algorithm of one backend and its state.
#[derive(Clone, Debug)]
pub struct Balancer {
    #[allow(dead_code)]
    allbackups: bool,
    next: usize,
}

impl Balancer {
    #[must_use]
    pub fn new(_backend: &plan::Backend, allbackups: bool) -> Self {
        Self { allbackups, next: 0 }
    }

    /// Weights or states changed: call before the next pick.
    pub fn changed(&mut self, _seats: &[ServerSeat]) {}

    /// Chooses a server. `None`: none is usable, or each that may be chosen is full (the request then waits in the
    /// backend's queue).
    pub fn pick(
        &mut self,
        seats: &[ServerSeat],
        _key: Option<u32>,
        avoid: Option<usize>,
        _random: &mut dyn FnMut() -> u32,
    ) -> Option<usize> {
        let count = seats.len();
        let found = (0..count)
            .map(|step| (self.next + step) % count)
            .find(|&at| seats[at].usable && Some(at) != avoid)?;
        self.next = found + 1;
        Some(found)
    }
}

//! `hash-type consistent`: servers as many points on a ring, a key goes to the nearest one, dynamic.
//!
//! A server of weight w has 16 w points. Point n of the server with an id stands where the avalanche hash of
//! 4096 id + n says; that, and taking the point before the key when both neighbours are as near, is what HAProxy does
//! (found by asking it), so keys reach the same servers.

use super::hash::avalanche;
use super::roundrobin::RoundRobin;
use super::ServerSeat;

const POINTS: u32 = 16;
const SPAN: u32 = 4_096;

#[derive(Clone, Debug, Default)]
pub(super) struct Consistent {
    /// `hash-balance-factor`, percent; 0 is off.
    factor: u32,
    /// Position and seat, in order.
    ring: Vec<(u32, u32)>,
    /// The weight each seat's points were made for; 0: it has none.
    made: Vec<u32>,
    /// Seats that take part now. Points of others are passed over: a server that goes down costs nothing.
    member: Vec<bool>,
    /// For requests without a key.
    turns: RoundRobin,
}

impl Consistent {
    pub(super) fn new(factor: u32) -> Self {
        Self {
            factor,
            ..Self::default()
        }
    }

    pub(super) fn changed(&mut self, seats: &[ServerSeat], members: &[u32]) {
        self.turns.changed(seats, members);
        self.made.resize(seats.len(), 0);
        self.member.clear();
        self.member.resize(seats.len(), false);
        for &at in members {
            self.member[at as usize] = true;
        }
        let idle = self
            .made
            .iter()
            .zip(&self.member)
            .filter(|(made, member)| **made > 0 && !**member)
            .count();
        let moved: Vec<bool> = (seats.iter().zip(&self.made).zip(&self.member))
            // Points that only have to be passed over stay, unless they are the greater part.
            .map(|((seat, &made), &member)| {
                if member {
                    made != seat.weight
                } else {
                    made > 0 && idle > members.len()
                }
            })
            .collect();
        if !moved.contains(&true) {
            return;
        }
        self.ring.retain(|&(_, at)| !moved[at as usize]);
        for (at, seat) in (0u32..).zip(seats).filter(|(at, _)| moved[*at as usize]) {
            let points = if self.member[at as usize] { seat.weight } else { 0 };
            self.made[at as usize] = points;
            let base = seat.id.wrapping_mul(SPAN);
            self.ring
                .extend((0..points.saturating_mul(POINTS)).map(|n| (avalanche(base.wrapping_add(n)), at)));
        }
        self.ring.sort_unstable();
    }

    /// The server of a key. Full or not: a key waits for its server, unless `hash-balance-factor` moves it on.
    pub(super) fn at(&self, seats: &[ServerSeat], members: &[u32], key: u32, avoid: Option<usize>) -> Option<usize> {
        let size = self.ring.len();
        if size == 0 || members.is_empty() {
            return None;
        }
        let member = |place: &usize| self.member[self.ring[*place].1 as usize];
        let from = self.ring.partition_point(|&(position, _)| position < key);
        let after = (0..size).map(|step| (from + step) % size).find(member)?;
        let before = (1..=size).map(|step| (from + size - step) % size).find(member)?;
        let near_before = key.wrapping_sub(self.ring[before].0);
        let near_after = self.ring[after].0.wrapping_sub(key);
        let start = if near_before <= near_after { before } else { after };
        let bound = Bound::new(seats, members, self.factor);
        let mut allowed = (0..size).map(|step| (start + step) % size).filter(member);
        allowed
            .find_map(|place| {
                let at = self.ring[place].1 as usize;
                (Some(at) != avoid && bound.allows(seats, at)).then_some(at)
            })
            .or(Some(self.ring[start].1 as usize))
    }

    /// The next server in turn, for requests without a key.
    pub(super) fn next(&mut self, seats: &[ServerSeat], avoid: Option<usize>) -> Option<usize> {
        self.turns.pick(seats, avoid)
    }
}

/// `hash-balance-factor`: no server may have more than that share of the average load ("consistent hashing with bounded
/// loads"). Requests in a queue are nobody's load yet, and what a division leaves goes to the servers in their order, as
/// with HAProxy.
pub(super) struct Bound<'a> {
    members: &'a [u32],
    /// Requests that the backend may have at the factor, and the weight they are divided by.
    slots: u64,
    weight: u64,
}

impl<'a> Bound<'a> {
    /// Costs a look at every member, only where a factor is set.
    pub(super) fn new(seats: &[ServerSeat], members: &'a [u32], factor: u32) -> Self {
        let (mut slots, mut weight) = (0, 0);
        if factor > 0 {
            let mut load = 1;
            for seat in members.iter().filter_map(|&at| seats.get(at as usize)) {
                load += u64::from(seat.conns);
                weight += u64::from(seat.weight);
            }
            slots = (load * u64::from(factor)).div_ceil(100);
        }
        Self { members, slots, weight }
    }

    #[inline]
    pub(super) fn allows(&self, seats: &[ServerSeat], at: usize) -> bool {
        let Some(seat) = seats.get(at) else { return false };
        if self.weight == 0 {
            return true;
        }
        let before = (self.members.iter().map(|&member| member as usize))
            .take_while(|&member| member < at)
            .filter_map(|member| seats.get(member))
            .map(|seat| u64::from(seat.weight))
            .sum::<u64>();
        let up_to = |sum: u64| sum * self.slots / self.weight;
        let share = up_to(before + u64::from(seat.weight)) - up_to(before);
        u64::from(seat.conns) < share.max(1)
    }
}

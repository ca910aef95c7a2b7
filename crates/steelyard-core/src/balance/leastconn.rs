//! `leastconn`: the least loaded by weight, turns among equals, dynamic.
//!
//! Servers are kept in the order of their load when it was last seen. A load that grew unseen is corrected when its
//! server comes first; one that shrank is told by `Balancer::freed`. So a pick costs O(log n).

use super::ServerSeat;
use std::collections::BTreeSet;

#[derive(Clone, Debug, Default)]
pub(super) struct Leastconn {
    /// Load, the turn since when it has that load, and the seat.
    order: BTreeSet<(u64, u64, u32)>,
    /// Each seat's entry in `order`; `None`: takes no part.
    place: Vec<Option<(u64, u64)>>,
    turn: u64,
}

/// Connections and waiting requests by weight, in fixed point.
fn load(seat: &ServerSeat) -> u64 {
    ((u64::from(seat.conns) + u64::from(seat.queued)) << 16) / u64::from(seat.weight.max(1))
}

impl Leastconn {
    pub(super) fn changed(&mut self, seats: &[ServerSeat], members: &[u32]) {
        self.order.clear();
        let before = std::mem::take(&mut self.place);
        self.place.resize(seats.len(), None);
        for &at in members {
            let Some(seat) = seats.get(at as usize) else { continue };
            // Turns survive a change of another server.
            let turn = before
                .get(at as usize)
                .copied()
                .flatten()
                .map_or_else(|| self.next_turn(), |(_, turn)| turn);
            self.put(at, load(seat), turn);
        }
    }

    pub(super) fn freed(&mut self, seats: &[ServerSeat], at: usize) {
        let (Some(Some(place)), Some(seat)) = (self.place.get(at).copied(), seats.get(at)) else {
            return;
        };
        if place.0 != load(seat) {
            self.moved(at as u32, place, load(seat));
        }
    }

    pub(super) fn pick(&mut self, seats: &[ServerSeat], avoid: Option<usize>) -> Option<usize> {
        // Each round corrects one entry, and a correct one is taken: no more rounds than entries.
        for _ in 0..=self.order.len() {
            let free = |entry: &&(u64, u64, u32)| seats.get(entry.2 as usize).is_some_and(|seat| !seat.is_full());
            let wanted = self.order.iter().filter(free).find(|entry| Some(entry.2 as usize) != avoid);
            let (seen, turn, at) = *wanted.or_else(|| self.order.iter().find(free))?;
            let now = load(seats.get(at as usize)?);
            // To the end of its equals: the next request of that load is another's.
            self.moved(at, (seen, turn), now);
            if seen == now {
                return Some(at as usize);
            }
        }
        None
    }

    fn moved(&mut self, at: u32, from: (u64, u64), load: u64) {
        self.order.remove(&(from.0, from.1, at));
        let turn = self.next_turn();
        self.put(at, load, turn);
    }

    fn put(&mut self, at: u32, load: u64, turn: u64) {
        self.order.insert((load, turn, at));
        if let Some(place) = self.place.get_mut(at as usize) {
            *place = Some((load, turn));
        }
    }

    fn next_turn(&mut self) -> u64 {
        self.turn += 1;
        self.turn
    }
}

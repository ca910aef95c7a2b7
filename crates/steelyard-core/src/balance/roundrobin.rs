//! `roundrobin`: turns by weight, dynamic.
//!
//! Each server has its next turn at a point of a virtual time; the earliest is taken and moves on by the inverse of its
//! weight. So turns of one server are spread evenly, a pick costs O(log n), and a weight may change at any time.

use super::ServerSeat;
use std::collections::BTreeSet;

/// Virtual time between two turns of a server of weight 1.
const STRIDE: u64 = 1 << 24;
/// Virtual time is put back to 0 beyond this, once in centuries.
const FAR: u64 = 1 << 62;

#[derive(Clone, Debug, Default)]
pub(super) struct RoundRobin {
    turns: BTreeSet<(u64, u32)>,
    /// The next turn of each seat and its weight when that was set; weight 0: takes no part.
    next: Vec<(u64, u32)>,
    now: u64,
}

impl RoundRobin {
    pub(super) fn changed(&mut self, seats: &[ServerSeat], members: &[u32]) {
        self.next.resize(seats.len(), (0, 0));
        self.turns.clear();
        let mut members = members.iter().copied().peekable();
        for (at, seat) in (0u32..).zip(seats) {
            let next = &mut self.next[at as usize];
            if members.next_if_eq(&at).is_none() {
                next.1 = 0;
                continue;
            }
            let gap = STRIDE / u64::from(seat.weight.max(1));
            *next = match *next {
                // New: in the middle of its first gap, so that heavy servers do not all start with a burst.
                (_, 0) => (self.now + gap / 2, seat.weight),
                (turn, weight) if weight == seat.weight => (turn, weight),
                // What was left to wait for is scaled to the new weight.
                (turn, weight) => {
                    let left = turn.saturating_sub(self.now).min(STRIDE) * u64::from(weight) / u64::from(seat.weight.max(1));
                    (self.now + left, seat.weight)
                }
            };
            self.turns.insert((next.0, at));
        }
    }

    pub(super) fn pick(&mut self, seats: &[ServerSeat], avoid: Option<usize>) -> Option<usize> {
        let free = |at: &&(u64, u32)| seats.get(at.1 as usize).is_some_and(|seat| !seat.is_full());
        let wanted = self.turns.iter().filter(free).find(|(_, at)| Some(*at as usize) != avoid);
        let (turn, at) = *wanted.or_else(|| self.turns.iter().find(free))?;
        self.turns.remove(&(turn, at));
        // A server that was full for long does not catch up on the turns it missed.
        self.now = self.now.max(turn);
        let next = self.next.get_mut(at as usize)?;
        next.0 = self.now + STRIDE / u64::from(next.1.max(1));
        self.turns.insert((next.0, at));
        if self.now > FAR {
            self.rebase();
        }
        Some(at as usize)
    }

    #[cold]
    fn rebase(&mut self) {
        let now = std::mem::take(&mut self.now);
        for next in &mut self.next {
            next.0 = next.0.saturating_sub(now);
        }
        self.turns = self.turns.iter().map(|(turn, at)| (turn.saturating_sub(now), *at)).collect();
    }
}

//! `random(draws)`: some servers drawn by weight, and the least loaded of them taken ("power of two choices").

use super::{consistent, idlest, ServerSeat};

#[derive(Clone, Debug)]
pub(super) struct Random {
    draws: u32,
    /// `hash-balance-factor`, percent; 0 is off.
    factor: u32,
    /// Sums of the members' weights: a number under the last one falls to the first member whose sum is over it.
    sums: Vec<u64>,
}

impl Random {
    pub(super) fn new(draws: u32, factor: u32) -> Self {
        Self {
            draws: draws.max(1),
            factor,
            sums: Vec::new(),
        }
    }

    pub(super) fn changed(&mut self, seats: &[ServerSeat], members: &[u32]) {
        let mut sum = 0;
        self.sums.clear();
        self.sums.extend(members.iter().map(|&at| {
            sum += seats.get(at as usize).map_or(0, |seat| u64::from(seat.weight));
            sum
        }));
    }

    pub(super) fn pick(
        &self,
        seats: &[ServerSeat],
        members: &[u32],
        avoid: Option<usize>,
        random: &mut dyn FnMut() -> u32,
    ) -> Option<usize> {
        let total = *self.sums.last()?;
        let bound = consistent::Bound::new(seats, members, self.factor);
        let mut best: Option<(usize, &ServerSeat)> = None;
        for _ in 0..self.draws {
            // The high half of a product is uniform enough: totals are far under 2^32.
            let drawn = (u64::from(random()) * total) >> 32;
            let at = *members.get(self.sums.partition_point(|&sum| sum <= drawn))? as usize;
            let Some(seat) = seats
                .get(at)
                .filter(|seat| !seat.is_full() && Some(at) != avoid && bound.allows(seats, at))
            else {
                continue;
            };
            if best.is_none_or(|(_, than)| seat.is_idler_than(than)) {
                best = Some((at, seat));
            }
        }
        best.map(|(at, _)| at).or_else(|| idlest(seats, members, avoid))
    }
}

//! `roundrobin`: turns by weight, dynamic, in HAProxy's order.
//!
//! Time counts picks. Each server has its next turn at a whole point of that time and comes again after the sum of all
//! weights divided by its own; what the division leaves is carried on. The earliest turn is taken; of several at one
//! point that of the greatest weight less remainder, then the one that waits longest. A server that had no turn yet
//! comes, heaviest first, as soon as no turn is due: so light servers start spread over the cycle. A pick finds its place
//! in O(log n), most often the last one, and weights may change at any time. Found by asking HAProxy 2.6 and 2.8 about hundreds of sets of weights.

use super::ServerSeat;
use std::cmp::Reverse;
use std::collections::{BTreeSet, VecDeque};

/// A turn in the order of turns: when, remainder less weight, number of the pick that set it, seat.
type Turn = (u64, i64, u64, u32);

#[derive(Clone, Debug, Default)]
pub(super) struct RoundRobin {
    /// The earliest first. Who had its turn comes last, or not far from there.
    turns: VecDeque<Turn>,
    /// Servers that had no turn yet.
    fresh: BTreeSet<(Reverse<u32>, u32)>,
    runners: Vec<Runner>,
    /// Sum of the weights of all that take part.
    total: u64,
    now: u64,
    /// Picks so far.
    picks: u64,
}

/// What is known of a seat between its turns.
#[derive(Clone, Copy, Debug, Default)]
struct Runner {
    /// 0: takes no part.
    weight: u32,
    /// None: had no turn yet.
    turn: Option<u64>,
    rest: u64,
    set_by: u64,
}

impl Runner {
    fn key(&self, at: u32) -> Option<Turn> {
        let tie = i64::try_from(self.rest).unwrap_or(i64::MAX) - i64::from(self.weight);
        self.turn.map(|turn| (turn, tie, self.set_by, at))
    }
}

impl RoundRobin {
    pub(super) fn changed(&mut self, seats: &[ServerSeat], members: &[u32]) {
        let before = self.total;
        self.total = members
            .iter()
            .filter_map(|&at| seats.get(at as usize))
            .map(weight)
            .map(u64::from)
            .sum();
        self.runners.resize(seats.len(), Runner::default());
        self.turns.clear();
        self.fresh.clear();
        let mut members = members.iter().copied().peekable();
        for ((at, seat), runner) in (0u32..).zip(seats).zip(&mut self.runners) {
            if members.next_if_eq(&at).is_none() {
                *runner = Runner::default();
                continue;
            }
            let (old, new) = (u64::from(runner.weight), u64::from(weight(seat)));
            if let Some(turn) = runner.turn.filter(|_| old != new || before != self.total) {
                // What was left to wait for is scaled to the new gap between turns.
                let left = turn.saturating_sub(self.now).saturating_mul(self.total).saturating_mul(old);
                runner.turn = Some(turn.min(self.now) + left / new / before.max(1));
                runner.rest = 0;
            }
            runner.weight = weight(seat);
            match runner.key(at) {
                Some(turn) => self.turns.push_back(turn),
                None => {
                    self.fresh.insert((Reverse(runner.weight), at));
                }
            }
        }
        self.turns.make_contiguous().sort_unstable();
    }

    pub(super) fn pick(&mut self, seats: &[ServerSeat], avoid: Option<usize>) -> Option<usize> {
        let (at, place) = self
            .choose(seats, |at| Some(at) != avoid)
            .or_else(|| self.choose(seats, |_| true))?;
        let members = (self.turns.len() + self.fresh.len()) as u64;
        let runner = self.runners.get_mut(at as usize)?;
        match place {
            Some(place) => drop(self.turns.remove(place)),
            None => drop(self.fresh.remove(&(Reverse(runner.weight), at))),
        }
        let mut turn = runner.turn.unwrap_or(self.now);
        // Turns are met within half as many picks as there are servers. Beyond that some server was full for long: it
        // does not catch up on what it missed, nor do the others pay for what they took over.
        if turn + members < self.now {
            turn = self.now;
        }
        self.now = self.now.max(turn.saturating_sub(members)) + 1;
        let (gap, own) = (self.total + runner.rest, u64::from(runner.weight.max(1)));
        runner.turn = Some(turn + gap / own);
        runner.rest = gap % own;
        self.picks += 1;
        runner.set_by = self.picks;
        if let Some(turn) = runner.key(at) {
            match self.turns.back() {
                Some(last) if *last > turn => self.turns.insert(self.turns.partition_point(|other| *other < turn), turn),
                _ => self.turns.push_back(turn),
            }
        }
        Some(at as usize)
    }

    /// The seat whose turn it is, of those that are wanted and not full, and its place among the turns, where it has one.
    fn choose(&self, seats: &[ServerSeat], wanted: impl Fn(usize) -> bool) -> Option<(u32, Option<usize>)> {
        let may = |at: u32| wanted(at as usize) && seats.get(at as usize).is_some_and(|seat| !seat.is_full());
        let first = self.turns.iter().enumerate().find(|(_, turn)| may(turn.3));
        let turn = first.map(|(place, turn)| (turn.3, Some(place)));
        if first.is_some_and(|(_, turn)| turn.0 <= self.now) {
            return turn;
        }
        let fresh = self.fresh.iter().find(|(_, at)| may(*at)).map(|(_, at)| (*at, None));
        fresh.or(turn)
    }
}

fn weight(seat: &ServerSeat) -> u32 {
    seat.weight.max(1)
}

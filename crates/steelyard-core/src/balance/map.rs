//! A table of servers in the smoothest order their weights allow: `static-rr` walks it, `hash-type map-based` indexes it.
//!
//! The table has one entry for each unit of weight (weights divided by their greatest common divisor). Entry by entry,
//! each server earns its weight and the one whose account holds most whole shares of the total (the first of several)
//! pays one share and gets the entry. This order is HAProxy's, so keys reach the same servers.

use super::ServerSeat;
use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

#[derive(Clone, Debug, Default)]
pub(super) struct Map {
    table: Vec<u32>,
    built_for: Vec<(u32, u32)>,
    next: usize,
}

impl Map {
    /// `initial`: the configured weights; changes at run time do not move a static table.
    pub(super) fn changed(&mut self, initial: &[u32], members: &[u32]) {
        let weight = |at: u32| initial.get(at as usize).copied().unwrap_or(1).max(1);
        let wanted: Vec<(u32, u32)> = members.iter().map(|&at| (at, weight(at))).collect();
        if wanted != self.built_for {
            self.table = build(&wanted);
            self.built_for = wanted;
            self.next = 0;
        }
    }

    /// The server of a key. Full or not: a key waits for its server.
    pub(super) fn at(&self, key: u32, avoid: Option<usize>) -> Option<usize> {
        let size = self.table.len();
        if size == 0 {
            return None;
        }
        let start = key as usize % size;
        let found = (0..size).map(|step| self.table[(start + step) % size] as usize);
        let mut found = found.filter(|at| Some(*at) != avoid);
        found.next()
    }

    /// The next server in turn that is not full.
    pub(super) fn next(&mut self, seats: &[ServerSeat], members: &[u32], avoid: Option<usize>) -> Option<usize> {
        let size = self.table.len();
        // Far fewer entries than the table has tell whether anybody is free; then every member is asked once.
        for step in 0..size.min(2 * members.len() + 2) {
            let place = (self.next + step) % size;
            let at = self.table[place] as usize;
            if Some(at) != avoid && seats.get(at).is_some_and(|seat| !seat.is_full()) {
                self.next = (place + 1) % size;
                return Some(at);
            }
        }
        super::idlest(seats, members, avoid)
    }
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 {
        a
    } else {
        gcd(b, a % b)
    }
}

/// A server while the table is built: `taken` entries so far, and how many whole shares its account holds.
struct Account {
    weight: u64,
    taken: u64,
    shares: u64,
}

impl Account {
    /// The first entry at which the account holds one share more than now.
    fn grows_at(&self, total: u64) -> u64 {
        // At entry e (from 0) it holds weight (e + 1) / total - taken + 1 shares, cut to a whole number.
        (total * (self.taken + self.shares)).div_ceil(self.weight) - 1
    }
}

/// O(total log n): an event queue says when an account grows, an ordered set who is richest.
fn build(members: &[(u32, u32)]) -> Vec<u32> {
    let divisor = members.iter().fold(0, |d, &(_, weight)| gcd(d, u64::from(weight))).max(1);
    let total: u64 = members.iter().map(|&(_, weight)| u64::from(weight) / divisor).sum();
    let mut accounts: Vec<Account> = members
        .iter()
        .map(|&(_, weight)| Account {
            weight: u64::from(weight) / divisor,
            taken: 0,
            shares: 1,
        })
        .collect();
    let mut richest: BTreeSet<(Reverse<u64>, usize)> = (0..accounts.len()).map(|who| (Reverse(1), who)).collect();
    let mut events: BinaryHeap<Reverse<(u64, usize, u64)>> = accounts
        .iter()
        .enumerate()
        .map(|(who, account)| Reverse((account.grows_at(total), who, account.taken)))
        .collect();
    let mut table = Vec::with_capacity(usize::try_from(total).unwrap_or(0));
    for entry in 0..total {
        while let Some(&Reverse((when, who, taken))) = events.peek() {
            if when > entry {
                break;
            }
            events.pop();
            let account = &mut accounts[who];
            if taken != account.taken {
                continue;
            }
            richest.remove(&(Reverse(account.shares), who));
            account.shares += 1;
            richest.insert((Reverse(account.shares), who));
            events.push(Reverse((account.grows_at(total), who, account.taken)));
        }
        let Some((_, who)) = richest.pop_first() else { break };
        let account = &mut accounts[who];
        account.taken += 1;
        account.shares -= 1;
        richest.insert((Reverse(account.shares), who));
        events.push(Reverse((account.grows_at(total), who, account.taken)));
        table.push(members[who].0);
    }
    table
}

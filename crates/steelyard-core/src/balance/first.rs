//! `first`: the server of the lowest id that has a place free, so that the others can be switched off.

use super::ServerSeat;

#[derive(Clone, Debug, Default)]
pub(super) struct First {
    /// Members by id.
    order: Vec<u32>,
}

impl First {
    pub(super) fn changed(&mut self, seats: &[ServerSeat], members: &[u32]) {
        self.order.clear();
        self.order.extend_from_slice(members);
        self.order.sort_by_key(|&at| seats.get(at as usize).map_or(0, |seat| seat.id));
    }

    pub(super) fn pick(&self, seats: &[ServerSeat], avoid: Option<usize>) -> Option<usize> {
        let free = |at: &usize| seats.get(*at).is_some_and(|seat| !seat.is_full());
        let mut order = self.order.iter().map(|&at| at as usize).filter(free);
        let first = order.next()?;
        if Some(first) == avoid {
            return order.next().or(Some(first));
        }
        Some(first)
    }
}

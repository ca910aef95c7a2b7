//! Variables (manual section 2.8): named samples with the life of a session, a transaction, a message or the process.
//!
//! Names are numbers here: [`compile`](crate::program::compile) gives each name of the configuration one.

use crate::plan::Scope;
use crate::sample::{Owned, Sample};
use bumpalo::Bump;
use std::cell::{Cell, OnceCell, RefCell};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, PoisonError, RwLock};

/// Scope and number of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct VarId {
    pub scope: Scope,
    pub name: u32,
}

/// Variables of one client connection: of the session and of its current transaction.
#[derive(Debug, Default)]
pub struct Vars {
    slots: RefCell<Vec<Slot>>,
    /// What they take of the process's memory, where that is bound.
    share: OnceCell<Share>,
}

/// Most bytes of variables (`tune.vars.*-max-size`): each scope counts those within it, too. 0 is no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Of all sessions and of the process itself.
    pub process: u64,
    pub session: u64,
    pub transaction: u64,
    /// Of a request or a response.
    pub message: u64,
}

impl Limits {
    pub fn of(said: &crate::plan::VarLimits) -> Self {
        let process = [said.global, said.process].into_iter().filter(|limit| *limit > 0).min();
        Self {
            process: process.unwrap_or(0),
            session: said.session,
            transaction: said.transaction,
            message: said.message,
        }
    }

    pub fn any(&self) -> bool {
        *self != Self::default()
    }
}

/// Bytes that a variable takes besides its text: as HAProxy 2.8 counts, so that limits mean the same.
const OVERHEAD: u64 = 80;

fn cost(length: usize) -> u64 {
    OVERHEAD + length as u64
}

/// Whether so many bytes are within a limit.
fn within(bytes: u64, limit: u64) -> bool {
    limit == 0 || bytes <= limit
}

/// Bytes counted with those of all others.
#[derive(Debug)]
struct Share {
    all: Arc<AtomicU64>,
    own: Cell<u64>,
}

impl Share {
    /// Counts `bytes` from now on. False: that would be more than `limit` for all, and nothing has changed.
    fn take(&self, bytes: u64, limit: u64) -> bool {
        let more = bytes.saturating_sub(self.own.get());
        if more > 0 && !within(self.all.fetch_add(more, Relaxed) + more, limit) {
            self.all.fetch_sub(more, Relaxed);
            return false;
        }
        self.all.fetch_sub(self.own.get().saturating_sub(bytes), Relaxed);
        self.own.set(bytes);
        true
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.all.fetch_sub(self.own.get(), Relaxed);
    }
}

/// The place of one variable. The next transaction will most likely set it again, so that a short value keeps its memory.
#[derive(Debug)]
struct Slot {
    id: VarId,
    value: Owned,
    set: bool,
}

/// Longest text whose memory is kept for the next transaction, bytes.
const KEPT: usize = 128;

/// Forgets the variables that `gone` names.
fn forget(slots: &mut Vec<Slot>, gone: impl Fn(VarId) -> bool) {
    slots.retain_mut(|slot| {
        slot.set &= !gone(slot.id);
        slot.set || slot.value.capacity() <= KEPT
    });
}

impl Vars {
    pub fn new() -> Self {
        Self::default()
    }

    /// The value, copied into `arena` when it has bytes: it may be set again while it is used.
    pub fn get<'e>(&self, id: VarId, arena: &'e Bump) -> Option<Sample<'e>> {
        let slots = self.slots.borrow();
        let slot = slots.iter().find(|slot| slot.id == id && slot.set)?;
        Some(slot.value.lend(arena))
    }

    pub fn set(&self, id: VarId, value: Sample<'_>) {
        let mut slots = self.slots.borrow_mut();
        match slots.iter().position(|slot| slot.id == id) {
            Some(at) if slots[at].set => slots[at].value.assign(value),
            Some(at) => {
                // The latest, again: see `each`.
                let mut slot = slots.remove(at);
                slot.value.assign(value);
                slot.set = true;
                slots.push(slot);
            }
            None => slots.push(Slot {
                id,
                value: Owned::from(value),
                set: true,
            }),
        }
    }

    /// Sets it where the limits allow that, and unsets it elsewhere: false. `all`: what the variables of all take.
    pub fn set_within(&self, id: VarId, value: Sample<'_>, limits: &Limits, all: &Arc<AtomicU64>) -> bool {
        let [session, transaction, message] = self.bytes(id).map(|bytes| bytes + cost(value.length()));
        let fits = within(session, limits.session)
            && (id.scope == Scope::Sess || within(transaction, limits.transaction))
            && (matches!(id.scope, Scope::Sess | Scope::Txn) || within(message, limits.message))
            && (limits.process == 0 || self.share(all).take(session, limits.process));
        if fits {
            self.set(id, value);
        } else {
            self.unset(id);
        }
        fits
    }

    fn share(&self, all: &Arc<AtomicU64>) -> &Share {
        self.share.get_or_init(|| Share {
            all: Arc::clone(all),
            own: Cell::new(0),
        })
    }

    /// What the variables but one take: all, those of the transaction, and those of the message.
    fn bytes(&self, but: VarId) -> [u64; 3] {
        let mut bytes = [0; 3];
        for slot in self.slots.borrow().iter().filter(|slot| slot.set && slot.id != but) {
            let inside = match slot.id.scope {
                Scope::Sess => 1,
                Scope::Txn => 2,
                _ => 3,
            };
            for sum in bytes.iter_mut().take(inside) {
                *sum += cost(slot.value.length());
            }
        }
        bytes
    }

    /// Some are gone: the others of the process have more room.
    fn shrink(&self) {
        if let Some(share) = self.share.get() {
            let slots = self.slots.borrow();
            let left = slots
                .iter()
                .filter(|slot| slot.set)
                .map(|slot| cost(slot.value.length()))
                .sum();
            share.take(left, 0);
        }
    }

    pub fn unset(&self, id: VarId) {
        forget(&mut self.slots.borrow_mut(), |other| other == id);
        self.shrink();
    }

    /// The response begins: variables of scope `req` are gone.
    pub fn enter_response(&mut self) {
        forget(self.slots.get_mut(), |id| id.scope == Scope::Req);
        self.shrink();
    }

    /// A transaction ends: only variables of scope `sess` stay.
    pub fn end_transaction(&mut self) {
        forget(self.slots.get_mut(), |id| id.scope != Scope::Sess);
        self.shrink();
    }

    /// Number of the name and value of each variable of a scope, as they were first set.
    pub fn each(&self, scope: Scope, look: &mut dyn FnMut(u32, Sample<'_>)) {
        let arena = Bump::new();
        for Slot { id, value, .. } in self.slots.borrow().iter().filter(|slot| slot.set && slot.id.scope == scope) {
            look(id.name, value.lend(&arena));
        }
    }

    pub fn is_empty(&self) -> bool {
        !self.slots.borrow().iter().any(|slot| slot.set)
    }
}

/// Variables of scope `proc`: one set for the process, shared by all threads.
#[derive(Debug, Default)]
pub struct ProcVars {
    slots: RwLock<Vec<(u32, Owned)>>,
    /// Bytes of these, and of those of sessions where that is bound.
    all: Arc<AtomicU64>,
}

impl ProcVars {
    pub fn new() -> Self {
        Self::default()
    }

    /// Bytes of all variables that are counted together.
    pub fn all(&self) -> &Arc<AtomicU64> {
        &self.all
    }

    pub fn get<'e>(&self, name: u32, arena: &'e Bump) -> Option<Sample<'e>> {
        let slots = self.slots.read().unwrap_or_else(PoisonError::into_inner);
        slots.iter().find(|slot| slot.0 == name).map(|slot| slot.1.lend(arena))
    }

    pub fn set(&self, name: u32, value: Sample<'_>) {
        self.set_within(name, value, 0);
    }

    /// Sets it where all fit into `limit` bytes then (0 is no limit), and unsets it elsewhere: false.
    pub fn set_within(&self, name: u32, value: Sample<'_>, limit: u64) -> bool {
        let mut slots = self.slots.write().unwrap_or_else(PoisonError::into_inner);
        let bytes = cost(value.length());
        let at = slots.iter().position(|slot| slot.0 == name);
        let before = at.map_or(0, |at| cost(slots[at].1.length()));
        // Others are busy with theirs at the same time.
        let fits = within((self.all.fetch_add(bytes, Relaxed) + bytes).saturating_sub(before), limit);
        self.all.fetch_sub(if fits { before } else { before + bytes }, Relaxed);
        match at {
            Some(at) if fits => slots[at].1.assign(value),
            Some(at) => drop(slots.remove(at)),
            None if fits => slots.push((name, Owned::from(value))),
            None => {}
        }
        fits
    }

    /// Number of the name and value of each variable.
    pub fn each(&self, look: &mut dyn FnMut(u32, Sample<'_>)) {
        let arena = Bump::new();
        for (name, value) in &*self.slots.read().unwrap_or_else(PoisonError::into_inner) {
            look(*name, value.lend(&arena));
        }
    }

    pub fn unset(&self, name: u32) {
        let mut slots = self.slots.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = slots.iter().position(|slot| slot.0 == name) {
            let (_, value) = slots.remove(at);
            self.all.fetch_sub(cost(value.length()), Relaxed);
        }
    }
}

#[cfg(test)]
mod tests;

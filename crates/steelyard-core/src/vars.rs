//! Variables (manual section 2.8): named samples with the life of a session, a transaction, a message or the process.
//!
//! Names are numbers here: [`compile`](crate::program::compile) gives each name of the configuration one.

use crate::plan::Scope;
use crate::sample::{Owned, Sample};
use bumpalo::Bump;
use std::cell::RefCell;
use std::sync::RwLock;

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

    pub fn unset(&self, id: VarId) {
        forget(&mut self.slots.borrow_mut(), |other| other == id);
    }

    /// The response begins: variables of scope `req` are gone.
    pub fn enter_response(&mut self) {
        forget(self.slots.get_mut(), |id| id.scope == Scope::Req);
    }

    /// A transaction ends: only variables of scope `sess` stay.
    pub fn end_transaction(&mut self) {
        forget(self.slots.get_mut(), |id| id.scope != Scope::Sess);
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
}

impl ProcVars {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn get<'e>(&self, name: u32, arena: &'e Bump) -> Option<Sample<'e>> {
        let slots = self.slots.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        slots.iter().find(|slot| slot.0 == name).map(|slot| slot.1.lend(arena))
    }

    pub fn set(&self, name: u32, value: Sample<'_>) {
        let mut slots = self.slots.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        match slots.iter_mut().find(|slot| slot.0 == name) {
            Some(slot) => slot.1.assign(value),
            None => slots.push((name, Owned::from(value))),
        }
    }

    /// Number of the name and value of each variable.
    pub fn each(&self, look: &mut dyn FnMut(u32, Sample<'_>)) {
        let arena = Bump::new();
        for (name, value) in &*self.slots.read().unwrap_or_else(std::sync::PoisonError::into_inner) {
            look(*name, value.lend(&arena));
        }
    }

    pub fn unset(&self, name: u32) {
        let mut slots = self.slots.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        slots.retain(|slot| slot.0 != name);
    }
}

//! Requests that the Python side answers (`stats uri`, hooks): the engine asks with an event and waits.

use crate::event::Event;
use crate::worker::Shared;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use steelyard_core::rules::Question;
use tokio::sync::oneshot;

/// Most requests that wait for Python at once; further ones are refused.
const MAX_WAITING: usize = 1024;

/// Longest wait for a name, milliseconds: the Python side gives up before.
pub const PATIENCE_MS: u64 = 60_000;

/// Asks the Python side for the address of a name; `None` when it can't be asked.
pub fn lookup(shared: &Shared, question: &Question) -> Option<oneshot::Receiver<ServiceReply>> {
    let (token, receiver) = shared.services.ask()?;
    let event = Event::Resolve {
        token,
        resolvers: question.resolvers.to_string(),
        name: question.name.clone(),
        family: question.family,
    };
    shared.events.push(event).then_some(receiver)
}

/// The address that was found.
pub fn address(reply: &ServiceReply) -> Option<IpAddr> {
    std::str::from_utf8(&reply.body).ok()?.parse().ok()
}

/// What Python answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServiceReply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// The requests that wait.
#[derive(Default)]
pub struct Services {
    next: AtomicU64,
    waiting: Mutex<HashMap<u64, oneshot::Sender<ServiceReply>>>,
}

impl Services {
    /// A new question: the token for the event and where the answer will come. `None` when too many wait.
    pub fn ask(&self) -> Option<(u64, oneshot::Receiver<ServiceReply>)> {
        let mut waiting = self.waiting.lock();
        if waiting.len() >= MAX_WAITING {
            // Those whose client has left are not worth their place.
            waiting.retain(|_, sender| !sender.is_closed());
            if waiting.len() >= MAX_WAITING {
                return None;
            }
        }
        let token = self.next.fetch_add(1, Relaxed);
        let (sender, receiver) = oneshot::channel();
        waiting.insert(token, sender);
        Some((token, receiver))
    }

    /// Hands an answer over; false when nobody waits for it any more.
    pub fn answer(&self, token: u64, reply: ServiceReply) -> bool {
        let sender = self.waiting.lock().remove(&token);
        sender.is_some_and(|sender| sender.send(reply).is_ok())
    }
}

//! The places that a client connection holds, for as long as its task lives.

use crate::live::Live;
use crate::worker::Shared;
use pin_project_lite::pin_project;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

/// A place in the process, the frontend and the bind.
pub struct Guard {
    shared: Arc<Shared>,
    live: Arc<Live>,
    pub proxy: u32,
    pub bind: u32,
}

impl Guard {
    /// Takes all three places, or none.
    pub fn enter(shared: &Arc<Shared>, live: &Arc<Live>, proxy: u32, bind: u32) -> Option<Self> {
        let frontend = live.frontend(proxy)?;
        if !shared.gate.enter() {
            return None;
        }
        if !frontend.gate.enter() {
            shared.connection_ended();
            return None;
        }
        if frontend.binds.get(bind as usize).is_some_and(|gate| !gate.enter()) {
            frontend.gate.leave();
            shared.connection_ended();
            return None;
        }
        Some(Self {
            shared: Arc::clone(shared),
            live: Arc::clone(live),
            proxy,
            bind,
        })
    }
}

impl Guard {
    pub fn measures_costs(&self) -> bool {
        self.live.program.measures_costs()
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if let Some(frontend) = self.live.frontend(self.proxy) {
            frontend.gate.leave();
            if let Some(gate) = frontend.binds.get(self.bind as usize) {
                gate.leave();
            }
        }
        self.shared.connection_ended();
    }
}

pin_project! {
    /// A session's future with its guard beside it. Written out because an `async` block would hold the session's arguments
    /// twice, which an idle connection would pay for.
    pub struct Guarded<F> {
        #[pin]
        future: F,
        guard: Guard,
    }
}

impl<F> Guarded<F> {
    pub fn new(guard: Guard, future: F) -> Self {
        Self { future, guard }
    }
}

impl<F: Future<Output = ()>> Future for Guarded<F> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.project().future.poll(cx)
    }
}

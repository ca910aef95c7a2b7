//! HTTP/1.x sessions: one task a client connection, which drives the server's side too.
//!
//! The straight line of a request: [`receive`] its head, [`decide`] by the rules, take a server [`upstream`], [`forward`] the request,
//! [`respond`] with the server's head, [`transfer`] the bodies (or [`tunnel`]), [`finish`] with counters and log. What is answered here
//! goes through [`reply`]. A connection that began as one of TCP comes in by [`upgrade`].

mod again;
mod body;
mod decide;
mod exchange;
mod finish;
mod forward;
mod hold;
mod receive;
mod reply;
mod resolve;
mod respond;
mod service;
mod session;
mod sets;
mod trace;
mod transfer;
mod tunnel;
mod upgrade;
mod upstream;
mod want;

pub use exchange::Exchange;
pub use upgrade::{take_over, Handed};

use crate::accept::Kept;
use crate::live::Live;
use crate::stream::Stream;
use crate::worker::Worker;
use decide::Decision;
use receive::Woken;
use session::Conn;
use std::future::Future;
use std::rc::Rc;
use std::sync::Arc;
use steelyard_core::ctx::Session;
use steelyard_core::plan::LogStep;
use upstream::Obtained;

/// What becomes of the client's connection after a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum After {
    /// The next request may come.
    Next,
    /// Closed, after what was sent has been read.
    Close,
    /// Closed at once.
    Abort,
}

/// Serves the requests of one client connection until it closes.
///
/// `kept` is what rules have kept for the session already. Between two requests only [`Conn`] lives here; all that a request needs is in an [`Exchange`] that the thread lends.
pub fn serve(worker: Rc<Worker>, live: Arc<Live>, client: Stream, session: Session, kept: Kept) -> impl Future<Output = ()> {
    // Not an `async fn`: its arguments would be held twice, once as such and once in `conn`.
    let mut conn = Conn::new(worker, live, client, session, kept);
    async move { go_on(&mut conn, After::Next).await }
}

/// Serves a connection on, after a request that left it so.
// As `serve`, for each byte is one of every idle connection: an `async fn` would hold its arguments twice.
#[allow(clippy::manual_async_fn)]
fn go_on(conn: &mut Conn, mut last: After) -> impl Future<Output = ()> + '_ {
    async move {
        while last == After::Next {
            match receive::wait(conn).await {
                Woken::Bytes => {}
                Woken::Timeout => {
                    Box::pin(receive::timed_out(conn)).await;
                    break;
                }
                Woken::Stopping => break,
            }
            let ex = Exchange::take(conn);
            last = requests(conn, ex).await;
        }
        if last == After::Close {
            Box::pin(session::linger(conn)).await;
        }
    }
}

/// The requests that are here, until the client is silent again.
// As above.
#[allow(clippy::manual_async_fn)]
fn requests(conn: &mut Conn, mut ex: Box<Exchange>) -> impl Future<Output = After> + '_ {
    async move {
        loop {
            let after = request(conn, &mut ex).await;
            if ex.tracing.is_some() {
                trace::tell(conn, &mut ex);
            }
            ex.end();
            if after != After::Next || ex.up.input.is_empty() {
                ex.give_back(conn);
                return after;
            }
        }
    }
}

/// One request and its response.
async fn request(conn: &mut Conn, ex: &mut Exchange) -> After {
    if let Err(stop) = receive::head(conn, ex).await {
        return Box::pin(receive::refuse(conn, ex, stop)).await;
    }
    match decide::decide(conn, ex).await {
        Decision::Forward => {}
        other => return Box::pin(reply::instead(conn, ex, other)).await,
    }
    let served = loop {
        match upstream::obtain(conn, ex).await {
            Ok(Obtained::Server) => {}
            Ok(Obtained::Redirect(made)) => return Box::pin(reply::instead(conn, ex, Decision::Reply(made))).await,
            Err(error) => break Err(error),
        }
        trace::chosen(conn, ex);
        if !ex.prepared {
            finish::step(conn, ex, LogStep::Connect);
        }
        forward::prepare(conn, ex);
        again::keep(conn, ex);
        match transfer::until_head(conn, ex).await {
            Err(error) if error.retry && upstream::may_repeat(conn, ex) => {}
            done if again::may_repeat(conn, ex, done) => {}
            other => break other,
        }
    };
    let served = match served {
        Ok(()) => respond::respond(conn, ex).await,
        Err(error) => Err(error),
    };
    match served {
        Ok(respond::Then::Bodies) => {}
        Ok(respond::Then::Reply(made)) => return Box::pin(reply::instead(conn, ex, Decision::Response(made))).await,
        Ok(respond::Then::Dropped) => return reply::dropped(conn, ex),
        Ok(respond::Then::Tunnel) => return Box::pin(tunnel::run(conn, ex)).await,
        Err(error) => return Box::pin(reply::error(conn, ex, error)).await,
    }
    let ended = transfer::bodies(conn, ex).await;
    finish::finish(conn, ex, ended)
}

#[cfg(test)]
mod tests;

//! After 101, or a 2xx to CONNECT: bytes in both directions, each side ended by itself.

use super::exchange::Exchange;
use super::session::Conn;
use super::{finish, transfer, After};
use crate::error::{Error, Fault, Stage};
use crate::relay::http::{Flow, FlowError, Framing};
use crate::stream::Stream;
use crate::timer::{after, earlier};
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;
use tokio::io::AsyncWrite;

/// Milliseconds; `None` is without limit.
struct Limits {
    /// While both sides are open.
    open: Option<u64>,
    client_fin: Option<u64>,
    server_fin: Option<u64>,
}

/// How far one direction has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Open,
    /// All is sent; the end must be told.
    Ending,
    Ended,
}

/// Moves bytes until both sides have ended.
pub(super) async fn run(conn: &mut Conn, ex: &mut Exchange) -> After {
    ex.keep_client = false;
    ex.keep_server = false;
    let Some(mut server) = ex.server.take() else {
        return After::Abort;
    };
    let limits = limits(conn, ex);
    transfer::limit(ex);
    ex.up.framing = Framing::Close;
    ex.down.framing = Framing::Close;
    // What came behind the heads belongs to the tunnel already.
    let begun = ex.up.decode().and_then(|()| ex.down.decode());
    let (mut up, mut down) = (Way::Open, Way::Open);
    if conn.client_ended && ex.up.is_flushed() {
        up = Way::Ending;
    }
    let mut moved = u64::MAX;
    let ended = match begun {
        Err(_) => Err(error(Fault::Internal)),
        Ok(()) => {
            poll_fn(|cx| {
                step(&mut up, &mut ex.up, &mut conn.client, &mut server.stream, cx).map_err(|side| error(side.upward()))?;
                step(&mut down, &mut ex.down, &mut server.stream, &mut conn.client, cx).map_err(|side| error(side.downward()))?;
                if up == Way::Ended && down == Way::Ended {
                    return Poll::Ready(Ok(()));
                }
                if ex.up.held || ex.down.held {
                    moved = u64::MAX;
                    return Poll::Pending;
                }
                let now = ex.up.sent + ex.up.received + ex.down.sent + ex.down.received;
                if now != moved {
                    moved = now;
                    ex.now = Instant::now();
                    let fin = match (up, down) {
                        (Way::Ended, _) => limits.server_fin.or(limits.open),
                        (_, Way::Ended) => limits.client_fin.or(limits.open),
                        _ => limits.open,
                    };
                    let deadline = after(ex.now, fin);
                    conn.timer.set(earlier(deadline, None));
                }
                conn.timer.poll(cx).map(|()| {
                    Err(error(if up == Way::Ended {
                        Fault::ServerTimeout
                    } else {
                        Fault::ClientTimeout
                    }))
                })
            })
            .await
        }
    };
    ex.now = Instant::now();
    drop(server);
    ex.up_done = true;
    match finish::finish(conn, ex, ended) {
        After::Next | After::Close => After::Close,
        After::Abort => After::Abort,
    }
}

/// `timeout tunnel` takes the place of both sides' timeouts (manual, `timeout tunnel`).
fn limits(conn: &Conn, ex: &Exchange) -> Limits {
    let (front, back) = (&conn.front().timeouts, &ex.back(conn).timeouts);
    let set = &ex.record.set;
    let shorter = match (set.client.or(front.client), set.server.or(back.server)) {
        (Some(client), Some(server)) => Some(client.min(server)),
        (client, server) => client.or(server),
    };
    Limits {
        open: set.tunnel.or(back.tunnel).or(front.tunnel).or(shorter),
        client_fin: front.client_fin,
        server_fin: back.server_fin,
    }
}

/// Which socket failed.
enum Side {
    Source,
    Sink,
}

impl Side {
    fn upward(&self) -> Fault {
        match self {
            Self::Source => Fault::Client,
            Self::Sink => Fault::Server,
        }
    }

    fn downward(&self) -> Fault {
        match self {
            Self::Source => Fault::Server,
            Self::Sink => Fault::Client,
        }
    }
}

/// Moves one direction on; its end is passed on as the end of our sending.
fn step(way: &mut Way, flow: &mut Flow, source: &mut Stream, sink: &mut Stream, cx: &mut Context<'_>) -> Result<(), Side> {
    if *way == Way::Open {
        match flow.poll(source, sink, cx) {
            Poll::Pending => return Ok(()),
            Poll::Ready(Ok(())) => *way = Way::Ending,
            Poll::Ready(Err(FlowError::Sink)) => return Err(Side::Sink),
            Poll::Ready(Err(FlowError::Source | FlowError::Malformed)) => return Err(Side::Source),
        }
    }
    if *way == Way::Ending {
        match Pin::new(sink).poll_shutdown(cx) {
            Poll::Pending => {}
            // A side that is gone already needs no word.
            Poll::Ready(_) => *way = Way::Ended,
        }
    }
    Ok(())
}

fn error(fault: Fault) -> Error {
    Error {
        fault,
        stage: Stage::Data,
        retry: false,
    }
}

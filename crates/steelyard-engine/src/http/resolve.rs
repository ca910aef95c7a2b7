//! `do-resolve`: the Python side looks a name up, the request waits.

use super::exchange::Exchange;
use super::service::{wait, Waited};
use super::session::Conn;
use crate::error::{Error, Fault, Stage};
use crate::service::{address, lookup, PATIENCE_MS};
use crate::timer::after;
use std::time::Instant;
use steelyard_core::rules::Question;

/// Waits for the answer and keeps it; without one the variable stays as it is.
pub(super) async fn resolve(conn: &mut Conn, ex: &mut Exchange, question: &Question) -> Result<(), Error> {
    let Some(mut receiver) = lookup(&conn.worker.shared, question) else {
        return Ok(());
    };
    conn.timer.set(after(Instant::now(), Some(PATIENCE_MS)));
    let answer = wait(conn, ex, &mut receiver).await;
    ex.now = Instant::now();
    match answer {
        Waited::Answer(reply) => {
            if let Some(found) = address(&reply) {
                ex.with_ctx(conn, |program, ctx| question.answered(program, ctx, found));
            }
            Ok(())
        }
        Waited::Nothing => Ok(()),
        Waited::Gone => Err(Error {
            fault: Fault::Client,
            stage: Stage::Request,
            retry: false,
        }),
    }
}

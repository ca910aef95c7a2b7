//! What is decided about a connection before it is served: `tcp-request connection` rules, the PROXY header,
//! `tcp-request session` rules.

use super::proxy_header::{parse, Fault, From, Parsed, MAX};
use crate::live::{bump, Live, WorkerState};
use crate::observe;
use crate::stream::Stream;
use crate::worker::Worker;
use std::cell::OnceCell;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use steelyard_core::ctx::{Ctx, ProxyHeader, Session};
use steelyard_core::record::Record;
use steelyard_core::rules::{evaluate, Rules, Verdict};
use steelyard_core::table::Tracking;
use steelyard_core::vars::Vars;

/// What rules keep for as long as the client stays connected.
#[derive(Default)]
pub struct Kept {
    pub vars: Vars,
    pub tracking: Tracking,
    /// `expect-proxy`
    pub expects_proxy: bool,
}

/// Whether the connection is wanted, by the rules that run before anything is read. A refused one is reset.
pub fn connection_rules(worker: &Worker, live: &Arc<Live>, client: &Stream, session: &mut Session, kept: &mut Kept) -> bool {
    let Some(program) = live.program.proxies.get(session.frontend as usize) else {
        return false;
    };
    let allowed = allows(worker, live, client, session, kept, &program.tcp_request_connection);
    if !allowed {
        if let Some(frontend) = live.frontend(session.frontend) {
            bump(&frontend.counters.dcon);
        }
        // If the option can't be set the peer sees an ordinary close.
        let _ = client.set_zero_linger();
    }
    allowed
}

/// Whether the session is wanted, by the rules that know its true addresses.
pub fn session_rules(worker: &Worker, live: &Arc<Live>, client: &Stream, session: &mut Session, kept: &mut Kept) -> bool {
    let Some(program) = live.program.proxies.get(session.frontend as usize) else {
        return false;
    };
    let allowed = allows(worker, live, client, session, kept, &program.tcp_request_session);
    if let Some(frontend) = live.frontend(session.frontend).filter(|_| !allowed) {
        bump(&frontend.counters.dses);
    }
    allowed
}

fn allows(worker: &Worker, live: &Arc<Live>, client: &Stream, session: &mut Session, kept: &mut Kept, rules: &Rules) -> bool {
    if rules.is_empty() {
        return true;
    }
    let state = WorkerState {
        worker,
        live,
        client: Some(client),
        server: None,
        cost: OnceCell::new(),
    };
    let mut record = Record::new();
    let mut scratch = worker.scratch.borrow_mut();
    let mut ctx = Ctx {
        session,
        frontend: session.frontend,
        backend: None,
        server: None,
        req: None,
        res: None,
        input: &[],
        input_done: true,
        waits: false,
        vars: &mut kept.vars,
        tracking: &mut kept.tracking,
        record: &mut record,
        state: &state,
        scratch: &mut scratch,
    };
    let verdict = evaluate(rules, &live.program, &mut ctx, 0, None);
    // What rules set here is so for the whole connection.
    session.src = record.src.or(session.src);
    session.dst = record.dst.or(session.dst);
    kept.expects_proxy = record.expects_proxy;
    match verdict {
        Verdict::Close { silent, ttl } => {
            if silent {
                client.silence(ttl);
            }
            false
        }
        _ => true,
    }
}

/// Reads the PROXY header and puts its addresses into the session. False: the connection is to be closed, and was logged.
pub async fn proxy_header(worker: &Worker, live: &Arc<Live>, client: &Stream, session: &mut Session) -> bool {
    let limit = live
        .program
        .plan
        .proxies
        .get(session.frontend as usize)
        .and_then(|proxy| proxy.timeouts.client);
    let read = read_header(client);
    let result = match limit {
        None => read.await,
        Some(limit) => match tokio::time::timeout(Duration::from_millis(limit), read).await {
            Ok(result) => result,
            Err(_) => Err("Timeout while waiting for PROXY protocol header"),
        },
    };
    match result {
        Ok((from, values)) => {
            session.header = Some(Box::new(ProxyHeader {
                src: session.src,
                dst: session.dst,
                values,
            }));
            match from {
                From::Connection => {}
                From::Unix => (session.src, session.dst) = (None, None),
                From::Inet { src, dst } => (session.src, session.dst) = (Some(src), Some(dst)),
            }
            true
        }
        Err(EMPTY)
            if live
                .program
                .plan
                .proxies
                .get(session.frontend as usize)
                .is_some_and(|p| p.options.dontlognull) =>
        {
            false
        }
        Err(text) => {
            observe::log_connection_error(worker, live, session, text);
            false
        }
    }
}

const EMPTY: &str = "Connection closed while waiting for PROXY protocol header";

/// Looks at the bytes without taking them, until the header is whole: what follows it belongs to the session. Gives the values behind
/// the addresses too.
async fn read_header(client: &Stream) -> Result<(From, Box<[u8]>), &'static str> {
    let mut bytes = [0u8; MAX];
    let mut seen = 0;
    loop {
        match client.peek_more(&mut bytes, seen).await {
            Ok(count) if count > seen => seen = count,
            Ok(_) if seen == 0 => return Err(EMPTY),
            Ok(_) => return Err("Truncated PROXY protocol header received"),
            Err(_) => return Err("Connection error while waiting for PROXY protocol header"),
        }
        match parse(bytes.get(..seen).unwrap_or_default()) {
            Ok(Parsed::Partial) => {}
            Ok(Parsed::Done { used, from, values }) => {
                let values = bytes.get(values..used).unwrap_or_default().into();
                return match take(client, bytes.get_mut(..used).unwrap_or_default()) {
                    Ok(()) => Ok((from, values)),
                    Err(_) => Err("Connection error while waiting for PROXY protocol header"),
                };
            }
            Err(Fault::NotHeader) => return Err("Received something which does not look like a PROXY protocol header"),
            Err(Fault::Invalid) => return Err("Received an invalid PROXY protocol header"),
            Err(Fault::Protocol) => return Err("Received an unhandled protocol in the PROXY protocol header"),
        }
    }
}

/// Takes bytes that were seen to be there.
fn take(client: &Stream, mut bytes: &mut [u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        let count = client.try_read(bytes)?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        bytes = bytes.get_mut(count..).unwrap_or_default();
    }
    Ok(())
}

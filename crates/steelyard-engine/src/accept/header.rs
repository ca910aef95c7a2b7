//! Headers in front of a connection that say whose it is: NetScaler's, then that of the PROXY protocol.

use super::prepare::Kept;
use super::proxy_header::{self, From, Parsed};
use crate::live::Live;
use crate::observe;
use crate::stream::Stream;
use crate::worker::Worker;
use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use steelyard_core::ctx::Session;
use steelyard_core::netscaler;

/// What is said of a header that does not come (manual, `fc_err_str`).
struct Words {
    empty: &'static str,
    broken: &'static str,
    timeout: &'static str,
    truncated: &'static str,
}

const PROXY: Words = Words {
    empty: "Connection closed while waiting for PROXY protocol header",
    broken: "Connection error while waiting for PROXY protocol header",
    timeout: "Timeout while waiting for PROXY protocol header",
    truncated: "Truncated PROXY protocol header received",
};
const NETSCALER: Words = Words {
    empty: "Connection closed while waiting for NetScaler Client IP header",
    broken: "Connection error while waiting for NetScaler Client IP header",
    timeout: "Timeout while waiting for a NetScaler Client IP header",
    truncated: "Truncated NetScaler Client IP header received",
};

/// Why there is no header.
enum Failed {
    /// The client came and went without a byte.
    Empty,
    Told(&'static str),
}

/// Puts what the headers say into the session. False: the connection is to be closed, and was logged.
pub async fn read_headers(worker: &Worker, live: &Arc<Live>, client: &Stream, session: &mut Session, kept: &Kept) -> bool {
    let Some(plan) = live.program.plan.proxies.get(session.frontend as usize) else {
        return false;
    };
    let limit = plan.timeouts.client;
    let mut read = Ok(());
    let mut words = &NETSCALER;
    if let Some(magic) = kept.netscaler {
        read = within(limit, &NETSCALER, netscaler_header(client, session, magic)).await;
    }
    if read.is_ok() && kept.expects_proxy {
        words = &PROXY;
        read = within(limit, &PROXY, proxy_header(client, session)).await;
    }
    let text = match read {
        Ok(()) => return true,
        Err(Failed::Empty) if plan.options.dontlognull => return false,
        Err(Failed::Empty) => words.empty,
        Err(Failed::Told(text)) => text,
    };
    observe::log_connection_error(worker, live, session, text);
    false
}

/// `limit`: milliseconds.
async fn within(limit: Option<u64>, words: &Words, read: impl Future<Output = Result<(), Failed>>) -> Result<(), Failed> {
    match limit {
        None => read.await,
        Some(limit) => match tokio::time::timeout(Duration::from_millis(limit), read).await {
            Ok(result) => result,
            Err(_) => Err(Failed::Told(words.timeout)),
        },
    }
}

async fn netscaler_header(client: &Stream, session: &mut Session, magic: u32) -> Result<(), Failed> {
    use netscaler::Fault;
    let mut bytes = [0; netscaler::MAX];
    let (_, header) = whole(client, &mut bytes, &NETSCALER, |bytes| match netscaler::parse(bytes, magic) {
        Ok(header) => Ok(header.map(|header| (header.used, header))),
        Err(Fault::Magic) => Err("Received an invalid NetScaler Client IP magic number"),
        Err(Fault::Protocol) => Err("Received an unhandled protocol in the NetScaler Client IP header"),
        Err(Fault::Long) => Err(NETSCALER.truncated),
    })
    .await?;
    session.replace(Some((Some(header.src), Some(header.dst))), None);
    Ok(())
}

async fn proxy_header(client: &Stream, session: &mut Session) -> Result<(), Failed> {
    use proxy_header::Fault;
    let mut bytes = [0; proxy_header::MAX];
    let (header, (from, values)) = whole(client, &mut bytes, &PROXY, |bytes| match proxy_header::parse(bytes) {
        Ok(Parsed::Partial) => Ok(None),
        Ok(Parsed::Done { used, from, values }) => Ok(Some((used, (from, values)))),
        Err(Fault::NotHeader) => Err("Received something which does not look like a PROXY protocol header"),
        Err(Fault::Invalid) => Err("Received an invalid PROXY protocol header"),
        Err(Fault::Protocol) => Err("Received an unhandled protocol in the PROXY protocol header"),
    })
    .await?;
    let addresses = match from {
        From::Connection => None,
        From::Unix => Some((None, None)),
        From::Inet { src, dst } => Some((Some(src), Some(dst))),
    };
    session.replace(addresses, Some(header.get(values..).unwrap_or_default().into()));
    Ok(())
}

/// Looks at the bytes without taking them, until the header is whole, and takes that: what follows it belongs to the session.
/// `parse` gives its length and what it says; `None` while there is more to come.
async fn whole<'b, T>(
    client: &Stream,
    bytes: &'b mut [u8],
    words: &Words,
    parse: impl Fn(&[u8]) -> Result<Option<(usize, T)>, &'static str>,
) -> Result<(&'b [u8], T), Failed> {
    let mut seen = 0;
    loop {
        match client.peek_more(bytes, seen).await {
            Ok(count) if count > seen => seen = count,
            Ok(_) if seen == 0 => return Err(Failed::Empty),
            Ok(_) => return Err(Failed::Told(words.truncated)),
            Err(_) => return Err(Failed::Told(words.broken)),
        }
        let parsed = parse(bytes.get(..seen).unwrap_or_default()).map_err(Failed::Told)?;
        if let Some((used, found)) = parsed {
            let header = bytes.get_mut(..used).unwrap_or_default();
            return match take(client, header) {
                Ok(()) => Ok((header, found)),
                Err(_) => Err(Failed::Told(words.broken)),
            };
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

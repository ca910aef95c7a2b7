//! Writing a format for one stream; every alias as HAProxy writes it, to the byte.

use super::alias::Alias;
use super::document;
use super::encode::{escaped, value, Unsafe};
use super::{Flags, Format, Item, Style};
use crate::plan::Mode;
use crate::sample::convert::{padded, strftime, Moment, HEX};
use crate::sample::fetch::{self, bind};
use crate::sample::{push_int, push_ip, Sample, View};
use std::io::Write;
use std::net::{IpAddr, SocketAddr};

/// What stands for the parts of a request line that could not be read.
const BAD_REQUEST: &[u8] = b"<BADREQ>";

pub(super) fn render<'e>(format: &'e Format, view: &View<'e>, out: &mut Vec<u8>) {
    if let Some(encoding) = format.encoding {
        document::whole(format, encoding, view, out);
        return;
    }
    // In log lines, spaces are separators: two of them with nothing between are one, and none begins a line.
    let merge = format.style == Style::Log;
    let mut separated = true;
    for item in &format.items {
        match item {
            Item::Text(text) if merge => separate(out, text, &mut separated),
            Item::Text(text) => out.extend_from_slice(text),
            Item::Expr(expr, flags, label) => {
                let sample = expr.one(view);
                match (flags.encoding, sample) {
                    (Some(encoding), _) => document::sample(sample, label, encoding, view, out),
                    // Numbers and addresses hold nothing to escape.
                    (None, Some(Sample::Int(number))) => quoted(out, *flags, |out| push_int(out, number)),
                    (None, Some(Sample::Ipv4(ip))) => quoted(out, *flags, |out| push_ip(out, ip.into())),
                    (None, _) => value(
                        out,
                        sample.map(|sample| sample.as_str(view.arena)),
                        format.style.unsafe_bytes(),
                        *flags,
                    ),
                }
                separated = false;
            }
            Item::Alias(alias, flags, label) => {
                let before = out.len();
                match flags.encoding {
                    Some(encoding) => document::alias(*alias, *flags, label, encoding, view, out),
                    None => render_alias(*alias, *flags, view, out),
                }
                // A query that is empty is still there, as in HAProxy; other aliases write '-' where they have nothing, or are lists.
                separated = separated && out.len() == before && !matches!(alias, Alias::Query);
            }
        }
    }
}

/// Text of a log line. `separated`: the last thing written was a separator.
fn separate(out: &mut Vec<u8>, text: &[u8], separated: &mut bool) {
    for &byte in text {
        if byte != b' ' || !*separated {
            out.push(byte);
        }
        *separated = byte == b' ';
    }
}

/// The unique id, made from the frontend's format when first asked for.
pub(crate) fn unique_id<'e>(view: &View<'e>) -> Option<&'e [u8]> {
    let format = view.program.proxies.get(view.frontend as usize)?.unique_id.as_ref()?;
    if let Ok(kept) = view.record.unique_id.try_borrow() {
        if !kept.is_empty() {
            return Some(view.arena.alloc_slice_copy(&kept));
        }
    }
    // Held while the format is rendered: an id that names itself finds it taken and is left out.
    let mut kept = view.record.unique_id.try_borrow_mut().ok()?;
    let mut made = Vec::new();
    format.render(view, &mut made);
    made.truncate(view.limit());
    kept.extend_from_slice(&made);
    Some(view.arena.alloc_slice_copy(&kept))
}

pub(super) fn render_alias(alias: Alias, flags: Flags, view: &View<'_>, out: &mut Vec<u8>) {
    let record = view.record;
    let times = &record.times;
    let proxies = &view.program.plan.proxies;
    let number = |out: &mut Vec<u8>, number: i64| push_int(out, number);
    let unsigned = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    // Totals of a line that is written before the end have a plus sign.
    let total = |out: &mut Vec<u8>, number: i64| {
        if record.early {
            out.push(b'+');
        }
        push_int(out, number);
    };
    let plain = |out: &mut Vec<u8>, text: Option<&[u8]>| value(out, text, Unsafe::None, flags);
    let name = |index: u32| proxies.get(index as usize).map(|proxy| proxy.name.as_bytes());
    match alias {
        Alias::AcceptUtc => date(out, b"%d/%b/%Y:%H:%M:%S +0000", view.session.accepted.0, 0),
        Alias::AcceptLocal => date(out, b"%d/%b/%Y:%H:%M:%S %z", view.session.accepted.0, view.state.utc_offset()),
        Alias::AcceptMillis => date_millis(out, view.session.accepted, view.state.utc_offset()),
        Alias::AcceptEpoch if flags.hex => hex(out, view.session.accepted.0),
        Alias::AcceptEpoch => number(out, unsigned(view.session.accepted.0)),
        Alias::AcceptMsOnly if flags.hex => {
            let _ = write!(out, "{:02X}", view.session.accepted.1 / 1_000);
        }
        Alias::AcceptMsOnly => {
            let _ = write!(out, "{:03}", view.session.accepted.1 / 1_000);
        }
        Alias::RequestMillis => date_millis(out, request_date(view), view.state.utc_offset()),
        Alias::RequestUtc => date(out, b"%d/%b/%Y:%H:%M:%S +0000", request_date(view).0, 0),
        Alias::RequestLocal => date(out, b"%d/%b/%Y:%H:%M:%S %z", request_date(view).0, view.state.utc_offset()),
        Alias::TimeActive => total(out, times.total - times.idle - times.handshake),
        Alias::TimeConnect => number(out, times.connect),
        Alias::TimeData => number(out, data_time(view)),
        Alias::TimeHandshake => number(out, times.handshake),
        Alias::TimeIdle => number(out, times.idle),
        Alias::TimeQuery => number(out, query_time(view)),
        Alias::TimeRequest => number(out, times.request),
        Alias::TimeResponse => number(out, times.response),
        Alias::TimeTotal => total(out, times.total),
        Alias::TimeUser => total(out, times.total - times.idle),
        Alias::TimeQueue => number(out, times.queue),
        Alias::BytesRead => total(out, unsigned(record.bytes_read)),
        Alias::BytesUploaded => number(out, unsigned(record.bytes_uploaded)),
        Alias::RequestCookie => plain(out, record.request_cookie.as_deref()),
        Alias::ResponseCookie => plain(out, record.response_cookie.as_deref()),
        Alias::Hostname => plain(out, Some(view.program.plan.global.hostname.as_bytes())),
        Alias::RequestLine => {
            let none = record.request_line.is_empty();
            let line = if none { BAD_REQUEST } else { request_line(view) };
            value(out, Some(line), Unsafe::Url, flags);
        }
        Alias::Method | Alias::Path | Alias::PathOnly | Alias::Query | Alias::Uri | Alias::Version => {
            value(
                out,
                Some(request_part(alias, view)),
                Unsafe::Url,
                Flags {
                    mandatory: false,
                    ..flags
                },
            );
        }
        Alias::UniqueId if record.is_refused() => plain(out, None),
        Alias::UniqueId => plain(out, unique_id(view)),
        Alias::Origin => plain(out, Some(record.origin.as_bytes())),
        Alias::Status => number(
            out,
            match (record.status, proxies.get(view.frontend as usize).map(|proxy| proxy.mode)) {
                // There is no request yet.
                (0, Some(Mode::Http)) if record.is_connection() => 0,
                (0, Some(Mode::Http)) => -1,
                // A connection of TCP that goes on as HTTP: what is no request there is logged as one of TCP.
                (0, Some(Mode::Tcp)) if view.req.is_some() && !record.is_refused() => -1,
                (status, _) => i64::from(status),
            },
        ),
        Alias::ActConn => number(out, i64::from(record.actconn)),
        Alias::FeConn => number(out, i64::from(record.feconn)),
        Alias::BeConn => number(out, i64::from(record.beconn)),
        Alias::SrvConn => number(out, i64::from(record.srvconn)),
        Alias::BackendQueue => number(out, i64::from(record.backend_queue)),
        Alias::ServerQueue => number(out, i64::from(record.srv_queue)),
        Alias::Backend => plain(out, name(view.backend.unwrap_or(view.frontend))),
        // A connection that is secured gets a tilde behind the name of its frontend; none is yet.
        Alias::Frontend | Alias::FrontendTransport => plain(out, name(view.frontend)),
        Alias::BackendIp => ip(out, record.backend_source, flags),
        Alias::BackendPort => port(out, record.backend_source, flags),
        Alias::ServerIp => ip(out, record.server_address, flags),
        Alias::ServerPort => port(out, record.server_address, flags),
        Alias::ClientIp => peer_ip(out, view.src(), flags),
        Alias::ClientPort => peer_port(out, view, view.src(), flags),
        Alias::FrontendIp => peer_ip(out, view.dst(), flags),
        Alias::FrontendPort => peer_port(out, view, view.dst(), flags),
        // Of no stream there is nothing to capture, and no id.
        Alias::RequestHeaders | Alias::ResponseHeaders | Alias::RequestHeaderList | Alias::ResponseHeaderList
            if !record.has_stream() => {}
        Alias::RequestHeaders => captures(out, &record.request_captures.read(), slots(view).0, flags),
        Alias::ResponseHeaders => captures(out, &record.response_captures.read(), slots(view).1, flags),
        Alias::RequestHeaderList => capture_list(out, &record.request_captures.read(), slots(view).0, flags),
        Alias::ResponseHeaderList => capture_list(out, &record.response_captures.read(), slots(view).1, flags),
        Alias::Counter => counter(out, record.frontend_log_counter, flags),
        Alias::RequestCounter => counter(out, record.counter, flags),
        Alias::Pid => counter(out, view.state.pid(), flags),
        Alias::Retries => {
            if record.redispatched {
                out.push(b'+');
            }
            number(out, i64::from(record.retries));
        }
        Alias::Server => plain(
            out,
            Some(match (fetch::server(view), record.applet) {
                (_, Some(applet)) => applet.as_bytes(),
                (Some(server), None) => server.name.as_bytes(),
                (None, None) => b"<NOSRV>",
            }),
        ),
        Alias::SslCipher | Alias::SslVersion => plain(out, None),
        Alias::Termination => out.extend_from_slice(&record.termination[..2]),
        Alias::TerminationCookie => out.extend_from_slice(&record.termination),
    }
}

fn date(out: &mut Vec<u8>, format: &[u8], seconds: u64, offset: i32) {
    let moment = Moment::new(i64::try_from(seconds).unwrap_or(i64::MAX), i64::from(offset));
    // The zone has no name in any of these formats.
    strftime(format, &moment, "", out);
}

/// Local time to the millisecond.
fn date_millis(out: &mut Vec<u8>, (seconds, micros): (u64, u32), offset: i32) {
    date(out, b"%d/%b/%Y:%H:%M:%S.", seconds, offset);
    padded(out, u64::from(micros / 1_000), 3);
}

/// When the request began; the accept date where no request did.
fn request_date(view: &View<'_>) -> (u64, u32) {
    match view.record.request_date {
        (0, 0) => view.session.accepted,
        date => date,
    }
}

/// `%Tq`: everything until the request was there.
pub(crate) fn query_time(view: &View<'_>) -> i64 {
    let times = &view.record.times;
    if times.request < 0 {
        return -1;
    }
    times.handshake + times.idle + times.request
}

/// `%Td`: what is left of the total after the other stages.
pub(crate) fn data_time(view: &View<'_>) -> i64 {
    let times = &view.record.times;
    let http = view
        .program
        .plan
        .proxies
        .get(view.frontend as usize)
        .is_some_and(|proxy| proxy.mode == Mode::Http);
    if (http && times.response < 0) || (!http && times.connect < 0) {
        return -1;
    }
    let spent = [
        times.handshake,
        times.idle,
        times.request,
        times.queue,
        times.connect,
        times.response,
    ];
    (times.total - spent.iter().map(|time| (*time).max(0)).sum::<i64>()).max(0)
}

/// As much of the request line as is logged (`tune.http.logurilen`).
fn request_line<'e>(view: &View<'e>) -> &'e [u8] {
    let line = &view.record.request_line;
    let most = view.program.plan.global.log_uri_length as usize;
    line.get(..most).unwrap_or(line)
}

/// A part of the request line as it was received.
fn request_part<'e>(alias: Alias, view: &View<'e>) -> &'e [u8] {
    let line = request_line(view);
    if line.is_empty() {
        return BAD_REQUEST;
    }
    let mut words = line.splitn(3, |byte| *byte == b' ');
    let method = words.next().unwrap_or_default();
    let Some(uri) = words.next() else {
        return if alias == Alias::Method { method } else { BAD_REQUEST };
    };
    let query = memchr::memchr(b'?', uri).unwrap_or(uri.len());
    match alias {
        Alias::Method => method,
        Alias::Uri => uri,
        Alias::Path => &uri[..query],
        Alias::Query => &uri[query..],
        Alias::PathOnly => fetch::path(uri).unwrap_or_default(),
        // A line that is cut has no version left; HAProxy calls that the oldest.
        _ => words.next().unwrap_or(b"HTTP/0.9"),
    }
}

fn hex(out: &mut Vec<u8>, number: u64) {
    // Writing to a Vec never fails.
    let _ = write!(out, "{number:04X}");
}

fn counter(out: &mut Vec<u8>, number: u32, flags: Flags) {
    if flags.hex {
        hex(out, u64::from(number));
    } else {
        push_int(out, i64::from(number));
    }
}

fn hex_ip(out: &mut Vec<u8>, ip: IpAddr) {
    let octets: &[u8] = match &ip {
        IpAddr::V4(ip) => &ip.octets(),
        IpAddr::V6(ip) => &ip.octets(),
    };
    out.extend(
        octets
            .iter()
            .flat_map(|byte| [HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]),
    );
}

/// An address that may not be there.
fn ip(out: &mut Vec<u8>, address: Option<SocketAddr>, flags: Flags) {
    match address {
        None => value(out, None, Unsafe::None, flags),
        Some(address) if flags.hex => hex_ip(out, address.ip()),
        Some(address) => quoted(out, flags, |out| push_ip(out, address.ip())),
    }
}

fn port(out: &mut Vec<u8>, address: Option<SocketAddr>, flags: Flags) {
    match address {
        None => value(out, None, Unsafe::None, flags),
        Some(address) => counter(out, u32::from(address.port()), flags),
    }
}

/// An address of the client's connection: a unix socket has the word for it.
fn peer_ip(out: &mut Vec<u8>, address: Option<SocketAddr>, flags: Flags) {
    match address {
        None => value(out, Some(b"unix"), Unsafe::None, flags),
        some => ip(out, some, flags),
    }
}

/// A port of the client's connection: a unix socket has the number of its bind.
fn peer_port(out: &mut Vec<u8>, view: &View<'_>, address: Option<SocketAddr>, flags: Flags) {
    match address {
        None => counter(out, bind(view).map_or(0, |bind| bind.id), flags),
        some => port(out, some, flags),
    }
}

fn quoted(out: &mut Vec<u8>, flags: Flags, fill: impl FnOnce(&mut Vec<u8>)) {
    if flags.quote {
        out.push(b'"');
    }
    fill(out);
    if flags.quote {
        out.push(b'"');
    }
}

/// How many capture slots the frontend has, for requests and responses.
fn slots(view: &View<'_>) -> (usize, usize) {
    let needs = view
        .program
        .proxies
        .get(view.frontend as usize)
        .map(|proxy| proxy.needs)
        .unwrap_or_default();
    (usize::from(needs.request_captures), usize::from(needs.response_captures))
}

/// The slots, those that nothing was written to included.
fn all(filled: &[Option<Vec<u8>>], slots: usize) -> impl Iterator<Item = Option<&[u8]>> {
    (0..slots.max(filled.len())).map(|index| filled.get(index).and_then(|slot| slot.as_deref()))
}

/// `{a|b|}`; nothing where the frontend has no slots.
fn captures(out: &mut Vec<u8>, filled: &[Option<Vec<u8>>], slots: usize, flags: Flags) {
    if slots == 0 && filled.is_empty() {
        return;
    }
    quoted(out, flags, |out| {
        out.push(b'{');
        for (index, slot) in all(filled, slots).enumerate() {
            if index > 0 {
                out.push(b'|');
            }
            escaped(out, slot.unwrap_or_default(), Unsafe::Header, flags);
        }
        out.push(b'}');
    });
}

/// The slots of `%hrl` and `%hsl`.
pub(super) fn list_of(alias: Alias, view: &View<'_>) -> Option<Vec<Vec<u8>>> {
    let (filled, count) = match alias {
        Alias::RequestHeaderList => (view.record.request_captures.read(), slots(view).0),
        Alias::ResponseHeaderList => (view.record.response_captures.read(), slots(view).1),
        _ => return None,
    };
    let text = |slot: Option<&[u8]>| {
        let mut text = Vec::new();
        match slot {
            None => text.push(b'-'),
            Some(slot) => escaped(&mut text, slot, Unsafe::Header, Flags::default()),
        }
        text
    };
    Some(all(&filled, count).map(text).collect())
}

/// Each slot by itself, separated by spaces.
fn capture_list(out: &mut Vec<u8>, filled: &[Option<Vec<u8>>], slots: usize, flags: Flags) {
    for (index, slot) in all(filled, slots).enumerate() {
        if index > 0 {
            out.push(b' ');
        }
        // What was captured and is empty is empty; the hyphen says that nothing was captured.
        match slot {
            None if !flags.quote => out.push(b'-'),
            Some(b"") if !flags.quote => {}
            slot => value(out, slot, Unsafe::Header, flags),
        }
    }
}

//! Sending a log line to the targets of a proxy.

use super::date::Date;
use super::header::Header;
use super::routes::{words, Out, Route};
use crate::clock::Waits;
use crate::event::Event;
use crate::live::{wall, Live, WorkerState};
use crate::worker::{Shared, Worker};
use std::io::Write;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::Arc;
use steelyard_core::ctx::{Ctx, Session};
use steelyard_core::logformat::render_log;
use steelyard_core::plan::{Address, LogFormatName, LogMoment, LogStep, LogTarget, LogTransport, Plan, Proxy};
use steelyard_core::record::{Record, KILLED};
use steelyard_core::table::Tracking;
use steelyard_core::vars::Vars;

/// Writes the body of a line and its structured data as a profile has them; false: it is dropped.
pub type Render<'r> = dyn FnMut(Option<u32>, &mut Vec<u8>, &mut Vec<u8>) -> bool + 'r;

/// Sends one line to the `log` targets of `proxy` whose filter lets `level` through. It is written once for each profile.
/// Never blocks; a line that can't be sent is dropped and counted.
pub fn send_log(worker: &Worker, live: &Arc<Live>, proxy: u32, level: u8, render: &mut Render<'_>) {
    let Some(routes) = live.logs.proxies.get(proxy as usize).filter(|routes| !routes.is_empty()) else {
        return;
    };
    let now = wall();
    let mut lines = worker.lines.take();
    let dropped = send(
        worker,
        live,
        routes,
        Some(proxy),
        level,
        render,
        (now, worker.utc_offset(now.0)),
        &mut lines,
    );
    worker.lines.replace(lines);
    count(&worker.shared, dropped);
}

/// Logs a connection that ended before a session began, with the frontend's `error-log-format` or HAProxy's own text
/// (manual, section 8.2.5).
pub(crate) fn log_connection_error(worker: &Worker, live: &Arc<Live>, session: &Session, text: &'static str) {
    let index = session.frontend as usize;
    let Some(plan) = live.program.plan.proxies.get(index) else {
        return;
    };
    let of_connections = plan
        .frontend
        .as_ref()
        .is_some_and(|front| front.log_moment == LogMoment::Accept);
    if of_connections && plan.error_log_format.is_empty() {
        return;
    }
    let state = WorkerState::without_streams(worker, live);
    let mut scratch = worker.scratch.borrow_mut();
    let (mut vars, mut tracking, mut record) = (Vars::new(), Tracking::new(), Record::new());
    record.connection_error = Some(text);
    record.origin = KILLED;
    record.termination = *b"PR--";
    record.actconn = worker.shared.gate.current();
    if let Some(front) = live.frontend(session.frontend) {
        record.feconn = front.gate.current();
        record.frontend_log_counter = front.counters.log_lines.fetch_add(1, Relaxed);
    }
    let level = if plan.options.log_separate_errors { 3 } else { 6 };
    send_log(worker, live, session.frontend, level, &mut |profile, body, structured| {
        let Some(formats) = live.program.line_formats(session.frontend, profile, LogStep::Error) else {
            return false;
        };
        let mut ctx = Ctx::without_message(session, &mut vars, &mut tracking, &mut record, &state, &mut scratch);
        match formats.body {
            Some(format) => render_log(&live.program, format, &mut ctx, body),
            None => default_text(worker, session, plan, text, body),
        }
        if let Some(format) = formats.structured {
            render_log(&live.program, format, &mut ctx, structured);
        }
        true
    });
}

/// HAProxy's own text for a connection that failed.
fn default_text(worker: &Worker, session: &Session, plan: &Proxy, text: &str, line: &mut Vec<u8>) {
    let date = Date::new(session.accepted, worker.utc_offset(session.accepted.0));
    let bind = plan
        .frontend
        .as_ref()
        .and_then(|frontend| frontend.binds.get(session.bind as usize));
    let name = match bind {
        Some(bind) if !bind.name.is_empty() => bind.name.clone(),
        other => other.map_or(0, |bind| bind.id).to_string(),
    };
    // Writing to a vector can't fail.
    let _ = match session.src {
        Some(src) => write!(line, "{}:{} ", src.ip(), src.port()),
        None => write!(line, "unix:{} ", bind.map_or(0, |bind| bind.id)),
    };
    let _ = write!(line, "[{}] {}/{name}: {text}", date.common(), plan.name);
}

/// The same for a line that does not come from a worker thread; `None` is the `log` targets of the global section.
pub(crate) fn send_order(shared: &Arc<Shared>, live: &Arc<Live>, proxy: Option<u32>, level: u8, line: &[u8]) {
    let routes = match proxy {
        None => Some(&live.logs.global),
        Some(proxy) => live.logs.proxies.get(proxy as usize),
    };
    let now = wall();
    let offset = crate::sys::utc_offset(i64::try_from(now.0).unwrap_or_default());
    let dropped = routes.map_or(0, |routes| {
        let mut render = |_: Option<u32>, body: &mut Vec<u8>, _: &mut Vec<u8>| {
            body.extend_from_slice(line);
            true
        };
        let worker = Worker::new(Arc::clone(shared), 0, Waits::default());
        let mut lines = Lines::default();
        send(&worker, live, routes, proxy, level, &mut render, (now, offset), &mut lines)
    });
    count(shared, dropped);
}

fn count(shared: &Shared, dropped: u32) {
    if dropped > 0 {
        shared.totals.dropped_logs.fetch_add(u64::from(dropped), Relaxed);
    }
}

/// Memory for lines, used again.
#[derive(Debug, Default)]
pub struct Lines {
    body: Vec<u8>,
    structured: Vec<u8>,
    out: Vec<u8>,
    /// 0: not asked for yet. A thread stays in its process.
    pid: u32,
}

impl Lines {
    /// Of this process: asked of the kernel once a thread, not once a line.
    fn pid(&mut self) -> u32 {
        if self.pid == 0 {
            self.pid = std::process::id();
        }
        self.pid
    }
}

/// Gives how many targets did not take the line.
#[allow(clippy::too_many_arguments)]
fn send(
    worker: &Worker,
    live: &Arc<Live>,
    routes: &[Route],
    proxy: Option<u32>,
    level: u8,
    render: &mut Render<'_>,
    (now, offset): ((u64, u32), i32),
    lines: &mut Lines,
) -> u32 {
    let plan = &live.program.plan;
    let own_tag = proxy
        .and_then(|proxy| plan.proxies.get(proxy as usize))
        .and_then(|proxy| proxy.log_tag.as_deref());
    let date = Date::new(now, offset);
    let pid = lines.pid();
    let mut dropped = 0;
    // The profile that the body was written for last, and whether it wants a line at all.
    let mut written: Option<(Option<u32>, bool)> = None;
    for route in routes {
        let target = &route.target;
        if level > target.level || !route.samples() {
            continue;
        }
        let wanted = match written {
            Some((profile, wanted)) if profile == target.profile => wanted,
            _ => {
                lines.body.clear();
                lines.structured.clear();
                let wanted = render(target.profile, &mut lines.body, &mut lines.structured);
                written = Some((target.profile, wanted));
                wanted
            }
        };
        if !wanted {
            continue;
        }
        let profile = target.profile.and_then(|profile| live.program.profiles.get(profile as usize));
        let tag = profile.and_then(|profile| profile.tag.as_deref()).or(own_tag);
        let out = &mut lines.out;
        out.clear();
        let header = Header {
            format: target.format,
            facility: target.facility,
            level: level.max(target.min_level),
            date: &date,
            tag: tag.unwrap_or(&plan.global.log_tag),
            host: plan.global.log_send_hostname.as_deref(),
            pid,
            structured: &lines.structured,
        };
        header.write(out);
        append(out, &lines.body, target);
        let lost = match &route.out {
            Out::Sink(sink) => sink.send(out),
            Out::Balanced(index) => {
                let backend = live.logs.backends.get(*index);
                backend.map_or(1, |backend| backend.send(worker, live, out, &lines.body))
            }
        };
        if lost > 0 {
            dropped += lost;
            tell(worker, plan, route);
        }
    }
    dropped
}

/// Says once of each target that lines for it are lost.
#[cold]
fn tell(worker: &Worker, plan: &Plan, route: &Route) {
    let target = match &route.target.transport {
        // Who can't write there can't be told there.
        LogTransport::Fd { fd: 1 | 2 } => return,
        LogTransport::Ring { ring } => match plan.global.rings.get(*ring as usize) {
            Some(ring) if !ring.name.is_empty() => format!("ring@{}", ring.name),
            ring => match ring.and_then(|ring| ring.servers.first()).map(|server| &server.address) {
                Some(Address::Inet { ip, port }) => format!("tcp@{ip}:{port}"),
                Some(Address::Unix { path }) => format!("uxst@{path}"),
                _ => "ring".into(),
            },
        },
        LogTransport::Backend { backend } => {
            let backend = plan.global.log_backends.get(*backend as usize);
            let proxy = backend.and_then(|backend| plan.proxies.get(backend.proxy as usize));
            format!("backend@{}", proxy.map_or("", |proxy| &proxy.name))
        }
        other => words(other),
    };
    if !route.told.load(Relaxed) && !route.told.swap(true, Relaxed) {
        // A full queue has told worse things.
        worker.shared.events.push(Event::LogLost { target });
    }
}

/// Appends the body, cut to the target's length, and the end of the line. The end is not counted in the length, except
/// where there is no header: both as HAProxy does.
fn append(out: &mut Vec<u8>, line: &[u8], target: &LogTarget) {
    let longest = target.length as usize - usize::from(target.format == LogFormatName::Raw && target.length > 0);
    let room = longest.saturating_sub(out.len());
    out.extend_from_slice(line.get(..room.min(line.len())).unwrap_or_default());
    out.truncate(longest);
    out.push(b'\n');
}

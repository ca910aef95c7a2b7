//! Sending a log line to the targets of a proxy.

use super::date::Date;
use super::header::Header;
use super::sink::Sink;
use crate::live::{wall, Live, WorkerState};
use crate::worker::{Shared, Worker};
use std::io::Write;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::Arc;
use steelyard_core::ctx::{Ctx, Session};
use steelyard_core::plan::{LogFormatName, LogTarget, Plan};
use steelyard_core::record::Record;
use steelyard_core::table::Tracking;
use steelyard_core::vars::Vars;

/// Where the lines of each proxy go.
pub struct Logs {
    global: Vec<Route>,
    proxies: Vec<Vec<Route>>,
}

/// A `log` line: its filter, its form and its sink, which several may share.
struct Route {
    target: LogTarget,
    sink: Arc<Sink>,
}

impl Logs {
    /// Opens every target of the plan. The message of a failure says which.
    pub fn open(plan: &Plan) -> Result<Self, String> {
        let mut open: Vec<(LogTarget, Arc<Sink>)> = Vec::new();
        let mut routes = |targets: &[LogTarget]| -> Result<Vec<Route>, String> {
            let mut routes = Vec::with_capacity(targets.len());
            for target in targets {
                let known = open
                    .iter()
                    .find(|(other, _)| other.transport == target.transport)
                    .map(|(_, sink)| Arc::clone(sink));
                let sink = match known {
                    Some(sink) => sink,
                    None => {
                        let sink =
                            Sink::open(&target.transport).map_err(|error| format!("log {:?}: {error}", target.transport))?;
                        let sink = Arc::new(sink);
                        open.push((target.clone(), Arc::clone(&sink)));
                        sink
                    }
                };
                routes.push(Route {
                    target: target.clone(),
                    sink,
                });
            }
            Ok(routes)
        };
        let global = routes(&plan.global.logs)?;
        let proxies = plan
            .proxies
            .iter()
            .map(|proxy| routes(&proxy.logs))
            .collect::<Result<_, _>>()?;
        Ok(Self { global, proxies })
    }
}

/// Sends one line (the body that `render_log` made) to the `log` targets of `proxy` whose filter lets `level` through.
/// Never blocks; a line that can't be sent is dropped and counted.
pub fn send_log(worker: &Worker, live: &Live, proxy: u32, level: u8, line: &[u8]) {
    let Some(routes) = live.logs.proxies.get(proxy as usize).filter(|routes| !routes.is_empty()) else {
        return;
    };
    let now = wall();
    let mut out = worker.datagram.take();
    let dropped = send(
        live,
        routes,
        Some(proxy),
        level,
        line,
        (now, worker.utc_offset(now.0)),
        &mut out,
    );
    worker.datagram.replace(out);
    count(&worker.shared, dropped);
}

/// Logs a connection that ended before a session began, with the frontend's `error-log-format` or HAProxy's own text
/// (manual, section 8.2.5).
pub(crate) fn log_connection_error(worker: &Worker, live: &Live, session: &Session, text: &'static str) {
    let index = session.frontend as usize;
    let (Some(program), Some(plan)) = (live.program.proxies.get(index), live.program.plan.proxies.get(index)) else {
        return;
    };
    let mut line = worker.line.take();
    line.clear();
    if let Some(format) = &program.error_log {
        let mut record = Record::new();
        record.connection_error = Some(text);
        let state = WorkerState {
            worker,
            live,
            client: None,
            server: None,
        };
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
            vars: &mut Vars::new(),
            tracking: &mut Tracking::new(),
            record: &mut record,
            state: &state,
            scratch: &mut scratch,
        };
        steelyard_core::logformat::render_log(&live.program, format, &mut ctx, &mut line);
    } else {
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
    let level = if plan.options.log_separate_errors { 3 } else { 6 };
    send_log(worker, live, session.frontend, level, &line);
    worker.line.replace(line);
}

/// The same for a line that does not come from a worker thread; `None` is the `log` targets of the global section.
pub(crate) fn send_order(shared: &Shared, live: &Live, proxy: Option<u32>, level: u8, line: &[u8]) {
    let routes = match proxy {
        None => Some(&live.logs.global),
        Some(proxy) => live.logs.proxies.get(proxy as usize),
    };
    let now = wall();
    let offset = crate::sys::utc_offset(now.0);
    let dropped = routes.map_or(0, |routes| {
        send(live, routes, proxy, level, line, (now, offset), &mut Vec::new())
    });
    count(shared, dropped);
}

fn count(shared: &Shared, dropped: u32) {
    if dropped > 0 {
        shared.totals.dropped_logs.fetch_add(u64::from(dropped), Relaxed);
    }
}

/// Gives how many targets did not take the line.
fn send(
    live: &Live,
    routes: &[Route],
    proxy: Option<u32>,
    level: u8,
    line: &[u8],
    (now, offset): ((u64, u32), i32),
    out: &mut Vec<u8>,
) -> u32 {
    let plan = &live.program.plan;
    let own_tag = proxy
        .and_then(|proxy| plan.proxies.get(proxy as usize))
        .and_then(|proxy| proxy.log_tag.as_deref());
    let date = Date::new(now, offset);
    let mut dropped = 0;
    for Route { target, sink } in routes {
        if level > target.level {
            continue;
        }
        out.clear();
        let header = Header {
            format: target.format,
            facility: target.facility,
            level: level.max(target.min_level),
            date: &date,
            tag: own_tag.unwrap_or(&plan.global.log_tag),
            host: plan.global.log_send_hostname.as_deref(),
            pid: std::process::id(),
        };
        header.write(out);
        append(out, line, target);
        dropped += u32::from(!sink.send(out));
    }
    dropped
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

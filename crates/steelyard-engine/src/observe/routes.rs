//! Where log lines go: the targets of each proxy, opened with the plan.

use super::balanced::Balanced;
use super::ring::Ring;
use super::sink::Sink;
use std::io;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicU32};
use std::sync::Arc;
use steelyard_core::plan::{self, LogTarget, LogTransport, Plan};
use steelyard_core::sample::convert::DebugSink;

/// Where the lines of each proxy go.
pub struct Logs {
    pub(super) global: Vec<Route>,
    pub(super) proxies: Vec<Vec<Route>>,
    /// Those of the plan; behind them `buf0`, where the converter `debug` asks for it.
    rings: Vec<Arc<Ring>>,
    debug: Vec<(DebugSink, Sink)>,
    pub(super) backends: Vec<Balanced>,
}

/// Bytes of `buf0`: the latest lines that fit.
const BUFFER: u64 = 64 * 1024;

/// A `log` line: its filter, its form and where it leads, which several may share.
pub(super) struct Route {
    pub(super) target: LogTarget,
    pub(super) out: Out,
    /// Lines that passed the level, for `sample`.
    seen: AtomicU32,
    /// That lines are lost was said; of all that lead there.
    pub(super) told: Arc<AtomicBool>,
}

#[derive(Clone)]
pub(super) enum Out {
    Sink(Arc<Sink>),
    /// Index in `Logs::backends`.
    Balanced(usize),
}

impl Route {
    /// Whether this line is one of the sample.
    pub(super) fn samples(&self) -> bool {
        let Some(sample) = &self.target.sample else { return true };
        let turn = self.seen.fetch_add(1, Relaxed) % sample.size.max(1) + 1;
        sample.ranges.iter().any(|(low, high)| (*low..=*high).contains(&turn))
    }
}

impl Logs {
    /// Opens every target of the plan, and those of the converter `debug`. The message of a failure says which.
    pub fn open(plan: &Plan, debug: &[DebugSink]) -> Result<Self, String> {
        let rings = plan.global.rings.iter().map(|ring| Ring::new(ring).map(Arc::new));
        let mut rings: Vec<Arc<Ring>> = rings.collect::<Result<_, _>>().map_err(|error| format!("ring: {error}"))?;
        let debug = debug.iter().map(|sink| Ok((*sink, debug_sink(*sink, &mut rings)?)));
        let debug = debug
            .collect::<io::Result<_>>()
            .map_err(|error| format!("converter debug: {error}"))?;
        let mut sinks = Sinks::default();
        let mut backends = Vec::with_capacity(plan.global.log_backends.len());
        for backend in &plan.global.log_backends {
            let servers = backend.servers.iter().map(|server| sinks.open(server, &rings));
            backends.push(Balanced::new(backend.proxy, servers.collect::<Result<_, _>>()?));
        }
        let mut told: Vec<(LogTransport, Arc<AtomicBool>)> = Vec::new();
        let mut routes = |targets: &[LogTarget]| -> Result<Vec<Route>, String> {
            let route = |target: &LogTarget| {
                let out = match &target.transport {
                    LogTransport::Backend { backend } => Out::Balanced(*backend as usize),
                    transport => Out::Sink(sinks.open(transport, &rings)?),
                };
                let told = match told.iter().find(|(transport, _)| *transport == target.transport) {
                    Some((_, told)) => Arc::clone(told),
                    None => {
                        told.push((target.transport.clone(), Arc::default()));
                        told.last().map(|(_, told)| Arc::clone(told)).unwrap_or_default()
                    }
                };
                Ok(Route {
                    target: target.clone(),
                    out,
                    seen: AtomicU32::new(0),
                    told,
                })
            };
            targets.iter().map(route).collect()
        };
        let global = routes(&plan.global.logs)?;
        let proxies = plan
            .proxies
            .iter()
            .map(|proxy| routes(&proxy.logs))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            global,
            proxies,
            rings,
            debug,
            backends,
        })
    }

    /// Takes a line of the converter `debug`; false: it was dropped.
    pub fn debug(&self, sink: DebugSink, line: &[u8]) -> bool {
        let found = self.debug.iter().find(|known| known.0 == sink);
        found.is_some_and(|(_, sink)| sink.send(line) == 0)
    }

    /// The latest lines of a ring (its index in the plan) that has no servers.
    pub fn ring(&self, index: usize) -> Option<Vec<u8>> {
        self.rings.get(index).map(|ring| ring.latest())
    }
}

/// Opens a target of the converter `debug`.
fn debug_sink(sink: DebugSink, rings: &mut Vec<Arc<Ring>>) -> io::Result<Sink> {
    let index = match sink {
        DebugSink::Stdout => return Sink::open(&LogTransport::Fd { fd: 1 }, rings),
        DebugSink::Stderr => return Sink::open(&LogTransport::Fd { fd: 2 }, rings),
        DebugSink::Ring(index) => index,
        DebugSink::Buffer => {
            let plan = plan::Ring {
                name: "buf0".into(),
                size: BUFFER,
                ..plan::Ring::default()
            };
            rings.push(Arc::new(Ring::new(&plan)?));
            rings.len() - 1
        }
    };
    let ring = u32::try_from(index).map_err(io::Error::other)?;
    Sink::open(&LogTransport::Ring { ring }, rings)
}

/// Targets that are open: lines of the same one share it.
#[derive(Default)]
struct Sinks(Vec<(LogTransport, Arc<Sink>)>);

impl Sinks {
    fn open(&mut self, transport: &LogTransport, rings: &[Arc<Ring>]) -> Result<Arc<Sink>, String> {
        if let Some((_, sink)) = self.0.iter().find(|(other, _)| other == transport) {
            return Ok(Arc::clone(sink));
        }
        let sink = Sink::open(transport, rings).map_err(|error| format!("log {}: {error}", words(transport)))?;
        let sink = Arc::new(sink);
        self.0.push((transport.clone(), Arc::clone(&sink)));
        Ok(sink)
    }
}

/// A target as a configuration names it.
pub(super) fn words(transport: &LogTransport) -> String {
    match transport {
        LogTransport::Udp { address, port } => format!("{address}:{port}"),
        LogTransport::Unix { path } => path.clone(),
        LogTransport::Abstract { name } => format!("abns@{name}"),
        LogTransport::Fd { fd } => format!("fd@{fd}"),
        LogTransport::Ring { .. } => "ring".into(),
        LogTransport::Backend { .. } => "backend".into(),
    }
}

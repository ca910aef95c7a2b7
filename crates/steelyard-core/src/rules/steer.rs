//! Actions that change how a stream is served: addresses, timeouts, retries, priority, packets.

use crate::ctx::Ctx;
use crate::error::PlanError;
use crate::plan::{self, StreamTimeout};
use crate::program::Program;
use crate::sample::args::Build;
use crate::sample::{CompiledExpr, Sample};
use crate::state::Side;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// What is changed, and the expression that gives the value.
#[derive(Debug)]
pub struct Steer {
    what: What,
    value: CompiledExpr,
}

#[derive(Clone, Copy, Debug)]
enum What {
    Address { side: Side, port: bool },
    Timeout(StreamTimeout),
    Retries,
    PriorityClass,
    PriorityOffset,
    Packet { side: Side, tos: bool },
}

/// Most tries to connect that a rule can ask for, as in HAProxy.
const MAX_RETRIES: i64 = 100;

impl Steer {
    pub fn compile(action: &plan::Action, build: &Build<'_>) -> Result<Option<Self>, PlanError> {
        use plan::Action as A;
        let of = |side: plan::Side| match side {
            plan::Side::Client => Side::Client,
            plan::Side::Server => Side::Server,
        };
        let (what, value) = match action {
            A::SetAddress { side, port, expr } => (
                What::Address {
                    side: of(*side),
                    port: *port,
                },
                expr,
            ),
            A::SetTimeout { timeout, value } => (What::Timeout(*timeout), value),
            A::SetRetries { retries } => (What::Retries, retries),
            A::SetPriority { offset: false, expr } => (What::PriorityClass, expr),
            A::SetPriority { offset: true, expr } => (What::PriorityOffset, expr),
            A::SetPacket { side, tos, value } => (
                What::Packet {
                    side: of(*side),
                    tos: *tos,
                },
                value,
            ),
            _ => return Ok(None),
        };
        let value = CompiledExpr::compile(value, build).map_err(|error| error.within(&value.text))?;
        Ok(Some(Self { what, value }))
    }

    pub fn wants_body(&self) -> bool {
        self.value.wants_body()
    }

    pub fn wants_request_line(&self) -> bool {
        self.value.wants_request_line()
    }

    /// Makes the change; a value that is not there, or that does not fit, changes nothing.
    pub fn run(&self, program: &Program, ctx: &mut Ctx<'_>) {
        let view = ctx.view(program, None);
        let Some(sample) = self.value.one(&view) else { return };
        if let What::Address { side, port } = self.what {
            let old = match side {
                Side::Client => view.src(),
                Side::Server => view.dst(),
            };
            let Some(new) = moved(old, sample, port) else { return };
            match side {
                Side::Client => ctx.record.src = Some(new),
                Side::Server => ctx.record.dst = Some(new),
            }
            return;
        }
        let Some(number) = sample.as_int() else { return };
        let set = &mut ctx.record.set;
        match self.what {
            What::Address { .. } => {}
            What::Timeout(which) => {
                // 0 and less are no timeouts: nothing is changed.
                let Some(ms) = u64::try_from(number).ok().filter(|ms| *ms > 0) else {
                    return;
                };
                *match which {
                    StreamTimeout::Client => &mut set.client,
                    StreamTimeout::Connect => &mut set.connect,
                    StreamTimeout::Queue => &mut set.queue,
                    StreamTimeout::Server => &mut set.server,
                    StreamTimeout::Tarpit => &mut set.tarpit,
                    StreamTimeout::Tunnel => &mut set.tunnel,
                } = Some(ms);
            }
            What::Retries => set.retries = u32::try_from(number.clamp(0, MAX_RETRIES)).ok(),
            What::PriorityClass => {
                set.priority_class = i16::try_from(number.clamp(-2_047, 2_047)).unwrap_or(0);
            }
            What::PriorityOffset => {
                set.priority_offset = i32::try_from(number.clamp(-524_287, 524_287)).unwrap_or(0);
            }
            What::Packet { side, tos } => {
                let value = (number & 0xffff_ffff) as u32;
                match (side, tos) {
                    (Side::Client, true) => ctx.state.set_tos((value & 0xff) as u8),
                    (Side::Client, false) => ctx.state.set_mark(value),
                    (Side::Server, true) => set.server_tos = Some((value & 0xff) as u8),
                    (Side::Server, false) => set.server_mark = Some(value),
                }
            }
        }
    }
}

/// An address with another IP address or another port; what is not known is 0.
fn moved(old: Option<SocketAddr>, sample: Sample<'_>, port: bool) -> Option<SocketAddr> {
    if port {
        let port = u16::try_from(sample.as_int()? & 0xffff).ok()?;
        let ip = old.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |old| old.ip());
        return Some(SocketAddr::new(ip, port));
    }
    let ip = sample.as_ip()?;
    Some(SocketAddr::new(ip, old.map_or(0, |old| old.port())))
}

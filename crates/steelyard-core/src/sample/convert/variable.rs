//! Variables and server state, looked up by what the sample names.

use super::super::args::Args;
use super::super::{Sample, View};
use crate::error::PlanError;
use crate::sample::fetch::same;
use crate::sample::fetch::state::{get_var, set_var, unset_var};
use crate::state::Gauge;
use crate::vars::VarId;
use std::cmp::Ordering;

#[derive(Debug)]
pub enum Variable {
    Set { id: VarId, conditions: Box<[SetIf]> },
    Unset(VarId),
    Strcmp(VarId),
    SecureMemcmp(VarId),
    BackendServers,
    ServerIsUp,
    ServerQueue,
    FrontendExists,
}

/// When `set-var` sets (manual section 4.3, `set-var`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetIf {
    Exists,
    NotExists,
    Empty,
    NotEmpty,
    Greater,
    Less,
}

pub const NAMES: &[&str] = &[
    "set-var",
    "unset-var",
    "strcmp",
    "secure_memcmp",
    "nbsrv",
    "srv_is_up",
    "srv_queue",
    "fe_exists",
];

impl Variable {
    pub fn compile(args: &Args<'_>) -> Result<Option<Self>, PlanError> {
        Ok(Some(match args.name {
            "set-var" => {
                let conditions = (1..args.list.len())
                    .map(|index| SetIf::of(args.str(index)?).ok_or_else(|| args.wrong(index, "a condition such as ifexists")));
                Self::Set {
                    id: args.var(0)?,
                    conditions: conditions.collect::<Result<_, _>>()?,
                }
            }
            "unset-var" => Self::Unset(args.var(0)?),
            "strcmp" => Self::Strcmp(args.var(0)?),
            "secure_memcmp" => Self::SecureMemcmp(args.var(0)?),
            "nbsrv" => Self::BackendServers,
            "srv_is_up" => Self::ServerIsUp,
            "srv_queue" => Self::ServerQueue,
            "fe_exists" => Self::FrontendExists,
            _ => return Ok(None),
        }))
    }

    pub fn apply<'e>(&'e self, view: &View<'e>, sample: Sample<'e>) -> Option<Sample<'e>> {
        match self {
            Self::Set { id, conditions } => {
                // The value is kept and goes on, or neither.
                let holds = conditions.iter().all(|condition| condition.holds(view, *id, sample));
                (holds && set_var(view, *id, sample)).then_some(sample)
            }
            Self::Unset(id) => {
                unset_var(view, *id);
                Some(sample)
            }
            Self::Strcmp(id) => {
                let (text, other) = (sample.as_str(view.arena), get_var(view, *id)?.as_str(view.arena));
                let first = text.iter().zip(other).find(|(a, b)| a != b);
                Some(Sample::Int(match first {
                    Some((a, b)) => i64::from(*a) - i64::from(*b),
                    None => match text.len().cmp(&other.len()) {
                        Ordering::Less => -1,
                        Ordering::Equal => 0,
                        Ordering::Greater => 1,
                    },
                }))
            }
            Self::SecureMemcmp(id) => {
                let (text, other) = (sample.as_bin(view.arena), get_var(view, *id)?.as_bin(view.arena));
                Some(Sample::Bool(same(text, other)))
            }
            Self::BackendServers => {
                let backend = view.program.backend(sample.as_str(view.arena))?;
                Some(Sample::Int(view.state.gauge(Gauge::NbSrv(backend))))
            }
            Self::ServerIsUp => {
                let (backend, server) = server(view, sample)?;
                Some(Sample::Bool(view.state.gauge(Gauge::SrvIsUp(backend, server)) != 0))
            }
            Self::ServerQueue => {
                let (backend, server) = server(view, sample)?;
                Some(Sample::Int(view.state.gauge(Gauge::SrvQueue(backend, server))))
            }
            Self::FrontendExists => {
                let name = sample.as_str(view.arena);
                let mut proxies = view.program.plan.proxies.iter();
                Some(Sample::Bool(
                    proxies.any(|proxy| proxy.frontend.is_some() && proxy.name.as_bytes() == name),
                ))
            }
        }
    }
}

impl SetIf {
    pub(crate) fn of(word: &str) -> Option<Self> {
        Some(match word {
            "ifexists" | "ifset" => Self::Exists,
            "ifnotexists" | "ifnotset" => Self::NotExists,
            "ifempty" => Self::Empty,
            "ifnotempty" => Self::NotEmpty,
            "ifgt" => Self::Greater,
            "iflt" => Self::Less,
            _ => return None,
        })
    }

    pub(crate) fn holds(self, view: &View<'_>, id: VarId, sample: Sample<'_>) -> bool {
        let old = get_var(view, id);
        let empty = matches!(sample, Sample::Str(b"") | Sample::Bin(b"") | Sample::Meth(b""));
        // Nothing but two integers is compared.
        let numbers = match (old, sample) {
            (Some(Sample::Int(old)), Sample::Int(new)) => Some((old, new)),
            _ => None,
        };
        match self {
            Self::Exists => old.is_some(),
            Self::NotExists => old.is_none(),
            Self::Empty => empty,
            Self::NotEmpty => !empty,
            Self::Greater => numbers.is_none_or(|(old, new)| old > new),
            Self::Less => numbers.is_none_or(|(old, new)| old < new),
        }
    }
}

/// `[backend/]server`: both indices.
fn server<'e>(view: &View<'e>, sample: Sample<'e>) -> Option<(u32, u32)> {
    let text = sample.as_str(view.arena);
    let (backend, name) = match memchr::memchr(b'/', text) {
        Some(at) => (view.program.backend(&text[..at])?, &text[at + 1..]),
        None => (view.backend_or_self(), text),
    };
    let servers = &view.program.plan.proxies.get(backend as usize)?.backend.as_ref()?.servers;
    let at = servers.iter().position(|server| server.name.as_bytes() == name)?;
    Some((backend, u32::try_from(at).ok()?))
}

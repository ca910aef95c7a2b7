//! Fetches (manual section 7.3): what a rule may look at. Compiled from names to enums, one file a family.

mod acl;
mod body;
pub(crate) mod constant;
mod content;
pub(crate) mod cookie;
mod dump;
mod header;
mod hello;
mod http;
mod internal;
mod mux;
mod protocol;
pub(crate) mod state;
mod stream;
mod table;
mod target;
mod task;
mod transport;
mod users;

pub(crate) use crate::crypt::same;
pub(crate) use header::split_list;
pub(crate) use table::in_table;
pub(crate) use target::{path, pathq};
pub(crate) use transport::{bind, server};

use super::args::Args;
use super::{Sample, View};
use crate::error::PlanError;

/// A compiled fetch.
#[derive(Debug)]
pub enum Fetch {
    Http(http::Http),
    Header(header::Header),
    Cookie(cookie::Cookie),
    Body(body::Body),
    Transport(transport::Transport),
    Content(content::Content),
    Hello(hello::Hello),
    Protocol(protocol::Protocol),
    Stream(stream::Stream),
    State(state::StateFetch),
    Table(table::TableFetch),
    Constant(constant::Constant),
    Acl(acl::Acls),
    Dump(dump::Dump),
    Mux(mux::Mux),
    Htx(internal::Htx),
    Task(task::Task),
}

/// Which message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Req,
    Res,
}

/// Canonical names of all fetches.
pub fn names() -> Vec<&'static str> {
    [
        http::NAMES,
        header::NAMES,
        cookie::NAMES,
        body::NAMES,
        transport::NAMES,
        content::NAMES,
        hello::NAMES,
        protocol::NAMES,
        &stream::names(),
        state::NAMES,
        table::NAMES,
        constant::NAMES,
        acl::NAMES,
        dump::NAMES,
        &mux::names(),
        internal::NAMES,
        &task::names(),
    ]
    .concat()
}

impl Fetch {
    pub fn compile(args: &Args<'_>) -> Result<Self, PlanError> {
        if let Some(fetch) = http::Http::compile(args)? {
            return Ok(Self::Http(fetch));
        }
        if let Some(fetch) = header::Header::compile(args)? {
            return Ok(Self::Header(fetch));
        }
        if let Some(fetch) = cookie::Cookie::compile(args)? {
            return Ok(Self::Cookie(fetch));
        }
        if let Some(fetch) = body::Body::compile(args)? {
            return Ok(Self::Body(fetch));
        }
        if let Some(fetch) = transport::Transport::compile(args)? {
            return Ok(Self::Transport(fetch));
        }
        if let Some(fetch) = content::Content::compile(args)? {
            return Ok(Self::Content(fetch));
        }
        if let Some(fetch) = hello::Hello::compile(args)? {
            return Ok(Self::Hello(fetch));
        }
        if let Some(fetch) = protocol::Protocol::compile(args)? {
            return Ok(Self::Protocol(fetch));
        }
        if let Some(fetch) = stream::Stream::compile(args)? {
            return Ok(Self::Stream(fetch));
        }
        if let Some(fetch) = state::StateFetch::compile(args)? {
            return Ok(Self::State(fetch));
        }
        if let Some(fetch) = table::TableFetch::compile(args)? {
            return Ok(Self::Table(fetch));
        }
        if let Some(fetch) = constant::Constant::compile(args)? {
            return Ok(Self::Constant(fetch));
        }
        if let Some(fetch) = acl::Acls::compile(args)? {
            return Ok(Self::Acl(fetch));
        }
        if let Some(fetch) = dump::Dump::compile(args)? {
            return Ok(Self::Dump(fetch));
        }
        if let Some(fetch) = mux::Mux::compile(args)? {
            return Ok(Self::Mux(fetch));
        }
        if let Some(fetch) = internal::Htx::compile(args)? {
            return Ok(Self::Htx(fetch));
        }
        if let Some(fetch) = task::Task::compile(args)? {
            return Ok(Self::Task(fetch));
        }
        Err(PlanError::new(format!("fetch '{}' is not supported", args.name)))
    }

    /// The one value: where there may be several, the last one for headers and cookies, the first one for parameters.
    pub fn one<'e>(&'e self, view: &View<'e>) -> Option<Sample<'e>> {
        match self {
            Self::Http(fetch) => fetch.one(view),
            Self::Header(fetch) => fetch.one(view),
            Self::Cookie(fetch) => fetch.one(view),
            Self::Body(fetch) => fetch.one(view),
            Self::Transport(fetch) => fetch.one(view),
            Self::Content(fetch) => fetch.one(view),
            Self::Hello(fetch) => fetch.one(view),
            Self::Protocol(fetch) => fetch.one(view),
            Self::Stream(fetch) => fetch.one(view),
            Self::State(fetch) => fetch.one(view),
            Self::Table(fetch) => fetch.one(view),
            Self::Constant(fetch) => fetch.one(view),
            Self::Acl(fetch) => fetch.one(view),
            Self::Dump(fetch) => fetch.one(view),
            Self::Mux(fetch) => fetch.one(view),
            Self::Htx(fetch) => fetch.one(view),
            Self::Task(fetch) => fetch.one(view),
        }
    }

    /// Every value in turn, until `stop` says true: what ACLs do.
    pub fn each<'e>(&'e self, view: &View<'e>, stop: &mut dyn FnMut(Sample<'e>) -> bool) {
        match self {
            Self::Header(fetch) => fetch.each(view, stop),
            Self::Cookie(fetch) => fetch.each(view, stop),
            Self::Http(fetch) => fetch.each(view, stop),
            Self::Stream(fetch) => fetch.each(view, stop),
            other => {
                if let Some(sample) = other.one(view) {
                    stop(sample);
                }
            }
        }
    }

    /// Whether [`each`](Self::each) hands over what [`one`](Self::one) gives, and nothing else.
    pub fn is_single(&self) -> bool {
        match self {
            Self::Header(fetch) => fetch.is_single(),
            Self::Http(fetch) => fetch.is_single(),
            Self::Cookie(_) | Self::Stream(_) => false,
            _ => true,
        }
    }

    /// See [`CompiledExpr::is_stable`](super::CompiledExpr::is_stable).
    pub fn is_stable(&self) -> bool {
        matches!(
            self,
            Self::Http(_)
                | Self::Header(_)
                | Self::Cookie(_)
                | Self::Body(_)
                | Self::Transport(_)
                | Self::Content(_)
                | Self::Hello(_)
                | Self::Protocol(_)
        )
    }

    /// Whether more input may give it another value.
    pub fn waits(&self) -> bool {
        matches!(self, Self::Body(_) | Self::Content(_) | Self::Hello(_) | Self::Protocol(_))
    }

    /// Whether an edit of header fields may give it another value.
    pub fn reads_headers(&self) -> bool {
        match self {
            Self::Transport(_) => false,
            Self::Http(fetch) => !fetch.is_of_request_line(),
            _ => true,
        }
    }

    pub fn wants_body(&self) -> bool {
        matches!(self, Self::Body(_) | Self::Htx(_))
    }

    pub fn wants_request_line(&self) -> bool {
        match self {
            Self::Http(http::Http::CaptureMethod | http::Http::CaptureUri | http::Http::CaptureVersion) => true,
            Self::Stream(fetch) => fetch.wants_request_line(),
            _ => false,
        }
    }
}

#[cfg(test)]
mod properties;

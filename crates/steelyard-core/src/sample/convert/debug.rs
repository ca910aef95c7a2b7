//! `debug`: the sample goes to a ring or a descriptor as well, for people to look at (manual section 7.3.1).

use super::super::args::Args;
use super::super::{Sample, View};
use crate::error::PlanError;

#[derive(Debug)]
pub struct Debug {
    prefix: Box<[u8]>,
    sink: DebugSink,
}

/// Where such lines go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DebugSink {
    /// `buf0`: memory for the latest lines.
    Buffer,
    Stdout,
    Stderr,
    /// Index in the rings of the plan.
    Ring(usize),
}

pub const NAMES: &[&str] = &["debug"];

/// Most of a value that is shown, bytes.
const VALUE_MAX: usize = 1024;

impl Debug {
    pub fn compile(args: &Args<'_>) -> Result<Option<Self>, PlanError> {
        if args.name != "debug" {
            return Ok(None);
        }
        let rings = &args.build.plan.global.rings;
        let sink = match args.opt_str(1)?.unwrap_or_default() {
            "" | "buf0" => DebugSink::Buffer,
            "stdout" => DebugSink::Stdout,
            "stderr" => DebugSink::Stderr,
            name => {
                let place = rings.iter().position(|ring| ring.name == name);
                DebugSink::Ring(place.ok_or_else(|| args.wrong(1, "a ring, stdout or stderr"))?)
            }
        };
        args.build.want_debug(sink);
        Ok(Some(Self {
            prefix: args.opt_str(0)?.unwrap_or_default().as_bytes().into(),
            sink,
        }))
    }

    pub fn apply<'e>(&'e self, view: &View<'e>, sample: Sample<'e>) -> Option<Sample<'e>> {
        let kind = match sample {
            Sample::Bool(_) => "bool",
            Sample::Int(_) => "sint",
            Sample::Ipv4(_) => "ipv4",
            Sample::Ipv6(_) => "ipv6",
            Sample::Str(_) => "str",
            Sample::Bin(_) => "bin",
            Sample::Meth(_) => "meth",
        };
        let line = view.build(|out| {
            for part in [b"[debug] ", &*self.prefix, b": type=", kind.as_bytes(), b" <"] {
                out.extend_from_slice_copy(part);
            }
            let text = sample.as_str(view.arena);
            // One line stays one line, and a terminal is told nothing.
            let legible = |byte: &u8| if matches!(byte, b' '..=b'~') { *byte } else { b'.' };
            out.extend(text.iter().take(VALUE_MAX).map(legible));
            out.extend_from_slice_copy(b">\n");
        });
        view.state.debug(self.sink, line);
        Some(sample)
    }
}

//! Variables as text (manual section 7.3.1, `dump_all_vars`).

use super::super::args::Args;
use super::super::convert::HEX;
use super::super::{Sample, View};
use crate::error::PlanError;
use crate::plan::Scope;
use bumpalo::collections::Vec as ArenaVec;
use bumpalo::Bump;

#[derive(Debug)]
pub struct Dump {
    scopes: Box<[(Scope, &'static str)]>,
    prefix: Box<[u8]>,
    delimiter: Box<[u8]>,
}

pub const NAMES: &[&str] = &["dump_all_vars"];

/// In the order of the dump.
const SCOPES: [(Scope, &str); 5] = [
    (Scope::Sess, "sess"),
    (Scope::Txn, "txn"),
    (Scope::Req, "req"),
    (Scope::Res, "res"),
    (Scope::Proc, "proc"),
];

impl Dump {
    pub fn compile(args: &Args<'_>) -> Result<Option<Self>, PlanError> {
        if args.name != "dump_all_vars" {
            return Ok(None);
        }
        let scope = args.opt_str(0)?.unwrap_or_default();
        let scopes: Box<[_]> = SCOPES
            .into_iter()
            .filter(|known| scope.is_empty() || known.1 == scope)
            .collect();
        if scopes.is_empty() {
            return Err(args.wrong(0, "sess, txn, req, res or proc"));
        }
        let delimiter = args.opt_str(2)?.filter(|text| !text.is_empty()).unwrap_or(", ");
        Ok(Some(Self {
            scopes,
            prefix: args.opt_str(1)?.unwrap_or_default().as_bytes().into(),
            delimiter: delimiter.as_bytes().into(),
        }))
    }

    /// What does not fit into a buffer is not cut: there is no value then.
    pub fn one<'e>(&'e self, view: &View<'e>) -> Option<Sample<'e>> {
        let text = view.build(|out| {
            for (scope, shown) in &self.scopes {
                let mut add = |number: u32, value: Sample<'_>| {
                    let name = view.program.variables.get(number as usize).map_or("", String::as_str);
                    if out.len() > view.limit() || !name.as_bytes().starts_with(&self.prefix) {
                        return;
                    }
                    if !out.is_empty() {
                        out.extend_from_slice_copy(&self.delimiter);
                    }
                    for part in [shown.as_bytes(), b".", name.as_bytes(), b"="] {
                        out.extend_from_slice_copy(part);
                    }
                    push(out, value, view.arena);
                };
                match scope {
                    Scope::Proc => view.state.proc_vars().each(&mut add),
                    scope => view.vars.each(*scope, &mut add),
                }
            }
        });
        (text.len() <= view.limit()).then_some(Sample::Str(text))
    }
}

fn push<'v>(out: &mut ArenaVec<'_, u8>, value: Sample<'v>, arena: &'v Bump) {
    match value {
        Sample::Bool(value) => out.extend_from_slice_copy(if value { b"true" } else { b"false" }),
        Sample::Int(_) | Sample::Ipv4(_) | Sample::Ipv6(_) => out.extend_from_slice_copy(value.as_str(arena)),
        Sample::Bin(bytes) => {
            out.push(b'x');
            for byte in bytes {
                let digit = |four: u8| HEX[usize::from(four)].to_ascii_lowercase();
                out.extend_from_slice_copy(&[digit(byte >> 4), digit(byte & 15)]);
            }
        }
        Sample::Str(bytes) | Sample::Meth(bytes) => {
            out.push(b'"');
            for &byte in bytes {
                match byte {
                    b'"' | b'\\' => out.extend_from_slice_copy(&[b'\\', byte]),
                    b'\r' => out.extend_from_slice_copy(b"\\r"),
                    b'\n' => out.extend_from_slice_copy(b"\\n"),
                    0x08 => out.extend_from_slice_copy(b"\\b"),
                    0 => out.extend_from_slice_copy(b"\\0"),
                    byte => out.push(byte),
                }
            }
            out.push(b'"');
        }
    }
}

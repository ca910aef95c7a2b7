//! The map family: `map`, `map_MATCH`, `map_MATCH_OUTPUT`.

use super::super::args::Args;
use super::super::{parse_int, parse_ip, Sample, View};
use crate::error::PlanError;
use crate::plan::Arg;
use crate::rules::pattern::{FileSet, How, TextKind};
use std::sync::Arc;

#[derive(Debug)]
pub struct Map {
    table: Arc<FileSet>,
    output: Output,
    default: Option<Box<[u8]>>,
}

#[derive(Clone, Copy, Debug)]
enum Output {
    Str,
    Int,
    Ip,
    Key,
}

pub const NAMES: &[&str] = &[
    "map",
    "map_str",
    "map_str_int",
    "map_str_ip",
    "map_str_key",
    "map_beg",
    "map_beg_int",
    "map_beg_ip",
    "map_beg_key",
    "map_sub",
    "map_sub_int",
    "map_sub_ip",
    "map_sub_key",
    "map_dir",
    "map_dir_int",
    "map_dir_ip",
    "map_dir_key",
    "map_dom",
    "map_dom_int",
    "map_dom_ip",
    "map_dom_key",
    "map_end",
    "map_end_int",
    "map_end_ip",
    "map_end_key",
    "map_reg",
    "map_reg_int",
    "map_reg_ip",
    "map_reg_key",
    "map_regm",
    "map_int",
    "map_int_int",
    "map_int_ip",
    "map_int_key",
    "map_ip",
    "map_ip_int",
    "map_ip_ip",
    "map_ip_key",
];

impl Map {
    pub fn compile(args: &Args<'_>) -> Result<Option<Self>, PlanError> {
        let mut words = args.name.split('_').skip(1);
        let text = |kind| How::Text { kind, icase: false };
        let how = match words.next() {
            None | Some("str") => text(TextKind::Str),
            Some("beg") => text(TextKind::Beg),
            Some("end") => text(TextKind::End),
            Some("sub") => text(TextKind::Sub),
            Some("dir") => text(TextKind::Dir),
            Some("dom") => text(TextKind::Dom),
            Some("reg") => How::Reg { icase: false },
            Some("regm") => How::Regm,
            Some("int") => How::Int,
            Some("ip") => How::Ip,
            Some(_) => return Ok(None),
        };
        let output = match words.next() {
            Some("int") => Output::Int,
            Some("ip") => Output::Ip,
            Some("key") => Output::Key,
            _ => Output::Str,
        };
        let number = args.map(0)?;
        let default: Option<Box<[u8]>> = match args.list.get(1) {
            Some(Arg::Int { value }) => Some(value.to_string().into_bytes().into()),
            Some(Arg::Net { address, .. }) => Some(address.as_bytes().into()),
            _ => args.opt_str(1)?.map(|text| text.as_bytes().into()),
        };
        Ok(Some(Self {
            table: args.build.files.get(args.build.plan, number, how)?,
            output,
            default,
        }))
    }

    pub fn apply<'e>(&'e self, view: &View<'e>, sample: Sample<'e>) -> Option<Sample<'e>> {
        let value = match self.table.find(view, sample) {
            Some((key, _)) if matches!(self.output, Output::Key) => return Some(Sample::Str(key)),
            Some((_, value)) => value,
            // What can't be looked up has no value, not even the default one, as in HAProxy.
            None => self.default.as_deref().filter(|_| self.table.takes(sample))?,
        };
        match self.output {
            Output::Str | Output::Key => Some(Sample::Str(value)),
            Output::Int => Some(Sample::Int(parse_int(value))),
            Output::Ip => parse_ip(value).map(Sample::from_ip),
        }
    }
}

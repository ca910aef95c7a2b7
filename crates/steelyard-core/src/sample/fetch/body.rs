//! The request body as far as it is buffered (`option http-buffer-request`).

use super::super::args::Args;
use super::super::{Sample, View};
use super::http::Param;
use crate::error::PlanError;
use crate::http1::Body as Framing;

#[derive(Debug)]
pub enum Body {
    Bytes,
    Len,
    Size,
    Param(Param),
}

pub const NAMES: &[&str] = &["req.body", "req.body_len", "req.body_size", "req.body_param"];

impl Body {
    pub fn compile(args: &Args<'_>) -> Result<Option<Self>, PlanError> {
        Ok(Some(match args.name {
            "req.body" => Self::Bytes,
            "req.body_len" => Self::Len,
            "req.body_size" => Self::Size,
            "req.body_param" => Self::Param(Param::compile(args, None, 1)?),
            _ => return Ok(None),
        }))
    }

    pub fn one<'e>(&'e self, view: &View<'e>) -> Option<Sample<'e>> {
        let head = super::http::request(view)?;
        let length = || i64::try_from(view.input.len()).unwrap_or(i64::MAX);
        Some(match self {
            Self::Bytes => Sample::Bin(view.input),
            Self::Len => Sample::Int(length()),
            Self::Size => Sample::Int(match head.request_body() {
                Ok(Framing::Length(bytes)) => i64::try_from(bytes).unwrap_or(i64::MAX),
                _ => length(),
            }),
            Self::Param(param) => Sample::Str(param.values(view.input).next()?),
        })
    }
}

//! The body of a message as far as it is buffered: of a request (`option http-buffer-request`), or of a response.

use super::super::args::Args;
use super::super::{Sample, View};
use super::http::Param;
use super::Side;
use crate::error::PlanError;
use crate::http1::{Body as Framing, Head};

#[derive(Debug)]
pub enum Body {
    Bytes(Side),
    Len(Side),
    Size(Side),
    Param(Param),
}

pub const NAMES: &[&str] = &[
    "req.body",
    "req.body_len",
    "req.body_size",
    "req.body_param",
    "res.body",
    "res.body_len",
    "res.body_size",
];

impl Body {
    pub fn compile(args: &Args<'_>) -> Result<Option<Self>, PlanError> {
        let response = |what: fn(Side) -> Self| {
            args.build.want_response_body();
            what(Side::Res)
        };
        Ok(Some(match args.name {
            "req.body" => Self::Bytes(Side::Req),
            "req.body_len" => Self::Len(Side::Req),
            "req.body_size" => Self::Size(Side::Req),
            "res.body" => response(Self::Bytes),
            "res.body_len" => response(Self::Len),
            "res.body_size" => response(Self::Size),
            "req.body_param" => Self::Param(Param::compile(args, None, 1)?),
            _ => return Ok(None),
        }))
    }

    pub fn one<'e>(&'e self, view: &View<'e>) -> Option<Sample<'e>> {
        let length = || i64::try_from(view.input.len()).unwrap_or(i64::MAX);
        Some(match self {
            Self::Bytes(side) => {
                framing(view, *side)?;
                view.wait::<()>();
                Sample::Bin(view.input)
            }
            Self::Len(side) => {
                framing(view, *side)?;
                view.wait::<()>();
                Sample::Int(length())
            }
            Self::Size(side) => Sample::Int(match framing(view, *side)? {
                Framing::Length(bytes) => i64::try_from(bytes).unwrap_or(i64::MAX),
                _ => length(),
            }),
            Self::Param(param) => {
                framing(view, Side::Req)?;
                view.wait::<()>();
                Sample::Str(param.values(view.input).next()?)
            }
        })
    }
}

/// How the message says that its body ends; nothing where there is no such message. The input is of the response where there is one.
fn framing(view: &View<'_>, side: Side) -> Option<Framing> {
    let body = match side {
        Side::Req => super::http::request(view)?.request_body(),
        Side::Res => view.response()?.response_body(view.req.map_or(b"GET", Head::method)),
    };
    Some(body.unwrap_or(Framing::Close))
}

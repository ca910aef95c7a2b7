//! The start lines, the query and what is known about the HTTP transaction (manual section 7.3.6).

use super::super::args::Args;
use super::super::hash::{avalanche, sdbm};
use super::super::{parse_int, Sample, View};
use super::users::{self, credentials};
use super::{target, Side};
use crate::ctx::Parsed;
use crate::error::PlanError;
use crate::http1::{parse_request, Head, Limits, Progress, Version};
use std::net::IpAddr;

/// A parameter by name; no name is any.
#[derive(Debug)]
pub struct Param {
    name: Option<Box<[u8]>>,
    delimiter: u8,
    icase: bool,
}

#[derive(Debug)]
pub enum Http {
    Method,
    Path,
    Pathq,
    Query { with_mark: bool },
    Url,
    UrlIp,
    UrlPort,
    UrlParam(Param),
    UrlParamVal(Param),
    Base,
    Baseq,
    Base32,
    Base32Src,
    Url32,
    Url32Src,
    Version(Side),
    Status,
    TxnStatus,
    FirstRequest,
    CaptureMethod,
    CaptureUri,
    CaptureVersion,
    CaptureHeader(Side, usize),
    UniqueId,
    Auth(u32),
    AuthGroup(u32),
    AuthType,
    AuthUser,
    AuthPass,
    AuthBearer(Option<Box<[u8]>>),
}

pub const NAMES: &[&str] = &[
    "method",
    "path",
    "pathq",
    "query",
    "url",
    "url_ip",
    "url_port",
    "url_param",
    "urlp_val",
    "base",
    "baseq",
    "base32",
    "base32+src",
    "url32",
    "url32+src",
    "req.ver",
    "res.ver",
    "status",
    "txn.status",
    "http_first_req",
    "capture.req.method",
    "capture.req.uri",
    "capture.req.ver",
    "capture.req.hdr",
    "capture.res.hdr",
    "unique-id",
    "http_auth",
    "http_auth_group",
    "http_auth_type",
    "http_auth_user",
    "http_auth_pass",
    "http_auth_bearer",
];

impl Param {
    pub(super) fn compile(args: &Args<'_>, delimiter_at: Option<usize>, icase_at: usize) -> Result<Self, PlanError> {
        let delimiter = match delimiter_at {
            Some(at) => args.opt_str(at)?.and_then(|text| text.bytes().next()).unwrap_or(b'?'),
            None => b'&',
        };
        let icase = args.opt_str(icase_at)?.is_some_and(|flag| flag == "i");
        Ok(Self {
            name: args.opt_name(0)?,
            delimiter,
            icase,
        })
    }

    pub(super) fn is(&self, name: &[u8]) -> bool {
        match &self.name {
            None => true,
            Some(wanted) if self.icase => wanted.eq_ignore_ascii_case(name),
            Some(wanted) => **wanted == *name,
        }
    }

    pub(super) fn values<'e>(&'e self, text: &'e [u8]) -> impl Iterator<Item = &'e [u8]> {
        target::params(text, self.delimiter)
            .filter(|pair| self.is(pair.0))
            .map(|pair| pair.1)
    }

    /// The part of the target that has the parameters.
    fn text<'e>(&self, head: &'e Head) -> Option<&'e [u8]> {
        let pathq = target::pathq(head.target())?;
        memchr::memchr(self.delimiter, pathq).map(|at| &pathq[at + 1..])
    }
}

impl Http {
    pub fn compile(args: &Args<'_>) -> Result<Option<Self>, PlanError> {
        Ok(Some(match args.name {
            "method" => Self::Method,
            "path" => Self::Path,
            "pathq" => Self::Pathq,
            "query" => match args.opt_str(0)? {
                None => Self::Query { with_mark: false },
                Some("with_qm") => Self::Query { with_mark: true },
                Some(_) => return Err(args.wrong(0, "'with_qm'")),
            },
            "url" => Self::Url,
            "url_ip" => Self::UrlIp,
            "url_port" => Self::UrlPort,
            "url_param" => Self::UrlParam(Param::compile(args, Some(1), 2)?),
            "urlp_val" => Self::UrlParamVal(Param::compile(args, Some(1), 2)?),
            "base" => Self::Base,
            "baseq" => Self::Baseq,
            "base32" => Self::Base32,
            "base32+src" => Self::Base32Src,
            "url32" => Self::Url32,
            "url32+src" => Self::Url32Src,
            "req.ver" => Self::Version(Side::Req),
            "res.ver" => Self::Version(Side::Res),
            "status" => Self::Status,
            "txn.status" => Self::TxnStatus,
            "http_first_req" => Self::FirstRequest,
            "capture.req.method" => Self::CaptureMethod,
            "capture.req.uri" => Self::CaptureUri,
            "capture.req.ver" => Self::CaptureVersion,
            "capture.req.hdr" => Self::CaptureHeader(Side::Req, slot(args)?),
            "capture.res.hdr" => Self::CaptureHeader(Side::Res, slot(args)?),
            "unique-id" => Self::UniqueId,
            "http_auth" => Self::Auth(args.userlist(0)?),
            "http_auth_group" => Self::AuthGroup(args.userlist(0)?),
            "http_auth_type" => Self::AuthType,
            "http_auth_user" => Self::AuthUser,
            "http_auth_pass" => Self::AuthPass,
            "http_auth_bearer" => Self::AuthBearer(args.opt_name(0)?),
            _ => return Ok(None),
        }))
    }

    /// Whether the request line alone tells it.
    pub fn is_of_request_line(&self) -> bool {
        matches!(
            self,
            Self::Method
                | Self::Path
                | Self::Pathq
                | Self::Query { .. }
                | Self::Url
                | Self::UrlIp
                | Self::UrlPort
                | Self::UrlParam(_)
                | Self::UrlParamVal(_)
        )
    }

    pub fn one<'e>(&'e self, view: &View<'e>) -> Option<Sample<'e>> {
        match self {
            // All of the request that is kept for the rules of the response.
            Self::Method => view.req.or_else(|| request(view)).map(|head| Sample::Meth(head.method())),
            Self::Path => target::path(request(view)?.target()).map(Sample::Str),
            Self::Pathq => target::pathq(request(view)?.target()).map(Sample::Str),
            Self::Query { with_mark } => {
                let whole = request(view)?.target();
                let query = target::query(whole)?;
                let start = whole.len() - query.len() - usize::from(*with_mark);
                Some(Sample::Str(&whole[start..]))
            }
            Self::Url => request(view).map(|head| Sample::Str(head.target())),
            Self::UrlIp => target::numeric(request(view)?.target()).map(|(address, _)| Sample::from_ip(address.into())),
            Self::UrlPort => target::numeric(request(view)?.target()).map(|(_, port)| Sample::Int(port.into())),
            Self::UrlParam(param) => param.values(param.text(request(view)?)?).next().map(Sample::Str),
            Self::UrlParamVal(param) => {
                let value = param.values(param.text(request(view)?)?).next()?;
                Some(Sample::Int(parse_int(value)))
            }
            Self::Base => Some(Sample::Str(base(view, target::path)?)),
            Self::Baseq => Some(Sample::Str(base(view, target::pathq)?)),
            Self::Base32 => Some(Sample::Int(i64::from(hash_of(view, target::path)?))),
            Self::Url32 => Some(Sample::Int(i64::from(hash_of(view, target::pathq)?))),
            Self::Base32Src => with_src(view, hash_of(view, target::path)?),
            Self::Url32Src => with_src(view, hash_of(view, target::pathq)?),
            Self::Version(side) => {
                let head = match side {
                    Side::Req => request(view)?,
                    Side::Res => view.response()?,
                };
                Some(Sample::Str(match head.version() {
                    Version::Http10 => b"1.0",
                    Version::Http11 => b"1.1",
                }))
            }
            Self::Status => view.response().map(|head| Sample::Int(i64::from(head.status()))),
            Self::TxnStatus => Some(Sample::Int(match view.record.status {
                0 => -1,
                status => i64::from(status),
            })),
            Self::FirstRequest => Some(Sample::Bool(view.record.request_index == 0)),
            Self::CaptureMethod => captured(view).map(|line| Sample::Str(line.0)),
            Self::CaptureUri => captured(view).and_then(|line| target::pathq(line.1)).map(Sample::Str),
            Self::CaptureVersion => captured(view).map(|line| Sample::Str(line.2)),
            Self::CaptureHeader(side, slot) => {
                let slots = match side {
                    Side::Req => &view.record.request_captures,
                    Side::Res => &view.record.response_captures,
                };
                slots.get(*slot, view.arena).map(Sample::Str)
            }
            Self::UniqueId => crate::logformat::unique_id(view).map(Sample::Str),
            Self::Auth(list) => {
                // Who says nothing is neither known nor unknown.
                let user = credentials(view)?;
                Some(Sample::Bool(users::known(view.program, *list, &user)))
            }
            Self::AuthGroup(list) => {
                let user = credentials(view).filter(|user| users::known(view.program, *list, user))?;
                Some(Sample::Str(user.name))
            }
            Self::AuthType => {
                let (scheme, _) = users::scheme(request(view)?.get(b"authorization")?)?;
                Some(Sample::Str(scheme))
            }
            Self::AuthUser => credentials(view).map(|user| Sample::Str(user.name)),
            Self::AuthPass => credentials(view).map(|user| Sample::Str(user.password)),
            Self::AuthBearer(header) => {
                let value = request(view)?.get(header.as_deref().unwrap_or(b"authorization"))?;
                let (scheme, token) = users::scheme(value)?;
                (scheme.eq_ignore_ascii_case(b"bearer") && !token.is_empty()).then_some(Sample::Str(token))
            }
        }
    }

    /// See [`Fetch::is_single`](super::Fetch::is_single).
    pub fn is_single(&self) -> bool {
        !matches!(self, Self::UrlParam(_) | Self::UrlParamVal(_) | Self::AuthGroup(_))
    }

    pub fn each<'e>(&'e self, view: &View<'e>, stop: &mut dyn FnMut(Sample<'e>) -> bool) {
        let (param, number) = match self {
            Self::UrlParam(param) => (param, false),
            Self::UrlParamVal(param) => (param, true),
            Self::AuthGroup(list) => return self.groups(view, *list, stop),
            other => {
                if let Some(sample) = other.one(view) {
                    stop(sample);
                }
                return;
            }
        };
        let Some(text) = request(view).and_then(|head| param.text(head)) else {
            return;
        };
        for value in param.values(text) {
            if stop(if number {
                Sample::Int(parse_int(value))
            } else {
                Sample::Str(value)
            }) {
                return;
            }
        }
    }

    /// An ACL on `http_auth_group` compares the groups of the user, not the user's name.
    fn groups<'e>(&'e self, view: &View<'e>, list: u32, stop: &mut dyn FnMut(Sample<'e>) -> bool) {
        let Some(user) = credentials(view).filter(|user| users::known(view.program, list, user)) else {
            return;
        };
        let Some(list) = view.program.plan.userlists.get(list as usize) else {
            return;
        };
        for group in users::groups(list, user.name) {
            if stop(Sample::Str(group.as_bytes())) {
                return;
            }
        }
    }
}

fn slot(args: &Args<'_>) -> Result<usize, PlanError> {
    usize::try_from(args.int(0)?).map_err(|_| args.wrong(0, "a capture slot"))
}

/// The request head, until there is a response (manual, section 7.3.6: fetches of requests are for requests). In a TCP rule set it
/// is read from the input, for which it may have to wait (manual, `mode tcp` and HTTP fetches).
#[inline]
pub(super) fn request<'e>(view: &View<'e>) -> Option<&'e Head> {
    if view.res.is_some() {
        return None;
    }
    view.req.or_else(|| from_input(view))
}

fn from_input<'e>(view: &View<'e>) -> Option<&'e Head> {
    if let Some(parsed) = view.parsed().get() {
        return parsed.head.as_ref().filter(|_| *parsed.input == *view.input);
    }
    let mut head = Head::new();
    let head = match parse_request(view.input, &Limits::default(), &mut head) {
        Ok(Progress::Done { .. }) => Some(head),
        Ok(Progress::Partial) => return view.wait(),
        Err(_) => None,
    };
    let input = view.input.into();
    view.parsed().get_or_init(|| Box::new(Parsed { input, head })).head.as_ref()
}

/// First Host value and a part of the target, put together.
fn base<'e>(view: &View<'e>, part: impl Fn(&'e [u8]) -> Option<&'e [u8]>) -> Option<&'e [u8]> {
    let head = request(view)?;
    let host = head.get(b"host").unwrap_or_default();
    let rest = part(head.target()).unwrap_or_default();
    if host.is_empty() && rest.is_empty() {
        return None;
    }
    Some(view.build(|out| {
        out.extend_from_slice_copy(host);
        out.extend_from_slice_copy(rest);
    }))
}

fn hash_of<'e>(view: &View<'e>, part: impl Fn(&'e [u8]) -> Option<&'e [u8]>) -> Option<u32> {
    Some(avalanche(sdbm(base(view, part)?)))
}

fn with_src<'e>(view: &View<'e>, hash: u32) -> Option<Sample<'e>> {
    let ip = view.src()?.ip();
    Some(Sample::Bin(view.build(|out| {
        out.extend_from_slice_copy(&hash.to_be_bytes());
        match ip {
            IpAddr::V4(ip) => out.extend_from_slice_copy(&ip.octets()),
            IpAddr::V6(ip) => out.extend_from_slice_copy(&ip.octets()),
        }
    })))
}

/// Method, target and version of the request line as received.
fn captured<'e>(view: &View<'e>) -> Option<(&'e [u8], &'e [u8], &'e [u8])> {
    let mut words = view.record.request_line.splitn(3, |byte| *byte == b' ');
    Some((words.next()?, words.next()?, words.next()?))
}

//! Replies made here rather than by a server: error pages, `deny`, `return`, redirects, authentication.

mod page;

pub use page::reason;

use crate::ctx::Ctx;
use crate::error::PlanError;
use crate::http1::{parse_response, Head, Limits, Progress, Version};
use crate::logformat::{Format, Style};
use crate::plan::{self, Payload, ReplyBody};
use crate::program::Program;
use crate::sample::args::Build;
use crate::sample::View;
use base64::engine::general_purpose::STANDARD;
use base64::Engine;

/// Why a reply was made: what the engine counts and logs follows from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplyCause {
    Deny,
    Tarpit,
    Return,
    Redirect,
    Auth,
    /// An error of the engine's own, by status.
    Error,
}

impl ReplyCause {
    /// First two letters of the termination state: denied by the proxy, or answered locally. `stage`: the one that was reached.
    #[must_use]
    pub fn letters(self, stage: u8) -> [u8; 2] {
        match self {
            Self::Deny | Self::Error => [b'P', stage],
            Self::Tarpit => *b"PT",
            Self::Return | Self::Redirect | Self::Auth => [b'L', stage],
        }
    }
}

/// A whole reply: head (with its length) and body. The body is not to be sent to a HEAD request.
#[derive(Debug)]
pub struct MadeReply {
    pub head: Head,
    /// What is logged and counted: where an error file says another status, that of the rule or the error, as in HAProxy.
    pub status: u16,
    pub body: Vec<u8>,
    pub cause: ReplyCause,
    /// The client's connection is closed after it: what it may still send can't be told apart from another request.
    pub close: bool,
}

/// A reply of the configuration, compiled.
#[derive(Debug)]
pub struct CompiledReply {
    pub status: Option<u16>,
    content_type: Option<Box<[u8]>>,
    headers: Box<[(Box<[u8]>, Format)]>,
    body: CompiledBody,
}

/// Name and value.
type Field = (Box<[u8]>, Box<[u8]>);

#[derive(Debug)]
enum CompiledBody {
    /// The proxy's error file for the status, or the built-in page.
    Default,
    Empty,
    Bytes(Box<[u8]>),
    Format(Format),
    /// Start line and fields of an error file, and its body.
    Raw {
        version: Version,
        status: u16,
        reason: Box<[u8]>,
        fields: Box<[Field]>,
        body: Box<[u8]>,
    },
    Location {
        status: u16,
        url: Box<[u8]>,
    },
}

impl CompiledReply {
    pub fn compile(reply: &plan::Reply, build: &Build<'_>) -> Result<Self, PlanError> {
        let headers = reply
            .headers
            .iter()
            .map(|(name, value)| Ok::<_, PlanError>((name.as_bytes().into(), Format::compile(value, Style::Http, build)?)));
        let body = match &reply.body {
            ReplyBody::Default => CompiledBody::Default,
            ReplyBody::Empty => CompiledBody::Empty,
            ReplyBody::Bytes { bytes } => CompiledBody::Bytes(decode(bytes)?.into()),
            ReplyBody::LogFormat { format } => CompiledBody::Format(Format::compile(format, Style::Body, build)?),
            ReplyBody::Raw { bytes } => raw(&decode(bytes)?)?,
            ReplyBody::Location { status, url } => CompiledBody::Location {
                status: *status,
                url: url.as_bytes().into(),
            },
        };
        Ok(Self {
            status: reply.status,
            content_type: reply.content_type.as_ref().map(|kind| kind.as_bytes().into()),
            headers: headers.collect::<Result<_, _>>()?,
            body,
        })
    }

    /// What its fields and its body are made of.
    pub(crate) fn formats(&self) -> impl Iterator<Item = &Format> {
        let body = match &self.body {
            CompiledBody::Format(format) => Some(format),
            _ => None,
        };
        self.headers.iter().map(|(_, value)| value).chain(body)
    }

    /// [`make`](Self::make) for a rule: the status that formats name (`%ST`) is that of the reply already.
    pub(crate) fn answer(&self, program: &Program, ctx: &mut Ctx<'_>, proxy: u32, status: u16, cause: ReplyCause) -> MadeReply {
        let before = std::mem::replace(&mut ctx.record.status, self.status.unwrap_or(status));
        let made = self.make(&ctx.view(program, None), proxy, status, cause);
        ctx.record.status = before;
        made
    }

    /// Makes the reply; `status` where the configuration gives none.
    fn make(&self, view: &View<'_>, proxy: u32, status: u16, cause: ReplyCause) -> MadeReply {
        let status = self.status.unwrap_or(status);
        if matches!(self.body, CompiledBody::Default) {
            return stored(view, proxy, status, cause);
        }
        let mut made = self.bare(view, status, cause);
        let mut text = Vec::new();
        for (name, value) in &self.headers {
            text.clear();
            value.render(view, &mut text);
            // As in HAProxy, a field without a value is left out.
            if !text.is_empty() {
                made.head.add(name, &text);
            }
        }
        if matches!(self.body, CompiledBody::Raw { .. } | CompiledBody::Location { .. }) {
            return made;
        }
        if Head::is_bodiless(status) || status < 200 {
            made.body.clear();
        }
        // HAProxy gives a 304 the length of what it does not send.
        if status != 204 && status >= 200 {
            length(&mut made);
        }
        if let Some(kind) = self.content_type.as_ref().filter(|_| !made.body.is_empty()) {
            made.head.add(b"content-type", kind);
        }
        made
    }

    fn bare(&self, view: &View<'_>, wanted: u16, cause: ReplyCause) -> MadeReply {
        let mut body = Vec::new();
        match &self.body {
            CompiledBody::Default | CompiledBody::Empty => {}
            CompiledBody::Bytes(bytes) => body.extend_from_slice(bytes),
            CompiledBody::Format(format) => format.render(view, &mut body),
            CompiledBody::Raw {
                version,
                status,
                reason,
                fields,
                body,
            } => {
                let mut head = Head::from_parts_response(*status, reason);
                head.set_version(*version);
                for (name, value) in fields {
                    head.add(name, value);
                }
                return MadeReply {
                    head,
                    status: wanted,
                    body: body.to_vec(),
                    cause,
                    close: false,
                };
            }
            CompiledBody::Location { status, url } => {
                return MadeReply {
                    status: wanted,
                    ..redirect(*status, url, cause)
                }
            }
        }
        MadeReply {
            head: Head::from_parts_response(wanted, page::reason(wanted)),
            status: wanted,
            body,
            cause,
            close: false,
        }
    }
}

fn decode(bytes: &Payload) -> Result<Vec<u8>, PlanError> {
    STANDARD
        .decode(&bytes.0)
        .map_err(|_| PlanError::new("a payload is not base64"))
}

/// Splits an error file. What it says of its version, length and connection is sent as it is, as HAProxy does; the engine sees to it
/// that the connection closes where the head does not tell the end of the body.
fn raw(bytes: &[u8]) -> Result<CompiledBody, PlanError> {
    if bytes.is_empty() {
        // An empty error file stands for no reply at all; the least that can be said is an empty body.
        return Ok(CompiledBody::Empty);
    }
    let mut head = Head::new();
    let limits = Limits {
        relaxed: true,
        ..Limits::default()
    };
    let wrong = || PlanError::new("an error file must be a whole HTTP/1 response, head first");
    let Progress::Done { consumed } = parse_response(bytes, &limits, &mut head).map_err(|_| wrong())? else {
        return Err(wrong());
    };
    let body = &bytes[consumed..];
    let fields: Vec<Field> = head
        .fields()
        .filter(|(name, _)| !name.eq_ignore_ascii_case(b"transfer-encoding"))
        .map(|(name, value)| (name.into(), value.into()))
        .collect();
    Ok(CompiledBody::Raw {
        version: head.version(),
        status: head.status(),
        reason: head.reason().into(),
        fields: fields.into(),
        body: body.into(),
    })
}

fn length(made: &mut MadeReply) {
    let mut digits = Vec::with_capacity(8);
    crate::sample::push_int(&mut digits, i64::try_from(made.body.len()).unwrap_or(0));
    made.head.add(b"content-length", &digits);
}

/// A redirect without a body. Codes that are cached by default are left to be.
pub(crate) fn redirect(status: u16, url: &[u8], cause: ReplyCause) -> MadeReply {
    let mut head = Head::from_parts_response(status, page::reason(status));
    head.add(b"content-length", b"0");
    head.add(b"location", url);
    if matches!(status, 302 | 303 | 307) {
        head.add(b"cache-control", b"no-cache");
    }
    MadeReply {
        head,
        status,
        body: Vec::new(),
        cause,
        close: false,
    }
}

/// 401, or 407 where the client speaks to a proxy, with the realm it has to log in to.
pub(crate) fn auth(view: &View<'_>, proxy: u32, to_proxy: bool, realm: &[u8]) -> MadeReply {
    let mut made = stored(view, proxy, if to_proxy { 407 } else { 401 }, ReplyCause::Auth);
    let mut challenge = b"Basic realm=\"".to_vec();
    challenge.extend_from_slice(realm);
    challenge.push(b'"');
    made.head.add(
        if to_proxy {
            b"proxy-authenticate"
        } else {
            b"www-authenticate"
        },
        &challenge,
    );
    made
}

/// The proxy's error file for a status, else the frontend's, else the built-in page. One that itself asks for the default is
/// none.
fn stored(view: &View<'_>, proxy: u32, status: u16, cause: ReplyCause) -> MadeReply {
    let own = |index: u32| {
        let files = &view.program.proxies.get(index as usize)?.errorfiles;
        let (_, reply) = files.iter().find(|file| file.0 == status)?;
        (!matches!(reply.body, CompiledBody::Default)).then_some(reply)
    };
    match own(proxy).or_else(|| own(view.frontend)) {
        Some(reply) => reply.make(view, proxy, status, cause),
        None => built_in(status, cause),
    }
}

fn built_in(status: u16, cause: ReplyCause) -> MadeReply {
    let mut made = MadeReply {
        head: Head::from_parts_response(status, page::page_reason(status)),
        status,
        body: page::body(status),
        cause,
        // HAProxy's own pages for these say so.
        close: matches!(status, 400 | 408),
    };
    length(&mut made);
    if !made.body.is_empty() {
        made.head.add(b"cache-control", b"no-cache");
        made.head.add(b"content-type", b"text/html");
    }
    made
}

/// The page for an error status: the proxy's error file for it, or the built-in one. Closes the connection where the
/// request could not be read to its end.
pub fn error_reply(program: &Program, proxy: u32, status: u16, ctx: &mut Ctx<'_>) -> MadeReply {
    let before = std::mem::replace(&mut ctx.record.status, status);
    let mut made = stored(&ctx.view(program, None), proxy, status, ReplyCause::Error);
    ctx.record.status = before;
    made.close |= matches!(status, 400 | 408 | 413 | 414 | 431 | 501 | 505);
    made
}

/// The answer to what was no request is as raw as HAProxy's, which is sent below its HTTP layer: built-in pages look different. Error
/// files stay as they are.
pub fn refusal(program: &Program, proxy: u32, status: u16, ctx: &mut Ctx<'_>) -> MadeReply {
    let mut made = error_reply(program, proxy, status, ctx);
    let page = &made.head;
    let built_in = page.field_count() == 3 && page.get(b"cache-control") == Some(b"no-cache");
    if let Some(length) = page.get(b"content-length").filter(|_| built_in) {
        let mut head = Head::from_parts_response(page.status(), page.reason());
        head.add(b"Content-length", length);
        head.add(b"Cache-Control", b"no-cache");
        head.add(b"Connection", b"close");
        head.add(b"Content-Type", b"text/html");
        made.head = head;
    }
    made.head.frame_reply(made.body.len() as u64);
    if made.head.get(b"connection").is_none() && made.head.version() == Version::Http11 {
        made.head.add(b"connection", b"close");
    }
    made
}

/// `server ... redir PREFIX`: GET and HEAD are sent to the server by the client itself.
pub fn to_server(server: &plan::Server, request: &Head) -> Option<MadeReply> {
    let prefix = server.redir.as_ref()?;
    if !matches!(request.method(), b"GET" | b"HEAD") {
        return None;
    }
    let mut location = prefix.clone().into_bytes();
    location.extend_from_slice(request.pathq().unwrap_or_default());
    let mut head = Head::from_parts_response(302, b"Found");
    head.add(b"Cache-Control", b"no-cache");
    head.add(b"Location", &location);
    Some(MadeReply {
        head,
        status: 302,
        body: Vec::new(),
        cause: ReplyCause::Redirect,
        close: true,
    })
}

#[cfg(test)]
mod tests;

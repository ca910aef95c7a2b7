//! Log formats (manual section 8.2.6): compiled once, rendered for each stream. The same strings also make header values,
//! reply bodies, paths and names of backends; [`Style`] says what differs.

mod alias;
mod document;
mod encode;
mod line;
mod render;

pub use alias::NAMES as ALIASES;
pub use line::{LineFormats, Profile};
pub(crate) use render::{data_time, query_time, unique_id};

use crate::ctx::Ctx;
use crate::error::PlanError;
use crate::plan::{self, LabelKind, LogFormat, LogItem};
use crate::program::Program;
use crate::sample::args::Build;
use crate::sample::{CompiledExpr, View};
use alias::Alias;
use document::Encoding;

/// What a format is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// A log line: what is missing is `-`.
    Log,
    /// Header fields and paths: control characters become `%0A`, and expressions get no quotes whatever their flags say.
    #[default]
    Http,
    /// Bodies and variables: the same with quotes (bodies: as HAProxy 3.4).
    Body,
    /// Names: as they are.
    Raw,
}

/// Flags of one item.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Flags {
    quote: bool,
    hex: bool,
    escape: bool,
    mandatory: bool,
    encoding: Option<Encoding>,
}

/// What an item is called where it is encoded, and the type that it is given there.
#[derive(Clone, Debug, Default)]
struct Label {
    name: Box<[u8]>,
    kind: LabelKind,
}

impl Label {
    fn new(label: &plan::Label) -> Self {
        Self {
            name: label.name.as_bytes().into(),
            kind: label.kind,
        }
    }
}

impl Flags {
    fn parse(flags: &[String], style: Style) -> Result<Self, PlanError> {
        let mut found = Self {
            mandatory: style == Style::Log,
            ..Self::default()
        };
        for flag in flags {
            let (on, name) = match flag.strip_prefix('-') {
                Some(name) => (false, name),
                None => (true, flag.strip_prefix('+').unwrap_or(flag)),
            };
            match name {
                "Q" => found.quote = on,
                "X" => found.hex = on,
                "E" => found.escape = on,
                "M" => found.mandatory = on,
                "json" => found.encoding = on.then_some(Encoding::Json),
                "cbor" => found.encoding = on.then_some(Encoding::Cbor { hex: true }),
                // For a whole format only: see `Format::compile`.
                "bin" => {}
                _ => return Err(PlanError::new(format!("log-format flag '{name}' is not supported"))),
            }
        }
        Ok(found)
    }
}

#[derive(Debug)]
enum Item {
    Text(Box<[u8]>),
    Alias(Alias, Flags, Label),
    Expr(CompiledExpr, Flags, Label),
}

/// A compiled log format.
#[derive(Debug, Default)]
pub struct Format {
    items: Box<[Item]>,
    style: Style,
    /// The whole is one document.
    encoding: Option<Encoding>,
}

impl Format {
    pub fn compile(format: &LogFormat, style: Style, build: &Build<'_>) -> Result<Self, PlanError> {
        let mut items = Vec::with_capacity(format.len());
        // `%o` gives its flags to the items after it.
        let mut common: Vec<String> = Vec::new();
        for item in format {
            match item {
                LogItem::Text { value } => items.push(Item::Text(value.as_bytes().into())),
                LogItem::Alias { name, flags, .. } if name == "o" => common.extend(flags.iter().cloned()),
                LogItem::Alias { name, flags, label } => {
                    let alias =
                        Alias::parse(name).ok_or_else(|| PlanError::new(format!("log alias '%{name}' is not supported")))?;
                    if matches!(
                        alias,
                        Alias::BackendIp | Alias::BackendPort | Alias::ServerIp | Alias::ServerPort
                    ) {
                        build.want_addresses();
                    }
                    let flags = Flags::parse(&[&common[..], flags].concat(), style)?;
                    items.push(Item::Alias(alias, flags, Label::new(label)));
                }
                LogItem::Expr { expr, flags, label } => {
                    let compiled = CompiledExpr::compile(expr, build).map_err(|error| error.within(&expr.text))?;
                    let mut flags = Flags::parse(&[&common[..], flags].concat(), style)?;
                    flags.quote &= style != Style::Http;
                    items.push(Item::Expr(compiled, flags, Label::new(label)));
                }
            }
        }
        let encoding = match Flags::parse(&common, style)?.encoding {
            Some(Encoding::Cbor { .. }) => Some(Encoding::Cbor {
                hex: !common.iter().any(|flag| flag == "+bin" || flag == "bin"),
            }),
            other => other,
        };
        Ok(Self {
            items: items.into(),
            style,
            encoding,
        })
    }

    /// Appends the text to `out`.
    pub(crate) fn render<'e>(&'e self, view: &View<'e>, out: &mut Vec<u8>) {
        render::render(self, view, out);
    }

    /// The text as something that is kept, as a variable: it is cut below the size of a buffer, as in HAProxy. Otherwise a format
    /// that holds what it makes would double it each time. `out` is empty.
    pub(crate) fn render_kept<'e>(&'e self, view: &View<'e>, out: &mut Vec<u8>) {
        self.render(view, out);
        out.truncate(view.limit().saturating_sub(1));
    }

    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The text, where it is only text, and the same for each stream.
    pub fn constant(&self) -> Option<&[u8]> {
        match (&*self.items, self.encoding, self.style) {
            (_, Some(_), _) => None,
            ([], ..) => Some(b""),
            // A log line merges spaces.
            ([Item::Text(text)], _, Style::Http | Style::Raw) => Some(text),
            _ => None,
        }
    }

    /// Whether the request line must have been kept.
    pub fn wants_request_line(&self) -> bool {
        self.items.iter().any(|item| match item {
            Item::Text(_) => false,
            Item::Alias(alias, ..) => alias.wants_request_line(),
            Item::Expr(expr, ..) => expr.wants_request_line(),
        })
    }

    /// Whether the request body is looked at.
    pub fn wants_body(&self) -> bool {
        self.items
            .iter()
            .any(|item| matches!(item, Item::Expr(expr, ..) if expr.wants_body()))
    }
}

/// Appends one log line (its body: no syslog header, no end of line) to `out`.
pub fn render_log(program: &Program, format: &Format, ctx: &mut Ctx<'_>, out: &mut Vec<u8>) {
    ctx.scratch.parsed.take();
    ctx.scratch.arena.reset();
    format.render(&ctx.view(program, None), out);
}

/// The unique id of the stream (`unique-id-format`), made when first asked for; `None` where the frontend has no format.
pub fn stream_id(program: &Program, ctx: &mut Ctx<'_>, out: &mut Vec<u8>) -> bool {
    ctx.scratch.arena.reset();
    let view = ctx.view(program, None);
    match unique_id(&view) {
        Some(id) => {
            out.extend_from_slice(id);
            true
        }
        None => false,
    }
}

#[cfg(test)]
mod tests;

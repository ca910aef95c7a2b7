//! A message as the blocks that HAProxy keeps it in, HTX (manual section 7.3.8, `internal.htx.*`): a start line, fields, the end of
//! the fields, and what is there of the body. Sizes are counted as HAProxy counts them.

use super::super::args::Args;
use super::super::{Sample, View};
use crate::error::PlanError;
use crate::http1::{Body as Framing, Head};

#[derive(Debug)]
pub enum Htx {
    Data,
    Free,
    FreeData,
    HasEnd,
    Blocks,
    Size,
    Used,
    Block(At, What),
}

/// Which block: a number from 0, or the last. The oldest one and the first one to look at are both the start line.
#[derive(Clone, Copy, Debug)]
pub enum At {
    Number(usize),
    Last,
}

#[derive(Clone, Copy, Debug)]
pub enum What {
    Data,
    Name,
    Value,
    Size,
    StartLine,
    Type,
}

/// One block. The end of the fields takes one byte.
#[derive(Clone, Copy)]
enum Block<'e> {
    Start(&'e Head),
    Field(&'e [u8], &'e [u8]),
    EndOfFields,
    Data(&'e [u8]),
}

pub const NAMES: &[&str] = &[
    "internal.htx.data",
    "internal.htx.free",
    "internal.htx.free_data",
    "internal.htx.has_eom",
    "internal.htx.nbblks",
    "internal.htx.size",
    "internal.htx.used",
    "internal.htx_blk.data",
    "internal.htx_blk.hdrname",
    "internal.htx_blk.hdrval",
    "internal.htx_blk.size",
    "internal.htx_blk.start_line",
    "internal.htx_blk.type",
];

/// Bytes in front of all blocks, for each block, and in a start line besides its three parts.
const HEADER: usize = 40;
const PER_BLOCK: usize = 8;
const START_LINE: usize = 20;

impl Htx {
    pub fn compile(args: &Args<'_>) -> Result<Option<Self>, PlanError> {
        let block = |what| -> Result<Self, PlanError> {
            let at = match args.str(0)? {
                "head" | "first" => At::Number(0),
                "tail" => At::Last,
                number => At::Number(number.parse().map_err(|_| args.wrong(0, "the number of a block"))?),
            };
            Ok(Self::Block(at, what))
        };
        if !NAMES.contains(&args.name) {
            return Ok(None);
        }
        args.build.want_response_body();
        Ok(Some(match args.name {
            "internal.htx.data" => Self::Data,
            "internal.htx.free" => Self::Free,
            "internal.htx.free_data" => Self::FreeData,
            "internal.htx.has_eom" => Self::HasEnd,
            "internal.htx.nbblks" => Self::Blocks,
            "internal.htx.size" => Self::Size,
            "internal.htx.used" => Self::Used,
            "internal.htx_blk.data" => block(What::Data)?,
            "internal.htx_blk.hdrname" => block(What::Name)?,
            "internal.htx_blk.hdrval" => block(What::Value)?,
            "internal.htx_blk.size" => block(What::Size)?,
            "internal.htx_blk.start_line" => block(What::StartLine)?,
            "internal.htx_blk.type" => block(What::Type)?,
            _ => return Ok(None),
        }))
    }

    pub fn one<'e>(&'e self, view: &View<'e>) -> Option<Sample<'e>> {
        let head = view.res.or(view.req)?;
        let data = || blocks(view, head).map(Block::size).sum::<usize>();
        let used = || data() + PER_BLOCK * blocks(view, head).count();
        let size = view.limit().saturating_sub(HEADER);
        let count = |number: usize| Some(Sample::Int(i64::try_from(number).unwrap_or(i64::MAX)));
        match self {
            Self::Data => count(data()),
            Self::Free => count(size.saturating_sub(used())),
            Self::FreeData => count(size.saturating_sub(used()).saturating_sub(PER_BLOCK)),
            Self::HasEnd => Some(Sample::Bool(is_whole(view, head))),
            Self::Blocks => count(blocks(view, head).count()),
            Self::Size => count(size),
            Self::Used => count(used()),
            Self::Block(at, what) => {
                let block = match at {
                    At::Number(number) => blocks(view, head).nth(*number),
                    At::Last => blocks(view, head).last(),
                };
                Some(tell(view, block, *what))
            }
        }
    }
}

fn blocks<'e>(view: &View<'e>, head: &'e Head) -> impl Iterator<Item = Block<'e>> {
    let fields = head.fields().map(|(name, value)| Block::Field(name, value));
    let body = (!view.input.is_empty()).then_some(Block::Data(view.input));
    std::iter::once(Block::Start(head))
        .chain(fields)
        .chain(std::iter::once(Block::EndOfFields))
        .chain(body)
}

/// Whether no more of the message will come.
fn is_whole(view: &View<'_>, head: &Head) -> bool {
    if view.input_done {
        return true;
    }
    let body = match view.res {
        None => head.request_body(),
        Some(_) => head.response_body(view.req.map_or(b"GET", Head::method)),
    };
    match body {
        Ok(Framing::None) => true,
        Ok(Framing::Length(length)) => length == view.input.len() as u64,
        _ => false,
    }
}

impl Block<'_> {
    fn size(self) -> usize {
        match self {
            Self::Start(head) => START_LINE + parts(head).iter().map(|part| part.len()).sum::<usize>(),
            Self::Field(name, value) => name.len() + value.len(),
            Self::EndOfFields => 1,
            Self::Data(bytes) => bytes.len(),
        }
    }
}

/// The words of a start line; those of a response without its status.
fn parts(head: &Head) -> [&[u8]; 3] {
    if head.is_response() {
        [head.version().as_bytes(), b"200", head.reason()]
    } else {
        [head.method(), head.target(), head.version().as_bytes()]
    }
}

/// A block that is not there, or of another kind, is empty text.
fn tell<'e>(view: &View<'e>, block: Option<Block<'e>>, what: What) -> Sample<'e> {
    match (what, block) {
        (What::Type, block) => Sample::Str(match block {
            None => b"HTX_BLK_UNUSED",
            Some(Block::Start(head)) if head.is_response() => b"HTX_BLK_RES_SL",
            Some(Block::Start(_)) => b"HTX_BLK_REQ_SL",
            Some(Block::Field(..)) => b"HTX_BLK_HDR",
            Some(Block::EndOfFields) => b"HTX_BLK_EOH",
            Some(Block::Data(_)) => b"HTX_BLK_DATA",
        }),
        (What::Size, block) => Sample::Int(i64::try_from(block.map_or(0, Block::size)).unwrap_or(i64::MAX)),
        (What::Data, Some(Block::Data(bytes))) => Sample::Bin(bytes),
        (What::Data, _) => Sample::Bin(b""),
        (What::Name, Some(Block::Field(name, _))) => Sample::Str(view.build(|out| {
            out.extend_from_slice_copy(name);
            out.make_ascii_lowercase();
        })),
        (What::Value, Some(Block::Field(_, value))) => Sample::Str(value),
        (What::StartLine, Some(Block::Start(head))) => Sample::Str(view.build(|out| {
            let status = head.status().to_string();
            let [first, second, third] = parts(head);
            let second = if head.is_response() { status.as_bytes() } else { second };
            for part in [first, b" ", second, b" ", third] {
                out.extend_from_slice_copy(part);
            }
        })),
        (What::Name | What::Value | What::StartLine, _) => Sample::Str(b""),
    }
}

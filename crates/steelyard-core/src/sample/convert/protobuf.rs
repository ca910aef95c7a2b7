//! Fields of Protocol Buffers messages, bare or framed by gRPC.

use super::super::args::Args;
use super::super::{Sample, View};
use crate::error::PlanError;

#[derive(Debug)]
pub struct Protobuf {
    framed: bool,
    /// Numbers of fields, from the outermost message.
    path: Box<[u64]>,
    kind: Kind,
}

/// How the bytes of a field become a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Raw,
    Varint,
    /// A varint with the sign in the lowest bit.
    Zigzag,
    Fixed64,
    Double,
    Fixed32,
    Sfixed32,
    Float,
}

pub const NAMES: &[&str] = &["protobuf", "ungrpc"];

/// Wire types.
const VARINT: u64 = 0;
const BITS64: u64 = 1;
const BYTES: u64 = 2;
const BITS32: u64 = 5;

impl Protobuf {
    pub fn compile(args: &Args<'_>) -> Result<Option<Self>, PlanError> {
        let numbers = args.str(0)?.split('.').map(|number| number.parse::<u64>().ok());
        let path = numbers
            .collect::<Option<Box<[u64]>>>()
            .ok_or_else(|| args.wrong(0, "numbers of fields, with dots between them"))?;
        let kind = match args.opt_str(1)? {
            None | Some("") => Kind::Raw,
            Some("int32" | "int64" | "uint32" | "uint64" | "bool" | "enum") => Kind::Varint,
            Some("sint32" | "sint64") => Kind::Zigzag,
            Some("fixed64" | "sfixed64") => Kind::Fixed64,
            Some("double") => Kind::Double,
            Some("fixed32") => Kind::Fixed32,
            Some("sfixed32") => Kind::Sfixed32,
            Some("float") => Kind::Float,
            Some(_) => return Err(args.wrong(1, "a type such as int32")),
        };
        Ok(Some(Self {
            framed: args.name == "ungrpc",
            path,
            kind,
        }))
    }

    pub fn apply<'e>(&'e self, view: &View<'e>, sample: Sample<'e>) -> Option<Sample<'e>> {
        let mut rest = sample.as_bin(view.arena);
        if self.framed {
            // A flag for compression and the length, for each message.
            while let Some((header, after)) = rest.split_at_checked(5) {
                let length = u32::from_be_bytes([header[1], header[2], header[3], header[4]]);
                let (message, after) = after.split_at_checked(usize::try_from(length).ok()?)?;
                if let Some(found) = self.find(message) {
                    return Some(found);
                }
                rest = after;
            }
            return None;
        }
        self.find(rest)
    }

    fn find<'e>(&self, message: &'e [u8]) -> Option<Sample<'e>> {
        let (last, outer) = self.path.split_last()?;
        let mut message = message;
        for number in outer {
            message = Fields(message)
                .find(|field| field.number == *number && field.wire == BYTES)?
                .bytes;
        }
        let field = Fields(message).find(|field| field.number == *last)?;
        self.kind.sample(&field)
    }
}

impl Kind {
    fn sample<'e>(self, field: &Field<'e>) -> Option<Sample<'e>> {
        let four = || <[u8; 4]>::try_from(field.bytes).ok().filter(|_| field.wire == BITS32);
        let eight = || <[u8; 8]>::try_from(field.bytes).ok().filter(|_| field.wire == BITS64);
        Some(match self {
            Self::Raw => Sample::Bin(field.bytes),
            Self::Varint if field.wire == VARINT => Sample::Int(varint(field.bytes)? as i64),
            Self::Zigzag if field.wire == VARINT => {
                let value = varint(field.bytes)?;
                Sample::Int((value >> 1) as i64 ^ -((value & 1) as i64))
            }
            Self::Varint | Self::Zigzag => return None,
            Self::Fixed64 => Sample::Int(i64::from_le_bytes(eight()?)),
            Self::Fixed32 => Sample::Int(i64::from(u32::from_le_bytes(four()?))),
            Self::Sfixed32 => Sample::Int(i64::from(i32::from_le_bytes(four()?))),
            // Towards zero, and at the limits of 64 bits at most.
            Self::Double => Sample::Int(f64::from_le_bytes(eight()?) as i64),
            Self::Float => Sample::Int(f32::from_le_bytes(four()?) as i64),
        })
    }
}

struct Field<'e> {
    number: u64,
    wire: u64,
    bytes: &'e [u8],
}

/// The fields of a message, up to the first that is malformed or of an unknown wire type.
struct Fields<'e>(&'e [u8]);

impl<'e> Iterator for Fields<'e> {
    type Item = Field<'e>;

    fn next(&mut self) -> Option<Field<'e>> {
        let (tag, rest) = self.0.split_at(varint_len(self.0)?);
        let tag = varint(tag)?;
        let wire = tag & 7;
        let (rest, length) = match wire {
            VARINT => (rest, varint_len(rest)?),
            BITS64 => (rest, 8),
            BITS32 => (rest, 4),
            BYTES => {
                let (digits, rest) = rest.split_at(varint_len(rest)?);
                (rest, usize::try_from(varint(digits)?).ok()?)
            }
            _ => return None,
        };
        let (bytes, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some(Field {
            number: tag >> 3,
            wire,
            bytes,
        })
    }
}

/// Bytes of the number at the start: those up to the first without its top bit, 10 at most.
fn varint_len(bytes: &[u8]) -> Option<usize> {
    let at = bytes.iter().take(10).position(|byte| byte & 0x80 == 0)?;
    Some(at + 1)
}

fn varint(bytes: &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for (index, byte) in bytes.iter().enumerate() {
        value |= u64::from(byte & 0x7f).checked_shl(u32::try_from(index * 7).ok()?)?;
    }
    Some(value)
}

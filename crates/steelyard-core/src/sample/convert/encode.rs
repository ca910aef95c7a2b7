//! Bytes as text and back: hexadecimal, base64 (RFC 4648), byte order.

use super::super::args::Args;
use super::super::{Sample, View};
use super::form::HEX;
use crate::error::PlanError;
use crate::sample::base64::{PADDED, URL};
use base64::engine::general_purpose::GeneralPurpose;
use base64::Engine;

#[derive(Debug)]
pub enum Encode {
    Hex,
    HexToInt,
    Base64,
    Base64Decode,
    UrlBase64,
    UrlBase64Decode,
    Htonl,
    /// Eight digits a byte.
    Binary,
    /// Chunks of so many bytes as text, separated.
    Chunks {
        separator: Box<[u8]>,
        size: usize,
        whole_only: bool,
        form: ChunkForm,
    },
}

#[derive(Clone, Copy, Debug)]
pub enum ChunkForm {
    BigHex,
    BigDecimal,
    LittleDecimal,
}

pub const NAMES: &[&str] = &[
    "hex", "hex2i", "base64", "b64dec", "ub64enc", "ub64dec", "htonl", "base2", "be2hex", "be2dec", "le2dec",
];

impl Encode {
    pub fn compile(args: &Args<'_>) -> Result<Option<Self>, PlanError> {
        let chunks = |form, default| -> Result<Self, PlanError> {
            let size = usize::try_from(args.opt_int(1)?.unwrap_or(default)).unwrap_or(0);
            if size == 0 || (size > 8 && !matches!(form, ChunkForm::BigHex)) {
                return Err(args.wrong(1, "a chunk size of 1 to 8 bytes"));
            }
            Ok(Self::Chunks {
                separator: args.opt_str(0)?.unwrap_or_default().as_bytes().into(),
                size,
                whole_only: args.opt_int(2)?.unwrap_or(0) != 0,
                form,
            })
        };
        Ok(Some(match args.name {
            "hex" => Self::Hex,
            "hex2i" => Self::HexToInt,
            "base64" => Self::Base64,
            "b64dec" => Self::Base64Decode,
            "ub64enc" => Self::UrlBase64,
            "ub64dec" => Self::UrlBase64Decode,
            "htonl" => Self::Htonl,
            "base2" => Self::Binary,
            "be2hex" => chunks(ChunkForm::BigHex, 1)?,
            "be2dec" => chunks(ChunkForm::BigDecimal, 0)?,
            "le2dec" => chunks(ChunkForm::LittleDecimal, 0)?,
            _ => return Ok(None),
        }))
    }

    pub fn apply<'e>(&'e self, view: &View<'e>, sample: Sample<'e>) -> Option<Sample<'e>> {
        let bytes = sample.as_bin(view.arena);
        Some(match self {
            Self::Hex => Sample::Str(hex(view, bytes)?),
            Self::HexToInt => {
                // As with HAProxy no digit is 0, and of more than 16 the last ones count.
                let digit = |byte: &u8| char::from(*byte).to_digit(16);
                let text = sample.as_str(view.arena);
                let value = text
                    .iter()
                    .try_fold(0_u64, |value, byte| Some(value << 4 | u64::from(digit(byte)?)))?;
                Sample::Int(value as i64)
            }
            Self::Base64 => encode(view, &PADDED, bytes)?,
            Self::UrlBase64 => encode(view, &URL, bytes)?,
            Self::Base64Decode => decode(view, &PADDED, sample.as_str(view.arena))?,
            Self::UrlBase64Decode => decode(view, &URL, sample.as_str(view.arena))?,
            Self::Htonl => Sample::Bin(view.arena.alloc(((sample.as_int()? & 0xffff_ffff) as u32).to_be_bytes())),
            Self::Binary => {
                if bytes.len() * 8 > view.limit() {
                    return None;
                }
                let bit = |byte: u8, place: u8| b'0' + (byte >> place & 1);
                let digits = bytes.iter().flat_map(|byte| (0..8).rev().map(move |place| bit(*byte, place)));
                Sample::Str(view.build(|out| out.extend(digits)))
            }
            Self::Chunks {
                separator,
                size,
                whole_only,
                form,
            } => {
                let mut out = bumpalo::collections::Vec::new_in(view.arena);
                for (index, chunk) in bytes.chunks(*size).enumerate() {
                    if *whole_only && chunk.len() < *size {
                        break;
                    }
                    if index > 0 {
                        out.extend_from_slice_copy(separator);
                    }
                    let wide = |value: u64, byte: &u8| value << 8 | u64::from(*byte);
                    let piece = match form {
                        ChunkForm::BigHex => hex(view, chunk)?,
                        ChunkForm::BigDecimal => decimal(view, chunk.iter().fold(0, wide)),
                        ChunkForm::LittleDecimal => decimal(view, chunk.iter().rev().fold(0, wide)),
                    };
                    out.extend_from_slice_copy(piece);
                    if out.len() > view.limit() {
                        return None;
                    }
                }
                Sample::Str(out.into_bump_slice())
            }
        })
    }
}

fn hex<'e>(view: &View<'e>, bytes: &[u8]) -> Option<&'e [u8]> {
    if bytes.len() * 2 > view.limit() {
        return None;
    }
    let mut out = bumpalo::collections::Vec::with_capacity_in(bytes.len() * 2, view.arena);
    out.extend(
        bytes
            .iter()
            .flat_map(|byte| [HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]),
    );
    Some(out.into_bump_slice())
}

/// Without a sign: eight bytes may be more than an integer of a sample holds.
fn decimal<'e>(view: &View<'e>, value: u64) -> &'e [u8] {
    bumpalo::format!(in view.arena, "{}", value).into_bump_str().as_bytes()
}

fn encode<'e>(view: &View<'e>, engine: &GeneralPurpose, bytes: &[u8]) -> Option<Sample<'e>> {
    let space = view.arena.alloc_slice_fill_copy(bytes.len().div_ceil(3) * 4, 0_u8);
    let length = engine.encode_slice(bytes, space).ok()?;
    (length <= view.limit()).then_some(Sample::Str(&space[..length]))
}

fn decode<'e>(view: &View<'e>, engine: &GeneralPurpose, text: &[u8]) -> Option<Sample<'e>> {
    let space = view.arena.alloc_slice_fill_copy(text.len() + 4, 0_u8);
    let length = engine.decode_slice(text, space).ok()?;
    Some(Sample::Bin(&space[..length]))
}

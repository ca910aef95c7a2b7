//! Other protocols in bytes that are only looked at: RDP (MS-RDPBCGR section 2.2.1.1) and distcc.

use super::super::args::Args;
use super::super::{Sample, View};
use crate::error::PlanError;

#[derive(Debug)]
pub enum Protocol {
    /// Value of the cookie of that name; without one, of any.
    RdpCookie(Option<Box<[u8]>>),
    RdpCookieCount(Option<Box<[u8]>>),
    /// The nth token of a name: its number, or the bytes that follow.
    Distcc {
        token: [u8; 4],
        occurrence: usize,
        body: bool,
    },
}

pub const NAMES: &[&str] = &["req.rdp_cookie", "req.rdp_cookie_cnt", "distcc_param", "distcc_body"];

impl Protocol {
    pub fn compile(args: &Args<'_>) -> Result<Option<Self>, PlanError> {
        Ok(Some(match args.name {
            "req.rdp_cookie" => Self::RdpCookie(args.opt_name(0)?),
            "req.rdp_cookie_cnt" => Self::RdpCookieCount(args.opt_name(0)?),
            "distcc_param" | "distcc_body" => Self::Distcc {
                token: args
                    .str(0)?
                    .as_bytes()
                    .try_into()
                    .map_err(|_| args.wrong(0, "four letters"))?,
                occurrence: usize::try_from(args.opt_int(1)?.unwrap_or(0)).map_err(|_| args.wrong(1, "an occurrence"))?,
                body: args.name == "distcc_body",
            },
            _ => return Ok(None),
        }))
    }

    pub fn one<'e>(&'e self, view: &View<'e>) -> Option<Sample<'e>> {
        match self {
            Self::RdpCookie(name) => match rdp_cookie(view.input) {
                Rdp::Found(found, value) => fits(name, found).then_some(Sample::Str(value)),
                Rdp::Partial => view.wait(),
                Rdp::None => None,
            },
            Self::RdpCookieCount(name) => Some(Sample::Int(match rdp_cookie(view.input) {
                Rdp::Found(found, _) => i64::from(fits(name, found)),
                Rdp::Partial => return view.wait(),
                Rdp::None => 0,
            })),
            Self::Distcc { token, occurrence, body } => distcc(view, *token, (*occurrence).max(1), *body),
        }
    }
}

fn fits(wanted: &Option<Box<[u8]>>, name: &[u8]) -> bool {
    wanted.as_ref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(name))
}

enum Rdp<'e> {
    /// Name and value.
    Found(&'e [u8], &'e [u8]),
    Partial,
    None,
}

/// The cookie in an X.224 connection request.
fn rdp_cookie(input: &[u8]) -> Rdp<'_> {
    let [version, reserved, high, low, after @ ..] = input else {
        let tpkt = input.first().is_none_or(|version| *version == 3) && input.get(1).is_none_or(|reserved| *reserved == 0);
        return if tpkt { Rdp::Partial } else { Rdp::None };
    };
    let length = usize::from(u16::from_be_bytes([*high, *low]));
    if *version != 3 || *reserved != 0 || length < 11 {
        return Rdp::None;
    }
    let Some(request) = after.get(..length - 4) else {
        return Rdp::Partial;
    };
    let found = || {
        let (header, text) = request.split_at_checked(7)?;
        if usize::from(header[0]) != length - 5 || header[1] != 0xe0 {
            return None;
        }
        let (word, text) = text.split_at_checked(8)?;
        if !word.eq_ignore_ascii_case(b"cookie: ") {
            return None;
        }
        let line = &text[..memchr::memmem::find(text, b"\r\n")?];
        let sign = memchr::memchr(b'=', line)?;
        Some(Rdp::Found(&line[..sign], &line[sign + 1..]))
    };
    found().unwrap_or(Rdp::None)
}

/// Tokens are four letters and eight hexadecimal digits; the first three of the protocol carry a number, the others a length and so
/// many bytes.
fn distcc<'e>(view: &View<'e>, wanted: [u8; 4], occurrence: usize, body: bool) -> Option<Sample<'e>> {
    let mut rest = view.input;
    let mut seen = 0;
    loop {
        let Some((head, after)) = rest.split_at_checked(12) else {
            return view.wait();
        };
        let digits = std::str::from_utf8(&head[4..]).ok()?;
        if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        let number = u32::from_str_radix(digits, 16).ok()?;
        let token = &head[..4];
        let bare = matches!(token, b"DIST" | b"ARGC" | b"STAT" | b"DONE");
        let length = if bare { 0 } else { usize::try_from(number).ok()? };
        if length > view.limit() {
            return None;
        }
        let is_it = token == wanted;
        seen += usize::from(is_it);
        if is_it && seen == occurrence {
            if !body {
                return Some(Sample::Int(i64::from(number)));
            }
            return match after.get(..length) {
                Some(bytes) => Some(Sample::Bin(bytes)),
                None => view.wait(),
            };
        }
        let Some(next) = after.get(length..) else { return view.wait() };
        rest = next;
    }
}

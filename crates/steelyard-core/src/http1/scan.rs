//! Searches that a head makes for each of its lines. A line is mostly short: eight bytes at a time find its end before a search
//! made for long texts has got going.

use super::token::{CLASS, TOKEN};
use memchr::memchr3;

/// Bytes that are looked at eight at a time; what is longer is worth the other search.
const SHORT: usize = 64;

/// The lowest bit of each of eight bytes, and the highest.
const ONES: u64 = u64::from_ne_bytes([1; 8]);
const HIGHEST: u64 = ONES << 7;

/// How many bytes of a class the text begins with.
#[inline]
pub(super) fn run(text: &[u8], class: u8) -> usize {
    let stop = text.iter().position(|&byte| CLASS[byte as usize] & class == 0);
    stop.unwrap_or(text.len())
}

/// How many bytes of a field name the text begins with. Names are letters and dashes nearly always.
#[inline(always)]
pub(super) fn name(text: &[u8]) -> usize {
    let mut rest = text;
    while let Some((eight, behind)) = rest.split_first_chunk() {
        let other = not_letters_or_dashes(u64::from_le_bytes(*eight));
        if other != 0 {
            rest = rest.get(other.trailing_zeros() as usize / 8..).unwrap_or_default();
            break;
        }
        rest = behind;
    }
    let known = text.len() - rest.len();
    if rest.first() == Some(&b':') {
        return known;
    }
    known + run(rest, TOKEN)
}

/// The highest bit of each byte that is neither a letter nor a dash.
#[inline]
fn not_letters_or_dashes(word: u64) -> u64 {
    let high = word & HIGHEST;
    let low = word & !HIGHEST;
    // No byte of these sums reaches the next one.
    let lower = low | (ONES * 0x20);
    let from_a = lower + ONES * (0x80 - 0x61);
    let over_z = lower + ONES * (0x80 - 0x7b);
    let no_dash = (low ^ (ONES * 0x2d)) + ONES * 0x7f;
    (high | ((!from_a | over_z) & no_dash)) & HIGHEST
}

/// The first LF, CR or NUL.
#[inline(always)]
pub(super) fn line_stop(text: &[u8]) -> Option<usize> {
    let short = text.get(..SHORT).unwrap_or(text);
    let mut rest = short;
    while let Some((eight, behind)) = rest.split_first_chunk() {
        let under = under_14(u64::from_le_bytes(*eight));
        if under != 0 {
            let at = short.len() - rest.len() + under.trailing_zeros() as usize / 8;
            if matches!(text.get(at), Some(b'\n' | b'\r' | 0)) {
                return Some(at);
            }
            // A tab, which may stand in a line, or another control character.
            return line_stop_from(text, at);
        }
        rest = behind;
    }
    line_stop_from(text, short.len() - rest.len())
}

/// The same in what begins at `from`: the end of what has come so far, or of a long line.
#[inline(never)]
fn line_stop_from(text: &[u8], from: usize) -> Option<usize> {
    let rest = text.get(from..).unwrap_or_default();
    let found = if rest.len() < 8 {
        rest.iter().position(|byte| matches!(byte, b'\n' | b'\r' | 0))
    } else {
        memchr3(b'\n', b'\r', 0, rest)
    };
    found.map(|found| from + found)
}

/// The highest bit of each byte that is less than 14, that is of LF, CR, NUL and others like them. Bits over the lowest one that is
/// set may be wrong.
#[inline]
fn under_14(word: u64) -> u64 {
    word.wrapping_sub(ONES * 14) & !word & HIGHEST
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_line_ends_where_the_first_of_its_three_ends_stands(
            mut text in proptest::collection::vec(prop_oneof![9 => 9u8..=255, 1 => Just(0u8)], 0..150),
            ends in proptest::collection::vec((0usize..150, prop_oneof![Just(b'\n'), Just(b'\r'), Just(0), Just(b'\t')]), 0..3),
        ) {
            for (at, byte) in ends {
                if let Some(place) = text.get_mut(at) {
                    *place = byte;
                }
            }
            prop_assert_eq!(line_stop(&text), text.iter().position(|byte| matches!(byte, b'\n' | b'\r' | 0)));
        }
    }

    #[test]
    fn a_name_ends_with_the_last_byte_of_a_token_wherever_that_is() {
        for length in 0..20 {
            for at in 0..=length {
                for byte in 0..=255u8 {
                    let mut text = vec![b'x'; length];
                    if let Some(place) = text.get_mut(at) {
                        *place = byte;
                    }
                    assert_eq!(name(&text), run(&text, TOKEN), "{text:?}");
                }
            }
        }
        assert_eq!(name(b"X_Real-IP2: 10.0.0.1"), 10);
    }

    #[test]
    fn a_run_ends_with_its_class() {
        assert_eq!(run(b"abc: d", TOKEN), 3);
        assert_eq!(run(b"abc", TOKEN), 3);
        assert_eq!(run(b" abc", TOKEN), 0);
    }
}

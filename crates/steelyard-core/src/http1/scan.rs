//! Searches that a head makes for each of its lines. A line is mostly short: eight bytes at a time find its end before a search
//! made for long texts has got going.

use super::token::CLASS;
use memchr::memchr3;

/// Bytes that are looked at eight at a time; what is longer is worth the other search.
const SHORT: usize = 64;

/// How many bytes of a class the text begins with.
#[inline]
pub(super) fn run(text: &[u8], class: u8) -> usize {
    let stop = text.iter().position(|&byte| CLASS[byte as usize] & class == 0);
    stop.unwrap_or(text.len())
}

/// The first LF, CR or NUL.
#[inline]
pub(super) fn line_stop(text: &[u8]) -> Option<usize> {
    let mut at = 0;
    for eight in text.chunks_exact(8).take(SHORT / 8) {
        let Ok(eight) = eight.try_into() else { break };
        let under = under_14(u64::from_le_bytes(eight));
        if under != 0 {
            at += under.trailing_zeros() as usize / 8;
            if matches!(text[at], b'\n' | b'\r' | 0) {
                return Some(at);
            }
            // A tab, which may stand in a line, or another control character.
            break;
        }
        at += 8;
    }
    memchr3(b'\n', b'\r', 0, &text[at..]).map(|found| at + found)
}

/// The highest bit of each byte that is less than 14, that is of LF, CR, NUL and others like them. Bits over the lowest one that is
/// set may be wrong.
#[inline]
fn under_14(word: u64) -> u64 {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    word.wrapping_sub(ONES * 14) & !word & (ONES << 7)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http1::token::TOKEN;
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
    fn a_run_ends_with_its_class() {
        assert_eq!(run(b"abc: d", TOKEN), 3);
        assert_eq!(run(b"abc", TOKEN), 3);
        assert_eq!(run(b" abc", TOKEN), 0);
    }
}

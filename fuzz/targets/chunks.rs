//! Any bytes as a chunked body: no panic, progress at each step, and the same body however the bytes are cut.
#![no_main]

use steelyard_core::http1::{ChunkDecoder, ChunkError, ChunkStep};

/// Body, trailer lines and the bytes taken; `None` while incomplete.
type Decoded = Option<(Vec<u8>, Vec<(Vec<u8>, Vec<u8>)>, usize)>;

fn decode(input: &[u8], piece: usize) -> Result<Decoded, ChunkError> {
    let mut decoder = ChunkDecoder::new();
    let (mut data, mut trailers, mut from, mut end) = (Vec::new(), Vec::new(), 0, 0);
    while end < input.len() {
        end = (end + piece).min(input.len());
        loop {
            let rest = &input[from..end];
            match decoder.step(rest)? {
                ChunkStep::NeedMore { consumed } => {
                    from += consumed;
                    break;
                }
                ChunkStep::Data { start, len } => {
                    assert!(len > 0);
                    data.extend_from_slice(&rest[start..start + len]);
                    from += start + len;
                }
                ChunkStep::Trailer { name, value, consumed } => {
                    assert!(consumed > 0 && name.1 > name.0);
                    trailers.push((rest[name.0..name.1].to_vec(), rest[value.0..value.1].to_vec()));
                    from += consumed;
                }
                ChunkStep::End { consumed } => {
                    assert!(decoder.is_done());
                    return Ok(Some((data, trailers, from + consumed)));
                }
            }
        }
    }
    Ok(None)
}

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((&piece, text)) = data.split_first() else { return };
    assert_eq!(decode(text, text.len().max(1)), decode(text, usize::from(piece) + 1));
});

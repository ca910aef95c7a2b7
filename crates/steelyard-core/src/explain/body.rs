//! The body of a message that is whole in memory.

use crate::http1::{Body, ChunkDecoder, ChunkStep};

/// The body's bytes; those that are there, where they are fewer than the head says.
pub(super) fn body_of(framing: Body, bytes: &[u8]) -> Vec<u8> {
    match framing {
        Body::None => Vec::new(),
        Body::Close => bytes.to_vec(),
        Body::Length(length) => {
            let there = usize::try_from(length).unwrap_or(usize::MAX).min(bytes.len());
            bytes.get(..there).unwrap_or_default().to_vec()
        }
        Body::Chunked => {
            let (mut decoder, mut body, mut at) = (ChunkDecoder::new(), Vec::new(), 0);
            loop {
                let rest = bytes.get(at..).unwrap_or_default();
                match decoder.step(rest) {
                    Ok(ChunkStep::Data { start, len }) => {
                        body.extend_from_slice(rest.get(start..start + len).unwrap_or_default());
                        at += start + len;
                    }
                    Ok(ChunkStep::Trailer { consumed, .. }) => at += consumed,
                    Ok(ChunkStep::NeedMore { .. } | ChunkStep::End { .. }) | Err(_) => return body,
                }
            }
        }
    }
}

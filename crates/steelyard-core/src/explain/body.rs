//! The body of a message that is whole in memory.

use crate::http1::{Body, ChunkDecoder, ChunkStep};

/// What of some bytes is the body of a message.
#[derive(Debug, Default)]
pub(super) struct Whole {
    /// Decoded; those bytes that are there, where they are fewer than the head says.
    pub body: Vec<u8>,
    /// Bytes that it takes on the wire.
    pub length: usize,
    /// Nothing of it is missing.
    pub complete: bool,
}

pub(super) fn body_of(framing: Body, bytes: &[u8]) -> Whole {
    let first = |length: usize, complete| Whole {
        body: bytes.get(..length).unwrap_or_default().to_vec(),
        length,
        complete,
    };
    match framing {
        Body::None => first(0, true),
        Body::Close => first(bytes.len(), true),
        Body::Length(length) => {
            let wanted = usize::try_from(length).unwrap_or(usize::MAX);
            first(wanted.min(bytes.len()), wanted <= bytes.len())
        }
        Body::Chunked => chunks(bytes),
    }
}

fn chunks(bytes: &[u8]) -> Whole {
    let (mut decoder, mut body, mut at) = (ChunkDecoder::new(), Vec::new(), 0);
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        let (length, complete) = match decoder.step(rest) {
            Ok(ChunkStep::Data { start, len }) => {
                body.extend_from_slice(rest.get(start..start + len).unwrap_or_default());
                at += start + len;
                continue;
            }
            Ok(ChunkStep::Trailer { consumed, .. }) => {
                at += consumed;
                continue;
            }
            Ok(ChunkStep::End { consumed }) => (at + consumed, true),
            Ok(ChunkStep::NeedMore { .. }) | Err(_) => (bytes.len(), false),
        };
        return Whole { body, length, complete };
    }
}

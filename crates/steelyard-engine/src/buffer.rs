//! Byte buffers of a worker thread: taken when bytes come, given back when a connection is idle.

use std::cell::RefCell;

/// Bytes kept free in front of the first one that is read: a chunk's size line (16 hexadecimal digits, CRLF) fits there.
pub const HEADROOM: usize = 24;
/// Bytes kept free behind the last one that is read: the CRLF that ends a chunk fits there.
const TAILROOM: usize = 8;

/// Buffers of the ordinary size that a thread keeps for later, at most.
const KEEP_SMALL: usize = 128;
/// Large buffers (bodies) that a thread keeps for later, at most.
const KEEP_LARGE: usize = 32;
/// Size of a large buffer.
pub const LARGE: usize = 128 * 1024;

/// A run of bytes in a fixed piece of memory: filled at the end, consumed at the front, edited in place.
#[derive(Debug)]
pub struct Buffer {
    bytes: Box<[u8]>,
    start: usize,
    end: usize,
}

impl Buffer {
    /// A buffer for `capacity` bytes beside the room at its ends.
    pub fn new(capacity: usize) -> Self {
        Self {
            bytes: vec![0; HEADROOM + capacity + TAILROOM].into_boxed_slice(),
            start: HEADROOM,
            end: HEADROOM,
        }
    }

    /// Most bytes that it can hold.
    pub fn capacity(&self) -> usize {
        self.bytes.len() - HEADROOM - TAILROOM
    }

    /// What it holds.
    #[inline]
    pub fn data(&self) -> &[u8] {
        self.bytes.get(self.start..self.end).unwrap_or_default()
    }

    #[inline]
    pub fn len(&self) -> usize {
        self.end - self.start
    }

    #[inline]
    pub fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// Drops all that it holds.
    pub fn clear(&mut self) {
        self.start = HEADROOM;
        self.end = HEADROOM;
    }

    /// Drops `count` bytes at the front.
    #[inline]
    pub fn consume(&mut self, count: usize) {
        self.start = (self.start + count).min(self.end);
        if self.start == self.end {
            self.clear();
        }
    }

    /// Free bytes behind the last one, after moving the content to the front when nothing else is free.
    #[inline]
    pub fn room(&mut self) -> &mut [u8] {
        let limit = self.bytes.len() - TAILROOM;
        if self.end >= limit && self.start > HEADROOM {
            self.compact();
        }
        self.bytes.get_mut(self.end..limit).unwrap_or_default()
    }

    /// Counts `count` bytes that were written to [`room`](Self::room).
    #[inline]
    pub fn filled(&mut self, count: usize) {
        self.end = (self.end + count).min(self.bytes.len() - TAILROOM);
    }

    /// Whether nothing more fits.
    pub fn is_full(&self) -> bool {
        self.len() >= self.capacity()
    }

    fn compact(&mut self) {
        let length = self.len();
        self.bytes.copy_within(self.start..self.end, HEADROOM);
        self.start = HEADROOM;
        self.end = HEADROOM + length;
    }

    /// Appends what fits of `bytes`; gives how much that was.
    pub fn append(&mut self, bytes: &[u8]) -> usize {
        if bytes.len() > self.room().len() && self.start > HEADROOM {
            self.compact();
        }
        let room = self.room();
        let count = bytes.len().min(room.len());
        if let (Some(to), Some(from)) = (room.get_mut(..count), bytes.get(..count)) {
            to.copy_from_slice(from);
        }
        self.filled(count);
        count
    }

    /// All of the memory, with the place of the content: for editing in place. Keep `HEADROOM <= start` out of mind only
    /// within one edit: [`set_span`](Self::set_span) takes any span.
    pub fn raw(&mut self) -> (&mut [u8], usize, usize) {
        (&mut self.bytes, self.start, self.end)
    }

    /// Says where the content is now.
    pub fn set_span(&mut self, start: usize, end: usize) {
        let end = end.min(self.bytes.len());
        self.end = end;
        self.start = start.min(end);
    }
}

/// The spare buffers of one thread.
#[derive(Default)]
pub struct Buffers {
    small: RefCell<Vec<Buffer>>,
    large: RefCell<Vec<Buffer>>,
}

impl Buffers {
    /// A buffer for `capacity` bytes (`tune.bufsize`).
    pub fn take(&self, capacity: usize) -> Buffer {
        match self.small.borrow_mut().pop() {
            Some(buffer) if buffer.capacity() == capacity => buffer,
            _ => Buffer::new(capacity),
        }
    }

    /// A buffer for [`LARGE`] bytes.
    pub fn take_large(&self) -> Buffer {
        self.large.borrow_mut().pop().unwrap_or_else(|| Buffer::new(LARGE))
    }

    /// Takes a buffer back, whatever it still holds.
    pub fn give(&self, mut buffer: Buffer) {
        buffer.clear();
        let (list, keep) = if buffer.capacity() == LARGE {
            (&self.large, KEEP_LARGE)
        } else {
            (&self.small, KEEP_SMALL)
        };
        let mut list = list.borrow_mut();
        if list.len() < keep {
            list.push(buffer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_fills_consumes_and_moves_its_content_forward() {
        let mut buffer = Buffer::new(8);
        assert_eq!(buffer.append(b"0123456789"), 8);
        assert!(buffer.is_full());
        buffer.consume(6);
        assert_eq!(buffer.data(), b"67");
        assert_eq!(buffer.room().len(), 6);
        assert_eq!(buffer.append(b"abcdef"), 6);
        assert_eq!(buffer.data(), b"67abcdef");
        buffer.consume(100);
        assert!(buffer.is_empty());
        assert_eq!(buffer.room().len(), 8);
    }

    #[test]
    fn spare_buffers_come_back_empty() {
        let spare = Buffers::default();
        let mut buffer = spare.take(16);
        buffer.append(b"secret");
        spare.give(buffer);
        assert!(spare.take(16).is_empty());
        assert_eq!(spare.take(32).capacity(), 32);
    }
}

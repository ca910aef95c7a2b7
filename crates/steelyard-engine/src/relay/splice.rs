//! Moving bytes from socket to socket inside the kernel, through a pipe.

use crate::stream::Stream;
use nix::fcntl::{fcntl, splice, FcntlArg, OFlag, SpliceFFlags};
use nix::unistd::pipe2;
use std::cell::RefCell;
use std::io;
use std::os::fd::OwnedFd;
use tokio::io::Interest;

/// Empty pipes that a thread keeps for later, at most: two descriptors each.
const KEEP: usize = 16;

/// Bytes a pipe should hold; the system may give less.
const SIZE: i32 = 256 * 1024;

/// A pipe and how many bytes are in it.
pub struct Pipe {
    read: OwnedFd,
    write: OwnedFd,
    held: usize,
}

impl Pipe {
    fn new() -> io::Result<Self> {
        let (read, write) = pipe2(OFlag::O_NONBLOCK | OFlag::O_CLOEXEC)?;
        // A smaller pipe works too: the limit of pages for a user may have been reached.
        let _ = fcntl(&write, FcntlArg::F_SETPIPE_SZ(SIZE));
        Ok(Self { read, write, held: 0 })
    }

    /// Bytes in the pipe.
    pub fn held(&self) -> usize {
        self.held
    }

    /// Moves what `from` has into the pipe; 0 is the end of the stream. `WouldBlock` when nothing is there. The pipe must be empty,
    /// so that a full pipe can't be taken for an empty socket.
    pub fn fill(&mut self, from: &Stream) -> io::Result<usize> {
        let flags = SpliceFFlags::SPLICE_F_MOVE | SpliceFFlags::SPLICE_F_NONBLOCK;
        let count = from.try_io(Interest::READABLE, || {
            Ok(splice(from, None, &self.write, None, SIZE as usize, flags)?)
        })?;
        self.held += count;
        Ok(count)
    }

    /// Moves what the pipe holds to `to`; `WouldBlock` when it takes nothing now.
    pub fn drain(&mut self, to: &Stream) -> io::Result<usize> {
        let flags = SpliceFFlags::SPLICE_F_MOVE | SpliceFFlags::SPLICE_F_NONBLOCK;
        let count = to.try_io(Interest::WRITABLE, || {
            Ok(splice(&self.read, None, to, None, self.held, flags)?)
        })?;
        self.held = self.held.saturating_sub(count);
        Ok(count)
    }
}

/// The spare pipes of one thread.
#[derive(Default)]
pub struct Pipes {
    spare: RefCell<Vec<Pipe>>,
}

impl Pipes {
    /// An empty pipe; `None` when there is no descriptor for one: copy instead.
    pub fn take(&self) -> Option<Pipe> {
        self.spare.borrow_mut().pop().or_else(|| Pipe::new().ok())
    }

    /// Takes a pipe back; one that still holds bytes is closed.
    pub fn give(&self, pipe: Pipe) {
        let mut spare = self.spare.borrow_mut();
        if pipe.held == 0 && spare.len() < KEEP {
            spare.push(pipe);
        }
    }
}

//! The one place where a number becomes a descriptor.
#![allow(unsafe_code)]

use std::io;
use std::os::fd::{BorrowedFd, OwnedFd, RawFd};

/// A duplicate (close-on-exec) of a descriptor that this process inherited or that Python opened and still owns.
///
/// Unsafe inside because a descriptor given as a number can't be proven open; a closed one gives `EBADF` here, and nothing
/// is read, written or closed through the number itself.
pub fn duplicate(fd: RawFd) -> io::Result<OwnedFd> {
    if fd < 0 {
        return Err(io::Error::from_raw_os_error(nix::errno::Errno::EBADF as i32));
    }
    // SAFETY: the number is not -1, and it is only borrowed for the length of this call.
    unsafe { BorrowedFd::borrow_raw(fd) }.try_clone_to_owned()
}

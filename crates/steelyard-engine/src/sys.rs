//! System calls that no safe wrapper covers.
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

/// Difference of local time to UTC at a moment (seconds since the epoch), in seconds; 0 when the system can't tell.
///
/// Unsafe inside because the zone's rules are only known to the C library.
pub fn utc_offset(seconds: u64) -> i32 {
    let Ok(seconds) = libc::time_t::try_from(seconds) else {
        return 0;
    };
    let mut broken = std::mem::MaybeUninit::<libc::tm>::zeroed();
    // SAFETY: both pointers are to live values of the right type; `localtime_r` keeps neither, and a zeroed `tm` is valid.
    let broken = unsafe {
        libc::localtime_r(&seconds, broken.as_mut_ptr());
        broken.assume_init()
    };
    i32::try_from(broken.tm_gmtoff).unwrap_or(0)
}

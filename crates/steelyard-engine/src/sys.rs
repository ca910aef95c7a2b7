//! System calls that no safe wrapper covers.
#![allow(unsafe_code)]

use std::ffi::CStr;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd, RawFd};
use steelyard_core::state::TcpInfo;

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
pub fn utc_offset(seconds: i64) -> i32 {
    i32::try_from(local(seconds).tm_gmtoff).unwrap_or(0)
}

/// The name of local time at a moment; empty when the system can't tell.
///
/// Unsafe inside because the zone's names are only known to the C library.
pub fn zone(seconds: i64) -> String {
    let name = local(seconds).tm_zone;
    if name.is_null() {
        return String::new();
    }
    // SAFETY: the C library keeps the names of all zones that it ever read until the process ends.
    unsafe { CStr::from_ptr(name) }.to_string_lossy().into_owned()
}

/// Unsafe inside because the zone's rules are only known to the C library.
fn local(seconds: i64) -> libc::tm {
    let mut broken = MaybeUninit::<libc::tm>::zeroed();
    // SAFETY: both pointers are to live values of the right type; `localtime_r` keeps neither, and a zeroed `tm` is valid.
    unsafe {
        libc::localtime_r(&seconds, broken.as_mut_ptr());
        broken.assume_init()
    }
}

/// What the kernel measured on a TCP connection; nothing on other sockets.
///
/// Unsafe inside because no wrapper at hand knows `TCP_INFO`.
pub fn tcp_info(socket: BorrowedFd<'_>) -> Option<TcpInfo> {
    let mut info = MaybeUninit::<libc::tcp_info>::zeroed();
    let mut size = libc::socklen_t::try_from(size_of::<libc::tcp_info>()).ok()?;
    // SAFETY: the kernel writes at most `size` bytes into a value of that size, for which all bits are valid.
    let info = unsafe {
        let done = libc::getsockopt(
            socket.as_raw_fd(),
            libc::IPPROTO_TCP,
            libc::TCP_INFO,
            info.as_mut_ptr().cast(),
            &mut size,
        );
        (done == 0).then(|| info.assume_init())?
    };
    Some(TcpInfo {
        rtt: info.tcpi_rtt,
        rttvar: info.tcpi_rttvar,
        unacked: info.tcpi_unacked,
        sacked: info.tcpi_sacked,
        lost: info.tcpi_lost,
        retrans: info.tcpi_retrans,
        fackets: info.tcpi_fackets,
        reordering: info.tcpi_reordering,
    })
}

/// The packet that opened a connection, which the kernel hands out once, where the listener asked it to (`tcp-ss`).
///
/// Unsafe inside because no wrapper at hand knows `TCP_SAVED_SYN`.
pub fn saved_syn(socket: BorrowedFd<'_>) -> Option<Vec<u8>> {
    // Ethernet, IP with all extensions the kernel keeps, and TCP headers.
    let mut packet = vec![0_u8; 500];
    let mut size = libc::socklen_t::try_from(packet.len()).ok()?;
    // SAFETY: the kernel writes at most `size` bytes into a buffer of that size.
    let done = unsafe {
        libc::getsockopt(
            socket.as_raw_fd(),
            libc::IPPROTO_TCP,
            libc::TCP_SAVED_SYN,
            packet.as_mut_ptr().cast(),
            &mut size,
        )
    };
    packet.truncate(usize::try_from(size).ok()?);
    (done == 0 && !packet.is_empty()).then_some(packet)
}

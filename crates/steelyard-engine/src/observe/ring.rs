//! Rings: lines that wait in memory for syslog servers that are reached over streams (manual section 12.5), and the latest ones for
//! whoever wants to look.
//!
//! A thread a server connects and writes; workers only put lines into its queue. A queue is bounded: what does not fit is dropped,
//! and its sender counts it. A line that may not have reached the server whole is sent again on the next connection.

use nix::errno::Errno;
use nix::sys::socket::{recv, MsgFlags};
use std::collections::VecDeque;
use std::io::{self, Write};
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, Once, PoisonError};
use std::time::Duration;
use steelyard_core::plan::{self, Address};

/// Bytes that are written in one call, about.
const BATCH: usize = 64 * 1024;
/// Between two tries to connect.
const PAUSE: Duration = Duration::from_secs(1);
/// For connecting and writing where the ring says nothing.
const PATIENCE: Duration = Duration::from_secs(10);
/// What an end of the process waits for lines on their way.
const FAREWELL: Duration = Duration::from_secs(1);

/// One `ring` section, or what `log tcp@...` makes.
pub struct Ring {
    size: usize,
    latest: Mutex<Lines>,
    feeds: Vec<Feed>,
}

#[derive(Default)]
struct Lines {
    queue: VecDeque<Box<[u8]>>,
    bytes: usize,
}

impl Lines {
    fn push(&mut self, line: &[u8]) {
        self.bytes += line.len();
        self.queue.push_back(line.into());
    }

    fn pop(&mut self) -> Option<Box<[u8]>> {
        let line = self.queue.pop_front()?;
        self.bytes -= line.len();
        Some(line)
    }
}

impl Ring {
    pub fn new(ring: &plan::Ring) -> io::Result<Self> {
        let size = usize::try_from(ring.size).unwrap_or(usize::MAX);
        let feeds = ring.servers.iter().map(|server| Feed::new(ring, server, size));
        Ok(Self {
            size,
            latest: Mutex::default(),
            feeds: feeds.collect::<io::Result<_>>()?,
        })
    }

    /// Puts a line, with its end, into the queues; false when a server's has no room for it.
    pub fn send(&self, line: &[u8]) -> bool {
        if self.feeds.is_empty() {
            let mut latest = lock(&self.latest);
            while latest.bytes + line.len() > self.size && latest.pop().is_some() {}
            latest.push(line);
            return true;
        }
        // Each gets it, whatever another says.
        let full = self.feeds.iter().filter(|feed| !feed.send(line)).count();
        full == 0
    }

    /// What is in memory: of a ring without servers the latest lines, else none.
    pub fn latest(&self) -> Vec<u8> {
        lock(&self.latest)
            .queue
            .iter()
            .flat_map(|line| line.iter().copied())
            .collect()
    }
}

/// The queue in front of one server.
struct Feed {
    shared: Arc<Shared>,
    started: Once,
}

struct Shared {
    target: Target,
    octet_count: bool,
    connect: Duration,
    write: Duration,
    size: usize,
    state: Mutex<State>,
    /// Something was put into the queue, or all of it was written, or the end came.
    changed: Condvar,
}

#[derive(Default)]
struct State {
    lines: Lines,
    /// Bytes of lines taken out of the queue that may not have been written yet. They count as long as they are here.
    writing: usize,
    ended: bool,
}

enum Target {
    Inet(SocketAddr),
    Unix(String),
}

impl Feed {
    fn new(ring: &plan::Ring, server: &plan::RingServer, size: usize) -> io::Result<Self> {
        let target = match &server.address {
            Address::Inet { ip, port } => {
                let ip: IpAddr = ip
                    .parse()
                    .map_err(|_| io::Error::other(format!("address {ip} of a ring is not numeric")))?;
                Target::Inet(SocketAddr::new(ip, *port))
            }
            Address::Unix { path } => Target::Unix(path.clone()),
            Address::Abstract { .. } | Address::Fd { .. } => {
                return Err(io::Error::other("a ring sends to addresses and unix sockets only"));
            }
        };
        let patience = |ms: u64| if ms == 0 { PATIENCE } else { Duration::from_millis(ms) };
        Ok(Self {
            shared: Arc::new(Shared {
                target,
                octet_count: server.octet_count,
                connect: patience(ring.timeout_connect),
                write: patience(ring.timeout_server),
                size,
                state: Mutex::default(),
                changed: Condvar::new(),
            }),
            started: Once::new(),
        })
    }

    fn send(&self, line: &[u8]) -> bool {
        // Not before the first line: the process may fork until then.
        self.started.call_once(|| {
            let shared = Arc::clone(&self.shared);
            // Without a thread the queue fills up, and lines are counted as dropped.
            let _ = std::thread::Builder::new()
                .name("log-ring".into())
                .spawn(move || shared.run());
        });
        let mut state = lock(&self.shared.state);
        if state.lines.bytes + state.writing + line.len() > self.shared.size {
            return false;
        }
        state.lines.push(line);
        drop(state);
        self.shared.changed.notify_all();
        true
    }
}

impl Drop for Feed {
    /// Lines that were taken are given a moment to get out.
    fn drop(&mut self) {
        let mut state = lock(&self.shared.state);
        state.ended = true;
        self.shared.changed.notify_all();
        if self.started.is_completed() {
            let busy = |state: &mut State| state.writing > 0 || !state.lines.queue.is_empty();
            let _ = self.shared.changed.wait_timeout_while(state, FAREWELL, busy);
        }
    }
}

impl Shared {
    fn run(&self) {
        let mut stream: Option<Stream> = None;
        let mut batch = Vec::with_capacity(BATCH);
        while self.fill(&mut batch) {
            let alive = stream.as_ref().is_some_and(Stream::is_alive);
            if !alive {
                stream = self.connect().ok();
            }
            let written = stream.as_mut().map(|stream| stream.write_all(&batch));
            if matches!(written, Some(Ok(()))) {
                batch.clear();
                lock(&self.state).writing = 0;
                self.changed.notify_all();
            } else {
                stream = None;
                if !self.pause() {
                    return;
                }
            }
        }
    }

    /// Waits for lines and takes them, unless some are left from the last try. False at the end.
    fn fill(&self, batch: &mut Vec<u8>) -> bool {
        let mut state = lock(&self.state);
        if batch.is_empty() {
            state = self
                .changed
                .wait_while(state, |state| state.lines.queue.is_empty() && !state.ended)
                .unwrap_or_else(PoisonError::into_inner);
            while batch.len() < BATCH {
                let Some(line) = state.lines.pop() else { break };
                state.writing += line.len();
                self.frame(&line, batch);
            }
        }
        !batch.is_empty()
    }

    /// As RFC 6587 has it: with its length in front (section 3.4.1), or with its line feed (3.4.2).
    fn frame(&self, line: &[u8], batch: &mut Vec<u8>) {
        if self.octet_count {
            let line = line.strip_suffix(b"\n").unwrap_or(line);
            // Writing to a vector can't fail.
            let _ = write!(batch, "{} ", line.len());
            batch.extend_from_slice(line);
        } else {
            batch.extend_from_slice(line);
        }
    }

    /// Before the next try. False at the end: what can't be written then is lost.
    fn pause(&self) -> bool {
        let state = lock(&self.state);
        let waited = self.changed.wait_timeout_while(state, PAUSE, |state| !state.ended);
        !waited.unwrap_or_else(PoisonError::into_inner).0.ended
    }

    fn connect(&self) -> io::Result<Stream> {
        let stream = match &self.target {
            Target::Inet(address) => Stream::Tcp(TcpStream::connect_timeout(address, self.connect)?),
            Target::Unix(path) => Stream::Unix(UnixStream::connect(path)?),
        };
        match &stream {
            Stream::Tcp(stream) => stream.set_write_timeout(Some(self.write))?,
            Stream::Unix(stream) => stream.set_write_timeout(Some(self.write))?,
        }
        Ok(stream)
    }
}

enum Stream {
    Tcp(TcpStream),
    Unix(UnixStream),
}

impl Stream {
    /// Whether the server still holds the connection, as far as can be known: a line written to one that it has closed is lost.
    fn is_alive(&self) -> bool {
        let fd = match self {
            Self::Tcp(stream) => stream.as_raw_fd(),
            Self::Unix(stream) => stream.as_raw_fd(),
        };
        match recv(fd, &mut [0], MsgFlags::MSG_DONTWAIT) {
            // Syslog servers say nothing; one that does is still there.
            Ok(count) => count > 0,
            Err(error) => error == Errno::EAGAIN,
        }
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Tcp(stream) => stream.write_all(bytes),
            Self::Unix(stream) => stream.write_all(bytes),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;

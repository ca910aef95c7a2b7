//! An engine with one TCP listen, and sockets to talk to it with.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::fd::AsRawFd;
use std::time::{Duration, Instant};
use steelyard_core::plan::{Address, Backend, Bind, Frontend, Global, Mode, Plan, Proxy, Server, Timeouts, PLAN_VERSION};
use steelyard_engine::Engine;

/// Longest that anything in these tests may take.
pub const DEADLINE: Duration = Duration::from_secs(10);

/// A running engine and its listening socket.
pub struct Running {
    pub engine: Engine,
    pub address: SocketAddr,
    _listener: TcpListener,
}

/// A plan with one `listen` in TCP mode, to be changed before it is started.
pub fn plan(servers: &[SocketAddr]) -> Plan {
    let timeouts = Timeouts {
        client: Some(10_000),
        server: Some(10_000),
        connect: Some(1_000),
        ..Timeouts::default()
    };
    let server = |(id, address): (usize, &SocketAddr)| Server {
        id: id as u32 + 1,
        name: format!("s{}", id + 1),
        address: Address::Inet {
            ip: address.ip().to_string(),
            port: address.port(),
        },
        ..Server::default()
    };
    let backend = Backend {
        servers: servers.iter().enumerate().map(server).collect(),
        ..Backend::default()
    };
    let frontend = Frontend {
        binds: vec![Bind {
            fd: -1,
            ..Bind::default()
        }],
        default_backend: Some(0),
        ..Frontend::default()
    };
    let proxy = Proxy {
        name: "front".into(),
        mode: Mode::Tcp,
        frontend: Some(frontend),
        backend: Some(backend),
        timeouts,
        ..Proxy::default()
    };
    Plan {
        version: PLAN_VERSION,
        global: Global::default(),
        proxies: vec![proxy],
        ..Plan::default()
    }
}

/// Starts the plan on a port of its own.
pub fn start(mut plan: Plan) -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    plan.proxies[0].frontend.as_mut().unwrap().binds[0].fd = listener.as_raw_fd();
    let engine = Engine::new(plan).unwrap();
    engine.start().unwrap();
    Running {
        engine,
        address,
        _listener: listener,
    }
}

impl Running {
    pub fn connect(&self) -> TcpStream {
        connect(self.address)
    }

    pub fn snapshot(&self) -> serde_json::Value {
        serde_json::from_slice(&self.engine.snapshot().unwrap()).unwrap()
    }

    /// Waits until `wanted` holds of the snapshot.
    pub fn until(&self, wanted: impl Fn(&serde_json::Value) -> bool) -> serde_json::Value {
        let end = Instant::now() + DEADLINE;
        loop {
            let snapshot = self.snapshot();
            if wanted(&snapshot) {
                return snapshot;
            }
            assert!(Instant::now() < end, "still not so: {snapshot:#}");
            std::thread::yield_now();
        }
    }
}

pub fn connect(address: SocketAddr) -> TcpStream {
    timed(TcpStream::connect(address).unwrap())
}

/// A server that tests accept from by hand.
pub fn server() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

pub fn accept(listener: &TcpListener) -> TcpStream {
    timed(listener.accept().unwrap().0)
}

/// An address that refuses connections.
pub fn refusing() -> SocketAddr {
    server().1
}

fn timed(stream: TcpStream) -> TcpStream {
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    stream.set_write_timeout(Some(DEADLINE)).unwrap();
    stream
}

pub fn say(stream: &mut TcpStream, text: &[u8]) {
    stream.write_all(text).unwrap();
}

pub fn hear(stream: &mut TcpStream, text: &[u8]) {
    let mut bytes = vec![0; text.len()];
    stream.read_exact(&mut bytes).unwrap();
    assert_eq!(String::from_utf8_lossy(&bytes), String::from_utf8_lossy(text));
}

/// The other side has sent its last byte.
pub fn ends(stream: &mut TcpStream) {
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).unwrap();
    assert_eq!(String::from_utf8_lossy(&rest), "");
}

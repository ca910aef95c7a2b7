//! An engine with one HTTP listen, a server whose behaviour the request's path names, and raw clients.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::os::fd::AsRawFd;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use steelyard_core::plan::{Address, Backend, Bind, Frontend, Mode, Plan, Proxy, Server, Timeouts, PLAN_VERSION};
use steelyard_engine::Engine;

/// Longest that anything in these tests may take.
pub const DEADLINE: Duration = Duration::from_secs(10);

/// A running engine and its listening socket.
pub struct Running {
    pub engine: Engine,
    pub address: SocketAddr,
    _listener: TcpListener,
}

/// A plan with one `listen` in HTTP mode, to be changed before it is started.
pub fn plan(servers: &[SocketAddr]) -> Plan {
    let timeouts = Timeouts {
        client: Some(5_000),
        server: Some(5_000),
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
        mode: Mode::Http,
        frontend: Some(frontend),
        backend: Some(backend),
        timeouts,
        ..Proxy::default()
    };
    Plan {
        version: PLAN_VERSION,
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
    pub fn client(&self) -> Client {
        Client::new(self.address)
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

/// A raw connection that remembers what it has read beyond a message.
pub struct Client {
    pub stream: TcpStream,
    rest: Vec<u8>,
}

/// A message as it came.
#[derive(Debug)]
pub struct Message {
    pub head: String,
    pub body: Vec<u8>,
}

impl Message {
    pub fn status(&self) -> u16 {
        self.head.split(' ').nth(1).unwrap().parse().unwrap()
    }

    /// The value of a field, names compared without case.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.head.split("\r\n").skip(1).find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl Client {
    pub fn new(address: SocketAddr) -> Self {
        Self::over(TcpStream::connect(address).unwrap())
    }

    pub fn over(stream: TcpStream) -> Self {
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        stream.set_write_timeout(Some(DEADLINE)).unwrap();
        stream.set_nodelay(true).unwrap();
        Self {
            stream,
            rest: Vec::new(),
        }
    }

    pub fn say(&mut self, text: impl AsRef<[u8]>) -> &mut Self {
        self.stream.write_all(text.as_ref()).unwrap();
        self
    }

    /// `GET path` with a Host field.
    pub fn get(&mut self, path: &str) -> Message {
        self.say(format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n")).response("GET")
    }

    pub fn finish(&mut self) -> &mut Self {
        self.stream.shutdown(Shutdown::Write).unwrap();
        self
    }

    fn more(&mut self) -> bool {
        let mut bytes = [0; 65_536];
        let count = self.stream.read(&mut bytes).unwrap_or(0);
        self.rest.extend_from_slice(&bytes[..count]);
        count > 0
    }

    /// The next head, without its blank line; `None` at the end of the connection.
    pub fn head(&mut self) -> Option<String> {
        loop {
            if let Some(at) = self.rest.windows(4).position(|four| four == b"\r\n\r\n") {
                let head = String::from_utf8_lossy(&self.rest[..at]).into_owned();
                self.rest.drain(..at + 4);
                return Some(head);
            }
            if !self.more() {
                assert!(self.rest.is_empty(), "cut: {:?}", String::from_utf8_lossy(&self.rest));
                return None;
            }
        }
    }

    pub fn bytes(&mut self, count: usize) -> Vec<u8> {
        while self.rest.len() < count && self.more() {}
        let count = count.min(self.rest.len());
        self.rest.drain(..count).collect()
    }

    /// All until the end of the connection.
    pub fn until_end(&mut self) -> Vec<u8> {
        while self.more() {}
        std::mem::take(&mut self.rest)
    }

    fn line(&mut self) -> String {
        loop {
            if let Some(at) = self.rest.windows(2).position(|two| two == b"\r\n") {
                let line = String::from_utf8_lossy(&self.rest[..at]).into_owned();
                self.rest.drain(..at + 2);
                return line;
            }
            assert!(self.more(), "cut line: {:?}", String::from_utf8_lossy(&self.rest));
        }
    }

    /// The next response to a request with this method.
    pub fn response(&mut self, method: &str) -> Message {
        let head = self.head().expect("no response");
        self.body_of(head, method)
    }

    /// The next request, for servers.
    pub fn request(&mut self) -> Option<Message> {
        let head = self.head()?;
        let mut message = Message { head, body: Vec::new() };
        if message.field("content-length").is_some() || message.field("transfer-encoding").is_some() {
            message = self.body_of(message.head, "POST");
        }
        Some(message)
    }

    fn body_of(&mut self, head: String, method: &str) -> Message {
        let mut message = Message { head, body: Vec::new() };
        let status = if message.head.starts_with("HTTP/") {
            message.status()
        } else {
            200
        };
        if method == "HEAD" || status < 200 || status == 204 || status == 304 {
            return message;
        }
        if message.field("transfer-encoding").is_some() {
            loop {
                let line = self.line();
                let size = usize::from_str_radix(line.split(';').next().unwrap(), 16).unwrap();
                if size == 0 {
                    while !self.line().is_empty() {}
                    return message;
                }
                let data = self.bytes(size);
                message.body.extend_from_slice(&data);
                assert_eq!(self.line(), "");
            }
        }
        message.body = match message.field("content-length") {
            Some(length) => {
                let length = length.parse().unwrap();
                self.bytes(length)
            }
            None => self.until_end(),
        };
        message
    }

    /// Nothing more comes and the connection is closed.
    pub fn ends(&mut self) {
        assert_eq!(String::from_utf8_lossy(&self.until_end()), "");
    }
}

/// What a server did, for tests to look at.
#[derive(Clone, Default)]
pub struct Diary {
    pub requests: Arc<Mutex<Vec<String>>>,
    pub connections: Arc<Mutex<usize>>,
}

impl Diary {
    pub fn last(&self) -> String {
        self.requests.lock().unwrap().last().cloned().unwrap_or_default()
    }

    pub fn count(&self) -> usize {
        self.requests.lock().unwrap().len()
    }

    pub fn connections(&self) -> usize {
        *self.connections.lock().unwrap()
    }
}

/// A server: `behave` gets each request and its connection, and says whether the connection goes on.
pub fn server(behave: impl Fn(&Message, &mut Client) -> bool + Send + Sync + 'static) -> (SocketAddr, Diary) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let diary = Diary::default();
    let (behave, kept) = (Arc::new(behave), diary.clone());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(stream) = stream else { return };
            *kept.connections.lock().unwrap() += 1;
            let (behave, diary) = (Arc::clone(&behave), kept.clone());
            std::thread::spawn(move || {
                let mut client = Client::over(stream);
                while let Some(request) = client.request() {
                    diary.requests.lock().unwrap().push(request.head.clone());
                    if !behave(&request, &mut client) {
                        return;
                    }
                }
            });
        }
    });
    (address, diary)
}

/// A server that answers every request with its body, or with its path when it has none.
pub fn echo() -> (SocketAddr, Diary) {
    server(|request, client| {
        let path = request.head.split(' ').nth(1).unwrap().to_owned();
        let body = if request.body.is_empty() {
            path.into_bytes()
        } else {
            request.body.clone()
        };
        client.say(format!(
            "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nX-Case: A\r\n\r\n",
            body.len()
        ));
        if !request.head.starts_with("HEAD ") {
            client.say(&body);
        }
        true
    })
}

/// An address that refuses connections.
pub fn refusing() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

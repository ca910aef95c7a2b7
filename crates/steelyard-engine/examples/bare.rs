//! The engine without Python, for profiles: `bare LISTEN SERVER...` serves HTTP on LISTEN from the servers until it is killed.
//! `bare --plan FILE` runs a plan (JSON), opening its TCP binds itself.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr)]

use std::net::{SocketAddr, TcpListener};
use std::os::fd::IntoRawFd;
use steelyard_core::plan::{Address, Backend, Bind, Frontend, HttpReuse, Mode, Plan, Proxy, Server, Timeouts, PLAN_VERSION};
use steelyard_engine::Engine;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let mut plan = match args.first().map(String::as_str) {
        Some("--plan") => serde_json::from_slice(&std::fs::read(&args[1]).expect("plan file")).expect("plan"),
        Some(listen) => simple(listen, &args[1..]),
        None => {
            eprintln!("usage: bare LISTEN SERVER... | bare --plan FILE");
            return;
        }
    };
    for proxy in &mut plan.proxies {
        for bind in proxy.frontend.iter_mut().flat_map(|front| &mut front.binds) {
            if let Address::Inet { ip, port } = &bind.address {
                let listener = TcpListener::bind((ip.as_str(), *port)).expect("listening socket");
                bind.fd = listener.into_raw_fd();
            }
        }
    }
    let engine = Engine::new(plan).expect("plan");
    engine.start().expect("start");
    loop {
        std::thread::park();
    }
}

fn simple(listen: &str, servers: &[String]) -> Plan {
    let inet = |text: &str| {
        let address: SocketAddr = text.parse().expect("address");
        Address::Inet {
            ip: address.ip().to_string(),
            port: address.port(),
        }
    };
    let server = |(id, text): (usize, &String)| Server {
        id: id as u32 + 1,
        name: format!("s{id}"),
        address: inet(text),
        ..Server::default()
    };
    let bind = Bind {
        fd: -1,
        address: inet(listen),
        ..Bind::default()
    };
    let second = Some(30_000);
    let proxy = Proxy {
        name: "front".into(),
        mode: Mode::Http,
        frontend: Some(Frontend {
            binds: vec![bind],
            default_backend: Some(0),
            ..Frontend::default()
        }),
        backend: Some(Backend {
            servers: servers.iter().enumerate().map(server).collect(),
            http_reuse: HttpReuse::Always,
            ..Backend::default()
        }),
        timeouts: Timeouts {
            client: second,
            server: second,
            connect: second,
            ..Timeouts::default()
        },
        ..Proxy::default()
    };
    Plan {
        version: PLAN_VERSION,
        proxies: vec![proxy],
        ..Plan::default()
    }
}

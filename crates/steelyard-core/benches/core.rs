//! Nanoseconds of the steps that every request takes: `cargo bench -p steelyard-core`. No statistics: the least of ten
//! rounds, which is what a change has to beat.
#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::hint::black_box;
use std::time::Instant;
use steelyard_core::balance::{Balancer, ServerSeat};
use steelyard_core::http1::{parse_request, parse_response, Body, Head, Limits};
use steelyard_core::plan::{Backend, Balance, BalanceKind, HashType, Server};

const SMALL: &[u8] = b"GET /index.html HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n";
const BROWSER: &[u8] = b"GET /static/app.js?v=12 HTTP/1.1\r\nHost: www.example.com\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64; \
rv:128.0) Gecko/20100101 Firefox/128.0\r\nAccept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n\
Accept-Language: en-US,en;q=0.5\r\nAccept-Encoding: gzip, deflate, br\r\nReferer: https://www.example.com/\r\nConnection: keep-alive\r\n\
Cookie: session=0123456789abcdef0123456789abcdef; theme=dark\r\nSec-Fetch-Dest: script\r\nSec-Fetch-Mode: no-cors\r\n\
Sec-Fetch-Site: same-origin\r\nPragma: no-cache\r\nCache-Control: no-cache\r\n\r\n";
const RESPONSE: &[u8] = b"HTTP/1.1 200 OK\r\nServer: demo\r\nDate: Mon, 23 Nov 2026 05:00:00 GMT\r\nContent-Type: text/html\r\n\
Content-Length: 1024\r\nConnection: keep-alive\r\n\r\n";

fn time(name: &str, mut step: impl FnMut()) {
    const ROUND: u32 = 100_000;
    let mut least = f64::MAX;
    for _ in 0..10 {
        let begin = Instant::now();
        for _ in 0..ROUND {
            step();
        }
        least = least.min(begin.elapsed().as_nanos() as f64 / f64::from(ROUND));
    }
    println!("{name:40} {least:8.1} ns");
}

fn main() {
    let limits = Limits::default();
    let mut head = Head::new();
    let mut out = Vec::with_capacity(4_096);
    for (name, text) in [("small", SMALL), ("browser", BROWSER)] {
        time(&format!("parse request, {name}"), || {
            parse_request(black_box(text), &limits, &mut head).unwrap();
        });
        time(&format!("parse, ask, write request, {name}"), || {
            parse_request(black_box(text), &limits, &mut head).unwrap();
            black_box((
                head.request_body().unwrap() == Body::None,
                head.keep_alive(),
                head.upgrade(),
                head.expects_continue(),
            ));
            out.clear();
            head.write(&mut out);
        });
        time(&format!("parse, strip, add one, write, {name}"), || {
            parse_request(black_box(text), &limits, &mut head).unwrap();
            head.strip_connection(false);
            head.add(b"X-Forwarded-For", b"192.168.100.200");
            out.clear();
            head.write(&mut out);
        });
    }
    time("parse, ask, write response", || {
        parse_response(black_box(RESPONSE), &limits, &mut head).unwrap();
        black_box((head.response_body(b"GET").unwrap(), head.keep_alive()));
        out.clear();
        head.write(&mut out);
    });
    for servers in [2usize, 100, 10_000] {
        balance(servers);
    }
}

fn balance(servers: usize) {
    let mut seats: Vec<ServerSeat> = (0..servers)
        .map(|at| ServerSeat {
            weight: 1,
            usable: true,
            id: at as u32 + 1,
            ..ServerSeat::default()
        })
        .collect();
    let hash = BalanceKind::Source;
    for (name, kind, consistent) in [
        ("roundrobin", BalanceKind::Roundrobin, false),
        ("leastconn", BalanceKind::Leastconn, false),
        ("random", BalanceKind::Random { draws: 2 }, false),
        ("map-based hash", hash.clone(), false),
        ("consistent hash", hash, true),
    ] {
        let backend = Backend {
            balance: Balance {
                kind,
                hash: HashType {
                    consistent,
                    ..HashType::default()
                },
                hash_balance_factor: 0,
            },
            servers: vec![Server::default(); servers],
            ..Backend::default()
        };
        let mut balancer = Balancer::new(&backend, false);
        balancer.changed(&seats);
        let mut key = 1u32;
        time(&format!("pick and free, {name}, {servers} servers"), || {
            key = key.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let at = balancer.pick(&seats, Some(key), None, &mut || key).unwrap();
            seats[at].conns += 1;
            seats[at].conns -= 1;
            balancer.freed(&seats, at);
        });
    }
}

//! Limits, queues and timeouts.

use crate::kit::*;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::os::fd::AsRawFd;
use std::time::{Duration, Instant};
use steelyard_engine::order::{AdminState, FrontendState, Order};

#[test]
fn a_full_server_makes_the_next_wait_its_turn() {
    let (listener, address) = server();
    let mut plan = plan(&[address]);
    plan.proxies[0].backend.as_mut().unwrap().servers[0].maxconn = 1;
    let running = start(plan);
    let mut first = running.connect();
    let mut at_first = accept(&listener);
    say(&mut first, b"one");
    hear(&mut at_first, b"one");
    let mut waiting: Vec<TcpStream> = Vec::new();
    for number in 1u64..=2 {
        let mut client = running.connect();
        say(&mut client, format!("w{number}").as_bytes());
        running.until(|s| s["proxies"][0]["backend"]["qcur"] == number);
        waiting.push(client);
    }
    drop((first, at_first));
    for number in 1..=2 {
        let mut served = accept(&listener);
        hear(&mut served, format!("w{number}").as_bytes());
        let mut client = waiting.remove(0);
        say(&mut served, b"done");
        drop(served);
        hear(&mut client, b"done");
    }
    let snapshot = running.until(|s| s["global"]["curr_conns"] == 0);
    assert_eq!(snapshot["proxies"][0]["backend"]["qmax"], 2);
    assert_eq!(snapshot["proxies"][0]["servers"][0]["smax"], 1);
}

#[test]
fn waiting_ends_with_timeout_queue_and_when_the_client_leaves() {
    let (listener, address) = server();
    let mut plan = plan(&[address]);
    plan.proxies[0].backend.as_mut().unwrap().servers[0].maxconn = 1;
    plan.proxies[0].timeouts.queue = Some(150);
    let running = start(plan);
    let _first = running.connect();
    let _at_first = accept(&listener);
    let mut late = running.connect();
    ends(&mut late);
    let leaver = running.connect();
    running.until(|s| s["proxies"][0]["backend"]["qcur"] == 1);
    drop(leaver);
    running.until(|s| s["proxies"][0]["backend"]["qcur"] == 0);
    running.until(|s| s["global"]["curr_conns"] == 1);
}

#[test]
fn maxconn_of_a_frontend_leaves_connections_in_the_backlog() {
    let (listener, address) = server();
    let mut plan = plan(&[address]);
    plan.proxies[0].frontend.as_mut().unwrap().maxconn = 1;
    let running = start(plan);
    let first = running.connect();
    let at_first = accept(&listener);
    let mut second = running.connect();
    say(&mut second, b"later");
    let snapshot = running.snapshot();
    assert_eq!(snapshot["proxies"][0]["frontend"]["scur"], 1);
    drop((first, at_first));
    let mut served = accept(&listener);
    hear(&mut served, b"later");
    assert_eq!(running.snapshot()["proxies"][0]["frontend"]["smax"], 1);
}

#[test]
fn a_silent_client_is_timed_out() {
    let (listener, address) = server();
    let mut plan = plan(&[address]);
    plan.proxies[0].timeouts.client = Some(100);
    let running = start(plan);
    let began = Instant::now();
    let mut client = running.connect();
    let mut served = accept(&listener);
    ends(&mut served);
    assert!(began.elapsed() >= Duration::from_millis(100));
    drop(served);
    ends(&mut client);
}

#[test]
fn a_server_in_maintenance_gets_nothing_and_the_backup_serves() {
    let (main, main_address) = server();
    let (backup, backup_address) = server();
    let mut plan = plan(&[main_address, backup_address]);
    plan.proxies[0].backend.as_mut().unwrap().servers[1].backup = true;
    let running = start(plan);
    let maint = Order::ServerAdmin {
        proxy: 0,
        server: 0,
        state: AdminState::Maint,
    };
    running.engine.order(&[maint]).unwrap();
    let mut client = running.connect();
    let mut served = accept(&backup);
    say(&mut client, b"to the backup");
    hear(&mut served, b"to the backup");
    running
        .engine
        .order(&[Order::ServerAdmin {
            proxy: 0,
            server: 0,
            state: AdminState::Ready,
        }])
        .unwrap();
    let _client = running.connect();
    let _served = accept(&main);
    let wrong = Order::ServerWeight {
        proxy: 0,
        server: 7,
        weight: 1,
    };
    let down = Order::ServerHealth {
        proxy: 0,
        server: 0,
        up: false,
    };
    assert!(running.engine.order(&[down, wrong]).is_err());
    assert_eq!(running.snapshot()["proxies"][0]["servers"][0]["up"], true);
}

#[test]
fn a_disabled_frontend_accepts_again_when_enabled() {
    let (listener, address) = server();
    let running = start(plan(&[address]));
    running
        .engine
        .order(&[Order::Frontend {
            proxy: 0,
            state: FrontendState::Disable,
        }])
        .unwrap();
    let mut client = running.connect();
    say(&mut client, b"hello");
    running
        .engine
        .order(&[Order::Frontend {
            proxy: 0,
            state: FrontendState::Enable,
        }])
        .unwrap();
    let mut served = accept(&listener);
    hear(&mut served, b"hello");
}

#[test]
fn proxy_headers_pass_through_in_both_forms() {
    for version in [1, 2] {
        let (listener, address) = server();
        let mut plan = plan(&[address]);
        plan.proxies[0].frontend.as_mut().unwrap().binds[0].accept_proxy = true;
        plan.proxies[0].backend.as_mut().unwrap().servers[0].send_proxy = version;
        let running = start(plan);
        let mut client = running.connect();
        // In two pieces: the header is waited for.
        say(&mut client, b"PROXY TCP4 192.0.2.7 ");
        say(&mut client, b"198.51.100.9 1025 443\r\nhello");
        let mut served = accept(&listener);
        match version {
            1 => hear(&mut served, b"PROXY TCP4 192.0.2.7 198.51.100.9 1025 443\r\nhello"),
            _ => {
                let mut header = [0; 28];
                served.read_exact(&mut header).unwrap();
                assert_eq!(&header[..16], b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c");
                assert_eq!(&header[16..], [192, 0, 2, 7, 198, 51, 100, 9, 4, 1, 1, 187]);
                hear(&mut served, b"hello");
            }
        }
        let mut wrong = running.connect();
        say(&mut wrong, b"GET / HTTP/1.0\r\n\r\n");
        let mut rest = Vec::new();
        // Closed with bytes unread: a reset, as with HAProxy.
        assert!(wrong.read_to_end(&mut rest).is_err() || rest.is_empty());
    }
}

#[test]
fn several_threads_share_one_listener_and_one_queue() {
    let (listener, address) = server();
    let mut plan = plan(&[address]);
    plan.global.nbthread = 3;
    plan.proxies[0].backend.as_mut().unwrap().servers[0].maxconn = 2;
    let running = start(plan);
    let echo = std::thread::spawn(move || {
        for _ in 0..30 {
            let mut served = accept(&listener);
            std::thread::spawn(move || {
                let mut word = [0; 4];
                served.read_exact(&mut word).unwrap();
                served.write_all(&word).unwrap();
                served.shutdown(Shutdown::Write).unwrap();
            });
        }
    });
    let address = running.address;
    let clients: Vec<_> = (0..30)
        .map(|_| {
            std::thread::spawn(move || {
                let mut client = connect(address);
                say(&mut client, b"ping");
                hear(&mut client, b"ping");
                client.shutdown(Shutdown::Write).unwrap();
                ends(&mut client);
            })
        })
        .collect();
    for client in clients {
        client.join().unwrap();
    }
    echo.join().unwrap();
    let snapshot = running.until(|s| s["global"]["curr_conns"] == 0);
    assert_eq!(snapshot["proxies"][0]["servers"][0]["stot"], 30);
    assert!(snapshot["proxies"][0]["servers"][0]["smax"].as_u64().unwrap() <= 2);
}

#[test]
fn a_wrong_descriptor_is_refused_and_nothing_runs() {
    let (_listener, address) = server();
    let mut plan = plan(&[address]);
    let file = std::fs::File::open("/dev/null").unwrap();
    plan.proxies[0].frontend.as_mut().unwrap().binds[0].fd = file.as_raw_fd();
    let engine = steelyard_engine::Engine::new(plan).unwrap();
    assert!(engine.start().is_err());
}

//! Relaying bytes and ends.

use crate::kit::*;
use std::io::{Read, Write};
use std::net::Shutdown;

#[test]
fn bytes_go_both_ways_and_each_half_closes_by_itself() {
    let (listener, address) = server();
    let running = start(plan(&[address]));
    let mut client = running.connect();
    let mut server = accept(&listener);
    say(&mut client, b"question");
    hear(&mut server, b"question");
    client.shutdown(Shutdown::Write).unwrap();
    ends(&mut server);
    say(&mut server, b"a late answer");
    drop(server);
    hear(&mut client, b"a late answer");
    ends(&mut client);
    let done = running.until(|s| s["global"]["curr_conns"] == 0);
    assert_eq!(done["proxies"][0]["frontend"]["bin"], 8);
    assert_eq!(done["proxies"][0]["servers"][0]["bout"], 13);
    assert_eq!(done["proxies"][0]["servers"][0]["scur"], 0);
}

#[test]
fn much_is_relayed_whole_in_both_directions_at_once() {
    let (listener, address) = server();
    let running = start(plan(&[address]));
    let client = running.connect();
    let server = accept(&listener);
    const SIZE: usize = 24 << 20;
    let pump = |mut stream: std::net::TcpStream, seed: u8| {
        let mut reading = stream.try_clone().unwrap();
        let writer = std::thread::spawn(move || {
            let block: Vec<u8> = (0..65_536u32)
                .map(|n| (n as u8).wrapping_mul(31).wrapping_add(seed))
                .collect();
            for _ in 0..SIZE / block.len() {
                stream.write_all(&block).unwrap();
            }
            stream.shutdown(Shutdown::Write).unwrap();
        });
        std::thread::spawn(move || {
            let mut got = Vec::with_capacity(SIZE);
            reading.read_to_end(&mut got).unwrap();
            writer.join().unwrap();
            got
        })
    };
    let (at_client, at_server) = (pump(client, 1), pump(server, 2));
    let expected = |seed: u8, got: &[u8]| {
        got.chunks(65_536).all(|c| {
            c.iter()
                .enumerate()
                .all(|(n, b)| *b == (n as u8).wrapping_mul(31).wrapping_add(seed))
        })
    };
    let (at_client, at_server) = (at_client.join().unwrap(), at_server.join().unwrap());
    assert_eq!((at_client.len(), at_server.len()), (SIZE, SIZE));
    assert!(expected(2, &at_client) && expected(1, &at_server));
}

#[test]
fn a_refused_connection_goes_to_the_other_server() {
    let (listener, address) = server();
    let mut plan = plan(&[refusing(), address]);
    plan.proxies[0].options.redispatch = true;
    let running = start(plan);
    let mut client = running.connect();
    let mut server = accept(&listener);
    say(&mut client, b"hello");
    hear(&mut server, b"hello");
    let snapshot = running.snapshot();
    assert_eq!(snapshot["proxies"][0]["servers"][0]["wredis"], 1);
}

#[test]
fn soft_stop_lets_sessions_end_and_tells_so() {
    let (listener, address) = server();
    let running = start(plan(&[address]));
    let mut client = running.connect();
    let mut server = accept(&listener);
    running.engine.order(&[steelyard_engine::order::Order::SoftStop]).unwrap();
    say(&mut client, b"still here");
    hear(&mut server, b"still here");
    drop(client);
    ends(&mut server);
    drop(server);
    running.until(|s| s["global"]["curr_conns"] == 0);
    assert_eq!(running.engine.events(), vec![steelyard_engine::event::Event::Drained]);
}

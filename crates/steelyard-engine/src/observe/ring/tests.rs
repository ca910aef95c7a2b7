//! What becomes of a ring's threads.

use super::*;
use std::time::Instant;

#[test]
fn the_thread_of_a_server_that_is_not_there_ends_with_its_ring() {
    let server = plan::RingServer {
        address: Address::Unix {
            path: "/nowhere/at/all".into(),
        },
        octet_count: false,
    };
    let ring = Ring::new(&plan::Ring {
        size: 1_024,
        servers: vec![server],
        ..plan::Ring::default()
    })
    .unwrap();
    let shared = Arc::downgrade(&ring.feeds[0].shared);
    assert!(ring.send(b"line\n"));
    drop(ring);
    let deadline = Instant::now() + Duration::from_secs(10);
    while shared.strong_count() > 0 {
        assert!(Instant::now() < deadline, "it tries on and on");
        std::thread::yield_now();
    }
}

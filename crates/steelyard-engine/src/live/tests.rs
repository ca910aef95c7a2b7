//! Slow starts, rates and counters.

use super::{add, bump, enter, leave, share, Admin, Rate, ServerLive, STEPS};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};
use steelyard_core::plan::Server;

fn server(slowstart: u64) -> ServerLive {
    let plan = Server {
        slowstart,
        ..Server::default()
    };
    ServerLive::new(0, 0, &plan).unwrap()
}

#[test]
fn a_server_that_comes_up_warms_in_steps() {
    let server = server(1_600);
    assert_eq!(server.warmth(0), STEPS);
    server.set_up(false, 1_000);
    server.set_up(true, 2_000);
    assert!(server.is_warming());
    assert_eq!(server.warmth(2_000), 1);
    assert_eq!(server.warmth(2_800), 9);
    assert_eq!(server.warmth(3_600), STEPS);
    assert!(!server.is_warming());
}

#[test]
fn leaving_maintenance_warms_and_leaving_drain_does_not() {
    let server = server(1_000);
    server.set_admin(Admin::Drain, 10);
    server.set_admin(Admin::Ready, 20);
    assert!(!server.is_warming());
    server.set_admin(Admin::Maint, 30);
    server.set_admin(Admin::Ready, 40);
    assert!(server.is_warming());
}

#[test]
fn a_rate_slides_over_a_second() {
    let rate = Rate::default();
    rate.add(1_000, 10);
    assert_eq!(rate.read(1_500), 10);
    assert_eq!(rate.read(2_500), 5);
    assert_eq!(rate.read(4_000), 0);
    assert_eq!(rate.delay(4_000, 0), 0);
    rate.add(4_000, 5);
    assert_eq!(rate.delay(4_100, 5), 200);
    assert_eq!(rate.delay(4_100, 6), 0);
}

#[test]
fn one_thread_and_several_count_the_same() {
    let (total, now, most) = (AtomicU64::new(0), AtomicU32::new(0), AtomicU32::new(0));
    let round = || {
        bump(&total);
        add(&total, 2);
        enter(&now, &most);
        leave(&now);
    };
    (0..1_000).for_each(|_| round());
    enter(&now, &most);
    assert_eq!((total.load(Relaxed), now.load(Relaxed), most.load(Relaxed)), (3_000, 1, 1));
    share();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..1_000).for_each(|_| round()));
        }
    });
    assert_eq!((total.load(Relaxed), now.load(Relaxed)), (15_000, 1));
}

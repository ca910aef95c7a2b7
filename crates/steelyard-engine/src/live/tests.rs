//! Slow starts and rates.

use super::{Admin, Rate, ServerLive, STEPS};
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

use super::*;
use crate::plan::{ServerKey, StickTable, TableColumn, TableKey};
use crate::table::Tables;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::Arc;

const AT: At = At { file: 0, line: 1 };

/// Milliseconds that `bytes` take through limits, and how often they were asked.
fn time(limits: &mut [Limit], bytes: u64) -> (u64, u32) {
    let (mut now, mut left, mut asked) = (1_000, bytes, 0);
    while left > 0 {
        asked += 1;
        assert!(asked < 100_000, "it never ends");
        let take = quota(limits, now, left, true);
        spend(limits, now, take);
        left -= take;
        if take == 0 {
            now += delay(limits, now, left);
        }
    }
    (now - 1_000, asked)
}

#[test]
fn a_stream_gets_its_limit_in_each_period() {
    let mut limits = [Limit::own(AT, false, 10_000, 1_000, 0)];
    assert_eq!(time(&mut limits, 10_000).0, 0);
    let mut limits = [Limit::own(AT, false, 10_000, 1_000, 0)];
    let (ms, asked) = time(&mut limits, 100_000);
    assert!((8_900..=10_100).contains(&ms), "{ms}");
    assert!(asked < 2_500, "{asked}");
}

#[test]
fn small_pieces_are_put_together() {
    let mut limits = [Limit::own(AT, false, 10_000, 1_000, 3_000)];
    assert_eq!(limits[0].quota(1_000, 50_000, false), 10_000);
    limits[0].spend(1_000, 9_000);
    assert_eq!(limits[0].quota(1_000, 50_000, false), 0);
    assert_eq!(limits[0].quota(1_000, 500, true), 500);
    let (ms, asked) = time(&mut limits, 100_000);
    // Least pieces near the limit cost some of it, as the manual says.
    assert!((8_500..=16_000).contains(&ms), "{ms}");
    assert!(asked < 200, "{asked}");
}

#[test]
fn a_limit_below_the_least_piece_still_moves() {
    let (ms, _) = time(&mut [Limit::own(AT, false, 100, 100, 5_000)], 1_000);
    assert!((700..=2_000).contains(&ms), "{ms}");
}

#[test]
fn the_lowest_of_several_limits_holds() {
    let mut limits = [
        Limit::own(AT, false, 1_000_000, 1_000, 0),
        Limit::own(At { file: 0, line: 2 }, false, 1_000, 1_000, 0),
    ];
    let (ms, _) = time(&mut limits, 5_000);
    assert!((3_500..=5_100).contains(&ms), "{ms}");
}

#[test]
fn streams_of_one_key_share_a_limit() {
    let plan = StickTable {
        key: TableKey::String,
        length: 8,
        size: 10,
        server_key: ServerKey::Name,
        store: vec![TableColumn {
            data: TableData::BytesOutRate,
            count: 1,
            period: 1_000,
        }],
        ..StickTable::default()
    };
    let clock = Arc::new(AtomicU64::new(1_000));
    let hands = Arc::clone(&clock);
    let tables = Arc::new(Tables::new(&[plan], Box::new(move || hands.load(Relaxed))));
    let limit = || Limit::shared(AT, false, 1_000, 1_000, 0, Grip::new(&tables, 0, b"a").unwrap());
    let mut one = limit();
    assert_eq!(one.quota(1_000, 5_000, false), 1_000);
    let mut other = limit();
    assert_eq!((one.quota(1_000, 5_000, false), other.quota(1_000, 5_000, false)), (500, 500));
    one.spend(1_000, 900);
    assert_eq!(other.quota(1_000, 5_000, false), 50);
    drop(one);
    assert_eq!(other.quota(1_000, 5_000, false), 100);
    assert_eq!(other.delay(1_000, 50), 10);
    drop(other);
    assert_eq!(limit().quota(1_000, 5_000, false), 100);
    clock.store(5_000, Relaxed);
    assert_eq!(limit().quota(5_000, 5_000, false), 1_000);
}

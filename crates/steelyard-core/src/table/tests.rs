//! Tables with a clock that the tests turn.

use super::*;
use crate::plan::{TableColumn, TableData as D, TableKey};
use proptest::prelude::*;
use std::collections::HashMap;
use std::sync::atomic::AtomicU64;

struct Bench {
    tables: Arc<Tables>,
    clock: Arc<AtomicU64>,
    plan: StickTable,
}

impl Bench {
    fn new(size: u32, expire: Option<u64>, store: &[(D, u32, u64)]) -> Self {
        let column = |(data, count, period): &(D, u32, u64)| TableColumn {
            data: *data,
            count: *count,
            period: *period,
        };
        Self::of(StickTable {
            name: "t".into(),
            key: TableKey::String,
            length: 32,
            size,
            expire,
            store: store.iter().map(column).collect(),
            ..StickTable::default()
        })
    }

    fn of(plan: StickTable) -> Self {
        let clock = Arc::new(AtomicU64::new(1_000_000));
        let read = Arc::clone(&clock);
        let tables = Tables::new(std::slice::from_ref(&plan), Box::new(move || read.load(Relaxed)));
        Self {
            tables: Arc::new(tables),
            clock,
            plan,
        }
    }

    fn wait(&self, ms: u64) {
        self.clock.fetch_add(ms, Relaxed);
    }

    fn table(&self) -> &Table {
        self.tables.get(0).unwrap()
    }

    fn has(&self, key: &str) -> bool {
        self.table().look(key.as_bytes(), self.tables.now(), |_| ()).is_some()
    }

    fn enter(&self, key: &str) -> bool {
        self.table().enter(key.as_bytes(), self.tables.now(), |_| ()).is_some()
    }

    fn read(&self, key: &str, data: D) -> Option<u64> {
        self.table()
            .look(key.as_bytes(), self.tables.now(), |row| row.read(data, 0))?
    }

    fn count(&self) -> usize {
        self.table().count(self.tables.now())
    }

    fn track(&self, tracking: &mut Tracking, level: Level, number: u32, key: &str) -> bool {
        tracking.track(&self.tables, level, number, 0, key.as_bytes(), |_| {})
    }
}

#[test]
fn entries_expire_after_their_last_change() {
    let bench = Bench::new(10, Some(1_000), &[(D::Gpc0, 1, 0)]);
    assert!(bench.enter("a"));
    bench.wait(999);
    assert!(bench.has("a"), "looking does not make it live longer");
    bench.wait(1);
    assert!(!bench.has("a"));
    assert_eq!(bench.count(), 0);
    bench.enter("a");
    bench.wait(600);
    bench.enter("a");
    bench.wait(600);
    assert!(bench.has("a"), "a change does");
}

#[test]
fn a_full_table_lets_the_oldest_go_or_takes_no_more() {
    let bench = Bench::new(2, Some(10_000), &[]);
    for key in ["a", "b", "a", "c"] {
        bench.wait(1);
        assert!(bench.enter(key));
    }
    assert!(bench.has("a") && bench.has("c") && !bench.has("b"));
    let bench = Bench::of(StickTable {
        nopurge: true,
        ..bench.plan
    });
    assert!(bench.enter("a") && bench.enter("b") && !bench.enter("c"));
    bench.wait(10_000);
    assert!(bench.enter("c"), "what has expired makes room");
    assert_eq!(bench.count(), 1);
}

#[test]
fn without_a_time_entries_go_in_the_order_in_which_they_came() {
    let bench = Bench::new(2, None, &[]);
    for key in ["a", "b", "a", "c"] {
        bench.enter(key);
    }
    assert!(bench.has("b") && bench.has("c") && !bench.has("a"));
    bench.wait(u64::from(u32::MAX));
    assert!(bench.has("b"));
}

#[test]
fn tracked_entries_stay() {
    let bench = Bench::new(2, Some(1_000), &[(D::ConnCur, 1, 0), (D::ConnCnt, 1, 0)]);
    let mut first = Tracking::new();
    let mut second = Tracking::new();
    assert!(bench.track(&mut first, Level::Session, 0, "a"));
    assert!(bench.track(&mut second, Level::Stream, 0, "a"));
    assert_eq!(bench.read("a", D::ConnCur), Some(2));
    bench.wait(5_000);
    assert_eq!(bench.read("a", D::ConnCnt), Some(2));
    assert!(bench.enter("b") && bench.enter("c"), "'b' goes, not 'a'");
    assert!(bench.has("a") && !bench.has("b"));
    first.end_stream();
    assert_eq!(bench.read("a", D::ConnCur), Some(2), "the session has not ended");
    second.end_stream();
    assert_eq!(bench.read("a", D::ConnCur), Some(1));
    drop(first);
    assert_eq!(bench.read("a", D::ConnCur), Some(0));
    bench.wait(1_000);
    assert!(!bench.has("a"));
}

#[test]
fn what_expired_while_it_was_tracked_goes_with_its_tracker() {
    let bench = Bench::new(2, Some(1_000), &[(D::ConnCnt, 1, 0)]);
    let mut tracking = Tracking::new();
    bench.track(&mut tracking, Level::Stream, 0, "a");
    bench.wait(1_000);
    assert!(bench.has("a"));
    tracking.end_stream();
    assert!(!bench.has("a"));
    assert_eq!(bench.count(), 0);
}

#[test]
fn a_full_table_of_tracked_entries_takes_no_more() {
    let bench = Bench::new(1, Some(1_000), &[]);
    let mut tracking = Tracking::new();
    assert!(bench.track(&mut tracking, Level::Session, 0, "a"));
    assert!(!bench.track(&mut tracking, Level::Session, 1, "b"));
    assert!(!bench.enter("b"));
    assert_eq!(bench.count(), 1);
}

#[test]
fn clients_that_stay_long_do_not_keep_others_out_of_a_full_table() {
    let bench = Bench::new(400, Some(1_000), &[]);
    let mut tracking = Tracking::new();
    for number in 0..300 {
        assert!(bench.track(&mut tracking, Level::Session, number, &format!("long {number}")));
    }
    for number in 0..1_000 {
        let key = format!("short {number}");
        // A new entry looks at a part of a table: one of them may come in vain.
        assert!(bench.enter(&key) || bench.enter(&key), "{key}");
    }
    assert!(bench.has("long 0") && bench.has("long 299") && bench.has("short 999") && !bench.has("short 0"));
    assert_eq!(bench.count(), 400);
}

#[test]
fn bytes_count_with_the_release_or_before_it_for_who_looks() {
    let bench = Bench::new(10, None, &[(D::BytesInCnt, 1, 0), (D::BytesOutCnt, 1, 0)]);
    let mut tracking = Tracking::new();
    let both = |key| (bench.read(key, D::BytesInCnt), bench.read(key, D::BytesOutCnt));
    bench.track(&mut tracking, Level::Session, 0, "session");
    bench.track(&mut tracking, Level::Stream, 1, "stream");
    tracking.bytes(3, 5);
    tracking.settle();
    assert_eq!((both("session"), both("stream")), ((Some(3), Some(5)), (Some(3), Some(5))));
    tracking.end_stream();
    assert_eq!(both("session"), (Some(3), Some(5)), "counted once");
    bench.track(&mut tracking, Level::Stream, 1, "stream");
    tracking.bytes(10, 20);
    tracking.end_stream();
    assert_eq!(
        (both("session"), both("stream")),
        ((Some(13), Some(25)), (Some(13), Some(25)))
    );
    tracking.bytes(100, 200);
    drop(tracking);
    assert_eq!(
        (both("session"), both("stream")),
        ((Some(113), Some(225)), (Some(13), Some(25)))
    );
}

#[test]
fn events_count_once_for_each_counter() {
    let bench = Bench::new(
        10,
        None,
        &[(D::HttpReqCnt, 1, 0), (D::HttpErrCnt, 1, 0), (D::BytesInCnt, 1, 0)],
    );
    let mut tracking = Tracking::new();
    bench.track(&mut tracking, Level::Session, 0, "session");
    bench.track(&mut tracking, Level::Stream, 1, "stream");
    bench.track(&mut tracking, Level::Backend, 2, "stream");
    assert!(tracking.is_taken(0) && tracking.is_taken(1) && !tracking.is_taken(3));
    tracking.count(Event::HttpRequest);
    tracking.count_backend(Event::HttpRequest);
    tracking.count_session(Event::HttpError);
    tracking.count(Event::BytesIn(5_000_000_000));
    assert_eq!(bench.read("session", D::HttpReqCnt), Some(1));
    assert_eq!(bench.read("stream", D::HttpReqCnt), Some(3));
    assert_eq!(bench.read("stream", D::BytesInCnt), Some(10_000_000_000));
    assert_eq!(bench.read("session", D::HttpErrCnt), Some(1));
    assert_eq!(bench.read("stream", D::HttpErrCnt), Some(0));
    assert_eq!(tracking.with(1, |row| row.key().to_vec()).unwrap(), b"stream");
    tracking.end_stream();
    assert_eq!(tracking.with(0, |row| row.key().to_vec()).unwrap(), b"session");
    assert_eq!(tracking.with(1, |_| ()), None);
}

#[test]
fn rates_slide_over_their_period() {
    let bench = Bench::new(10, None, &[(D::HttpReqRate, 1, 10_000)]);
    let ask = || {
        bench
            .table()
            .enter(b"a", bench.tables.now(), |row| row.count(Event::HttpRequest));
    };
    (0..10).for_each(|_| ask());
    assert_eq!(bench.read("a", D::HttpReqRate), Some(10));
    bench.wait(9_999);
    assert_eq!(bench.read("a", D::HttpReqRate), Some(10));
    bench.wait(5_001);
    assert_eq!(
        bench.read("a", D::HttpReqRate),
        Some(5),
        "half of the period before is still in the window"
    );
    bench.wait(2_500);
    ask();
    assert_eq!(bench.read("a", D::HttpReqRate), Some(3));
    bench.wait(20_000);
    assert_eq!(bench.read("a", D::HttpReqRate), Some(0));
}

#[test]
fn arrays_stand_for_the_numbered_ones() {
    let bench = Bench::new(10, None, &[(D::Gpc, 3, 0), (D::GpcRate, 2, 1_000), (D::Gpt, 1, 0)]);
    let now = bench.tables.now();
    let of = |name, index| {
        let metric = metric(name, index).unwrap();
        bench.table().enter(b"a", now, |row| metric.of(row)).unwrap()
    };
    assert_eq!(of("inc_gpc0", 0), Some(1));
    assert_eq!(of("inc_gpc", 2), Some(1), "it has no rate, but it counts");
    assert_eq!(of("inc_gpc", 3), Some(0), "it is not stored");
    assert_eq!(of("gpc1", 0), Some(0));
    assert_eq!(of("inc_gpc1", 0), Some(1));
    assert_eq!((of("gpc", 0), of("gpc", 1), of("gpc", 2)), (Some(1), Some(1), Some(1)));
    assert_eq!(
        (of("gpc0_rate", 0), of("gpc_rate", 1), of("gpc_rate", 2)),
        (Some(1), Some(1), None)
    );
    assert_eq!(of("clr_gpc0", 0), Some(1));
    assert_eq!(of("gpc", 0), Some(0));
    assert_eq!(of("get_gpt0", 0), Some(0));
    assert_eq!(of("conn_cnt", 0), None);
    assert_eq!(of("trackers", 0), Some(0));
}

#[test]
fn byte_rates_count_blocks() {
    let bench = Bench::of(StickTable {
        brates_factor: 100,
        ..Bench::new(10, None, &[(D::BytesOutRate, 1, 1_000)]).plan
    });
    bench
        .table()
        .enter(b"a", bench.tables.now(), |row| row.count(Event::BytesOut(101)));
    assert_eq!(bench.read("a", D::BytesOutRate), Some(200));
}

#[test]
fn keys_are_cut_or_filled() {
    let arena = bumpalo::Bump::new();
    let of = |key, length, sample: crate::sample::Sample<'_>| {
        let plan = StickTable {
            key,
            length,
            ..StickTable::default()
        };
        KeyType::new(&plan).of(sample, &arena).map(<[u8]>::to_vec)
    };
    use crate::sample::Sample as S;
    assert_eq!(of(TableKey::String, 3, S::Str(b"abcd")).unwrap(), b"abc");
    assert_eq!(of(TableKey::String, 3, S::Int(12)).unwrap(), b"12");
    assert_eq!(of(TableKey::Binary, 3, S::Str(b"a")).unwrap(), b"a\0\0");
    assert_eq!(of(TableKey::Binary, 2, S::Bin(b"abc")).unwrap(), b"ab");
    assert_eq!(of(TableKey::Integer, 0, S::Str(b"258")).unwrap(), [0, 0, 1, 2]);
    assert_eq!(of(TableKey::Integer, 0, S::Bin(b"258")), None);
    assert_eq!(of(TableKey::Ipv4, 0, S::Str(b"1.2.3.4")).unwrap(), [1, 2, 3, 4]);
    assert_eq!(
        of(TableKey::Ipv4, 0, S::Ipv6("::ffff:1.2.3.4".parse().unwrap())).unwrap(),
        [1, 2, 3, 4]
    );
    assert_eq!(of(TableKey::Ipv4, 0, S::Str(b"::ffff:1.2.3.4")), None);
    assert_eq!(of(TableKey::Ipv6, 0, S::Str(b"1.2.3.4")), None);
    assert_eq!(of(TableKey::Ipv4, 0, S::Str(b"fe80::1")), None);
    assert_eq!(
        of(TableKey::Ipv6, 0, S::Ipv4("1.2.3.4".parse().unwrap())).unwrap()[10..],
        [255, 255, 1, 2, 3, 4]
    );
}

#[test]
fn pages_show_all_entries_a_few_at_a_time() {
    let bench = Bench::new(100_000, Some(60_000), &[(D::Gpc, 2, 0)]);
    for number in 0..1_000 {
        bench
            .table()
            .enter(format!("k{number}").as_bytes(), bench.tables.now(), |row| {
                row.add(D::Gpc, 1, number)
            });
    }
    let (mut cursor, mut seen) = (Cursor::default(), HashMap::new());
    loop {
        let page = bench.tables.page(0, &bench.plan, cursor, 70).unwrap();
        assert!(page.entries.len() <= 70 && page.used == 1_000 && page.key_type == "string");
        for entry in page.entries {
            assert_eq!(entry.exp, Some(60_000));
            seen.insert(entry.key, entry.data["gpc"].clone());
        }
        match page.next {
            Some(next) => cursor = next,
            None => break,
        }
    }
    assert_eq!(seen.len(), 1_000);
    assert_eq!(seen["k17"], [0, 17]);
    assert!(bench.tables.page(1, &bench.plan, Cursor::default(), 1).is_none());
}

#[test]
fn entries_are_removed_and_tracked_ones_emptied() {
    let bench = Bench::new(10, None, &[(D::Gpc0, 1, 0), (D::ConnCnt, 1, 0)]);
    let mut tracking = Tracking::new();
    bench.track(&mut tracking, Level::Session, 0, "a");
    bench.enter("b");
    bench.enter("c");
    let now = bench.tables.now();
    assert!(bench.table().remove(b"b", now) && !bench.table().remove(b"b", now));
    bench.table().clear();
    assert_eq!(bench.read("a", D::ConnCnt), Some(0));
    assert_eq!(bench.count(), 1);
}

#[test]
fn threads_share_a_table() {
    let bench = Bench::new(50_000, Some(100_000), &[(D::Gpc0, 1, 0), (D::ConnCur, 1, 0)]);
    std::thread::scope(|scope| {
        for thread in 0..4_u32 {
            let bench = &bench;
            scope.spawn(move || {
                for round in 0..5_000_u32 {
                    let mut tracking = Tracking::new();
                    let key = format!("k{}", (round * 7 + thread) % 100);
                    bench.track(&mut tracking, Level::Stream, 0, &key);
                    tracking.with(0, |row| row.add(D::Gpc0, 0, 1));
                }
            });
        }
    });
    let page = bench.tables.page(0, &bench.plan, Cursor::default(), 1_000).unwrap();
    let sum: u64 = page.entries.iter().map(|entry| entry.data["gpc0"][0]).sum();
    assert_eq!((page.entries.len(), sum), (100, 20_000));
    assert!(page
        .entries
        .iter()
        .all(|entry| entry.data["conn_cur"] == [0] && entry.trackers == 0));
}

/// The same, with a map and no bound on time or memory.
#[derive(Default)]
struct Model {
    /// Count, time of the last change, order of the last change.
    entries: HashMap<u8, (u64, u64, u64)>,
    order: u64,
}

#[derive(Clone, Debug)]
enum Step {
    Enter(u8),
    Look(u8),
    Remove(u8),
    Wait(u64),
    Track(u8),
    Untrack,
}

fn step() -> impl Strategy<Value = Step> {
    let key = 0..8_u8;
    prop_oneof![
        6 => key.clone().prop_map(Step::Enter),
        3 => key.clone().prop_map(Step::Look),
        1 => key.clone().prop_map(Step::Remove),
        3 => (0..700_u64).prop_map(Step::Wait),
        2 => key.prop_map(Step::Track),
        2 => Just(Step::Untrack),
    ]
}

proptest! {
    /// Against the model: one tracker at a time, a size that is reached.
    #[test]
    fn a_table_is_a_map_that_forgets(steps in prop::collection::vec(step(), 1..200)) {
        const SIZE: usize = 4;
        const EXPIRE: u64 = 1_000;
        let bench = Bench::new(4, Some(EXPIRE), &[(D::Gpc0, 1, 0)]);
        let mut model = Model::default();
        let mut tracking = Tracking::new();
        let mut tracked: Option<u8> = None;
        for step in steps {
            let now = bench.tables.now();
            model.entries.retain(|key, entry| tracked == Some(*key) || entry.1 + EXPIRE > now);
            let enter = |model: &mut Model, key: u8, count: u64| {
                if !model.entries.contains_key(&key) && model.entries.len() == SIZE {
                    let free = model.entries.iter().filter(|(key, _)| tracked != Some(**key));
                    let oldest = *free.min_by_key(|(_, entry)| entry.2).unwrap().0;
                    model.entries.remove(&oldest);
                }
                model.order += 1;
                let entry = model.entries.entry(key).or_default();
                *entry = (entry.0 + count, now, model.order);
                entry.0
            };
            match step {
                Step::Enter(key) => {
                    let seen = bench.table().enter(&[key], now, |row| row.add(D::Gpc0, 0, 1)).flatten();
                    prop_assert_eq!(seen, Some(enter(&mut model, key, 1)));
                }
                Step::Look(key) => {
                    let seen = bench.table().look(&[key], now, |row| row.read(D::Gpc0, 0)).flatten();
                    prop_assert_eq!(seen, model.entries.get(&key).map(|entry| entry.0));
                }
                Step::Remove(key) if tracked != Some(key) => {
                    prop_assert_eq!(bench.table().remove(&[key], now), model.entries.remove(&key).is_some());
                }
                Step::Wait(ms) => bench.wait(ms),
                Step::Track(key) if tracked.is_none() => {
                    enter(&mut model, key, 0);
                    let entered = tracking.track(&bench.tables, Level::Stream, 0, 0, &[key], |_| {});
                    prop_assert!(entered);
                    tracked = Some(key);
                }
                Step::Untrack => {
                    tracking.end_stream();
                    tracked = None;
                }
                Step::Remove(_) | Step::Track(_) => {}
            }
        }
        let now = bench.tables.now();
        model.entries.retain(|key, entry| tracked == Some(*key) || entry.1 + EXPIRE > now);
        prop_assert_eq!(bench.count(), model.entries.len());
    }
}

use super::recorded::RECORDED;
use super::*;
use crate::http1::{parse_request, Head, Limits};
use crate::plan::{Balance, HashFunction, HashType};
use proptest::prelude::*;

fn backend(kind: BalanceKind, hash: HashType, weights: &[u32]) -> plan::Backend {
    plan::Backend {
        balance: Balance {
            kind,
            hash,
            hash_balance_factor: 0,
        },
        servers: weights
            .iter()
            .map(|&weight| plan::Server {
                weight,
                ..plan::Server::default()
            })
            .collect(),
        ..plan::Backend::default()
    }
}

pub(super) fn seats(weights: &[u32]) -> Vec<ServerSeat> {
    (1u32..)
        .zip(weights)
        .map(|(id, &weight)| ServerSeat {
            weight,
            usable: true,
            id,
            ..ServerSeat::default()
        })
        .collect()
}

pub(super) fn balancer(kind: BalanceKind, seats: &[ServerSeat]) -> Balancer {
    let weights: Vec<u32> = seats.iter().map(|seat| seat.weight).collect();
    let mut balancer = Balancer::new(&backend(kind, HashType::default(), &weights), false);
    balancer.changed(seats);
    balancer
}

/// A fixed sequence; tests must not depend on luck.
fn numbers() -> impl FnMut() -> u32 {
    let mut state = 12_345u32;
    move || {
        state = avalanche(state.wrapping_add(0x9e37_79b9));
        state
    }
}

pub(super) fn picks(balancer: &mut Balancer, seats: &[ServerSeat], count: usize) -> Vec<usize> {
    let mut random = numbers();
    (0..count)
        .filter_map(|_| balancer.pick(seats, None, None, &mut random))
        .collect()
}

fn hdr() -> BalanceKind {
    BalanceKind::Hdr {
        name: "k".into(),
        use_domain_only: false,
    }
}

#[test]
fn hash_values_are_haproxys() {
    // Key; then sdbm, djb2, wt6, crc32, each as HAProxy's converter gives it without and with `avalanche`.
    let known: [(&[u8], [u32; 8]); 6] = [
        (
            b"a",
            [
                97, 1830748055, 177670, 3548763807, 1900802597, 1986649387, 3904355907, 1288200982,
            ],
        ),
        (
            b"/",
            [
                47, 2118074832, 177620, 3725504903, 1886637733, 2250254464, 2043925204, 2724628003,
            ],
        ),
        (
            b"/index.html",
            [
                858007926, 4217574924, 3776231887, 1889807916, 822151038, 2986733765, 3928116034, 571229468,
            ],
        ),
        (
            b"192.168.1.77",
            [
                1546282236, 3702209809, 480782825, 666774823, 1392115653, 1066194567, 3350848658, 253634940,
            ],
        ),
        (
            b"The quick brown fox jumps over the lazy dog",
            [
                2359783795, 4144961173, 885799134, 3419350371, 3840389189, 2386649459, 1095738169, 1090730130,
            ],
        ),
        (
            b"\xe9\xff",
            [
                15284822, 2088548425, 5867853, 1040576479, 3988370829, 4268776070, 3815224791, 1042378254,
            ],
        ),
    ];
    use HashFunction::{Crc32, Djb2, Sdbm, Wt6};
    for (key, values) in known {
        let mut found = Vec::new();
        for function in [Sdbm, Djb2, Wt6, Crc32] {
            found.extend([hash_with(function, false, key), hash_with(function, true, key)]);
        }
        assert_eq!(found, values, "{key:?}");
    }
    assert_eq!(hash_with(HashFunction::None, false, b"123x"), 123);
    assert_eq!(hash_with(HashFunction::None, false, b"x"), 0);
}

#[test]
fn keys_reach_the_servers_that_haproxy_gives_them() {
    for case in RECORDED {
        let weights: Vec<u32> = case.servers.iter().map(|server| server.0).collect();
        let mut seats = seats(&weights);
        for (seat, server) in seats.iter_mut().zip(case.servers) {
            seat.id = server.1;
        }
        let function = match case.function {
            "sdbm" => HashFunction::Sdbm,
            "djb2" => HashFunction::Djb2,
            "wt6" => HashFunction::Wt6,
            _ => HashFunction::Crc32,
        };
        let hash = HashType {
            consistent: case.consistent,
            function,
            avalanche: case.avalanche,
        };
        let backend = backend(hdr(), hash, &weights);
        let mut balancer = Balancer::new(&backend, false);
        balancer.changed(&seats);
        let taken: String = (0..200)
            .map(|n| {
                let text = format!("GET / HTTP/1.1\r\nK: user{n}\r\n\r\n");
                let mut head = Head::new();
                parse_request(text.as_bytes(), &Limits::default(), &mut head).unwrap();
                let key = key_of(&backend.balance, Some(&head), None, b"");
                balancer.pick(&seats, key, None, &mut || 0).unwrap().to_string()
            })
            .collect();
        assert_eq!(taken, case.taken, "{:?} {hash:?}", case.servers);
    }
}

#[test]
fn a_server_that_goes_down_moves_only_its_own_keys() {
    let mut seats = seats(&[10; 20]);
    let hash = HashType {
        consistent: true,
        ..HashType::default()
    };
    let mut balancer = Balancer::new(&backend(hdr(), hash, &[10; 20]), false);
    balancer.changed(&seats);
    let keys: Vec<u32> = (0..2_000).map(avalanche).collect();
    let place = |balancer: &mut Balancer, seats: &[ServerSeat]| -> Vec<usize> {
        keys.iter()
            .map(|&key| balancer.pick(seats, Some(key), None, &mut || 0).unwrap())
            .collect()
    };
    let before = place(&mut balancer, &seats);
    seats[7].usable = false;
    balancer.changed(&seats);
    let without = place(&mut balancer, &seats);
    for (old, new) in before.iter().zip(&without) {
        assert!(if *old == 7 { *new != 7 } else { new == old });
    }
    // Most go: the ring is made anew, with the same answers for those that stay.
    for seat in &mut seats[8..] {
        seat.usable = false;
    }
    balancer.changed(&seats);
    for (old, new) in without.iter().zip(place(&mut balancer, &seats)) {
        assert!(new < 7 && (*old >= 7 || *old == new));
    }
    for seat in &mut seats {
        seat.usable = true;
    }
    balancer.changed(&seats);
    assert_eq!(place(&mut balancer, &seats), before);
}

#[test]
fn bounded_load_moves_a_popular_key_on() {
    let mut seats = seats(&[1, 1, 1]);
    let hash = HashType {
        consistent: true,
        ..HashType::default()
    };
    let mut backend = backend(hdr(), hash, &[1, 1, 1]);
    backend.balance.hash_balance_factor = 150;
    let mut balancer = Balancer::new(&backend, false);
    balancer.changed(&seats);
    for _ in 0..300 {
        let at = balancer.pick(&seats, Some(4_711), None, &mut || 0).unwrap();
        seats[at].conns += 1;
    }
    let most = seats.iter().map(|seat| seat.conns).max().unwrap();
    assert!((100..=151).contains(&most), "{most}");
}

/// Who gets each of six requests that stay, with two servers (HAProxy 2.8, the key belongs to the first).
#[test]
fn what_a_bound_leaves_over_goes_to_the_first() {
    for (factor, wanted) in [
        (101, [0, 1, 0, 1, 0, 1]),
        (110, [0, 1, 0, 1, 0, 1]),
        (150, [0, 1, 0, 0, 0, 1]),
    ] {
        let hash = HashType {
            consistent: true,
            ..HashType::default()
        };
        let mut backend = backend(hdr(), hash, &[1, 1]);
        backend.balance.hash_balance_factor = factor;
        let mut seats = seats(&[1, 1]);
        let mut balancer = Balancer::new(&backend, false);
        balancer.changed(&seats);
        let mut keys = (0..).step_by(1 << 24);
        let key = keys.find(|key| balancer.pick(&seats, Some(*key), None, &mut || 0) == Some(0));
        let taken = [(); 6].map(|()| {
            let at = balancer.pick(&seats, key, None, &mut || 0).unwrap();
            seats[at].conns += 1;
            at
        });
        assert_eq!(taken, wanted, "{factor}");
    }
}

#[test]
fn roundrobin_takes_turns_by_weight() {
    let equal = seats(&[1, 1, 1]);
    assert_eq!(
        picks(&mut balancer(BalanceKind::Roundrobin, &equal), &equal, 7),
        [0, 1, 2, 0, 1, 2, 0]
    );
    let weighted = seats(&[5, 1, 1]);
    let taken = picks(&mut balancer(BalanceKind::Roundrobin, &weighted), &weighted, 70);
    for (server, share) in [50, 10, 10].into_iter().enumerate() {
        assert_eq!(taken.iter().filter(|&&at| at == server).count(), share);
    }
    assert!(
        taken.windows(6).all(|window| window.iter().any(|&at| at != 0)),
        "smooth: {taken:?}"
    );
}

#[test]
fn roundrobin_passes_over_full_servers_and_gives_no_arrears() {
    let mut seats = seats(&[1, 1]);
    seats[0].maxconn = 1;
    seats[0].conns = 1;
    let mut balancer = balancer(BalanceKind::Roundrobin, &seats);
    assert_eq!(picks(&mut balancer, &seats, 5), [1; 5]);
    seats[0].conns = 0;
    let after = picks(&mut balancer, &seats, 6);
    assert!(after.iter().filter(|&&at| at == 0).count() <= 4, "{after:?}");
    seats[0].conns = 1;
    (seats[1].maxconn, seats[1].conns) = (1, 1);
    assert!(picks(&mut balancer, &seats, 1).is_empty());
}

#[test]
fn roundrobin_follows_weight_changes_at_once() {
    let mut seats = seats(&[1, 1]);
    let mut balancer = balancer(BalanceKind::Roundrobin, &seats);
    picks(&mut balancer, &seats, 11);
    seats[0].weight = 9;
    balancer.changed(&seats);
    let taken = picks(&mut balancer, &seats, 100);
    let share = taken.iter().filter(|&&at| at == 0).count();
    assert!((89..=91).contains(&share), "{share}");
}

#[test]
fn static_rr_ignores_weight_changes_and_leaves_out_what_is_down() {
    let mut seats = seats(&[3, 2, 1]);
    let mut balancer = balancer(BalanceKind::StaticRr, &seats);
    // As HAProxy 2.6 does.
    assert_eq!(picks(&mut balancer, &seats, 7), [0, 0, 1, 0, 1, 2, 0]);
    seats[0].weight = 200;
    balancer.changed(&seats);
    let taken = picks(&mut balancer, &seats, 60);
    assert_eq!(taken.iter().filter(|&&at| at == 0).count(), 30);
    seats[0].usable = false;
    balancer.changed(&seats);
    assert_eq!(picks(&mut balancer, &seats, 6), [1, 1, 2, 1, 1, 2]);
}

#[test]
fn leastconn_takes_the_idlest_and_turns_among_equals() {
    let mut seats = seats(&[1, 1, 2]);
    let mut balancer = balancer(BalanceKind::Leastconn, &seats);
    // Connections that end at once: turns.
    let mut taken = Vec::new();
    for _ in 0..6 {
        let at = balancer.pick(&seats, None, None, &mut || 0).unwrap();
        seats[at].conns += 1;
        taken.push(at);
        seats[at].conns -= 1;
        balancer.freed(&seats, at);
    }
    assert_eq!(taken, [0, 1, 2, 0, 1, 2]);
    // Connections that stay: by weight.
    for _ in 0..400 {
        let at = balancer.pick(&seats, None, None, &mut || 0).unwrap();
        seats[at].conns += 1;
    }
    assert_eq!(seats.iter().map(|seat| seat.conns).collect::<Vec<_>>(), [100, 100, 200]);
    seats[1].conns = 3;
    balancer.freed(&seats, 1);
    assert_eq!(balancer.pick(&seats, None, None, &mut || 0), Some(1));
    assert_ne!(balancer.pick(&seats, None, Some(1), &mut || 0), Some(1));
}

#[test]
fn first_fills_the_lowest_id() {
    let mut seats = seats(&[1, 1, 1]);
    (seats[0].id, seats[1].id, seats[2].id) = (30, 10, 20);
    for seat in &mut seats {
        seat.maxconn = 2;
    }
    let mut balancer = balancer(BalanceKind::First, &seats);
    let mut taken = Vec::new();
    while let Some(at) = balancer.pick(&seats, None, None, &mut || 0) {
        seats[at].conns += 1;
        taken.push(at);
    }
    assert_eq!(taken, [1, 1, 2, 2, 0, 0]);
}

#[test]
fn random_follows_weights_and_prefers_the_idle() {
    let mut seats = seats(&[1, 3]);
    let mut one = balancer(BalanceKind::Random { draws: 1 }, &seats);
    let heavy = picks(&mut one, &seats, 4_000).iter().filter(|&&at| at == 1).count();
    assert!((2_850..=3_150).contains(&heavy), "{heavy}");
    let mut two = balancer(BalanceKind::Random { draws: 2 }, &seats);
    let mut random = numbers();
    for _ in 0..400 {
        let at = two.pick(&seats, None, None, &mut random).unwrap();
        seats[at].conns += 1;
    }
    assert!((90..=110).contains(&seats[0].conns), "{}", seats[0].conns);
    (seats[1].maxconn, seats[0].maxconn) = (1, 1_000);
    assert_eq!(two.pick(&seats, None, None, &mut random), Some(0));
    seats[0].maxconn = 1;
    assert_eq!(two.pick(&seats, None, None, &mut random), None);
}

#[test]
fn backups_serve_when_no_other_does() {
    let mut seats = seats(&[1, 1, 1]);
    seats[1].backup = true;
    seats[2].backup = true;
    let mut lone = balancer(BalanceKind::Roundrobin, &seats);
    assert_eq!(picks(&mut lone, &seats, 3), [0, 0, 0]);
    seats[0].usable = false;
    lone.changed(&seats);
    // The first backup takes all, even when it is full: requests queue there.
    (seats[1].maxconn, seats[1].conns) = (1, 1);
    assert_eq!(picks(&mut lone, &seats, 3), [1, 1, 1]);
    seats[1].maxconn = 0;
    let mut all = Balancer::new(&backend(BalanceKind::Roundrobin, HashType::default(), &[1, 1, 1]), true);
    all.changed(&seats);
    assert_eq!(picks(&mut all, &seats, 4), [1, 2, 1, 2]);
    // Weight 0 is drained, so backups step in.
    seats[0].usable = true;
    seats[0].weight = 0;
    lone.changed(&seats);
    assert_eq!(picks(&mut lone, &seats, 1), [1]);
    for seat in &mut seats {
        seat.usable = false;
    }
    lone.changed(&seats);
    assert!(picks(&mut lone, &seats, 1).is_empty());
}

fn key_text(kind: BalanceKind, request: &str, body: &str) -> Option<u32> {
    let mut head = Head::new();
    parse_request(request.as_bytes(), &Limits::default(), &mut head).unwrap();
    let balance = Balance {
        kind,
        ..Balance::default()
    };
    key_of(&balance, Some(&head), None, body.as_bytes())
}

fn sdbm(text: &str) -> Option<u32> {
    Some(hash_with(HashFunction::Sdbm, false, text.as_bytes()))
}

#[test]
fn uri_keys() {
    let key = |len, depth, whole, path_only, target: &str| {
        let method = if target == "*" { "OPTIONS" } else { "GET" };
        let kind = BalanceKind::Uri {
            len,
            depth,
            whole,
            path_only,
        };
        key_text(kind, &format!("{method} {target} HTTP/1.1\r\n\r\n"), "")
    };
    // Each of these was asked of HAProxy 2.6 and 2.8.
    let long = "/a/bb/ccc/dddd?x=/y/z";
    assert_eq!(key(0, 0, false, false, long), sdbm("/a/bb/ccc/dddd"));
    assert_eq!(key(0, 0, true, false, long), sdbm(long));
    assert_eq!(key(5, 0, false, false, long), sdbm("/a/bb"));
    assert_eq!(key(0, 1, false, false, long), sdbm("/a"));
    assert_eq!(key(0, 2, false, false, long), sdbm("/a/bb"));
    assert_eq!(key(6, 3, false, false, long), sdbm("/a/bb/"));
    assert_eq!(key(0, 2, false, false, "//a//b//c"), sdbm("//a"));
    let absolute = "http://h.com/a/b/c?q";
    assert_eq!(key(0, 0, false, false, absolute), sdbm("http://h.com/a/b/c"));
    assert_eq!(key(0, 0, false, true, absolute), sdbm("/a/b/c"));
    assert_eq!(key(0, 0, true, true, absolute), sdbm("/a/b/c?q"));
    assert_eq!(key(0, 2, false, false, absolute), sdbm("http://h.com"));
    assert_eq!(key(0, 0, false, false, "*"), sdbm("*"));
    assert_eq!(key(0, 0, false, true, "*"), None);
}

#[test]
fn url_param_keys() {
    let query = |query: &str| {
        let kind = BalanceKind::UrlParam {
            name: "id".into(),
            check_post: None,
        };
        key_text(kind, &format!("GET /{query} HTTP/1.1\r\n\r\n"), "id=body")
    };
    assert_eq!(query("?x=1&id=abc&y=2"), sdbm("abc"));
    assert_eq!(query("?id=abc;y=2"), sdbm("abc;y=2"));
    assert_eq!(query("?xid=zzz&id=abc"), sdbm("abc"));
    assert_eq!(query("?id&id=abc"), sdbm("abc"));
    assert_eq!(query("?id=&id=abc"), sdbm(""));
    assert_eq!(query("?ID=abc"), None);
    assert_eq!(query("id=abc"), None);
    let post = |query: &str, body: &str| {
        let kind = BalanceKind::UrlParam {
            name: "id".into(),
            check_post: Some(48),
        };
        key_text(kind, &format!("POST /{query} HTTP/1.1\r\nContent-Length: 1\r\n\r\n"), body)
    };
    assert_eq!(post("", "x=1&id=abc&y=2"), sdbm("abc"));
    assert_eq!(post("", "x=1 &id=abc"), sdbm("abc"));
    assert_eq!(post("?id=q", "id=abc"), sdbm("q"));
    assert_eq!(post("", "x=1"), None);
}

#[test]
fn header_keys() {
    let header = |value: &str, use_domain_only| {
        let kind = BalanceKind::Hdr {
            name: "k".into(),
            use_domain_only,
        };
        key_text(kind, &format!("GET / HTTP/1.1\r\nK: {value}\r\n\r\n"), "")
    };
    assert_eq!(header("haproxy.1wt.eu", false), sdbm("haproxy.1wt.eu"));
    assert_eq!(header("a , b", false), sdbm("a"));
    assert_eq!(header("", false), None);
    for (host, part) in [
        ("haproxy.1wt.eu", "1wt"),
        ("a.b.c.example.co.uk", "co"),
        ("localhost", "localhost"),
        ("example.com:8080", "example"),
        ("a.", "a"),
        (".com", ".com"),
        ("x.com.", "com"),
    ] {
        assert_eq!(header(host, true), sdbm(part), "{host}");
    }
}

#[test]
fn source_keys() {
    let mut balance = Balance {
        kind: BalanceKind::Source,
        ..Balance::default()
    };
    let key = |balance: &Balance, text: &str| key_of(balance, None, text.parse().ok(), b"");
    assert_eq!(key(&balance, "127.0.0.1"), Some(0x7f00_0001));
    assert_eq!(key(&balance, "::1"), Some(1));
    assert_eq!(
        key(&balance, "1:2:3:4:5:6:7:8"),
        Some(0x0001_0002 ^ 0x0003_0004 ^ 0x0005_0006 ^ 0x0007_0008)
    );
    assert_eq!(key_of(&balance, None, None, b""), None);
    balance.hash.avalanche = true;
    assert_eq!(key(&balance, "127.0.0.1"), Some(avalanche(0x7f00_0001)));
}

#[test]
fn rdp_cookies() {
    let packet = |text: &str| {
        let mut bytes = vec![3, 0, 0, (11 + text.len()) as u8, (6 + text.len()) as u8, 0xe0, 0, 0, 0, 0, 0];
        bytes.extend_from_slice(text.as_bytes());
        bytes
    };
    assert_eq!(
        rdp_cookie(&packet("Cookie: mstshash=alice\r\n\x01\0"), b""),
        Some(&b"alice"[..])
    );
    assert_eq!(rdp_cookie(&packet("Cookie: MSTS=1.2.3\r\n"), b"msts"), Some(&b"1.2.3"[..]));
    assert_eq!(rdp_cookie(&packet("Cookie: mstshash=alice\r\n"), b"msts"), None);
    assert_eq!(rdp_cookie(&packet("Cookie: mstshash=alice"), b""), None);
    assert_eq!(rdp_cookie(b"GET / HTTP/1.1\r\n\r\n", b""), None);
}

#[test]
fn ten_thousand_servers() {
    let weights = vec![1; 10_000];
    let seats = seats(&weights);
    let consistent = HashType {
        consistent: true,
        ..HashType::default()
    };
    let kinds = [
        (BalanceKind::Roundrobin, HashType::default()),
        (BalanceKind::StaticRr, HashType::default()),
        (BalanceKind::Leastconn, HashType::default()),
        (BalanceKind::Random { draws: 2 }, HashType::default()),
        (hdr(), HashType::default()),
        (hdr(), consistent),
    ];
    for (kind, hash) in kinds {
        let mut balancer = Balancer::new(&backend(kind, hash, &weights), false);
        balancer.changed(&seats);
        let mut random = numbers();
        let mut seen = vec![0u32; seats.len()];
        for n in 0..20_000u32 {
            seen[balancer.pick(&seats, Some(avalanche(n)), None, &mut random).unwrap()] += 1;
        }
        let most = seen.iter().max().unwrap();
        assert!(*most < 60, "{most} {:?}", backend(hdr(), hash, &[]).balance);
    }
}

/// The table as its description reads, entry by entry and server by server.
fn plain_table(weights: &[u32]) -> Vec<usize> {
    fn gcd(a: u32, b: u32) -> u32 {
        if b == 0 {
            a
        } else {
            gcd(b, a % b)
        }
    }
    let divisor = weights.iter().copied().fold(0, gcd);
    let total: i64 = weights.iter().map(|&w| i64::from(w / divisor)).sum();
    let mut accounts = vec![0i64; weights.len()];
    (0..total)
        .map(|_| {
            let mut best = (0, -1);
            for (who, account) in accounts.iter_mut().enumerate() {
                *account += i64::from(weights[who] / divisor);
                let shares = (*account + total) / total;
                if shares > best.1 {
                    best = (who, shares);
                }
            }
            accounts[best.0] -= total;
            best.0
        })
        .collect()
}

proptest! {
    #[test]
    fn the_table_is_as_described(weights in proptest::collection::vec(1u32..40, 1..12)) {
        let seats = seats(&weights);
        let mut balancer = balancer(hdr(), &seats);
        let table = plain_table(&weights);
        let found: Vec<usize> = (0..table.len() as u32)
            .map(|key| balancer.pick(&seats, Some(key), None, &mut || 0).unwrap())
            .collect();
        prop_assert_eq!(found, table);
    }

    /// Whatever happens to the servers: only those that take load are given, and somebody is given when somebody is free.
    #[test]
    fn picks_are_sound(
        algorithm in 0usize..7,
        allbackups: bool,
        changes in proptest::collection::vec((0usize..6, 0u32..4, any::<bool>(), 0u32..4, 0u32..3), 1..40),
        backups in proptest::collection::vec(any::<bool>(), 6),
        key: Option<u32>,
        avoid: Option<u8>,
    ) {
        let kind = [
            BalanceKind::Roundrobin, BalanceKind::StaticRr, BalanceKind::Leastconn, BalanceKind::First,
            BalanceKind::Random { draws: 2 }, hdr(), hdr(),
        ][algorithm].clone();
        let hash = HashType { consistent: algorithm == 6, ..HashType::default() };
        let mut seats = seats(&[1, 2, 3, 1, 2, 3]);
        for (seat, backup) in seats.iter_mut().zip(backups) {
            seat.backup = backup;
        }
        let mut balancer = Balancer::new(&backend(kind, hash, &[1, 2, 3, 1, 2, 3]), allbackups);
        let mut random = numbers();
        for (at, weight, usable, conns, maxconn) in changes {
            let seat = &mut seats[at];
            (seat.weight, seat.usable, seat.conns, seat.maxconn) = (weight, usable, conns, maxconn);
            balancer.changed(&seats);
            let main = seats.iter().any(|seat| seat.takes_load() && !seat.backup);
            let avoid = avoid.map(|a| usize::from(a) % 6);
            match balancer.pick(&seats, key, avoid, &mut random) {
                Some(found) => {
                    prop_assert!(seats[found].takes_load());
                    prop_assert_eq!(seats[found].backup, !main);
                    if avoid == Some(found) && (main || allbackups) {
                        let other = seats.iter().enumerate().any(|(at, s)| {
                            at != found && s.takes_load() && s.backup != main && !s.is_full()
                        });
                        prop_assert!(!other, "the avoided server, though there is another");
                    }
                }
                None => {
                    let free = seats.iter().any(|s| s.takes_load() && s.backup != main && !s.is_full());
                    prop_assert!(!free || (!main && !allbackups));
                }
            }
        }
    }
}

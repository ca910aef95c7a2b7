//! The order in which turns come, as recorded from HAProxy, and what disturbs it.

use super::tests::{balancer, picks, seats};
use super::*;

type Order = (&'static [u32], &'static str);

/// Sixty requests of one connection each, as HAProxy 2.6 and 2.8 shared them out.
const ROUND_ROBIN: &[Order] = &[
    (&[1, 2, 3], "cbcacbcbcacbcbcacbcbcacbcbcacbcbcacbcbcacbcbcacbcbcacbcbcacb"),
    (&[10, 1], "aaaaaaaaaabaaaaaaaaaabaaaaaaaaaabaaaaaaaaaabaaaaaaaaaabaaaaa"),
    (&[5, 3, 2], "abacababacabacababacabacababacabacababacabacababacabacababac"),
    (&[3, 3, 1], "abababcabababcabababcabababcabababcabababcabababcabababcabab"),
    (&[20, 2, 1], "aaaaaaabaaaaaaacaaabaaaaaaaaaabaaaaaaacaaabaaaaaaaaaabaaaaaa"),
    (&[12, 1, 2, 3], "aadaacaadaabaadcaaaadaacaadaabaadcaaaadaacaadaabaadcaaaadaac"),
    (&[9, 4, 3], "aabacabaacbaaabcaabacabaacbaaabcaabacabaacbaaabcaabacabaacba"),
    (&[5, 57], "bbbbbbbbbbbbabbbbbbbbbbbabbbbbbbbbbbabbbbbbbbbbbbabbbbbbbbbb"),
    (
        &[2, 10, 2, 2, 5],
        "bebabebcbebdbeabbcebbdebabebcbebdbeabbcebbdebabebcbebdbeabbc",
    ),
    (
        &[3, 5, 19, 2, 5, 2, 1],
        "ccbcecacdcbcecfcbcaeccgcbcedccacbfcecccbcecacdcbcecfcbcaeccg",
    ),
    (
        &[7, 5, 3, 2, 1],
        "abacbadabcabaeacbdabacbadabcabaeacbdabacbadabcabaeacbdabacba",
    ),
];

const STATIC_RR: &[Order] = &[
    (&[1, 2, 3], "acbcbcacbcbcacbcbcacbcbcacbcbcacbcbcacbcbcacbcbcacbcbcacbcbc"),
    (&[10, 1], "aaaaaaaaaabaaaaaaaaaabaaaaaaaaaabaaaaaaaaaabaaaaaaaaaabaaaaa"),
    (&[5, 3, 2], "aabacababcaabacababcaabacababcaabacababcaabacababcaabacababc"),
    (&[20, 2, 1], "aaaaaaabaaaaaaabaaaaaacaaaaaaabaaaaaaabaaaaaacaaaaaaabaaaaaa"),
    (&[12, 1, 2, 3], "aaabadaacaadaaacadaaabadaacaadaaacadaaabadaacaadaaacadaaabad"),
    (&[5, 57], "abbbbbbbbbbbabbbbbbbbbbbabbbbbbbbbbbbabbbbbbbbbbbabbbbbbbbbb"),
    (
        &[2, 10, 2, 2, 5],
        "abbcebbdebabebbcebbdeabbcebbdebabebbcebbdeabbcebbdebabebbceb",
    ),
    (
        &[7, 5, 3, 2, 1],
        "ababcacadbabacbadeababcacadbabacbadeababcacadbabacbadeababca",
    ),
];

#[test]
fn turns_come_in_haproxys_order() {
    for (kind, orders) in [(BalanceKind::Roundrobin, ROUND_ROBIN), (BalanceKind::StaticRr, STATIC_RR)] {
        for (weights, wanted) in orders {
            let seats = seats(weights);
            let taken = picks(&mut balancer(kind.clone(), &seats), &seats, wanted.len());
            let letters: String = taken.iter().map(|&at| char::from(b'a' + at as u8)).collect();
            assert_eq!(&letters, wanted, "{kind:?} {weights:?}");
        }
    }
}

#[test]
fn a_lone_light_turn_is_the_last_of_its_cycle() {
    let seats = seats(&[256, 1]);
    let taken = picks(&mut balancer(BalanceKind::Roundrobin, &seats), &seats, 514);
    let light: Vec<usize> = (0..514).filter(|&n| taken[n] == 1).collect();
    assert_eq!(light, [256, 513]);
}

#[test]
fn a_server_that_was_full_does_not_catch_up_at_once() {
    let mut seats = seats(&[256, 256]);
    let mut balancer = balancer(BalanceKind::Roundrobin, &seats);
    (seats[0].maxconn, seats[0].conns) = (1, 1);
    assert_eq!(picks(&mut balancer, &seats, 1000), [1; 1000]);
    seats[0].conns = 0;
    let taken = picks(&mut balancer, &seats, 12);
    let most = taken.iter().filter(|&&at| at == 0).count();
    assert!((6..=8).contains(&most), "{taken:?}");
}

#[test]
fn shares_hold_when_weights_change() {
    let mut seats = seats(&[10, 20, 30]);
    let mut balancer = balancer(BalanceKind::Roundrobin, &seats);
    picks(&mut balancer, &seats, 17);
    for weights in [[30, 20, 10], [1, 1, 256], [100, 0, 100], [50, 50, 100]] {
        seats.iter_mut().zip(weights).for_each(|(seat, weight)| seat.weight = weight);
        balancer.changed(&seats);
        let cycle = weights.iter().sum::<u32>();
        let taken = picks(&mut balancer, &seats, 4 * cycle as usize);
        for (at, weight) in weights.into_iter().enumerate() {
            let share = taken.iter().filter(|&&taken| taken == at).count() as i64;
            assert!((share - 4 * i64::from(weight)).abs() <= 4, "{weights:?}: {at} took {share}");
        }
    }
}

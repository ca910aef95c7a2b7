use super::entries::Entries;
use super::regex::{compile, RegexList, Substitution};
use super::*;
use crate::plan::PatternFile;

fn set(kind: TextKind, icase: bool, texts: &[&str]) -> TextSet {
    TextSet::new(kind, icase, texts.iter().map(|text| text.as_bytes().to_vec()).collect()).unwrap()
}

/// Whether an entry matches, by both ways of asking.
fn found(set: &TextSet, value: &str) -> bool {
    let found = set.find(value.as_bytes()).is_some();
    assert_eq!(set.has(value.as_bytes()), found, "{value:?}");
    found
}

/// What the manual says, one pattern at a time.
fn model(kind: TextKind, value: &[u8], pattern: &[u8]) -> bool {
    let inside = |delimiters: &[u8]| {
        let start = pattern
            .iter()
            .position(|byte| !delimiters.contains(byte))
            .unwrap_or(pattern.len());
        let end = pattern
            .iter()
            .rposition(|byte| !delimiters.contains(byte))
            .map_or(start, |at| at + 1);
        let bare = &pattern[start..end];
        // Delimiters alone are no component.
        if bare.is_empty() {
            return value.is_empty();
        }
        (0..=value.len()).any(|at| {
            value[at..].starts_with(bare)
                && (at == 0 || delimiters.contains(&value[at - 1]))
                && value.get(at + bare.len()).is_none_or(|byte| delimiters.contains(byte))
        })
    };
    match kind {
        TextKind::Str => value == pattern,
        TextKind::Beg => value.starts_with(pattern),
        TextKind::End => value.ends_with(pattern),
        TextKind::Sub => pattern.is_empty() || value.windows(pattern.len()).any(|window| window == pattern),
        TextKind::Dir => inside(b"/?"),
        TextKind::Dom => inside(b"/?.:"),
    }
}

#[test]
fn sets_agree_with_the_plain_reading_whether_few_or_many() {
    let kinds = [
        TextKind::Str,
        TextKind::Beg,
        TextKind::End,
        TextKind::Sub,
        TextKind::Dir,
        TextKind::Dom,
    ];
    let mut seed = 1_u32;
    let mut random = |below: u32| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 16) % below
    };
    for round in 0..4000 {
        let mut word = |longest: u32| -> String {
            let length = random(longest);
            (0..length).map(|_| char::from(b"ab/.:?"[random(6) as usize])).collect()
        };
        let count = 1 + round % 12;
        let patterns: Vec<String> = (0..count).map(|_| word(5)).collect();
        let value = word(9);
        let kind = kinds[round % kinds.len()];
        let refs: Vec<&str> = patterns.iter().map(String::as_str).collect();
        let wanted = patterns
            .iter()
            .any(|pattern| model(kind, value.as_bytes(), pattern.as_bytes()));
        assert_eq!(
            found(&set(kind, false, &refs), &value),
            wanted,
            "{kind:?} {value:?} {patterns:?}"
        );
        let upper: Vec<String> = patterns.iter().map(|pattern| pattern.to_uppercase()).collect();
        let refs: Vec<&str> = upper.iter().map(String::as_str).collect();
        assert_eq!(
            found(&set(kind, true, &refs), &value),
            wanted,
            "-i {kind:?} {value:?} {patterns:?}"
        );
    }
}

#[test]
fn the_examples_of_the_manual() {
    let dom = "http://www1.dc-eu.example.com:80/blah";
    for pattern in [
        "http",
        "www1",
        ".www1",
        "dc-eu",
        "example",
        "com",
        "80",
        "dc-eu.example",
        "blah",
        ":www1:",
        "dc-eu.example:80",
    ] {
        // The manual lists the last one too, but its own text does not have it, and HAProxy 2.8 does not match it.
        let wanted = pattern != "dc-eu.example:80";
        assert_eq!(
            set(TextKind::Dom, false, &[pattern]).find(dom.as_bytes()).is_some(),
            wanted,
            "{pattern}"
        );
    }
    let dir = "/images/png/logo/32x32.png";
    for pattern in [
        "/images",
        "/images/png",
        "images/png",
        "/png/logo",
        "logo/32x32.png",
        "32x32.png",
    ] {
        assert!(
            set(TextKind::Dir, false, &[pattern]).find(dir.as_bytes()).is_some(),
            "{pattern}"
        );
    }
    assert!(set(TextKind::Dir, false, &["32x32"]).find(dir.as_bytes()).is_none());
}

#[test]
fn networks_of_both_families() {
    let nets = |texts: &[&str]| NetSet::new(texts.iter().map(|text| net::parse_net(text).unwrap()).collect()).unwrap();
    let has = |texts: &[&str], ip: &str| nets(texts).find(ip.parse().unwrap()).is_some();
    assert!(has(&["10.0.0.0/8"], "10.2.3.4"));
    assert!(has(&["10.0.0.0/8"], "::ffff:10.2.3.4"));
    assert!(has(&["10.0.0.0/8"], "::10.2.3.4"));
    assert!(has(&["10.0.0.0/8"], "2002:0a02:0304::1"));
    assert!(!has(&["10.0.0.0/8"], "2001:db8::10.2.3.4"));
    assert!(has(&["::ffff:0.0.0.0/96"], "10.2.3.4"));
    assert!(!has(&["::/128"], "10.2.3.4"));
    assert!(has(&["127.1"], "127.0.0.1"));
    assert!(
        has(&["192.168.1/22"], "192.168.2.9"),
        "octets are left out in the middle: 192.168.0.1/22"
    );
    assert!(has(&["10.0.0.1/255.0.0.0"], "10.9.9.9"));
    assert!(has(&["0.0.0.0/0"], "1.2.3.4"));
    let many: Vec<String> = (0..40).map(|index| format!("10.{index}.0.0/16")).collect();
    let refs: Vec<&str> = many.iter().map(String::as_str).chain(["10.3.0.0/24"]).collect();
    assert_eq!(nets(&refs).find("10.3.0.9".parse().unwrap()), Some(40), "the longest prefix");
    assert_eq!(nets(&refs).find("10.3.1.9".parse().unwrap()), Some(3));
    for wrong in ["", "/", "1.2.3.4.5", "1.2.3.4/33", "::/129", "1..2", "a", "300.1"] {
        assert!(net::parse_net(wrong).is_none(), "{wrong}");
    }
}

#[test]
fn the_first_range_of_a_map_is_found_as_if_all_were_looked_at() {
    let ranges = [
        (5, 7),
        (1, 9),
        (7, 7),
        (i64::MIN, 0),
        (9, 3),
        (8, i64::MAX),
        (20, 20),
        (-3, 30),
        (20, 25),
    ];
    let map = RangeMap::new(&ranges);
    for value in (-10..40).chain([i64::MIN, i64::MIN + 1, i64::MAX - 1, i64::MAX]) {
        let wanted = ranges.iter().position(|(low, high)| (*low..=*high).contains(&value));
        assert_eq!(map.find(value), wanted.map(|at| at as u32), "{value}");
    }
    assert_eq!(RangeMap::new(&[]).find(0), None);
    assert_eq!(RangeMap::new(&[(3, 1)]).find(2), None);
}

#[test]
fn lines_of_files() {
    let text = "# no\n#no\n  a  b c \t\r\n\n \t\n\r\nb\n\tc\td\n #e f\rg\nlast x";
    let file = |map| PatternFile {
        path: "m".into(),
        map,
        text: std::sync::Arc::new(text.into()),
    };
    let entries = Entries::new(&file(true)).unwrap();
    let read: Vec<(&str, &[u8])> = entries.numbers().map(|at| (entries.word(at), entries.value(at))).collect();
    let wanted: [(&str, &[u8]); 5] = [("a", b"b c"), ("b", b""), ("c", b"d"), ("#e", b"f"), ("last", b"x")];
    assert_eq!(read, wanted);
    let entries = Entries::new(&file(false)).unwrap();
    let read: Vec<&str> = entries.words().collect();
    assert_eq!(read, ["a  b c \t", "b", "c\td", "#e f", "last x"]);
    assert_eq!(entries.value(0), b"");
    assert!(entries.has(b"b") && !entries.has(b"a"));
}

/// Keys in a file and keys of a line are found by the same rules; more of them than are compared one by one.
#[test]
fn keys_of_files_are_found_as_those_of_lines_are() {
    let keys = ["a", "Ab", "a.b", "/c/d/", "d", "x.y.z", "yz", "a", "ab.c", "D", "zz", ".b."];
    let values = [
        "a", "A", "ab", "abc.x", "a.b.c", "q/c/d", "d", "D", "yz", "x.y.z:80", "www.ab.c", "", "zzz", "azz", "b",
    ];
    let text = keys.map(|key| format!("{key}\n")).concat();
    let file = PatternFile {
        path: "m".into(),
        map: false,
        text: std::sync::Arc::new(text),
    };
    let entries = std::sync::Arc::new(Entries::new(&file).unwrap());
    use TextKind::{Beg, Dir, Dom, End, Str, Sub};
    for kind in [Str, Beg, End, Sub, Dir, Dom] {
        for icase in [false, true] {
            let (own, shared) = (set(kind, icase, &keys), TextSet::of(&entries, kind, icase).unwrap());
            for value in values {
                let (mut one, mut other) = (Vec::new(), Vec::new());
                own.each(value.as_bytes(), &mut |at| one.push(at));
                shared.each(value.as_bytes(), &mut |at| other.push(at));
                assert_eq!(one, other, "{kind:?} {value}");
                assert_eq!(own.find(value.as_bytes()), shared.find(value.as_bytes()), "{kind:?} {value}");
            }
        }
    }
}

#[test]
fn ranges() {
    let ranges = RangeSet::new(vec![
        (5, 7),
        (1, 1),
        (8, 9),
        (100, i64::MAX),
        (i64::MIN, -5),
        (9, 3),
        (50, 50),
        (60, 70),
    ]);
    for (value, wanted) in [
        (1, true),
        (2, false),
        (5, true),
        (8, true),
        (9, true),
        (10, false),
        (i64::MAX, true),
        (i64::MIN, true),
        (-4, false),
        (65, true),
    ] {
        assert_eq!(ranges.contains(value), wanted, "{value}");
    }
    assert_eq!(number::parse_range("3:"), Some((3, i64::MAX)));
    assert_eq!(number::parse_range("3:4:5"), None);
}

#[test]
fn regexes_say_what_to_write_instead() {
    let text = compile("a(?=b)", false).unwrap_err().message;
    assert!(text.contains("look-ahead") && text.contains("two ACLs"), "{text}");
    let text = compile("(a)\\1", false).unwrap_err().message;
    assert!(text.contains("back-references") && text.contains("strcmp"), "{text}");
    assert!(compile("(", false).is_err());
    let list = RegexList::new(&["^a", "b$"], true).unwrap();
    assert_eq!(list.find(b"xB"), Some(1));
    assert_eq!(list.find(b"x"), None);
    assert!(
        RegexList::new(&["^\\xff.$"], false).unwrap().is_match(b"\xff\xfe"),
        "bytes, not characters"
    );
}

#[test]
fn substitutions() {
    let regex = compile("(a+)(b)?", false).unwrap();
    let replaced = |with: &str, value: &str, all: bool| {
        let mut out = Vec::new();
        Substitution::parse(with.as_bytes())
            .replace(&regex, value.as_bytes(), all, 100, |bytes| out.extend_from_slice(bytes))
            .unwrap();
        String::from_utf8(out).unwrap()
    };
    assert_eq!(replaced("<\\1|\\2|\\0>", "xaaby", false), "x<aa|b|aab>y");
    assert_eq!(replaced("\\\\\\x41\\n\\", "a", false), "\\An\\");
    assert_eq!(replaced("-", "aXaXa", true), "-X-X-");
    let mut out = Vec::new();
    assert_eq!(
        Substitution::parse(b"\\0\\0").replace(&regex, b"aaaa", false, 5, |bytes| out.extend_from_slice(bytes)),
        None,
        "bounded"
    );
}

mod changed {
    use super::super::{Changes, FileCache, How, TextKind};
    use crate::kit::{plan as base_plan, World};
    use crate::plan::PatternFile;
    use crate::sample::Sample;
    use proptest::prelude::*;

    const HOWS: [How; 10] = [
        How::Text {
            kind: TextKind::Str,
            icase: false,
        },
        How::Text {
            kind: TextKind::Beg,
            icase: true,
        },
        How::Text {
            kind: TextKind::End,
            icase: false,
        },
        How::Text {
            kind: TextKind::Sub,
            icase: false,
        },
        How::Text {
            kind: TextKind::Dom,
            icase: false,
        },
        How::Ip,
        How::Int,
        How::Len,
        How::Reg { icase: false },
        How::Regm,
    ];

    #[derive(Clone, Debug)]
    enum Step {
        Set(usize, u8),
        Add(usize),
        Remove(usize),
        Clear,
    }

    fn keys(how: How) -> &'static [&'static str] {
        match how {
            How::Ip => &["10.0.0.0/8", "10.1.0.0/16", "10.1.2.3", "::/0", "192.0.2.0/24", "10.1.2.0/24"],
            How::Int | How::Len => &["1", "1:4", "3", "2:", ":3", "9"],
            How::Reg { .. } | How::Regm => &["^a", "b", "c$", "a.b", "x*", "[0-9]"],
            _ => &["a", "ab", "d", "b.a", "c", "abc"],
        }
    }

    fn samples(how: How) -> &'static [&'static str] {
        match how {
            How::Ip => &["10.1.2.3", "10.1.2.4", "10.9.9.9", "192.0.2.1", "8.8.8.8", "fe80::1"],
            How::Int | How::Len => &["1", "3", "4", "12", "123", "9"],
            _ => &["a", "abc", "b.a", "xAx", "c", "b.a.b"],
        }
    }

    /// Entries one after the other, each looked at alone by a set that holds nothing else.
    fn model(how: How, entries: &[(&str, String)], world: &mut World, sample: &str) -> Option<String> {
        let mut best: Option<(usize, &String)> = None;
        for (key, value) in entries {
            if look(how, &[(key, value.clone())], &Changes::new(&[]), world, sample).is_none() {
                continue;
            }
            let weight = match how {
                How::Text { kind: TextKind::Beg, .. } => key.len(),
                How::Ip => super::super::net::parse_net(key).map_or(0, |net| usize::from(net.1)),
                _ => 0,
            };
            if best.is_none_or(|best| weight > best.0) {
                best = Some((weight, value));
            }
        }
        best.map(|best| best.1.clone())
    }

    fn file(entries: &[(&str, String)]) -> PatternFile {
        crate::kit::map(entries.iter().map(|(key, value)| (*key, value.as_str())))
    }

    fn look(how: How, entries: &[(&str, String)], changes: &Changes, world: &mut World, sample: &str) -> Option<String> {
        let mut plan = base_plan();
        plan.pattern_files.push(file(entries));
        let cache = FileCache::default();
        let set = cache.get(&plan, 0, how).unwrap();
        let state = crate::kit::Changed { changes };
        let (program, ctx) = world.ctx();
        let ctx = crate::ctx::Ctx { state: &state, ..ctx };
        let view = ctx.view(program, None);
        let sample = Sample::Str(sample.as_bytes());
        let found = set
            .find(&view, sample)
            .map(|found| String::from_utf8_lossy(found.1).into_owned());
        assert_eq!(found.is_some(), set.has(sample, &view), "{how:?} {entries:?}");
        found
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            4 => (0..6_usize, 0..9_u8).prop_map(|(key, value)| Step::Set(key, value)),
            2 => (0..6_usize).prop_map(Step::Add),
            3 => (0..6_usize).prop_map(Step::Remove),
            1 => Just(Step::Clear),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]
        #[test]
        fn changes_are_what_a_new_file_would_say(
            how in prop::sample::select(&HOWS[..]),
            read in prop::collection::vec(0..6_usize, 0..5),
            steps in prop::collection::vec(step(), 0..12),
        ) {
            let keys = keys(how);
            let mut read = read;
            let mut seen = std::collections::HashSet::new();
            read.retain(|key| seen.insert(*key));
            let before: Vec<(&str, String)> = read.iter().map(|key| (keys[*key], format!("read{key}"))).collect();
            let mut plan = base_plan();
            plan.pattern_files.push(file(&before));
            let cache = FileCache::default();
            cache.get(&plan, 0, how).unwrap();
            let changes = Changes::new(&cache.into_uses(&plan));
            let mut after = before.clone();
            for step in steps {
                match step {
                    Step::Set(key, value) => {
                        let done = changes.set(0, keys[key].as_bytes(), format!("set{value}").as_bytes());
                        prop_assert!(done);
                        match after.iter_mut().find(|entry| entry.0 == keys[key]) {
                            Some(entry) => entry.1 = format!("set{value}"),
                            None => after.push((keys[key], format!("set{value}"))),
                        }
                    }
                    Step::Add(key) => {
                        prop_assert!(changes.add(0, keys[key].as_bytes(), b"added"));
                        if after.iter().all(|entry| entry.0 != keys[key]) {
                            after.push((keys[key], "added".into()));
                        }
                    }
                    Step::Remove(key) => {
                        let there = after.iter().any(|entry| entry.0 == keys[key]);
                        prop_assert_eq!(changes.remove(0, keys[key].as_bytes()), there);
                        after.retain(|entry| entry.0 != keys[key]);
                    }
                    Step::Clear => {
                        prop_assert!(changes.clear(0));
                        after.clear();
                    }
                }
            }
            let mut world = World::new(base_plan());
            for sample in samples(how) {
                let found = look(how, &before, &changes, &mut world, sample);
                let wanted = model(how, &after, &mut world, sample);
                prop_assert_eq!(&found, &wanted, "{} in {:?}", sample, after);
            }
        }
    }

    /// Entries that come and go leave nothing behind, and numbers start again where they end.
    #[test]
    fn entries_that_come_and_go_leave_nothing() {
        let how = How::Reg { icase: false };
        let mut plan = base_plan();
        plan.pattern_files.push(file(&[]));
        let cache = FileCache::default();
        cache.get(&plan, 0, how).unwrap();
        let changes = Changes::new(&cache.into_uses(&plan));
        assert!(changes.set(0, b"^a", b"first") && changes.set(0, b"b$", b"second"));
        for _ in 0..50 {
            assert!(changes.add(0, b"c", b"") && changes.remove(0, b"c"));
        }
        assert_eq!(changes.number(0, u32::MAX), (2, 52));
        assert!(changes.set(0, b".", b"third"));
        assert_eq!(changes.number(0, 3), (3, 3));
        let mut world = World::new(base_plan());
        for (sample, wanted) in [("ab", "first"), ("b", "second"), ("c", "third")] {
            assert_eq!(look(how, &[], &changes, &mut world, sample).as_deref(), Some(wanted));
        }
    }

    #[test]
    fn a_key_that_the_method_cannot_read_is_refused() {
        let mut plan = base_plan();
        plan.pattern_files.push(file(&[("10.0.0.0/8", "a".into())]));
        let cache = FileCache::default();
        cache.get(&plan, 0, How::Ip).unwrap();
        cache
            .get(
                &plan,
                0,
                How::Text {
                    kind: TextKind::Str,
                    icase: false,
                },
            )
            .unwrap();
        let changes = Changes::new(&cache.into_uses(&plan));
        assert!(!changes.set(0, b"no address", b"x") && !changes.takes(0, b"no address") && changes.takes(0, b"::1"));
        assert!(!changes.set(1, b"::1", b"x"), "there is no such file");
        assert!(!changes.remove(0, b"1.2.3.4"));
    }
}

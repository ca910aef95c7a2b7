//! Regexes that were added while the process runs: asked together, as those of a file are.

use super::regex::{compile, together};
use super::runs::Runs;
use ::regex::bytes::{Regex, RegexSet};

/// Longest regex that may be added, bytes.
const LENGTH: usize = 4096;
/// Bytes of all that were added for one way of comparing.
const ALL: usize = 1 << 20;
/// Weight of a byte: a run of the greatest weight has some hundred regexes, and is built in a few milliseconds.
const WEIGHT: usize = 4;
/// Most bytes of a run's automaton. Where it would be larger the regexes are asked one by one.
const SIZE: usize = 4 << 20;

#[derive(Debug)]
pub struct Regs {
    icase: bool,
    /// Bytes of all regexes.
    length: usize,
    /// Most bytes of a run's automaton.
    size: usize,
    runs: Runs<Box<Regex>, Option<RegexSet>>,
}

/// Compiles a regex that is to be added; `None`: it is none, or too long.
pub(super) fn read(key: &str, icase: bool) -> Option<Box<Regex>> {
    (key.len() <= LENGTH).then(|| compile(key, icase).ok().map(Box::new))?
}

impl Regs {
    pub(super) fn new(icase: bool) -> Self {
        Self {
            icase,
            length: 0,
            size: SIZE,
            runs: Runs::default(),
        }
    }

    pub(super) fn has_room(&self, regex: &Regex) -> bool {
        self.length + regex.as_str().len() <= ALL
    }

    pub(super) fn insert(&mut self, regex: Box<Regex>, at: u32) {
        let (icase, size, length) = (self.icase, self.size, regex.as_str().len());
        self.length += length;
        self.runs
            .insert(regex, at, (length + 4) * WEIGHT, |keys| Self::build(keys, icase, size));
    }

    pub(super) fn remove(&mut self, key: &str) {
        let (icase, size) = (self.icase, self.size);
        let mut gone = 0;
        self.runs.remove(
            |regex| {
                let meant = regex.as_str() == key;
                gone += usize::from(meant) * key.len();
                meant
            },
            |keys| Self::build(keys, icase, size),
        );
        self.length -= gone;
    }

    fn build(keys: &[(Box<Regex>, u32)], icase: bool, size: usize) -> Option<RegexSet> {
        together(keys.iter().map(|(regex, _)| regex.as_str()), icase, size).ok()
    }

    /// The first that was added of those that match.
    pub(super) fn first(&self, text: &[u8]) -> Option<u32> {
        self.runs.first(|keys, set| {
            let at = match set {
                Some(set) => set.matches(text).iter().next(),
                None => keys.iter().position(|(regex, _)| regex.is_match(text)),
            };
            u32::try_from(at?).ok()
        })
    }

    pub(super) fn get(&self, at: u32) -> Option<&Regex> {
        self.runs.get(at).map(|regex| &**regex)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn regs(patterns: impl IntoIterator<Item = String>) -> Regs {
        let mut regs = Regs::new(false);
        for (at, pattern) in (0..).zip(patterns) {
            regs.insert(read(&pattern, false).unwrap(), at);
        }
        regs
    }

    #[test]
    fn many_are_asked_together() {
        let mut regs = regs((0..3000).map(|at| format!("^/v[0-9]/item{at}(/|$)")));
        // So many sets are asked at most; asked one by one it would be 3000 regexes.
        assert!(regs.runs.count() < 20, "{}", regs.runs.count());
        assert_eq!(regs.first(b"/v2/item0"), Some(0));
        assert_eq!(regs.first(b"/v2/item2999/x"), Some(2999));
        assert_eq!(regs.first(b"/v2/item3000"), None);
        assert_eq!(regs.get(1234).unwrap().as_str(), "^/v[0-9]/item1234(/|$)");
        assert!(regs.get(3000).is_none());
        regs.remove("^/v[0-9]/item1234(/|$)");
        assert_eq!((regs.first(b"/v2/item1234"), regs.get(1234).is_none()), (None, true));
        assert_eq!(regs.first(b"/v2/item1235"), Some(1235));
    }

    #[test]
    fn the_first_that_was_added_wins() {
        let regs = regs(["b", "a", "^a", "", "z"].map(String::from));
        for (text, at) in [(&b"ab"[..], 0), (b"a", 1), (b"", 3), (b"z", 3)] {
            assert_eq!(regs.first(text), Some(at), "{text:?}");
        }
    }

    #[test]
    fn what_is_too_large_for_an_automaton_is_asked_one_by_one() {
        let mut regs = Regs {
            size: 2000,
            ..Regs::new(false)
        };
        for at in 0..40 {
            regs.insert(read(&format!("^[a-f]{{5,9}}{at}$"), false).unwrap(), at);
        }
        assert_eq!((regs.first(b"abcdef39"), regs.first(b"abcdef40")), (Some(39), None));
        assert!(regs.runs.built().any(Option::is_none));
    }

    #[test]
    fn lengths_are_bound() {
        assert!(read(&"a".repeat(LENGTH), false).is_some());
        assert!(read(&"a".repeat(LENGTH + 1), false).is_none());
        assert!(read("(", false).is_none());
        let mut regs = Regs::new(false);
        regs.length = ALL - 3;
        let [short, long] = ["abc", "abcd"].map(|key| read(key, false).unwrap());
        assert!(regs.has_room(&short) && !regs.has_room(&long));
        regs.insert(short, 0);
        assert!(!regs.has_room(&read("a", false).unwrap()));
        regs.remove("abc");
        assert_eq!(regs.length, ALL - 3);
    }
}

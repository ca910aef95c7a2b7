//! Entries that come one by one, found by means that are built all at once.
//!
//! They are kept in runs whose weights double, so that an entry is built into few of them; no run is so heavy that building it keeps
//! those waiting who look something up.

/// Weight that a run has at most, but for a single entry: an automaton of so many bytes is built in a few milliseconds.
const MOST: usize = 64 * 1024;

/// Runs in the order of their entries.
#[derive(Debug)]
pub struct Runs<K, B>(Vec<Run<K, B>>);

#[derive(Debug)]
struct Run<K, B> {
    /// Each with its number.
    keys: Vec<(K, u32)>,
    weight: usize,
    built: B,
}

impl<K, B> Default for Runs<K, B> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K, B> Runs<K, B> {
    /// Adds an entry behind all others.
    pub fn insert(&mut self, key: K, at: u32, weight: usize, build: impl Fn(&[(K, u32)]) -> B) {
        let (mut keys, mut weight) = (vec![(key, at)], weight.max(1));
        while self
            .0
            .last()
            .is_some_and(|last| last.weight <= weight && last.weight + weight <= MOST)
        {
            let Some(mut last) = self.0.pop() else { break };
            last.keys.append(&mut keys);
            keys = last.keys;
            weight += last.weight;
        }
        let built = build(&keys);
        self.0.push(Run { keys, weight, built });
    }

    /// Removes the entries that are meant; runs that had one are built again.
    pub fn remove(&mut self, mut meant: impl FnMut(&K) -> bool, build: impl Fn(&[(K, u32)]) -> B) {
        for run in &mut self.0 {
            let before = run.keys.len();
            run.keys.retain(|(key, _)| !meant(key));
            if run.keys.len() < before {
                run.built = build(&run.keys);
            }
        }
        self.0.retain(|run| !run.keys.is_empty());
    }

    /// The number of the first entry that fits; `find` gives its place among the keys of one run.
    pub fn first(&self, find: impl Fn(&[(K, u32)], &B) -> Option<u32>) -> Option<u32> {
        self.0
            .iter()
            .find_map(|run| run.keys.get(find(&run.keys, &run.built)? as usize).map(|(_, at)| *at))
    }
}

impl<K, B> Runs<K, B> {
    /// The key of that number.
    pub fn get(&self, at: u32) -> Option<&K> {
        let next = self
            .0
            .partition_point(|run| run.keys.first().is_some_and(|first| first.1 <= at));
        let keys = &self.0.get(next.checked_sub(1)?)?.keys;
        let place = keys.binary_search_by_key(&at, |key| key.1).ok()?;
        keys.get(place).map(|key| &key.0)
    }

    #[cfg(test)]
    pub fn count(&self) -> usize {
        self.0.len()
    }

    #[cfg(test)]
    pub fn built(&self) -> impl Iterator<Item = &B> {
        self.0.iter().map(|run| &run.built)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_in_few_runs_and_built_seldom() {
        let built = std::cell::Cell::new(0);
        let build = |keys: &[(u32, u32)]| {
            built.set(built.get() + keys.len());
            keys.iter().map(|key| key.0).collect::<Vec<_>>()
        };
        let mut runs = Runs::default();
        for at in 0..20_000 {
            runs.insert(at * 2, at, 16, build);
        }
        assert!(runs.0.len() < 20, "{}", runs.0.len());
        assert!(built.get() < 20_000 * 14, "{}", built.get());
        let find = |wanted: u32| runs.first(|_, keys| keys.binary_search(&wanted).ok().and_then(|at| u32::try_from(at).ok()));
        assert_eq!(
            (find(0), find(20_002), find(39_998), find(7)),
            (Some(0), Some(10_001), Some(19_999), None)
        );
        runs.remove(|key| *key < 39_998, build);
        assert_eq!(runs.0.len(), 1);
        assert_eq!(runs.first(|keys, _| (!keys.is_empty()).then_some(0)), Some(19_999));
    }
}

//! Rules that compare the same value with other patterns, found by one look-up instead of one test each.
//!
//! A list of `use_backend` rules often asks the same question a thousand times: `{ hdr(host) -i h1.example }`, then `h2.example`...
//! Such rules form a group, whose patterns are one set. The first rule of the list that applies is still the one that is taken:
//! the sets only say which rules can't apply, and those are passed over. Rules with actions are grouped alike; what an action that
//! was taken has changed is looked up again.

use super::action::Action;
use super::pattern::{net_key, NetSet, TextKind, TextSet};
use crate::error::PlanError;
use crate::plan::{Acl, Arg, Call, Cond, Expr, Matcher, Pattern};
use crate::sample::args::Build;
use crate::sample::{CompiledExpr, View};
use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;

/// Fewer rules than this are looked at one by one.
const WORTH: usize = 4;
/// Most groups of one list; rules that would make more are looked at one by one.
const GROUPS: usize = 8;

/// Which rules of a list can apply, in order.
#[derive(Debug)]
pub struct Lookup {
    groups: Box<[Group]>,
    /// Rules of no group, ascending.
    others: Box<[u32]>,
    /// By number of the rule: it applies when its group says so, nothing else is asked.
    sure: Box<[bool]>,
}

#[derive(Debug)]
struct Group {
    expr: CompiledExpr,
    keys: Keys,
    /// By number of the key: the rules that ask for it, ascending.
    rules: Box<[Box<[u32]>]>,
    /// The first rule of the group.
    first: u32,
    /// Whether an edit of headers may change what it asks for.
    reads_headers: bool,
}

/// What an action may change of what groups ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edits {
    Nothing,
    Headers,
    Anything,
}

impl Edits {
    pub fn of(action: &Action) -> Self {
        match action {
            Action::Pass
            | Action::SetVar(_)
            | Action::UnsetVar(_)
            | Action::SetLogLevel(_)
            | Action::Track(_)
            // Files are in no group.
            | Action::Entry(_) => Self::Nothing,
            Action::Remove(_) | Action::Fixed(_) => Self::Headers,
            Action::Edit(edit, _) if edit.is_of_headers() => Self::Headers,
            _ => Self::Anything,
        }
    }
}

/// What the ACLs of a plan ask, by their number.
#[derive(Debug)]
pub struct Shapes {
    shapes: Vec<Option<Shape>>,
    quiet: Vec<bool>,
}

impl Shapes {
    pub fn of(acls: &[Acl]) -> Self {
        Self {
            shapes: acls.iter().map(Shape::of).collect(),
            quiet: acls.iter().map(is_quiet).collect(),
        }
    }
}

#[derive(Debug)]
enum Keys {
    Text(TextSet),
    Net(NetSet),
}

/// A rule that a look-up gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    pub rule: u32,
    /// It applies; else its condition must be asked.
    pub sure: bool,
}

/// Where a walk over the candidates stands.
#[derive(Debug)]
pub struct Walk {
    from: u32,
    /// How many rules of no group are passed.
    passed: usize,
    /// The next rule of each group, and whether that is known or only a lower bound.
    next: [(u32, bool); GROUPS],
}

impl Lookup {
    /// Groups the rules with these conditions; `None`: it would not pay. `waits`: more input may change answers, and who asks
    /// takes what they are now.
    pub fn compile<'c>(
        conds: impl Iterator<Item = Option<&'c Cond>>,
        waits: bool,
        build: &Build<'_>,
    ) -> Result<Option<Self>, PlanError> {
        let conds: Vec<Option<&Cond>> = conds.collect();
        if conds.len() < WORTH {
            return Ok(None);
        }
        let Shapes { shapes: acls, quiet } = build.shapes();
        let shapes = |cond: &Cond| -> Vec<&Shape> {
            let asked = cond.any.iter().flatten();
            let passable = asked.into_iter().all(|term| quiet.get(term.acl as usize) == Some(&true));
            if passable {
                shapes(cond, acls)
            } else {
                Vec::new()
            }
        };
        let mut seen: BTreeMap<&Shape, usize> = BTreeMap::new();
        for cond in conds.iter().flatten() {
            for shape in shapes(cond) {
                *seen.entry(shape).or_default() += 1;
            }
        }
        let mut common: Vec<(&Shape, usize)> = seen.into_iter().filter(|(_, count)| *count >= WORTH).collect();
        common.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        common.truncate(GROUPS);
        let mut members: Vec<Vec<u32>> = vec![Vec::new(); common.len()];
        let mut others = Vec::new();
        let mut sure = vec![false; conds.len()];
        for (number, cond) in (0_u32..).zip(&conds) {
            let mine = cond.map_or_else(Vec::new, shapes);
            match common.iter().position(|(shape, _)| mine.contains(shape)) {
                Some(group) => {
                    members[group].push(number);
                    sure[number as usize] = cond.is_some_and(|cond| cond.any.iter().all(|product| product.len() == 1));
                }
                None => others.push(number),
            }
        }
        let mut groups = Vec::new();
        for ((shape, _), rules) in common.iter().zip(members) {
            match Group::compile(shape, &rules, &conds, acls, waits, build)? {
                Some(group) => groups.push(group),
                None => others.extend(rules),
            }
        }
        others.sort_unstable();
        Ok((!groups.is_empty()).then(|| Self {
            groups: groups.into(),
            others: others.into(),
            sure: sure.into(),
        }))
    }

    /// Over the rules from number `from` on.
    pub fn walk(&self, from: u32) -> Walk {
        let mut next = [(u32::MAX, true); GROUPS];
        for (slot, group) in next.iter_mut().zip(&self.groups) {
            *slot = (group.first, false);
        }
        Walk {
            from,
            passed: self.others.partition_point(|rule| *rule < from),
            next,
        }
    }

    /// An action was taken: what it may have changed is not known any more.
    pub fn forget(&self, walk: &mut Walk, edits: Edits) {
        for (slot, group) in walk.next.iter_mut().zip(&self.groups) {
            let changed = match edits {
                Edits::Nothing => false,
                Edits::Headers => group.reads_headers,
                Edits::Anything => true,
            };
            if changed && slot.1 {
                *slot = (group.first, false);
            }
        }
    }

    /// The next rule that can apply. Patterns are looked up when no earlier rule is left.
    pub fn next(&self, walk: &mut Walk, view: &View<'_>) -> Option<Candidate> {
        let other = self.others.get(walk.passed).copied().unwrap_or(u32::MAX);
        let rule = loop {
            let nearest = (0..self.groups.len()).min_by_key(|group| walk.next[*group].0)?;
            let (rule, known) = walk.next[nearest];
            if other <= rule.max(walk.from) {
                walk.passed += 1;
                break other;
            }
            if known && rule >= walk.from {
                break rule;
            }
            walk.next[nearest] = (self.groups[nearest].from(walk.from.max(rule), view), true);
        };
        walk.from = rule.saturating_add(1);
        (rule != u32::MAX).then(|| Candidate {
            rule,
            sure: self.sure.get(rule as usize).copied().unwrap_or(false),
        })
    }
}

impl Group {
    /// `None`: an expression whose value could change from one rule to the next.
    fn compile(
        shape: &Shape,
        rules: &[u32],
        conds: &[Option<&Cond>],
        acls: &[Option<Shape>],
        waits: bool,
        build: &Build<'_>,
    ) -> Result<Option<Self>, PlanError> {
        let expr = CompiledExpr::compile(&shape.expr(), build)?;
        let fit = expr.is_stable() && (waits || !expr.waits());
        let Some(first) = rules.first().copied().filter(|_| fit) else {
            return Ok(None);
        };
        let mut keys: HashMap<Key, usize, ahash::RandomState> = HashMap::default();
        let mut lists: Vec<Vec<u32>> = Vec::new();
        for rule in rules {
            let cond = conds.get(*rule as usize).copied().flatten();
            for product in cond.iter().flat_map(|cond| &cond.any) {
                let asks = |acl: u32| acls.get(acl as usize).and_then(Option::as_ref) == Some(shape);
                let Some(term) = product.iter().find(|term| !term.not && asks(term.acl)) else {
                    continue;
                };
                let tests = build.plan.acls.get(term.acl as usize).map_or(&[][..], |acl| &acl.tests);
                for pattern in tests.iter().flat_map(|test| &test.patterns) {
                    let key = shape
                        .key(pattern)
                        .ok_or_else(|| PlanError::new("a pattern does not fit its match method"))?;
                    let number = *keys.entry(key).or_insert(lists.len());
                    if number == lists.len() {
                        lists.push(Vec::new());
                    }
                    if lists[number].last() != Some(rule) {
                        lists[number].push(*rule);
                    }
                }
            }
        }
        let mut ordered: Vec<(Key, usize)> = keys.into_iter().collect();
        ordered.sort_by_key(|(_, number)| *number);
        let ordered = ordered.into_iter().map(|(key, _)| key);
        let keys = match shape.kind() {
            Some(kind) => {
                let texts = ordered.filter_map(|key| if let Key::Text(text) = key { Some(text) } else { None });
                Keys::Text(TextSet::new(kind, shape.icase, texts.collect())?)
            }
            None => {
                let nets = ordered.filter_map(|key| if let Key::Net(net) = key { Some(net) } else { None });
                Keys::Net(NetSet::new(nets.collect())?)
            }
        };
        Ok(Some(Self {
            keys,
            rules: lists.into_iter().map(Vec::into_boxed_slice).collect(),
            first,
            reads_headers: expr.reads_headers(),
            expr,
        }))
    }

    /// The first rule, from number `from`, that some value of the expression asks for.
    fn from(&self, from: u32, view: &View<'_>) -> u32 {
        let mut best = u32::MAX;
        let mut hit = |key: u32| {
            if let Some(rules) = self.rules.get(key as usize) {
                let at = rules.partition_point(|rule| *rule < from);
                best = best.min(rules.get(at).copied().unwrap_or(u32::MAX));
            }
        };
        self.expr.any(view, |sample| {
            match &self.keys {
                Keys::Text(set) => set.each(sample.as_str(view.arena), &mut hit),
                Keys::Net(nets) => {
                    if let Some(ip) = sample.as_ip() {
                        nets.each(ip, &mut hit);
                    }
                }
            }
            false
        });
        best
    }
}

/// What a test asks, but for its patterns.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Shape {
    /// The expression, written down so that it can be compared.
    written: String,
    matcher: u8,
    icase: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    Text(Vec<u8>),
    Net((IpAddr, u8)),
}

const MATCHERS: [(Matcher, Option<TextKind>); 7] = [
    (Matcher::Str, Some(TextKind::Str)),
    (Matcher::Beg, Some(TextKind::Beg)),
    (Matcher::End, Some(TextKind::End)),
    (Matcher::Sub, Some(TextKind::Sub)),
    (Matcher::Dir, Some(TextKind::Dir)),
    (Matcher::Dom, Some(TextKind::Dom)),
    (Matcher::Ip, None),
];

impl Shape {
    /// `None`: an ACL whose tests are not of one shape, or whose patterns may change while the process runs.
    fn of(acl: &Acl) -> Option<Self> {
        let mut shapes = acl.tests.iter().map(|test| {
            let matcher = MATCHERS.iter().position(|(matcher, _)| *matcher == test.matcher)?;
            let calls: Vec<&Call> = std::iter::once(&test.expr.fetch).chain(&test.expr.converters).collect();
            let variable = calls
                .iter()
                .any(|call| call.args.iter().any(|arg| matches!(arg, Arg::Var { .. })));
            (test.files.is_empty() && !variable).then_some(())?;
            Some(Self {
                written: serde_json::to_string(&calls).ok()?,
                matcher: u8::try_from(matcher).ok()?,
                icase: test.icase,
            })
        });
        let first = shapes.next()??;
        shapes.all(|shape| shape.as_ref() == Some(&first)).then_some(first)
    }

    fn kind(&self) -> Option<TextKind> {
        MATCHERS.get(usize::from(self.matcher)).and_then(|(_, kind)| *kind)
    }

    fn expr(&self) -> Expr {
        let mut calls: Vec<Call> = serde_json::from_str(&self.written).unwrap_or_default();
        let converters = if calls.is_empty() { Vec::new() } else { calls.split_off(1) };
        Expr {
            fetch: calls.pop().unwrap_or_default(),
            converters,
            text: String::new(),
        }
    }

    fn key(&self, pattern: &Pattern) -> Option<Key> {
        match (self.kind(), pattern) {
            (Some(kind), Pattern::Text { value }) => Some(Key::Text(kind.normal(value.as_bytes(), self.icase))),
            (None, Pattern::Net { address, prefix }) => Some(Key::Net(net_key(address.parse().ok()?, *prefix)?)),
            _ => None,
        }
    }
}

/// Whether asking leaves no trace behind: a rule that does otherwise must be asked when its turn comes.
fn is_quiet(acl: &Acl) -> bool {
    let effects = ["set-var", "inc_gpc", "clr_gpc", "updt_conn"];
    let mut calls = acl
        .tests
        .iter()
        .flat_map(|test| std::iter::once(&test.expr.fetch).chain(&test.expr.converters));
    // `acl` asks others, whatever these do.
    calls.all(|call| call.name != "acl" && !effects.iter().any(|effect| call.name.contains(effect)))
}

/// Shapes of which each product of the condition has a test: where no such test holds, the rule can't apply.
fn shapes<'a>(cond: &Cond, acls: &'a [Option<Shape>]) -> Vec<&'a Shape> {
    let of = |acl: u32| acls.get(acl as usize).and_then(Option::as_ref);
    let Some((first, rest)) = cond.any.split_first().filter(|_| !cond.unless) else {
        return Vec::new();
    };
    let mut found: Vec<&Shape> = first
        .iter()
        .filter(|term| !term.not)
        .filter_map(|term| of(term.acl))
        .collect();
    found.dedup();
    found.retain(|shape| {
        rest.iter()
            .all(|product| product.iter().any(|term| !term.not && of(term.acl) == Some(*shape)))
    });
    found
}

//! The gates of a snapshot: each different one once, its rule taken apart into the tests that many rules share, so
//! that a check makes each test once.

use std::hash::Hash;
use std::sync::Arc;

use imbl::Vector;
use smallvec::SmallVec;

use super::{Day, Gate};
use crate::catalogue::map::Map;
use crate::model::codes::StatusTerm;
use crate::model::eligibility::{All, Any, Rule};
use crate::model::text::RoleCode;

/// No number: an entry without a gate, or roles that are not limited.
pub(super) const NONE: u32 = u32::MAX;

/// Values, each different one once, by number. A number is free again when nothing uses its value any more.
#[derive(Debug)]
struct Table<T> {
    numbers: Map<Arc<T>, u32>,
    values: Vector<Option<Arc<T>>>,
    /// How many use each value, by its number.
    uses: Vector<u32>,
    free: Vector<u32>,
}

impl<T> Clone for Table<T> {
    fn clone(&self) -> Self {
        Self {
            numbers: self.numbers.clone(),
            values: self.values.clone(),
            uses: self.uses.clone(),
            free: self.free.clone(),
        }
    }
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { numbers: Map::new(), values: Vector::new(), uses: Vector::new(), free: Vector::new() }
    }
}

impl<T: Hash + Eq + Clone> Table<T> {
    /// Begins a use of a value; tells its number, and whether it is the first.
    fn take(&mut self, value: &T) -> (u32, bool) {
        if let Some(number) = self.numbers.get(value).copied() {
            if let Some(uses) = self.uses.get_mut(number as usize) {
                *uses += 1;
            }
            return (number, false);
        }
        let value = Arc::new(value.clone());
        let number = self.free.pop_back().unwrap_or_else(|| {
            self.values.push_back(None);
            self.uses.push_back(0);
            u32::try_from(self.values.len() - 1).unwrap_or(NONE)
        });
        self.values.set(number as usize, Some(Arc::clone(&value)));
        self.uses.set(number as usize, 1);
        self.numbers.insert(value, number);
        (number, true)
    }

    /// Ends a use; returns the value where it was the last.
    fn give_back(&mut self, number: u32) -> Option<Arc<T>> {
        let uses = self.uses.get_mut(number as usize)?;
        *uses = uses.saturating_sub(1);
        if *uses > 0 {
            return None;
        }
        let value = self.values.get_mut(number as usize)?.take()?;
        self.numbers.remove(&value);
        self.free.push_back(number);
        Some(value)
    }

    fn number(&self, value: &T) -> Option<u32> {
        self.numbers.get(value).copied()
    }

    fn get(&self, number: u32) -> Option<&T> {
        self.values.get(number as usize)?.as_deref()
    }

    /// How many numbers were ever given out at once.
    fn reach(&self) -> usize {
        self.values.len()
    }
}

/// What of a rule is required, from the outside in: tests by their number, and how many of what follows must hold
/// together.
type Steps = SmallVec<[Step; 6]>;

/// One step of what is required.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step {
    /// This test must be passed.
    Test(u32),
    /// All of as many that follow must hold.
    All(u16),
    /// Any of as many that follow must hold.
    Any(u16),
}

/// One way in, ready to be judged.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ready {
    /// The rule, by number; [`NONE`] where none is stated.
    pub(super) rule: u32,
    /// The roles that may take part, by number; [`NONE`] where they are not limited.
    pub(super) open_to: u32,
}

/// A gate, ready to be judged. Small and kept in one piece: a check walks through every gate there is, and waiting for
/// memory is most of what that costs.
#[derive(Debug, Clone)]
pub(super) struct ReadyGate {
    pub(super) gate: Arc<Gate>,
    pub(super) status: StatusTerm,
    pub(super) closes: Day,
    pub(super) ways: SmallVec<[Ready; 2]>,
}

impl ReadyGate {
    /// Whether it no longer runs: nobody can take it, whatever its rule.
    pub(super) const fn is_over(&self) -> bool {
        self.status.is_over()
    }
}

/// Every gate of a snapshot.
#[derive(Debug, Clone, Default)]
pub(in crate::catalogue) struct Gates {
    tests: Table<Rule>,
    rules: Table<Rule>,
    /// What each rule requires, by its number.
    steps: Vector<Steps>,
    audiences: Table<Box<[RoleCode]>>,
    known: Table<Gate>,
    /// Each gate, by its number.
    ready: Vector<ReadyGate>,
    /// The number of each entry's gate, by the entry's ordinal.
    of: Vector<u32>,
}

impl Gates {
    /// Gives an entry a gate in place of the one it had, or takes it away.
    pub(in crate::catalogue) fn set(&mut self, ordinal: u32, gate: Option<&Gate>) {
        let number = gate.map_or(NONE, |gate| self.take(gate));
        let ordinal = ordinal as usize;
        while self.of.len() <= ordinal {
            self.of.push_back(NONE);
        }
        if let Some(place) = self.of.get_mut(ordinal) {
            let before = std::mem::replace(place, number);
            self.give_back(before);
        }
    }

    fn take(&mut self, gate: &Gate) -> u32 {
        let (number, is_new) = self.known.take(gate);
        if !is_new {
            return number;
        }
        let ways = gate.ways.iter().map(|way| Ready {
            rule: way.rule.as_ref().map_or(NONE, |rule| self.take_rule(rule)),
            open_to: if way.is_limited() { self.audiences.take(&way.open_to).0 } else { NONE },
        });
        let ways = ways.collect();
        let gate = self.known.values.get(number as usize).cloned().flatten().unwrap_or_else(|| Arc::new(gate.clone()));
        let ready = ReadyGate { status: gate.status, closes: gate.closes, gate, ways };
        put(&mut self.ready, number, ready);
        number
    }

    fn take_rule(&mut self, rule: &Rule) -> u32 {
        let (number, is_new) = self.rules.take(rule);
        if is_new {
            let mut steps = Steps::new();
            self.add_steps(rule, &mut steps);
            put(&mut self.steps, number, steps);
        }
        number
    }

    fn give_back(&mut self, number: u32) {
        if self.known.give_back(number).is_none() {
            return;
        }
        let ways = self.ready.get(number as usize).map(|ready| ready.ways.clone()).unwrap_or_default();
        for way in ways {
            self.audiences.give_back(way.open_to);
            if let Some(rule) = self.rules.give_back(way.rule) {
                self.give_back_tests(&rule);
            }
        }
    }

    fn give_back_tests(&mut self, rule: &Rule) {
        match rule {
            Rule::All(All { all: rules }) | Rule::Any(Any { any: rules }) => {
                for rule in rules {
                    self.give_back_tests(rule);
                }
            }
            Rule::Open(_) | Rule::Criterion(_) => {
                if let Some(number) = self.tests.number(rule) {
                    self.tests.give_back(number);
                }
            }
        }
    }

    /// Adds what of a rule is required, and knows every test that is in it.
    fn add_steps(&mut self, rule: &Rule, steps: &mut Steps) {
        let (rules, is_all) = match rule {
            Rule::All(All { all }) => (all, true),
            Rule::Any(Any { any }) => (any, false),
            Rule::Open(_) | Rule::Criterion(_) => {
                let (number, _) = self.tests.take(rule);
                if rule.requires() {
                    steps.push(Step::Test(number));
                }
                return;
            }
        };
        let count = rules.iter().filter(|rule| rule.requires()).count();
        // Import lets through far fewer.
        let count = u16::try_from(count).unwrap_or(u16::MAX);
        match (count, is_all) {
            (0 | 1, _) => {}
            (_, true) => steps.push(Step::All(count)),
            (_, false) => steps.push(Step::Any(count)),
        }
        for rule in rules {
            self.add_steps(rule, steps);
        }
    }

    /// The gate of an entry.
    pub(super) fn of(&self, ordinal: u32) -> Option<&ReadyGate> {
        let number = self.of.get(ordinal as usize).copied()?;
        self.ready.get(number as usize)
    }

    /// Calls `visit` with each of some entries, which come in order, and the number of its gate.
    pub(super) fn each_of(&self, ordinals: impl Iterator<Item = u32>, mut visit: impl FnMut(u32, u32)) {
        each_of(&self.of, ordinals, |ordinal, number| {
            if number != NONE {
                visit(ordinal, number);
            }
        });
    }

    /// A gate for every number that was ever given out; one that no entry has any more among them.
    pub(super) fn iter(&self) -> impl Iterator<Item = &ReadyGate> {
        self.ready.iter()
    }

    #[cfg(test)]
    pub(super) fn get(&self, number: u32) -> Option<&ReadyGate> {
        self.ready.get(number as usize)
    }

    pub(super) fn steps(&self, rule: u32) -> &[Step] {
        self.steps.get(rule as usize).map_or(&[], |steps| steps)
    }

    pub(super) fn test(&self, number: u32) -> Option<&Rule> {
        self.tests.get(number)
    }

    /// Every test of a rule that an entry has.
    pub(super) fn tests(&self) -> impl Iterator<Item = &Rule> {
        self.tests.values.iter().filter_map(Option::as_deref)
    }

    pub(super) fn roles(&self, number: u32) -> Option<&[RoleCode]> {
        self.audiences.get(number).map(|roles| &**roles)
    }

    /// How many numbers of tests, rules and audiences there are.
    pub(super) fn reach(&self) -> [usize; 3] {
        [self.tests.reach(), self.rules.reach(), self.audiences.reach()]
    }

    /// How many numbers of gates there are.
    pub(super) fn reach_of_gates(&self) -> usize {
        self.known.reach()
    }

    /// How many different gates entries have, and how many different rules.
    pub(in crate::catalogue) fn count(&self) -> (usize, usize) {
        (self.known.numbers.len(), self.rules.numbers.len())
    }
}

/// Calls `visit` with each of some places of a list, which come in order, and what is there. It goes leaf by leaf:
/// finding the way from the root for each costs several times as much.
pub(super) fn each_of(values: &Vector<u32>, places: impl Iterator<Item = u32>, mut visit: impl FnMut(u32, u32)) {
    let mut leaves = values.leaves();
    let (mut leaf, mut from) = (leaves.next().unwrap_or_default(), 0);
    for place in places {
        while place as usize >= from + leaf.len() {
            from += leaf.len();
            let Some(next) = leaves.next() else { return };
            leaf = next;
        }
        if let Some(value) = leaf.get(place as usize - from) {
            visit(place, *value);
        }
    }
}

/// Puts a value in the place of its number, which is at most one past the last.
fn put<T: Clone>(values: &mut Vector<T>, number: u32, value: T) {
    match values.get_mut(number as usize) {
        Some(place) => *place = value,
        None => values.push_back(value),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::catalogue::eligibility::Way;

    fn gate(rule: &serde_json::Value) -> Gate {
        let rule = Some(serde_json::from_value(rule.clone()).expect("a rule"));
        let way = Way { at: String::new(), rule, open_to: Box::new([RoleCode("nurse".to_owned())]) };
        Gate { ways: Box::new([way]), status: StatusTerm::Running, closes: Day::NEVER }
    }

    #[test]
    fn what_no_entry_has_any_more_is_forgotten() {
        let london = json!({"type": "region", "anyOf": ["london"]});
        let bands = json!({"type": "band", "from": "afc-5", "to": "afc-7"});
        let both = gate(&json!({"all": [london, bands]}));
        let mut gates = Gates::default();
        gates.set(0, Some(&gate(&london)));
        gates.set(1, Some(&both));
        gates.set(2, Some(&both));
        assert_eq!((gates.count(), gates.tests().count()), ((2, 2), 2));
        gates.set(1, Some(&gate(&london)));
        assert_eq!((gates.count(), gates.tests().count()), ((2, 2), 2), "another still has it");
        gates.set(2, None);
        assert_eq!((gates.count(), gates.tests().count()), ((1, 1), 1));
        // Its numbers are given out again: edits without end take no memory without end.
        for n in 0..100 {
            gates.set(2, Some(&gate(&json!({"type": "experience", "years": 1, "of": format!("Edit {n}")}))));
        }
        assert_eq!((gates.count(), gates.tests().count()), ((2, 2), 2));
        assert!(gates.reach().into_iter().all(|reach| reach <= 3) && gates.iter().count() <= 3);
        gates.set(0, None);
        gates.set(1, None);
        gates.set(2, None);
        assert_eq!((gates.count(), gates.tests().count(), gates.roles(0)), ((0, 0), 0, None));
    }
}

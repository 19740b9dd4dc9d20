//! The gates of a snapshot: each different one once, its rule taken apart into the tests that many rules share, so
//! that a check makes each test once.

use std::hash::Hash;
use std::sync::Arc;

use imbl::{HashMap, Vector};
use smallvec::SmallVec;

use super::Gate;
use crate::catalogue::ALL_STAFF;
use crate::model::codes::StatusTerm;
use crate::model::eligibility::{All, Any, Rule};
use crate::model::text::RoleCode;

/// No number: an entry without a gate, or roles that are not limited.
pub(super) const NONE: u32 = u32::MAX;

/// Values, each different one once, by number. A number keeps its value: what no entry has any more stays until the
/// snapshot is made anew.
#[derive(Debug)]
struct Table<T> {
    numbers: HashMap<Arc<T>, u32>,
    values: Vector<Arc<T>>,
}

impl<T> Clone for Table<T> {
    fn clone(&self) -> Self {
        Self { numbers: self.numbers.clone(), values: self.values.clone() }
    }
}

impl<T: Hash + Eq> Default for Table<T> {
    fn default() -> Self {
        Self { numbers: HashMap::new(), values: Vector::new() }
    }
}

impl<T: Hash + Eq + Clone> Table<T> {
    fn number(&mut self, value: &T) -> u32 {
        if let Some(number) = self.numbers.get(value) {
            return *number;
        }
        let number = u32::try_from(self.values.len()).unwrap_or(NONE);
        let value = Arc::new(value.clone());
        self.values.push_back(Arc::clone(&value));
        self.numbers.insert(value, number);
        number
    }

    fn get(&self, number: u32) -> Option<&T> {
        self.values.get(number as usize).map(|value| &**value)
    }
}

/// What of a rule is required, from the outside in: tests by their number, and how many of what follows must hold
/// together. Kept in one piece beside its gate: a check walks through every gate there is, and waiting for memory is
/// most of what that costs.
pub(super) type Steps = SmallVec<[Step; 6]>;

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
#[derive(Debug, Clone)]
pub(super) struct Ready {
    /// What is required; empty where nothing is, or no rule is stated.
    pub(super) required: Steps,
    pub(super) is_stated: bool,
    /// The roles that may take part, by number; [`NONE`] where they are not limited.
    pub(super) open_to: u32,
}

/// A gate, ready to be judged.
#[derive(Debug, Clone)]
pub(super) struct ReadyGate {
    pub(super) gate: Arc<Gate>,
    pub(super) status: StatusTerm,
    pub(super) has_dates: bool,
    pub(super) ways: SmallVec<[Ready; 1]>,
}

/// Every gate of a snapshot.
#[derive(Debug, Clone, Default)]
pub(in crate::catalogue) struct Gates {
    tests: Table<Rule>,
    audiences: Table<Box<[RoleCode]>>,
    numbers: HashMap<Arc<Gate>, u32>,
    ready: Vector<ReadyGate>,
    /// The number of each entry's gate, by the entry's ordinal.
    of: Vector<u32>,
}

impl Gates {
    /// Gives an entry a gate, or takes it away.
    pub(in crate::catalogue) fn set(&mut self, ordinal: u32, gate: Option<Gate>) {
        let number = gate.map_or(NONE, |gate| self.number(gate));
        let ordinal = ordinal as usize;
        while self.of.len() <= ordinal {
            self.of.push_back(NONE);
        }
        if let Some(place) = self.of.get_mut(ordinal) {
            *place = number;
        }
    }

    fn number(&mut self, gate: Gate) -> u32 {
        if let Some(number) = self.numbers.get(&gate) {
            return *number;
        }
        let mut ways = SmallVec::new();
        for way in &gate.ways {
            let is_limited = !way.open_to.is_empty() && way.open_to.iter().all(|role| role.as_str() != ALL_STAFF);
            let mut required = Steps::new();
            if let Some(rule) = &way.rule {
                self.add_steps(rule, &mut required);
            }
            let open_to = if is_limited { self.audiences.number(&way.open_to) } else { NONE };
            ways.push(Ready { required, is_stated: way.rule.is_some(), open_to });
        }
        let number = u32::try_from(self.ready.len()).unwrap_or(NONE);
        let gate = Arc::new(gate);
        let (status, has_dates) = (gate.status, gate.closes.is_some());
        self.ready.push_back(ReadyGate { gate: Arc::clone(&gate), status, has_dates, ways });
        self.numbers.insert(gate, number);
        number
    }

    /// Adds what of a rule is required, and knows every test that is in it.
    fn add_steps(&mut self, rule: &Rule, steps: &mut Steps) {
        let (rules, is_all) = match rule {
            Rule::All(All { all }) => (all, true),
            Rule::Any(Any { any }) => (any, false),
            Rule::Open(_) | Rule::Criterion(_) => {
                let number = self.tests.number(rule);
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

    /// Calls `visit` with each of some entries, in order, and the number of its gate.
    pub(super) fn each_of(&self, ordinals: impl Iterator<Item = u32>, mut visit: impl FnMut(u32, u32)) {
        let mut of = self.of.focus();
        for ordinal in ordinals {
            if let Some(number) = of.get(ordinal as usize).copied().filter(|number| *number != NONE) {
                visit(ordinal, number);
            }
        }
    }

    /// Every gate, in the order of their numbers.
    pub(super) fn iter(&self) -> impl Iterator<Item = &ReadyGate> {
        self.ready.iter()
    }

    #[cfg(test)]
    pub(super) fn get(&self, number: u32) -> Option<&ReadyGate> {
        self.ready.get(number as usize)
    }

    pub(super) fn test(&self, number: u32) -> Option<&Rule> {
        self.tests.get(number)
    }

    pub(super) fn tests(&self) -> impl Iterator<Item = &Rule> {
        self.tests.values.iter().map(|rule| &**rule)
    }

    pub(super) fn test_count(&self) -> usize {
        self.tests.values.len()
    }

    pub(super) fn roles(&self, number: u32) -> Option<&[RoleCode]> {
        self.audiences.get(number).map(|roles| &**roles)
    }

    pub(super) fn audience_count(&self) -> usize {
        self.audiences.values.len()
    }

    /// How many different gates there are.
    pub(in crate::catalogue) fn count(&self) -> usize {
        self.ready.len()
    }
}

//! The engine: a rule, held against what a person told.

use serde::Serialize;
use utoipa::ToSchema;

use super::gates::{Gates, NONE, Ready, ReadyGate, Step};
use super::question::{ProfileField, Question};
use super::told::Told;
use super::{Day, Way};
use crate::model::codes::StatusTerm;
use crate::model::eligibility::Rule;
use crate::model::text::RoleCode;

/// Whether a rule holds, from the worst to the best. `all` is the least of its parts and `any` the greatest, so
/// the order of parts never matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Value {
    /// It does not hold.
    NotMet,
    /// It depends on what was not told.
    NotTold,
    /// It will hold once something is done that is theirs to do.
    ToDo,
    /// It holds.
    Met,
}

impl Value {
    /// As much, where what is wanting can be done first.
    pub(super) const fn or_to_do(self) -> Self {
        match self {
            Self::Met => Self::Met,
            Self::NotMet | Self::NotTold | Self::ToDo => Self::ToDo,
        }
    }
}

/// What one can take, from the best to the worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum Verdict {
    /// Everything that the sources require is told to be so.
    Eligible,
    /// One qualifies, but something must happen first.
    Conditional,
    /// It depends on what was not told.
    Unknown,
    /// The sources state no rule.
    NotStated,
    /// Something that the sources require is told not to be so.
    Ineligible,
}

impl Verdict {
    /// Every verdict, the best first.
    pub const ALL: [Self; 5] = [Self::Eligible, Self::Conditional, Self::Unknown, Self::NotStated, Self::Ineligible];

    /// The verdict as it is written.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Eligible => "eligible",
            Self::Conditional => "conditional",
            Self::Unknown => "unknown",
            Self::NotStated => "notStated",
            Self::Ineligible => "ineligible",
        }
    }
}

/// Judges gates, holding each rule, and each test that rules share, against what was told once.
pub(super) struct Judge<'t, 's> {
    told: &'t Told<'t>,
    gates: &'s Gates,
    /// What each test came to, by its number, and what it depends on.
    tests: Vec<Option<(Value, Question<'s>)>>,
    /// What each rule came to, by its number.
    rules: Vec<Option<RuleValue>>,
    /// What rules depend on, each its own run of these.
    open: Vec<Question<'s>>,
    /// Whether each list of roles has theirs, by its number.
    audiences: Vec<Option<Value>>,
}

/// What a rule came to, and where the questions are that it depends on.
#[derive(Clone, Copy)]
struct RuleValue {
    value: Value,
    from: u32,
    to: u32,
}

impl<'t, 's> Judge<'t, 's> {
    /// One that will judge every gate.
    pub(super) fn of_all(told: &'t Told<'t>, gates: &'s Gates) -> Self {
        let [tests, rules, audiences] = gates.reach();
        Self {
            told,
            gates,
            tests: vec![None; tests],
            rules: vec![None; rules],
            open: Vec::new(),
            audiences: vec![None; audiences],
        }
    }

    /// One that will judge a few gates, and remembers nothing.
    pub(super) const fn of_few(told: &'t Told<'t>, gates: &'s Gates) -> Self {
        Self { told, gates, tests: Vec::new(), rules: Vec::new(), open: Vec::new(), audiences: Vec::new() }
    }

    /// The verdict on a gate, and what it depends on: in order, each question once.
    pub(super) fn judge(&mut self, gate: &ReadyGate, open: &mut Vec<Question<'s>>) -> Verdict {
        #[cfg(test)]
        super::panics::panic_if_wanted(self.told.profile);
        open.clear();
        if gate.is_over() {
            return Verdict::Ineligible;
        }
        let must_wait = self.must_wait(gate);
        let mut best = Verdict::Ineligible;
        for way in &gate.ways {
            let here = open.len();
            let verdict = match self.way(*way, open) {
                Value::NotMet => Verdict::Ineligible,
                _ if way.rule == NONE => Verdict::NotStated,
                Value::NotTold => Verdict::Unknown,
                Value::ToDo => Verdict::Conditional,
                Value::Met if must_wait => Verdict::Conditional,
                Value::Met => Verdict::Eligible,
            };
            if verdict != Verdict::Unknown {
                open.truncate(here);
            }
            best = best.min(verdict);
        }
        if best == Verdict::Unknown {
            open.sort_unstable();
            open.dedup();
        } else {
            open.clear();
        }
        best
    }

    /// The verdict on a programme of which no rule is stated: that on the most open of its variants, as far as its own
    /// status, dates and roles let through. [`Verdict::NotStated`] where it has none that still runs.
    pub(super) fn judge_family(
        &mut self,
        own: &ReadyGate,
        variants: impl Iterator<Item = &'s ReadyGate>,
        open: &mut Vec<Question<'s>>,
    ) -> Verdict {
        open.clear();
        let roles = own.ways.first().map_or(Value::Met, |way| self.audience(way.open_to));
        if roles == Value::NotMet {
            return Verdict::Ineligible;
        }
        let (mut best, mut of_variant) = (None, Vec::new());
        for variant in variants.filter(|variant| !variant.is_over()) {
            let verdict = self.judge(variant, &mut of_variant);
            if best.is_none_or(|best| verdict < best) {
                open.clear();
            }
            if best.is_none_or(|best| verdict <= best) {
                best = Some(verdict);
                open.append(&mut of_variant);
            }
        }
        let mut verdict = best.unwrap_or(Verdict::NotStated);
        if verdict <= Verdict::Unknown && roles == Value::NotTold {
            open.push(Question::Field(ProfileField::Role));
            verdict = Verdict::Unknown;
        } else if verdict == Verdict::Eligible && self.must_wait(own) {
            verdict = Verdict::Conditional;
        }
        open.sort_unstable();
        open.dedup();
        verdict
    }

    /// Whether it must open again first.
    fn must_wait(&self, gate: &ReadyGate) -> bool {
        gate.status == StatusTerm::OnHold || self.told.has_closed(gate.closes)
    }

    /// Whether a way in is open: what its rule requires, and the roles that may take part.
    fn way(&mut self, way: Ready, open: &mut Vec<Question<'s>>) -> Value {
        let here = open.len();
        let required = if way.rule == NONE { Value::Met } else { self.rule(way.rule, open) };
        let roles = self.audience(way.open_to);
        if roles == Value::NotTold {
            open.push(Question::Field(ProfileField::Role));
        }
        let value = required.min(roles);
        if value != Value::NotTold {
            open.truncate(here);
        }
        value
    }

    fn audience(&mut self, number: u32) -> Value {
        if number == NONE {
            return Value::Met;
        }
        let known = self.audiences.get(number as usize).copied().flatten();
        known.unwrap_or_else(|| {
            let value = self.gates.roles(number).map_or(Value::Met, |roles| self.told.has_role_of(roles));
            if let Some(place) = self.audiences.get_mut(number as usize) {
                *place = Some(value);
            }
            value
        })
    }

    /// Whether what a rule requires holds.
    fn rule(&mut self, number: u32, open: &mut Vec<Question<'s>>) -> Value {
        if let Some(known) = self.rules.get(number as usize).copied().flatten() {
            open.extend(self.open.get(known.from as usize..known.to as usize).unwrap_or_default());
            return known.value;
        }
        let here = open.len();
        let value = self.steps(&mut self.gates.steps(number).iter(), open);
        let from = self.open.len();
        if let Some(place) = self.rules.get_mut(number as usize) {
            self.open.extend(open.get(here..).unwrap_or_default());
            let at = |index: usize| u32::try_from(index).unwrap_or(u32::MAX);
            *place = Some(RuleValue { value, from: at(from), to: at(self.open.len()) });
        }
        value
    }

    /// Whether what is required holds, from the next step on; none means that nothing is.
    fn steps(&mut self, steps: &mut std::slice::Iter<'_, Step>, open: &mut Vec<Question<'s>>) -> Value {
        let here = open.len();
        let value = match steps.next() {
            Some(Step::Test(number)) => {
                let (value, question) = self.test(*number);
                open.push(question);
                value
            }
            Some(Step::All(count)) => (0..*count).map(|_| self.steps(steps, open)).min().unwrap_or(Value::Met),
            Some(Step::Any(count)) => (0..*count).map(|_| self.steps(steps, open)).max().unwrap_or(Value::Met),
            None => Value::Met,
        };
        // Only what a judgement depends on is asked.
        if value != Value::NotTold {
            open.truncate(here);
        }
        value
    }

    fn test(&mut self, number: u32) -> (Value, Question<'s>) {
        let known = self.tests.get(number as usize).copied().flatten();
        known.unwrap_or_else(|| {
            let made = match self.gates.test(number) {
                Some(Rule::Criterion(criterion)) => self.told.criterion(criterion),
                Some(Rule::Open(open)) => {
                    (self.told.sector(open.open.as_str()), Question::Field(ProfileField::Employer))
                }
                // A rule of rules is no test.
                Some(Rule::All(_) | Rule::Any(_)) | None => (Value::NotTold, Question::Never),
            };
            if let Some(place) = self.tests.get_mut(number as usize) {
                *place = Some(made);
            }
            made
        })
    }
}

impl Told<'_> {
    /// Whether the last dated chance has passed.
    pub(super) const fn has_closed(&self, closes: Day) -> bool {
        self.today.0 > closes.0
    }

    /// Whether the roles that may take part include theirs.
    pub(super) fn open_to(&self, way: &Way) -> Value {
        if way.is_limited() { self.has_role_of(&way.open_to) } else { Value::Met }
    }

    fn has_role_of(&self, roles: &[RoleCode]) -> Value {
        self.is_in(ProfileField::Role, roles.iter().map(RoleCode::as_str)).unwrap_or(Value::NotTold)
    }
}

#[cfg(test)]
mod tests;

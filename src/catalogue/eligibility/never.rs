//! Rules that nobody can meet, whatever they tell.

use std::collections::BTreeSet;

use serde_json::json;

use super::Gate;
use super::judge::Value;
use super::question::ProfileField;
use super::told::Told;
use crate::model::codes::Strength;
use crate::model::eligibility::{All, Any, Criterion, Rule};
use crate::model::profile::Profile;
use crate::model::{Entry, Vocabularies};

/// The members of a profile that hold one term: two tests of one of them can contradict each other.
const SINGLE: [ProfileField; 6] = [
    ProfileField::Role,
    ProfileField::Level,
    ProfileField::Band,
    ProfileField::Employer,
    ProfileField::Region,
    ProfileField::AspiresTo,
];

/// The most ways through alternatives that are followed; a rule with more is taken to be possible.
const MOST_WAYS: usize = 256;

/// What every way into an entry requires, the roles that may take part included: pointer and rule. None where no rule
/// is stated.
#[must_use]
pub fn required_of(entry: &Entry) -> Vec<(String, Rule)> {
    let gate = Gate::of(entry);
    let ways = gate.iter().flat_map(|gate| gate.ways.iter());
    let required = ways.filter_map(|way| {
        let rule = way.rule.clone()?;
        let pointer = format!("{}/eligibility/rule", way.at);
        if way.open_to.is_empty() {
            return Some((pointer, rule));
        }
        let roles = Criterion::Profession {
            any_of: way.open_to.to_vec(),
            strength: Strength::Required,
            as_printed: None,
            sources: Vec::new(),
        };
        Some((pointer, Rule::All(All { all: vec![Rule::Criterion(roles), rule] })))
    });
    required.collect()
}

/// For each rule the member of the profile of which no term passes all that is required; `None` where somebody can
/// pass.
#[must_use]
pub fn impossible<'r>(rules: impl Iterator<Item = &'r Rule>, vocabularies: &Vocabularies) -> Vec<Option<ProfileField>> {
    let people = SINGLE.map(|field| {
        let terms = field.scheme().into_iter().flat_map(|scheme| vocabularies.terms(scheme));
        let told = terms.filter_map(|term| serde_json::from_value(json!({field.name(): term.code.as_str()})).ok());
        told.collect::<Vec<Profile>>()
    });
    let told = people.each_ref().map(|people| {
        let told = people.iter().map(|profile| Told::new(profile, &[], vocabularies, ""));
        told.collect::<Vec<Told<'_>>>()
    });
    let search = Search { told };
    rules.map(|rule| search.empty_member(rule)).collect()
}

/// Which of the people of each member are still possible; `None` where nothing limits them yet.
type Possible = [Option<BTreeSet<usize>>; SINGLE.len()];

/// People who tell one term each, by the member that they tell.
struct Search<'a> {
    told: [Vec<Told<'a>>; SINGLE.len()],
}

impl Search<'_> {
    fn empty_member(&self, rule: &Rule) -> Option<ProfileField> {
        let mut emptied = None;
        let left = self.narrow(rule, vec![Possible::default()], &mut emptied);
        if left.is_empty() { emptied } else { None }
    }

    /// What is left of some possibilities by a rule; notes which member ran out.
    fn narrow(&self, rule: &Rule, mut ways: Vec<Possible>, emptied: &mut Option<ProfileField>) -> Vec<Possible> {
        if !rule.requires() || ways.len() > MOST_WAYS {
            return ways;
        }
        match rule {
            Rule::All(All { all }) => all.iter().fold(ways, |ways, rule| self.narrow(rule, ways, emptied)),
            Rule::Any(Any { any }) => {
                let required = any.iter().filter(|rule| rule.requires());
                required.flat_map(|rule| self.narrow(rule, ways.clone(), emptied)).collect()
            }
            Rule::Open(_) | Rule::Criterion(_) => {
                for ((place, field), people) in (0..).zip(SINGLE).zip(&self.told) {
                    if !asks_about(rule, field) {
                        continue;
                    }
                    let passes = |(index, told): (usize, &Told<'_>)| (told.may_pass(rule)).then_some(index);
                    let passing: BTreeSet<usize> = people.iter().enumerate().filter_map(passes).collect();
                    ways.retain_mut(|way: &mut Possible| {
                        let Some(possible) = way.get_mut(place) else { return true };
                        let left = match possible {
                            Some(so_far) => so_far.intersection(&passing).copied().collect(),
                            None => passing.clone(),
                        };
                        let is_possible = !left.is_empty();
                        *possible = Some(left);
                        if !is_possible {
                            *emptied = Some(field);
                        }
                        is_possible
                    });
                }
                ways
            }
        }
    }
}

/// Whether a test is decided by a member that holds one term.
fn asks_about(rule: &Rule, field: ProfileField) -> bool {
    let asked = match rule {
        Rule::Open(_) | Rule::Criterion(Criterion::Employer { .. }) => ProfileField::Employer,
        Rule::Criterion(Criterion::Profession { .. }) => ProfileField::Role,
        Rule::Criterion(Criterion::Region { .. }) => ProfileField::Region,
        Rule::Criterion(Criterion::Level { .. }) => ProfileField::Level,
        Rule::Criterion(Criterion::Band { .. }) => ProfileField::Band,
        Rule::Criterion(Criterion::Aspiration { to: Some(_), .. }) => ProfileField::AspiresTo,
        _ => return false,
    };
    asked == field
}

impl Told<'_> {
    /// Whether a test is passed. Somebody with a broad term is also there with each narrower one, and need not be
    /// given the benefit of the doubt; somebody off the scale of bands is.
    fn may_pass(&self, rule: &Rule) -> bool {
        match rule {
            Rule::Open(open) => self.sector(open.open.as_str()) >= Value::ToDo,
            Rule::Criterion(criterion @ Criterion::Band { .. }) => self.criterion(criterion).0 >= Value::NotTold,
            Rule::Criterion(criterion) => self.criterion(criterion).0 >= Value::ToDo,
            Rule::All(_) | Rule::Any(_) => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value as Json;

    use super::*;
    use crate::import::shipped_vocabularies;

    #[test]
    fn contradictions_are_found_and_nothing_else() {
        let level = |from: &str, to: &str| json!({"type": "level", "from": from, "to": to});
        let employer = |code: &str| json!({"type": "employer", "anyOf": [code]});
        let role = |code: &str| json!({"type": "profession", "anyOf": [code]});
        let region = |code: &str| json!({"type": "region", "anyOf": [code]});
        let table: [(Json, Option<ProfileField>); 12] = [
            (json!({"all": [level("introductory", "mid"), level("mid", "executive")]}), None),
            (
                json!({"all": [level("introductory", "introductory"), level("mid", "executive")]}),
                Some(ProfileField::Level),
            ),
            (json!({"any": [level("introductory", "introductory"), level("mid", "executive")]}), None),
            (json!({"all": [{"open": "nhs"}, employer("social-care")]}), Some(ProfileField::Employer)),
            (json!({"all": [{"open": "nhs"}, employer("commissioner")]}), None),
            (json!({"all": [role("clinical"), role("midwife")]}), None),
            (json!({"all": [role("call-operator"), role("clinical")]}), Some(ProfileField::Role)),
            (json!({"all": [role("all-staff"), role("nurse")]}), None),
            (json!({"all": [region("london"), region("midlands")]}), Some(ProfileField::Region)),
            (json!({"all": [region("london"), region("lla-london")]}), None),
            (
                json!({"all": [{"any": [role("nurse"), role("midwife")]}, {"any": [role("consultant"), role("manager")]}]}),
                Some(ProfileField::Role),
            ),
            (
                json!({"all": [role("nurse"), {"type": "profession", "anyOf": ["consultant"], "strength": "priority"}]}),
                None,
            ),
        ];
        let vocabularies = shipped_vocabularies();
        for (rule, expected) in table {
            let read: Rule = serde_json::from_value(rule.clone()).expect("a rule");
            assert_eq!(impossible(std::iter::once(&read), &vocabularies), [expected], "{rule}");
        }
    }
}

//! What would have to change for somebody to become eligible.

use super::Way;
use super::gates::{Gates, ReadyGate};
use super::judge::{Judge, Value, Verdict};
use super::question::ProfileField;
use super::told::Told;
use crate::model::codes::{Participation, Strength};
use crate::model::eligibility::{All, Any, Criterion, Rule};
use crate::model::profile::{PriorProgramme, Profile, Years};

/// The most changes that are worth telling together.
const MOST: usize = 8;

/// One thing that would have to be otherwise: to become so where it can be acted on, or to be told where it was not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The member of the profile.
    pub field: ProfileField,
    /// What it would have to be: one of these terms; of experience and statements, what it is about.
    pub any_of: Vec<String>,
    /// The years of experience; `None` elsewhere.
    pub years: Option<u8>,
    /// How far one must have taken part in the programme; `None` elsewhere, and where any taking part will do.
    pub participation: Option<Participation>,
    /// The point, as a sentence about a person.
    pub sentence: String,
}

impl Change {
    const fn of(field: ProfileField, sentence: String) -> Self {
        Self { field, any_of: Vec::new(), years: None, participation: None, sentence }
    }
}

impl Told<'_> {
    /// The fewest changes that make a gate passable, all of them together; none where there is no such way. They are
    /// tried before they are told. `variants` are the gates by which a programme of which no rule is stated is judged.
    pub(super) fn changes(&self, gates: &Gates, own: &ReadyGate, variants: &[&ReadyGate]) -> Vec<Change> {
        if own.is_over() {
            return Vec::new();
        }
        let is_alone = variants.is_empty();
        // The roles that may take part in the programme count for each of its variants.
        let shared = own.gate.ways.first().filter(|_| !is_alone).map_or(Some(Vec::new()), |own| self.role_changes(own));
        let Some(shared) = shared else { return Vec::new() };
        let mut found: Vec<(Vec<Change>, &ReadyGate)> = Vec::new();
        for gate in std::iter::once(own).filter(|_| is_alone).chain(variants.iter().copied()).filter(|g| !g.is_over()) {
            for way in &gate.gate.ways {
                let ruled = way.rule.as_ref().and_then(|rule| self.rule_changes(rule));
                let Some((ruled, own_roles)) = ruled.zip(self.role_changes(way)) else { continue };
                // One has one role: where both ask for it, what passes one may pass both.
                let roles = match (own_roles.is_empty(), shared.is_empty()) {
                    (_, true) => vec![own_roles],
                    (true, false) => vec![shared.clone()],
                    (false, false) => vec![own_roles, shared.clone()],
                };
                let candidates = roles.into_iter().map(|roles| [ruled.clone(), roles].concat());
                found.extend(candidates.filter(|way| !way.is_empty() && way.len() <= MOST).map(|way| (way, gate)));
            }
        }
        found.sort_by_key(|(changes, _)| changes.len());
        let passes = |(changes, gate): &(Vec<Change>, &ReadyGate)| {
            let mut profile = self.profile.clone();
            for change in changes {
                apply(change, &mut profile);
            }
            let told = Told::on(self.today, &profile, self.shown, self.vocabularies);
            let (mut judge, mut open) = (Judge::of_few(&told, gates), Vec::new());
            // What one variant lets through, the programme does.
            let verdict = if is_alone {
                judge.judge(own, &mut open)
            } else {
                judge.judge_family(own, std::iter::once(*gate), &mut open)
            };
            matches!(verdict, Verdict::Eligible | Verdict::Conditional)
        };
        found.into_iter().find(passes).map(|(changes, _)| changes).unwrap_or_default()
    }

    /// What would have to be told of somebody's role; `None` where theirs may not take part.
    fn role_changes(&self, way: &Way) -> Option<Vec<Change>> {
        match self.open_to(way) {
            Value::NotMet => None,
            Value::NotTold => Some(vec![Change {
                any_of: way.open_to.iter().map(|role| role.as_str().to_owned()).collect(),
                ..Change::of(ProfileField::Role, "Works in a role that may take part.".to_owned())
            }]),
            Value::ToDo | Value::Met => Some(Vec::new()),
        }
    }

    /// The changes that make a rule hold; `None` where nothing a person can do does.
    fn rule_changes(&self, rule: &Rule) -> Option<Vec<Change>> {
        match rule {
            Rule::All(All { all }) => {
                let mut changes = Vec::new();
                for rule in all {
                    changes.extend(self.rule_changes(rule)?);
                }
                Some(changes)
            }
            Rule::Any(Any { any }) => {
                // One that requires nothing is no alternative to what others require.
                let required = any.iter().filter(|rule| rule.requires());
                let mut ways = required.map(|rule| self.rule_changes(rule)).peekable();
                if ways.peek().is_none() { Some(Vec::new()) } else { ways.flatten().min_by_key(Vec::len) }
            }
            Rule::Open(open) => match self.sector(open.open.as_str()) {
                Value::Met | Value::ToDo => Some(Vec::new()),
                Value::NotMet | Value::NotTold => Some(vec![Change {
                    any_of: self.employers_of(open.open.as_str()),
                    ..Change::of(
                        ProfileField::Employer,
                        format!("Works in: {}.", self.label("sector", open.open.as_str())),
                    )
                }]),
            },
            Rule::Criterion(criterion) if criterion.strength() != Strength::Required => Some(Vec::new()),
            Rule::Criterion(criterion) => self.criterion_change(criterion),
        }
    }

    fn criterion_change(&self, criterion: &Criterion) -> Option<Vec<Change>> {
        let (value, _) = self.criterion(criterion);
        if value >= Value::ToDo {
            return Some(Vec::new());
        }
        let sentence = self.sentence(criterion);
        let change = |field, any_of: Vec<String>| Some(vec![Change { any_of, ..Change::of(field, sentence.clone()) }]);
        let one = |text: &str| vec![text.to_owned()];
        match criterion {
            // Nobody is told to be of another characteristic or region, nor of another profession than theirs.
            Criterion::PositiveAction { .. } | Criterion::Region { .. } => None,
            Criterion::Profession { .. } if self.profile.role.is_some() => None,
            Criterion::Profession { any_of, .. } => {
                change(ProfileField::Role, any_of.iter().map(|code| code.as_str().to_owned()).collect())
            }
            Criterion::Employer { any_of, .. } => {
                change(ProfileField::Employer, any_of.iter().map(|code| code.as_str().to_owned()).collect())
            }
            Criterion::Registration { any_of, .. } => {
                change(ProfileField::Registrations, any_of.iter().map(|code| code.as_str().to_owned()).collect())
            }
            Criterion::Membership { of, .. } => change(ProfileField::Memberships, one(of.as_str())),
            Criterion::Level { from, .. } => change(ProfileField::Level, one(from.as_str())),
            Criterion::Band { from, .. } => change(ProfileField::Band, one(from.as_str())),
            Criterion::Qualification { name, .. } => change(ProfileField::Statements, one(name.as_str())),
            Criterion::Experience { years, of, .. } => Some(vec![Change {
                any_of: one(of.as_str()),
                years: Some(years.unwrap_or(1).max(1)),
                ..Change::of(ProfileField::Experience, sentence)
            }]),
            Criterion::PriorProgramme { any_of: None, of: Some(of), .. } => {
                change(ProfileField::Statements, one(of.as_str()))
            }
            Criterion::PriorProgramme { any_of, participation, .. } => Some(vec![Change {
                any_of: any_of.iter().flatten().map(|id| id.as_str().to_owned()).collect(),
                participation: participation.first().copied(),
                ..Change::of(ProfileField::PriorProgrammes, sentence)
            }]),
            Criterion::Aspiration { to, scope, .. } => {
                let to = to.iter().filter_map(|to| change(ProfileField::AspiresTo, one(to.as_str()))).flatten();
                let scope =
                    scope.iter().filter_map(|scope| change(ProfileField::Statements, one(scope.as_str()))).flatten();
                Some(to.chain(scope).collect())
            }
            // What is theirs to do is a condition, never a refusal.
            Criterion::EmployerSupport { .. } | Criterion::AccessRoute { .. } => Some(Vec::new()),
        }
    }
}

/// Makes a profile as a change wants it.
fn apply(change: &Change, profile: &mut Profile) {
    use crate::model::text::{
        BandCode, EmployerCode, LevelCode, ProgrammeRef, ProviderRef, RegistrationCode, RoleCode,
    };
    let Some(term) = change.any_of.first().cloned() else { return };
    match change.field {
        ProfileField::Role => profile.role = Some(RoleCode(term)),
        ProfileField::Level => profile.level = Some(LevelCode(term)),
        ProfileField::Band => profile.band = Some(BandCode(term)),
        ProfileField::Employer => profile.employer = Some(EmployerCode(term)),
        ProfileField::AspiresTo => profile.aspires_to = Some(LevelCode(term)),
        ProfileField::Registrations => profile.registrations.get_or_insert_default().push(RegistrationCode(term)),
        ProfileField::Memberships => profile.memberships.get_or_insert_default().push(ProviderRef(term)),
        ProfileField::PriorProgrammes => profile
            .prior_programmes
            .get_or_insert_default()
            .push(PriorProgramme { programme: ProgrammeRef(term), participation: change.participation }),
        ProfileField::Experience => {
            profile.experience.get_or_insert_default().insert(term, Years(change.years.unwrap_or(1)));
        }
        ProfileField::Statements => {
            profile.statements.get_or_insert_default().insert(term, true);
        }
        ProfileField::Region | ProfileField::EmployerSupport | ProfileField::AccessRoutes => {}
    }
}

//! Why a verdict is what it is: every required, preferred or silent point, with the member that states it.

use serde::Serialize;
use utoipa::ToSchema;

use super::cited::Cited;
use super::judge::Value;
use super::told::Told;
use super::{Gate, Way};
use crate::catalogue::facet::answers;
use crate::catalogue::{Field, Item};
use crate::model::codes::{StatusTerm, Strength};
use crate::model::eligibility::{All, Any, Criterion, Rule};
use crate::model::text::SourceId;

/// How a point turned out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// It is so.
    Met,
    /// It is not so.
    NotMet,
    /// It was not told.
    NotTold,
    /// It must happen first.
    ToDo,
    /// It is not asked: the request wants to be shown what is for these people.
    Shown,
    /// No source states anything.
    NotStated,
    /// It refuses nobody, but should be known.
    Remark,
}

impl Outcome {
    const fn of(value: Value) -> Self {
        match value {
            Value::Met => Self::Met,
            Value::NotMet => Self::NotMet,
            Value::NotTold => Self::NotTold,
            Value::ToDo => Self::ToDo,
        }
    }
}

/// One point of a verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = EligibilityReason)]
pub struct Reason {
    /// The member of the entry that states it, as a JSON Pointer (RFC 6901).
    #[schema(example = "/eligibility/rule/all/0")]
    pub pointer: String,
    /// How it turned out.
    pub outcome: Outcome,
    /// How binding it is; null where it is no criterion of a rule.
    #[schema(required)]
    pub strength: Option<Strength>,
    /// The point, as a sentence about a person.
    #[schema(example = "Works for: NHS organisation.")]
    pub sentence: String,
    /// The sources that state it: its own, or those of the member it is part of.
    pub sources: Vec<SourceId>,
}

impl Told<'_> {
    /// Every point of the verdict on an entry.
    pub(super) fn reasons(&self, item: &Item, gate: &Gate, cited: &Cited) -> Vec<Reason> {
        let mut reasons = Vec::new();
        self.status(gate, &mut reasons);
        for way in &gate.ways {
            self.way_reasons(way, &mut reasons);
        }
        self.remarks(item, &mut reasons);
        for reason in reasons.iter_mut().filter(|reason| reason.sources.is_empty()) {
            // Silence has no source.
            if reason.outcome != Outcome::NotStated {
                reason.sources = cited.at(&reason.pointer);
            }
        }
        reasons
    }

    fn status(&self, gate: &Gate, reasons: &mut Vec<Reason>) {
        let known = match gate.status {
            StatusTerm::Running => None,
            StatusTerm::OnHold => {
                Some((Outcome::ToDo, "It takes no new applicants for now: recruitment must resume first."))
            }
            StatusTerm::Historic => Some((Outcome::NotMet, "It is no longer run.")),
            StatusTerm::Replaced => Some((Outcome::NotMet, "Another took its place.")),
            StatusTerm::Converted => Some((Outcome::Remark, "It continues in another form.")),
            StatusTerm::AsListed2018 => {
                Some((Outcome::Remark, "It was listed in 2018; whether it still runs was not found."))
            }
            StatusTerm::Unknown => Some((Outcome::Remark, "Whether it still runs was not found.")),
        };
        reasons.extend(known.map(|(outcome, sentence)| plain("/status/term", outcome, sentence)));
        if self.has_closed(gate.closes) {
            let sentence = "Its last known dates have passed: new ones must be announced first.";
            reasons.push(plain("/offerings", Outcome::ToDo, sentence));
        }
    }

    fn way_reasons(&self, way: &Way, reasons: &mut Vec<Reason>) {
        if !way.open_to.is_empty() {
            let roles = self.labels("role", way.open_to.iter().map(crate::model::text::RoleCode::as_str));
            let sentence = format!("People who may take part work as: {roles}.");
            let pointer = format!("{}/audience/openTo", way.at);
            reasons.push(plain(&pointer, Outcome::of(self.open_to(way)), &sentence));
        }
        let pointer = format!("{}/eligibility/rule", way.at);
        if let Some(rule) = &way.rule {
            self.rule_reasons(rule, &pointer, reasons);
        } else {
            let sentence = "No source states a rule about who may take part.";
            reasons.push(plain(&pointer, Outcome::NotStated, sentence));
        }
    }

    fn rule_reasons(&self, rule: &Rule, pointer: &str, reasons: &mut Vec<Reason>) {
        match rule {
            Rule::All(All { all: rules }) | Rule::Any(Any { any: rules }) => {
                let key = if matches!(rule, Rule::All(_)) { "all" } else { "any" };
                for (index, rule) in rules.iter().enumerate() {
                    self.rule_reasons(rule, &format!("{pointer}/{key}/{index}"), reasons);
                }
            }
            Rule::Open(open) => reasons.push(Reason {
                pointer: pointer.to_owned(),
                outcome: Outcome::of(self.sector(open.open.as_str())),
                strength: Some(Strength::Required),
                sentence: format!("It is stated to be open to: {}.", self.label("sector", open.open.as_str())),
                sources: open.sources.clone(),
            }),
            Rule::Criterion(criterion) => {
                let (value, _) = self.criterion(criterion);
                let is_shown = matches!(criterion, Criterion::PositiveAction { .. }) && value == Value::Met;
                reasons.push(Reason {
                    pointer: pointer.to_owned(),
                    outcome: if is_shown { Outcome::Shown } else { Outcome::of(value) },
                    strength: Some(criterion.strength()),
                    sentence: self.sentence(criterion),
                    sources: criterion.sources().to_vec(),
                });
            }
        }
    }

    /// What a person is told to be by what the entry is aimed at, where it is stated for others: it refuses nobody.
    fn remarks(&self, item: &Item, reasons: &mut Vec<Reason>) {
        let profile = self.profile;
        for (field, told) in [
            (Field::Role, profile.role.as_ref().map(crate::model::text::RoleCode::as_str)),
            (Field::Level, profile.level.as_ref().map(crate::model::text::LevelCode::as_str)),
            (Field::Band, profile.band.as_ref().map(crate::model::text::BandCode::as_str)),
            (Field::Region, profile.region.as_ref().map(crate::model::text::RegionCode::as_str)),
        ] {
            let Some(told) = told else { continue };
            let stated = item.stated().of(field);
            let is_for = |code: &str| answers(field, told, code, self.vocabularies).is_some();
            let Some(first) = stated.first() else { continue };
            if stated.iter().any(|stated| is_for(&stated.code)) {
                continue;
            }
            let mut codes: Vec<&str> = stated.iter().map(|stated| &*stated.code).collect();
            codes.dedup();
            let sentence =
                format!("It is stated to be for {}: {}.", field.name(), self.labels(field.name(), codes.into_iter()));
            reasons.push(plain(first.at.pointer(), Outcome::Remark, &sentence));
        }
    }

    /// A criterion, as a sentence about a person.
    pub(super) fn sentence(&self, criterion: &Criterion) -> String {
        let codes = |scheme: &str, codes: Vec<&str>| self.labels(scheme, codes.into_iter());
        match criterion {
            Criterion::Employer { any_of, .. } => {
                format!(
                    "Works for: {}.",
                    codes("employer", any_of.iter().map(crate::model::text::EmployerCode::as_str).collect())
                )
            }
            Criterion::Profession { any_of, .. } => {
                format!(
                    "Works as: {}.",
                    codes("role", any_of.iter().map(crate::model::text::RoleCode::as_str).collect())
                )
            }
            Criterion::Registration { any_of, .. } => {
                format!(
                    "Is on the register of: {}.",
                    codes("registration", any_of.iter().map(crate::model::text::RegistrationCode::as_str).collect())
                )
            }
            Criterion::Region { any_of, .. } => {
                format!(
                    "Works in: {}.",
                    codes("region", any_of.iter().map(crate::model::text::RegionCode::as_str).collect())
                )
            }
            Criterion::EmployerSupport { any_of, .. } => {
                format!(
                    "Is backed by: {}.",
                    codes(
                        "employer-support",
                        any_of.iter().map(crate::model::text::EmployerSupportCode::as_str).collect()
                    )
                )
            }
            Criterion::AccessRoute { any_of, .. } => {
                format!(
                    "Has: {}.",
                    codes("access-route", any_of.iter().map(crate::model::text::AccessRouteCode::as_str).collect())
                )
            }
            Criterion::PositiveAction { characteristic, group, .. } => {
                let ground = self.label("characteristic", characteristic.as_str());
                match group {
                    Some(group) => format!("It is positive action on {ground}, for: {group}."),
                    None => format!("It is positive action on {ground}."),
                }
            }
            Criterion::Level { from, to, or_above, .. } => {
                format!("Is at the level: {}.", self.range("level", from.as_str(), to.as_str(), *or_above, false))
            }
            Criterion::Band { from, to, or_above, or_equivalent, .. } => {
                format!("Is in: {}.", self.range("band", from.as_str(), to.as_str(), *or_above, *or_equivalent))
            }
            Criterion::Aspiration { to, scope, .. } => {
                let to = to.as_ref().map(|to| self.label("level", to.as_str()).to_owned());
                let scope = scope.as_ref().map(|scope| scope.as_str().to_owned());
                format!("Aspires to: {}.", [to, scope].into_iter().flatten().collect::<Vec<_>>().join("; "))
            }
            Criterion::Qualification { name, or_equivalent, .. } => {
                format!("Holds: {name}{}.", if *or_equivalent { ", or an equivalent" } else { "" })
            }
            Criterion::Experience { years: Some(years), of, .. } => {
                format!("Has {years} years of experience of: {of}.")
            }
            Criterion::Experience { of, .. } => format!("Has experience of: {of}."),
            Criterion::PriorProgramme { any_of, of, .. } => {
                let named = any_of.iter().flatten().map(|id| id.as_str().to_owned());
                let all: Vec<String> = named.chain(of.iter().map(|of| of.as_str().to_owned())).collect();
                format!("Has taken part in: {}.", all.join(", "))
            }
            Criterion::Membership { of, .. } => format!("Is a member of: {of}."),
        }
    }

    fn range(&self, scheme: &str, from: &str, to: &str, or_above: bool, or_equivalent: bool) -> String {
        let mut text = self.label(scheme, from).to_owned();
        if from != to {
            text = format!("{text} to {}", self.label(scheme, to));
        }
        if or_above {
            text.push_str(" or above");
        }
        if or_equivalent {
            text.push_str(", or an equivalent grade");
        }
        text
    }

    /// The name of a term for people.
    pub(super) fn label<'t>(&'t self, scheme: &str, code: &'t str) -> &'t str {
        self.vocabularies.get(scheme, code).map_or(code, |term| term.label.as_str())
    }

    fn labels<'t>(&'t self, scheme: &str, codes: impl Iterator<Item = &'t str>) -> String {
        codes.map(|code| self.label(scheme, code)).collect::<Vec<_>>().join(", ")
    }
}

fn plain(pointer: &str, outcome: Outcome, sentence: &str) -> Reason {
    Reason { pointer: pointer.to_owned(), outcome, strength: None, sentence: sentence.to_owned(), sources: Vec::new() }
}

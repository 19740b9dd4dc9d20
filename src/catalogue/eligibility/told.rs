//! What a person told, made ready to be held against many rules.

use foldhash::{HashMap, HashMapExt as _};

use crate::catalogue::Field;
use crate::catalogue::facet::{ALL_STAFF, How, answers};
use crate::model::Vocabularies;
use crate::model::eligibility::Criterion;
use crate::model::profile::{PriorProgramme, Profile};

use super::Day;
use super::judge::Value;
use super::question::{ProfileField, Question};

/// Where a told term stands in its vocabulary: of the stated terms that it answers, or might, which is so.
type Place<'a> = HashMap<&'a str, Value>;

/// What a person told, with the vocabularies it is understood by.
pub struct Told<'a> {
    pub(super) profile: &'a Profile,
    pub(super) vocabularies: &'a Vocabularies,
    /// The day of the check.
    pub(super) today: Day,
    pub(super) shown: &'a [String],
    places: HashMap<ProfileField, Place<'a>>,
    sectors: HashMap<&'a str, Value>,
}

impl<'a> Told<'a> {
    /// Makes a profile ready. `shown` are the characteristics whose positive action is judged as for the people
    /// whom it is for; `today` is the day of the check, `YYYY-MM-DD`.
    #[must_use]
    pub fn new(profile: &'a Profile, shown: &'a [String], vocabularies: &'a Vocabularies, today: &str) -> Self {
        Self::on(Day::last_of(today), profile, shown, vocabularies)
    }

    /// Makes a profile ready for a day.
    pub(super) fn on(today: Day, profile: &'a Profile, shown: &'a [String], vocabularies: &'a Vocabularies) -> Self {
        let mut places = HashMap::new();
        for (field, scheme, term) in [
            (ProfileField::Role, "role", profile.role.as_ref().map(crate::model::text::RoleCode::as_str)),
            (
                ProfileField::Employer,
                "employer",
                profile.employer.as_ref().map(crate::model::text::EmployerCode::as_str),
            ),
            (ProfileField::Region, "region", profile.region.as_ref().map(crate::model::text::RegionCode::as_str)),
        ] {
            if let Some(term) = term {
                places.insert(field, place(scheme, term, vocabularies));
            }
        }
        let mut told = Self { profile, vocabularies, today, shown, places, sectors: HashMap::new() };
        told.sectors = vocabularies
            .terms("sector")
            .map(|sector| (sector.code.as_str(), told.sector_value(sector.code.as_str())))
            .collect();
        told
    }

    /// Whether the person is in one of some terms of a tree.
    pub(super) fn is_in<'t>(&self, field: ProfileField, any_of: impl Iterator<Item = &'t str>) -> Option<Value> {
        let place = self.places.get(&field)?;
        let value = |term: &str| match place.get(term) {
            _ if field == ProfileField::Role && term == ALL_STAFF => Value::Met,
            Some(value) => *value,
            None => Value::NotMet,
        };
        Some(any_of.map(value).max().unwrap_or(Value::NotMet))
    }

    /// Whether the person is in a sector.
    pub(super) fn sector(&self, sector: &str) -> Value {
        self.sectors.get(sector).copied().unwrap_or(Value::NotTold)
    }

    /// A sector admits the employers that one of its tags is a tag of. One that admits every employer asks nothing.
    fn sector_value(&self, sector: &str) -> Value {
        let tags = self.vocabularies.tags("sector", sector);
        let admits = |employer: &str| self.vocabularies.tags("employer", employer).iter().any(|tag| tags.contains(tag));
        if self.vocabularies.terms("employer").all(|term| admits(term.code.as_str())) {
            return Value::Met;
        }
        match &self.profile.employer {
            None => Value::NotTold,
            Some(employer) if admits(employer.as_str()) => Value::Met,
            Some(_) => Value::NotMet,
        }
    }

    /// The employers that a sector admits.
    pub(super) fn employers_of(&self, sector: &str) -> Vec<String> {
        let tags = self.vocabularies.tags("sector", sector);
        let admits = |code: &str| self.vocabularies.tags("employer", code).iter().any(|tag| tags.contains(tag));
        let employers = self.vocabularies.terms("employer").map(|term| term.code.as_str());
        employers.filter(|code| admits(code)).map(str::to_owned).collect()
    }

    /// Whether positive action on a characteristic is judged as for the people whom it is for.
    pub(super) fn is_shown(&self, characteristic: &str) -> bool {
        self.shown.iter().any(|shown| shown == characteristic)
    }

    fn rank(&self, scheme: &str, code: &str) -> Option<u32> {
        self.vocabularies.get(scheme, code).and_then(|term| term.rank)
    }

    /// Whether a required criterion holds; where that depends on what was not told, the question it asks.
    pub(super) fn criterion<'r>(&self, criterion: &'r Criterion) -> (Value, Question<'r>) {
        let ask = Question::Field;
        match criterion {
            Criterion::Employer { any_of, .. } => {
                let value =
                    self.is_in(ProfileField::Employer, any_of.iter().map(crate::model::text::EmployerCode::as_str));
                (value.unwrap_or(Value::NotTold), ask(ProfileField::Employer))
            }
            Criterion::Profession { any_of, .. } => {
                let is_for_all = any_of.iter().any(|code| code.as_str() == ALL_STAFF);
                let value = self.is_in(ProfileField::Role, any_of.iter().map(crate::model::text::RoleCode::as_str));
                let silent = if is_for_all { Value::Met } else { Value::NotTold };
                (value.unwrap_or(silent), ask(ProfileField::Role))
            }
            Criterion::Region { any_of, .. } => {
                let value = self.is_in(ProfileField::Region, any_of.iter().map(crate::model::text::RegionCode::as_str));
                (value.unwrap_or(Value::NotTold), ask(ProfileField::Region))
            }
            Criterion::PositiveAction { characteristic, .. } => {
                let is_shown = self.is_shown(characteristic.as_str());
                (if is_shown { Value::Met } else { Value::NotTold }, Question::Never)
            }
            Criterion::Registration { any_of, .. } => {
                (among(self.profile.registrations.as_deref(), any_of), ask(ProfileField::Registrations))
            }
            Criterion::Membership { of, .. } => {
                let value = among(self.profile.memberships.as_deref(), std::slice::from_ref(of));
                (value, ask(ProfileField::Memberships))
            }
            // Who qualifies but has not been backed, or has no account yet, knows what to do first.
            Criterion::EmployerSupport { any_of, .. } => {
                let value = among(self.profile.employer_support.as_deref(), any_of);
                (value.or_to_do(), ask(ProfileField::EmployerSupport))
            }
            Criterion::AccessRoute { any_of, .. } => {
                let is_open = any_of.iter().any(|code| code.as_str() == "open-access");
                let value = among(self.profile.access_routes.as_deref(), any_of);
                (if is_open { Value::Met } else { value.or_to_do() }, ask(ProfileField::AccessRoutes))
            }
            Criterion::Level { from, to, or_above, .. } => {
                let told = self.profile.level.as_ref().map(crate::model::text::LevelCode::as_str);
                let value = self.in_range("level", told, (from.as_str(), to.as_str(), *or_above), false);
                (value, ask(ProfileField::Level))
            }
            Criterion::Band { from, to, or_above, or_equivalent, .. } => {
                let told = self.profile.band.as_ref().map(crate::model::text::BandCode::as_str);
                let is_vague = *or_above || *or_equivalent;
                let value = self.in_range("band", told, (from.as_str(), to.as_str(), *or_above), is_vague);
                (value, ask(ProfileField::Band))
            }
            Criterion::Aspiration { to, scope, .. } => {
                let level = to.as_ref().map_or(Value::Met, |to| {
                    let told = self.profile.aspires_to.as_ref().map(crate::model::text::LevelCode::as_str);
                    self.in_range("level", told, (to.as_str(), to.as_str(), true), false)
                });
                let scope = scope.as_ref().map(|scope| (self.statement(scope.as_str()), scope.as_str()));
                match scope {
                    Some((value, text)) if value <= level => (value, Question::Scope(text)),
                    _ => (level, ask(ProfileField::AspiresTo)),
                }
            }
            Criterion::Qualification { name, .. } => {
                (self.statement(name.as_str()), Question::Qualification(name.as_str()))
            }
            Criterion::Experience { years, of, .. } => {
                let value = match self.profile.experience.as_ref().and_then(|told| told.get(of.as_str())) {
                    None => Value::NotTold,
                    Some(told) if told.0 >= years.unwrap_or(1).max(1) => Value::Met,
                    Some(_) => Value::NotMet,
                };
                (value, Question::Experience(of.as_str()))
            }
            Criterion::PriorProgramme { any_of: None, of: Some(of), .. } => {
                (self.statement(of.as_str()), Question::EarlierLearning(of.as_str()))
            }
            Criterion::PriorProgramme { any_of, participation, .. } => {
                let wanted = |prior: &&PriorProgramme| any_of.as_ref().is_none_or(|any| any.contains(&prior.programme));
                let value = match &self.profile.prior_programmes {
                    None => Value::NotTold,
                    Some(told) => {
                        told.iter().filter(wanted).map(|p| taken(p, participation)).max().unwrap_or(Value::NotMet)
                    }
                };
                (value, ask(ProfileField::PriorProgrammes))
            }
        }
    }

    fn statement(&self, text: &str) -> Value {
        match self.profile.statements.as_ref().and_then(|told| told.get(text)) {
            None => Value::NotTold,
            Some(true) => Value::Met,
            Some(false) => Value::NotMet,
        }
    }

    /// Whether a told term of a ranked vocabulary lies in a range. One without a rank lies outside; perhaps not,
    /// where the range is vague about that.
    fn in_range(
        &self,
        scheme: &str,
        told: Option<&str>,
        (from, to, or_above): (&str, &str, bool),
        is_vague: bool,
    ) -> Value {
        let Some(told) = told else { return Value::NotTold };
        match (self.rank(scheme, told), self.rank(scheme, from), self.rank(scheme, to)) {
            (Some(told), Some(from), Some(to)) if told >= from && (or_above || told <= to) => Value::Met,
            (None, ..) if is_vague => Value::NotTold,
            _ => Value::NotMet,
        }
    }
}

/// Whether a told list has one of some terms.
fn among<T: PartialEq>(told: Option<&[T]>, any_of: &[T]) -> Value {
    match told {
        None => Value::NotTold,
        Some(told) if told.iter().any(|term| any_of.contains(term)) => Value::Met,
        Some(_) => Value::NotMet,
    }
}

/// Whether somebody who took part in a programme did so as far as is asked.
fn taken(prior: &PriorProgramme, asked: &[crate::model::codes::Participation]) -> Value {
    use crate::model::codes::Participation::{Alumnus, Participant};
    match prior.participation {
        _ if asked.is_empty() => Value::Met,
        Some(told) if asked.contains(&told) || (told == Alumnus && asked.contains(&Participant)) => Value::Met,
        None if asked.contains(&Participant) => Value::Met,
        None => Value::NotTold,
        Some(_) => Value::NotMet,
    }
}

/// Which terms of a vocabulary somebody who told one of them is within, and which perhaps.
fn place<'a>(scheme: &'static str, told: &str, vocabularies: &'a Vocabularies) -> Place<'a> {
    let mut place = Place::default();
    let above: Vec<&str> = vocabularies.ancestry(scheme, told).map(|term| term.code.as_str()).collect();
    for stated in vocabularies.terms(scheme).map(|term| term.code.as_str()) {
        if above.contains(&stated) {
            place.insert(stated, Value::Met);
        } else if vocabularies.ancestry(scheme, stated).any(|term| term.code.as_str() == told) {
            place.insert(stated, Value::NotTold);
        } else if scheme == "region" {
            // Whoever works in a former footprint works in what took its place; the other way round, perhaps.
            match answers(Field::Region, told, stated, vocabularies) {
                Some(How::Successor) => place.insert(stated, Value::Met),
                Some(How::Predecessor) => place.insert(stated, Value::NotTold),
                _ => None,
            };
        }
    }
    place
}

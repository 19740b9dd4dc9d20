//! What a person is asked, and what may be answered.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Serialize;
use utoipa::ToSchema;

use crate::catalogue::facet::{ALL_STAFF, FieldTerm, scheme_terms};
use crate::catalogue::{Looked, Snapshot};
use crate::model::codes::Kind;
use crate::model::eligibility::{Criterion, Rule};

/// A member of a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum ProfileField {
    /// `role`
    Role,
    /// `level`
    Level,
    /// `band`
    Band,
    /// `employer`
    Employer,
    /// `region`
    Region,
    /// `aspiresTo`
    AspiresTo,
    /// `registrations`
    Registrations,
    /// `employerSupport`
    EmployerSupport,
    /// `accessRoutes`
    AccessRoutes,
    /// `memberships`
    Memberships,
    /// `priorProgrammes`
    PriorProgrammes,
    /// `experience`
    Experience,
    /// `statements`
    Statements,
}

impl ProfileField {
    /// How many there are.
    pub(super) const COUNT: usize = 13;

    /// Every one, in order.
    pub const ALL: [Self; Self::COUNT] = [
        Self::Role,
        Self::Level,
        Self::Band,
        Self::Employer,
        Self::Region,
        Self::AspiresTo,
        Self::Registrations,
        Self::EmployerSupport,
        Self::AccessRoutes,
        Self::Memberships,
        Self::PriorProgrammes,
        Self::Experience,
        Self::Statements,
    ];

    /// The member's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Role => "role",
            Self::Level => "level",
            Self::Band => "band",
            Self::Employer => "employer",
            Self::Region => "region",
            Self::AspiresTo => "aspiresTo",
            Self::Registrations => "registrations",
            Self::EmployerSupport => "employerSupport",
            Self::AccessRoutes => "accessRoutes",
            Self::Memberships => "memberships",
            Self::PriorProgrammes => "priorProgrammes",
            Self::Experience => "experience",
            Self::Statements => "statements",
        }
    }

    /// The vocabulary of its terms; `None` where they are entries or words of rules.
    #[must_use]
    pub const fn scheme(self) -> Option<&'static str> {
        match self {
            Self::Role => Some("role"),
            Self::Level | Self::AspiresTo => Some("level"),
            Self::Band => Some("band"),
            Self::Employer => Some("employer"),
            Self::Region => Some("region"),
            Self::Registrations => Some("registration"),
            Self::EmployerSupport => Some("employer-support"),
            Self::AccessRoutes => Some("access-route"),
            Self::Memberships | Self::PriorProgrammes | Self::Experience | Self::Statements => None,
        }
    }
}

/// What must be told for a judgement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Question<'r> {
    /// A member of the profile.
    Field(ProfileField),
    /// Years of experience of this.
    Experience(&'r str),
    /// Whether they hold this qualification.
    Qualification(&'r str),
    /// Whether they aspire to this scope.
    Scope(&'r str),
    /// Whether they took part in this sort of learning.
    EarlierLearning(&'r str),
    /// What is never asked of a person.
    Never,
}

impl<'r> Question<'r> {
    /// The member of the profile that answers it; `None` where it is never asked.
    #[must_use]
    pub const fn field(self) -> Option<ProfileField> {
        match self {
            Self::Field(field) => Some(field),
            Self::Experience(_) => Some(ProfileField::Experience),
            Self::Qualification(_) | Self::Scope(_) | Self::EarlierLearning(_) => Some(ProfileField::Statements),
            Self::Never => None,
        }
    }

    /// What it is about, as the rules word it; `None` where the member alone says so.
    #[must_use]
    pub const fn of(self) -> Option<&'r str> {
        match self {
            Self::Experience(of) | Self::Qualification(of) | Self::Scope(of) | Self::EarlierLearning(of) => Some(of),
            Self::Field(_) | Self::Never => None,
        }
    }

    /// The question as a person is asked it; empty where it never is.
    #[must_use]
    pub fn prompt(self) -> String {
        let field = match self {
            Self::Experience(of) => return format!("How many years of experience do you have of this: {of}?"),
            Self::Qualification(of) => return format!("Do you hold this: {of}?"),
            Self::Scope(of) => return format!("Do you aspire to this: {of}?"),
            Self::EarlierLearning(of) => return format!("Have you taken part in this: {of}?"),
            Self::Never => return String::new(),
            Self::Field(field) => field,
        };
        let prompt = match field {
            ProfileField::Role => "What do you work as?",
            ProfileField::Level => "At what leadership level are you now?",
            ProfileField::Band => "In which pay band are you?",
            ProfileField::Employer => "What sort of organisation do you work for?",
            ProfileField::Region => "In which region do you work?",
            ProfileField::AspiresTo => "To what leadership level do you aspire?",
            ProfileField::Registrations => "On which of these registers are you?",
            ProfileField::EmployerSupport => "Which of these back you at work?",
            ProfileField::AccessRoutes => "Which of these do you have?",
            ProfileField::Memberships => "Of which of these are you a member?",
            ProfileField::PriorProgrammes => "In which of these programmes have you taken part?",
            ProfileField::Experience => "How many years of experience do you have?",
            ProfileField::Statements => "What of this is true of you?",
        };
        prompt.to_owned()
    }
}

impl Snapshot {
    /// What may be answered to a question about a member of the profile: the terms of its vocabulary, or the
    /// entries that any rule names there. None where years, or yes or no, are asked.
    #[must_use]
    pub fn terms_of_profile(&self, field: ProfileField) -> Vec<FieldTerm> {
        if let Some(scheme) = field.scheme() {
            let mut terms = scheme_terms(scheme, self.vocabularies());
            // It is what programmes are open to, and nobody's work.
            terms.retain(|term| &*term.code != ALL_STAFF);
            return terms;
        }
        if matches!(field, ProfileField::Experience | ProfileField::Statements) {
            return Vec::new();
        }
        let mut named: BTreeSet<(Kind, &str)> = BTreeSet::new();
        for criterion in self.criteria() {
            match (field, criterion) {
                (ProfileField::Memberships, Criterion::Membership { of, .. }) => {
                    named.insert((Kind::Provider, of.as_str()));
                }
                (ProfileField::PriorProgrammes, Criterion::PriorProgramme { any_of, .. }) => {
                    named.extend(any_of.iter().flatten().map(|id| (Kind::Programme, id.as_str())));
                }
                _ => {}
            }
        }
        let mut shown = BTreeSet::new();
        let term = |(kind, id): (Kind, &str)| match self.look(kind, id) {
            Looked::Found(item) | Looked::Renamed(item) => shown.insert(item.uid).then(|| FieldTerm {
                code: Arc::clone(&item.id),
                label: Arc::clone(&item.title),
                broader: None,
            }),
            Looked::Nothing => None,
        };
        named.into_iter().filter_map(term).collect()
    }

    /// The question that a member of the profile answers: of experience and statements, about what rules word so.
    #[must_use]
    pub fn question(&self, field: ProfileField, of: Option<&str>) -> Option<Question<'_>> {
        let is_worded = matches!(field, ProfileField::Experience | ProfileField::Statements);
        match of {
            None => (!is_worded).then_some(Question::Field(field)),
            Some(of) => {
                // Rules may word two questions so: which of them comes first in the gates is not the same in every process.
                let asked = self.criteria().filter_map(|criterion| worded(field, criterion));
                asked.filter(|asked| asked.of() == Some(of)).min()
            }
        }
    }

    /// The name for people of a term, or of an entry, that a member of the profile takes.
    #[must_use]
    pub fn label_of<'a>(&'a self, field: ProfileField, code: &str) -> Option<&'a str> {
        if let Some(scheme) = field.scheme() {
            return self.vocabularies().get(scheme, code).map(|term| term.label.as_str());
        }
        let kind = if field == ProfileField::Memberships { Kind::Provider } else { Kind::Programme };
        // Nothing of a draft is shown.
        let ordinal = self.with_slug(kind, code).filter(|_| !matches!(self.look(kind, code), Looked::Nothing))?;
        self.item(ordinal).map(|item| &*item.title)
    }

    /// What rules ask years of experience of, or which statements they ask for: in their own words.
    #[must_use]
    pub fn words_of_rules(&self, field: ProfileField) -> BTreeSet<&str> {
        self.criteria().filter_map(|criterion| worded(field, criterion)?.of()).collect()
    }

    /// Every different criterion.
    fn criteria(&self) -> impl Iterator<Item = &Criterion> {
        self.gates().tests().filter_map(|rule| match rule {
            Rule::Criterion(criterion) => Some(criterion),
            _ => None,
        })
    }
}

/// What a criterion asks in its own words: years of experience, or whether a statement is true.
fn worded(field: ProfileField, criterion: &Criterion) -> Option<Question<'_>> {
    match (field, criterion) {
        (ProfileField::Experience, Criterion::Experience { of, .. }) => Some(Question::Experience(of.as_str())),
        (ProfileField::Statements, Criterion::Qualification { name, .. }) => {
            Some(Question::Qualification(name.as_str()))
        }
        (ProfileField::Statements, Criterion::Aspiration { scope, .. }) => {
            scope.as_ref().map(|scope| Question::Scope(scope.as_str()))
        }
        (ProfileField::Statements, Criterion::PriorProgramme { any_of: None, of, .. }) => {
            of.as_ref().map(|of| Question::EarlierLearning(of.as_str()))
        }
        _ => None,
    }
}

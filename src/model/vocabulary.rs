//! Vocabularies that only classify: roles, regions, employers, bands and their like, held as data.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::entry::Validity;
use super::fault::Fault;
use super::source::Source;
use super::text::{Line, Prose, Slug};

/// One term of a vocabulary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Term {
    /// The vocabulary it belongs to.
    pub scheme: Slug,
    /// Its code, unique within the vocabulary.
    pub code: Slug,
    /// A short name to show to people.
    pub label: Line,
    /// What it means.
    pub definition: Option<Prose>,
    /// The code of the next broader term.
    pub broader: Option<Slug>,
    /// Its place in an ordered vocabulary, from the lowest.
    pub rank: Option<u32>,
    /// The eligibility tags that a rule naming this term, or one narrower, gives.
    #[serde(default)]
    pub tags: Vec<Slug>,
    /// Other names people use for it.
    #[serde(default)]
    pub aliases: Vec<Line>,
    /// Its codes in the outside world.
    #[serde(default)]
    pub codes: Vec<OutsideCode>,
    /// The codes of the terms that took its place.
    #[serde(default)]
    pub successors: Vec<Slug>,
    /// When it was in use; null where that does not change or no source says.
    pub valid: Option<Validity>,
    /// What a reader should know about it.
    pub note: Option<Prose>,
    /// Where it was read; empty for terms of our own.
    #[serde(default)]
    pub sources: Vec<Source>,
}

/// A code that the outside world gives the same thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OutsideCode {
    /// The code system, such as `esr-staff-group`, `ods` or `gss`.
    pub system: Slug,
    /// The code in that system.
    pub code: Line,
    /// What a reader should know about it.
    pub note: Option<Line>,
}

/// Every term, by vocabulary and code.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Vocabularies {
    schemes: BTreeMap<String, BTreeMap<String, Term>>,
}

impl Vocabularies {
    /// Adds a term, or replaces the one of the same vocabulary and code.
    pub fn insert(&mut self, term: Term) {
        self.schemes.entry(term.scheme.0.clone()).or_default().insert(term.code.0.clone(), term);
    }

    /// The term with this code.
    #[must_use]
    pub fn get(&self, scheme: &str, code: &str) -> Option<&Term> {
        self.schemes.get(scheme)?.get(code)
    }

    /// The terms of a vocabulary, in the order of their codes.
    pub fn terms(&self, scheme: &str) -> impl Iterator<Item = &Term> {
        self.schemes.get(scheme).into_iter().flat_map(BTreeMap::values)
    }

    /// The names of the vocabularies.
    pub fn schemes(&self) -> impl Iterator<Item = &str> {
        self.schemes.keys().map(String::as_str)
    }

    /// Every term.
    pub fn iter(&self) -> impl Iterator<Item = &Term> {
        self.schemes.values().flat_map(BTreeMap::values)
    }

    /// The term and its broader terms, the nearest first. Ends at a term met twice.
    pub fn ancestry<'a>(&'a self, scheme: &'a str, code: &'a str) -> impl Iterator<Item = &'a Term> {
        let mut next = self.get(scheme, code);
        // A hierarchy deeper than its vocabulary is a circle, which validation refuses.
        let mut left = self.schemes.get(scheme).map_or(0, BTreeMap::len);
        std::iter::from_fn(move || {
            let term = next?;
            left = left.checked_sub(1)?;
            next = term.broader.as_ref().and_then(|code| self.get(scheme, code.as_str()));
            Some(term)
        })
    }

    /// What is wrong with a term among the others: its vocabulary, and the terms it names.
    #[must_use]
    pub fn faults(&self, scheme: &str, code: &str) -> Vec<Fault> {
        let mut faults = Vec::new();
        let Some(term) = self.get(scheme, code) else { return faults };
        if !SCHEMES.iter().any(|(known, _)| *known == scheme) {
            faults.push(Fault::unknown("/scheme", "vocabulary", scheme, SCHEMES.iter().map(|(known, _)| *known)));
        }
        let broader = term.broader.iter().map(|code| ("/broader".to_owned(), scheme, code));
        let successors = term.successors.iter().enumerate().map(|(i, code)| (format!("/successors/{i}"), scheme, code));
        let tags = term.tags.iter().enumerate().map(|(i, code)| (format!("/tags/{i}"), "eligibility", code));
        for (pointer, scheme, named) in broader.chain(successors).chain(tags) {
            if self.get(scheme, named.as_str()).is_none() {
                let known = self.terms(scheme).map(|term| term.code.as_str());
                faults.push(Fault::unknown(pointer, scheme, named.as_str(), known));
            }
        }
        if self.ancestry(scheme, code).skip(1).any(|above| above.code == term.code) {
            faults.push(Fault::error("/broader", "The term is broader than itself.", "Break the circle."));
        }
        faults
    }

    /// The eligibility tags of a term: its own, or those of the nearest broader term that has any.
    #[must_use]
    pub fn tags(&self, scheme: &str, code: &str) -> Vec<String> {
        self.ancestry(scheme, code)
            .find(|term| !term.tags.is_empty())
            .map(|term| term.tags.iter().map(|tag| tag.0.clone()).collect())
            .unwrap_or_default()
    }
}

/// The vocabularies held as data, with what each is for. Validation takes no term of any other.
pub const SCHEMES: &[(&str, &str)] = &[
    ("role", "What people work as: a tree under clinical and non-clinical, and all-staff outside it."),
    ("level", "Leadership levels, from the lowest."),
    ("band", "Agenda for Change pay bands, from the lowest, and what lies off that scale."),
    ("region", "Nations, academy footprints of 2012 to 2020, and NHS England regions."),
    ("eligibility", "Tags that are derived from eligibility rules."),
    ("employer", "Sorts of organisation that people work for."),
    ("sector", "To whom something is stated to be open."),
    ("registration", "Statutory registers."),
    (
        "characteristic",
        "Characteristics that the Equality Act 2010 protects, where a programme is positive action for them.",
    ),
    ("employer-support", "Who at work must back an application."),
    ("access-route", "The gates that people pass to get in."),
    ("delivery-mode", "How something is delivered."),
    ("award-type", "Sorts of award."),
    ("cpd-scheme", "Professional schemes that taking part counts towards."),
];

//! Vocabularies that only classify: roles, regions, employers, bands and their like, held as data.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::entry::Validity;
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

    /// The eligibility tags of a term: its own, or those of the nearest broader term that has any.
    #[must_use]
    pub fn tags(&self, scheme: &str, code: &str) -> Vec<String> {
        self.ancestry(scheme, code)
            .find(|term| !term.tags.is_empty())
            .map(|term| term.tags.iter().map(|tag| tag.0.clone()).collect())
            .unwrap_or_default()
    }
}

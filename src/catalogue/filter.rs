//! Choosing entries: which filters there are, what passes them, and what they cannot tell.

use std::sync::Arc;

use roaring::RoaringBitmap;

use super::facet::{Field, FieldTerm, How, Source, answers, label, scheme_terms};
use super::item::Item;
use super::search::Hits;
use super::snapshot::{Looked, Set, Snapshot};
use crate::model::codes::Kind;

/// Whether an entry that states nothing about a filter passes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Match {
    /// It does not.
    #[default]
    Stated,
    /// It does: it may be so.
    Possible,
}

/// What a list is filtered by. Terms of one field are alternatives; fields must all be met.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// The terms asked for, field by field.
    pub terms: Vec<(Field, Vec<String>)>,
    /// Whether silence passes.
    pub matching: Match,
    /// Whether variants of programmes are listed too.
    pub variants: bool,
    /// Only these entries, by slug.
    pub ids: Option<Vec<String>>,
    /// Only what changed at or after this moment.
    pub modified_since: Option<String>,
    /// Only what no source was read for on or after this date.
    pub not_checked_since: Option<String>,
    /// Only what a text found.
    pub text: Option<Arc<Hits>>,
}

/// One term of a facet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FacetTerm {
    /// The term.
    pub term: FieldTerm,
    /// How many entries there would be with this term alone chosen in this facet.
    pub count: u64,
    /// Whether the query chooses it.
    pub selected: bool,
}

/// Why an entry passed one filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matched {
    /// The filter.
    pub field: Field,
    /// The term asked for.
    pub term: String,
    /// How the entry answers it.
    pub how: How,
    /// The term the entry states.
    pub stated: Option<Arc<str>>,
    /// The member that states it.
    pub at: Option<&'static str>,
}

impl Filter {
    /// The terms asked for in a field.
    #[must_use]
    pub fn selected(&self, field: Field) -> &[String] {
        self.terms.iter().find(|(f, _)| *f == field).map_or(&[], |(_, terms)| terms)
    }

    /// Whether an entry passes what is asked of dates.
    pub(super) fn passes_dates(&self, item: &Item) -> bool {
        self.modified_since.as_deref().is_none_or(|since| &*item.modified_at >= since)
            && self
                .not_checked_since
                .as_deref()
                .is_none_or(|since| item.checked.as_deref().is_none_or(|checked| checked < since))
    }
}

impl Snapshot {
    /// The entries of a kind that pass a filter, one of its fields left out of account if so asked.
    #[must_use]
    pub fn choose(&self, kind: Kind, filter: &Filter, except: Option<Field>) -> RoaringBitmap {
        let mut chosen = self.base(kind, filter);
        for (field, terms) in filter.terms.iter().filter(|(field, _)| Some(*field) != except) {
            let mut passing = RoaringBitmap::new();
            for term in terms {
                passing |= self.set(&Set::Term(*field, term.as_str().into()));
            }
            if filter.matching == Match::Possible {
                passing |= &chosen - self.set(&Set::Stated(*field));
            }
            chosen &= passing;
        }
        chosen
    }

    /// What passes everything that is not about a term.
    fn base(&self, kind: Kind, filter: &Filter) -> RoaringBitmap {
        let mut chosen = self.set(&Set::Published(kind)).clone();
        if let Some(ids) = &filter.ids {
            chosen &= ids.iter().filter_map(|id| self.ordinal(kind, id)).collect::<RoaringBitmap>();
        } else if !filter.variants {
            chosen -= self.set(&Set::Variants);
        }
        if let Some(hits) = &filter.text {
            chosen &= &hits.set;
        }
        if filter.modified_since.is_some() || filter.not_checked_since.is_some() {
            let passes = |ordinal: &u32| self.item(*ordinal).is_some_and(|item| filter.passes_dates(item));
            chosen = chosen.iter().filter(passes).collect();
        }
        chosen
    }

    /// For each field asked about: how many entries pass every other filter and state nothing about it.
    #[must_use]
    pub fn not_stated(&self, kind: Kind, filter: &Filter) -> Vec<(Field, u64)> {
        let silent = |field: Field| {
            let others = self.choose(kind, filter, Some(field));
            others.len() - others.intersection_len(self.set(&Set::Stated(field)))
        };
        filter.terms.iter().map(|(field, _)| (*field, silent(*field))).collect()
    }

    /// The terms of a field with their counts, as if nothing were chosen in that field itself.
    #[must_use]
    pub fn facet(&self, kind: Kind, filter: &Filter, field: Field, with_zeros: bool) -> Vec<FacetTerm> {
        let base = self.choose(kind, filter, Some(field));
        let silent = match filter.matching {
            Match::Stated => RoaringBitmap::new(),
            Match::Possible => &base - self.set(&Set::Stated(field)),
        };
        let selected = filter.selected(field);
        self.terms_of(kind, field)
            .into_iter()
            .map(|term| {
                let reached = base.intersection_len(self.set(&Set::Term(field, Arc::clone(&term.code))));
                let selected = selected.iter().any(|code| **code == *term.code);
                FacetTerm { term, count: reached + silent.len(), selected }
            })
            .filter(|facet| with_zeros || facet.selected || facet.count > silent.len())
            .collect()
    }

    /// Every term that a field may be filtered by.
    #[must_use]
    pub fn terms_of(&self, kind: Kind, field: Field) -> Vec<FieldTerm> {
        match field.source(kind) {
            Source::Scheme(scheme) => scheme_terms(scheme, self.vocabularies()),
            Source::Entries(kind) => {
                self.titles(kind).into_iter().map(|(code, label)| FieldTerm { code, label, broader: None }).collect()
            }
        }
    }

    /// The terms of a field that a misspelt one may have been meant to be.
    #[must_use]
    pub fn codes_around(&self, kind: Kind, field: Field, text: &str) -> Vec<Arc<str>> {
        match field.source(kind) {
            Source::Scheme(scheme) => {
                scheme_terms(scheme, self.vocabularies()).into_iter().map(|term| term.code).collect()
            }
            Source::Entries(kind) => self.ids_around(kind, text),
        }
    }

    /// Whether a field may be filtered by a term.
    #[must_use]
    pub fn has_term(&self, kind: Kind, field: Field, code: &str) -> bool {
        match field.source(kind) {
            Source::Scheme(scheme) => label(scheme, code, self.vocabularies()).is_some(),
            // One that was taken out too: who filters by it is told of what still names it, and what does not any more.
            Source::Entries(kind) => !matches!(self.look(kind, code), Looked::Nothing),
        }
    }

    /// Why an entry passed each filter.
    #[must_use]
    pub fn matched(&self, item: &Item, filter: &Filter) -> Vec<Matched> {
        let mut matched = Vec::new();
        for (field, terms) in &filter.terms {
            let mut stated = item.stated.iter().filter(|stated| stated.field == *field).peekable();
            if stated.peek().is_none() {
                let silent = |term: &String| Matched {
                    field: *field,
                    term: term.clone(),
                    how: How::NotStated,
                    stated: None,
                    at: None,
                };
                matched.extend(terms.iter().map(silent));
                continue;
            }
            for stated in stated {
                for term in terms {
                    if let Some(how) = answers(*field, term, &stated.code, self.vocabularies()) {
                        let (at, code) = (Some(stated.at), Some(Arc::clone(&stated.code)));
                        matched.push(Matched { field: *field, term: term.clone(), how, stated: code, at });
                    }
                }
            }
        }
        matched
    }
}

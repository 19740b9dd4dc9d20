//! Choosing entries: which filters there are, what passes them, and what they cannot tell.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use serde_json::Value;

use super::bits::{Bits, Laid, Members, Sieve};
use super::facet::{Field, Source, label};
use super::item::Item;
use super::search::{Hits, Sought};
use super::sets::Set;
use super::snapshot::{Looked, Snapshot};
use crate::model::codes::Kind;

/// Whether an entry that states nothing about a filter passes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Match {
    /// It does not.
    #[default]
    Stated,
    /// It does: it may be so.
    Possible,
}

/// What a list is filtered by. Terms of one field are alternatives; fields must all be met.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
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
    /// Only what a text finds.
    pub text: Option<Arc<Sought>>,
}

/// One term of a facet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FacetTerm<'a> {
    /// The term as a JSON object, but for the brace at its end: what is told of it in this facet stands there.
    pub json: &'a str,
    /// How many entries there would be with this term alone chosen in this facet.
    pub count: u64,
    /// Whether the query chooses it.
    pub selected: bool,
}

/// What the facet of each field is counted with, kind by kind, once one was asked for.
pub(super) type AllCounted = [[OnceLock<Box<[Counted]>>; Field::ALL.len()]; Kind::ALL.len()];

/// A term that facets count, with what they need of it: to find some 80 sets by their names is to go from place to place
/// in memory for each.
#[derive(Debug)]
pub(super) struct Counted {
    code: Arc<str>,
    /// As in [`FacetTerm`].
    json: Box<str>,
    /// What a query for it reaches.
    members: Arc<Members>,
}

impl Counted {
    fn new(code: &Arc<str>, label: &str, broader: Option<&str>, members: Arc<Members>) -> Self {
        let text = |text: &str| Value::from(text).to_string();
        let broader = broader.map_or_else(|| "null".to_owned(), text);
        let json = ["{\"term\":", &text(code), ",\"label\":", &text(label), ",\"broader\":", &broader].concat();
        Self { code: Arc::clone(code), json: json.into(), members }
    }
}

impl Filter {
    /// The terms asked for in a field.
    #[must_use]
    pub fn selected(&self, field: Field) -> &[String] {
        self.terms.iter().find(|(f, _)| *f == field).map_or(&[], |(_, terms)| terms)
    }

    /// What its text found, once that was looked for ([`Snapshot::look_for`]).
    #[must_use]
    pub fn hits(&self) -> Option<&Hits> {
        self.text.as_ref()?.hits.get()
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

/// What passes a filter, and what cannot tell.
#[derive(Debug)]
pub struct Sifted {
    /// What passes all of it.
    pub chosen: Bits,
    /// How many that are.
    pub total: u64,
    /// For each field asked about: how many entries pass every other filter and state nothing about it.
    pub not_stated: Vec<(Field, u64)>,
    /// How many would pass if silence did.
    pub possible: u64,
    /// For each field asked about that facets are wanted of: what passes every other filter.
    others: Vec<(Field, Bits)>,
}

impl Snapshot {
    /// The entries of a kind that pass a filter.
    #[must_use]
    pub fn choose(&self, kind: Kind, filter: &Filter) -> Cow<'_, Bits> {
        if filter.terms.is_empty() {
            return self.base(kind, filter);
        }
        Cow::Owned(self.sift(kind, filter, &[]).chosen)
    }

    /// As [`Self::choose`], with all that a list with some facets tells about it.
    #[must_use]
    pub fn sift(&self, kind: Kind, filter: &Filter, facets: &[Field]) -> Sifted {
        let base = self.base(kind, filter);
        let fields = || filter.terms.iter().map(|(field, _)| *field);
        let sieves: Vec<Sieve<'_>> = filter
            .terms
            .iter()
            .map(|(field, terms)| Sieve {
                passing: self.reached(*field, terms),
                stated: self.set(Set::Stated(*field)).as_bits(),
                is_left_out_once: facets.contains(field),
            })
            .collect();
        let Laid { chosen, total, possible, silent, others } =
            Laid::over(&base, &sieves, filter.matching == Match::Possible);
        Sifted {
            chosen,
            total,
            possible,
            not_stated: fields().zip(silent).collect(),
            others: fields().zip(others).filter(|(field, _)| facets.contains(field)).collect(),
        }
    }

    /// What any of some terms of a field reaches.
    fn reached(&self, field: Field, terms: &[String]) -> Cow<'_, Bits> {
        let members = |term: &String| self.set(Set::Term(field, term));
        if let [term] = terms {
            return members(term).as_bits();
        }
        let mut reached = Bits::default();
        for term in terms {
            members(term).add_to(&mut reached);
        }
        Cow::Owned(reached)
    }

    /// What passes everything that is not about a term.
    fn base(&self, kind: Kind, filter: &Filter) -> Cow<'_, Bits> {
        let listed = if filter.variants || filter.ids.is_some() { Set::Published(kind) } else { Set::Listed(kind) };
        let mut chosen = self.set(listed).as_bits();
        if let Some(ids) = &filter.ids {
            chosen.to_mut().keep(&ids.iter().filter_map(|id| self.with_slug(kind, id)).collect());
        }
        if let Some(hits) = filter.hits() {
            chosen = Cow::Owned(chosen.and(&hits.set));
        }
        if filter.modified_since.is_some() || filter.not_checked_since.is_some() {
            let passes = |ordinal: &u32| self.item(*ordinal).is_some_and(|item| filter.passes_dates(item));
            chosen = Cow::Owned(chosen.iter().filter(passes).collect());
        }
        chosen
    }

    /// The terms of a field with their counts, as if nothing were chosen in that field itself. The field is one of those
    /// that the sifted were sifted for.
    pub fn facet<'a>(
        &'a self,
        kind: Kind,
        filter: &'a Filter,
        sifted: &'a Sifted,
        field: Field,
        with_zeros: bool,
    ) -> impl Iterator<Item = FacetTerm<'a>> {
        let others = sifted.others.iter().find(|(asked, _)| *asked == field);
        let base = others.map_or(&sifted.chosen, |(_, base)| base);
        let silent = match filter.matching {
            Match::Stated => 0,
            Match::Possible => base.len() - self.set(Set::Stated(field)).count_and(base),
        };
        let selected = filter.selected(field);
        let told = move |counted: &'a Counted| {
            let reached = counted.members.count_and(base);
            let selected = selected.iter().any(|selected| **selected == *counted.code);
            let is_shown = with_zeros || selected || reached > 0;
            is_shown.then_some(FacetTerm { json: &counted.json, count: reached + silent, selected })
        };
        self.counted(kind, field).iter().filter_map(told)
    }

    /// Every term that a field may be filtered by, made ready to be counted when one is asked for first.
    fn counted(&self, kind: Kind, field: Field) -> &[Counted] {
        let counted = |code: &Arc<str>, label: &str, broader: Option<&str>| {
            Counted::new(code, label, broader, self.sets().term(field, code))
        };
        let made = || match field.source(kind) {
            Source::Scheme(scheme) => {
                let terms = self.reach().terms(scheme).iter();
                terms.map(|term| counted(&term.code, &term.label, term.broader.as_deref())).collect()
            }
            Source::Entries(kind) => self.titles(kind).iter().map(|(code, label)| counted(code, label, None)).collect(),
        };
        let place = self.all_counted().get(kind as usize).and_then(|fields| fields.get(field as usize));
        place.map_or(&[], |place| place.get_or_init(made))
    }

    /// The terms of a field that a misspelt one may have been meant to be.
    #[must_use]
    pub fn codes_around(&self, kind: Kind, field: Field, text: &str) -> Vec<Arc<str>> {
        match field.source(kind) {
            Source::Scheme(scheme) => self.reach().terms(scheme).iter().map(|term| Arc::clone(&term.code)).collect(),
            Source::Entries(kind) => self.ids_around(kind, text),
        }
    }

    /// Whether a field may be filtered by a term.
    #[must_use]
    pub fn has_term(&self, kind: Kind, field: Field, code: &str) -> bool {
        match field.source(kind) {
            // A term answers itself, which is looked up sooner than its label; codes that have no vocabulary do not.
            Source::Scheme(scheme) => {
                self.reach().answering(field, code).is_some() || label(scheme, code, self.vocabularies()).is_some()
            }
            // One that was taken out too: who filters by it is told of what still names it, and what does not any more.
            Source::Entries(kind) => !matches!(self.look(kind, code), Looked::Nothing),
        }
    }
}

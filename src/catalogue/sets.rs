//! The sets that a snapshot keeps ready: what filters, facets and the feed are put together from.

use std::sync::Arc;

use super::bits::Members;
use super::facet::{Field, Reach};
use super::item::{Item, Standing};
use super::map::Map;
use crate::model::codes::Kind;

/// A set of entries.
#[derive(Debug, Clone, Copy)]
pub(super) enum Set<'a> {
    /// Everything of a kind that is published.
    Published(Kind),
    /// What lists of a kind show unless they are asked for more: what is published and no variant.
    Listed(Kind),
    /// Published programmes that are variants.
    Variants,
    /// Published variants of the programme with this slug.
    VariantsOf(&'a str),
    /// What a query for this term of this field reaches.
    Term(Field, &'a str),
    /// What states anything of this field.
    Stated(Field),
    /// Everything of a kind that was ever otherwise than it is now, retired entries and drafts among them.
    Revised(Kind),
}

/// Sets by a name: a term, or a slug.
type Named = Map<Arc<str>, Arc<Members>>;

/// All sets of a snapshot. Cheap to clone: clones share what stayed the same.
#[derive(Debug, Clone, Default)]
pub(super) struct Sets {
    published: [Arc<Members>; Kind::ALL.len()],
    listed: [Arc<Members>; Kind::ALL.len()],
    revised: [Arc<Members>; Kind::ALL.len()],
    variants: Arc<Members>,
    variants_of: Named,
    stated: [Arc<Members>; Field::ALL.len()],
    terms: [Named; Field::ALL.len()],
}

impl Sets {
    /// A set; an empty one where nothing belongs to it.
    pub(super) fn get(&self, set: Set<'_>) -> &Members {
        static EMPTY: Members = Members::EMPTY;
        let found = match set {
            Set::Published(kind) => self.published.get(kind as usize),
            Set::Listed(kind) => self.listed.get(kind as usize),
            Set::Revised(kind) => self.revised.get(kind as usize),
            Set::Variants => Some(&self.variants),
            Set::VariantsOf(id) => self.variants_of.get(id),
            Set::Stated(field) => self.stated.get(field as usize),
            Set::Term(field, term) => self.terms.get(field as usize).and_then(|terms| terms.get(term)),
        };
        found.map_or(&EMPTY, |members| members)
    }

    /// What a query for a term of a field reaches, to be kept.
    pub(super) fn term(&self, field: Field, term: &str) -> Arc<Members> {
        self.terms.get(field as usize).and_then(|terms| terms.get(term)).cloned().unwrap_or_default()
    }

    /// Puts an entry into the sets that it belongs to, or takes it out of them.
    pub(super) fn put(&mut self, reach: &Reach, item: &Item, ordinal: u32, is_in: bool) {
        if is_in && item.is_revised {
            self.mark(Set::Revised(item.kind), ordinal, true);
        }
        if item.standing != Standing::Published {
            return;
        }
        self.mark(Set::Published(item.kind), ordinal, is_in);
        let kept_apart = if item.is_variant { Set::Variants } else { Set::Listed(item.kind) };
        self.mark(kept_apart, ordinal, is_in);
        if let Some(parent) = &item.variant_of {
            self.mark(Set::VariantsOf(parent), ordinal, is_in);
        }
        for stated in item.stated().all() {
            self.mark(Set::Stated(stated.field), ordinal, is_in);
            for query in reach.of(stated) {
                self.mark(Set::Term(stated.field, query), ordinal, is_in);
            }
        }
    }

    /// Puts an entry into a set, or takes it out.
    fn mark(&mut self, set: Set<'_>, ordinal: u32, is_in: bool) {
        let named = |named: &mut Named, name: &str| {
            if !named.contains_key(name) {
                named.insert(name.into(), Arc::default());
            }
            if let Some(members) = named.get_mut(name) {
                mark(members, ordinal, is_in);
            }
        };
        let place = match set {
            Set::Published(kind) => self.published.get_mut(kind as usize),
            Set::Listed(kind) => self.listed.get_mut(kind as usize),
            Set::Revised(kind) => self.revised.get_mut(kind as usize),
            Set::Variants => Some(&mut self.variants),
            Set::Stated(field) => self.stated.get_mut(field as usize),
            Set::VariantsOf(id) => return named(&mut self.variants_of, id),
            Set::Term(field, term) => return self.terms.get_mut(field as usize).map_or((), |terms| named(terms, term)),
        };
        if let Some(members) = place {
            mark(members, ordinal, is_in);
        }
    }
}

fn mark(members: &mut Arc<Members>, ordinal: u32, is_in: bool) {
    let members = Arc::make_mut(members);
    if is_in { members.insert(ordinal) } else { members.remove(ordinal) }
}

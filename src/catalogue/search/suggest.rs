//! What a person may be about to type.

use std::sync::Arc;

use super::words::words;
use crate::catalogue::bits::Bits;
use crate::catalogue::sets::Set;
use crate::catalogue::{CatalogueError, Field, Item, Snapshot, Source};
use crate::model::codes::Kind;

/// The fields whose terms are suggested.
const FIELDS: [Field; 2] = [Field::Role, Field::Region];

/// Something that was begun to be typed.
#[derive(Debug, Clone)]
pub enum Suggestion {
    /// An entry, by its title.
    Entry(Arc<Item>),
    /// A term that lists may be filtered by, by its label.
    Term(Field, Arc<str>, Arc<str>),
}

impl Suggestion {
    /// What it is called.
    #[must_use]
    pub fn title(&self) -> &str {
        match self {
            Self::Entry(item) => &item.title,
            Self::Term(_, _, label) => label,
        }
    }
}

impl Snapshot {
    /// What begins as was typed, each word of it: what begins with the first word before what has it further on,
    /// programmes before their variants, and the shorter before the longer.
    ///
    /// # Errors
    /// Where the index cannot be read.
    pub fn suggest(&self, typed: &str, limit: usize) -> Result<Vec<Suggestion>, CatalogueError> {
        let typed: Vec<Arc<str>> = words(typed).into_iter().map(|word| word.plain).collect();
        let Some(first) = typed.first() else { return Ok(Vec::new()) };
        let mut published = Bits::default();
        for kind in Kind::ALL {
            self.set(Set::Published(*kind)).add_to(&mut published);
        }
        let entries = self.search().headed(&typed, &published)?;
        let entries = entries.into_iter().filter_map(|ordinal| self.item(ordinal).cloned()).map(Suggestion::Entry);
        let terms = FIELDS.into_iter().flat_map(|field| self.terms_begun(field, &typed));
        let rank = |suggestion: &Suggestion| {
            let title = words(suggestion.title());
            let at = title.iter().position(|word| word.plain.starts_with(&**first)).unwrap_or(usize::MAX);
            let is_variant = matches!(suggestion, Suggestion::Entry(item) if item.is_variant);
            let is_entry = matches!(suggestion, Suggestion::Entry(_));
            let id = match suggestion {
                Suggestion::Entry(item) => format!("{}/{}", item.kind, item.id),
                Suggestion::Term(field, code, _) => format!("{}/{code}", field.name()),
            };
            (at, is_variant, title.len(), suggestion.title().to_lowercase(), is_entry, id)
        };
        let mut suggestions: Vec<Suggestion> = entries.chain(terms).collect();
        suggestions.sort_by_cached_key(rank);
        suggestions.truncate(limit);
        Ok(suggestions)
    }

    /// The terms of a field with words in their labels that begin as these do.
    fn terms_begun(&self, field: Field, typed: &[Arc<str>]) -> Vec<Suggestion> {
        let Source::Scheme(scheme) = field.source(Kind::Programme) else { return Vec::new() };
        let has_all = |label: &str| {
            let label = words(label);
            typed.iter().all(|typed| label.iter().any(|word| word.plain.starts_with(&**typed)))
        };
        let terms = self.reach().terms(scheme).iter().filter(|term| has_all(&term.label));
        terms.map(|term| Suggestion::Term(field, Arc::clone(&term.code), Arc::clone(&term.label))).collect()
    }
}

//! An edit of vocabularies: which entries it moves.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::facet::{Field, Reach, Source, label};
use super::stated::stated;
use crate::model::codes::Kind;
use crate::model::{Entry, Vocabularies};

/// The vocabularies before and after an edit.
#[derive(Debug)]
pub struct VocabularyEdit<'a> {
    before: &'a Vocabularies,
    after: &'a Vocabularies,
    reach_before: Reach,
    reach_after: Reach,
}

impl<'a> VocabularyEdit<'a> {
    /// Compares two states of the vocabularies.
    #[must_use]
    pub fn new(before: &'a Vocabularies, after: &'a Vocabularies) -> Self {
        Self { before, after, reach_before: Reach::new(before), reach_after: Reach::new(after) }
    }

    /// Whether an entry shows something else since the edit, or is found by other filters than it was: whoever keeps a
    /// copy must hear of it. What asks for a term that is new has found nothing before.
    #[must_use]
    pub fn moves(&self, kind: Kind, body: &str) -> bool {
        let Ok(mut entry) = Entry::from_text(kind, body) else { return false };
        let places =
            [self.places(&entry, self.before, &self.reach_before), self.places(&entry, self.after, &self.reach_after)];
        let shown = [self.before, self.after].map(|vocabularies| {
            entry.derive_tags(vocabularies);
            entry.to_text().ok()
        });
        places[0] != places[1] || shown[0] != shown[1]
    }

    /// The terms by which an entry is found, as far as they were there before.
    fn places(&self, entry: &Entry, vocabularies: &Vocabularies, reach: &Reach) -> BTreeSet<(Field, Arc<str>)> {
        // The tags that rules give are terms like others.
        let mut entry = entry.clone();
        entry.derive_tags(vocabularies);
        let stated = stated(&entry, vocabularies, reach);
        let queries = stated
            .all()
            .iter()
            .flat_map(|stated| reach.of(stated).iter().map(|query| (stated.field, Arc::clone(query))));
        let was_there = |(field, code): &(Field, Arc<str>)| match field.source(entry.kind()) {
            Source::Scheme(scheme) => label(scheme, code, self.before).is_some(),
            Source::Entries(_) => true,
        };
        queries.filter(was_there).collect()
    }
}

//! The entries, and all that they are looked up by.

use std::sync::Arc;

use uuid::Uuid;

use crate::catalogue::item::{Item, Shelved, Standing};
use crate::catalogue::map::Map;
use crate::catalogue::page::{Sort, SortKey};
use crate::catalogue::shelves::Shelves;
use crate::model::codes::Kind;
use crate::model::identity;
use crate::store::SlugRow;

/// Every entry, retired ones and drafts among them. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(in crate::catalogue) struct Entries {
    /// By ordinal; an ordinal is given once and keeps its place.
    items: Shelves<Shelved>,
    ordinals: Map<Uuid, u32>,
    /// The ordinals of the entries that have or had a slug, kind by kind.
    slugs: [Map<Arc<str>, u32>; Kind::ALL.len()],
    /// The slugs that renamed entries had first, by ordinal.
    first_slugs: Map<u32, Arc<str>>,
}

impl Entries {
    pub(super) fn is_empty(&self) -> bool {
        self.items.len() == 0
    }

    /// The entry with an ordinal.
    pub(super) fn item(&self, ordinal: u32) -> Option<&Arc<Item>> {
        self.shelved(ordinal).map(Shelved::item)
    }

    /// As [`Self::item`], with what pages tell of it.
    pub(super) fn shelved(&self, ordinal: u32) -> Option<&Shelved> {
        self.items.get(usize::try_from(ordinal).ok()?)
    }

    /// What an entry is sorted by.
    pub(super) fn key(&self, sort: Sort, ordinal: u32) -> Option<SortKey<'_>> {
        self.item(ordinal).map(|item| SortKey::of(sort, item))
    }

    /// The ordinal of an entry.
    pub(super) fn ordinal(&self, uid: &Uuid) -> Option<u32> {
        self.ordinals.get(uid).copied()
    }

    /// The ordinal of the entry that has or had a slug.
    pub(super) fn with_slug(&self, kind: Kind, id: &str) -> Option<u32> {
        self.slugs.get(kind as usize)?.get(id).copied()
    }

    /// The title of the entry that has or had a slug, unless it is a draft.
    pub(in crate::catalogue) fn title(&self, kind: Kind, id: &str) -> Option<Arc<str>> {
        let item = self.item(self.with_slug(kind, id)?)?;
        (item.standing != Standing::Draft).then(|| Arc::clone(&item.title))
    }

    /// The slugs that renamed entries had first, with the entries that they were.
    pub(super) fn first_slugs(&self) -> impl Iterator<Item = (&Arc<Item>, &Arc<str>)> {
        self.first_slugs.iter().filter_map(|(ordinal, id)| Some((self.item(*ordinal)?, id)))
    }

    /// Puts an entry in the place of the version before it; a new one comes last.
    pub(super) fn put(&mut self, item: &Arc<Item>) -> u32 {
        let ordinal = self.ordinal(&item.uid).unwrap_or_else(|| u32::try_from(self.items.len()).unwrap_or(u32::MAX));
        if let Some(place) = self.items.get_mut(ordinal as usize) {
            *place = Arc::clone(item).into();
        } else {
            self.items.push(Arc::clone(item).into());
            self.ordinals.insert(item.uid, ordinal);
        }
        self.put_slug(item.kind, Arc::clone(&item.id), ordinal);
        ordinal
    }

    /// Notes a slug that an entry had before.
    pub(super) fn put_old_slug(&mut self, slug: SlugRow) {
        let Some(ordinal) = Uuid::try_parse(&slug.uid).ok().and_then(|uid| self.ordinal(&uid)) else { return };
        let id: Arc<str> = slug.id.into();
        if self.item(ordinal).is_some_and(|item| item.uid == identity::uid(slug.kind, &id)) {
            self.first_slugs.insert(ordinal, Arc::clone(&id));
        }
        self.put_slug(slug.kind, id, ordinal);
    }

    fn put_slug(&mut self, kind: Kind, id: Arc<str>, ordinal: u32) {
        if let Some(slugs) = self.slugs.get_mut(kind as usize) {
            slugs.insert(id, ordinal);
        }
    }
}

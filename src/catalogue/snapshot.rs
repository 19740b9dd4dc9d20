//! The directory as a value at one change number.

use std::sync::Arc;

use imbl::{HashMap, OrdMap, Vector};
use roaring::RoaringBitmap;
use thiserror::Error;
use uuid::Uuid;

use super::item::{Item, Standing};
use super::page::{Cursor, Page, PageQuery, Sort, SortKey};
use crate::model::codes::Kind;
use crate::model::{Vocabularies, read};
use crate::store::{EntryRow, Head, Loaded, SlugRow, TermRow};

/// What the database holds cannot be made into a snapshot.
#[derive(Debug, Error)]
pub enum CatalogueError {
    /// An entry's body is not what this binary writes.
    #[error("the {kind} {id} cannot be read ({detail}); the database was changed by other means, or is damaged")]
    Damaged {
        /// The entry's kind.
        kind: Kind,
        /// The entry's slug.
        id: String,
        /// What is wrong.
        detail: String,
    },
    /// A term's body is not what this binary writes.
    #[error("the term {scheme}/{code} cannot be read; the database was changed by other means, or is damaged")]
    DamagedTerm {
        /// The term's vocabulary.
        scheme: String,
        /// The term's code.
        code: String,
    },
}

/// A set of entries that the snapshot keeps ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Set {
    /// Everything of a kind that is published.
    Published(Kind),
    /// Published programmes that are variants.
    Variants,
}

/// What looking up a slug finds.
#[derive(Debug, Clone)]
pub enum Looked {
    /// The entry.
    Found(Arc<Item>),
    /// The entry, under another slug than the one asked for.
    Renamed(Arc<Item>),
    /// Nothing that is shown to the public.
    Nothing,
}

/// The directory at one change number. Cheap to clone: clones share what they hold.
#[derive(Debug, Clone)]
pub struct Snapshot {
    head: Head,
    vocabularies: Arc<Vocabularies>,
    /// Entries by ordinal; an ordinal is given once and keeps its place.
    items: Vector<Arc<Item>>,
    ordinals: HashMap<Uuid, u32>,
    slugs: HashMap<(Kind, Arc<str>), u32>,
    sets: HashMap<Set, Arc<RoaringBitmap>>,
    orders: HashMap<(Kind, Sort), OrdMap<SortKey, u32>>,
}

impl Snapshot {
    /// Makes a snapshot of everything that was loaded.
    ///
    /// # Errors
    /// Where a body is not what this binary writes.
    pub fn new(loaded: Loaded) -> Result<Self, CatalogueError> {
        let empty = Self {
            head: loaded.head.clone(),
            vocabularies: Arc::default(),
            items: Vector::new(),
            ordinals: HashMap::new(),
            slugs: HashMap::new(),
            sets: HashMap::new(),
            orders: HashMap::new(),
        };
        empty.advance(loaded)
    }

    /// Makes the snapshot that follows this one when what was loaded since has changed.
    ///
    /// # Errors
    /// Where a body is not what this binary writes.
    pub fn advance(&self, loaded: Loaded) -> Result<Self, CatalogueError> {
        let mut next = self.clone();
        next.head = loaded.head;
        if !loaded.terms.is_empty() {
            let mut vocabularies = (*next.vocabularies).clone();
            for row in loaded.terms {
                vocabularies.insert(parse_term(&row)?);
            }
            next.vocabularies = Arc::new(vocabularies);
        }
        for row in loaded.entries {
            next.put(row)?;
        }
        for slug in loaded.old_slugs {
            next.put_old_slug(slug);
        }
        Ok(next)
    }

    /// The change number, and the chain up to it.
    #[must_use]
    pub const fn head(&self) -> &Head {
        &self.head
    }

    /// The vocabularies.
    #[must_use]
    pub fn vocabularies(&self) -> &Vocabularies {
        &self.vocabularies
    }

    /// How many entries of a kind are published, variants included.
    #[must_use]
    pub fn count(&self, kind: Kind) -> u64 {
        self.sets.get(&Set::Published(kind)).map_or(0, |set| set.len())
    }

    /// The slugs of the published entries of a kind, in order.
    #[must_use]
    pub fn ids(&self, kind: Kind) -> Vec<Arc<str>> {
        self.orders
            .get(&(kind, Sort::Id))
            .map(|order| order.keys().map(|key| Arc::clone(&key.id)).collect())
            .unwrap_or_default()
    }

    /// Looks up a slug, present or past. Drafts are nothing to the public.
    #[must_use]
    pub fn look(&self, kind: Kind, id: &str) -> Looked {
        let Some(item) = self.slugs.get(&(kind, id.into())).and_then(|ordinal| self.item(*ordinal)) else {
            return Looked::Nothing;
        };
        match item.standing {
            Standing::Draft => Looked::Nothing,
            _ if &*item.id == id => Looked::Found(Arc::clone(item)),
            _ => Looked::Renamed(Arc::clone(item)),
        }
    }

    /// One page of the published entries of a kind. Variants are left out unless asked for.
    #[must_use]
    pub fn page(&self, kind: Kind, query: &PageQuery) -> Page {
        let mut chosen = self.sets.get(&Set::Published(kind)).map(|set| (**set).clone()).unwrap_or_default();
        if let (false, Some(variants)) = (query.variants, self.sets.get(&Set::Variants)) {
            chosen -= &**variants;
        }
        let total = chosen.len();
        let order = self.orders.get(&(kind, query.sort.ascending()));
        let mut items = Self::walk(order, query).filter(|(_, ordinal)| chosen.contains(*ordinal));
        let mut page = Page { items: Vec::with_capacity(query.limit), total, next: None };
        let mut last = None;
        for (key, ordinal) in items.by_ref().take(query.limit) {
            page.items.extend(self.item(ordinal).cloned());
            last = Some(key);
        }
        if items.next().is_some() {
            page.next = last.map(|key| Cursor::after(query, key));
        }
        page
    }

    /// The entries of an order after the cursor, in the direction of the sort.
    fn walk<'a>(
        order: Option<&'a OrdMap<SortKey, u32>>,
        query: &PageQuery,
    ) -> Box<dyn Iterator<Item = (&'a SortKey, u32)> + 'a> {
        use std::ops::Bound::{Excluded, Unbounded};
        let Some(order) = order else {
            return Box::new(std::iter::empty());
        };
        let after = query.after.as_ref().map(|cursor| cursor.key.clone());
        match (query.sort.is_descending(), after) {
            (false, None) => Box::new(order.iter().map(|(key, ordinal)| (key, *ordinal))),
            (false, Some(key)) => {
                Box::new(order.range((Excluded(key), Unbounded)).map(|(key, ordinal)| (key, *ordinal)))
            }
            (true, None) => Box::new(order.iter().rev().map(|(key, ordinal)| (key, *ordinal))),
            (true, Some(key)) => {
                Box::new(order.range((Unbounded, Excluded(key))).rev().map(|(key, ordinal)| (key, *ordinal)))
            }
        }
    }

    fn item(&self, ordinal: u32) -> Option<&Arc<Item>> {
        self.items.get(usize::try_from(ordinal).ok()?)
    }

    /// Renders a row and puts it in the place of the version before it.
    fn put(&mut self, row: EntryRow) -> Result<(), CatalogueError> {
        let item = Arc::new(Item::render(row, &self.vocabularies)?);
        let ordinal = if let Some(ordinal) = self.ordinals.get(&item.uid).copied() {
            if let Some(old) = self.item(ordinal).cloned() {
                self.index(&old, ordinal, false);
            }
            if let Some(place) = usize::try_from(ordinal).ok().and_then(|at| self.items.get_mut(at)) {
                *place = Arc::clone(&item);
            }
            ordinal
        } else {
            let ordinal = u32::try_from(self.items.len()).unwrap_or(u32::MAX);
            self.items.push_back(Arc::clone(&item));
            self.ordinals.insert(item.uid, ordinal);
            ordinal
        };
        self.slugs.insert((item.kind, Arc::clone(&item.id)), ordinal);
        self.index(&item, ordinal, true);
        Ok(())
    }

    /// Adds an item to the sets and orders it belongs to, or takes it out of them.
    fn index(&mut self, item: &Item, ordinal: u32, add: bool) {
        if item.standing != Standing::Published {
            return;
        }
        self.mark(Set::Published(item.kind), ordinal, add);
        if item.is_variant {
            self.mark(Set::Variants, ordinal, add);
        }
        for sort in Sort::ASCENDING {
            let order = self.orders.entry((item.kind, sort)).or_default();
            let key = SortKey::of(sort, item);
            if add {
                order.insert(key, ordinal);
            } else {
                order.remove(&key);
            }
        }
    }

    fn mark(&mut self, set: Set, ordinal: u32, add: bool) {
        let set = Arc::make_mut(self.sets.entry(set).or_default());
        if add {
            set.insert(ordinal);
        } else {
            set.remove(ordinal);
        }
    }

    fn put_old_slug(&mut self, slug: SlugRow) {
        let ordinal = Uuid::try_parse(&slug.uid).ok().and_then(|uid| self.ordinals.get(&uid).copied());
        if let Some(ordinal) = ordinal {
            self.slugs.insert((slug.kind, slug.id.into()), ordinal);
        }
    }
}

/// Reads a term's body.
fn parse_term(row: &TermRow) -> Result<crate::model::Term, CatalogueError> {
    let damaged = || CatalogueError::DamagedTerm { scheme: row.scheme.clone(), code: row.code.clone() };
    let value = serde_json::from_str(&row.body).map_err(|_| damaged())?;
    read::term(value).map_err(|_| damaged())
}

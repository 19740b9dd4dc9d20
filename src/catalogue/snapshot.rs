//! The directory as a value at one change number.

mod entries;
mod rendering;
mod taking;

use std::sync::{Arc, OnceLock};

use imbl::Vector;
use thiserror::Error;
use uuid::Uuid;

pub(super) use entries::Entries;
use taking::go_on;

use super::answers::Answers;
use super::bits::{Bits, Members};
use super::eligibility::Gates;
use super::facet::Reach;
use super::filter::{AllCounted, Filter};
use super::item::{Digest, Item, Shelved, Standing};
use super::map::Map;
use super::matched::AllWritten;
use super::order::{Order, Places};
use super::page::{Sort, SortKey};
use super::row::Row;
use super::search::{Hits, Likeness, Search, Snippet, snippet};
use super::sets::{Set, Sets};
use crate::model::Vocabularies;
use crate::model::codes::Kind;
use crate::store::{Head, Loaded};

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
    /// What was loaded ends in the middle.
    #[error("the directory was read in part only")]
    Broken,
    /// The index that texts are looked for in cannot be written.
    #[error("what was changed cannot be searched for ({0})")]
    Search(#[from] tantivy::TantivyError),
}

/// How many slugs a misspelt one is held against at most.
const MANY: usize = 1_000;

/// The orders that are kept, kind by kind.
type Orders = Map<(Kind, Sort), Order>;

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
    reach: Arc<Reach>,
    entries: Entries,
    sets: Sets,
    orders: Orders,
    /// The places of the entries in each order.
    places: [Places; Sort::KEPT.len()],
    /// What decides whether a person can take the published entries.
    gates: Gates,
    /// The ordinal of the programme that each entry is a variant of, by the entry's ordinal; its own for others.
    parents: Vector<u32>,
    /// Every entry, retired ones and drafts among them, by its last change number.
    changes: Row<Arc<Item>>,
    /// The links of the chain: of change number 1 first.
    chain: Vector<u64>,
    /// Of the published entries of each kind, their hashes laid over each other.
    digests: Map<Kind, Digest>,
    /// Where texts are looked for.
    search: Search,
    /// What could not be put into the index: it is tried again with what changes next.
    unsearched: Bits,
    /// The answers that were put together from it.
    answers: Arc<OnceLock<Answers>>,
    /// What facets are counted with.
    counted: Arc<AllCounted>,
    /// Why entries pass filters.
    written: Arc<AllWritten>,
}

impl Snapshot {
    /// Makes a snapshot of everything that was loaded, given in parts.
    ///
    /// # Errors
    /// Where a body is not what this binary writes.
    pub fn new(parts: impl IntoIterator<Item = Loaded, IntoIter: Send>) -> Result<Self, CatalogueError> {
        let (snapshot, mut damaged) = Self::empty()?.take(parts, go_on);
        if damaged.is_empty() { Ok(snapshot) } else { Err(damaged.remove(0)) }
    }

    /// Makes a snapshot of what can be read of everything that was loaded.
    ///
    /// # Errors
    /// Where there cannot be an index to look for texts in.
    pub fn lenient(loaded: Loaded) -> Result<Self, CatalogueError> {
        Ok(Self::empty()?.take_and_tell(loaded))
    }

    /// Makes the snapshot that follows this one when what was loaded since has changed. An entry that
    /// cannot be read, as a newer release may write one, stays as it was: the others go on.
    #[must_use]
    pub fn advance(&self, loaded: Loaded) -> Self {
        self.clone().take_and_tell(loaded)
    }

    fn empty() -> Result<Self, CatalogueError> {
        Ok(Self {
            head: Head::default(),
            vocabularies: Arc::default(),
            reach: Arc::default(),
            entries: Entries::default(),
            sets: Sets::default(),
            orders: Orders::new(),
            places: Default::default(),
            gates: Gates::default(),
            parents: Vector::new(),
            changes: Row::default(),
            chain: Vector::new(),
            digests: Map::new(),
            search: Search::new()?,
            unsearched: Bits::default(),
            answers: Arc::default(),
            counted: Arc::default(),
            written: Arc::default(),
        })
    }

    /// Looks for what a filter is to find, among the published entries of its kinds, variants among them where they are
    /// asked for: one that is not shown must not keep others from being found by less.
    ///
    /// # Errors
    /// Where the index cannot be read.
    pub fn look_for(&self, filter: &Filter) -> Result<(), CatalogueError> {
        let Some(sought) = filter.text.as_deref().filter(|sought| sought.hits.get().is_none()) else { return Ok(()) };
        let mut published = Bits::default();
        for kind in &sought.kinds {
            let set = if sought.with_variants { Set::Published(*kind) } else { Set::Listed(*kind) };
            self.set(set).add_to(&mut published);
        }
        let hits = self.search.find(&sought.text, published)?;
        sought.hits.get_or_init(|| hits);
        Ok(())
    }

    /// The answers that were put together from this snapshot, in room for so many bytes.
    #[must_use]
    pub fn answers(&self, bytes: u64) -> &Answers {
        self.answers.get_or_init(|| Answers::new(bytes))
    }

    /// Where texts are looked for.
    pub(super) const fn search(&self) -> &Search {
        &self.search
    }

    /// How an entry answers what was looked for, and where it has it.
    #[must_use]
    pub fn tell<'a>(&self, hits: &Hits, item: &'a Item) -> Option<(Likeness, Option<Snippet<'a>>)> {
        let likeness = hits.likeness(self.entries.ordinal(&item.uid)?)?;
        Some((likeness, snippet(hits, likeness, item)))
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
        self.set(Set::Published(kind)).len()
    }

    /// The slugs of published entries of a kind around a text: in a large directory only those that
    /// begin alike, so that a wrong address costs no walk over everything.
    #[must_use]
    pub fn ids_around(&self, kind: Kind, text: &str) -> Vec<Arc<str>> {
        let Some(order) = self.orders.get(&(kind, Sort::Id)) else { return Vec::new() };
        let id = |ordinal: u32| self.item(ordinal).map(|item| Arc::clone(&item.id));
        if order.len() <= MANY {
            return order.ordinals().filter_map(id).collect();
        }
        let prefix: String = text.chars().take(3).collect();
        let first = SortKey::first_with_id(&prefix);
        let from = order.from(&first, |ordinal| self.key(Sort::Id, ordinal));
        from.filter_map(id).take_while(|id| id.starts_with(&prefix)).take(MANY).collect()
    }

    /// Looks up a slug, present or past. Drafts are nothing to the public.
    #[must_use]
    pub fn look(&self, kind: Kind, id: &str) -> Looked {
        let Some(item) = self.with_slug(kind, id).and_then(|ordinal| self.item(ordinal)) else {
            return Looked::Nothing;
        };
        match item.standing {
            Standing::Draft => Looked::Nothing,
            _ if &*item.id == id => Looked::Found(Arc::clone(item)),
            _ => Looked::Renamed(Arc::clone(item)),
        }
    }

    /// The slugs and titles of the published entries of a kind, by title.
    pub(super) fn titles(&self, kind: Kind) -> Vec<(Arc<str>, Arc<str>)> {
        self.order(kind, Sort::Title)
            .filter_map(|ordinal| self.item(ordinal))
            .map(|item| (Arc::clone(&item.id), item.title.clone()))
            .collect()
    }

    /// The ordinals of the published entries of a kind, in an ascending order.
    pub(super) fn order(&self, kind: Kind, sort: Sort) -> impl Iterator<Item = u32> {
        self.orders.get(&(kind, sort)).into_iter().flat_map(Order::ordinals)
    }

    /// An order that is kept.
    pub(super) fn kept_order(&self, kind: Kind, sort: Sort) -> Option<&Order> {
        self.orders.get(&(kind, sort))
    }

    /// The places of the entries in a kept order.
    pub(super) fn places_in(&self, sort: Sort) -> &[u32] {
        let at = Sort::KEPT.iter().position(|kept| *kept == sort);
        at.and_then(|at| self.places.get(at)).map_or(&[], |places| places.as_slice())
    }

    /// What an entry is sorted by.
    pub(super) fn key(&self, sort: Sort, ordinal: u32) -> Option<SortKey<'_>> {
        self.entries.key(sort, ordinal)
    }

    /// What the vocabularies come to.
    pub(super) fn reach(&self) -> &Reach {
        &self.reach
    }

    /// The entry with an ordinal.
    pub(super) fn item(&self, ordinal: u32) -> Option<&Arc<Item>> {
        self.entries.item(ordinal)
    }

    /// As [`Self::item`], with what pages tell of it.
    pub(super) fn shelved(&self, ordinal: u32) -> Option<&Shelved> {
        self.entries.shelved(ordinal)
    }

    /// The slugs that renamed entries had first, by uid: the one readable name of an entry that never changes.
    #[must_use]
    pub fn first_ids(&self) -> std::collections::HashMap<Uuid, Arc<str>> {
        self.entries.first_slugs().map(|(item, id)| (item.uid, Arc::clone(id))).collect()
    }

    /// The ordinal of the entry that has or had a slug.
    pub(super) fn with_slug(&self, kind: Kind, id: &str) -> Option<u32> {
        self.entries.with_slug(kind, id)
    }

    /// How many different gates the published entries have, and how many different rules.
    #[must_use]
    pub fn gate_count(&self) -> (usize, usize) {
        self.gates.count()
    }

    /// The ordinals of the programmes that entries are variants of.
    pub(super) const fn parents(&self) -> &Vector<u32> {
        &self.parents
    }

    /// The gates of the published entries.
    pub(super) const fn gates(&self) -> &Gates {
        &self.gates
    }

    /// The published variants of a programme, by title.
    #[must_use]
    pub fn variants_of(&self, id: &Arc<str>) -> Vec<(u32, &Arc<Item>)> {
        let variants = self.set(Set::VariantsOf(id)).iter();
        let mut variants: Vec<_> = variants.filter_map(|ordinal| Some((ordinal, self.item(ordinal)?))).collect();
        variants.sort_by_cached_key(|(_, item)| SortKey::of(Sort::Title, item));
        variants
    }

    /// A set; an empty one where nothing belongs to it.
    pub(super) fn set(&self, set: Set<'_>) -> &Members {
        self.sets.get(set)
    }

    /// All sets.
    pub(super) const fn sets(&self) -> &Sets {
        &self.sets
    }

    /// What facets are counted with.
    pub(super) fn all_counted(&self) -> &AllCounted {
        &self.counted
    }

    /// Why entries pass filters.
    pub(super) fn all_written(&self) -> &AllWritten {
        &self.written
    }

    /// Every entry by its last change number.
    pub(super) const fn changes(&self) -> &Row<Arc<Item>> {
        &self.changes
    }

    /// The link of the chain at a change number; `None` before the first and after the last.
    pub(super) fn link(&self, change_number: i64) -> Option<u64> {
        let index = usize::try_from(change_number).ok()?.checked_sub(1)?;
        self.chain.get(index).copied()
    }

    /// The hashes of the published entries of a kind, laid over each other.
    pub(super) fn digest_of_kind(&self, kind: Kind) -> Digest {
        self.digests.get(&kind).copied().unwrap_or_default()
    }
}

/// Whether some chosen entries are put in order themselves, rather than found on a walk along the order of all. The walk
/// passes over what lies between those wanted, one after the other; the place of each chosen entry is somewhere else, and
/// to look it up and sort it takes about as long as to pass over six.
pub(super) const fn is_sorted_rather(chosen: u64, wanted: usize, all: usize) -> bool {
    chosen.saturating_mul(chosen).saturating_mul(6) < (wanted as u64).saturating_mul(all as u64)
}

/// Lays a hash over another: exclusive or, bit by bit, in which order never matters.
pub(super) fn lay_over(digest: &mut Digest, other: &Digest) {
    digest.iter_mut().zip(other).for_each(|(byte, other)| *byte ^= other);
}

//! The directory as a value at one change number.

use std::sync::{Arc, OnceLock};

use foldhash::fast::RandomState;
use imbl::shared_ptr::DefaultSharedPtr;
use imbl::{GenericHashMap, HashMap, OrdMap, Vector};
use thiserror::Error;
use uuid::Uuid;

use super::answers::Answers;
use super::bits::{Bits, Members};
use super::eligibility::{Gate, Gates};
use super::facet::{Field, Reach, Source};
use super::filter::Filter;
use super::item::{Digest, Item, Standing};
use super::order::{Order, Places};
use super::page::{Sort, SortKey};
use super::search::{Hits, Likeness, Search, Snippet, document, snippet};
use super::sets::{Set, Sets};
use crate::model::codes::Kind;
use crate::model::{Vocabularies, identity, read};
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
    /// The index that texts are looked for in cannot be written.
    #[error("what was changed cannot be searched for ({0})")]
    Search(#[from] tantivy::TantivyError),
}

/// How many slugs a misspelt one is held against at most, and from how many rows on more than one core renders them.
const MANY: usize = 1_000;

/// Ordinals by slug.
type Slugs = GenericHashMap<Arc<str>, u32, RandomState, DefaultSharedPtr>;

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
    /// Entries by ordinal; an ordinal is given once and keeps its place.
    items: Vector<Arc<Item>>,
    ordinals: HashMap<Uuid, u32>,
    /// The ordinals of the entries that have or had a slug, kind by kind.
    slugs: [Slugs; Kind::ALL.len()],
    /// The slugs that renamed entries had first, by ordinal.
    first_slugs: HashMap<u32, Arc<str>>,
    sets: Sets,
    orders: HashMap<(Kind, Sort), Order>,
    /// The places of the entries in each order.
    places: [Places; Sort::KEPT.len()],
    /// What decides whether a person can take the published entries.
    gates: Gates,
    /// The ordinal of the programme that each entry is a variant of, by the entry's ordinal; its own for others.
    parents: Vector<u32>,
    /// Every entry, retired ones and drafts among them, by its last change number.
    changes: OrdMap<i64, u32>,
    /// The links of the chain: of change number 1 first.
    chain: Vector<u64>,
    /// Of the published entries of each kind, their hashes laid over each other.
    digests: HashMap<Kind, Digest>,
    /// Where texts are looked for.
    search: Search,
    /// What could not be put into the index: it is tried again with what changes next.
    unsearched: Bits,
    /// The answers that were put together from it.
    answers: Arc<OnceLock<Answers>>,
}

impl Snapshot {
    /// Makes a snapshot of everything that was loaded.
    ///
    /// # Errors
    /// Where a body is not what this binary writes.
    pub fn new(loaded: Loaded) -> Result<Self, CatalogueError> {
        let (snapshot, mut damaged) = Self::empty(&loaded.head)?.take(loaded);
        if damaged.is_empty() { Ok(snapshot) } else { Err(damaged.remove(0)) }
    }

    /// Makes a snapshot of what can be read of everything that was loaded.
    ///
    /// # Errors
    /// Where there cannot be an index to look for texts in.
    pub fn lenient(loaded: Loaded) -> Result<Self, CatalogueError> {
        Ok(Self::empty(&loaded.head)?.take_and_tell(loaded))
    }

    /// Makes the snapshot that follows this one when what was loaded since has changed. An entry that
    /// cannot be read, as a newer release may write one, stays as it was: the others go on.
    #[must_use]
    pub fn advance(&self, loaded: Loaded) -> Self {
        self.clone().take_and_tell(loaded)
    }

    fn empty(head: &Head) -> Result<Self, CatalogueError> {
        Ok(Self {
            head: head.clone(),
            vocabularies: Arc::default(),
            reach: Arc::default(),
            items: Vector::new(),
            ordinals: HashMap::new(),
            slugs: Default::default(),
            first_slugs: HashMap::new(),
            sets: Sets::default(),
            orders: HashMap::new(),
            places: Default::default(),
            gates: Gates::default(),
            parents: Vector::new(),
            changes: OrdMap::new(),
            chain: Vector::new(),
            digests: HashMap::new(),
            search: Search::new()?,
            unsearched: Bits::default(),
            answers: Arc::default(),
        })
    }

    fn take_and_tell(self, loaded: Loaded) -> Self {
        let (next, damaged) = self.take(loaded);
        for error in damaged {
            tracing::error!("{error}; it is shown as it was before, or not at all");
        }
        next
    }

    /// Takes in what was loaded; tells what of it cannot be read.
    fn take(mut self, loaded: Loaded) -> (Self, Vec<CatalogueError>) {
        let mut damaged = Vec::new();
        self.head = loaded.head;
        self.answers = Arc::default();
        let mut moved = std::mem::take(&mut self.unsearched);
        if !loaded.terms.is_empty() {
            let mut vocabularies = (*self.vocabularies).clone();
            for row in loaded.terms {
                match parse_term(&row) {
                    Ok(term) => vocabularies.insert(term),
                    Err(error) => damaged.push(error),
                }
            }
            self.reach = Arc::new(Reach::new(&vocabularies));
            self.vocabularies = Arc::new(vocabularies);
        }
        let reach = Arc::clone(&self.reach);
        for rendered in render(loaded.entries, &self.vocabularies, &reach) {
            match rendered {
                Ok((item, gate)) => {
                    self.put(item, gate.as_ref(), &mut moved);
                }
                Err(error) => damaged.push(error),
            }
        }
        self.reorder(&moved);
        for slug in loaded.old_slugs {
            self.put_old_slug(slug);
        }
        self.chain.extend(loaded.chain);
        match self.search_with(&moved) {
            Ok(search) => self.search = search,
            Err(error) => {
                damaged.push(error.into());
                self.unsearched = moved;
            }
        }
        (self, damaged)
    }

    /// The index with some entries as they are now.
    fn search_with(&self, moved: &Bits) -> Result<Search, tantivy::TantivyError> {
        if moved.is_empty() {
            return Ok(self.search.clone());
        }
        let ordinals: Vec<u32> = moved.iter().collect();
        self.search.with(&ordinals, |fields, ordinal| {
            let item = self.item(ordinal).filter(|item| item.standing == Standing::Published)?;
            Some(document(fields, ordinal, item, self))
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
    pub fn tell(&self, hits: &Hits, item: &Item) -> Option<(Likeness, Option<Snippet>)> {
        let likeness = hits.likeness(*self.ordinals.get(&item.uid)?)?;
        Some((likeness, snippet(&hits.text, likeness, item)))
    }

    /// The title of an entry that is no draft.
    pub(super) fn title(&self, kind: Kind, id: &str) -> Option<Arc<str>> {
        let item = self.item(self.ordinal(kind, id)?)?;
        (item.standing != Standing::Draft).then(|| Arc::clone(&item.title))
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
        let Some(item) = self.ordinal(kind, id).and_then(|ordinal| self.item(ordinal)) else {
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
    pub(super) fn key(&self, sort: Sort, ordinal: u32) -> Option<SortKey> {
        self.item(ordinal).map(|item| SortKey::of(sort, item))
    }

    /// What the vocabularies come to.
    pub(super) fn reach(&self) -> &Reach {
        &self.reach
    }

    /// The entry with an ordinal.
    pub(super) fn item(&self, ordinal: u32) -> Option<&Arc<Item>> {
        self.items.get(usize::try_from(ordinal).ok()?)
    }

    /// The slugs that renamed entries had first, by uid: the one readable name of an entry that never changes.
    #[must_use]
    pub fn first_ids(&self) -> std::collections::HashMap<Uuid, Arc<str>> {
        let first = self.first_slugs.iter();
        first.filter_map(|(ordinal, id)| Some((self.item(*ordinal)?.uid, Arc::clone(id)))).collect()
    }

    /// The ordinal of the entry that has or had a slug.
    pub(super) fn ordinal(&self, kind: Kind, id: &str) -> Option<u32> {
        self.slugs.get(kind as usize)?.get(id).copied()
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

    /// The published variants of a programme.
    pub fn variants_of(&self, id: &Arc<str>) -> impl Iterator<Item = (u32, &Arc<Item>)> {
        let variants = self.set(Set::VariantsOf(id)).iter();
        variants.filter_map(|ordinal| Some((ordinal, self.item(ordinal)?)))
    }

    /// A set; an empty one where nothing belongs to it.
    pub(super) fn set(&self, set: Set<'_>) -> &Members {
        self.sets.get(set)
    }

    /// Puts an item in the place of the version before it; notes what is found otherwise than before.
    fn put(&mut self, item: Item, gate: Option<&Gate>, moved: &mut Bits) {
        let item = Arc::new(item);
        let ordinal = if let Some(ordinal) = self.ordinals.get(&item.uid).copied() {
            if let Some(old) = self.item(ordinal).cloned() {
                self.index(&old, ordinal, false);
                self.changes.remove(&old.change_number);
                if old.title != item.title || old.standing != item.standing {
                    // What names it is found by its title too.
                    for field in
                        Field::ALL.into_iter().filter(|field| field.source(item.kind) == Source::Entries(item.kind))
                    {
                        self.set(Set::Term(field, &item.id)).add_to(moved);
                    }
                }
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
        moved.insert(ordinal);
        self.put_slug(item.kind, Arc::clone(&item.id), ordinal);
        self.changes.insert(item.change_number, ordinal);
        if item.is_revised {
            self.sets.mark(Set::Revised(item.kind), ordinal, true);
        }
        self.index(&item, ordinal, true);
        self.put_parents(&item, ordinal);
        self.gates.set(ordinal, gate.filter(|_| item.standing == Standing::Published));
    }

    /// Notes whose variant an item is, and which variants are its own: either may come first.
    fn put_parents(&mut self, item: &Item, ordinal: u32) {
        let parent = item.variant_of.as_ref().and_then(|parent| self.ordinal(Kind::Programme, parent));
        let mut families = vec![(ordinal, parent.unwrap_or(ordinal))];
        if item.kind == Kind::Programme && !item.is_variant {
            let variants = self.set(Set::VariantsOf(&item.id)).iter();
            families.extend(variants.map(|variant| (variant, ordinal)));
        }
        for (variant, parent) in families {
            while self.parents.len() <= variant as usize {
                self.parents.push_back(variant);
            }
            if let Some(place) = self.parents.get_mut(variant as usize) {
                *place = parent;
            }
        }
    }

    /// Adds an item to the sets and orders it belongs to, or takes it out of them.
    fn index(&mut self, item: &Item, ordinal: u32, add: bool) {
        if item.standing != Standing::Published {
            return;
        }
        self.sets.mark(Set::Published(item.kind), ordinal, add);
        // Laid over it a second time, a hash is gone again.
        lay_over(self.digests.entry(item.kind).or_default(), &item.digest);
        let kept_apart = if item.is_variant { Set::Variants } else { Set::Listed(item.kind) };
        self.sets.mark(kept_apart, ordinal, add);
        if let Some(parent) = &item.variant_of {
            self.sets.mark(Set::VariantsOf(parent), ordinal, add);
        }
        let reach = Arc::clone(&self.reach);
        for stated in &item.stated {
            self.sets.mark(Set::Stated(stated.field), ordinal, add);
            for query in reach.of(stated) {
                self.sets.mark(Set::Term(stated.field, query), ordinal, add);
            }
        }
    }

    /// Puts the entries that were put in or taken out into the places that they have now: all at once, since one costs
    /// about as much as a thousand.
    fn reorder(&mut self, moved: &Bits) {
        for kind in Kind::ALL.iter().copied() {
            let own: Vec<(u32, &Arc<Item>)> = moved
                .iter()
                .filter_map(|ordinal| Some((ordinal, self.items.get(ordinal as usize)?)))
                .filter(|(_, item)| item.kind == kind)
                .collect();
            if own.is_empty() {
                continue;
            }
            for (sort, places) in Sort::KEPT.into_iter().zip(&mut self.places) {
                let published = own.iter().filter(|(_, item)| item.standing == Standing::Published);
                let mut new: Vec<_> = published.map(|(ordinal, item)| (SortKey::of(sort, item), *ordinal)).collect();
                new.sort_unstable();
                let key_of = |ordinal: u32| self.items.get(ordinal as usize).map(|item| SortKey::of(sort, item));
                let order = self.orders.entry((kind, sort)).or_default();
                *order = order.with(moved, &new, key_of);
                order.note_places(Arc::make_mut(places));
            }
        }
    }

    /// Every entry by its last change number.
    pub(super) const fn changes(&self) -> &OrdMap<i64, u32> {
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

    fn put_old_slug(&mut self, slug: SlugRow) {
        let ordinal = Uuid::try_parse(&slug.uid).ok().and_then(|uid| self.ordinals.get(&uid).copied());
        if let Some(ordinal) = ordinal {
            let id: Arc<str> = slug.id.into();
            if self.item(ordinal).is_some_and(|item| item.uid == identity::uid(slug.kind, &id)) {
                self.first_slugs.insert(ordinal, Arc::clone(&id));
            }
            self.put_slug(slug.kind, id, ordinal);
        }
    }

    fn put_slug(&mut self, kind: Kind, id: Arc<str>, ordinal: u32) {
        if let Some(slugs) = self.slugs.get_mut(kind as usize) {
            slugs.insert(id, ordinal);
        }
    }
}

/// Whether some chosen entries are put in order themselves, rather than found on a walk along the order of all: the
/// walk costs what lies between those wanted.
pub(super) const fn is_sorted_rather(chosen: u64, wanted: usize, all: usize) -> bool {
    chosen.saturating_mul(chosen) < (wanted as u64).saturating_mul(all as u64)
}

/// Lays a hash over another: exclusive or, bit by bit, in which order never matters.
pub(super) fn lay_over(digest: &mut Digest, other: &Digest) {
    digest.iter_mut().zip(other).for_each(|(byte, other)| *byte ^= other);
}

/// What rows are rendered to, in their order.
type Rendered = Result<(Item, Option<Gate>), CatalogueError>;

/// Renders rows; many of them on all cores, since that is most of what a start takes.
fn render(mut rows: Vec<EntryRow>, vocabularies: &Vocabularies, reach: &Reach) -> Vec<Rendered> {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    if rows.len() < MANY {
        return rows.into_iter().map(|row| Item::render(row, vocabularies, reach)).collect();
    }
    let share = rows.len().div_ceil(cores);
    let mut shares = Vec::with_capacity(cores);
    while !rows.is_empty() {
        let rest = rows.split_off(share.min(rows.len()));
        shares.push(std::mem::replace(&mut rows, rest));
    }
    let render = |share: Vec<EntryRow>| share.into_iter().map(|row| Item::render(row, vocabularies, reach)).collect();
    std::thread::scope(|scope| {
        let threads: Vec<_> = shares.into_iter().map(|share| scope.spawn(move || render(share))).collect();
        let done = |thread: std::thread::ScopedJoinHandle<'_, Vec<Rendered>>| match thread.join() {
            Ok(rendered) => rendered,
            Err(panicked) => std::panic::resume_unwind(panicked),
        };
        threads.into_iter().flat_map(done).collect()
    })
}

/// Reads a term's body.
fn parse_term(row: &TermRow) -> Result<crate::model::Term, CatalogueError> {
    let damaged = || CatalogueError::DamagedTerm { scheme: row.scheme.clone(), code: row.code.clone() };
    let value = serde_json::from_str(&row.body).map_err(|_| damaged())?;
    read::term(value).map_err(|_| damaged())
}

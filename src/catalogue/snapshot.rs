//! The directory as a value at one change number.

use std::sync::{Arc, LazyLock};

use imbl::{HashMap, OrdMap, Vector};
use roaring::RoaringBitmap;
use thiserror::Error;
use uuid::Uuid;

use super::eligibility::{Gate, Gates};
use super::facet::{Field, Reach, Source};
use super::item::{Digest, Item, Standing};
use super::page::{Cursor, Page, PageQuery, SearchPage, SearchQuery, Sort, SortKey};
use super::search::{Hits, Likeness, Search, Snippet, Text, document, snippet};
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

/// A set of entries that the snapshot keeps ready.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Set {
    /// Everything of a kind that is published.
    Published(Kind),
    /// Published programmes that are variants.
    Variants,
    /// Published variants of the programme with this slug.
    VariantsOf(Arc<str>),
    /// What a query for this term of this field reaches.
    Term(Field, Arc<str>),
    /// What states anything of this field.
    Stated(Field),
    /// Everything of a kind that was ever otherwise than it is now, retired entries and drafts among them.
    Revised(Kind),
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
    reach: Arc<Reach>,
    /// Entries by ordinal; an ordinal is given once and keeps its place.
    items: Vector<Arc<Item>>,
    ordinals: HashMap<Uuid, u32>,
    slugs: HashMap<(Kind, Arc<str>), u32>,
    /// The slugs that renamed entries had first, by ordinal.
    first_slugs: HashMap<u32, Arc<str>>,
    sets: HashMap<Set, Arc<RoaringBitmap>>,
    orders: HashMap<(Kind, Sort), OrdMap<SortKey, u32>>,
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
            slugs: HashMap::new(),
            first_slugs: HashMap::new(),
            sets: HashMap::new(),
            orders: HashMap::new(),
            gates: Gates::default(),
            parents: Vector::new(),
            changes: OrdMap::new(),
            chain: Vector::new(),
            digests: HashMap::new(),
            search: Search::new()?,
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
        let mut moved = RoaringBitmap::new();
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
        for rendered in render(loaded.entries, &self.vocabularies) {
            match rendered {
                Ok((item, gate)) => {
                    self.put(item, gate.as_ref(), &mut moved);
                }
                Err(error) => damaged.push(error),
            }
        }
        for slug in loaded.old_slugs {
            self.put_old_slug(slug);
        }
        self.chain.extend(loaded.chain);
        match self.search_with(&moved) {
            Ok(search) => self.search = search,
            Err(error) => damaged.push(error.into()),
        }
        (self, damaged)
    }

    /// The index with some entries as they are now.
    fn search_with(&self, moved: &RoaringBitmap) -> Result<Search, tantivy::TantivyError> {
        if moved.is_empty() {
            return Ok(self.search.clone());
        }
        let ordinals: Vec<u32> = moved.iter().collect();
        self.search.with(&ordinals, |fields, ordinal| {
            let item = self.item(ordinal).filter(|item| item.standing == Standing::Published)?;
            Some(document(fields, ordinal, item, self))
        })
    }

    /// What a text finds among the published entries of some kinds.
    ///
    /// # Errors
    /// Where the index cannot be read.
    pub fn find(&self, text: &Text, kinds: &[Kind]) -> Result<Hits, CatalogueError> {
        let published = kinds.iter().fold(RoaringBitmap::new(), |all, kind| all | self.set(&Set::Published(*kind)));
        Ok(self.search.find(text, published)?)
    }

    /// One page of what was looked for among the published entries of several kinds.
    #[must_use]
    pub fn search_page(&self, query: &SearchQuery) -> SearchPage {
        let mut page = SearchPage { items: Vec::new(), total: 0, counts: Vec::new(), next: None };
        let mut places = Vec::new();
        for kind in Kind::ALL {
            let chosen = self.choose(*kind, &query.filter, None);
            page.counts.push((*kind, chosen.len()));
            if query.kinds.contains(kind) {
                page.total += chosen.len();
                places.extend(chosen.iter().filter_map(|ordinal| {
                    let item = self.item(ordinal)?;
                    let rank = query.filter.text.as_ref().map_or(0, |hits| hits.rank(ordinal, &item.title));
                    Some((SortKey::ranked_among_kinds(rank, item), item))
                }));
            }
        }
        places.retain(|(key, _)| query.after.as_ref().is_none_or(|after| *key > after.key));
        places.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        page.items = places.iter().take(query.limit).map(|(_, item)| Arc::clone(item)).collect();
        if places.len() > query.limit {
            let last = query.limit.checked_sub(1).and_then(|last| places.get(last));
            page.next = last.map(|(key, _)| Cursor::after(query, key.clone()));
        }
        page
    }

    /// The published entries of a kind.
    pub(super) fn published(&self, kind: Kind) -> &RoaringBitmap {
        self.set(&Set::Published(kind))
    }

    /// Where texts are looked for.
    pub(super) const fn search(&self) -> &Search {
        &self.search
    }

    /// How an entry answers what was looked for, and where it has it.
    #[must_use]
    pub fn tell(&self, hits: &Hits, item: &Item) -> Option<(Likeness, Option<Snippet>)> {
        let ordinal = self.ordinals.get(&item.uid)?;
        Some((hits.likeness(*ordinal)?, snippet(&hits.text, item)))
    }

    /// The title of an entry.
    pub(super) fn title(&self, kind: Kind, id: &str) -> Option<Arc<str>> {
        self.item(self.ordinal(kind, id)?).map(|item| Arc::clone(&item.title))
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

    /// The slugs of published entries of a kind around a text: in a large directory only those that
    /// begin alike, so that a wrong address costs no walk over everything.
    #[must_use]
    pub fn ids_around(&self, kind: Kind, text: &str) -> Vec<Arc<str>> {
        let Some(order) = self.orders.get(&(kind, Sort::Id)) else { return Vec::new() };
        if order.len() <= MANY {
            return order.keys().map(|key| Arc::clone(&key.id)).collect();
        }
        let prefix: String = text.chars().take(3).collect();
        let from = SortKey::first_with_id(&prefix);
        order
            .range(from..)
            .map(|(key, _)| Arc::clone(&key.id))
            .take_while(|id| id.starts_with(&prefix))
            .take(MANY)
            .collect()
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

    /// The slugs and titles of the published entries of a kind, by title.
    pub(super) fn titles(&self, kind: Kind) -> Vec<(Arc<str>, Arc<str>)> {
        self.order(kind, Sort::Title)
            .filter_map(|ordinal| self.item(ordinal))
            .map(|item| (Arc::clone(&item.id), item.title.clone()))
            .collect()
    }

    /// One page of the published entries of a kind that pass a filter.
    #[must_use]
    pub fn page(&self, query: &PageQuery) -> Page {
        let chosen = self.choose(query.kind, &query.filter, None);
        let total = chosen.len();
        let mut page = Page { items: Vec::with_capacity(query.limit), total, next: None };
        let mut last = None;
        let mut places = self.places(query, &chosen);
        for (key, ordinal) in places.by_ref().take(query.limit) {
            page.items.extend(self.item(ordinal).cloned());
            last = Some(key);
        }
        if places.next().is_some() {
            page.next = last.map(|key| Cursor::after(query, key));
        }
        page
    }

    /// The chosen entries after the cursor, in order.
    pub(super) fn places<'a>(
        &'a self,
        query: &PageQuery,
        chosen: &'a RoaringBitmap,
    ) -> Box<dyn Iterator<Item = (SortKey, u32)> + 'a> {
        use std::ops::Bound::{Excluded, Unbounded};
        let Some(order) = self.orders.get(&(query.kind, query.sort.kept())) else {
            return Box::new(std::iter::empty());
        };
        let after = query.after.as_ref().map(|cursor| cursor.key.clone());
        let descending = query.sort.is_descending();
        // One more than a page shows tells whether there is another.
        let wanted = query.limit + 1;
        let sort = query.sort;
        if sort == Sort::Relevance || is_sorted_rather(chosen.len(), wanted, order.len()) {
            let hits = query.filter.text.as_deref().filter(|_| sort == Sort::Relevance);
            let key = |ordinal| {
                let item = self.item(ordinal)?;
                let key = hits.map_or_else(
                    || SortKey::of(sort, item),
                    |hits| SortKey::ranked(hits.rank(ordinal, &item.title), item),
                );
                Some((key, ordinal))
            };
            let mut places: Vec<(SortKey, u32)> = chosen.iter().filter_map(key).collect();
            places.retain(|(key, _)| {
                after.as_ref().is_none_or(|after| if descending { key < after } else { key > after })
            });
            let order = |a: &(SortKey, u32), b: &(SortKey, u32)| if descending { b.cmp(a) } else { a.cmp(b) };
            if places.len() > wanted {
                places.select_nth_unstable_by(wanted, order);
                places.truncate(wanted);
            }
            places.sort_unstable_by(order);
            return Box::new(places.into_iter());
        }
        let walk = |(key, ordinal): (&SortKey, &u32)| (key.clone(), *ordinal);
        let walk: Box<dyn Iterator<Item = (SortKey, u32)>> = match (descending, after) {
            (false, None) => Box::new(order.iter().map(walk)),
            (false, Some(key)) => Box::new(order.range((Excluded(key), Unbounded)).map(walk)),
            (true, None) => Box::new(order.iter().rev().map(walk)),
            (true, Some(key)) => Box::new(order.range((Unbounded, Excluded(key))).rev().map(walk)),
        };
        Box::new(walk.filter(|(_, ordinal)| chosen.contains(*ordinal)))
    }

    /// The ordinals of the published entries of a kind, in an ascending order.
    pub(super) fn order(&self, kind: Kind, sort: Sort) -> impl Iterator<Item = u32> {
        self.orders.get(&(kind, sort)).into_iter().flat_map(OrdMap::values).copied()
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
        self.slugs.get(&(kind, id.into())).copied()
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
    pub(super) fn variants_of(&self, id: &Arc<str>) -> impl Iterator<Item = (u32, &Arc<Item>)> {
        let variants = self.set(&Set::VariantsOf(Arc::clone(id))).iter();
        variants.filter_map(|ordinal| Some((ordinal, self.item(ordinal)?)))
    }

    /// A set; an empty one where nothing belongs to it.
    pub(super) fn set(&self, set: &Set) -> &RoaringBitmap {
        static EMPTY: LazyLock<RoaringBitmap> = LazyLock::new(RoaringBitmap::new);
        self.sets.get(set).map_or(&EMPTY, |set| set)
    }

    /// Puts an item in the place of the version before it; notes what is found otherwise than before.
    fn put(&mut self, item: Item, gate: Option<&Gate>, moved: &mut RoaringBitmap) {
        let item = Arc::new(item);
        let ordinal = if let Some(ordinal) = self.ordinals.get(&item.uid).copied() {
            if let Some(old) = self.item(ordinal).cloned() {
                self.index(&old, ordinal, false);
                self.changes.remove(&old.change_number);
                if old.title != item.title {
                    // What names it is found by its title too.
                    for field in
                        Field::ALL.into_iter().filter(|field| field.source(item.kind) == Source::Entries(item.kind))
                    {
                        *moved |= self.set(&Set::Term(field, Arc::clone(&item.id)));
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
        self.slugs.insert((item.kind, Arc::clone(&item.id)), ordinal);
        self.changes.insert(item.change_number, ordinal);
        if item.is_revised {
            self.mark(Set::Revised(item.kind), ordinal, true);
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
            let variants = self.set(&Set::VariantsOf(Arc::clone(&item.id))).iter();
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
        self.mark(Set::Published(item.kind), ordinal, add);
        // Laid over it a second time, a hash is gone again.
        lay_over(self.digests.entry(item.kind).or_default(), &item.digest);
        if item.is_variant {
            self.mark(Set::Variants, ordinal, add);
        }
        if let Some(parent) = &item.variant_of {
            self.mark(Set::VariantsOf(Arc::clone(parent)), ordinal, add);
        }
        let reach = Arc::clone(&self.reach);
        for stated in &item.stated {
            self.mark(Set::Stated(stated.field), ordinal, add);
            for query in reach.of(stated) {
                self.mark(Set::Term(stated.field, Arc::clone(query)), ordinal, add);
            }
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
            self.slugs.insert((slug.kind, id), ordinal);
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
fn render(mut rows: Vec<EntryRow>, vocabularies: &Vocabularies) -> Vec<Rendered> {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    if rows.len() < MANY {
        return rows.into_iter().map(|row| Item::render(row, vocabularies)).collect();
    }
    let share = rows.len().div_ceil(cores);
    let mut shares = Vec::with_capacity(cores);
    while !rows.is_empty() {
        let rest = rows.split_off(share.min(rows.len()));
        shares.push(std::mem::replace(&mut rows, rest));
    }
    let render = |share: Vec<EntryRow>| share.into_iter().map(|row| Item::render(row, vocabularies)).collect();
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

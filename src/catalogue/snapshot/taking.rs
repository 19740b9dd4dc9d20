//! What was loaded, taken into a snapshot: rendered, put into the sets and orders it belongs to, and indexed.

use std::sync::Arc;
use std::thread::ScopedJoinHandle;
use std::time::Instant;

use tantivy::TantivyError;
use uuid::Uuid;

use super::{CatalogueError, MANY, Orders, Snapshot, lay_over};
use crate::catalogue::bits::Bits;
use crate::catalogue::block::side_by_side;
use crate::catalogue::eligibility::Gate;
use crate::catalogue::facet::{Field, Reach, Source};
use crate::catalogue::item::{Item, Standing};
use crate::catalogue::order::Places;
use crate::catalogue::page::{Sort, SortKey};
use crate::catalogue::search::{Search, document};
use crate::catalogue::sets::Set;
use crate::model::codes::Kind;
use crate::model::{Vocabularies, identity, read};
use crate::store::{EntryRow, Loaded, SlugRow, TermRow};

impl Snapshot {
    pub(super) fn take_and_tell(self, loaded: Loaded) -> Self {
        let (next, damaged) = self.take([loaded], std::thread::yield_now);
        for error in damaged {
            tracing::error!("{error}; it is shown as it was before, or not at all");
        }
        next
    }

    /// Takes in what was loaded, part by part, and lets others in between; tells what of it cannot be read.
    pub(super) fn take(mut self, parts: impl IntoIterator<Item = Loaded>, pause: Pause) -> (Self, Vec<CatalogueError>) {
        let begun = Instant::now();
        let is_first = self.items.len() == 0;
        (self.answers, self.counted) = (Arc::default(), Arc::default());
        let (mut rendered, mut old_slugs, mut damaged) = (Vec::new(), Vec::new(), Vec::new());
        let mut is_whole = false;
        for part in parts {
            is_whole = part.is_last;
            old_slugs.extend(self.take_part(part, is_first, pause, &mut rendered, &mut damaged));
        }
        if !is_whole {
            // The database failed meanwhile: whoever reads it says so, and nobody wants what is here.
            damaged.push(CatalogueError::Broken);
            return (self, damaged);
        }
        let entries = rendered.len();
        // What is new is given its ordinals by title: what comes first in the order that most lists have is found by them.
        rendered.sort_unstable_by(|(a, _), (b, _)| by_title(a).cmp(&by_title(b)));
        let mut moved = std::mem::take(&mut self.unsearched);
        let mut changed = Vec::with_capacity(entries);
        for (item, gate) in rendered {
            pause();
            let ordinal = self.put(&item, gate.as_ref(), &mut moved);
            // To sort by the number that stands in each would be to wait for each again.
            changed.push((item.change_number, ordinal, item));
        }
        changed.sort_unstable_by_key(|(number, ..)| *number);
        let mut last: Option<Arc<Item>> = None;
        for (number, ordinal, item) in changed {
            let beside = last.and_then(|last| last.updated().beside(item.updated()));
            last = Some(Arc::clone(&item));
            self.changes.push(number, ordinal, item, beside);
        }
        for slug in old_slugs {
            self.put_old_slug(slug);
        }
        let put_after = begun.elapsed();
        let ((orders, places), searched) = if entries < MANY {
            (self.reordered(&moved, pause), self.search_with(&moved, pause))
        } else {
            std::thread::scope(|scope| {
                let ordering = scope.spawn(|| self.reordered(&moved, pause));
                let searched = self.search_with(&moved, pause);
                (joined(ordering), searched)
            })
        };
        (self.orders, self.places) = (orders, places);
        match searched {
            Ok(search) => self.search = search,
            Err(error) => {
                damaged.push(error.into());
                self.unsearched = moved;
            }
        }
        tracing::debug!(entries, ?put_after, indexed_after = ?begun.elapsed(), "taken in");
        (self, damaged)
    }

    /// Takes a part of what was loaded in, but for its entries: those are rendered, and their old slugs told.
    fn take_part(
        &mut self,
        part: Loaded,
        is_first: bool,
        pause: Pause,
        entries: &mut Vec<(Arc<Item>, Option<Gate>)>,
        damaged: &mut Vec<CatalogueError>,
    ) -> Vec<SlugRow> {
        self.head = part.head;
        if !part.terms.is_empty() {
            let mut vocabularies = (*self.vocabularies).clone();
            for row in part.terms {
                match parse_term(&row) {
                    Ok(term) => vocabularies.insert(term),
                    Err(error) => damaged.push(error),
                }
            }
            self.reach = Arc::new(Reach::new(&vocabularies));
            self.vocabularies = Arc::new(vocabularies);
        }
        let render = |rows| render(rows, is_first, pause, &self.vocabularies, &self.reach);
        for rendered in on_all_cores(part.entries, render) {
            match rendered {
                // Made one after the other, they stand beside each other in memory as the feed tells them.
                Ok((item, gate)) => entries.push((Arc::new(item), gate)),
                Err(error) => damaged.push(error),
            }
        }
        self.chain.extend(part.chain);
        part.old_slugs
    }

    /// The index with some entries as they are now.
    fn search_with(&self, moved: &Bits, pause: Pause) -> Result<Search, TantivyError> {
        if moved.is_empty() {
            return Ok(self.search.clone());
        }
        let ordinals: Vec<u32> = moved.iter().collect();
        self.search.with(&ordinals, |fields, ordinal| {
            pause();
            let item = self.item(ordinal).filter(|item| item.standing == Standing::Published)?;
            Some(document(fields, ordinal, item, self))
        })
    }

    /// Puts an item in the place of the version before it; notes what is found otherwise than before. Told is its ordinal.
    fn put(&mut self, item: &Arc<Item>, gate: Option<&Gate>, moved: &mut Bits) -> u32 {
        let ordinal = if let Some(ordinal) = self.ordinals.get(&item.uid).copied() {
            if let Some(old) = self.item(ordinal).cloned() {
                self.index(&old, ordinal, false);
                self.changes.remove(old.change_number);
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
                *place = Arc::clone(item);
            }
            ordinal
        } else {
            let ordinal = u32::try_from(self.items.len()).unwrap_or(u32::MAX);
            self.items.push(Arc::clone(item));
            self.ordinals.insert(item.uid, ordinal);
            ordinal
        };
        moved.insert(ordinal);
        self.put_slug(item.kind, Arc::clone(&item.id), ordinal);
        if item.is_revised {
            self.sets.mark(Set::Revised(item.kind), ordinal, true);
        }
        self.index(item, ordinal, true);
        self.put_parents(item, ordinal);
        self.gates.set(ordinal, gate.filter(|_| item.standing == Standing::Published));
        ordinal
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
        for stated in item.stated().all() {
            self.sets.mark(Set::Stated(stated.field), ordinal, add);
            for query in reach.of(stated) {
                self.sets.mark(Set::Term(stated.field, query), ordinal, add);
            }
        }
    }

    /// The orders, and the places in them, with the entries that were put in or taken out where they are now: all at
    /// once, since one costs about as much as a thousand.
    fn reordered(&self, moved: &Bits, pause: Pause) -> (Orders, [Places; Sort::KEPT.len()]) {
        let (mut orders, mut all_places) = (self.orders.clone(), self.places.clone());
        for kind in Kind::ALL.iter().copied() {
            let own: Vec<(u32, &Arc<Item>)> = moved
                .iter()
                .filter_map(|ordinal| Some((ordinal, self.items.get(ordinal as usize)?)))
                .filter(|(_, item)| item.kind == kind)
                .collect();
            if own.is_empty() {
                continue;
            }
            for (sort, places) in Sort::KEPT.into_iter().zip(&mut all_places) {
                pause();
                let published = own.iter().filter(|(_, item)| item.standing == Standing::Published);
                let mut new: Vec<_> = published.map(|(ordinal, item)| (SortKey::of(sort, item), *ordinal)).collect();
                new.sort_unstable();
                let key_of = |ordinal: u32| self.items.get(ordinal as usize).map(|item| SortKey::of(sort, item));
                let order = orders.entry((kind, sort)).or_default();
                *order = order.with(moved, &new, key_of);
                order.note_places(Arc::make_mut(places));
            }
        }
        (orders, all_places)
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

/// What rows are rendered to, in their order.
type Rendered = Result<(Item, Option<Gate>), CatalogueError>;

/// By what entries are given their ordinals.
fn by_title(item: &Item) -> (Kind, &str, &str) {
    (item.kind, &item.title_key, &item.id)
}

/// Renders rows.
fn render(
    rows: Vec<EntryRow>,
    is_first: bool,
    pause: Pause,
    vocabularies: &Vocabularies,
    reach: &Reach,
) -> Vec<Rendered> {
    let rows = rows.into_iter().inspect(|_| pause());
    let rendered = rows.map(|row| Item::render(row, vocabularies, reach));
    if !is_first {
        return rendered.collect();
    }
    // A block stays for as long as anything in it does: so what a snapshot begins with is all that may stay for longer than
    // it is wanted, whatever changes later.
    side_by_side(rendered, |rendered| rendered.as_mut().ok().map(|(item, _)| item.updated_mut()))
}

/// Has rows rendered: many of them on all cores, since that is most of what a start takes.
fn on_all_cores(mut rows: Vec<EntryRow>, render: impl Fn(Vec<EntryRow>) -> Vec<Rendered> + Sync) -> Vec<Rendered> {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    if rows.len() < MANY {
        return render(rows);
    }
    let share = rows.len().div_ceil(cores);
    let mut shares = Vec::with_capacity(cores);
    while !rows.is_empty() {
        let rest = rows.split_off(share.min(rows.len()));
        shares.push(std::mem::replace(&mut rows, rest));
    }
    std::thread::scope(|scope| {
        let threads: Vec<_> = shares.into_iter().map(|share| scope.spawn(|| render(share))).collect();
        threads.into_iter().flat_map(joined).collect()
    })
}

/// What is done before each entry. A thread of a lower priority keeps its core from one that wakes for up to a tick of the
/// kernel's clock, some milliseconds, unless it lets others in before.
pub(super) type Pause = fn();

/// What is done where nobody is to be let in: while a process starts, nobody waits to be served.
pub(super) const fn go_on() {}

/// What a thread came to.
fn joined<T>(thread: ScopedJoinHandle<'_, T>) -> T {
    match thread.join() {
        Ok(done) => done,
        Err(panicked) => std::panic::resume_unwind(panicked),
    }
}

/// Reads a term's body.
fn parse_term(row: &TermRow) -> Result<crate::model::Term, CatalogueError> {
    let damaged = || CatalogueError::DamagedTerm { scheme: row.scheme.clone(), code: row.code.clone() };
    let value = serde_json::from_str(&row.body).map_err(|_| damaged())?;
    read::term(value).map_err(|_| damaged())
}

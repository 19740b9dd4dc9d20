//! What was loaded and rendered, taken into a snapshot: put into the sets and orders it belongs to, and indexed.

use std::sync::Arc;
use std::time::Instant;

use smallvec::SmallVec;
use tantivy::TantivyError;

use super::rendering::{Loading, Rendering};
use super::{CatalogueError, Entries, Snapshot, lay_over};
use crate::catalogue::bits::Bits;
use crate::catalogue::cores::{MANY, both};
use crate::catalogue::eligibility::Gate;
use crate::catalogue::facet::{Field, Source};
use crate::catalogue::item::{Item, Standing};
use crate::catalogue::page::{Sort, SortKey};
use crate::catalogue::search::{Search, document};
use crate::catalogue::sets::Set;
use crate::model::Vocabularies;
use crate::model::codes::Kind;
use crate::store::Loaded;

impl Snapshot {
    pub(super) fn take_and_tell(self, loaded: Loaded) -> Self {
        let (next, damaged) = self.take([loaded], std::thread::yield_now);
        for error in damaged {
            tracing::error!("{error}; it is shown as it was before, or not at all");
        }
        next
    }

    /// Takes in what was loaded, part by part, and lets others in between; tells what of it cannot be read.
    pub(super) fn take(
        mut self,
        parts: impl IntoIterator<Item = Loaded, IntoIter: Send>,
        pause: Pause,
    ) -> (Self, Vec<CatalogueError>) {
        let begun = Instant::now();
        (self.answers, self.counted, self.written) = Default::default();
        let Rendering { is_whole, entries: rendered, old_slugs, mut damaged } =
            Loading::new(&mut self, parts.into_iter()).rendered(pause);
        if !is_whole {
            // The database failed meanwhile: whoever reads it says so, and nobody wants what is here.
            damaged.push(CatalogueError::Broken);
            return (self, damaged);
        }
        let count = rendered.len();
        let mut moved = std::mem::take(&mut self.unsearched);
        let mut placed = Vec::with_capacity(count);
        let mut gates = Vec::with_capacity(count);
        // What is new is given its ordinals by title: what comes first in the order that most lists have is found by them.
        for (item, gate) in rendered {
            pause();
            gates.push(gate.filter(|_| item.standing == Standing::Published));
            placed.push(self.place(item, &mut moved));
        }
        for slug in old_slugs {
            self.entries.put_old_slug(slug);
        }
        let placed_after = begun.elapsed();
        // To put them into the index takes longer than all else that is made of them, so that it waits for no more than what
        // they are found and told by.
        let (search, entries, vocabularies) =
            (self.search.clone(), self.entries.clone(), Arc::clone(&self.vocabularies));
        let put = || self.put(&placed, gates, &moved, pause);
        let index = || indexed(&search, &moved, &entries, &vocabularies, pause);
        let ((), searched) = both(count >= MANY, put, index);
        match searched {
            Ok(search) => self.search = search,
            Err(error) => {
                damaged.push(error.into());
                self.unsearched = moved;
            }
        }
        tracing::debug!(entries = count, ?placed_after, indexed_after = ?begun.elapsed(), "taken in");
        (self, damaged)
    }

    /// Puts an item in the place of the version before it; notes what is found otherwise than before.
    fn place(&mut self, item: Arc<Item>, moved: &mut Bits) -> Placed {
        let before = self.entries.ordinal(&item.uid).and_then(|ordinal| self.item(ordinal)).cloned();
        if let Some(before) = before.as_deref()
            && (before.title != item.title || before.standing != item.standing)
        {
            // What names it is found by its title too.
            for field in Field::ALL.into_iter().filter(|field| field.source(item.kind) == Source::Entries(item.kind)) {
                self.set(Set::Term(field, &item.id)).add_to(moved);
            }
        }
        let ordinal = self.entries.put(&item);
        moved.insert(ordinal);
        Placed { ordinal, item, before }
    }

    /// Puts what was placed into all that is kept of it, but for the index.
    fn put(&mut self, placed: &[Placed], new_gates: Vec<Option<Gate>>, moved: &Bits, pause: Pause) {
        for (Placed { ordinal, item, before }, gate) in placed.iter().zip(new_gates) {
            pause();
            for (item, is_in) in before.iter().map(|before| (before, false)).chain([(item, true)]) {
                self.sets.put(&self.reach, item, *ordinal, is_in);
                if item.standing == Standing::Published {
                    // Laid over it a second time, a hash is gone again.
                    lay_over(self.digests.entry(item.kind).or_default(), &item.digest);
                }
            }
            self.gates.set(*ordinal, gate.as_ref());
        }
        self.put_changes(placed);
        // Whose variant each is, is told by where all of them are now, and by what each was called.
        for Placed { ordinal, item, .. } in placed {
            pause();
            self.put_parents(item, *ordinal);
        }
        self.reorder(moved, pause);
    }

    /// Puts what was placed in its place by change number.
    fn put_changes(&mut self, placed: &[Placed]) {
        for before in placed.iter().filter_map(|placed| placed.before.as_ref()) {
            self.changes.remove(before.change_number);
        }
        // To sort by the number that stands in each would be to wait for each again.
        let mut changed: Vec<_> = placed.iter().map(|placed| (placed.item.change_number, placed)).collect();
        changed.sort_unstable_by_key(|(number, _)| *number);
        let mut last: Option<&Item> = None;
        for (number, Placed { ordinal, item, .. }) in changed {
            let beside = last.and_then(|last| last.updated().beside(item.updated()));
            last = Some(item);
            self.changes.push(number, *ordinal, Arc::clone(item), beside);
        }
    }

    /// Notes whose variant an item is, and which variants are its own.
    fn put_parents(&mut self, item: &Item, ordinal: u32) {
        let parent = item.variant_of.as_ref().and_then(|parent| self.with_slug(Kind::Programme, parent));
        let mut families = SmallVec::<[(u32, u32); 4]>::from_iter([(ordinal, parent.unwrap_or(ordinal))]);
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

    /// Puts the entries that were put in or taken out where they are now in the orders, and notes the places in them: all at
    /// once, since one costs about as much as a thousand.
    fn reorder(&mut self, moved: &Bits, pause: Pause) {
        let Self { entries, orders, places: all_places, .. } = self;
        for kind in Kind::ALL.iter().copied() {
            let own: Vec<(u32, &Arc<Item>)> = moved
                .iter()
                .filter_map(|ordinal| Some((ordinal, entries.item(ordinal)?)))
                .filter(|(_, item)| item.kind == kind)
                .collect();
            if own.is_empty() {
                continue;
            }
            for (sort, places) in Sort::KEPT.into_iter().zip(&mut *all_places) {
                pause();
                let published = own.iter().filter(|(_, item)| item.standing == Standing::Published);
                let mut new: Vec<_> = published.map(|(ordinal, item)| (SortKey::of(sort, item), *ordinal)).collect();
                new.sort_unstable();
                let key_of = |ordinal: u32| entries.key(sort, ordinal);
                let order = orders.entry((kind, sort)).or_default();
                *order = order.with(moved, &new, key_of);
                order.note_places(Arc::make_mut(places));
            }
        }
    }
}

/// The index with some entries as they are now.
fn indexed(
    search: &Search,
    moved: &Bits,
    entries: &Entries,
    vocabularies: &Vocabularies,
    pause: Pause,
) -> Result<Search, TantivyError> {
    if moved.is_empty() {
        return Ok(search.clone());
    }
    let ordinals: Vec<u32> = moved.iter().collect();
    search.with(&ordinals, |fields, ordinal| {
        pause();
        let item = entries.item(ordinal).filter(|item| item.standing == Standing::Published)?;
        Some(document(fields, ordinal, item, entries, vocabularies))
    })
}

/// An item in its place.
struct Placed {
    ordinal: u32,
    item: Arc<Item>,
    /// The version that was there before.
    before: Option<Arc<Item>>,
}

/// What is done before each entry. A thread of a lower priority keeps its core from one that wakes for up to a tick of the
/// kernel's clock, some milliseconds, unless it lets others in before.
pub(super) type Pause = fn();

/// What is done where nobody is to be let in: while a process starts, nobody waits to be served.
pub(super) const fn go_on() {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{EntryRow, Head, State};

    #[test]
    fn what_cannot_be_read_is_told_as_it_came_whoever_came_to_it_first() {
        let row = |number: usize| EntryRow {
            uid: String::new(),
            kind: Kind::Programme,
            id: format!("damaged-{number}"),
            state: State::Current,
            body: "{}".to_owned(),
            version: 1,
            change_number: 1,
            created_at: String::new(),
            modified_at: String::new(),
        };
        let part = |number: usize| Loaded {
            head: Head::default(),
            terms: Vec::new(),
            entries: (number * 1_000..(number + 1) * 1_000).map(row).collect(),
            old_slugs: Vec::new(),
            chain: Vec::new(),
            is_last: number == 3,
        };
        let (snapshot, damaged) = Snapshot::empty().expect("an index").take((0..4).map(part), go_on);
        let told: Vec<String> = damaged.into_iter().map(|error| error.to_string()).collect();
        let begins = |(number, told): (usize, &String)| told.starts_with(&format!("the programme damaged-{number} "));
        assert_eq!((told.len(), snapshot.count(Kind::Programme)), (4_000, 0));
        assert!(told.iter().enumerate().all(begins), "{:?}", told.first());
    }
}

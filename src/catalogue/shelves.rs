//! A row of things found by their place, which clones share but for what was changed since.
//!
//! A tree would copy less where one thing is changed, and is walked wherever one is looked up: a list looks up forty, and
//! a change is rare.

use std::ops::Range;
use std::sync::Arc;

/// How many things stand on one shelf: about the square root of the entries of a large directory, so that neither the
/// shelves that are shared nor the things of the one that is copied are many.
const SHELF: usize = 256;

/// Things in a row. Cheap to clone: clones share all shelves.
#[derive(Debug, Clone)]
pub(super) struct Shelves<T>(Vec<Arc<Vec<T>>>);

impl<T> Default for Shelves<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Clone> Shelves<T> {
    /// How many things there are.
    pub(super) fn len(&self) -> usize {
        self.0.last().map_or(0, |last| (self.0.len() - 1) * SHELF + last.len())
    }

    /// What stands at a place.
    pub(super) fn get(&self, place: usize) -> Option<&T> {
        self.0.get(place / SHELF)?.get(place % SHELF)
    }

    /// All from a place on, in order.
    pub(super) fn from(&self, place: usize) -> impl Iterator<Item = &T> {
        let (first, others) = self.0.get(place / SHELF..).and_then(<[_]>::split_first).unzip();
        let first = first.and_then(|shelf| shelf.get(place % SHELF..)).unwrap_or_default();
        first.iter().chain(others.unwrap_or_default().iter().flat_map(|shelf| shelf.iter()))
    }

    /// The shelves on which what stands at some places is, and the place where the first of them begins.
    pub(super) fn part(&self, places: Range<usize>) -> (Self, usize) {
        let (first, end) = (places.start / SHELF, places.end.div_ceil(SHELF));
        (Self(self.0.get(first..end).unwrap_or_default().to_vec()), first * SHELF)
    }

    /// The first place where something does not hold, where it holds for all before it and for none after it.
    pub(super) fn partition_point(&self, holds: impl Fn(&T) -> bool) -> usize {
        let full = self.0.partition_point(|shelf| shelf.last().is_some_and(&holds));
        self.0.get(full).map_or(self.len(), |things| full * SHELF + things.partition_point(holds))
    }

    /// As [`Self::get`], to change it: its shelf is copied where clones share it.
    pub(super) fn get_mut(&mut self, place: usize) -> Option<&mut T> {
        Arc::make_mut(self.0.get_mut(place / SHELF)?).get_mut(place % SHELF)
    }

    /// Puts a thing after the last.
    pub(super) fn push(&mut self, thing: T) {
        if self.0.last().is_none_or(|last| last.len() == SHELF) {
            self.0.push(Arc::new(Vec::with_capacity(SHELF)));
        }
        if let Some(last) = self.0.last_mut() {
            Arc::make_mut(last).push(thing);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_stay_where_they_were_put_and_clones_keep_theirs() {
        let mut shelves = Shelves::default();
        let all = 2 * SHELF + 3;
        for place in 0..all {
            assert_eq!(shelves.len(), place);
            shelves.push(place);
        }
        let before = shelves.clone();
        for place in [0, SHELF - 1, SHELF, all - 1] {
            *shelves.get_mut(place).expect("a place") += 1_000_000;
        }
        shelves.push(all);
        assert_eq!((before.len(), shelves.len()), (all, all + 1));
        assert!((0..all).all(|place| before.get(place) == Some(&place)));
        let changed: Vec<usize> = (0..=all).filter(|place| shelves.get(*place) != Some(place)).collect();
        assert_eq!(changed, [0, SHELF - 1, SHELF, all - 1]);
        assert_eq!((before.get(all), shelves.get(all + 1)), (None, None));
        assert_eq!(shelves.get_mut(all + 1), None);
        assert_eq!(before.part(0..0).0.len(), 0);
        for place in [0, 1, SHELF - 1, SHELF, SHELF + 1, 2 * SHELF, all - 1, all, all + SHELF] {
            let expected = (0..all).skip(place);
            assert!(before.from(place).copied().eq(expected), "from {place}");
            assert_eq!(before.partition_point(|thing| *thing < place), place.min(all));
            let (part, from) = before.part(place.min(all - 1)..all);
            assert!(from <= place && part.from(0).copied().eq(from..all), "{from} of {place}");
        }
    }
}

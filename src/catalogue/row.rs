//! Entries in the row of their last changes: what the feed is read from, from any change on.
//!
//! An entry that changes again goes to the end, since change numbers only grow, and leaves a gap. A tree would have none; to
//! walk it is to go from place to place in memory.

use std::num::NonZeroU32;
use std::ops::Range;

use super::shelves::Shelves;

/// An entry at its last change.
#[derive(Debug, Clone)]
struct Change<T> {
    number: i64,
    ordinal: u32,
    /// How long its text is, where it stands beside that of the change before.
    beside: Option<NonZeroU32>,
    /// `None` where the entry changed again.
    item: Option<T>,
}

/// Entries, each with its ordinal, by their last change number. Cheap to clone, as shelves are.
#[derive(Debug, Clone)]
pub(super) struct Row<T> {
    changes: Shelves<Change<T>>,
    gaps: usize,
}

impl<T> Default for Row<T> {
    fn default() -> Self {
        Self { changes: Shelves::default(), gaps: 0 }
    }
}

impl<T: Clone> Row<T> {
    /// How many entries there are.
    pub(super) fn len(&self) -> usize {
        self.changes.len() - self.gaps
    }

    /// Adds an entry whose last change is later than all others, and how long its text is where it stands beside that of
    /// the change before.
    pub(super) fn push(&mut self, number: i64, ordinal: u32, item: T, beside: Option<NonZeroU32>) {
        self.changes.push(Change { number, ordinal, beside, item: Some(item) });
    }

    /// Where the entry with a change number stands, or stood.
    pub(super) fn place_of(&self, number: i64) -> Option<usize> {
        let at = self.changes.partition_point(|change| change.number < number);
        self.changes.get(at).is_some_and(|change| change.number == number).then_some(at)
    }

    /// What stands at some places.
    pub(super) fn hold(&self, places: Range<usize>) -> Held<T> {
        let (changes, begin) = self.changes.part(places);
        Held { changes, begin }
    }

    /// Takes out the entry with a change number.
    pub(super) fn remove(&mut self, number: i64) {
        let place = self.place_of(number).and_then(|place| self.changes.get_mut(place));
        let Some(change) = place else { return };
        self.gaps += usize::from(change.item.take().is_some());
        if self.gaps > self.len() {
            let (mut closed, mut is_after_gap) = (Shelves::default(), false);
            for change in self.changes.from(0) {
                if change.item.is_some() {
                    closed.push(Change { beside: change.beside.filter(|_| !is_after_gap), ..change.clone() });
                }
                is_after_gap = change.item.is_none();
            }
            *self = Self { changes: closed, gaps: 0 };
        }
    }

    /// The entries that changed after a number, in order: the place of each, its ordinal, and itself.
    pub(super) fn after(&self, number: i64) -> impl Iterator<Item = (usize, u32, &T)> {
        let from = self.changes.partition_point(|change| change.number <= number);
        let changes = (from..).zip(self.changes.from(from));
        changes.filter_map(|(place, change)| Some((place, change.ordinal, change.item.as_ref()?)))
    }
}

/// Some of a row, as it was. It holds the shelves that it stands on, and nothing else of the row.
#[derive(Debug, Clone)]
pub(super) struct Held<T> {
    changes: Shelves<Change<T>>,
    begin: usize,
}

impl<T: Clone> Held<T> {
    /// How many places it holds.
    pub(super) fn len(&self) -> usize {
        self.changes.len()
    }

    /// What stands at a place of the row.
    pub(super) fn get(&self, place: usize) -> Option<&T> {
        self.change(place)?.item.as_ref()
    }

    /// How long the text is of what stands at a place, where it stands beside that at the place before.
    pub(super) fn beside(&self, place: usize) -> Option<NonZeroU32> {
        self.change(place)?.beside
    }

    fn change(&self, place: usize) -> Option<&Change<T>> {
        self.changes.get(place.checked_sub(self.begin)?)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn each_entry_is_where_it_changed_last_however_often_it_did() {
        // Each stands beside the one before it, which it has for a length.
        let beside = |number: i64| NonZeroU32::new(u32::try_from(number - 2).expect("few"));
        let (mut row, mut expected, mut last) = (Row::default(), BTreeMap::new(), [0; 1_000]);
        for number in (1..6_000).map(|number| number * 2) {
            // All once, and then some of them over and over.
            let ordinal = if number <= 2_000 { number / 2 - 1 } else { number * 7 % 300 };
            let (at, ordinal) = (usize::try_from(ordinal).expect("few"), u32::try_from(ordinal).expect("few"));
            row.remove(last[at]);
            expected.remove(&last[at]);
            row.push(number, ordinal, number, beside(number));
            expected.insert(number, ordinal);
            last[at] = number;
            assert_eq!(row.len(), expected.len());
        }
        let before = row.clone();
        // There is none at these.
        for number in [-1, 0, 1, 12_001] {
            row.remove(number);
        }
        row.remove(last[5]);
        assert_eq!((row.len(), before.len()), (999, 1_000));
        for after in [-1, 0, 1, 2, 601, 602, 2_000, 11_000, 11_997, 11_998, 20_000] {
            let told = |row: &Row<i64>| {
                let told = |(place, ordinal, item): (usize, u32, &i64)| {
                    assert_eq!((row.place_of(*item), row.hold(place..place + 1).get(place)), (Some(place), Some(item)));
                    let before = place.checked_sub(1).and_then(|before| row.hold(before..place).get(before).copied());
                    let own = beside(*item).filter(|_| before == Some(*item - 2));
                    assert!(before.is_none() || row.hold(place..place + 1).beside(place) == own, "{before:?} {item}");
                    (*item, ordinal)
                };
                row.after(after).map(told).collect::<Vec<_>>()
            };
            let mut rest = expected.range(after + 1..).map(|(number, ordinal)| (*number, *ordinal)).collect::<Vec<_>>();
            assert_eq!(told(&before), rest, "after {after}");
            rest.retain(|(_, ordinal)| *ordinal != 5);
            assert_eq!(told(&row), rest, "after {after}");
        }
    }
}

//! An order of entries: their ordinals in a row, and the place of each in it.
//!
//! The row is walked from any place. Where few of many entries are chosen, those that come first are found by their
//! places alone, without a look at what is sorted by.

use std::sync::Arc;

use super::bits::Bits;
use super::page::SortKey;
use super::snapshot::is_sorted_rather;

/// The place of each entry in its order, by ordinal. One list serves the orders of all kinds: entries of different kinds
/// are never compared.
pub(super) type Places = Arc<Vec<u32>>;

/// An order of the entries of one kind.
#[derive(Debug, Clone, Default)]
pub(super) struct Order(Arc<[u32]>);

impl Order {
    /// How many entries it has.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The ordinals, in order.
    pub(super) fn ordinals(&self) -> impl Iterator<Item = u32> {
        self.0.iter().copied()
    }

    /// The ordinals from the first on whose key is at or after this one.
    pub(super) fn from(&self, key: &SortKey, key_of: impl Fn(u32) -> Option<SortKey>) -> impl Iterator<Item = u32> {
        let at = self.0.partition_point(|ordinal| key_of(*ordinal).is_some_and(|own| own < *key));
        self.0.iter().skip(at).copied()
    }

    /// The order without some entries, and with others, given in order. The keys of those that stay are what they were.
    pub(super) fn with(&self, without: &Bits, new: &[(SortKey, u32)], key_of: impl Fn(u32) -> Option<SortKey>) -> Self {
        let kept: Vec<u32> = self.ordinals().filter(|ordinal| !without.contains(*ordinal)).collect();
        let mut row = Vec::with_capacity(kept.len() + new.len());
        let mut rest = kept.as_slice();
        for (key, ordinal) in new {
            let before = rest.partition_point(|other| key_of(*other).is_some_and(|other| other < *key));
            let (first, later) = rest.split_at(before);
            row.extend_from_slice(first);
            row.push(*ordinal);
            rest = later;
        }
        row.extend_from_slice(rest);
        Self(row.into())
    }

    /// Notes the place of each entry.
    pub(super) fn note_places(&self, places: &mut Vec<u32>) {
        let highest = self.0.iter().max().map_or(0, |highest| *highest as usize + 1);
        if places.len() < highest {
            places.resize(highest, 0);
        }
        for (place, ordinal) in (0..).zip(self.0.iter()) {
            if let Some(known) = places.get_mut(*ordinal as usize) {
                *known = place;
            }
        }
    }

    /// The first of some chosen entries after a key, in order or against it.
    pub(super) fn first(
        &self,
        wanted: usize,
        (chosen, count): (&Bits, u64),
        places: &[u32],
        (after, is_descending): (Option<&SortKey>, bool),
        key_of: impl Fn(u32) -> Option<SortKey>,
    ) -> Vec<u32> {
        let (from, to) = match after {
            None => (0, self.len()),
            Some(after) if is_descending => {
                (0, self.0.partition_point(|ordinal| key_of(*ordinal).is_some_and(|key| key < *after)))
            }
            Some(after) => {
                (self.0.partition_point(|ordinal| key_of(*ordinal).is_some_and(|key| key <= *after)), self.len())
            }
        };
        // A walk passes over what is not chosen: as many as lie between those wanted.
        if is_sorted_rather(count, wanted, self.len()) {
            return self.pick(wanted, (chosen, count), places, (from, to), is_descending);
        }
        let row = self.0.get(from..to).unwrap_or_default().iter().copied();
        let is_chosen = |ordinal: &u32| chosen.contains(*ordinal);
        if is_descending {
            row.rev().filter(is_chosen).take(wanted).collect()
        } else {
            row.filter(is_chosen).take(wanted).collect()
        }
    }

    /// Finds the first among the chosen by their places.
    fn pick(
        &self,
        wanted: usize,
        (chosen, count): (&Bits, u64),
        places: &[u32],
        (from, to): (usize, usize),
        is_descending: bool,
    ) -> Vec<u32> {
        // Against the order, the highest comes first.
        let turn = |place: u32| if is_descending { u32::MAX - place } else { place };
        let mut found = Vec::with_capacity(usize::try_from(count).unwrap_or_default());
        chosen.each(|ordinal| found.extend(places.get(ordinal as usize).copied().map(turn)));
        if (from, to) != (0, self.len()) {
            found.retain(|place| (from..to).contains(&(turn(*place) as usize)));
        }
        if found.len() > wanted {
            found.select_nth_unstable(wanted);
            found.truncate(wanted);
        }
        found.sort_unstable();
        found.into_iter().filter_map(|place| self.0.get(turn(place) as usize).copied()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_and_many_are_found_in_order_and_against_it_after_any_key() {
        // 499 is a prime: each has a place of its own. Entries of two kinds take turns, and have their places in one list.
        let rows = [131, 77].map(|step| (0..499).map(move |place| place * step % 499));
        let rows: Vec<Vec<u32>> = (0..).zip(rows).map(|(kind, row)| row.map(|own| own * 2 + kind).collect()).collect();
        let orders: Vec<Order> = rows.iter().map(|row| Order(row.as_slice().into())).collect();
        let mut places = Vec::new();
        for order in &orders {
            order.note_places(&mut places);
        }
        let key =
            |ordinal: u32| places.get(ordinal as usize).map(|place| SortKey::first_with_id(&format!("{place:03}")));
        for ((kind, order), step) in (0..).zip(&orders).flat_map(|order| [1, 3, 40, 498].map(|step| (order, step))) {
            let chosen: Bits = (0..499).step_by(step).map(|own| own * 2 + kind).collect();
            let first = |wanted, after: Option<&SortKey>, is_descending| {
                order.first(wanted, (&chosen, chosen.len()), &places, (after, is_descending), key)
            };
            for is_descending in [false, true] {
                let mut all: Vec<u32> = order.ordinals().filter(|ordinal| chosen.contains(*ordinal)).collect();
                if is_descending {
                    all.reverse();
                }
                for wanted in [1, 5, 499] {
                    let mut after = None;
                    for page in all.chunks(wanted) {
                        let found = first(wanted, after.as_ref(), is_descending);
                        assert_eq!(found, page, "each {step}th, {wanted} after {after:?}");
                        after = page.last().and_then(|last| key(*last));
                    }
                    let rest = first(wanted, after.as_ref(), is_descending);
                    assert!(rest.is_empty(), "each {step}th: {rest:?}");
                }
            }
        }
    }
}

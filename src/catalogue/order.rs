//! An order of entries: their ordinals in a row, and the place of each in it.
//!
//! What comes to a directory at once is given its ordinals by title, so that most of the entries that come first by title
//! are found without a look at anything else. One that comes later has a later ordinal, and is a stray unless it stands at
//! the end. Among strays, and in orders of which few ascend, those that come first are found by their places, where few of
//! many entries are chosen; or on a walk along the row.

use std::borrow::Cow;
use std::sync::Arc;

use super::bits::Bits;
use super::page::SortKey;
use super::snapshot::is_sorted_rather;

/// The place of each entry in its order, by ordinal. One list serves the orders of all kinds: entries of different kinds
/// are never compared.
pub(super) type Places = Arc<Vec<u32>>;

/// How many in a row are not strays, for each that is: where they are more, the others are not told from them.
const SETTLED: usize = 8;

/// An order of the entries of one kind.
#[derive(Debug, Clone)]
pub(super) struct Order {
    /// The ordinals, in order.
    row: Arc<[u32]>,
    /// Those in the row without which it would ascend; `None` where they are many.
    strays: Option<Arc<Bits>>,
}

impl Default for Order {
    fn default() -> Self {
        Self { row: Arc::default(), strays: Some(Arc::default()) }
    }
}

impl Order {
    /// How many entries it has.
    pub(super) fn len(&self) -> usize {
        self.row.len()
    }

    /// The ordinals, in order.
    pub(super) fn ordinals(&self) -> impl Iterator<Item = u32> {
        self.row.iter().copied()
    }

    /// The ordinals from the first on whose key is at or after this one.
    pub(super) fn from<'k>(
        &self,
        key: &SortKey<'k>,
        key_of: impl Fn(u32) -> Option<SortKey<'k>>,
    ) -> impl Iterator<Item = u32> {
        let at = self.row.partition_point(|ordinal| key_of(*ordinal).is_some_and(|own| own < *key));
        self.row.iter().skip(at).copied()
    }

    /// The order without some entries, and with others, given in order. The keys of those that stay are what they were.
    pub(super) fn with<'k>(
        &self,
        without: &Bits,
        new: &[(SortKey<'k>, u32)],
        key_of: impl Fn(u32) -> Option<SortKey<'k>>,
    ) -> Self {
        let kept: Vec<u32> = self.ordinals().filter(|ordinal| !without.contains(*ordinal)).collect();
        let mut row = Vec::with_capacity(kept.len() + new.len());
        // So many are taken apart anew, which costs little beside them.
        let is_new = new.len().saturating_mul(SETTLED) > kept.len();
        let mut strays = self.strays.as_deref().filter(|_| !is_new).cloned();
        if let Some(strays) = &mut strays {
            strays.drop(without);
        }
        let mut rest = kept.as_slice();
        for (key, ordinal) in new {
            let before = rest.partition_point(|other| key_of(*other).is_some_and(|other| other < *key));
            let (first, later) = rest.split_at(before);
            row.extend_from_slice(first);
            if let Some(strays) = &mut strays {
                // Beside a stray it may ascend as well, but to see that would be to look further.
                let settled = |other: &u32| !strays.contains(*other);
                let ascends = row.last().is_none_or(|before| settled(before) && before < ordinal)
                    && later.first().is_none_or(|after| settled(after) && ordinal < after);
                if !ascends {
                    strays.insert(*ordinal);
                }
            }
            row.push(*ordinal);
            rest = later;
        }
        row.extend_from_slice(rest);
        if is_new {
            strays = Some(strays_of(&row));
        }
        let is_mostly_settled = |strays: &Bits| strays.len().saturating_mul(SETTLED as u64) <= row.len() as u64;
        let strays = strays.filter(is_mostly_settled).map(Arc::new);
        Self { row: row.into(), strays }
    }

    /// Notes the place of each entry.
    pub(super) fn note_places(&self, places: &mut Vec<u32>) {
        let highest = self.row.iter().max().map_or(0, |highest| *highest as usize + 1);
        if places.len() < highest {
            places.resize(highest, 0);
        }
        for (place, ordinal) in (0..).zip(self.row.iter()) {
            if let Some(known) = places.get_mut(*ordinal as usize) {
                *known = place;
            }
        }
    }

    /// The first of some chosen entries after a key, in order or against it.
    pub(super) fn first<'k>(
        &self,
        wanted: usize,
        (chosen, count): (&Bits, u64),
        places: &[u32],
        (after, is_descending): (Option<&SortKey<'k>>, bool),
        key_of: impl Fn(u32) -> Option<SortKey<'k>>,
    ) -> Vec<u32> {
        let (from, to) = match after {
            None => (0, self.len()),
            Some(after) if is_descending => {
                (0, self.row.partition_point(|ordinal| key_of(*ordinal).is_some_and(|key| key < *after)))
            }
            Some(after) => {
                (self.row.partition_point(|ordinal| key_of(*ordinal).is_some_and(|key| key <= *after)), self.len())
            }
        };
        let row = self.row.get(from..to).unwrap_or_default();
        let (picked_from, count) = match &self.strays {
            None => (Cow::Borrowed(chosen), count),
            Some(strays) => {
                let strays = chosen.and(strays);
                let count = strays.len();
                (Cow::Owned(strays), count)
            }
        };
        // A walk passes over what is not chosen: as many as lie between those wanted.
        if !is_sorted_rather(count, wanted, self.len()) {
            let is_chosen = |ordinal: &u32| chosen.contains(*ordinal);
            // To collect what is passed over would be to grow for it, time and again.
            let mut first = Vec::with_capacity(wanted.min(row.len()));
            if is_descending {
                first.extend(row.iter().copied().rev().filter(is_chosen).take(wanted));
            } else {
                first.extend(row.iter().copied().filter(is_chosen).take(wanted));
            }
            return first;
        }
        let picked = self.pick(wanted, (&picked_from, count), places, (from, to), is_descending);
        let Some(strays) = &self.strays else { return picked };
        let is_settled = |ordinal: &&u32| !strays.contains(**ordinal);
        if is_descending {
            let end = row.iter().rfind(is_settled).map_or(0, |last| last + 1);
            merged(chosen.within(0..end, strays).rev(), picked, wanted, places, u32::gt)
        } else {
            let first = row.iter().find(is_settled).map_or(u32::MAX, |first| *first);
            merged(chosen.within(first..u32::MAX, strays), picked, wanted, places, u32::lt)
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
        found.into_iter().filter_map(|place| self.row.get(turn(place) as usize).copied()).collect()
    }
}

/// Those in a row without which it ascends: as few as can be. The others are a longest ascending subsequence, found by
/// patience sorting.
fn strays_of(row: &[u32]) -> Bits {
    let mut before: Vec<Option<usize>> = Vec::with_capacity(row.len());
    // Of all that ascend and have a length, where the lowest end is.
    let mut ends: Vec<usize> = Vec::new();
    let value = |at: usize| row.get(at).copied().unwrap_or_default();
    for (at, ordinal) in row.iter().enumerate() {
        let length = ends.partition_point(|end| value(*end) < *ordinal);
        before.push(length.checked_sub(1).and_then(|shorter| ends.get(shorter).copied()));
        match ends.get_mut(length) {
            Some(end) => *end = at,
            None => ends.push(at),
        }
    }
    let settled = std::iter::successors(ends.last().copied(), |at| before.get(*at).copied().flatten());
    let settled: Bits = settled.map(value).collect();
    // Where there is none, it has no words either, which every page would look at.
    row.iter().copied().filter(|ordinal| !settled.contains(*ordinal)).collect()
}

/// The first of two lists, each of which is in the order of places.
fn merged(
    settled: impl Iterator<Item = u32>,
    strays: Vec<u32>,
    wanted: usize,
    places: &[u32],
    comes_first: fn(&u32, &u32) -> bool,
) -> Vec<u32> {
    // To collect what comes would be to grow for it, time and again.
    let mut first = Vec::with_capacity(wanted);
    if strays.is_empty() {
        // To be asked for each takes longer than to hand them over.
        settled.take(wanted).for_each(|ordinal| first.push(ordinal));
        return first;
    }
    let place = |ordinal: &u32| places.get(*ordinal as usize).copied().unwrap_or_default();
    let (mut settled, mut strays) = (settled.peekable(), strays.into_iter().peekable());
    let next = || match (settled.peek(), strays.peek()) {
        (Some(own), Some(stray)) if comes_first(&place(stray), &place(own)) => strays.next(),
        (Some(_), _) => settled.next(),
        (None, _) => strays.next(),
    };
    first.extend(std::iter::from_fn(next).take(wanted));
    first
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A key that tells nothing but a number.
    fn numbered(number: u32) -> SortKey<'static> {
        let mut key = SortKey::first_with_id("");
        key.number = number.into();
        key
    }

    /// Asserts that the pages of some chosen entries are what a walk along the order comes to, both ways.
    fn has_pages(order: &Order, chosen: &Bits, places: &[u32], key: impl Fn(u32) -> Option<SortKey<'static>> + Copy) {
        for (wanted, is_descending) in [1, 5, 499].into_iter().flat_map(|wanted| [(wanted, false), (wanted, true)]) {
            let mut all: Vec<u32> = order.ordinals().filter(|ordinal| chosen.contains(*ordinal)).collect();
            if is_descending {
                all.reverse();
            }
            let first = |after: Option<&SortKey<'static>>| {
                order.first(wanted, (chosen, chosen.len()), places, (after, is_descending), key)
            };
            let mut after = None;
            for page in all.chunks(wanted) {
                assert_eq!(first(after.as_ref()), page, "{wanted} of {} after {after:?}", all.len());
                after = page.last().and_then(|last| key(*last));
            }
            assert!(first(after.as_ref()).is_empty(), "{wanted} of {} after {after:?}", all.len());
        }
    }

    #[test]
    fn few_and_many_are_found_in_order_and_against_it_after_any_key() {
        // 499 is a prime: each has a place of its own. Entries of two kinds take turns, and have their places in one list.
        let rows = [131, 77].map(|step| (0..499).map(move |place| place * step % 499));
        let rows: Vec<Vec<u32>> = (0..).zip(rows).map(|(kind, row)| row.map(|own| own * 2 + kind).collect()).collect();
        let of = |row: &Vec<u32>| {
            let new: Vec<_> = (0..).zip(row).map(|(place, ordinal)| (numbered(place), *ordinal)).collect();
            Order::default().with(&Bits::default(), &new, |_| None)
        };
        let orders: Vec<Order> = rows.iter().map(of).collect();
        let mut places = Vec::new();
        for order in &orders {
            assert!(order.strays.is_none());
            order.note_places(&mut places);
        }
        let key = |ordinal: u32| places.get(ordinal as usize).copied().map(numbered);
        for ((kind, order), step) in (0..).zip(&orders).flat_map(|order| [1, 3, 40, 498].map(|step| (order, step))) {
            let chosen: Bits = (0..499).step_by(step).map(|own| own * 2 + kind).collect();
            has_pages(order, &chosen, &places, key);
        }
    }

    #[test]
    fn strays_are_as_few_as_can_be() {
        for (row, expected) in [
            (vec![], vec![]),
            (vec![7], vec![]),
            (vec![1, 2, 3], vec![]),
            (vec![900, 1, 2, 3], vec![900]),
            (vec![1, 2, 0, 3, 4], vec![0]),
            (vec![5, 6, 7, 1, 8, 9, 2], vec![1, 2]),
            // What was there before stands among much that is new.
            (vec![10, 11, 0, 12, 1, 13, 14], vec![0, 1]),
        ] {
            assert!(strays_of(&row).iter().eq(expected), "{row:?}");
        }
        assert_eq!(strays_of(&[3, 2, 1, 0]).len(), 3);
    }

    #[test]
    fn entries_that_come_or_move_later_are_found_among_those_that_are_where_their_ordinals_are() {
        let mut keys: Vec<u32> = (0..600).map(|own| own * 1_000).collect();
        let new: Vec<_> = (0..).zip(&keys).map(|(ordinal, key)| (numbered(*key), ordinal)).collect();
        let mut order = Order::default().with(&Bits::default(), &new, |_| None);
        let mut strays = Vec::new();
        // One that stays where it is, one that moves, new ones at both ends and between, and then so many that it is no use.
        let steps: [&[(u32, u32)]; 6] = [
            &[(7, 7_001)],
            &[(9, 500_500), (600, 1_000_000)],
            &[(601, 3), (602, 300_300), (603, 300_301)],
            &[(9, 9_000)],
            &[(602, 2_000_000)],
            &(604..700).map(|own| (own, own * 997 % 600_000)).collect::<Vec<_>>(),
        ];
        for step in steps {
            let mut new: Vec<_> = step.iter().map(|(ordinal, key)| (numbered(*key), *ordinal)).collect();
            new.sort_unstable();
            order = order.with(&step.iter().map(|(ordinal, _)| *ordinal).collect(), &new, |ordinal| {
                keys.get(ordinal as usize).copied().map(numbered)
            });
            keys.resize(700, 0);
            for (ordinal, key) in step {
                keys[*ordinal as usize] = *key;
            }
            let mut places = Vec::new();
            order.note_places(&mut places);
            let key = |ordinal: u32| keys.get(ordinal as usize).copied().map(numbered);
            assert!(order.ordinals().map(key).is_sorted());
            for step in [1, 2, 30, 599] {
                let all: Bits = order.ordinals().collect();
                has_pages(&order, &all.iter().step_by(step).collect(), &places, key);
            }
            strays.push(order.strays.as_ref().map(|strays| strays.iter().collect::<Vec<_>>()));
        }
        let told = [vec![], vec![9], vec![9, 601, 602, 603], vec![601, 602, 603], vec![601, 603]].map(Some);
        assert_eq!(strays, [told.as_slice(), &[None]].concat());
    }
}

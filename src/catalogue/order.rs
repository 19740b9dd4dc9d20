//! An order of entries: walked from any place, and looked up as a number.
//!
//! Every entry has a label, a number that grows along the order. Where few of many entries are chosen, those that come
//! first are found by their labels alone, without a look at what is sorted by.

use std::collections::BinaryHeap;
use std::ops::Bound::{Excluded, Unbounded};
use std::sync::Arc;

use imbl::OrdMap;

use super::bits::Bits;
use super::page::SortKey;

/// About how much longer a step along the order takes than a look at a label.
const STEP: u64 = 4;

/// The numbers that tell which of two entries comes first, by ordinal. One list of them serves the orders of all kinds:
/// entries of different kinds are never compared.
pub(super) type Labels = Arc<Vec<u32>>;

/// An order of the entries of one kind.
#[derive(Debug, Clone, Default)]
pub(super) struct Order(OrdMap<SortKey, u32>);

impl Order {
    /// How many entries it has.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The keys, in order.
    pub(super) fn keys(&self) -> impl Iterator<Item = &SortKey> {
        self.0.keys()
    }

    /// The ordinals, in order.
    pub(super) fn ordinals(&self) -> impl Iterator<Item = u32> {
        self.0.values().copied()
    }

    /// The keys from a place on.
    pub(super) fn from(&self, key: SortKey) -> impl Iterator<Item = &SortKey> {
        self.0.range(key..).map(|(key, _)| key)
    }

    /// Takes an entry out.
    pub(super) fn remove(&mut self, key: &SortKey) {
        self.0.remove(key);
    }

    /// Puts an entry in, without a label yet.
    pub(super) fn insert(&mut self, key: SortKey, ordinal: u32) {
        self.0.insert(key, ordinal);
    }

    /// Gives an entry that was put in a label between those of its neighbours; all of them new ones, where those are
    /// next to each other.
    pub(super) fn label(&self, key: &SortKey, ordinal: u32, labels: &mut Vec<u32>) {
        let label = |ordinal: Option<&u32>, labels: &[u32]| labels.get(*ordinal? as usize).copied();
        let before = self.0.range::<_, SortKey>((Unbounded, Excluded(key))).next_back().map(|(_, ordinal)| ordinal);
        let after = self.0.range::<_, SortKey>((Excluded(key), Unbounded)).next().map(|(_, ordinal)| ordinal);
        let low = label(before, labels).unwrap_or(0);
        let high = label(after, labels).unwrap_or(u32::MAX);
        if high.saturating_sub(low) < 2 {
            return self.label_all(labels);
        }
        put(labels, ordinal, low + (high - low) / 2);
    }

    /// Gives all entries labels, as far apart as can be.
    pub(super) fn label_all(&self, labels: &mut Vec<u32>) {
        let gap = u32::MAX / u32::try_from(self.0.len() + 1).unwrap_or(u32::MAX);
        let mut label = 0;
        for ordinal in self.0.values() {
            label += gap;
            put(labels, *ordinal, label);
        }
    }

    /// The first of some chosen entries after a place, in order or against it.
    pub(super) fn first(
        &self,
        wanted: usize,
        chosen: &Bits,
        count: u64,
        labels: &[u32],
        (after, is_descending): (Option<&SortKey>, bool),
    ) -> Vec<u32> {
        // A walk passes over what is not chosen: as many as lie between those wanted.
        let walk = (wanted as u64).saturating_mul(self.0.len() as u64).saturating_mul(STEP);
        if count.saturating_mul(count) < walk {
            self.pick(wanted, chosen, labels, after, is_descending)
        } else {
            self.walk(wanted, chosen, after, is_descending)
        }
    }

    /// Finds them on a walk along the order.
    fn walk(&self, wanted: usize, chosen: &Bits, after: Option<&SortKey>, is_descending: bool) -> Vec<u32> {
        let is_chosen = |ordinal: &u32| chosen.contains(*ordinal);
        if is_descending {
            let bound = after.map_or(Unbounded, Excluded);
            self.0
                .range::<_, SortKey>((Unbounded, bound))
                .rev()
                .map(|(_, ordinal)| *ordinal)
                .filter(is_chosen)
                .take(wanted)
                .collect()
        } else {
            let bound = after.map_or(Unbounded, Excluded);
            self.0
                .range::<_, SortKey>((bound, Unbounded))
                .map(|(_, ordinal)| *ordinal)
                .filter(is_chosen)
                .take(wanted)
                .collect()
        }
    }

    /// Finds them among the chosen, by their labels.
    fn pick(
        &self,
        wanted: usize,
        chosen: &Bits,
        labels: &[u32],
        after: Option<&SortKey>,
        is_descending: bool,
    ) -> Vec<u32> {
        let label = |ordinal: u32| labels.get(ordinal as usize).copied().unwrap_or_default();
        // Against the order, the highest comes first.
        let rank = |ordinal: u32| if is_descending { u32::MAX - label(ordinal) } else { label(ordinal) };
        let bound = match after {
            None => 0,
            Some(key) => {
                let next = if is_descending {
                    self.0.range::<_, SortKey>((Unbounded, Excluded(key))).next_back()
                } else {
                    self.0.range::<_, SortKey>((Excluded(key), Unbounded)).next()
                };
                let Some((_, next)) = next else { return Vec::new() };
                rank(*next)
            }
        };
        let mut first: BinaryHeap<(u32, u32)> = BinaryHeap::with_capacity(wanted + 1);
        let mut last = u32::MAX;
        chosen.each(|ordinal| {
            let rank = rank(ordinal);
            if rank < bound || rank > last {
                return;
            }
            first.push((rank, ordinal));
            if first.len() > wanted {
                first.pop();
            }
            if first.len() == wanted {
                last = first.peek().map_or(u32::MAX, |(last, _)| *last);
            }
        });
        first.into_sorted_vec().into_iter().map(|(_, ordinal)| ordinal).collect()
    }
}

/// Notes the label of an ordinal.
fn put(labels: &mut Vec<u32>, ordinal: u32, label: u32) {
    let at = ordinal as usize;
    if at >= labels.len() {
        labels.resize(at + 1, 0);
    }
    if let Some(place) = labels.get_mut(at) {
        *place = label;
    }
}

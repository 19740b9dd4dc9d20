//! Sets of ordinals as bits, a word for 64 of them: what filters and facets are worked out with.
//!
//! The sets of one directory are about as long as each other and mostly well filled, so that they can be laid over each
//! other word by word, with the widest instructions the machine has, and nothing to be decided between two words.

use std::iter;
use std::sync::LazyLock;

use pulp::Arch;

/// What the machine has, found once.
static ARCH: LazyLock<Arch> = LazyLock::new(Arch::new);

/// A set of ordinals.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bits(Vec<u64>);

/// The word that an ordinal is in, and its bit there.
const fn place(ordinal: u32) -> (usize, u64) {
    ((ordinal / 64) as usize, 1 << (ordinal % 64))
}

impl Bits {
    /// Adds an ordinal.
    pub fn insert(&mut self, ordinal: u32) {
        let (word, bit) = place(ordinal);
        if word >= self.0.len() {
            self.0.resize(word + 1, 0);
        }
        if let Some(word) = self.0.get_mut(word) {
            *word |= bit;
        }
    }

    /// Takes an ordinal out.
    pub fn remove(&mut self, ordinal: u32) {
        let (word, bit) = place(ordinal);
        if let Some(word) = self.0.get_mut(word) {
            *word &= !bit;
        }
    }

    /// Whether an ordinal is in the set.
    #[must_use]
    pub fn contains(&self, ordinal: u32) -> bool {
        let (word, bit) = place(ordinal);
        self.0.get(word).is_some_and(|word| word & bit != 0)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> u64 {
        let words = self.0.as_slice();
        ARCH.dispatch(
            #[inline(always)]
            || words.iter().map(|word| u64::from(word.count_ones())).sum(),
        )
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    /// Visits all of them, in order: quicker than [`Self::iter`] where nothing else is to be done with them.
    pub fn each(&self, mut visit: impl FnMut(u32)) {
        for (word, base) in self.0.iter().zip((0u32..).step_by(64)) {
            let mut word = *word;
            while word != 0 {
                visit(base + word.trailing_zeros());
                word &= word - 1;
            }
        }
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        let bits = |(index, word): (usize, &u64)| {
            let base = u32::try_from(index * 64).unwrap_or(u32::MAX);
            let rest = iter::successors(Some(*word), |word| Some(word & word.wrapping_sub(1)));
            rest.take_while(|word| *word != 0).map(move |word| base + word.trailing_zeros())
        };
        self.0.iter().enumerate().flat_map(bits)
    }

    /// Keeps those that are in the other set too.
    pub fn keep(&mut self, other: &Self) {
        self.0.truncate(other.0.len());
        self.0.iter_mut().zip(&other.0).for_each(|(word, other)| *word &= other);
    }

    /// Adds those of the other set.
    pub fn add(&mut self, other: &Self) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        self.0.iter_mut().zip(&other.0).for_each(|(word, other)| *word |= other);
    }

    /// Takes those of the other set out.
    pub fn drop(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(word, other)| *word &= !other);
    }

    /// Keeps those that are in one set, or not in another.
    pub fn keep_or_outside(&mut self, these: &Self, outside: &Members) {
        match outside {
            Members::Many(outside) => {
                let these = these.0.iter().chain(iter::repeat(&0));
                let outside = outside.0.iter().chain(iter::repeat(&0));
                for ((word, these), outside) in self.0.iter_mut().zip(these).zip(outside) {
                    *word &= these | !outside;
                }
            }
            Members::Few(_) => {
                let kept = self.and(these);
                outside.drop_from(self);
                self.add(&kept);
            }
        }
    }

    /// Those that are in both.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        Self(self.0.iter().zip(&other.0).map(|(word, other)| word & other).collect())
    }

    /// How many are in both.
    #[must_use]
    pub fn count_and(&self, other: &Self) -> u64 {
        let (words, others) = (self.0.as_slice(), other.0.as_slice());
        ARCH.dispatch(
            #[inline(always)]
            || words.iter().zip(others).map(|(word, other)| u64::from((word & other).count_ones())).sum(),
        )
    }
}

impl FromIterator<u32> for Bits {
    fn from_iter<I: IntoIterator<Item = u32>>(ordinals: I) -> Self {
        let mut bits = Self::default();
        ordinals.into_iter().for_each(|ordinal| bits.insert(ordinal));
        bits
    }
}

/// A set that is kept, as small as it can be: a list while it is short.
#[derive(Debug, Clone)]
pub enum Members {
    /// In order.
    Few(Vec<u32>),
    /// As bits.
    Many(Bits),
}

impl Default for Members {
    fn default() -> Self {
        Self::Few(Vec::new())
    }
}

impl Members {
    /// A set that is empty.
    pub(super) const EMPTY: Self = Self::Few(Vec::new());

    /// Adds an ordinal.
    pub fn insert(&mut self, ordinal: u32) {
        match self {
            Self::Many(bits) => bits.insert(ordinal),
            Self::Few(list) => {
                if let Err(at) = list.binary_search(&ordinal) {
                    list.insert(at, ordinal);
                }
                // As bits it takes no more room from here on.
                if list.last().is_some_and(|last| list.len() > 8 && list.len() * 32 > *last as usize) {
                    *self = Self::Many(list.iter().copied().collect());
                }
            }
        }
    }

    /// Takes an ordinal out.
    pub fn remove(&mut self, ordinal: u32) {
        match self {
            Self::Many(bits) => bits.remove(ordinal),
            Self::Few(list) => {
                if let Ok(at) = list.binary_search(&ordinal) {
                    list.remove(at);
                }
            }
        }
    }

    /// Whether an ordinal is in the set.
    #[must_use]
    pub fn contains(&self, ordinal: u32) -> bool {
        match self {
            Self::Many(bits) => bits.contains(ordinal),
            Self::Few(list) => list.binary_search(&ordinal).is_ok(),
        }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> u64 {
        match self {
            Self::Many(bits) => bits.len(),
            Self::Few(list) => list.len() as u64,
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        let (few, many) = match self {
            Self::Few(list) => (Some(list.iter().copied()), None),
            Self::Many(bits) => (None, Some(bits.iter())),
        };
        few.into_iter().flatten().chain(many.into_iter().flatten())
    }

    /// Adds them to a set.
    pub fn add_to(&self, bits: &mut Bits) {
        match self {
            Self::Many(many) => bits.add(many),
            Self::Few(list) => list.iter().for_each(|ordinal| bits.insert(*ordinal)),
        }
    }

    /// Takes them out of a set.
    pub fn drop_from(&self, bits: &mut Bits) {
        match self {
            Self::Many(many) => bits.drop(many),
            Self::Few(list) => list.iter().for_each(|ordinal| bits.remove(*ordinal)),
        }
    }

    /// Those that are in a set too.
    #[must_use]
    pub fn and(&self, bits: &Bits) -> Bits {
        match self {
            Self::Many(many) => many.and(bits),
            Self::Few(list) => {
                let mut both = Bits(vec![0; bits.0.len()]);
                list.iter().filter(|ordinal| bits.contains(**ordinal)).for_each(|ordinal| both.insert(*ordinal));
                both
            }
        }
    }

    /// Takes all others out of a set.
    pub fn keep_in(&self, bits: &mut Bits) {
        match self {
            Self::Many(many) => bits.keep(many),
            Self::Few(_) => *bits = self.and(bits),
        }
    }

    /// How many are in a set too.
    #[must_use]
    pub fn count_and(&self, bits: &Bits) -> u64 {
        match self {
            Self::Many(many) => many.count_and(bits),
            Self::Few(list) => list.iter().filter(|ordinal| bits.contains(**ordinal)).count() as u64,
        }
    }

    /// The set as bits.
    #[must_use]
    pub fn to_bits(&self) -> Bits {
        match self {
            Self::Many(bits) => bits.clone(),
            Self::Few(list) => {
                let words = list.last().map_or(0, |last| place(*last).0 + 1);
                let mut bits = Bits(vec![0; words]);
                for ordinal in list {
                    bits.insert(*ordinal);
                }
                bits
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Numbers that look drawn by chance, the same each time.
    fn some(seed: u64, count: usize, below: u32) -> BTreeSet<u32> {
        let mut state = seed;
        let mut draw = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            u32::try_from(state >> 33).expect("31 bits") % below
        };
        (0..count).map(|_| draw()).collect()
    }

    #[test]
    fn sets_are_what_sorted_sets_are() {
        for (seed, count, below) in [(1, 0, 1), (2, 5, 10), (3, 40, 5_000), (4, 900, 1_000), (5, 3_000, 100_000)] {
            let (a, b) = (some(seed, count, below), some(seed + 100, count / 2 + 1, below * 2));
            let bits = |set: &BTreeSet<u32>| set.iter().copied().collect::<Bits>();
            let mut members = [Members::default(), Members::default()];
            for (set, members) in [&a, &b].into_iter().zip(&mut members) {
                set.iter().rev().for_each(|ordinal| members.insert(*ordinal));
                assert!(members.iter().eq(set.iter().copied()), "{count} of {below}");
                assert_eq!((members.len(), members.is_empty()), (set.len() as u64, set.is_empty()));
            }
            let [_, of_b] = &members;
            let is = |bits: &Bits, expected: BTreeSet<u32>| assert!(bits.iter().eq(expected), "{count} of {below}");
            let mut changed = bits(&a);
            of_b.add_to(&mut changed);
            is(&changed, &a | &b);
            let mut changed = bits(&a);
            changed.keep(&of_b.to_bits());
            is(&changed, &a & &b);
            let mut changed = bits(&a);
            changed.keep_or_outside(&bits(&some(seed + 200, count, below)), of_b);
            is(&changed, &(&a - &b) | &(&a & &some(seed + 200, count, below)));
            let mut changed = bits(&a);
            of_b.drop_from(&mut changed);
            is(&changed, &a - &b);
            is(&of_b.and(&bits(&a)), &a & &b);
            assert_eq!(of_b.count_and(&bits(&a)), (&a & &b).len() as u64);
            assert_eq!(bits(&a).count_and(&bits(&b)), (&a & &b).len() as u64);
            assert_eq!(bits(&a).len(), a.len() as u64);
            assert!((0..below).all(|ordinal| bits(&a).contains(ordinal) == a.contains(&ordinal)));
        }
    }

    #[test]
    fn what_is_taken_out_is_gone() {
        for count in [3, 500] {
            let mut members = Members::default();
            (0..count).for_each(|ordinal| members.insert(ordinal));
            (0..count).step_by(2).for_each(|ordinal| members.remove(ordinal));
            assert!(members.iter().eq((0..count).filter(|ordinal| ordinal % 2 == 1)));
        }
    }
}

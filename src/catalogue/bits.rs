//! Sets of ordinals as bits, a word for 64 of them: what filters and facets are worked out with.
//!
//! The sets of one directory are about as long as each other and mostly well filled, so that they can be laid over each
//! other word by word, with the widest instructions the machine has, and nothing to be decided between two words.

mod laid;
mod members;

use std::ops::Range;
use std::sync::LazyLock;

use pulp::{Arch, NullaryFnOnce};

pub(super) use laid::{Laid, Sieve};
pub(super) use members::Members;

/// What the machine has, found once.
static ARCH: LazyLock<Arch> = LazyLock::new(Arch::new);

/// The same for what counts the bits of eight words at once.
#[cfg(target_arch = "x86_64")]
static COUNTING: LazyLock<Option<counting::Counting>> = LazyLock::new(counting::Counting::try_new);

#[cfg(target_arch = "x86_64")]
mod counting {
    pulp::simd_type!({
        /// What is of use here of [`pulp::x86::V4`], and an instruction that counts bits: that has none for more than a word.
        pub(super) struct Counting {
            popcnt: f!("popcnt"),
            bmi1: f!("bmi1"),
            bmi2: f!("bmi2"),
            lzcnt: f!("lzcnt"),
            avx512f: f!("avx512f"),
            avx512bw: f!("avx512bw"),
            avx512dq: f!("avx512dq"),
            avx512vl: f!("avx512vl"),
            avx512vpopcntdq: f!("avx512vpopcntdq"),
        }
    });
}

/// Does what is made anew for each sort of machine with the widest instructions that this one has.
///
/// It must be a closure that can be called only once, by using up what it holds: around any other the compiler makes a
/// function for `FnOnce`, which is not put in place and so is made for the least machine.
#[expect(clippy::inline_always, reason = "as what it is given")]
#[inline(always)]
fn widest<T>(work: impl FnOnce() -> T + NullaryFnOnce<Output = T>) -> T {
    #[cfg(target_arch = "x86_64")]
    if let Some(counting) = *COUNTING {
        return counting.vectorize(work);
    }
    ARCH.dispatch(work)
}

/// How many words are counted sooner as they are than with instructions that have to be chosen first.
const SHORT: usize = 8;

/// A set of ordinals.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bits(Vec<u64>);

/// The word that an ordinal is in, and its bit there.
const fn place(ordinal: u32) -> (usize, u64) {
    ((ordinal / 64) as usize, 1 << (ordinal % 64))
}

/// The ordinals in one word.
struct Ones {
    base: u32,
    word: u64,
}

impl Ones {
    fn of(at: usize, word: u64) -> Self {
        Self { base: u32::try_from(at * 64).unwrap_or(u32::MAX), word }
    }

    /// Takes one bit out, and tells its ordinal.
    const fn take(&mut self, bit: u32) -> u32 {
        self.word &= !(1 << bit);
        self.base + bit
    }
}

impl Iterator for Ones {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        (self.word != 0).then(|| self.take(self.word.trailing_zeros()))
    }
}

impl DoubleEndedIterator for Ones {
    fn next_back(&mut self) -> Option<u32> {
        self.word.checked_ilog2().map(|bit| self.take(bit))
    }
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
        let words = self.0.iter().copied();
        widest(
            #[inline(always)]
            move || sum(words),
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
        self.0.iter().enumerate().flat_map(|(at, word)| Ones::of(at, *word))
    }

    /// Those in a range that are not in another set, in order.
    #[must_use]
    pub fn within(&self, range: Range<u32>, without: &Self) -> impl DoubleEndedIterator<Item = u32> {
        let words = place(range.start).0..self.0.len().min(place(range.end).0 + 1);
        let word = |words: &[u64], at: usize| words.get(at).copied().unwrap_or_default();
        let ones = move |at| Ones::of(at, word(&self.0, at) & !word(&without.0, at));
        words.flat_map(ones).filter(move |ordinal| range.contains(ordinal))
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

    /// Those that are in both.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        Self(self.0.iter().zip(&other.0).map(|(word, other)| word & other).collect())
    }

    /// How many are in both.
    #[must_use]
    pub fn count_and(&self, other: &Self) -> u64 {
        let common = self.0.iter().zip(&other.0).map(|(word, other)| word & other);
        if common.len() <= SHORT {
            return sum(common);
        }
        widest(
            #[inline(always)]
            move || sum(common),
        )
    }
}

/// How many bits are set in some words.
#[expect(clippy::inline_always, reason = "what is not put in place is made for the least machine")]
#[inline(always)]
fn sum(words: impl Iterator<Item = u64>) -> u64 {
    // The loop of `Iterator::sum` is a function of its own, which is not always put in place.
    let mut sum = 0;
    for word in words {
        sum += u64::from(word.count_ones());
    }
    sum
}

impl FromIterator<u32> for Bits {
    fn from_iter<I: IntoIterator<Item = u32>>(ordinals: I) -> Self {
        let mut bits = Self::default();
        ordinals.into_iter().for_each(|ordinal| bits.insert(ordinal));
        bits
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Numbers that look drawn by chance, the same each time.
    pub(super) fn some(seed: u64, count: usize, below: u32) -> BTreeSet<u32> {
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
                assert_eq!(members.len(), set.len() as u64);
            }
            let [_, of_b] = &members;
            let is = |bits: &Bits, expected: BTreeSet<u32>| assert!(bits.iter().eq(expected), "{count} of {below}");
            let mut changed = bits(&a);
            of_b.add_to(&mut changed);
            is(&changed, &a | &b);
            let mut changed = bits(&a);
            changed.keep(&of_b.as_bits());
            is(&changed, &a & &b);
            let mut changed = bits(&a);
            of_b.drop_from(&mut changed);
            is(&changed, &a - &b);
            is(&of_b.and(&bits(&a)), &a & &b);
            for range in [0..below, below / 3..below / 2, below / 2 + 1..u32::MAX, 7..7] {
                let expected: Vec<u32> = (&a - &b).into_iter().filter(|ordinal| range.contains(ordinal)).collect();
                let (a, b) = (bits(&a), bits(&b));
                assert!(a.within(range.clone(), &b).eq(expected.iter().copied()), "{count} of {below} in {range:?}");
                assert!(
                    a.within(range.clone(), &b).rev().eq(expected.into_iter().rev()),
                    "{count} of {below} in {range:?}"
                );
            }
            assert_eq!(of_b.count_and(&bits(&a)), (&a & &b).len() as u64);
            assert_eq!(bits(&a).count_and(&bits(&b)), (&a & &b).len() as u64);
            assert_eq!(bits(&a).len(), a.len() as u64);
            assert!((0..below).all(|ordinal| bits(&a).contains(ordinal) == a.contains(&ordinal)));
        }
    }
}

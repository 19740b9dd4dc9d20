//! Sets of ordinals as bits, a word for 64 of them: what filters and facets are worked out with.
//!
//! The sets of one directory are about as long as each other and mostly well filled, so that they can be laid over each
//! other word by word, with the widest instructions the machine has, and nothing to be decided between two words.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use pulp::{Arch, NullaryFnOnce};

/// What the machine has, found once.
static ARCH: LazyLock<Arch> = LazyLock::new(Arch::new);

/// The same for what counts the bits of eight words at once.
#[cfg(target_arch = "x86_64")]
static COUNTING: LazyLock<Option<counting::Counting>> = LazyLock::new(counting::Counting::try_new);

#[cfg(target_arch = "x86_64")]
mod counting {
    pulp::simd_type!({
        /// What [`pulp::x86::V4`] has, and an instruction that counts bits: it has none for more than a word.
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

/// How many words are laid over each other at once: so few that all of them stay at hand.
const BLOCK: usize = 64;
type Block = [u64; BLOCK];

/// The words of a set from a place on, where it has all of a block; otherwise those that it has, and zeros.
#[expect(clippy::inline_always, reason = "what is not put in place is made for the least machine")]
#[inline(always)]
fn block<'a>(words: &'a [u64], from: usize, room: &'a mut Block) -> &'a Block {
    let words = words.get(from..).unwrap_or_default();
    if let Some(whole) = words.first_chunk() {
        return whole;
    }
    *room = [0; BLOCK];
    room.iter_mut().zip(words).for_each(|(word, own)| *word = *own);
    room
}

/// How many bits are set in some words.
#[expect(clippy::inline_always, reason = "as above")]
#[inline(always)]
fn sum(words: impl Iterator<Item = u64>) -> u64 {
    let mut sum = 0;
    for word in words {
        sum += u64::from(word.count_ones());
    }
    sum
}

/// A filter by one thing, as sets.
#[derive(Debug)]
pub(super) struct Sieve<'a> {
    /// What passes it.
    pub(super) passing: Cow<'a, Bits>,
    /// What can be told about: the rest is silent.
    pub(super) stated: Cow<'a, Bits>,
    /// Whether what passes all others is wanted too.
    pub(super) is_left_out_once: bool,
}

/// What comes of laying filters over each other.
#[derive(Debug, Default)]
pub(super) struct Laid {
    /// What passes all.
    pub(super) chosen: Bits,
    /// How many that are.
    pub(super) total: u64,
    /// How many pass where silence does.
    pub(super) possible: u64,
    /// For each filter: how many of those that pass all others are silent about it.
    pub(super) silent: Vec<u64>,
    /// For each filter: what passes all others, where it is wanted.
    pub(super) others: Vec<Bits>,
}

impl Laid {
    /// Lays filters over a set, in one pass; silence passes all of them where they are lenient.
    pub(super) fn over(base: &Bits, sieves: &[Sieve<'_>], is_lenient: bool) -> Self {
        let laid = Self {
            chosen: Bits(Vec::with_capacity(base.0.len())),
            silent: vec![0; sieves.len()],
            others: vec![Bits::default(); sieves.len()],
            ..Self::default()
        };
        // What passes all filters after each.
        let mut after: Vec<Block> = vec![[0; BLOCK]; sieves.len()];
        widest(
            #[inline(always)]
            move || {
                let mut laid = laid;
                for from in (0..base.0.len()).step_by(BLOCK) {
                    laid.lay(&base.0, from, sieves, is_lenient, &mut after);
                }
                laid
            },
        )
    }

    #[expect(clippy::inline_always, reason = "as above")]
    #[inline(always)]
    fn lay(&mut self, base: &[u64], from: usize, sieves: &[Sieve<'_>], is_lenient: bool, after: &mut [Block]) {
        let mut rooms = [[0; BLOCK]; 2];
        let [room, other_room] = &mut rooms;
        let mut before = *block(base, from, room);
        let length = (base.len() - from).min(BLOCK);
        // Where entries of other kinds are.
        if before == [0; BLOCK] {
            let wanted = sieves.iter().zip(&mut self.others).filter(|(sieve, _)| sieve.is_left_out_once);
            wanted.for_each(|(_, others)| others.0.resize(from + length, 0));
            self.chosen.0.resize(from + length, 0);
            return;
        }
        let lenient = if is_lenient { u64::MAX } else { 0 };
        let mut all = [u64::MAX; BLOCK];
        for (sieve, after) in sieves.iter().zip(after.iter_mut()).rev() {
            let passing = block(&sieve.passing.0, from, room);
            let stated = block(&sieve.stated.0, from, other_room);
            *after = all;
            for ((all, passing), stated) in all.iter_mut().zip(passing).zip(stated) {
                *all &= passing | (!stated & lenient);
            }
        }
        let mut possible = before;
        let results = self.silent.iter_mut().zip(&mut self.others);
        for ((sieve, after), (count, others)) in sieves.iter().zip(after.iter()).zip(results) {
            let passing = block(&sieve.passing.0, from, room);
            let stated = block(&sieve.stated.0, from, other_room);
            if sieve.is_left_out_once {
                others.0.extend(before.iter().zip(after).take(length).map(|(before, after)| before & after));
            }
            // One thing at a time: what is summed up and what is written in one loop is done word by word.
            *count +=
                sum(before.iter().zip(after).zip(stated).map(|((before, after), stated)| before & after & !stated));
            for ((possible, passing), stated) in possible.iter_mut().zip(passing).zip(stated) {
                *possible &= passing | !stated;
            }
            for ((before, passing), stated) in before.iter_mut().zip(passing).zip(stated) {
                *before &= passing | (!stated & lenient);
            }
        }
        self.total += sum(before.into_iter());
        self.possible += sum(possible.into_iter());
        self.chosen.0.extend(before.iter().take(length));
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
pub(super) enum Members {
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
    pub(super) fn insert(&mut self, ordinal: u32) {
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
    pub(super) fn remove(&mut self, ordinal: u32) {
        match self {
            Self::Many(bits) => bits.remove(ordinal),
            Self::Few(list) => {
                if let Ok(at) = list.binary_search(&ordinal) {
                    list.remove(at);
                }
            }
        }
    }

    /// How many there are.
    pub(super) fn len(&self) -> u64 {
        match self {
            Self::Many(bits) => bits.len(),
            Self::Few(list) => list.len() as u64,
        }
    }

    /// All of them, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        let (few, many) = match self {
            Self::Few(list) => (Some(list.iter().copied()), None),
            Self::Many(bits) => (None, Some(bits.iter())),
        };
        few.into_iter().flatten().chain(many.into_iter().flatten())
    }

    /// Adds them to a set.
    pub(super) fn add_to(&self, bits: &mut Bits) {
        match self {
            Self::Many(many) => bits.add(many),
            Self::Few(list) => list.iter().for_each(|ordinal| bits.insert(*ordinal)),
        }
    }

    /// Takes them out of a set.
    pub(super) fn drop_from(&self, bits: &mut Bits) {
        match self {
            Self::Many(many) => bits.drop(many),
            Self::Few(list) => list.iter().for_each(|ordinal| bits.remove(*ordinal)),
        }
    }

    /// Those that are in a set too.
    pub(super) fn and(&self, bits: &Bits) -> Bits {
        match self {
            Self::Many(many) => many.and(bits),
            Self::Few(list) => {
                let mut both = Bits(vec![0; bits.0.len()]);
                list.iter().filter(|ordinal| bits.contains(**ordinal)).for_each(|ordinal| both.insert(*ordinal));
                both
            }
        }
    }

    /// How many are in a set too.
    pub(super) fn count_and(&self, bits: &Bits) -> u64 {
        match self {
            Self::Many(many) => many.count_and(bits),
            Self::Few(list) => list.iter().filter(|ordinal| bits.contains(**ordinal)).count() as u64,
        }
    }

    /// The set as bits, its own where it has them.
    pub(super) fn as_bits(&self) -> Cow<'_, Bits> {
        match self {
            Self::Many(bits) => Cow::Borrowed(bits),
            Self::Few(list) => {
                let words = list.last().map_or(0, |last| place(*last).0 + 1);
                let mut bits = Bits(vec![0; words]);
                for ordinal in list {
                    bits.insert(*ordinal);
                }
                Cow::Owned(bits)
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

    #[test]
    fn filters_laid_over_each_other_are_what_they_are_one_by_one() {
        for (below, count) in [(1, 0), (60, 30), (70, 60), (4_096, 2_000), (20_000, 9_000)] {
            // As where the entries of another kind are among them.
            let of_others = 4_096..3 * 4_096;
            let base: BTreeSet<u32> =
                some(1, count * 2, below).into_iter().filter(|ordinal| !of_others.contains(ordinal)).collect();
            let filters: Vec<(BTreeSet<u32>, BTreeSet<u32>)> = (0..4)
                .map(|seed| (some(10 + seed, count, below * 2), some(20 + seed, count / 2, below)))
                .map(|(passing, more)| (passing.clone(), &passing | &more))
                .collect();
            let bits = |set: &BTreeSet<u32>| set.iter().copied().collect::<Bits>();
            for (used, is_lenient) in (0..=filters.len()).flat_map(|used| [(used, false), (used, true)]) {
                let filters = &filters[..used];
                let sieves: Vec<Sieve<'_>> = filters
                    .iter()
                    .zip(0..)
                    .map(|((passing, stated), index)| Sieve {
                        passing: Cow::Owned(bits(passing)),
                        stated: Cow::Owned(bits(stated)),
                        is_left_out_once: index % 2 == 0,
                    })
                    .collect();
                let laid = Laid::over(&bits(&base), &sieves, is_lenient);
                let passes = |at: usize, ordinal: &u32, is_lenient: bool| {
                    let (passing, stated) = &filters[at];
                    passing.contains(ordinal) || (is_lenient && !stated.contains(ordinal))
                };
                let all = |left_out: usize, is_lenient: bool| -> BTreeSet<u32> {
                    let passes = |ordinal: &u32| (0..used).all(|at| at == left_out || passes(at, ordinal, is_lenient));
                    base.iter().copied().filter(passes).collect()
                };
                let chosen = all(usize::MAX, is_lenient);
                assert!(laid.chosen.iter().eq(chosen.iter().copied()), "{used} of {below}");
                assert_eq!(laid.total, chosen.len() as u64);
                assert_eq!(laid.possible, all(usize::MAX, true).len() as u64);
                for (at, (_, stated)) in filters.iter().enumerate() {
                    let others = all(at, is_lenient);
                    let silent = others.iter().filter(|ordinal| !stated.contains(ordinal)).count();
                    assert_eq!(laid.silent[at], silent as u64);
                    let expected = if at % 2 == 0 { others } else { BTreeSet::new() };
                    assert!(laid.others[at].iter().eq(expected));
                }
            }
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

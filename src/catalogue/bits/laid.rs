//! Filters laid over each other: what passes all, what passes all but one, and what they cannot tell.

use std::array::from_fn;
use std::borrow::Cow;

use super::{Bits, widest};

/// How many words are laid over each other at once: as many as the widest instructions have enough to do with, and so few
/// that a directory of some hundred entries is not laid over mostly nothing.
const BLOCK: usize = 16;

/// Words of a set.
type Words = [u64; BLOCK];

/// The words of a set from a place on, where it does not have all of a block: those that it has, and then zeros.
fn padded(set: &Bits, from: usize) -> Words {
    let mut padded = [0; BLOCK];
    if whole(set, from).is_none() {
        padded.iter_mut().zip(set.0.get(from..).unwrap_or_default()).for_each(|(word, own)| *word = *own);
    }
    padded
}

/// The words of a set from a place on, where it has all of a block.
fn whole(set: &Bits, from: usize) -> Option<&Words> {
    set.0.get(from..)?.first_chunk()
}

/// A filter by one thing, as sets.
#[derive(Debug)]
pub(in crate::catalogue) struct Sieve<'a> {
    /// What passes it.
    pub(in crate::catalogue) passing: Cow<'a, Bits>,
    /// What can be told about: the rest is silent.
    pub(in crate::catalogue) stated: Cow<'a, Bits>,
    /// Whether what passes all others is wanted too.
    pub(in crate::catalogue) is_left_out_once: bool,
}

/// What comes of laying filters over each other.
#[derive(Debug, Default)]
pub(in crate::catalogue) struct Laid {
    /// What passes all.
    pub(in crate::catalogue) chosen: Bits,
    /// How many that are.
    pub(in crate::catalogue) total: u64,
    /// How many pass where silence does.
    pub(in crate::catalogue) possible: u64,
    /// For each filter: how many of those that pass all others are silent about it.
    pub(in crate::catalogue) silent: Vec<u64>,
    /// For each filter: what passes all others, where it is wanted.
    pub(in crate::catalogue) others: Vec<Bits>,
}

impl Sieve<'_> {
    /// The filter with silence passing it, for a set that has so many words.
    fn lenient(&self, words: usize) -> Sieve<'_> {
        let mut passing: Vec<u64> = self.stated.0.iter().map(|stated| !stated).collect();
        passing.resize(words, u64::MAX);
        let mut passing = Bits(passing);
        passing.add(&self.passing);
        Sieve { passing: Cow::Owned(passing), stated: Cow::Borrowed(&self.stated), ..*self }
    }
}

impl Laid {
    /// Lays filters over a set; silence passes all of them where they are lenient.
    pub(in crate::catalogue) fn over(base: &Bits, sieves: &[Sieve<'_>], is_lenient: bool) -> Self {
        if is_lenient {
            let sieves: Vec<Sieve<'_>> = sieves.iter().map(|sieve| sieve.lenient(base.0.len())).collect();
            return Self::over(base, &sieves, false);
        }
        // The compiler is told how many there are: it then keeps all that belongs to a word at hand.
        match sieves {
            [a] => Self::of(base, [a]),
            [a, b] => Self::of(base, [a, b]),
            [a, b, c] => Self::of(base, [a, b, c]),
            [a, b, c, d] => Self::of(base, [a, b, c, d]),
            any => Self::of_any(base, any),
        }
    }

    /// The same for any number of filters, one by one.
    fn of_any(base: &Bits, sieves: &[Sieve<'_>]) -> Self {
        let mut laid = Self { chosen: base.clone(), ..Self::default() };
        let mut possible = base.clone();
        for (at, sieve) in sieves.iter().enumerate() {
            laid.chosen.keep(&sieve.passing);
            possible.keep(&sieve.lenient(base.0.len()).passing);
            let mut others = base.clone();
            for (_, other) in sieves.iter().enumerate().filter(|(other, _)| *other != at) {
                others.keep(&other.passing);
            }
            laid.silent.push(others.len() - sieve.stated.count_and(&others));
            laid.others.push(if sieve.is_left_out_once { others } else { Bits::default() });
        }
        (laid.total, laid.possible) = (laid.chosen.len(), possible.len());
        laid
    }

    /// The same for so many filters, in one pass.
    fn of<const N: usize>(base: &Bits, sieves: [&Sieve<'_>; N]) -> Self {
        let laid = Self {
            chosen: Bits(Vec::with_capacity(base.0.len())),
            silent: vec![0; N],
            others: vec![Bits::default(); N],
            ..Self::default()
        };
        widest(
            #[inline(always)]
            move || {
                let mut laid = laid;
                for from in (0..base.0.len()).step_by(BLOCK) {
                    laid.lay(base, from, sieves);
                }
                laid
            },
        )
    }

    /// Lays filters over the words of a set from a place on. It is put in place always: what is not is made for the least
    /// machine.
    #[expect(
        clippy::indexing_slicing,
        reason = "all places are below N or within a block, which all of this is as long as"
    )]
    #[inline(always)]
    fn lay<const N: usize>(&mut self, base: &Bits, from: usize, sieves: [&Sieve<'_>; N]) {
        const NONE: &Words = &[0; BLOCK];
        let length = (base.0.len() - from).min(BLOCK);
        let rooms: [[Words; 2]; N];
        let room: Words;
        let base = if let Some(whole) = whole(base, from) {
            whole
        } else {
            room = padded(base, from);
            &room
        };
        // Where entries of other kinds are.
        if base.iter().fold(0, |all, word| all | word) == 0 {
            let wanted = sieves.iter().zip(&mut self.others).filter(|(sieve, _)| sieve.is_left_out_once);
            wanted.for_each(|(_, others)| others.0.resize(from + length, 0));
            self.chosen.0.resize(from + length, 0);
            return;
        }
        let is_whole = |set: &Bits| set.0.len() >= from + BLOCK;
        let (passing, stated): ([&Words; N], [&Words; N]) =
            if sieves.iter().all(|sieve| is_whole(&sieve.passing) && is_whole(&sieve.stated)) {
                let whole = |set| whole(set, from).unwrap_or(NONE);
                (sieves.map(|sieve| whole(&sieve.passing)), sieves.map(|sieve| whole(&sieve.stated)))
            } else {
                rooms = sieves.map(|sieve| [padded(&sieve.passing, from), padded(&sieve.stated, from)]);
                let places: [(&Sieve<'_>, &[Words; 2]); N] = from_fn(|at| (sieves[at], &rooms[at]));
                (
                    places.map(|(sieve, [room, _])| whole(&sieve.passing, from).unwrap_or(room)),
                    places.map(|(sieve, [_, room])| whole(&sieve.stated, from).unwrap_or(room)),
                )
            };
        // What passes all filters but one.
        let others = |word: usize, without: usize| {
            (0..N).filter(|at| *at != without).fold(base[word], |others, at| others & passing[at][word])
        };
        let (mut chosen, mut silent, mut total, mut possible) = ([0; BLOCK], [0; N], 0, 0);
        for word in 0..BLOCK {
            let mut open = base[word];
            for at in 0..N {
                silent[at] += u64::from((others(word, at) & !stated[at][word]).count_ones());
                open &= !(stated[at][word] & !passing[at][word]);
            }
            chosen[word] = others(word, N);
            total += u64::from(chosen[word].count_ones());
            possible += u64::from(open.count_ones());
        }
        self.total += total;
        self.possible += possible;
        self.chosen.0.extend(chosen.iter().take(length));
        for (at, sieve) in sieves.iter().enumerate() {
            self.silent[at] += silent[at];
            if sieve.is_left_out_once {
                let others: Words = from_fn(|word| others(word, at));
                self.others[at].0.extend(others.iter().take(length));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::tests::some;
    use super::*;

    #[test]
    fn filters_laid_over_each_other_are_what_they_are_one_by_one() {
        for (below, count) in [(1, 0), (60, 30), (1_024, 600), (1_025, 600), (4_096, 2_000), (20_000, 9_000)] {
            // As where the entries of another kind are among them.
            let of_others = 4_096..3 * 4_096;
            let base: BTreeSet<u32> =
                some(1, count * 2, below).into_iter().filter(|ordinal| !of_others.contains(ordinal)).collect();
            let filters: Vec<(BTreeSet<u32>, BTreeSet<u32>)> = (0..6)
                // Some are longer than what they are laid over, and one is shorter.
                .map(|seed| if seed == 2 { (seed, 10, 10) } else { (seed, below * 2, below) })
                .map(|(seed, passing, more)| (some(10 + seed, count, passing), some(20 + seed, count / 2, more)))
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
}

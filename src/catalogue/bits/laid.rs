//! Filters laid over each other: what passes all, what passes all but one, and what they cannot tell.

use std::borrow::Cow;

use super::{Bits, sum, widest};

/// How many words are laid over each other at once: so few that all of them stay at hand. A directory that has no more than
/// a few words would be laid over mostly nothing.
const LONG: usize = 64;
const SHORT: usize = 8;

/// The words of a set from a place on, where it has all of a block; otherwise those that it has, and zeros.
#[expect(clippy::inline_always, reason = "what is not put in place is made for the least machine")]
#[inline(always)]
fn block<'a, const BLOCK: usize>(words: &'a [u64], from: usize, room: &'a mut [u64; BLOCK]) -> &'a [u64; BLOCK] {
    let words = words.get(from..).unwrap_or_default();
    if let Some(whole) = words.first_chunk() {
        return whole;
    }
    *room = [0; BLOCK];
    room.iter_mut().zip(words).for_each(|(word, own)| *word = *own);
    room
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

impl Laid {
    /// Lays filters over a set, in one pass; silence passes all of them where they are lenient.
    pub(in crate::catalogue) fn over(base: &Bits, sieves: &[Sieve<'_>], is_lenient: bool) -> Self {
        if base.0.len() <= SHORT {
            Self::in_blocks::<SHORT>(base, sieves, is_lenient)
        } else {
            Self::in_blocks::<LONG>(base, sieves, is_lenient)
        }
    }

    /// The same, so many words at once.
    fn in_blocks<const BLOCK: usize>(base: &Bits, sieves: &[Sieve<'_>], is_lenient: bool) -> Self {
        let laid = Self {
            chosen: Bits(Vec::with_capacity(base.0.len())),
            silent: vec![0; sieves.len()],
            others: vec![Bits::default(); sieves.len()],
            ..Self::default()
        };
        // What passes all filters after each.
        let mut after = vec![[0; BLOCK]; sieves.len()];
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
    fn lay<const BLOCK: usize>(
        &mut self,
        base: &[u64],
        from: usize,
        sieves: &[Sieve<'_>],
        is_lenient: bool,
        after: &mut [[u64; BLOCK]],
    ) {
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::tests::some;
    use super::*;

    #[test]
    fn filters_laid_over_each_other_are_what_they_are_one_by_one() {
        for (below, count) in [(1, 0), (60, 30), (70, 60), (512, 300), (513, 300), (4_096, 2_000), (20_000, 9_000)] {
            // As where the entries of another kind are among them.
            let of_others = 4_096..3 * 4_096;
            let base: BTreeSet<u32> =
                some(1, count * 2, below).into_iter().filter(|ordinal| !of_others.contains(ordinal)).collect();
            let filters: Vec<(BTreeSet<u32>, BTreeSet<u32>)> = (0..4)
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

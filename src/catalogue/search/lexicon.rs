//! The words that entries are written with: what the beginning of a word may go on to, and what a slip was meant to be.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use foldhash::fast::RandomState;

use super::words::stem;

/// The most words that a slip may have been meant to be.
const MOST: usize = 32;

/// A word that entries have.
#[derive(Debug, Clone)]
pub(super) struct Entered {
    /// As it is written, but for case and accents.
    pub(super) plain: Box<str>,
    /// Without its ending.
    pub(super) stem: Arc<str>,
    /// Which letters it has, and how many characters: two words that differ much in these are not near each other.
    letters: u64,
    length: usize,
}

/// The words that entries have or had, in order. What no entry has any more finds nothing; it only takes a place among
/// the words that are tried.
#[derive(Debug, Clone, Default)]
pub(super) struct Lexicon(Arc<Vec<Entered>>);

/// The words that were met while entries were indexed.
#[derive(Debug, Default)]
pub(super) struct Met(Mutex<HashMap<Box<str>, Arc<str>, RandomState>>);

impl Met {
    /// The stem of a word; the word is noted, unless it is a number or has one in it: there are too many of those, and
    /// none is a slip of another.
    pub(super) fn stem(&self, plain: &str) -> Arc<str> {
        let stem: Arc<str> = stem(plain).into();
        if plain.chars().all(char::is_alphabetic) {
            let mut met = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            met.insert(plain.into(), Arc::clone(&stem));
        }
        stem
    }

    /// The words that were met since this was asked last.
    fn take(&self) -> HashMap<Box<str>, Arc<str>, RandomState> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Lexicon {
    /// The lexicon with the words that were met too.
    pub(super) fn with(&self, met: &Met) -> Self {
        let is_new = |plain: &str| self.0.binary_search_by(|word| (*word.plain).cmp(plain)).is_err();
        let new: Vec<_> = met.take().into_iter().filter(|(plain, _)| is_new(plain)).collect();
        if new.is_empty() {
            return self.clone();
        }
        let mut words = (*self.0).clone();
        words.extend(new.into_iter().map(|(plain, stem)| Entered {
            letters: letters(&plain),
            length: plain.chars().count(),
            plain,
            stem,
        }));
        words.sort_unstable_by(|a, b| a.plain.cmp(&b.plain));
        Self(Arc::new(words))
    }

    /// The words that begin so, without the word itself.
    pub(super) fn going_on(&self, begun: &str) -> impl Iterator<Item = &Entered> {
        let from = self.0.partition_point(|word| *word.plain < *begun);
        let going_on = self.0.get(from..).unwrap_or_default().iter();
        going_on.take_while(move |word| word.plain.starts_with(begun)).filter(move |word| *word.plain != *begun)
    }

    /// The words that have at most so many slips between them and this one, each with how many.
    pub(super) fn near(&self, typed: &str, most: u8) -> Vec<(&Entered, u8)> {
        let (own, length) = (letters(typed), typed.chars().count());
        let most = usize::from(most);
        let may_be = |word: &&Entered| {
            // A slip changes two bits at the most: of a letter that is gone, and of one that is there.
            word.length.abs_diff(length) <= most && (word.letters ^ own).count_ones() as usize <= 2 * most
        };
        let distance = |word: &'_ Entered| strsim::osa_distance(typed, &word.plain);
        let mut near: Vec<(&Entered, u8)> = self
            .0
            .iter()
            .filter(may_be)
            .filter_map(|word| Some((word, u8::try_from(distance(word)).ok()?)))
            .filter(|(_, slips)| (1..=most).contains(&usize::from(*slips)))
            .collect();
        near.sort_by_key(|(_, slips)| *slips);
        near.truncate(MOST);
        near
    }
}

/// Which letters a word has, and which more than once, as bits; some letters share theirs.
fn letters(word: &str) -> u64 {
    // Over characters: one of several bytes is one slip all the same.
    word.chars().fold(0, |letters, c| {
        let once = 1 << (u32::from(c) & 31);
        letters | once | (letters & once) << 32
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lexicon(words: &[&str]) -> Lexicon {
        let met = Met::default();
        for word in words {
            met.stem(word);
        }
        Lexicon::default().with(&met)
    }

    #[test]
    fn beginnings_go_on_and_slips_are_near() {
        let words = ["leadership", "leading", "lead", "nurse", "nursing", "coach", "8a", "band7", "лидер", "книга"];
        let lexicon = lexicon(&words);
        let going_on: Vec<&str> = lexicon.going_on("lead").map(|word| &*word.plain).collect();
        assert_eq!(going_on, ["leadership", "leading"]);
        let near = |typed: &str, most| {
            lexicon.near(typed, most).iter().map(|(word, slips)| (&*word.plain, *slips)).collect::<Vec<_>>()
        };
        assert_eq!(near("leadershpi", 2), [("leadership", 1)]);
        assert_eq!(near("nurs", 1), [("nurse", 1)]);
        assert_eq!(near("caoch", 1), [("coach", 1)]);
        assert_eq!(near("литер", 1), [("лидер", 1)]);
        assert_eq!(near("кнуга", 1), [("книга", 1)]);
        assert_eq!(near("coach", 1), []);
        assert_eq!(near("zebra", 2), []);
        assert_eq!(near("8b", 1), []);
    }

    #[test]
    fn what_is_met_later_is_added() {
        let met = Met::default();
        let first = lexicon(&["nurse"]);
        assert_eq!(&*met.stem("midwives"), "midwiv");
        let second = first.with(&met);
        assert_eq!((first.0.len(), second.0.len()), (1, 2));
        assert_eq!(second.with(&met).0.len(), 2);
    }
}

//! Which entries have a word, and what it weighs there: lists by ordinal, which are laid over each other.
//!
//! The lists of the words that were asked for last, of what means the same, goes on from them or is spelt nearly so, are
//! kept with the index they were read from. A query is then worked out in memory, without a look at the index.

use std::cmp::Ordering;
use std::sync::Arc;

use quick_cache::Weighter;
use quick_cache::sync::Cache;
use tantivy::postings::Postings as _;
use tantivy::query::{Bm25Weight, PhraseQuery};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocSet as _, Score, Searcher, SegmentReader, TERMINATED, TantivyError, Term};

/// Entries that have something, by ordinal, each with what that weighs.
pub(super) type List = Arc<Vec<(u32, Score)>>;

/// The entries that have any of some words which are not the one that was typed, and the stems of those words.
pub(super) type Loose = (List, Arc<[Arc<str>]>);

/// How many bytes of lists are kept.
const KEPT: u64 = 32 * 1024 * 1024;

/// From how many times the length on a longer list is searched for what is in the shorter, rather than walked along.
const MUCH_LONGER: usize = 16;

/// A title of so many bytes makes a score nothing; none that is told apart is as long.
const LONG_TITLE: Score = 600.0;

/// What a list is of.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Of {
    /// A word in a field.
    Word(Field, String),
    /// Words and what means the same: their stems, each with how far it stands behind the first.
    Part(Vec<(usize, String)>),
    /// Words that begin so.
    Beginning(Arc<str>),
    /// Words that are spelt nearly so.
    Near(Arc<str>),
}

/// What a list takes: its bytes and about what is kept around them.
#[derive(Clone)]
struct Bytewise;

impl Weighter<Of, Loose> for Bytewise {
    fn weight(&self, _: &Of, (list, stems): &Loose) -> u64 {
        (list.len() * size_of::<(u32, Score)>() + stems.len() * size_of::<Arc<str>>() + 200) as u64
    }
}

/// The lists of an index.
pub(super) struct Lists {
    searcher: Searcher,
    kept: Cache<Of, Loose, Bytewise>,
}

impl Lists {
    /// The lists of what a searcher sees.
    pub(super) fn of(searcher: Searcher) -> Self {
        Self { searcher, kept: Cache::with_weighter(1_000, KEPT, Bytewise) }
    }

    /// How many documents there are.
    pub(super) fn documents(&self) -> u64 {
        self.searcher.num_docs()
    }

    /// The entries that have a word in a field. Where how often it stands there is known, it weighs by BM25, and as much
    /// again times the boost as it does in the other field.
    pub(super) fn having(
        &self,
        field: Field,
        word: &str,
        again_in: Option<(Field, Score)>,
    ) -> Result<List, TantivyError> {
        self.kept(&Of::Word(field, word.to_owned()), || self.read(field, word, again_in).map(Arc::new))
    }

    /// A list that was made before, if it is still kept; otherwise one that is made now.
    pub(super) fn kept(
        &self,
        of: &Of,
        make: impl FnOnce() -> Result<List, TantivyError>,
    ) -> Result<List, TantivyError> {
        self.kept_loose(of, || Ok((make()?, Arc::default()))).map(|(list, _)| list)
    }

    /// As [`Self::kept`], with the stems of the words that the list is of.
    pub(super) fn kept_loose(
        &self,
        of: &Of,
        make: impl FnOnce() -> Result<Loose, TantivyError>,
    ) -> Result<Loose, TantivyError> {
        self.kept.get_or_insert_with(of, make)
    }

    fn read(
        &self,
        field: Field,
        word: &str,
        again_in: Option<(Field, Score)>,
    ) -> Result<Vec<(u32, Score)>, TantivyError> {
        let term = Term::from_field_text(field, word);
        let fields = std::iter::once((term, 1.0))
            .chain(again_in.map(|(field, boost)| (Term::from_field_text(field, word), boost)));
        let weights = fields
            .map(|(term, boost)| {
                let weight = again_in.map(|_| Bm25Weight::for_terms(&self.searcher, std::slice::from_ref(&term)));
                Ok((term, weight.transpose()?.map(|weight| weight.boost_by(boost))))
            })
            .collect::<Result<Vec<_>, TantivyError>>()?;
        let mut list = Vec::new();
        for segment in self.searcher.segment_readers() {
            let mut found: Vec<(u32, Score)> = Vec::new();
            for (term, weight) in &weights {
                found = together(&found, &read_postings(segment, term, weight.as_ref())?, |a, b| a + b);
            }
            let places = segment.fast_fields().u64("place")?.first_or_default_col(u64::MAX);
            list.extend(found.into_iter().map(|(document, score)| placed(places.get_val(document), score)));
        }
        list.sort_unstable_by_key(|(ordinal, _)| *ordinal);
        Ok(list)
    }

    /// The entries that have some words one after the other, given with their places.
    pub(super) fn having_phrase(&self, field: Field, words: &[(usize, &str)]) -> Result<List, TantivyError> {
        let terms = words.iter().map(|(at, word)| (*at, Term::from_field_text(field, word))).collect();
        let found = self.searcher.search(&PhraseQuery::new_with_offset(terms), &super::query::Scored)?;
        let mut list: Vec<(u32, Score)> = found.into_iter().map(|(place, score)| placed(place, score)).collect();
        list.sort_unstable_by_key(|(ordinal, _)| *ordinal);
        Ok(Arc::new(list))
    }
}

/// The documents of a part of the index that have a word, with what it weighs.
fn read_postings(
    segment: &SegmentReader,
    term: &Term,
    weight: Option<&Bm25Weight>,
) -> Result<Vec<(u32, Score)>, TantivyError> {
    let index = segment.inverted_index(term.field())?;
    let Some(mut postings) = index.read_postings(term, IndexRecordOption::WithFreqs)? else { return Ok(Vec::new()) };
    let norms = weight.map(|_| segment.get_fieldnorms_reader(term.field())).transpose()?;
    let mut found = Vec::with_capacity(postings.size_hint() as usize);
    while postings.doc() != TERMINATED {
        let document = postings.doc();
        if !segment.is_deleted(document) {
            let score = weight.zip(norms.as_ref());
            let score =
                score.map_or(1.0, |(weight, norms)| weight.score(norms.fieldnorm_id(document), postings.term_freq()));
            found.push((document, score));
        }
        postings.advance();
    }
    Ok(found)
}

/// What a document is worth as an entry: the longer its title, the less it weighs that it has the words, for there is
/// more in it that was not asked for.
fn placed(place: u64, score: Score) -> (u32, Score) {
    let (ordinal, title_length) = super::place(place);
    #[expect(clippy::cast_precision_loss, reason = "a title's length is small")]
    let factor = 1.0 - title_length as Score / LONG_TITLE;
    (ordinal, score * factor)
}

/// What is in either list; what is in both weighs what is made of both.
pub(super) fn together(
    one: &[(u32, Score)],
    other: &[(u32, Score)],
    both: impl Fn(Score, Score) -> Score,
) -> Vec<(u32, Score)> {
    if one.is_empty() || other.is_empty() {
        return if one.is_empty() { other.to_vec() } else { one.to_vec() };
    }
    let mut all = Vec::with_capacity(one.len() + other.len());
    let (mut ones, mut others) = (one.iter().peekable(), other.iter().peekable());
    loop {
        let next = match (ones.peek(), others.peek()) {
            (Some(a), Some(b)) => match a.0.cmp(&b.0) {
                Ordering::Less => ones.next().copied(),
                Ordering::Greater => others.next().copied(),
                Ordering::Equal => {
                    let met = (a.0, both(a.1, b.1));
                    ones.next();
                    others.next();
                    Some(met)
                }
            },
            (Some(_), None) => ones.next().copied(),
            (None, _) => others.next().copied(),
        };
        match next {
            Some(next) => all.push(next),
            None => return all,
        }
    }
}

/// What is in both lists, weighing what it does in both.
pub(super) fn common(one: &[(u32, Score)], other: &[(u32, Score)]) -> Vec<(u32, Score)> {
    let (short, mut long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    let is_much_longer = long.len() / MUCH_LONGER >= short.len();
    let mut met = Vec::new();
    for (ordinal, score) in short {
        let before = if is_much_longer {
            long.partition_point(|(other, _)| other < ordinal)
        } else {
            long.iter().position(|(other, _)| other >= ordinal).unwrap_or(long.len())
        };
        long = long.get(before..).unwrap_or_default();
        match long.first() {
            None => break,
            Some((other, other_score)) if other == ordinal => met.push((*ordinal, score + other_score)),
            Some(_) => {}
        }
    }
    met
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_laid_over_each_other_as_sets_are() {
        let list = |ordinals: &[u32]| ordinals.iter().map(|ordinal| (*ordinal, 1.0)).collect::<Vec<_>>();
        let long: Vec<u32> = (0..200).filter(|ordinal| ordinal % 3 != 0).collect();
        for (one, other) in [
            (vec![], vec![]),
            (vec![1, 5, 9], vec![]),
            (vec![1, 5, 9], vec![5, 6, 9, 10]),
            (vec![0, 3, 100, 199, 500], long.clone()),
            ((0..100).collect(), long),
        ] {
            let (a, b) = (list(&one), list(&other));
            for (a, b) in [(&a, &b), (&b, &a)] {
                let both: Vec<(u32, f32)> =
                    one.iter().filter(|ordinal| other.contains(ordinal)).map(|ordinal| (*ordinal, 2.0)).collect();
                assert_eq!(common(a, b), both);
                let all = together(a, b, |a, b| a + b);
                assert!(all.is_sorted_by_key(|(ordinal, _)| *ordinal));
                let is_of = |ordinal: &u32| one.contains(ordinal) || other.contains(ordinal);
                assert!(all.iter().map(|(ordinal, _)| *ordinal).eq((0..1_000).filter(is_of)));
                assert!(all.iter().filter(|(_, score)| *score > 1.5).count() == both.len());
            }
        }
    }
}

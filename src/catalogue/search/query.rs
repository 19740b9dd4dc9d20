//! Looking for a text, and in which order what is found comes.

use std::fmt;
use std::sync::Arc;

use roaring::RoaringBitmap;
use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::ColumnValues;
use tantivy::query::{
    BooleanQuery, BoostQuery, ConstScoreQuery, DisjunctionMaxQuery, FuzzyTermQuery, PhraseQuery, Query, TermQuery,
};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocId, Score, Searcher, SegmentReader, TantivyError, Term};

use super::Fields;
use super::text::{Part, Text};

/// What another field that has the word too adds, as a share of its own score.
const TIE: f32 = 0.1;

/// What a word weighs that means the same as the one typed.
const SYNONYM: f32 = 0.3;

/// From how many letters on a word may have one typo, and two.
const ONE_TYPO: usize = 4;
const TWO_TYPOS: usize = 8;

/// The fewest letters that are looked for as the beginning of a word.
const SHORTEST_PREFIX: usize = 2;

/// How what was typed answers to what is found; the better comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Likeness {
    /// It has all words, in whatever form, or what means the same.
    Exact,
    /// The last word is the beginning of one that it has.
    Prefix,
    /// It has words that are spelt nearly so.
    Typo,
    /// It has some of the words.
    Some,
}

impl Likeness {
    /// The name that answers give it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Prefix => "prefix",
            Self::Typo => "typo",
            Self::Some => "some",
        }
    }
}

/// An entry that was found.
#[derive(Debug, Clone, Copy)]
struct Hit {
    ordinal: u32,
    likeness: Likeness,
    score: Score,
}

/// What a text found.
#[derive(Clone)]
pub struct Hits {
    /// What was looked for.
    pub text: Text,
    pub(in crate::catalogue) set: RoaringBitmap,
    /// By ordinal.
    hits: Vec<Hit>,
}

/// As a filter it is what was typed: what was found follows from that.
impl fmt::Debug for Hits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text.typed, f)
    }
}

impl PartialEq for Hits {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Hits {}

impl Hits {
    /// How an entry answers what was typed.
    pub(in crate::catalogue) fn likeness(&self, ordinal: u32) -> Option<Likeness> {
        self.hit(ordinal).map(|hit| hit.likeness)
    }

    /// The likeness of the best of what was found.
    #[must_use]
    pub fn best(&self) -> Option<Likeness> {
        self.hits.iter().map(|hit| hit.likeness).min()
    }

    /// The place of an entry among all found: the lower, the better. Of two that answer nearly alike the one with the
    /// shorter title has less in it that was not asked for.
    pub(in crate::catalogue) fn rank(&self, ordinal: u32, title: &str) -> i64 {
        let Some(hit) = self.hit(ordinal) else { return i64::MAX };
        // A thousandth of a score tells nothing apart that a person would.
        #[expect(clippy::cast_possible_truncation, reason = "scores are small, and the cast keeps within bounds")]
        let score = (hit.score * 1_000.0).round() as i64;
        let length = i64::try_from(title.len()).unwrap_or(i64::MAX).min(500);
        (hit.likeness as i64) * 1_000_000_000 + length - score.min(999_999_999)
    }

    fn hit(&self, ordinal: u32) -> Option<&Hit> {
        let at = self.hits.binary_search_by_key(&ordinal, |hit| hit.ordinal).ok()?;
        self.hits.get(at)
    }
}

/// What a text finds among some entries.
pub(super) fn find(
    searcher: &Searcher,
    fields: &Fields,
    text: &Text,
    within: RoaringBitmap,
) -> Result<Hits, TantivyError> {
    let mut found = Finding { searcher, within: Arc::new(within), set: RoaringBitmap::new(), hits: Vec::new() };
    let exact = |part: &Part| fields.exact(part);
    if let Some((last, others)) = text.parts.split_last() {
        found.take(Likeness::Exact, all(text.parts.iter().map(exact).collect()))?;
        let word = last.loose_word().filter(|word| text.is_open && word.plain.chars().count() >= SHORTEST_PREFIX);
        if let Some(word) = word {
            let mut parts: Vec<_> = others.iter().map(exact).collect();
            parts.push(fields.prefix(&word.plain));
            found.take(Likeness::Prefix, all(parts))?;
        }
        if found.hits.is_empty() {
            found.take(Likeness::Typo, all(text.parts.iter().map(|part| fields.loose(part)).collect()))?;
        }
        if found.hits.is_empty() && text.parts.len() > 1 {
            found.take(Likeness::Some, any(text.parts.iter().map(|part| fields.loose(part)).collect()))?;
        }
    }
    found.hits.sort_unstable_by_key(|hit| hit.ordinal);
    Ok(Hits { text: text.clone(), set: found.set, hits: found.hits })
}

/// The entries whose headings have words that begin as these do.
pub(super) fn headed(
    searcher: &Searcher,
    fields: &Fields,
    words: &[String],
    within: RoaringBitmap,
) -> Result<Vec<u32>, TantivyError> {
    let begins = |word: &String| {
        let term = Term::from_field_text(fields.heading, word);
        Box::new(FuzzyTermQuery::new_prefix(term, 0, true)) as Box<dyn Query>
    };
    let found = searcher.search(&*all(words.iter().map(begins).collect()), &Scored(Arc::new(within)))?;
    Ok(found.into_iter().map(|(ordinal, _)| ordinal).collect())
}

/// What is found so far.
struct Finding<'a> {
    searcher: &'a Searcher,
    within: Arc<RoaringBitmap>,
    set: RoaringBitmap,
    hits: Vec<Hit>,
}

impl Finding<'_> {
    /// Takes in what a query finds that was not found before.
    fn take(&mut self, likeness: Likeness, query: Box<dyn Query>) -> Result<(), TantivyError> {
        let found = self.searcher.search(&*query, &Scored(Arc::clone(&self.within)))?;
        let known = self.set.clone();
        for (ordinal, score) in found.into_iter().filter(|(ordinal, _)| !known.contains(*ordinal)) {
            self.set.insert(ordinal);
            self.hits.push(Hit { ordinal, likeness, score });
        }
        Ok(())
    }
}

fn all(mut parts: Vec<Box<dyn Query>>) -> Box<dyn Query> {
    if parts.len() == 1
        && let Some(part) = parts.pop()
    {
        return part;
    }
    Box::new(BooleanQuery::intersection(parts))
}

fn any(parts: Vec<Box<dyn Query>>) -> Box<dyn Query> {
    Box::new(BooleanQuery::union(parts))
}

fn best(parts: Vec<Box<dyn Query>>) -> Box<dyn Query> {
    Box::new(DisjunctionMaxQuery::with_tie_breaker(parts, TIE))
}

impl Fields {
    /// What has a part or what means the same.
    fn exact(&self, part: &Part) -> Box<dyn Query> {
        let own: Vec<(usize, &str)> = part.words.iter().map(|word| (word.at, word.stem.as_str())).collect();
        let mut ways = vec![self.stems(&own)];
        if own.len() > 1 && !part.is_quoted {
            // Words that have a synonym together are found apart from each other too.
            ways.push(all(own.iter().map(|word| self.stems(&[*word])).collect()));
        }
        for synonym in &part.synonyms {
            let stems: Vec<(usize, &str)> = synonym.iter().map(|(at, stem)| (*at, stem.as_str())).collect();
            ways.push(Box::new(BoostQuery::new(self.stems(&stems), SYNONYM)));
        }
        if ways.len() == 1 { all(ways) } else { best(ways) }
    }

    /// What has some stems one after the other, in the field where they weigh most.
    fn stems(&self, stems: &[(usize, &str)]) -> Box<dyn Query> {
        let in_field = |(field, weight): (Field, f32)| {
            let terms: Vec<(usize, Term)> =
                stems.iter().map(|(at, stem)| (*at, Term::from_field_text(field, stem))).collect();
            let query: Box<dyn Query> = match terms.as_slice() {
                [(_, term)] => Box::new(TermQuery::new(term.clone(), IndexRecordOption::WithFreqs)),
                _ => Box::new(PhraseQuery::new_with_offset(terms)),
            };
            Box::new(BoostQuery::new(query, weight)) as Box<dyn Query>
        };
        best(self.weighed.map(in_field).into())
    }

    /// What has a word that begins so.
    fn prefix(&self, word: &str) -> Box<dyn Query> {
        let begins =
            |field| Box::new(FuzzyTermQuery::new_prefix(Term::from_field_text(field, word), 0, true)) as Box<dyn Query>;
        best(vec![constant(begins(self.heading), 8.0), constant(begins(self.words), 1.0)])
    }

    /// What has a part, or words that are spelt nearly so.
    fn loose(&self, part: &Part) -> Box<dyn Query> {
        let mut ways = vec![self.exact(part)];
        if let Some(word) = part.loose_word() {
            for distance in 1..=typos(&word.plain) {
                let near = |field| {
                    let term = Term::from_field_text(field, &word.plain);
                    Box::new(FuzzyTermQuery::new(term, distance, true)) as Box<dyn Query>
                };
                let weight = 1.0 / f32::from(distance);
                ways.push(constant(near(self.heading), 8.0 * weight));
                ways.push(constant(near(self.words), weight));
            }
        }
        best(ways)
    }
}

fn constant(query: Box<dyn Query>, score: Score) -> Box<dyn Query> {
    Box::new(ConstScoreQuery::new(query, score))
}

/// How many typos a word may have.
pub(super) fn typos(word: &str) -> u8 {
    match word.chars().count() {
        ..ONE_TYPO => 0,
        ONE_TYPO..TWO_TYPOS => 1,
        _ => 2,
    }
}

/// Collects the ordinals and scores of what is among some entries.
struct Scored(Arc<RoaringBitmap>);

/// As [`Scored`], of one part of the index.
struct ScoredPart {
    within: Arc<RoaringBitmap>,
    ordinals: Arc<dyn ColumnValues<u64>>,
    found: Vec<(u32, Score)>,
}

impl Collector for Scored {
    type Fruit = Vec<(u32, Score)>;
    type Child = ScoredPart;

    fn for_segment(&self, _: u32, segment: &SegmentReader) -> Result<ScoredPart, TantivyError> {
        let ordinals = segment.fast_fields().u64("ordinal")?.first_or_default_col(u64::MAX);
        Ok(ScoredPart { within: Arc::clone(&self.0), ordinals, found: Vec::new() })
    }

    fn requires_scoring(&self) -> bool {
        true
    }

    fn merge_fruits(&self, found: Vec<Vec<(u32, Score)>>) -> Result<Vec<(u32, Score)>, TantivyError> {
        Ok(found.concat())
    }
}

impl SegmentCollector for ScoredPart {
    type Fruit = Vec<(u32, Score)>;

    fn collect(&mut self, document: DocId, score: Score) {
        if let Ok(ordinal) = u32::try_from(self.ordinals.get_val(document))
            && self.within.contains(ordinal)
        {
            self.found.push((ordinal, score));
        }
    }

    fn harvest(self) -> Vec<(u32, Score)> {
        self.found
    }
}

//! Looking for a text, and in which order what is found comes.

use std::fmt;
use std::sync::Arc;

use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::ColumnValues;
use tantivy::query::{BooleanQuery, BoostQuery, DisjunctionMaxQuery, Occur, PhraseQuery, Query, TermQuery};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, Score, Searcher, SegmentReader, TantivyError, Term};

use super::lexicon::Lexicon;
use super::text::{Part, Text};
use super::words::Word;
use super::{Fields, place};
use crate::catalogue::bits::Bits;

/// What a word weighs once more that stands in the title.
const IN_TITLE: f32 = 2.0;

/// What a word weighs that means the same as the one typed.
const SYNONYM: f32 = 0.3;

/// From how many letters on a word may have one typo, and two.
const ONE_TYPO: usize = 4;
const TWO_TYPOS: usize = 8;

/// A title of so many bytes makes a score nothing; none that is told apart is as long.
const LONG_TITLE: f32 = 600.0;

/// The most words, and the most stems, that the beginning of a word is taken to go on to.
const MOST_WORDS: usize = 500;
const MOST_STEMS: usize = 100;

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
    /// Its place among all found: the lower, the better.
    rank: i64,
}

impl Hit {
    /// The longer its title, the less it weighs that an entry has the words: there is more in it that was not asked for.
    fn new(Found { ordinal, title_length, score }: Found, likeness: Likeness) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "a title's length is small")]
        let score = score * (1.0 - title_length as f32 / LONG_TITLE);
        // A thousandth of a score tells nothing apart that a person would.
        #[expect(clippy::cast_possible_truncation, reason = "scores are small, and the cast keeps within bounds")]
        let score = (score * 1_000.0).round() as i64;
        let rank = (likeness as i64) * 1_000_000_000 - score.min(999_999_999);
        Self { ordinal, likeness, rank }
    }
}

/// What a text found.
#[derive(Clone)]
pub struct Hits {
    /// What was looked for.
    pub text: Text,
    pub(in crate::catalogue) set: Bits,
    /// By ordinal.
    found: Vec<Hit>,
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
        self.found.iter().map(|hit| hit.likeness).min()
    }

    /// The place of an entry among all found: the lower, the better.
    pub(in crate::catalogue) fn rank(&self, ordinal: u32) -> i64 {
        self.hit(ordinal).map_or(i64::MAX, |hit| hit.rank)
    }

    /// The places and ordinals of those found that are among some entries.
    pub(in crate::catalogue) fn among(&self, chosen: &Bits) -> Vec<(i64, u32)> {
        let among = self.found.iter().filter(|hit| chosen.contains(hit.ordinal));
        among.map(|hit| (hit.rank, hit.ordinal)).collect()
    }

    fn hit(&self, ordinal: u32) -> Option<&Hit> {
        let at = self.found.binary_search_by_key(&ordinal, |hit| hit.ordinal).ok()?;
        self.found.get(at)
    }
}

/// What a text finds among some entries.
pub(super) fn find(
    searcher: &Searcher,
    fields: &Fields,
    lexicon: &Lexicon,
    text: &Text,
    within: Bits,
) -> Result<Hits, TantivyError> {
    let mut found = Finding { searcher, within: Arc::new(within), set: Bits::default(), hits: Vec::new() };
    if let Some((last, others)) = text.parts.split_last() {
        let exact = |part: &Part| fields.exact(part);
        found.take(Likeness::Exact, &*all(text.parts.iter().map(exact).collect()))?;
        let word = last.loose_word().filter(|word| text.is_open && word.plain.chars().count() >= SHORTEST_PREFIX);
        if let Some(going_on) = word.and_then(|word| fields.going_on(word, lexicon)) {
            let mut parts: Vec<_> = others.iter().map(exact).collect();
            parts.push(going_on);
            found.take(Likeness::Prefix, &*all(parts))?;
        }
        if found.hits.is_empty() {
            let loose = |part: &Part| fields.loose(part, lexicon);
            found.take(Likeness::Typo, &*all(text.parts.iter().map(loose).collect()))?;
            if found.hits.is_empty() && text.parts.len() > 1 {
                found.take(Likeness::Some, &*any(text.parts.iter().map(loose).collect()))?;
            }
        }
    }
    found.hits.sort_unstable_by_key(|hit| hit.ordinal);
    Ok(Hits { text: text.clone(), set: found.set, found: found.hits })
}

/// The entries whose headings have words that begin as these do.
pub(super) fn headed(
    searcher: &Searcher,
    fields: &Fields,
    lexicon: &Lexicon,
    words: &[String],
    within: Bits,
) -> Result<Vec<u32>, TantivyError> {
    let term = |word: &str| {
        let term = Term::from_field_text(fields.heading, word);
        Box::new(TermQuery::new(term, IndexRecordOption::Basic)) as Box<dyn Query>
    };
    let begins = |word: &String| {
        let going_on = lexicon.going_on(word).take(MOST_WORDS).map(|word| term(&word.plain));
        any(std::iter::once(term(word)).chain(going_on).collect())
    };
    let found = searcher.search(&*all(words.iter().map(begins).collect()), &Scored(Arc::new(within)))?;
    Ok(found.into_iter().map(|found| found.ordinal).collect())
}

/// What is found so far.
struct Finding<'a> {
    searcher: &'a Searcher,
    within: Arc<Bits>,
    set: Bits,
    hits: Vec<Hit>,
}

impl Finding<'_> {
    /// Takes in what a query finds that was not found before.
    fn take(&mut self, likeness: Likeness, query: &dyn Query) -> Result<(), TantivyError> {
        let found = self.searcher.search(query, &Scored(Arc::clone(&self.within)))?;
        let known = self.set.clone();
        for found in found.into_iter().filter(|found| !known.contains(found.ordinal)) {
            self.set.insert(found.ordinal);
            self.hits.push(Hit::new(found, likeness));
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
    Box::new(DisjunctionMaxQuery::new(parts))
}

impl Fields {
    /// What has a part or what means the same.
    fn exact(&self, part: &Part) -> Box<dyn Query> {
        let own: Vec<(usize, &str)> = part.words.iter().map(|word| (word.at, &*word.stem)).collect();
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

    /// What has some stems one after the other.
    fn stems(&self, stems: &[(usize, &str)]) -> Box<dyn Query> {
        let terms: Vec<(usize, Term)> =
            stems.iter().map(|(at, stem)| (*at, Term::from_field_text(self.text, stem))).collect();
        match terms.as_slice() {
            [(_, term)] => {
                let word = Box::new(TermQuery::new(term.clone(), IndexRecordOption::WithFreqs));
                let in_title = stems.first().map_or("", |(_, stem)| stem);
                let in_title = Term::from_field_text(self.title, in_title);
                let in_title = Box::new(TermQuery::new(in_title, IndexRecordOption::WithFreqs));
                let in_title = Box::new(BoostQuery::new(in_title, IN_TITLE));
                Box::new(BooleanQuery::new(vec![(Occur::Must, word), (Occur::Should, in_title)]))
            }
            _ => Box::new(PhraseQuery::new_with_offset(terms)),
        }
    }

    /// What has a word that begins so and is another; none where there is no such word.
    fn going_on(&self, begun: &Word, lexicon: &Lexicon) -> Option<Box<dyn Query>> {
        let mut stems: Vec<&str> = lexicon.going_on(&begun.plain).map(|word| &*word.stem).collect();
        stems.retain(|stem| *stem != &*begun.stem);
        stems.sort_unstable();
        stems.dedup();
        stems.truncate(MOST_STEMS);
        (!stems.is_empty()).then(|| best(stems.into_iter().map(|stem| self.stems(&[(0, stem)])).collect()))
    }

    /// What has a part, or words that are spelt nearly so: the fewer slips, the more it weighs.
    fn loose(&self, part: &Part, lexicon: &Lexicon) -> Box<dyn Query> {
        let mut ways = vec![self.exact(part)];
        if let Some(word) = part.loose_word() {
            let near = lexicon.near(&word.plain, typos(&word.plain)).into_iter();
            ways.extend(near.map(|(word, slips)| {
                let weight = 0.5 / f32::from(slips);
                Box::new(BoostQuery::new(self.stems(&[(0, &word.stem)]), weight)) as Box<dyn Query>
            }));
        }
        best(ways)
    }
}

/// How many typos a word may have.
pub(super) fn typos(word: &str) -> u8 {
    match word.chars().count() {
        ..ONE_TYPO => 0,
        ONE_TYPO..TWO_TYPOS => 1,
        _ => 2,
    }
}

/// What the index finds.
#[derive(Debug, Clone, Copy)]
struct Found {
    ordinal: u32,
    title_length: u32,
    score: Score,
}

/// Collects what is found among some entries.
struct Scored(Arc<Bits>);

/// As [`Scored`], of one part of the index.
struct ScoredPart {
    within: Arc<Bits>,
    places: Arc<dyn ColumnValues<u64>>,
    found: Vec<Found>,
}

impl Collector for Scored {
    type Fruit = Vec<Found>;
    type Child = ScoredPart;

    fn for_segment(&self, _: u32, segment: &SegmentReader) -> Result<ScoredPart, TantivyError> {
        let places = segment.fast_fields().u64("place")?.first_or_default_col(u64::MAX);
        Ok(ScoredPart { within: Arc::clone(&self.0), places, found: Vec::new() })
    }

    fn requires_scoring(&self) -> bool {
        true
    }

    fn merge_fruits(&self, found: Vec<Vec<Found>>) -> Result<Vec<Found>, TantivyError> {
        Ok(found.concat())
    }
}

impl SegmentCollector for ScoredPart {
    type Fruit = Vec<Found>;

    fn collect(&mut self, document: DocId, score: Score) {
        let (ordinal, title_length) = place(self.places.get_val(document));
        if self.within.contains(ordinal) {
            self.found.push(Found { ordinal, title_length, score });
        }
    }

    fn harvest(self) -> Vec<Found> {
        self.found
    }
}

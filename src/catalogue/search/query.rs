//! Looking for a text, and in which order what is found comes.

use std::hash::{Hash, Hasher};
use std::sync::{Arc, OnceLock};

use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::ColumnValues;
use tantivy::{DocId, Score, SegmentReader, TantivyError};

use super::Fields;
use super::lexicon::Lexicon;
use super::listed::{List, Lists, Loose, Of, common, together};
use super::text::{Part, Text};
use super::words::Word;
use crate::catalogue::bits::Bits;
use crate::model::codes::Kind;

/// What a word weighs once more that stands in the title.
const IN_TITLE: Score = 2.0;

/// What a word weighs that means the same as the one typed.
const SYNONYM: Score = 0.3;

/// From how many letters on a word may have one typo, and two.
const ONE_TYPO: usize = 4;
const TWO_TYPOS: usize = 8;

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
    fn new((ordinal, score): (u32, Score), likeness: Likeness) -> Self {
        // A thousandth of a score tells nothing apart that a person would.
        #[expect(clippy::cast_possible_truncation, reason = "scores are small, and the cast keeps within bounds")]
        let score = (score * 1_000.0).round() as i64;
        let rank = (likeness as i64) * 1_000_000_000 - score.min(999_999_999);
        Self { ordinal, likeness, rank }
    }
}

/// What a text found.
#[derive(Debug, Clone)]
pub struct Hits {
    /// What was looked for.
    pub text: Text,
    pub(in crate::catalogue) set: Bits,
    /// By ordinal.
    found: Vec<Hit>,
    /// The stems of the words beside those typed by which it was found, in order.
    pub(super) loose: Arc<[Arc<str>]>,
}

/// A text as a filter: it is looked for once, when somebody wants to know what it finds.
#[derive(Debug)]
pub struct Sought {
    /// What is looked for.
    pub text: Text,
    /// Among which kinds.
    pub(in crate::catalogue) kinds: Vec<Kind>,
    /// Whether variants are looked at too.
    pub(in crate::catalogue) with_variants: bool,
    /// What it found.
    pub(in crate::catalogue) hits: OnceLock<Hits>,
}

impl Sought {
    /// A text that is to be looked for among the entries of some kinds.
    #[must_use]
    pub const fn new(text: Text, kinds: Vec<Kind>, with_variants: bool) -> Self {
        Self { text, kinds, with_variants, hits: OnceLock::new() }
    }
}

/// As a filter it is what was typed: what is found follows from that.
impl Hash for Sought {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.typed.hash(state);
    }
}

impl PartialEq for Sought {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Sought {}

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

/// Looks for texts in an index.
pub(super) struct Looking<'a> {
    pub(super) fields: &'a Fields,
    pub(super) lists: &'a Lists,
    pub(super) lexicon: &'a Lexicon,
}

/// What is found so far.
struct Finding {
    within: Bits,
    set: Bits,
    hits: Vec<Hit>,
}

impl Finding {
    /// Takes in what was not found before.
    fn take(&mut self, likeness: Likeness, list: &[(u32, Score)]) {
        let known = self.set.clone();
        for found in list.iter().filter(|(ordinal, _)| self.within.contains(*ordinal) && !known.contains(*ordinal)) {
            self.set.insert(found.0);
            self.hits.push(Hit::new(*found, likeness));
        }
    }
}

/// What is in all lists.
fn all(lists: impl IntoIterator<Item = Result<List, TantivyError>>) -> Result<List, TantivyError> {
    let mut lists = lists.into_iter().collect::<Result<Vec<_>, _>>()?;
    // The shortest first: what is laid over the others is then soon short.
    lists.sort_by_key(|list| list.len());
    let met = lists.into_iter().reduce(|all, list| Arc::new(common(&all, &list)));
    Ok(met.unwrap_or_default())
}

/// What is in any of some lists: what is in several weighs what it does in all of them, or in the best.
fn any(
    lists: impl IntoIterator<Item = Result<List, TantivyError>>,
    both: fn(Score, Score) -> Score,
) -> Result<List, TantivyError> {
    let mut lists = lists.into_iter().collect::<Result<Vec<List>, _>>()?;
    // By pairs: each entry is then copied as often as the lists can be halved, not once a list.
    while lists.len() > 1 {
        let pair = |pair: &[List]| match pair {
            [one, other] => Arc::new(together(one, other, both)),
            _ => pair.first().cloned().unwrap_or_default(),
        };
        lists = lists.chunks(2).map(pair).collect();
    }
    Ok(lists.pop().unwrap_or_default())
}

/// A list in which everything weighs more or less.
fn weighed(list: &List, by: Score) -> List {
    Arc::new(list.iter().map(|(ordinal, score)| (*ordinal, score * by)).collect())
}

impl Looking<'_> {
    /// What a text finds among some entries.
    pub(super) fn find(&self, text: &Text, within: Bits) -> Result<Hits, TantivyError> {
        let mut found = Finding { within, set: Bits::default(), hits: Vec::new() };
        let mut loose: Arc<[Arc<str>]> = Arc::default();
        if let Some((last, others)) = text.parts.split_last() {
            let exact = |part: &Part| self.exact(part);
            found.take(Likeness::Exact, &all(text.parts.iter().map(exact))?);
            let word = last.loose_word().filter(|word| text.is_open && word.plain.chars().count() >= SHORTEST_PREFIX);
            if let Some(word) = word {
                let (begun, stems) = self.going_on(word)?;
                found.take(Likeness::Prefix, &all(others.iter().map(exact).chain([Ok(begun)]))?);
                loose = stems;
            }
            if found.hits.is_empty() {
                let (mut lists, mut spelt_so) = (Vec::with_capacity(text.parts.len()), Vec::new());
                for part in &text.parts {
                    let (near, stems) = self.near(part)?;
                    spelt_so.extend(stems.iter().cloned());
                    lists.push(any([self.exact(part), Ok(near)], Score::max)?);
                }
                found.take(Likeness::Typo, &all(lists.iter().cloned().map(Ok))?);
                if found.hits.is_empty() && text.parts.len() > 1 {
                    found.take(Likeness::Some, &any(lists.into_iter().map(Ok), |a, b| a + b)?);
                }
                spelt_so.sort_unstable();
                spelt_so.dedup();
                // What the last word goes on to found nothing.
                loose = spelt_so.into();
            }
        }
        found.hits.sort_unstable_by_key(|hit| hit.ordinal);
        Ok(Hits { text: text.clone(), set: found.set, found: found.hits, loose })
    }

    /// The entries whose headings have words that begin as these do.
    pub(super) fn headed(&self, words: &[Arc<str>], within: &Bits) -> Result<Vec<u32>, TantivyError> {
        let begins = |word: &Arc<str>| {
            let going_on = self.lexicon.going_on(word).take(MOST_WORDS).map(|word| &*word.plain);
            let having = |word: &str| self.lists.having(self.fields.heading, word, None);
            any(std::iter::once(&**word).chain(going_on).map(having), Score::max)
        };
        let found = all(words.iter().map(begins))?;
        Ok(found.iter().map(|(ordinal, _)| *ordinal).filter(|ordinal| within.contains(*ordinal)).collect())
    }

    /// What has a part or what means the same.
    fn exact(&self, part: &Part) -> Result<List, TantivyError> {
        let own: Vec<(usize, &str)> = part.words.iter().map(|word| (word.at, &*word.stem)).collect();
        if part.is_quoted || (own.len() < 2 && part.synonyms.is_empty()) {
            return self.stems(&own);
        }
        let first = own.first().map_or(0, |(at, _)| *at);
        let stems = own.iter().map(|(at, stem)| (at - first, (*stem).to_owned())).collect();
        self.lists.kept(&Of::Part(stems), || self.or_the_same(part, &own))
    }

    /// What has the words of a part, or what means the same.
    fn or_the_same(&self, part: &Part, own: &[(usize, &str)]) -> Result<List, TantivyError> {
        let itself = self.stems(own)?;
        // Words that have a synonym together are found apart from each other too.
        let apart = (own.len() > 1).then(|| all(own.iter().map(|word| self.stems(&[*word]))));
        let synonyms = part.synonyms.iter().map(|synonym| {
            let stems: Vec<(usize, &str)> = synonym.iter().map(|(at, stem)| (*at, stem.as_str())).collect();
            Ok(weighed(&self.stems(&stems)?, SYNONYM))
        });
        any([Ok(itself)].into_iter().chain(apart).chain(synonyms), Score::max)
    }

    /// What has some stems one after the other.
    fn stems(&self, stems: &[(usize, &str)]) -> Result<List, TantivyError> {
        match stems {
            [(_, stem)] => self.lists.having(self.fields.text, stem, Some((self.fields.title, IN_TITLE))),
            _ => self.lists.having_phrase(self.fields.text, stems),
        }
    }

    /// What has a word that begins so and is another.
    fn going_on(&self, begun: &Word) -> Result<Loose, TantivyError> {
        self.lists.kept_loose(&Of::Beginning(Arc::clone(&begun.plain)), || {
            let mut stems: Vec<&Arc<str>> = self.lexicon.going_on(&begun.plain).map(|word| &word.stem).collect();
            stems.retain(|stem| **stem != begun.stem);
            stems.sort_unstable();
            stems.dedup();
            stems.truncate(MOST_STEMS);
            let list = any(stems.iter().map(|stem| self.stems(&[(0, stem)])), Score::max)?;
            Ok((list, stems.into_iter().cloned().collect()))
        })
    }

    /// What has a word that is spelt nearly as the one of a part: the fewer slips, the more it weighs.
    fn near(&self, part: &Part) -> Result<Loose, TantivyError> {
        let Some((word, most)) = part.loose_word().map(|word| (word, typos(&word.plain))).filter(|(_, most)| *most > 0)
        else {
            return Ok(Loose::default());
        };
        self.lists.kept_loose(&Of::Near(Arc::clone(&word.plain)), || {
            let near = self.lexicon.near(&word.plain, most);
            let having = near
                .iter()
                .map(|(near, slips)| Ok(weighed(&self.stems(&[(0, &near.stem)])?, 0.5 / Score::from(*slips))));
            Ok((any(having, Score::max)?, near.iter().map(|(near, _)| Arc::clone(&near.stem)).collect()))
        })
    }
}

/// How many typos a word may have.
fn typos(word: &str) -> u8 {
    match word.chars().count() {
        ..ONE_TYPO => 0,
        ONE_TYPO..TWO_TYPOS => 1,
        _ => 2,
    }
}

/// Collects what is found, as where it is placed and what it weighs.
pub(super) struct Scored;

/// As [`Scored`], of one part of the index.
pub(super) struct ScoredPart {
    places: Arc<dyn ColumnValues<u64>>,
    found: Vec<(u64, Score)>,
}

impl Collector for Scored {
    type Fruit = Vec<(u64, Score)>;
    type Child = ScoredPart;

    fn for_segment(&self, _: u32, segment: &SegmentReader) -> Result<ScoredPart, TantivyError> {
        let places = segment.fast_fields().u64("place")?.first_or_default_col(u64::MAX);
        Ok(ScoredPart { places, found: Vec::new() })
    }

    fn requires_scoring(&self) -> bool {
        true
    }

    fn merge_fruits(&self, found: Vec<Self::Fruit>) -> Result<Self::Fruit, TantivyError> {
        Ok(found.concat())
    }
}

impl SegmentCollector for ScoredPart {
    type Fruit = Vec<(u64, Score)>;

    fn collect(&mut self, document: DocId, score: Score) {
        self.found.push((self.places.get_val(document), score));
    }

    fn harvest(self) -> Self::Fruit {
        self.found
    }
}

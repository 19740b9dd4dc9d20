//! Words: how text is taken apart, which words say nothing, and which mean the same.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use foldhash::fast::RandomState;
use tantivy::tokenizer::{
    AsciiFoldingFilter, Language, LowerCaser, RawTokenizer, RemoveLongFilter, SimpleTokenizer, Stemmer, StopWordFilter,
    TextAnalyzer, Token, TokenStream, Tokenizer,
};

use super::lexicon::Met;

/// The names of the two ways that text is taken apart.
pub(super) const STEMS: &str = "stems";
pub(super) const PLAIN: &str = "plain";

/// The longest word, in bytes: nothing longer is one.
const LONGEST: usize = 64;

/// How many stems a thread remembers, so that a word need not be stemmed each time it is met.
const REMEMBERED: usize = 20_000;

/// Words that a text has without being about them.
const STOP: [&str; 42] = [
    "a", "about", "an", "and", "any", "are", "as", "at", "be", "by", "can", "do", "for", "from", "have", "how", "i",
    "if", "in", "into", "is", "it", "me", "my", "of", "on", "or", "our", "that", "the", "their", "there", "these",
    "they", "this", "to", "was", "what", "which", "who", "with", "you",
];

/// Some stems, each with its place among all words.
pub(super) type Stems = Vec<(usize, String)>;

/// Groups of words and phrases that mean the same to who searches.
static SYNONYMS: LazyLock<Vec<Vec<Stems>>> = LazyLock::new(|| {
    let groups: Vec<Vec<String>> = yaml_serde::from_str(include_str!("synonyms.yaml")).unwrap_or_default();
    groups.iter().map(|group| group.iter().map(|words| stems_of(words)).collect()).collect()
});

/// Text as words as they are written, but for case and accents.
pub(super) fn plain() -> TextAnalyzer {
    TextAnalyzer::builder(SimpleTokenizer::default())
        .filter(RemoveLongFilter::limit(LONGEST))
        .filter(LowerCaser)
        .filter(AsciiFoldingFilter)
        .filter(StopWordFilter::remove(STOP.map(str::to_owned)))
        .build()
}

/// A word without its ending.
pub(super) fn stem(word: &str) -> String {
    thread_local! {
        static STEMMER: RefCell<TextAnalyzer> =
            RefCell::new(TextAnalyzer::builder(RawTokenizer::default()).filter(Stemmer::new(Language::English)).build());
    }
    let mut stem = String::new();
    STEMMER.with_borrow_mut(|stemmer| stemmer.token_stream(word).process(&mut |token| stem.push_str(&token.text)));
    stem
}

/// As [`stem`], remembered.
fn known_stem(word: &str) -> Arc<str> {
    thread_local! {
        static STEMS: RefCell<HashMap<Box<str>, Arc<str>, RandomState>> = RefCell::default();
    }
    STEMS.with_borrow_mut(|stems| {
        if let Some(stem) = stems.get(word) {
            return Arc::clone(stem);
        }
        let stem: Arc<str> = stem(word).into();
        if stems.len() < REMEMBERED {
            stems.insert(word.into(), Arc::clone(&stem));
        }
        stem
    })
}

/// Takes text apart for the index: into words without their endings, each as often as the text weighs. Weights that go
/// into how often a word stands in one field, rather than into several fields, are those of BM25F (Robertson, Zaragoza
/// and Taylor, “Simple BM25 extension to multiple weighted fields”, 2004).
///
/// The first character of a text is its weight, a digit.
#[derive(Clone)]
pub(super) struct Weighed {
    plain: TextAnalyzer,
    met: Arc<Met>,
    /// The stems of the words that were met.
    stems: HashMap<Box<str>, Arc<str>, RandomState>,
    /// The words of a text, with their places.
    words: Vec<(usize, Arc<str>)>,
    token: Token,
}

impl Weighed {
    /// A way of taking text apart that notes the words that it meets.
    pub(super) fn new(met: Arc<Met>) -> Self {
        Self { plain: plain(), met, stems: HashMap::default(), words: Vec::new(), token: Token::default() }
    }
}

impl Tokenizer for Weighed {
    type TokenStream<'a> = Weighing<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Weighing<'a> {
        let weight = text.chars().next().and_then(|weight| weight.to_digit(10)).unwrap_or(1);
        let Self { plain, met, stems, words, .. } = self;
        words.clear();
        plain.token_stream(text.get(1..).unwrap_or_default()).process(&mut |token| {
            if !stems.contains_key(token.text.as_str()) {
                stems.insert(token.text.as_str().into(), met.stem(&token.text));
            }
            if let Some(stem) = stems.get(token.text.as_str()) {
                words.push((token.position, Arc::clone(stem)));
            }
        });
        self.token.position = usize::MAX;
        Weighing { weighed: self, weight, at: 0, left: weight }
    }
}

/// The words of a text, each as often as it weighs.
pub(super) struct Weighing<'a> {
    weighed: &'a mut Weighed,
    weight: u32,
    at: usize,
    left: u32,
}

impl TokenStream for Weighing<'_> {
    fn advance(&mut self) -> bool {
        if self.left == 0 {
            self.at += 1;
            self.left = self.weight;
        }
        self.left = self.left.saturating_sub(1);
        let Weighed { words, token, .. } = &mut *self.weighed;
        let Some((position, stem)) = words.get(self.at) else { return false };
        token.position = *position;
        token.text.clear();
        token.text.push_str(stem);
        true
    }

    fn token(&self) -> &Token {
        &self.weighed.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.weighed.token
    }
}

/// A word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// Its place among all words, those that say nothing included.
    pub(super) at: usize,
    /// As it is written, but for case and accents.
    pub(super) plain: String,
    /// Without its ending.
    pub(super) stem: Arc<str>,
    /// Where it stands in the text, in bytes.
    pub(super) from: usize,
    pub(super) to: usize,
}

/// The words of a text.
pub(super) fn words(text: &str) -> Vec<Word> {
    thread_local! {
        static PLAIN_WORDS: RefCell<TextAnalyzer> = RefCell::new(plain());
    }
    let mut words = Vec::new();
    PLAIN_WORDS.with_borrow_mut(|plain| {
        plain.token_stream(text).process(&mut |token| {
            words.push(Word {
                at: token.position,
                plain: token.text.clone(),
                stem: known_stem(&token.text),
                from: token.offset_from,
                to: token.offset_to,
            });
        });
    });
    words
}

/// The stems of a text.
fn stems_of(text: &str) -> Stems {
    words(text).into_iter().map(|word| (word.at, word.stem.as_ref().to_owned())).collect()
}

/// How many words at the beginning of some are something that has synonyms, and the synonyms.
pub(super) fn synonyms(words: &[Word]) -> Option<(usize, Vec<Stems>)> {
    let groups = SYNONYMS.iter();
    let begin_so = |member: &&Stems| {
        member.len() <= words.len() && member.iter().zip(words).all(|((_, stem), word)| **stem == *word.stem)
    };
    let member = |group: &'static Vec<Stems>| {
        let own = group.iter().filter(begin_so).max_by_key(|member| member.len())?;
        Some((own, group))
    };
    let (own, group) = groups.filter_map(member).max_by_key(|(own, _)| own.len())?;
    Some((own.len(), group.iter().filter(|member| *member != own).cloned().collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_lose_case_accents_and_endings_but_not_their_place() {
        let read: Vec<(usize, String, String)> = words("The Leading Nürses")
            .into_iter()
            .map(|word| (word.at, word.plain, word.stem.as_ref().to_owned()))
            .collect();
        let expected = [(1, "leading", "lead"), (2, "nurses", "nurs")];
        assert_eq!(read, expected.map(|(at, plain, stem)| (at, plain.to_owned(), stem.to_owned())));
    }

    #[test]
    fn every_synonym_can_be_read_and_says_something() {
        assert!(SYNONYMS.len() > 5, "the list is read");
        for group in SYNONYMS.iter() {
            assert!(group.len() > 1 && group.iter().all(|member| !member.is_empty()), "{group:?}");
        }
    }
}

//! Words: how text is taken apart, which words say nothing, and which mean the same.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, LazyLock};

use foldhash::fast::RandomState;
use tantivy::tokenizer::{
    AsciiFoldingFilter, Language, LowerCaser, RawTokenizer, Stemmer, TextAnalyzer, Token, TokenStream, Tokenizer,
};

use super::lexicon::Met;

/// The names of the two ways that text is taken apart.
pub(super) const STEMS: &str = "stems";
pub(super) const PLAIN: &str = "plain";

/// What stands between two parts of a text for the index (ASCII, “unit separator”): no text of an entry may have it.
pub(super) const BETWEEN: char = '\u{1f}';

/// The longest word, in bytes: nothing longer is one.
const LONGEST: usize = 64;

/// From how many words on a thread remembers no more, so that a word need not be stemmed each time it is met; and from how
/// many what takes text apart begins anew, between two texts.
const REMEMBERED: usize = 20_000;

/// Words that a text has without being about them, in order.
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

/// Every letter that a word may begin with.
const ANY: u32 = u32::MAX;

/// The letter that a word begins with, as a bit: those of case and accents are one, and some others share theirs.
fn initial(word: &str) -> u32 {
    word.bytes().next().map_or(0, |byte| if byte.is_ascii() { 1 << (byte & 31) } else { ANY })
}

/// Whether a character is part of a word. A mark that is put over the letter before it is, too.
fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || is_mark(c)
}

/// Whether a character is one of the Unicode block of combining diacritical marks.
const fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

/// Where the next word from a place on begins and ends.
fn next_word(text: &str, from: usize) -> Option<(usize, usize)> {
    let begin = place_of(text, from, char::is_alphanumeric)?;
    Some((begin, place_of(text, begin, |c| !is_of_word(c)).unwrap_or(text.len())))
}

/// Where the first character of a sort stands from a place on. Most are ASCII, and are not taken apart.
fn place_of(text: &str, from: usize, is_wanted: impl Fn(char) -> bool) -> Option<usize> {
    let mut at = from;
    loop {
        let byte = *text.as_bytes().get(at)?;
        let c = if byte.is_ascii() { char::from(byte) } else { text.get(at..)?.chars().next()? };
        if is_wanted(c) {
            return Some(at);
        }
        at += c.len_utf8();
    }
}

/// Visits the words of a text that begin with some letters: the place of each among all words, the word as it is written
/// but for case and accents, and where it stands; until it says that it wants no more.
fn each_word(text: &str, initials: u32, mut visit: impl FnMut(usize, &str, Range<usize>) -> bool) {
    thread_local! {
        static FOLDING: RefCell<TextAnalyzer> = RefCell::new(
            TextAnalyzer::builder(RawTokenizer::default()).filter(LowerCaser).filter(AsciiFoldingFilter).build(),
        );
    }
    let mut folded = String::new();
    let (mut at, mut from) = (0, 0);
    while let Some((begin, end)) = next_word(text, from) {
        let word = text.get(begin..end).unwrap_or_default();
        (from, at) = (end, at + 1);
        if word.len() >= LONGEST || initial(word) & initials == 0 {
            continue;
        }
        folded.clear();
        let plain = if word.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase()) {
            word
        } else if word.is_ascii() {
            folded.push_str(word);
            folded.make_ascii_lowercase();
            &folded
        } else {
            let unmarked: String = word.chars().filter(|c| !is_mark(*c)).collect();
            FOLDING.with_borrow_mut(|folding| {
                folding.token_stream(&unmarked).process(&mut |token| folded.push_str(&token.text));
            });
            &folded
        };
        if !plain.is_empty() && !visit(at - 1, plain, begin..end) {
            return;
        }
    }
}

/// Whether a word says something. One that does not is passed over, but has a place.
fn says_something(plain: &str) -> bool {
    STOP.binary_search(&plain).is_err()
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

/// Does something with a word and its stem, which are remembered; nothing with a word that says nothing. What is done may
/// not come back here: what is remembered is borrowed meanwhile.
fn with_known<T>(plain: &str, with: impl FnOnce(&Arc<str>, &Arc<str>) -> T) -> Option<T> {
    thread_local! {
        static KNOWN: RefCell<HashMap<Arc<str>, Option<Arc<str>>, RandomState>> = RefCell::default();
    }
    KNOWN.with_borrow_mut(|known| {
        if let Some((plain, stem)) = known.get_key_value(plain) {
            return stem.as_ref().map(|stem| with(plain, stem));
        }
        let plain: Arc<str> = plain.into();
        let stem: Option<Arc<str>> = says_something(&plain).then(|| stem(&plain).into());
        if known.len() < REMEMBERED {
            known.insert(Arc::clone(&plain), stem.clone());
        }
        stem.map(|stem| with(&plain, &stem))
    })
}

/// Takes text apart for the index: as stems, which are words without their endings, or as words.
///
/// Each comes as often as the part of the text weighs that it stands in: a part begins with its weight, a digit, and
/// [`BETWEEN`] stands before the next, where a place stays free: no two words of two parts follow on each other. All parts
/// are one text, since it takes the index longer to be given a text than to take a word of it in. Weights that go into how
/// often a word stands in one field, rather than into several fields, are those of BM25F (Robertson, Zaragoza and Taylor,
/// “Simple BM25 extension to multiple weighted fields”, 2004).
#[derive(Clone)]
pub(super) struct Apart {
    /// Where the words that are met are noted, and their stems; none where words are taken as they are written.
    met: Option<Arc<Met>>,
    /// Which of what is indexed a word that was met is; none of it where it says nothing.
    known: HashMap<Box<str>, Option<usize>, RandomState>,
    indexed: Vec<Arc<str>>,
    words: Vec<Weighed>,
    token: Token,
}

/// A word of a text for the index.
#[derive(Clone)]
struct Weighed {
    at: usize,
    /// Which of what is indexed it is.
    which: usize,
    weight: u32,
}

impl Apart {
    /// Into stems; the words that are met are noted.
    pub(super) fn into_stems(met: Arc<Met>) -> Self {
        Self { met: Some(met), ..Self::into_words() }
    }

    /// Into words as they are written, but for case and accents.
    pub(super) fn into_words() -> Self {
        Self { met: None, known: HashMap::default(), indexed: Vec::new(), words: Vec::new(), token: Token::default() }
    }
}

impl Tokenizer for Apart {
    type TokenStream<'a> = Weighing<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Weighing<'a> {
        let Self { met, known, indexed, words, token } = self;
        words.clear();
        token.position = usize::MAX;
        // Between two texts nobody asks for a word of one any more.
        if known.len() >= REMEMBERED {
            known.clear();
            indexed.clear();
        }
        let mut begin = 0;
        for part in text.split(BETWEEN) {
            let (mut part, before) = (part.chars(), words.len());
            let weight = part.next().and_then(|weight| weight.to_digit(10)).unwrap_or(1);
            each_word(part.as_str(), ANY, |at, plain, _| {
                let which = known.get(plain).copied().unwrap_or_else(|| {
                    let which = says_something(plain).then(|| {
                        indexed.push(met.as_ref().map_or_else(|| plain.into(), |met| met.stem(plain)));
                        indexed.len() - 1
                    });
                    known.insert(plain.into(), which);
                    which
                });
                words.extend(which.map(|which| Weighed { at: begin + at, which, weight }));
                true
            });
            // A place stays free between two parts, of which one may say nothing.
            begin = words.get(before..).and_then(<[_]>::last).map_or(begin, |last| last.at + 1) + 1;
        }
        Weighing { apart: self, next: 0, left: 0 }
    }
}

/// The words of a text, each as often as it weighs.
pub(super) struct Weighing<'a> {
    apart: &'a mut Apart,
    /// The word that comes when this one has come as often.
    next: usize,
    left: u32,
}

impl TokenStream for Weighing<'_> {
    fn advance(&mut self) -> bool {
        let Apart { words, indexed, token, .. } = &mut *self.apart;
        if self.left > 0 {
            self.left -= 1;
            return true;
        }
        let Some(Weighed { at, which, weight }) = words.get(self.next) else { return false };
        let Some(word) = indexed.get(*which) else { return false };
        token.position = *at;
        token.text.clear();
        token.text.push_str(word);
        self.next += 1;
        self.left = weight.saturating_sub(1);
        true
    }

    fn token(&self) -> &Token {
        &self.apart.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.apart.token
    }
}

/// A word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// Its place among all words, those that say nothing included.
    pub(super) at: usize,
    /// As it is written, but for case and accents.
    pub(super) plain: Arc<str>,
    /// Without its ending.
    pub(super) stem: Arc<str>,
    /// Where it stands in the text, in bytes.
    pub(super) from: usize,
    pub(super) to: usize,
}

/// The words of a text.
pub(super) fn words(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    each_word(text, ANY, |at, plain, Range { start: from, end: to }| {
        let word =
            |plain: &Arc<str>, stem: &Arc<str>| Word { at, plain: Arc::clone(plain), stem: Arc::clone(stem), from, to };
        words.extend(with_known(plain, word));
        true
    });
    words
}

/// Visits the stems of the words of a text that begin with the letter that one of some stems begins with, for no other can
/// have one of them, and where those words stand; until it says that it wants no more. It may take no text apart itself.
pub(super) fn each_like<'a>(
    text: &str,
    stems: impl Iterator<Item = &'a str>,
    mut visit: impl FnMut(&str, Range<usize>) -> bool,
) {
    let initials = stems.fold(0, |initials, stem| initials | initial(stem));
    each_word(text, initials, |_, plain, place| with_known(plain, |_, stem| visit(stem, place)).unwrap_or(true));
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
        let read: Vec<(usize, Arc<str>, Arc<str>)> =
            words("The Leading Nürses").into_iter().map(|word| (word.at, word.plain, word.stem)).collect();
        assert_eq!(read, [(1, "leading".into(), "lead".into()), (2, "nurses".into(), "nurs".into())]);
    }

    #[test]
    fn a_mark_over_a_letter_is_part_of_its_word_and_what_is_too_long_is_none() {
        let read = |text: &str| -> Vec<(usize, Arc<str>, usize, usize)> {
            words(text).into_iter().map(|word| (word.at, word.plain, word.from, word.to)).collect()
        };
        assert_eq!(
            read("Nu\u{308}rse-led, Crème"),
            [(0, "nurse".into(), 0, 7), (1, "led".into(), 8, 11), (2, "creme".into(), 13, 19)]
        );
        assert_eq!(read(&format!("{} b \u{301}", "x".repeat(LONGEST))), [(1, "b".into(), 65, 66)]);
        assert!(STOP.is_sorted());
    }

    #[test]
    fn words_that_may_have_a_stem_are_all_of_those_that_do() {
        let text = "Élite nurses are lying; nursing, and the Lies of Midwives, not lied about";
        let mut like = Vec::new();
        each_like(text, ["nurs", "lie"].into_iter(), |stem, place| {
            like.push((stem.to_owned(), &text[place]));
            like.len() < 5
        });
        let like: Vec<(&str, &str)> = like.iter().map(|(stem, word)| (stem.as_str(), *word)).collect();
        let all = [("elit", "Élite"), ("nurs", "nurses"), ("lie", "lying"), ("nurs", "nursing"), ("lie", "Lies")];
        assert_eq!(like, all);
    }

    #[test]
    fn each_word_of_a_text_comes_as_often_as_its_part_weighs() {
        let mut apart = Apart::into_stems(Arc::default());
        let mut tokens = |text: &str| {
            let (mut stream, mut tokens) = (apart.token_stream(text), Vec::new());
            while stream.advance() {
                tokens.push((stream.token().position, stream.token().text.clone()));
            }
            tokens
        };
        let told = |tokens: &[(usize, &str)]| -> Vec<(usize, String)> {
            tokens.iter().map(|(at, word)| (*at, (*word).to_owned())).collect()
        };
        let nurses = told(&[(0, "nurs"), (0, "nurs"), (2, "nurs"), (2, "nurs")]);
        assert_eq!(tokens("2Nurses of nurses"), nurses);
        for text in ["", "1", "1the"] {
            assert_eq!(tokens(text), [], "{text}");
        }
        // No word follows on one of the part before, however that ends and whether it says anything.
        let parts = ["1Lead the", "3Nurses", "1the", "1of care"].join("\u{1f}");
        let parts = tokens(&parts);
        assert_eq!(parts, told(&[(0, "lead"), (2, "nurs"), (2, "nurs"), (2, "nurs"), (6, "care")]));
        // More than is remembered, in one text: each is what it is, and so is what was met before it.
        let many: Vec<String> = (0..=REMEMBERED).map(|number| format!("w{number}w")).collect();
        let all: Vec<(usize, String)> = (0..).zip(many.iter().cloned()).collect();
        assert_eq!(tokens(&format!("1{}", many.join(" "))), all);
        assert_eq!(tokens("2Nurses of nurses"), nurses);
        let mut plain = Apart::into_words();
        let mut stream = plain.token_stream("1Nurses");
        assert!(stream.advance() && stream.token().text == "nurses" && !stream.advance());
    }

    #[test]
    fn every_synonym_can_be_read_and_says_something() {
        assert!(SYNONYMS.len() > 5, "the list is read");
        for group in SYNONYMS.iter() {
            assert!(group.len() > 1 && group.iter().all(|member| !member.is_empty()), "{group:?}");
        }
    }
}

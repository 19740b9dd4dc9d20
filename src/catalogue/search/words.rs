//! Words: how text is taken apart, which words say nothing, and which mean the same.

use std::sync::LazyLock;

use tantivy::tokenizer::{
    AsciiFoldingFilter, Language, LowerCaser, RemoveLongFilter, SimpleTokenizer, Stemmer, StopWordFilter, TextAnalyzer,
};

/// The names of the two ways that text is taken apart.
pub(super) const STEMS: &str = "stems";
pub(super) const PLAIN: &str = "plain";

/// The longest word, in bytes: nothing longer is one.
const LONGEST: usize = 64;

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

/// Text as words whatever their ending.
pub(super) fn stems() -> TextAnalyzer {
    TextAnalyzer::builder(SimpleTokenizer::default())
        .filter(RemoveLongFilter::limit(LONGEST))
        .filter(LowerCaser)
        .filter(AsciiFoldingFilter)
        .filter(StopWordFilter::remove(STOP.map(str::to_owned)))
        .filter(Stemmer::new(Language::English))
        .build()
}

/// Text as words as they are written, but for case and accents.
pub(super) fn plain() -> TextAnalyzer {
    TextAnalyzer::builder(SimpleTokenizer::default())
        .filter(RemoveLongFilter::limit(LONGEST))
        .filter(LowerCaser)
        .filter(AsciiFoldingFilter)
        .filter(StopWordFilter::remove(STOP.map(str::to_owned)))
        .build()
}

/// A word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// Its place among all words, those that say nothing included.
    pub(super) at: usize,
    /// As it is written, but for case and accents.
    pub(super) plain: String,
    /// Without its ending.
    pub(super) stem: String,
    /// Where it stands in the text, in bytes.
    pub(super) from: usize,
    pub(super) to: usize,
}

/// The words of a text.
pub(super) fn words(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    plain().token_stream(text).process(&mut |token| {
        words.push(Word {
            at: token.position,
            plain: token.text.clone(),
            stem: String::new(),
            from: token.offset_from,
            to: token.offset_to,
        });
    });
    // The same words, taken apart the same way but for their endings.
    let mut stemmed = words.iter_mut();
    stems().token_stream(text).process(&mut |token| {
        if let Some(word) = stemmed.next() {
            word.stem.clone_from(&token.text);
        }
    });
    words
}

/// The stems of a text.
fn stems_of(text: &str) -> Stems {
    words(text).into_iter().map(|word| (word.at, word.stem)).collect()
}

/// How many words at the beginning of some are something that has synonyms, and the synonyms.
pub(super) fn synonyms(words: &[Word]) -> Option<(usize, Vec<Stems>)> {
    let groups = SYNONYMS.iter();
    let begin_so = |member: &&Stems| {
        member.len() <= words.len() && member.iter().zip(words).all(|((_, stem), word)| *stem == word.stem)
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
        let read: Vec<(usize, String, String)> =
            words("The Leading Nürses").into_iter().map(|word| (word.at, word.plain, word.stem)).collect();
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

//! What a person typed, as what is looked for.

use super::words::{Stems, Word, synonyms, words};

/// The most characters of a text.
pub const LONGEST: usize = 200;

/// The most words that are looked for; more would only make the search slow.
const MOST: usize = 12;

/// A word or a phrase that is looked for, with what means the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    /// Its words. Those of a phrase are found one after the other.
    pub(super) words: Vec<Word>,
    /// Whether it was put in quotes: then nothing else will do.
    pub(super) is_quoted: bool,
    /// The stems of what means the same.
    pub(super) synonyms: Vec<Stems>,
}

impl Part {
    /// Its one word, where it is a single one that need not be as it is written.
    pub(super) fn loose_word(&self) -> Option<&Word> {
        match self.words.as_slice() {
            [word] if !self.is_quoted => Some(word),
            _ => None,
        }
    }
}

/// What is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// As it was typed.
    pub typed: String,
    /// How many words were left out, because there are too many.
    pub left_out: usize,
    pub(super) parts: Vec<Part>,
    /// Whether the last word may be only the beginning of one.
    pub(super) is_open: bool,
}

impl Text {
    /// Reads what was typed. Nothing of it is a language: every mark but quotes is a space.
    #[must_use]
    pub fn read(typed: &str) -> Self {
        let mut text = Self { typed: typed.to_owned(), left_out: 0, parts: Vec::new(), is_open: false };
        let pieces: Vec<&str> = typed.split(['"', '“', '”', '„']).collect();
        let last = pieces.len() - 1;
        for (index, piece) in pieces.into_iter().enumerate() {
            let words = words(piece);
            // Quotes come in pairs: what follows the last one that is left open is no phrase.
            let is_quoted = index % 2 == 1 && index != last;
            text.is_open = !is_quoted && !words.is_empty();
            text.take(words, is_quoted);
        }
        text
    }

    fn take(&mut self, mut words: Vec<Word>, is_quoted: bool) {
        let room = MOST.saturating_sub(self.parts.iter().map(|part| part.words.len()).sum());
        self.left_out += words.len().saturating_sub(room);
        words.truncate(room);
        if is_quoted {
            if !words.is_empty() {
                self.parts.push(Part { words, is_quoted, synonyms: Vec::new() });
            }
            return;
        }
        while !words.is_empty() {
            let (length, synonyms) = synonyms(&words).unwrap_or((1, Vec::new()));
            let rest = words.split_off(length.clamp(1, words.len()));
            self.parts.push(Part { words, is_quoted, synonyms });
            words = rest;
        }
    }

    /// Whether words must stand one after the other.
    pub(super) fn has_phrases(&self) -> bool {
        let is_long = |part: &Part| part.is_quoted || part.synonyms.iter().any(|synonym| synonym.len() > 1);
        self.parts.iter().any(is_long)
    }

    /// The stems of all that is looked for.
    pub(super) fn stems(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().flat_map(|part| {
            let synonyms = part.synonyms.iter().flatten().map(|(_, stem)| stem.as_str());
            part.words.iter().map(|word| &*word.stem).chain(synonyms)
        })
    }

    /// Whether nothing is looked for: there was no word, or none that says anything.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(typed: &str) -> Vec<(String, bool)> {
        let part = |part: Part| {
            let words: Vec<&str> = part.words.iter().map(|word| &*word.plain).collect();
            (words.join(" "), part.is_quoted)
        };
        Text::read(typed).parts.into_iter().map(part).collect()
    }

    #[test]
    fn quotes_make_phrases_and_one_left_open_does_not() {
        let parts =
            |parts: &[(&str, bool)]| parts.iter().map(|(text, is)| ((*text).to_owned(), *is)).collect::<Vec<_>>();
        assert_eq!(
            read("nurse \"mary seacole\" local"),
            parts(&[("nurse", false), ("mary seacole", true), ("local", false)])
        );
        assert_eq!(read("\"mary seacole"), parts(&[("mary", false), ("seacole", false)]));
        assert_eq!(read("“stepping up”"), parts(&[("stepping up", true)]));
        assert_eq!(
            read("title:(mary AND seacole*)~2"),
            parts(&[("title", false), ("mary", false), ("seacole", false), ("2", false)])
        );
    }

    #[test]
    fn what_says_nothing_is_nothing() {
        for typed in ["", " ", "the of and", "\"\"", "\"", "🙂🙂", "\u{0301}\u{0301}", "*:*", "()"] {
            assert!(Text::read(typed).is_empty(), "{typed}");
        }
        assert!(!Text::read("תכנית").is_empty());
    }

    #[test]
    fn what_means_the_same_is_one_part() {
        let text = Text::read("continuing professional development");
        assert_eq!(text.parts.len(), 1);
        assert!(text.parts[0].synonyms.contains(&vec![(0, "cpd".to_owned())]));
    }

    #[test]
    fn too_many_words_are_left_out() {
        let text = Text::read(&"leader ".repeat(20));
        assert_eq!((text.parts.len(), text.left_out), (MOST, 8));
    }
}

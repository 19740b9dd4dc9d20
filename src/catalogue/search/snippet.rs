//! The words of an entry around what was looked for.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::lexicon::may_be_near;
use super::query::{Likeness, typos};
use super::text::{Part, Text};
use super::words::{Word, words, words_like};
use crate::catalogue::item::{Item, Shown};

/// About how many characters are shown, and how many of them before the first word that was looked for.
const LENGTH: usize = 200;
const BEFORE: usize = 60;

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SnippetPart {
    /// The piece.
    pub text: String,
    /// Whether it is what was looked for.
    pub is_match: bool,
}

/// Where an entry has what was looked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Snippet {
    /// The member that has it.
    pub at: &'static str,
    /// Its text around it, in pieces that follow each other; cut off before the first and after the last where they
    /// begin or end with an ellipsis.
    pub parts: Vec<SnippetPart>,
}

/// Where an entry has what was looked for: its summary or description where they have it, else its title or aliases;
/// `None` where only terms do.
#[must_use]
pub(in crate::catalogue) fn snippet(text: &Text, likeness: Likeness, item: &Item) -> Option<Snippet> {
    let is_loose = likeness != Likeness::Exact;
    let in_text = |at, shown: Option<Cow<'_, str>>| Some(Snippet { at, parts: parts(text, is_loose, &shown?)? });
    in_text("/summary", item.text(Shown::Summary))
        .or_else(|| in_text("/description", item.text(Shown::Description)))
        .or_else(|| in_text("/title", Some(Cow::Borrowed(&*item.title))))
        .or_else(|| {
            let Aliases { aliases } = serde_json::from_slice(&item.full).unwrap_or_default();
            aliases.into_iter().find_map(|alias| in_text("/aliases", Some(alias)))
        })
}

/// The other names of an entry.
#[derive(Default, Deserialize)]
struct Aliases<'a> {
    #[serde(borrow, default)]
    aliases: Vec<Cow<'a, str>>,
}

/// The pieces of a text around the first word that was looked for.
fn parts(text: &Text, is_loose: bool, shown: &str) -> Option<Vec<SnippetPart>> {
    // A word of a phrase is one beside others, and one that is spelt otherwise may be any.
    let words = if is_loose || text.has_phrases() { words(shown) } else { words_like(shown, text.stems()) };
    let matching = marked(text, is_loose, &words);
    let first = words.iter().zip(&matching).find(|(_, is)| **is).map(|(word, _)| word.from)?;
    let start = boundary_before(shown, first.saturating_sub(BEFORE), first);
    let end = boundary_after(shown, start.saturating_add(LENGTH));
    let mut parts = Vec::new();
    let mut push = |text: &str, is_match| {
        if !text.is_empty() {
            parts.push(SnippetPart { text: text.to_owned(), is_match });
        }
    };
    if start > 0 {
        push("…", false);
    }
    let mut at = start;
    for (word, _) in words.iter().zip(&matching).filter(|(word, is)| **is && word.from >= start && word.to <= end) {
        push(shown.get(at..word.from)?, false);
        push(shown.get(word.from..word.to)?, true);
        at = word.to;
    }
    push(shown.get(at..end)?, false);
    if end < shown.len() {
        push("…", false);
    }
    Some(parts)
}

/// Which words were looked for.
fn marked(text: &Text, is_loose: bool, words: &[Word]) -> Vec<bool> {
    let mut marked = vec![false; words.len()];
    let mut mark = |stems: &[&str]| {
        for (at, window) in words.windows(stems.len().max(1)).enumerate() {
            if window.iter().zip(stems).all(|(word, stem)| *word.stem == **stem) {
                marked.iter_mut().skip(at).take(stems.len()).for_each(|mark| *mark = true);
            }
        }
    };
    for part in &text.parts {
        let own: Vec<&str> = part.words.iter().map(|word| &*word.stem).collect();
        if part.is_quoted {
            mark(&own);
        } else {
            for stem in own {
                mark(&[stem]);
            }
        }
        for synonym in &part.synonyms {
            mark(&synonym.iter().map(|(_, stem)| stem.as_str()).collect::<Vec<_>>());
        }
    }
    // What has the words themselves is not searched for words nearly like them.
    if !is_loose || marked.contains(&true) {
        return marked;
    }
    let last = text.parts.last().filter(|_| text.is_open).and_then(Part::loose_word);
    let is_near = |word: &Word| {
        last.is_some_and(|last| word.plain.starts_with(&last.plain))
            || text.parts.iter().filter_map(Part::loose_word).any(|part| {
                let most = usize::from(typos(&part.plain));
                most > 0
                    && may_be_near(&part.plain, &word.plain, most)
                    && strsim::osa_distance(&part.plain, &word.plain) <= most
            })
    };
    words.iter().map(is_near).collect()
}

/// The beginning of a word at or after a place, or a place that is sure.
fn boundary_before(text: &str, from: usize, sure: usize) -> usize {
    if from == 0 {
        return 0;
    }
    let from = text.ceil_char_boundary(from);
    let between = text.get(from..sure).unwrap_or_default();
    between.char_indices().find(|(_, c)| c.is_whitespace()).map_or(sure, |(at, c)| from + at + c.len_utf8())
}

/// The end of a word at or after a place.
fn boundary_after(text: &str, from: usize) -> usize {
    let from = text.ceil_char_boundary(from);
    let rest = text.get(from..).unwrap_or_default();
    match rest.find(char::is_whitespace) {
        Some(by) if by <= LENGTH => from + by,
        None if rest.len() <= LENGTH => text.len(),
        // A text without spaces is cut where a character ends.
        _ => from,
    }
}

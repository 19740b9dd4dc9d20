//! The words of an entry around what was looked for.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use super::query::{Hits, Likeness};
use super::text::Text;
use super::words::{Word, each_like, words};
use crate::catalogue::item::{Item, Shown};

/// About how many characters are shown, and how many of them before the first word that was looked for.
const LENGTH: usize = 200;
const BEFORE: usize = 60;

/// Where an entry has what was looked for.
#[derive(Debug)]
pub struct Snippet<'a> {
    /// The member that has it.
    pub at: &'static str,
    /// What the member says.
    text: Cow<'a, str>,
    /// What of it is shown.
    shown: Range<usize>,
    /// What of it is what was looked for, or by what the entry was found.
    found: Vec<Range<usize>>,
}

impl Snippet<'_> {
    /// Visits the text around what was looked for, in pieces that follow each other, each with whether it is what was
    /// looked for, or by what the entry was found. What is left out around them [`Self::is_cut`] tells.
    pub fn each(&self, mut visit: impl FnMut(&str, bool)) {
        let Range { start, end } = self.shown;
        let mut piece = |place: Range<usize>, is_found| {
            let text = self.text.get(place).unwrap_or_default();
            if !text.is_empty() {
                visit(text, is_found);
            }
        };
        let mut at = start;
        for found in self.found.iter().filter(|found| found.start >= start && found.end <= end) {
            piece(at..found.start, false);
            piece(found.clone(), true);
            at = found.end;
        }
        piece(at..end, false);
    }

    /// Whether something of the text stands before what is shown, and whether after.
    #[must_use]
    pub fn is_cut(&self) -> (bool, bool) {
        (self.shown.start > 0, self.shown.end < self.text.len())
    }
}

/// Where an entry has what was looked for: its summary or description where they have it, else its title or aliases;
/// `None` where only terms do.
#[must_use]
pub(in crate::catalogue) fn snippet<'a>(hits: &Hits, likeness: Likeness, item: &'a Item) -> Option<Snippet<'a>> {
    let loose = if likeness == Likeness::Exact { &[][..] } else { &hits.loose };
    let in_text = |at, text: Option<Cow<'a, str>>| {
        let text = text?;
        let found = found(&hits.text, loose, &text);
        let first = found.first()?.start;
        let start = boundary_before(&text, first.saturating_sub(BEFORE), first);
        let shown = start..boundary_after(&text, start.saturating_add(LENGTH));
        Some(Snippet { at, text, shown, found })
    };
    in_text("/summary", item.text(Shown::Summary))
        .or_else(|| in_text("/description", item.text(Shown::Description)))
        .or_else(|| in_text("/title", Some(Cow::Borrowed(&*item.title))))
        .or_else(|| item.aliases().into_iter().find_map(|alias| in_text("/aliases", Some(alias))))
}

/// Where a text has what was looked for, or by what it was found beside that; as far as it can be shown.
fn found(text: &Text, loose: &[Arc<str>], shown: &str) -> Vec<Range<usize>> {
    // A word of a phrase is one beside others.
    if text.has_phrases() {
        let words = words(shown);
        let marked = words.iter().zip(marked(text, loose, &words)).filter(|(_, is_marked)| *is_marked);
        return marked.map(|(word, _)| word.from..word.to).collect();
    }
    let is_wanted =
        |stem: &str| text.stems().any(|own| own == stem) || loose.binary_search_by(|other| (**other).cmp(stem)).is_ok();
    let mut found: Vec<Range<usize>> = Vec::new();
    each_like(shown, text.stems().chain(loose.iter().map(|stem| &**stem)), |stem, place| {
        let end = place.end;
        if is_wanted(stem) {
            found.push(place);
        }
        // Where what is shown ends is moved twice: to the end of a character, and of a word.
        found.first().is_none_or(|first| end < first.start + 2 * LENGTH + char::MAX.len_utf8())
    });
    found
}

/// Which words were looked for, or are by what the text was found beside them.
fn marked(text: &Text, loose: &[Arc<str>], words: &[Word]) -> Vec<bool> {
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
    for (word, mark) in words.iter().zip(&mut marked) {
        *mark |= loose.binary_search(&word.stem).is_ok();
    }
    marked
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

//! What is indexed of an entry.

use tantivy::TantivyDocument;

use super::words::BETWEEN;
use super::{Fields, packed};
use crate::catalogue::Item;
use crate::catalogue::facet::{Field, Source, label};
use crate::catalogue::snapshot::Entries;
use crate::model::Vocabularies;
use crate::model::members::{string_end, text, value_end};

/// The members whose text is written for people.
const TEXTS: [&str; 9] = ["title", "summary", "description", "text", "asPrinted", "of", "note", "aims", "notes"];

/// The members that are about other things than the entry.
const APART: [&str; 4] = ["sources", "evidence", "aliases", "related"];

/// About how many bytes the numbers of a document take, and the lengths of its texts.
const NUMBERS: usize = 32;

/// What a word weighs, by where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Weight {
    Title,
    Alias,
    Provider,
    /// In the summary, or in what it says of its audience.
    Told,
    /// Anywhere else.
    Else,
}

impl Weight {
    const fn digit(self) -> char {
        match self {
            Self::Title => '8',
            Self::Alias => '6',
            Self::Provider => '3',
            Self::Told => '2',
            Self::Else => ONCE,
        }
    }
}

/// The weight of a word that counts once.
const ONCE: char = '1';

/// Adds a part to a text for the index.
fn add(text: &mut String, weight: char, part: &str) {
    if !text.is_empty() {
        text.push(BETWEEN);
    }
    text.push(weight);
    text.push_str(part);
}

/// The document of an entry.
pub(in crate::catalogue) fn document(
    fields: &Fields,
    ordinal: u32,
    item: &Item,
    entries: &Entries,
    vocabularies: &Vocabularies,
) -> TantivyDocument {
    let json = item.json();
    let (mut text, mut heading, mut title) = (String::with_capacity(json.len()), String::new(), String::new());
    add(&mut title, ONCE, &item.title);
    let mut put = |weight: Weight, part: &str| {
        add(&mut text, weight.digit(), part);
        if matches!(weight, Weight::Title | Weight::Alias | Weight::Provider) {
            add(&mut heading, ONCE, part);
        }
    };
    put(Weight::Title, &item.title);
    for stated in item.stated().all() {
        let weight = match stated.field {
            Field::Provider => Weight::Provider,
            Field::Role | Field::Level | Field::Band | Field::Eligibility => Weight::Told,
            _ => Weight::Else,
        };
        match stated.field.source(item.kind) {
            Source::Scheme(scheme) => {
                if let Some(label) = label(scheme, &stated.code, vocabularies) {
                    put(weight, label);
                }
            }
            Source::Entries(kind) => {
                if let Some(title) = entries.title(kind, &stated.code) {
                    put(weight, &title);
                }
            }
        }
    }
    if let Ok(json) = std::str::from_utf8(&json) {
        // What is rendered can be read.
        Texts { json, put: &mut put }.each_between(0, b'}', |texts, at| texts.member(at, true));
    }
    let mut document = TantivyDocument::with_capacity(text.len() + heading.len() + title.len() + NUMBERS);
    document.add_u64(fields.ordinal, u64::from(ordinal));
    document.add_u64(fields.place, packed(ordinal, &item.title));
    for (field, text) in [(fields.text, text), (fields.title, title), (fields.heading, heading)] {
        document.add_text(field, text);
    }
    document
}

/// Takes the texts that are written for people out of an entry's JSON, in the order in which they stand there. It was
/// written here, as [`crate::model::members`] has it, and is gone through once: it is most of what makes a document.
struct Texts<'j, 't> {
    json: &'j str,
    put: &'t mut dyn FnMut(Weight, &str),
}

impl Texts<'_, '_> {
    /// Takes them out of the value that begins at a place: its strings weigh so much, or are not written for people. Told is
    /// where it ends; nothing where the text ends before it, or has another bracket there.
    fn value(&mut self, at: usize, weight: Option<Weight>) -> Option<usize> {
        let json = self.json;
        match json.as_bytes().get(at)? {
            b'"' => {
                let end = string_end(json.as_bytes(), at)?;
                if let Some(weight) = weight
                    && let Some(text) = text(json.get(at..end))
                {
                    (self.put)(weight, &text);
                }
                Some(end)
            }
            b'{' => self.each_between(at, b'}', |texts, at| texts.member(at, false)),
            b'[' => self.each_between(at, b']', |texts, at| texts.value(at, weight)),
            _ => value_end(json.as_bytes(), at),
        }
    }

    /// Does something with each thing between two brackets: with where it begins, to learn where it ends.
    fn each_between(
        &mut self,
        open: usize,
        close: u8,
        mut take: impl FnMut(&mut Self, usize) -> Option<usize>,
    ) -> Option<usize> {
        let bytes = self.json.as_bytes();
        let mut at = open + 1;
        if *bytes.get(at)? == close {
            return Some(at + 1);
        }
        loop {
            at = take(self, at)?;
            match *bytes.get(at)? {
                b',' => at += 1,
                end => return (end == close).then_some(at + 1),
            }
        }
    }

    /// Takes them out of a member of an object, or of the entry itself.
    fn member(&mut self, at: usize, is_entry: bool) -> Option<usize> {
        let bytes = self.json.as_bytes();
        let name_end = string_end(bytes, at)?;
        let value = name_end + 1;
        let weight = match self.json.get(at + 1..name_end - 1)? {
            // It weighs more, and is put in by itself.
            "title" if is_entry => return value_end(bytes, value),
            "summary" if is_entry => Some(Weight::Told),
            "aliases" if is_entry => Some(Weight::Alias),
            name if APART.contains(&name) => return value_end(bytes, value),
            name => TEXTS.contains(&name).then_some(Weight::Else),
        };
        self.value(value, weight)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_are_written_for_people_are_taken_in_order_and_nothing_else() {
        let json = concat!(
            r#"{"id":"a","title":"Title","summary":"Short “\"told\"”.","aliases":["One","Two"],"isOpen":true,"places":null,"#,
            r#""rules":[{"text":"First","code":"x","any":[{"of":"Second"},[]]},{}],"cost":{"from":-1.5,"note":"Third","summary":"Third of all"},"#,
            r#""sources":[{"title":"Not this","note":"{\"}]"}],"aims":["Fourth",null,"F\u00fcnfth"],"links":{"title":"Last"}}"#
        );
        let mut texts = Vec::new();
        let mut put = |weight, text: &str| texts.push((weight, text.to_owned()));
        let end = Texts { json, put: &mut put }.each_between(0, b'}', |texts, at| texts.member(at, true));
        assert_eq!(end, Some(json.len()));
        let texts: Vec<(Weight, &str)> = texts.iter().map(|(weight, text)| (*weight, text.as_str())).collect();
        assert_eq!(
            texts,
            [
                (Weight::Told, "Short “\"told\"”."),
                (Weight::Alias, "One"),
                (Weight::Alias, "Two"),
                (Weight::Else, "First"),
                (Weight::Else, "Second"),
                (Weight::Else, "Third"),
                (Weight::Else, "Third of all"),
                (Weight::Else, "Fourth"),
                (Weight::Else, "Fünfth"),
                (Weight::Else, "Last"),
            ]
        );
        for broken in
            ["", "{", "{\"a", "{\"a\":", "{\"a\":[1", "{\"a\":{\"b\":\"c\"", "{\"a\":[\"b\"", "[}", "[1}", "{\"a\"}"]
        {
            assert_eq!(Texts { json: broken, put: &mut |_, _| {} }.value(0, None), None, "{broken}");
        }
    }
}

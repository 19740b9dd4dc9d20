//! What is indexed of an entry.

use std::fmt;

use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Deserializer;
use tantivy::TantivyDocument;

use super::{Fields, packed};
use crate::catalogue::facet::{Field, Source, label};
use crate::catalogue::{Item, Snapshot};

/// The members whose text is written for people.
const TEXTS: [&str; 9] = ["title", "summary", "description", "text", "asPrinted", "of", "note", "aims", "notes"];

/// The members that are about other things than the entry.
const APART: [&str; 4] = ["sources", "evidence", "aliases", "related"];

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
    /// As it stands before the text.
    const fn digit(self) -> &'static str {
        match self {
            Self::Title => "8",
            Self::Alias => "6",
            Self::Provider => "3",
            Self::Told => "2",
            Self::Else => "1",
        }
    }
}

/// The document of an entry.
pub(in crate::catalogue) fn document(
    fields: &Fields,
    ordinal: u32,
    item: &Item,
    snapshot: &Snapshot,
) -> TantivyDocument {
    let mut document = TantivyDocument::new();
    document.add_u64(fields.ordinal, u64::from(ordinal));
    document.add_u64(fields.place, packed(ordinal, &item.title));
    document.add_text(fields.title, [Weight::Else.digit(), &item.title].concat());
    let mut put = |weight: Weight, text: &str| {
        document.add_text(fields.text, [weight.digit(), text].concat());
        if matches!(weight, Weight::Title | Weight::Alias | Weight::Provider) {
            document.add_text(fields.heading, text);
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
                if let Some(label) = label(scheme, &stated.code, snapshot.vocabularies()) {
                    put(weight, label);
                }
            }
            Source::Entries(kind) => {
                if let Some(title) = snapshot.title(kind, &stated.code) {
                    put(weight, &title);
                }
            }
        }
    }
    // What is rendered can be read.
    let _ =
        Texts { put: &mut put, weight: None, is_entry: true }.deserialize(&mut Deserializer::from_slice(&item.json()));
    document
}

/// Takes the texts that are written for people out of a value, as they stand in its JSON.
struct Texts<'t> {
    put: &'t mut dyn FnMut(Weight, &str),
    /// What a text weighs here; none where it is not written for people.
    weight: Option<Weight>,
    /// Whether the value is the entry itself.
    is_entry: bool,
}

impl Texts<'_> {
    /// The value of a member; nothing where it is about other things.
    fn member(&mut self, key: &str) -> Option<Texts<'_>> {
        let weight = match key {
            // It weighs more, and is put in by itself.
            "title" if self.is_entry => return None,
            "summary" if self.is_entry => Some(Weight::Told),
            "aliases" if self.is_entry => Some(Weight::Alias),
            _ if APART.contains(&key) => return None,
            _ => TEXTS.contains(&key).then_some(Weight::Else),
        };
        Some(Texts { put: self.put, weight, is_entry: false })
    }
}

impl<'de> DeserializeSeed<'de> for Texts<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Texts<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        if let Some(weight) = self.weight {
            (self.put)(weight, text);
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let Self { put, weight, .. } = self;
        while items.next_element_seed(Texts { put: &mut *put, weight, is_entry: false })?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<(), A::Error> {
        while let Some(key) = members.next_key::<&str>()? {
            match self.member(key) {
                Some(member) => members.next_value_seed(member)?,
                None => drop(members.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

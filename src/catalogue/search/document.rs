//! What is indexed of an entry.

use serde_json::Value;
use tantivy::TantivyDocument;

use super::{Fields, packed};
use crate::catalogue::facet::{Field, Source, label};
use crate::catalogue::{Item, Snapshot};

/// The members whose text is written for people.
const TEXTS: [&str; 9] = ["title", "summary", "description", "text", "asPrinted", "of", "note", "aims", "notes"];

/// The members that are about other things than the entry.
const APART: [&str; 4] = ["sources", "evidence", "aliases", "related"];

/// What a word weighs, by where it stands: a digit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Weight {
    Title = 8,
    Alias = 6,
    Provider = 3,
    /// In the summary, or in what it says of its audience.
    Told = 2,
    /// Anywhere else.
    Else = 1,
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
    document.add_text(fields.title, format!("1{}", item.title));
    let mut put = |weight: Weight, text: &str| {
        document.add_text(fields.text, format!("{}{text}", weight as u8));
        if matches!(weight, Weight::Title | Weight::Alias | Weight::Provider) {
            document.add_text(fields.heading, text);
        }
    };
    put(Weight::Title, &item.title);
    let whole: Value = serde_json::from_slice(&item.full).unwrap_or_default();
    for alias in whole.get("aliases").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
        put(Weight::Alias, alias);
    }
    for stated in &item.stated {
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
    for (key, value) in whole.as_object().into_iter().flatten() {
        match (key.as_str(), value) {
            ("title", _) => {}
            ("summary", Value::String(text)) => put(Weight::Told, text),
            (key, value) if !APART.contains(&key) => {
                texts(value, TEXTS.contains(&key), &mut |text| put(Weight::Else, text));
            }
            _ => {}
        }
    }
    document
}

/// The texts of a value that are written for people.
fn texts(value: &Value, is_text: bool, take: &mut impl FnMut(&str)) {
    match value {
        Value::String(text) if is_text => take(text),
        Value::Array(values) => values.iter().for_each(|value| texts(value, is_text, take)),
        Value::Object(members) => {
            for (key, value) in members.iter().filter(|(key, _)| !APART.contains(&key.as_str())) {
                texts(value, TEXTS.contains(&key.as_str()), take);
            }
        }
        _ => {}
    }
}

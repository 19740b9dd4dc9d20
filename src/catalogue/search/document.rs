//! What is indexed of an entry.

use serde_json::Value;
use tantivy::TantivyDocument;

use super::Fields;
use crate::catalogue::facet::{Field, Source, label};
use crate::catalogue::{Item, Snapshot};

/// The members whose text is written for people.
const TEXTS: [&str; 9] = ["title", "summary", "description", "text", "asPrinted", "of", "note", "aims", "notes"];

/// The members that are about other things than the entry.
const APART: [&str; 4] = ["sources", "evidence", "aliases", "related"];

/// The document of an entry.
pub(in crate::catalogue) fn document(
    fields: &Fields,
    ordinal: u32,
    item: &Item,
    snapshot: &Snapshot,
) -> TantivyDocument {
    let mut document = TantivyDocument::new();
    document.add_u64(fields.ordinal, u64::from(ordinal));
    let [title, aliases, provider, audience, summary, description] = fields.weighed.map(|(field, _)| field);
    let mut put = |field, text: &str| {
        document.add_text(field, text);
        document.add_text(fields.words, text);
        if [title, aliases, provider].contains(&field) {
            document.add_text(fields.heading, text);
        }
    };
    put(title, &item.title);
    let whole: Value = serde_json::from_slice(&item.full).unwrap_or_default();
    for alias in whole.get("aliases").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
        put(aliases, alias);
    }
    for stated in &item.stated {
        let field = match stated.field {
            Field::Provider => provider,
            Field::Role | Field::Level | Field::Band | Field::Eligibility => audience,
            _ => description,
        };
        match stated.field.source(item.kind) {
            Source::Scheme(scheme) => {
                if let Some(label) = label(scheme, &stated.code, snapshot.vocabularies()) {
                    put(field, label);
                }
            }
            Source::Entries(kind) => {
                if let Some(title) = snapshot.title(kind, &stated.code) {
                    put(field, &title);
                }
            }
        }
    }
    for (key, value) in whole.as_object().into_iter().flatten() {
        match (key.as_str(), value) {
            ("title", _) => {}
            ("summary", Value::String(text)) => put(summary, text),
            (key, value) if !APART.contains(&key) => {
                texts(value, TEXTS.contains(&key), &mut |text| put(description, text))
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

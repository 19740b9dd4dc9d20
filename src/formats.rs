//! An entry told in another tongue.

pub mod canvas;
pub mod moodle;
pub mod ndjson;
pub mod occasions;
pub mod one_roster;
pub mod plain;
pub mod report;
pub mod schema_org;
pub mod table;
pub mod yaml;

use serde_json::Value;

/// An entry, as a file is to tell of it.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// Everything about it, as JSON.
    pub json: &'a [u8],
    /// The slug it had first: the one readable name that it keeps.
    pub first_id: &'a str,
    /// Whether it is among what the file is about; otherwise it was, and is told as gone.
    pub is_there: bool,
}

/// A form that a file of entries has: what stands before them, each of them in turn, and what stands after them.
pub trait Form: Send {
    /// Writes what stands before the first entry.
    fn begin(&mut self, _out: &mut Vec<u8>) {}

    /// Writes an entry.
    fn entry(&mut self, subject: &Subject<'_>, out: &mut Vec<u8>);

    /// Writes what stands after the last entry.
    fn end(&mut self, _out: &mut Vec<u8>) {}
}

/// A stored body without the members that say nothing: what is left is read back as the same entry.
#[must_use]
pub fn without_silence(body: Value) -> Value {
    match body {
        Value::Object(members) => Value::Object(
            members
                .into_iter()
                // An unknown date is told: its key may not be left out.
                .filter(|(key, value)| key == "date" || !is_silent(value))
                .map(|(key, value)| (key, without_silence(value)))
                .collect(),
        ),
        Value::Array(items) => Value::Array(items.into_iter().map(without_silence).collect()),
        other => other,
    }
}

fn is_silent(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

//! An entry told in another tongue.

pub mod ndjson;
pub mod yaml;

use serde_json::Value;

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

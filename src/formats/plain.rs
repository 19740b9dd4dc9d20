//! A kind's entries as they are: a line of JSON each, or a row of a table each.

use std::borrow::Cow;

use serde_json::Value;

use super::{Form, Subject, table};
use crate::model::codes::Kind;
use crate::model::read;

/// NDJSON: everything about an entry on a line.
#[derive(Debug)]
pub struct Lines;

impl Form for Lines {
    fn entry(&mut self, subject: &Subject<'_>, out: &mut Vec<u8>) {
        out.extend_from_slice(subject.json);
        out.push(b'\n');
    }
}

/// CSV: a column for every member of the kind.
#[derive(Debug)]
pub struct Table {
    columns: Vec<String>,
}

impl Table {
    /// The table of a kind.
    #[must_use]
    pub fn of(kind: Kind) -> Self {
        Self { columns: read::columns(kind) }
    }
}

impl Form for Table {
    fn begin(&mut self, out: &mut Vec<u8>) {
        table::row(out, self.columns.iter().map(String::as_str));
    }

    fn entry(&mut self, subject: &Subject<'_>, out: &mut Vec<u8>) {
        let entry: Value = serde_json::from_slice(subject.json).unwrap_or_default();
        let cells: Vec<Cow<'_, str>> = self.columns.iter().map(|column| cell(&entry, column)).collect();
        table::row(out, cells.iter().map(AsRef::as_ref));
    }
}

/// What an entry has in a column. Silence is an empty cell; texts of a list are separated by semicolons, unless one has
/// a semicolon of its own: then, as whatever else is not one value, the list is JSON.
pub(super) fn cell<'a>(entry: &'a Value, column: &str) -> Cow<'a, str> {
    let value = column.split('.').try_fold(entry, |value, step| value.get(step));
    match value {
        None | Some(Value::Null) => Cow::Borrowed(""),
        Some(Value::String(text)) => Cow::Borrowed(text),
        Some(value) => {
            let texts = value.as_array().and_then(|items| texts(items));
            Cow::Owned(texts.unwrap_or_else(|| value.to_string()))
        }
    }
}

/// Texts that can stand in one cell beside each other.
fn texts(items: &[Value]) -> Option<String> {
    let texts: Vec<&str> = items.iter().map(Value::as_str).collect::<Option<_>>()?;
    let can_stand = !texts.is_empty() && texts.iter().all(|text| !text.contains(';') && !text.starts_with('['));
    can_stand.then(|| texts.join("; "))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn cells_tell_silence_from_emptiness_and_one_text_from_two() {
        let entry = json!({"a": null, "b": {"c": 1, "d": null}, "e": ["x", "y"], "f": ["x; y"], "g": [], "h": [{"i": 1}], "j": true});
        let cells =
            ["a", "b.c", "b.d", "b.x.y", "e", "f", "g", "h", "j"].map(|column| cell(&entry, column).into_owned());
        assert_eq!(cells, ["", "1", "", "", "x; y", "[\"x; y\"]", "[]", "[{\"i\":1}]", "true"]);
    }

    #[test]
    fn every_member_of_a_kind_is_in_a_column() {
        for kind in Kind::ALL {
            let columns = read::columns(*kind);
            for path in read::paths(*kind) {
                let is_told = columns.iter().any(|column| {
                    // A column tells of everything under it, and what has columns of its own is told by those.
                    path == *column
                        || path.starts_with(&format!("{column}."))
                        || column.starts_with(&format!("{path}."))
                });
                assert!(is_told, "{kind}: {path}");
            }
            assert_eq!(columns.iter().collect::<std::collections::BTreeSet<_>>().len(), columns.len(), "{kind}");
        }
    }
}

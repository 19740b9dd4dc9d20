//! One entry as the snapshot holds it: rendered once, when it changed.

use std::sync::Arc;

use bytes::Bytes;
use serde::de::{MapAccess, Visitor};
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::canonical::canonical;
use super::eligibility::Gate;
use super::facet::Stated;
use super::snapshot::CatalogueError;
use super::stated::stated;
use crate::model::codes::{Kind, ProgrammeType, Publication};
use crate::model::text::Moment;
use crate::model::{Entry, Stamp, Vocabularies};
use crate::store::{EntryRow, State};

/// The members that only the full view of an entry shows.
pub const FULL_ONLY: &[&str] = &[
    "description",
    "application",
    "bursary",
    "offerings",
    "aims",
    "links",
    "related",
    "notes",
    "sources",
    "evidence",
    "domains",
    "dimensions",
    "behaviours",
    "careerStages",
    "services",
    "contact",
];

/// How much of an entry is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum View {
    /// What a list needs.
    #[default]
    Summary,
    /// Everything.
    Full,
}

/// Why and since when an entry is no longer in the directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retirement {
    /// Why.
    pub reason: String,
    /// Since when.
    pub since: String,
    /// What took its place, as `kind/slug`.
    pub replaced_by: Option<String>,
}

/// Whether an entry stands in the directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It is shown to everybody.
    Published,
    /// It is kept for curators.
    Draft,
    /// It was taken out.
    Retired(Retirement),
}

/// A SHA-256.
pub type Digest = [u8; 32];

/// One entry, rendered.
#[derive(Debug, Clone)]
pub struct Item {
    /// The id outside systems keep.
    pub uid: Uuid,
    /// What the entry is.
    pub kind: Kind,
    /// Its slug.
    pub id: Arc<str>,
    /// Whether it stands in the directory.
    pub standing: Standing,
    /// Whether it is a variant, which lists leave out unless asked.
    pub is_variant: bool,
    /// The programme it is a variant of.
    pub variant_of: Option<Arc<str>>,
    /// Its last change number.
    pub change_number: i64,
    /// Whether it was ever otherwise than it is now.
    pub is_revised: bool,
    /// The SHA-256 of everything shown of it, what is derived included: of its JSON with the members of every object
    /// in order and no white space.
    pub digest: Digest,
    /// Its title.
    pub title: Arc<str>,
    /// Its title, folded for sorting.
    pub title_key: Arc<str>,
    /// When it last changed.
    pub modified_at: Arc<str>,
    /// The latest date on which any of its sources was read; `None` where none was read live.
    pub checked: Option<Arc<str>>,
    /// The terms it states, sorted by field.
    pub stated: Box<[Stated]>,
    /// Everything about it, as JSON.
    pub full: Bytes,
    /// What a list shows of it, as JSON.
    pub summary: Bytes,
}

impl Item {
    /// Renders a row, with what decides whether a person can take it; `None` where its kind has no such thing.
    ///
    /// # Errors
    /// Where the row's body is not what this binary writes: the database was changed by other means.
    pub(super) fn render(row: EntryRow, vocabularies: &Vocabularies) -> Result<(Self, Option<Gate>), CatalogueError> {
        let damaged = |detail: String| CatalogueError::Damaged { kind: row.kind, id: row.id.clone(), detail };
        let mut entry = Entry::from_text(row.kind, &row.body).map_err(|error| damaged(error.to_string()))?;
        let uid = Uuid::try_parse(&row.uid).map_err(|error| damaged(error.to_string()))?;
        entry.stamp(Some(&Stamp {
            uid,
            version: row.version,
            change_number: row.change_number,
            created_at: Moment(row.created_at),
            modified_at: Moment(row.modified_at.clone()),
        }));
        entry.derive_tags(vocabularies);
        let full = entry.to_text().map_err(|error| CatalogueError::Damaged {
            kind: row.kind,
            id: row.id.clone(),
            detail: error.to_string(),
        })?;
        let summary = without(&full, FULL_ONLY).map_err(|error| CatalogueError::Damaged {
            kind: row.kind,
            id: row.id.clone(),
            detail: error.to_string(),
        })?;
        let stated = stated(&entry, vocabularies).into_boxed_slice();
        let modified_at: Arc<str> = row.modified_at.as_str().into();
        let checked = entry.sources().iter().filter_map(|source| source.accessed.as_ref()).max();
        let standing = match row.state {
            // A draft that was retired is as little the public's as one that was not.
            _ if entry.publication() == Publication::Draft => Standing::Draft,
            State::Retired { since, reason, replaced_by } => Standing::Retired(Retirement {
                reason,
                since: since.unwrap_or(row.modified_at),
                replaced_by: Some(replaced_by).filter(|text| !text.is_empty()),
            }),
            State::Current => Standing::Published,
        };
        let item = Self {
            uid,
            kind: row.kind,
            id: entry.id().as_str().into(),
            standing,
            is_variant: matches!(&entry, Entry::Programme(p) if p.entry_type == ProgrammeType::ProgrammeVariant),
            variant_of: match &entry {
                Entry::Programme(p) => p.variant_of.as_ref().map(|of| of.as_str().into()),
                _ => None,
            },
            change_number: row.change_number,
            is_revised: row.version > 1,
            digest: Sha256::digest(canonical(&full).map_err(|error| CatalogueError::Damaged {
                kind: row.kind,
                id: row.id.clone(),
                detail: error.to_string(),
            })?)
            .into(),
            title: entry.title().as_str().into(),
            title_key: entry.title().as_str().to_lowercase().into(),
            modified_at,
            checked: checked.map(|date| date.as_str().into()),
            stated,
            full: Bytes::from(full),
            summary: Bytes::from(summary),
        };
        Ok((item, Gate::of(&entry)))
    }

    /// The entry as JSON, as much of it as the view shows.
    #[must_use]
    pub const fn json(&self, view: View) -> &Bytes {
        match view {
            View::Summary => &self.summary,
            View::Full => &self.full,
        }
    }
}

/// A JSON object without some of its members, copied from the text without being understood.
fn without(object: &str, left_out: &[&str]) -> Result<String, serde_json::Error> {
    let Members(members) = serde_json::from_str(object)?;
    let mut text = String::with_capacity(object.len() / 2);
    for (key, value) in members.iter().filter(|(key, _)| !left_out.contains(key)) {
        text.push(if text.is_empty() { '{' } else { ',' });
        text.push('"');
        text.push_str(key);
        text.push_str("\":");
        text.push_str(value.get());
    }
    text.push_str(if text.is_empty() { "{}" } else { "}" });
    Ok(text)
}

/// The members of an object in their order, values as they are written. Keys are our own field
/// names, which need no escaping.
struct Members<'a>(Vec<(&'a str, &'a RawValue)>);

impl<'de> serde::Deserialize<'de> for Members<'de> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;

        impl<'de> Visitor<'de> for Collect {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::with_capacity(40);
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(Collect)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_left_out_and_the_rest_is_copied_as_written() {
        let text = r#"{"a":1,"b":{"c":[1,2]},"d":"\u00e9","e":null}"#;
        assert_eq!(without(text, &["b", "e"]).expect("JSON"), r#"{"a":1,"d":"\u00e9"}"#);
        assert_eq!(without("{}", &[]).expect("JSON"), "{}");
    }
}

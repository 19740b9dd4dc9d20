//! One entry as the snapshot holds it: rendered once, when it changed.

use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::canonical::canonical;
use super::eligibility::Gate;
use super::facet::Reach;
use super::snapshot::CatalogueError;
use super::stated::{Stated, StatedTerms, stated};
use crate::model::codes::{Kind, ProgrammeType, Publication};
use crate::model::members::each;
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

/// A text that a snippet may be taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// The summary.
    Summary,
    /// The description.
    Description,
}

/// The members that snippets are taken from: those that are one text in the order of [`Shown`], then the other names.
const PLACED: [&str; 3] = ["summary", "description", "aliases"];
const ALIASES: usize = 2;
type Places = [(u32, u32); PLACED.len()];

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

/// How many bytes a processor fetches at once, as most do.
const LINE: usize = 64;

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
    /// The terms it states.
    pub stated: StatedTerms,
    /// Everything about it, as JSON.
    pub full: Bytes,
    /// What a list shows of it: the stretches of `full` that make it up.
    summary: Stretches,
    /// Where the members that snippets are taken from stand in `full`, in the order of [`PLACED`].
    places: Places,
}

impl Item {
    /// Renders a row, with what decides whether a person can take it; `None` where its kind has no such thing.
    ///
    /// # Errors
    /// Where the row's body is not what this binary writes: the database was changed by other means.
    pub(super) fn render(
        row: EntryRow,
        vocabularies: &Vocabularies,
        reach: &Reach,
    ) -> Result<(Self, Option<Gate>), CatalogueError> {
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
        let (summary, places) = stretches(&full, FULL_ONLY);
        let canonical = canonical(full.as_bytes()).ok_or_else(|| CatalogueError::Damaged {
            kind: row.kind,
            id: row.id.clone(),
            detail: "it is not written as it should be".to_owned(),
        })?;
        let stated = stated(&entry, vocabularies, reach);
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
            digest: Sha256::digest(canonical).into(),
            title: entry.title().as_str().into(),
            title_key: entry.title().as_str().to_lowercase().into(),
            modified_at,
            checked: checked.map(|date| date.as_str().into()),
            stated,
            full: Bytes::from(full),
            summary,
            places,
        };
        Ok((item, Gate::of(&entry)))
    }

    /// How many bytes the entry takes as JSON.
    #[must_use]
    pub fn len(&self, view: View) -> usize {
        match view {
            View::Full => self.full.len(),
            View::Summary => self.stretches().map(<[u8]>::len).sum(),
        }
    }

    /// Writes the entry as JSON, as much of it as the view shows.
    pub fn write(&self, view: View, out: &mut Vec<u8>) {
        match view {
            View::Full => out.extend_from_slice(&self.full),
            View::Summary => self.stretches().for_each(|stretch| out.extend_from_slice(stretch)),
        }
    }

    /// Reads a byte of every cache line that telling a list of some entries takes. Where entries are told one after the
    /// other, each waits for its own lines; asked for before, the lines of several come at the same time: first those
    /// that say where the others are. What the entries state is among it where it is told.
    pub fn fetch<'a>(items: impl Iterator<Item = &'a Arc<Self>> + Clone, view: View, with_stated: bool) {
        let first = |item: &Arc<Self>| {
            let stretch = item.summary.first().map_or(0, |(_, to)| *to as usize);
            item.full.first().map_or(0, |byte| usize::from(*byte) ^ stretch)
        };
        let sum = items.clone().fold(0, |sum, item| sum ^ first(item));
        let lines = |sum, text: &[u8]| text.iter().step_by(LINE).fold(sum, |sum, byte| sum ^ usize::from(*byte));
        let rest = |sum, item: &Arc<Self>| {
            let stated = if with_stated { item.stated.all() } else { &[] };
            let stated = stated.iter().step_by(LINE / size_of::<Arc<Stated>>());
            let stated = stated.fold(sum, |sum, stated| sum ^ Arc::as_ptr(stated).addr());
            match view {
                View::Full => lines(stated, &item.full),
                View::Summary => item.stretches().fold(stated, lines),
            }
        };
        std::hint::black_box(items.fold(sum, rest));
    }

    /// A text of the entry; `None` where it states none.
    #[must_use]
    pub fn text(&self, which: Shown) -> Option<Cow<'_, str>> {
        let json = std::str::from_utf8(self.member(which as usize)?).ok()?;
        let inner = json.strip_prefix('"')?.strip_suffix('"')?;
        if inner.contains('\\') { serde_json::from_str(json).ok().map(Cow::Owned) } else { Some(Cow::Borrowed(inner)) }
    }

    /// The other names of the entry.
    #[must_use]
    pub fn aliases(&self) -> Vec<Cow<'_, str>> {
        #[derive(Deserialize)]
        struct Alias<'a>(#[serde(borrow)] Cow<'a, str>);
        let aliases: Option<Vec<Alias<'_>>> =
            self.member(ALIASES).and_then(|json| serde_json::from_slice(json).unwrap_or_default());
        aliases.into_iter().flatten().map(|Alias(alias)| alias).collect()
    }

    /// The value of a member that has its place in [`PLACED`].
    fn member(&self, at: usize) -> Option<&[u8]> {
        let (from, to) = self.places.get(at)?;
        self.full.get(*from as usize..*to as usize)
    }

    /// What the summary is made up of.
    fn stretches(&self) -> impl Iterator<Item = &[u8]> {
        self.summary.iter().filter_map(|(from, to)| self.full.get(*from as usize..*to as usize))
    }
}

/// Some stretches of a text.
type Stretches = Box<[(u32, u32)]>;

/// The stretches of a JSON object that are left when some of its members are left out: copied one after the other they
/// are an object again, since members that follow each other stay in one stretch with what separates them.
///
/// Told with it is where the values of the members stand that snippets are taken from.
fn stretches(object: &str, left_out: &[&str]) -> (Stretches, Places) {
    let narrow =
        |(from, to): (usize, usize)| (u32::try_from(from).unwrap_or(u32::MAX), u32::try_from(to).unwrap_or(u32::MAX));
    let mut places = Places::default();
    let mut stretches: Vec<(usize, usize)> = Vec::new();
    let mut keep = |from: usize, to: usize| match stretches.last_mut() {
        Some((_, end)) if *end == from => *end = to,
        _ => stretches.push((from, to)),
    };
    keep(0, 1);
    let mut at = 1;
    let mut is_first = true;
    for (name, value) in each(object.as_bytes()) {
        let place = PLACED.iter().position(|member| member.as_bytes() == name);
        if let Some(place) = place.and_then(|at| places.get_mut(at)) {
            *place = narrow((value.start, value.end));
        }
        if !left_out.iter().any(|member| member.as_bytes() == name) {
            // A comma stands before all but the first of the object.
            keep(if is_first && at > 1 { at + 1 } else { at }, value.end);
            is_first = false;
        }
        at = value.end;
    }
    keep(at, object.len());
    (stretches.into_iter().map(narrow).collect(), places)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_left_out_and_the_rest_is_as_written() {
        let text = r#"{"a":1,"b":{"c":[1,2]},"d":"\u00e9","e":null}"#;
        let left = |left_out: &[&str]| -> String {
            let (stretches, _) = stretches(text, left_out);
            stretches.iter().map(|(from, to)| &text[*from as usize..*to as usize]).collect()
        };
        assert_eq!(left(&["b", "e"]), r#"{"a":1,"d":"\u00e9"}"#);
        assert_eq!(left(&["a", "b"]), r#"{"d":"\u00e9","e":null}"#);
        assert_eq!(left(&["a", "b", "d", "e"]), "{}");
        assert_eq!(left(&[]), text);
        assert_eq!(stretches("{}", &[]).0.len(), 1);
        let object = r#"{"id":"a","summary":"Short.","aliases":["b"],"description":null}"#;
        let (_, places) = stretches(object, &[]);
        let values = places.map(|(from, to)| &object[from as usize..to as usize]);
        assert_eq!(values, ["\"Short.\"", "null", "[\"b\"]"]);
    }
}

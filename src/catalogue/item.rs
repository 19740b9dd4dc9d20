//! One entry as the snapshot holds it: rendered once, when it changed.

use std::borrow::Cow;
use std::ops::Deref;
use std::sync::Arc;

use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use smallvec::SmallVec;
use uuid::Uuid;

use super::ahead::{ask, ask_where};
use super::block::{Stretch, narrow};
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

impl View {
    /// About how many bytes of JSON an entry takes. To ask each entry would be to wait for its memory.
    #[must_use]
    pub const fn usual_length(self) -> usize {
        match self {
            Self::Summary => 1_536,
            Self::Full => 2_304,
        }
    }
}

/// What ends what the feed tells of an entry: the entry, and the change.
const TOLD_END: &str = "}}";

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

/// A SHA-256.
pub type Digest = [u8; 32];

/// What pages of entries are put together from. Cheap to clone.
#[derive(Debug, Clone)]
struct Told {
    /// What the feed tells of the entry when it is there, in summary: a comma, and as JSON some members about the change,
    /// and then what a list shows of the entry.
    summary: Stretch,
    /// Where in it the entry begins.
    from: u32,
    /// The terms that the entry states.
    stated: StatedTerms,
}

impl Told {
    /// What the feed tells in summary, without the braces at its end.
    fn begun(&self) -> &[u8] {
        self.summary.get(..self.summary.len().saturating_sub(TOLD_END.len())).unwrap_or_default()
    }

    /// What a list shows of the entry, without the brace at its end.
    fn open(&self) -> &[u8] {
        self.begun().get(self.from as usize..).unwrap_or_default()
    }

    /// Writes the entry as JSON, as much of it as the view shows, given what follows on what a list shows. Given that as it
    /// stands, the compiler would read where it is, which few ask for.
    fn write<'a>(&self, view: View, rest: impl FnOnce() -> &'a [u8], out: &mut Vec<u8>) {
        out.extend_from_slice(self.open());
        match view {
            View::Summary => out.push(b'}'),
            View::Full => out.extend_from_slice(rest()),
        }
    }
}

/// An entry in its place among all others, with what pages tell of it: they need not go to the entry itself, which is
/// somewhere else in memory.
#[derive(Debug, Clone)]
pub struct Shelved {
    item: Arc<Item>,
    told: Told,
}

impl From<Arc<Item>> for Shelved {
    fn from(item: Arc<Item>) -> Self {
        Self { told: item.told.clone(), item }
    }
}

impl Deref for Shelved {
    type Target = Item;

    fn deref(&self) -> &Item {
        &self.item
    }
}

impl Shelved {
    /// The entry.
    pub(super) const fn item(&self) -> &Arc<Item> {
        &self.item
    }

    /// As [`Item::write`].
    pub fn write(&self, view: View, out: &mut Vec<u8>) {
        self.told.write(view, || &self.item.rest, out);
    }

    /// As [`Item::stated`].
    #[must_use]
    pub const fn stated(&self) -> &StatedTerms {
        &self.told.stated
    }

    /// Asks for where that begins which is told of it: what it states where that is told, and what else the entry has where
    /// that is looked at.
    pub(super) fn ask_where(&self, with_stated: bool, with_item: bool) {
        if with_item {
            self.item.ask();
        }
        if with_stated {
            ask_where(self.told.stated.all());
        }
        ask_where(&self.told.summary);
    }

    /// Asks for what a view shows of it, and for what it states where that is told.
    pub(super) fn ask_for(&self, view: View, with_stated: bool) {
        if with_stated {
            ask(self.told.stated.all());
        }
        ask(&*self.told.summary);
        if view == View::Full {
            ask(&*self.item.rest);
        }
    }
}

/// One entry, rendered.
#[derive(Debug, Clone)]
pub struct Item {
    told: Told,
    /// What follows in all of the entry, in place of the brace at the end of what a list shows.
    rest: Box<[u8]>,
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
    /// Where the members that snippets are taken from stand in all of it, in the order of [`PLACED`].
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
        let canonical = canonical(full.as_bytes()).ok_or_else(|| CatalogueError::Damaged {
            kind: row.kind,
            id: row.id.clone(),
            detail: "it is not written as it should be".to_owned(),
        })?;
        let head = format!(
            ",{{\"state\":\"updated\",\"kind\":\"{}\",\"id\":\"{uid}\",\"modified\":{},\"data\":",
            row.kind, row.change_number
        );
        let (open, rest, places) = summary_and_rest(&full, FULL_ONLY);
        let told = Told {
            summary: Stretch::alone([&head, &open, TOLD_END].concat().into_bytes()),
            from: narrow(head.len()),
            stated: stated(&entry, vocabularies, reach),
        };
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
            told,
            rest: rest.into_bytes().into(),
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
            places,
        };
        Ok((item, Gate::of(&entry)))
    }

    /// Everything about it, as JSON: first what a list shows.
    #[must_use]
    pub fn json(&self) -> Vec<u8> {
        let mut json = Vec::with_capacity(self.json_length());
        self.write(View::Full, &mut json);
        json
    }

    /// How long that is, in bytes.
    #[must_use]
    pub fn json_length(&self) -> usize {
        self.told.open().len() + self.rest.len()
    }

    /// The terms it states.
    #[must_use]
    pub const fn stated(&self) -> &StatedTerms {
        &self.told.stated
    }

    /// Writes the entry as JSON, as much of it as the view shows.
    pub fn write(&self, view: View, out: &mut Vec<u8>) {
        self.told.write(view, || &self.rest, out);
    }

    /// Writes the entry as the feed tells one that is there (RPDE 1.1, “updated”).
    pub fn write_updated(&self, view: View, out: &mut Vec<u8>) {
        match view {
            View::Summary => out.extend_from_slice(self.told.summary.get(1..).unwrap_or_default()),
            View::Full => {
                out.extend_from_slice(self.told.begun().get(1..).unwrap_or_default());
                out.extend_from_slice(&self.rest);
                out.push(b'}');
            }
        }
    }

    /// What the feed tells of it in summary, after a comma.
    pub(super) const fn updated(&self) -> &Stretch {
        &self.told.summary
    }

    /// As [`Self::updated`], to put it elsewhere.
    pub(super) const fn updated_mut(&mut self) -> &mut Stretch {
        &mut self.told.summary
    }

    /// What it states, to put it elsewhere.
    pub(super) const fn stated_mut(&mut self) -> &mut Stretch<Arc<Stated>> {
        self.told.stated.all_mut()
    }

    /// Asks for what tells where everything else of it is.
    pub(super) fn ask(&self) {
        ask(self);
    }

    /// Asks for what it is sorted by.
    pub(super) fn ask_for_key(&self) {
        ask(&*self.title_key);
        ask(&*self.id);
    }

    /// Asks for what a view shows of it.
    pub fn ask_for(&self, view: View) {
        ask(&*self.told.summary);
        if view == View::Full {
            ask(&*self.rest);
        }
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
        let (from, to) = self.places.get(at).map(|(from, to)| (*from as usize, *to as usize))?;
        let open = self.told.open();
        match from.checked_sub(open.len()) {
            None => open.get(from..to),
            Some(from) => self.rest.get(from..to - open.len()),
        }
    }
}

/// A JSON object in two: what a list shows of it, without the brace at its end, and what follows on that in all of it. Told
/// with it is where in all of it the values of the members stand that snippets are taken from.
fn summary_and_rest(object: &str, full_only: &[&str]) -> (String, String, Places) {
    let mut places = Places::default();
    let is_rest = |name: &[u8]| full_only.iter().any(|member| member.as_bytes() == name);
    let members = each(object.as_bytes()).map(|(name, value)| (is_rest(name), name, value));
    let members: SmallVec<[_; 48]> = members.collect();
    let mut add = |text: &mut String, before: usize, wanted: bool| {
        for (_, name, value) in members.iter().filter(|(is_rest, ..)| *is_rest == wanted) {
            // Where a list shows nothing of it, what follows begins after the brace.
            if before + text.len() > 1 {
                text.push(',');
            }
            // The name stands before the value, in quotes and with a colon.
            let from = value.start - name.len() - 3;
            text.push_str(object.get(from..value.end).unwrap_or_default());
            let place = PLACED.iter().position(|member| member.as_bytes() == *name);
            if let Some(place) = place.and_then(|at| places.get_mut(at)) {
                let end = before + text.len();
                *place = (narrow(end - value.len()), narrow(end));
            }
        }
    };
    let mut summary = String::with_capacity(object.len());
    summary.push('{');
    add(&mut summary, 0, false);
    let mut rest = String::with_capacity(object.len().saturating_sub(summary.len()));
    add(&mut rest, summary.len(), true);
    rest.push('}');
    (summary, rest, places)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_list_shows_comes_first_and_each_member_stays_as_written() {
        let object = r#"{"a":1,"b":{"c":[1,2]},"d":"\u00e9","e":null}"#;
        let is = |full_only: &[&str], summary: &str, full: &str| {
            let (open, rest, _) = summary_and_rest(object, full_only);
            assert_eq!((format!("{open}}}"), format!("{open}{rest}")), (summary.to_owned(), full.to_owned()));
        };
        is(&["b", "e"], r#"{"a":1,"d":"\u00e9"}"#, r#"{"a":1,"d":"\u00e9","b":{"c":[1,2]},"e":null}"#);
        is(&["a", "b"], r#"{"d":"\u00e9","e":null}"#, r#"{"d":"\u00e9","e":null,"a":1,"b":{"c":[1,2]}}"#);
        is(&["a", "b", "d", "e"], "{}", object);
        is(&[], object, object);
        assert_eq!(summary_and_rest("{}", &[]), ("{".to_owned(), "}".to_owned(), Places::default()));
        let object = r#"{"description":null,"id":"a","aims":[1],"summary":"Short.","aliases":["b"]}"#;
        let (open, rest, places) = summary_and_rest(object, &["aims", "description"]);
        let full = open + &rest;
        assert_eq!(places.map(|(from, to)| &full[from as usize..to as usize]), ["\"Short.\"", "null", "[\"b\"]"]);
    }
}

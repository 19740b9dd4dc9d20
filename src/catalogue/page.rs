//! Orders, pages and cursors.

use std::borrow::Cow;
use std::hash::Hash;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use super::ahead::ask_ahead;
use super::filter::Filter;
use super::item::{Item, Shelved, View};
use crate::model::codes::Kind;

/// By what a list is ordered. Every order is total: the slug breaks ties.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Sort {
    /// By title, from A.
    #[default]
    Title,
    /// By title, from Z.
    TitleDescending,
    /// By id, from a.
    Id,
    /// By id, from z.
    IdDescending,
    /// By the last change, the oldest first.
    Modified,
    /// By the last change, the newest first.
    ModifiedDescending,
    /// By how well it answers what is looked for, the best first.
    Relevance,
}

impl Sort {
    /// The orders that are kept; each is walked backwards for its opposite.
    pub(super) const KEPT: [Self; 3] = [Self::Title, Self::Id, Self::Modified];

    /// Every order, with the name that queries give it.
    pub const NAMES: [(&'static str, Self); 7] = [
        ("title", Self::Title),
        ("-title", Self::TitleDescending),
        ("id", Self::Id),
        ("-id", Self::IdDescending),
        ("modifiedAt", Self::Modified),
        ("-modifiedAt", Self::ModifiedDescending),
        ("relevance", Self::Relevance),
    ];

    /// The name that queries give the order.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::TitleDescending => "-title",
            Self::Id => "id",
            Self::IdDescending => "-id",
            Self::Modified => "modifiedAt",
            Self::ModifiedDescending => "-modifiedAt",
            Self::Relevance => "relevance",
        }
    }

    /// The order that is kept for it. What is found has none: it is put in order when it is.
    pub(super) const fn kept(self) -> Self {
        match self {
            Self::Title | Self::TitleDescending | Self::Relevance => Self::Title,
            Self::Id | Self::IdDescending => Self::Id,
            Self::Modified | Self::ModifiedDescending => Self::Modified,
        }
    }

    pub(super) const fn is_descending(self) -> bool {
        matches!(self, Self::TitleDescending | Self::IdDescending | Self::ModifiedDescending)
    }
}

/// The place of an entry in an order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct SortKey<'a> {
    pub(super) number: i64,
    text: Cow<'a, str>,
    pub(super) id: Cow<'a, str>,
}

impl<'a> SortKey<'a> {
    /// The first place, by id, that an id beginning with a text could have.
    pub(super) fn first_with_id(text: &'a str) -> Self {
        Self { number: 0, text: "".into(), id: text.into() }
    }

    /// The place of an entry among what was found: ties are broken by its title, then by its slug.
    pub(super) fn ranked(rank: i64, item: &'a Item) -> Self {
        Self { number: rank, text: (&*item.title_key).into(), id: (&*item.id).into() }
    }

    /// As [`Self::ranked`], where there are entries of other kinds.
    pub(super) fn ranked_among_kinds(rank: i64, item: &'a Item) -> Self {
        Self { id: format!("{}/{}", item.kind, item.id).into(), ..Self::ranked(rank, item) }
    }

    pub(super) fn of(sort: Sort, item: &'a Item) -> Self {
        let (number, text) = match sort.kept() {
            Sort::Title => (0, &*item.title_key),
            Sort::Modified => (item.change_number, ""),
            _ => (0, ""),
        };
        Self { number, text: text.into(), id: (&*item.id).into() }
    }

    /// The same, for longer than the entry is there.
    fn into_owned(self) -> SortKey<'static> {
        SortKey { number: self.number, text: self.text.into_owned().into(), id: self.id.into_owned().into() }
    }
}

/// What page of a list is asked for.
#[derive(Debug, Clone)]
pub struct PageQuery {
    /// The kind of the entries.
    pub kind: Kind,
    /// The order.
    pub sort: Sort,
    /// The most entries on the page.
    pub limit: usize,
    /// What the list is filtered by.
    pub filter: Filter,
    /// After which entry the page begins.
    pub after: Option<Cursor>,
}

/// One page of a list.
#[derive(Debug, Clone)]
pub struct Page<'a> {
    /// The entries.
    pub items: Vec<&'a Shelved>,
    /// How many entries the whole list has.
    pub total: u64,
    /// The ordinal of the last entry, where there are more.
    pub(super) last: Option<u32>,
}

impl Page<'_> {
    /// Asks for what is told at a place on the page and soon after: called before each is told. Told besides may be why it
    /// is there, and how it was found.
    pub fn ask_ahead(&self, at: usize, view: View, with_reasons: bool, with_found: bool) {
        ask_for_page(&self.items, at, view, with_reasons, with_found);
        // And for where the next page begins.
        if let Some(last) = self.items.last().filter(|_| self.last.is_some()) {
            if at == 0 {
                last.ask();
            } else if at + 1 == self.items.len() {
                last.ask_for_key();
            }
        }
    }

    /// Where the next page of what was asked for begins; `None` on the last.
    #[must_use]
    pub fn next(&self, query: &PageQuery) -> Option<Cursor> {
        let (item, ordinal) = (self.items.last()?, self.last?);
        let key = match query.filter.hits() {
            Some(hits) if query.sort == Sort::Relevance => SortKey::ranked(hits.rank(ordinal), item),
            _ => SortKey::of(query.sort, item),
        };
        Some(Cursor::after(query, key))
    }
}

/// Asks for what is told at a place on a page of entries and soon after.
fn ask_for_page(items: &[&Shelved], at: usize, view: View, with_reasons: bool, with_found: bool) {
    if at == 0 {
        for item in items {
            item.ask_where(with_reasons, with_found || view == View::Full);
        }
    }
    ask_ahead(at, |at| items.get(at).into_iter().for_each(|item| item.ask_for(view, with_reasons)));
}

/// What is looked for among entries of several kinds.
#[derive(Debug, Clone)]
pub struct SearchQuery {
    /// The kinds of the entries.
    pub kinds: Vec<Kind>,
    /// The most entries on the page.
    pub limit: usize,
    /// What is looked for, and what else is asked of it.
    pub filter: Filter,
    /// After which entry the page begins.
    pub after: Option<Cursor>,
}

/// One page of what was found.
#[derive(Debug, Clone, Default)]
pub struct SearchPage<'a> {
    /// The entries, the best first.
    pub items: Vec<&'a Shelved>,
    /// How many were found in all, of the kinds asked for.
    pub total: u64,
    /// How many were found of each kind, those not asked for included.
    pub counts: Vec<(Kind, u64)>,
    /// Where the next page begins; `None` on the last.
    pub next: Option<Cursor>,
}

impl SearchPage<'_> {
    /// As [`Page::ask_ahead`], in summary.
    pub fn ask_ahead(&self, at: usize) {
        ask_for_page(&self.items, at, View::Summary, false, true);
    }
}

/// A place between two pages. It names the last entry's sort key, so that an entry put in or taken
/// out elsewhere never makes another one appear twice or not at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// What list it was given out for.
    list: String,
    pub(super) key: SortKey<'static>,
}

/// A cursor as it travels.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire<'a> {
    #[serde(borrow)]
    l: Cow<'a, str>,
    n: i64,
    #[serde(borrow)]
    t: Cow<'a, str>,
    #[serde(borrow)]
    i: Cow<'a, str>,
}

/// Something that has pages.
pub trait Paged {
    /// What tells it from every other: its order and its filter, in short.
    fn list(&self) -> String;
}

impl Paged for PageQuery {
    fn list(&self) -> String {
        short(&(self.kind, self.sort, &self.filter))
    }
}

impl Paged for SearchQuery {
    fn list(&self) -> String {
        short(&(&self.kinds, &self.filter))
    }
}

/// A sum that tells lists apart, the same in every process.
fn short(whole: &impl Hash) -> String {
    let mut sum = crc32fast::Hasher::new();
    whole.hash(&mut sum);
    format!("{:08x}", sum.finalize())
}

impl Cursor {
    pub(super) fn after(query: &impl Paged, key: SortKey<'_>) -> Self {
        Self { list: query.list(), key: key.into_owned() }
    }

    /// The cursor as text for an address.
    #[must_use]
    pub fn encode(&self) -> String {
        let SortKey { number, text, id } = &self.key;
        let wire = Wire { l: Cow::Borrowed(&self.list), n: *number, t: Cow::Borrowed(text), i: Cow::Borrowed(id) };
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(&wire).unwrap_or_default())
    }

    /// Reads a cursor that was given out for this query; `None` for any other text.
    #[must_use]
    pub fn decode(text: &str, query: &impl Paged) -> Option<Self> {
        let json = URL_SAFE_NO_PAD.decode(text).ok()?;
        let wire: Wire<'_> = serde_json::from_slice(&json).ok()?;
        (wire.l == query.list()).then(|| Self {
            list: wire.l.into(),
            key: SortKey { number: wire.n, text: wire.t, id: wire.i }.into_owned(),
        })
    }
}

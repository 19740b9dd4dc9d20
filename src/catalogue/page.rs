//! Orders, pages and cursors.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use super::item::Item;

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
}

impl Sort {
    /// The orders that are kept; each is walked backwards for its opposite.
    pub(super) const ASCENDING: [Self; 3] = [Self::Title, Self::Id, Self::Modified];

    /// Every order, with the name that queries give it.
    pub const NAMES: [(&'static str, Self); 6] = [
        ("title", Self::Title),
        ("-title", Self::TitleDescending),
        ("id", Self::Id),
        ("-id", Self::IdDescending),
        ("modifiedAt", Self::Modified),
        ("-modifiedAt", Self::ModifiedDescending),
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
        }
    }

    pub(super) const fn ascending(self) -> Self {
        match self {
            Self::Title | Self::TitleDescending => Self::Title,
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
pub(super) struct SortKey {
    number: i64,
    text: Arc<str>,
    pub(super) id: Arc<str>,
}

impl SortKey {
    pub(super) fn of(sort: Sort, item: &Item) -> Self {
        let (number, text) = match sort.ascending() {
            Sort::Title => (0, Arc::clone(&item.title_key)),
            Sort::Modified => (item.change_number, "".into()),
            _ => (0, "".into()),
        };
        Self { number, text, id: Arc::clone(&item.id) }
    }
}

/// What page of a list is asked for.
#[derive(Debug, Clone)]
pub struct PageQuery {
    /// The order.
    pub sort: Sort,
    /// The most entries on the page.
    pub limit: usize,
    /// Whether variants of programmes are listed too.
    pub variants: bool,
    /// After which entry the page begins.
    pub after: Option<Cursor>,
}

/// One page of a list.
#[derive(Debug, Clone)]
pub struct Page {
    /// The entries.
    pub items: Vec<Arc<Item>>,
    /// How many entries the whole list has.
    pub total: u64,
    /// Where the next page begins; `None` on the last.
    pub next: Option<Cursor>,
}

/// A place between two pages. It names the last entry's sort key, so that an entry put in or taken
/// out elsewhere never makes another one appear twice or not at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    sort: Sort,
    variants: bool,
    pub(super) key: SortKey,
}

/// A cursor as it travels.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    s: String,
    v: bool,
    n: i64,
    t: String,
    i: String,
}

impl Cursor {
    pub(super) fn after(query: &PageQuery, key: &SortKey) -> Self {
        Self { sort: query.sort, variants: query.variants, key: key.clone() }
    }

    /// The cursor as text for an address.
    #[must_use]
    pub fn encode(&self) -> String {
        let wire = Wire {
            s: self.sort.name().to_owned(),
            v: self.variants,
            n: self.key.number,
            t: self.key.text.to_string(),
            i: self.key.id.to_string(),
        };
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(&wire).unwrap_or_default())
    }

    /// Reads a cursor that was given out for this query; `None` for any other text.
    #[must_use]
    pub fn decode(text: &str, sort: Sort, variants: bool) -> Option<Self> {
        let wire: Wire = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let same_query = wire.s == sort.name() && wire.v == variants;
        same_query.then(|| Self {
            sort,
            variants,
            key: SortKey { number: wire.n, text: wire.t.into(), id: wire.i.into() },
        })
    }
}

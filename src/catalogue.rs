//! The directory in memory: an immutable snapshot at one change number, and the questions it answers.
//!
//! Knows no HTTP and no SQL. A snapshot is never changed: [`Snapshot::advance`] makes the next one,
//! sharing what stayed the same, so that a write costs what it changes.

mod ahead;
mod answers;
mod bits;
mod block;
mod canonical;
mod cores;
mod edit;
mod eligibility;
mod facet;
mod feed;
mod filter;
mod item;
mod lists;
mod map;
mod matched;
mod order;
mod page;
mod row;
mod search;
mod sets;
mod shelves;
mod snapshot;
mod stated;
mod whole;

pub use answers::{Answer, Answers};
pub use bits::Bits;
pub use block::Run;
pub use edit::VocabularyEdit;
#[cfg(test)]
pub(crate) use eligibility::panics;
pub use eligibility::{
    Asked, Change, Check, CheckCursor, Checked, Found, Gate, Outcome, ProfileField, Question, Reason, Told,
    VariantVerdict, Verdict, impossible, required_of,
};
pub use facet::{ALL_STAFF, Field, FieldTerm, How, Source, label, scheme_terms, type_scheme};
pub use feed::{Changed, Changes, FeedQuery, Sum};
pub use filter::{FacetTerm, Filter, Match, Sifted};
pub use item::{Digest, FULL_ONLY, Item, Retirement, Shelved, Standing, View};
pub use matched::Reasons;
pub use page::{Cursor, Page, PageQuery, Paged, SearchPage, SearchQuery, Sort};
pub use search::{Hits, LONGEST as LONGEST_TEXT, Likeness, Snippet, Sought, Suggestion, Text};
pub use snapshot::{CatalogueError, Looked, Snapshot};
pub use stated::{Member, Stated, StatedTerms};

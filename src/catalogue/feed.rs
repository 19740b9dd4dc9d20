//! What changed, in the order in which it did: each entry once, at its last change number.

use std::ops::Bound;
use std::sync::Arc;

use super::bits::Bits;
use super::filter::Filter;
use super::item::{Digest, Item, Standing};
use super::sets::Set;
use super::snapshot::{Snapshot, is_sorted_rather, lay_over};
use crate::model::codes::Kind;

/// What part of the changes is asked for.
#[derive(Debug, Clone)]
pub struct FeedQuery {
    /// The kinds of entry.
    pub kinds: Vec<Kind>,
    /// Which of their entries. What does not pass is told as gone, unless it never can have passed.
    pub filter: Filter,
    /// The change number after which the page begins.
    pub after: i64,
    /// The most entries on the page.
    pub limit: usize,
}

/// An entry that changed, borrowed or held.
#[derive(Debug, Clone)]
pub struct Changed<I> {
    /// The entry as it is now.
    pub item: I,
    /// Whether it is among what is asked for. What was, and is not any more, is gone for whoever asks.
    pub is_there: bool,
}

impl<I: AsRef<Item>> AsRef<Item> for Changed<I> {
    fn as_ref(&self) -> &Item {
        self.item.as_ref()
    }
}

/// What a copy of the published entries of a kind must come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sum {
    /// The kind.
    pub kind: Kind,
    /// How many entries there are.
    pub count: u64,
    /// Their hashes, laid over each other.
    pub digest: Digest,
}

impl Snapshot {
    /// A page of changes, in order. Variants are among them.
    #[must_use]
    pub fn feed(&self, query: &FeedQuery) -> Vec<Changed<&Arc<Item>>> {
        let (mut there, mut candidates) = (Bits::default(), Bits::default());
        for kind in &query.kinds {
            there.add(&self.choose(*kind, &query.filter));
            // What was never otherwise than it is was never told to anybody who asks this.
            self.set(Set::Revised(*kind)).add_to(&mut candidates);
        }
        candidates.add(&there);
        let count = candidates.len();
        let later = |ordinal: &u32| self.item(*ordinal).is_some_and(|item| item.change_number > query.after);
        let changed = |ordinal: u32| {
            let item = self.item(ordinal)?;
            let is_there = there.contains(ordinal);
            // Of a draft nobody was ever told, and what was published becomes none.
            let is_told = is_there || item.standing != Standing::Draft;
            is_told.then_some(Changed { item, is_there })
        };
        let all = self.changes();
        let ahead = u64::try_from(self.head().change_number.saturating_sub(query.after)).unwrap_or_default();
        if count < ahead && is_sorted_rather(count, query.limit, all.len()) {
            let mut page: Vec<_> = candidates.iter().filter(later).filter_map(changed).collect();
            page.sort_unstable_by_key(|changed| changed.item.change_number);
            page.truncate(query.limit);
            return page;
        }
        let later = all.range((Bound::Excluded(query.after), Bound::Unbounded)).map(|(_, ordinal)| *ordinal);
        later.filter(|ordinal| candidates.contains(*ordinal)).filter_map(changed).take(query.limit).collect()
    }

    /// The link of the chain at a change number, as cursors give it; `None` where there is no such number yet.
    #[must_use]
    pub fn link_at(&self, change_number: i64) -> Option<String> {
        if change_number == 0 {
            return Some(format!("{:016x}", 0));
        }
        self.link(change_number).map(|link| format!("{link:016x}"))
    }

    /// What a copy of the entries of a kind that pass a filter must come to.
    #[must_use]
    pub fn sum(&self, kind: Kind, filter: &Filter) -> Sum {
        if *filter == (Filter { variants: true, ..Filter::default() }) {
            let digest = self.digest_of_kind(kind);
            return Sum { kind, count: self.set(Set::Published(kind)).len(), digest };
        }
        let chosen = self.choose(kind, filter);
        let mut digest = Digest::default();
        for item in chosen.iter().filter_map(|ordinal| self.item(ordinal)) {
            lay_over(&mut digest, &item.digest);
        }
        Sum { kind, count: chosen.len(), digest }
    }
}

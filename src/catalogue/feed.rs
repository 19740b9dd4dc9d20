//! What changed, in the order in which it did: each entry once, at its last change number.

use std::num::NonZeroU32;
use std::sync::Arc;

use super::ahead::ask_further_ahead;
use super::bits::Bits;
use super::block::Run;
use super::filter::Filter;
use super::item::{Digest, Item, Standing, View};
use super::row::Held;
use super::sets::Set;
use super::snapshot::{Snapshot, is_sorted_rather, lay_over};
use crate::model::codes::Kind;

/// From how many of the last entries of a run on it is looked ahead: no less than [`ask_further_ahead`] does.
const FEW: usize = 4;

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

/// A page of changes. It holds what stands in the row of changes from its first to its last, and nothing else of a snapshot.
#[derive(Debug, Clone)]
pub struct Changes {
    held: Held<Arc<Item>>,
    page: Vec<Place>,
}

/// Where in the row an entry stands, and whether it is there for whoever asks.
#[derive(Debug, Clone, Copy)]
struct Place {
    at: usize,
    is_there: bool,
}

/// An entry that changed.
#[derive(Debug, Clone, Copy)]
pub struct Changed<'a> {
    /// The entry as it is now.
    pub item: &'a Item,
    /// Whether it is among what is asked for. What was, and is not any more, is gone for whoever asks.
    pub is_there: bool,
}

impl Changes {
    /// How many entries changed.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.page.len()
    }

    /// Whether none did.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.page.is_empty()
    }

    /// Whether it holds few entries beside those that it tells of.
    #[must_use]
    pub fn is_dense(&self) -> bool {
        self.held.len() <= 4 * self.len()
    }

    /// One of the changes, in order.
    #[must_use]
    pub fn get(&self, at: usize) -> Option<Changed<'_>> {
        let Place { at, is_there } = *self.page.get(at)?;
        Some(Changed { item: self.held.get(at)?, is_there })
    }

    /// The entries from one on that are there and stand side by side, told in summary, each after a comma. `None` where the
    /// first is gone.
    #[must_use]
    pub fn run(&self, at: usize) -> Option<Run<'_>> {
        let first = self.get(at).filter(|changed| changed.is_there)?;
        let run = Run::of(first.item.updated(), (at + 1..).map_while(|at| self.beside(at)));
        // What is read next is asked for while the last few are told, as if each were told by itself.
        let end = at + run.count();
        for last in end.saturating_sub(FEW).max(at)..end {
            // What stands beside what is read before it comes by itself.
            self.ask_for_some(last, View::Summary, |at| self.beside(at).is_none());
        }
        Some(run)
    }

    /// Asks for what is told soon: called before each change is told.
    pub fn ask_ahead(&self, at: usize, view: View) {
        self.ask_for_some(at, view, |_| true);
    }

    fn ask_for_some(&self, at: usize, view: View, is_asked_for: impl Fn(usize) -> bool) {
        let asked_for = |at| self.get(at).filter(|_| is_asked_for(at));
        ask_further_ahead(
            at,
            |at| asked_for(at).into_iter().for_each(|changed| changed.item.ask()),
            |at| asked_for(at).into_iter().filter(|changed| changed.is_there).for_each(|it| it.item.ask_for(view)),
        );
    }

    /// How long the text of an entry is, where it and the one before it on the page are there and stand side by side.
    fn beside(&self, at: usize) -> Option<NonZeroU32> {
        let (before, place) = (self.page.get(at.checked_sub(1)?)?, self.page.get(at)?);
        let is_next = before.is_there && place.is_there && before.at + 1 == place.at;
        self.held.beside(place.at).filter(|_| is_next)
    }

    /// The last change of the page.
    #[must_use]
    pub fn last(&self) -> Option<Changed<'_>> {
        self.get(self.len().checked_sub(1)?)
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
    pub fn feed(&self, query: &FeedQuery) -> Changes {
        let (mut there, mut candidates) = (Bits::default(), Bits::default());
        for kind in &query.kinds {
            there.add(&self.choose(*kind, &query.filter));
            // What was never otherwise than it is was never told to anybody who asks this.
            self.set(Set::Revised(*kind)).add_to(&mut candidates);
        }
        candidates.add(&there);
        let count = candidates.len();
        let row = self.changes();
        // Whether an entry is there, of those that are told. Of a draft nobody was ever told, and what was published becomes
        // none. Given a plain reference, the compiler would read each entry's standing early, which few are asked for.
        let is_there = |ordinal, item: &Arc<Item>| {
            let is_there = there.contains(ordinal);
            let is_told = is_there || candidates.contains(ordinal) && item.standing != Standing::Draft;
            is_told.then_some(is_there)
        };
        let ahead = u64::try_from(self.head().change_number.saturating_sub(query.after)).unwrap_or_default();
        let page: Vec<Place> = if count < ahead && is_sorted_rather(count, query.limit, row.len()) {
            let items = candidates.iter().filter_map(|ordinal| Some((ordinal, self.item(ordinal)?)));
            let later = items.filter(|(_, item)| item.change_number > query.after);
            let mut page: Vec<_> =
                later.filter_map(|(ordinal, item)| Some((item.change_number, is_there(ordinal, item)?))).collect();
            page.sort_unstable();
            page.truncate(query.limit);
            let place = |(number, is_there)| Some(Place { at: row.place_of(number)?, is_there });
            page.into_iter().filter_map(place).collect()
        } else {
            let place =
                |(at, ordinal, item): (_, _, &Arc<Item>)| Some(Place { at, is_there: is_there(ordinal, item)? });
            row.after(query.after).filter_map(place).take(query.limit).collect()
        };
        let places = page.first().zip(page.last()).map_or(0..0, |(first, last)| first.at..last.at + 1);
        Changes { held: row.hold(places), page }
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

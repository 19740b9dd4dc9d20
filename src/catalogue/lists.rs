//! Pages of lists and of what was found.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::ahead::ask;
use super::bits::Bits;
use super::facet::Field;
use super::filter::Sifted;
use super::item::{Item, Shelved};
use super::page::{Cursor, Page, PageQuery, SearchPage, SearchQuery, Sort, SortKey};
use super::snapshot::Snapshot;
use crate::model::codes::Kind;

impl Snapshot {
    /// One page of the published entries of a kind that pass a filter.
    #[must_use]
    pub fn page(&self, query: &PageQuery) -> Page<'_> {
        let Sifted { chosen, total, .. } = self.sift(query.kind, &query.filter, &[]);
        self.page_of(query, &chosen, total)
    }

    /// One page of what passed the filter already.
    #[must_use]
    pub fn page_of(&self, query: &PageQuery, chosen: &Bits, total: u64) -> Page<'_> {
        // One more than a page shows tells whether there is another.
        let mut places = self.places(query, chosen, total, query.limit + 1);
        let is_last = places.len() <= query.limit;
        places.truncate(query.limit);
        let items = self.items(&places);
        Page { items, total, last: places.last().copied().filter(|_| !is_last) }
    }

    /// The entries with some ordinals.
    fn items(&self, ordinals: &[u32]) -> Vec<&Shelved> {
        // To collect those that are there would be to grow for them, time and again.
        let mut items = Vec::with_capacity(ordinals.len());
        items.extend(ordinals.iter().filter_map(|ordinal| self.shelved(*ordinal)).inspect(|item| ask(*item)));
        items
    }

    /// The first of the chosen entries after the cursor, in order.
    pub(super) fn places(&self, query: &PageQuery, chosen: &Bits, count: u64, wanted: usize) -> Vec<u32> {
        let after = query.after.as_ref().map(|cursor| &cursor.key);
        if let (Some(hits), Sort::Relevance) = (query.filter.hits(), query.sort) {
            let found = hits.among(chosen);
            return self.best(found, wanted, after, SortKey::ranked);
        }
        let sort = query.sort.kept();
        let Some(order) = self.kept_order(query.kind, sort) else { return Vec::new() };
        let key_of = |ordinal| self.key(sort, ordinal);
        order.first(wanted, (chosen, count), self.places_in(sort), (after, query.sort.is_descending()), key_of)
    }

    /// The best of what was found, after a place.
    fn best<'s>(
        &'s self,
        found: Vec<(i64, u32)>,
        wanted: usize,
        after: Option<&SortKey<'_>>,
        key: fn(i64, &'s Item) -> SortKey<'s>,
    ) -> Vec<u32> {
        let key = |(rank, ordinal): &(i64, u32)| self.item(*ordinal).map(|item| key(*rank, item));
        // Only those of one rank are looked at for what else tells them apart.
        let compare = |a: &(i64, u32), b: &(i64, u32)| match a.0.cmp(&b.0) {
            Ordering::Equal => key(a).cmp(&key(b)),
            unequal => unequal,
        };
        let is_later = |place: &(i64, u32)| match after {
            None => true,
            Some(after) => match place.0.cmp(&after.number) {
                Ordering::Equal => key(place).is_some_and(|key| key > *after),
                unequal => unequal.is_gt(),
            },
        };
        let mut found: Vec<(i64, u32)> = found.into_iter().filter(is_later).collect();
        if found.len() > wanted {
            found.select_nth_unstable_by(wanted, compare);
            found.truncate(wanted);
        }
        found.sort_unstable_by(compare);
        found.into_iter().map(|(_, ordinal)| ordinal).collect()
    }

    /// One page of what was looked for among the published entries of several kinds.
    #[must_use]
    pub fn search_page(&self, query: &SearchQuery) -> SearchPage<'_> {
        let mut page = SearchPage::default();
        let Some(hits) = query.filter.hits() else { return page };
        let mut found = Vec::new();
        for kind in Kind::ALL {
            // A kind that a filter is not about has nothing that passes it, not even by being silent.
            let has_all = query.filter.terms.iter().all(|(field, _)| Field::of(*kind).contains(field));
            let chosen = if has_all { self.choose(*kind, &query.filter) } else { Cow::default() };
            let count = chosen.len();
            page.counts.push((*kind, count));
            if query.kinds.contains(kind) {
                page.total += count;
                found.extend(hits.among(&chosen));
            }
        }
        let after = query.after.as_ref().map(|cursor| &cursor.key);
        let mut places = self.best(found, query.limit + 1, after, SortKey::ranked_among_kinds);
        let is_last = places.len() <= query.limit;
        places.truncate(query.limit);
        page.items = self.items(&places);
        let last = page.items.last().zip(places.last()).filter(|_| !is_last);
        page.next =
            last.map(|(item, ordinal)| Cursor::after(query, SortKey::ranked_among_kinds(hits.rank(*ordinal), item)));
        page
    }
}

//! Everything that passes a filter, for those who take all of it at once.

use std::sync::Arc;

use super::facet::How;
use super::filter::{Filter, Match};
use super::item::{Item, Standing};
use super::matched::Reasons;
use super::page::Sort;
use super::sets::Set;
use super::snapshot::Snapshot;
use crate::model::codes::Kind;

impl Snapshot {
    /// The published entries of a kind that pass a filter, by id.
    #[must_use]
    pub fn whole(&self, kind: Kind, filter: &Filter) -> Vec<Arc<Item>> {
        let chosen = self.choose(kind, filter);
        let order = self.order(kind, Sort::Id);
        let passing = order.filter(|ordinal| chosen.contains(*ordinal));
        passing.filter_map(|ordinal| self.item(ordinal).cloned()).collect()
    }

    /// The entries of a kind that were taken out and would pass a filter if they were there, by id.
    #[must_use]
    pub fn withdrawn(&self, kind: Kind, filter: &Filter) -> Vec<Arc<Item>> {
        let reasons = self.reasons(filter);
        let revised = self.set(Set::Revised(kind)).iter().filter_map(|ordinal| self.item(ordinal));
        let mut gone: Vec<Arc<Item>> = revised
            .filter(|item| matches!(item.standing, Standing::Retired(_)) && self.would_pass(item, filter, &reasons))
            .cloned()
            .collect();
        gone.sort_unstable_by(|a, b| a.id.cmp(&b.id));
        gone
    }

    /// Whether an entry passes a filter, or would if it were published.
    fn would_pass(&self, item: &Item, filter: &Filter, reasons: &Reasons<'_>) -> bool {
        let mut passed = Vec::new();
        reasons.each(item.stated(), |matched| {
            if matched.how != How::NotStated || filter.matching == Match::Possible {
                passed.push(matched.field);
            }
        });
        filter.terms.iter().all(|(field, _)| passed.contains(field))
            && filter.ids.as_ref().is_none_or(|ids| {
                let ordinal = self.with_slug(item.kind, &item.id);
                ids.iter().any(|id| self.with_slug(item.kind, id) == ordinal)
            })
            && (filter.variants || filter.ids.is_some() || !item.is_variant)
            && filter.passes_dates(item)
    }
}

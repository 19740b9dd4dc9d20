//! Which sources an entry names for which of its members.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::catalogue::Item;
use crate::model::source::Source;
use crate::model::text::SourceId;

/// The members of an entry that name sources, and the sources.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Cited {
    sources: Vec<Source>,
    evidence: BTreeMap<String, Vec<SourceId>>,
    status: Part,
    services: Vec<Part>,
    offerings: Vec<Part>,
}

/// A member with sources of its own.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Part {
    sources: Vec<SourceId>,
}

impl Cited {
    pub(super) fn of(item: &Item) -> Self {
        serde_json::from_slice(&item.json()).unwrap_or_default()
    }

    /// The sources of the member at a pointer: its own, or those of the nearest member around it, or of those in it.
    pub(super) fn at(&self, pointer: &str) -> Vec<SourceId> {
        let mut steps = pointer.split('/').skip(1);
        let part = match (steps.next(), steps.next().and_then(|index| index.parse::<usize>().ok())) {
            (Some("status"), _) => Some(self.status.sources.clone()),
            (Some("services"), Some(index)) => self.services.get(index).map(|part| part.sources.clone()),
            (Some("services"), None) => Some(union(self.services.iter().map(|part| &part.sources))),
            (Some("offerings"), _) => Some(union(self.offerings.iter().map(|part| &part.sources))),
            _ => None,
        };
        if let Some(sources) = part.filter(|sources| !sources.is_empty()) {
            return sources;
        }
        let mut around = pointer;
        while !around.is_empty() {
            if let Some(sources) = self.evidence.get(around) {
                return sources.clone();
            }
            around = around.rsplit_once('/').map_or("", |(around, _)| around);
        }
        let is_in = |(at, _): &(&String, _)| at.strip_prefix(pointer).is_some_and(|rest| rest.starts_with('/'));
        union(self.evidence.iter().filter(is_in).map(|(_, sources)| sources))
    }

    /// Those of the entry's sources that are named, in its order.
    pub(super) fn named<'a>(self, ids: impl Iterator<Item = &'a SourceId>) -> Vec<Source> {
        let ids: Vec<&SourceId> = ids.collect();
        self.sources.into_iter().filter(|source| ids.contains(&&source.id)).collect()
    }
}

fn union<'a>(lists: impl Iterator<Item = &'a Vec<SourceId>>) -> Vec<SourceId> {
    let mut all: Vec<SourceId> = Vec::new();
    for id in lists.flatten() {
        if !all.contains(id) {
            all.push(id.clone());
        }
    }
    all
}

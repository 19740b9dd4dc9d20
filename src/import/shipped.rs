//! The catalogue this binary ships: the files of `data/`, embedded.

use crate::directory::{Action, Change, Shipped};
use crate::model::{Vocabularies, read};
use crate::store::hash;

use super::yaml::YamlItems;

/// Raised with every release that changes `data/`, so that an older binary started beside a newer one
/// does not bring its own catalogue back.
const EDITION: u32 = 1;

/// The files, vocabularies first: entries name their terms.
const FILES: &[&str] = &[
    include_str!("../../data/vocabularies.yaml"),
    include_str!("../../data/providers.yaml"),
    include_str!("../../data/frameworks.yaml"),
    include_str!("../../data/academies.yaml"),
    include_str!("../../data/coaching-links.yaml"),
    include_str!("../../data/programmes.yaml"),
    include_str!("../../data/resources.yaml"),
];

/// The catalogue this binary ships.
#[must_use]
pub const fn shipped() -> Shipped {
    Shipped { edition: EDITION, hash: || hash(FILES), changes }
}

/// The vocabularies this binary ships.
#[must_use]
pub fn shipped_vocabularies() -> Vocabularies {
    let mut vocabularies = Vocabularies::default();
    for change in changes() {
        if let Action::ShipTerm(value) = change.action
            && let Ok(term) = read::term(value)
        {
            vocabularies.insert(term);
        }
    }
    vocabularies
}

fn changes() -> Vec<Change> {
    // A file that did not parse would be missed by the test that walks the founding document's list.
    FILES
        .iter()
        .flat_map(|text| YamlItems::new(text).flatten())
        .map(|item| {
            let action = if item.is_term() { Action::ShipTerm(item.value) } else { Action::Ship(item.value) };
            Change { origin: item.line, action }
        })
        .collect()
}

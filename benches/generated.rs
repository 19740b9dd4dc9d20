//! The generator's entries as a directory holds them, for the benches of the parts.

use leadership_directory::catalogue::Snapshot;
use leadership_directory::import::{generate, shipped_vocabularies};
use leadership_directory::model::{identity, read};
use leadership_directory::store::{EntryRow, Head, Loaded, State, TermRow};

const MOMENT: &str = "2026-11-23T09:30:00.000Z";

fn number(index: usize) -> i64 {
    i64::try_from(index).expect("few") + 1
}

/// The generator's entries, as rows.
pub(crate) fn rows(count: u32) -> Vec<EntryRow> {
    let vocabularies = shipped_vocabularies();
    let entries = generate::entries(count, 1, &vocabularies).enumerate().map(|(index, value)| {
        let (kind, id) = read::identify(&value).expect("a kind and an id");
        let body = read::entry(value, &vocabularies).expect("a good entry").text;
        EntryRow {
            uid: identity::uid(kind, &id).to_string(),
            kind,
            id,
            state: State::Current,
            body,
            version: 1,
            change_number: number(index),
            created_at: MOMENT.to_owned(),
            modified_at: MOMENT.to_owned(),
        }
    });
    entries.collect()
}

/// Rows as they are loaded up to a change number, with the vocabularies where they are the first.
pub(crate) fn loaded(entries: Vec<EntryRow>, change_number: i64, is_first: bool) -> Loaded {
    let vocabularies = shipped_vocabularies();
    let term = |term: &leadership_directory::model::Term| TermRow {
        scheme: term.scheme.0.clone(),
        code: term.code.0.clone(),
        body: serde_json::to_string(term).expect("JSON"),
        change_number: 0,
        shipped: String::new(),
    };
    let terms = if is_first { vocabularies.iter().map(term).collect() } else { Vec::new() };
    let head = Head { change_number, chain: String::new(), committed_at: MOMENT.to_owned(), shipped: String::new() };
    Loaded { head, terms, entries, old_slugs: Vec::new(), chain: Vec::new(), is_last: true }
}

/// The generator's entries as the directory shows them.
pub(crate) fn snapshot(rows: Vec<EntryRow>) -> Snapshot {
    let last = number(rows.len());
    Snapshot::new([loaded(rows, last, true)]).expect("a snapshot")
}

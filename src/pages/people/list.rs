//! A list as the API answers it, read back by the pages that show one.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::Value;

/// A list as the API answers it, as far as pages show it.
#[derive(Debug, Default, Deserialize)]
pub struct ListAnswer {
    /// The entries.
    pub data: Vec<Listed>,
    /// About the page.
    pub meta: ListMeta,
}

/// About a page of a list.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ListMeta {
    /// How many entries the list has.
    pub total: u64,
    /// How many it would have if silence passed.
    pub possible: u64,
    /// How many entries pass every other filter and state nothing about this one, by filter.
    pub not_stated: serde_json::Map<String, Value>,
    /// What a reader should know.
    pub notices: Vec<ListNotice>,
    /// The facets that were asked for.
    #[serde(default)]
    pub facets: HashMap<String, Vec<ListFacetTerm>>,
}

/// A term of a facet.
#[derive(Debug, Deserialize)]
pub struct ListFacetTerm {
    /// The term.
    pub term: String,
    /// Its name for people.
    pub label: String,
    /// How many entries there would be.
    pub count: u64,
    /// Whether it is chosen.
    pub selected: bool,
}

/// Something that a reader should know about a list.
#[derive(Debug, Deserialize)]
pub struct ListNotice {
    /// What.
    pub detail: String,
}

/// An entry in a list.
#[derive(Debug, Deserialize)]
pub struct Listed {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its summary.
    pub summary: String,
    /// Whether it still runs.
    pub status: ListedStatus,
    /// Why it is in the list.
    #[serde(default)]
    pub matched: Vec<Matched>,
    /// How it answers what was looked for.
    pub found: Option<Found>,
    /// How long it takes.
    #[serde(default)]
    pub durations: Value,
    /// What it costs.
    #[serde(default)]
    pub costs: Value,
    /// How it is delivered.
    #[serde(default)]
    pub delivery: Value,
    /// Who runs it.
    #[serde(default)]
    pub provider: Value,
    /// What people want to know before they open its page.
    #[serde(skip)]
    pub facts: Vec<String>,
}

/// Whether an entry still runs.
#[derive(Debug, Deserialize)]
pub struct ListedStatus {
    /// The term.
    pub term: String,
}

/// Why an entry passed a filter.
#[derive(Debug, Deserialize)]
pub struct Matched {
    /// The filter.
    pub filter: String,
    /// The term asked for.
    pub term: String,
    /// How the entry answers it.
    pub how: String,
    /// The term that it states.
    pub stated: Option<String>,
}

/// How an entry answers what was looked for.
#[derive(Debug, Deserialize)]
pub struct Found {
    /// Its text around the words.
    pub snippet: Option<Snippet>,
}

/// A piece of an entry's text.
#[derive(Debug, Deserialize)]
pub struct Snippet {
    /// In parts.
    pub parts: Vec<SnippetPart>,
}

/// A part of a snippet.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SnippetPart {
    /// The text.
    pub text: String,
    /// Whether it is what was looked for.
    pub is_match: bool,
}

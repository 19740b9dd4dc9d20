//! The finder: a search box, filters with live counts, results with what made them match.

use std::collections::HashMap;

use maud::{Markup, html};

use super::list::{ListAnswer, Listed};
use super::{Place, Said, faults, shell, status_tag};

/// A group of filters.
#[derive(Debug)]
pub struct Facet {
    /// Its name in addresses.
    pub name: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// Its terms.
    pub terms: Vec<FacetTerm>,
}

/// A term that may be chosen.
#[derive(Debug)]
pub struct FacetTerm {
    /// The term.
    pub code: String,
    /// Its name for people.
    pub label: String,
    /// How many entries there would be; not told where the list is about particular groups.
    pub count: Option<u64>,
    /// Whether it is chosen.
    pub is_chosen: bool,
}

/// A filter that is chosen.
#[derive(Debug)]
pub struct Chip {
    /// What it is about, for people.
    pub about: String,
    /// What it is called; empty where that says it all.
    pub label: String,
    /// The address without it; where nothing is put into an address, what a form sends to take it off.
    pub without: String,
}

/// What entries of a kind are called.
#[derive(Debug, Clone, Copy, Default)]
pub struct Words {
    /// One of them.
    pub one: &'static str,
    /// Several.
    pub many: &'static str,
    /// What their finder is called.
    pub title: &'static str,
}

/// What the finder shows.
#[derive(Debug, Default)]
pub struct Finder {
    /// Its path.
    pub path: &'static str,
    /// The first part of the paths of entries.
    pub entries: &'static str,
    /// What entries are called.
    pub words: Words,
    /// What is wrong with what was asked.
    pub faults: Vec<String>,
    /// The text that is looked for.
    pub text: String,
    /// The order.
    pub sort: String,
    /// What was found; none where something is wrong.
    pub list: Option<ListAnswer>,
    /// The filters, in the order they are shown.
    pub facets: Vec<Facet>,
    /// Those that are chosen.
    pub chips: Vec<Chip>,
    /// The programmes for particular groups, and whether each group is chosen.
    pub groups: Vec<FacetTerm>,
    /// Whether silence passes.
    pub with_silent: bool,
    /// What else was asked, to be sent along: name and value.
    pub hidden: Vec<(String, String)>,
    /// The address that shows those too which do not say.
    pub possible: Option<String>,
    /// Where the first page is, where this is another; empty where nothing is put into an address.
    pub first: Option<String>,
    /// Where the next page is; the cursor alone where nothing is put into an address.
    pub next: Option<String>,
    /// Whether it was asked by what is put into no address.
    pub is_private: bool,
    /// The names of terms for people, by filter and term.
    pub labels: Labels,
}

/// What terms are called, by filter and term.
pub type Labels = HashMap<(String, String), String>;

/// The orders, by the names that addresses give them.
const SORTS: [(&str, &str); 4] = [
    ("relevance", "Best match"),
    ("title", "Title, A to Z"),
    ("-title", "Title, Z to A"),
    ("-modifiedAt", "Changed most recently"),
];

/// What a filter that an entry says nothing of is about.
fn silence(filter: &str) -> &'static str {
    match filter {
        "role" => "who they are for",
        "level" => "the level they are for",
        "band" => "the band they are for",
        "eligibility" => "who can take part",
        "region" => "the region they are for",
        "delivery" => "how they are delivered",
        "cost" => "what they cost",
        "award" => "what they award",
        "framework" => "the framework behind them",
        _ => "this",
    }
}

/// The finder.
#[must_use]
pub fn finder_page(place: Place<'_>, view: &Finder) -> String {
    let title =
        if view.text.is_empty() { view.words.title.to_owned() } else { format!("{}: {}", view.text, view.words.many) };
    let content = html! {
        (faults(&view.faults))
        h1.nhsuk-heading-xl { (view.words.title) }
        form role="search" method=(if view.is_private { "post" } else { "get" }) action=(view.path) {
            div.nhsuk-form-group {
                label.nhsuk-label.nhsuk-label--s for="q" { "What are you looking for?" }
                div.nhsuk-hint id="q-hint" { "A name, a topic or a profession, such as coaching or midwife" }
                div.ld-search {
                    input.nhsuk-input id="q" name="q" type="search" value=(view.text) maxlength="200" aria-describedby="q-hint" autocomplete="off";
                    button.nhsuk-button.nhsuk-button--small type="submit" { "Search" }
                }
            }
            @for (name, value) in chosen(view).into_iter().chain(order(view)) { input type="hidden" name=(name) value=(value); }
        }
        @if view.path == "/" { p { a href="/can-i-take-it" { "Answer a few questions to see what you can take" } } }
        div.ld-layout {
            (filters(view))
            section aria-labelledby="found" {
                @match &view.list {
                    Some(list) => (results(view, list)),
                    None => { h2.nhsuk-heading-m id="found" { "Nothing was looked for" } p { a href=(view.path) { "Begin again" } } },
                }
            }
        }
    };
    // What is looked for has no end.
    let is_unlisted = !view.text.is_empty() || !view.chips.is_empty() || view.first.is_some() || view.is_private;
    shell(place, &Said { title: &title, is_unlisted, ..Said::default() }, &content)
}

/// Everything that is asked, to be sent along with something more.
fn sent_along(view: &Finder) -> Markup {
    html! {
        @if !view.text.is_empty() { input type="hidden" name="q" value=(view.text); }
        @for (name, value) in chosen(view) { input type="hidden" name=(name) value=(value); }
        @if !view.sort.is_empty() { input type="hidden" name="sort" value=(view.sort); }
    }
}

/// The order, where it is another than the usual one, which depends on whether a text is looked for.
pub(super) fn order(view: &Finder) -> Option<(&str, &str)> {
    (!["title", "relevance"].contains(&view.sort.as_str())).then_some(("sort", view.sort.as_str()))
}

/// The filters that are chosen, to be sent along with another text.
pub(super) fn chosen(view: &Finder) -> Vec<(&str, &str)> {
    let terms = view.facets.iter().flat_map(|facet| {
        facet.terms.iter().filter(|term| term.is_chosen).map(|term| (facet.name, term.code.as_str()))
    });
    let groups = view.groups.iter().filter(|group| group.is_chosen).map(|group| ("eligibility", group.code.as_str()));
    let hidden = view.hidden.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let silent = view.with_silent.then_some(("match", "possible"));
    terms.chain(groups).chain(hidden).chain(silent).collect()
}

fn filters(view: &Finder) -> Markup {
    let count = view.chips.len();
    html! {
        div {
            details.ld-filters {
                summary.ld-filters__summary { "Filters" @if count > 0 { " (" (count) " chosen)" } }
                div.ld-filters__body {
                    h2.ld-filters__title { "Filters" }
                    form action=(view.path) method=(if view.is_private { "post" } else { "get" }) {
                        @if !view.text.is_empty() { input type="hidden" name="q" value=(view.text); }
                        @for (name, value) in &view.hidden { input type="hidden" name=(name) value=(value); }
                        @for facet in &view.facets { (facet_group(view, facet)) }
                        @if view.is_private { (groups(view)) }
                        div.nhsuk-form-group {
                            div.nhsuk-checkboxes.nhsuk-checkboxes--small {
                                div.nhsuk-checkboxes__item {
                                    input.nhsuk-checkboxes__input id="match" name="match" type="checkbox" value="possible" checked[view.with_silent];
                                    label.nhsuk-label.nhsuk-checkboxes__label for="match" { "Show those too that do not say" }
                                }
                            }
                        }
                        div.nhsuk-form-group {
                            label.nhsuk-label.nhsuk-label--s for="sort" { "Order" }
                            select.nhsuk-select id="sort" name="sort" {
                                @for (code, label) in SORTS.iter().filter(|(code, _)| *code != "relevance" || !view.text.is_empty()) {
                                    option value=(code) selected[*code == view.sort] { (label) }
                                }
                            }
                        }
                        button.nhsuk-button.nhsuk-button--small type="submit" { "Apply the filters" }
                    }
                    @if !view.is_private && !view.groups.is_empty() {
                        details.nhsuk-details {
                            summary.nhsuk-details__summary { span.nhsuk-details__summary-text { "Programmes for particular groups" } }
                            div.nhsuk-details__text {
                                p { "Some programmes are positive action: they are for people who share a protected characteristic. What you choose here is put into no address, and nobody keeps it." }
                                form action=(view.path) method="post" {
                                    (sent_along(view))
                                    (groups(view))
                                    button.nhsuk-button.nhsuk-button--small.nhsuk-button--secondary type="submit" { "Show them" }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn groups(view: &Finder) -> Markup {
    html! {
        fieldset.nhsuk-fieldset {
            legend.nhsuk-fieldset__legend.nhsuk-fieldset__legend--s { "Positive action" }
            div.nhsuk-checkboxes.nhsuk-checkboxes--small { @for group in &view.groups { (checkbox(view, "eligibility", group)) } }
        }
    }
}

fn facet_group(view: &Finder, facet: &Facet) -> Markup {
    let has_chosen = facet.terms.iter().any(|term| term.is_chosen);
    html! {
        @if !facet.terms.is_empty() {
            details.ld-facet open[has_chosen || facet.name == "role"] {
                summary.ld-facet__name { (facet.title) }
                fieldset.nhsuk-fieldset {
                    legend.nhsuk-u-visually-hidden { (facet.title) }
                    div.nhsuk-checkboxes.nhsuk-checkboxes--small { @for term in &facet.terms { (checkbox(view, facet.name, term)) } }
                }
            }
        }
    }
}

fn checkbox(view: &Finder, name: &str, term: &FacetTerm) -> Markup {
    let id = format!("{name}-{}", term.code);
    html! {
        div.nhsuk-checkboxes__item {
            input.nhsuk-checkboxes__input id=(id) name=(name) type="checkbox" value=(term.code) checked[term.is_chosen];
            label.nhsuk-label.nhsuk-checkboxes__label for=(id) {
                (term.label)
                @if let Some(count) = term.count {
                    " " span.ld-count { "(" (count) span.nhsuk-u-visually-hidden { " " (view.words.many) } ")" }
                }
            }
        }
    }
}

fn results(view: &Finder, list: &ListAnswer) -> Markup {
    let total = list.meta.total;
    let silent = list
        .meta
        .not_stated
        .iter()
        .filter_map(|(filter, count)| Some((filter, count.as_u64().filter(|count| *count > 0)?)));
    html! {
        h2.nhsuk-heading-m id="found" { (total) " " @if total == 1 { (view.words.one) } @else { (view.words.many) } }
        @if !view.chips.is_empty() {
            ul.ld-chips aria-label="Chosen filters" {
                @for chip in &view.chips {
                    @let label = html! { span.nhsuk-u-visually-hidden { "Remove the filter " } (chip.about) bdi { (chip.label) } };
                    li {
                        @if view.is_private {
                            button.ld-chip type="submit" form="chosen" name="without" value=(chip.without) { (label) }
                        } @else {
                            a.ld-chip href=(chip.without) { (label) }
                        }
                    }
                }
                li { a.ld-chip.ld-chip--all href=(view.path) { "Remove all filters" } }
            }
        }
        @if view.is_private {
            form id="chosen" action=(view.path) method="post" { (sent_along(view)) }
            div.nhsuk-inset-text {
                span.nhsuk-u-visually-hidden { "Information: " }
                p { "What you chose is in no address, and nobody keeps it. Change it with the filters, or " a href=(view.path) { "begin again" } "." }
            }
        }
        @for notice in &list.meta.notices { div.nhsuk-inset-text { span.nhsuk-u-visually-hidden { "Information: " } p { (notice.detail) } } }
        @if !view.with_silent && list.meta.possible > total {
            div.nhsuk-inset-text {
                span.nhsuk-u-visually-hidden { "Information: " }
                ul.nhsuk-list { @for (filter, count) in silent { li { (count) " more do not say " (silence(filter)) "." } } }
                @if let Some(possible) = &view.possible { p { a href=(possible) { "Show those that do not say too: " (list.meta.possible) " in all" } } }
            }
        }
        @if list.data.is_empty() {
            p { "No " (view.words.one) " says that it is all of this. Take a filter away, or use fewer words." }
        }
        ol.ld-results { @for entry in &list.data { (result(view, entry)) } }
        @if view.path == "/" && list.data.len() > 1 {
            form id="compare" action="/compare" {
                button.nhsuk-button.nhsuk-button--secondary.nhsuk-button--small type="submit" { "Compare those that are ticked" }
            }
        }
        (pages(view))
    }
}

/// Where the other pages are.
fn pages(view: &Finder) -> Markup {
    html! {
        @if view.is_private {
            @if view.first.is_some() {
                form action=(view.path) method="post" {
                    (sent_along(view))
                    button.nhsuk-button.nhsuk-button--secondary type="submit" { "First page" }
                }
            }
            @if let Some(next) = &view.next {
                form action=(view.path) method="post" {
                    (sent_along(view))
                    input type="hidden" name="cursor" value=(next);
                    button.nhsuk-button.nhsuk-button--secondary type="submit" { "Next page" }
                }
            }
        } @else if view.first.is_some() || view.next.is_some() {
            nav.nhsuk-pagination aria-label="Pages" {
                ul.nhsuk-list.nhsuk-pagination__list {
                    @if let Some(first) = &view.first {
                        li.nhsuk-pagination-item--previous {
                            a.nhsuk-pagination__link href=(first) { span.nhsuk-pagination__title { "First" span.nhsuk-u-visually-hidden { " page" } } }
                        }
                    }
                    @if let Some(next) = &view.next {
                        li.nhsuk-pagination-item--next {
                            a.nhsuk-pagination__link rel="next" href=(next) { span.nhsuk-pagination__title { "Next" span.nhsuk-u-visually-hidden { " page" } } }
                        }
                    }
                }
            }
        }
    }
}

fn result(view: &Finder, entry: &Listed) -> Markup {
    let label = |filter: &str, term: &str| {
        let known = view.labels.get(&(filter.to_owned(), term.to_owned()));
        known.cloned().unwrap_or_else(|| term.to_owned())
    };
    let mut why: Vec<String> = entry
        .matched
        .iter()
        .map(|matched| {
            let asked = label(&matched.filter, &matched.term);
            match (matched.how.as_str(), &matched.stated) {
                ("same", _) => asked,
                ("not-stated", _) | (_, None) => format!("{asked}: it does not say"),
                (_, Some(stated)) => format!("{asked}, as it says {}", label(&matched.filter, stated)),
            }
        })
        .collect();
    why.dedup();
    let snippet = entry.found.as_ref().and_then(|found| found.snippet.as_ref());
    html! {
        li.ld-result {
            div.ld-result__head {
                h3.ld-result__title { a href={ "/" (view.entries) "/" (entry.id) } { bdi { (entry.title) } } }
                (status_tag(&entry.status.term, &label("status", &entry.status.term)))
            }
            @if !entry.facts.is_empty() { ul.ld-result__facts { @for fact in &entry.facts { li { bdi { (fact) } } } } }
            @match snippet {
                Some(snippet) => p { @for part in &snippet.parts { @if part.is_match { mark { (part.text) } } @else { (part.text) } } },
                None => p { bdi { (entry.summary) } },
            }
            @if !why.is_empty() { p.ld-result__why { strong { "Why it matched: " } (why.join("; ")) "." } }
            @if view.path == "/" {
                div.nhsuk-checkboxes.nhsuk-checkboxes--small {
                    div.nhsuk-checkboxes__item {
                        input.nhsuk-checkboxes__input id={ "compare-" (entry.id) } name="id" type="checkbox" value=(entry.id) form="compare";
                        label.nhsuk-label.nhsuk-checkboxes__label for={ "compare-" (entry.id) } { "Compare" span.nhsuk-u-visually-hidden { " " (entry.title) } }
                    }
                }
            }
        }
    }
}

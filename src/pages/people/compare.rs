//! Programmes side by side.

use maud::{Markup, html};

use super::entry::cited;
use super::{Linked, Place, Said, SourceLine, Statement, faults, shell, status_tag};

/// A programme that is compared.
#[derive(Debug)]
pub struct Compared {
    /// The path of its page.
    pub path: String,
    /// Its title.
    pub title: String,
    /// Its summary.
    pub summary: String,
    /// Its status: term and label.
    pub status: (String, String),
    /// The address of the page without it.
    pub without: String,
}

/// A fact, and what is said of it for each programme.
#[derive(Debug)]
pub struct Line {
    /// The question that it helps to answer.
    pub question: &'static str,
    /// The fact.
    pub name: &'static str,
    /// What is said, programme by programme; nothing where no source states it.
    pub said: Vec<Vec<Statement>>,
}

/// What the page shows.
#[derive(Debug, Default)]
pub struct Compare {
    /// What is wrong with what was asked.
    pub faults: Vec<String>,
    /// The programmes.
    pub programmes: Vec<Compared>,
    /// The facts.
    pub lines: Vec<Line>,
    /// What is looked for to be put beside them; none where there is no more room.
    pub add: Option<String>,
    /// The ids of those that are there.
    pub ids: Vec<String>,
    /// What was found for it, each with the address that adds it.
    pub proposed: Vec<Linked>,
}

/// The page.
#[must_use]
pub fn compare_page(place: Place<'_>, view: &Compare) -> String {
    let content = html! {
        (faults(&view.faults))
        h1.nhsuk-heading-xl id="compared" { "Compare programmes" }
        @if view.programmes.is_empty() {
            p.nhsuk-lede-text { "Up to four programmes, fact by fact, each with its source. Look for the first one." }
        }
        @if let Some(add) = &view.add {
            form role="search" action="/compare" {
                @for id in &view.ids { input type="hidden" name="id" value=(id); }
                div.nhsuk-form-group {
                    label.nhsuk-label.nhsuk-label--s for="add" { "Add a programme" }
                    div.ld-search {
                        input.nhsuk-input id="add" name="add" type="search" value=(add) maxlength="200" autocomplete="off";
                        button.nhsuk-button.nhsuk-button--small type="submit" { "Look for it" }
                    }
                }
            }
            @if !view.proposed.is_empty() {
                ul.nhsuk-list.nhsuk-list--bullet aria-label="Programmes that may be added" {
                    @for found in &view.proposed { li { a href=(found.path) { "Add " bdi { (found.title) } } } }
                }
            } @else if !add.is_empty() {
                p { "Nothing else was found. " a href="/" { "Find programmes with filters" } }
            }
        }
        @if !view.programmes.is_empty() {
            div.ld-compare role="region" tabindex="0" aria-labelledby="compared" {
                table.ld-compare__table {
                    caption.nhsuk-u-visually-hidden { "What sources say of each programme" }
                    thead {
                        tr {
                            th scope="col" { "Fact" }
                            @for programme in &view.programmes {
                                th scope="col" {
                                    a href=(programme.path) { bdi { (programme.title) } } " "
                                    (status_tag(&programme.status.0, &programme.status.1))
                                }
                            }
                        }
                    }
                    tbody {
                        tr {
                            th scope="row" { "In short" }
                            @for programme in &view.programmes { td { bdi { (programme.summary) } } }
                        }
                        @for line in &view.lines {
                            tr {
                                th scope="row" { (line.name) }
                                @for statements in &line.said {
                                    td {
                                        @if statements.is_empty() { span.ld-facts__value--not-stated { "Not stated" } }
                                        (told(statements))
                                    }
                                }
                            }
                        }
                        tr {
                            th scope="row" { "Leave out" }
                            @for programme in &view.programmes {
                                td { a href=(programme.without) { "Leave out " bdi { (programme.title) } } }
                            }
                        }
                    }
                }
            }
        }
    };
    let said = Said { title: "Compare programmes", back: Some(("/", "Find a programme")), ..Said::default() };
    shell(place, &said, &content)
}

/// What is said in a cell: in short, with what it rests on folded away.
fn told(statements: &[Statement]) -> Markup {
    let mut sources: Vec<&SourceLine> = Vec::new();
    for source in statements.iter().flat_map(|statement| &statement.sources) {
        if !sources.contains(&source) {
            sources.push(source);
        }
    }
    html! {
        @for statement in statements {
            p {
                @if let Some(about) = &statement.about { strong { bdi { (about) } ": " } }
                bdi { (statement.text) }
                @for (at, (address, name)) in statement.leads.iter().enumerate() {
                    @if at > 0 { ", " } @else if !statement.text.is_empty() { " " }
                    a href=(address) { bdi { (name) } }
                }
                @if let Some(as_of) = &statement.as_of { " (" (as_of) ")" }
            }
            @for note in &statement.notes { p.nhsuk-body-s { bdi { (note) } } }
        }
        @if !sources.is_empty() {
            details.ld-sources {
                summary { (sources.len()) @if sources.len() == 1 { " source" } @else { " sources" } }
                ul.nhsuk-list { @for source in &sources { li.ld-source { (cited(source)) } } }
            }
        }
    }
}

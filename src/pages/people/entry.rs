//! One entry: its facts in the order that people ask for them, each with its source.

use maud::{Markup, html};

use super::{Place, Said, shell, status_tag};

/// A source, as it is shown under a fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceLine {
    /// Its title.
    pub title: String,
    /// Who published it.
    pub publisher: Option<String>,
    /// Its address.
    pub url: Option<String>,
    /// When it was published, or what is known of that.
    pub date: String,
}

/// What one or several sources say about something.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Statement {
    /// What it is about, where there are several.
    pub about: Option<String>,
    /// What they say.
    pub text: String,
    /// More about it.
    pub notes: Vec<String>,
    /// Of when it is, where that is stated.
    pub as_of: Option<String>,
    /// Where it leads: address and name.
    pub leads: Vec<(String, String)>,
    /// The sources.
    pub sources: Vec<SourceLine>,
}

/// A fact; not stated where it has no statement.
#[derive(Debug)]
pub struct Fact {
    /// What it is.
    pub name: &'static str,
    /// What is said of it.
    pub statements: Vec<Statement>,
    /// Whether what is said of the same thing speaks against each other where it differs.
    pub is_compared: bool,
}

impl Fact {
    /// A fact of which different statements stand beside each other.
    #[must_use]
    pub const fn of(name: &'static str, statements: Vec<Statement>) -> Self {
        Self { name, statements, is_compared: false }
    }
}

/// Another page of the directory.
#[derive(Debug)]
pub struct Linked {
    /// Its address.
    pub path: String,
    /// Its title.
    pub title: String,
    /// How it belongs here.
    pub how: String,
}

/// Something to know before anything else.
#[derive(Debug)]
pub struct Notice {
    /// In short.
    pub title: String,
    /// The rest.
    pub text: String,
}

/// What the page of an entry shows.
#[derive(Debug)]
pub struct EntryPage {
    /// What it is: its kind.
    pub kind: &'static str,
    /// Its title.
    pub title: String,
    /// Its other names.
    pub aliases: Vec<String>,
    /// Its summary.
    pub summary: String,
    /// Its description, paragraph by paragraph.
    pub description: Vec<String>,
    /// Its status: term and label.
    pub status: (String, String),
    /// What to know before anything else.
    pub notice: Option<Notice>,
    /// Where it really is.
    pub url: Option<String>,
    /// The facts: a question, and what answers it.
    pub sections: Vec<(&'static str, Vec<Fact>)>,
    /// The forms that it has, and what else it belongs with.
    pub related: Vec<(&'static str, Vec<Linked>)>,
    /// Every source.
    pub sources: Vec<SourceLine>,
    /// The path of the entry in the API.
    pub data: String,
    /// The path of the entry as JSON-LD.
    pub linked_data: String,
    /// Where its kind is listed: path and name.
    pub back: (&'static str, &'static str),
    /// Where it is compared with others, where it can be.
    pub compare: Option<String>,
    /// To whom a correction is told, where that is known.
    pub corrections: Option<String>,
    /// The last change: number and date.
    pub changed: (i64, String),
}

/// The page of an entry.
#[must_use]
pub fn entry_page(place: Place<'_>, view: &EntryPage) -> String {
    let (term, label) = &view.status;
    let content = html! {
        span.nhsuk-caption-l { (view.kind) }
        h1.nhsuk-heading-xl { bdi { (view.title) } }
        p { (status_tag(term, label)) }
        @if !view.aliases.is_empty() { p.nhsuk-body-s { "Also called: " bdi { (view.aliases.join(", ")) } } }
        @if let Some(notice) = &view.notice {
            div.nhsuk-card.nhsuk-card--warning {
                div.nhsuk-card__content {
                    h2.nhsuk-card__heading { span.nhsuk-u-visually-hidden { "Important: " } (notice.title) }
                    p.nhsuk-card__description { (notice.text) }
                }
            }
        }
        p.nhsuk-lede-text { bdi { (view.summary) } }
        @for paragraph in &view.description { p { bdi { (paragraph) } } }
        @if let Some(url) = &view.url { p { a.nhsuk-button href=(url) rel="external" { "Go to its own page" } } }
        @for (question, facts) in &view.sections {
            section id=[part(question)] {
                h2.nhsuk-heading-l { (question) }
                dl.ld-facts { @for fact in facts { (row(fact)) } }
            }
        }
        @for (name, entries) in view.related.iter().filter(|(_, entries)| !entries.is_empty()) {
            section {
                h2.nhsuk-heading-l { (name) }
                ul.nhsuk-list.nhsuk-list--bullet {
                    @for entry in entries { li { a href=(entry.path) { bdi { (entry.title) } } @if !entry.how.is_empty() { ": " (entry.how) } } }
                }
            }
        }
        section {
            h2.nhsuk-heading-l { "Where this comes from" }
            ol.nhsuk-list.nhsuk-list--number { @for source in &view.sources { li { (cited(source)) } } }
            p.nhsuk-body-s { "Last changed on " (view.changed.1) ", change " (view.changed.0) "." }
            ul.nhsuk-list {
                @if let Some(compare) = &view.compare { li { a href=(compare) { "Compare it with other programmes" } } }
                li { a href=(view.data) { "This entry as data (JSON)" } }
                li { a href=(view.linked_data) { "This entry as linked data (JSON-LD)" } }
                li {
                    "Something is wrong here? "
                    @match &view.corrections {
                        Some(contact) => a href=(contact) { "Suggest a correction" },
                        None => { "Tell whoever runs this directory, with the source that says otherwise." },
                    }
                }
            }
        }
    };
    let data = [("application/json", view.data.clone()), ("application/ld+json", view.linked_data.clone())];
    let said = Said {
        title: &view.title,
        description: Some(&view.summary),
        back: Some(view.back),
        data: &data,
        ..Said::default()
    };
    shell(place, &said, &content)
}

/// The place of a question on the page, for those who lead to it.
fn part(question: &str) -> Option<&'static str> {
    match question {
        "Can I take it?" => Some("eligibility"),
        "How do I apply?" => Some("apply"),
        "Who runs it?" => Some("who"),
        _ => None,
    }
}

fn row(fact: &Fact) -> Markup {
    html! {
        div.ld-facts__row {
            dt.ld-facts__name { (fact.name) }
            @if fact.statements.is_empty() {
                dd.ld-facts__value.ld-facts__value--not-stated { "Not stated" }
            } @else if fact.is_compared && differ(&fact.statements) {
                dd.ld-facts__value {
                    div.ld-conflict role="group" aria-label="What different sources say" {
                        @for statement in &fact.statements { div.ld-conflict__side { (said(statement)) } }
                    }
                }
            } @else {
                dd.ld-facts__value { @for statement in &fact.statements { (said(statement)) } }
            }
        }
    }
}

/// Whether different sources say different things of the same.
fn differ(statements: &[Statement]) -> bool {
    statements.iter().enumerate().any(|(at, one)| {
        statements
            .iter()
            .skip(at + 1)
            .any(|other| one.about == other.about && one.text != other.text && one.sources != other.sources)
    })
}

pub(super) fn said(statement: &Statement) -> Markup {
    html! {
        p {
            @if let Some(about) = &statement.about { strong { bdi { (about) } ": " } }
            bdi { (statement.text) }
            @for (at, (address, name)) in statement.leads.iter().enumerate() {
                @if at > 0 { ", " } @else if !statement.text.is_empty() { " " }
                @if address.starts_with('/') { a href=(address) { bdi { (name) } } } @else { a href=(address) rel="external" { bdi { (name) } } }
            }
            @if let Some(as_of) = &statement.as_of { " (" (as_of) ")" }
        }
        @for note in &statement.notes { p.nhsuk-body-s { bdi { (note) } } }
        @for source in &statement.sources { p.ld-source { "Source: " (cited(source)) } }
    }
}

pub(super) fn cited(source: &SourceLine) -> Markup {
    html! {
        @match &source.url {
            Some(url) => a href=(url) rel="external" { bdi { (source.title) } },
            None => bdi { (source.title) },
        }
        @if let Some(publisher) = &source.publisher { ", " bdi { (publisher) } }
        ", " (source.date)
    }
}

/// What the page says where there is no entry, or none any more.
#[derive(Debug)]
pub struct Missing {
    /// In short.
    pub title: String,
    /// The rest.
    pub text: String,
    /// Where to go on.
    pub instead: Vec<Linked>,
}

/// A page that leads on.
#[must_use]
pub fn missing_page(place: Place<'_>, view: &Missing) -> String {
    let content = html! {
        h1.nhsuk-heading-xl { (view.title) }
        p.nhsuk-lede-text { bdi { (view.text) } }
        @if !view.instead.is_empty() {
            ul.nhsuk-list.nhsuk-list--bullet { @for entry in &view.instead { li { a href=(entry.path) { bdi { (entry.title) } } @if !entry.how.is_empty() { ": " (entry.how) } } } }
        }
        p { a href="/" { "Find a programme" } }
    };
    let said = Said { title: &view.title, back: Some(("/", "Find a programme")), is_unlisted: true, ..Said::default() };
    shell(place, &said, &content)
}

//! The pages for people who look for a programme: nurses, call operators, managers, on a phone in a break.
//!
//! They show what the API answers, read back from its JSON: there is no second logic. They need no script, keep nothing
//! about anybody, and say what is not stated.

mod entry;
mod finder;
mod wizard;

pub use entry::{EntryPage, Fact, Linked, Missing, Notice, SourceLine, Statement, entry_page, missing_page};
pub use finder::{Chip, Facet, FacetTerm, Finder, Labels, ListAnswer, finder_page};
pub use wizard::{Choice, Form, Group, Question, Told, Verdict, Wizard, wizard_page};

use maud::{DOCTYPE, Markup, html};

use super::{ASSETS, head};

/// The parts of the site that every page leads to: path and name.
const PARTS: [(&str, &str); 3] =
    [("/", "Find a programme"), ("/can-i-take-it", "Can I take it?"), ("/developers", "For developers")];

/// What the pages are about, for those who list them.
const ABOUT: &str = "Leadership programmes for people who work in and for the NHS: what they are, who can take them, and what their sources say.";

/// What every page of the finder has around its content.
fn shell(title: &str, here: &str, back: Option<(&str, &str)>, content: &Markup) -> String {
    let [.., style] = &*ASSETS;
    html! {
        (DOCTYPE)
        html lang="en-GB" {
            (head(title, style, Some(ABOUT)))
            body {
                a.nhsuk-skip-link href="#content" { "Skip to the content" }
                header.ld-header {
                    div.ld-header__inner.nhsuk-width-container {
                        a.ld-header__name href="/" { "Leadership Directory" }
                        nav aria-label="Main" {
                            ul.ld-header__list {
                                @for (path, name) in PARTS {
                                    li { a.ld-header__link href=(path) aria-current=[(path == here).then_some("page")] { (name) } }
                                }
                            }
                        }
                    }
                }
                div.nhsuk-width-container {
                    @if let Some((path, name)) = back {
                        nav aria-label="Back" {
                            a.nhsuk-back-link href=(path) { span.nhsuk-u-visually-hidden { "Back to " } (name) }
                        }
                    }
                    main.nhsuk-main-wrapper id="content" tabindex="-1" { (content) }
                }
                footer.ld-footer {
                    div.nhsuk-width-container {
                        nav aria-label="Footer" {
                            ul.ld-footer__list {
                                li { a href="/developers" { "For developers" } }
                                li { a href="/v1" { "The data" } }
                            }
                        }
                        p {
                            "Each fact names its source. What no source states is shown as not stated. The compilation is under "
                            a href="https://creativecommons.org/licenses/by/4.0/" { "CC BY 4.0" } "."
                        }
                    }
                }
            }
        }
    }
    .into_string()
}

/// What is wrong with what was asked.
fn faults(faults: &[String]) -> Markup {
    html! {
        @if !faults.is_empty() {
            div.nhsuk-error-summary aria-labelledby="faults" role="alert" {
                h2.nhsuk-error-summary__title id="faults" { "There is a problem" }
                div.nhsuk-error-summary__body {
                    ul.nhsuk-list.nhsuk-error-summary__list { @for fault in faults { li { (fault) } } }
                }
            }
        }
    }
}

/// The status of an entry, as a tag.
fn status_tag(term: &str, label: &str) -> Markup {
    let colour = match term {
        "running" => "nhsuk-tag nhsuk-tag--green",
        "on-hold" => "nhsuk-tag nhsuk-tag--yellow",
        "converted" | "replaced" | "historic" => "nhsuk-tag nhsuk-tag--red",
        _ => "nhsuk-tag nhsuk-tag--grey",
    };
    html! { strong class=(colour) { (label) } }
}

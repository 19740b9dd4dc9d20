//! The pages for people who look for a programme: nurses, call operators, managers, on a phone in a break.
//!
//! They show what the API answers, read back from its JSON: there is no second logic. They need no script, keep nothing
//! about anybody, and say what is not stated.

mod compare;
mod embed;
mod entry;
mod finder;
mod list;
mod regions;
mod still;
mod wizard;

pub use compare::{Compare, Compared, Line, compare_page};
pub use embed::{Builder, Snippets, builder_page, embed_page};
pub use entry::{EntryPage, Fact, Linked, Missing, Notice, SourceLine, Statement, entry_page, missing_page};
pub use finder::{Chip, Facet, FacetTerm, Finder, Labels, Words, finder_page};
pub use list::{ListAnswer, ListFacetTerm, Listed};
pub use regions::{Academy, Offer, REGIONS, Region, Regions, regions_page};
pub use still::{Accessibility, accessibility_page};
pub use wizard::{Choice, Form, Group, Question, Reviewed, Told, Verdict, Wizard, wizard_page};

use maud::{DOCTYPE, Markup, html};

use super::{FINDER, Look, head};

/// The parts of the site that every page leads to: path and name.
const PARTS: [(&str, &str); 5] = [
    ("/", "Find a programme"),
    ("/can-i-take-it", "Can I take it?"),
    ("/academies", "Academies"),
    ("/coaching", "Coaching"),
    ("/frameworks", "Frameworks"),
];

/// What the site is, for those who find a page of it elsewhere.
const ABOUT: &str = "Leadership programmes, academies, coaching and frameworks in the NHS: who they are for, what they take and cost, and where each fact comes from.";

/// Where a page is.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// How pages look here.
    pub look: &'a Look,
    /// Its path, without what was asked of it.
    pub path: &'a str,
}

/// What a page says of itself.
#[derive(Debug, Clone, Copy, Default)]
struct Said<'a> {
    title: &'a str,
    /// In a sentence; what the site is where there is none.
    description: Option<&'a str>,
    /// Where the page belongs: path and name.
    back: Option<(&'a str, &'a str)>,
    /// The same as data: media type and address.
    data: &'a [(&'a str, String)],
    /// Whether search engines leave it out: it tells of nobody, but there is no end of such pages.
    is_unlisted: bool,
}

/// What every page of the site has around its content.
fn shell(place: Place<'_>, said: &Said<'_>, content: &Markup) -> String {
    let Place { look, path } = place;
    let description = said.description.unwrap_or(ABOUT);
    let address = format!("{}{path}", look.public_url);
    let more = html! {
        meta name="description" content=(description);
        @if said.is_unlisted { meta name="robots" content="noindex"; }
        @if !path.is_empty() { link rel="canonical" href=(address); }
        @for (media_type, data) in said.data { link rel="alternate" type=(media_type) href=(data); }
        meta property="og:type" content="website";
        meta property="og:site_name" content=(look.name);
        meta property="og:title" content=(said.title);
        meta property="og:description" content=(description);
        @if !path.is_empty() { meta property="og:url" content=(address); }
        meta property="og:locale" content="en_GB";
    };
    look.sent(html! {
        (DOCTYPE)
        html lang="en-GB" {
            (head(look, said.title, &FINDER, &more))
            body {
                a.nhsuk-skip-link href="#content" { "Skip to the content" }
                header.ld-header {
                    div.ld-header__inner.nhsuk-width-container {
                        a.ld-header__name href="/" { (look.sign()) }
                        nav aria-label="Main" {
                            ul.ld-header__list {
                                @for (part, name) in PARTS {
                                    li { a.ld-header__link href=(part) aria-current=[(part == path).then_some("page")] { (name) } }
                                }
                            }
                        }
                    }
                }
                div.nhsuk-width-container {
                    @if let Some((path, name)) = said.back {
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
                                li { a href="/resources" { "Resources" } }
                                li { a href="/providers" { "Providers" } }
                                li { a href="/embed/builder" { "Put this into your site" } }
                                li { a href="/developers" { "For developers" } }
                                li { a href="/accessibility" { "Accessibility" } }
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
    })
}

/// What is wrong with what was asked.
fn faults(faults: &[String]) -> Markup {
    faults_in(faults, None)
}

/// What is wrong with what was asked, and the field that it is in.
fn faults_in(faults: &[String], field: Option<&str>) -> Markup {
    html! {
        @if !faults.is_empty() {
            div.nhsuk-error-summary aria-labelledby="faults" role="alert" {
                h2.nhsuk-error-summary__title id="faults" { "There is a problem" }
                div.nhsuk-error-summary__body {
                    ul.nhsuk-list.nhsuk-error-summary__list { @for fault in faults { li { @if let Some(field) = field { a href={ "#" (field) } { (fault) } } @else { (fault) } } } }
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

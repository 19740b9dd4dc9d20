//! Academies and coaching by region, beside a map.

use maud::{Markup, PreEscaped, html};

use super::entry::said;
use super::{Place, Said, Statement, faults, shell, status_tag};

/// The regions on the map: those of NHS England, from the north.
pub const REGIONS: [&str; 7] =
    ["north-east-and-yorkshire", "north-west", "midlands", "east-of-england", "london", "south-west", "south-east"];

/// A region.
#[derive(Debug)]
pub struct Region {
    /// Its code.
    pub code: &'static str,
    /// Its name.
    pub name: String,
    /// Its academies.
    pub now: Vec<Academy>,
    /// Those that these took the place of.
    pub before: Vec<Academy>,
    /// Its coaching and mentoring.
    pub coaching: Vec<Offer>,
    /// How many more academies there are than are shown.
    pub more_academies: u64,
    /// How many more registers there are than are shown.
    pub more_coaching: u64,
}

/// An academy, or whatever is shown like one.
#[derive(Debug)]
pub struct Academy {
    /// The path of its page.
    pub path: String,
    /// Its title.
    pub title: String,
    /// Its summary.
    pub summary: String,
    /// Its status: term and label.
    pub status: (String, String),
    /// Its own page elsewhere.
    pub url: Option<String>,
    /// What its place in the list rests on, where that is not stated.
    pub how: String,
}

/// Coaching or mentoring, or what else stands where that does.
#[derive(Debug)]
pub struct Offer {
    /// What it is.
    pub is: Academy,
    /// What it offers, each with its own rules and sources.
    pub services: Vec<Statement>,
}

/// What the pages show.
#[derive(Debug)]
pub struct Regions {
    /// What is wrong with what was asked.
    pub faults: Vec<String>,
    /// Whether the page is about coaching first.
    pub is_of_coaching: bool,
    /// The regions.
    pub regions: Vec<Region>,
    /// What the page is about and serves no one region.
    pub everywhere: Vec<Offer>,
    /// How much more of that there is than is shown.
    pub more_everywhere: u64,
}

/// The page of the academies, or of coaching.
#[must_use]
pub fn regions_page(place: Place<'_>, view: &Regions) -> String {
    let (title, lede) = if view.is_of_coaching {
        (
            "Coaching and mentoring by region",
            "Registers of coaches and mentors with the rules of each, where a source tells of them. Choose your region.",
        )
    } else {
        (
            "Leadership academies by region",
            "Choose your region for its academy, what was there before it, and its coaching.",
        )
    };
    let content = html! {
        (faults(&view.faults))
        h1.nhsuk-heading-xl { (title) }
        p.nhsuk-lede-text { (lede) }
        div.ld-map {
            (PreEscaped(include_str!("../map.svg")))
            ul.ld-map__list aria-label="Regions" {
                @for region in &view.regions {
                    li.ld-map__item {
                        a href={ "#" (region.code) } { (region.name) } " "
                        span.ld-count { (count(view, region)) }
                    }
                }
            }
        }
        @if !view.everywhere.is_empty() {
            @let (heading, list) = if view.is_of_coaching { ("Everywhere", "coaching-links") } else { ("The network", "academies") };
            section {
                h2.nhsuk-heading-l { (heading) }
                @for offer in &view.everywhere { (offered(offer)) }
                (more(view.more_everywhere, list, None))
            }
        }
        @for region in &view.regions {
            section id=(region.code) aria-labelledby={ (region.code) "-name" } tabindex="-1" {
                h2.nhsuk-heading-l id={ (region.code) "-name" } { (region.name) }
                @if view.is_of_coaching { (coaching(region)) (academies(region)) } @else { (academies(region)) (coaching(region)) }
            }
        }
    };
    shell(place, &Said { title, ..Said::default() }, &content)
}

/// How many there are of what the page is about.
fn count(view: &Regions, region: &Region) -> String {
    let (count, one, many) = if view.is_of_coaching {
        (region.coaching.len() as u64 + region.more_coaching, "register", "registers")
    } else {
        let shown = region.now.len() + region.before.len();
        (shown as u64 + region.more_academies, "academy", "academies, past and present")
    };
    match count {
        0 => "none found".to_owned(),
        1 => format!("1 {one}"),
        count => format!("{count} {many}"),
    }
}

fn academies(region: &Region) -> Markup {
    html! {
        h3.nhsuk-heading-m { "Academy" }
        @if region.now.is_empty() && region.more_academies == 0 { p { "None was found." } }
        @for now in &region.now { (academy(now)) }
        (more(region.more_academies, "academies", Some(region.code)))
        @if !region.before.is_empty() {
            h4.nhsuk-heading-s { "It took the place of" }
            ul.nhsuk-list.nhsuk-list--bullet {
                @for before in &region.before {
                    li {
                        a href=(before.path) { bdi { (before.title) } }
                        @if !before.how.is_empty() { ": " (before.how) }
                    }
                }
            }
        }
    }
}

fn coaching(region: &Region) -> Markup {
    html! {
        h3.nhsuk-heading-m { "Coaching and mentoring" }
        @if region.coaching.is_empty() { p { "No register was found for this region." } }
        @for offer in &region.coaching { (offered(offer)) }
        (more(region.more_coaching, "coaching-links", Some(region.code)))
    }
}

/// Where those are that are not shown.
fn more(count: u64, list: &str, region: Option<&str>) -> Markup {
    html! {
        @if count > 0 {
            p {
                (count) " more are not shown here. "
                @match region {
                    Some(region) => a href={ "/v1/" (list) "?region=" (region) "&limit=100" } { "See the data" },
                    None => a href={ "/v1/" (list) "?limit=100" } { "See the data" },
                }
            }
        }
    }
}

fn academy(academy: &Academy) -> Markup {
    let (term, label) = &academy.status;
    html! {
        div.ld-result__head {
            p { a href=(academy.path) { bdi { (academy.title) } } }
            (status_tag(term, label))
        }
        p { bdi { (academy.summary) } }
        @if let Some(url) = &academy.url { p { a href=(url) rel="external" { "Its own page" span.nhsuk-u-visually-hidden { ": " (academy.title) } } } }
    }
}

fn offered(offer: &Offer) -> Markup {
    html! {
        (academy(&offer.is))
        @if !offer.services.is_empty() {
            ul.nhsuk-list.nhsuk-list--bullet { @for service in &offer.services { li { (said(service)) } } }
        }
    }
}

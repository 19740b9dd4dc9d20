//! A list for a frame in another page, and the page that makes the lines which put it there.

use maud::{DOCTYPE, Markup, html};

use super::finder::{Facet, Finder, chosen, order};
use super::list::Listed;
use super::{Place, Said, faults, head, shell, status_tag};
use crate::pages::{BUILDER, ELEMENT, EMBED, FINDER};

/// The list. Links lead out of the frame, into a page of their own.
#[must_use]
pub fn embed_page(place: Place<'_>, view: &Finder) -> String {
    let look = place.look;
    let more = html! {
        meta name="robots" content="noindex";
        script src=(EMBED.path) defer {}
    };
    look.sent(html! {
        (DOCTYPE)
        html.ld-embed lang="en-GB" {
            (head(look, "Leadership programmes", &FINDER, &more))
            body {
                main.nhsuk-width-container id="content" {
                    (faults(&view.faults))
                    h1.nhsuk-heading-m { "Leadership programmes" }
                    form role="search" action="/embed" {
                        @for (name, value) in chosen(view).into_iter().chain(order(view)) { input type="hidden" name=(name) value=(value); }
                        label.nhsuk-label.nhsuk-label--s for="q" { "What are you looking for?" }
                        div.ld-search {
                            input.nhsuk-input id="q" name="q" type="search" value=(view.text) maxlength="200" autocomplete="off";
                            button.nhsuk-button.nhsuk-button--small type="submit" { "Search" }
                        }
                    }
                    @if let Some(list) = &view.list {
                        p { strong { (list.meta.total) " " @if list.meta.total == 1 { (view.words.one) } @else { (view.words.many) } } }
                        @if list.data.is_empty() { p { "No programme says that it is all of this." } }
                        ol.ld-results { @for entry in &list.data { (listed(view, entry)) } }
                        @if let Some(next) = &view.next {
                            p { a href={ "/embed" (next.trim_start_matches('/')) } { "Next page" } }
                        }
                    }
                    p { a href=(whole(view)) target="_blank" rel="noopener" { "All in the " (look.name) span.nhsuk-u-visually-hidden { " (a new page)" } } }
                }
            }
        }
    })
}

/// The finder with the same choice.
fn whole(view: &Finder) -> String {
    let terms = chosen(view).into_iter().filter(|(name, _)| *name != "limit");
    let text = (!view.text.is_empty()).then_some(("q", view.text.as_str()));
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(terms.chain(text).chain(order(view)))
        .finish();
    if query.is_empty() { "/".to_owned() } else { format!("/?{query}") }
}

fn listed(view: &Finder, entry: &Listed) -> Markup {
    let label = view.labels.get(&("status".to_owned(), entry.status.term.clone()));
    html! {
        li.ld-result {
            div.ld-result__head {
                h2.ld-result__title { a href={ "/" (view.entries) "/" (entry.id) } target="_blank" rel="noopener" { bdi { (entry.title) } span.nhsuk-u-visually-hidden { " (a new page)" } } }
                (status_tag(&entry.status.term, label.map_or(entry.status.term.as_str(), String::as_str)))
            }
            @if !entry.facts.is_empty() { ul.ld-result__facts { @for fact in &entry.facts { li { bdi { (fact) } } } } }
            p { bdi { (entry.summary) } }
        }
    }
}

/// The lines that put the directory into another page.
#[derive(Debug)]
pub struct Snippets {
    /// A link.
    pub link: String,
    /// A frame.
    pub iframe: String,
    /// An element.
    pub element: String,
}

/// What the builder shows.
#[derive(Debug)]
pub struct Builder {
    /// What is wrong with what was asked.
    pub faults: Vec<String>,
    /// The filters that may be chosen.
    pub facets: Vec<Facet>,
    /// How many programmes are listed.
    pub limit: String,
    /// What stands over the list.
    pub heading: String,
    /// What is chosen, as the query of an address.
    pub query: String,
    /// What is chosen, name by name.
    pub attributes: Vec<(String, String)>,
    /// The lines for what is chosen.
    pub snippets: Snippets,
    /// The lines, with places for what may be chosen.
    pub templates: Snippets,
}

/// The page that makes the lines.
#[must_use]
pub fn builder_page(place: Place<'_>, view: &Builder) -> String {
    let attribute =
        |name: &str| view.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let heading = Some(view.heading.as_str()).filter(|heading| !heading.is_empty());
    let content = html! {
        (faults(&view.faults))
        h1.nhsuk-heading-xl { "Put this into your site" }
        p.nhsuk-lede-text { "Choose what your people should see, then copy one of the three. None of them sets a cookie or tells anybody who looks." }
        form id="builder" action="/embed/builder" method="get" {
            @for facet in view.facets.iter().filter(|facet| !facet.terms.is_empty()) {
                details.ld-facet open[facet.terms.iter().any(|term| term.is_chosen)] {
                    summary.ld-facet__name { (facet.title) }
                    fieldset.nhsuk-fieldset {
                        legend.nhsuk-u-visually-hidden { (facet.title) }
                        div.nhsuk-checkboxes.nhsuk-checkboxes--small {
                            @for term in &facet.terms {
                                div.nhsuk-checkboxes__item {
                                    input.nhsuk-checkboxes__input id={ (facet.name) "-" (term.code) } name=(facet.name) type="checkbox" value=(term.code) checked[term.is_chosen];
                                    label.nhsuk-label.nhsuk-checkboxes__label for={ (facet.name) "-" (term.code) } { (term.label) }
                                }
                            }
                        }
                    }
                }
            }
            div.nhsuk-form-group {
                label.nhsuk-label.nhsuk-label--s for="limit" { "How many programmes at once" }
                div.nhsuk-hint id="limit-hint" { "1 to 100. Empty: 10" }
                input.nhsuk-input id="limit" name="limit" type="number" min="1" max="100" value=(view.limit) inputmode="numeric" aria-describedby="limit-hint";
            }
            div.nhsuk-form-group {
                label.nhsuk-label.nhsuk-label--s for="heading" { "Heading of the element" }
                div.nhsuk-hint id="heading-hint" { "Empty for the usual one" }
                input.nhsuk-input id="heading" name="heading" maxlength="100" value=(view.heading) autocomplete="off" aria-describedby="heading-hint" data-not-in="query";
            }
            button.nhsuk-button type="submit" { "Make the lines" }
        }
        p id="copied" role="status" {}
        section {
            h2.nhsuk-heading-l { "1. A link" }
            p { "Works everywhere: a page, a mail, a learning system." }
            (snippet("snippet-link", "The link", &view.snippets.link, &view.templates.link))
        }
        section {
            h2.nhsuk-heading-l { "2. A frame" }
            p { "Works where a page may show another one. It is as high as it says; with " code { "<script src=\"" (place.look.public_url) "/embed-host.js\" async></script>" } " anywhere in the page, it is as high as its content." }
            (snippet("snippet-iframe", "The frame", &view.snippets.iframe, &view.templates.iframe))
            h3.nhsuk-heading-m { "How the frame looks" }
            iframe.ld-preview src={ "/embed" (view.query) } data-template="/embed{query}" title="Preview of the frame" height="640" loading="lazy" sandbox="allow-scripts allow-forms allow-popups allow-popups-to-escape-sandbox" {}
        }
        section {
            h2.nhsuk-heading-l { "3. An element" }
            p { "Looks like a part of your page, in your font and colours. Works where a page may load a script from here. The line names this version of the script: when the directory has another one, take the line anew." }
            (snippet("snippet-element", "The element", &view.snippets.element, &view.templates.element))
            h3.nhsuk-heading-m { "How the element looks" }
            leadership-finder data-preview role=[attribute("role")] level=[attribute("level")] eligibility=[attribute("eligibility")]
                region=[attribute("region")] delivery=[attribute("delivery")] cost=[attribute("cost")] limit=[attribute("limit")] heading=[heading] {}
            noscript { p { "The element needs JavaScript, and there is none here." } }
        }
        (hosts())
    };
    let content = html! {
        (content)
        script src=(ELEMENT.path) defer {}
        script src=(BUILDER.path) defer {}
    };
    let said = Said {
        title: "Put this into your site",
        description: Some(
            "Lines that put the leadership programmes of your choice into an intranet page or a learning system: a link, a frame or an element.",
        ),
        is_unlisted: !view.attributes.is_empty(),
        ..Said::default()
    };
    shell(place, &said, &content)
}

fn snippet(id: &str, name: &str, text: &str, template: &str) -> Markup {
    html! {
        div.nhsuk-form-group {
            label.nhsuk-label.nhsuk-label--s for=(id) { (name) }
            textarea.ld-lines id=(id) rows="5" readonly data-template=(template) { (text) }
        }
        button.nhsuk-button.nhsuk-button--secondary.nhsuk-button--small type="button" data-copy=(id) hidden { "Copy: " (name) }
    }
}

/// What the sites that people have allow.
fn hosts() -> Markup {
    html! {
        section {
            h2.nhsuk-heading-l { "What SharePoint, Moodle and others allow" }
            h3.nhsuk-heading-m { "SharePoint" }
            p { "The link works in every page. The frame works in the Embed web part, once an administrator of the site collection has put this address on the list under Site settings › HTML Field Security. Pages take neither scripts nor elements of others, so the element does not work: it would have to be a web part of your own, made with the SharePoint Framework." }
            p { "Microsoft: " a href="https://support.microsoft.com/office/allow-or-restrict-the-ability-to-embed-content-on-sharepoint-pages-e7baf83f-09d0-4bd1-9058-4aa483ee137b" { "which sites may be embedded" } "." }
            h3.nhsuk-heading-m { "Moodle" }
            p { "The link works everywhere, best as a resource of the type URL. The frame works in a Page and in a text block, as a teacher's text is not cleaned there unless the administrator has turned on content cleaning everywhere. The editor takes tags that it does not know out of a text, so for the element an administrator has to put it into a theme or the additional HTML." }
            p { "Moodle: " a href="https://docs.moodle.org/en/URL_resource" { "URL" } ", " a href="https://docs.moodle.org/en/Page_resource" { "Page" } "." }
            h3.nhsuk-heading-m { "A site with a Content Security Policy" }
            p {
                "The frame needs this address in " code { "frame-src" } ", the element needs it in " code { "script-src" } " and " code { "connect-src" } ", and the script for the frame's height in " code { "script-src" } ". None of them needs anything inline."
            }
        }
    }
}

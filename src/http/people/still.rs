//! The pages that show no entry, what search engines and browsers look for, and what people see where nothing is.

use std::fmt::Write as _;
use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};

use super::entry::path;
use super::{PARTS_OF_KINDS, asked, place, public, unknown};
use crate::catalogue::{Filter, Item, Snapshot};
use crate::http::Service;
use crate::http::answer::by_address;
use crate::http::collection;
use crate::http::problem::{NOT_FOUND, Problem};
use crate::http::request::Request;
use crate::http::routes::{Answered, Call};
use crate::http::site::for_any_page;
use crate::model::codes::Kind;
use crate::model::eligibility::POSITIVE_ACTION;
use crate::pages::ICON;
use crate::pages::people::{Accessibility, Missing, accessibility_page, missing_page};

/// `/accessibility`
pub(in crate::http) fn accessibility(Call { service, request, .. }: Call<'_>) -> HttpResponse {
    let snapshot = service.directory.snapshot();
    let asked = asked(request);
    public(service, request, &snapshot, &asked, || {
        let faults = unknown(&asked, &[]);
        let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::BAD_REQUEST };
        let contact = Some(service.contacts.corrections.clone()).filter(|contact| !contact.is_empty());
        (status, accessibility_page(place(service, request), &Accessibility { faults, contact }))
    })
}

/// What people see where there is nothing, or nothing that can be done with it.
pub(in crate::http) fn missing(service: &Service, request: &Request, problem: &Problem) -> String {
    let title = match problem.code.status {
        404 => "There is no such page",
        405 => "This page cannot be used like that",
        414 => "The address is too long",
        _ => problem.code.title,
    };
    let text = match problem.code.status {
        404 => "Nothing is at this address. It may have been typed wrongly, or copied in part.".to_owned(),
        405 => {
            "The form that led here is an old one, or the page was asked for in an unusual way. Begin again.".to_owned()
        }
        _ => problem.detail.clone(),
    };
    // An address that is wrong is shown nowhere: it may hold anything.
    let place = crate::pages::people::Place { path: "", ..place(service, request) };
    missing_page(place, &Missing { title: title.to_owned(), text, instead: Vec::new() })
}

/// `/programmes`
pub(in crate::http) fn to_finder(Call { service, request, .. }: Call<'_>) -> HttpResponse {
    // What tells of a particular group is sent on by nobody: a redirect is kept.
    let query = Some(request.query_string()).filter(|query| !query.is_empty() && !query.contains(POSITIVE_ACTION));
    to(service, &query.map_or_else(|| "/".to_owned(), |query| format!("/?{query}")))
}

/// `/coaching-links`
pub(in crate::http) fn to_coaching(Call { service, .. }: Call<'_>) -> HttpResponse {
    to(service, "/coaching")
}

fn to(service: &Service, address: &str) -> HttpResponse {
    HttpResponse::PermanentRedirect()
        .insert_header((header::LOCATION, format!("{}{address}", service.look.base)))
        .insert_header((header::CACHE_CONTROL, "public, max-age=3600"))
        .finish()
}

/// `/favicon.ico`, which browsers ask for unasked.
pub(in crate::http) fn icon(Call { service, .. }: Call<'_>) -> HttpResponse {
    for_any_page(to(service, &ICON.path))
}

/// `/robots.txt` (RFC 9309)
pub(in crate::http) fn robots(Call { service, request, .. }: Call<'_>) -> Answered {
    let text = || {
        format!(
            "User-agent: *\nDisallow: /v1/\nDisallow: /ims/\nDisallow: /compare\nDisallow: /embed\nSitemap: {}/sitemap.xml\n",
            service.public_url
        )
    };
    let snapshot = service.directory.snapshot();
    file(service, request, &snapshot, "text/plain; charset=utf-8", || Ok(text()))
}

/// How many addresses a sitemap has; 50,000 are the most (sitemaps.org protocol 0.9).
const MOST: usize = 10_000;

const XML: &str = "application/xml; charset=utf-8";

const NAMESPACE: &str = "http://www.sitemaps.org/schemas/sitemap/0.9";

/// `/sitemap.xml`
pub(in crate::http) fn sitemap_index(Call { service, request, .. }: Call<'_>) -> Answered {
    let snapshot = service.directory.snapshot();
    file(service, request, &snapshot, XML, || Ok(index(service, &snapshot)))
}

/// The sitemaps that there are.
fn index(service: &Service, snapshot: &Snapshot) -> String {
    let mut text = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<sitemapindex xmlns=\"{NAMESPACE}\">\n");
    for kind in Kind::ALL.iter().copied() {
        let pages = usize::try_from(snapshot.count(kind)).unwrap_or_default().div_ceil(MOST);
        for page in 1..=pages.max(1) {
            let _ = writeln!(
                text,
                "<sitemap><loc>{}/sitemaps/{}-{page}.xml</loc></sitemap>",
                service.public_url,
                collection(kind)
            );
        }
    }
    text.push_str("</sitemapindex>\n");
    text
}

/// `/sitemaps/{kind}-{page}.xml`
pub(in crate::http) fn sitemap(call: Call<'_>) -> Answered {
    let Call { service, request, .. } = call;
    let name = call.parameter("name");
    let nothing = || Problem::new(NOT_FOUND, "There is no such sitemap. /sitemap.xml lists them.");
    let (kind, page) = name.strip_suffix(".xml").and_then(|name| name.rsplit_once('-')).ok_or_else(nothing)?;
    let kind = Kind::ALL.iter().copied().find(|known| collection(*known) == kind).ok_or_else(nothing)?;
    let page = page.parse::<usize>().ok().and_then(|page| page.checked_sub(1)).ok_or_else(nothing)?;
    let snapshot = service.directory.snapshot();
    file(service, request, &snapshot, XML, || addresses(service, &snapshot, kind, page).ok_or_else(nothing))
}

/// The addresses of a part of a kind's entries; none where there are not so many.
fn addresses(service: &Service, snapshot: &Snapshot, kind: Kind, page: usize) -> Option<String> {
    // What is part of another entry has a page of its own too.
    let filter = Filter { variants: true, ..Filter::default() };
    let items = snapshot.whole(kind, &filter);
    let items: &[Arc<Item>] = items.chunks(MOST).nth(page).unwrap_or(&[]);
    if items.is_empty() && page > 0 {
        return None;
    }
    let mut text = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"{NAMESPACE}\">\n");
    if page == 0 {
        for (_, (part, _)) in PARTS_OF_KINDS.iter().filter(|(of, _)| *of == kind) {
            let _ = writeln!(text, "<url><loc>{}{part}</loc></url>", service.public_url);
        }
        if kind == Kind::Programme {
            for part in ["/can-i-take-it", "/accessibility", "/developers", "/reference"] {
                let _ = writeln!(text, "<url><loc>{}{part}</loc></url>", service.public_url);
            }
        }
    }
    for item in items {
        let (path, day) = (path(kind, &item.id), item.modified_at.get(..10).unwrap_or_default());
        let _ = writeln!(text, "<url><loc>{}{path}</loc><lastmod>{day}</lastmod></url>", service.public_url);
    }
    text.push_str("</urlset>\n");
    Some(text)
}

fn file(
    service: &Service,
    request: &Request,
    snapshot: &Snapshot,
    media_type: &'static str,
    make: impl FnOnce() -> Result<String, Problem>,
) -> Result<HttpResponse, Problem> {
    by_address(service, request, snapshot, media_type, &[], || make().map(String::into_bytes))
}

//! What other sites put into their pages: a list for a frame, an element, and the page that makes the lines for both.

use std::fmt::Write as _;
use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};

use super::finder::found;
use super::{asked, place, public, unknown, values};
use crate::catalogue::{Field, Snapshot};
use crate::http::Service;
use crate::http::answer::{cacheable_as, entity_tag};
use crate::http::problem::{NOT_FOUND, Problem};
use crate::http::request::Request;
use crate::http::routes::{Answered, Call};
use crate::http::site::for_any_page;
use crate::model::codes::Kind;
use crate::pages::people::{Builder, Snippets, builder_page, embed_page};
use crate::pages::{Asset, ELEMENT, EMBED_HOST, Look};

/// How many programmes a list in another page shows unless it is asked for another number.
const USUAL: &str = "10";

/// The filters that the builder offers.
const CHOICES: [Field; 6] =
    [Field::Role, Field::Level, Field::Eligibility, Field::Region, Field::Delivery, Field::Cost];

/// `/embed`
pub(in crate::http) fn embed(Call { service, request, .. }: Call<'_>) -> HttpResponse {
    let snapshot = service.directory.snapshot();
    let parameters = asked(request);
    let answer = public(service, request, &snapshot, &parameters, || {
        let mut asked = parameters.clone();
        if !asked.iter().any(|(name, value)| name == "limit" && !value.is_empty()) {
            asked.push(("limit".to_owned(), USUAL.to_owned()));
        }
        let (status, view) = found(service, &snapshot, Kind::Programme, asked, false);
        (status, embed_page(place(service, request), &view))
    });
    with_policy(
        answer,
        &format!(
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; base-uri 'none'; \
             form-action 'self'; frame-ancestors {}",
            // The builder shows it too.
            match service.look.frame_ancestors.as_str() {
                all_or_none @ ("*" | "'none'") => all_or_none.to_owned(),
                some => format!("'self' {some}"),
            }
        ),
    )
}

/// `/embed/builder`
pub(in crate::http) fn builder(Call { service, request, .. }: Call<'_>) -> HttpResponse {
    let snapshot = service.directory.snapshot();
    let asked = asked(request);
    let answer = public(service, request, &snapshot, &asked, || built(service, &snapshot, request, &asked));
    with_policy(
        answer,
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
         frame-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    )
}

/// The builder with what is chosen, and how the answer is.
fn built(
    service: &Service,
    snapshot: &Arc<Snapshot>,
    request: &Request,
    asked: &[(String, String)],
) -> (StatusCode, String) {
    let takes: Vec<&str> = CHOICES.iter().map(|field| field.name()).chain(["limit", "heading"]).collect();
    let mut faults = unknown(asked, &takes);
    let filters: Vec<(String, String)> = CHOICES
        .iter()
        .map(|field| (field.name().to_owned(), values(asked, field.name()).join(",")))
        .filter(|(_, terms)| !terms.is_empty())
        .collect();
    let one = |name: &str| asked.iter().find(|(known, _)| known == name).map(|(_, value)| value.trim().to_owned());
    let limit = one("limit").filter(|limit| !limit.is_empty());
    let heading =
        one("heading").map(|heading| heading.chars().filter(|c| !c.is_control()).take(100).collect::<String>());
    // The finder says what is wrong with the choice, and which terms there are.
    let limited = limit.iter().map(|limit| ("limit".to_owned(), limit.clone()));
    let mut chosen: Vec<(String, String)> = filters.iter().cloned().chain(limited).collect();
    let (status, found) = found(service, snapshot, Kind::Programme, chosen.clone(), false);
    faults.extend(found.faults);
    if status != StatusCode::OK {
        chosen.clear();
    }
    let heading = heading.filter(|heading| !heading.is_empty());
    let attributes = chosen
        .iter()
        .chain(heading.iter().map(|heading| ("heading".to_owned(), heading.clone())).collect::<Vec<_>>().iter())
        .fold(String::new(), |mut text, (name, value)| {
            let _ = write!(text, " {name}=\"{}\"", escaped(value));
            text
        });
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    let view = Builder {
        faults,
        facets: found
            .facets
            .into_iter()
            .filter(|facet| CHOICES.iter().any(|field| field.name() == facet.name))
            .collect(),
        limit: limit.unwrap_or_default(),
        heading: heading.unwrap_or_default(),
        query: query(&chosen),
        snippets: Snippets::filled(&service.look, &query(&chosen), &attributes),
        templates: Snippets::templates(&service.look),
        attributes: chosen,
    };
    (status, builder_page(place(service, request), &view))
}

fn with_policy(mut answer: HttpResponse, policy: &str) -> HttpResponse {
    if let Ok(policy) = header::HeaderValue::from_str(policy) {
        answer.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    answer
}

/// What is chosen, as the query of an address. The script of the builder makes the same of the same choice, byte by
/// byte: commas stay as they are.
fn query(chosen: &[(String, String)]) -> String {
    let pairs: Vec<String> = chosen.iter().map(|(name, value)| format!("{name}={}", coded(value))).collect();
    if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) }
}

/// A value in a query: as `encodeURIComponent` codes it (ECMA-262 §19.2.6.4), but for commas.
fn coded(value: &str) -> String {
    value.bytes().fold(String::new(), |mut text, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.!~*'(),".contains(&byte) {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
        text
    })
}

/// A value in an attribute.
fn escaped(value: &str) -> String {
    value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

impl Snippets {
    /// The lines, with `{query}` or `{query-html}` where what is chosen goes into an address, and `{attributes}` where it
    /// goes into an element.
    fn templates(look: &Look) -> Self {
        let at = &look.public_url;
        Self {
            link: format!("<a href=\"{at}/{{query-html}}\">Find a leadership programme</a>"),
            iframe: format!(
                "<iframe src=\"{at}/embed{{query-html}}\" title=\"Leadership programmes\" width=\"100%\" height=\"640\" \
                 loading=\"lazy\" referrerpolicy=\"no-referrer\" \
                 sandbox=\"allow-scripts allow-forms allow-popups allow-popups-to-escape-sandbox\"></iframe>"
            ),
            element: format!(
                "<script src=\"{at}{}\" integrity=\"{}\" crossorigin=\"anonymous\" async></script>\n\
                 <leadership-finder{{attributes}}></leadership-finder>",
                ELEMENT.path, ELEMENT.integrity
            ),
        }
    }

    fn filled(look: &Look, query: &str, attributes: &str) -> Self {
        let fill =
            |template: &str| template.replace("{query-html}", &escaped(query)).replace("{attributes}", attributes);
        let templates = Self::templates(look);
        Self { link: fill(&templates.link), iframe: fill(&templates.iframe), element: fill(&templates.element) }
    }
}

/// `/leadership-finder.js` and `/embed-host.js`: what is loaded by an address that stays the same.
pub(in crate::http) fn script(Call { service, request, .. }: Call<'_>) -> Answered {
    let asset: &Asset = match request.path() {
        "/leadership-finder.js" => &ELEMENT,
        "/embed-host.js" => &EMBED_HOST,
        _ => return Err(Problem::new(NOT_FOUND, "There is no such file.")),
    };
    let number = service.directory.snapshot().head().change_number;
    let tag = entity_tag(service, 0, &crate::store::hash(&[&asset.path]));
    Ok(for_any_page(cacheable_as(request, asset.media_type, number, tag, || asset.bytes.to_vec())))
}

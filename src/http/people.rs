//! The pages for people: what the API answers, as pages. They ask it the same questions, in this process.

mod compare;
mod embed;
mod entry;
mod finder;
mod regions;
mod still;
mod telling;
mod wizard;

use std::collections::HashSet;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, ResponseError as _};

pub(super) use compare::compare;
pub(super) use embed::{builder, embed, script};
pub(super) use entry::{academy, coaching_link, framework, programme, provider, resource};
pub(super) use finder::{finder, finder_in_private, frameworks, providers, resources};
pub(super) use regions::{academies, coaching};
pub(super) use still::{accessibility, icon, missing, robots, sitemap, sitemap_index, to_coaching, to_finder};
pub(super) use wizard::{wizard, wizard_answered};

use super::Service;
use super::answer::{by_address, private};
use super::body::{FORM, is_said_to_be, read_bytes};
use super::problem::{MALFORMED_BODY, Problem, UNSUPPORTED_MEDIA_TYPE};
use super::query::shown;
use super::request::Request;
use super::routes::Call;
use super::serve::Page;
use super::site::PAGE_POLICY;
use crate::catalogue::{Field, Filter, PageQuery, Snapshot, Sort};
use crate::model::codes::Kind;
use crate::pages::people::{Linked, Missing, Place, missing_page};

/// Where entries of a kind are listed: path, and what that page is called.
const PARTS_OF_KINDS: [(Kind, (&str, &str)); 6] = [
    (Kind::Programme, ("/", "Find a programme")),
    (Kind::Provider, ("/providers", "Providers")),
    (Kind::Academy, ("/academies", "Academies")),
    (Kind::CoachingLink, ("/coaching", "Coaching")),
    (Kind::Resource, ("/resources", "Resources")),
    (Kind::Framework, ("/frameworks", "Frameworks")),
];

/// The most entries that a page lists of those that belong with another.
const MOST_LISTED: usize = 50;

/// Where a page is.
fn place<'a>(service: &'a Service, request: &'a Request) -> Place<'a> {
    Place { look: &service.look, path: request.path() }
}

/// The entries of a kind that name another, by title.
fn entries(snapshot: &Snapshot, kind: Kind, field: Field, id: &str) -> Vec<Linked> {
    let filter = Filter { terms: vec![(field, vec![id.to_owned()])], ..Filter::default() };
    let page = snapshot.page(&PageQuery { kind, sort: Sort::Title, limit: MOST_LISTED, filter, after: None });
    let mut listed: Vec<Linked> = page
        .items
        .iter()
        .map(|item| Linked { path: entry::path(kind, &item.id), title: item.title.to_string(), how: String::new() })
        .collect();
    let more = page.total.saturating_sub(listed.len() as u64);
    if more > 0 {
        let (path, _) = PARTS_OF_KINDS.iter().find(|(of, _)| *of == kind).map_or(("/", ""), |(_, part)| *part);
        let path = format!("{path}?{}={id}", field.name());
        listed.push(Linked { path, title: format!("{more} more"), how: String::new() });
    }
    listed
}

/// The media type of the pages.
pub(super) const HTML: &str = "text/html; charset=utf-8";

/// A page that everybody may see, or 304 where the client has it already. It is kept by the parameters that it is made of
/// until the directory changes; one that tells that something is wrong is not.
fn public(
    service: &Service,
    request: &Request,
    shows: &Snapshot,
    parameters: &[(String, String)],
    make: impl FnOnce() -> (StatusCode, String),
) -> HttpResponse {
    let answer = by_address(service, request, shows, HTML, parameters, || match make() {
        (StatusCode::OK, html) => Ok(html.into_bytes()),
        wrong => Err(wrong),
    });
    match answer {
        Ok(answer) => {
            let status = answer.status();
            of_policy(answer, status)
        }
        Err((status, html)) => of_a_person(request, shows, status, html),
    }
}

/// A page that nobody keeps: what was asked for it tells of a person, or something is wrong with it.
fn of_a_person(request: &Request, shows: &Snapshot, status: StatusCode, html: String) -> HttpResponse {
    of_policy(private(request, HTML, shows.head().change_number, html), status)
}

fn of_policy(mut answer: HttpResponse, status: StatusCode) -> HttpResponse {
    *answer.status_mut() = status;
    // A demand that is not met is told as everywhere.
    if status != StatusCode::PRECONDITION_FAILED {
        answer.extensions_mut().insert(Page);
    }
    answer.headers_mut().insert(header::CONTENT_SECURITY_POLICY, header::HeaderValue::from_static(PAGE_POLICY));
    answer
}

/// The values of a parameter, which may come several times and hold several between commas.
fn values(asked: &[(String, String)], name: &str) -> Vec<String> {
    let of_name = asked.iter().filter(|(known, _)| known == name);
    let mut values: Vec<String> = Vec::new();
    for value in of_name.flat_map(|(_, value)| value.split(',')).map(str::trim).filter(|value| !value.is_empty()) {
        if !values.iter().any(|known| known == value) {
            values.push(value.to_owned());
        }
    }
    values
}

/// What an address asks: each parameter once, by name, since their order says nothing; values of one stay in theirs.
fn asked(request: &Request) -> Vec<(String, String)> {
    let pairs = url::form_urlencoded::parse(request.query_string().as_bytes()).into_owned();
    each_once(pairs.take(MOST_FIELDS).collect())
}

/// Pairs, each once, by name.
fn each_once(mut pairs: Vec<(String, String)>) -> Vec<(String, String)> {
    let mut known = HashSet::new();
    pairs.retain(|pair| known.insert(pair.clone()));
    pairs.sort_by(|(one, _), (other, _)| one.cmp(other));
    pairs
}

/// What is wrong with parameters that a page does not have.
fn unknown(asked: &[(String, String)], takes: &[&str]) -> Vec<String> {
    let others = asked.iter().filter(|(name, _)| !takes.contains(&name.as_str()));
    others
        .map(|(name, _)| format!("This page does not take “{}”. It takes: {}.", shown(name), takes.join(", ")))
        .collect()
}

/// Reads a form that was sent in a body, which no address and no log holds.
///
/// # Errors
/// Where it is none, or does not come in.
async fn read_form(call: Call<'_>) -> Result<Vec<(String, String)>, Problem> {
    if !is_said_to_be(call.request, FORM) {
        let detail = "The body must be a form: send the header “Content-Type: application/x-www-form-urlencoded”.";
        return Err(Problem::new(UNSUPPORTED_MEDIA_TYPE, detail));
    }
    let bytes = read_bytes(call).await?;
    let pairs: Vec<(String, String)> = url::form_urlencoded::parse(&bytes).into_owned().take(MOST_FIELDS + 1).collect();
    if pairs.len() > MOST_FIELDS {
        return Err(Problem::new(MALFORMED_BODY, format!("The form has more than {MOST_FIELDS} fields. Send fewer.")));
    }
    Ok(pairs)
}

/// A page that says what is wrong with a form that cannot be read.
fn unreadable(service: &Service, request: &Request, problem: &Problem) -> HttpResponse {
    let view = Missing { title: problem.code.title.to_owned(), text: problem.detail.clone(), instead: Vec::new() };
    of_a_person(
        request,
        &service.directory.snapshot(),
        problem.status_code(),
        missing_page(place(service, request), &view),
    )
}

/// The most fields that a form may have.
const MOST_FIELDS: usize = 4_000;

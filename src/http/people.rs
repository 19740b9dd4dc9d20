//! The pages for people: what the API answers, as pages. They ask it the same questions, in this process.

mod entry;
mod finder;
mod wizard;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, ResponseError as _};

pub(super) use entry::{academy, coaching_link, framework, programme, provider, resource};
pub(super) use finder::{finder, finder_in_private};
pub(super) use wizard::{wizard, wizard_answered};

use super::Service;
use super::answer::{cacheable_as, entity_tag, private};
use super::body::{FORM, is_said_to_be, read_bytes};
use super::outermost::Page;
use super::problem::{MALFORMED_BODY, Problem, UNSUPPORTED_MEDIA_TYPE};
use super::site::PAGE_POLICY;
use crate::catalogue::Snapshot;
use crate::pages::people::{Missing, missing_page};

const HTML: &str = "text/html; charset=utf-8";

/// A page that everybody may see, or 304 where the client has it already.
fn public(
    service: &Service,
    request: &HttpRequest,
    shows: &Snapshot,
    status: StatusCode,
    html: String,
) -> HttpResponse {
    let number = shows.head().change_number;
    if status != StatusCode::OK {
        return of_a_person(request, shows, status, html);
    }
    let tag = entity_tag(service, 0, &crate::store::hash(&[&html]));
    let answer = cacheable_as(request, HTML, number, &tag, || html);
    let status = answer.status();
    of_policy(answer, status)
}

/// A page that nobody keeps: what was asked for it tells of a person, or something is wrong with it.
fn of_a_person(request: &HttpRequest, shows: &Snapshot, status: StatusCode, html: String) -> HttpResponse {
    of_policy(private(request, HTML, shows.head().change_number, html), status)
}

fn of_policy(mut answer: HttpResponse, status: StatusCode) -> HttpResponse {
    *answer.status_mut() = status;
    answer.extensions_mut().insert(Page);
    answer.headers_mut().insert(header::CONTENT_SECURITY_POLICY, header::HeaderValue::from_static(PAGE_POLICY));
    answer
}

/// Reads a form that was sent in a body, which no address and no log holds.
///
/// # Errors
/// Where it is none, or does not come in.
async fn read_form(request: &HttpRequest) -> Result<Vec<(String, String)>, Problem> {
    if !is_said_to_be(request, FORM) {
        let detail = "The body must be a form: send the header “Content-Type: application/x-www-form-urlencoded”.";
        return Err(Problem::new(UNSUPPORTED_MEDIA_TYPE, detail));
    }
    let bytes = read_bytes(request).await?;
    let pairs: Vec<(String, String)> = url::form_urlencoded::parse(&bytes).into_owned().take(MOST_FIELDS + 1).collect();
    if pairs.len() > MOST_FIELDS {
        return Err(Problem::new(MALFORMED_BODY, format!("The form has more than {MOST_FIELDS} fields. Send fewer.")));
    }
    Ok(pairs)
}

/// A page that says what is wrong with a form that cannot be read.
fn unreadable(service: &Service, request: &HttpRequest, problem: &Problem) -> HttpResponse {
    let view = Missing { title: problem.code.title.to_owned(), text: problem.detail.clone(), instead: Vec::new() };
    of_a_person(request, &service.directory.snapshot(), problem.status_code(), missing_page(&view))
}

/// The most fields that a form may have.
const MOST_FIELDS: usize = 400;

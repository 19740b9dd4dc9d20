//! What every answer has, whichever layer made it: an id, the change number, and a body that says
//! what went wrong.

use std::time::Instant;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse, web};
use uuid::Uuid;

use super::Service;
use super::problem::{INTERNAL, Problem};

/// The directory's change number.
pub(super) const CHANGE_NUMBER: HeaderName = HeaderName::from_static("directory-change-number");

/// The id of this request; the `instance` of a problem is made of it.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Wraps everything else.
pub(super) async fn outermost(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let begun = Instant::now();
    let id = Uuid::new_v4();
    let Some(service) = request.app_data::<web::Data<Service>>().cloned() else {
        return next.call(request).await.map(ServiceResponse::map_into_boxed_body);
    };
    let mut response = next.call(request).await?.map_into_boxed_body();
    if response.status().is_client_error() || response.status().is_server_error() {
        response = explain(response, &service, id);
    }
    let number = || HeaderValue::from(service.directory.snapshot().head().change_number);
    let headers = response.headers_mut();
    // An answer that shows a snapshot has said which: another may be here by now.
    if !headers.contains_key(CHANGE_NUMBER) {
        headers.insert(CHANGE_NUMBER, number());
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Ok(id) = HeaderValue::from_str(&id.to_string()) {
        headers.insert(REQUEST_ID, id);
    }
    log(&response, id, begun);
    Ok(response)
}

/// Gives an answer that failed its body, keeping its other headers (such as `Allow`).
fn explain(response: ServiceResponse<BoxBody>, service: &Service, id: Uuid) -> ServiceResponse<BoxBody> {
    let known = response.response().extensions().get::<Problem>().cloned();
    let problem = known.unwrap_or_else(|| Problem::of_status(response.status()));
    if problem.code == INTERNAL {
        tracing::error!(request.id = %id, "a request failed: {}", problem.detail);
    }
    let body = problem.body(&service.public_url, &id.urn().to_string());
    let mut answer = HttpResponse::build(actix_web::ResponseError::status_code(&problem));
    for (name, value) in response.headers() {
        answer.append_header((name.clone(), value.clone()));
    }
    answer.insert_header((header::CONTENT_TYPE, "application/problem+json"));
    answer.insert_header((header::CACHE_CONTROL, "no-store"));
    response.into_response(answer.body(body))
}

/// One line a request, without its query: where it went well, at debug.
fn log(response: &ServiceResponse<BoxBody>, id: Uuid, begun: Instant) {
    let request = response.request();
    let route = request.match_pattern().unwrap_or_else(|| "unmatched".to_owned());
    let (method, status) = (request.method(), response.status().as_u16());
    let duration_ms = begun.elapsed().as_secs_f64() * 1_000.0;
    if status >= 500 {
        tracing::warn!(request.id = %id, http.method = %method, http.route = route, http.status = status, duration_ms, "answered");
    } else if status >= 400 {
        tracing::info!(request.id = %id, http.method = %method, http.route = route, http.status = status, duration_ms, "answered");
    } else {
        tracing::debug!(request.id = %id, http.method = %method, http.route = route, http.status = status, duration_ms, "answered");
    }
}

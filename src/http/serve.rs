//! The one function that answers every request: it finds the route, asks what answers there, and gives each answer what
//! all of them have: an id, the change number, and a body that says what went wrong.

use std::convert::Infallible;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::{Arc, LazyLock};
use std::task::{Context, Poll};
use std::time::Instant;

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{Payload, Response};
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::http::{ConnectionType, Method, StatusCode, Version};
use actix_web::{HttpResponse, ResponseError as _};
use bytes::Bytes;
use futures_util::FutureExt as _;
use matchit::Match;
use uuid::Uuid;

use super::answer::{JSON, VARY, json};
use super::body::Body;
use super::negotiate::{accepts, coding, prefers};
use super::oauth::{self, TokenFailure};
use super::one_roster::status::StatusInfo;
use super::problem::{
    EXPECTATION_FAILED, HEADERS_TOO_LARGE, INTERNAL, NOT_ACCEPTABLE, NOT_FOUND, Problem, URI_TOO_LONG,
};
use super::request::Request;
use super::routes::{Answered, Call, Handler, Route, Table};
use super::site::PAGE_POLICY;
use super::{Service, kind_at, people};

/// The directory's change number.
pub(super) const CHANGE_NUMBER: HeaderName = HeaderName::from_static("directory-change-number");

/// The id of this request; the `instance` of a problem is made of it.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What every address of OneRoster begins with, in whichever version; failures under it have a form of their own.
const ONE_ROSTER: &str = "/ims/oneroster/";

/// The media type of pages.
const HTML: &str = "text/html";

/// The media type of most failures (RFC 9457).
const PROBLEM: &str = "application/problem+json";

/// The longest address, in bytes.
const LONGEST_URI: usize = 8 * 1024;

/// The longest headers, names and values together, in bytes.
const LONGEST_HEADERS: usize = 16 * 1024;

/// What every answer carries. The directory is public: any page may read it, an embedded one without an origin too.
static EVERYWHERE: LazyLock<[(HeaderName, HeaderValue); 2]> = LazyLock::new(|| {
    constants([
        ("access-control-allow-origin", "*"),
        (
            "access-control-expose-headers",
            "ETag, Link, Location, Retry-After, Allow, Content-Disposition, X-Request-Id, X-Total-Count, Directory-Change-Number",
        ),
    ])
});

/// What an answer carries unless its handler says otherwise: nobody sniffs it, frames it, keeps it, or is told where a
/// link in it was followed. A 304 leaves them out: a cache adds what it says to what it has (RFC 9111 §3.2). So one that
/// changes is to change the tags of all answers too, by `RENDERER`.
static USUALLY: LazyLock<[(HeaderName, HeaderValue); 4]> = LazyLock::new(|| {
    constants([
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
        ("cache-control", "no-store"),
    ])
});

fn constants<const N: usize>(headers: [(&'static str, &'static str); N]) -> [(HeaderName, HeaderValue); N] {
    headers.map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
}

/// The media types of what is at an address; none where it is a page, which is sent to everybody.
fn offered(path: &str) -> &'static [&'static str] {
    match path {
        "/openapi.yaml" => &["application/yaml"],
        "/.well-known/api-catalog" => &["application/linkset+json", "application/json"],
        "/.well-known/security.txt" => &["text/plain"],
        "/openapi.json" | oauth::PATH => &["application/json"],
        _ if path.starts_with(ONE_ROSTER) => &["application/json"],
        _ if path.starts_with("/v1/exports/") => match path.rsplit('.').next() {
            Some("csv") => &["text/csv"],
            Some("ndjson") => &["application/x-ndjson"],
            Some("jsonld") => &["application/ld+json", "application/json"],
            _ => &["application/json"],
        },
        _ if kind_at(path).is_some() => &["application/json", "application/ld+json"],
        _ if path.starts_with("/v1") || path.starts_with("/health") => &["application/json"],
        _ => &[],
    }
}

/// What is refused before any handler is asked.
fn refuse(request: &Request) -> Option<Problem> {
    let length = request.uri().path_and_query().map_or(0, |whole| whole.as_str().len());
    if length > LONGEST_URI {
        let detail =
            format!("The address has {length} bytes; {LONGEST_URI} are the most. Ask for less in one request.");
        return Some(Problem::new(URI_TOO_LONG, detail));
    }
    let length: usize = request.headers().iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if length > LONGEST_HEADERS {
        let detail = format!("The headers have {length} bytes; {LONGEST_HEADERS} are the most. Send fewer.");
        return Some(Problem::new(HEADERS_TOO_LARGE, detail));
    }
    if request.method() == Method::OPTIONS {
        return None;
    }
    let expects = request.headers().get(header::EXPECT);
    if expects.is_some_and(|expects| !expects.as_bytes().eq_ignore_ascii_case(b"100-continue")) {
        return Some(Problem::new(EXPECTATION_FAILED, "The header Expect takes nothing but 100-continue."));
    }
    let offered = offered(request.path());
    if !offered.is_empty() && !offered.iter().any(|media| accepts(request.headers(), media)) {
        let detail = format!("The header Accept takes none of what there is: {}.", offered.join(", "));
        return Some(Problem::new(NOT_ACCEPTABLE, detail));
    }
    if coding(request.headers()).is_none() {
        let detail = "The header Accept-Encoding rules out identity, gzip and br alike.";
        return Some(Problem::new(NOT_ACCEPTABLE, detail));
    }
    None
}

/// Answers OPTIONS, and with it a browser's question whether a page may ask (the Fetch standard's CORS-preflight
/// request), with the methods that there are; `OPTIONS *` asks about the server as a whole (RFC 9110 §9.3.7).
fn options(allow: Option<&'static str>) -> HttpResponse {
    let mut answer = HttpResponse::NoContent();
    if let Some(allow) = allow {
        answer.insert_header((header::ALLOW, allow)).insert_header(("access-control-allow-methods", allow));
    }
    answer
        .insert_header(("access-control-allow-headers", "Accept, Authorization, Content-Type, If-Match, If-None-Match"))
        .insert_header(("access-control-max-age", "7200"))
        .finish()
}

/// Asks a handler. One that panics is answered for, rather than its connection dropped.
async fn ask(handler: &Handler, call: Call<'_>) -> Answered {
    // Handlers share nothing that could be left half-changed: a snapshot is never written to.
    let answered = match handler {
        Handler::Now(handler) => catch_unwind(AssertUnwindSafe(|| handler(call))),
        Handler::Later(handler) => AssertUnwindSafe(async { handler(call).await }).catch_unwind().await,
    };
    answered.unwrap_or_else(|_| Err(Problem::new(INTERNAL, INTERNAL.meaning.trim())))
}

/// What is answered, but for what every answer has.
async fn answered(service: &Service, request: &Request, body: Option<&Body>, found: Option<&Found<'_>>) -> Answered {
    if let Some(problem) = refuse(request) {
        return Err(problem);
    }
    let is_options = request.method() == Method::OPTIONS;
    let Some(Found { value: route, params }) = found else {
        if is_options && request.uri().path() == "*" {
            return Ok(options(None));
        }
        return Err(Problem::new(NOT_FOUND, "Nothing is at this address. /v1 lists what there is."));
    };
    match route.handler(request.method()) {
        Some(handler) => ask(handler, Call { service, request, body, parameters: params }).await,
        None if is_options => Ok(options(Some(route.allow()))),
        None => Ok(HttpResponse::MethodNotAllowed().insert_header((header::ALLOW, route.allow())).finish()),
    }
}

/// A route that a path leads to.
type Found<'a> = Match<'a, 'a, &'a Route>;

/// Answers a request.
pub(super) async fn serve(
    service: Arc<Service>,
    table: &'static Table,
    request: actix_http::Request,
) -> Result<Response<BoxBody>, Infallible> {
    let begun = Instant::now();
    let id = Uuid::new_v4();
    let (request, payload) = Request::and_body(request);
    let body = match payload {
        Payload::None => None,
        payload => Some(Body::new(payload)),
    };
    let path = request.plain_path();
    let found = table.at(&path).ok();
    let answer = answered(&service, &request, body.as_ref(), found.as_ref()).await;
    let mut answer = answer.unwrap_or_else(|problem| problem.error_response());
    if (answer.status().is_client_error() || answer.status().is_server_error()) && !is_page(&answer) {
        answer = explain(&answer, &request, &service, id);
    }
    let is_kept = answer.status() == StatusCode::NOT_MODIFIED;
    let headers = answer.headers_mut();
    // An answer that shows a snapshot has said which: another may be here by now.
    if !headers.contains_key(CHANGE_NUMBER) {
        headers.insert(CHANGE_NUMBER, HeaderValue::from(service.directory.snapshot().head().change_number));
    }
    for (name, value) in EVERYWHERE.iter() {
        headers.insert(name.clone(), value.clone());
    }
    if !is_kept {
        for (name, value) in USUALLY.iter() {
            if !headers.contains_key(name) {
                headers.insert(name.clone(), value.clone());
            }
        }
    }
    if let Ok(id) = HeaderValue::from_str(id.hyphenated().encode_lower(&mut Uuid::encode_buffer())) {
        headers.insert(REQUEST_ID, id);
    }
    log(&request, found.map_or("unmatched", |found| found.value.path), answer.status(), id, begun);
    let answer = match body {
        Some(body) => answer.map_body(|_, answer| BoxBody::new(Unread { answer, _request: body })),
        None => answer,
    };
    let mut answer = Response::from(answer);
    if request.version() < Version::HTTP_11 && answer.body().size() == BodySize::Stream {
        // It knows no chunks (RFC 9112 §6.1): the body ends where the connection does.
        let head = answer.head_mut();
        head.no_chunking(true);
        head.set_connection_type(ConnectionType::Close);
    }
    Ok(answer)
}

/// An answer that holds what was not read of its request.
struct Unread {
    answer: BoxBody,
    _request: Body,
}

impl MessageBody for Unread {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.answer.size()
    }

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.answer).poll_next(context)
    }
}

/// What marks an answer as a page for people, which explains itself.
pub(super) struct Page;

fn is_page(answer: &HttpResponse) -> bool {
    answer.extensions().contains::<Page>()
}

/// Whether people ask for what is at an address, rather than their programs.
fn is_of_people(path: &str) -> bool {
    const OF_PROGRAMS: [&str; 7] = ["/v1", "/ims/", "/oauth/", "/health/", "/openapi.", "/.well-known/", "/assets/"];
    !OF_PROGRAMS.iter().any(|begin| path.starts_with(begin))
}

/// Gives an answer that failed its body, keeping its other headers (such as `Allow`).
fn explain(failed: &HttpResponse, request: &Request, service: &Service, id: Uuid) -> HttpResponse {
    let known = failed.extensions().get::<Problem>().cloned();
    let problem = known.unwrap_or_else(|| Problem::of_status(failed.status()));
    if problem.code == INTERNAL {
        tracing::error!(request.id = %id, "a request failed: {}", problem.detail);
    }
    let path = request.path();
    let (media_type, body) = if is_of_people(path) && prefers(request.headers(), HTML, PROBLEM) {
        (people::HTML, people::missing(service, request, &problem))
    } else if path.starts_with(ONE_ROSTER) {
        (JSON, json(&StatusInfo::from(&problem)))
    } else if path == oauth::PATH {
        (JSON, json(&TokenFailure::from(&problem)))
    } else {
        (PROBLEM, problem.body(&service.public_url, &id.urn().to_string()))
    };
    let mut answer = HttpResponse::build(problem.status_code());
    for (name, value) in failed.headers() {
        answer.append_header((name.clone(), value.clone()));
    }
    answer.insert_header((header::CONTENT_TYPE, media_type));
    answer.insert_header((header::CACHE_CONTROL, "no-store"));
    if media_type == people::HTML {
        answer.insert_header((header::CONTENT_SECURITY_POLICY, PAGE_POLICY));
    }
    if problem.code == NOT_ACCEPTABLE {
        answer.insert_header((header::VARY, VARY));
    }
    answer.body(body)
}

/// One line a request, without its query: where it went well, at debug.
fn log(request: &Request, route: &str, status: StatusCode, id: Uuid, begun: Instant) {
    let status = status.as_u16();
    // What nobody will read is not put together: it costs as much as an answer.
    if status < 400 && !tracing::enabled!(tracing::Level::DEBUG) {
        return;
    }
    // A method may be any word that a client makes up: only those that there are are told.
    let known = [Method::GET, Method::HEAD, Method::OPTIONS, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
    let method = known.iter().find(|known| *known == request.method()).map_or("other", Method::as_str);
    let duration_ms = begun.elapsed().as_secs_f64() * 1_000.0;
    if status >= 500 {
        tracing::warn!(request.id = %id, http.method = method, http.route = route, http.status = status, duration_ms, "answered");
    } else if status >= 400 {
        tracing::info!(request.id = %id, http.method = method, http.route = route, http.status = status, duration_ms, "answered");
    } else {
        tracing::debug!(request.id = %id, http.method = method, http.route = route, http.status = status, duration_ms, "answered");
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::sync::Arc;

    use actix_web::body::to_bytes;
    use actix_web::test::TestRequest;
    use serde_json::Value;

    use super::*;
    use crate::directory::Directory;
    use crate::http::routes::{TABLE, read, table};
    use crate::import::shipped;
    use crate::store::Store;

    fn fails(_: Call<'_>) -> Answered {
        panic!("told to nobody: CANARY");
    }

    /// What handlers work with, on a database in a folder.
    pub(in crate::http) async fn service_in(folder: &std::path::Path) -> Arc<Service> {
        let store = Store::open(&format!("sqlite://{}", folder.join("d.db").display()), 1).await.expect("a store");
        let directory = Directory::open(store, &shipped(), jiff::Timestamp::now).await.expect("a directory");
        let look = crate::pages::Look::new(&crate::settings::Site::default(), "https://directory.example");
        let contacts = super::super::Contacts::default();
        Arc::new(Service::new(Arc::new(directory), look.expect("a look"), contacts, 1 << 20))
    }

    /// Held by a test in which the service panics. What a place in the code may log, and who is told of a panic, the
    /// whole process shares: where the first to come there has nobody to read it, `tracing` takes it for a place that
    /// nobody reads, and another test's lines would be lost.
    static PANICS: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

    #[actix_web::test]
    async fn a_panic_is_answered_as_the_contract_shows_it() {
        let _alone = PANICS.lock().await;
        let folder = tempfile::tempdir().expect("a folder");
        let service = service_in(folder.path()).await;
        let table: &'static Table = Box::leak(Box::new(table([read("/{*path}", fails)])));
        let examples: Value = serde_json::from_str(include_str!("../../openapi/examples.json")).expect("JSON");
        for name in ["Internal", "RosterInternal", "TokenInternal"] {
            let example = &examples[name];
            let request = TestRequest::get().uri(example["request"].as_str().expect("a path"));
            let Ok(answer) = serve(Arc::clone(&service), table, request.to_request()).await;
            assert_eq!(answer.status(), 500);
            assert_eq!(answer.headers().get("access-control-allow-origin").expect("a header"), "*");
            let body = to_bytes(answer.into_body()).await.expect("a body");
            let mut body: Value = serde_json::from_slice(&body).expect("JSON");
            if body.get("instance").is_some() {
                body["instance"] = "urn:uuid:7c9e6679-7425-40de-944b-e07fc1f90ae7".into();
            }
            assert_eq!(body, example["body"], "{name}");
        }
    }

    /// Where a test reads what was logged.
    #[derive(Clone, Default)]
    struct Written(Arc<std::sync::Mutex<Vec<u8>>>);

    impl std::io::Write for Written {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().expect("no writer fails").extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[actix_web::test]
    async fn a_panic_inside_the_engine_tells_nothing_of_the_profile() {
        let _alone = PANICS.lock().await;
        let folder = tempfile::tempdir().expect("a folder");
        let service = service_in(folder.path()).await;
        let written = Written::default();
        let writer = written.clone();
        let lines = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_writer(move || writer.clone())
            .finish();
        let _lines = tracing::subscriber::set_default(lines);
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(crate::telemetry::tell_panic));
        crate::catalogue::panics::WANTED.with(|wanted| wanted.store(true, std::sync::atomic::Ordering::Relaxed));
        let request = TestRequest::post().uri("/v1/eligibility-checks");
        let body = serde_json::json!({"profile": {"role": "clinical-director", "band": "medical-dental-contract"}});
        let Ok(answer) = serve(service, &TABLE, request.set_json(body).to_request()).await;
        crate::catalogue::panics::WANTED.with(|wanted| wanted.store(false, std::sync::atomic::Ordering::Relaxed));
        std::panic::set_hook(before);
        assert_eq!(answer.status(), 500);
        assert_eq!(answer.headers().get("cache-control").expect("a header"), "no-store");
        let body = String::from_utf8(to_bytes(answer.into_body()).await.expect("a body").to_vec()).expect("text");
        let log = String::from_utf8(written.0.lock().expect("no writer fails").clone()).expect("text");
        assert!(log.contains("a part of the service panicked") && log.contains("/v1/eligibility-checks"), "{log}");
        for told in ["clinical-director", "medical-dental", "worst message"] {
            assert!(!log.contains(told) && !body.contains(told), "{told} in {log} or {body}");
        }
    }
}

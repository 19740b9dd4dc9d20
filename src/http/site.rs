//! The pages, Swagger UI and what machines look for at well-known addresses.

use std::convert::Infallible;
use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, CROSS_ORIGIN_RESOURCE_POLICY};
use serde_json::{Value, json};
use utoipa_swagger_ui::Config;

use super::answer::{by_address, cacheable_as, entity_tag};
use super::people::HTML;
use super::problem::{CODES, Code, NOT_FOUND, Problem};
use super::query::{Query, shown};
use super::request::Request;
use super::routes::{Answered, Call};
use super::{Service, collection};
use crate::catalogue::{Field, Filter, Looked, PageQuery, Sifted, Snapshot, Sort};
use crate::model::codes::Kind;
use crate::pages;

/// What a page may load: its own style, and nothing else.
pub(super) const PAGE_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// What a file may load that is opened by itself: a logo may hold a style.
const ASSET_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";

/// Swagger UI writes styles into its elements, shows images that are data, and asks this service.
const SWAGGER_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// The last day of `security.txt` (RFC 9116 §2.5.5). A test fails sixty days before.
pub const SECURITY_EXPIRES: &str = "2027-11-01T00:00:00Z";

/// A page, or 304 where the client has it already.
fn page(service: &Service, request: &Request, make: impl FnOnce(&Snapshot) -> String) -> HttpResponse {
    let snapshot = service.directory.snapshot();
    let Ok(mut answer) =
        by_address(service, request, &snapshot, HTML, &[], || Ok::<_, Infallible>(make(&snapshot).into_bytes()));
    answer.headers_mut().insert(header::CONTENT_SECURITY_POLICY, header::HeaderValue::from_static(PAGE_POLICY));
    answer
}

/// `/developers`
pub(super) fn start_page(Call { service, request, .. }: Call<'_>) -> HttpResponse {
    page(service, request, |snapshot| {
        let kinds =
            Kind::ALL.iter().map(|kind| (plural(*kind), snapshot.count(*kind), format!("/v1/{}", collection(*kind))));
        let view = pages::Start {
            public_url: service.public_url.clone(),
            kinds: kinds.collect(),
            change_number: snapshot.head().change_number,
            examples: examples(snapshot),
        };
        pages::start(&service.look, &view)
    })
}

/// What a page calls the entries of a kind.
const fn plural(kind: Kind) -> &'static str {
    match kind {
        Kind::Programme => "Programmes",
        Kind::Provider => "Providers",
        Kind::Academy => "Leadership academies",
        Kind::CoachingLink => "Coaching and mentoring",
        Kind::Resource => "Resources",
        Kind::Framework => "Leadership frameworks",
    }
}

/// Calls that show what the directory can do, with what they answer now.
fn examples(snapshot: &Snapshot) -> Vec<pages::Example> {
    let pretty = |value: &Value| serde_json::to_string_pretty(value).unwrap_or_default();
    let entry = match snapshot.look(Kind::Programme, "mary-seacole") {
        Looked::Found(item) => serde_json::from_slice::<Value>(&item.json()).unwrap_or_default(),
        _ => Value::Null,
    };
    let member = |pointer: &str| entry.pointer(pointer).cloned().unwrap_or_default();
    let entry = json!({
        "title": member("/title"),
        "durations": [member("/durations/0")],
        "status": member("/status"),
    });
    let terms = vec![(Field::Role, vec!["midwife".to_owned()]), (Field::Level, vec!["introductory".to_owned()])];
    let filter = Filter { terms, ..Filter::default() };
    let Sifted { total, not_stated, .. } = snapshot.sift(Kind::Programme, &filter, &[]);
    let silent: Value = not_stated.iter().map(|(f, n)| (f.name(), json!(n))).collect();
    let london = Filter { terms: vec![(Field::Region, vec!["london".to_owned()])], ..Filter::default() };
    let academies: Vec<Value> = snapshot
        .page(&PageQuery { kind: Kind::Academy, sort: Sort::Title, limit: 2, filter: london, after: None })
        .items
        .iter()
        .map(|item| json!({"id": item.id, "title": item.title}))
        .collect();
    vec![
        pages::Example {
            title: "One programme, each fact with its source",
            path: "/v1/programmes/mary-seacole?fields=title,durations,status".to_owned(),
            answer: pretty(&entry),
        },
        pages::Example {
            title: "What a midwife can begin with, and how many programmes do not say",
            path: "/v1/programmes?role=midwife&level=introductory&facets=cost,delivery".to_owned(),
            answer: pretty(&json!({"total": total, "notStated": silent})),
        },
        pages::Example {
            title: "The leadership academies of a region, past and present",
            path: "/v1/academies?region=london&fields=id,title,status.term".to_owned(),
            answer: pretty(&json!({"data": academies})),
        },
    ]
}

/// `/reference`
pub(super) fn reference_page(Call { service, request, .. }: Call<'_>) -> HttpResponse {
    let make = || pages::reference(&service.look, &serde_json::from_str(super::openapi::text()).unwrap_or_default());
    page(service, request, |_| service.reference.get_or_init(make).clone())
}

/// A sort of problem as its page tells it.
const fn kind_of(code: &Code) -> pages::ProblemKind {
    pages::ProblemKind { code: code.code, status: code.status, title: code.title, meaning: code.meaning }
}

/// `/problems`
pub(super) fn problems_page(Call { service, request, .. }: Call<'_>) -> HttpResponse {
    page(service, request, |_| {
        pages::problems(&service.look, &CODES.iter().map(|code| kind_of(code)).collect::<Vec<_>>())
    })
}

/// `/problems/{code}`
pub(super) fn problem_page(call: Call<'_>) -> Answered {
    let Call { service, request, .. } = call;
    let code = call.parameter("code");
    match CODES.iter().find(|known| *known.code == *code) {
        Some(code) => Ok(page(service, request, |_| pages::problem(&service.look, &kind_of(code)))),
        None => Err(Problem::new(NOT_FOUND, format!("There is no problem “{}”. /problems lists them.", shown(&code)))),
    }
}

/// `/assets/{file}`
pub(super) fn asset(Call { service, request, .. }: Call<'_>) -> Answered {
    let Some(asset) = service.look.asset(request.path()) else {
        return Err(Problem::new(NOT_FOUND, "There is no such file."));
    };
    let snapshot = service.directory.snapshot();
    let Ok(mut answer) =
        by_address(service, request, &snapshot, asset.media_type, &[], || Ok::<_, Infallible>(asset.bytes.to_vec()));
    if [StatusCode::OK, StatusCode::NOT_MODIFIED].contains(&answer.status()) {
        let headers = answer.headers_mut();
        let forever = header::HeaderValue::from_static("public, max-age=31536000, immutable");
        headers.insert(header::CACHE_CONTROL, forever);
        headers.insert(header::CONTENT_SECURITY_POLICY, header::HeaderValue::from_static(ASSET_POLICY));
    }
    Ok(for_any_page(answer))
}

/// Lets any page load a file as its own (the Fetch standard's Cross-Origin-Resource-Policy); what is read by a program
/// needs no more than what every answer says.
pub(super) fn for_any_page(mut answer: HttpResponse) -> HttpResponse {
    answer.headers_mut().insert(CROSS_ORIGIN_RESOURCE_POLICY, header::HeaderValue::from_static("cross-origin"));
    answer
}

/// `/docs` and what it loads: Swagger UI from its own package, nothing from elsewhere.
pub(super) fn swagger(Call { service, request, .. }: Call<'_>) -> Answered {
    let path = request.path().trim_start_matches("/docs").trim_start_matches('/');
    if request.path() == "/docs" {
        // Its files are found beside its address.
        return Ok(HttpResponse::PermanentRedirect()
            .insert_header((header::LOCATION, format!("{}/docs/", service.look.base)))
            .insert_header((header::CACHE_CONTROL, "public, no-cache"))
            .finish());
    }
    let config = Config::from(format!("{}/openapi.json", service.look.base))
        .deep_linking(true)
        .try_it_out_enabled(true)
        .filter(true)
        .display_request_duration(true)
        .default_models_expand_depth(0)
        .query_config_enabled(false)
        .validator_url("none");
    let path = if path.is_empty() { "index.html" } else { path };
    match utoipa_swagger_ui::serve(path, Arc::new(config)) {
        Ok(Some(file)) => Ok(HttpResponse::Ok()
            .insert_header((header::CONTENT_SECURITY_POLICY, SWAGGER_POLICY))
            .insert_header((header::CACHE_CONTROL, "public, max-age=3600"))
            .content_type(file.content_type)
            .body(file.bytes.to_vec())),
        _ => Err(Problem::new(NOT_FOUND, "There is no such file of Swagger UI.")),
    }
}

/// Get the contract as YAML
///
/// The same document as `/openapi.json`.
#[utoipa::path(
    get, path = "/openapi.yaml", tag = "service",
    responses((status = 200, description = "The OpenAPI document.", body = Object, content_type = "application/yaml")),
)]
pub(super) fn get_openapi_yaml(Call { service, request, .. }: Call<'_>) -> Answered {
    Query::read(request.query_string(), &[]).finish()?;
    let number = service.directory.snapshot().head().change_number;
    let tag = entity_tag(service, 0, super::openapi::hash());
    Ok(cacheable_as(request, "application/yaml", number, tag, || super::openapi::yaml().to_owned()))
}

/// Get the API catalogue
///
/// What APIs are here and where they are described (RFC 9727), as a linkset (RFC 9264).
#[utoipa::path(
    get, path = "/.well-known/api-catalog", tag = "service",
    responses((status = 200, description = "The catalogue.", body = Object, content_type = "application/linkset+json")),
)]
pub(super) fn get_api_catalog(Call { service, request, .. }: Call<'_>) -> Answered {
    Query::read(request.query_string(), &[]).finish()?;
    let at = |path: &str| format!("{}{path}", service.public_url);
    let catalog = json!({"linkset": [{
        "anchor": at("/v1"),
        "service-desc": [
            {"href": at("/openapi.json"), "type": "application/json"},
            {"href": at("/openapi.yaml"), "type": "application/yaml"},
        ],
        "service-doc": [{"href": at("/reference"), "type": "text/html"}, {"href": at("/docs/"), "type": "text/html"}],
        "service-meta": [{"href": at("/v1"), "type": "application/json"}],
        "status": [{"href": at("/health/ready"), "type": "application/json"}],
    }]})
    .to_string();
    let number = service.directory.snapshot().head().change_number;
    let tag = entity_tag(service, 0, &crate::store::hash(&[&catalog]));
    let media = "application/linkset+json; profile=\"https://www.rfc-editor.org/info/rfc9727\"";
    let mut answer = cacheable_as(request, media, number, tag, || catalog);
    let link = format!("<{}>; rel=\"api-catalog\"", at("/.well-known/api-catalog"));
    if let Ok(link) = header::HeaderValue::from_str(&link) {
        answer.headers_mut().insert(header::LINK, link);
    }
    Ok(answer)
}

/// Get the security contact
///
/// Whom to tell of a weakness (RFC 9116).
#[utoipa::path(
    get, path = "/.well-known/security.txt", tag = "service",
    responses((status = 200, description = "The contact.", body = String, content_type = "text/plain")),
)]
pub(super) fn get_security_contact(Call { service, request, .. }: Call<'_>) -> Answered {
    Query::read(request.query_string(), &[]).finish()?;
    let at = |path: &str| format!("{}{path}", service.public_url);
    let contact = if service.contacts.security.is_empty() { at("/") } else { service.contacts.security.clone() };
    let text = format!(
        "Contact: {contact}\nExpires: {SECURITY_EXPIRES}\nPreferred-Languages: en\nCanonical: {}\n",
        at("/.well-known/security.txt")
    );
    let number = service.directory.snapshot().head().change_number;
    let tag = entity_tag(service, 0, &crate::store::hash(&[&text]));
    Ok(cacheable_as(request, "text/plain; charset=utf-8", number, tag, || text))
}

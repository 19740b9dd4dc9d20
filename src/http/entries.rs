//! Lists and single entries, alike for every kind.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::header;
use serde_json::Value;

use super::answer::{Asked, JSON, Part, cacheable, entity_tag, hex, of_directory, push_all};
use super::list::{EntryRequest, ListRequest};
use super::negotiate::{self, Coding};
use super::problem::{GONE, NOT_FOUND, Problem};
use super::request::Request;
use super::routes::{Answered, Call};
use super::{Service, collection, linked};
use crate::catalogue::{Item, Looked, Retirement, Snapshot, Standing, View};
use crate::formats::schema_org;
use crate::model::codes::Kind;
use crate::model::fault::nearest;

/// Declares the two operations of a kind. Each is documented where the contract is read from it.
macro_rules! operations {
    ($($kind:ident, $list:ident, $get:ident, $path:literal, $item:literal, $tag:literal, $list_schema:literal, $answer_schema:literal, $many:literal, $one:literal;)+) => {$(
        #[doc = concat!("Answers with one page of the ", $many, ".")]
        #[utoipa::path(
            get, path = $path, tag = $tag,
            summary = concat!("List ", $many),
            description = concat!("One page of the ", $many, " in the directory, in a total order. Follow `links.next` until there is none: each entry comes exactly once, whatever is added or taken out meanwhile."),
            responses((status = 200, description = "A page of the list.", body = ref($list_schema))),
        )]
        pub(super) fn $list(Call { service, request, .. }: Call<'_>) -> Answered {
            list(service, request, Kind::$kind)
        }

        #[doc = concat!("Answers with one ", $one, ".")]
        #[utoipa::path(
            get, path = $item, tag = $tag,
            summary = concat!("Get one ", $one),
            description = concat!("Everything the directory holds about one ", $one, ", each fact with its source. A member is null where no source states it."),
            responses((status = 200, description = "The entry.", body = ref($answer_schema))),
        )]
        pub(super) fn $get(call: Call<'_>) -> Answered {
            let Call { service, request, .. } = call;
            get(service, request, Kind::$kind, &call.parameter("id"))
        }
    )+};
}

operations! {
    Programme, list_programmes, get_programme, "/v1/programmes", "/v1/programmes/{id}", "programmes", "#/components/schemas/ProgrammeList", "#/components/schemas/ProgrammeAnswer", "programmes", "programme";
    Provider, list_providers, get_provider, "/v1/providers", "/v1/providers/{id}", "providers", "#/components/schemas/ProviderList", "#/components/schemas/ProviderAnswer", "providers", "provider";
    Academy, list_academies, get_academy, "/v1/academies", "/v1/academies/{id}", "academies", "#/components/schemas/AcademyList", "#/components/schemas/AcademyAnswer", "leadership academies", "leadership academy";
    CoachingLink, list_coaching_links, get_coaching_link, "/v1/coaching-links", "/v1/coaching-links/{id}", "coaching-links", "#/components/schemas/CoachingLinkList", "#/components/schemas/CoachingLinkAnswer", "coaching and mentoring services and registers", "coaching and mentoring service or register";
    Resource, list_resources, get_resource, "/v1/resources", "/v1/resources/{id}", "resources", "#/components/schemas/ResourceList", "#/components/schemas/ResourceAnswer", "resources", "resource";
    Framework, list_frameworks, get_framework, "/v1/frameworks", "/v1/frameworks/{id}", "frameworks", "#/components/schemas/FrameworkList", "#/components/schemas/FrameworkAnswer", "leadership frameworks", "leadership framework";
}

/// Answers with one page of a kind.
fn list(service: &Service, request: &Request, kind: Kind) -> Result<HttpResponse, Problem> {
    let snapshot = service.directory.snapshot();
    let asked = ListRequest::read(&snapshot, kind, request.query_string())?;
    asked.answer(service, &snapshot, request)
}

/// Answers with one entry.
fn get(service: &Service, request: &Request, kind: Kind, id: &str) -> Result<HttpResponse, Problem> {
    let snapshot = service.directory.snapshot();
    let asked = EntryRequest::read(kind, request.query_string())?;
    match snapshot.look(kind, id) {
        Looked::Found(item) => found(service, &snapshot, request, &asked, &item),
        Looked::Renamed(item) => Ok(HttpResponse::PermanentRedirect()
            .insert_header((header::LOCATION, moved(service, request, &item)))
            .insert_header((header::CACHE_CONTROL, "public, no-cache"))
            .finish()),
        Looked::Nothing => Err(missing(&snapshot, kind, id)),
    }
}

fn found(
    service: &Service,
    snapshot: &Arc<Snapshot>,
    request: &Request,
    asked: &EntryRequest,
    item: &Arc<Item>,
) -> Result<HttpResponse, Problem> {
    if let Standing::Retired(retirement) = &item.standing {
        return Err(gone(service, item, retirement));
    }
    // It comes from memory while it is looked what the client has of it.
    item.ask_for(View::Full);
    if linked::is_wanted(request, &asked.asked())? {
        let body = || linked::entry(&linked::Around::of(service, snapshot), item);
        return Ok(of_directory(service, request, schema_org::MEDIA_TYPE, snapshot.head(), false, body));
    }
    let tag = if asked.depends_on_others() {
        entity_tag(service, snapshot.head().change_number, &snapshot.head().chain)
    } else {
        entity_tag(service, item.change_number, &hex(item.digest.get(..6).unwrap_or_default()))
    };
    let make = || {
        // Neither a slug nor an address needs to be escaped.
        let (url, path, id): (&str, &str, &str) = (&service.public_url, collection(item.kind), &item.id);
        let meta = |text: &mut Vec<u8>| push_all(text, &["{\"changeNumber\":", &item.change_number.to_string(), "}"]);
        let links = |text: &mut Vec<u8>| {
            push_all(text, &["{\"self\":\"", url, "/v1/", path, "/", id]);
            push_all(text, &["\",\"collection\":\"", url, "/v1/", path, "\"}"]);
        };
        asked.envelope(snapshot, item).finish_with(meta, links)
    };
    if negotiate::coding(request.headers()) == Some(Coding::Identity) && !asked.is_more_than_the_entry() {
        // It is ready but for a few members around it.
        return Ok(cacheable(request, snapshot.head().change_number, tag, make));
    }
    let address = || format!("{}?{}", request.path(), request.query_string());
    let (media_type, tag) = (JSON, Some(tag));
    let answer = Asked { service, request, snapshot, media_type, is_private: false, address: &address, tag };
    answer.answer(|_| Ok(Part { body: make(), next: None }))
}

/// Where the directory tells of an entry.
pub(super) fn entry_address(public_url: &str, kind: Kind, id: &str) -> String {
    [public_url, "/v1/", collection(kind), "/", id].concat()
}

/// The address of what has another id now, with what was asked of it.
fn moved(service: &Service, request: &Request, item: &Item) -> String {
    let address = entry_address(&service.public_url, item.kind, &item.id);
    match request.query_string() {
        "" => address,
        query => format!("{address}?{query}"),
    }
}

/// A 404 that leads on, where the id is near one that exists.
fn missing(snapshot: &Snapshot, kind: Kind, id: &str) -> Problem {
    let shown: String = id.chars().take(80).collect();
    let ids = snapshot.ids_around(kind, id);
    let detail = match nearest(id, ids.iter().map(|id| &**id)) {
        Some(near) => format!("There is no {kind} “{shown}”. Did you mean “{near}”?"),
        None => format!("There is no {kind} “{shown}”. /v1/{} lists what there is.", collection(kind)),
    };
    Problem::new(NOT_FOUND, detail)
}

fn gone(service: &Service, item: &Item, retirement: &Retirement) -> Problem {
    let mut problem = Problem::new(
        GONE,
        format!("The {} “{}” was taken out of the directory: {}", item.kind, item.id, retirement.reason),
    );
    problem.more.push(("reason", Value::from(retirement.reason.as_str())));
    problem.more.push(("since", Value::from(retirement.since.as_str())));
    let replaced_by = retirement.replaced_by.as_deref().and_then(crate::model::identity::parse_reference);
    problem.more.push((
        "replacedBy",
        replaced_by.map_or(Value::Null, |(kind, id)| Value::from(entry_address(&service.public_url, kind, id))),
    ));
    problem
}

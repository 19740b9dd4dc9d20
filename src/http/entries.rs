//! Lists and single entries, alike for every kind.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};

use super::answer::{cacheable, entity_tag, json as text_of};
use super::problem::{GONE, INVALID_CURSOR, NOT_FOUND, Problem, ProblemBody};
use super::query::Query;
use super::{Service, collection};
use crate::catalogue::{Cursor, Item, Looked, PageQuery, Retirement, Snapshot, Sort, Standing, View};
use crate::model::codes::Kind;
use crate::model::fault::nearest;

/// The most entries on one page, and how many where none are asked for.
const MOST: usize = 100;
const USUAL: usize = 20;

/// The views, by the names that queries give them.
const VIEWS: [(&str, View); 2] = [("summary", View::Summary), ("full", View::Full)];

/// Declares the two operations of a kind. Each is documented where the contract is read from it.
macro_rules! operations {
    ($($kind:ident, $list:ident, $get:ident, $path:literal, $item:literal, $tag:literal, $list_schema:literal, $answer_schema:literal, $many:literal, $one:literal, $example:literal;)+) => {$(
        #[doc = concat!("Answers with one page of the ", $many, ".")]
        #[utoipa::path(
            get, path = $path, tag = $tag,
            summary = concat!("List ", $many),
            description = concat!("One page of the ", $many, " in the directory, in a total order. Follow `links.next` until there is none: each entry comes exactly once, whatever is added or taken out meanwhile."),
            params(
                ("limit" = Option<u32>, Query, description = "The most entries on the page, 1 to 100; 20 where it is left out.", minimum = 1, maximum = 100, example = 5),
                ("sort" = Option<SortName>, Query, description = "The order; the id breaks ties. By title where it is left out.", example = "-modifiedAt"),
                ("view" = Option<ViewName>, Query, description = "How much of each entry: a summary, or everything.", example = "summary"),
                ("cursor" = Option<String>, Query, description = "Where the page begins: from `links.next` of the page before, with the same order."),
            ),
            responses(
                (status = 200, description = "A page of the list.", body = ref($list_schema), headers(
                    ("ETag" = String, description = "The strong validator of the page (RFC 9110 §8.8.3)."),
                    ("Link" = String, description = "The next page, where there is one (RFC 8288)."),
                    ("Directory-Change-Number" = i64, description = "The directory's change number."),
                )),
                (status = 304, description = "The page is the one whose ETag `If-None-Match` names."),
                (status = 400, description = "A parameter is unknown or cannot be used.", body = ProblemBody, content_type = "application/problem+json"),
            ),
        )]
        pub(super) async fn $list(service: web::Data<Service>, request: HttpRequest) -> Result<HttpResponse, Problem> {
            list(&service, &request, Kind::$kind)
        }

        #[doc = concat!("Answers with one ", $one, ".")]
        #[utoipa::path(
            get, path = $item, tag = $tag,
            summary = concat!("Get one ", $one),
            description = concat!("Everything the directory holds about one ", $one, ", each fact with its source. A member is null where no source states it."),
            params(("id" = String, Path, description = "The entry's id.", example = $example)),
            responses(
                (status = 200, description = "The entry.", body = ref($answer_schema), headers(
                    ("ETag" = String, description = "The strong validator of the entry (RFC 9110 §8.8.3)."),
                    ("Directory-Change-Number" = i64, description = "The directory's change number."),
                )),
                (status = 304, description = "The entry is the one whose ETag `If-None-Match` names."),
                (status = 308, description = "The entry has another id now; `Location` leads to it.", headers(("Location" = String, description = "The entry's present address."))),
                (status = 400, description = "A parameter is unknown.", body = ProblemBody, content_type = "application/problem+json"),
                (status = 404, description = "There is no such entry.", body = ProblemBody, content_type = "application/problem+json"),
                (status = 410, description = "The entry was taken out of the directory: why, since when, and what took its place.", body = ProblemBody, content_type = "application/problem+json"),
            ),
        )]
        pub(super) async fn $get(service: web::Data<Service>, request: HttpRequest, id: web::Path<String>) -> Result<HttpResponse, Problem> {
            get(&service, &request, Kind::$kind, &id)
        }
    )+};
}

operations! {
    Programme, list_programmes, get_programme, "/v1/programmes", "/v1/programmes/{id}", "programmes", "#/components/schemas/ProgrammeList", "#/components/schemas/ProgrammeAnswer", "programmes", "programme", "mary-seacole";
    Provider, list_providers, get_provider, "/v1/providers", "/v1/providers/{id}", "providers", "#/components/schemas/ProviderList", "#/components/schemas/ProviderAnswer", "providers", "provider", "kings-fund";
    Academy, list_academies, get_academy, "/v1/academies", "/v1/academies/{id}", "academies", "#/components/schemas/AcademyList", "#/components/schemas/AcademyAnswer", "leadership academies", "leadership academy", "midlands-leadership-academy";
    CoachingLink, list_coaching_links, get_coaching_link, "/v1/coaching-links", "/v1/coaching-links/{id}", "coaching-links", "#/components/schemas/CoachingLinkList", "#/components/schemas/CoachingLinkAnswer", "coaching and mentoring services and registers", "coaching and mentoring service or register", "coaching-mentoring";
    Resource, list_resources, get_resource, "/v1/resources", "/v1/resources/{id}", "resources", "#/components/schemas/ResourceList", "#/components/schemas/ResourceAnswer", "resources", "resource", "west-2015";
    Framework, list_frameworks, get_framework, "/v1/frameworks", "/v1/frameworks/{id}", "frameworks", "#/components/schemas/FrameworkList", "#/components/schemas/FrameworkAnswer", "leadership frameworks", "leadership framework", "hlm";
}

/// The orders, as the contract names them.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "only its schema is used; a test holds it against the orders there are")]
pub(super) enum SortName {
    #[schema(rename = "title")]
    Title,
    #[schema(rename = "-title")]
    TitleDescending,
    #[schema(rename = "id")]
    Id,
    #[schema(rename = "-id")]
    IdDescending,
    #[schema(rename = "modifiedAt")]
    Modified,
    #[schema(rename = "-modifiedAt")]
    ModifiedDescending,
}

/// The views, as the contract names them.
#[derive(utoipa::ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "only its schema is used; a test holds it against the views there are")]
pub(super) enum ViewName {
    Summary,
    Full,
}

/// Answers with one page of a kind.
fn list(service: &Service, request: &HttpRequest, kind: Kind) -> Result<HttpResponse, Problem> {
    let snapshot = service.directory.snapshot();
    let mut query = Query::read(request.query_string(), &["limit", "sort", "view", "cursor"]);
    let limit = query.number("limit", 1, MOST, USUAL);
    let sort = query.one_of("sort", &Sort::NAMES, Sort::default());
    let view = query.one_of("view", &VIEWS, View::default());
    let cursor = query.text("cursor").map(str::to_owned);
    let after = cursor.and_then(|text| {
        let cursor = Cursor::decode(&text, sort, false);
        if cursor.is_none() {
            let detail = "The cursor was not given out for this list and order. Begin again without one.".to_owned();
            query.fault(INVALID_CURSOR, "cursor", detail, None);
        }
        cursor
    });
    query.finish()?;
    let tag = entity_tag(snapshot.head().change_number, &snapshot.head().chain);
    let page_query = PageQuery { sort, limit, variants: false, after };
    let page = snapshot.page(kind, &page_query);
    let next = page.next.as_ref().map(|cursor| address(service, kind, limit, sort, view, Some(cursor)));
    let mut answer = cacheable(request, tag, || {
        let items: Vec<&[u8]> = page.items.iter().map(|item| item.json(view).as_ref()).collect();
        let meta = json!({"changeNumber": snapshot.head().change_number, "total": page.total, "limit": limit});
        let links = json!({"self": address(service, kind, limit, sort, view, page_query.after.as_ref()), "next": next});
        envelope(&items, true, &meta, &links)
    });
    if let Some(next) = &next
        && let Ok(link) = header::HeaderValue::from_str(&format!("<{next}>; rel=\"next\""))
    {
        answer.headers_mut().insert(header::LINK, link);
    }
    Ok(answer)
}

/// The address of a page.
fn address(service: &Service, kind: Kind, limit: usize, sort: Sort, view: View, cursor: Option<&Cursor>) -> String {
    let mut pairs = url::form_urlencoded::Serializer::new(String::new());
    if limit != USUAL {
        pairs.append_pair("limit", &limit.to_string());
    }
    if sort != Sort::default() {
        pairs.append_pair("sort", sort.name());
    }
    if view == View::Full {
        pairs.append_pair("view", "full");
    }
    if let Some(cursor) = cursor {
        pairs.append_pair("cursor", &cursor.encode());
    }
    let query = pairs.finish();
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{}/v1/{}{mark}{query}", service.public_url, collection(kind))
}

/// Answers with one entry.
fn get(service: &Service, request: &HttpRequest, kind: Kind, id: &str) -> Result<HttpResponse, Problem> {
    let snapshot = service.directory.snapshot();
    Query::read(request.query_string(), &[]).finish()?;
    match snapshot.look(kind, id) {
        Looked::Found(item) => found(service, request, &item),
        Looked::Renamed(item) => Ok(HttpResponse::PermanentRedirect()
            .insert_header((header::LOCATION, entry_address(service, kind, &item.id)))
            .insert_header((header::CACHE_CONTROL, "public, no-cache"))
            .finish()),
        Looked::Nothing => Err(missing(&snapshot, kind, id)),
    }
}

fn found(service: &Service, request: &HttpRequest, item: &Item) -> Result<HttpResponse, Problem> {
    if let Standing::Retired(retirement) = &item.standing {
        return Err(gone(service, item, retirement));
    }
    let tag = entity_tag(item.change_number, &item.chain);
    Ok(cacheable(request, tag, || {
        let meta = json!({"changeNumber": item.change_number});
        let links = json!({
            "self": entry_address(service, item.kind, &item.id),
            "collection": format!("{}/v1/{}", service.public_url, collection(item.kind)),
        });
        envelope(&[item.full.as_ref()], false, &meta, &links)
    }))
}

fn entry_address(service: &Service, kind: Kind, id: &str) -> String {
    format!("{}/v1/{}/{id}", service.public_url, collection(kind))
}

/// Puts an answer together from what is rendered already.
fn envelope(items: &[&[u8]], is_list: bool, meta: &Value, links: &Value) -> String {
    let length: usize = items.iter().map(|item| item.len() + 1).sum();
    let mut body = Vec::with_capacity(length + 512);
    body.extend_from_slice(if is_list { b"{\"data\":[" } else { b"{\"data\":" });
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            body.push(b',');
        }
        body.extend_from_slice(item);
    }
    body.extend_from_slice(if is_list { b"],\"meta\":" } else { b",\"meta\":" });
    body.extend_from_slice(text_of(meta).as_bytes());
    body.extend_from_slice(b",\"links\":");
    body.extend_from_slice(text_of(links).as_bytes());
    body.push(b'}');
    // Every part was text before it was put together.
    String::from_utf8(body).unwrap_or_default()
}

/// A 404 that leads on, where the id is near one that exists.
fn missing(snapshot: &Snapshot, kind: Kind, id: &str) -> Problem {
    let shown: String = id.chars().take(80).collect();
    let ids = snapshot.ids(kind);
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
        replaced_by.map_or(Value::Null, |(kind, id)| Value::from(entry_address(service, kind, id))),
    ));
    problem
}

#[cfg(test)]
mod tests {
    use utoipa::PartialSchema as _;

    use super::*;

    #[test]
    fn the_contract_names_the_orders_and_views_there_are() {
        let names = |schema: Value| -> Vec<String> {
            schema["enum"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
        };
        let sorts = names(serde_json::to_value(SortName::schema()).expect("JSON"));
        assert_eq!(sorts, Sort::NAMES.map(|(name, _)| name));
        let views = names(serde_json::to_value(ViewName::schema()).expect("JSON"));
        assert_eq!(views, VIEWS.map(|(name, _)| name));
    }
}

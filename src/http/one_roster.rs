//! A provider of OneRoster 1.2 rostering: collections that are filtered, sorted, cut into pages and followed by links.

pub(super) mod asked;
pub(super) mod collections;
pub(super) mod filter;
pub(super) mod page;
mod roster;
pub(super) mod status;

use std::collections::BTreeSet;
use std::sync::Arc;

use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpResponse, web};
use serde_json::Value;

use super::Service;
use super::answer::{Content, JSON, cacheable_as, entity_tag};
use super::oauth::authorise;
use super::problem::{INTERNAL, NOT_FOUND, Problem};
use super::query::{Query, shown};
use super::request::Request;
use super::routes::{Answered, Call};
use crate::formats::one_roster::Resource;
use crate::model::members::members;
use asked::{Asked, read_fields};
use collections::{Collection, find, find_within};
use filter::Filter;
use page::{Page, RosterObject, RosterPage, write};
use roster::{Object, Roster};

/// Where the service begins.
pub(super) const BASE: &str = "/ims/oneroster/rostering/v1p2";

/// How many a whole collection has.
const TOTAL: HeaderName = HeaderName::from_static("x-total-count");

/// What the last roster was made of, for those who ask next.
pub(super) type Kept = tokio::sync::Mutex<Option<Arc<Roster>>>;

/// List a OneRoster collection
///
/// Providers and academies as `orgs` and `schools`, programmes as `courses`, their offerings as `classes` (one that is
/// always open, where none is known), financial years as `academicSessions` and `terms`. What was taken out of the
/// directory is told as `tobedeleted`. Nothing is held of users, enrollments, demographics and grading periods: those
/// lists are empty.
#[utoipa::path(
    get, path = "/ims/oneroster/rostering/v1p2/{collection}", tag = "one-roster",
    responses((status = 200, description = "A page of the collection.", body = RosterPage)),
)]
pub(super) async fn list_roster(call: Call<'_>) -> Answered {
    let Call { service, request, .. } = call;
    let collection = call.parameter("collection");
    authorise(service, request).await?;
    let collection = find(&collection)?;
    page(service, request, collection, |_| Ok(None)).await
}

/// Get one OneRoster object
///
/// One of what a collection holds, by its `sourcedId`.
#[utoipa::path(
    get, path = "/ims/oneroster/rostering/v1p2/{collection}/{sourcedId}", tag = "one-roster",
    responses((status = 200, description = "The object.", body = RosterObject)),
)]
pub(super) async fn get_roster_object(call: Call<'_>) -> Answered {
    let Call { service, request, .. } = call;
    authorise(service, request).await?;
    let collection = find(&call.parameter("collection"))?;
    let mut query = Query::read(request.query_string(), &["fields"]);
    let fields = read_fields(&mut query, collection.resource);
    query.finish()?;
    let roster = roster(service).await?;
    let object = one(&roster, collection, &call.parameter("sourcedId"))?;
    let Some(resource) = collection.resource else { return Err(Problem::new(INTERNAL, INTERNAL.meaning.trim())) };
    Ok(answer(service, request, &roster, || {
        let mut body = format!("{{\"{}\":", resource.one()).into_bytes();
        write(&object, fields.as_deref(), &mut body);
        body.push(b'}');
        Content::Whole(body)
    }))
}

/// List a OneRoster collection within an object
///
/// The courses, classes and terms of a school, the classes of a course or a term, and what there is nothing of: their
/// students, teachers, enrollments and grading periods.
#[utoipa::path(
    get, path = "/ims/oneroster/rostering/v1p2/{collection}/{sourcedId}/{nested}", tag = "one-roster",
    responses((status = 200, description = "A page of the collection.", body = RosterPage)),
)]
pub(super) async fn list_roster_within(call: Call<'_>) -> Answered {
    let Call { service, request, .. } = call;
    authorise(service, request).await?;
    let (within, id) = (find(&call.parameter("collection"))?, call.parameter("sourcedId").into_owned());
    let collection = find_within(within, &call.parameter("nested"))?;
    page(service, request, collection, move |roster| {
        one(roster, within, &id)?;
        Ok(Some(relation(roster, within, &id, collection)))
    })
    .await
}

/// List a OneRoster collection within a class of a school
///
/// The students, teachers and enrollments of a class: none.
#[utoipa::path(
    get, path = "/ims/oneroster/rostering/v1p2/schools/{schoolSourcedId}/classes/{classSourcedId}/{nested}", tag = "one-roster",
    responses((status = 200, description = "A page of the collection.", body = RosterPage)),
)]
pub(super) async fn list_roster_within_class(call: Call<'_>) -> Answered {
    let Call { service, request, .. } = call;
    authorise(service, request).await?;
    let (school, class) =
        (call.parameter("schoolSourcedId").into_owned(), call.parameter("classSourcedId").into_owned());
    let (schools, classes) = (find("schools")?, find("classes")?);
    let collection = find_within(classes, &call.parameter("nested"))?;
    page(service, request, collection, move |roster| {
        one(roster, schools, &school)?;
        let class = one(roster, classes, &class)?;
        if !Filter::is("school", "sourcedId", &school).fits(&class.json) {
            return Err(Problem::new(NOT_FOUND, "The class is not one of this school."));
        }
        Ok(None)
    })
    .await
}

/// One of a collection.
fn one(roster: &Roster, collection: Collection, id: &str) -> Result<Arc<Object>, Problem> {
    let object = collection.resource.and_then(|resource| roster.one(resource, id)).cloned();
    object.ok_or_else(|| Problem::new(NOT_FOUND, format!("There is no “{}” among {}.", shown(id), collection.name)))
}

/// What of a collection is within an object.
fn relation(roster: &Roster, within: Collection, id: &str, collection: Collection) -> Filter {
    let is = |field| Filter::is(field, "sourcedId", id);
    match (within.name, collection.name) {
        ("schools", "courses") => is("org"),
        ("courses", _) => is("course"),
        ("terms", _) => is("terms"),
        ("schools", "terms") => {
            let classes = roster.all(Resource::Classes).iter().filter(|class| is("school").fits(&class.json));
            let terms = classes.filter_map(|class| members(&class.json, ["terms"])[0]);
            let terms = terms.filter_map(|terms| serde_json::from_str::<Vec<Value>>(terms).ok()).flatten();
            let ids = terms.filter_map(|term| term.get("sourcedId")?.as_str().map(str::to_owned));
            let ids: BTreeSet<String> = ids.collect();
            Filter::Any(ids.iter().map(|id| Filter::named(id)).collect())
        }
        _ => is("school"),
    }
}

/// The roster of what is shown now. It is made off the threads that serve, by one for all who ask meanwhile.
async fn roster(service: &Service) -> Result<Arc<Roster>, Problem> {
    let mut kept = service.roster.lock().await;
    let snapshot = service.directory.snapshot();
    if let Some(roster) = kept.as_ref().filter(|roster| roster.head == *snapshot.head()) {
        return Ok(Arc::clone(roster));
    }
    let (before, public_url) = (kept.clone(), service.public_url.clone());
    let made = web::block(move || Arc::new(Roster::of(&snapshot, &public_url, before.as_deref()))).await;
    let roster = made.map_err(|_| Problem::new(INTERNAL, INTERNAL.meaning.trim()))?;
    *kept = Some(Arc::clone(&roster));
    Ok(roster)
}

/// Answers with a page of a collection: of all of it, or of what is within something. What is looked for in a roster is
/// looked for off the threads that serve.
async fn page(
    service: &Service,
    request: &Request,
    collection: Collection,
    within: impl FnOnce(&Roster) -> Result<Option<Filter>, Problem> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let asked = Asked::read(request, collection.resource)?;
    let roster = roster(service).await?;
    let address = format!("{}{}", service.public_url, request.path());
    let held = Arc::clone(&roster);
    let chosen = web::block(move || -> Result<_, Problem> {
        let within = within(&held)?;
        let objects = collection.resource.map(|resource| held.all(resource)).unwrap_or_default();
        let chosen = asked.choose(objects, within.as_ref());
        let links = asked.links(&address, chosen.len());
        let total = chosen.len();
        let objects: Vec<Arc<Object>> = chosen.into_iter().skip(asked.offset).take(asked.limit).collect();
        let (many, objects) = (collection.many, Some(objects.into_iter()));
        Ok((total, links, Page { many, objects, fields: asked.fields, is_begun: false }))
    });
    let (total, links, page) = chosen.await.map_err(|_| Problem::new(INTERNAL, INTERNAL.meaning.trim()))??;
    let mut answer = answer(service, request, &roster, || Content::Made(Box::new(page)));
    if answer.status().is_success()
        && let Ok(links) = HeaderValue::from_str(&links)
    {
        answer.headers_mut().insert(TOTAL, HeaderValue::from(total));
        if !links.is_empty() {
            answer.headers_mut().insert(header::LINK, links);
        }
    }
    Ok(answer)
}

/// Answers with what those may keep for themselves who have a token.
fn answer(service: &Service, request: &Request, roster: &Roster, body: impl FnOnce() -> Content) -> HttpResponse {
    let tag = entity_tag(service, roster.head.change_number, &roster.head.chain);
    let mut answer = cacheable_as(request, JSON, roster.head.change_number, tag, body);
    if answer.headers().contains_key(header::CACHE_CONTROL) {
        answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    }
    answer
}

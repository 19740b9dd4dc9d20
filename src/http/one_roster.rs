//! A provider of OneRoster 1.2 rostering: collections that are filtered, sorted, cut into pages and followed by links.

mod filter;
mod roster;
pub(super) mod status;

use std::sync::Arc;

use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::Service;
use super::answer::{Content, JSON, cacheable_as, entity_tag};
use super::coding::Chunks;
use super::oauth::authorise;
use super::problem::{
    INTERNAL, INVALID_FILTER, INVALID_FILTER_FIELD, INVALID_PARAMETER, INVALID_SELECTION_FIELD, NOT_FOUND, Problem,
};
use super::query::{Query, shown};
use crate::formats::members::{members, text};
use crate::formats::one_roster::{AcademicSession, Class, Course, Org, Resource};
use crate::model::fault::nearest;
use filter::Filter;
use roster::{Object, Roster};

/// Where the service begins.
pub(super) const BASE: &str = "/ims/oneroster/rostering/v1p2";

/// How many a whole collection has.
const TOTAL: HeaderName = HeaderName::from_static("x-total-count");

/// The most on a page, and how many there are where nothing else is asked. A client that asks for more than the most
/// gets as many as that: some take a page that is shorter than they asked for the last one, and ask for 10,000.
pub(super) const MOST: usize = 10_000;
pub(super) const USUAL: usize = 100;

/// What the last roster was made of, for those who ask next.
pub(super) type Kept = tokio::sync::Mutex<Option<Arc<Roster>>>;

/// A collection: its name in addresses, what it is of, and the name of its list in answers.
#[derive(Debug, Clone, Copy)]
struct Collection {
    name: &'static str,
    resource: Option<Resource>,
    many: &'static str,
    /// The collections within one of it.
    nested: &'static [&'static str],
}

/// The collections of the rostering service, those too that nothing is held of.
const COLLECTIONS: [Collection; 12] = [
    Collection { name: "orgs", resource: Some(Resource::Orgs), many: "orgs", nested: &[] },
    Collection {
        name: "schools",
        resource: Some(Resource::Orgs),
        many: "orgs",
        nested: &["courses", "classes", "terms", "students", "teachers", "enrollments"],
    },
    Collection { name: "courses", resource: Some(Resource::Courses), many: "courses", nested: &["classes"] },
    Collection { name: "classes", resource: Some(Resource::Classes), many: "classes", nested: &OF_CLASSES },
    Collection {
        name: "academicSessions",
        resource: Some(Resource::AcademicSessions),
        many: "academicSessions",
        nested: &[],
    },
    Collection {
        name: "terms",
        resource: Some(Resource::AcademicSessions),
        many: "academicSessions",
        nested: &["classes", "gradingPeriods"],
    },
    Collection { name: "gradingPeriods", resource: None, many: "academicSessions", nested: &[] },
    Collection { name: "users", resource: None, many: "users", nested: &["classes"] },
    Collection { name: "students", resource: None, many: "users", nested: &["classes"] },
    Collection { name: "teachers", resource: None, many: "users", nested: &["classes"] },
    Collection { name: "enrollments", resource: None, many: "enrollments", nested: &[] },
    Collection { name: "demographics", resource: None, many: "demographics", nested: &[] },
];

/// The names of the collections.
pub(super) fn collections() -> Vec<&'static str> {
    COLLECTIONS.iter().map(|collection| collection.name).collect()
}

/// What is within a class.
pub(super) const OF_CLASSES: [&str; 3] = ["students", "teachers", "enrollments"];

/// The names of the collections that others are within.
pub(super) fn collections_with_others() -> Vec<&'static str> {
    let with_others = COLLECTIONS.iter().filter(|collection| !collection.nested.is_empty());
    with_others.map(|collection| collection.name).collect()
}

/// The names of the collections that are within others.
pub(super) fn nested() -> Vec<&'static str> {
    let mut nested: Vec<&str> = COLLECTIONS.iter().flat_map(|collection| collection.nested).copied().collect();
    nested.sort_unstable();
    nested.dedup();
    nested
}

/// A page of a collection: one list, under the collection's own name (`orgs` for schools, `academicSessions` for terms
/// and grading periods, `users` for students and teachers). With `fields`, its objects have those alone.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct RosterPage {
    /// Providers and academies.
    #[schema(required = false, max_items = 10_000)]
    orgs: Vec<Org>,
    /// Programmes.
    #[schema(required = false, max_items = 10_000)]
    courses: Vec<Course>,
    /// Occasions to take a programme.
    #[schema(required = false, max_items = 10_000)]
    classes: Vec<Class>,
    /// Sessions.
    #[schema(required = false, max_items = 10_000)]
    academic_sessions: Vec<AcademicSession>,
    /// Nobody.
    #[schema(required = false, max_items = 0)]
    users: Vec<Value>,
    /// None.
    #[schema(required = false, max_items = 0)]
    enrollments: Vec<Value>,
    /// None.
    #[schema(required = false, max_items = 0)]
    demographics: Vec<Value>,
}

/// One object, under the name of what it is. With `fields`, it has those alone.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct RosterObject {
    /// A provider or an academy.
    #[schema(required = false)]
    org: Org,
    /// A programme.
    #[schema(required = false)]
    course: Course,
    /// An occasion to take a programme.
    #[schema(required = false)]
    class: Class,
    /// A session.
    #[schema(required = false)]
    academic_session: AcademicSession,
}

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
pub(super) async fn list_roster(
    service: web::Data<Service>,
    request: HttpRequest,
    collection: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    authorise(&service, &request).await?;
    let collection = find(&collection)?;
    page(&service, &request, collection, |_| Ok(None)).await
}

/// Get one OneRoster object
///
/// One of what a collection holds, by its `sourcedId`.
#[utoipa::path(
    get, path = "/ims/oneroster/rostering/v1p2/{collection}/{sourcedId}", tag = "one-roster",
    responses((status = 200, description = "The object.", body = RosterObject)),
)]
pub(super) async fn get_roster_object(
    service: web::Data<Service>,
    request: HttpRequest,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    authorise(&service, &request).await?;
    let collection = find(&path.0)?;
    let mut query = Query::read(request.query_string(), &["fields"]);
    let fields = read_fields(&mut query, collection.resource);
    query.finish()?;
    let roster = roster(&service).await?;
    let object = one(&roster, collection, &path.1)?;
    let Some(resource) = collection.resource else { return Err(Problem::new(INTERNAL, INTERNAL.meaning.trim())) };
    Ok(answer(&service, &request, &roster, || {
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
pub(super) async fn list_roster_within(
    service: web::Data<Service>,
    request: HttpRequest,
    path: web::Path<(String, String, String)>,
) -> Result<HttpResponse, Problem> {
    authorise(&service, &request).await?;
    let (within, id, name) = path.into_inner();
    let within = find(&within)?;
    let collection = find_within(within, &name)?;
    page(&service, &request, collection, |roster| {
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
pub(super) async fn list_roster_within_class(
    service: web::Data<Service>,
    request: HttpRequest,
    path: web::Path<(String, String, String)>,
) -> Result<HttpResponse, Problem> {
    authorise(&service, &request).await?;
    let (school, class, name) = path.into_inner();
    let (schools, classes) = (find("schools")?, find("classes")?);
    let collection = find_within(classes, &name)?;
    page(&service, &request, collection, |roster| {
        one(roster, schools, &school)?;
        let class = one(roster, classes, &class)?;
        if !Filter::is("school", "sourcedId", &school).fits(&class.json) {
            return Err(Problem::new(NOT_FOUND, "The class is not one of this school."));
        }
        Ok(None)
    })
    .await
}

/// The collection of a name.
fn find(name: &str) -> Result<Collection, Problem> {
    let known = COLLECTIONS.iter().find(|collection| collection.name == name).copied();
    known.ok_or_else(|| missing(name, &collections()))
}

/// The collection of a name within another.
fn find_within(within: Collection, name: &str) -> Result<Collection, Problem> {
    if within.nested.contains(&name) { find(name) } else { Err(missing(name, within.nested)) }
}

fn missing(name: &str, there_are: &[&str]) -> Problem {
    let name_shown = shown(name);
    let detail = match nearest(name, there_are.iter().copied()) {
        Some(near) => format!("There is no “{name_shown}” here. Did you mean “{near}”?"),
        None if there_are.is_empty() => format!("There is no “{name_shown}” here, nor anything else."),
        None => format!("There is no “{name_shown}” here: there are {}.", there_are.join(", ")),
    };
    Problem::new(NOT_FOUND, detail)
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
            let terms = terms.filter_map(|terms| serde_json::from_str::<Vec<Value>>(terms.get()).ok()).flatten();
            let ids = terms.filter_map(|term| term.get("sourcedId")?.as_str().map(str::to_owned));
            let ids: std::collections::BTreeSet<String> = ids.collect();
            Filter::Any(ids.iter().map(|id| Filter::named(id)).collect())
        }
        _ => is("school"),
    }
}

/// What a request asks of a collection.
struct Asked {
    filter: Option<Filter>,
    sort: Option<&'static str>,
    descends: bool,
    fields: Option<Vec<&'static str>>,
    limit: usize,
    offset: usize,
    /// The parameters but the offset.
    pairs: Vec<(String, String)>,
}

impl Asked {
    fn read(request: &HttpRequest, resource: Option<Resource>) -> Result<Self, Problem> {
        let mut query =
            Query::read(request.query_string(), &["limit", "offset", "sort", "orderBy", "filter", "fields"]);
        let filter = query.text("filter").and_then(|text| read_filter(&mut query, &text, resource));
        let limit = read_number(&mut query, "limit", USUAL).clamp(1, MOST);
        let asked = Self {
            filter,
            sort: read_sort(&mut query, resource),
            descends: read_order(&mut query),
            fields: read_fields(&mut query, resource),
            limit,
            offset: read_number(&mut query, "offset", 0),
            pairs: url::form_urlencoded::parse(request.query_string().as_bytes())
                .into_owned()
                .filter(|(name, _)| name != "offset" && name != "limit")
                .chain([("limit".to_owned(), limit.to_string())])
                .collect(),
        };
        query.finish().map(|()| asked)
    }

    /// Chooses what is asked for, all of it in order.
    fn choose(&self, objects: &[Arc<Object>], within: Option<&Filter>) -> Vec<Arc<Object>> {
        let fits =
            |object: &&Arc<Object>| [within, self.filter.as_ref()].into_iter().flatten().all(|f| f.fits(&object.json));
        let mut chosen: Vec<Arc<Object>> = objects.iter().filter(fits).cloned().collect();
        if let Some(field) = self.sort {
            chosen.sort_by_cached_key(|object| text(members(&object.json, [field])[0]).map(|text| text.to_lowercase()));
        }
        if self.descends {
            chosen.reverse();
        }
        chosen
    }

    /// The links to other pages (RFC 8288): the first, the last, and those beside this one.
    fn links(&self, address: &str, total: usize) -> String {
        let last = total.saturating_sub(1) / self.limit * self.limit;
        let next = self.offset.saturating_add(self.limit);
        let pages = [
            (next < total).then_some(("next", next)),
            (self.offset > 0)
                .then_some(("prev", self.offset.min(last.saturating_add(self.limit)).saturating_sub(self.limit))),
            Some(("first", 0)),
            Some(("last", last)),
        ];
        let link = |(relation, offset): (&str, usize)| {
            let offset = ("offset".to_owned(), offset.to_string());
            let query = url::form_urlencoded::Serializer::new(String::new())
                .extend_pairs(self.pairs.iter().chain([&offset]))
                .finish();
            format!("<{address}?{query}>; rel=\"{relation}\"")
        };
        pages.into_iter().flatten().map(link).collect::<Vec<_>>().join(", ")
    }
}

/// A whole number; one that is too great or too small is as great or as small as it can be.
fn read_number(query: &mut Query, name: &str, usual: usize) -> usize {
    let Some(text) = query.text(name) else { return usual };
    let digits = text.strip_prefix('-').unwrap_or(&text);
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        query.fault(INVALID_PARAMETER, name, format!("“{name}” takes a whole number."), None, None);
        return usual;
    }
    if text.starts_with('-') { 0 } else { digits.parse().unwrap_or(usize::MAX) }
}

fn read_filter(query: &mut Query, text: &str, resource: Option<Resource>) -> Option<Filter> {
    match Filter::read(text, resource) {
        Ok(filter) => Some(filter),
        Err(fault) => {
            let code = if fault.is_unknown_field { INVALID_FILTER_FIELD } else { INVALID_FILTER };
            let detail = format!(
                "The filter cannot be used at character {}: {}.",
                fault.position,
                fault.detail.trim_end_matches('?')
            );
            query.fault(code, "filter", detail, fault.near.map(str::to_owned), None);
            None
        }
    }
}

/// The field to sort by. Of what nothing is held of, any will do.
fn read_sort(query: &mut Query, resource: Option<Resource>) -> Option<&'static str> {
    let name = query.text("sort")?;
    let fields = resource?.fields();
    let known = fields.iter().copied().find(|field| *field == name);
    if known.is_none() {
        let near = nearest(&name, fields.iter().copied()).map(str::to_owned);
        let detail = format!("“{}” is not a field to sort by: there are {}.", shown(&name), fields.join(", "));
        query.fault(INVALID_PARAMETER, "sort", detail, near, None);
    }
    known
}

fn read_order(query: &mut Query) -> bool {
    let order = query.text("orderBy").unwrap_or_else(|| "asc".to_owned());
    let descends = order.eq_ignore_ascii_case("desc");
    if !descends && !order.eq_ignore_ascii_case("asc") {
        query.fault(INVALID_PARAMETER, "orderBy", "“orderBy” takes asc or desc.".to_owned(), None, None);
    }
    descends
}

/// The fields asked for, in the order of the standard.
fn read_fields(query: &mut Query, resource: Option<Resource>) -> Option<Vec<&'static str>> {
    let text = query.text("fields")?;
    let names: Vec<&str> = text.split(',').map(str::trim).collect();
    let fields = resource?.fields();
    for name in names.iter().filter(|name| !fields.contains(name)) {
        let near = nearest(name, fields.iter().copied()).map(str::to_owned);
        let detail = match &near {
            Some(near) => format!("“{}” is not a field here. Did you mean “{near}”?", shown(name)),
            None => format!("“{}” is not a field here: there are {}.", shown(name), fields.join(", ")),
        };
        query.fault(INVALID_SELECTION_FIELD, "fields", detail, near, None);
    }
    Some(fields.iter().copied().filter(|field| names.contains(field)).collect())
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

/// Answers with a page of a collection: of all of it, or of what is within something.
async fn page(
    service: &Service,
    request: &HttpRequest,
    collection: Collection,
    within: impl FnOnce(&Roster) -> Result<Option<Filter>, Problem>,
) -> Result<HttpResponse, Problem> {
    let asked = Asked::read(request, collection.resource)?;
    let roster = roster(service).await?;
    let within = within(&roster)?;
    let address = format!("{}{}", service.public_url, request.path());
    let held = Arc::clone(&roster);
    let chosen = web::block(move || {
        let objects = collection.resource.map(|resource| held.all(resource)).unwrap_or_default();
        let chosen = asked.choose(objects, within.as_ref());
        let links = asked.links(&address, chosen.len());
        let total = chosen.len();
        let objects: Vec<Arc<Object>> = chosen.into_iter().skip(asked.offset).take(asked.limit).collect();
        (
            total,
            links,
            Page { many: collection.many, objects: objects.into_iter(), fields: asked.fields, is_begun: false },
        )
    });
    let (total, links, page) = chosen.await.map_err(|_| Problem::new(INTERNAL, INTERNAL.meaning.trim()))?;
    let mut answer = answer(service, request, &roster, || Content::Made(Box::new(page)));
    if answer.status().is_success()
        && let Ok(links) = HeaderValue::from_str(&links)
    {
        answer.headers_mut().insert(TOTAL, HeaderValue::from(total));
        answer.headers_mut().insert(header::LINK, links);
    }
    Ok(answer)
}

/// Answers with what those may keep for themselves who have a token.
fn answer(service: &Service, request: &HttpRequest, roster: &Roster, body: impl FnOnce() -> Content) -> HttpResponse {
    let tag = entity_tag(service, roster.head.change_number, &roster.head.chain);
    let mut answer = cacheable_as(request, JSON, roster.head.change_number, &tag, body);
    if answer.headers().contains_key(header::CACHE_CONTROL) {
        answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    }
    answer
}

/// A page that is being made.
struct Page {
    many: &'static str,
    objects: std::vec::IntoIter<Arc<Object>>,
    fields: Option<Vec<&'static str>>,
    is_begun: bool,
}

impl Chunks for Page {
    fn add(&mut self, out: &mut Vec<u8>, wanted: usize) -> bool {
        let mut is_first = !self.is_begun;
        if !self.is_begun {
            out.extend_from_slice(format!("{{\"{}\":[", self.many).as_bytes());
            self.is_begun = true;
        }
        for object in self.objects.by_ref() {
            if !is_first {
                out.push(b',');
            }
            is_first = false;
            write(&object, self.fields.as_deref(), out);
            if out.len() >= wanted {
                return true;
            }
        }
        out.extend_from_slice(b"]}");
        false
    }
}

/// Writes an object, or those of its fields that are asked for.
fn write(object: &Object, fields: Option<&[&str]>, out: &mut Vec<u8>) {
    let Some(fields) = fields else { return out.extend_from_slice(&object.json) };
    out.push(b'{');
    let told = fields.iter().filter_map(|field| Some((field, members(&object.json, [field])[0]?)));
    for (index, (field, member)) in told.enumerate() {
        let comma = if index == 0 { "" } else { "," };
        out.extend_from_slice(format!("{comma}\"{field}\":{}", member.get()).as_bytes());
    }
    out.push(b'}');
}

//! Academies and coaching by region.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::finder::name_of;
use super::telling::Telling;
use super::{asked, entry, place, public, unknown};
use crate::catalogue::{Field, Filter, Item, PageQuery, Snapshot, Sort};
use crate::http::Service;
use crate::model::codes::Kind;
use crate::pages::people::{Academy, Offer, REGIONS, Region, Regions, regions_page};

/// The most entries of a region that a page shows.
const MOST: usize = 100;

/// `/academies`
pub(in crate::http) async fn academies(service: web::Data<Service>, request: HttpRequest) -> HttpResponse {
    page(&service, &request, Kind::Academy)
}

/// `/coaching`
pub(in crate::http) async fn coaching(service: web::Data<Service>, request: HttpRequest) -> HttpResponse {
    page(&service, &request, Kind::CoachingLink)
}

fn page(service: &Service, request: &HttpRequest, first: Kind) -> HttpResponse {
    let snapshot = service.directory.snapshot();
    public(service, request, &snapshot, || {
        let (status, view) = shown(&snapshot, request, first);
        (status, regions_page(place(service, request), &view))
    })
}

/// What the page shows, and how the answer is.
fn shown(snapshot: &Snapshot, request: &HttpRequest, first: Kind) -> (StatusCode, Regions) {
    let faults = unknown(&asked(request), &[]);
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    let regions = REGIONS.map(|code| region(snapshot, code));
    // What serves no one region stands before them.
    let everywhere = |kind| -> Vec<Arc<Item>> {
        let listed = list(snapshot, kind, Filter::default());
        listed.into_iter().filter(|item| Telling::of(snapshot, item).text("/region").is_none()).collect()
    };
    let view = Regions {
        faults,
        is_of_coaching: first == Kind::CoachingLink,
        regions: regions.into(),
        networks: everywhere(Kind::Academy).iter().map(|item| academy(snapshot, item, "")).collect(),
        services: everywhere(Kind::CoachingLink).iter().map(|item| offer(snapshot, item)).collect(),
    };
    (status, view)
}

fn list(snapshot: &Snapshot, kind: Kind, filter: Filter) -> Vec<Arc<Item>> {
    snapshot.page(&PageQuery { kind, sort: Sort::Title, limit: MOST, filter, after: None }).items
}

fn region(snapshot: &Snapshot, code: &'static str) -> Region {
    let within = || Filter { terms: vec![(Field::Region, vec![code.to_owned()])], ..Filter::default() };
    let academies = list(snapshot, Kind::Academy, within());
    let own = |item: &Arc<Item>| Telling::of(snapshot, item).text("/region").as_deref() == Some(code);
    let (now, before): (Vec<_>, Vec<_>) = academies.into_iter().partition(own);
    let before = before.iter().filter_map(|item| {
        // Which of the region's academies took its place, and what that rests on.
        let successors = Telling::of(snapshot, item).successors();
        let how = successors
            .iter()
            .find(|successor| now.iter().any(|item| successor.path == entry::path(Kind::Academy, &item.id)));
        how.map(|successor| academy(snapshot, item, &successor.how))
    });
    Region {
        code,
        name: name_of(snapshot, Kind::Academy, Field::Region, code),
        before: before.collect(),
        now: now.iter().map(|item| academy(snapshot, item, "")).collect(),
        coaching: list(snapshot, Kind::CoachingLink, within()).iter().map(|item| offer(snapshot, item)).collect(),
    }
}

fn academy(snapshot: &Snapshot, item: &Item, how: &str) -> Academy {
    let telling = Telling::of(snapshot, item);
    let term = telling.text("/status/term").unwrap_or_default();
    Academy {
        path: entry::path(item.kind, &item.id),
        title: item.title.to_string(),
        summary: telling.text("/summary").unwrap_or_default(),
        status: (term.clone(), telling.label("status", &term)),
        url: telling.text("/url"),
        how: how.to_owned(),
    }
}

fn offer(snapshot: &Snapshot, item: &Item) -> Offer {
    let telling = Telling::of(snapshot, item);
    Offer { is: academy(snapshot, item, ""), services: telling.services().statements }
}

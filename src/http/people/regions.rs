//! Academies and coaching by region.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;

use super::finder::name_of;
use super::telling::Telling;
use super::{asked, entry, place, public, unknown};
use crate::catalogue::{Field, Filter, Item, Member, PageQuery, Shelved, Snapshot, Sort};
use crate::http::Service;
use crate::http::request::Request;
use crate::http::routes::Call;
use crate::model::codes::Kind;
use crate::pages::people::{Academy, Offer, REGIONS, Region, Regions, regions_page};

/// The most entries of a region that a page shows.
const MOST: usize = 100;

/// `/academies`
pub(in crate::http) fn academies(Call { service, request, .. }: Call<'_>) -> HttpResponse {
    page(service, request, Kind::Academy)
}

/// `/coaching`
pub(in crate::http) fn coaching(Call { service, request, .. }: Call<'_>) -> HttpResponse {
    page(service, request, Kind::CoachingLink)
}

fn page(service: &Service, request: &Request, first: Kind) -> HttpResponse {
    let snapshot = service.directory.snapshot();
    let asked = asked(request);
    public(service, request, &snapshot, &asked, || {
        let (status, view) = shown(&snapshot, &asked, first);
        (status, regions_page(place(service, request), &view))
    })
}

/// What the page shows, and how the answer is.
fn shown(snapshot: &Snapshot, asked: &[(String, String)], first: Kind) -> (StatusCode, Regions) {
    let faults = unknown(asked, &[]);
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    let regions = REGIONS.map(|code| region(snapshot, code));
    // What serves no one region stands before them.
    let mut everywhere = snapshot.whole(first, &Filter::default());
    everywhere.retain(|item| !item.stated().of(Field::Region).iter().any(|stated| stated.at == Member::Region));
    everywhere.sort_by(|a, b| a.title_key.cmp(&b.title_key));
    let view = Regions {
        faults,
        is_of_coaching: first == Kind::CoachingLink,
        regions: regions.into(),
        more_everywhere: everywhere.len().saturating_sub(MOST) as u64,
        everywhere: everywhere.iter().take(MOST).map(|item| offer(snapshot, item)).collect(),
    };
    (status, view)
}

/// The first entries of a region, and how many more there are.
fn within<'a>(snapshot: &'a Snapshot, kind: Kind, code: &str) -> (Vec<&'a Shelved>, u64) {
    let filter = Filter { terms: vec![(Field::Region, vec![code.to_owned()])], ..Filter::default() };
    let page = snapshot.page(&PageQuery { kind, sort: Sort::Title, limit: MOST, filter, after: None });
    let more = page.total.saturating_sub(page.items.len() as u64);
    (page.items, more)
}

fn region(snapshot: &Snapshot, code: &'static str) -> Region {
    let (academies, more_academies) = within(snapshot, Kind::Academy, code);
    let (coaching, more_coaching) = within(snapshot, Kind::CoachingLink, code);
    let told = academies.iter().map(|item| (item, Telling::of(snapshot, item)));
    let (now, before): (Vec<_>, Vec<_>) =
        told.partition(|(_, telling)| telling.text("/region").as_deref() == Some(code));
    let before = before.iter().filter_map(|(item, telling)| {
        // Which of the region's academies took its place, and what that rests on.
        let successors = telling.successors();
        let how = successors
            .iter()
            .find(|successor| now.iter().any(|(item, _)| successor.path == entry::path(Kind::Academy, &item.id)));
        how.map(|successor| academy(telling, item, &successor.how))
    });
    Region {
        code,
        name: name_of(snapshot, Kind::Academy, Field::Region, code),
        before: before.collect(),
        now: now.iter().map(|(item, telling)| academy(telling, item, "")).collect(),
        coaching: coaching.iter().map(|item| offer(snapshot, item)).collect(),
        more_academies,
        more_coaching,
    }
}

fn academy(telling: &Telling<'_>, item: &Item, how: &str) -> Academy {
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
    Offer { is: academy(&telling, item, ""), services: telling.services().statements }
}

//! The files of Canvas's SIS import.

use std::collections::HashMap;

use actix_web::{HttpRequest, HttpResponse, web};

use super::{CSV, Entries, Made, answer, flagged, read_all, read_query};
use crate::catalogue::{Filter, Snapshot};
use crate::formats::canvas::{Accounts, Courses, Organisations, Terms, above};
use crate::http::Service;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::model::codes::Kind;

/// Everything, variants too.
fn everything() -> Filter {
    Filter { variants: true, ..Filter::default() }
}

/// The entries of a kind that pass a filter, and those that were taken out.
pub(super) fn with_withdrawn(snapshot: &Snapshot, kind: Kind, filter: &Filter) -> Entries {
    let mut entries = flagged(snapshot.whole(kind, filter), true);
    entries.extend(flagged(snapshot.withdrawn(kind, filter), false));
    entries
}

/// The providers and academies, those first that others are below.
fn organisations(snapshot: &Snapshot) -> Entries {
    let providers = with_withdrawn(snapshot, Kind::Provider, &everything());
    let name = |id: &str| format!("provider/{id}");
    let parents = providers.iter().filter_map(|(item, _)| Some((name(&item.id), above(&item.full)?)));
    let parents: HashMap<String, String> = parents.collect();
    // A part of a part of a part is as deep as it goes; a circle ends somewhere.
    let depth = |id: &str| std::iter::successors(parents.get(&name(id)), |next| parents.get(*next)).take(16).count();
    let mut entries = providers;
    entries.sort_by_cached_key(|(item, _)| depth(&item.id));
    entries.extend(with_withdrawn(snapshot, Kind::Academy, &everything()));
    entries
}

/// The uids of the providers and academies.
pub(super) fn uids(snapshot: &Snapshot) -> Organisations {
    let uid = |(item, _): &(std::sync::Arc<crate::catalogue::Item>, bool)| {
        (format!("{}/{}", item.kind, item.id), item.uid.to_string())
    };
    organisations(snapshot).iter().map(uid).collect()
}

/// Export accounts for Canvas
///
/// The accounts of a SIS import: one for each provider and academy, below the one that it is a part or a partner of.
/// Always complete, and in an order that can be imported.
#[utoipa::path(
    get, path = "/v1/exports/canvas-accounts.csv", tag = "exports",
    responses((status = 200, description = "The file.", body = String, content_type = "text/csv")),
)]
pub(in crate::http) async fn get_canvas_accounts(
    service: web::Data<Service>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    Query::read(request.query_string(), &[]).finish()?;
    let snapshot = service.directory.snapshot();
    let made = |snapshot: &Snapshot| -> Made {
        (Box::new(Accounts { organisations: uids(snapshot) }), organisations(snapshot))
    };
    Ok(answer(&service, &request, &snapshot, &everything(), (Some("canvas-accounts.csv"), CSV), made))
}

/// Export terms for Canvas
///
/// The terms of a SIS import: one that is always open, and the financial years in which offerings begin.
#[utoipa::path(
    get, path = "/v1/exports/canvas-terms.csv", tag = "exports",
    responses((status = 200, description = "The file.", body = String, content_type = "text/csv")),
)]
pub(in crate::http) async fn get_canvas_terms(
    service: web::Data<Service>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    Query::read(request.query_string(), &[]).finish()?;
    let snapshot = service.directory.snapshot();
    let made = |snapshot: &Snapshot| -> Made {
        (Box::<Terms>::default(), with_withdrawn(snapshot, Kind::Programme, &everything()))
    };
    Ok(answer(&service, &request, &snapshot, &everything(), (Some("canvas-terms.csv"), CSV), made))
}

/// Export courses for Canvas
///
/// The courses of a SIS import: one for each offering of the programmes that pass the filters, and one that is always
/// open for each of which no offering is known. Always complete: what was withdrawn or taken out is `completed`. Import
/// the accounts and the terms before it.
#[utoipa::path(
    get, path = "/v1/exports/canvas-courses.csv", tag = "exports",
    responses((status = 200, description = "The file.", body = String, content_type = "text/csv")),
)]
pub(in crate::http) async fn get_canvas_courses(
    service: web::Data<Service>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let snapshot = service.directory.snapshot();
    let mut query = read_query(Kind::Programme, request.query_string(), &[]);
    let filter = read_all(&mut query, &snapshot, Kind::Programme);
    query.finish()?;
    let chosen = filter.clone();
    let made = move |snapshot: &Snapshot| -> Made {
        let entries = with_withdrawn(snapshot, Kind::Programme, &chosen);
        (Box::new(Courses { organisations: uids(snapshot) }), entries)
    };
    Ok(answer(&service, &request, &snapshot, &filter, (Some("canvas-courses.csv"), CSV), made))
}

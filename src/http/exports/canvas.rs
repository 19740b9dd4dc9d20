//! The files of Canvas's SIS import.

use std::collections::HashMap;

use super::{CSV, Entries, Made, answer, everything, finish, with_withdrawn};
use crate::catalogue::{Field, Item, Snapshot};
use crate::formats::canvas::{Accounts, Courses, Organisations, Terms, above};
use crate::http::query::Query;
use crate::http::routes::{Answered, Call};
use crate::model::codes::Kind;

/// The providers and academies.
pub(super) fn organisations(snapshot: &Snapshot) -> Entries {
    let of = |kind| with_withdrawn(snapshot, kind, &everything());
    [of(Kind::Provider), of(Kind::Academy)].concat()
}

/// Puts those first that others are below.
fn above_first(entries: &mut Entries) {
    let above = entries.iter().filter_map(|(item, _)| Some((name(item), above(&item.json())?)));
    let above: HashMap<String, String> = above.collect();
    // A part of a part of a part is as deep as it goes; a circle ends somewhere.
    let depth = |item: &Item| std::iter::successors(above.get(&name(item)), |next| above.get(*next)).take(16).count();
    entries.sort_by_cached_key(|(item, _)| depth(item));
}

/// The uids of providers and academies.
pub(super) fn uids(organisations: &Entries) -> Organisations {
    organisations.iter().map(|(item, _)| (name(item), item.uid.to_string())).collect()
}

/// An entry, as others name it.
fn name(item: &Item) -> String {
    format!("{}/{}", item.kind, item.id)
}

/// Export accounts for Canvas
///
/// The accounts of a SIS import: one for each provider and academy, below the one that it is a part or a partner of.
/// Always complete, and in an order that can be imported.
#[utoipa::path(
    get, path = "/v1/exports/canvas-accounts.csv", tag = "exports",
    responses((status = 200, description = "The file.", body = String, content_type = "text/csv")),
)]
pub(in crate::http) fn get_canvas_accounts(Call { service, request, .. }: Call<'_>) -> Answered {
    Query::read(request.query_string(), &[]).finish()?;
    let snapshot = service.directory.snapshot();
    let made = |snapshot: &Snapshot| -> Made {
        let mut entries = organisations(snapshot);
        above_first(&mut entries);
        (Box::new(Accounts { organisations: uids(&entries) }), entries)
    };
    Ok(answer(service, request, &snapshot, &everything(), (Some("canvas-accounts.csv"), CSV), made))
}

/// Export terms for Canvas
///
/// The terms of a SIS import: one that is always open, and the financial years in which offerings begin.
#[utoipa::path(
    get, path = "/v1/exports/canvas-terms.csv", tag = "exports",
    responses((status = 200, description = "The file.", body = String, content_type = "text/csv")),
)]
pub(in crate::http) fn get_canvas_terms(Call { service, request, .. }: Call<'_>) -> Answered {
    Query::read(request.query_string(), &[]).finish()?;
    let snapshot = service.directory.snapshot();
    let made = |snapshot: &Snapshot| -> Made {
        (Box::<Terms>::default(), with_withdrawn(snapshot, Kind::Programme, &everything()))
    };
    Ok(answer(service, request, &snapshot, &everything(), (Some("canvas-terms.csv"), CSV), made))
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
pub(in crate::http) fn get_canvas_courses(Call { service, request, .. }: Call<'_>) -> Answered {
    // A file with what changed alone would be taken for all there is: there is no filter by dates.
    let fields = Field::of(Kind::Programme).iter().map(|field| field.name());
    let takes: Vec<&str> = fields.chain(["match", "id"]).collect();
    let query = Query::read(request.query_string(), &takes);
    let (snapshot, filter) = finish(query, service.directory.snapshot(), Kind::Programme)?;
    let chosen = filter.clone();
    let made = move |snapshot: &Snapshot| -> Made {
        let entries = with_withdrawn(snapshot, Kind::Programme, &chosen);
        (Box::new(Courses { organisations: uids(&organisations(snapshot)) }), entries)
    };
    Ok(answer(service, request, &snapshot, &filter, (Some("canvas-courses.csv"), CSV), made))
}

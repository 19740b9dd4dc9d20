//! Programmes side by side.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;

use super::entry::{ALWAYS_TOLD, NOTES, linked, path, sections};
use super::telling::Telling;
use super::{asked, place, public, unknown, values};
use crate::catalogue::{Looked, Snapshot, Standing};
use crate::http::Service;
use crate::http::list::ListRequest;
use crate::http::query::shown;
use crate::http::routes::Call;
use crate::model::codes::Kind;
use crate::pages::people::{Compare, Compared, Line, ListAnswer, compare_page};

/// How many programmes stand beside each other at the most.
const MOST: usize = 4;

/// How many programmes are proposed.
const PROPOSED: usize = 5;

/// `/compare`
pub(in crate::http) fn compare(Call { service, request, .. }: Call<'_>) -> HttpResponse {
    let snapshot = service.directory.snapshot();
    let asked = asked(request);
    public(service, request, &snapshot, &asked, || {
        let (status, view) = compared(service, &snapshot, &asked);
        (status, compare_page(place(service, request), &view))
    })
}

/// What stands beside each other, and how the answer is.
fn compared(service: &Service, snapshot: &Arc<Snapshot>, asked: &[(String, String)]) -> (StatusCode, Compare) {
    let mut view = Compare { faults: unknown(asked, &["id", "add"]), ..Compare::default() };
    let mut ids: Vec<Arc<str>> = Vec::new();
    for id in values(asked, "id") {
        match snapshot.look(Kind::Programme, &id) {
            Looked::Found(item) | Looked::Renamed(item) if item.standing == Standing::Published => {
                if !ids.contains(&item.id) {
                    ids.push(Arc::clone(&item.id));
                }
            }
            _ => view.faults.push(format!("There is no programme “{}”.", shown(&id))),
        }
    }
    if ids.len() > MOST {
        view.faults.push(format!(
            "{} programmes were chosen; {MOST} are the most that stand side by side. The first {MOST} are shown.",
            ids.len()
        ));
        ids.truncate(MOST);
    }
    let status = if view.faults.is_empty() { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    for id in &ids {
        if let Looked::Found(item) = snapshot.look(Kind::Programme, id) {
            let telling = Telling::of(snapshot, &item);
            let term = telling.text("/status/term").unwrap_or_default();
            view.programmes.push(Compared {
                path: path(Kind::Programme, id),
                title: item.title.to_string(),
                summary: telling.text("/summary").unwrap_or_default(),
                status: (term.clone(), telling.label("status", &term)),
                without: address(ids.iter().filter(|other| *other != id)),
            });
            // Notes are read on the page of the programme: they are not about the same.
            let sections = sections(service, &telling, Kind::Programme, id);
            for (question, facts) in sections.into_iter().filter(|(question, _)| *question != NOTES) {
                for fact in facts {
                    // A fact is a row: its first programme begins it.
                    let at = view.lines.iter().position(|line| line.question == question && line.name == fact.name);
                    match at.and_then(|at| view.lines.get_mut(at)) {
                        Some(line) => line.said.push(fact.statements),
                        None => view.lines.push(Line { question, name: fact.name, said: vec![fact.statements] }),
                    }
                }
            }
        }
    }
    view.lines.retain(|line| ALWAYS_TOLD.contains(&line.name) || line.said.iter().any(|said| !said.is_empty()));
    if ids.len() < MOST {
        view.add = Some(values(asked, "add").join(" "));
        view.ids = ids.iter().map(ToString::to_string).collect();
        view.proposed = proposed(service, snapshot, &view, &ids);
    }
    (status, view)
}

/// The page with some programmes.
fn address<'a>(ids: impl Iterator<Item = &'a Arc<str>>) -> String {
    let ids: Vec<&str> = ids.map(|id| &**id).collect();
    if ids.is_empty() { "/compare".to_owned() } else { format!("/compare?id={}", ids.join(",")) }
}

/// What may be put beside those that are there: what a text finds.
fn proposed(
    service: &Service,
    snapshot: &Arc<Snapshot>,
    view: &Compare,
    ids: &[Arc<str>],
) -> Vec<crate::pages::people::Linked> {
    let Some(text) = view.add.as_deref().filter(|text| !text.is_empty()) else { return Vec::new() };
    let limit = (PROPOSED + MOST).to_string();
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("q", text)
        .append_pair("limit", &limit)
        .finish();
    let read = ListRequest::read(snapshot, Kind::Programme, &query).and_then(|asked| asked.page(service, snapshot));
    let listed: ListAnswer = read.ok().and_then(|(body, _)| serde_json::from_slice(&body).ok()).unwrap_or_default();
    let others = listed.data.iter().filter(|found| !ids.iter().any(|id| **id == *found.id));
    others
        .take(PROPOSED)
        .filter_map(|found| {
            let id: Arc<str> = found.id.as_str().into();
            let mut added = linked(snapshot, Kind::Programme, &found.id, "")?;
            added.path = address(ids.iter().chain([&id]));
            Some(added)
        })
        .collect()
}

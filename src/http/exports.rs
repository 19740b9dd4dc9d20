//! Files: everything of a kind that passes a filter, in the forms that other systems read.

pub(super) mod canvas;
pub(super) mod moodle;
pub(super) mod report;

use std::collections::HashMap;
use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::header;
use bytes::Bytes;
use uuid::Uuid;

use super::answer::{Content, of_directory};
use super::changes::FILTERS;
use super::coding::Chunks;
use super::linked::Around;
use super::list::{is_private, read_filter};
use super::problem::{NOT_FOUND, Problem};
use super::query::{Query, shown};
use super::request::Request;
use super::routes::{Answered, Call};
use super::{Service, collection, kind_of};
use crate::catalogue::{Field, Filter, Item, Snapshot};
use crate::formats::plain::{Lines, Table};
use crate::formats::schema_org::{self, Linked};
use crate::formats::{Form, Subject};
use crate::model::codes::Kind;
use crate::model::fault::nearest;

/// The media type of a table.
pub(super) const CSV: &str = "text/csv; charset=utf-8";

/// The media type of JSON, a value a line.
pub(super) const NDJSON: &str = "application/x-ndjson";

/// The forms that every kind has files in, by the endings of their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Plain {
    Csv,
    Ndjson,
    Jsonld,
}

impl Plain {
    const ALL: [(&str, Self); 3] = [("csv", Self::Csv), ("ndjson", Self::Ndjson), ("jsonld", Self::Jsonld)];
}

/// The files that are in the form of some system.
const OTHERS: [&str; 4] = ["moodle-courses.csv", "canvas-accounts.csv", "canvas-terms.csv", "canvas-courses.csv"];

/// The names of the files that every kind has.
pub(super) fn plain_files() -> Vec<String> {
    let of = |kind: &Kind| Plain::ALL.map(|(ending, _)| format!("{}.{ending}", collection(*kind)));
    Kind::ALL.iter().flat_map(of).collect()
}

/// The names of all files.
pub(super) fn files() -> Vec<String> {
    plain_files().into_iter().chain(OTHERS.map(str::to_owned)).collect()
}

/// Export a kind
///
/// Everything of a kind that passes the filters, variants included, by id: as CSV with a column for every member (RFC
/// 4180, UTF-8, with a header), as NDJSON with everything about an entry on each line, or as JSON-LD (schema.org). The
/// same change number gives the same bytes. A cell that a spreadsheet would calculate begins with an apostrophe.
#[utoipa::path(
    get, path = "/v1/exports/{file}", tag = "exports",
    responses((status = 200, description = "The file.", content((String = "text/csv"), (String = "application/x-ndjson"), (Object = "application/ld+json")))),
)]
pub(super) fn get_export(call: Call<'_>) -> Answered {
    let Call { service, request, .. } = call;
    let file = call.parameter("file");
    let (stem, ending) = file.rsplit_once('.').unwrap_or((&file, ""));
    let kind = kind_of(stem);
    let form = Plain::ALL.iter().find(|(known, _)| *known == ending);
    let (Some(kind), Some((_, form))) = (kind, form) else { return Err(no_such_file(&file)) };
    let (snapshot, filter) = asked(service, request, kind)?;
    let media_type = match form {
        Plain::Csv => CSV,
        Plain::Ndjson => NDJSON,
        Plain::Jsonld => schema_org::MEDIA_TYPE,
    };
    let (form, chosen) = (*form, filter.clone());
    let address = format!("{}/v1/exports/{file}", service.public_url);
    let around = Around::of(service, &snapshot);
    let made = move |snapshot: &Snapshot| -> Made {
        let entries = flagged(snapshot.whole(kind, &chosen), true);
        let form: Box<dyn Form> = match form {
            Plain::Csv => Box::new(Table::of(kind)),
            Plain::Ndjson => Box::new(Lines),
            Plain::Jsonld => Box::new(Linked::new(around, address, entries.len() as u64)),
        };
        (form, entries)
    };
    Ok(answer(service, request, &snapshot, &filter, (Some(&file), media_type), made))
}

/// Entries, each with whether it is told as there.
type Entries = Vec<(Arc<Item>, bool)>;

/// A form, and the entries that are told in it.
type Made = (Box<dyn Form>, Entries);

fn flagged(items: Vec<Arc<Item>>, is_there: bool) -> Entries {
    items.into_iter().map(|item| (item, is_there)).collect()
}

/// Reads the query of a file about a kind.
fn read_query<'a>(kind: Kind, query_string: &'a str, own: &[&str]) -> Query<'a> {
    let fields = Field::of(kind).iter().map(|field| field.name());
    let takes: Vec<&str> = fields.chain(FILTERS).chain(own.iter().copied()).collect();
    Query::read(query_string, &takes)
}

/// Reads which entries of a kind a file is about. Variants are always among them.
fn read_all(query: &mut Query, snapshot: &Snapshot, kind: Kind) -> Filter {
    Filter { variants: true, ..read_filter(query, snapshot, &[kind]) }
}

/// Everything of a kind, variants too.
pub(super) fn everything() -> Filter {
    Filter { variants: true, ..Filter::default() }
}

/// Reads the query of a file that takes filters alone.
fn asked(service: &Service, request: &Request, kind: Kind) -> Result<(Arc<Snapshot>, Filter), Problem> {
    let snapshot = service.directory.snapshot();
    let query = read_query(kind, request.query_string(), &[]);
    finish(query, snapshot, kind)
}

/// Reads the filters of a query, which asks for nothing else.
fn finish(mut query: Query, snapshot: Arc<Snapshot>, kind: Kind) -> Result<(Arc<Snapshot>, Filter), Problem> {
    let filter = read_all(&mut query, &snapshot, kind);
    query.finish().map(|()| (snapshot, filter))
}

/// The entries of a kind that pass a filter, and those that were taken out.
pub(super) fn with_withdrawn(snapshot: &Snapshot, kind: Kind, filter: &Filter) -> Entries {
    let mut entries = flagged(snapshot.whole(kind, filter), true);
    entries.extend(flagged(snapshot.withdrawn(kind, filter), false));
    entries
}

/// Answers with a file.
fn answer(
    service: &Service,
    request: &Request,
    snapshot: &Arc<Snapshot>,
    filter: &Filter,
    (name, media_type): (Option<&str>, &'static str),
    made: impl FnOnce(&Snapshot) -> Made + Send + 'static,
) -> HttpResponse {
    let made = || Content::Made(Box::new(File::Chosen(Arc::clone(snapshot), Box::new(made))));
    let mut answer = of_directory(service, request, media_type, snapshot.head(), is_private(filter), made);
    let disposition = name.map(|name| format!("attachment; filename=\"{name}\""));
    if answer.status().is_success()
        && let Some(Ok(disposition)) = disposition.as_deref().map(header::HeaderValue::from_str)
    {
        answer.headers_mut().insert(header::CONTENT_DISPOSITION, disposition);
    }
    answer
}

/// A file that is being made. Its entries are chosen with its first bytes, which no worker waits for.
enum File {
    /// What is to be told, of which snapshot.
    Chosen(Arc<Snapshot>, Box<dyn FnOnce(&Snapshot) -> Made + Send>),
    /// What is being told, and the ids that renamed entries had first.
    Begun(Box<dyn Form>, std::vec::IntoIter<(Arc<Item>, bool)>, HashMap<Uuid, Arc<str>>),
    /// All is told.
    Done,
}

impl Chunks for File {
    fn next(&mut self, wanted: usize) -> Option<Bytes> {
        let mut out = Vec::new();
        match std::mem::replace(self, Self::Done) {
            Self::Chosen(snapshot, made) => {
                let (mut form, entries) = made(&snapshot);
                form.begin(&mut out);
                *self = Self::Begun(form, entries.into_iter(), snapshot.first_ids());
            }
            begun => *self = begun,
        }
        if let Self::Begun(form, entries, first_ids) = self {
            out.reserve(wanted + wanted / 16);
            for (item, is_there) in entries.by_ref() {
                let first_id = first_ids.get(&item.uid).unwrap_or(&item.id);
                form.entry(&Subject { json: &item.json(), first_id, is_there }, &mut out);
                if out.len() >= wanted {
                    return Some(out.into());
                }
            }
            form.end(&mut out);
            *self = Self::Done;
        }
        (!out.is_empty()).then(|| out.into())
    }
}

/// A 404 that leads on.
fn no_such_file(name: &str) -> Problem {
    let files = files();
    let detail = match nearest(name, files.iter().map(String::as_str)) {
        Some(near) => format!("There is no export “{}”. Did you mean “{near}”?", shown(name)),
        None => format!("There is no export “{}”: there are {}.", shown(name), files.join(", ")),
    };
    Problem::new(NOT_FOUND, detail)
}

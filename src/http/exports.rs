//! Files: everything of a kind that passes a filter, in the forms that other systems read.

use std::sync::Arc;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};

use super::answer::{Content, of_directory};
use super::changes::{FILTERS, catch_up, unknown_change};
use super::coding::Chunks;
use super::list::{is_private, read_filter};
use super::problem::{INVALID_PARAMETER, NOT_FOUND, Problem};
use super::query::{Query, shown};
use super::{Service, collection};
use crate::catalogue::{Field, Filter, Item, Snapshot};
use crate::formats::moodle::{Courses, CustomField};
use crate::formats::plain::{Lines, Table};
use crate::formats::{Form, Subject};
use crate::model::codes::Kind;
use crate::model::fault::nearest;
use crate::model::read;
use crate::model::shape::GREATEST;

/// The media type of a table.
pub(super) const CSV: &str = "text/csv; charset=utf-8";

/// The media type of JSON, a value a line.
pub(super) const NDJSON: &str = "application/x-ndjson";

/// The forms that every kind has files in, by the endings of their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Plain {
    Csv,
    Ndjson,
}

impl Plain {
    const ALL: [(&str, Self); 2] = [("csv", Self::Csv), ("ndjson", Self::Ndjson)];
}

/// The names of the files that every kind has.
pub(super) fn plain_files() -> Vec<String> {
    let of = |kind: &Kind| Plain::ALL.map(|(ending, _)| format!("{}.{ending}", collection(*kind)));
    Kind::ALL.iter().flat_map(of).collect()
}

/// The names of all files.
pub(super) fn files() -> Vec<String> {
    plain_files().into_iter().chain(["moodle-courses.csv".to_owned()]).collect()
}

/// Export a kind
///
/// Everything of a kind that passes the filters, variants included, by id: as CSV with a column for every member (RFC
/// 4180, UTF-8, with a header), or as NDJSON with everything about an entry on each line. The same change number gives
/// the same bytes. A cell that a spreadsheet would calculate begins with an apostrophe.
#[utoipa::path(
    get, path = "/v1/exports/{file}", tag = "exports",
    responses((status = 200, description = "The file.", content((String = "text/csv"), (String = "application/x-ndjson")))),
)]
pub(super) async fn get_export(
    service: web::Data<Service>,
    request: HttpRequest,
    file: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let (stem, ending) = file.rsplit_once('.').unwrap_or((&file, ""));
    let kind = Kind::ALL.iter().find(|kind| collection(**kind) == stem);
    let form = Plain::ALL.iter().find(|(known, _)| *known == ending);
    let (Some(kind), Some((_, form))) = (kind, form) else { return Err(no_such_file(&file)) };
    let snapshot = service.directory.snapshot();
    let mut query = read_query(*kind, request.query_string(), &[]);
    let filter = read_all(&mut query, &snapshot, *kind);
    query.finish()?;
    let (media_type, form): (_, Box<dyn Form>) = match form {
        Plain::Csv => (CSV, Box::new(Table::of(*kind))),
        Plain::Ndjson => (NDJSON, Box::new(Lines)),
    };
    let entries = || snapshot.whole(*kind, &filter).into_iter().map(|item| (item, true)).collect();
    Ok(answer(&service, &request, &snapshot, &filter, (&file, media_type), form, entries))
}

/// Export courses for Moodle or Totara
///
/// A file for the course upload (Site administration, Courses, Upload courses), with a course for each programme that
/// passes the filters. `idnumber` is the programme's uid and `shortname` the first id that it had: neither ever changes.
/// What was taken out of the directory is hidden (`visible` is 0), never deleted.
#[utoipa::path(
    get, path = "/v1/exports/moodle-courses.csv", tag = "exports",
    responses((status = 200, description = "The file.", body = String, content_type = "text/csv")),
)]
pub(super) async fn get_moodle_courses(
    service: web::Data<Service>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let mut snapshot = service.directory.snapshot();
    let own = ["since", "others", "categoryIdnumber", "customFields"];
    let mut query = read_query(Kind::Programme, request.query_string(), &own);
    let filter = read_all(&mut query, &snapshot, Kind::Programme);
    let since = query.number("since", 0, usize::try_from(GREATEST).unwrap_or(usize::MAX), 0);
    let since = i64::try_from(since).unwrap_or(i64::MAX);
    let hides_others = query.one_of("others", &[("leave", false), ("hide", true)], false);
    let form = Courses { category: read_category(&mut query), custom_fields: read_custom_fields(&mut query) };
    query.finish()?;
    catch_up(&service, since, &mut snapshot).await?;
    if since > snapshot.head().change_number {
        return Err(unknown_change(since, format!("{}/v1/exports/moodle-courses.csv", service.public_url)));
    }
    let entries = || {
        let mut entries = flagged(snapshot.whole(Kind::Programme, &filter), true);
        if hides_others {
            let all = snapshot.whole(Kind::Programme, &Filter { variants: true, ..Filter::default() });
            let there: std::collections::BTreeSet<_> = entries.iter().map(|(item, _)| item.uid).collect();
            entries.extend(flagged(all, false).into_iter().filter(|(item, _)| !there.contains(&item.uid)));
        }
        entries.extend(flagged(snapshot.withdrawn(Kind::Programme, &filter), false));
        entries.retain(|(item, _)| item.change_number > since);
        entries
    };
    let file = ("moodle-courses.csv", CSV);
    Ok(answer(&service, &request, &snapshot, &filter, file, Box::new(form), entries))
}

/// Reads the ID number of a category, which is the administrator's own.
fn read_category(query: &mut Query) -> Option<String> {
    let category = query.text("categoryIdnumber")?;
    let can_be = !category.is_empty() && category.chars().count() <= 100 && !category.chars().any(char::is_control);
    if !can_be {
        let detail = "“categoryIdnumber” takes the ID number of a course category: 1 to 100 characters on one line.";
        query.fault(INVALID_PARAMETER, "categoryIdnumber", detail.to_owned(), None, None);
    }
    Some(category)
}

/// Reads the custom fields: paths of members, each with the field's short name before it where it is another.
fn read_custom_fields(query: &mut Query) -> Vec<CustomField> {
    let columns = read::columns(Kind::Programme);
    let mut fields: Vec<CustomField> = Vec::new();
    for text in query.values("customFields") {
        let (name, column) = match text.split_once(':') {
            Some((name, column)) => (name.to_owned(), column.to_owned()),
            None => (text.to_ascii_lowercase().replace('.', "_"), text.clone()),
        };
        let is_name = !name.is_empty()
            && name.len() <= 100
            && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if !is_name {
            let detail = format!(
                "“{}” is not the short name of a custom field: write small letters, digits and _.",
                shown(&name)
            );
            query.fault(INVALID_PARAMETER, "customFields", detail, None, None);
        } else if !columns.contains(&column) {
            let near = nearest(&column, columns.iter().map(String::as_str)).map(str::to_owned);
            let detail = format!("“{}” is not a column of /v1/exports/programmes.csv.", shown(&column));
            query.fault(INVALID_PARAMETER, "customFields", detail, near, None);
        } else if fields.iter().any(|field| field.name == name) {
            let detail = format!("The custom field “{name}” is filled twice.");
            query.fault(INVALID_PARAMETER, "customFields", detail, None, None);
        }
        fields.push(CustomField { name, column });
    }
    fields
}

/// Entries, each with whether it is told as there.
fn flagged(items: Vec<Arc<Item>>, is_there: bool) -> Vec<(Arc<Item>, bool)> {
    items.into_iter().map(|item| (item, is_there)).collect()
}

/// Reads the query of a file about a kind.
fn read_query(kind: Kind, query_string: &str, own: &[&str]) -> Query {
    let fields = Field::of(kind).iter().map(|field| field.name());
    let takes: Vec<&str> = fields.chain(FILTERS).chain(own.iter().copied()).collect();
    Query::read(query_string, &takes)
}

/// Reads which entries of a kind a file is about. Variants are always among them.
fn read_all(query: &mut Query, snapshot: &Snapshot, kind: Kind) -> Filter {
    Filter { variants: true, ..read_filter(query, snapshot, &[kind]) }
}

/// Answers with a file.
fn answer(
    service: &Service,
    request: &HttpRequest,
    snapshot: &Arc<Snapshot>,
    filter: &Filter,
    (name, media_type): (&str, &'static str),
    form: Box<dyn Form>,
    entries: impl FnOnce() -> Vec<(Arc<Item>, bool)>,
) -> HttpResponse {
    let made = || {
        let entries = entries().into_iter();
        Content::Made(Box::new(File { snapshot: Arc::clone(snapshot), form, entries, has_begun: false }))
    };
    let mut answer = of_directory(service, request, media_type, snapshot.head(), is_private(filter), made);
    let disposition = format!("attachment; filename=\"{name}\"");
    if answer.status().is_success()
        && let Ok(disposition) = header::HeaderValue::from_str(&disposition)
    {
        answer.headers_mut().insert(header::CONTENT_DISPOSITION, disposition);
    }
    answer
}

/// A file that is being made.
struct File {
    snapshot: Arc<Snapshot>,
    form: Box<dyn Form>,
    entries: std::vec::IntoIter<(Arc<Item>, bool)>,
    has_begun: bool,
}

impl Chunks for File {
    fn add(&mut self, out: &mut Vec<u8>, wanted: usize) -> bool {
        if !self.has_begun {
            self.has_begun = true;
            self.form.begin(out);
        }
        while out.len() < wanted {
            let Some((item, is_there)) = self.entries.next() else {
                self.form.end(out);
                return false;
            };
            let first_id = self.snapshot.first_slug(&item);
            // What is rendered was text.
            let [json, brief] = [&item.full, &item.summary].map(|text| std::str::from_utf8(text).unwrap_or_default());
            self.form.entry(&Subject { json, brief, first_id: &first_id, is_there }, out);
        }
        true
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

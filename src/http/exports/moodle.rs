//! The file of courses for Moodle and Totara.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::{CSV, Made, answer, everything, read_all, read_query, with_withdrawn};
use crate::catalogue::{Filter, Snapshot};
use crate::formats::moodle::{Courses, CustomField};
use crate::formats::table::is_guarded;
use crate::http::changes::{catch_up, unknown_change};
use crate::http::problem::{INVALID_PARAMETER, Problem};
use crate::http::query::{Query, shown};
use crate::http::request::Request;
use crate::http::routes::{Answered, Call};
use crate::model::codes::Kind;
use crate::model::fault::nearest;
use crate::model::read;
use crate::model::shape::GREATEST;

/// Export courses for Moodle or Totara
///
/// A file for the course upload (Site administration, Courses, Upload courses), with a course for each programme that
/// passes the filters. `idnumber` is the programme's uid and `shortname` the first id that it had: neither ever changes.
/// What was taken out of the directory is hidden (`visible` is 0), never deleted.
#[utoipa::path(
    get, path = "/v1/exports/moodle-courses.csv", tag = "exports",
    responses((status = 200, description = "The file.", body = String, content_type = "text/csv")),
)]
pub(in crate::http) async fn get_moodle_courses(Call { service, request, .. }: Call<'_>) -> Answered {
    let mut snapshot = service.directory.snapshot();
    let Asked { since, .. } = Asked::read(request, &snapshot)?;
    catch_up(service, since, &mut snapshot).await?;
    // Of the snapshot that is told: a rename changes what a filter names.
    let Asked { filter, hides_others, form, .. } = Asked::read(request, &snapshot)?;
    if since > snapshot.head().change_number {
        return Err(unknown_change(since, format!("{}/v1/exports/moodle-courses.csv", service.public_url)));
    }
    let chosen = filter.clone();
    let made = move |snapshot: &Snapshot| -> Made {
        let mut entries = with_withdrawn(snapshot, Kind::Programme, &chosen);
        if hides_others {
            // Whatever was taken out too: it may have left the filter before it was.
            let told: BTreeSet<Uuid> = entries.iter().map(|(item, _)| item.uid).collect();
            let others = with_withdrawn(snapshot, Kind::Programme, &everything()).into_iter().map(|(item, _)| item);
            entries.extend(others.filter(|item| !told.contains(&item.uid)).map(|item| (item, false)));
        }
        entries.retain(|(item, _)| item.change_number > since);
        (Box::new(form), entries)
    };
    Ok(answer(service, request, &snapshot, &filter, (Some("moodle-courses.csv"), CSV), made))
}

/// What a request asks of the file.
struct Asked {
    filter: Filter,
    /// The change number after which rows must have changed.
    since: i64,
    hides_others: bool,
    form: Courses,
}

impl Asked {
    fn read(request: &Request, snapshot: &Snapshot) -> Result<Self, Problem> {
        let own = ["since", "others", "categoryIdnumber", "customFields"];
        let mut query = read_query(Kind::Programme, request.query_string(), &own);
        let since = query.number("since", 0, usize::try_from(GREATEST).unwrap_or(usize::MAX), 0);
        let asked = Self {
            filter: read_all(&mut query, snapshot, Kind::Programme),
            since: i64::try_from(since).unwrap_or(i64::MAX),
            hides_others: query.one_of("others", &[("leave", false), ("hide", true)], false),
            form: Courses { category: read_category(&mut query), custom_fields: read_custom_fields(&mut query) },
        };
        query.finish().map(|()| asked)
    }
}

/// Reads the ID number of a category, which is the administrator's own.
fn read_category(query: &mut Query) -> Option<String> {
    let category = query.text("categoryIdnumber")?;
    let can_be = !category.is_empty()
        && category.chars().count() <= 100
        && !category.chars().any(char::is_control)
        && !is_guarded(&category);
    if !can_be {
        let detail = "“categoryIdnumber” takes the ID number of a course category: 1 to 100 characters on one line, of which the first is none of = + - and @, which a spreadsheet would calculate.";
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

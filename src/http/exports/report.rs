//! What an importer would refuse of a file, or change, and why.

use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::canvas::{organisations, uids};
use super::{Made, answer, asked, flagged, with_withdrawn};
use crate::catalogue::Snapshot;
use crate::formats::one_roster::rules::ClassRules;
use crate::formats::report::{Report, Rules};
use crate::formats::{canvas, moodle, schema_org};
use crate::http::answer::JSON;
use crate::http::linked::Around;
use crate::http::problem::{NOT_FOUND, Problem};
use crate::http::query::shown;
use crate::http::routes::{Answered, Call};
use crate::model::codes::Kind;
use crate::model::fault::{Severity, nearest};

/// Who reads what a report is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::http) enum Importer {
    Moodle,
    Canvas,
    OneRoster,
    SearchEngine,
}

/// The forms that there are reports on, the path of what each is about, and who reads it.
pub(in crate::http) const REPORTS: [(&str, &str, Importer); 4] = [
    ("moodle", "/v1/exports/moodle-courses.csv", Importer::Moodle),
    ("canvas", "/v1/exports/canvas-courses.csv", Importer::Canvas),
    ("one-roster", "/ims/oneroster/rostering/v1p2/classes", Importer::OneRoster),
    ("schema-org", "/v1/exports/programmes.jsonld", Importer::SearchEngine),
];

/// What an importer would find in a file.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct ReportAnswer {
    /// What it would refuse or change, row by row.
    #[schema(max_items = 1_000)]
    data: Vec<ReportFinding>,
    meta: ReportMeta,
    links: ReportLinks,
}

/// A row that is refused, or that somebody should look at.
#[derive(Serialize, ToSchema)]
struct ReportFinding {
    /// The kind of entry; null where the file as a whole is meant.
    #[schema(example = "programme")]
    kind: Option<String>,
    /// The entry's id.
    #[schema(example = "leadership-for-clinicians")]
    id: Option<String>,
    /// The entry's uid.
    #[schema(format = "uuid", example = "c6c1de0a-7a06-54a1-8d22-50cbe1d2cd3c")]
    uid: Option<String>,
    /// The row's own id in the file; empty where the file as a whole is meant.
    #[schema(example = "leadership-for-clinicians")]
    row: String,
    /// The column or property.
    #[schema(example = "summary")]
    column: String,
    /// Whether the importer refuses the row, or only somebody should look at it.
    severity: Severity,
    /// What is wrong.
    #[schema(example = "The programme has no known address: the course leads nowhere.")]
    detail: String,
    /// What to do about it.
    #[schema(example = "Add where it is to be found to the course by hand.")]
    fix: String,
}

/// About a report.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ReportMeta {
    /// The directory's change number.
    #[schema(minimum = 0, example = 240)]
    change_number: i64,
    /// How many entries the file tells of.
    #[schema(example = 35)]
    entries: u64,
    /// How many rows would be refused.
    #[schema(example = 0)]
    errors: u64,
    /// How many findings somebody should look at.
    #[schema(example = 7)]
    warnings: u64,
    /// How many findings are told here: the first 1,000 at most.
    #[schema(example = 7)]
    told: u64,
}

/// Where to go from a report.
#[derive(Serialize, ToSchema)]
struct ReportLinks {
    /// The file that it is about.
    #[schema(format = "uri", example = "https://directory.example/v1/exports/moodle-courses.csv")]
    file: String,
}

/// Report on a file
///
/// What the importer of a system would refuse of the file, or take otherwise than it is meant, and why: names that are
/// too long, or the same; what is missing; what cannot be told in that form. Takes the filters of the file.
#[utoipa::path(
    get, path = "/v1/exports/{format}/report", tag = "exports",
    responses((status = 200, description = "The report.", body = ReportAnswer)),
)]
pub(in crate::http) fn get_report(call: Call<'_>) -> Answered {
    let Call { service, request, .. } = call;
    let format = call.parameter("format");
    let Some((_, file, importer)) = REPORTS.iter().find(|(known, ..)| **known == *format) else {
        return Err(no_such_report(&format));
    };
    let (snapshot, filter) = asked(service, request, Kind::Programme)?;
    let (importer, chosen) = (*importer, filter.clone());
    let around = Around::of(service, &snapshot);
    let links = json!({"file": format!("{}{file}", service.public_url)});
    let made = move |snapshot: &Snapshot| -> Made {
        let entries = match importer {
            Importer::SearchEngine => flagged(snapshot.whole(Kind::Programme, &chosen), true),
            _ => with_withdrawn(snapshot, Kind::Programme, &chosen),
        };
        let rules: Box<dyn Rules> = match importer {
            Importer::Moodle => Box::<moodle::CourseRules>::default(),
            Importer::Canvas => Box::new(canvas::CourseRules { organisations: uids(&organisations(snapshot)) }),
            Importer::OneRoster => Box::new(ClassRules::new(uids(&organisations(snapshot)))),
            Importer::SearchEngine => Box::new(schema_org::CourseRules { around }),
        };
        let change_number = snapshot.head().change_number;
        (Box::new(Report::new(rules, change_number, links)), entries)
    };
    Ok(answer(service, request, &snapshot, &filter, (None, JSON), made))
}

/// A 404 that leads on.
fn no_such_report(format: &str) -> Problem {
    let formats = REPORTS.map(|(format, ..)| format);
    let detail = match nearest(format, formats.iter().copied()) {
        Some(near) => format!("There is no report on “{}”. Did you mean “{near}”?", shown(format)),
        None => format!("There is no report on “{}”: there are {}.", shown(format), formats.join(", ")),
    };
    Problem::new(NOT_FOUND, detail)
}

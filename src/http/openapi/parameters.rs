//! The parameters of the contract.

use serde_json::{Value, json};

use super::{operations, put};
use crate::catalogue::{Field, LONGEST_TEXT, Sort, Source};
use crate::http::changes::{LONGEST_WAIT, MOST as FEED_MOST, USUAL as FEED_USUAL};
use crate::http::exports::plain_files;
use crate::http::exports::report::REPORTS;
use crate::http::include::includes_of;
use crate::http::list::{MOST, USUAL, VIEWS};
use crate::http::one_roster::filter::MOST as MOST_COMPARED;
use crate::http::one_roster::{asked, collections};
use crate::http::query::MOST_VALUES;
use crate::http::search::{MOST_SUGGESTIONS, USUAL_SUGGESTIONS};
use crate::http::vocabularies::scheme_names;
use crate::http::{collection, kind_at, one_roster};
use crate::model::codes::Kind;
use crate::model::read::{columns, schema_name};
use crate::model::shape::GREATEST;
use crate::model::text;

/// The years that moments can be reckoned in whatever their offset.
const YEARS: &str = "^(?!0000|9999)";

/// Gives every operation its parameters.
pub(super) fn add(document: &mut Value) {
    for (path, operation) in operations(document) {
        let parameters = match kind_at(path) {
            Some(kind) if path.ends_with("/{id}") => entry(kind),
            Some(kind) => list(kind),
            None if path == "/v1/search" => search(),
            None if path == "/v1/suggestions" => suggestions(),
            None if path.starts_with("/v1/changes") => changes(path),
            None if path.starts_with("/v1/exports") => exports(path),
            None if path.starts_with(one_roster::BASE) => roster(path),
            None => vocabulary(path),
        };
        if !parameters.is_empty() {
            operation.insert("parameters".to_owned(), Value::Array(parameters));
        }
    }
}

/// The parameters that a first try begins with: Swagger UI fills in what stands as their `example`. The
/// examples of the others stand in their schema.
const FIRST_TRY: [&str; 3] = ["role", "type", "facets"];

/// A parameter of a query, with an example.
fn shown(mut parameter: Value, example: &Value) -> Value {
    let is_first = parameter.get("name").and_then(Value::as_str).is_some_and(|name| FIRST_TRY.contains(&name));
    let (place, key, example) =
        if is_first { ("", "example", example.clone()) } else { ("/schema", "examples", json!([example])) };
    put(&mut parameter, place, key, example);
    parameter
}

fn query(name: &str, about: &str, schema: &Value, example: &Value) -> Value {
    shown(json!({"name": name, "in": "query", "required": false, "description": about, "schema": schema}), example)
}

/// A parameter with several values, separated by commas.
fn several(name: &str, about: &str, items: &Value, example: &[&str]) -> Value {
    let schema = json!({"type": "array", "minItems": 1, "maxItems": MOST_VALUES, "items": items});
    let parameter = json!({
        "name": name, "in": "query", "required": false, "description": about,
        "style": "form", "explode": false, "schema": schema,
    });
    shown(parameter, &json!(example))
}

fn in_path(name: &str, about: &str, schema: &Value, example: &str) -> Value {
    json!({"name": name, "in": "path", "required": true, "description": about, "schema": schema, "example": example})
}

fn slug() -> Value {
    json!({"type": "string", "minLength": 1, "maxLength": 80, "pattern": text::SLUG})
}

fn one_of(names: &[&str]) -> Value {
    json!({"type": "string", "enum": names})
}

/// The filter by a field's terms.
fn filter(kind: Kind, field: Field) -> Value {
    let terms = match field.source(kind) {
        Source::Scheme(scheme) => format!("terms of the vocabulary `{scheme}`"),
        Source::Entries(kind) => format!("ids of {}", collection(kind)),
    };
    let about = format!(
        "{}: {terms}, separated by commas or repeated; an entry passes that answers any of them.",
        field.about()
    );
    several(field.name(), &about, &slug(), &[field.example(kind)])
}

/// The filters that are not about a field's terms.
fn filters(kind: Kind) -> [Value; 4] {
    [
        query(
            "match",
            "Whether an entry that states nothing about a filter passes it: `stated` (no) or `possible` (yes).",
            &one_of(&["stated", "possible"]),
            &json!("possible"),
        ),
        several("id", "Only these entries. Variants are shown when asked for.", &slug(), &[example_id(kind)]),
        query(
            "modifiedSince",
            "Only what changed on or after this day or moment, of the years 0001 to 9998. Write the + of an offset as %2B.",
            &json!({"anyOf": [{"type": "string", "format": "date", "maxLength": 10, "pattern": YEARS, "examples": ["2026-11-23"]}, {"type": "string", "format": "date-time", "maxLength": 40, "pattern": YEARS, "examples": ["2026-11-23T09:30:00Z"]}]}),
            &json!("2020-01-01"),
        ),
        query(
            "notCheckedSince",
            "Only what no source was read live for on or after this date, or month, or year.",
            &json!({"anyOf": [
                {"type": "string", "pattern": "^(?!0000)[0-9]{4}(-(0[1-9]|1[0-2]))?$", "maxLength": 7},
                {"type": "string", "format": "date", "maxLength": 10, "examples": ["2026-11-23"]},
            ]}),
            &json!("2030-01-01"),
        ),
    ]
}

/// What is looked for.
fn text(example: &str) -> Value {
    query(
        "q",
        "Words to look for, in any order and form; in quotes, one after the other. The last may be the beginning of one. Only where nothing has them are typos forgiven: one from four letters, two from eight; and where nothing has all, what has some is found. No mark but quotes means anything.",
        &json!({"type": "string", "minLength": 1, "maxLength": LONGEST_TEXT, "pattern": r"^(?!\s*$)[^\u0000-\u001f\u007f-\u009f]+$"}),
        &json!(example),
    )
}

/// Something that entries of a kind have.
const fn about_text(kind: Kind) -> &'static str {
    match kind {
        Kind::Programme => "edward jenn",
        Kind::Provider => "king's fund",
        Kind::Academy => "london",
        Kind::CoachingLink => "mentor",
        Kind::Resource => "evidence base",
        Kind::Framework => "dimensions",
    }
}

/// The parameters of a kind's list: its filters, then what every list takes.
fn list(kind: Kind) -> Vec<Value> {
    let mut parameters = vec![text(about_text(kind))];
    parameters.extend(Field::of(kind).iter().map(|field| filter(kind, *field)));
    let facets: Vec<&str> = Field::of(kind).iter().map(|field| field.name()).collect();
    parameters.extend(filters(kind));
    parameters.extend([
        query("variants", "Whether variants of programmes are listed too.", &one_of(&["show", "hide"]), &json!("show")),
        several(
            "facets",
            "Count the entries by these. Each counts as if nothing were chosen in it.",
            &one_of(&facets),
            &facets,
        ),
        query("zeros", "Whether facets show terms that no entry answers.", &one_of(&["show", "hide"]), &json!("hide")),
    ]);
    parameters.extend(depth(kind));
    parameters.extend([
        query(
            "view",
            "How much of each entry: a summary, or everything.",
            &one_of(&VIEWS.map(|(name, _)| name)),
            &json!("summary"),
        ),
        query(
            "sort",
            "The order; the id breaks ties. `relevance`, the usual one with `q` and only there: what has all words in whatever form before what has the last one as a beginning, and both before typos; then by how rare the words are and where they stand, the title first.",
            &one_of(&Sort::NAMES.map(|(name, _)| name)),
            &json!("-modifiedAt"),
        ),
    ]);
    parameters.extend(paging(5));
    parameters
}

/// What must be looked for.
fn required(mut parameter: Value) -> Value {
    put(&mut parameter, "", "required", json!(true));
    parameter
}

/// The parameters of a search among all kinds.
fn search() -> Vec<Value> {
    let mut parameters = vec![required(text("jenner"))];
    let feed = changes("/v1/changes/digest");
    parameters.extend(feed);
    parameters.extend(paging(5));
    parameters
}

fn suggestions() -> Vec<Value> {
    let most = json!({"type": "integer", "format": "int32", "minimum": 1, "maximum": MOST_SUGGESTIONS, "default": USUAL_SUGGESTIONS});
    let schema = json!({"type": "string", "minLength": 0, "maxLength": LONGEST_TEXT, "pattern": r"^[^\u0000-\u001f\u007f-\u009f]*$"});
    vec![
        required(query("q", "What was typed so far.", &schema, &json!("mary s"))),
        query("limit", &format!("The most suggestions; {USUAL_SUGGESTIONS} where it is left out."), &most, &json!(5)),
    ]
}

/// How long a page is, and where it begins.
fn paging(example: u32) -> [Value; 2] {
    [
        query(
            "limit",
            &format!("The most entries on the page; {USUAL} where it is left out."),
            &json!({"type": "integer", "format": "int32", "minimum": 1, "maximum": MOST, "default": USUAL}),
            &json!(example),
        ),
        json!({
            "name": "cursor", "in": "query", "required": false,
            "description": "Where the page begins: from `links.next` of the page before.",
            "schema": {"type": "string", "minLength": 1, "maxLength": 2_000, "pattern": "^[A-Za-z0-9_-]+$"},
        }),
    ]
}

/// The parameters of the feed of changes, and of its digest: which entries, then which page.
fn changes(path: &str) -> Vec<Value> {
    let kinds: Vec<&str> = Kind::ALL.iter().map(|kind| kind.code()).collect();
    let about = "The kinds of entry; all that have the filters which are given where it is left out.";
    let mut parameters = vec![several("kind", about, &one_of(&kinds), &["programme"])];
    parameters.extend(Field::ALL.into_iter().map(|field| filter(Kind::Programme, field)));
    parameters.extend(filters(Kind::Programme));
    if path.ends_with("/digest") {
        return parameters;
    }
    parameters.extend([
        query(
            "afterChangeNumber",
            "The change number after which the page begins. `next` gives it.",
            &json!({"type": "integer", "format": "int64", "minimum": 0, "default": 0}),
            &json!(0),
        ),
        json!({
            "name": "chain", "in": "query", "required": false,
            "description": "What proves that the change number is this directory's. `next` gives it.",
            "schema": {"type": "string", "minLength": 16, "maxLength": 16, "pattern": "^[0-9a-fA-F]{16}$"},
        }),
        query(
            "view",
            "How much of each entry: a summary, or everything.",
            &one_of(&VIEWS.map(|(name, _)| name)),
            &json!("full"),
        ),
        query(
            "limit",
            &format!("The most changes on the page; {FEED_USUAL} where it is left out."),
            &json!({"type": "integer", "format": "int32", "minimum": 1, "maximum": FEED_MOST, "default": FEED_USUAL}),
            &json!(5),
        ),
        query(
            "wait",
            "The seconds to wait for a change where there is none yet; the answer comes as soon as there is one.",
            &json!({"type": "integer", "format": "int32", "minimum": 0, "maximum": LONGEST_WAIT, "default": 0}),
            &json!(0),
        ),
    ]);
    parameters
}

/// The parameters of a file: which, which entries, then what is particular to it.
fn exports(path: &str) -> Vec<Value> {
    let mut parameters = Vec::new();
    if path.ends_with("/canvas-accounts.csv") || path.ends_with("/canvas-terms.csv") {
        return parameters;
    }
    if path.ends_with("{file}") {
        let files = plain_files();
        let files: Vec<&str> = files.iter().map(String::as_str).collect();
        let about = "The file: a kind, and the form. A kind takes the filters that its list takes.";
        parameters.push(in_path("file", about, &one_of(&files), "programmes.csv"));
    }
    if path.ends_with("/report") {
        let formats = REPORTS.map(|(format, ..)| format);
        parameters.push(in_path("format", "The system whose importer is meant.", &one_of(&formats), "moodle"));
    }
    parameters.extend(Field::ALL.into_iter().map(|field| filter(Kind::Programme, field)));
    // A file of Canvas that has what changed alone would be taken for all there is.
    let filters = filters(Kind::Programme).into_iter();
    parameters.extend(filters.take(if path.ends_with("/canvas-courses.csv") { 2 } else { 4 }));
    if path.ends_with("moodle-courses.csv") {
        parameters.extend(moodle());
    }
    parameters
}

/// What says which column a custom field is filled from, and which field where it has another name.
fn custom_field() -> String {
    let columns: Vec<String> = columns(Kind::Programme).iter().map(|column| column.replace('.', r"\.")).collect();
    format!("^([a-z0-9_]{{1,100}}:)?({})$", columns.join("|"))
}

/// The parameters of a file of courses for Moodle.
fn moodle() -> [Value; 4] {
    [
        query(
            "since",
            "Only rows that changed after this change number: `Directory-Change-Number` of the answer before.",
            &json!({"type": "integer", "format": "int64", "minimum": 0, "default": 0}),
            &json!(0),
        ),
        query(
            "others",
            "What becomes of the programmes that do not pass the filters: `leave` them out, or `hide` them, for an import that only updates courses which there are.",
            &one_of(&["leave", "hide"]),
            &json!("leave"),
        ),
        query(
            "categoryIdnumber",
            "The ID number of the category that the courses go to; the importer's own where it is left out.",
            &json!({"type": "string", "minLength": 1, "maxLength": 100, "pattern": r"^(?![=+@-])[^\u0000-\u001f\u007f-\u009f]+$"}),
            &json!("leadership"),
        ),
        several(
            "customFields",
            "The custom fields to fill, each from a column of `/v1/exports/programmes.csv`: `provider` fills the field of that short name, `level:audience.levels.from` one of another.",
            &json!({"type": "string", "minLength": 1, "maxLength": 200, "pattern": custom_field()}),
            &["provider", "level:audience.levels.from"],
        ),
    ]
}

/// The parameters of OneRoster: which collection, and what of it.
fn roster(path: &str) -> Vec<Value> {
    let id = json!({"type": "string", "minLength": 1, "maxLength": 80});
    let mut parameters = Vec::new();
    for name in path.split('{').skip(1).filter_map(|part| part.split('}').next()) {
        parameters.push(match name {
            "collection" if path.ends_with("{nested}") => {
                let about = "The collection of what it is within.";
                in_path(name, about, &one_of(&collections::collections_with_others()), "terms")
            }
            "collection" => {
                let about = "The collection. Those of users, enrollments, demographics and grading periods are empty.";
                let usual = if path.ends_with("{collection}") { "courses" } else { "terms" };
                in_path(name, about, &one_of(&collections::collections()), usual)
            }
            "nested" => {
                let all = collections::nested();
                let (names, usual) = if path.contains("/schools/") {
                    (&collections::OF_CLASSES[..], "students")
                } else {
                    (&all[..], "classes")
                };
                in_path(name, "The collection within it.", &one_of(names), usual)
            }
            _ => in_path(name, "The id of one, its `sourcedId`.", &id, example_of(name)),
        });
    }
    if !path.ends_with("{sourcedId}") {
        parameters.extend(roster_page());
    }
    let text = json!({"type": "string", "minLength": 1, "maxLength": asked::LONGEST_FIELDS});
    parameters.push(query("fields", "Only these fields, separated by commas.", &text, &json!("sourcedId,title")));
    parameters
}

/// Something of OneRoster that is always there: a session, the NHS Leadership Academy, the Edward Jenner programme.
fn example_of(name: &str) -> &'static str {
    match name {
        "schoolSourcedId" => "1daf0a52-a8bf-558f-960d-fd2e33f164a2",
        "classSourcedId" => "31bf6461-ac36-5ba2-b756-e8dcdb63c916",
        _ => "open",
    }
}

/// What of a collection of OneRoster is asked for.
fn roster_page() -> [Value; 5] {
    let number = |usual: usize| json!({"type": "integer", "format": "int64", "minimum": -GREATEST, "maximum": GREATEST, "default": usual});
    let most = asked::MOST;
    [
        query(
            "filter",
            &format!(
                "What must be true: `field OP 'value'`, joined by AND and OR, with parentheses; OP is one of = != > >= < <= and ~ (contains). Case does not matter. {MOST_COMPARED} comparisons at most."
            ),
            &json!({"type": "string", "minLength": 1, "maxLength": 2_048}),
            &json!("status='active' AND dateLastModified>='2020-01-01'"),
        ),
        query(
            "sort",
            "The field to sort by; what came later stands later where it is left out.",
            &json!({"type": "string", "minLength": 1, "maxLength": asked::LONGEST_NAME}),
            &json!("title"),
        ),
        query("orderBy", "Upwards or downwards.", &one_of(&["asc", "desc"]), &json!("desc")),
        query(
            "limit",
            &format!("The most objects on the page; {most} are given where more are asked for."),
            &number(asked::USUAL),
            &json!(5),
        ),
        query("offset", "How many are passed over.", &number(0), &json!(0)),
    ]
}

/// How much of an entry is sent, and what along with it.
fn depth(kind: Kind) -> [Value; 2] {
    let includes: Vec<&str> = includes_of(kind).map(|include| include.member).collect();
    let field = json!({"$ref": format!("#/components/schemas/{}Field", schema_name(kind))});
    [
        several("fields", "Only these members; a point leads into a member.", &field, &["id", "title", "status.term"]),
        several(
            "include",
            "Send the entries along that these members name, as summaries, in `included`.",
            &one_of(&includes),
            &["related"],
        ),
    ]
}

/// The parameters of one entry of a kind.
fn entry(kind: Kind) -> Vec<Value> {
    let mut parameters = vec![in_path("id", "The entry's id.", &slug(), example_id(kind))];
    parameters.extend(depth(kind));
    parameters
}

/// The parameters of an operation on vocabularies: those that its path names.
fn vocabulary(path: &str) -> Vec<Value> {
    let schemes: Vec<&str> = scheme_names().collect();
    let mut parameters = Vec::new();
    if path.contains("{scheme}") {
        parameters.push(in_path("scheme", "The vocabulary's name.", &one_of(&schemes), "role"));
    }
    if path.contains("{term}") {
        parameters.push(in_path("term", "The term's code.", &slug(), "nurse"));
    }
    parameters
}

/// An entry of each kind that is always there.
const fn example_id(kind: Kind) -> &'static str {
    match kind {
        Kind::Programme => "edward-jenner",
        Kind::Provider => "kings-fund",
        Kind::Academy => "london-leadership-academy",
        Kind::CoachingLink => "coaching-mentoring",
        Kind::Resource => "west-2015",
        Kind::Framework => "hlm",
    }
}

//! What operations answer beside what they are asked for: the statuses and headers they share, and
//! the examples.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{operations, put};
use crate::http::{kind_at, oauth, one_roster};

/// Examples by operation (and media type, where it has several), or by the name of a shared answer: a request and the
/// body that the shipped directory answers it with. Tests execute each.
const EXAMPLES: &str = include_str!("../../../openapi/examples.json");

/// The answers that operations share: name, status, what they mean.
const SHARED: &[(&str, &str, &str)] = &[
    ("NotModified", "304", "The client has it already: `If-None-Match` names its ETag."),
    ("Renamed", "308", "The entry has another id now; `Location` leads to it."),
    ("BadRequest", "400", "A parameter is unknown or cannot be used; every fault is told, with what may stand there."),
    ("MalformedBody", "400", "The body is not JSON that gives each member once, or the address has parameters."),
    ("Unauthorised", "401", "Who asks is not said, or is not known here."),
    ("NotFound", "404", "Nothing has this name; the nearest that there is is told."),
    ("NotAcceptable", "406", "The request accepts neither the media type nor a coding that there is."),
    ("BodyTooSlow", "408", "The body did not come in within ten seconds."),
    ("Gone", "410", "The entry was taken out of the directory: why, since when, and what took its place."),
    ("UnknownChange", "410", "The place is none that this directory ever came to, and where to begin again."),
    ("PreconditionFailed", "412", "It is not as `If-Match` demands."),
    ("BodyTooLarge", "413", "The body is larger than 256 KiB."),
    ("UriTooLong", "414", "The address is longer than 8 KiB."),
    ("UnsupportedMediaType", "415", "The body is not said to be JSON, or is in a content coding."),
    ("ExpectationFailed", "417", "`Expect` asks for what is not done here."),
    (
        "InvalidBody",
        "422",
        "The body says what cannot be used; every fault is told with its place, and nothing that was sent is repeated.",
    ),
    ("HeadersTooLarge", "431", "The headers are longer than 16 KiB."),
    ("Internal", "500", "Something failed that should not have; the log names it by the `instance`."),
    ("Unreachable", "503", "The database does not answer; reads go on from memory."),
    ("Problem", "default", "Any other answer that failed, such as 405 to a method that is not there."),
];

/// The headers of answers: name, schema, meaning, example.
fn headers() -> Value {
    let text = |name: &str, about: &str, example: &str| {
        (
            name.to_owned(),
            json!({"description": about, "schema": {"type": "string", "maxLength": 4_000}, "example": example}),
        )
    };
    let mut headers: Map<String, Value> = [
        text("Accept", "The media types that are read (RFC 9110 §15.5.16).", "application/json"),
        text("Accept-Encoding", "The content codings that are read (RFC 9110 §12.5.3).", "identity"),
        text("Access-Control-Allow-Origin", "Pages of any origin may read (the Fetch standard).", "*"),
        text("Cache-Control", "How long it may be kept (RFC 9111 §5.2).", "public, no-cache, stale-if-error=86400"),
        text("Content-Disposition", "The file's name (RFC 6266).", "attachment; filename=\"programmes.csv\""),
        text("ETag", "The strong validator of this representation (RFC 9110 §8.8.3).", "\"240-0a1b2c3d4e5f-6a7b8c\""),
        text("Vary", "What of the request it depends on (RFC 9110 §12.5.5).", "Accept, Accept-Encoding"),
        text(
            "Link",
            "The next page, where there is one (RFC 8288).",
            "<https://directory.example/v1/programmes?limit=2&cursor=eyJs>; rel=\"next\"",
        ),
        text("Location", "Where it is now (RFC 9110 §10.2.2).", "https://directory.example/v1/programmes/mary-seacole"),
        text("WWW-Authenticate", "How to say who asks (RFC 9110 §11.6.1).", "Bearer realm=\"leadership-directory\""),
        text("X-Request-Id", "This answer; the log names it too.", "7c9e6679-7425-40de-944b-e07fc1f90ae7"),
    ]
    .into_iter()
    .collect();
    let mut number = |name: &str, about: &str, example: u32| {
        let schema = json!({"type": "integer", "format": "int64", "minimum": 0});
        headers.insert(name.to_owned(), json!({"description": about, "schema": schema, "example": example}));
    };
    number("Directory-Change-Number", "The directory's change number.", 240);
    number("X-Total-Count", "How many the whole collection has.", 38);
    number("Retry-After", "The seconds to wait before asking again (RFC 9110 §10.2.3).", 5);
    Value::Object(headers)
}

/// The headers of an answer with a status.
fn headers_of(status: &str, is_cacheable: bool, is_list: bool, is_file: bool) -> Value {
    let mut names = vec!["Access-Control-Allow-Origin", "Directory-Change-Number", "X-Request-Id", "Cache-Control"];
    match status {
        "200" | "304" if is_cacheable => names.extend(["ETag", "Vary"]),
        "415" => names.extend(["Accept", "Accept-Encoding"]),
        "308" => names.push("Location"),
        "401" => names.push("WWW-Authenticate"),
        "503" => names.push("Retry-After"),
        _ => {}
    }
    if is_list {
        names.push("Link");
    }
    if is_file && status == "200" {
        names.push("Content-Disposition");
    }
    names.into_iter().map(|name| (name.to_owned(), json!({"$ref": format!("#/components/headers/{name}")}))).collect()
}

/// The form that failures have at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tongue {
    Problem,
    OneRoster,
    OAuth,
}

impl Tongue {
    const ALL: [Self; 3] = [Self::Problem, Self::OneRoster, Self::OAuth];

    fn at(path: &str) -> Self {
        match path {
            oauth::PATH => Self::OAuth,
            _ if path.starts_with(one_roster::BASE) => Self::OneRoster,
            _ => Self::Problem,
        }
    }

    /// The name of an answer in this form.
    fn named(self, name: &str) -> String {
        match self {
            Self::Problem => name.to_owned(),
            Self::OneRoster => format!("Roster{name}"),
            Self::OAuth => format!("Token{name}"),
        }
    }

    /// The media type and the schema of failures.
    const fn form(self) -> (&'static str, &'static str) {
        match self {
            Self::Problem => ("application/problem+json", "ProblemBody"),
            Self::OneRoster => ("application/json", "StatusInfo"),
            Self::OAuth => ("application/json", "TokenFailure"),
        }
    }
}

/// Whether an operation answers so.
fn is_given(name: &str, path: &str, reads_body: bool) -> bool {
    let is_cacheable = !path.starts_with("/health") && !reads_body;
    match (name, Tongue::at(path)) {
        ("Unauthorised", tongue) => tongue != Tongue::Problem,
        ("BadRequest", Tongue::OAuth) => true,
        ("MalformedBody" | "UnsupportedMediaType" | "InvalidBody", Tongue::OAuth) => false,
        ("Unreachable", tongue) => {
            tongue != Tongue::Problem
                || path == "/health/ready"
                || path == "/v1/changes"
                || path.ends_with("/moodle-courses.csv")
        }
        ("NotModified" | "PreconditionFailed", _) => is_cacheable,
        ("BadRequest", _) => !reads_body,
        ("MalformedBody" | "BodyTooSlow" | "BodyTooLarge" | "UnsupportedMediaType" | "InvalidBody", _) => reads_body,
        ("UnknownChange", _) => path == "/v1/changes" || path.ends_with("/moodle-courses.csv"),
        ("Renamed" | "Gone", _) => path.ends_with("/{id}"),
        ("NotFound", _) => path.contains('{'),
        _ => true,
    }
}

/// Gives every operation the answers it shares with others, and every answer its headers.
pub(super) fn add(document: &mut Value) {
    let mut shared = Map::new();
    for (name, status, about) in SHARED {
        for tongue in Tongue::ALL {
            let mut answer = json!({"description": about, "headers": headers_of(status, true, false, false)});
            if !status.starts_with('3') {
                let (media_type, schema) = tongue.form();
                let schema = json!({"$ref": format!("#/components/schemas/{schema}")});
                put(&mut answer, "", "content", json!({media_type: {"schema": schema}}));
            }
            shared.insert(tongue.named(name), answer);
        }
    }
    put(document, "/components", "responses", Value::Object(shared));
    put(document, "/components", "headers", headers());
    let mut used = BTreeSet::new();
    for (path, operation) in operations(document) {
        let security = match Tongue::at(path) {
            Tongue::Problem => None,
            Tongue::OneRoster => {
                Some(json!([{"clientToken": [oauth::SCOPES[0].0]}, {"clientToken": [oauth::SCOPES[1].0]}]))
            }
            Tongue::OAuth => Some(json!([{"clientSecret": []}, {}])),
        };
        if let Some(security) = security {
            operation.insert("security".to_owned(), security);
        }
        let is_list = operation.get("operationId").and_then(Value::as_str).is_some_and(|id| id.starts_with("list_"));
        let reads_body = operation.contains_key("requestBody");
        let is_cacheable = !path.starts_with("/health") && !reads_body;
        let Some(answers) = operation.get_mut("responses").and_then(Value::as_object_mut) else { continue };
        for (status, answer) in answers.iter_mut() {
            let is_file = path.starts_with("/v1/exports/") && !path.ends_with("/report");
            let is_paged = is_list && path != "/v1/vocabularies" && path != "/v1/changes";
            put(answer, "", "headers", headers_of(status, is_cacheable, is_paged, is_file));
            if is_paged && Tongue::at(path) == Tongue::OneRoster {
                put(answer, "/headers", "X-Total-Count", json!({"$ref": "#/components/headers/X-Total-Count"}));
            }
        }
        if let Some(answer) = answers.get_mut("200").filter(|_| kind_at(path).is_some()) {
            put(
                answer,
                "/content",
                "application/ld+json",
                json!({"schema": {"$ref": "#/components/schemas/LinkedData"}}),
            );
        }
        for (name, status, _) in SHARED.iter().filter(|(name, _, _)| is_given(name, path, reads_body)) {
            let name = Tongue::at(path).named(name);
            used.insert(name.clone());
            answers.insert((*status).to_owned(), json!({"$ref": format!("#/components/responses/{name}")}));
        }
    }
    if let Some(shared) = document.pointer_mut("/components/responses").and_then(Value::as_object_mut) {
        shared.retain(|name, _| used.contains(name));
    }
}

/// Shows every answer by an example.
pub(super) fn add_examples(document: &mut Value) {
    let examples: Map<String, Value> = serde_json::from_str(EXAMPLES).unwrap_or_default();
    for (_, operation) in operations(document) {
        let id = operation.get("operationId").and_then(Value::as_str).unwrap_or_default().to_owned();
        let example = examples.get(&id).cloned();
        if let Some(sent) = example.as_ref().and_then(|example| example.get("send"))
            && let Some(content) =
                operation.get_mut("requestBody").and_then(|body| body.pointer_mut("/content/application~1json"))
        {
            put(
                content,
                "",
                "examples",
                json!({"shipped": {"summary": "What the example below answers", "value": sent}}),
            );
        }
        if let (Some(example), Some(answer)) =
            (example, operation.get_mut("responses").and_then(|all| all.get_mut("200")))
        {
            show(answer, &example);
            for (media, content) in answer.get_mut("content").and_then(Value::as_object_mut).into_iter().flatten() {
                if let Some(own) = examples.get(&format!("{id} {media}")) {
                    put(content, "", "examples", shipped(own));
                }
            }
        }
    }
    for (name, answer) in
        document.pointer_mut("/components/responses").and_then(Value::as_object_mut).into_iter().flatten()
    {
        if let Some(example) = examples.get(name) {
            show(answer, example);
        }
    }
}

/// Puts an example into each content of an answer.
fn show(answer: &mut Value, example: &Value) {
    let contents = answer.get_mut("content").and_then(Value::as_object_mut).into_iter().flatten();
    for (_, content) in contents {
        put(content, "", "examples", shipped(example));
    }
}

/// An example, with its request above it.
fn shipped(example: &Value) -> Value {
    let text = |key: &str| example.get(key).and_then(Value::as_str);
    let summary = format!("{} {}", text("method").unwrap_or("GET"), text("request").unwrap_or_default());
    json!({"shipped": {"summary": summary, "value": example.get("body").cloned().unwrap_or_default()}})
}

//! What the contract promises of an answer. Every answer that any test sees is held against it.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

use jsonschema::Validator;
use serde_json::{Value, json};

use crate::support::{Answer, binary};

/// The contract, as the binary under test writes it.
pub(crate) static CONTRACT: LazyLock<Value> = LazyLock::new(|| {
    let output = binary().arg("openapi").output().expect("it runs");
    serde_json::from_slice(&output.stdout).expect("JSON")
});

/// Whether a page for people is there, which explains itself.
fn is_for_people(path: &str) -> bool {
    let path = path.split('?').next().unwrap();
    let kinds = ["programmes", "providers", "academies", "coaching-links", "resources", "frameworks"];
    let is_of_kind = |kind: &str| path.split('/').nth(1) == Some(kind) && path.split('/').count() > 2;
    PAGES.contains(&path) || kinds.iter().any(|kind| is_of_kind(kind))
}

/// The pages that explain themselves, but for those of entries.
const PAGES: [&str; 10] = [
    "/",
    "/can-i-take-it",
    "/frameworks",
    "/resources",
    "/providers",
    "/academies",
    "/coaching",
    "/compare",
    "/embed",
    "/embed/builder",
];

/// Checks the answer to a request that a method makes of a path.
pub(crate) fn check(method: &str, path: &str, answer: &Answer) {
    let kind = answer.header("content-type").split(';').next().unwrap_or_default();
    let Some(template) = template(path) else {
        // Pages stand beside the contract; a failure has the same shape everywhere.
        let (form, schema) = match path {
            _ if path.starts_with("/ims/oneroster/") => ("application/json", "StatusInfo"),
            _ => ("application/problem+json", "ProblemBody"),
        };
        // What is refused before anybody asks for a page is refused as everywhere; what is known already is not sent.
        if is_for_people(path) && ![304, 405, 412, 414].contains(&answer.status) {
            assert_eq!(kind, "text/html", "{path}");
        } else if kind == "text/html" {
            let is_of_programs = ["/v1", "/ims/", "/oauth/", "/health/"].iter().any(|begin| path.starts_with(begin));
            // Swagger UI is a page of its own making.
            let is_whole = answer.text.contains("<main") || path.starts_with("/docs/");
            assert!(!is_of_programs && is_whole, "{path}");
        } else if answer.status >= 400 {
            assert_eq!(kind, form, "{path}");
            valid(&json!({"$ref": format!("#/components/schemas/{schema}")}), &answer.json(), path);
        }
        return;
    };
    let responses = &CONTRACT["paths"][template][method]["responses"];
    let promised = match &responses[answer.status.to_string()] {
        // A method that is not there is promised by none.
        Value::Null if responses.is_null() && answer.status == 405 => return,
        promised => promised,
    };
    assert!(promised.is_object(), "{path}: {template} promises no {}", answer.status);
    let promised = promised["$ref"].as_str().map_or(promised, |r| CONTRACT.pointer(&r[1..]).expect("a shared answer"));
    for header in promised["headers"].as_object().into_iter().flatten().map(|(name, _)| name.as_str()) {
        // A last page has no link; an answer that tells of a person is kept by nobody and needs no tag.
        let is_there_always =
            header != "Link" && (header != "ETag" || !answer.header("cache-control").contains("private"));
        assert!(!is_there_always || answer.headers.contains_key(header), "{path}: {} without {header}", answer.status);
    }
    match promised["content"].as_object() {
        None => assert_eq!(answer.text, "", "{path}: {} has no body", answer.status),
        Some(content) => {
            let content = content.get(kind).unwrap_or_else(|| panic!("{path}: {} promises no {kind}", answer.status));
            if kind.ends_with("json") && kind != "application/x-ndjson" {
                let body = answer.json();
                valid(&content["schema"], &body, path);
                if let (200, "application/json", Some(schema)) = (answer.status, kind, entry_schema(template, path)) {
                    let entries = body["data"].as_array().cloned().unwrap_or_else(|| vec![body["data"].clone()]);
                    for entry in entries {
                        valid(&schema, &entry, path);
                    }
                }
            }
        }
    }
}

/// The schema of the entries in an answer, as the query asks for them: the contract allows any of three.
fn entry_schema(template: &str, path: &str) -> Option<Value> {
    let query: HashMap<String, String> =
        url::form_urlencoded::parse(path.split_once('?').map_or("", |(_, query)| query).as_bytes())
            .into_owned()
            .collect();
    let name = match template.trim_end_matches("/{id}") {
        "/v1/programmes" => "Programme",
        "/v1/providers" => "Provider",
        "/v1/academies" => "Academy",
        "/v1/coaching-links" => "CoachingLink",
        "/v1/resources" => "Resource",
        "/v1/frameworks" => "Framework",
        _ => return None,
    };
    let form = match query.get("view").map(String::as_str) {
        _ if query.contains_key("fields") => "Sparse",
        Some("full") => "",
        _ if template.ends_with("/{id}") => "",
        _ => "Summary",
    };
    Some(json!({"$ref": format!("#/components/schemas/{name}{form}")}))
}

/// The contract's components, with nothing allowed in an object that its schema does not name.
static CLOSED: LazyLock<Value> = LazyLock::new(|| {
    let mut components = CONTRACT["components"].clone();
    close(&mut components);
    components
});

fn close(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(close),
        Value::Object(members) => {
            members.iter_mut().filter(|(key, _)| !key.starts_with("example")).for_each(|(_, member)| close(member));
            let is_schema = members.get("properties").is_some_and(Value::is_object)
                && members.get("type").is_some_and(|t| t == "object");
            if is_schema && !members.contains_key("additionalProperties") {
                members.insert("additionalProperties".to_owned(), false.into());
            }
        }
        _ => {}
    }
}

/// The path of the contract that an address falls under.
fn template(path: &str) -> Option<&'static str> {
    let path = path.split('?').next().unwrap_or_default();
    let paths = CONTRACT["paths"].as_object().expect("paths").keys();
    let fits = |template: &str| {
        let (wanted, given): (Vec<&str>, Vec<&str>) = (template.split('/').collect(), path.split('/').collect());
        let same = |(wanted, given): (&&str, &&str)| wanted == given || (wanted.starts_with('{') && !given.is_empty());
        wanted.len() == given.len() && wanted.iter().zip(&given).all(same)
    };
    // A path that is written out goes before one that has a place for it.
    paths.map(String::as_str).filter(|template| fits(template)).min_by_key(|template| template.matches('{').count())
}

/// Checks a value against a schema of the contract.
pub(crate) fn valid(schema: &Value, value: &Value, name: &str) {
    static VALIDATORS: LazyLock<Mutex<HashMap<String, Arc<Validator>>>> = LazyLock::new(Mutex::default);
    let known = VALIDATORS.lock().expect("no test fails in here").get(&schema.to_string()).cloned();
    let validator = known.unwrap_or_else(|| {
        let mut whole = json!({"$schema": "https://json-schema.org/draft/2020-12/schema", "components": *CLOSED});
        whole.as_object_mut().expect("an object").extend(schema.as_object().expect("a schema").clone());
        let validator = jsonschema::options().should_validate_formats(true).build(&whole).expect("a good schema");
        let validator = Arc::new(validator);
        VALIDATORS.lock().expect("no test fails in here").insert(schema.to_string(), Arc::clone(&validator));
        validator
    });
    let faults: Vec<String> =
        validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).take(5).collect();
    assert!(faults.is_empty(), "{name}: {faults:#?}");
}

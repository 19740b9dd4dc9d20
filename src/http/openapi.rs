//! The contract, made from the code: OpenAPI 3.1.

mod answers;
mod parameters;
mod schemas;

use std::sync::LazyLock;

use serde_json::{Map, Value, json};
use utoipa::OpenApi;

use super::problem::ProblemBody;
use super::{
    changes, eligibility_checks, entries, exports, health, oauth, one_roster, root, search, site, vocabularies,
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Leadership Directory",
        description = "NHS leadership programmes, regional academies, coaching and mentoring, providers, frameworks and resources, each fact with its source and date. A member is null where no source states it.",
        contact(name = "Leadership Directory"),
        license(name = "CC BY 4.0 (the compilation); MIT or Apache-2.0 (the code)", url = "https://creativecommons.org/licenses/by/4.0/"),
    ),
    servers((url = "/", description = "The server this document came from, be it production, staging or local")),
    tags(
        (name = "programmes", description = "Courses of learning: programmes, their variants, suites, courses and e-learning."),
        (name = "providers", description = "Organisations that run, publish or give access to something in the directory."),
        (name = "academies", description = "Regional leadership academies and their network."),
        (name = "coaching-links", description = "The coaching and mentoring service and its regional registers."),
        (name = "resources", description = "What there is to read, watch, use or join."),
        (name = "frameworks", description = "Models of leadership behaviour with ordered parts."),
        (name = "search", description = "Looking for words in the whole directory, and what may be typed next."),
        (name = "changes", description = "What changed, in order, deletions included: for those who keep a copy."),
        (name = "exports", description = "Files in the forms that learning systems and spreadsheets read."),
        (name = "one-roster", description = "OneRoster 1.2 rostering (1EdTech), for learning systems that read it, and the tokens it asks for."),
        (name = "eligibility", description = "Who can take what, and why. What a person tells is neither kept nor logged."),
        (name = "vocabularies", description = "What may stand in filters and fields, with hierarchy, definitions, outside codes and counts."),
        (name = "service", description = "The service's description of itself."),
        (name = "health", description = "Whether the process lives and is ready."),
    ),
    components(schemas(vocabularies::Vocabulary, vocabularies::VocabularyTerm, ProblemBody, one_roster::status::StatusInfo, oauth::TokenFailure)),
    paths(
        root::describe_service, root::get_openapi, site::get_openapi_yaml, site::get_api_catalog, site::get_security_contact,
        entries::list_programmes, entries::get_programme,
        entries::list_providers, entries::get_provider,
        entries::list_academies, entries::get_academy,
        entries::list_coaching_links, entries::get_coaching_link,
        entries::list_resources, entries::get_resource,
        entries::list_frameworks, entries::get_framework,
        search::search_directory, search::list_suggestions,
        changes::list_changes, changes::get_digest,
        exports::get_export, exports::report::get_report, exports::moodle::get_moodle_courses,
        exports::canvas::get_canvas_accounts, exports::canvas::get_canvas_terms, exports::canvas::get_canvas_courses,
        eligibility_checks::check_eligibility,
        oauth::issue_token, one_roster::list_roster, one_roster::get_roster_object, one_roster::list_roster_within,
        one_roster::list_roster_within_class,
        vocabularies::list_vocabularies, vocabularies::get_vocabulary, vocabularies::get_term,
        health::get_liveness, health::get_readiness,
    ),
)]
struct Contract;

/// The document, as it is served and committed.
#[must_use]
pub fn text() -> &'static str {
    static TEXT: LazyLock<String> = LazyLock::new(|| {
        let mut text = serde_json::to_string_pretty(&document()).unwrap_or_default();
        text.push('\n');
        text
    });
    &TEXT
}

/// The document as YAML.
pub(super) fn yaml() -> &'static str {
    static YAML: LazyLock<String> = LazyLock::new(|| {
        let document: Value = serde_json::from_str(text()).unwrap_or_default();
        yaml_serde::to_string(&document).unwrap_or_default()
    });
    &YAML
}

/// The hash of the document.
pub(super) fn hash() -> &'static str {
    static HASH: LazyLock<String> = LazyLock::new(|| crate::store::hash(&[text()]));
    &HASH
}

fn document() -> Value {
    let mut document = serde_json::to_value(Contract::openapi()).unwrap_or_default();
    // Everything is public: no operation asks for a key, but OneRoster, whose clients have tokens.
    put(&mut document, "", "security", json!([]));
    put(&mut document, "/components", "securitySchemes", security_schemes());
    put(&mut document, "/servers/0", "x-internal", json!(false));
    put(&mut document, "/info", "x-audience", json!("external-public"));
    // Made up once, and never changed: the name of this API among all others.
    put(&mut document, "/info", "x-api-id", json!("5bc7e1c4-6c0f-4a55-9a53-0d1a6f1f2a0e"));
    if let Some(schemas) = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) {
        schemas::add(schemas);
    }
    parameters::add(&mut document);
    answers::add(&mut document);
    schemas::hoist(&mut document);
    schemas::bound(&mut document);
    answers::add_examples(&mut document);
    document
}

/// How those say who they are that have to.
fn security_schemes() -> Value {
    let scopes: Map<String, Value> =
        oauth::SCOPES.iter().map(|(scope, about)| ((*scope).to_owned(), json!(about))).collect();
    json!({
        "clientToken": {
            "type": "oauth2",
            "description": "A token for a client's credentials (RFC 6749 §4.4), which whoever runs the directory makes.",
            "flows": {"clientCredentials": {"tokenUrl": oauth::PATH, "scopes": scopes}},
        },
        "clientSecret": {
            "type": "http", "scheme": "basic",
            "description": "A client's id and secret (RFC 6749 §2.3.1); they may come in the body instead.",
        },
    })
}

/// Puts a member into the object at a pointer.
fn put(document: &mut Value, pointer: &str, key: &str, value: Value) {
    if let Some(object) = document.pointer_mut(pointer).and_then(Value::as_object_mut) {
        object.insert(key.to_owned(), value);
    }
}

/// Every operation with its path.
fn operations(document: &mut Value) -> impl Iterator<Item = (&str, &mut Map<String, Value>)> {
    let paths = document.pointer_mut("/paths").and_then(Value::as_object_mut).into_iter().flatten();
    paths.flat_map(|(path, item)| {
        let operations = item.as_object_mut().into_iter().flatten();
        operations.filter_map(|(_, operation)| Some((path.as_str(), operation.as_object_mut()?)))
    })
}

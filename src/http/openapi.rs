//! The contract, made from the code: OpenAPI 3.1.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::{Map, Value, json};
use utoipa::OpenApi;

use super::include::includes_of;
use super::list::{MOST, USUAL, VIEWS};
use super::{collection, entries, health, root, site, vocabularies};
use crate::catalogue::{FULL_ONLY, Field, Sort, Source};
use crate::model::codes::Kind;
use crate::model::entry::{Academy, CoachingLink, Framework, Programme, Provider, Resource};
use crate::model::{read, terms};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Leadership Directory",
        description = "NHS leadership programmes, regional academies, coaching and mentoring, providers, frameworks and resources, each fact with its source and date. A member is null where no source states it.",
        contact(name = "Leadership Directory"),
        license(name = "CC BY 4.0 (the compilation); MIT or Apache-2.0 (the code)", url = "https://creativecommons.org/licenses/by/4.0/"),
    ),
    servers((url = "/", description = "This server")),
    tags(
        (name = "programmes", description = "Courses of learning: programmes, their variants, suites, courses and e-learning."),
        (name = "providers", description = "Organisations that run, publish or give access to something in the directory."),
        (name = "academies", description = "Regional leadership academies and their network."),
        (name = "coaching-links", description = "The coaching and mentoring service and its regional registers."),
        (name = "resources", description = "What there is to read, watch, use or join."),
        (name = "frameworks", description = "Models of leadership behaviour with ordered parts."),
        (name = "vocabularies", description = "What may stand in filters and fields, with hierarchy, definitions, outside codes and counts."),
        (name = "service", description = "The service's description of itself."),
        (name = "health", description = "Whether the process lives and is ready."),
    ),
    components(schemas(vocabularies::Vocabulary, vocabularies::VocabularyTerm)),
    paths(
        root::describe_service, root::get_openapi, site::get_openapi_yaml, site::get_api_catalog, site::get_security_contact,
        entries::list_programmes, entries::get_programme,
        entries::list_providers, entries::get_provider,
        entries::list_academies, entries::get_academy,
        entries::list_coaching_links, entries::get_coaching_link,
        entries::list_resources, entries::get_resource,
        entries::list_frameworks, entries::get_framework,
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
    let mut model = BTreeMap::new();
    terms::schemas_of::<Programme>(&mut model);
    terms::schemas_of::<Provider>(&mut model);
    terms::schemas_of::<Academy>(&mut model);
    terms::schemas_of::<CoachingLink>(&mut model);
    terms::schemas_of::<Resource>(&mut model);
    terms::schemas_of::<Framework>(&mut model);
    if let Some(schemas) = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) {
        for (name, schema) in model {
            let mut schema = serde_json::to_value(schema).unwrap_or_default();
            always_present(&mut schema);
            schemas.insert(name, schema);
        }
        for kind in Kind::ALL {
            add_envelopes(schemas, read::schema_name(*kind));
        }
        add_shared(schemas);
        add_vocabulary_envelopes(schemas);
        schemas.sort_keys();
    }
    for kind in Kind::ALL {
        let pointer = format!("/paths/~1v1~1{}/get", collection(*kind));
        if let Some(operation) = document.pointer_mut(&pointer).and_then(Value::as_object_mut) {
            operation.insert("parameters".to_owned(), Value::Array(list_parameters(*kind)));
        }
    }
    hoist(&mut document);
    document
}

/// The query parameters of a kind's list: its filters, then what every list takes.
fn list_parameters(kind: Kind) -> Vec<Value> {
    let parameter = |name: &str, about: String, schema: Value, example: Value| json!({"name": name, "in": "query", "required": false, "description": about, "schema": schema, "example": example});
    let text = || json!({"type": "string", "minLength": 1, "maxLength": 2_000});
    let one_of = |names: &[&str]| json!({"type": "string", "enum": names});
    let mut parameters: Vec<Value> = Field::of(kind)
        .iter()
        .map(|field| {
            let terms = match field.source(kind) {
                Source::Scheme(scheme) => format!("terms of the vocabulary `{scheme}`"),
                Source::Entries(kind) => format!("ids of {}", collection(kind)),
            };
            let about = format!(
                "{}: {terms}, separated by commas or repeated; an entry passes that answers any of them.",
                field.about()
            );
            parameter(field.name(), about, text(), json!(field.example(kind)))
        })
        .collect();
    let includes: Vec<&str> = includes_of(kind).map(|include| include.member).collect();
    let fields: Vec<&str> = Field::of(kind).iter().map(|field| field.name()).collect();
    parameters.extend([
        parameter(
            "match",
            "Whether an entry that states nothing about a filter passes it: `stated` (no) or `possible` (yes)."
                .to_owned(),
            one_of(&["stated", "possible"]),
            json!("possible"),
        ),
        parameter(
            "variants",
            "Whether variants of programmes are listed too.".to_owned(),
            one_of(&["show", "hide"]),
            json!("show"),
        ),
        parameter(
            "id",
            "Only these entries: ids, separated by commas or repeated. Variants are shown when asked for.".to_owned(),
            text(),
            json!(example_id(kind)),
        ),
        parameter(
            "modifiedSince",
            "Only what changed on or after this day or moment.".to_owned(),
            json!({"type": "string", "minLength": 10, "maxLength": 40}),
            json!("2020-01-01"),
        ),
        parameter(
            "notCheckedSince",
            "Only what no source was read live for on or after this date.".to_owned(),
            json!({"type": "string", "minLength": 4, "maxLength": 10}),
            json!("2026-01-01"),
        ),
        parameter(
            "facets",
            format!("Count the entries by these: {}. Each counts as if nothing were chosen in it.", fields.join(", ")),
            text(),
            json!(fields.join(",")),
        ),
        parameter(
            "zeros",
            "Whether facets show terms that no entry answers.".to_owned(),
            one_of(&["show", "hide"]),
            json!("hide"),
        ),
        parameter(
            "fields",
            "Only these members, separated by commas; a point leads into a member.".to_owned(),
            text(),
            json!("id,title,status.term"),
        ),
        parameter(
            "include",
            format!("Send the entries along that these members name, in `included`: {}.", includes.join(", ")),
            text(),
            json!("related"),
        ),
        parameter(
            "view",
            "How much of each entry: a summary, or everything.".to_owned(),
            one_of(&VIEWS.map(|(name, _)| name)),
            json!("summary"),
        ),
        parameter(
            "sort",
            "The order; the id breaks ties.".to_owned(),
            one_of(&Sort::NAMES.map(|(name, _)| name)),
            json!("-modifiedAt"),
        ),
        parameter(
            "limit",
            format!("The most entries on the page; {USUAL} where it is left out."),
            json!({"type": "integer", "format": "int32", "minimum": 1, "maximum": MOST, "default": USUAL}),
            json!(5),
        ),
    ]);
    parameters.push(json!({"name": "cursor", "in": "query", "required": false, "description": "Where the page begins: from `links.next` of the page before.", "schema": text()}));
    parameters
}

/// An entry of each kind that is always there.
const fn example_id(kind: Kind) -> &'static str {
    match kind {
        Kind::Programme => "edward-jenner",
        Kind::Provider => "kings-fund",
        Kind::Academy => "midlands-leadership-academy",
        Kind::CoachingLink => "coaching-mentoring",
        Kind::Resource => "west-2015",
        Kind::Framework => "hlm",
    }
}

/// The answers that hold vocabularies and terms.
fn add_vocabulary_envelopes(schemas: &mut Map<String, Value>) {
    for (name, item, is_list) in [
        ("VocabularyList", "Vocabulary", true),
        ("VocabularyTermList", "VocabularyTerm", true),
        ("VocabularyTermAnswer", "VocabularyTerm", false),
    ] {
        let item = json!({"$ref": format!("#/components/schemas/{item}")});
        let data = if is_list { json!({"type": "array", "items": item}) } else { item };
        let mut required = vec!["changeNumber"];
        let mut meta = json!({"changeNumber": {"type": "integer", "format": "int64", "minimum": 0, "description": "The directory's change number."}});
        if let (true, Some(members)) = (is_list, meta.as_object_mut()) {
            members.insert(
                "total".to_owned(),
                json!({"type": "integer", "format": "int64", "minimum": 0, "description": "How many there are."}),
            );
            required.push("total");
        }
        schemas.insert(name.to_owned(), json!({
            "type": "object",
            "description": "An answer of the vocabularies.",
            "required": ["data", "meta", "links"],
            "properties": {
                "data": data,
                "meta": {"type": "object", "description": "About the answer.", "required": required, "properties": meta},
                "links": {"type": "object", "description": "Where to go from here.", "required": ["self"], "properties": {"self": {"type": "string", "format": "uri", "description": "This answer."}}},
            },
        }));
    }
}

/// Every member of an entry is there in an answer, be it null.
fn always_present(schema: &mut Value) {
    if let Some(options) = schema.get_mut("oneOf").and_then(Value::as_array_mut) {
        options.iter_mut().for_each(always_present);
    }
    let keys: Option<Vec<Value>> = schema
        .get("properties")
        .and_then(Value::as_object)
        .map(|properties| properties.keys().map(|key| json!(key)).collect());
    if let (Some(keys), Some(object)) = (keys, schema.as_object_mut()) {
        object.insert("required".to_owned(), Value::Array(keys));
    }
}

/// The answers that hold entries of a kind: a page of them, and one.
fn add_envelopes(schemas: &mut Map<String, Value>, name: &str) {
    let Some(full) = schemas.get(name).cloned() else { return };
    let mut summary = full;
    if let Some(properties) = summary.get_mut("properties").and_then(Value::as_object_mut) {
        properties.retain(|key, _| !FULL_ONLY.contains(&key.as_str()));
    }
    always_present(&mut summary);
    if let Some(members) = summary.as_object_mut() {
        members.insert("description".to_owned(), json!(format!("What a list shows of a {name}.")));
    }
    let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    schemas.insert(format!("{name}Summary"), summary);
    schemas.insert(
        format!("{name}List"),
        json!({
            "type": "object",
            "description": format!("A page of entries: {name}Summary, or {name} where view=full was asked for."),
            "required": ["data", "meta", "links"],
            "properties": {
                "data": {
                    "type": "array",
                    "description": "The entries; fewer members where `fields` was given, and `matched` where filters were.",
                    "items": {"anyOf": [reference(name), reference(&format!("{name}Summary")), reference("Sparse")]},
                },
                "included": {"type": "array", "description": "Summaries of the entries that `include` asked for; left out where it was not given.", "items": reference("Sparse")},
                "meta": reference("ListMeta"),
                "links": reference("ListLinks"),
            },
        }),
    );
    schemas.insert(
        format!("{name}Answer"),
        json!({
            "type": "object",
            "description": format!("One {name}."),
            "required": ["data", "meta", "links"],
            "properties": {
            "data": {"anyOf": [reference(name), reference("Sparse")], "description": "The entry; fewer members where `fields` was given."},
            "included": {"type": "array", "description": "Summaries of the entries that `include` asked for; left out where it was not given.", "items": reference("Sparse")},
            "meta": reference("EntryMeta"),
            "links": reference("EntryLinks"),
        },
        }),
    );
}

/// What the answers of all kinds have in common.
fn add_shared(schemas: &mut Map<String, Value>) {
    let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let number = json!({"type": "integer", "format": "int64", "minimum": 0, "description": "The change number of what is shown.", "examples": [240]});
    let address = |about: &str| json!({"type": "string", "format": "uri", "description": about});
    schemas.insert("Sparse".to_owned(), json!({
        "type": "object",
        "description": "Some members of an entry, as its kind's schema describes them.",
        "properties": {"matched": {"type": "array", "description": "Why the entry passed each filter.", "items": reference("Matched")}},
    }));
    schemas.insert("Matched".to_owned(), json!({
        "type": "object", "description": "Why an entry passed a filter.", "required": ["filter", "term", "how", "stated", "at"],
        "properties": {
            "filter": {"type": "string", "description": "The filter.", "examples": ["role"]},
            "term": {"type": "string", "description": "The term asked for.", "examples": ["midwife"]},
            "how": {"type": "string", "description": "How the entry answers it.", "enum": ["same", "broader", "narrower", "all-staff", "successor", "predecessor", "not-stated"]},
            "stated": {"type": ["string", "null"], "description": "The term the entry states.", "examples": ["all-staff"]},
            "at": {"type": ["string", "null"], "description": "The member that states it, as a JSON Pointer (RFC 6901).", "examples": ["/audience/openTo"]},
        },
    }));
    schemas.insert("FacetTerm".to_owned(), json!({
        "type": "object", "description": "One term of a facet.", "required": ["term", "label", "count", "selected", "broader"],
        "properties": {
            "term": {"type": "string", "description": "The term.", "examples": ["nurse"]},
            "label": {"type": "string", "description": "Its name for people.", "examples": ["Nurse"]},
            "count": {"type": "integer", "format": "int64", "minimum": 0, "description": "How many entries there would be with this term alone chosen in this facet.", "examples": [3]},
            "selected": {"type": "boolean", "description": "Whether the query chooses it."},
            "broader": {"type": ["string", "null"], "description": "The next broader term.", "examples": ["nursing-and-midwifery"]},
        },
    }));
    schemas.insert("Notice".to_owned(), json!({
        "type": "object", "description": "What a reader should know about the answer.", "required": ["parameter", "detail"],
        "properties": {
            "parameter": {"type": "string", "description": "The parameter it is about."},
            "detail": {"type": "string", "description": "The notice."},
        },
    }));
    schemas.insert("ListMeta".to_owned(), json!({
        "type": "object", "description": "About a page.", "required": ["changeNumber", "total", "limit", "match", "notStated", "notices"],
        "properties": {
            "changeNumber": number,
            "total": {"type": "integer", "format": "int64", "minimum": 0, "description": "How many entries the whole list has.", "examples": [24]},
            "limit": {"type": "integer", "format": "int32", "minimum": 1, "maximum": 100, "description": "The most entries on a page.", "examples": [20]},
            "match": {"type": "string", "enum": ["stated", "possible"], "description": "Whether silence passed the filters."},
            "notStated": {"type": "object", "description": "For each filter used: how many entries pass every other filter and state nothing about it.", "additionalProperties": {"type": "integer", "format": "int64", "minimum": 0}},
            "notices": {"type": "array", "description": "What a reader should know about the answer.", "items": reference("Notice")},
            "facets": {"type": "object", "description": "The facets asked for; left out where none was.", "additionalProperties": {"type": "array", "items": reference("FacetTerm")}},
        },
    }));
    schemas.insert("EntryMeta".to_owned(), json!({
        "type": "object", "description": "About an entry.", "required": ["changeNumber"], "properties": {"changeNumber": number},
    }));
    schemas.insert("ListLinks".to_owned(), json!({
        "type": "object", "description": "Where to go from a page.", "required": ["self", "next", "possible"],
        "properties": {
            "self": address("This page."),
            "next": {"type": ["string", "null"], "format": "uri", "description": "The next page; null on the last."},
            "possible": {"type": ["string", "null"], "format": "uri", "description": "The same list with those that state nothing; null where there are none more."},
        },
    }));
    schemas.insert(
        "EntryLinks".to_owned(),
        json!({
            "type": "object", "description": "Where to go from an entry.", "required": ["self", "collection"],
            "properties": {"self": address("This entry."), "collection": address("The list it stands in.")},
        }),
    );
}

/// Puts a description and a read-only mark where readers look for them: the derive leaves both on an
/// inner schema where a member may be null.
fn hoist(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(hoist),
        Value::Object(members) => {
            members.values_mut().for_each(hoist);
            let mut found = Map::new();
            if let Some(options) = members.get_mut("oneOf").and_then(Value::as_array_mut)
                && options.iter().any(|option| option.get("type").is_some_and(|t| t == "null"))
            {
                take_marks(options, &mut found);
            }
            if let Some(items) = members.get_mut("items").and_then(Value::as_object_mut)
                && let Some(mark) = items.shift_remove("readOnly")
            {
                found.insert("readOnly".to_owned(), mark);
            }
            for (key, mark) in found {
                members.entry(key).or_insert(mark);
            }
        }
        _ => {}
    }
}

fn take_marks(options: &mut [Value], found: &mut Map<String, Value>) {
    for option in options.iter_mut().filter_map(Value::as_object_mut) {
        for key in ["description", "readOnly"] {
            if option.contains_key("$ref")
                && let Some(mark) = option.shift_remove(key)
            {
                found.insert(key.to_owned(), mark);
            }
        }
    }
}

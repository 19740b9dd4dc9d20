//! The contract, made from the code: OpenAPI 3.1.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::{Map, Value, json};
use utoipa::OpenApi;

use super::{entries, health, root};
use crate::catalogue::FULL_ONLY;
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
        (name = "service", description = "The service's description of itself."),
        (name = "health", description = "Whether the process lives and is ready."),
    ),
    paths(
        root::describe_service, root::get_openapi,
        entries::list_programmes, entries::get_programme,
        entries::list_providers, entries::get_provider,
        entries::list_academies, entries::get_academy,
        entries::list_coaching_links, entries::get_coaching_link,
        entries::list_resources, entries::get_resource,
        entries::list_frameworks, entries::get_framework,
        health::get_liveness, health::get_readiness,
    ),
)]
struct Contract;

/// The document, as it is served and committed.
#[must_use]
pub fn text() -> String {
    static TEXT: LazyLock<String> = LazyLock::new(|| {
        let mut text = serde_json::to_string_pretty(&document()).unwrap_or_default();
        text.push('\n');
        text
    });
    TEXT.clone()
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
        schemas.sort_keys();
    }
    hoist(&mut document);
    document
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
                "data": {"type": "array", "items": {"anyOf": [reference(name), reference(&format!("{name}Summary"))]}},
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
            "properties": {"data": reference(name), "meta": reference("EntryMeta"), "links": reference("EntryLinks")},
        }),
    );
    let number = json!({"type": "integer", "format": "int64", "minimum": 0, "description": "The change number of what is shown.", "examples": [240]});
    let address = |about: &str| json!({"type": "string", "format": "uri", "description": about});
    schemas.insert("ListMeta".to_owned(), json!({
        "type": "object", "description": "About a page.", "required": ["changeNumber", "total", "limit"],
        "properties": {
            "changeNumber": number,
            "total": {"type": "integer", "format": "int64", "minimum": 0, "description": "How many entries the whole list has.", "examples": [24]},
            "limit": {"type": "integer", "format": "int32", "minimum": 1, "maximum": 100, "description": "The most entries on a page.", "examples": [20]},
        },
    }));
    schemas.insert("EntryMeta".to_owned(), json!({
        "type": "object", "description": "About an entry.", "required": ["changeNumber"], "properties": {"changeNumber": number},
    }));
    schemas.insert("ListLinks".to_owned(), json!({
        "type": "object", "description": "Where to go from a page.", "required": ["self", "next"],
        "properties": {
            "self": address("This page."),
            "next": {"type": ["string", "null"], "format": "uri", "description": "The next page; null on the last."},
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

//! The schemas of the contract: the model's own, and those of the answers that hold them.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::put;
use crate::catalogue::FULL_ONLY;
use crate::http::changes::MOST as FEED_MOST;
use crate::http::list::MOST;
use crate::http::problem::CODES;
use crate::model::codes::Kind;
use crate::model::entry::{Academy, CoachingLink, Framework, Programme, Provider, Resource};
use crate::model::shape::{GREATEST, MOST_ITEMS, MOST_TEXT};
use crate::model::{read, terms};

/// As many as a directory is made for: the longest list whose length nothing else limits.
const MOST_ENTRIES: u32 = 100_000;

/// The longest address.
const MOST_ADDRESS: u32 = 10_000;

/// Adds every schema that is not an operation's own.
pub(super) fn add(schemas: &mut Map<String, Value>) {
    schemas.insert("LinkedData".to_owned(), linked_data());
    let mut model = BTreeMap::new();
    terms::schemas_of::<Programme>(&mut model);
    terms::schemas_of::<Provider>(&mut model);
    terms::schemas_of::<Academy>(&mut model);
    terms::schemas_of::<CoachingLink>(&mut model);
    terms::schemas_of::<Resource>(&mut model);
    terms::schemas_of::<Framework>(&mut model);
    for (name, schema) in model {
        let mut schema = serde_json::to_value(schema).unwrap_or_default();
        always_present(&mut schema);
        schemas.insert(name, schema);
    }
    for kind in Kind::ALL {
        add_envelopes(schemas, *kind);
    }
    add_shared(schemas);
    add_search(schemas);
    add_feed(schemas);
    add_vocabulary_envelopes(schemas);
    add_roster(schemas);
    schemas.sort_keys();
}

/// Says how long texts and lists and how great numbers get, where their own schema does not.
pub(super) fn bound(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(bound),
        Value::Object(members) => {
            members.iter_mut().filter(|(key, _)| *key != "example" && *key != "examples").for_each(|(_, v)| bound(v));
            let is = |name: &str| match members.get("type") {
                Some(Value::String(one)) => one == name,
                Some(Value::Array(several)) => several.iter().any(|one| one == name),
                _ => false,
            };
            let format = members.get("format").and_then(Value::as_str);
            let limits: &[(&str, Value)] = if is("string") && !members.contains_key("enum") {
                let most = if format == Some("uri") { json!(MOST_ADDRESS) } else { json!(MOST_TEXT) };
                &[("maxLength", most)]
            } else if is("array") {
                &[("maxItems", json!(MOST_ITEMS))]
            } else if is("integer") {
                let most = if format == Some("int32") { i64::from(i32::MAX) } else { GREATEST };
                &[("minimum", json!(0)), ("maximum", json!(most))]
            } else {
                &[]
            };
            for (key, limit) in limits {
                members.entry(*key).or_insert_with(|| limit.clone());
            }
        }
        _ => {}
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
fn add_envelopes(schemas: &mut Map<String, Value>, kind: Kind) {
    let name = read::schema_name(kind);
    let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let Some(full) = schemas.get(name).cloned() else { return };
    let described = |mut schema: Value, description: String, matched: bool| {
        if let Some(members) = schema.as_object_mut() {
            members.insert("description".to_owned(), json!(description));
        }
        if let (true, Some(properties)) = (matched, schema.get_mut("properties").and_then(Value::as_object_mut)) {
            let about = "Why the entry passed each filter; left out where there was none.";
            properties.insert(
                "matched".to_owned(),
                json!({"type": "array", "description": about, "items": reference("Matched")}),
            );
            properties.insert("found".to_owned(), reference("Found"));
        }
        schema
    };
    let mut summary = full.clone();
    if let Some(properties) = summary.get_mut("properties").and_then(Value::as_object_mut) {
        properties.retain(|key, _| !FULL_ONLY.contains(&key.as_str()));
    }
    always_present(&mut summary);
    let sparse = sparse(full.clone(), schemas);
    let about = full.get("description").and_then(Value::as_str).unwrap_or_default().to_owned();
    schemas.insert(name.to_owned(), described(full, about, true));
    let summary = described(summary, format!("What a list shows of a {kind}."), true);
    let sparse = described(sparse, format!("Those members of a {kind} that `fields` asked for."), true);
    schemas.insert(format!("{name}Summary"), summary);
    schemas.insert(format!("{name}Sparse"), sparse);
    let about = format!("A member of a {kind}, or of one of its members.");
    schemas.insert(format!("{name}Field"), json!({"type": "string", "description": about, "enum": read::paths(kind)}));
    let included = json!({"type": "array", "description": "Summaries of the entries that `include` asked for; left out where it was not given.", "maxItems": MOST_ENTRIES, "items": reference("Included")});
    schemas.insert(format!("{name}List"), json!({
        "type": "object",
        "description": format!("A page of entries: as {name}Summary, as {name} where view=full was asked for, as {name}Sparse where `fields` was."),
        "required": ["data", "meta", "links"],
        "properties": {
            "data": {
                "type": "array", "description": "The entries.", "maxItems": MOST,
                "items": {"anyOf": [reference(name), reference(&format!("{name}Summary")), reference(&format!("{name}Sparse"))]},
            },
            "included": included,
            "meta": reference("ListMeta"),
            "links": reference("ListLinks"),
        },
    }));
    schemas.insert(format!("{name}Answer"), json!({
        "type": "object",
        "description": format!("One {kind}."),
        "required": ["data", "meta", "links"],
        "properties": {
            "data": {"anyOf": [reference(name), reference(&format!("{name}Sparse"))], "description": "The entry; fewer members where `fields` was given."},
            "included": included,
            "meta": reference("EntryMeta"),
            "links": reference("EntryLinks"),
        },
    }));
}

/// The schema of an entry of which anything may be left out, at any depth.
fn sparse(mut full: Value, schemas: &Map<String, Value>) -> Value {
    if let Some(members) = full.as_object_mut() {
        members.shift_remove("required");
    }
    let is_object = |schema: &Value| {
        let name = schema.get("$ref").and_then(Value::as_str).and_then(|at| at.rsplit('/').next());
        let schema = name.and_then(|name| schemas.get(name)).unwrap_or(schema);
        schema.get("properties").is_some() || schema.get("oneOf").is_some()
    };
    for (_, member) in full.get_mut("properties").and_then(Value::as_object_mut).into_iter().flatten() {
        let options = member.get("oneOf").and_then(Value::as_array).cloned().unwrap_or_else(|| vec![member.clone()]);
        let description =
            member.get("description").cloned().or_else(|| options.iter().find_map(|o| o.get("description").cloned()));
        let some = "Some of its members.";
        let mut loose = if options.iter().any(is_object) {
            json!({"type": ["object", "null"]})
        } else if options.iter().filter_map(|option| option.get("items")).any(is_object) {
            json!({"type": ["array", "null"], "items": {"type": "object", "description": some}})
        } else {
            continue;
        };
        put(&mut loose, "", "description", description.unwrap_or_else(|| json!(some)));
        *member = loose;
    }
    full
}

/// How answers to searches look.
fn add_search(schemas: &mut Map<String, Value>) {
    let number = json!({"type": "integer", "format": "int64", "minimum": 0, "description": "The change number of what is shown.", "examples": [240]});
    let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let address = |about: &str| json!({"type": "string", "format": "uri", "description": about});
    schemas.insert("Found".to_owned(), json!({
        "type": "object", "description": "How the entry answers `q`; left out where that was not given.", "required": ["how", "snippet"],
        "properties": {
            "how": {"type": "string", "description": "`exact`: it has all words, in whatever form, or what means the same; `prefix`: the last word is the beginning of one that it has; `typo`: it has words spelt nearly so; `some`: it has some of the words.", "enum": ["exact", "prefix", "typo", "some"]},
            "snippet": {"description": "Where its text has the words; null where only its terms or another member do.", "oneOf": [{"type": "null"}, reference("Snippet")]},
        },
    }));
    schemas.insert("Snippet".to_owned(), json!({
        "type": "object", "description": "The text around what was looked for.", "required": ["at", "parts"],
        "properties": {
            "at": {"type": "string", "description": "The member that has it, as a JSON Pointer (RFC 6901).", "enum": ["/summary", "/description", "/title", "/aliases"]},
            "parts": {"type": "array", "description": "The text in pieces that follow each other: plain text, to be escaped where it is shown as HTML.", "items": reference("SnippetPart")},
        },
    }));
    schemas.insert(
        "SnippetPart".to_owned(),
        json!({
            "type": "object", "description": "A piece of a text.", "required": ["text", "isMatch"],
            "properties": {
                "text": {"type": "string", "description": "The piece.", "examples": ["nurses"]},
                "isMatch": {"type": "boolean", "description": "Whether it is what was looked for, or by what the entry was found."},
            },
        }),
    );
    let kind_count = json!({
        "type": "object", "description": "How many were found of a kind.", "required": ["kind", "count", "selected"],
        "properties": {
            "kind": reference("Kind"),
            "count": {"type": "integer", "format": "int64", "minimum": 0, "description": "How many.", "examples": [2]},
            "selected": {"type": "boolean", "description": "Whether the query asks for the kind."},
        },
    });
    schemas.insert("SearchPage".to_owned(), json!({
        "type": "object", "description": "A page of what was found.", "required": ["data", "meta", "links"],
        "properties": {
            "data": {"type": "array", "description": "Summaries of the entries, the best first.", "maxItems": MOST, "items": reference("Included")},
            "meta": {
                "type": "object", "description": "About a page.", "required": ["changeNumber", "total", "limit", "kinds", "notices"],
                "properties": {
                    "changeNumber": number,
                    "total": {"type": "integer", "format": "int64", "minimum": 0, "description": "How many were found of the kinds asked for.", "examples": [3]},
                    "limit": {"type": "integer", "format": "int32", "minimum": 1, "maximum": 100, "description": "The most entries on a page.", "examples": [20]},
                    "kinds": {"type": "array", "description": "How many were found of each kind.", "maxItems": 6, "items": kind_count},
                    "notices": {"type": "array", "description": "What a reader should know about the answer.", "items": reference("Notice")},
                },
            },
            "links": {
                "type": "object", "description": "Where to go from a page.", "required": ["self", "next"],
                "properties": {
                    "self": address("This page."),
                    "next": {"type": ["string", "null"], "format": "uri", "description": "The next page; null on the last."},
                },
            },
        },
    }));
}

/// What the answers of all kinds have in common.
fn add_shared(schemas: &mut Map<String, Value>) {
    let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let number = json!({"type": "integer", "format": "int64", "minimum": 0, "description": "The change number of what is shown.", "examples": [240]});
    let address = |about: &str| json!({"type": "string", "format": "uri", "description": about});
    let summaries: Vec<Value> =
        Kind::ALL.iter().map(|kind| reference(&format!("{}Summary", read::schema_name(*kind)))).collect();
    schemas.insert(
        "Included".to_owned(),
        json!({"description": "An entry that others name, as a summary.", "anyOf": summaries}),
    );
    if let Some(problem) = schemas.get_mut("ProblemBody") {
        put(problem, "/properties/code", "enum", CODES.iter().map(|code| code.code).collect());
    }
    let moment = reference("Moment");
    for (key, schema) in [
        ("reason", json!({"type": "string", "description": "Why the entry was taken out; of `gone` alone."})),
        ("since", json!({"description": "Since when it is out; of `gone` alone.", "allOf": [moment]})),
        (
            "replacedBy",
            json!({"type": ["string", "null"], "format": "uri", "description": "What took its place; null where nothing did; of `gone` alone."}),
        ),
        (
            "startAgain",
            json!({"type": "string", "format": "uri", "description": "Where to begin again; of `unknown-change` alone."}),
        ),
        (
            "changeNumber",
            json!({"type": "integer", "format": "int64", "description": "The change number reads are answered from; of `database-unreachable` alone."}),
        ),
    ] {
        if let Some(problem) = schemas.get_mut("ProblemBody") {
            put(problem, "/properties", key, schema);
        }
    }
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
        "type": "object", "description": "One term of a facet.", "required": ["term", "label", "broader", "count", "selected"],
        "properties": {
            "term": {"type": "string", "description": "The term.", "examples": ["nurse"]},
            "label": {"type": "string", "description": "Its name for people.", "examples": ["Nurse"]},
            "broader": {"type": ["string", "null"], "description": "The next broader term.", "examples": ["nursing-and-midwifery"]},
            "count": {"type": "integer", "format": "int64", "minimum": 0, "description": "How many entries there would be with this term alone chosen in this facet.", "examples": [3]},
            "selected": {"type": "boolean", "description": "Whether the query chooses it."},
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
        "type": "object", "description": "About a page.", "required": ["changeNumber", "total", "possible", "limit", "match", "notStated", "notices"],
        "properties": {
            "changeNumber": number,
            "total": {"type": "integer", "format": "int64", "minimum": 0, "description": "How many entries the whole list has.", "examples": [24]},
            "possible": {"type": "integer", "format": "int64", "minimum": 0, "description": "How many it would have with match=possible: those too that are silent about one filter or several.", "examples": [27]},
            "limit": {"type": "integer", "format": "int32", "minimum": 1, "maximum": 100, "description": "The most entries on a page.", "examples": [20]},
            "match": {"type": "string", "enum": ["stated", "possible"], "description": "Whether silence passed the filters."},
            "notStated": {"type": "object", "description": "For each filter used: how many entries pass every other filter and state nothing about it.", "additionalProperties": {"type": "integer", "format": "int64", "minimum": 0}},
            "notices": {"type": "array", "description": "What a reader should know about the answer.", "items": reference("Notice")},
            "facets": {"type": "object", "description": "The facets asked for; left out where none was.", "additionalProperties": {"type": "array", "maxItems": MOST_ENTRIES, "items": reference("FacetTerm")}},
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

/// What of OneRoster is there only where it is not asked for by its fields.
fn add_roster(schemas: &mut Map<String, Value>) {
    let about = "Those fields of an object that `fields` asked for.";
    schemas.insert(
        "RosterSelection".to_owned(),
        json!({"type": "object", "description": about, "additionalProperties": true}),
    );
    let selection = json!({"$ref": "#/components/schemas/RosterSelection"});
    for name in ["RosterPage", "RosterObject"] {
        let Some(schema) = schemas.get_mut(name) else { continue };
        let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
        for (_, property) in properties.into_iter().flatten() {
            let whole = if property.get("items").is_some() { property.get_mut("items") } else { Some(property) };
            let Some(whole) = whole else { continue };
            if whole.as_object().is_some_and(Map::is_empty) {
                *whole = selection.clone();
                continue;
            }
            *whole = json!({"anyOf": [whole.clone(), selection.clone()], "description": "What is told of it."});
        }
    }
}

/// A page of the feed.
fn add_feed(schemas: &mut Map<String, Value>) {
    let views = Kind::ALL.iter().flat_map(|kind| {
        let name = read::schema_name(*kind);
        [name.to_owned(), format!("{name}Summary")]
    });
    let views: Vec<Value> = views.map(|name| json!({"$ref": format!("#/components/schemas/{name}")})).collect();
    let kinds: Vec<&str> = Kind::ALL.iter().map(|kind| kind.code()).collect();
    schemas.insert("ChangeItem".to_owned(), json!({
        "type": "object", "description": "An entry that changed.", "required": ["state", "kind", "id", "modified"],
        "properties": {
            "state": {"type": "string", "enum": ["updated", "deleted"], "description": "Whether it is there now. What is deleted may be one that you never had."},
            "kind": {"type": "string", "enum": kinds, "description": "What it is."},
            "id": {"type": "string", "format": "uuid", "description": "Its `uid`, which never changes, whatever its id is called."},
            "modified": {"type": "integer", "format": "int64", "minimum": 0, "description": "The number of its last change.", "examples": [12]},
            "data": {"anyOf": views, "description": "The entry; left out where it is deleted."},
        },
    }));
    schemas.insert("ChangePage".to_owned(), json!({
        "type": "object", "description": "A page of changes, as RPDE 1.1 (OpenActive) has it.", "required": ["next", "items", "license", "version"],
        "properties": {
            "next": {"type": "string", "format": "uri", "description": "Where to go on, ready-made. Of an empty page it is the page itself.", "examples": ["https://directory.example/v1/changes?afterChangeNumber=12&chain=0a1b2c3d4e5f6a7b"]},
            "items": {"type": "array", "maxItems": FEED_MOST, "description": "The entries, in the order of their last change.", "items": {"$ref": "#/components/schemas/ChangeItem"}},
            "license": {"type": "string", "format": "uri", "description": "The licence of the directory as a compilation."},
            "version": {"type": "string", "enum": ["1.1"], "description": "The version of RPDE."},
        },
    }));
}

/// The answers that hold vocabularies and terms.
fn add_vocabulary_envelopes(schemas: &mut Map<String, Value>) {
    for (name, item, is_list) in [
        ("VocabularyList", "Vocabulary", true),
        ("VocabularyTermList", "VocabularyTerm", true),
        ("VocabularyTermAnswer", "VocabularyTerm", false),
    ] {
        let item = json!({"$ref": format!("#/components/schemas/{item}")});
        let data = if is_list { json!({"type": "array", "maxItems": MOST_ENTRIES, "items": item}) } else { item };
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

/// Puts a description and a read-only mark where readers look for them: the derive leaves both on an
/// inner schema where a member may be null.
pub(super) fn hoist(value: &mut Value) {
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

/// The schema of JSON-LD: what it holds is schema.org's matter.
fn linked_data() -> Value {
    json!({
        "type": "object",
        "description": "An entry, or a list of them (`ItemList`), as schema.org describes such things. What no source states is left out.",
        "required": ["@context", "@type"],
        "properties": {
            "@context": {"type": "string", "description": "The vocabulary.", "enum": ["https://schema.org"]},
            "@type": {"description": "What it is.", "anyOf": [
                {"type": "string", "maxLength": 80},
                {"type": "array", "maxItems": 2, "items": {"type": "string", "maxLength": 80}},
            ]},
            "@id": {"type": "string", "format": "uri", "maxLength": 2_000, "description": "Where the directory tells of it."},
        },
        "additionalProperties": true,
    })
}

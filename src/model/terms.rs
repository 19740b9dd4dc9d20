//! The list of terms, for people: every member of every type and every code, as `docs/terms.md`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::codes::CODE_LISTS;
use super::eligibility::CRITERION_TYPES;
use super::entry::{Academy, CoachingLink, Framework, Programme, Provider, Resource};
use super::vocabulary::{Term, Vocabularies};

/// The schemas of a type and of every type inside it, by name.
pub fn schemas_of<T: ToSchema>(into: &mut BTreeMap<String, RefOr<Schema>>) {
    let mut schemas = vec![(T::name().into_owned(), <T as PartialSchema>::schema())];
    T::schemas(&mut schemas);
    into.extend(schemas);
}

/// The document.
#[must_use]
pub fn document(vocabularies: &Vocabularies) -> String {
    let mut text = String::from(
        "# Terms\n\nEvery field and code of the directory. Made by `leadership-directory terms` from the types in `src/model` and the\nvocabularies in `data/vocabularies.yaml`; edit those, not this page.\n\n## Fields\n\n`?` marks a member that may be null: no source states it.\n",
    );
    let mut schemas = BTreeMap::new();
    schemas_of::<Programme>(&mut schemas);
    schemas_of::<Provider>(&mut schemas);
    schemas_of::<Academy>(&mut schemas);
    schemas_of::<CoachingLink>(&mut schemas);
    schemas_of::<Resource>(&mut schemas);
    schemas_of::<Framework>(&mut schemas);
    schemas_of::<Term>(&mut schemas);
    for (name, schema) in &schemas {
        fields(&mut text, name, &serde_json::to_value(schema).unwrap_or_default());
    }
    criteria(&mut text);
    codes(&mut text);
    data(&mut text, vocabularies);
    text
}

fn fields(text: &mut String, name: &str, schema: &Value) {
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
        return;
    };
    let about = schema.get("description").and_then(Value::as_str).unwrap_or_default();
    let _ = write!(text, "\n### {name}\n\n{}\n\n| field | type | meaning |\n|---|---|---|\n", line(about));
    for (key, property) in properties {
        let _ = writeln!(text, "| `{key}` | {} | {} |", type_name(property), line(meaning(property)));
    }
}

/// What a property means: the derive puts it on an inner schema where there is one.
fn meaning(property: &Value) -> &str {
    let own = property.get("description").and_then(Value::as_str);
    let inner = || property.get("oneOf")?.as_array()?.iter().find_map(|option| option.get("description")?.as_str());
    own.or_else(inner).unwrap_or_default()
}

fn type_name(schema: &Value) -> String {
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        return reference.rsplit('/').next().unwrap_or_default().to_owned();
    }
    if let Some(options) = schema.get("oneOf").and_then(Value::as_array) {
        let names: Vec<String> =
            options.iter().filter(|o| o.get("type").is_none_or(|t| t != "null")).map(type_name).collect();
        return format!("{}?", names.join(" or "));
    }
    let (name, optional) = match schema.get("type") {
        Some(Value::Array(types)) => {
            (types.iter().filter_map(Value::as_str).find(|t| *t != "null").unwrap_or_default(), "?")
        }
        Some(Value::String(name)) => (name.as_str(), ""),
        _ => ("object", ""),
    };
    match (name, schema.get("items"), schema.get("additionalProperties")) {
        ("array", Some(items), _) => format!("list of {}{optional}", type_name(items)),
        ("object", _, Some(values)) => format!("map of {}{optional}", type_name(values)),
        _ => format!("{name}{optional}"),
    }
}

fn criteria(text: &mut String) {
    text.push_str("\n## Criteria\n\nThe types of criterion that an eligibility rule is made of.\n\n| type | holds when a person |\n|---|---|\n");
    for (code, definition) in CRITERION_TYPES {
        let _ = writeln!(text, "| `{code}` | {} |", line(definition));
    }
}

fn codes(text: &mut String) {
    text.push_str("\n## Codes that give a value its shape\n");
    for list in CODE_LISTS {
        let _ = write!(
            text,
            "\n### {}\n\n{}\n\n| code | label | meaning |\n|---|---|---|\n",
            list.scheme,
            line(list.definition)
        );
        for code in list.codes {
            let _ = writeln!(text, "| `{}` | {} | {} |", code.code, code.label, line(code.definition));
        }
    }
}

fn data(text: &mut String, vocabularies: &Vocabularies) {
    text.push_str("\n## Vocabularies that classify\n");
    for scheme in vocabularies.schemes() {
        let _ = write!(text, "\n### {scheme}\n\n| code | broader | label | meaning |\n|---|---|---|---|\n");
        for term in vocabularies.terms(scheme) {
            let broader = term.broader.as_ref().map(|code| format!("`{code}`")).unwrap_or_default();
            let meaning = term.definition.as_ref().map(|d| line(d.as_str())).unwrap_or_default();
            let _ = writeln!(text, "| `{}` | {broader} | {} | {meaning} |", term.code, term.label);
        }
    }
}

/// A text as one line of a table.
fn line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

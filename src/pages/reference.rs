//! The reference: the contract as a page that every assistive technology can read.

use maud::{Markup, html};
use serde_json::Value;

use super::Look;

/// The reference, made from the OpenAPI document.
#[must_use]
pub fn reference(look: &Look, contract: &Value) -> String {
    let tags: Vec<&str> = list(contract, "/tags").iter().filter_map(|tag| tag["name"].as_str()).collect();
    super::layout(
        look,
        "Reference",
        &html! {
            h1 { "Reference" }
            p { (text(contract, "/info/description")) }
            h2 id="contents" { "Contents" }
            ul {
                @for tag in &tags { li { a href={ "#" (tag) } { (tag) } } }
                li { a href="#schemas" { "schemas" } }
            }
            @for tag in &tags {
                h2 id=(tag) { (tag) }
                @for (path, method, operation) in operations(contract, tag) { (one(contract, path, method, operation)) }
            }
            h2 id="schemas" { "Schemas" }
            @for (name, schema) in object(contract, "/components/schemas") { (schema_table(name, schema)) }
        },
    )
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// A text in which code stands between backticks.
pub(super) fn prose(text: &str) -> Markup {
    html! {
        @for (index, part) in text.split('`').enumerate() {
            @if index % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

fn list<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    value.pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn object<'a>(value: &'a Value, pointer: &str) -> impl Iterator<Item = (&'a String, &'a Value)> {
    value.pointer(pointer).and_then(Value::as_object).into_iter().flatten()
}

/// The operations of a tag: path, method and operation.
fn operations<'a>(contract: &'a Value, tag: &str) -> Vec<(&'a String, &'a String, &'a Value)> {
    let has_tag = |operation: &Value| list(operation, "/tags").iter().any(|name| name == tag);
    object(contract, "/paths")
        .flat_map(|(path, item)| object(item, "").map(move |(method, operation)| (path, method, operation)))
        .filter(|(_, _, operation)| has_tag(operation))
        .collect()
}

fn one(contract: &Value, path: &str, method: &str, operation: &Value) -> Markup {
    let parameters = list(operation, "/parameters");
    html! {
        h3 id=(text(operation, "/operationId")) { (text(operation, "/summary")) }
        p { span.method { (method) } " " code { (path) } }
        p { (prose(text(operation, "/description"))) }
        @if !parameters.is_empty() {
            div.scroll tabindex="0" role="region" aria-label={ "Parameters: " (text(operation, "/summary")) } {
                table {
                    caption { "Parameters" }
                    thead { tr { th scope="col" { "Name" } th scope="col" { "Meaning" } th scope="col" { "Example" } } }
                    tbody {
                        @for parameter in parameters {
                            tr {
                                th scope="row" { code { (text(parameter, "/name")) } }
                                td {
                                    (prose(text(parameter, "/description")))
                                    p.type { "In the " (text(parameter, "/in")) ": " (type_of(&parameter["schema"])) }
                                }
                                td { (example(parameter)) }
                            }
                        }
                    }
                }
            }
        }
        div.scroll tabindex="0" role="region" aria-label={ "Answers: " (text(operation, "/summary")) } {
            table {
                caption { "Answers" }
                thead { tr { th scope="col" { "Status" } th scope="col" { "Meaning" } th scope="col" { "Body" } } }
                tbody {
                    @for (status, answer) in object(operation, "/responses") {
                        @let answer = resolved(contract, answer);
                        tr {
                            th scope="row" { (status) }
                            td { (prose(text(answer, "/description"))) }
                            td { @for (media, content) in object(answer, "/content") { code { (media) } " " (type_of(&content["schema"])) } }
                        }
                    }
                }
            }
        }
        @for (_, content) in object(operation, "/responses/200/content") {
            @for (_, example) in object(content, "/examples") {
                details {
                    summary { "Example: " code { (text(example, "/summary")) } }
                    pre tabindex="0" { code { (written(&example["value"])) } }
                }
            }
        }
    }
}

/// What a reference leads to.
fn resolved<'a>(contract: &'a Value, value: &'a Value) -> &'a Value {
    let pointer = value.get("$ref").and_then(Value::as_str).and_then(|at| at.strip_prefix('#'));
    pointer.and_then(|pointer| contract.pointer(pointer)).unwrap_or(value)
}

/// A body as an example shows it.
fn written(body: &Value) -> String {
    body.as_str().map_or_else(|| serde_json::to_string_pretty(body).unwrap_or_default(), str::to_owned)
}

fn example(parameter: &Value) -> Markup {
    let shown = parameter.get("example").or_else(|| parameter.pointer("/schema/examples/0"));
    match shown.unwrap_or(&Value::Null) {
        Value::Null => html! {},
        Value::String(text) => html! { code { (text) } },
        Value::Array(several) => {
            html! { code { @for (index, one) in several.iter().filter_map(Value::as_str).enumerate() { @if index > 0 { "," wbr; } (one) } } }
        }
        other => html! { code { (other) } },
    }
}

fn schema_table(name: &str, schema: &Value) -> Markup {
    html! {
        h3 id={ "schema-" (name) } { (name) }
        p { (prose(text(schema, "/description"))) }
        // Sparse entries have the members of whole ones.
        @if schema.get("properties").is_some() && !name.ends_with("Sparse") {
            div.scroll tabindex="0" role="region" aria-label={ "Members of " (name) } {
                table {
                    thead { tr { th scope="col" { "Member" } th scope="col" { "Type" } th scope="col" { "Meaning" } } }
                    tbody {
                        @for (key, property) in object(schema, "/properties") {
                            tr {
                                th scope="row" { code { (key) } }
                                td { (type_of(property)) }
                                td { (prose(text(property, "/description"))) }
                            }
                        }
                    }
                }
            }
        }
        @if !list(schema, "/enum").is_empty() {
            p { "One of: " @for (index, code) in list(schema, "/enum").iter().enumerate() { @if index > 0 { ", " } code { (code.as_str().unwrap_or_default()) } } "." }
        }
    }
}

/// A type, with links to the schemas it names.
fn type_of(schema: &Value) -> Markup {
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        let name = reference.rsplit('/').next().unwrap_or_default();
        return html! { a href={ "#schema-" (name) } { (name) } };
    }
    for key in ["oneOf", "anyOf"] {
        if let Some(options) = schema.get(key).and_then(Value::as_array) {
            return html! { @for (index, option) in options.iter().enumerate() { @if index > 0 { " or " } (type_of(option)) } };
        }
    }
    let codes = list(schema, "/enum");
    if (1..=12).contains(&codes.len()) {
        return html! { @for (index, code) in codes.iter().enumerate() { @if index > 0 { " or " } code { (code.as_str().unwrap_or_default()) } } };
    }
    let name = match schema.get("type") {
        Some(Value::Array(types)) => types.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" or "),
        Some(Value::String(name)) => name.clone(),
        _ => "any".to_owned(),
    };
    let limit = |key: &str| schema.get(key).and_then(Value::as_u64);
    if let Some(items) = schema.get("items") {
        html! { (name) " of " @if let Some(most) = limit("maxItems") { "up to " (most) " " } (type_of(items)) }
    } else if let (Some(least), Some(most)) = (limit("minimum"), limit("maximum").filter(|most| *most < 1_000)) {
        html! { (name) " from " (least) " to " (most) }
    } else if let Some(format) = schema.get("format").and_then(Value::as_str).filter(|_| name == "string") {
        html! { (name) " (" (format) ")" }
    } else {
        html! { (name) }
    }
}

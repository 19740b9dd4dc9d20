//! Checks a JSON value against the schema of a type, finding every fault at once.
//!
//! `serde` stops at the first fault and cannot say how to mend it. The schemas that the types
//! publish hold all that is needed to do better, so this walk reads those: one definition serves the
//! contract, the check, and the list of the terms and references that a value holds.

mod paths;

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::codes::Kind;
use super::fault::Fault;
use super::read::format::{self, Format};

/// The shapes of a set of types, by the name of their schema.
#[derive(Debug, Default)]
pub struct Shapes {
    named: BTreeMap<String, Shape>,
}

#[derive(Debug)]
enum Shape {
    Text(Text),
    Codes(Vec<String>),
    Integer { least: Option<i64>, most: i64 },
    Boolean,
    List { item: Box<Self>, least: Option<usize>, most: usize },
    Object(Object),
    Map(Box<Self>),
    Nullable(Box<Self>),
    Choice(Vec<Self>),
    Named(String),
}

#[derive(Debug)]
struct Text {
    name: String,
    format: Option<Format>,
    max_length: usize,
    vocabulary: Option<String>,
    reference: Vec<Kind>,
}

#[derive(Debug)]
struct Object {
    members: BTreeMap<String, Member>,
    required: Vec<String>,
}

#[derive(Debug)]
struct Member {
    shape: Shape,
    derived: bool,
}

/// A term that a value names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TermUse {
    /// Where.
    pub pointer: String,
    /// The vocabulary.
    pub scheme: String,
    /// The code.
    pub code: String,
}

/// An entry that a value names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReferenceUse {
    /// Where.
    pub pointer: String,
    /// The kind of the entry.
    pub kind: Kind,
    /// Its slug.
    pub id: String,
    /// Whether the value writes `kind/slug` rather than the slug alone.
    pub qualified: bool,
}

/// What a walk over a value found.
#[derive(Debug, Default)]
pub struct Found {
    /// What is wrong, in the order met.
    pub faults: Vec<Fault>,
    /// The terms named.
    pub terms: Vec<TermUse>,
    /// The entries named.
    pub references: Vec<ReferenceUse>,
    /// The sources cited: pointer and source id.
    pub citations: Vec<(String, String)>,
    /// The derived members present.
    pub derived: Vec<String>,
}

/// The longest list that a type without a limit of its own takes.
pub const MOST_ITEMS: usize = 500;

/// The most faults that are told of one value: whoever made more has not meant this type.
const MOST_FAULTS: usize = 100;

/// The longest text that a type without a limit of its own takes, in characters.
pub const MOST_TEXT: usize = 10_000;

/// The greatest whole number that every reader of JSON takes as it is (RFC 7493 §2.2).
pub const GREATEST: i64 = (1 << 53) - 1;

impl Shapes {
    /// Adds the shape of a type and of every type inside it.
    #[must_use]
    pub fn with<T: ToSchema>(mut self) -> Self {
        let mut schemas: Vec<(String, RefOr<Schema>)> = vec![(T::name().into_owned(), <T as PartialSchema>::schema())];
        T::schemas(&mut schemas);
        for (name, schema) in schemas {
            let json = serde_json::to_value(&schema).unwrap_or(Value::Null);
            let shape = compile(&name, &json);
            self.named.entry(name).or_insert(shape);
        }
        self
    }

    /// Walks a value of the type whose schema has this name.
    #[must_use]
    pub fn walk(&self, name: &str, value: &Value) -> Found {
        let mut walk = Walk { shapes: self, found: Found::default(), pointer: String::new() };
        match self.named.get(name) {
            Some(shape) => walk.value(shape, value),
            None => walk.found.faults.push(Fault::error("", format!("No type is called {name}."), "Report this.")),
        }
        walk.found
    }
}

/// Reads a published schema into a shape.
fn compile(name: &str, schema: &Value) -> Shape {
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        return Shape::Named(reference.rsplit('/').next().unwrap_or_default().to_owned());
    }
    if let Some(options) = schema.get("oneOf").and_then(Value::as_array) {
        return compile_choice(name, options);
    }
    if let Some(codes) = schema.get("enum").and_then(Value::as_array) {
        return Shape::Codes(codes.iter().filter_map(Value::as_str).map(str::to_owned).collect());
    }
    let (type_name, nullable) = type_of(schema);
    let shape = match type_name {
        "string" => Shape::Text(compile_text(name, schema)),
        "integer" => {
            let is_short = schema.get("format").is_some_and(|format| format == "int32");
            let most = if is_short { i64::from(i32::MAX) } else { GREATEST };
            Shape::Integer { least: bound(schema, "minimum"), most: bound(schema, "maximum").unwrap_or(most) }
        }
        "boolean" => Shape::Boolean,
        "array" => Shape::List {
            item: Box::new(compile(name, schema.get("items").unwrap_or(&Value::Null))),
            least: length(schema, "minItems"),
            most: length(schema, "maxItems").unwrap_or(MOST_ITEMS),
        },
        _ => compile_object(name, schema),
    };
    if nullable { Shape::Nullable(Box::new(shape)) } else { shape }
}

fn bound(schema: &Value, key: &str) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "limits in our own schemas are small whole numbers")]
    schema.get(key).and_then(Value::as_f64).map(|bound| bound as i64)
}

fn length(schema: &Value, key: &str) -> Option<usize> {
    schema.get(key).and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok())
}

fn type_of(schema: &Value) -> (&str, bool) {
    match schema.get("type") {
        Some(Value::String(one)) => (one, false),
        Some(Value::Array(several)) => {
            let nullable = several.iter().any(|t| t == "null");
            let name = several.iter().filter_map(Value::as_str).find(|t| *t != "null").unwrap_or("object");
            (name, nullable)
        }
        _ => ("object", false),
    }
}

fn compile_choice(name: &str, options: &[Value]) -> Shape {
    let is_null = |option: &Value| option.get("type").is_some_and(|t| t == "null");
    let nullable = options.iter().any(is_null);
    let mut shapes: Vec<Shape> = options.iter().filter(|o| !is_null(o)).map(|o| compile(name, o)).collect();
    let shape = if shapes.len() == 1 { shapes.remove(0) } else { Shape::Choice(shapes) };
    if nullable { Shape::Nullable(Box::new(shape)) } else { shape }
}

fn compile_text(name: &str, schema: &Value) -> Text {
    Text {
        name: name.to_owned(),
        format: schema.get("format").and_then(Value::as_str).and_then(Format::from_name),
        max_length: length(schema, "maxLength").unwrap_or(MOST_TEXT),
        vocabulary: schema.get("x-vocabulary").and_then(Value::as_str).map(str::to_owned),
        reference: schema
            .get("x-reference")
            .and_then(Value::as_array)
            .map(|kinds| kinds.iter().filter_map(Value::as_str).filter_map(Kind::from_code).collect())
            .unwrap_or_default(),
    }
}

fn compile_object(name: &str, schema: &Value) -> Shape {
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
        let item = schema.get("additionalProperties").unwrap_or(&Value::Null);
        return Shape::Map(Box::new(compile(name, item)));
    };
    let members = properties
        .iter()
        .map(|(key, property)| {
            let derived = is_read_only(property);
            (key.clone(), Member { shape: compile(name, property), derived })
        })
        .collect();
    let required = schema
        .get("required")
        .and_then(Value::as_array)
        .map(|keys| keys.iter().filter_map(Value::as_str).map(str::to_owned).collect())
        .unwrap_or_default();
    Shape::Object(Object { members, required })
}

/// Whether a property is read-only. The derive puts the mark on an inner schema where there is one.
fn is_read_only(property: &Value) -> bool {
    let marked = |schema: &Value| schema.get("readOnly").is_some_and(|flag| flag == true);
    marked(property)
        || property.get("items").is_some_and(marked)
        || property.get("oneOf").and_then(Value::as_array).is_some_and(|options| options.iter().any(marked))
}

struct Walk<'a> {
    shapes: &'a Shapes,
    found: Found,
    pointer: String,
}

impl<'a> Walk<'a> {
    fn fault(&mut self, detail: impl Into<String>, fix: impl Into<String>) {
        self.found.faults.push(Fault::error(self.pointer.clone(), detail, fix));
    }

    /// Runs `inside` with the pointer one step deeper.
    fn step(&mut self, key: &str, inside: impl FnOnce(&mut Self)) {
        let length = self.pointer.len();
        self.pointer.push('/');
        self.pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
        inside(self);
        self.pointer.truncate(length);
    }

    fn value(&mut self, shape: &'a Shape, value: &Value) {
        match shape {
            Shape::Named(name) => {
                let shapes = self.shapes;
                if let Some(shape) = shapes.named.get(name) {
                    self.value(shape, value);
                }
            }
            Shape::Nullable(inner) => {
                let is_empty = value.as_array().is_some_and(Vec::is_empty);
                if is_empty && matches!(**inner, Shape::List { least: None, .. }) {
                    self.fault("An empty list says nothing here.", "Leave it out, or write null: no source states it.");
                } else if !value.is_null() {
                    self.value(inner, value);
                }
            }
            Shape::Text(text) => self.text(text, value),
            Shape::Codes(codes) => match value.as_str() {
                Some(code) if codes.iter().any(|known| known == code) => {}
                Some(code) => {
                    let fault = Fault::unknown(self.pointer.clone(), "code", code, codes.iter().map(String::as_str));
                    self.found.faults.push(fault);
                }
                None => self.wrong_type("a code", value),
            },
            Shape::Integer { least, most } => match value.as_i64() {
                Some(number) if least.is_some_and(|least| number < least) => {
                    self.fault(format!("{number} is too small."), format!("Write {} or more.", least.unwrap_or(0)));
                }
                Some(number) if number > *most => {
                    self.fault(format!("{number} is too great."), format!("Write {most} or less."));
                }
                Some(_) => {}
                None => self.wrong_type("a whole number", value),
            },
            Shape::Boolean => {
                if !value.is_boolean() {
                    self.wrong_type("true or false", value);
                }
            }
            Shape::List { item, least, most } => self.list(item, *least, *most, value),
            Shape::Map(item) => match value.as_object() {
                Some(members) if members.len() > MOST_ITEMS => {
                    self.fault("The object has too many members.", format!("Give at most {MOST_ITEMS}."));
                }
                Some(members) => {
                    for (key, member) in members {
                        self.step(key, |walk| walk.value(item, member));
                    }
                }
                None => self.wrong_type("an object", value),
            },
            Shape::Object(object) => match value.as_object() {
                Some(members) => self.object(object, members),
                None => self.wrong_type("an object", value),
            },
            Shape::Choice(options) => self.choice(options, value),
        }
    }

    fn wrong_type(&mut self, wanted: &str, value: &Value) {
        let got = match value {
            Value::Null => "nothing (null)",
            Value::Bool(_) => "true or false",
            Value::Number(_) => "a number",
            Value::String(_) => "text",
            Value::Array(_) => "a list",
            Value::Object(_) => "an object",
        };
        self.fault(format!("This is {got}; {wanted} belongs here."), format!("Write {wanted}."));
    }

    fn text(&mut self, text: &Text, value: &Value) {
        let Some(written) = value.as_str() else {
            return self.wrong_type("text", value);
        };
        if written.chars().count() > text.max_length {
            return self.fault(format!("The text is longer than {} characters.", text.max_length), "Shorten it.");
        }
        if let Some(Err(broken)) = text.format.map(|format| format::check(format, written)) {
            return self.fault(broken.detail, broken.fix);
        }
        if let Some(scheme) = &text.vocabulary {
            self.found.terms.push(TermUse {
                pointer: self.pointer.clone(),
                scheme: scheme.clone(),
                code: written.to_owned(),
            });
        }
        if !text.reference.is_empty() {
            self.reference(text, written);
        }
        if text.name == "SourceId" && !self.pointer.starts_with("/sources/") {
            self.found.citations.push((self.pointer.clone(), written.to_owned()));
        }
    }

    fn reference(&mut self, text: &Text, written: &str) {
        let qualified = text.format == Some(Format::EntryReference);
        let target = match (qualified, text.reference.first()) {
            (true, _) => super::identity::parse_reference(written),
            (false, Some(kind)) => Some((*kind, written)),
            (false, None) => None,
        };
        match target {
            Some((kind, id)) if text.reference.contains(&kind) => {
                self.found.references.push(ReferenceUse {
                    pointer: self.pointer.clone(),
                    kind,
                    id: id.to_owned(),
                    qualified,
                });
            }
            _ => {
                let kinds: Vec<&str> = text.reference.iter().map(|kind| kind.code()).collect();
                self.fault(
                    format!("“{written}” does not name an entry that may stand here."),
                    format!("Write kind/slug, with a kind of: {}.", kinds.join(", ")),
                );
            }
        }
    }

    fn list(&mut self, item: &'a Shape, least: Option<usize>, most: usize, value: &Value) {
        let Some(items) = value.as_array() else {
            return self.wrong_type("a list", value);
        };
        if let Some(least) = least.filter(|least| items.len() < *least) {
            self.fault("The list has too few items.", format!("Give at least {least}."));
        }
        if items.len() > most {
            return self.fault("The list has too many items.", format!("Give at most {most}."));
        }
        for (index, member) in items.iter().enumerate() {
            if self.found.faults.len() >= MOST_FAULTS {
                return;
            }
            if let Some(text) = member.as_str()
                && items.iter().take(index).any(|earlier| earlier.as_str() == Some(text))
            {
                self.step(&index.to_string(), |walk| {
                    walk.fault(format!("“{text}” stands in the list twice."), "Write it once.");
                });
            }
            self.step(&index.to_string(), |walk| walk.value(item, member));
        }
    }

    fn object(&mut self, object: &'a Object, members: &Map<String, Value>) {
        for (key, value) in members {
            if self.found.faults.len() >= MOST_FAULTS {
                return;
            }
            match object.members.get(key) {
                Some(member) => self.step(key, |walk| {
                    let terms = walk.found.terms.len();
                    walk.value(&member.shape, value);
                    if member.derived {
                        // What is derived names nothing of its own.
                        walk.found.terms.truncate(terms);
                        walk.found.derived.push(walk.pointer.clone());
                    }
                }),
                None => self.step(key, |walk| {
                    let known = object.members.keys().map(String::as_str);
                    let fault = Fault::unknown(walk.pointer.clone(), "member", key, known);
                    walk.found.faults.push(fault);
                }),
            }
        }
        for key in object.required.iter().filter(|key| !members.contains_key(*key)) {
            self.step(key, |walk| walk.fault(format!("“{key}” is missing."), "Add it."));
        }
    }

    /// Picks the option that a value means: by its tag, else by a member only that option has.
    fn choice(&mut self, options: &'a [Shape], value: &Value) {
        let Some(members) = value.as_object() else {
            return self.wrong_type("an object", value);
        };
        let mut objects = Vec::new();
        for option in options {
            self.shapes.objects(option, &mut objects);
        }
        let tags = |object: &'a Object| match object.members.get("type").map(|member| &member.shape) {
            Some(Shape::Codes(codes)) => codes.as_slice(),
            _ => &[],
        };
        if let Some(tag) = members.get("type") {
            let chosen = objects.iter().find(|o| tags(o).iter().any(|code| tag == code));
            return match chosen {
                Some(object) => self.object(object, members),
                None => self.step("type", |walk| match tag.as_str() {
                    Some(written) => {
                        let known = objects.iter().flat_map(|o| tags(o)).map(String::as_str);
                        let fault = Fault::unknown(walk.pointer.clone(), "type", written, known);
                        walk.found.faults.push(fault);
                    }
                    None => walk.wrong_type("a code", tag),
                }),
            };
        }
        let untagged: Vec<&'a Object> = objects.into_iter().filter(|o| tags(o).is_empty()).collect();
        if let Some(object) = untagged.iter().find(|o| o.required.iter().all(|key| members.contains_key(key))) {
            self.object(object, members);
        } else {
            let keys: Vec<&str> = untagged.iter().flat_map(|o| &o.required).map(String::as_str).collect();
            self.fault(
                "This is none of the forms that may stand here.",
                format!("Write an object with “type”, or with one of: {}.", keys.join(", ")),
            );
        }
    }
}

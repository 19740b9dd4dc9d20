//! Reads a JSON value into an entry or a term, or says everything that is wrong with it.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::Value;

use super::codes::Kind;
use super::entry::{Academy, CoachingLink, Entry, Framework, Programme, Provider, Resource};
use super::fault::{Fault, Severity};
use super::shape::{Found, ReferenceUse, Shapes, TermUse};
use super::validate;
use super::vocabulary::{Term, Vocabularies};

pub mod format;

/// The shapes of everything that people write.
static SHAPES: LazyLock<Shapes> = LazyLock::new(|| {
    Shapes::default()
        .with::<Programme>()
        .with::<Provider>()
        .with::<Academy>()
        .with::<CoachingLink>()
        .with::<Resource>()
        .with::<Framework>()
        .with::<Term>()
});

/// An entry that was read, with what it names.
#[derive(Debug, Clone)]
pub struct Reading {
    /// The entry, without derived members.
    pub entry: Entry,
    /// The entry as canonical JSON text: what is stored, hashed and compared.
    pub text: String,
    /// The terms it names.
    pub terms: Vec<TermUse>,
    /// The entries it names.
    pub references: Vec<ReferenceUse>,
    /// What somebody should look at.
    pub warnings: Vec<Fault>,
}

/// The name of a kind's schema.
#[must_use]
pub const fn schema_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Programme => "Programme",
        Kind::Provider => "Provider",
        Kind::Academy => "Academy",
        Kind::CoachingLink => "CoachingLink",
        Kind::Resource => "Resource",
        Kind::Framework => "Framework",
    }
}

/// The kind and id that a value gives itself.
///
/// # Errors
/// Where `kind` is missing or unknown, or `id` is missing.
pub fn identify(value: &Value) -> Result<(Kind, String), Vec<Fault>> {
    let text = |key: &str| value.get(key).and_then(Value::as_str);
    let kind = text("kind").ok_or_else(|| {
        Fault::error("/kind", "“kind” is missing, or is not text.", "Add the kind of entry, such as kind: programme.")
    });
    let kind = kind.and_then(|code| {
        Kind::from_code(code).ok_or_else(|| Fault::unknown("/kind", "kind", code, Kind::ALL.iter().map(|k| k.code())))
    });
    let id = text("id").ok_or_else(|| Fault::error("/id", "“id” is missing, or is not text.", "Add the entry's slug."));
    match (kind, id) {
        // Before anything is asked of it: not every engine takes every text.
        (Ok(kind), Ok(id)) => check_slug("/id", id).map(|()| (kind, id.to_owned())).map_err(|fault| vec![fault]),
        (kind, id) => Err([kind.err(), id.err()].into_iter().flatten().collect()),
    }
}

/// Checks that a text is a slug.
///
/// # Errors
/// Says how it is not.
pub fn check_slug(pointer: &str, text: &str) -> Result<(), Fault> {
    if text.len() > 80 {
        return Err(Fault::error(pointer, "The slug is longer than 80 characters.", "Shorten it."));
    }
    format::check(format::Format::Slug, text).map_err(|broken| Fault::error(pointer, broken.detail, broken.fix))
}

/// Reads an entry.
///
/// # Errors
/// Every fault of the value, warnings included, where one of them is an error.
pub fn entry(mut value: Value, vocabularies: &Vocabularies) -> Result<Reading, Vec<Fault>> {
    let (kind, _) = identify(&value)?;
    let mut found = SHAPES.walk(schema_name(kind), &value);
    unknown_terms(&mut found, vocabularies);
    let given = take_derived(&mut value, &found);
    let broken = has_errors(&found.faults);
    let decoded = if broken { None } else { Some(Entry::from_json(kind, value.clone())) };
    let mut faults = std::mem::take(&mut found.faults);
    let entry = match decoded {
        None => None,
        Some(Ok(entry)) => {
            validate::entry(&entry, &value, &found, vocabularies, &mut faults);
            validate::derived(&entry, &given, vocabularies, &mut faults);
            Some(entry)
        }
        Some(Err(error)) => {
            faults.push(Fault::error(
                "",
                format!("The entry cannot be read: {error}."),
                "Compare it with the contract.",
            ));
            None
        }
    };
    let text = entry.as_ref().and_then(|entry| entry.to_text().ok());
    match (entry, text) {
        (Some(entry), Some(text)) if !has_errors(&faults) => {
            Ok(Reading { entry, text, terms: found.terms, references: found.references, warnings: faults })
        }
        _ => Err(faults),
    }
}

/// Whether a path of member names leads to a member of a kind's entries.
///
/// # Errors
/// The step that leads nowhere, and the names that would.
pub fn lookup<'a>(kind: Kind, path: &[&'a str]) -> Result<(), (&'a str, Vec<&'static str>)> {
    SHAPES.lookup(schema_name(kind), path)
}

/// Every path of member names into a kind's entries.
#[must_use]
pub fn paths(kind: Kind) -> Vec<String> {
    SHAPES.paths(schema_name(kind))
}

/// The columns of a table of a kind's entries: what an entry is and is called, then all else by name.
#[must_use]
pub fn columns(kind: Kind) -> Vec<String> {
    const FIRST: [&str; 7] = ["id", "uid", "kind", "type", "title", "summary", "url"];
    let others = SHAPES.columns(schema_name(kind)).into_iter().filter(|column| !FIRST.contains(&column.as_str()));
    FIRST.iter().map(|column| (*column).to_owned()).chain(others).collect()
}

/// Reads a term.
///
/// # Errors
/// Every fault of the value.
pub fn term(value: Value) -> Result<Term, Vec<Fault>> {
    let found = SHAPES.walk("Term", &value);
    if has_errors(&found.faults) {
        return Err(found.faults);
    }
    serde_json::from_value(value).map_err(|error| {
        vec![Fault::error("", format!("The term cannot be read: {error}."), "Compare it with the contract.")]
    })
}

/// A body with every mention of renamed entries replaced by their present slugs.
#[must_use]
pub fn with_present_slugs(mut value: Value, renamed: &BTreeMap<(Kind, String), String>) -> Value {
    let Ok((kind, _)) = identify(&value) else { return value };
    if renamed.is_empty() {
        return value;
    }
    for reference in SHAPES.walk(schema_name(kind), &value).references {
        let present = renamed.get(&(reference.kind, reference.id));
        if let (Some(present), Some(place)) = (present, value.pointer_mut(&reference.pointer)) {
            *place = Value::from(if reference.qualified {
                format!("{}/{present}", reference.kind)
            } else {
                present.clone()
            });
        }
    }
    value
}

/// Whether any of the faults is an error.
#[must_use]
pub fn has_errors(faults: &[Fault]) -> bool {
    faults.iter().any(|fault| fault.severity == Severity::Error)
}

/// Adds a fault for every term that no vocabulary holds.
fn unknown_terms(found: &mut Found, vocabularies: &Vocabularies) {
    for used in &found.terms {
        if vocabularies.get(&used.scheme, &used.code).is_none() {
            let known = vocabularies.terms(&used.scheme).map(|term| term.code.as_str());
            found.faults.push(Fault::unknown(used.pointer.clone(), &used.scheme, &used.code, known));
        }
    }
}

/// Takes the derived members out of a value; they are checked, then made anew when it is served.
fn take_derived(value: &mut Value, found: &Found) -> Vec<(String, Value)> {
    let mut taken = Vec::new();
    for pointer in &found.derived {
        if let Some((parent, key)) = pointer.rsplit_once('/')
            && let Some(Value::Object(members)) = value.pointer_mut(parent)
            && let Some(member) = members.shift_remove(key)
        {
            taken.push((pointer.clone(), member));
        }
    }
    taken
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn vocabularies() -> Vocabularies {
        let mut vocabularies = Vocabularies::default();
        for term in [
            json!({"scheme": "role", "code": "nurse", "label": "Nurse"}),
            json!({"scheme": "role", "code": "all-staff", "label": "All staff"}),
            json!({"scheme": "level", "code": "introductory", "label": "Introductory", "rank": 1}),
            json!({"scheme": "level", "code": "senior", "label": "Senior", "rank": 4}),
            json!({"scheme": "sector", "code": "nhs", "label": "NHS", "tags": ["nhs-employed", "open-to-all"]}),
            json!({"scheme": "characteristic", "code": "race", "label": "Race"}),
        ] {
            vocabularies.insert(term_of(term));
        }
        vocabularies
    }

    fn term_of(value: Value) -> Term {
        term(value).expect("a good term")
    }

    fn good() -> Value {
        json!({
            "kind": "programme", "id": "a-course", "type": "course", "title": "A course",
            "summary": "A course.", "provider": "somebody",
            "audience": {"openTo": ["nurse"], "levels": {"from": "introductory", "to": "senior"}},
            "eligibility": {"rule": {"all": [{"open": "nhs"}, {"type": "positive-action", "characteristic": "race"}]}},
            "status": {"term": "running", "asOf": {"date": null}, "sources": ["s"]},
            "sources": [{"id": "s", "title": "A page"}],
            "evidence": {"/audience/openTo": ["s"], "/audience/levels": ["s"], "/eligibility": ["s"], "/provider": ["s"]}
        })
    }

    fn faults_of(value: Value) -> Vec<(String, String)> {
        match entry(value, &vocabularies()) {
            Ok(reading) => reading.warnings.into_iter().map(|f| (f.pointer, f.detail)).collect(),
            Err(faults) => faults.into_iter().map(|f| (f.pointer, f.detail)).collect(),
        }
    }

    #[test]
    fn a_good_entry_reads_without_a_warning() {
        let reading = entry(good(), &vocabularies()).expect("a good entry");
        assert_eq!(reading.warnings, []);
        assert_eq!(reading.references.len(), 1);
        let mut entry = reading.entry;
        entry.derive_tags(&vocabularies());
        let tags = entry.eligibility_at("/eligibility").and_then(|e| e.tags).unwrap_or_default();
        let tags: Vec<&str> = tags.iter().map(EligibilityTagExt::text).collect();
        assert_eq!(tags, ["nhs-employed", "open-to-all", "positive-action-race"]);
    }

    trait EligibilityTagExt {
        fn text(&self) -> &str;
    }

    impl EligibilityTagExt for super::super::text::EligibilityTag {
        fn text(&self) -> &str {
            self.as_str()
        }
    }

    #[test]
    fn reading_what_was_written_changes_nothing() {
        let once = entry(good(), &vocabularies()).expect("a good entry");
        let again = entry(serde_json::from_str(&once.text).expect("JSON"), &vocabularies()).expect("a good entry");
        assert_eq!(once.text, again.text);
        assert_eq!(once.entry, again.entry);
    }

    #[test]
    fn every_fault_is_told_at_once() {
        let mut value = good();
        value["titel"] = json!("x");
        value["audience"]["openTo"] = json!(["nusre", "nurse", "nurse"]);
        value["audience"]["levels"] = json!({"from": "senior", "to": "introductory"});
        value["status"] = json!({"term": "runing", "asOf": {}});
        value["eligibility"]["rule"] = json!({"all": [{"type": "employr", "anyOf": []}, {"some": []}]});
        value.as_object_mut().expect("an object").remove("provider");
        let pointers: Vec<String> = faults_of(value).into_iter().map(|(pointer, _)| pointer).collect();
        for pointer in [
            "/titel",
            "/audience/openTo/0",
            "/audience/openTo/2",
            "/status/term",
            "/status/asOf/date",
            "/eligibility/rule/all/0/type",
            "/eligibility/rule/all/1",
            "/provider",
        ] {
            assert!(pointers.iter().any(|p| p == pointer), "no fault at {pointer} in {pointers:?}");
        }
    }

    #[test]
    fn what_the_schema_cannot_say_is_checked_too() {
        let mut value = good();
        value["audience"]["levels"] = json!({"from": "senior", "to": "introductory"});
        value["evidence"] = json!({"/audience/openTo": ["t"], "/nothing": ["s"], "/sources/0": ["s"]});
        value["variantOf"] = json!("a-course");
        value["costs"] = json!([{"type": "free", "amount": {"value": "5", "currency": "GBP"}, "asOf": {"date": null}, "sources": ["s"]}]);
        let faults = faults_of(value);
        for (pointer, words) in [
            ("/audience/levels", "ranks above"),
            ("/evidence/~1nothing", "nothing at"),
            ("/evidence/~1sources~10", "into a list"),
            ("/evidence/~1audience~1openTo/0", "“t” is not a known source"),
            ("/variantOf", "names its programme"),
            ("/variantOf", "variant of itself"),
            ("/costs/0/amount", "free"),
        ] {
            assert!(
                faults.iter().any(|(p, d)| p == pointer && d.contains(words)),
                "no “{words}” at {pointer} in {faults:#?}"
            );
        }
    }

    #[test]
    fn derived_members_are_taken_when_equal_and_refused_when_not() {
        let mut value = good();
        value["eligibility"]["tags"] = json!(["nhs-employed", "open-to-all", "positive-action-race"]);
        value["version"] = json!(7);
        let reading = entry(value.clone(), &vocabularies()).expect("equal tags are fine");
        assert!(!reading.text.contains("tags"), "{}", reading.text);
        value["eligibility"]["tags"] = json!(["open-to-all"]);
        assert!(faults_of(value).iter().any(|(p, _)| p == "/eligibility/tags"));
    }

    #[test]
    fn of_alternatives_only_what_all_demand_is_demanded() {
        let mut value = good();
        let tags = |value: &Value| {
            let mut entry = entry(value.clone(), &vocabularies()).expect("a good entry").entry;
            entry.derive_tags(&vocabularies());
            entry.eligibility_at("/eligibility").and_then(|e| e.tags).unwrap_or_default()
        };
        value["eligibility"]["rule"] = json!({"any": [
            {"type": "level", "from": "senior", "to": "senior"},
            {"all": [{"open": "nhs"}, {"type": "experience", "of": "leading"}]},
        ]});
        let either: Vec<String> = tags(&value).into_iter().map(|tag| tag.0).collect();
        assert_eq!(either, ["nhs-employed", "open-to-all"]);
        value["eligibility"]["rule"] = json!({"any": [
            {"type": "level", "from": "senior", "to": "senior"},
            {"type": "level", "from": "introductory", "to": "senior"},
        ]});
        let both: Vec<String> = tags(&value).into_iter().map(|tag| tag.0).collect();
        assert_eq!(both, ["level-or-band-required"]);
    }

    #[test]
    fn a_fact_without_a_source_is_a_warning() {
        let mut value = good();
        value["evidence"] = json!({"/audience/openTo": ["s"]});
        let pointers: Vec<String> = faults_of(value).into_iter().map(|(p, _)| p).collect();
        assert_eq!(pointers, ["/provider", "/eligibility", "/audience/levels"]);
    }
}

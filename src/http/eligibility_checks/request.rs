//! Reading what a check is asked. What somebody tells of themselves is in it, so no fault repeats what was sent:
//! each says where it is and what may stand there.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::openapi::schema::{AdditionalProperties, ArrayBuilder, ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::catalogue::{ALL_STAFF, CheckCursor, Field, Filter, Looked, ProfileField, Snapshot};
use crate::http::collection;
use crate::http::list::{USUAL, filters_of, read_filter};
use crate::http::problem::{INVALID_BODY, Problem, ProblemError, UNKNOWN_TERM};
use crate::http::query::{MOST_VALUES, Query};
use crate::model::codes::Kind;
use crate::model::fault::{Fault, nearest};
use crate::model::profile::Profile;
use crate::model::shape::{Found, Shapes};
use crate::model::text::{CharacteristicCode, PartialDate, Slug};

/// What a check is asked. Everything may be left out.
#[derive(Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub(in crate::http) struct EligibilityRequest {
    /// What the person tells of themselves.
    profile: Profile,
    /// What is shown without the person telling anything.
    show: Show,
    /// Which entries are checked.
    filter: EligibilityFilter,
    /// The kinds of entry, in the order they are told; programmes alone where it is left out.
    #[schema(min_items = 1, max_items = 4)]
    kinds: Option<Vec<CheckedKind>>,
    /// The most entries on the page; 20 where it is left out.
    #[schema(minimum = 1, maximum = 100)]
    limit: Option<u8>,
    /// Where the page begins: `meta.nextCursor` of the page before. Send everything else as it was.
    #[schema(min_length = 1, max_length = 2_000, pattern = "^[A-Za-z0-9._-]+$")]
    cursor: Option<String>,
}

/// What is shown without the person telling anything.
#[derive(Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
struct Show {
    /// The characteristics whose positive action is judged as for the people whom it is for. It says what the page
    /// shall show, and nothing about who asks.
    #[schema(max_items = 20)]
    positive_action: Vec<CharacteristicCode>,
}

/// A kind of entry that people take part in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
enum CheckedKind {
    Programme,
    CoachingLink,
    Academy,
    Resource,
}

impl CheckedKind {
    const fn kind(self) -> Kind {
        match self {
            Self::Programme => Kind::Programme,
            Self::CoachingLink => Kind::CoachingLink,
            Self::Academy => Kind::Academy,
            Self::Resource => Kind::Resource,
        }
    }
}

/// Which entries are checked, by the filters of lists: terms of one are alternatives, filters must all be met.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
struct EligibilityFilter(Map<String, Value>);

impl PartialSchema for EligibilityFilter {
    fn schema() -> RefOr<Schema> {
        let terms = |about: &str| {
            let items = ArrayBuilder::new().items(Slug::schema()).description(Some(about));
            items.min_items(Some(1)).max_items(Some(MOST_VALUES))
        };
        let text =
            |about: &str| ObjectBuilder::new().schema_type(SchemaType::new(Type::String)).description(Some(about));
        let mut object = ObjectBuilder::new()
            .description(Some("Which entries are checked, by the filters of lists: terms of one are alternatives, filters must all be met. Every kind asked about must have the filter."))
            .additional_properties(Some(AdditionalProperties::FreeForm(false)));
        for field in Field::ALL {
            object = object.property(
                field.name(),
                terms(&format!("{}: terms of the list filter `{}`.", field.about(), field.name())),
            );
        }
        object
            .property(
                "match",
                text("Whether an entry that states nothing about a filter passes it.")
                    .enum_values(Some(["stated", "possible"])),
            )
            .property("id", terms("Only these entries, by their ids."))
            .property(
                "modifiedSince",
                text("Only what changed on or after this day or moment.").max_length(Some(40)).examples(["2026-11-23"]),
            )
            .property("notCheckedSince", PartialDate::schema())
            .into()
    }
}

impl ToSchema for EligibilityFilter {
    fn name() -> Cow<'static, str> {
        "EligibilityFilter".into()
    }
}

/// The shape of a request, and the names of its members.
static SHAPES: LazyLock<(Shapes, BTreeSet<String>)> = LazyLock::new(|| {
    let shapes = Shapes::default().with::<EligibilityRequest>();
    let paths = shapes.paths(&EligibilityRequest::name());
    let names = paths.iter().flat_map(|path| path.split('.')).map(str::to_owned).collect();
    (shapes, names)
});

/// A request that was read.
pub(in crate::http) struct Asked {
    pub(super) profile: Profile,
    pub(super) shown: Vec<String>,
    pub(super) kinds: Vec<Kind>,
    pub(super) filter: Filter,
    pub(super) limit: usize,
    pub(super) after: Option<CheckCursor>,
}

impl Asked {
    /// Reads a request; all its faults are told together.
    ///
    /// # Errors
    /// 422 with every fault.
    pub(in crate::http) fn read(value: Value, snapshot: &Snapshot) -> Result<Self, Problem> {
        let found = SHAPES.0.walk(&EligibilityRequest::name(), &value);
        let mut errors: Vec<ProblemError> = Vec::new();
        check_names(&found, &value, snapshot, &mut errors);
        errors.extend(found.faults.into_iter().map(|fault| told(fault, &value)));
        if !errors.is_empty() {
            return Err(invalid(errors));
        }
        let Ok(request) = serde_json::from_value::<EligibilityRequest>(value) else {
            return Err(Problem::new(
                INVALID_BODY,
                "The body is none that can be checked. Compare it with the contract.",
            ));
        };
        let kinds: Vec<Kind> = request
            .kinds
            .map_or_else(|| vec![Kind::Programme], |kinds| kinds.into_iter().map(CheckedKind::kind).collect());
        let filter = request.filter.read(snapshot, &kinds, &mut errors);
        let after = request.cursor.as_deref().and_then(CheckCursor::decode);
        if request.cursor.is_some() && !after.as_ref().is_some_and(|after| kinds.contains(&after.kind())) {
            let detail = "The cursor was not given out for these kinds. Begin again without one.";
            errors.push(error("/cursor", detail.to_owned()));
        }
        if !errors.is_empty() {
            return Err(invalid(errors));
        }
        Ok(Self {
            profile: with_present_slugs(request.profile, snapshot),
            shown: request.show.positive_action.into_iter().map(|code| code.0).collect(),
            kinds,
            filter,
            limit: request.limit.map_or(USUAL, usize::from),
            after,
        })
    }
}

fn invalid(errors: Vec<ProblemError>) -> Problem {
    let first = errors.first().map_or_else(String::new, |error| error.detail.clone());
    Problem { errors, ..Problem::new(INVALID_BODY, first) }
}

fn error(pointer: &str, detail: String) -> ProblemError {
    ProblemError { parameter: None, pointer: Some(pointer.to_owned()), detail, allowed: None, did_you_mean: None }
}

/// A fault without anything that was sent: it says what may stand there, and its pointer ends before the first step
/// that is no name of ours.
fn told(fault: Fault, sent: &Value) -> ProblemError {
    let mut pointer = String::new();
    let mut here = sent;
    for step in fault.pointer.split('/').skip(1) {
        let is_keyed_by_words = pointer == "/profile/experience" || pointer == "/profile/statements";
        let is_ours = here.is_array() || (SHAPES.1.contains(step) && !is_keyed_by_words);
        if !is_ours {
            break;
        }
        pointer.push('/');
        pointer.push_str(step);
        here = sent.pointer(&pointer).unwrap_or(&Value::Null);
    }
    let is_whole = pointer == fault.pointer;
    let detail = if is_whole { fault.fix } else { format!("Something in here cannot be used. {}", fault.fix) };
    ProblemError { did_you_mean: fault.did_you_mean, ..error(&pointer, detail) }
}

/// Adds a fault for every term, entry and word of rules that is named and is not there.
fn check_names(found: &Found, value: &Value, snapshot: &Snapshot, errors: &mut Vec<ProblemError>) {
    let mut fault = |pointer: &str, what: &str, written: &str, known: &[&str], allowed: Option<String>| {
        let fault = Fault::unknown(pointer, what, written, known.iter().copied());
        errors.push(ProblemError { allowed, ..told(fault, value) });
    };
    let vocabularies = snapshot.vocabularies();
    for used in &found.terms {
        // It is what programmes are open to, and nobody's work.
        let is_anyone = used.scheme == "role" && used.code == ALL_STAFF;
        if is_anyone || vocabularies.get(&used.scheme, &used.code).is_none() {
            let known: Vec<&str> = vocabularies
                .terms(&used.scheme)
                .map(|term| term.code.as_str())
                .filter(|code| *code != ALL_STAFF)
                .collect();
            let allowed = format!("/v1/vocabularies/{}", used.scheme);
            fault(&used.pointer, &used.scheme, &used.code, &known, Some(allowed));
        }
    }
    for used in &found.references {
        if matches!(snapshot.look(used.kind, &used.id), Looked::Nothing) {
            let known = snapshot.ids_around(used.kind, &used.id);
            let known: Vec<&str> = known.iter().map(|id| &**id).collect();
            let allowed = format!("/v1/{}", collection(used.kind));
            fault(&used.pointer, used.kind.code(), &used.id, &known, Some(allowed));
        }
    }
    for field in [ProfileField::Experience, ProfileField::Statements] {
        let pointer = format!("/profile/{}", field.name());
        let Some(told) = value.pointer(&pointer).and_then(Value::as_object).filter(|told| !told.is_empty()) else {
            continue;
        };
        let words: Vec<&str> = snapshot.words_of_rules(field).into_iter().collect();
        for key in told.keys().filter(|key| words.binary_search(&key.as_str()).is_err()).take(10) {
            fault(&pointer, "text that a rule asks about", key, &words, None);
        }
    }
}

impl EligibilityFilter {
    /// Reads the filter as a list's address would give it.
    fn read(self, snapshot: &Snapshot, kinds: &[Kind], errors: &mut Vec<ProblemError>) -> Filter {
        let takes = filters_of(kinds).collect::<Vec<_>>();
        for field in Field::ALL.into_iter().filter(|field| self.0.contains_key(field.name()) && !takes.contains(field))
        {
            let names: Vec<&str> = takes.iter().map(|field| field.name()).collect();
            let detail = format!("Not every kind asked about has this filter: they have {}.", names.join(", "));
            errors.push(error(&format!("/filter/{}", field.name()), detail));
        }
        let mut pairs = Vec::new();
        for (name, value) in self.0 {
            match value {
                Value::Array(values) => pairs
                    .extend(values.into_iter().filter_map(|value| Some((name.clone(), value.as_str()?.to_owned())))),
                Value::String(value) => pairs.push((name, value)),
                _ => {}
            }
        }
        let mut query = Query::given(pairs);
        let mut filter = read_filter(&mut query, snapshot, kinds);
        // Those that are over are among the entries where a status asks for them; variants always are.
        filter.variants = true;
        for (code, fault) in query.into_faults() {
            let name = fault.parameter.as_deref().unwrap_or_default();
            let detail = match (&fault.did_you_mean, &fault.allowed) {
                _ if code != UNKNOWN_TERM => fault.detail.clone(),
                (Some(near), _) => format!("Write “{near}”, or another {name}."),
                (None, _) => format!("Write a known {name}."),
            };
            errors.push(ProblemError {
                pointer: Some(format!("/filter/{name}")),
                parameter: None,
                detail,
                allowed: fault.allowed,
                did_you_mean: fault.did_you_mean,
            });
        }
        for id in filter.ids.iter().flatten() {
            let is_there = |kind: &Kind| !matches!(snapshot.look(*kind, id), Looked::Nothing);
            if !kinds.iter().any(is_there) {
                let known: Vec<_> = kinds.iter().flat_map(|kind| snapshot.ids_around(*kind, id)).collect();
                let did_you_mean = nearest(id, known.iter().map(|id| &**id)).map(str::to_owned);
                let allowed = kinds.first().map(|kind| format!("/v1/{}", collection(*kind)));
                let detail = "Write the ids of entries that are there.".to_owned();
                errors.push(ProblemError { allowed, did_you_mean, ..error("/filter/id", detail) });
            }
        }
        filter
    }
}

/// A profile that names entries as rules name them now.
fn with_present_slugs(mut profile: Profile, snapshot: &Snapshot) -> Profile {
    let rename = |kind: Kind, id: &mut String| {
        if let Looked::Renamed(item) = snapshot.look(kind, id) {
            item.id.as_ref().clone_into(id);
        }
    };
    for body in profile.memberships.iter_mut().flatten() {
        rename(Kind::Provider, &mut body.0);
    }
    for prior in profile.prior_programmes.iter_mut().flatten() {
        rename(Kind::Programme, &mut prior.programme.0);
    }
    profile
}

//! Vocabularies: what may stand in a filter, with hierarchy, definitions, outside codes and counts.

use actix_web::HttpResponse;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::answer::{Envelope, cacheable, entity_tag};
use super::problem::{NOT_FOUND, Problem};
use super::query::{Query, shown};
use super::request::Request;
use super::routes::{Answered, Call};
use super::{Service, collection};
use crate::catalogue::{Field, Filter, Snapshot, Source, scheme_terms};
use crate::model::codes::{CODE_LISTS, Kind};
use crate::model::fault::nearest;
use crate::model::vocabulary::{OutsideCode, SCHEMES};

/// One vocabulary.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Vocabulary {
    /// Its name.
    #[schema(example = "role")]
    scheme: String,
    /// What it is for.
    definition: String,
    /// How many terms it has.
    #[schema(example = 29)]
    terms: u64,
    /// The list filters that take its terms.
    filters: Vec<&'static str>,
    /// The address of its terms.
    href: String,
}

/// One term of a vocabulary.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct VocabularyTerm {
    /// The vocabulary.
    #[schema(example = "role")]
    scheme: String,
    /// Its code: what filters take.
    #[schema(example = "nurse")]
    code: String,
    /// Its name for people.
    #[schema(example = "Nurse")]
    label: String,
    /// What it means; null where its label says it all.
    definition: Option<String>,
    /// The next broader term; null at the top.
    broader: Option<String>,
    /// The next narrower terms.
    #[schema(max_items = 100_000)]
    narrower: Vec<String>,
    /// Its place in an ordered vocabulary; null where there is no order.
    rank: Option<u32>,
    /// Other names people use for it.
    aliases: Vec<String>,
    /// Its codes in the outside world.
    codes: Vec<OutsideCode>,
    /// The terms that took its place.
    successors: Vec<String>,
    /// From when it was in use; null where that is not stated or does not change.
    valid_from: Option<String>,
    /// Until when it was in use; null where it still is, or that is not stated.
    valid_to: Option<String>,
    /// What a reader should know about it.
    note: Option<String>,
    /// How many published entries of each kind a filter by it finds, variants included.
    counts: std::collections::BTreeMap<&'static str, u64>,
}

/// The names of every vocabulary, data and code lists alike, with what each is for.
fn schemes() -> impl Iterator<Item = (&'static str, &'static str)> {
    let lists = CODE_LISTS.iter().map(|list| (list.scheme, list.definition.trim()));
    SCHEMES.iter().copied().chain(lists)
}

/// The name of every vocabulary.
pub(super) fn scheme_names() -> impl Iterator<Item = &'static str> {
    schemes().map(|(name, _)| name)
}

/// The filters that take the terms of a vocabulary.
fn filters_of(scheme: &str) -> Vec<&'static str> {
    let takes = |field: &Field| Kind::ALL.iter().any(|kind| field.source(*kind) == Source::Scheme(scheme_name(scheme)));
    Field::ALL.iter().filter(|field| takes(field)).map(|field| field.name()).collect()
}

/// The name of a vocabulary as the code has it; empty where there is none.
fn scheme_name(scheme: &str) -> &'static str {
    schemes().find(|(name, _)| *name == scheme).map_or("", |(name, _)| name)
}

fn vocabulary(service: &Service, snapshot: &Snapshot, scheme: &'static str, definition: &str) -> Vocabulary {
    Vocabulary {
        scheme: scheme.to_owned(),
        definition: definition.to_owned(),
        terms: scheme_terms(scheme, snapshot.vocabularies()).len() as u64,
        filters: filters_of(scheme),
        href: format!("{}/v1/vocabularies/{scheme}", service.public_url),
    }
}

/// Every term of a vocabulary.
fn terms(snapshot: &Snapshot, scheme: &str) -> Vec<VocabularyTerm> {
    let all = scheme_terms(scheme, snapshot.vocabularies());
    let fields: Vec<(Kind, Field)> = Kind::ALL
        .iter()
        .flat_map(|kind| Field::of(*kind).iter().map(|field| (*kind, *field)))
        .filter(|(kind, field)| field.source(*kind) == Source::Scheme(scheme_name(scheme)))
        .collect();
    let code_list = CODE_LISTS.iter().find(|list| list.scheme == scheme);
    all.iter()
        .map(|term| {
            let held = snapshot.vocabularies().get(scheme, &term.code);
            let definition = match code_list {
                Some(list) => list.codes.iter().find(|code| *code.code == *term.code).map(|c| c.definition.to_owned()),
                None => held.and_then(|term| term.definition.as_ref()).map(|text| text.0.clone()),
            };
            let count = |(kind, field): &(Kind, Field)| {
                let terms = vec![(*field, vec![term.code.to_string()])];
                let filter = Filter { terms, variants: true, ..Filter::default() };
                (collection(*kind), snapshot.choose(*kind, &filter).len())
            };
            let valid = held.and_then(|term| term.valid.as_ref());
            VocabularyTerm {
                scheme: scheme.to_owned(),
                code: term.code.to_string(),
                label: term.label.to_string(),
                definition,
                broader: term.broader.as_ref().map(ToString::to_string),
                narrower: all
                    .iter()
                    .filter(|other| other.broader.as_ref() == Some(&term.code))
                    .map(|other| other.code.to_string())
                    .collect(),
                rank: held.and_then(|term| term.rank),
                aliases: held.into_iter().flat_map(|term| &term.aliases).map(|alias| alias.0.clone()).collect(),
                codes: held.map(|term| term.codes.clone()).unwrap_or_default(),
                successors: held.into_iter().flat_map(|term| &term.successors).map(|code| code.0.clone()).collect(),
                valid_from: valid.and_then(|valid| valid.from.as_ref()).map(ToString::to_string),
                valid_to: valid.and_then(|valid| valid.to.as_ref()).map(ToString::to_string),
                note: held.and_then(|term| term.note.as_ref()).map(|text| text.0.clone()),
                counts: fields.iter().map(count).collect(),
            }
        })
        .collect()
}

/// Puts an answer together that holds for the directory as a whole.
fn answer(
    service: &Service,
    snapshot: &Snapshot,
    request: &Request,
    path: &str,
    fill: impl FnOnce(&mut Envelope),
    envelope: Envelope,
    total: Option<usize>,
) -> HttpResponse {
    let head = snapshot.head();
    cacheable(request, head.change_number, entity_tag(service, head.change_number, &head.chain), || {
        let mut envelope = envelope;
        fill(&mut envelope);
        let mut meta = serde_json::json!({"changeNumber": head.change_number});
        if let (Some(total), Some(members)) = (total, meta.as_object_mut()) {
            members.insert("total".to_owned(), Value::from(total));
        }
        let links = serde_json::json!({"self": format!("{}{path}", service.public_url)});
        envelope.finish(&meta, &links)
    })
}

/// Writes a value into an envelope.
fn put(envelope: &mut Envelope, value: &impl Serialize) {
    envelope.item(&serde_json::to_vec(value).unwrap_or_default());
}

/// List the vocabularies
///
/// Every vocabulary and code list: what each is for, how many terms it has, and which filters take them.
#[utoipa::path(
    get, path = "/v1/vocabularies", tag = "vocabularies",
    responses((status = 200, description = "Every vocabulary.", body = ref("#/components/schemas/VocabularyList"))),
)]
pub(super) fn list_vocabularies(Call { service, request, .. }: Call<'_>) -> Answered {
    Query::read(request.query_string(), &[]).finish()?;
    let snapshot = service.directory.snapshot();
    let fill = |envelope: &mut Envelope| {
        for (scheme, definition) in schemes() {
            put(envelope, &vocabulary(service, &snapshot, scheme, definition));
        }
    };
    let total = Some(schemes().count());
    Ok(answer(service, &snapshot, request, "/v1/vocabularies", fill, Envelope::list(4_096), total))
}

/// Get the terms of a vocabulary
///
/// Ordered terms come by rank, others in tree order: each with its hierarchy, definition, outside codes,
/// and how many entries a filter by it finds.
#[utoipa::path(
    get, path = "/v1/vocabularies/{scheme}", tag = "vocabularies",
    responses((status = 200, description = "The terms.", body = ref("#/components/schemas/VocabularyTermList"))),
)]
pub(super) fn get_vocabulary(call: Call<'_>) -> Answered {
    let Call { service, request, .. } = call;
    let scheme = call.parameter("scheme");
    Query::read(request.query_string(), &[]).finish()?;
    let snapshot = service.directory.snapshot();
    known_scheme(&scheme)?;
    let terms = terms(&snapshot, &scheme);
    let total = Some(terms.len());
    let fill = |envelope: &mut Envelope| terms.iter().for_each(|term| put(envelope, term));
    let path = format!("/v1/vocabularies/{scheme}");
    Ok(answer(service, &snapshot, request, &path, fill, Envelope::list(4_096), total))
}

/// Get one term
///
/// One term of a vocabulary, with its hierarchy, definition, outside codes and counts.
#[utoipa::path(
    get, path = "/v1/vocabularies/{scheme}/{term}", tag = "vocabularies",
    responses((status = 200, description = "The term.", body = ref("#/components/schemas/VocabularyTermAnswer"))),
)]
pub(super) fn get_term(call: Call<'_>) -> Answered {
    let Call { service, request, .. } = call;
    let (scheme, code) = (call.parameter("scheme"), call.parameter("term"));
    Query::read(request.query_string(), &[]).finish()?;
    let snapshot = service.directory.snapshot();
    known_scheme(&scheme)?;
    let terms = terms(&snapshot, &scheme);
    let Some(term) = terms.iter().find(|term| term.code == code) else {
        let near = nearest(&code, terms.iter().map(|term| term.code.as_str()));
        let hint = near.map_or_else(String::new, |near| format!(" Did you mean “{near}”?"));
        let detail = format!("The vocabulary “{scheme}” has no term “{}”.{hint}", shown(&code));
        return Err(Problem::new(NOT_FOUND, detail));
    };
    let path = format!("/v1/vocabularies/{scheme}/{code}");
    let fill = |envelope: &mut Envelope| put(envelope, term);
    Ok(answer(service, &snapshot, request, &path, fill, Envelope::single(4_096), None))
}

fn known_scheme(scheme: &str) -> Result<(), Problem> {
    if schemes().any(|(known, _)| known == scheme) {
        return Ok(());
    }
    let near = nearest(scheme, schemes().map(|(name, _)| name));
    let hint = near.map_or_else(String::new, |near| format!(" Did you mean “{near}”?"));
    let detail = format!("There is no vocabulary “{}”.{hint} /v1/vocabularies lists them.", shown(scheme));
    Err(Problem::new(NOT_FOUND, detail))
}

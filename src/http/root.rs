//! The service's description of itself.

use serde::Serialize;
use utoipa::ToSchema;

use super::answer::{cacheable, entity_tag, json as text_of};
use super::exports::files;
use super::query::Query;
use super::routes::{Answered, Call};
use super::{LICENCE, collection, oauth, one_roster};
use crate::model::codes::{CODE_LISTS, CodeList, Kind};

/// The service's description of itself.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Root {
    data: RootData,
    meta: RootMeta,
    links: RootLinks,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct RootData {
    /// What the service is called.
    #[schema(example = "Leadership Directory")]
    title: &'static str,
    /// The version of the binary.
    #[schema(example = "0.1.0")]
    version: &'static str,
    /// The licence of the directory as a compilation.
    licence: Licence,
    /// The kinds of entry, with their lists.
    kinds: Vec<KindLink>,
    /// The files that other systems read.
    #[schema(max_items = 100)]
    exports: Vec<FileLink>,
}

#[derive(Debug, Serialize, ToSchema)]
struct Licence {
    /// Its name.
    #[schema(example = "CC BY 4.0")]
    name: &'static str,
    /// Its text.
    #[schema(example = "https://creativecommons.org/licenses/by/4.0/")]
    url: &'static str,
}

#[derive(Debug, Serialize, ToSchema)]
struct KindLink {
    /// The kind.
    kind: Kind,
    /// What it is.
    definition: &'static str,
    /// How many entries of it are published, variants included.
    #[schema(example = 35)]
    count: u64,
    /// The address of its list.
    #[schema(example = "https://directory.example/v1/programmes")]
    href: String,
}

/// A file that other systems read.
#[derive(Debug, Serialize, ToSchema)]
struct FileLink {
    /// Its name.
    #[schema(example = "programmes.csv")]
    name: String,
    /// Its address.
    #[schema(format = "uri", example = "https://directory.example/v1/exports/programmes.csv")]
    href: String,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct RootMeta {
    /// The directory's change number.
    change_number: i64,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct RootLinks {
    /// This answer.
    #[serde(rename = "self")]
    this: String,
    /// Where words are looked for.
    search: String,
    /// What may be typed next.
    suggestions: String,
    /// What changed: a copy follows it.
    changes: String,
    /// Where to ask who can take what, by POST.
    eligibility_checks: String,
    /// What OneRoster 1.2 clients read.
    one_roster: String,
    /// Where those ask for a token, by POST.
    token: String,
    /// The terms that filters and fields take.
    vocabularies: String,
    /// The OpenAPI document.
    openapi: String,
    /// Whether the service is ready.
    ready: String,
}

/// Describe the service
///
/// The kinds of entry with their lists, the licence, and where the contract is.
#[utoipa::path(
    get, path = "/v1", tag = "service",
    responses((status = 200, description = "The service's description of itself.", body = Root)),
)]
pub(super) fn describe_service(Call { service, request, .. }: Call<'_>) -> Answered {
    Query::read(request.query_string(), &[]).finish()?;
    let snapshot = service.directory.snapshot();
    let tag = entity_tag(service, snapshot.head().change_number, &snapshot.head().chain);
    let at = |path: &str| format!("{}{path}", service.public_url);
    let definitions =
        CODE_LISTS.iter().find(|list| list.scheme == "kind").map_or(&[][..], |list: &CodeList| list.codes);
    Ok(cacheable(request, snapshot.head().change_number, tag, || {
        let kinds = Kind::ALL.iter().zip(definitions).map(|(kind, code)| KindLink {
            kind: *kind,
            definition: code.definition,
            count: snapshot.count(*kind),
            href: at(&format!("/v1/{}", collection(*kind))),
        });
        text_of(&Root {
            data: RootData {
                title: "Leadership Directory",
                version: env!("CARGO_PKG_VERSION"),
                licence: Licence { name: "CC BY 4.0", url: LICENCE },
                kinds: kinds.collect(),
                exports: files()
                    .into_iter()
                    .map(|name| FileLink { href: at(&format!("/v1/exports/{name}")), name })
                    .collect(),
            },
            meta: RootMeta { change_number: snapshot.head().change_number },
            links: RootLinks {
                this: at("/v1"),
                search: at("/v1/search"),
                suggestions: at("/v1/suggestions"),
                changes: at("/v1/changes"),
                eligibility_checks: at("/v1/eligibility-checks"),
                one_roster: at(one_roster::BASE),
                token: at(oauth::PATH),
                vocabularies: at("/v1/vocabularies"),
                openapi: at("/openapi.json"),
                ready: at("/health/ready"),
            },
        })
    }))
}

/// Get the contract
///
/// This document: every operation, parameter, status and schema, in OpenAPI 3.1.
#[utoipa::path(
    get, path = "/openapi.json", tag = "service",
    responses((status = 200, description = "The OpenAPI document.", body = Object, content_type = "application/json")),
)]
pub(super) fn get_openapi(Call { service, request, .. }: Call<'_>) -> Answered {
    Query::read(request.query_string(), &[]).finish()?;
    let number = service.directory.snapshot().head().change_number;
    let tag = entity_tag(service, 0, super::openapi::hash());
    Ok(cacheable(request, number, tag, || super::openapi::text().to_owned()))
}

//! Entries as JSON-LD, for clients that like it better than JSON.

use std::sync::Arc;

use actix_web::HttpRequest;
use serde_json::Value;

use super::answer::JSON;
use super::{Service, collection, negotiate};
use crate::catalogue::{Item, Looked, Snapshot, scheme_terms};
use crate::formats::schema_org::{MEDIA_TYPE, Surroundings, document, list};
use crate::model::codes::Kind;

/// What entries name, as a snapshot holds it.
pub(super) struct Around {
    pub(super) snapshot: Arc<Snapshot>,
    pub(super) public_url: String,
}

impl Around {
    pub(super) fn of(service: &Service, snapshot: &Arc<Snapshot>) -> Self {
        Self { snapshot: Arc::clone(snapshot), public_url: service.public_url.clone() }
    }
}

impl Surroundings for Around {
    fn entry(&self, kind: Kind, id: &str) -> Option<(String, Option<String>)> {
        let (Looked::Found(item) | Looked::Renamed(item)) = self.snapshot.look(kind, id) else { return None };
        let url = read(&item).get("url").and_then(Value::as_str).map(str::to_owned);
        Some((item.title.to_string(), url))
    }

    fn address(&self, kind: Kind, id: &str) -> String {
        format!("{}/v1/{}/{id}", self.public_url, collection(kind))
    }

    fn label(&self, scheme: &str, code: &str) -> Option<String> {
        let vocabularies = self.snapshot.vocabularies();
        let own = vocabularies.get(scheme, code).map(|term| term.label.as_str().to_owned());
        own.or_else(|| {
            let terms = scheme_terms(scheme, vocabularies);
            terms.into_iter().find(|term| &*term.code == code).map(|term| term.label.to_string())
        })
    }
}

/// Whether the client likes JSON-LD better than JSON.
pub(super) fn is_wanted(request: &HttpRequest) -> bool {
    negotiate::prefers(request.headers(), MEDIA_TYPE, JSON)
}

/// An entry, or none of it where it cannot be read.
fn read(item: &Item) -> Value {
    serde_json::from_slice(&item.full).unwrap_or_default()
}

/// One entry.
pub(super) fn entry(around: &Around, item: &Item) -> String {
    document(&read(item), around).to_string()
}

/// A page of entries.
pub(super) fn page(around: &Around, address: &str, total: u64, items: &[Arc<Item>]) -> String {
    let entries: Vec<Value> = items.iter().map(|item| read(item)).collect();
    list(address, total, entries.iter(), around).to_string()
}

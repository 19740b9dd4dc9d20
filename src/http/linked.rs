//! Entries as JSON-LD, for clients that like it better than JSON.

use std::sync::Arc;

use super::answer::JSON;
use super::entries::entry_address;
use super::problem::{INVALID_PARAMETER, Problem};
use super::query::Query;
use super::request::Request;
use super::{Service, negotiate};
use crate::catalogue::{Item, Looked, Shelved, Snapshot, label};
use crate::formats::schema_org::{Linked, MEDIA_TYPE, Surroundings, document, written};
use crate::formats::{Form as _, Subject};
use crate::model::codes::Kind;
use crate::model::members::{members, text};

/// What entries name, as a snapshot holds it.
pub(super) struct Around {
    snapshot: Arc<Snapshot>,
    public_url: String,
}

impl Around {
    pub(super) fn of(service: &Service, snapshot: &Arc<Snapshot>) -> Self {
        Self { snapshot: Arc::clone(snapshot), public_url: service.public_url.clone() }
    }
}

impl Surroundings for Around {
    fn entry(&self, kind: Kind, id: &str) -> Option<(String, Option<String>)> {
        let (Looked::Found(item) | Looked::Renamed(item)) = self.snapshot.look(kind, id) else { return None };
        let json = item.json();
        let [url] = members(&json, ["url"]).map(text);
        Some((item.title.to_string(), url.map(Into::into)))
    }

    fn address(&self, kind: Kind, id: &str) -> String {
        entry_address(&self.public_url, kind, id)
    }

    fn label(&self, scheme: &str, code: &str) -> Option<String> {
        label(scheme, code, self.snapshot.vocabularies()).map(str::to_owned)
    }
}

/// Whether the client likes JSON-LD better than JSON.
///
/// # Errors
/// Where it does, and asks with these parameters for what is JSON's alone: JSON-LD tells entries whole, and nothing
/// about a list.
pub(super) fn is_wanted(request: &Request, asked: &[(&str, bool)]) -> Result<bool, Problem> {
    if !negotiate::prefers(request.headers(), MEDIA_TYPE, JSON) {
        return Ok(false);
    }
    let mut query = Query::given(Vec::new());
    for (name, _) in asked.iter().filter(|(_, is_asked)| *is_asked) {
        let detail = format!("“{name}” cannot be had as {MEDIA_TYPE}. Leave it out, or accept {JSON}.");
        query.fault(INVALID_PARAMETER, name, detail, None, None);
    }
    query.finish().map(|()| true)
}

/// One entry.
pub(super) fn entry(around: &Around, item: &Item) -> String {
    written(&document(&serde_json::from_slice(&item.json()).unwrap_or_default(), around))
}

/// A page of entries.
pub(super) fn page(around: Around, address: String, total: u64, items: &[&Shelved]) -> Vec<u8> {
    let mut out = Vec::with_capacity(items.len() * 4_096);
    let mut list = Linked::new(around, address, total);
    list.begin(&mut out);
    for item in items {
        list.entry(&Subject { json: &item.json(), first_id: &item.id, is_there: true }, &mut out);
    }
    list.end(&mut out);
    out
}

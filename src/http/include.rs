//! Referenced entries, sent along where `include` asks for them.

use std::sync::Arc;

use serde_json::Value;

use super::problem::INVALID_PARAMETER;
use super::query::{Query, shown};
use crate::catalogue::{Item, Looked, Snapshot, Standing};
use crate::model::codes::Kind;
use crate::model::fault::nearest;
use crate::model::{identity, read};

/// A member that names entries.
#[derive(Debug, Clone, Copy)]
pub(super) struct Include {
    /// The member, and the name that queries give it.
    pub(super) member: &'static str,
    /// The kind of the entries, where it writes slugs alone.
    kind: Kind,
    /// The member of each item that names the entry, where the items are objects.
    inside: Option<&'static str>,
}

/// Every member that names entries.
const INCLUDES: &[Include] = &[
    Include { member: "provider", kind: Kind::Provider, inside: None },
    Include { member: "providers", kind: Kind::Provider, inside: None },
    Include { member: "partners", kind: Kind::Provider, inside: None },
    Include { member: "parent", kind: Kind::Provider, inside: None },
    Include { member: "variantOf", kind: Kind::Programme, inside: None },
    Include { member: "frameworks", kind: Kind::Framework, inside: None },
    Include { member: "memberOf", kind: Kind::Academy, inside: None },
    Include { member: "successors", kind: Kind::Academy, inside: Some("academy") },
    Include { member: "registerOf", kind: Kind::CoachingLink, inside: None },
    Include { member: "related", kind: Kind::Programme, inside: Some("entry") },
];

/// The members of a kind that name entries.
pub(super) fn includes_of(kind: Kind) -> impl Iterator<Item = &'static Include> {
    INCLUDES.iter().filter(move |include| read::lookup(kind, &[include.member]).is_ok())
}

/// Reads `include=provider,related`.
pub(super) fn read_includes(query: &mut Query, kind: Kind) -> Vec<&'static Include> {
    let mut includes = Vec::new();
    for name in query.values("include") {
        if let Some(include) = includes_of(kind).find(|include| include.member == name) {
            includes.push(include);
        } else {
            let known: Vec<&str> = includes_of(kind).map(|include| include.member).collect();
            let near = nearest(&name, known.iter().copied()).map(str::to_owned);
            let detail = format!("“{}” cannot be included: there are {}.", shown(&name), known.join(", "));
            query.fault(INVALID_PARAMETER, "include", detail, near, None);
        }
    }
    includes
}

/// The entries that some items name, each once, in the order they are named.
pub(super) fn included<'a>(
    snapshot: &Snapshot,
    items: impl IntoIterator<Item = &'a Item>,
    includes: &[&Include],
) -> Vec<Arc<Item>> {
    let mut found: Vec<Arc<Item>> = Vec::new();
    for item in items {
        let Ok(value) = serde_json::from_slice::<Value>(&item.json()) else { continue };
        for include in includes {
            let named = match value.get(include.member) {
                Some(Value::Array(items)) => items.iter().collect(),
                Some(one) => vec![one],
                None => Vec::new(),
            };
            for name in named {
                let name = include.inside.map_or(Some(name), |inside| name.get(inside)).and_then(Value::as_str);
                let key = name.and_then(|name| identity::parse_reference(name).or(Some((include.kind, name))));
                if let Some((kind, id)) = key
                    && let Looked::Found(other) = snapshot.look(kind, id)
                    && other.standing == Standing::Published
                    && !found.iter().any(|have| have.uid == other.uid)
                {
                    found.push(other);
                }
            }
        }
    }
    found
}

//! Sparse answers: only the members that `fields` names.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::problem::INVALID_PARAMETER;
use super::query::{Query, shown};
use crate::catalogue::Item;
use crate::model::codes::Kind;
use crate::model::fault::nearest;
use crate::model::read;

/// The members asked for: each whole, or some of its own.
#[derive(Debug, Default)]
pub(super) struct Fields(BTreeMap<String, Option<Fields>>);

impl Fields {
    /// Reads `fields=id,title,audience.levels`; `None` where everything is asked for.
    pub(super) fn read(query: &mut Query, kind: Kind) -> Option<Self> {
        let paths = query.values("fields");
        if paths.is_empty() {
            return None;
        }
        let mut fields = Self::default();
        for path in &paths {
            let steps: Vec<&str> = path.split('.').collect();
            match read::lookup(kind, &steps) {
                Ok(()) => fields.add(&steps),
                Err((step, known)) => {
                    let near = nearest(step, known.iter().copied()).map(str::to_owned);
                    let detail =
                        format!("“{}” leads to no member of a {kind}: there is no “{}”.", shown(path), shown(step));
                    query.fault(INVALID_PARAMETER, "fields", detail, near, None);
                }
            }
        }
        Some(fields)
    }

    fn add(&mut self, steps: &[&str]) {
        let Some((first, rest)) = steps.split_first() else { return };
        if rest.is_empty() {
            self.0.insert((*first).to_owned(), None);
        } else if let Some(inner) = self.0.entry((*first).to_owned()).or_insert_with(|| Some(Self::default())) {
            inner.add(rest);
        }
    }

    /// The members of an entry that are asked for, as JSON text.
    pub(super) fn written(&self, item: &Item) -> Vec<u8> {
        let whole: Value = serde_json::from_slice(&item.json()).unwrap_or_default();
        self.of(whole).to_string().into_bytes()
    }

    /// What is left of a value.
    pub(super) fn of(&self, value: Value) -> Value {
        match value {
            Value::Object(members) => {
                let kept = members.into_iter().filter_map(|(key, member)| {
                    let member = match self.0.get(&key)? {
                        Some(inner) => inner.of(member),
                        None => member,
                    };
                    Some((key, member))
                });
                Value::Object(kept.collect::<Map<_, _>>())
            }
            Value::Array(items) => Value::Array(items.into_iter().map(|item| self.of(item)).collect()),
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn members_and_members_of_members_are_kept() {
        let mut query = Query::read("fields=id,audience.levels,durations.value,audience", &["fields"]);
        let fields = Fields::read(&mut query, Kind::Programme).expect("fields");
        query.finish().expect("no faults");
        let entry = json!({"id": "x", "title": "X", "audience": {"levels": 1, "bands": 2}, "durations": [{"value": "P1D", "kind": "study"}]});
        assert_eq!(
            fields.of(entry),
            json!({"id": "x", "audience": {"levels": 1, "bands": 2}, "durations": [{"value": "P1D"}]})
        );
    }

    #[test]
    fn what_leads_nowhere_is_told_with_the_nearest() {
        let mut query = Query::read("fields=titel,audience.levls,id.x", &["fields"]);
        Fields::read(&mut query, Kind::Programme);
        let problem = query.finish().expect_err("faults");
        let near: Vec<Option<&str>> = problem.errors.iter().map(|e| e.did_you_mean.as_deref()).collect();
        assert_eq!(near, [Some("levels"), None, Some("title")]);
    }
}

//! What a request asks of a collection: which of it, in which order, which fields, and which page.

use std::sync::Arc;

use super::filter::Filter;
use super::roster::Object;
use crate::formats::one_roster::Resource;
use crate::http::problem::Problem;
use crate::http::problem::{INVALID_FILTER, INVALID_FILTER_FIELD, INVALID_PARAMETER, INVALID_SELECTION_FIELD};
use crate::http::query::{Query, shown};
use crate::http::request::Request;
use crate::model::fault::nearest;
use crate::model::members::{members, text};

/// The most on a page, and how many there are where nothing else is asked. A client that asks for more than the most
/// gets as many as that: some take a page that is shorter than they asked for the last one, and ask for 10,000.
pub(in crate::http) const MOST: usize = 10_000;
pub(in crate::http) const USUAL: usize = 100;

/// The longest name of a field to sort by, and the longest list of fields, in characters.
pub(in crate::http) const LONGEST_NAME: usize = 80;
pub(in crate::http) const LONGEST_FIELDS: usize = 400;

/// How long a query may be, in bytes, for all links to be sent: each repeats it, and some proxies take 4 KiB of headers
/// at most.
const LONGEST_LINKED: usize = 640;

/// What a request asks of a collection.
pub(super) struct Asked {
    filter: Option<Filter>,
    sort: Option<&'static str>,
    descends: bool,
    pub(super) fields: Option<Vec<&'static str>>,
    pub(super) limit: usize,
    pub(super) offset: usize,
    /// The parameters but the offset.
    pairs: Vec<(String, String)>,
}

impl Asked {
    pub(super) fn read(request: &Request, resource: Option<Resource>) -> Result<Self, Problem> {
        let mut query =
            Query::read(request.query_string(), &["limit", "offset", "sort", "orderBy", "filter", "fields"]);
        let filter = query.text("filter").and_then(|text| read_filter(&mut query, &text, resource));
        let limit = read_number(&mut query, "limit", USUAL).clamp(1, MOST);
        let asked = Self {
            filter,
            sort: read_sort(&mut query, resource),
            descends: read_order(&mut query),
            fields: read_fields(&mut query, resource),
            limit,
            offset: read_number(&mut query, "offset", 0),
            pairs: url::form_urlencoded::parse(request.query_string().as_bytes())
                .into_owned()
                .filter(|(name, _)| name != "offset" && name != "limit")
                .chain([("limit".to_owned(), limit.to_string())])
                .collect(),
        };
        query.finish().map(|()| asked)
    }

    /// Chooses what is asked for, all of it in order.
    pub(super) fn choose(&self, objects: &[Arc<Object>], within: Option<&Filter>) -> Vec<Arc<Object>> {
        let fits =
            |object: &&Arc<Object>| [within, self.filter.as_ref()].into_iter().flatten().all(|f| f.fits(&object.json));
        let mut chosen: Vec<Arc<Object>> = objects.iter().filter(fits).cloned().collect();
        if let Some(field) = self.sort {
            chosen.sort_by_cached_key(|object| text(members(&object.json, [field])[0]).map(|text| text.to_lowercase()));
        }
        if self.descends {
            chosen.reverse();
        }
        chosen
    }

    /// The links to other pages (RFC 8288): the first, the last, and those beside this one; the next alone, where the
    /// query is long.
    pub(super) fn links(&self, address: &str, total: usize) -> String {
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.pairs).finish();
        let last = total.saturating_sub(1) / self.limit * self.limit;
        let next = self.offset.saturating_add(self.limit);
        let pages = [
            (next < total).then_some(("next", next)),
            (self.offset > 0)
                .then_some(("prev", self.offset.min(last.saturating_add(self.limit)).saturating_sub(self.limit))),
            Some(("first", 0)),
            Some(("last", last)),
        ];
        let is_sent = |(relation, _): &(&str, usize)| query.len() <= LONGEST_LINKED || *relation == "next";
        let link =
            |(relation, offset): (&str, usize)| format!("<{address}?{query}&offset={offset}>; rel=\"{relation}\"");
        pages.into_iter().flatten().filter(is_sent).map(link).collect::<Vec<_>>().join(", ")
    }
}

/// A whole number; one that is too great or too small is as great or as small as it can be.
fn read_number(query: &mut Query, name: &str, usual: usize) -> usize {
    let Some(text) = query.text(name) else { return usual };
    let digits = text.strip_prefix('-').unwrap_or(&text);
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        query.fault(INVALID_PARAMETER, name, format!("“{name}” takes a whole number."), None, None);
        return usual;
    }
    if text.starts_with('-') { 0 } else { digits.parse().unwrap_or(usize::MAX) }
}

fn read_filter(query: &mut Query, text: &str, resource: Option<Resource>) -> Option<Filter> {
    match Filter::read(text, resource) {
        Ok(filter) => Some(filter),
        Err(fault) => {
            let code = if fault.is_unknown_field { INVALID_FILTER_FIELD } else { INVALID_FILTER };
            let detail = format!(
                "The filter cannot be used at character {}: {}.",
                fault.position,
                fault.detail.trim_end_matches('?')
            );
            query.fault(code, "filter", detail, fault.near.map(str::to_owned), None);
            None
        }
    }
}

/// The field to sort by. Of what nothing is held of, any will do.
fn read_sort(query: &mut Query, resource: Option<Resource>) -> Option<&'static str> {
    let name = query.text("sort")?;
    if name.is_empty() || name.chars().count() > LONGEST_NAME {
        let detail = format!("“sort” takes the name of a field, of {LONGEST_NAME} characters at most.");
        query.fault(INVALID_PARAMETER, "sort", detail, None, None);
        return None;
    }
    let fields = resource?.fields();
    let known = fields.iter().copied().find(|field| *field == name);
    if known.is_none() {
        let near = nearest(&name, fields.iter().copied()).map(str::to_owned);
        let detail = format!("“{}” is not a field to sort by: there are {}.", shown(&name), fields.join(", "));
        query.fault(INVALID_PARAMETER, "sort", detail, near, None);
    }
    known
}

fn read_order(query: &mut Query) -> bool {
    let order = query.text("orderBy").unwrap_or_else(|| "asc".to_owned());
    let descends = order.eq_ignore_ascii_case("desc");
    if !descends && !order.eq_ignore_ascii_case("asc") {
        query.fault(INVALID_PARAMETER, "orderBy", "“orderBy” takes asc or desc.".to_owned(), None, None);
    }
    descends
}

/// The fields asked for, in the order of the standard.
pub(super) fn read_fields(query: &mut Query, resource: Option<Resource>) -> Option<Vec<&'static str>> {
    let text = query.text("fields")?;
    if text.is_empty() || text.chars().count() > LONGEST_FIELDS {
        let detail = format!("“fields” takes names of fields, of {LONGEST_FIELDS} characters in all.");
        query.fault(INVALID_SELECTION_FIELD, "fields", detail, None, None);
        return None;
    }
    let names: Vec<&str> = text.split(',').map(str::trim).collect();
    let fields = resource?.fields();
    for name in names.iter().filter(|name| !fields.contains(name)) {
        let near = nearest(name, fields.iter().copied()).map(str::to_owned);
        let detail = match &near {
            Some(near) => format!("“{}” is not a field here. Did you mean “{near}”?", shown(name)),
            None => format!("“{}” is not a field here: there are {}.", shown(name), fields.join(", ")),
        };
        query.fault(INVALID_SELECTION_FIELD, "fields", detail, near, None);
    }
    Some(fields.iter().copied().filter(|field| names.contains(field)).collect())
}

//! Reading what entries are filtered by, and what else a list may be asked for.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::catalogue::{Cursor, Field, Filter, LONGEST_TEXT, Looked, Match, Paged, Snapshot, Sought, Source, Text};
use crate::http::collection;
use crate::http::problem::{INVALID_CURSOR, INVALID_PARAMETER, UNKNOWN_TERM};
use crate::http::query::{Query, shown};
use crate::model::codes::Kind;
use crate::model::eligibility::POSITIVE_ACTION;
use crate::model::fault::nearest;
use crate::model::read;
use crate::model::read::format::{Format, check};

/// Whether silence passes, by the names that queries give it.
const MATCHES: [(&str, Match); 2] = [("stated", Match::Stated), ("possible", Match::Possible)];

/// A switch that shows what is usually left out.
pub(super) const SHOW: [(&str, bool); 2] = [("show", true), ("hide", false)];

/// Whether a filter tells of a protected characteristic: what is answered is then kept by no cache.
pub(in crate::http) fn is_private(filter: &Filter) -> bool {
    filter.selected(Field::Eligibility).iter().any(|tag| tag.starts_with(POSITIVE_ACTION))
}

/// Reads `q`. It is looked for when an answer is put together.
pub(in crate::http) fn read_text(query: &mut Query, kinds: &[Kind], with_variants: bool) -> Option<Arc<Sought>> {
    let typed = query.text("q")?;
    let detail = if typed.trim().is_empty() {
        "“q” is empty. Send words to look for, or leave it out."
    } else if typed.chars().count() > LONGEST_TEXT {
        "“q” takes 200 characters at most. Send the few words that tell what you mean."
    } else if typed.chars().any(char::is_control) {
        "“q” has a control character in it. Send words only."
    } else {
        return Some(Arc::new(Sought::new(Text::read(typed.trim()), kinds.to_vec(), with_variants)));
    };
    query.fault(INVALID_PARAMETER, "q", detail.to_owned(), None, None);
    None
}

/// Reads `cursor`: one that was given out for what is asked.
pub(in crate::http) fn read_cursor(query: &mut Query, asked: &impl Paged) -> Option<Cursor> {
    let cursor = Cursor::decode(&query.text("cursor")?, asked);
    if cursor.is_none() {
        let detail = "The cursor was not given out for this list, filter and order. Begin again without one.";
        query.fault(INVALID_CURSOR, "cursor", detail.to_owned(), None, None);
    }
    cursor
}

/// A parameter as an address of ours writes it: its values in order, nothing where it says what is usual.
pub(in crate::http) fn canonical(query: &mut Query, name: &str) -> Option<String> {
    if !query.has(name) {
        return None;
    }
    let values = query.values(name).join(",");
    let usual = match name {
        "match" => "stated",
        "variants" | "zeros" => "hide",
        "view" => "summary",
        "limit" => "20",
        _ => "",
    };
    (values != usual && !values.is_empty()).then_some(values)
}

/// The filters that every one of some kinds takes.
pub(in crate::http) fn filters_of(kinds: &[Kind]) -> impl Iterator<Item = Field> {
    let (first, others) = kinds.split_first().map_or((&[][..], &[][..]), |(first, others)| (Field::of(*first), others));
    first.iter().copied().filter(|field| others.iter().all(|kind| Field::of(*kind).contains(field)))
}

/// Reads what entries of some kinds are filtered by.
pub(in crate::http) fn read_filter(query: &mut Query, snapshot: &Snapshot, kinds: &[Kind]) -> Filter {
    let mut filter = Filter::default();
    for field in filters_of(kinds) {
        let terms = read_terms(query, snapshot, kinds, field);
        if !terms.is_empty() {
            filter.terms.push((field, terms));
        }
    }
    filter.matching = query.one_of("match", &MATCHES, Match::default());
    filter.variants = query.one_of("variants", &SHOW, false);
    let ids = read_ids(query);
    filter.ids = (!ids.is_empty()).then_some(ids);
    filter.modified_since = read_moment(query);
    filter.not_checked_since = read_date(query);
    filter
}

/// Reads the terms of a filter: what any of the kinds knows as one.
fn read_terms(query: &mut Query, snapshot: &Snapshot, kinds: &[Kind], field: Field) -> Vec<String> {
    let mut terms = query.values(field.name());
    let Some(source) = kinds.first().map(|kind| field.source(*kind)) else { return terms };
    if let Source::Entries(kind) = source {
        // An entry that has another slug now is meant all the same.
        for term in &mut terms {
            if let Looked::Renamed(item) = snapshot.look(kind, term) {
                item.id.as_ref().clone_into(term);
            }
        }
        // Two of the slugs that it had are one.
        terms.sort_unstable();
        terms.dedup();
    }
    for term in terms.iter().filter(|term| !kinds.iter().any(|kind| snapshot.has_term(*kind, field, term))) {
        let known = kinds.iter().flat_map(|kind| snapshot.codes_around(*kind, field, term)).collect::<BTreeSet<_>>();
        let near = nearest(term, known.iter().map(|known| &**known)).map(str::to_owned);
        let what = field.name();
        let detail = match &near {
            Some(near) => format!("“{}” is not a {what}. Did you mean “{near}”?", shown(term)),
            None => format!("“{}” is not a {what}.", shown(term)),
        };
        let allowed = match source {
            Source::Scheme(scheme) => format!("/v1/vocabularies/{scheme}"),
            Source::Entries(kind) => format!("/v1/{}", collection(kind)),
        };
        query.fault(UNKNOWN_TERM, what, detail, near, Some(allowed));
    }
    terms
}

/// Reads `id`. An id that nothing has, or has any more, is told in the answer; what never can be one is
/// a mistake.
fn read_ids(query: &mut Query) -> Vec<String> {
    let ids = query.values("id");
    for fault in ids.iter().filter_map(|id| read::check_slug("", id).err()) {
        query.fault(INVALID_PARAMETER, "id", format!("{} {}", fault.detail, fault.fix), None, None);
    }
    ids
}

pub(super) fn read_facets(query: &mut Query, filters: &'static [Field]) -> Vec<Field> {
    let asked = query.values("facets");
    for name in &asked {
        if !filters.iter().any(|field| field.name() == name) {
            let known: Vec<&str> = filters.iter().map(|field| field.name()).collect();
            let near = nearest(name, known.iter().copied()).map(str::to_owned);
            let detail = format!("“{}” is not a facet here: there are {}.", shown(name), known.join(", "));
            query.fault(INVALID_PARAMETER, "facets", detail, near, None);
        }
    }
    filters.iter().copied().filter(|field| asked.iter().any(|name| name == field.name())).collect()
}

/// Reads `modifiedSince`: a moment (RFC 3339 §5.6), or a day's first one.
fn read_moment(query: &mut Query) -> Option<String> {
    let text = query.text("modifiedSince")?;
    if text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok_and(|date| date.to_string() == text) {
        return Some(format!("{text}T00:00:00.000Z"));
    }
    let bytes = text.as_bytes();
    let is_written_out = bytes.get(10).is_some_and(|mark| mark.eq_ignore_ascii_case(&b'T'))
        && bytes.get(13) == Some(&b':')
        && bytes.get(16) == Some(&b':');
    match text.parse::<jiff::Timestamp>() {
        Ok(moment) if is_written_out => return Some(crate::directory::moment(moment)),
        _ => {}
    }
    let detail = "“modifiedSince” takes a day (2026-11-23) or a moment (2026-11-23T09:30:00Z). Write a + as %2B.";
    query.fault(INVALID_PARAMETER, "modifiedSince", detail.to_owned(), None, None);
    None
}

fn read_date(query: &mut Query) -> Option<String> {
    let text = query.text("notCheckedSince")?;
    if check(Format::PartialDate, &text).is_ok() {
        return Some(text);
    }
    let detail = "“notCheckedSince” takes a date: 2026, 2026-11 or 2026-11-23.";
    query.fault(INVALID_PARAMETER, "notCheckedSince", detail.to_owned(), None, None);
    None
}

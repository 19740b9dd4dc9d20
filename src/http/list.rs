//! A list request: read, asked of the snapshot, and answered.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::answer::{Asked, Envelope, JSON, Part, add_member, entity_tag, write_json};
use super::include::{Include, included, read_includes};
use super::problem::{INVALID_CURSOR, INVALID_PARAMETER, Problem, UNKNOWN_TERM};
use super::query::{Query, shown};
use super::sparse::Fields;
use super::{Service, collection, linked};
use crate::catalogue::{
    Cursor, FacetTerm, Field, FieldTerm, Filter, Hits, Item, LONGEST_TEXT, Likeness, Looked, Match, Matched, Page,
    PageQuery, Reasons, Sifted, Snapshot, Snippet, Sort, Source, Text, View,
};
use crate::formats::schema_org;
use crate::model::codes::Kind;
use crate::model::fault::nearest;
use crate::model::read;
use crate::model::read::format::{Format, check};

/// The most entries on one page, and how many where none are asked for.
pub(super) const MOST: usize = 100;
pub(super) const USUAL: usize = 20;

/// The views, by the names that queries give them.
pub(super) const VIEWS: [(&str, View); 2] = [("summary", View::Summary), ("full", View::Full)];

/// Whether silence passes, by the names that queries give it.
const MATCHES: [(&str, Match); 2] = [("stated", Match::Stated), ("possible", Match::Possible)];

/// A switch that shows what is usually left out.
const SHOW: [(&str, bool); 2] = [("show", true), ("hide", false)];

/// The parameters of lists that are not filters by term.
pub(super) const PARAMETERS: [&str; 14] = [
    "q",
    "match",
    "variants",
    "id",
    "modifiedSince",
    "notCheckedSince",
    "facets",
    "zeros",
    "fields",
    "include",
    "view",
    "sort",
    "limit",
    "cursor",
];

/// An address under `/v1/` with parameters.
pub(super) fn written(service: &Service, path: &str, mut pairs: url::form_urlencoded::Serializer<String>) -> String {
    // A comma separates values as it stands; written out it would only be harder to read.
    let query = pairs.finish().replace("%2C", ",");
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{}/v1/{path}{mark}{query}", service.public_url)
}

/// Whether a filter tells of a protected characteristic: what is answered is then kept by no cache.
pub(super) fn is_private(filter: &Filter) -> bool {
    filter.selected(Field::Eligibility).iter().any(|tag| tag.starts_with("positive-action-"))
}

/// What a request asks of a list.
pub(super) struct ListRequest {
    page: PageQuery,
    view: View,
    fields: Option<Fields>,
    include: Vec<&'static Include>,
    facets: Vec<Field>,
    zeros: bool,
    /// The parameters but the cursor, in the order of the contract: what names this list.
    pairs: Vec<(&'static str, String)>,
}

impl ListRequest {
    /// Reads a request; all its faults are told together.
    pub(super) fn read(snapshot: &Snapshot, kind: Kind, query_string: &str) -> Result<Self, Problem> {
        let filters = Field::of(kind);
        let takes: Vec<&str> = filters.iter().map(|field| field.name()).chain(PARAMETERS).collect();
        let mut query = Query::read(query_string, &takes);
        let mut filter = read_filter(&mut query, snapshot, &[kind]);
        filter.text = looked_for(&mut query, snapshot, &[kind], filter.variants || filter.ids.is_some());
        let mut pairs: Vec<(&'static str, String)> =
            filter.terms.iter().map(|(field, terms)| (field.name(), terms.join(","))).collect();
        let facets = read_facets(&mut query, filters);
        let zeros = query.one_of("zeros", &SHOW, false);
        let fields = Fields::read(&mut query, kind);
        let include = read_includes(&mut query, kind);
        let view = query.one_of("view", &VIEWS, View::default());
        let usual = if filter.text.is_some() { Sort::Relevance } else { Sort::default() };
        let sort = query.one_of("sort", &Sort::NAMES, usual);
        if sort == Sort::Relevance && filter.text.is_none() {
            let detail = "“sort=relevance” puts what “q” looks for in order: send “q” too, or another order.";
            query.fault(INVALID_PARAMETER, "sort", detail.to_owned(), None, None);
        }
        let limit = query.number("limit", 1, MOST, USUAL);
        for name in PARAMETERS.into_iter().filter(|name| *name != "cursor") {
            let value = match name {
                "sort" => (sort != usual).then(|| sort.name().to_owned()),
                "q" => filter.text.as_ref().map(|hits| hits.text.typed.clone()),
                _ => canonical(&mut query, name),
            };
            if let Some(value) = value {
                pairs.push((name, value));
            }
        }
        let mut page = PageQuery { kind, sort, limit, filter, after: None };
        if let Some(text) = query.text("cursor") {
            page.after = Cursor::decode(&text, &page);
            if page.after.is_none() {
                let detail = "The cursor was not given out for this list, filter and order. Begin again without one.";
                query.fault(INVALID_CURSOR, "cursor", detail.to_owned(), None, None);
            }
        }
        query.finish()?;
        Ok(Self { page, view, fields, include, facets, zeros, pairs })
    }

    /// The address of a page of this list, with some parameters in place of its own.
    fn address(&self, service: &Service, cursor: Option<&Cursor>, matching: Option<&str>) -> String {
        let mut pairs = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in self.pairs.iter().filter(|(name, _)| matching.is_none() || *name != "match") {
            pairs.append_pair(name, value);
        }
        if let Some(matching) = matching {
            pairs.append_pair("match", matching);
        }
        if let Some(cursor) = cursor {
            pairs.append_pair("cursor", &cursor.encode());
        }
        written(service, collection(self.page.kind), pairs)
    }

    /// Answers the request.
    ///
    /// # Errors
    /// Where a form is wanted that does not have all that is asked for.
    pub(super) fn answer(
        &self,
        service: &Service,
        snapshot: &Arc<Snapshot>,
        request: &HttpRequest,
    ) -> Result<HttpResponse, Problem> {
        let asked = [
            ("fields", self.fields.is_some()),
            ("include", !self.include.is_empty()),
            ("facets", !self.facets.is_empty()),
        ];
        let is_linked = linked::is_wanted(request, &asked)?;
        let (head, filter) = (snapshot.head(), &self.page.filter);
        let address = || self.address(service, self.page.after.as_ref(), None);
        let asked = Asked {
            service,
            request,
            snapshot,
            media_type: if is_linked { schema_org::MEDIA_TYPE } else { JSON },
            is_private: is_private(filter),
            address: &address,
            tag: filter.text.is_none().then(|| entity_tag(service, head.change_number, &head.chain)),
        };
        Ok(asked.answer(|| {
            let this = address();
            let sifted = snapshot.sift(self.page.kind, filter);
            let page = snapshot.page_of(&self.page, &sifted.chosen, sifted.total);
            let next = page.next.as_ref().map(|cursor| self.address(service, Some(cursor), None));
            let body = if is_linked {
                linked::page(linked::Around::of(service, snapshot), this, page.total, &page.items)
            } else {
                self.body(
                    service,
                    snapshot,
                    &sifted,
                    &page,
                    &Links { this: &this, next: next.as_deref(), possible: None },
                )
            };
            Part { body, next }
        }))
    }

    fn body(&self, service: &Service, snapshot: &Snapshot, sifted: &Sifted, page: &Page, links: &Links<'_>) -> Vec<u8> {
        let filter = &self.page.filter;
        let mut why = Why { reasons: snapshot.reasons(filter), told: Vec::new(), text: Vec::new() };
        let length: usize = page.items.iter().map(|item| item.len(self.view) + 100 + 400 * filter.terms.len()).sum();
        let mut envelope = Envelope::list(length);
        for item in &page.items {
            envelope.item_with(|text| self.entry(text, snapshot, &mut why, item));
        }
        if !self.include.is_empty() {
            let included = included(snapshot, &page.items, &self.include);
            envelope.included(&included);
        }
        let facet = |field: &Field| {
            let terms = snapshot.facet(self.page.kind, filter, sifted, *field, self.zeros);
            (*field, terms.into_iter().map(FacetBody::from).collect::<Vec<_>>())
        };
        let meta = Meta {
            change_number: snapshot.head().change_number,
            total: page.total,
            possible: sifted.possible,
            limit: self.page.limit,
            matching: if filter.matching == Match::Stated { "stated" } else { "possible" },
            not_stated: &sifted.not_stated,
            notices: self.notices(snapshot),
            facets: &self.facets.iter().map(facet).collect::<Vec<_>>(),
        };
        let possible = (sifted.possible > page.total).then(|| self.address(service, None, Some("possible")));
        envelope.finish(&meta, &Links { possible: possible.as_deref(), ..*links })
    }

    /// Writes one entry of the page: as much as is asked for, and why it is there.
    fn entry<'a>(&self, text: &mut Vec<u8>, snapshot: &Snapshot, why: &mut Why<'a>, item: &'a Item) {
        match &self.fields {
            None => item.write(self.view, text),
            Some(fields) => text.extend_from_slice(&sparse(fields, item)),
        }
        let filter = &self.page.filter;
        add_found(text, snapshot, filter, item);
        if !filter.terms.is_empty() {
            add_member(text, "matched", |text| why.write(text, item));
        }
    }

    /// What a reader should know about the answer.
    fn notices(&self, snapshot: &Snapshot) -> Vec<Value> {
        let unknown = self.page.filter.ids.iter().flatten().filter_map(|id| {
            let detail = match snapshot.look(self.page.kind, id) {
                Looked::Found(_) => return None,
                Looked::Renamed(item) => format!("The {} “{id}” is called “{}” now.", self.page.kind, item.id),
                Looked::Nothing => format!("There is no {} “{}”.", self.page.kind, shown(id)),
            };
            Some(json!({"parameter": "id", "detail": detail}))
        });
        let text = self.page.filter.text.as_deref().and_then(notice_of);
        unknown.chain(text).collect()
    }
}

/// About a page of a list.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Meta<'a> {
    change_number: i64,
    total: u64,
    possible: u64,
    limit: usize,
    #[serde(rename = "match")]
    matching: &'static str,
    #[serde(serialize_with = "by_field")]
    not_stated: &'a [(Field, u64)],
    notices: Vec<Value>,
    #[serde(serialize_with = "by_field", skip_serializing_if = "<[_]>::is_empty")]
    facets: &'a [(Field, Vec<FacetBody>)],
}

/// Where to go from a page.
#[derive(Serialize)]
struct Links<'a> {
    #[serde(rename = "self")]
    this: &'a str,
    next: Option<&'a str>,
    possible: Option<&'a str>,
}

/// One term of a facet, as it is told.
#[derive(Serialize)]
struct FacetBody {
    term: Arc<str>,
    label: Arc<str>,
    count: u64,
    selected: bool,
    broader: Option<Arc<str>>,
}

impl From<FacetTerm> for FacetBody {
    fn from(FacetTerm { term: FieldTerm { code, label, broader }, count, selected }: FacetTerm) -> Self {
        Self { term: code, label, count, selected, broader }
    }
}

/// Writes something about fields as an object with a member for each.
fn by_field<S: Serializer, V: Serialize>(fields: &[(Field, V)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(fields.iter().map(|(field, value)| (field.name(), value)))
}

/// Writes why entries of a page passed. Most of them pass for the same few reasons: each is put together once.
struct Why<'a> {
    reasons: Reasons<'a>,
    /// The reasons that were put together, and where each stands.
    told: Vec<(Matched<'a>, Range<usize>)>,
    text: Vec<u8>,
}

impl<'a> Why<'a> {
    /// Writes why an entry passed, filter by filter.
    fn write(&mut self, out: &mut Vec<u8>, item: &'a Item) {
        let Self { reasons, told, text } = self;
        out.push(b'[');
        reasons.each(item, |matched| {
            if out.last() == Some(&b'}') {
                out.push(b',');
            }
            let known = told.iter().find(|(known, _)| known.is_that(&matched)).map(|(_, place)| place.clone());
            let place = known.unwrap_or_else(|| {
                let begin = text.len();
                write_reason(text, &matched);
                told.push((matched, begin..text.len()));
                begin..text.len()
            });
            out.extend_from_slice(text.get(place).unwrap_or_default());
        });
        out.push(b']');
    }
}

/// Writes a reason. Codes and pointers need no escaping.
fn write_reason(text: &mut Vec<u8>, matched: &Matched<'_>) {
    let mut parts = vec![
        "{\"filter\":\"",
        matched.field.name(),
        "\",\"term\":\"",
        matched.term,
        "\",\"how\":\"",
        matched.how.code(),
    ];
    match matched.stated {
        Some((stated, at)) => parts.extend(["\",\"stated\":\"", stated, "\",\"at\":\"", at, "\"}"]),
        None => parts.push("\",\"stated\":null,\"at\":null}"),
    }
    for part in parts {
        text.extend_from_slice(part.as_bytes());
    }
}

/// Adds how an entry answers what was looked for.
pub(super) fn add_found(object: &mut Vec<u8>, snapshot: &Snapshot, filter: &Filter, item: &Item) {
    if let Some((likeness, snippet)) = filter.text.as_ref().and_then(|hits| snapshot.tell(hits, item)) {
        let found = Found { how: likeness.code(), snippet };
        add_member(object, "found", |text| write_json(text, &found));
    }
}

/// How an entry answers what was looked for.
#[derive(Serialize)]
struct Found {
    how: &'static str,
    snippet: Option<Snippet>,
}

/// What a reader should know about what a text found.
pub(super) fn notice_of(hits: &Hits) -> Option<Value> {
    let detail = if hits.text.is_empty() {
        "There is no word in “q” to look for: it has none, or only such as every text has. Send one that tells what you mean."
            .to_owned()
    } else if hits.text.left_out > 0 {
        format!("“q” has {} more words than are looked for. Send the few that tell what you mean.", hits.text.left_out)
    } else {
        match hits.best()? {
            Likeness::Typo => {
                "Nothing has these words as they are spelt. What is shown has words spelt nearly so.".to_owned()
            }
            Likeness::Some => "Nothing has all of these words. What is shown has some of them.".to_owned(),
            Likeness::Exact | Likeness::Prefix => return None,
        }
    };
    Some(json!({"parameter": "q", "detail": detail}))
}

/// Reads `q`, and looks for it.
pub(super) fn looked_for(
    query: &mut Query,
    snapshot: &Snapshot,
    kinds: &[Kind],
    with_variants: bool,
) -> Option<Arc<Hits>> {
    let typed = query.text("q")?;
    let detail = if typed.trim().is_empty() {
        "“q” is empty. Send words to look for, or leave it out."
    } else if typed.chars().count() > LONGEST_TEXT {
        "“q” takes 200 characters at most. Send the few words that tell what you mean."
    } else if typed.chars().any(char::is_control) {
        "“q” has a control character in it. Send words only."
    } else {
        match snapshot.find(&Text::read(typed.trim()), kinds, with_variants) {
            Ok(hits) => return Some(Arc::new(hits)),
            Err(error) => {
                tracing::error!("{error}");
                "“q” cannot be looked for just now. Leave it out, and choose by the filters."
            }
        }
    };
    query.fault(INVALID_PARAMETER, "q", detail.to_owned(), None, None);
    None
}

/// The members of an entry that are asked for, as JSON text.
pub(super) fn sparse(fields: &Fields, item: &Item) -> Vec<u8> {
    let whole: Value = serde_json::from_slice(&item.full).unwrap_or_default();
    fields.of(whole).to_string().into_bytes()
}

/// A parameter as an address of ours writes it: its values in order, nothing where it says what is usual.
pub(super) fn canonical(query: &mut Query, name: &str) -> Option<String> {
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
pub(super) fn filters_of(kinds: &[Kind]) -> Vec<Field> {
    let is_of_all = |field: &Field| kinds.iter().all(|kind| Field::of(*kind).contains(field));
    Field::ALL.into_iter().filter(is_of_all).collect()
}

/// Reads what entries of some kinds are filtered by.
pub(super) fn read_filter(query: &mut Query, snapshot: &Snapshot, kinds: &[Kind]) -> Filter {
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

fn read_facets(query: &mut Query, filters: &'static [Field]) -> Vec<Field> {
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

/// What a single entry's request asks: `fields` and `include`.
pub(super) struct EntryRequest {
    fields: Option<Fields>,
    include: Vec<&'static Include>,
}

impl EntryRequest {
    pub(super) fn read(kind: Kind, query_string: &str) -> Result<Self, Problem> {
        let mut query = Query::read(query_string, &["fields", "include"]);
        let fields = Fields::read(&mut query, kind);
        let include = read_includes(&mut query, kind);
        query.finish()?;
        Ok(Self { fields, include })
    }

    /// The entry, with what is included.
    pub(super) fn envelope(&self, snapshot: &Snapshot, item: &Arc<Item>) -> Envelope {
        let mut envelope = Envelope::single(item.full.len());
        match &self.fields {
            None => envelope.item(&item.full),
            Some(fields) => envelope.item(&sparse(fields, item)),
        }
        if !self.include.is_empty() {
            let included = included(snapshot, std::slice::from_ref(item), &self.include);
            envelope.included(&included);
        }
        envelope
    }

    /// Whether the answer depends on more than the entry itself.
    pub(super) const fn depends_on_others(&self) -> bool {
        !self.include.is_empty()
    }

    /// Whether there is something to be worked out about the entry.
    pub(super) const fn is_more_than_the_entry(&self) -> bool {
        self.fields.is_some() || !self.include.is_empty()
    }

    /// The parameters, and whether each is given.
    pub(super) const fn asked(&self) -> [(&'static str, bool); 2] {
        [("fields", self.fields.is_some()), ("include", !self.include.is_empty())]
    }
}

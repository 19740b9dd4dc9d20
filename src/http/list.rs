//! A list request: read, asked of the snapshot, and answered.

mod filters;
mod told;

use std::sync::{Arc, LazyLock};

use actix_web::HttpResponse;

use filters::{SHOW, read_facets};
pub(super) use filters::{canonical, filters_of, is_private, read_cursor, read_filter, read_text};
use told::{Links, Meta, write_facets};
pub(super) use told::{add_found, notice_of};

use super::address::Address;
use super::answer::{Asked, Envelope, JSON, Part, add_member, entity_tag};
use super::include::{Include, included, read_includes};
use super::problem::{INVALID_PARAMETER, Problem};
use super::query::Query;
use super::request::Request;
use super::sparse::Fields;
use super::{Service, collection, linked};
use crate::catalogue::{Cursor, Field, Item, Match, Page, PageQuery, Reasons, Shelved, Sifted, Snapshot, Sort, View};
use crate::formats::schema_org;
use crate::model::codes::Kind;

/// The most entries on one page, and how many where none are asked for.
pub(super) const MOST: usize = 100;
pub(super) const USUAL: usize = 20;

/// The views, by the names that queries give them.
pub(super) const VIEWS: [(&str, View); 2] = [("summary", View::Summary), ("full", View::Full)];

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

/// The parameters that lists of a kind take.
fn takes(kind: Kind) -> &'static [&'static str] {
    static TAKES: LazyLock<Vec<Vec<&str>>> = LazyLock::new(|| {
        let of = |kind: &Kind| Field::of(*kind).iter().map(|field| field.name()).chain(PARAMETERS).collect();
        Kind::ALL.iter().map(of).collect()
    });
    TAKES.get(kind as usize).map_or(&[], Vec::as_slice)
}

/// Where the next page begins, and its address.
type Next = (Cursor, String);

/// What a request asks of a list.
pub(super) struct ListRequest {
    page: PageQuery,
    view: View,
    fields: Option<Fields>,
    include: Vec<&'static Include>,
    facets: Vec<Field>,
    zeros: bool,
    /// The parameters but those that filter by terms and the cursor, in the order of the contract.
    others: Vec<(&'static str, String)>,
}

impl ListRequest {
    /// Reads a request; all its faults are told together.
    pub(super) fn read(snapshot: &Snapshot, kind: Kind, query_string: &str) -> Result<Self, Problem> {
        let filters = Field::of(kind);
        let mut query = Query::read(query_string, takes(kind));
        let mut filter = read_filter(&mut query, snapshot, &[kind]);
        filter.text = read_text(&mut query, &[kind], filter.variants || filter.ids.is_some());
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
        let mut others = Vec::new();
        for name in PARAMETERS.into_iter().filter(|name| *name != "cursor") {
            let value = match name {
                "sort" => (sort != usual).then(|| sort.name().to_owned()),
                "q" => filter.text.as_ref().map(|sought| sought.text.typed.clone()),
                // They were read already.
                "facets" => {
                    let mut names: Vec<&str> = facets.iter().map(|field| field.name()).collect();
                    names.sort_unstable();
                    (!names.is_empty()).then(|| names.join(","))
                }
                _ => canonical(&mut query, name),
            };
            others.extend(value.map(|value| (name, value)));
        }
        let mut page = PageQuery { kind, sort, limit, filter, after: None };
        page.after = read_cursor(&mut query, &page);
        query.finish()?;
        Ok(Self { page, view, fields, include, facets, zeros, others })
    }

    /// The address of the list's first page.
    fn address(&self, service: &Service) -> Address {
        let address = Address::of(service, collection(self.page.kind));
        let terms = self.page.filter.terms.iter();
        terms.fold(address, |address, (field, terms)| address.with_any(field.name(), terms)).with_all(&self.others)
    }

    /// The address of the page that is asked for.
    fn own_address(&self, service: &Service) -> String {
        at(self.address(service), self.page.after.as_ref())
    }

    /// Answers the request.
    ///
    /// # Errors
    /// Where a form is wanted that does not have all that is asked for, or where texts cannot be looked for.
    pub(super) fn answer(
        &self,
        service: &Service,
        snapshot: &Arc<Snapshot>,
        request: &Request,
    ) -> Result<HttpResponse, Problem> {
        let asked = [
            ("fields", self.fields.is_some()),
            ("include", !self.include.is_empty()),
            ("facets", !self.facets.is_empty()),
        ];
        let is_linked = linked::is_wanted(request, &asked)?;
        let (head, filter) = (snapshot.head(), &self.page.filter);
        let asked = Asked {
            service,
            request,
            snapshot,
            media_type: if is_linked { schema_org::MEDIA_TYPE } else { JSON },
            is_private: is_private(filter),
            address: &|| self.own_address(service),
            tag: filter.text.is_none().then(|| entity_tag(service, head.change_number, &head.chain)),
        };
        asked.answer(|this| {
            let (body, next) = self.put_together(service, snapshot, this, is_linked)?;
            Ok(Part { body, next: next.map(|(_, address)| address) })
        })
    }

    /// The page as JSON, with where the next one begins.
    ///
    /// # Errors
    /// Where texts cannot be looked for.
    pub(super) fn page(
        &self,
        service: &Service,
        snapshot: &Arc<Snapshot>,
    ) -> Result<(Vec<u8>, Option<Cursor>), Problem> {
        let (body, next) = self.put_together(service, snapshot, &self.own_address(service), false)?;
        Ok((body, next.map(|(cursor, _)| cursor)))
    }

    /// The page, with where the next one begins and its address.
    fn put_together(
        &self,
        service: &Service,
        snapshot: &Arc<Snapshot>,
        this: &str,
        is_linked: bool,
    ) -> Result<(Vec<u8>, Option<Next>), Problem> {
        let filter = &self.page.filter;
        snapshot.look_for(filter)?;
        let sifted = snapshot.sift(self.page.kind, filter, &self.facets);
        let page = snapshot.page_of(&self.page, &sifted.chosen, sifted.total);
        let first = if self.page.after.is_none() { Address::again(this) } else { self.address(service) };
        let envelope = (!is_linked).then(|| self.entries(snapshot, &page));
        // By now the last entry is at hand.
        let next = page.next(&self.page).map(|cursor| {
            let address = at(first.clone(), Some(&cursor));
            (cursor, address)
        });
        let body = if let Some(envelope) = envelope {
            // More can be possible only where silence does not pass: `match` is not in the address then.
            let is_more_possible = sifted.possible > page.total;
            let possible = is_more_possible.then(|| first.with_plain("match", "possible").finish());
            let next = next.as_ref().map(|(_, address)| address.as_str());
            let links = Links { this, next, possible: possible.as_deref() };
            self.finished(envelope, snapshot, &sifted, page.total, &links)
        } else {
            linked::page(linked::Around::of(service, snapshot), this.to_owned(), page.total, &page.items)
        };
        Ok((body, next))
    }

    /// The answer with the entries of the page.
    fn entries(&self, snapshot: &Snapshot, page: &Page<'_>) -> Envelope {
        let filter = &self.page.filter;
        let why = (!filter.terms.is_empty()).then(|| snapshot.reasons(filter));
        let length = page.items.len() * (self.view.usual_length() + 100 + 130 * filter.terms.len());
        let mut envelope = Envelope::list(length + 4_096 * self.facets.len());
        // Some members are picked from all of an entry.
        let told = if self.fields.is_some() { View::Full } else { self.view };
        for (at, item) in page.items.iter().enumerate() {
            page.ask_ahead(at, told, why.is_some(), filter.hits().is_some());
            envelope.item_with(|text| self.entry(text, snapshot, why.as_ref(), item));
        }
        if !self.include.is_empty() {
            let included = included(snapshot, page.items.iter().map(|item| &***item), &self.include);
            envelope.included(&included);
        }
        envelope
    }

    /// The answer with what is told about the page, and with where to go from it.
    fn finished(
        &self,
        envelope: Envelope,
        snapshot: &Snapshot,
        sifted: &Sifted,
        total: u64,
        links: &Links<'_>,
    ) -> Vec<u8> {
        let filter = &self.page.filter;
        let meta = Meta {
            change_number: snapshot.head().change_number,
            total,
            possible: sifted.possible,
            limit: self.page.limit as u64,
            matching: if filter.matching == Match::Stated { "stated" } else { "possible" },
            not_stated: &sifted.not_stated,
            notices: told::notices(snapshot, self.page.kind, filter),
        };
        let meta = |text: &mut Vec<u8>| {
            meta.open(text);
            if !self.facets.is_empty() {
                let facet = |field| snapshot.facet(self.page.kind, filter, sifted, field, self.zeros);
                text.extend_from_slice(b",\"facets\":");
                write_facets(text, &self.facets, facet);
            }
            text.push(b'}');
        };
        envelope.finish_with(meta, |text| links.write(text))
    }

    /// Writes one entry of the page: as much as is asked for, and why it is there.
    fn entry(&self, text: &mut Vec<u8>, snapshot: &Snapshot, why: Option<&Reasons<'_>>, item: &Shelved) {
        let object = text.len();
        match &self.fields {
            None => item.write(self.view, text),
            Some(fields) => text.extend_from_slice(&fields.written(item)),
        }
        add_found(text, object, snapshot, &self.page.filter, item);
        if let Some(why) = why {
            add_member(text, object, "matched", |text| why.write(item.stated(), text));
        }
    }
}

/// The address of the page of a list that begins after a cursor.
pub(super) fn at(list: Address, cursor: Option<&Cursor>) -> String {
    match cursor {
        // Base 64 for addresses (RFC 4648 §5).
        Some(cursor) => list.with_plain("cursor", &cursor.encode()).finish(),
        None => list.finish(),
    }
}

/// What a single entry's request asks: `fields` and `include`.
#[derive(Default)]
pub(super) struct EntryRequest {
    fields: Option<Fields>,
    include: Vec<&'static Include>,
}

impl EntryRequest {
    pub(super) fn read(kind: Kind, query_string: &str) -> Result<Self, Problem> {
        if query_string.is_empty() {
            return Ok(Self::default());
        }
        let mut query = Query::read(query_string, &["fields", "include"]);
        let fields = Fields::read(&mut query, kind);
        let include = read_includes(&mut query, kind);
        query.finish()?;
        Ok(Self { fields, include })
    }

    /// The entry, with what is included.
    pub(super) fn envelope(&self, snapshot: &Snapshot, item: &Arc<Item>) -> Envelope {
        let mut envelope = Envelope::single(item.json_length());
        match &self.fields {
            None => envelope.item_with(|text| item.write(View::Full, text)),
            Some(fields) => envelope.item(&fields.written(item)),
        }
        if !self.include.is_empty() {
            let included = included(snapshot, [&**item], &self.include);
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

//! The finder: the list of programmes as a page.

use std::collections::HashMap;
use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use serde_json::{Map, Value};

use super::telling::Telling;
use super::{PARTS_OF_KINDS, asked, each_once, of_a_person, place, public, read_form, unreadable};
use crate::catalogue::{Field, LONGEST_TEXT, Looked, Snapshot, Source, label};
use crate::http::list::ListRequest;
use crate::http::query::shown;
use crate::http::routes::Call;
use crate::http::{Service, collection};
use crate::model::codes::Kind;
use crate::model::eligibility::POSITIVE_ACTION;
use crate::pages::people::{
    Chip, Facet, FacetTerm, Fact, Finder, ListAnswer, ListFacetTerm, Listed, Words, finder_page,
};

/// The filters that are shown, with their names for people, where a kind has them.
const FACETS: [(Field, &str); 9] = [
    (Field::Role, "Your role"),
    (Field::Level, "Level of leadership"),
    (Field::Eligibility, "Who can take part"),
    (Field::Region, "Region"),
    (Field::Delivery, "How it is delivered"),
    (Field::Cost, "Cost"),
    (Field::Band, "Pay band"),
    (Field::Type, "What it is"),
    (Field::Status, "Is it still running"),
];

/// What the list may be asked for beside its filters by term.
const OTHERS: [&str; 8] = ["q", "match", "variants", "id", "modifiedSince", "sort", "cursor", "limit"];

/// How long a fact may be that is told in a list.
const SHORT: usize = 80;

/// The filters of a kind that are shown.
fn facets(kind: Kind) -> impl Iterator<Item = (Field, &'static str)> {
    FACETS.into_iter().filter(move |(field, _)| Field::of(kind).contains(field))
}

/// Declares the finder of a kind.
macro_rules! finders {
    ($($(#[$doc:meta])* $name:ident, $kind:ident;)+) => {$(
        $(#[$doc])*
        pub(in crate::http) fn $name(Call { service, request, .. }: Call<'_>) -> HttpResponse {
            let snapshot = service.directory.snapshot();
            let asked = asked(request);
            public(service, request, &snapshot, &asked, || {
                let (status, view) = found(service, &snapshot, Kind::$kind, asked.clone(), false);
                (status, finder_page(place(service, request), &view))
            })
        }
    )+};
}

finders! {
    /// `/`
    finder, Programme;
    /// `/frameworks`
    frameworks, Framework;
    /// `/resources`
    resources, Resource;
    /// `/providers`
    providers, Provider;
}

/// `/`, asked by what is put into no address.
pub(in crate::http) async fn finder_in_private(call: Call<'_>) -> HttpResponse {
    let Call { service, request, .. } = call;
    let sent = match read_form(call).await {
        Ok(sent) => sent,
        Err(problem) => return unreadable(service, request, &problem),
    };
    let is_taken_off = |(name, _): &(String, String)| name == "without";
    let (taken_off, mut asked): (Vec<_>, Vec<_>) = each_once(sent).into_iter().partition(is_taken_off);
    for (name, choice) in taken_off.iter().filter_map(|(_, choice)| choice.split_once('=')) {
        asked = without(&asked, name, choice);
    }
    let snapshot = service.directory.snapshot();
    let (status, view) = found(service, &snapshot, Kind::Programme, asked, true);
    of_a_person(request, &snapshot, status, finder_page(place(service, request), &view))
}

/// An address of a finder.
fn address(path: &str, pairs: &[(String, String)]) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// What is found, and how the answer is: what a page shows of it is up to the page.
pub(super) fn found(
    service: &Service,
    snapshot: &Arc<Snapshot>,
    kind: Kind,
    asked: Vec<(String, String)>,
    is_private: bool,
) -> (StatusCode, Finder) {
    // A form sends what was left empty too.
    let mut asked: Vec<(String, String)> = asked.into_iter().filter(|(_, value)| !value.trim().is_empty()).collect();
    let path = PARTS_OF_KINDS.iter().find(|(of, _)| *of == kind).map_or("/", |(_, (path, _))| path);
    let mut view = Finder { is_private, path, entries: collection(kind), words: words(kind), ..Finder::default() };
    let value = |name: &str| asked.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
    // What cannot be looked for is shown as far as a page can hold it.
    view.text = value("q").unwrap_or_default().chars().filter(|c| !c.is_control()).take(LONGEST_TEXT).collect();
    view.sort = value("sort").unwrap_or_else(|| if view.text.is_empty() { "title" } else { "relevance" }.to_owned());
    view.with_silent = value("match").is_some_and(|value| value == "possible");
    let fields = Field::of(kind);
    for (name, _) in &asked {
        if !OTHERS.contains(&name.as_str()) && !fields.iter().any(|field| field.name() == name) {
            view.faults.push(format!("“{}” is nothing that {} are found by.", shown(name), view.words.many));
        }
    }
    let is_telling = |(name, value): &(String, String)| name == "eligibility" && value.contains(POSITIVE_ACTION);
    if !is_private && asked.iter().any(is_telling) {
        // A form of this page would put it into an address again.
        asked.retain(|pair| !is_telling(pair));
        view.faults.push(
            "What tells of a particular group is put into no address. Choose it in the finder, under “Programmes for particular groups”."
                .to_owned(),
        );
    }
    let names = facets(kind).map(|(field, _)| field.name()).collect::<Vec<_>>().join(",");
    let sent = |pairs: &[(String, String)]| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let is_order_of_words = |(name, value): &&(String, String)| name == "sort" && value == "relevance";
        let is_sent = |pair: &&(String, String)| !is_order_of_words(pair) || !view.text.is_empty();
        // A box that is ticked is a pair of its own: together they are one parameter with several values.
        let mut joined: Vec<(String, String)> = Vec::new();
        for (name, value) in pairs.iter().filter(is_sent) {
            let is_filter = fields.iter().any(|field| field.name() == name);
            match joined.iter_mut().find(|(known, _)| is_filter && known == name) {
                Some((_, values)) => *values = format!("{values},{value}"),
                None => joined.push((name.clone(), value.clone())),
            }
        }
        query.extend_pairs(joined).append_pair("facets", &names).finish()
    };
    let read = if view.faults.is_empty() {
        ListRequest::read(snapshot, kind, &sent(&asked)).and_then(|asked| asked.page(service, snapshot)).map_err(
            |problem| {
                let told = problem.errors.iter().map(|error| error.detail.clone()).collect::<Vec<_>>();
                if told.is_empty() { vec![problem.detail] } else { told }
            },
        )
    } else {
        Err(Vec::new())
    };
    let (status, body, cursor) = match read {
        Ok((body, cursor)) => (StatusCode::OK, body, cursor),
        Err(faults) => {
            view.faults.extend(faults);
            // The filters are there all the same, so that one can go on.
            let all = ListRequest::read(snapshot, kind, &sent(&[])).and_then(|all| all.page(service, snapshot));
            (StatusCode::BAD_REQUEST, all.map(|(body, _)| body).unwrap_or_default(), None)
        }
    };
    let mut answer: ListAnswer = serde_json::from_slice(&body).unwrap_or_default();
    view.facets = facets_of(kind, &mut answer.meta.facets, is_private);
    if kind == Kind::Programme {
        view.groups = groups(snapshot, &asked);
    }
    if status != StatusCode::OK {
        return (status, view);
    }
    view.hidden = hidden(&asked);
    answer.data.iter_mut().for_each(|entry| tell_facts(snapshot, entry));
    view.list = Some(answer);
    view.labels = labels(snapshot, kind, &view, &asked);
    let chips = choices(snapshot, kind, &asked).into_iter().map(|((about, label), name, choice)| Chip {
        about,
        label,
        without: if is_private { format!("{name}={choice}") } else { address(path, &without(&asked, &name, &choice)) },
    });
    view.chips = chips.collect();
    let is_later = asked.iter().any(|(name, _)| name == "cursor");
    if is_private {
        view.first = is_later.then(String::new);
        view.next = cursor.map(|cursor| cursor.encode());
        return (status, view);
    }
    let with = |name: &str, value: String| {
        let mut pairs: Vec<_> = asked.iter().filter(|(known, _)| known != name && known != "cursor").cloned().collect();
        pairs.push((name.to_owned(), value));
        address(path, &pairs)
    };
    if is_later {
        let first: Vec<_> = asked.iter().filter(|(name, _)| name != "cursor").cloned().collect();
        view.first = Some(address(path, &first));
    }
    view.next = cursor.map(|cursor| with("cursor", cursor.encode()));
    view.possible = Some(with("match", "possible".to_owned()));
    (status, view)
}

/// What entries of a kind are called.
const fn words(kind: Kind) -> Words {
    let (one, many, title) = match kind {
        Kind::Programme => ("programme", "programmes", "Find a leadership programme"),
        Kind::Framework => ("framework", "frameworks", "Leadership frameworks"),
        Kind::Resource => ("resource", "resources", "Resources for leaders"),
        Kind::Provider => ("provider", "providers", "Providers of programmes and resources"),
        Kind::Academy => ("academy", "academies", "Leadership academies"),
        Kind::CoachingLink => ("coaching link", "coaching links", "Coaching and mentoring"),
    };
    Words { one, many, title }
}

/// The filters with their counts, as the list tells them.
fn facets_of(kind: Kind, told: &mut HashMap<String, Vec<ListFacetTerm>>, is_private: bool) -> Vec<Facet> {
    let term = |told: ListFacetTerm| FacetTerm {
        code: told.term,
        label: told.label,
        count: (!is_private).then_some(told.count),
        is_chosen: told.selected,
    };
    let facet = |(field, title): (Field, &'static str)| {
        let terms = told.remove(field.name()).unwrap_or_default().into_iter().map(term);
        let terms = terms.filter(|term| !term.code.starts_with(POSITIVE_ACTION));
        Facet { name: field.name(), title, terms: terms.collect() }
    };
    facets(kind).map(facet).collect()
}

/// The groups that positive action is for, and which are chosen.
fn groups(snapshot: &Snapshot, asked: &[(String, String)]) -> Vec<FacetTerm> {
    let terms = snapshot.vocabularies().terms("eligibility");
    terms
        .filter(|term| term.code.as_str().starts_with(POSITIVE_ACTION))
        .map(|term| FacetTerm {
            code: term.code.as_str().to_owned(),
            label: term.label.as_str().to_owned(),
            count: None,
            is_chosen: asked.iter().any(|(name, value)| name == "eligibility" && value == term.code.as_str()),
        })
        .collect()
}

/// Notes what people want to know of an entry before they open its page, from what its list tells.
fn tell_facts(snapshot: &Snapshot, entry: &mut Listed) {
    let told = [
        ("durations", &mut entry.durations),
        ("costs", &mut entry.costs),
        ("delivery", &mut entry.delivery),
        ("provider", &mut entry.provider),
    ];
    let told: Map<String, Value> = told.into_iter().map(|(name, value)| (name.to_owned(), value.take())).collect();
    entry.facts = facts(&Telling::of_answer(snapshot, Value::Object(told)));
}

/// What people want to know of an entry before they open its page: as much as it states, in short.
fn facts(telling: &Telling<'_>) -> Vec<String> {
    let told = [
        of_the_whole(&telling.durations(), telling.items("/durations"), "/of", "/kind"),
        of_the_whole(&telling.costs(), telling.items("/costs"), "/appliesTo", ""),
        telling.delivery().statements.first().map(|statement| statement.text.clone()),
    ];
    let mut facts: Vec<String> = told.into_iter().flatten().filter(|text| text.chars().count() <= SHORT).collect();
    let provider = telling.entries("Provider", "/provider", Kind::Provider);
    let named = provider.statements.iter().flat_map(|statement| &statement.leads).map(|(_, name)| name.clone());
    facts.extend(named.take(1));
    facts
}

/// What is said of the whole of an entry, where that is one thing: not what holds for a part of it or for some people,
/// and not one of several that differ. `part` is where a statement says what it holds for, `sort` of what sort it is.
fn of_the_whole(fact: &Fact, items: &[Value], part: &str, sort: &str) -> Option<String> {
    let is_whole = |item: &Value| item.pointer(part).is_none_or(Value::is_null);
    let mut whole = items.iter().zip(&fact.statements).filter(|(item, _)| is_whole(item));
    let (first, statement) = whole.next()?;
    let differs = whole.any(|(item, other)| item.pointer(sort) == first.pointer(sort) && other.text != statement.text);
    (!differs).then(|| statement.text.clone())
}

/// What else was asked, and has no place of its own on the page.
fn hidden(asked: &[(String, String)]) -> Vec<(String, String)> {
    let has_place = |name: &str| {
        ["q", "match", "sort", "cursor"].contains(&name) || FACETS.iter().any(|(field, _)| field.name() == name)
    };
    asked.iter().filter(|(name, _)| !has_place(name)).cloned().collect()
}

/// A choice: what it is about and what it is called, the parameter it is in, and what of that it is.
type Choice = ((String, String), String, String);

/// What is chosen.
fn choices(snapshot: &Snapshot, kind: Kind, asked: &[(String, String)]) -> Vec<Choice> {
    let mut choices = Vec::new();
    for (name, value) in asked {
        let field = Field::of(kind).iter().find(|field| field.name() == name);
        for code in value.split(',') {
            let (about, label) = match (field, name.as_str(), code) {
                (Some(field), ..) => {
                    let title =
                        FACETS.iter().find(|(shown, _)| shown == field).map_or(name.as_str(), |(_, title)| title);
                    (format!("{title}: "), name_of(snapshot, kind, *field, code))
                }
                (None, "match", "possible") => ("Those too that do not say".to_owned(), String::new()),
                (None, "variants", "show") => ("Forms of programmes too".to_owned(), String::new()),
                (None, "modifiedSince", day) => ("Changed since ".to_owned(), shown(day)),
                (None, "id", id) => {
                    ("Only ".to_owned(), name_of_entry(snapshot, kind, id).unwrap_or_else(|| shown(id)))
                }
                _ => continue,
            };
            choices.push(((about, label), name.clone(), code.to_owned()));
        }
    }
    choices
}

/// What is asked, from its first page, but for one choice.
fn without(asked: &[(String, String)], name: &str, choice: &str) -> Vec<(String, String)> {
    let rest = |(known, value): &(String, String)| {
        let value = if known == name {
            value.split(',').filter(|other| *other != choice).collect::<Vec<_>>().join(",")
        } else {
            value.clone()
        };
        (known != "cursor" && !value.is_empty()).then(|| (known.clone(), value))
    };
    asked.iter().filter_map(rest).collect()
}

/// What the terms are called that results are explained by.
fn labels(
    snapshot: &Snapshot,
    kind: Kind,
    view: &Finder,
    asked: &[(String, String)],
) -> HashMap<(String, String), String> {
    let mut labels = HashMap::new();
    let mut name = |filter: &str, term: &str| {
        if let Some(field) = Field::of(kind).iter().find(|field| field.name() == filter) {
            let key = (filter.to_owned(), term.to_owned());
            labels.entry(key).or_insert_with(|| name_of(snapshot, kind, *field, term));
        }
    };
    for (filter, terms) in asked {
        terms.split(',').for_each(|term| name(filter, term));
    }
    for entry in view.list.iter().flat_map(|list| &list.data) {
        name("status", &entry.status.term);
        for matched in &entry.matched {
            name(&matched.filter, &matched.term);
            if let Some(stated) = &matched.stated {
                name(&matched.filter, stated);
            }
        }
    }
    labels
}

/// What a term is called.
pub(super) fn name_of(snapshot: &Snapshot, kind: Kind, field: Field, code: &str) -> String {
    let name = match field.source(kind) {
        Source::Scheme(scheme) => label(scheme, code, snapshot.vocabularies()).map(str::to_owned),
        Source::Entries(kind) => name_of_entry(snapshot, kind, code),
    };
    name.unwrap_or_else(|| shown(code))
}

fn name_of_entry(snapshot: &Snapshot, kind: Kind, id: &str) -> Option<String> {
    match snapshot.look(kind, id) {
        Looked::Found(item) | Looked::Renamed(item) => Some(item.title.to_string()),
        Looked::Nothing => None,
    }
}

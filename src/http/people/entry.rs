//! The pages of entries.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use serde_json::Value;

use super::telling::{Telling, source_line, text_at};
use super::{MOST_LISTED, PARTS_OF_KINDS, entries, place, public};
use crate::catalogue::{Field, Filter, Item, Looked, PageQuery, Shelved, Snapshot, Sort, Standing, type_scheme};
use crate::http::query::shown;
use crate::http::request::Request;
use crate::http::routes::Call;
use crate::http::{Service, collection};
use crate::model::codes::Kind;
use crate::model::fault::nearest;
use crate::model::identity::parse_reference;
use crate::pages::people::{EntryPage, Fact, Linked, Missing, Notice, entry_page, missing_page};

/// Declares the page of a kind.
macro_rules! pages {
    ($($kind:ident, $name:ident;)+) => {$(
        #[doc = concat!("The page of one ", stringify!($name), ".")]
        pub(in crate::http) fn $name(call: Call<'_>) -> HttpResponse {
            let Call { service, request, .. } = call;
            page(service, request, Kind::$kind, &call.parameter("id"))
        }
    )+};
}

pages! {
    Programme, programme;
    Provider, provider;
    Academy, academy;
    CoachingLink, coaching_link;
    Resource, resource;
    Framework, framework;
}

fn page(service: &Service, request: &Request, kind: Kind, id: &str) -> HttpResponse {
    let snapshot = service.directory.snapshot();
    let look = snapshot.look(kind, id);
    if let Looked::Renamed(item) = look {
        return HttpResponse::PermanentRedirect()
            .insert_header((header::LOCATION, format!("{}{}", service.look.base, path(kind, &item.id))))
            .insert_header((header::CACHE_CONTROL, "public, no-cache"))
            .finish();
    }
    public(service, request, &snapshot, &[], || {
        if let Looked::Found(item) = look {
            return match &item.standing {
                Standing::Retired(retirement) => {
                    let replaced_by = retirement.replaced_by.as_deref().and_then(parse_reference);
                    let instead = replaced_by.and_then(|(kind, id)| linked(&snapshot, kind, id, "took its place"));
                    let view = Missing {
                        title: format!("{} was taken out", item.title),
                        text: format!("{} It was taken out on {}.", retirement.reason, day(&retirement.since)),
                        instead: instead.into_iter().collect(),
                    };
                    (StatusCode::GONE, missing_page(place(service, request), &view))
                }
                _ => (StatusCode::OK, entry_page(place(service, request), &view(service, &snapshot, &item))),
            };
        }
        let ids = snapshot.ids_around(kind, id);
        let near = nearest(id, ids.iter().map(|id| &**id)).map(str::to_owned);
        let instead = near.and_then(|near| linked(&snapshot, kind, &near, ""));
        let view = Missing {
            title: "There is no such page".to_owned(),
            text: format!("Nothing here is called “{}”.", shown(id)),
            instead: instead.into_iter().collect(),
        };
        (StatusCode::NOT_FOUND, missing_page(place(service, request), &view))
    })
}

/// The path of an entry's page.
pub(super) fn path(kind: Kind, id: &str) -> String {
    format!("/{}/{id}", collection(kind))
}

/// The day of a moment.
fn day(moment: &str) -> &str {
    moment.get(..10).unwrap_or(moment)
}

pub(super) fn linked(snapshot: &Snapshot, kind: Kind, id: &str, how: &str) -> Option<Linked> {
    match snapshot.look(kind, id) {
        Looked::Found(item) | Looked::Renamed(item) if item.standing == Standing::Published => {
            Some(Linked { path: path(kind, &item.id), title: item.title.to_string(), how: how.to_owned() })
        }
        _ => None,
    }
}

/// What to know before anything else.
fn notice(term: &str, note: Option<String>) -> Option<Notice> {
    let (title, text) = match term {
        "on-hold" => ("On hold", "It takes nobody new for now."),
        "converted" => ("It goes on in another form", "See below what it belongs with now."),
        "replaced" => ("Something else took its place", "See below what did."),
        "historic" => ("This is history", "It does not run any more. It is kept because documents still name it."),
        "unknown" => ("Whether it still runs is not known", "No source that was found says so. Ask whoever runs it."),
        "as-listed-2018" => {
            ("Last heard of in 2018", "The document of March 2018 lists it; whether it still runs was not found.")
        }
        _ => return None,
    };
    let text = note.map_or_else(|| text.to_owned(), |note| format!("{text} {note}"));
    Some(Notice { title: title.to_owned(), text })
}

/// What an entry says, in the order that people ask: a question, and the facts that answer it. Entries of a kind have the
/// same questions and facts, so that they can stand beside each other.
pub(super) fn sections(
    service: &Service,
    telling: &Telling<'_>,
    kind: Kind,
    id: &str,
) -> Vec<(&'static str, Vec<Fact>)> {
    let providers = if telling.entry.get("providers").is_some() { "/providers" } else { "/provider" };
    let mut sections = vec![
        ("What is it?", vec![what(telling, kind), telling.aims(), telling.awards(), telling.delivery()]),
        (
            "Can I take it?",
            vec![
                telling.rules(service, kind, id),
                telling.services(),
                telling.terms("Open to", "/audience/openTo", "role"),
                telling.terms("Aimed at", "/audience/aimedAt", "role"),
                telling.levels(),
            ],
        ),
        ("How long does it take?", vec![telling.durations()]),
        ("What does it cost?", vec![telling.costs()]),
        ("How do I apply?", vec![telling.application(), telling.offerings(), telling.links()]),
        (
            "Who runs it?",
            vec![
                telling.entries("Provider", providers, Kind::Provider),
                telling.entries("Partners", "/partners", Kind::Provider),
                telling.entries("Part of", "/parent", Kind::Provider),
                telling.entries("Belongs to", "/memberOf", Kind::Academy),
                telling.entries("Register of", "/registerOf", Kind::CoachingLink),
            ],
        ),
        ("Is it still running?", vec![telling.status()]),
        (NOTES, vec![telling.notes()]),
    ];
    if kind == Kind::Framework {
        sections.insert(
            1,
            (
                "What is in it?",
                vec![
                    telling.parts("Domains", "/domains"),
                    telling.parts("Dimensions", "/dimensions"),
                    telling.parts("Behaviours", "/behaviours"),
                    telling.parts("Career stages", "/careerStages"),
                ],
            ),
        );
    }
    // What entries of this kind never tell is not asked of them.
    let never: &[&str] = match kind {
        Kind::Programme => &[],
        Kind::Provider => &["Can I take it?", "How long does it take?", "What does it cost?"],
        Kind::Framework => &["How long does it take?", "Can I take it?"],
        _ => &["How long does it take?"],
    };
    sections.retain(|(question, _)| !never.contains(question));
    sections
}

/// The question that notes answer.
pub(super) const NOTES: &str = "What else is there to know?";

/// The facts that are shown even where no source states them.
pub(super) const ALWAYS_TOLD: [&str; 6] =
    ["Who can take part", "Time it takes", "Cost", "How to apply", "Provider", "Status"];

/// What the page of an entry shows.
fn view(service: &Service, snapshot: &Arc<Snapshot>, item: &Arc<Item>) -> EntryPage {
    let telling = Telling::of(snapshot, item);
    let kind = item.kind;
    let term = telling.text("/status/term").unwrap_or_default();
    let mut sections = sections(service, &telling, kind, &item.id);
    for (_, facts) in &mut sections {
        let is_told = |fact: &Fact| {
            let is_its_own = kind == Kind::Provider && fact.name == "Provider";
            !fact.statements.is_empty() || (ALWAYS_TOLD.contains(&fact.name) && !is_its_own)
        };
        facts.retain(is_told);
    }
    sections.retain(|(_, facts)| !facts.is_empty());
    let description = telling.text("/description").unwrap_or_default();
    let path = path(kind, &item.id);
    let address = format!("{}{path}", service.public_url);
    EntryPage {
        kind: kind.label(),
        title: item.title.to_string(),
        aliases: telling.items("/aliases").iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        summary: telling.text("/summary").unwrap_or_default(),
        description: description.split("\n\n").filter(|text| !text.is_empty()).map(str::to_owned).collect(),
        notice: notice(&term, telling.text("/status/note")),
        status: (term.clone(), telling.label("status", &term)),
        url: telling.text("/url"),
        sections,
        related: belongs(snapshot, &telling, item),
        sources: telling.items("/sources").iter().map(source_line).collect(),
        data: format!("/v1{path}"),
        linked_data: format!("/v1/exports/{}.jsonld?id={}", collection(kind), item.id),
        back: PARTS_OF_KINDS.iter().find(|(of, _)| *of == kind).map_or(("/", ""), |(_, part)| *part),
        compare: (kind == Kind::Programme).then(|| format!("/compare?id={}", item.id)),
        corrections: correction(&service.contacts.corrections, &item.title, &address),
        changed: (item.change_number, day(&item.modified_at).to_owned()),
    }
}

/// Where a correction is told: a mail says already what it is about.
fn correction(contact: &str, title: &str, address: &str) -> Option<String> {
    if contact.is_empty() {
        return None;
    }
    if !contact.starts_with("mailto:") || contact.contains('?') {
        return Some(contact.to_owned());
    }
    let coded =
        |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20");
    Some(format!("{contact}?subject={}&body={}", coded(&format!("Correction: {title}")), coded(address)))
}

/// What an entry belongs with: in what way, and what.
fn belongs(snapshot: &Snapshot, telling: &Telling<'_>, item: &Arc<Item>) -> Vec<(&'static str, Vec<Linked>)> {
    let kind = item.kind;
    let related = telling.items("/related").iter().filter_map(|related| related_to(snapshot, related)).collect();
    let mut belongs = Vec::new();
    match kind {
        Kind::Programme => {
            if let Some(whole) = &item.variant_of {
                belongs.push(("It is a form of", linked(snapshot, kind, whole, "").into_iter().collect()));
            }
            let forms = snapshot.variants_of(&item.id).into_iter();
            let forms = forms.filter_map(|(_, other)| linked(snapshot, kind, &other.id, ""));
            belongs.push(("Its forms", forms.collect()));
        }
        Kind::Academy => {
            belongs.push(("What took its place", telling.successors()));
            belongs.push(("It took the place of", naming(snapshot, Kind::Academy, &item.id)));
            belongs.push(("Coaching and mentoring by it", naming(snapshot, Kind::CoachingLink, &item.id)));
        }
        Kind::Framework => {
            belongs
                .push(("Programmes that rest on it", entries(snapshot, Kind::Programme, Field::Framework, &item.id)));
            belongs.push(("Resources that rest on it", entries(snapshot, Kind::Resource, Field::Framework, &item.id)));
        }
        Kind::Provider => {
            belongs.push(("Programmes of it", entries(snapshot, Kind::Programme, Field::Provider, &item.id)));
            belongs.push(("Resources of it", entries(snapshot, Kind::Resource, Field::Provider, &item.id)));
        }
        Kind::CoachingLink | Kind::Resource => {}
    }
    belongs.push(("Comes before, after or with it", related));
    belongs
}

/// The entries of a kind that name an academy: those whose place it took, or the coaching that it offers. There are few of
/// them, however many programmes there are.
fn naming(snapshot: &Snapshot, kind: Kind, id: &str) -> Vec<Linked> {
    let page = PageQuery { kind, sort: Sort::Title, limit: MOST_LISTED, filter: Filter::default(), after: None };
    let named = |item: &Shelved| {
        let telling = Telling::of(snapshot, item);
        if kind == Kind::CoachingLink {
            let is_its = telling.text("/provider").is_some_and(|provider| provider == format!("academy/{id}"));
            return is_its.then(|| linked(snapshot, kind, &item.id, "")).flatten();
        }
        let here = path(Kind::Academy, id);
        let how = telling.successors().into_iter().find(|successor| successor.path == here)?.how;
        linked(snapshot, kind, &item.id, &how)
    };
    snapshot.page(&page).items.into_iter().filter_map(named).collect()
}

fn what(telling: &Telling<'_>, kind: Kind) -> Fact {
    let code = telling.text("/type").unwrap_or_default();
    Fact::of("What it is", vec![telling.plain("/type", telling.label(type_scheme(kind), &code))])
}

fn related_to(snapshot: &Snapshot, related: &Value) -> Option<Linked> {
    let reference = text_at(related, "/entry")?;
    let (kind, id) = parse_reference(&reference)?;
    let relation = text_at(related, "/relation").unwrap_or_default().replace('-', " ");
    let how = match text_at(related, "/note") {
        Some(note) => format!("{relation}. {note}"),
        None => relation,
    };
    linked(snapshot, kind, id, &how)
}

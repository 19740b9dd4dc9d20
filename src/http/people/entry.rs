//! The pages of entries.

use std::sync::Arc;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};

use super::public;
use crate::catalogue::{Item, Looked, Snapshot, Standing, label, type_scheme};
use crate::http::query::shown;
use crate::http::{Service, collection, eligibility_checks};
use crate::model::codes::{CostType, Kind};
use crate::model::fault::nearest;
use crate::model::identity::parse_reference;
use crate::pages::people::{EntryPage, Fact, Linked, Missing, Notice, SourceLine, Statement, entry_page, missing_page};

/// Declares the page of a kind.
macro_rules! pages {
    ($($kind:ident, $name:ident;)+) => {$(
        #[doc = concat!("The page of one ", stringify!($name), ".")]
        pub(in crate::http) async fn $name(service: web::Data<Service>, request: HttpRequest, id: web::Path<String>) -> HttpResponse {
            page(&service, &request, Kind::$kind, &id)
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

fn page(service: &Service, request: &HttpRequest, kind: Kind, id: &str) -> HttpResponse {
    let snapshot = service.directory.snapshot();
    match snapshot.look(kind, id) {
        Looked::Found(item) => match &item.standing {
            Standing::Retired(retirement) => {
                let replaced_by = retirement.replaced_by.as_deref().and_then(parse_reference);
                let instead = replaced_by.and_then(|(kind, id)| linked(&snapshot, kind, id, "took its place"));
                let view = Missing {
                    title: format!("{} was taken out", item.title),
                    text: format!("{} It was taken out on {}.", retirement.reason, day(&retirement.since)),
                    instead: instead.into_iter().collect(),
                };
                public(service, request, &snapshot, StatusCode::GONE, missing_page(&view))
            }
            _ => public(service, request, &snapshot, StatusCode::OK, entry_page(&view(service, &snapshot, &item))),
        },
        Looked::Renamed(item) => HttpResponse::PermanentRedirect()
            .insert_header((header::LOCATION, path(kind, &item.id)))
            .insert_header((header::CACHE_CONTROL, "public, no-cache"))
            .finish(),
        Looked::Nothing => {
            let ids = snapshot.ids_around(kind, id);
            let near = nearest(id, ids.iter().map(|id| &**id)).map(str::to_owned);
            let instead = near.and_then(|near| linked(&snapshot, kind, &near, ""));
            let view = Missing {
                title: "There is no such page".to_owned(),
                text: format!("Nothing here is called “{}”.", shown(id)),
                instead: instead.into_iter().collect(),
            };
            public(service, request, &snapshot, StatusCode::NOT_FOUND, missing_page(&view))
        }
    }
}

/// The path of an entry's page.
fn path(kind: Kind, id: &str) -> String {
    format!("/{}/{id}", collection(kind))
}

/// The day of a moment.
fn day(moment: &str) -> &str {
    moment.get(..10).unwrap_or(moment)
}

fn linked(snapshot: &Snapshot, kind: Kind, id: &str, how: &str) -> Option<Linked> {
    match snapshot.look(kind, id) {
        Looked::Found(item) | Looked::Renamed(item) if item.standing == Standing::Published => {
            Some(Linked { path: path(kind, &item.id), title: item.title.to_string(), how: how.to_owned() })
        }
        _ => None,
    }
}

/// An entry as the API tells it, with what its page needs to tell it.
struct Telling<'a> {
    snapshot: &'a Snapshot,
    entry: Value,
}

impl Telling<'_> {
    fn text(&self, pointer: &str) -> Option<String> {
        text_at(&self.entry, pointer)
    }

    fn items(&self, pointer: &str) -> Vec<Value> {
        self.entry.pointer(pointer).and_then(Value::as_array).cloned().unwrap_or_default()
    }

    fn label(&self, scheme: &str, code: &str) -> String {
        label(scheme, code, self.snapshot.vocabularies()).map_or_else(|| code.replace('-', " "), str::to_owned)
    }

    fn name(&self, kind: Kind, id: &str) -> String {
        match self.snapshot.look(kind, id) {
            Looked::Found(item) | Looked::Renamed(item) => item.title.to_string(),
            Looked::Nothing => id.to_owned(),
        }
    }

    /// The sources that are named by their ids.
    fn sources(&self, ids: &[Value]) -> Vec<SourceLine> {
        let all = self.items("/sources");
        let source = |id: &Value| all.iter().find(|source| source.get("id") == Some(id)).map(source_line);
        ids.iter().filter_map(source).collect()
    }

    /// The sources of a member that has none of its own.
    fn evidence(&self, pointer: &str) -> Vec<SourceLine> {
        let evidence = self.entry.get("evidence").and_then(|evidence| evidence.get(pointer));
        self.sources(evidence.and_then(Value::as_array).map_or(&[], Vec::as_slice))
    }

    /// What a member says that has its own sources and date.
    fn statement(&self, value: &Value, about: Option<String>, text: String, notes: Vec<Option<String>>) -> Statement {
        let sources = value.get("sources").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let printed = text_at(value, "/asPrinted").map(|printed| format!("In its words: “{printed}”"));
        Statement {
            about,
            text,
            notes: notes.into_iter().flatten().chain(printed).collect(),
            as_of: text_at(value, "/asOf/date").or_else(|| text_at(value, "/asOf/note")),
            sources: self.sources(sources),
        }
    }

    /// A plain statement about a member.
    fn plain(&self, pointer: &str, text: String) -> Statement {
        Statement { about: None, text, notes: Vec::new(), as_of: None, sources: self.evidence(pointer) }
    }

    fn codes(&self, pointer: &str, scheme: &str) -> Vec<String> {
        let codes = self.items(pointer);
        codes.iter().filter_map(Value::as_str).map(|code| self.label(scheme, code)).collect()
    }

    /// A fact that is a list of terms.
    fn terms(&self, name: &'static str, pointer: &str, scheme: &str) -> Fact {
        let terms = self.codes(pointer, scheme);
        let parent = pointer.rsplit_once('/').map_or("", |(parent, _)| parent);
        let sources = [self.evidence(pointer), self.evidence(parent)].into_iter().find(|sources| !sources.is_empty());
        let statement = Statement {
            about: None,
            text: terms.join(", "),
            notes: Vec::new(),
            as_of: None,
            sources: sources.unwrap_or_default(),
        };
        Fact::of(name, if terms.is_empty() { Vec::new() } else { vec![statement] })
    }

    fn durations(&self) -> Fact {
        let statement = |duration: &Value| {
            let kind = text_at(duration, "/kind").map(|kind| match kind.as_str() {
                "calendar" => "From beginning to end".to_owned(),
                "study" => "Time for study".to_owned(),
                "contact" => "Time together".to_owned(),
                other => other.replace('-', " "),
            });
            let about = [kind, text_at(duration, "/of")].into_iter().flatten().collect::<Vec<_>>().join(", ");
            let value = text_at(duration, "/value").map(|value| spoken(&value)).unwrap_or_default();
            let value = match text_at(duration, "/upTo") {
                Some(up_to) => format!("{value} to {}", spoken(&up_to)),
                None => value,
            };
            let qualifier = text_at(duration, "/qualifier").map(|qualifier| qualifier.replace('-', " ") + " ");
            let per = text_at(duration, "/per").map(|per| format!(" each {per}")).unwrap_or_default();
            let text = format!("{}{value}{per}", qualifier.unwrap_or_default());
            self.statement(duration, Some(about), text, Vec::new())
        };
        Fact {
            is_compared: true,
            ..Fact::of("Time it takes", self.items("/durations").iter().map(statement).collect())
        }
    }

    fn costs(&self) -> Fact {
        let statement = |cost: &Value| {
            let kind = self.label("cost", &text_at(cost, "/type").unwrap_or_default());
            let amount = text_at(cost, "/amount/value").map(|value| {
                let currency = text_at(cost, "/amount/currency").unwrap_or_default();
                let sign = if currency == "GBP" { "£".to_owned() } else { format!("{currency} ") };
                let per = text_at(cost, "/per").map(|per| format!(" for each {}", per.replace('-', " ")));
                format!(": {sign}{value}{}", per.unwrap_or_default())
            });
            let text = format!("{kind}{}", amount.unwrap_or_default());
            let vat = text_at(cost, "/vat").map(|vat| format!("VAT: {}", vat.replace('-', " ")));
            // What whoever withdraws pays speaks against no price.
            let is_apart = text_at(cost, "/type").is_some_and(|code| code == CostType::WithdrawalCharge.code());
            let about = text_at(cost, "/appliesTo").or_else(|| is_apart.then(|| kind.clone()));
            self.statement(cost, about, text, vec![text_at(cost, "/note"), vat])
        };
        Fact { is_compared: true, ..Fact::of("Cost", self.items("/costs").iter().map(statement).collect()) }
    }

    fn awards(&self) -> Fact {
        let statement = |award: &Value| {
            let by = text_at(award, "/awardedBy").map(|by| format!("Awarded by {}", self.name(Kind::Provider, &by)));
            let condition = text_at(award, "/condition").map(|condition| format!("For: {condition}"));
            let title = text_at(award, "/title").unwrap_or_default();
            self.statement(award, text_at(award, "/appliesTo"), title, vec![by, condition])
        };
        Fact::of("Award", self.items("/awards").iter().map(statement).collect())
    }

    /// What the rules say, as the check of a person who tells nothing gives it.
    fn rules(&self, service: &Service, kind: Kind, id: &str) -> Fact {
        let name = "Who can take part";
        // Of what is over the check tells only where its status is asked for.
        let status = self.text("/status/term").unwrap_or_default();
        let request = json!({"kinds": [kind.code()], "filter": {"id": [id], "status": [status]}, "limit": 1});
        let is_checked = matches!(kind, Kind::Programme | Kind::CoachingLink | Kind::Academy | Kind::Resource);
        let answer = if is_checked { eligibility_checks::checked(service, self.snapshot, request).ok() } else { None };
        let answer: Value = answer.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
        let found = answer.pointer("/data/0").cloned().unwrap_or_default();
        let known = found.get("sources").and_then(Value::as_array).cloned().unwrap_or_default();
        let reasons = found.get("reasons").and_then(Value::as_array).cloned().unwrap_or_default();
        let is_rule =
            |reason: &&Value| text_at(reason, "/pointer").is_some_and(|pointer| !pointer.starts_with("/status"));
        let statement = |reason: &Value| {
            let ids = reason.get("sources").and_then(Value::as_array).cloned().unwrap_or_default();
            let source = |id: &Value| known.iter().find(|source| source.get("id") == Some(id)).map(source_line);
            let strength = text_at(reason, "/strength").filter(|strength| strength != "required");
            Statement {
                about: None,
                text: text_at(reason, "/sentence").unwrap_or_default(),
                notes: strength.into_iter().map(|strength| format!("This is {strength}.")).collect(),
                as_of: None,
                sources: ids.iter().filter_map(source).collect(),
            }
        };
        let mut statements: Vec<Statement> = reasons.iter().filter(is_rule).map(statement).collect();
        if let Some(printed) = self.text("/eligibility/asPrinted") {
            statements.insert(0, self.plain("/eligibility", format!("In its words: “{printed}”")));
        }
        Fact::of(name, statements)
    }

    fn levels(&self) -> Fact {
        let levels = self.entry.pointer("/audience/levels").filter(|levels| !levels.is_null());
        let statement = levels.map(|levels| {
            let name = |pointer: &str| text_at(levels, pointer).map(|code| self.label("level", &code));
            let range = match (name("/from"), name("/to")) {
                (Some(from), Some(to)) if from != to => Some(format!("{from} to {to}")),
                (from, to) => from.or(to),
            };
            let aspiring = levels.get("aspiring").and_then(Value::as_bool).unwrap_or_default();
            let aspires = name("/aspiresTo").filter(|_| aspiring).map(|to| format!("those who hope to become: {to}"));
            let text = [range, aspires].into_iter().flatten().collect::<Vec<_>>().join("; ");
            let sources = [self.evidence("/audience/levels"), self.evidence("/audience")];
            let sources = sources.into_iter().find(|sources| !sources.is_empty()).unwrap_or_default();
            Statement { sources, ..self.statement(levels, None, text, Vec::new()) }
        });
        Fact::of("Level", statement.into_iter().filter(|s| !s.text.is_empty()).collect())
    }

    fn delivery(&self) -> Fact {
        let mut fact = self.terms("How it is delivered", "/delivery/modes", "delivery-mode");
        for detail in self.items("/delivery/details") {
            let text = text_at(&detail, "/text").unwrap_or_default();
            fact.statements.push(self.statement(&detail, None, text, Vec::new()));
        }
        fact
    }

    fn application(&self) -> Fact {
        let application = self.entry.get("application").filter(|application| !application.is_null());
        let statement = application.map(|application| {
            let steps = application.get("steps").and_then(Value::as_array).cloned().unwrap_or_default();
            let mut steps: Vec<String> = steps.iter().filter_map(Value::as_str).map(str::to_owned).collect();
            steps.extend(text_at(application, "/url").map(|url| format!("Apply at {url}")));
            steps.extend(text_at(application, "/contact").map(|contact| format!("Contact: {contact}")));
            let selected = text_at(application, "/selectedBy").map(|by| format!("Selected by {by}"));
            let text = if steps.is_empty() { selected.clone().unwrap_or_default() } else { steps.join(" ") };
            self.statement(application, None, text, vec![selected.filter(|_| !steps.is_empty())])
        });
        Fact::of("How to apply", statement.into_iter().collect())
    }

    fn offerings(&self) -> Fact {
        let statement = |offering: &Value| {
            let dates = [text_at(offering, "/start"), text_at(offering, "/end")];
            let dates = dates.into_iter().flatten().collect::<Vec<_>>().join(" to ");
            let place = text_at(offering, "/place");
            let region = text_at(offering, "/region").map(|region| self.label("region", &region));
            let always = offering.get("alwaysOpen").and_then(Value::as_bool).unwrap_or_default();
            let when = if always {
                "At any time".to_owned()
            } else if dates.is_empty() {
                "Date not stated".to_owned()
            } else {
                dates
            };
            let text = [Some(when), place, region].into_iter().flatten().collect::<Vec<_>>().join(", ");
            let by = text_at(offering, "/applyBy").map(|by| format!("Apply by {by}"));
            self.statement(offering, text_at(offering, "/id"), text, vec![by, text_at(offering, "/note")])
        };
        let offerings = self.items("/offerings");
        let open = offerings.iter().filter(|offering| offering.get("withdrawn") != Some(&Value::Bool(true)));
        Fact::of("Dates", open.map(statement).collect())
    }

    fn links(&self) -> Fact {
        let statement = |link: &Value| {
            let url = text_at(link, "/url").unwrap_or_default();
            let title = text_at(link, "/title").unwrap_or_else(|| url.clone());
            let mut statement = self.statement(link, None, title.clone(), Vec::new());
            statement.about = Some(text_at(link, "/role").unwrap_or_default().replace('-', " "));
            statement
                .sources
                .insert(0, SourceLine { title, publisher: None, url: Some(url), date: "its own page".to_owned() });
            statement.sources.truncate(1);
            statement
        };
        Fact::of("Pages about it", self.items("/links").iter().map(statement).collect())
    }

    fn entries(&self, name: &'static str, pointer: &str, kind: Kind) -> Fact {
        let value = self.entry.pointer(pointer).cloned().unwrap_or_default();
        let ids: Vec<String> = match &value {
            Value::String(id) => vec![id.clone()],
            Value::Array(ids) => ids.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            _ => Vec::new(),
        };
        let names: Vec<String> = ids
            .iter()
            .map(|id| parse_reference(id).map_or_else(|| self.name(kind, id), |(kind, id)| self.name(kind, id)))
            .collect();
        let statement = (!names.is_empty()).then(|| self.plain(pointer, names.join(", ")));
        Fact::of(name, statement.into_iter().collect())
    }

    fn status(&self) -> Fact {
        let status = self.entry.get("status").cloned().unwrap_or_default();
        let term = text_at(&status, "/term").unwrap_or_default();
        let statement = self.statement(&status, None, self.label("status", &term), vec![text_at(&status, "/note")]);
        Fact::of("Status", vec![statement])
    }

    fn aims(&self) -> Fact {
        let aims: Vec<String> = self.items("/aims").iter().filter_map(Value::as_str).map(str::to_owned).collect();
        let statement = (!aims.is_empty()).then(|| self.plain("/aims", aims.join("; ")));
        Fact::of("What it is for", statement.into_iter().collect())
    }

    /// The ordered parts of a framework.
    fn parts(&self, name: &'static str, pointer: &str) -> Fact {
        let part = |part: &Value| {
            let about = text_at(part, "/title").or_else(|| text_at(part, "/name"));
            let text = text_at(part, "/description").or_else(|| text_at(part, "/summary")).unwrap_or_default();
            let notes = Vec::new();
            match about {
                Some(title) if text.is_empty() => self.statement(part, None, title, notes),
                about => self.statement(part, about, text, notes),
            }
        };
        Fact::of(name, self.items(pointer).iter().map(part).collect())
    }
}

fn text_at(value: &Value, pointer: &str) -> Option<String> {
    value.pointer(pointer).and_then(Value::as_str).map(str::to_owned)
}

fn source_line(source: &Value) -> SourceLine {
    let published = text_at(source, "/published");
    let accessed = text_at(source, "/accessed").map(|date| format!("read on {date}"));
    SourceLine {
        title: text_at(source, "/title").unwrap_or_default(),
        publisher: text_at(source, "/publisher"),
        url: text_at(source, "/url"),
        date: published.or(accessed).unwrap_or_else(|| "undated".to_owned()),
    }
}

/// A duration (ISO 8601) in words.
fn spoken(duration: &str) -> String {
    let mut words = Vec::new();
    let mut number = String::new();
    let mut is_time = false;
    for c in duration.chars() {
        let unit = match c {
            'T' => {
                is_time = true;
                continue;
            }
            'Y' => "year",
            'M' if is_time => "minute",
            'M' => "month",
            'W' => "week",
            'D' => "day",
            'H' => "hour",
            'S' => "second",
            'P' => continue,
            digit => {
                number.push(digit);
                continue;
            }
        };
        let many = if number == "1" { "" } else { "s" };
        words.push(format!("{number} {unit}{many}"));
        number.clear();
    }
    words.join(" ")
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

/// What the page of an entry shows.
fn view(service: &Service, snapshot: &Arc<Snapshot>, item: &Item) -> EntryPage {
    let telling = Telling { snapshot, entry: serde_json::from_slice(&item.full).unwrap_or_default() };
    let kind = item.kind;
    let term = telling.text("/status/term").unwrap_or_default();
    let mut sections = vec![
        ("What is it?", vec![what(&telling, kind), telling.aims(), telling.awards(), telling.delivery()]),
        (
            "Can I take it?",
            vec![
                telling.rules(service, kind, &item.id),
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
                telling.entries(
                    "Provider",
                    if telling.entry.get("providers").is_some() { "/providers" } else { "/provider" },
                    Kind::Provider,
                ),
                telling.entries("Partners", "/partners", Kind::Provider),
            ],
        ),
        ("Is it still running?", vec![telling.status()]),
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
                ],
            ),
        );
    }
    // What entries of this kind never tell is not asked of them.
    let never: &[&str] = match kind {
        Kind::Programme => &[],
        Kind::Provider => &["Can I take it?", "How long does it take?", "What does it cost?", "Who runs it?"],
        Kind::Framework => &["How long does it take?", "Can I take it?"],
        _ => &["How long does it take?"],
    };
    sections.retain(|(question, _)| !never.contains(question));
    for (_, facts) in &mut sections {
        let is_always_told = ["Who can take part", "Time it takes", "Cost", "How to apply", "Provider", "Status"];
        facts.retain(|fact| !fact.statements.is_empty() || is_always_told.contains(&fact.name));
    }
    let related = telling.items("/related").iter().filter_map(|related| related_to(snapshot, related)).collect();
    let mut belongs = vec![("Comes before, after or with it", related)];
    if kind == Kind::Programme {
        let variants = snapshot.variants_of(&item.id).filter_map(|(_, other)| linked(snapshot, kind, &other.id, ""));
        belongs.insert(0, ("Its forms", variants.collect()));
        if let Some(whole) = &item.variant_of {
            belongs.insert(0, ("It is a form of", linked(snapshot, kind, whole, "").into_iter().collect()));
        }
    }
    let description = telling.text("/description").unwrap_or_default();
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
        related: belongs,
        sources: telling.items("/sources").iter().map(source_line).collect(),
        data: format!("/v1/{}/{}", collection(kind), item.id),
        address: format!("{}{}", service.public_url, path(kind, &item.id)),
        corrections: Some(service.contacts.corrections.clone()).filter(|contact| !contact.is_empty()),
        changed: (item.change_number, day(&item.modified_at).to_owned()),
    }
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

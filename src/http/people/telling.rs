//! What an entry says of itself, as facts: read from its JSON as the API tells it.

use serde_json::{Value, json};

use super::entry::linked;
use crate::catalogue::{Field, Item, Looked, Snapshot, label};
use crate::http::{Service, collection, eligibility_checks};
use crate::model::codes::{CostType, Kind, StatusTerm};
use crate::model::identity::parse_reference;
use crate::pages::people::{Fact, Linked, SourceLine, Statement};

/// An entry as the API tells it, with what its page needs to tell it.
pub(super) struct Telling<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) entry: Value,
}

impl<'a> Telling<'a> {
    /// An entry as its answer tells it.
    pub(super) fn of(snapshot: &'a Snapshot, item: &Item) -> Self {
        Self { snapshot, entry: serde_json::from_slice(&item.json()).unwrap_or_default() }
    }

    /// An entry as a list told it.
    pub(super) const fn of_answer(snapshot: &'a Snapshot, entry: Value) -> Self {
        Self { snapshot, entry }
    }

    /// The academies that took an academy's place, and what that rests on.
    pub(super) fn successors(&self) -> Vec<Linked> {
        let successor = |successor: &Value| {
            let how = match text_at(successor, "/basis").unwrap_or_default().as_str() {
                "inferred" => "inferred from the names; no source says so",
                "same-name" => "it has the same name; no source says more",
                _ => "",
            };
            linked(self.snapshot, Kind::Academy, &text_at(successor, "/academy")?, how)
        };
        self.items("/successors").iter().filter_map(successor).collect()
    }

    pub(super) fn text(&self, pointer: &str) -> Option<String> {
        text_at(&self.entry, pointer)
    }

    pub(super) fn items(&self, pointer: &str) -> &[Value] {
        self.entry.pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    pub(super) fn label(&self, scheme: &str, code: &str) -> String {
        label(scheme, code, self.snapshot.vocabularies()).map_or_else(|| code.replace('-', " "), str::to_owned)
    }

    fn name(&self, kind: Kind, id: &str) -> String {
        match self.snapshot.look(kind, id) {
            Looked::Found(item) | Looked::Renamed(item) => item.title.to_string(),
            Looked::Nothing => id.to_owned(),
        }
    }

    /// Whether an entry is over.
    fn is_over(&self, kind: Kind, id: &str) -> bool {
        let Looked::Found(item) = self.snapshot.look(kind, id) else { return true };
        let status = item.stated().of(Field::Status).first();
        status.and_then(|stated| StatusTerm::from_code(&stated.code)).is_some_and(StatusTerm::is_over)
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
            leads: Vec::new(),
            as_of: text_at(value, "/asOf/date").or_else(|| text_at(value, "/asOf/note")),
            sources: self.sources(sources),
        }
    }

    /// A plain statement about a member.
    pub(super) fn plain(&self, pointer: &str, text: String) -> Statement {
        Statement { text, sources: self.evidence(pointer), ..Statement::default() }
    }

    fn codes(&self, pointer: &str, scheme: &str) -> Vec<String> {
        let codes = self.items(pointer);
        codes.iter().filter_map(Value::as_str).map(|code| self.label(scheme, code)).collect()
    }

    /// A fact that is a list of terms.
    pub(super) fn terms(&self, name: &'static str, pointer: &str, scheme: &str) -> Fact {
        let terms = self.codes(pointer, scheme);
        let parent = pointer.rsplit_once('/').map_or("", |(parent, _)| parent);
        let sources = [self.evidence(pointer), self.evidence(parent)].into_iter().find(|sources| !sources.is_empty());
        let statement =
            Statement { text: terms.join(", "), sources: sources.unwrap_or_default(), ..Statement::default() };
        Fact::of(name, if terms.is_empty() { Vec::new() } else { vec![statement] })
    }

    pub(super) fn durations(&self) -> Fact {
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

    pub(super) fn costs(&self) -> Fact {
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

    pub(super) fn awards(&self) -> Fact {
        let statement = |award: &Value| {
            let by = text_at(award, "/awardedBy").map(|by| format!("Awarded by {}", self.name(Kind::Provider, &by)));
            let condition = text_at(award, "/condition").map(|condition| format!("For: {condition}"));
            let title = text_at(award, "/title").unwrap_or_default();
            self.statement(award, text_at(award, "/appliesTo"), title, vec![by, condition])
        };
        Fact::of("Award", self.items("/awards").iter().map(statement).collect())
    }

    /// What the rules say, as the check of a person who tells nothing gives it.
    pub(super) fn rules(&self, service: &Service, kind: Kind, id: &str) -> Fact {
        let name = "Who can take part";
        // Of what is over the check tells only where its status is asked for.
        let status = self.text("/status/term").unwrap_or_default();
        let request = json!({"kinds": [kind.code()], "filter": {"id": [id], "status": [status]}, "limit": 1});
        let is_checked = matches!(kind, Kind::Programme | Kind::CoachingLink | Kind::Academy | Kind::Resource);
        let answer =
            if is_checked { eligibility_checks::checked(service, self.snapshot, request, 0).ok() } else { None };
        let answer: Value = answer.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
        let found = answer.pointer("/data/0").cloned().unwrap_or_default();
        let mut statements = points(&found, None);
        // Where its forms alone have rules, each tells its own; one that is over tells nothing of how it is now.
        for form in found.get("variants").and_then(Value::as_array).into_iter().flatten() {
            let id = text_at(form, "/id").unwrap_or_default();
            if !self.is_over(kind, &id) {
                statements.extend(points(form, text_at(form, "/title").as_deref()));
            }
        }
        if let Some(printed) = self.text("/eligibility/asPrinted") {
            statements.insert(0, self.plain("/eligibility", format!("In its words: “{printed}”")));
        }
        Fact::of(name, statements)
    }

    pub(super) fn levels(&self) -> Fact {
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

    pub(super) fn delivery(&self) -> Fact {
        let mut fact = self.terms("How it is delivered", "/delivery/modes", "delivery-mode");
        for detail in self.items("/delivery/details") {
            let text = text_at(detail, "/text").unwrap_or_default();
            fact.statements.push(self.statement(detail, None, text, Vec::new()));
        }
        fact
    }

    pub(super) fn application(&self) -> Fact {
        let application = self.entry.get("application").filter(|application| !application.is_null());
        let statement = application.map(|application| {
            let steps = application.get("steps").and_then(Value::as_array).cloned().unwrap_or_default();
            let mut steps: Vec<String> = steps.iter().filter_map(Value::as_str).map(str::to_owned).collect();
            steps.extend(text_at(application, "/contact").map(|contact| format!("Contact: {contact}")));
            let selected = text_at(application, "/selectedBy").map(|by| format!("Selected by {by}"));
            let text = if steps.is_empty() { selected.clone().unwrap_or_default() } else { steps.join(" ") };
            let leads = text_at(application, "/url").map(|url| (url, "Apply".to_owned())).into_iter().collect();
            let notes = vec![selected.filter(|_| !steps.is_empty())];
            Statement { leads, ..self.statement(application, None, text, notes) }
        });
        Fact::of("How to apply", statement.into_iter().collect())
    }

    pub(super) fn offerings(&self) -> Fact {
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

    pub(super) fn links(&self) -> Fact {
        let statement = |link: &Value| {
            let url = text_at(link, "/url").unwrap_or_default();
            let title = text_at(link, "/title").unwrap_or_else(|| url.clone());
            let role = text_at(link, "/role").unwrap_or_default().replace('-', " ");
            let statement = self.statement(link, Some(role), String::new(), Vec::new());
            Statement { leads: vec![(url, title)], ..statement }
        };
        Fact::of("Pages about it", self.items("/links").iter().map(statement).collect())
    }

    pub(super) fn entries(&self, name: &'static str, pointer: &str, kind: Kind) -> Fact {
        let value = self.entry.pointer(pointer).cloned().unwrap_or_default();
        let ids: Vec<String> = match &value {
            Value::String(id) => vec![id.clone()],
            Value::Array(ids) => ids.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            _ => Vec::new(),
        };
        let leads: Vec<(String, String)> = ids
            .iter()
            .map(|id| parse_reference(id).unwrap_or((kind, id)))
            .map(|(kind, id)| (format!("/{}/{id}", collection(kind)), self.name(kind, id)))
            .collect();
        let statement = (!leads.is_empty()).then(|| Statement { leads, ..self.plain(pointer, String::new()) });
        Fact::of(name, statement.into_iter().collect())
    }

    /// What a register offers, each to whom it says.
    pub(super) fn services(&self) -> Fact {
        let statement = |service: &Value| {
            let role = text_at(service, "/role").unwrap_or_default().replace('-', " ");
            let tags = service.pointer("/eligibility/tags").and_then(Value::as_array).cloned().unwrap_or_default();
            let tags = tags.iter().filter_map(Value::as_str).map(|tag| self.label("eligibility", tag));
            let printed =
                text_at(service, "/eligibility/asPrinted").map(|printed| format!("In its words: “{printed}”"));
            let notes = tags.map(Some).chain([printed]).collect();
            let text = text_at(service, "/summary").unwrap_or_default();
            self.statement(service, Some(format!("For the {role}")), text, notes)
        };
        Fact::of("What it offers", self.items("/services").iter().map(statement).collect())
    }

    pub(super) fn notes(&self) -> Fact {
        let statement =
            |note: &Value| self.statement(note, None, text_at(note, "/text").unwrap_or_default(), Vec::new());
        Fact::of("To know besides", self.items("/notes").iter().map(statement).collect())
    }

    pub(super) fn status(&self) -> Fact {
        let status = self.entry.get("status").cloned().unwrap_or_default();
        let term = text_at(&status, "/term").unwrap_or_default();
        let statement = self.statement(&status, None, self.label("status", &term), vec![text_at(&status, "/note")]);
        Fact::of("Status", vec![statement])
    }

    pub(super) fn aims(&self) -> Fact {
        let aims: Vec<String> = self.items("/aims").iter().filter_map(Value::as_str).map(str::to_owned).collect();
        let statement = (!aims.is_empty()).then(|| self.plain("/aims", aims.join("; ")));
        Fact::of("What it is for", statement.into_iter().collect())
    }

    /// The ordered parts of a framework.
    pub(super) fn parts(&self, name: &'static str, pointer: &str) -> Fact {
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

/// The points of a verdict of somebody who tells nothing, as statements: what the rules say.
fn points(verdict: &Value, of: Option<&str>) -> Vec<Statement> {
    let items = |name: &str| verdict.get(name).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let known = items("sources");
    // Who may take part by role is a fact of its own.
    let is_rule = |reason: &&Value| {
        text_at(reason, "/pointer")
            .is_some_and(|pointer| !pointer.starts_with("/status") && !pointer.starts_with("/audience/openTo"))
    };
    let about = |way: Option<String>| {
        [of.map(str::to_owned), way].into_iter().flatten().reduce(|of, way| format!("{of}, {way}"))
    };
    let named = |pointer: &str| way(pointer).map(|way| format!("Way {way}"));
    let mut statements = Vec::new();
    let mut begun: Vec<String> = Vec::new();
    for reason in items("reasons").iter().filter(is_rule) {
        let pointer = text_at(reason, "/pointer").unwrap_or_default();
        // Before the first of several ways it is said that they are: those of one part of a rule are not those of another.
        for (at, _) in pointer.match_indices("/any/") {
            let (part, _) = pointer.split_at(at);
            if !begun.iter().any(|known| known == part) {
                begun.push(part.to_owned());
                let text = "Any one of these ways is enough:".to_owned();
                statements.push(Statement { about: about(named(part)), text, ..Statement::default() });
            }
        }
        let ids = reason.get("sources").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let source = |id: &Value| known.iter().find(|source| source.get("id") == Some(id)).map(source_line);
        let strength = text_at(reason, "/strength").filter(|strength| strength != "required");
        statements.push(Statement {
            about: about(named(&pointer)),
            text: text_at(reason, "/sentence").unwrap_or_default(),
            notes: strength.into_iter().map(|strength| format!("This is {strength}.")).collect(),
            sources: ids.iter().filter_map(source).collect(),
            ..Statement::default()
        });
    }
    statements
}

/// Which of several ways a point of a rule belongs to, where one of them is enough: the part of the rule that it stands
/// in, counted from one; with a way inside it after a point.
pub(super) fn way(pointer: &str) -> Option<String> {
    let places = pointer.split("/any/").skip(1).filter_map(|rest| rest.split('/').next()?.parse::<usize>().ok());
    let ways: Vec<String> = places.map(|place| (place + 1).to_string()).collect();
    (!ways.is_empty()).then(|| ways.join("."))
}

pub(super) fn text_at(value: &Value, pointer: &str) -> Option<String> {
    value.pointer(pointer).and_then(Value::as_str).map(str::to_owned)
}

pub(super) fn source_line(source: &Value) -> SourceLine {
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

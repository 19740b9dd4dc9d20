//! “Can I take it?”: the questions of the eligibility check, one a page. The answers travel in the form alone.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Map, Value, json};

use super::telling::way;
use super::{of_a_person, place, read_form, unreadable};
use crate::catalogue::Snapshot;
use crate::http::query::shown;
use crate::http::{Service, collection, eligibility_checks};
use crate::model::codes::Kind;
use crate::pages::people::{Choice, Form, Group, Question, Reviewed, Told, Verdict, Wizard, wizard_page};

/// How many verdicts a page shows.
const SHOWN: usize = 100;

/// What the name of an answer's field begins with: the place of the answer in the request follows.
const ANSWER: &str = "answer:";

/// `/can-i-take-it`
pub(in crate::http) async fn wizard(service: web::Data<Service>, request: HttpRequest) -> HttpResponse {
    let snapshot = service.directory.snapshot();
    let (status, view) = next(&service, &snapshot, Vec::new());
    of_a_person(&request, &snapshot, status, wizard_page(place(&service, &request), &view))
}

/// `/can-i-take-it`, with what was told so far.
pub(in crate::http) async fn wizard_answered(service: web::Data<Service>, request: HttpRequest) -> HttpResponse {
    let sent = match read_form(&request).await {
        Ok(sent) => sent,
        Err(problem) => return unreadable(&service, &request, &problem),
    };
    let snapshot = service.directory.snapshot();
    let (status, view) = next(&service, &snapshot, sent);
    of_a_person(&request, &snapshot, status, wizard_page(place(&service, &request), &view))
}

/// What a form told.
#[derive(Clone)]
struct Answers {
    /// In the order of the questions: where each answer goes, and what was chosen; nothing where somebody would rather
    /// not say.
    told: Vec<(String, Option<Vec<String>>)>,
    wants: Wants,
    /// What was asked last.
    asked: Option<String>,
    /// What is to be asked before anything else: an answer that somebody wants to change.
    again: Option<String>,
    /// Where the page of results begins.
    cursor: Option<String>,
}

/// What a form wants to be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wants {
    Question,
    Results,
    Review,
}

impl Answers {
    fn read(sent: Vec<(String, String)>) -> Self {
        let mut answers = Self { told: Vec::new(), wants: Wants::Question, asked: None, again: None, cursor: None };
        for (name, value) in sent {
            match name.as_str() {
                "skip" => answers.tell(value, None),
                "asked" => answers.asked = Some(value),
                "again" => answers.again = Some(value),
                "cursor" => answers.cursor = Some(value),
                "show" => {
                    answers.wants = match value.as_str() {
                        "results" => Wants::Results,
                        "review" => Wants::Review,
                        _ => Wants::Question,
                    }
                }
                _ => {
                    if let Some(pointer) = name.strip_prefix(ANSWER) {
                        answers.tell(pointer.to_owned(), Some(value));
                    }
                }
            }
        }
        // A field that was left empty tells nothing; that none of several applies is told by an empty one.
        answers.told.retain(|(pointer, told)| {
            let is_some = |values: &Vec<String>| values.iter().any(|value| !value.trim().is_empty());
            form_of(pointer) == Some(Form::Several) || told.as_ref().is_none_or(is_some)
        });
        // Whoever goes on without an answer would rather not say.
        if let Some(asked) = answers.asked.clone()
            && form_of(&asked).is_some()
            && !answers.told.iter().any(|(known, _)| *known == asked)
        {
            answers.told.push((asked, None));
        }
        if let Some(again) = &answers.again {
            answers.told.retain(|(known, _)| known != again);
        }
        answers
    }

    /// Adds what was told at a place: to several values, or that somebody would rather not say, which goes before what
    /// was told. Only what the check has a question for: somebody may send anything.
    fn tell(&mut self, pointer: String, value: Option<String>) {
        let Some(_) = form_of(&pointer) else { return };
        match (self.told.iter_mut().find(|(known, _)| *known == pointer), value) {
            (Some((_, Some(values))), Some(value)) => values.push(value),
            (Some((_, told)), None) => *told = None,
            (Some((_, None)), Some(_)) => {}
            (None, value) => self.told.push((pointer, value.map(|value| vec![value]))),
        }
    }

    /// What the check is asked.
    fn request(&self, verdicts: usize) -> Value {
        let mut profile = Map::new();
        for (pointer, told) in &self.told {
            let (Some(path), Some(values)) = (pointer.strip_prefix("/profile/"), told) else { continue };
            let first = values.first().map_or("", String::as_str);
            let value = match form_of(pointer) {
                Some(Form::Several) if path == "priorProgrammes" => {
                    let chosen = values.iter().filter(|value| !value.is_empty());
                    chosen.map(|value| json!({"programme": value, "participation": null})).collect()
                }
                Some(Form::Several) => values.iter().filter(|value| !value.is_empty()).cloned().collect(),
                Some(Form::Years) => first.parse::<u8>().map_or(Value::from(first), Value::from),
                Some(Form::YesOrNo) => Value::Bool(first == "true"),
                _ => Value::from(first),
            };
            match path.split_once('/') {
                None => drop(profile.insert(path.to_owned(), value)),
                Some((map, key)) => {
                    let key = key.replace("~1", "/").replace("~0", "~");
                    if let Value::Object(inner) = profile.entry(map).or_insert_with(|| json!({})) {
                        inner.insert(key, value);
                    }
                }
            }
        }
        let cursor = self.cursor.as_ref().filter(|_| verdicts > 1);
        json!({"profile": profile, "limit": verdicts, "cursor": cursor})
    }

    /// What is sent along.
    fn sent_along(&self) -> Vec<Told> {
        let mut fields = Vec::new();
        for (pointer, told) in &self.told {
            match told {
                None => fields.push(Told { name: "skip".to_owned(), value: pointer.clone() }),
                Some(values) => fields.extend(
                    values.iter().map(|value| Told { name: format!("{ANSWER}{pointer}"), value: value.clone() }),
                ),
            }
        }
        fields
    }
}

/// How what a member of the profile tells is answered.
fn form_of(pointer: &str) -> Option<Form> {
    let path = pointer.strip_prefix("/profile/")?;
    Some(match path.split('/').next().unwrap_or_default() {
        "registrations" | "employerSupport" | "accessRoutes" | "memberships" | "priorProgrammes" => Form::Several,
        "experience" => Form::Years,
        "statements" => Form::YesOrNo,
        "role" | "level" | "band" | "employer" | "region" | "aspiresTo" => Form::One,
        _ => return None,
    })
}

/// The next page.
fn next(service: &Service, snapshot: &Snapshot, sent: Vec<(String, String)>) -> (StatusCode, Wizard) {
    let mut answers = Answers::read(sent);
    let mut faults = Vec::new();
    // Every verdict is worth its while only where it is shown.
    let check = |answers: &Answers, verdicts| {
        eligibility_checks::checked(service, snapshot, answers.request(verdicts), usize::MAX)
    };
    let verdicts = if answers.wants == Wants::Results { SHOWN } else { 1 };
    let answer = match check(&answers, verdicts) {
        Ok(answer) => answer,
        Err(problem) => {
            // Nothing of what was sent is told again, and what cannot be read is asked anew.
            faults = problem.errors.iter().map(|error| error.detail.clone()).collect();
            let asked = answers.asked.take();
            answers.cursor = None;
            answers.told.retain(|(pointer, _)| Some(pointer) != asked.as_ref());
            check(&answers, verdicts).unwrap_or_else(|_| {
                // What was told before cannot be read either: the directory has changed meanwhile, or somebody wrote it.
                answers.told.clear();
                check(&answers, verdicts).unwrap_or_default()
            })
        }
    };
    let mut answer: Value = serde_json::from_str(&answer).unwrap_or_default();
    let again = answers.again.as_deref().and_then(|pointer| asked_at(snapshot, pointer));
    let is_open = |question: &Value| {
        let pointer = text(question, "/pointer");
        !answers.told.iter().any(|(known, _)| *known == pointer)
    };
    let next = again.or_else(|| items(&answer, "/meta/nextQuestions").into_iter().find(is_open));
    let question = next.filter(|_| answers.wants == Wants::Question).map(|next| question(&next));
    let review = if answers.wants == Wants::Review { review(snapshot, &answers) } else { Vec::new() };
    let mut groups = Vec::new();
    let mut more = None;
    if question.is_none() && review.is_empty() {
        if verdicts < SHOWN {
            answer = serde_json::from_str(&check(&answers, SHOWN).unwrap_or_default()).unwrap_or_default();
        }
        groups = grouped(&answer);
        more = Some(text(&answer, "/meta/nextCursor")).filter(|cursor| !cursor.is_empty());
    }
    let before = answers.told.last().map(|(pointer, _)| pointer.clone());
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    let answered = answers.told.len();
    let is_first = answers.cursor.is_none();
    (status, Wizard { faults, told: answers.sent_along(), question, review, groups, answered, before, more, is_first })
}

/// The question that is answered at a place, as a check asks it.
fn asked_at(snapshot: &Snapshot, pointer: &str) -> Option<Value> {
    serde_json::from_str(&eligibility_checks::question_at(snapshot, pointer)?).ok()
}

/// Every answer beside its question.
fn review(snapshot: &Snapshot, answers: &Answers) -> Vec<Reviewed> {
    let reviewed = |(pointer, told): &(String, Option<Vec<String>>)| {
        let asked = question(&asked_at(snapshot, pointer)?);
        let name = |value: &String| {
            let known = asked.choices.iter().find(|choice| choice.term == *value).map(|choice| choice.label.clone());
            known.unwrap_or_else(|| match value.as_str() {
                "true" => "Yes".to_owned(),
                "false" => "No".to_owned(),
                other => shown(other),
            })
        };
        let told = match told {
            None => "I'd rather not say".to_owned(),
            Some(values) => {
                let named: Vec<String> = values.iter().filter(|value| !value.is_empty()).map(name).collect();
                if named.is_empty() { "None of these".to_owned() } else { named.join(", ") }
            }
        };
        Some(Reviewed { prompt: asked.prompt, told, pointer: pointer.clone() })
    };
    answers.told.iter().filter_map(reviewed).collect()
}

fn text(value: &Value, pointer: &str) -> String {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn items(value: &Value, pointer: &str) -> Vec<Value> {
    value.pointer(pointer).and_then(Value::as_array).cloned().unwrap_or_default()
}

fn question(question: &Value) -> Question {
    let pointer = text(question, "/pointer");
    let choice = |term: &Value| Choice { term: text(term, "/term"), label: text(term, "/label") };
    Question {
        prompt: text(question, "/prompt"),
        form: form_of(&pointer).unwrap_or(Form::One),
        choices: items(question, "/terms").iter().map(choice).collect(),
        concerns: question.get("concerns").and_then(Value::as_u64).unwrap_or_default(),
        pointer,
    }
}

/// The verdicts, the best first.
fn grouped(answer: &Value) -> Vec<Group> {
    let found = items(answer, "/data");
    let verdict = |entry: &Value| Verdict {
        path: format!("/{}/{}", collection(Kind::Programme), text(entry, "/entry/id")),
        title: text(entry, "/entry/title"),
        reasons: items(entry, "/reasons")
            .iter()
            .map(|reason| {
                let way = way(&text(reason, "/pointer")).map(|way| format!("Way {way}: ")).unwrap_or_default();
                (text(reason, "/outcome"), format!("{way}{}", text(reason, "/sentence")))
            })
            .collect(),
        changes: items(entry, "/toBecomeEligible").iter().map(|change| text(change, "/sentence")).collect(),
    };
    ["eligible", "conditional", "unknown", "notStated", "ineligible"]
        .into_iter()
        .map(|name| Group {
            verdict: name.to_owned(),
            count: answer.pointer(&format!("/meta/counts/{name}")).and_then(Value::as_u64).unwrap_or_default(),
            entries: found.iter().filter(|entry| text(entry, "/verdict") == name).map(verdict).collect(),
        })
        .filter(|group| group.count > 0)
        .collect()
}

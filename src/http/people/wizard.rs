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

/// How many answers are reviewed: each is a check of its own.
const REVIEWED: usize = 60;

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
struct Answers {
    /// The answers: where each goes, and what was chosen.
    told: Vec<(String, Vec<String>)>,
    /// The questions that somebody would rather not answer.
    skipped: Vec<String>,
    wants: Wants,
    /// What was asked last.
    asked: Option<String>,
    /// What is to be asked before anything else: an answer that somebody wants to change.
    again: Option<String>,
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
        let mut answers =
            Self { told: Vec::new(), skipped: Vec::new(), wants: Wants::Question, asked: None, again: None };
        for (name, value) in sent {
            if let Some(pointer) = name.strip_prefix(ANSWER) {
                match answers.told.iter_mut().find(|(known, _)| known == pointer) {
                    Some((_, values)) => values.push(value),
                    None => answers.told.push((pointer.to_owned(), vec![value])),
                }
            } else if name == "skip" {
                answers.skipped.push(value);
            } else if name == "asked" {
                answers.asked = Some(value);
            } else if name == "again" {
                answers.again = Some(value);
            } else if name == "show" {
                answers.wants = match value.as_str() {
                    "results" => Wants::Results,
                    "review" => Wants::Review,
                    _ => Wants::Question,
                };
            }
        }
        // A field that was left empty tells nothing; that none of several applies is told by an empty one.
        answers.told.retain(|(pointer, values)| {
            form_of(pointer) == Some(Form::Several) || values.iter().any(|value| !value.trim().is_empty())
        });
        // Whoever goes on without an answer would rather not say.
        let is_told = |asked: &&String| answers.told.iter().any(|(known, _)| known == *asked);
        answers.skipped.extend(answers.asked.iter().filter(|asked| !is_told(asked)).cloned().collect::<Vec<_>>());
        // Each once, and only what the check has a question for: somebody may send anything.
        let mut known = std::collections::HashSet::new();
        answers.skipped.retain(|pointer| form_of(pointer).is_some() && known.insert(pointer.clone()));
        answers.told.retain(|(pointer, _)| form_of(pointer).is_some());
        let skipped = &answers.skipped;
        answers.told.retain(|(pointer, _)| !skipped.contains(pointer));
        if let Some(again) = answers.again.clone() {
            answers = answers.without(&again);
        }
        answers
    }

    /// What was told but for one answer.
    fn without(&self, pointer: &str) -> Self {
        Self {
            told: self.told.iter().filter(|(known, _)| known != pointer).cloned().collect(),
            skipped: self.skipped.iter().filter(|known| *known != pointer).cloned().collect(),
            wants: self.wants,
            asked: self.asked.clone(),
            again: self.again.clone(),
        }
    }

    /// What the check is asked.
    fn request(&self, verdicts: usize) -> Value {
        let mut profile = Map::new();
        for (pointer, values) in &self.told {
            let Some(path) = pointer.strip_prefix("/profile/") else { continue };
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
        json!({"profile": profile, "limit": verdicts})
    }

    /// What is sent along.
    fn sent_along(&self) -> Vec<Told> {
        let told = self.told.iter().flat_map(|(pointer, values)| {
            values.iter().map(move |value| Told { name: format!("{ANSWER}{pointer}"), value: value.clone() })
        });
        told.chain(self.skipped.iter().map(|skipped| Told { name: "skip".to_owned(), value: skipped.clone() }))
            .collect()
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
    let answer = match eligibility_checks::checked(service, snapshot, answers.request(1)) {
        Ok(answer) => answer,
        Err(problem) => {
            // Nothing of what was sent is told again, and what cannot be read is asked anew.
            faults = problem.errors.iter().map(|error| error.detail.clone()).collect();
            let asked = answers.asked.take();
            answers.told.retain(|(pointer, _)| Some(pointer) != asked.as_ref());
            eligibility_checks::checked(service, snapshot, answers.request(1)).unwrap_or_else(|_| {
                // What was told before cannot be read either: the directory has changed meanwhile, or somebody wrote it.
                answers.told.clear();
                eligibility_checks::checked(service, snapshot, answers.request(1)).unwrap_or_default()
            })
        }
    };
    let answer: Value = serde_json::from_str(&answer).unwrap_or_default();
    let questions = answer.pointer("/meta/nextQuestions").and_then(Value::as_array).cloned().unwrap_or_default();
    let is_open = |question: &&Value| !answers.skipped.contains(&text(question, "/pointer"));
    let is_again = |question: &&Value| answers.again.as_ref() == Some(&text(question, "/pointer"));
    let next = questions.iter().find(is_again).or_else(|| questions.iter().find(is_open));
    let question = next.filter(|_| answers.wants == Wants::Question).map(question);
    let review = if answers.wants == Wants::Review { review(service, snapshot, &answers) } else { Vec::new() };
    let groups = if question.is_some() || !review.is_empty() {
        Vec::new()
    } else {
        // Only now is every verdict worth its while.
        let whole = eligibility_checks::checked(service, snapshot, answers.request(SHOWN)).unwrap_or_default();
        groups(&serde_json::from_str(&whole).unwrap_or_default())
    };
    let answered = answers.told.len() + answers.skipped.len();
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    (status, Wizard { faults, told: answers.sent_along(), question, review, groups, answered })
}

/// Every answer beside its question, as the check asks it where the answer is left out.
fn review(service: &Service, snapshot: &Snapshot, answers: &Answers) -> Vec<Reviewed> {
    let told = answers.told.iter().map(|(pointer, values)| (pointer, values.as_slice()));
    let skipped = answers.skipped.iter().map(|pointer| (pointer, &[][..]));
    told.chain(skipped)
        .take(REVIEWED)
        .map(|(pointer, values)| {
            let without = answers.without(pointer);
            let answer = eligibility_checks::checked(service, snapshot, without.request(1)).unwrap_or_default();
            let answer: Value = serde_json::from_str(&answer).unwrap_or_default();
            let questions = items(&answer, "/meta/nextQuestions");
            let asked = questions.iter().find(|question| text(question, "/pointer") == *pointer).map(question);
            let name = |value: &String| {
                let choices = asked.as_ref().map_or(&[][..], |asked| asked.choices.as_slice());
                let known = choices.iter().find(|choice| choice.term == *value).map(|choice| choice.label.clone());
                known.unwrap_or_else(|| match value.as_str() {
                    "true" => "Yes".to_owned(),
                    "false" => "No".to_owned(),
                    other => shown(other),
                })
            };
            let told: Vec<String> = values.iter().filter(|value| !value.is_empty()).map(name).collect();
            let told = match (told.is_empty(), values.is_empty()) {
                (false, _) => told,
                (true, false) => vec!["None of these".to_owned()],
                (true, true) => vec!["I'd rather not say".to_owned()],
            };
            // Another answer may have made it pointless to ask.
            let prompt = asked.map_or_else(|| "It decides nothing any more".to_owned(), |asked| asked.prompt);
            Reviewed { prompt, told, pointer: pointer.clone() }
        })
        .collect()
}

fn text(value: &Value, pointer: &str) -> String {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn items(value: &Value, pointer: &str) -> Vec<Value> {
    value.pointer(pointer).and_then(Value::as_array).cloned().unwrap_or_default()
}

fn question(question: &Value) -> Question {
    let form = match text(question, "/answer").as_str() {
        "terms" | "programmes" => Form::Several,
        "years" => Form::Years,
        "boolean" => Form::YesOrNo,
        _ => Form::One,
    };
    let choice = |term: &Value| Choice { term: text(term, "/term"), label: text(term, "/label") };
    Question {
        pointer: text(question, "/pointer"),
        prompt: text(question, "/prompt"),
        form,
        choices: items(question, "/terms").iter().map(choice).collect(),
        concerns: question.get("concerns").and_then(Value::as_u64).unwrap_or_default(),
    }
}

/// The verdicts, the best first.
fn groups(answer: &Value) -> Vec<Group> {
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

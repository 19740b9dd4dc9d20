//! “Can I take it?”: the questions of the eligibility check, one a page. The answers travel in the form alone.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use serde_json::{Map, Value, json};

use super::telling::way;
use super::{of_a_person, place, read_form, unreadable};
use crate::catalogue::Snapshot;
use crate::http::query::shown;
use crate::http::routes::Call;
use crate::http::{Service, collection, eligibility_checks};
use crate::model::codes::Kind;
use crate::model::profile::MOST_YEARS;
use crate::pages::people::{Choice, Form, Group, Question, Reviewed, Told, Verdict, Wizard, wizard_page};

/// How many verdicts a page shows.
const SHOWN: usize = 100;

/// What the name of an answer's field begins with: the place of the answer in the request follows.
const ANSWER: &str = "answer:";

/// `/can-i-take-it`
pub(in crate::http) fn wizard(Call { service, request, .. }: Call<'_>) -> HttpResponse {
    let snapshot = service.directory.snapshot();
    let (status, view) = next(service, &snapshot, Vec::new());
    of_a_person(request, &snapshot, status, wizard_page(place(service, request), &view))
}

/// `/can-i-take-it`, with what was told so far.
pub(in crate::http) async fn wizard_answered(call: Call<'_>) -> HttpResponse {
    let Call { service, request, .. } = call;
    let sent = match read_form(call).await {
        Ok(sent) => sent,
        Err(problem) => return unreadable(service, request, &problem),
    };
    let snapshot = service.directory.snapshot();
    let (status, view) = next(service, &snapshot, sent);
    of_a_person(request, &snapshot, status, wizard_page(place(service, request), &view))
}

/// What a form told.
struct Answers {
    /// In the order of the questions: where each answer goes, and what was chosen; nothing where somebody would rather
    /// not say.
    told: Vec<(String, Option<Vec<String>>)>,
    wants: Wants,
    /// What was asked last.
    asked: Option<String>,
    /// What is to be asked before anything else: an answer that somebody wants to change, and that stands until it is
    /// changed.
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
        let mut place = 0;
        for (name, value) in sent {
            match name.as_str() {
                "skip" => answers.tell(value, None),
                "asked" => {
                    place = answers.told.len();
                    answers.asked = Some(value);
                }
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
            answers.told.insert(place.min(answers.told.len()), (asked, None));
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

    /// Takes out the answer that was given last, which is asked for again.
    fn without_what_was_asked(&mut self, _: &Snapshot) {
        self.cursor = None;
        if let Some(asked) = self.asked.take() {
            self.told.retain(|(pointer, _)| *pointer != asked);
            self.again = Some(asked);
        }
    }

    /// Takes out the answers to what no rule asks any more, and those that nothing answers to: the directory has changed
    /// meanwhile, or somebody wrote them.
    fn without_what_is_not_asked_any_more(&mut self, snapshot: &Snapshot) {
        self.told.retain(|(pointer, told)| {
            let Some(asked) = asked_at(snapshot, pointer).map(|asked| question(&asked)) else { return false };
            let is_choice =
                |value: &String| value.is_empty() || asked.choices.iter().any(|choice| choice.term == *value);
            match asked.form {
                Form::One | Form::Several => told.iter().flatten().all(is_choice),
                Form::Years => {
                    told.iter().flatten().all(|value| value.parse::<u8>().is_ok_and(|years| years <= MOST_YEARS))
                }
                Form::YesOrNo => true,
            }
        });
    }

    /// Takes out every answer.
    fn without_any(&mut self, _: &Snapshot) {
        self.told.clear();
    }

    /// What a page shows of what was told.
    fn view(self) -> Wizard {
        Wizard {
            is_first: self.cursor.is_none(),
            goes_to_review: self.wants == Wants::Review,
            told: self.told.into_iter().map(|(pointer, values)| Told { pointer, values }).collect(),
            ..Wizard::default()
        }
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
    let check = |answers: &Answers, verdicts: usize| {
        // The first question that is open is among the first that are asked: no more than those told stand before it.
        let questions = if answers.wants == Wants::Question { answers.told.len() + 1 } else { 0 };
        eligibility_checks::checked(service, snapshot, answers.request(verdicts), questions)
    };
    // Every verdict is worth its while only where it is shown.
    let verdicts = if answers.wants == Wants::Results { SHOWN } else { 1 };
    let mut faults = Vec::new();
    let mut answer = check(&answers, verdicts);
    let mends: [fn(&mut Answers, &Snapshot); 3] =
        [Answers::without_what_was_asked, Answers::without_what_is_not_asked_any_more, Answers::without_any];
    for mend in mends {
        let Err(problem) = answer else { break };
        if faults.is_empty() {
            // Nothing of what was sent is told again.
            faults = problem.errors.iter().map(|error| error.detail.clone()).collect();
            if faults.is_empty() {
                faults.push(problem.detail);
            }
        }
        mend(&mut answers, snapshot);
        answer = check(&answers, verdicts);
    }
    let mut answer: Value = serde_json::from_str(&answer.unwrap_or_default()).unwrap_or_default();
    let is_told = |pointer: &str| answers.told.iter().any(|(known, _)| known == pointer);
    let again = answers.again.as_deref().and_then(|pointer| asked_at(snapshot, pointer));
    let open = || items(&answer, "/meta/nextQuestions").into_iter().find(|next| !is_told(&text(next, "/pointer")));
    let next = again.or_else(|| (answers.wants == Wants::Question).then(open).flatten());
    let question = next.map(|next| question(&next));
    let review = if answers.wants == Wants::Review { review(snapshot, &answers) } else { Vec::new() };
    let mut groups = Vec::new();
    let mut more = None;
    if question.is_none() && review.is_empty() {
        if verdicts < SHOWN {
            answers.cursor = None;
            answer = serde_json::from_str(&check(&answers, SHOWN).unwrap_or_default()).unwrap_or_default();
        }
        groups = grouped(&answer);
        more = Some(text(&answer, "/meta/nextCursor")).filter(|cursor| !cursor.is_empty());
    }
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    (status, Wizard { faults, question, review, groups, more, ..answers.view() })
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

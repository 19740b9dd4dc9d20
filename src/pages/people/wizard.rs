//! “Can I take it?”: one question a page, and then what a person can take, with reasons.

use maud::{Markup, html};

use super::{Place, Said, faults, faults_in, shell};
use crate::model::profile::MOST_YEARS;

/// How a question is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// One of the choices.
    One,
    /// Those that apply.
    Several,
    /// Whole years.
    Years,
    /// Yes or no.
    YesOrNo,
}

/// What may be answered.
#[derive(Debug)]
pub struct Choice {
    /// The term.
    pub term: String,
    /// Its name for people.
    pub label: String,
}

/// A question.
#[derive(Debug)]
pub struct Question {
    /// Where the answer goes.
    pub pointer: String,
    /// The question.
    pub prompt: String,
    /// How it is answered.
    pub form: Form,
    /// What may be answered.
    pub choices: Vec<Choice>,
    /// How many verdicts depend on it.
    pub concerns: u64,
}

/// A verdict on a programme.
#[derive(Debug)]
pub struct Verdict {
    /// Its path.
    pub path: String,
    /// Its title.
    pub title: String,
    /// Every point of it: how it comes out, and the point.
    pub reasons: Vec<(String, String)>,
    /// What would have to change.
    pub changes: Vec<String>,
}

/// Programmes with the same verdict.
#[derive(Debug)]
pub struct Group {
    /// The verdict.
    pub verdict: String,
    /// How many there are in all.
    pub count: u64,
    /// Those that are shown.
    pub entries: Vec<Verdict>,
}

/// An answer that was told.
#[derive(Debug)]
pub struct Told {
    /// Where it goes.
    pub pointer: String,
    /// What was chosen; nothing where somebody would rather not say.
    pub values: Option<Vec<String>>,
}

/// An answer beside its question.
#[derive(Debug)]
pub struct Reviewed {
    /// The question.
    pub prompt: String,
    /// What was answered.
    pub told: String,
    /// Where the answer goes.
    pub pointer: String,
}

/// What the page shows.
#[derive(Debug, Default)]
pub struct Wizard {
    /// What is wrong with what was told.
    pub faults: Vec<String>,
    /// What was told so far, in the order of the questions: sent along with every page and kept nowhere else.
    pub told: Vec<Told>,
    /// The next question; none where there is no more to ask, or where results are shown.
    pub question: Option<Question>,
    /// Every answer, where somebody wants to see them.
    pub review: Vec<Reviewed>,
    /// The results, the best first; empty before they are asked for.
    pub groups: Vec<Group>,
    /// Whether an answer leads back to all of them.
    pub goes_to_review: bool,
    /// Where the next page of results begins.
    pub more: Option<String>,
    /// Whether the results are the first page of them.
    pub is_first: bool,
}

impl Wizard {
    /// The answers before a question, what was answered to it before, and the answers after it: each is sent from its
    /// place.
    fn around(&self, question: &Question) -> (&[Told], &[String], &[Told]) {
        let place = self.told.iter().position(|told| told.pointer == question.pointer);
        let (before, rest) = self.told.split_at(place.unwrap_or(self.told.len()));
        let (own, after) = rest.split_first().map_or((None, rest), |(own, after)| (own.values.as_deref(), after));
        (before, own.unwrap_or_default(), after)
    }
}

/// What the wizard is, for those who find it elsewhere.
const DESCRIPTION: &str = "Answer a few questions and see which leadership programmes are open to you, and why. Nobody keeps what you answer.";

/// What a verdict means, in words, and how it looks.
fn words(verdict: &str) -> (&'static str, &'static str) {
    match verdict {
        "eligible" => ("You can take these", "nhsuk-tag nhsuk-tag--green ld-verdict ld-verdict--eligible"),
        "conditional" => {
            ("You can take these once something is done", "nhsuk-tag nhsuk-tag--yellow ld-verdict ld-verdict--maybe")
        }
        "unknown" => {
            ("It depends on what you did not tell", "nhsuk-tag nhsuk-tag--yellow ld-verdict ld-verdict--maybe")
        }
        "notStated" => ("Their sources do not say who can take them", "nhsuk-tag nhsuk-tag--grey"),
        _ => ("These are not open to you as things are", "nhsuk-tag nhsuk-tag--red ld-verdict ld-verdict--not"),
    }
}

/// How a point came out, in words, and how it looks.
fn outcome(outcome: &str) -> (&'static str, &'static str) {
    match outcome {
        "met" => ("Met: ", "ld-verdict ld-verdict--eligible"),
        "notMet" => ("Not met: ", "ld-verdict ld-verdict--not"),
        "toDo" => ("To do: ", "ld-verdict ld-verdict--maybe"),
        "notTold" => ("Not told: ", "ld-verdict ld-verdict--maybe"),
        _ => ("", "ld-verdict"),
    }
}

/// The wizard.
#[must_use]
pub fn wizard_page(place: Place<'_>, view: &Wizard) -> String {
    let content = html! {
        @if view.question.is_none() { (faults(&view.faults)) }
        @match &view.question {
            Some(question) => (ask(view, question)),
            None if !view.review.is_empty() => (review(view)),
            None => (results(view)),
        }
    };
    let wrong = view.question.as_ref().filter(|_| !view.faults.is_empty());
    let wrong = wrong.map(|question| format!("Error: {}", question.prompt));
    let title = match &view.question {
        Some(question) => wrong.as_deref().unwrap_or(&question.prompt),
        None if !view.review.is_empty() => "What you told",
        None => "What you can take",
    };
    shell(place, &Said { title, description: Some(DESCRIPTION), ..Said::default() }, &content)
}

/// Answers, sent along.
fn told(answers: &[Told]) -> Markup {
    html! {
        @for Told { pointer, values } in answers {
            @match values {
                None => { input type="hidden" name="skip" value=(pointer); }
                Some(values) => { @for value in values { input type="hidden" name={ "answer:" (pointer) } value=(value); } }
            }
        }
    }
}

fn ask(view: &Wizard, question: &Question) -> Markup {
    let name = format!("answer:{}", question.pointer);
    let (before, own, after) = view.around(question);
    let is_chosen = |value: &str| own.iter().any(|chosen| chosen == value);
    let is_wrong = !view.faults.is_empty();
    let radio = |id: String, value: &str, label: &str| {
        html! {
            div.nhsuk-radios__item {
                input.nhsuk-radios__input id=(id) name=(name) type="radio" value=(value) checked[is_chosen(value)];
                label.nhsuk-label.nhsuk-radios__label for=(id) { (label) }
            }
        }
    };
    let first = match question.form {
        Form::Years => "years",
        Form::YesOrNo => "yes",
        Form::One | Form::Several if question.choices.is_empty() => "none",
        Form::One | Form::Several => "a0",
    };
    let fault = html! {
        @if is_wrong { span.nhsuk-error-message id="fault" { span.nhsuk-u-visually-hidden { "Error: " } (view.faults.join(" ")) } }
    };
    let described = |by: &str| if is_wrong { format!("{by} fault") } else { by.to_owned() };
    html! {
        (faults_in(&view.faults, Some(first)))
        span.nhsuk-caption-l { "Can I take it? Question " (before.len() + 1) }
        form action="/can-i-take-it" method="post" autocomplete="off" {
            (told(before))
            input type="hidden" name="asked" value=(question.pointer);
            @if view.goes_to_review { input type="hidden" name="show" value="review"; }
            @if question.form == Form::Years {
                div.nhsuk-form-group {
                    h1.nhsuk-heading-l { label for="years" { (question.prompt) } }
                    div.nhsuk-hint id="years-hint" { "Whole years; 0 for none" }
                    (fault)
                    input.nhsuk-input id="years" name=(name) type="number" min="0" max=(MOST_YEARS) inputmode="numeric" value=[own.first()] aria-invalid=[is_wrong.then_some("true")] aria-describedby=(described("years-hint"));
                }
            } @else {
                div.nhsuk-form-group {
                    fieldset.nhsuk-fieldset aria-describedby=(described("why")) {
                        legend.nhsuk-fieldset__legend { h1.nhsuk-heading-l { (question.prompt) } }
                        div.nhsuk-hint id="why" {
                            @if question.form == Form::Several { "Choose all that apply. " }
                            @match question.concerns {
                                // It was answered before; what it decides now was not looked into.
                                0 => {}
                                1 => { "It decides about 1 programme." }
                                many => { "It decides about " (many) " programmes." }
                            }
                        }
                        (fault)
                        @match question.form {
                            Form::One => div.nhsuk-radios { @for (at, choice) in question.choices.iter().enumerate() { (radio(format!("a{at}"), &choice.term, &choice.label)) } },
                            Form::YesOrNo => div.nhsuk-radios { (radio("yes".to_owned(), "true", "Yes")) (radio("no".to_owned(), "false", "No")) },
                            _ => div.nhsuk-checkboxes {
                                @for (at, choice) in question.choices.iter().enumerate() {
                                    div.nhsuk-checkboxes__item {
                                        input.nhsuk-checkboxes__input id={ "a" (at) } name=(name) type="checkbox" value=(choice.term) checked[is_chosen(&choice.term)];
                                        label.nhsuk-label.nhsuk-checkboxes__label for={ "a" (at) } { (choice.label) }
                                    }
                                }
                                div.nhsuk-checkboxes__item {
                                    input.nhsuk-checkboxes__input id="none" name=(name) type="checkbox" value="" checked[is_chosen("")];
                                    label.nhsuk-label.nhsuk-checkboxes__label for="none" { "None of these" }
                                }
                            },
                        }
                    }
                }
            }
            button.nhsuk-button type="submit" { "Continue" }
            " "
            button.nhsuk-button.nhsuk-button--secondary type="submit" name="skip" value=(question.pointer) formnovalidate { "I'd rather not say" }
            (told(after))
        }
        @if let Some(last) = before.last() { (turn(view, "again", &last.pointer, "Back to the question before")) }
        (turn(view, "show", "results", "Show what I can take now"))
        @if !view.told.is_empty() { (turn(view, "show", "review", "See or change what I told")) }
        p.nhsuk-body-s { "Your answers stay in this page. Nobody keeps them, and they are put into no address." }
    }
}

/// A form that only shows something else.
fn turn(view: &Wizard, name: &str, value: &str, label: &str) -> Markup {
    html! {
        form action="/can-i-take-it" method="post" {
            (told(&view.told))
            input type="hidden" name=(name) value=(value);
            button.nhsuk-button.nhsuk-button--secondary.nhsuk-button--small type="submit" { (label) }
        }
    }
}

fn review(view: &Wizard) -> Markup {
    html! {
        h1.nhsuk-heading-xl { "What you told" }
        form id="answers" action="/can-i-take-it" method="post" {
            (told(&view.told))
            // What is changed leads back here.
            input type="hidden" name="show" value="review";
        }
        dl.nhsuk-summary-list {
            @for answer in &view.review {
                div.nhsuk-summary-list__row {
                    dt.nhsuk-summary-list__key { (answer.prompt) }
                    dd.nhsuk-summary-list__value {
                        p { (answer.told) }
                        button.nhsuk-button.nhsuk-button--secondary.nhsuk-button--small type="submit" form="answers" name="again" value=(answer.pointer) {
                            "Change" span.nhsuk-u-visually-hidden { " what you told: " (answer.prompt) }
                        }
                    }
                }
            }
        }
        (turn(view, "show", "results", "Show what I can take"))
        p { a href="/can-i-take-it" { "Begin again" } }
    }
}

/// What to do next about a programme: where on its page that stands, and what it is called.
fn next(verdict: &str) -> (&'static str, &'static str) {
    match verdict {
        "eligible" | "conditional" => ("apply", "How to apply"),
        "unknown" => ("eligibility", "What it depends on"),
        "notStated" => ("who", "Whom to ask"),
        _ => ("eligibility", "What its rules say"),
    }
}

fn results(view: &Wizard) -> Markup {
    html! {
        h1.nhsuk-heading-xl { "What you can take" }
        p { "By what you told. Your answers stay in this page: nobody keeps them." }
        @for group in view.groups.iter().filter(|group| !group.entries.is_empty()) {
            @let (meaning, look) = words(&group.verdict);
            section {
                h2.nhsuk-heading-l { (meaning) " (" (group.count) ")" }
                @for entry in &group.entries {
                    div.nhsuk-card {
                        div.nhsuk-card__content {
                            h3.nhsuk-card__heading.nhsuk-heading-m { a href=(entry.path) { bdi { (entry.title) } } }
                            p { strong class=(look) { (meaning) } }
                            @if !entry.reasons.is_empty() {
                                ul.ld-reasons {
                                    @for (how, sentence) in &entry.reasons {
                                        @let (word, look) = outcome(how);
                                        li class=(look) { (word) (sentence) }
                                    }
                                }
                            }
                            @let (part, name) = next(&group.verdict);
                            p { a href={ (entry.path) "#" (part) } { (name) span.nhsuk-u-visually-hidden { ": " (entry.title) } } }
                            @if !entry.changes.is_empty() {
                                p { "It would be open to you with all of this:" }
                                ul.nhsuk-list.nhsuk-list--bullet { @for change in &entry.changes { li { (change) } } }
                            }
                        }
                    }
                }
            }
        }
        @if view.more.is_some() || !view.is_first {
            p { "There are more than a page holds: " @for (at, group) in view.groups.iter().enumerate() {
                @if at > 0 { "; " } (words(&group.verdict).0.to_lowercase()) ": " (group.count)
            } "." }
        }
        @if let Some(more) = &view.more {
            form action="/can-i-take-it" method="post" {
                (told(&view.told))
                input type="hidden" name="show" value="results";
                input type="hidden" name="cursor" value=(more);
                button.nhsuk-button type="submit" { "Next page" }
            }
        }
        @if !view.is_first { (turn(view, "show", "results", "First page")) }
        (turn(view, "show", "question", "Answer more questions"))
        @if !view.told.is_empty() { (turn(view, "show", "review", "See or change what I told")) }
        p { a href="/can-i-take-it" { "Begin again" } }
    }
}

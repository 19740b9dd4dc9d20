//! What a check answers.

use serde::Serialize;
use utoipa::ToSchema;

use super::request::Asked;
use crate::catalogue::{
    Asked as Next, Change, Check, Checked, FieldTerm, Found, ProfileField, Question, Reason, Snapshot, Told, Verdict,
    scheme_terms,
};
use crate::http::Service;
use crate::http::answer::json;
use crate::http::entries::entry_address;
use crate::model::codes::{Kind, Participation};
use crate::model::source::Source;

/// What a person can take.
#[derive(Serialize, ToSchema)]
pub(super) struct EligibilityAnswer<'a> {
    /// The entries, the best verdict first.
    #[schema(max_items = 100)]
    data: Vec<EntryVerdict<'a>>,
    meta: EligibilityMeta<'a>,
    links: EligibilityLinks,
}

/// An entry with the verdict on it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct EntryVerdict<'a> {
    entry: CheckedEntry<'a>,
    verdict: Verdict,
    /// Every point of it.
    reasons: &'a [Reason],
    /// The sources that the reasons name.
    sources: &'a [Source],
    /// What would have to be told for another verdict than `unknown`.
    missing: Vec<Missing<'a>>,
    /// What would have to change for `eligible` or `conditional`: all of these together. Never a region or a
    /// protected characteristic; empty where nothing that a person can do helps.
    #[schema(max_items = 8)]
    to_become_eligible: Vec<EligibilityChange<'a>>,
    /// The variants of a programme, each with its own verdict. Where no source states a rule for the programme itself,
    /// its verdict is that of the most open of them, and each tells its reasons.
    variants: Vec<CheckedVariant<'a>>,
}

/// An entry, by its names.
#[derive(Serialize, ToSchema)]
struct CheckedEntry<'a> {
    kind: Kind,
    /// Its id.
    #[schema(example = "mary-seacole")]
    id: &'a str,
    /// Its title.
    #[schema(example = "Mary Seacole programme")]
    title: &'a str,
    /// Its address here.
    #[schema(format = "uri", example = "https://directory.example/v1/programmes/mary-seacole")]
    href: String,
}

/// A variant with the verdict on it.
#[derive(Serialize, ToSchema)]
struct CheckedVariant<'a> {
    /// Its id.
    id: &'a str,
    /// Its title.
    title: &'a str,
    verdict: Verdict,
    /// Every point of it, where the variants decide about the programme; empty otherwise.
    reasons: &'a [Reason],
    /// The sources that the reasons name.
    sources: &'a [Source],
}

/// A member of the profile that was not told.
#[derive(Serialize, ToSchema)]
struct Missing<'a> {
    field: ProfileField,
    /// Of `experience` and `statements`, the text of the rule that is the key there; null otherwise.
    #[schema(required)]
    of: Option<&'a str>,
}

/// Something that would have to be otherwise, or to be told.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct EligibilityChange<'a> {
    field: ProfileField,
    /// Of `experience` and `statements`, the text of the rule that is the key there; null otherwise.
    #[schema(required)]
    of: Option<String>,
    /// One of these would do.
    any_of: Vec<AnswerTerm<'a>>,
    /// The years of experience; null elsewhere.
    #[schema(required)]
    years: Option<u8>,
    /// How far one must have taken part in the programme; null elsewhere, and where any taking part will do.
    #[schema(required)]
    participation: Option<Participation>,
    /// The point, as a sentence about a person.
    #[schema(example = "Is on the register of: Nursing and Midwifery Council.")]
    sentence: String,
}

/// A term, with its name for people.
#[derive(Serialize, ToSchema)]
struct AnswerTerm<'a> {
    /// The term, as the request takes it.
    #[schema(example = "nurse")]
    term: String,
    /// Its name for people.
    #[schema(example = "Nurse")]
    label: &'a str,
}

/// A term that may be answered.
#[derive(Serialize, ToSchema)]
struct QuestionTerm {
    /// The term, as the request takes it.
    #[schema(example = "nurse")]
    term: String,
    /// Its name for people.
    #[schema(example = "Nurse")]
    label: String,
    /// The next broader term; null where there is none.
    #[schema(required, example = "nursing-and-midwifery")]
    broader: Option<String>,
}

/// How a question is answered.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
enum AnswerForm {
    /// One of the terms, as text.
    Term,
    /// Those of the terms that apply, as a list; empty for none.
    Terms,
    /// Those of the programmes that apply, as a list of `{programme, participation}`: a term, and how far, or null.
    /// Empty for none.
    Programmes,
    /// Whole years; 0 for none.
    Years,
    /// True or false.
    Boolean,
}

/// A question to ask next.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct NextQuestion<'a> {
    field: ProfileField,
    /// Of `experience` and `statements`, the text of the rule that is the key there; null otherwise.
    #[schema(required)]
    of: Option<&'a str>,
    /// Where the answer goes in the request, as a JSON Pointer (RFC 6901).
    #[schema(example = "/profile/role")]
    pointer: String,
    /// The question, for people.
    #[schema(example = "What do you work as?")]
    prompt: String,
    answer: AnswerForm,
    /// What may be answered; empty where years, or true or false, are asked.
    terms: Vec<QuestionTerm>,
    /// How far one may have taken part in a programme, told beside it; empty elsewhere.
    participations: Vec<QuestionTerm>,
    /// How many unknown verdicts the answer alone would settle.
    #[schema(example = 4)]
    settles: u64,
    /// How many unknown verdicts depend on it, alone or with others.
    #[schema(example = 9)]
    concerns: u64,
}

/// How many entries have each verdict.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct VerdictCounts {
    /// Everything that the sources require is told to be so.
    eligible: u64,
    /// One qualifies, but something must happen first.
    conditional: u64,
    /// It depends on what was not told.
    unknown: u64,
    /// The sources state no rule.
    not_stated: u64,
    /// Something that the sources require is told not to be so.
    ineligible: u64,
}

/// About a check.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct EligibilityMeta<'a> {
    /// The change number of what is shown.
    #[schema(minimum = 0, example = 240)]
    change_number: i64,
    /// How many entries were checked.
    #[schema(example = 33)]
    total: u64,
    /// The most entries on a page.
    #[schema(example = 20)]
    limit: u32,
    counts: VerdictCounts,
    /// What to ask the person next, the most decisive first.
    #[schema(max_items = 20)]
    next_questions: Vec<NextQuestion<'a>>,
    /// Where the next page begins; null on the last.
    #[schema(required, max_length = 2_000)]
    next_cursor: Option<String>,
}

/// Where to go from a check.
#[derive(Serialize, ToSchema)]
struct EligibilityLinks {
    /// This address.
    #[serde(rename = "self")]
    #[schema(format = "uri", example = "https://directory.example/v1/eligibility-checks")]
    this: String,
    /// What the rules mean.
    #[schema(format = "uri", example = "https://directory.example/reference#check_eligibility")]
    reference: String,
}

/// Answers a check as JSON text, with so many questions at the most.
pub(super) fn answer(service: &Service, snapshot: &Snapshot, asked: &Asked, today: &str, most: usize) -> String {
    let told = Told::new(&asked.profile, &asked.shown, snapshot.vocabularies(), today);
    let check = Check {
        told,
        kinds: &asked.kinds,
        filter: asked.filter.clone(),
        limit: asked.limit,
        after: asked.after.clone(),
    };
    let checked = snapshot.check(&check);
    let [eligible, conditional, unknown, not_stated, ineligible] = checked.counts;
    let Checked { questions, page, next, .. } = checked;
    json(&EligibilityAnswer {
        data: page.iter().map(|found| verdict(service, snapshot, found)).collect(),
        meta: EligibilityMeta {
            change_number: snapshot.head().change_number,
            total: checked.counts.iter().sum(),
            limit: u32::try_from(asked.limit).unwrap_or(u32::MAX),
            counts: VerdictCounts { eligible, conditional, unknown, not_stated, ineligible },
            next_questions: questions.iter().filter_map(|next| question(snapshot, next)).take(most).collect(),
            next_cursor: next.map(|next| next.encode()),
        },
        links: EligibilityLinks {
            this: format!("{}/v1/eligibility-checks", service.public_url),
            reference: format!("{}/reference#check_eligibility", service.public_url),
        },
    })
}

fn verdict<'a>(service: &Service, snapshot: &'a Snapshot, found: &'a Found<'a>) -> EntryVerdict<'a> {
    let item = &found.item;
    EntryVerdict {
        entry: CheckedEntry {
            kind: item.kind,
            id: &item.id,
            title: &item.title,
            href: entry_address(&service.public_url, item.kind, &item.id),
        },
        verdict: found.verdict,
        reasons: &found.reasons,
        sources: &found.sources,
        missing: found
            .missing
            .iter()
            .filter_map(|question| Some(Missing { field: question.field()?, of: question.of() }))
            .collect(),
        to_become_eligible: found.changes.iter().map(|change| told_change(snapshot, change)).collect(),
        variants: found
            .variants
            .iter()
            .map(|variant| CheckedVariant {
                id: &variant.id,
                title: &variant.title,
                verdict: variant.verdict,
                reasons: &variant.reasons,
                sources: &variant.sources,
            })
            .collect(),
    }
}

fn told_change<'a>(snapshot: &'a Snapshot, change: &Change) -> EligibilityChange<'a> {
    let is_worded = matches!(change.field, ProfileField::Experience | ProfileField::Statements);
    let terms = change.any_of.iter().filter(|_| !is_worded);
    EligibilityChange {
        field: change.field,
        of: change.any_of.first().filter(|_| is_worded).cloned(),
        any_of: terms
            .filter_map(|term| Some(AnswerTerm { term: term.clone(), label: snapshot.label_of(change.field, term)? }))
            .collect(),
        years: change.years,
        participation: change.participation,
        sentence: change.sentence.clone(),
    }
}

/// A question as a portal asks it; `None` where it is never asked.
fn question<'a>(snapshot: &'a Snapshot, next: &Next<'a>) -> Option<NextQuestion<'a>> {
    let field = next.question.field()?;
    let of = next.question.of();
    let escaped = of.map(|of| format!("/{}", of.replace('~', "~0").replace('/', "~1"))).unwrap_or_default();
    let term = |term: FieldTerm| QuestionTerm {
        term: term.code.to_string(),
        label: term.label.to_string(),
        broader: term.broader.map(|broader| broader.to_string()),
    };
    Some(NextQuestion {
        field,
        of,
        pointer: format!("/profile/{}{escaped}", field.name()),
        prompt: next.question.prompt(),
        answer: form(next.question),
        terms: snapshot.terms_of_profile(field).into_iter().map(term).collect(),
        participations: if field == ProfileField::PriorProgrammes {
            scheme_terms("participation", snapshot.vocabularies()).into_iter().map(term).collect()
        } else {
            Vec::new()
        },
        settles: next.settles,
        concerns: next.concerns,
    })
}

/// The question that is answered at a place in the request, as JSON text; `None` where none is.
pub(in crate::http) fn question_at(snapshot: &Snapshot, pointer: &str) -> Option<String> {
    let place = pointer.strip_prefix("/profile/")?;
    let (name, of) = place.split_once('/').map_or((place, None), |(name, of)| (name, Some(of)));
    let of = of.map(|of| of.replace("~1", "/").replace("~0", "~"));
    let field = ProfileField::ALL.into_iter().find(|field| field.name() == name)?;
    let asked = Next { question: snapshot.question(field, of.as_deref())?, settles: 0, concerns: 0 };
    question(snapshot, &asked).map(|question| json(&question))
}

fn form(question: Question<'_>) -> AnswerForm {
    use ProfileField::{AccessRoutes, EmployerSupport, Memberships, PriorProgrammes, Registrations};
    match question {
        Question::Experience(_) => AnswerForm::Years,
        Question::Qualification(_) | Question::Scope(_) | Question::EarlierLearning(_) => AnswerForm::Boolean,
        Question::Field(PriorProgrammes) => AnswerForm::Programmes,
        Question::Field(Registrations | EmployerSupport | AccessRoutes | Memberships) => AnswerForm::Terms,
        Question::Field(_) | Question::Never => AnswerForm::Term,
    }
}

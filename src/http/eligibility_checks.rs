//! Who can take what. A profile comes in the body, is answered so that nobody keeps it, and is told to no one else.

mod answer;
mod request;

use serde_json::Value;

use super::Service;
use super::answer::{JSON, private};
use super::body;
use super::problem::{Problem, UNKNOWN_PARAMETER};
use super::routes::{Answered, Call};
use crate::catalogue::Snapshot;
use answer::EligibilityAnswer;
use request::{Asked, EligibilityRequest};

pub(super) use answer::question_at;

/// The most questions that an answer proposes.
const MOST_QUESTIONS: usize = 20;

/// Checks what a request in JSON asks, and answers in JSON, with so many questions at the most.
///
/// # Errors
/// Where the request cannot be read.
pub(super) fn checked(
    service: &Service,
    snapshot: &Snapshot,
    request: Value,
    questions: usize,
) -> Result<String, Problem> {
    let asked = Asked::read(request, snapshot)?;
    Ok(answer::answer(service, snapshot, &asked, &service.directory.today(), questions))
}

/// Check what a person can take
///
/// Holds the rules of entries against what a person tells, and answers with a verdict on each, every point of it
/// with its sources, what to ask next, and what would have to change. Everything may be left out: `{}` asks about
/// somebody who tells nothing, and the answer says what to ask them first.
///
/// Nothing of the request is kept, logged or repeated in an error, and no cache may keep the answer. Nobody is asked
/// for a protected characteristic: programmes of positive action are `unknown` and say whom they are for, unless
/// `show.positiveAction` asks for them to be judged as for those people.
#[utoipa::path(
    post, path = "/v1/eligibility-checks", tag = "eligibility",
    request_body(content = EligibilityRequest, description = "What the person tells, and what is asked.", content_type = "application/json"),
    responses((status = 200, description = "A page of verdicts, the best first.", body = EligibilityAnswer)),
)]
pub(super) async fn check_eligibility(call: Call<'_>) -> Answered {
    let Call { service, request, .. } = call;
    if !request.query_string().is_empty() {
        // An address is written into logs all along the way.
        let detail = "There are no parameters here. Send everything in the body, which no log keeps.";
        return Err(Problem::new(UNKNOWN_PARAMETER, detail));
    }
    let body = body::read(call).await?;
    let snapshot = service.directory.snapshot();
    let text = checked(service, &snapshot, body, MOST_QUESTIONS)?;
    Ok(private(request, JSON, snapshot.head().change_number, text))
}

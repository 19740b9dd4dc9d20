//! Failures as clients of OneRoster read them: `imsx_StatusInfo`, of which administrators are shown the description.

use serde::Serialize;
use utoipa::ToSchema;

use crate::http::problem::{INVALID_FILTER_FIELD, INVALID_SELECTION_FIELD, Problem};

/// Why something failed (`imsx_StatusInfo`).
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct StatusInfo {
    /// `failure`.
    #[serde(rename = "imsx_codeMajor")]
    #[schema(example = "failure")]
    major: &'static str,
    /// `error`.
    #[serde(rename = "imsx_severity")]
    #[schema(example = "error")]
    severity: &'static str,
    /// What went wrong, and what to do.
    #[serde(rename = "imsx_description")]
    #[schema(example = "There is no “course” here. Did you mean “courses”?")]
    description: String,
    /// The sort of failure.
    #[serde(rename = "imsx_CodeMinor")]
    minor: CodeMinor,
}

/// Where something failed, and how.
#[derive(Serialize, ToSchema)]
struct CodeMinor {
    /// Each part that failed: one.
    #[serde(rename = "imsx_codeMinorField")]
    #[schema(min_items = 1, max_items = 1)]
    fields: [CodeMinorField; 1],
}

/// A part that failed.
#[derive(Serialize, ToSchema)]
struct CodeMinorField {
    /// `TargetEndSystem`: this one.
    #[serde(rename = "imsx_codeMinorFieldName")]
    #[schema(example = "TargetEndSystem")]
    name: &'static str,
    /// How.
    #[serde(rename = "imsx_codeMinorFieldValue")]
    #[schema(example = "unknownobject")]
    value: &'static str,
}

impl From<&Problem> for StatusInfo {
    fn from(problem: &Problem) -> Self {
        let value = match problem.code.status {
            _ if problem.code == INVALID_FILTER_FIELD => "invalid_filter_field",
            _ if problem.code == INVALID_SELECTION_FIELD => "invalid_selection_field",
            401 => "unauthorisedrequest",
            404 => "unknownobject",
            503 => "server_busy",
            500.. => "internal_server_error",
            _ => "invaliddata",
        };
        let field = CodeMinorField { name: "TargetEndSystem", value };
        Self {
            major: "failure",
            severity: "error",
            description: problem.detail.clone(),
            minor: CodeMinor { fields: [field] },
        }
    }
}

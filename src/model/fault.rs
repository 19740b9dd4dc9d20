//! What is wrong with a value: where, how badly, and what to do about it.

use serde::Serialize;
use utoipa::ToSchema;

/// How bad a fault is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// The value is accepted; somebody should look at it.
    Warning,
    /// The value is refused.
    Error,
}

impl std::fmt::Display for Severity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

/// One thing that is wrong with a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Fault {
    /// Where it is: a JSON Pointer (RFC 6901) into the value.
    pub pointer: String,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong.
    pub detail: String,
    /// How to put it right.
    pub fix: String,
    /// The nearest value that would be allowed, where the fault is a misspelling.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub did_you_mean: Option<String>,
}

impl Fault {
    /// A fault that makes the value refused.
    pub fn error(pointer: impl Into<String>, detail: impl Into<String>, fix: impl Into<String>) -> Self {
        Self::new(Severity::Error, pointer.into(), detail.into(), fix.into())
    }

    /// A fault that somebody should look at.
    pub fn warning(pointer: impl Into<String>, detail: impl Into<String>, fix: impl Into<String>) -> Self {
        Self::new(Severity::Warning, pointer.into(), detail.into(), fix.into())
    }

    fn new(severity: Severity, pointer: String, detail: String, fix: String) -> Self {
        Self { pointer, severity, detail, fix, did_you_mean: None }
    }

    /// A value that is not one of those allowed; names the nearest.
    pub fn unknown<'a>(
        pointer: impl Into<String>,
        what: &str,
        written: &str,
        allowed: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let allowed: Vec<&str> = allowed.into_iter().collect();
        let nearest = nearest(written, allowed.iter().copied());
        let fix = match nearest {
            Some(near) => format!("Write “{near}”, or another {what}."),
            None if allowed.len() <= 20 => format!("Write one of: {}.", allowed.join(", ")),
            None => format!("Write a known {what}."),
        };
        Self {
            did_you_mean: nearest.map(str::to_owned),
            ..Self::error(pointer, format!("“{written}” is not a known {what}."), fix)
        }
    }
}

/// The allowed value nearest to what was written, if one is near enough to be meant.
#[must_use]
pub fn nearest<'a>(written: &str, allowed: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // A longer text is no misspelling of a code, and comparing it would cost its square.
    let written: String = written.chars().take(64).collect::<String>().to_lowercase();
    let reach = (written.chars().count() / 3).clamp(1, 3);
    let length = written.chars().count();
    allowed
        .into_iter()
        // Texts of very different lengths are never near, and comparing them costs most.
        .filter(|candidate| candidate.chars().count().abs_diff(length) <= reach)
        .map(|candidate| (strsim::damerau_levenshtein(&written, &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= reach)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_code_names_the_nearest() {
        let fault = Fault::unknown("/audience/openTo/0", "role", "nusre", ["nurse", "midwife"]);
        assert_eq!(fault.did_you_mean.as_deref(), Some("nurse"));
        assert_eq!(fault.fix, "Write “nurse”, or another role.");
    }

    #[test]
    fn a_far_off_code_names_none() {
        assert_eq!(nearest("astronaut", ["nurse", "midwife"]), None);
        assert_eq!(nearest(&"x".repeat(100_000), ["nurse"]), None);
    }
}

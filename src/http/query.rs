//! Query parameters, read all at once: every fault of them is told together.

use super::problem::{Code, INVALID_PARAMETER, Problem, ProblemError, UNKNOWN_PARAMETER};
use crate::model::fault::nearest;

/// The parameters of a request, those the operation takes.
#[derive(Debug)]
pub(super) struct Query {
    pairs: Vec<(String, String)>,
    faults: Vec<(&'static Code, ProblemError)>,
}

impl Query {
    /// Reads a query string of an operation that takes these parameters.
    pub(super) fn read(text: &str, takes: &[&str]) -> Self {
        let mut query = Self { pairs: Vec::new(), faults: Vec::new() };
        for (name, value) in url::form_urlencoded::parse(text.as_bytes()) {
            if !takes.contains(&&*name) {
                let near = nearest(&name, takes.iter().copied()).map(str::to_owned);
                let shown: String = name.chars().take(80).collect();
                let detail = match (&near, takes) {
                    (Some(near), _) => format!("“{shown}” is not a parameter here. Did you mean “{near}”?"),
                    (None, []) => format!("“{shown}” is not a parameter here: there are none."),
                    (None, _) => format!("“{shown}” is not a parameter here: there are {}.", takes.join(", ")),
                };
                query.fault(UNKNOWN_PARAMETER, &shown, detail, near);
            } else if query.pairs.iter().any(|(known, _)| *known == name) {
                query.fault(INVALID_PARAMETER, &name, format!("“{name}” is given twice."), None);
            } else {
                query.pairs.push((name.into_owned(), value.into_owned()));
            }
        }
        query
    }

    /// A parameter as it is written.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// A whole number between two bounds.
    pub(super) fn number(&mut self, name: &str, least: usize, most: usize, default: usize) -> usize {
        let Some(text) = self.text(name) else { return default };
        // A sign or a space would be read too; only digits are meant.
        let read = text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten();
        if let Some(number) = read.filter(|number| (least..=most).contains(number)) {
            number
        } else {
            self.fault(INVALID_PARAMETER, name, format!("“{name}” takes a whole number from {least} to {most}."), None);
            default
        }
    }

    /// One of some named values.
    pub(super) fn one_of<T: Copy>(&mut self, name: &str, values: &[(&str, T)], default: T) -> T {
        let Some(text) = self.text(name) else { return default };
        if let Some((_, value)) = values.iter().find(|(known, _)| *known == text) {
            return *value;
        }
        let names: Vec<&str> = values.iter().map(|(name, _)| *name).collect();
        let near = nearest(text, names.iter().copied()).map(str::to_owned);
        self.fault(INVALID_PARAMETER, name, format!("“{name}” takes one of: {}.", names.join(", ")), near);
        default
    }

    /// Notes a fault.
    pub(super) fn fault(&mut self, code: &'static Code, name: &str, detail: String, did_you_mean: Option<String>) {
        self.faults.push((
            code,
            ProblemError { parameter: Some(name.to_owned()), pointer: None, detail, allowed: None, did_you_mean },
        ));
    }

    /// The problem that the faults make, if there are any.
    pub(super) fn finish(self) -> Result<(), Problem> {
        let Some((code, first)) = self.faults.first() else {
            return Ok(());
        };
        let mut problem = Problem::new(code, first.detail.clone());
        problem.errors = self.faults.into_iter().map(|(_, error)| error).collect();
        Err(problem)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_told_at_once() {
        let mut query = Query::read("limt=3&limit=0&sort=titel&view=full&view=full", &["limit", "sort", "view"]);
        assert_eq!(query.number("limit", 1, 100, 20), 20);
        assert_eq!(query.one_of("sort", &[("title", 1)], 0), 0);
        let problem = query.finish().expect_err("faults");
        let told: Vec<(&str, Option<&str>)> = problem
            .errors
            .iter()
            .map(|e| (e.parameter.as_deref().unwrap_or_default(), e.did_you_mean.as_deref()))
            .collect();
        assert_eq!(told, [("limt", Some("limit")), ("view", None), ("limit", None), ("sort", Some("title"))]);
    }

    #[test]
    fn numbers_are_digits_within_bounds() {
        let number = |text: &str| {
            let mut query = Query::read(text, &["limit"]);
            let number = query.number("limit", 1, 100, 20);
            query.finish().map(|()| number).ok()
        };
        assert_eq!(number(""), Some(20));
        assert_eq!(number("limit=1"), Some(1));
        assert_eq!(number("limit=100"), Some(100));
        for bad in
            ["limit=0", "limit=101", "limit=+5", "limit=%205", "limit=", "limit=99999999999999999999", "limit=5.0"]
        {
            assert_eq!(number(bad), None, "{bad}");
        }
    }
}

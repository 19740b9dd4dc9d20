//! Query parameters, read all at once: every fault of them is told together.

use std::borrow::Cow;

use super::problem::{Code, INVALID_PARAMETER, Problem, ProblemError, UNKNOWN_PARAMETER};
use crate::model::fault::nearest;

/// The most parameters a query may have, and the most values one of them.
const MOST_PARAMETERS: usize = 30;
pub(super) const MOST_VALUES: usize = 20;

/// The parameters of a request, those the operation takes.
#[derive(Debug)]
pub(super) struct Query<'a> {
    pairs: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    /// The marks of the names that are given: most names that are asked for have none of them.
    marks: u64,
    faults: Vec<(&'static Code, ProblemError)>,
}

impl<'a> Query<'a> {
    /// Reads a query string of an operation that takes these parameters.
    pub(super) fn read(text: &'a str, takes: &[&str]) -> Self {
        if memchr::memchr2(b'%', b'+', text.as_bytes()).is_some() {
            Self::take(url::form_urlencoded::parse(text.as_bytes()), takes)
        } else {
            Self::take(plain(text), takes)
        }
    }

    fn take(given: impl Iterator<Item = (Cow<'a, str>, Cow<'a, str>)>, takes: &[&str]) -> Self {
        let mut query = Self { pairs: Vec::with_capacity(8), marks: 0, faults: Vec::new() };
        for (index, (name, value)) in given.enumerate() {
            if index == MOST_PARAMETERS {
                let detail = format!("There are more than {MOST_PARAMETERS} parameters. Send fewer.");
                query.fault(INVALID_PARAMETER, &shown(&name), detail, None, None);
                break;
            }
            if takes.contains(&&*name) {
                query.marks |= mark(&name);
                query.pairs.push((name, value));
                continue;
            }
            let near = nearest(&name, takes.iter().copied()).map(str::to_owned);
            let name = shown(&name);
            let detail = match (&near, takes) {
                (Some(near), _) => format!("“{name}” is not a parameter here. Did you mean “{near}”?"),
                (None, []) => format!("“{name}” is not a parameter here: there are none."),
                (None, _) => format!("“{name}” is not a parameter here: there are {}.", takes.join(", ")),
            };
            query.fault(UNKNOWN_PARAMETER, &name, detail, near, None);
        }
        query
    }

    /// What is given elsewhere than in an address, by the names that an address would give it.
    pub(super) fn given(pairs: Vec<(String, String)>) -> Self {
        let marks = pairs.iter().fold(0, |marks, (name, _)| marks | mark(name));
        let pairs = pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        Self { pairs, marks, faults: Vec::new() }
    }

    /// Whether a parameter may be given: most that are asked for are not, and are told so at once.
    #[inline]
    const fn may_have(&self, name: &str) -> bool {
        self.marks & mark(name) != 0
    }

    /// Whether a parameter is given.
    #[inline]
    pub(super) fn has(&self, name: &str) -> bool {
        self.may_have(name) && self.of(name).next().is_some()
    }

    /// The values of a parameter, as they are given.
    fn of(&self, name: &str) -> impl Iterator<Item = &Cow<'a, str>> {
        self.pairs.iter().filter(move |(known, _)| known == name).map(|(_, value)| value)
    }

    /// A parameter that is given once.
    #[inline]
    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        if self.may_have(name) { self.given_text(name) } else { None }
    }

    fn given_text(&mut self, name: &str) -> Option<String> {
        let (first, is_repeated) = {
            let mut values = self.of(name);
            (values.next()?.clone().into_owned(), values.next().is_some())
        };
        if is_repeated {
            self.fault(INVALID_PARAMETER, name, format!("“{name}” is given twice."), None, None);
        }
        Some(first)
    }

    /// Values that are given by repeating a parameter, or separated by commas: sorted, each once.
    #[inline]
    pub(super) fn values(&mut self, name: &str) -> Vec<String> {
        if self.may_have(name) { self.given_values(name) } else { Vec::new() }
    }

    fn given_values(&mut self, name: &str) -> Vec<String> {
        let mut values: Vec<String> = Vec::with_capacity(4);
        values.extend(self.of(name).flat_map(|value| parts(value, b',')).map(str::to_owned));
        if values.iter().any(String::is_empty) {
            self.fault(INVALID_PARAMETER, name, format!("“{name}” has an empty value."), None, None);
        }
        if values.len() > MOST_VALUES {
            let detail = format!("“{name}” has more than {MOST_VALUES} values. Send fewer.");
            self.fault(INVALID_PARAMETER, name, detail, None, None);
            values.truncate(MOST_VALUES);
        }
        values.retain(|value| !value.is_empty());
        values.sort_unstable();
        values.dedup();
        values
    }

    /// A whole number between two bounds.
    #[inline]
    pub(super) fn number(&mut self, name: &str, least: usize, most: usize, default: usize) -> usize {
        let Some(text) = self.text(name) else { return default };
        // A sign or a space would be read too; only digits are meant.
        let read = text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten();
        if let Some(number) = read.filter(|number| (least..=most).contains(number)) {
            return number;
        }
        let detail = format!("“{name}” takes a whole number from {least} to {most}.");
        self.fault(INVALID_PARAMETER, name, detail, None, None);
        default
    }

    /// One of some named values.
    #[inline]
    pub(super) fn one_of<T: Copy>(&mut self, name: &str, values: &[(&str, T)], default: T) -> T {
        let Some(text) = self.text(name) else { return default };
        if let Some((_, value)) = values.iter().find(|(known, _)| *known == text) {
            return *value;
        }
        let names: Vec<&str> = values.iter().map(|(name, _)| *name).collect();
        let near = nearest(&text, names.iter().copied()).map(str::to_owned);
        self.fault(INVALID_PARAMETER, name, format!("“{name}” takes one of: {}.", names.join(", ")), near, None);
        default
    }

    /// Any of some named values, in the order of those; `all` where none is given.
    pub(super) fn several<T: Copy>(&mut self, name: &str, values: &[(&str, T)], all: &[T]) -> Vec<T> {
        let given = self.values(name);
        if given.is_empty() {
            return all.to_vec();
        }
        let names: Vec<&str> = values.iter().map(|(name, _)| *name).collect();
        for text in given.iter().filter(|text| !names.contains(&text.as_str())) {
            let near = nearest(text, names.iter().copied()).map(str::to_owned);
            let detail = format!("“{name}” takes some of: {}.", names.join(", "));
            self.fault(INVALID_PARAMETER, name, detail, near, None);
        }
        values.iter().filter(|(name, _)| given.iter().any(|text| text == name)).map(|(_, value)| *value).collect()
    }

    /// Notes a fault.
    pub(super) fn fault(
        &mut self,
        code: &'static Code,
        name: &str,
        detail: String,
        did_you_mean: Option<String>,
        allowed: Option<String>,
    ) {
        let error = ProblemError { parameter: Some(name.to_owned()), pointer: None, detail, allowed, did_you_mean };
        // A parameter may be read more than once; what is wrong with it is told once.
        if !self.faults.iter().any(|(_, told)| *told == error) {
            self.faults.push((code, error));
        }
    }

    /// Every fault, with its sort.
    pub(super) fn into_faults(self) -> Vec<(&'static Code, ProblemError)> {
        self.faults
    }

    /// The problem that the faults make, if there are any.
    pub(super) fn finish(self) -> Result<(), Problem> {
        let Some((code, first)) = self.faults.first() else { return Ok(()) };
        let mut problem = Problem::new(code, first.detail.clone());
        problem.errors = self.faults.into_iter().map(|(_, error)| error).collect();
        Err(problem)
    }
}

/// A bit for a name, which some others have too.
#[inline]
const fn mark(name: &str) -> u64 {
    let first = match name.as_bytes() {
        [first, ..] => *first as usize,
        [] => 0,
    };
    1 << ((first + 5 * name.len()) % 64)
}

/// The pairs of a query string that has nothing in it to decode, as most have not.
fn plain(text: &str) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
    let pairs = parts(text, b'&').filter(|pair| !pair.is_empty()).map(|pair| split_once(pair, b'='));
    pairs.map(|(name, value)| (name.into(), value.unwrap_or_default().into()))
}

/// What stands between the ASCII characters of a sort.
fn parts(text: &str, between: u8) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let (part, after) = split_once(rest?, between);
        rest = after;
        Some(part)
    })
}

/// What stands before an ASCII character, and what after it. Names and values are short: to look for it byte by byte is
/// sooner done than to begin to look for it many bytes at once.
fn split_once(text: &str, at: u8) -> (&str, Option<&str>) {
    let parts = text.bytes().position(|byte| byte == at).and_then(|at| Some((text.get(..at)?, text.get(at + 1..))));
    parts.unwrap_or((text, None))
}

/// As much of a text as a message shows: none of the characters that no message and no page can hold.
pub(super) fn shown(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_told_at_once() {
        let mut query = Query::read("limt=3&limit=0&sort=titel&view=full&view=full", &["limit", "sort", "view"]);
        assert_eq!(query.number("limit", 1, 100, 20), 20);
        assert_eq!(query.one_of("sort", &[("title", 1)], 0), 0);
        assert_eq!(query.one_of("view", &[("full", 1)], 0), 1);
        let problem = query.finish().expect_err("faults");
        let told: Vec<(&str, Option<&str>)> = problem
            .errors
            .iter()
            .map(|e| (e.parameter.as_deref().unwrap_or_default(), e.did_you_mean.as_deref()))
            .collect();
        assert_eq!(told, [("limt", Some("limit")), ("limit", None), ("sort", Some("title")), ("view", None)]);
    }

    #[test]
    fn what_needs_no_decoding_is_read_as_what_does() {
        for text in ["", "a=1", "a", "=1", "a=", "=", "a=1&&b=2&", "&a=b=c&d&=", "a=é&ß=x", "a;b=c"] {
            assert!(plain(text).eq(url::form_urlencoded::parse(text.as_bytes())), "{text}");
        }
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

    #[test]
    fn values_are_repeated_or_separated_and_capped() {
        let values = |text: &str| {
            let mut query = Query::read(text, &["role"]);
            let values = query.values("role");
            query.finish().map(|()| values).ok()
        };
        assert_eq!(values("role=b,a&role=c&role=a"), Some(vec!["a".to_owned(), "b".to_owned(), "c".to_owned()]));
        assert_eq!(values("role="), None);
        assert_eq!(values("role=a,,b"), None);
        let many = |count: usize| (0..count).map(|n| n.to_string()).collect::<Vec<_>>().join(",");
        assert_eq!(values(&format!("role={}", many(20))).map(|v| v.len()), Some(20));
        assert_eq!(values(&format!("role={}", many(21))), None);
        let parameters = |count: usize| vec!["role=a"; count].join("&");
        assert!(Query::read(&parameters(30), &["role"]).finish().is_ok());
        assert!(Query::read(&parameters(31), &["role"]).finish().is_err());
    }
}

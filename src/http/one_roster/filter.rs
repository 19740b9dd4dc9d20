//! The filter of OneRoster: `field OP 'value'`, joined by AND and OR, as clients really send it: without spaces round
//! operators, in parentheses, with values in single or double quotes or in none, with dotted fields and plain dates.

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::Value;

use crate::formats::one_roster::Resource;
use crate::model::fault::nearest;
use crate::model::members::members;

/// The longest filter, in characters.
pub(super) const LONGEST: usize = 2_048;

/// How many comparisons a filter may have: each is made with everything that a collection holds.
pub(in crate::http) const MOST: usize = 50;

/// How deep parentheses may stand in one another.
const DEEPEST: usize = 8;

/// What must be true of what is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Filter {
    All(Vec<Filter>),
    Any(Vec<Filter>),
    Is(Predicate),
}

/// A comparison. Of a list, one item must fit; what is not there fits nothing but `!=`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Predicate {
    field: String,
    within: Option<String>,
    operator: Operator,
    value: Operand,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    Contains,
}

impl Operator {
    /// As they are written; those that begin with another stand before it.
    const ALL: [(&str, Self); 7] = [
        ("!=", Self::NotEqual),
        (">=", Self::GreaterOrEqual),
        ("<=", Self::LessOrEqual),
        ("=", Self::Equal),
        (">", Self::Greater),
        ("<", Self::Less),
        ("~", Self::Contains),
    ];
}

/// What is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Operand {
    /// Text, in small letters: case does not matter.
    Text(String),
    /// A moment.
    Moment(Timestamp),
}

/// Why a filter cannot be used.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// Where, counted in characters from 1.
    pub(super) position: usize,
    /// What is wrong there.
    pub(super) detail: String,
    /// Whether a field is named that there is none of.
    pub(super) is_unknown_field: bool,
    /// The nearest field that there is.
    pub(super) near: Option<&'static str>,
}

impl Filter {
    /// That a field has this value.
    pub(super) fn is(field: &str, within: &str, value: &str) -> Self {
        Self::compared(field, Some(within), value)
    }

    fn compared(field: &str, within: Option<&str>, value: &str) -> Self {
        Self::Is(Predicate {
            field: field.to_owned(),
            within: within.map(str::to_owned),
            operator: Operator::Equal,
            value: Operand::Text(value.to_lowercase()),
        })
    }

    /// That this is its id.
    pub(super) fn named(sourced_id: &str) -> Self {
        Self::compared("sourcedId", None, sourced_id)
    }

    /// Reads a filter on a resource; any field will do where there is none.
    pub(super) fn read(text: &str, resource: Option<Resource>) -> Result<Self, Fault> {
        let mut reader = Reader { rest: text, text, resource, count: 0 };
        if text.chars().count() > LONGEST {
            return Err(reader.fault(format!("a filter has {LONGEST} characters at most")));
        }
        let filter = reader.any(0)?;
        reader.skip_space();
        if reader.rest.is_empty() { Ok(filter) } else { Err(reader.fault("AND, OR or the end is wanted".to_owned())) }
    }

    /// Whether what is told, given as JSON, fits.
    pub(super) fn fits(&self, json: &[u8]) -> bool {
        match self {
            Self::All(all) => all.iter().all(|filter| filter.fits(json)),
            Self::Any(any) => any.iter().any(|filter| filter.fits(json)),
            Self::Is(predicate) => predicate.fits(json),
        }
    }
}

impl Predicate {
    fn fits(&self, json: &[u8]) -> bool {
        let [member] = members(json, [&self.field]);
        let member = member.and_then(|member| serde_json::from_str::<Value>(member).ok()).unwrap_or_default();
        let items = if let Value::Array(items) = member { items } else { vec![member] };
        let texts = items.iter().filter_map(|item| {
            let item = self.within.as_ref().map_or(Some(item), |within| item.get(within))?;
            item.as_str()
        });
        if self.operator == Operator::NotEqual {
            return !texts.into_iter().any(|text| self.compares(Operator::Equal, text));
        }
        texts.into_iter().any(|text| self.compares(self.operator, text))
    }

    fn compares(&self, operator: Operator, text: &str) -> bool {
        let (order, contains) = match &self.value {
            Operand::Moment(moment) => (text.parse::<Timestamp>().ok().map(|text| text.cmp(moment)), false),
            Operand::Text(value) => {
                let text = text.to_lowercase();
                let numbers = text.parse::<i64>().ok().zip(value.parse::<i64>().ok());
                let order = numbers.map_or_else(|| text.cmp(value), |(text, value)| text.cmp(&value));
                (Some(order), text.contains(value.as_str()))
            }
        };
        let Some(order) = order else { return false };
        match operator {
            Operator::Equal => order.is_eq(),
            Operator::NotEqual => order.is_ne(),
            Operator::Greater => order.is_gt(),
            Operator::GreaterOrEqual => order.is_ge(),
            Operator::Less => order.is_lt(),
            Operator::LessOrEqual => order.is_le(),
            Operator::Contains => contains,
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    rest: &'a str,
    resource: Option<Resource>,
    /// How many comparisons are read.
    count: usize,
}

impl<'a> Reader<'a> {
    fn fault(&self, detail: String) -> Fault {
        let read = self.text.len() - self.rest.len();
        let position = self.text.get(..read).unwrap_or_default().chars().count() + 1;
        Fault { position, detail, is_unknown_field: false, near: None }
    }

    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn take(&mut self, token: &str) -> bool {
        let rest = self.rest.strip_prefix(token);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// Takes AND or OR, which a space or a parenthesis ends.
    fn take_word(&mut self, word: &str) -> bool {
        self.skip_space();
        let Some((begun, rest)) = self.rest.split_at_checked(word.len()) else { return false };
        let is_it = begun.eq_ignore_ascii_case(word)
            && rest.chars().next().is_none_or(|next| next.is_whitespace() || next == '(');
        if is_it {
            self.rest = rest;
        }
        is_it
    }

    /// Takes as much as fits.
    fn take_while(&mut self, fits: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|next| !fits(next)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    /// What OR joins, which binds less than AND.
    fn any(&mut self, depth: usize) -> Result<Filter, Fault> {
        let mut any = vec![self.all(depth)?];
        while self.take_word("OR") {
            any.push(self.all(depth)?);
        }
        Ok(if any.len() == 1 { any.remove(0) } else { Filter::Any(any) })
    }

    fn all(&mut self, depth: usize) -> Result<Filter, Fault> {
        let mut all = vec![self.one(depth)?];
        while self.take_word("AND") {
            all.push(self.one(depth)?);
        }
        Ok(if all.len() == 1 { all.remove(0) } else { Filter::All(all) })
    }

    fn one(&mut self, depth: usize) -> Result<Filter, Fault> {
        self.skip_space();
        if depth == DEEPEST && self.rest.starts_with('(') {
            return Err(self.fault(format!("parentheses stand {DEEPEST} deep at most")));
        }
        if !self.take("(") {
            return self.predicate().map(Filter::Is);
        }
        let filter = self.any(depth + 1)?;
        self.skip_space();
        if self.take(")") { Ok(filter) } else { Err(self.fault("AND, OR or “)” is wanted".to_owned())) }
    }

    fn predicate(&mut self) -> Result<Predicate, Fault> {
        if self.count == MOST {
            return Err(self.fault(format!("a filter has {MOST} comparisons at most")));
        }
        self.count += 1;
        let before = self.rest;
        let name = self.take_while(|next| next.is_alphanumeric() || matches!(next, '.' | '_' | ':' | '-'));
        let (field, within) = name.split_once('.').map_or((name, None), |(field, within)| (field, Some(within)));
        let at_name = Reader { rest: before, ..*self };
        if name.is_empty() {
            return Err(at_name.fault("a field is wanted".to_owned()));
        }
        if let Some(resource) = self.resource {
            let fields = resource.fields();
            if !fields.contains(&field) {
                let near = nearest(field, fields.iter().copied());
                let fault = at_name.fault(match near {
                    Some(near) => format!("“{field}” is not a field of {}; did you mean “{near}”?", resource.many()),
                    None => format!("“{field}” is not a field of {}", resource.many()),
                });
                return Err(Fault { is_unknown_field: true, near, ..fault });
            }
            at_name.check_within(field, within)?;
        }
        self.skip_space();
        let operator = Operator::ALL.iter().find(|(token, _)| self.take(token)).map(|(_, operator)| *operator);
        let Some(operator) = operator else {
            return Err(self.fault("an operator is wanted: = != > >= < <= or ~".to_owned()));
        };
        self.skip_space();
        let at_value = Reader { rest: self.rest, ..*self };
        let text = self.value()?;
        let value = match field {
            "dateLastModified" if operator != Operator::Contains => {
                let detail = "a date or a moment is wanted, such as '2026-11-23' or '2026-11-23T09:30:00Z'";
                Operand::Moment(moment(&text).ok_or_else(|| at_value.fault(detail.to_owned()))?)
            }
            "startDate" | "endDate" if operator != Operator::Contains => {
                let detail = "a date is wanted, such as '2026-11-23'";
                Operand::Text(day(&text).ok_or_else(|| at_value.fault(detail.to_owned()))?.to_string())
            }
            _ => Operand::Text(text.to_lowercase()),
        };
        Ok(Predicate { field: field.to_owned(), within: within.map(str::to_owned), operator, value })
    }

    /// A reference is compared by one of its members, metadata by its own; anything else has none.
    fn check_within(&self, field: &str, within: Option<&str>) -> Result<(), Fault> {
        let members: &[&str] = match field {
            "org" | "parent" | "children" | "course" | "school" | "terms" | "resources" => {
                &["sourcedId", "href", "type"]
            }
            "metadata" => &["address", "url"],
            _ => &[],
        };
        let written: Vec<String> = members.iter().map(|member| format!("{field}.{member}")).collect();
        match within {
            None if members.is_empty() => Ok(()),
            Some(within) if members.contains(&within) => Ok(()),
            Some(_) if members.is_empty() => {
                Err(Fault { is_unknown_field: true, ..self.fault(format!("“{field}” has no fields of its own")) })
            }
            _ => Err(Fault {
                is_unknown_field: true,
                ..self.fault(format!("“{field}” is compared by its own fields: {}", written.join(", ")))
            }),
        }
    }

    /// A value: in quotes, where a quote is doubled that belongs to it, or as far as a space or a parenthesis.
    fn value(&mut self) -> Result<String, Fault> {
        let at_value = Reader { rest: self.rest, ..*self };
        let Some(quote) = self.rest.chars().next().filter(|quote| matches!(quote, '\'' | '"')) else {
            let value = self.take_while(|next| !next.is_whitespace() && !matches!(next, '(' | ')' | '\'' | '"'));
            let detail = "a value is wanted, in single quotes";
            return if value.is_empty() { Err(at_value.fault(detail.to_owned())) } else { Ok(value.to_owned()) };
        };
        let twice = format!("{quote}{quote}");
        // Some clients double the quotes round a value too. Two quotes and an end are an empty value.
        let is_begun = |next: char| !next.is_whitespace() && next != ')' && next != quote;
        if let Some(rest) = self.rest.strip_prefix(&twice)
            && rest.starts_with(is_begun)
            && let Some((value, rest)) = rest.split_once(&twice)
        {
            self.rest = rest;
            return Ok(value.to_owned());
        }
        self.rest = self.rest.strip_prefix(quote).unwrap_or(self.rest);
        let mut value = String::new();
        loop {
            value.push_str(self.take_while(|next| next != quote));
            if self.take(&twice) {
                value.push(quote);
            } else if self.take(quote.encode_utf8(&mut [0; 4])) {
                return Ok(value);
            } else {
                return Err(at_value.fault("the quote that begins here is not closed".to_owned()));
            }
        }
    }
}

/// A moment, or the beginning of a day in UTC.
fn moment(text: &str) -> Option<Timestamp> {
    // The + of an offset is a space where an address leaves it as it is.
    let text = text.trim().replace(' ', "+");
    // A moment without an offset is one in UTC, a day the beginning of it.
    let rest = if text.len() == 10 { "T00:00:00Z" } else { "Z" };
    text.parse().or_else(|_| format!("{text}{rest}").parse()).ok()
}

/// A day, or that of a moment as it is written.
fn day(text: &str) -> Option<Date> {
    text.trim().get(..10)?.parse().ok().filter(|_| text.trim().len() == 10 || moment(text).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLASS: &[u8] = br#"{"sourcedId":"4a","status":"active","dateLastModified":"2026-11-23T09:30:00.000Z","title":"O'Brien (Leeds)","course":{"href":"https://d/c","sourcedId":"c1","type":"course"},"terms":[{"sourcedId":"open"}],"schoolYear":"2027","startDate":"2026-04-01"}"#;

    fn fits(filter: &str) -> bool {
        Filter::read(filter, None).unwrap_or_else(|fault| panic!("{filter}: {fault:?}")).fits(CLASS)
    }

    #[test]
    fn filters_are_read_as_clients_send_them() {
        for (filter, wanted) in [
            ("status='active'", true),
            ("status = 'active'", true),
            ("status!='active'", false),
            ("status='ACTIVE'", true),
            ("status=active", true),
            ("status=\"active\"", true),
            ("status=''active''", true),
            ("location=''", false),
            ("location!='Leeds'", true),
            ("title='O''Brien (Leeds)'", true),
            ("title~'brien'", true),
            ("title~'leeds' AND status='active'", true),
            ("title~'york' and status='active'", false),
            ("title~'york' OR status='active'", true),
            ("status='x' OR status='active' AND title~'york'", false),
            ("(status='x' OR status='active') AND title~'brien'", true),
            ("status='active'AND(title~'brien')", true),
            ("((status=active))", true),
            ("course.sourcedId='c1'", true),
            ("course.sourcedId='C1'", true),
            ("course.sourcedId='c2'", false),
            ("terms.sourcedId='open'", true),
            ("schoolYear>2026", true),
            ("schoolYear>'999'", true),
            ("schoolYear>=2028", false),
            ("dateLastModified>'2026-11-23'", true),
            ("dateLastModified>2026-11-23", true),
            ("dateLastModified>'2026-11-24'", false),
            ("dateLastModified>='2026-11-23T09:30:00.000Z'", true),
            ("dateLastModified>'2026-11-23T09:30:00Z'", false),
            ("dateLastModified<'2026-11-23T11:00:00+01:00'", true),
            ("dateLastModified<'2026-11-23T11:00:00 01:00'", true),
            ("dateLastModified>'2026-11-23T09:29:59'", true),
            ("startDate<='2026-04-01'", true),
            ("startDate>'2026-03-31T00:00:00Z'", true),
        ] {
            assert_eq!(fits(filter), wanted, "{filter}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_told_with_its_place() {
        let fault = |filter: &str| Filter::read(filter, Some(Resource::Classes)).expect_err(filter);
        for (filter, position, part) in [
            ("", 1, "a field is wanted"),
            ("status", 7, "an operator is wanted"),
            ("status=", 8, "a value is wanted"),
            ("status='active", 8, "not closed"),
            ("status='active' status='x'", 17, "AND, OR or the end"),
            ("(status='active'", 17, "“)” is wanted"),
            ("status='active')", 16, "the end is wanted"),
            ("status='active' AND", 20, "a field is wanted"),
            ("title='é' AND colour='x'", 15, "not a field"),
            ("dateLastModified>'yesterday'", 18, "a date or a moment"),
            ("dateLastModified>'2026-13-01'", 18, "a date or a moment"),
            ("course='x'", 1, "course.sourcedId"),
            ("course.title='x'", 1, "course.sourcedId"),
            ("title.x='x'", 1, "no fields of its own"),
            ("(((((((((status='a')))))))))", 9, "deep"),
        ] {
            let fault = fault(filter);
            assert!(fault.position == position && fault.detail.contains(part), "{filter}: {fault:?}");
        }
        let many = |count: usize| vec!["title='x'"; count].join(" OR ");
        assert!(Filter::read(&many(MOST), None).is_ok());
        let many = fault(&many(MOST + 1));
        assert!(many.position == 651 && many.detail.contains("50 comparisons"), "{many:?}");
        let unknown = fault("titel='x'");
        assert_eq!((unknown.is_unknown_field, unknown.near), (true, Some("title")));
        assert!(!fault("title?'x'").is_unknown_field);
        assert!(Filter::read(&"(".repeat(3_000), None).is_err());
        assert!(Filter::read("role='student'", None).is_ok(), "what nothing is held of has fields of its own");
    }
}

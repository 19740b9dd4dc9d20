//! The file that Moodle's and Totara's course upload reads (`tool_uploadcourse`).

use std::borrow::Cow;
use std::collections::HashMap;

use maud::html;
use memchr::memchr3;
use serde_json::Value;
use smallvec::SmallVec;

use super::report::{Finding, Rules};
use super::{Form, Subject, plain, table};
use crate::model::members::{members, text};

/// A custom field of a course, and the column of the directory's own table that it is filled from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomField {
    /// Its short name in Moodle.
    pub name: String,
    /// The path of the member that it tells.
    pub column: String,
}

/// Courses, one for each programme. What was taken out is hidden: deleting it would delete what learners have done.
#[derive(Debug, Default)]
pub struct Courses {
    /// The category, by its ID number; the importer's own where there is none.
    pub category: Option<String>,
    /// The custom fields, in order.
    pub custom_fields: Vec<CustomField>,
}

impl Form for Courses {
    fn begin(&mut self, out: &mut Vec<u8>) {
        let names: Vec<String> = self.custom_fields.iter().map(|field| format!("customfield_{}", field.name)).collect();
        let category = self.category.as_ref().map(|_| "category_idnumber");
        let columns = ["shortname", "fullname", "idnumber", "visible", "summary"].into_iter().chain(category);
        table::row(out, columns.chain(names.iter().map(String::as_str)));
    }

    fn entry(&mut self, subject: &Subject<'_>, out: &mut Vec<u8>) {
        let names = ["uid", "title", "summary", "url"];
        let [uid, title, summary, url] = members(subject.json, names).map(text);
        let [uid, title, summary] = [uid, title, summary].map(Option::unwrap_or_default);
        let visible = if subject.is_there { "1" } else { "0" };
        let summary = about(&summary, url.as_deref());
        let cells = [subject.first_id, &*title, &*uid, visible, &*summary];
        let cells = cells.into_iter().chain(self.category.as_deref());
        if self.custom_fields.is_empty() {
            row(out, cells);
            return;
        }
        let entry: Value = serde_json::from_slice(subject.json).unwrap_or_default();
        let fields: Vec<Cow<'_, str>> =
            self.custom_fields.iter().map(|field| plain::cell(&entry, &field.column)).collect();
        row(out, cells.chain(fields.iter().map(AsRef::as_ref)));
    }
}

/// Writes a row as PHP reads it (`fgetcsv`): it takes a quote after a backslash for part of the cell, and a backslash at
/// the end for one before the quote that closes it.
fn row<'a>(out: &mut Vec<u8>, cells: impl Iterator<Item = &'a str>) {
    let cells: SmallVec<[Cow<'_, str>; 8]> = cells.map(for_php).collect();
    table::row(out, cells.iter().map(AsRef::as_ref));
}

/// A cell without a backslash that PHP would take otherwise: in JSON an escaped quote is written by its number (RFC 8259
/// §7); in text a slash stands instead.
fn for_php(cell: &str) -> Cow<'_, str> {
    // Most have none at all, which is found out soonest.
    if !cell.contains('\\') || (!cell.contains("\\\"") && !cell.ends_with('\\')) {
        return Cow::Borrowed(cell);
    }
    if cell.starts_with(['[', '{']) {
        return Cow::Owned(json_for_php(cell));
    }
    let cell = cell.replace("\\\"", "/\"");
    Cow::Owned(cell.strip_suffix('\\').map_or_else(|| cell.clone(), |rest| format!("{rest}/")))
}

/// JSON without escaped quotes. JSON and PHP agree which backslash is the first of a pair: a quote after a pair of
/// backslashes is escaped for neither.
fn json_for_php(json: &str) -> String {
    let mut written = String::with_capacity(json.len());
    let mut rest = json.chars();
    while let Some(next) = rest.next() {
        let escaped = if next == '\\' { rest.next() } else { None };
        if escaped == Some('"') {
            written.push_str("\\u0022");
        } else {
            written.push(next);
            written.extend(escaped);
        }
    }
    written
}

/// The summary as HTML, which is what Moodle takes it for, with a link to where the programme really is.
fn about(summary: &str, url: Option<&str>) -> String {
    // What has nothing to be escaped, as most texts, is not looked at letter by letter.
    let is_plain = |text: &str| memchr3(b'&', b'<', b'>', text.as_bytes()).is_none() && !text.contains('"');
    if is_plain(summary) && url.is_none_or(is_plain) {
        let link = url.map_or_else(String::new, |url| ["<p><a href=\"", url, "\">", url, "</a></p>"].concat());
        return ["<p>", summary, "</p>", &link].concat();
    }
    let text = html! {
        p { (summary) }
        @if let Some(url) = url { p { a href=(url) { (url) } } }
    };
    text.into_string()
}

/// The longest full name of a course, in characters, that every Moodle takes.
const LONGEST_NAME: usize = 254;

/// What the course upload refuses or changes.
#[derive(Debug, Default)]
pub struct CourseRules {
    /// The rows that have each full name already.
    names: HashMap<String, String>,
}

impl Rules for CourseRules {
    fn findings(&mut self, subject: &Subject<'_>) -> Vec<Finding> {
        let row = subject.first_id;
        let [title, url] = members(subject.json, ["title", "url"]).map(text);
        let title = title.unwrap_or_default().into_owned();
        let mut findings = Vec::new();
        let length = title.chars().count();
        if length > LONGEST_NAME {
            let detail = format!("The full name has {length} characters; older Moodles take {LONGEST_NAME}.");
            findings.push(Finding::warning(row, "fullname", detail, "Shorten the programme's title."));
        }
        if title.contains('<') {
            let detail = "The full name has a “<”, from which Moodle drops what looks like mark-up.".to_owned();
            findings.push(Finding::warning(row, "fullname", detail, "Write the programme's title without it."));
        }
        if table::is_guarded(&title) {
            let detail = "The full name begins as a formula does: an apostrophe stands before it.".to_owned();
            findings.push(Finding::warning(row, "fullname", detail, "Begin the programme's title with a letter."));
        }
        if url.is_none() && subject.is_there {
            let detail = "The programme has no known address: the course leads nowhere.".to_owned();
            findings.push(Finding::warning(
                row,
                "summary",
                detail,
                "Add where it is to be found to the course by hand.",
            ));
        }
        if let Some(other) = self.names.get(&title) {
            let detail = format!("The course {other} has the same full name: learners cannot tell them apart.");
            findings.push(Finding::warning(row, "fullname", detail, "Fill a custom field that tells them apart."));
        } else {
            self.names.insert(title, row.to_owned());
        }
        findings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_backslash_stands_before_a_quote_or_at_an_end() {
        for (cell, written) in [
            ("plain", "plain"),
            ("a\\b", "a\\b"),
            ("say \\\"x\\\"", "say /\"x/\""),
            ("ends\\", "ends/"),
            (r#"[{"a":"\"x\""}]"#, r#"[{"a":"\u0022x\u0022"}]"#),
            (r#"[{"a":"x\\"}]"#, r#"[{"a":"x\\"}]"#),
            (r#"["\\\"x","\n\u00e9\""]"#, r#"["\\\u0022x","\n\u00e9\u0022"]"#),
        ] {
            assert_eq!(for_php(cell), written);
            if cell.starts_with(['[', '{']) {
                let read = |json: &str| serde_json::from_str::<Value>(json).expect("JSON");
                assert_eq!(read(written), read(cell));
            }
        }
    }

    #[test]
    fn a_summary_is_the_same_mark_up_with_and_without_something_to_escape() {
        let link = |address: &str| format!("<p><a href=\"{address}\">{address}</a></p>");
        assert_eq!(about("Short.", None), "<p>Short.</p>");
        assert_eq!(
            about("Short.", Some("https://a.example/b")),
            format!("<p>Short.</p>{}", link("https://a.example/b"))
        );
        let escaped = about("A & B", Some("https://a.example/?b=1&c=<2>"));
        assert_eq!(escaped, format!("<p>A &amp; B</p>{}", link("https://a.example/?b=1&amp;c=&lt;2&gt;")));
    }
}

//! The file that Moodle's and Totara's course upload reads (`tool_uploadcourse`).

use std::borrow::Cow;

use serde_json::Value;

use super::members::{members, text};
use super::{Form, Subject, html, plain, table};

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
            table::row(out, cells);
            return;
        }
        let entry: Value = serde_json::from_slice(subject.json).unwrap_or_default();
        let fields: Vec<Cow<'_, str>> =
            self.custom_fields.iter().map(|field| plain::cell(&entry, &field.column)).collect();
        table::row(out, cells.chain(fields.iter().map(AsRef::as_ref)));
    }
}

/// The summary as HTML, which is what Moodle takes it for, with a link to where the programme really is.
fn about(summary: &str, url: Option<&str>) -> String {
    let mut text = String::with_capacity(summary.len() + 64);
    text.push_str("<p>");
    html::push(&mut text, summary);
    text.push_str("</p>");
    if let Some(url) = url {
        text.push_str("<p><a href=\"");
        html::push(&mut text, url);
        text.push_str("\">");
        html::push(&mut text, url);
        text.push_str("</a></p>");
    }
    text
}

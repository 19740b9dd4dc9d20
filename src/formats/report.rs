//! What an importer would refuse of a file, or take otherwise than it was meant, and why.

use serde::Serialize;
use serde_json::Value;

use super::{Form, Subject};
use crate::model::fault::Severity;
use crate::model::members::{members, text};

/// The most findings that are told; all are counted.
pub const MOST: usize = 1_000;

/// What is wrong with a row, or will be seen otherwise than it was meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The row's own id in the file.
    pub row: String,
    /// The column or property.
    pub column: &'static str,
    /// Whether the importer refuses the row, or only somebody should look at it.
    pub severity: Severity,
    /// What is wrong.
    pub detail: String,
    /// What to do about it.
    pub fix: String,
}

impl Finding {
    /// A row that is refused.
    pub(super) fn error(row: &str, column: &'static str, detail: String, fix: &str) -> Self {
        Self { row: row.to_owned(), column, severity: Severity::Error, detail, fix: fix.to_owned() }
    }

    /// A row that somebody should look at.
    pub(super) fn warning(row: &str, column: &'static str, detail: String, fix: &str) -> Self {
        Self { severity: Severity::Warning, ..Self::error(row, column, detail, fix) }
    }
}

/// The rules of an importer.
pub trait Rules: Send {
    /// What it would find in the rows of an entry.
    fn findings(&mut self, subject: &Subject<'_>) -> Vec<Finding>;

    /// What it would find in the file as a whole.
    fn at_the_end(&mut self, _rows: usize) -> Vec<Finding> {
        Vec::new()
    }
}

/// A report on a file, made as the file is.
pub struct Report {
    rules: Box<dyn Rules>,
    change_number: i64,
    links: Value,
    tally: Tally,
}

/// How much was looked at, and how much found.
#[derive(Default, Clone, Copy)]
struct Tally {
    entries: usize,
    told: usize,
    errors: usize,
    warnings: usize,
}

impl Report {
    /// A report by an importer's rules on the file that shows this change number, with the addresses to tell in it.
    #[must_use]
    pub fn new(rules: Box<dyn Rules>, change_number: i64, links: Value) -> Self {
        Self { rules, change_number, links, tally: Tally::default() }
    }

    fn tell(&mut self, findings: Vec<Finding>, entry: &Value, out: &mut Vec<u8>) {
        for finding in findings {
            match finding.severity {
                Severity::Error => self.tally.errors += 1,
                Severity::Warning => self.tally.warnings += 1,
            }
            if self.tally.told == MOST {
                continue;
            }
            let mut told = entry.clone();
            if let (Value::Object(told), Ok(Value::Object(finding))) = (&mut told, serde_json::to_value(&finding)) {
                told.extend(finding);
            }
            out.extend_from_slice(if self.tally.told == 0 { b"\n" } else { b",\n" });
            out.extend_from_slice(told.to_string().as_bytes());
            self.tally.told += 1;
        }
    }
}

impl Form for Report {
    fn begin(&mut self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"data\":[");
    }

    fn entry(&mut self, subject: &Subject<'_>, out: &mut Vec<u8>) {
        self.tally.entries += 1;
        let findings = self.rules.findings(subject);
        if findings.is_empty() {
            return;
        }
        let [kind, id, uid] = members(subject.json, ["kind", "id", "uid"]).map(text);
        self.tell(findings, &serde_json::json!({"kind": kind, "id": id, "uid": uid}), out);
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        let findings = self.rules.at_the_end(self.tally.entries);
        self.tell(findings, &serde_json::json!({"kind": null, "id": null, "uid": null}), out);
        let Tally { entries, told, errors, warnings } = self.tally;
        let meta = serde_json::json!({
            "changeNumber": self.change_number, "entries": entries, "errors": errors, "warnings": warnings, "told": told,
        });
        out.extend_from_slice(format!("],\"meta\":{meta},\"links\":{}}}\n", self.links).as_bytes());
    }
}

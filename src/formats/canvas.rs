//! The files that Canvas's SIS import reads: accounts, terms and courses, always complete.

use std::collections::{BTreeSet, HashMap};

use super::occasions::{Session, course_format, occasions, sessions};
use super::report::{Finding, Rules};
use super::{Form, Subject, table};
use crate::model::entry::Programme;
use crate::model::members::{members, text};

/// The uids of organisations, by their reference (`provider/kings-fund`, `academy/lla-london`).
pub type Organisations = HashMap<String, String>;

/// Courses: one for each occasion. What cannot be taken any more is completed: deleting it would take their work from
/// those who were on it.
#[derive(Debug)]
pub struct Courses {
    /// Whose accounts the courses are in.
    pub organisations: Organisations,
}

impl Form for Courses {
    fn begin(&mut self, out: &mut Vec<u8>) {
        let columns = "course_id,short_name,long_name,account_id,term_id,status,start_date,end_date,course_format";
        table::row(out, columns.split(','));
    }

    fn entry(&mut self, subject: &Subject<'_>, out: &mut Vec<u8>) {
        let Ok(programme) = serde_json::from_slice::<Programme>(subject.json) else { return };
        for occasion in occasions(&programme, subject.is_there) {
            let offering = occasion.offering;
            let id = offering.map_or(String::new(), |offering| format!("/{}", offering.id.as_str()));
            let account = self.organisations.get(occasion.organiser(&programme).as_str());
            let day = |date: &str, time: &str| if date.len() == 10 { format!("{date}T{time}Z") } else { String::new() };
            let start = offering.and_then(|o| o.start.as_ref()).map_or(String::new(), |d| day(d.as_str(), "00:00:00"));
            let end = offering.and_then(|o| o.end.as_ref()).map_or(String::new(), |d| day(d.as_str(), "23:59:59"));
            table::row(
                out,
                [
                    &*occasion.uid.to_string(),
                    &format!("{}{id}", subject.first_id),
                    &occasion.title(&programme),
                    account.map_or("", String::as_str),
                    &term_id(occasion.session()),
                    if occasion.is_open { "active" } else { "completed" },
                    &start,
                    &end,
                    course_format(occasion.modes(&programme)).unwrap_or_default(),
                ],
            );
        }
    }
}

/// Accounts: one for each provider and academy, below the one it is a part of. What was taken out stays, since the
/// courses that were completed are in it.
#[derive(Debug)]
pub struct Accounts {
    /// The uids of those that accounts are below.
    pub organisations: Organisations,
}

impl Form for Accounts {
    fn begin(&mut self, out: &mut Vec<u8>) {
        table::row(out, ["account_id", "parent_account_id", "name", "status"]);
    }

    fn entry(&mut self, subject: &Subject<'_>, out: &mut Vec<u8>) {
        let [uid, title] = members(subject.json, ["uid", "title"]).map(text).map(Option::unwrap_or_default);
        let above = above(subject.json).and_then(|above| self.organisations.get(&above)).map_or("", String::as_str);
        table::row(out, [&*uid, above, &*title, "active"]);
    }
}

/// The account that an organisation's is below: that of the provider it is a part or a partner of.
#[must_use]
pub fn above(json: &[u8]) -> Option<String> {
    let [parent, provider] = members(json, ["parent", "provider"]).map(text);
    parent.or(provider).map(|above| format!("provider/{above}"))
}

/// The id of a term: among all others of a Canvas, where `open` alone may be somebody else's.
fn term_id(session: Session) -> String {
    format!("leadership-{}", session.id())
}

/// Terms: the one that is always open, and every financial year that an offering begins in.
#[derive(Debug, Default)]
pub struct Terms {
    sessions: BTreeSet<Session>,
}

impl Form for Terms {
    fn begin(&mut self, out: &mut Vec<u8>) {
        table::row(out, ["term_id", "name", "status", "start_date", "end_date"]);
        self.sessions.insert(Session::Open);
    }

    fn entry(&mut self, subject: &Subject<'_>, _out: &mut Vec<u8>) {
        self.sessions.extend(sessions(subject.json));
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        for session in &self.sessions {
            // A term with dates would close the courses that have none of their own, and a course goes on after the year in
            // which it begins.
            table::row(out, [&*term_id(*session), &session.title(), "active", "", ""]);
        }
    }
}

/// The longest name that Canvas keeps, in characters.
const LONGEST_NAME: usize = 255;

/// What the SIS import refuses or does not tell.
#[derive(Debug)]
pub struct CourseRules {
    /// The accounts that there are.
    pub organisations: Organisations,
}

impl Rules for CourseRules {
    fn findings(&mut self, subject: &Subject<'_>) -> Vec<Finding> {
        let Ok(programme) = serde_json::from_slice::<Programme>(subject.json) else { return Vec::new() };
        let mut findings = Vec::new();
        for occasion in occasions(&programme, subject.is_there) {
            let row = occasion.uid.to_string();
            let length = occasion.title(&programme).chars().count();
            if length > LONGEST_NAME {
                let detail = format!("The long name has {length} characters; Canvas takes {LONGEST_NAME}.");
                findings.push(Finding::error(&row, "long_name", detail, "Shorten the title, or the offering's place."));
            }
            let organiser = occasion.organiser(&programme);
            if !self.organisations.contains_key(organiser.as_str()) {
                let detail = format!("There is no account for {}.", organiser.as_str());
                findings.push(Finding::error(&row, "account_id", detail, "Add it to the directory."));
            }
            let Some(offering) = occasion.offering.filter(|offering| !offering.withdrawn) else { continue };
            for (column, day) in [("start_date", &offering.start), ("end_date", &offering.end)] {
                if let Some(day) = day.as_ref().filter(|day| day.as_str().len() < 10) {
                    let detail = format!("Only “{}” is stated, which is no day: the cell is empty.", day.as_str());
                    findings.push(Finding::warning(&row, column, detail, "Add the day when it is known."));
                }
            }
        }
        findings
    }
}

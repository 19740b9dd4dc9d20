//! What a system that reads OneRoster would take otherwise than it is meant: most make a course of each class, named by
//! its title and dated by its term.

use std::collections::HashMap;

use crate::formats::Subject;
use crate::formats::canvas::Organisations;
use crate::formats::occasions::{Session, occasions};
use crate::formats::report::{Finding, Rules};
use crate::model::entry::Programme;

/// The longest title that the learning systems we know keep as the name of a course, in characters.
const LONGEST_TITLE: usize = 254;

/// What is left out, or seen otherwise than it is meant.
#[derive(Debug)]
pub struct ClassRules {
    organisations: Organisations,
    /// The classes that have each title already.
    titles: HashMap<String, String>,
}

impl ClassRules {
    /// The rules, with the organisations that there are.
    #[must_use]
    pub fn new(organisations: Organisations) -> Self {
        Self { organisations, titles: HashMap::new() }
    }
}

impl Rules for ClassRules {
    fn findings(&mut self, subject: &Subject<'_>) -> Vec<Finding> {
        let Ok(programme) = serde_json::from_slice::<Programme>(subject.json) else { return Vec::new() };
        let mut findings = Vec::new();
        for occasion in occasions(&programme, subject.is_there).iter().filter(|occasion| occasion.is_open) {
            let row = occasion.uid.to_string();
            let organiser = occasion.organiser(&programme);
            if !self.organisations.contains_key(organiser.as_str()) {
                let detail = format!("{} is not told to anybody yet: the class is left out.", organiser.as_str());
                findings.push(Finding::error(&row, "school", detail, "Publish it."));
            }
            let title = occasion.title(&programme);
            let length = title.chars().count();
            if length > LONGEST_TITLE {
                let detail = format!("The title has {length} characters; learning systems keep {LONGEST_TITLE}.");
                findings.push(Finding::warning(&row, "title", detail, "Shorten the title, or the offering's place."));
            }
            if let Some(other) = self.titles.insert(title, row.clone()) {
                let detail = format!("The class {other} has the same title: learners cannot tell them apart.");
                findings.push(Finding::warning(&row, "title", detail, "Tell them apart by the title or the place."));
            }
            let is_dated = occasion.session() != Session::Open;
            if occasion.offering.is_some_and(|offering| !is_dated && !offering.always_open) {
                let detail =
                    "In which month the offering begins is not known: the class is in the session that is always open.";
                findings.push(Finding::warning(&row, "terms", detail.to_owned(), "Add the date when it is known."));
            }
        }
        findings
    }
}

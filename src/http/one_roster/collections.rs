//! The collections of the rostering service (OneRoster 1.2), and what is within them.

use crate::formats::one_roster::Resource;
use crate::http::problem::{NOT_FOUND, Problem};
use crate::http::query::shown;
use crate::model::fault::nearest;

/// A collection: its name in addresses, what it is of, and the name of its list in answers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Collection {
    pub(super) name: &'static str,
    pub(super) resource: Option<Resource>,
    pub(super) many: &'static str,
    /// The collections within one of it.
    pub(super) nested: &'static [&'static str],
}

/// The collections of the rostering service, those too that nothing is held of.
const COLLECTIONS: [Collection; 12] = [
    Collection { name: "orgs", resource: Some(Resource::Orgs), many: "orgs", nested: &[] },
    Collection {
        name: "schools",
        resource: Some(Resource::Orgs),
        many: "orgs",
        nested: &["courses", "classes", "terms", "students", "teachers", "enrollments"],
    },
    Collection { name: "courses", resource: Some(Resource::Courses), many: "courses", nested: &["classes"] },
    Collection { name: "classes", resource: Some(Resource::Classes), many: "classes", nested: &OF_CLASSES },
    Collection {
        name: "academicSessions",
        resource: Some(Resource::AcademicSessions),
        many: "academicSessions",
        nested: &[],
    },
    Collection {
        name: "terms",
        resource: Some(Resource::AcademicSessions),
        many: "academicSessions",
        nested: &["classes", "gradingPeriods"],
    },
    Collection { name: "gradingPeriods", resource: None, many: "academicSessions", nested: &[] },
    Collection { name: "users", resource: None, many: "users", nested: &["classes"] },
    Collection { name: "students", resource: None, many: "users", nested: &["classes"] },
    Collection { name: "teachers", resource: None, many: "users", nested: &["classes"] },
    Collection { name: "enrollments", resource: None, many: "enrollments", nested: &[] },
    Collection { name: "demographics", resource: None, many: "demographics", nested: &[] },
];

/// The names of the collections.
pub(in crate::http) fn collections() -> Vec<&'static str> {
    COLLECTIONS.iter().map(|collection| collection.name).collect()
}

/// What is within a class.
pub(in crate::http) const OF_CLASSES: [&str; 3] = ["students", "teachers", "enrollments"];

/// The names of the collections that others are within.
pub(in crate::http) fn collections_with_others() -> Vec<&'static str> {
    let with_others = COLLECTIONS.iter().filter(|collection| !collection.nested.is_empty());
    with_others.map(|collection| collection.name).collect()
}

/// The names of the collections that are within others.
pub(in crate::http) fn nested() -> Vec<&'static str> {
    let mut nested: Vec<&str> = COLLECTIONS.iter().flat_map(|collection| collection.nested).copied().collect();
    nested.sort_unstable();
    nested.dedup();
    nested
}

/// The collection of a name.
pub(super) fn find(name: &str) -> Result<Collection, Problem> {
    let known = COLLECTIONS.iter().find(|collection| collection.name == name).copied();
    known.ok_or_else(|| missing(name, &collections()))
}

/// The collection of a name within another.
pub(super) fn find_within(within: Collection, name: &str) -> Result<Collection, Problem> {
    if within.nested.contains(&name) { find(name) } else { Err(missing(name, within.nested)) }
}

fn missing(name: &str, there_are: &[&str]) -> Problem {
    let name_shown = shown(name);
    let detail = match nearest(name, there_are.iter().copied()) {
        Some(near) => format!("There is no “{name_shown}” here. Did you mean “{near}”?"),
        None if there_are.is_empty() => format!("There is no “{name_shown}” here, nor anything else."),
        None => format!("There is no “{name_shown}” here: there are {}.", there_are.join(", ")),
    };
    Problem::new(NOT_FOUND, detail)
}

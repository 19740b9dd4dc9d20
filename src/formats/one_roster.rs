//! OneRoster 1.2 (1EdTech, rostering service): organisations, courses, classes and academic sessions.
//!
//! A provider or academy is an organisation of type `school`, a programme a course, an occasion to take it a class, and
//! what offerings are in a session of type `term`. What was taken out is still told, as `tobedeleted`.

pub mod rules;

use std::sync::Arc;

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Subject;
use super::occasions::{Occasion, Session, occasions};
use crate::model::codes::Kind;
use crate::model::entry::Programme;
use crate::model::members::{members, text};
use crate::model::text::{Line, Moment};

/// The first year of the session that is always open, and the one in which it is over.
const OPEN: (i16, i16) = (2018, 2099);

/// When that session began: nothing in it changed before.
pub const BEGINNING: &str = "2018-04-01T00:00:00.000Z";

/// What is told, by the names of its collections in addresses and answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Resource {
    /// Providers and academies.
    Orgs,
    /// Programmes.
    Courses,
    /// Occasions to take a programme.
    Classes,
    /// Financial years, and the session that is always open.
    AcademicSessions,
}

impl Resource {
    /// The name of many.
    #[must_use]
    pub const fn many(self) -> &'static str {
        match self {
            Self::Orgs => "orgs",
            Self::Courses => "courses",
            Self::Classes => "classes",
            Self::AcademicSessions => "academicSessions",
        }
    }

    /// The name of one; the type of a reference too.
    #[must_use]
    pub const fn one(self) -> &'static str {
        match self {
            Self::Orgs => "org",
            Self::Courses => "course",
            Self::Classes => "class",
            Self::AcademicSessions => "academicSession",
        }
    }

    /// The fields that the standard gives it, those too that we have nothing for.
    #[must_use]
    pub const fn fields(self) -> &'static [&'static str] {
        match self {
            Self::Orgs => &[
                "sourcedId",
                "status",
                "dateLastModified",
                "metadata",
                "name",
                "type",
                "identifier",
                "parent",
                "children",
            ],
            Self::Courses => &[
                "sourcedId",
                "status",
                "dateLastModified",
                "metadata",
                "title",
                "schoolYear",
                "courseCode",
                "grades",
                "subjects",
                "org",
                "subjectCodes",
                "resources",
            ],
            Self::Classes => &[
                "sourcedId",
                "status",
                "dateLastModified",
                "metadata",
                "title",
                "classCode",
                "classType",
                "location",
                "grades",
                "subjects",
                "course",
                "school",
                "terms",
                "subjectCodes",
                "periods",
                "resources",
            ],
            Self::AcademicSessions => &[
                "sourcedId",
                "status",
                "dateLastModified",
                "metadata",
                "title",
                "startDate",
                "endDate",
                "type",
                "parent",
                "children",
                "schoolYear",
            ],
        }
    }
}

/// Whether something is still there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It is there.
    Active,
    /// It was taken out, and is to be taken out where it was copied to.
    ToBeDeleted,
}

impl Status {
    const fn of(is_there: bool) -> Self {
        if is_there { Self::Active } else { Self::ToBeDeleted }
    }
}

/// Names something else that is told (a GUIDRef).
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Reference {
    /// Where it is.
    #[schema(
        format = "uri",
        example = "https://directory.example/ims/oneroster/rostering/v1p2/orgs/47a81a5e-f327-5de0-8ac5-ea8a5a3ba1c0"
    )]
    href: String,
    /// Its id.
    #[schema(example = "47a81a5e-f327-5de0-8ac5-ea8a5a3ba1c0")]
    sourced_id: String,
    /// What it is.
    #[serde(rename = "type")]
    #[schema(example = "org")]
    resource: &'static str,
}

/// A provider or an academy.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the standard's names")]
pub struct Org {
    /// Its id, which never changes: the entry's uid.
    sourced_id: String,
    /// Whether it is in the directory, or a course or class names it that is.
    status: Status,
    /// When it last changed, or what it names did.
    #[schema(format = "date-time", examples("2026-11-23T09:30:00.000Z"))]
    date_last_modified: String,
    /// What else is told of it.
    metadata: Metadata,
    /// Its name.
    #[schema(example = "The King's Fund")]
    name: String,
    /// `school`, since classes are held by schools.
    #[serde(rename = "type")]
    #[schema(example = "school")]
    org_type: &'static str,
    /// The readable id that it had first in the directory.
    #[schema(example = "kings-fund")]
    identifier: String,
    /// The one it is a part or a partner of.
    #[serde(skip_serializing_if = "Option::is_none")]
    parent: Option<Reference>,
}

/// A programme.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the standard's names")]
pub struct Course {
    /// Its id, which never changes: the programme's uid.
    sourced_id: String,
    /// Whether it is in the directory.
    status: Status,
    /// When it last changed, or what it names did.
    #[schema(format = "date-time", examples("2026-11-23T09:30:00.000Z"))]
    date_last_modified: String,
    /// What else is told of it.
    metadata: Metadata,
    /// Its title.
    #[schema(example = "Edward Jenner programme")]
    title: String,
    /// The readable id that it had first in the directory.
    #[schema(example = "edward-jenner")]
    course_code: String,
    /// None: grades are of schools for children.
    #[schema(max_items = 0)]
    grades: [String; 0],
    /// None: no vocabulary of subjects is used.
    #[schema(max_items = 0)]
    subjects: [String; 0],
    /// Who provides it.
    #[serde(skip_serializing_if = "Option::is_none")]
    org: Option<Reference>,
}

/// An occasion to take a programme: one of its offerings, or the one that is always open, where none is known.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the standard's names")]
pub struct Class {
    /// Its id, which never changes.
    sourced_id: String,
    /// Whether it can be taken.
    status: Status,
    /// When it last changed, or what it names did.
    #[schema(format = "date-time", examples("2026-11-23T09:30:00.000Z"))]
    date_last_modified: String,
    /// What else is told of it.
    metadata: Metadata,
    /// The programme's title, and what tells this occasion from others.
    #[schema(example = "Edward Jenner programme")]
    title: String,
    /// The course's code, and the offering's id.
    #[schema(example = "edward-jenner")]
    class_code: String,
    /// `scheduled` where the month it begins in is known; left out otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "scheduled")]
    class_type: Option<&'static str>,
    /// Where it takes place, where that is stated.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Leeds")]
    location: Option<String>,
    /// None: grades are of schools for children.
    #[schema(max_items = 0)]
    grades: [String; 0],
    /// None: no vocabulary of subjects is used.
    #[schema(max_items = 0)]
    subjects: [String; 0],
    /// The course.
    course: Reference,
    /// Who runs it.
    school: Reference,
    /// The session it is in.
    #[schema(min_items = 1, max_items = 1)]
    terms: [Reference; 1],
}

/// A financial year from the first to the last in which offerings begin, or the session that is always open.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AcademicSession {
    /// Its id, which never changes: `open`, or as `fy-2026-27`.
    #[schema(example = "fy-2026-27")]
    sourced_id: String,
    /// Always `active`.
    status: Status,
    /// When a programme in it last changed; any programme, where none is in it.
    #[schema(format = "date-time", examples("2026-11-23T09:30:00.000Z"))]
    date_last_modified: String,
    /// What else is told of it: nothing.
    metadata: Metadata,
    /// Its name.
    #[schema(example = "Financial year 2026/27")]
    title: String,
    /// Its first day.
    #[schema(format = "date", examples("2026-04-01"))]
    start_date: String,
    /// The day after its last.
    #[schema(format = "date", examples("2027-04-01"))]
    end_date: String,
    /// `term`.
    #[serde(rename = "type")]
    #[schema(example = "term")]
    session_type: &'static str,
    /// The year in which it ends.
    #[schema(example = "2027")]
    school_year: String,
}

/// What the standard leaves to each provider.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct Metadata {
    /// Where the directory tells all of it, with sources.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "uri", example = "https://directory.example/v1/programmes/edward-jenner")]
    address: Option<String>,
    /// Its own page.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "uri", example = "https://www.example.org/edward-jenner")]
    url: Option<String>,
}

/// A provider or an academy that something names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Its uid.
    pub uid: Uuid,
    /// When it last changed.
    pub modified_at: Arc<str>,
}

/// What entries name, and where things are told.
pub trait Surroundings {
    /// The provider or academy that a reference names; none where nobody is told of it.
    fn named(&self, reference: &str) -> Option<Named>;
    /// Where the directory tells of an entry.
    fn address(&self, kind: Kind, id: &str) -> String;
    /// Where a resource is told.
    fn href(&self, resource: Resource, sourced_id: &str) -> String;
}

fn refer(around: &dyn Surroundings, resource: Resource, sourced_id: String) -> Reference {
    Reference { href: around.href(resource, &sourced_id), sourced_id, resource: resource.one() }
}

/// Names an organisation.
fn refer_to(around: &dyn Surroundings, named: &Named) -> Reference {
    refer(around, Resource::Orgs, named.uid.to_string())
}

/// When an entry changed, or whom it names did, whichever is later: of somebody who is published long after, all that
/// names them tells from then on. As texts, the directory's moments are in order.
fn later(own: &str, named: Option<&Named>) -> String {
    named.map_or(own, |named| own.max(&named.modified_at)).to_owned()
}

/// An organisation, dated `no_earlier` than that.
#[must_use]
pub fn org(kind: Kind, subject: &Subject<'_>, no_earlier: &str, around: &dyn Surroundings) -> Org {
    let [id, uid, modified, title, url]: [Option<String>; 5] =
        members(subject.json, ["id", "uid", "modifiedAt", "title", "url"]).map(|member| text(member).map(Into::into));
    let parent = super::canvas::above(subject.json).and_then(|above| around.named(&above));
    Org {
        sourced_id: uid.unwrap_or_default(),
        status: Status::of(subject.is_there),
        date_last_modified: later(modified.unwrap_or_default().as_str().max(no_earlier), parent.as_ref()),
        metadata: Metadata { address: id.map(|id: String| around.address(kind, &id)), url },
        name: title.unwrap_or_default(),
        org_type: "school",
        identifier: subject.first_id.to_owned(),
        parent: parent.map(|parent| refer_to(around, &parent)),
    }
}

/// A course, its classes, and the sessions that they are in.
///
/// A class whose organiser nobody is told of is left out: the standard gives every class a school.
#[must_use]
pub fn course(programme: &Programme, subject: &Subject<'_>, around: &dyn Surroundings) -> (Course, Vec<Class>) {
    let sourced_id = programme.uid.unwrap_or_default().to_string();
    let modified = programme.modified_at.as_ref().map_or("", Moment::as_str);
    let url = programme.url.as_ref().map(|url| url.as_str().to_owned());
    let metadata =
        || Metadata { address: Some(around.address(Kind::Programme, programme.id.as_str())), url: url.clone() };
    let class = |occasion: Occasion<'_>| {
        let school = around.named(occasion.organiser(programme).as_str())?;
        let offering = occasion.offering;
        let id = offering.map_or_else(String::new, |offering| format!("/{}", offering.id.as_str()));
        let session = occasion.session();
        Some(Class {
            sourced_id: occasion.uid.to_string(),
            status: Status::of(occasion.is_open),
            date_last_modified: later(modified, Some(&school)),
            metadata: metadata(),
            title: occasion.title(programme),
            class_code: format!("{}{id}", subject.first_id),
            class_type: (session != Session::Open).then_some("scheduled"),
            location: offering.and_then(|offering| offering.place.as_ref()).map(Line::as_str).map(str::to_owned),
            grades: [],
            subjects: [],
            course: refer(around, Resource::Courses, sourced_id.clone()),
            school: refer_to(around, &school),
            terms: [refer(around, Resource::AcademicSessions, session.id())],
        })
    };
    let classes = occasions(programme, subject.is_there).into_iter().filter_map(class).collect();
    let org = around.named(&format!("provider/{}", programme.provider.as_str()));
    let course = Course {
        sourced_id: sourced_id.clone(),
        status: Status::of(subject.is_there),
        date_last_modified: later(modified, org.as_ref()),
        metadata: metadata(),
        title: programme.title.as_str().to_owned(),
        course_code: subject.first_id.to_owned(),
        grades: [],
        subjects: [],
        org: org.map(|org| refer_to(around, &org)),
    };
    (course, classes)
}

/// A session, and when what is in it last changed.
#[must_use]
pub fn academic_session(session: Session, date_last_modified: String) -> AcademicSession {
    let (first, last) = session.years().unwrap_or(OPEN);
    AcademicSession {
        sourced_id: session.id(),
        status: Status::Active,
        date_last_modified,
        metadata: Metadata::default(),
        title: session.title(),
        start_date: format!("{first:04}-04-01"),
        end_date: format!("{last:04}-04-01"),
        session_type: "term",
        school_year: format!("{last:04}"),
    }
}

//! Answers as they are written, and as the contract tells of them.

use std::sync::Arc;

use bytes::Bytes;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::roster::Object;
use crate::formats::one_roster::{AcademicSession, Class, Course, Org};
use crate::http::coding::Chunks;
use crate::model::members::members;

/// A page of a collection: one list, under the collection's own name (`orgs` for schools, `academicSessions` for terms
/// and grading periods, `users` for students and teachers). With `fields`, its objects have those alone.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct RosterPage {
    /// Providers and academies.
    #[schema(required = false, max_items = 10_000)]
    orgs: Vec<Org>,
    /// Programmes.
    #[schema(required = false, max_items = 10_000)]
    courses: Vec<Course>,
    /// Occasions to take a programme.
    #[schema(required = false, max_items = 10_000)]
    classes: Vec<Class>,
    /// Sessions.
    #[schema(required = false, max_items = 10_000)]
    academic_sessions: Vec<AcademicSession>,
    /// Nobody.
    #[schema(required = false, max_items = 0)]
    users: Vec<Value>,
    /// None.
    #[schema(required = false, max_items = 0)]
    enrollments: Vec<Value>,
    /// None.
    #[schema(required = false, max_items = 0)]
    demographics: Vec<Value>,
}

/// One object, under the name of what it is. With `fields`, it has those alone.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct RosterObject {
    /// A provider or an academy.
    #[schema(required = false)]
    org: Org,
    /// A programme.
    #[schema(required = false)]
    course: Course,
    /// An occasion to take a programme.
    #[schema(required = false)]
    class: Class,
    /// A session.
    #[schema(required = false)]
    academic_session: AcademicSession,
}

/// A page that is being made.
pub(super) struct Page {
    pub(super) many: &'static str,
    /// What is still to be told; `None` once the page is over.
    pub(super) objects: Option<std::vec::IntoIter<Arc<Object>>>,
    pub(super) fields: Option<Vec<&'static str>>,
    pub(super) is_begun: bool,
}

impl Chunks for Page {
    fn next(&mut self, wanted: usize) -> Option<Bytes> {
        let objects = self.objects.as_mut()?;
        let mut out = Vec::with_capacity(wanted + wanted / 16);
        let mut is_first = !std::mem::replace(&mut self.is_begun, true);
        if is_first {
            out.extend_from_slice(format!("{{\"{}\":[", self.many).as_bytes());
        }
        for object in objects {
            if !is_first {
                out.push(b',');
            }
            is_first = false;
            write(&object, self.fields.as_deref(), &mut out);
            if out.len() >= wanted {
                return Some(out.into());
            }
        }
        self.objects = None;
        out.extend_from_slice(b"]}");
        Some(out.into())
    }
}

/// Writes an object, or those of its fields that are asked for.
pub(super) fn write(object: &Object, fields: Option<&[&str]>, out: &mut Vec<u8>) {
    let Some(fields) = fields else { return out.extend_from_slice(&object.json) };
    out.push(b'{');
    let told = fields.iter().filter_map(|field| Some((field, members(&object.json, [field])[0]?)));
    for (index, (field, member)) in told.enumerate() {
        let comma = if index == 0 { "" } else { "," };
        out.extend_from_slice(format!("{comma}\"{field}\":{member}").as_bytes());
    }
    out.push(b'}');
}

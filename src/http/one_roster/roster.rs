//! What OneRoster tells at a change number, made once: what an entry comes to is made anew only where the entry changed.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde::Serialize;
use uuid::Uuid;

use super::BASE;
use crate::catalogue::{Item, Looked, Snapshot};
use crate::formats::Subject;
use crate::formats::members::{members, text};
use crate::formats::occasions::{Occasion, Session, occasions};
use crate::formats::one_roster::{Resource, Surroundings, academic_session, course, org};
use crate::http::entries::entry_address;
use crate::http::exports::{everything, with_withdrawn};
use crate::model::codes::Kind;
use crate::model::entry::Programme;
use crate::model::identity::parse_reference;
use crate::store::Head;

/// Something that is told.
#[derive(Debug)]
pub(super) struct Object {
    pub(super) sourced_id: Box<str>,
    pub(super) json: Box<[u8]>,
}

impl Object {
    fn of(told: &impl Serialize) -> Option<Arc<Self>> {
        let json = serde_json::to_vec(told).ok()?;
        let [sourced_id] = members(&json, ["sourcedId"]).map(text);
        Some(Arc::new(Self { sourced_id: sourced_id?.into(), json: json.into() }))
    }
}

/// What an entry comes to.
#[derive(Debug)]
struct Told {
    /// The entry's change number. What names somebody who is told to nobody yet has none: it is made anew each time.
    change_number: Option<i64>,
    created_at: Box<str>,
    modified_at: Arc<str>,
    resource: Resource,
    itself: Option<Arc<Object>>,
    classes: Vec<Arc<Object>>,
    sessions: Vec<Session>,
}

/// Everything that is told at a change number. An entry that came later stands later, and nothing leaves: whoever reads
/// page by page while something is added may see something twice, but misses nothing.
#[derive(Debug)]
pub(in crate::http) struct Roster {
    pub(super) head: Head,
    told: HashMap<Uuid, Arc<Told>>,
    objects: HashMap<Resource, Vec<Arc<Object>>>,
}

impl Roster {
    /// What is told of a snapshot, with what is known of one before.
    pub(super) fn of(snapshot: &Arc<Snapshot>, public_url: &str, before: Option<&Self>) -> Self {
        let around = Around { snapshot, public_url };
        // A directory that was brought back to an older state and changed again has other entries at the same numbers.
        let before = before.filter(|before| {
            let known = snapshot.link_at(before.head.change_number);
            known.is_some_and(|link| before.head.chain.starts_with(&link))
        });
        let first_ids = snapshot.first_ids();
        let kinds = [Kind::Provider, Kind::Academy, Kind::Programme];
        let entries = kinds.into_iter().flat_map(|kind| with_withdrawn(snapshot, kind, &everything()));
        let told = entries.map(|(item, is_there)| {
            let known = before.and_then(|before| before.told.get(&item.uid));
            let known = known.filter(|known| known.change_number == Some(item.change_number));
            let first_id = first_ids.get(&item.uid).unwrap_or(&item.id);
            let subject = Subject { json: &item.full, first_id, is_there };
            (item.uid, known.map_or_else(|| Arc::new(told(&item, &subject, &around)), Arc::clone))
        });
        let told: HashMap<Uuid, Arc<Told>> = told.collect();
        let objects = in_order(&told);
        Self { head: snapshot.head().clone(), told, objects }
    }

    /// Everything of a resource, in order.
    pub(super) fn all(&self, resource: Resource) -> &[Arc<Object>] {
        self.objects.get(&resource).map(Vec::as_slice).unwrap_or_default()
    }

    /// One of a resource. An id is a UUID, which may be written in either case, or a session's.
    pub(super) fn one(&self, resource: Resource, sourced_id: &str) -> Option<&Arc<Object>> {
        self.all(resource).iter().find(|object| object.sourced_id.eq_ignore_ascii_case(sourced_id))
    }
}

/// What an entry comes to.
fn told(item: &Item, subject: &Subject<'_>, around: &Around<'_>) -> Told {
    let [created_at] = members(subject.json, ["createdAt"]).map(text);
    let mut told = Told {
        change_number: Some(item.change_number),
        created_at: created_at.unwrap_or_default().into(),
        modified_at: Arc::clone(&item.modified_at),
        resource: Resource::Orgs,
        itself: None,
        classes: Vec::new(),
        sessions: Vec::new(),
    };
    if item.kind != Kind::Programme {
        told.itself = Object::of(&org(item.kind, subject, around));
        return told;
    }
    told.resource = Resource::Courses;
    let Ok(programme) = serde_json::from_slice::<Programme>(subject.json) else { return told };
    let (course, classes) = course(&programme, subject, around);
    told.itself = Object::of(&course);
    told.sessions = occasions(&programme, subject.is_there).iter().map(Occasion::session).collect();
    if classes.len() < told.sessions.len() {
        told.change_number = None;
    }
    told.classes = classes.iter().filter_map(Object::of).collect();
    told
}

/// Everything, what came later later.
fn in_order(told: &HashMap<Uuid, Arc<Told>>) -> HashMap<Resource, Vec<Arc<Object>>> {
    let mut told: Vec<(&Uuid, &Arc<Told>)> = told.iter().collect();
    told.sort_unstable_by_key(|(uid, told)| (&*told.created_at, **uid));
    let mut objects: HashMap<Resource, Vec<Arc<Object>>> = HashMap::new();
    let mut sessions: BTreeMap<Session, &str> = BTreeMap::new();
    for (_, told) in told {
        objects.entry(told.resource).or_default().extend(told.itself.clone());
        objects.entry(Resource::Classes).or_default().extend(told.classes.iter().cloned());
        for session in &told.sessions {
            let modified = sessions.entry(*session).or_default();
            *modified = (*modified).max(&told.modified_at);
        }
    }
    let sessions = sessions.into_iter().map(|(session, modified)| academic_session(session, modified.to_owned()));
    objects.insert(Resource::AcademicSessions, sessions.filter_map(|session| Object::of(&session)).collect());
    objects
}

/// What entries name, as a snapshot holds it.
struct Around<'a> {
    snapshot: &'a Snapshot,
    public_url: &'a str,
}

impl Surroundings for Around<'_> {
    fn uid(&self, reference: &str) -> Option<Uuid> {
        let (kind, id) = parse_reference(reference)?;
        match self.snapshot.look(kind, id) {
            Looked::Found(item) | Looked::Renamed(item) => Some(item.uid),
            Looked::Nothing => None,
        }
    }

    fn address(&self, kind: Kind, id: &str) -> String {
        entry_address(self.public_url, kind, id)
    }

    fn href(&self, resource: Resource, sourced_id: &str) -> String {
        format!("{}{BASE}/{}/{sourced_id}", self.public_url, resource.many())
    }
}

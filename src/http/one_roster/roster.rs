//! What OneRoster tells at a change number, made once: what an entry comes to is made anew only where the entry changed
//! or whom it names.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use serde::Serialize;
use uuid::Uuid;

use super::BASE;
use crate::catalogue::{Item, Looked, Snapshot};
use crate::formats::Subject;
use crate::formats::canvas::above;
use crate::formats::occasions::{Occasion, Session, occasions};
use crate::formats::one_roster::{BEGINNING, Named, Resource, Surroundings, academic_session, course, org};
use crate::http::entries::entry_address;
use crate::http::exports::{everything, with_withdrawn};
use crate::model::codes::Kind;
use crate::model::entry::Programme;
use crate::model::identity::parse_reference;
use crate::model::members::{members, text};
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
    change_number: i64,
    /// Whom the entry names, and as whom it was told: that may change without the entry.
    named: Vec<(String, Option<Named>)>,
    /// The organisations that its course and its classes name while they are there.
    needs: Vec<Uuid>,
    created_at: Box<str>,
    modified_at: Arc<str>,
    resource: Resource,
    itself: Option<Arc<Object>>,
    classes: Vec<Arc<Object>>,
    sessions: Vec<Session>,
}

/// Everything that is told at a change number. An entry that came later stands later, and none leaves: whoever reads a
/// whole collection, page by page while something is added, may see something twice, but misses nothing that was there.
/// Two things do leave: a class whose organiser is changed to one that nobody is told of yet, and a financial year at
/// either end that no offering begins in any more.
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
        let known = |item: &Item| {
            let known = before?.told.get(&item.uid).filter(|known| known.change_number == item.change_number)?;
            let is_as_told = |(reference, named): &(String, Option<Named>)| around.named(reference) == *named;
            known.named.iter().all(is_as_told).then(|| Arc::clone(known))
        };
        let first_ids = snapshot.first_ids();
        let first_id = |item: &Item| Arc::clone(first_ids.get(&item.uid).unwrap_or(&item.id));
        let mut told: HashMap<Uuid, Arc<Told>> = HashMap::new();
        for (item, is_there) in with_withdrawn(snapshot, Kind::Programme, &everything()) {
            let subject = Subject { json: &item.json(), first_id: &first_id(&item), is_there };
            let anew = || Arc::new(told_of_programme(&item, &subject, &around));
            told.insert(item.uid, known(&item).unwrap_or_else(anew));
        }
        let needed: HashSet<Uuid> = told.values().flat_map(|told| told.needs.iter().copied()).collect();
        // Any programme may have begun to name an organisation that was taken out, or have ceased to.
        let last = told.values().map(|told| Arc::clone(&told.modified_at)).max();
        let organisations = [Kind::Provider, Kind::Academy].map(|kind| with_withdrawn(snapshot, kind, &everything()));
        for (item, is_there) in organisations.into_iter().flatten() {
            let no_earlier = last.as_deref().filter(|_| !is_there).unwrap_or_default();
            let is_told_as_there = is_there || needed.contains(&item.uid);
            let subject = Subject { json: &item.json(), first_id: &first_id(&item), is_there: is_told_as_there };
            let known = known(&item).filter(|_| is_there);
            let anew = || Arc::new(told_of_organisation(&item, &subject, no_earlier, &around));
            told.insert(item.uid, known.unwrap_or_else(anew));
        }
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

impl Told {
    /// What is known of an entry before anything is told of it.
    fn begun(item: &Item, json: &[u8], resource: Resource) -> Self {
        let [created_at] = members(json, ["createdAt"]).map(text);
        Self {
            change_number: item.change_number,
            named: Vec::new(),
            needs: Vec::new(),
            created_at: created_at.unwrap_or_default().into(),
            modified_at: Arc::clone(&item.modified_at),
            resource,
            itself: None,
            classes: Vec::new(),
            sessions: Vec::new(),
        }
    }
}

/// What a provider or an academy comes to, dated `no_earlier` than that.
fn told_of_organisation(item: &Item, subject: &Subject<'_>, no_earlier: &str, around: &Around<'_>) -> Told {
    let mut told = Told::begun(item, subject.json, Resource::Orgs);
    told.named = above(subject.json).map(|above| around.as_told(above)).into_iter().collect();
    told.itself = Object::of(&org(item.kind, subject, no_earlier, around));
    told
}

/// What a programme comes to.
fn told_of_programme(item: &Item, subject: &Subject<'_>, around: &Around<'_>) -> Told {
    let mut told = Told::begun(item, subject.json, Resource::Courses);
    let Ok(programme) = serde_json::from_slice::<Programme>(subject.json) else { return told };
    let (course, classes) = course(&programme, subject, around);
    told.itself = Object::of(&course);
    told.classes = classes.iter().filter_map(Object::of).collect();
    let occasions = occasions(&programme, subject.is_there);
    told.sessions = occasions.iter().map(Occasion::session).collect();
    for occasion in &occasions {
        let (reference, named) = around.as_told(occasion.organiser(&programme).0);
        // The course has the organiser of the occasion without dates, and may be there when that is over.
        let is_there = occasion.is_open || (occasion.offering.is_none() && subject.is_there);
        told.needs.extend(named.as_ref().filter(|_| is_there).map(|named| named.uid));
        told.named.push((reference, named));
    }
    told
}

/// Everything, what came later later.
fn in_order(told: &HashMap<Uuid, Arc<Told>>) -> HashMap<Resource, Vec<Arc<Object>>> {
    let mut told: Vec<(&Uuid, &Arc<Told>)> = told.iter().collect();
    told.sort_unstable_by_key(|(uid, told)| (&*told.created_at, **uid));
    let mut objects: HashMap<Resource, Vec<Arc<Object>>> = HashMap::new();
    let mut sessions: BTreeMap<Session, &str> = BTreeMap::from([(Session::Open, BEGINNING)]);
    for (_, told) in told {
        objects.entry(told.resource).or_default().extend(told.itself.clone());
        objects.entry(Resource::Classes).or_default().extend(told.classes.iter().cloned());
        for session in &told.sessions {
            let modified = sessions.entry(*session).or_default();
            *modified = (*modified).max(&told.modified_at);
        }
    }
    // Every programme is in the one that is always open: its date is when any of them last changed.
    let last = sessions.get(&Session::Open).copied().unwrap_or(BEGINNING);
    let years: Vec<i16> = sessions.keys().copied().filter_map(Session::years).map(|(first, _)| first).collect();
    if let [first, .., end] = *years.as_slice() {
        for year in first..end {
            sessions.entry(Session::FinancialYear(year)).or_insert(last);
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

impl Around<'_> {
    /// Whom a reference names, kept with it.
    fn as_told(&self, reference: String) -> (String, Option<Named>) {
        let named = self.named(&reference);
        (reference, named)
    }
}

impl Surroundings for Around<'_> {
    fn named(&self, reference: &str) -> Option<Named> {
        let (kind, id) = parse_reference(reference)?;
        match self.snapshot.look(kind, id) {
            Looked::Found(item) | Looked::Renamed(item) => {
                Some(Named { uid: item.uid, modified_at: Arc::clone(&item.modified_at) })
            }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The sessions of a directory with one programme, or with none, and when they changed.
    fn sessions(programme: Option<Told>) -> Vec<(String, String)> {
        let told: HashMap<Uuid, Arc<Told>> = programme.into_iter().map(|told| (Uuid::nil(), Arc::new(told))).collect();
        let objects = in_order(&told);
        let read = |object: &Arc<Object>| {
            let [id, modified] = members(&object.json, ["sourcedId", "dateLastModified"]).map(text);
            (id.unwrap().into_owned(), modified.unwrap().into_owned())
        };
        objects[&Resource::AcademicSessions].iter().map(read).collect()
    }

    #[test]
    fn one_session_is_always_there_and_none_is_missing_between_two() {
        let named = |id: &str, modified: &str| (id.to_owned(), modified.to_owned());
        assert_eq!(sessions(None), [named("open", BEGINNING)]);
        let changed = "2026-11-23T09:30:00.000Z";
        let programme = Told {
            change_number: 1,
            named: Vec::new(),
            needs: Vec::new(),
            created_at: changed.into(),
            modified_at: changed.into(),
            resource: Resource::Courses,
            itself: None,
            classes: Vec::new(),
            sessions: vec![Session::Open, Session::FinancialYear(2028), Session::FinancialYear(2026)],
        };
        let wanted = ["open", "fy-2026-27", "fy-2027-28", "fy-2028-29"].map(|id| named(id, changed));
        assert_eq!(sessions(Some(programme)), wanted);
    }
}

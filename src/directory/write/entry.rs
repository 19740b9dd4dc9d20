//! Planning changes of entries: what stands, what is asked for, and what is to be written.

use serde_json::Value;

use super::super::change::Outcome;
use super::{Writer, merge};
use crate::model::codes::{Kind, Publication};
use crate::model::read::{self, Reading, format};
use crate::model::{Entry, Fault, identity};
use crate::store::{Current, EntryWrite, Operation, State, StoreError, hash};

/// What of a standing body nobody who keeps a copy may lose.
#[derive(serde::Deserialize)]
struct Standing {
    publication: Publication,
    #[serde(default)]
    offerings: Vec<Offered>,
}

/// An offering that stands.
#[derive(serde::Deserialize)]
struct Offered {
    id: String,
}

/// The entry that a change is about, where the change was written, and what stands.
pub(super) struct Subject<'a> {
    pub(super) origin: u64,
    /// `kind/slug`.
    pub(super) name: String,
    pub(super) key: (Kind, String),
    stands: Option<&'a Current>,
    /// Whether the slug was ever given.
    is_taken: bool,
}

impl<'a> Subject<'a> {
    pub(super) fn new(origin: u64, key: (Kind, String), stands: Option<&'a Current>, is_taken: bool) -> Self {
        Self { origin, name: format!("{}/{}", key.0, key.1), key, stands, is_taken }
    }

    /// Whether a shipped entry is not what was shipped any more.
    pub(super) fn is_edited(&self) -> bool {
        self.stands.map_or(self.is_taken, |stands| stands.retired || hash(&[&stands.body]) != stands.shipped)
    }

    /// What stands, with the given members in place of its own.
    pub(super) fn merged(&self, given: Value) -> Value {
        merge(self.stands.and_then(|stands| serde_json::from_str(&stands.body).ok()), given)
    }

    /// Why the slug cannot be written to.
    fn slug_fault(&self) -> Option<Fault> {
        match self.stands {
            Some(stands) if stands.retired => {
                Some(Fault::error("/id", "The entry is retired.", "Choose another slug: slugs are never reused."))
            }
            None if self.is_taken => Some(Fault::error(
                "/id",
                "The slug belonged to an entry that has another one now.",
                "Use its present slug, or choose another: slugs are never reused.",
            )),
            _ => None,
        }
    }

    /// What a body would take from whoever keeps a copy, without a word: what was published is retired or withdrawn.
    fn lost_faults(&self, entry: &Entry) -> Vec<Fault> {
        let standing: Option<Standing> = self.stands.and_then(|stands| serde_json::from_str(&stands.body).ok());
        let published = |standing: &Standing| standing.publication == Publication::Published;
        let Some(standing) = standing.filter(published) else { return Vec::new() };
        let mut faults = Vec::new();
        if entry.publication() == Publication::Draft {
            let detail = "The entry was published: whoever keeps a copy has it.";
            let fix = "Retire it, with the reason that they are told; it cannot become a draft again.";
            faults.push(Fault::error("/publication", detail, fix));
        }
        if let Entry::Programme(programme) = entry {
            let is_there =
                |before: &Offered| programme.offerings.iter().any(|offering| offering.id.as_str() == before.id);
            for Offered { id } in standing.offerings.iter().filter(|before| !is_there(before)) {
                let detail = format!("The offering “{id}” is not there any more: whoever keeps a copy has it.");
                let fix = "Keep it, with “withdrawn” set to true.";
                faults.push(Fault::error("/offerings", detail, fix));
            }
        }
        faults
    }

    /// Derived members are accepted where they are absent or equal.
    fn derived_faults(&self, value: &Value, uid: &str) -> Vec<Fault> {
        let expected = [
            ("uid", Some(Value::from(uid))),
            ("version", self.stands.map(|stands| Value::from(stands.version))),
            ("changeNumber", self.stands.map(|stands| Value::from(stands.change_number))),
            ("createdAt", self.stands.map(|stands| Value::from(stands.created_at.as_str()))),
            ("modifiedAt", self.stands.map(|stands| Value::from(stands.modified_at.as_str()))),
        ];
        let differs = |(key, expected): (&str, Option<Value>)| {
            let given = value.get(key).filter(|given| !given.is_null())?;
            let detail = format!("“{key}” is derived, and this is not its value.");
            (Some(given) != expected.as_ref()).then(|| Fault::error(format!("/{key}"), detail, "Leave it out."))
        };
        expected.into_iter().filter_map(differs).collect()
    }
}

/// What a change comes to, and what is to be written for it.
type Planned = Option<(Outcome, Vec<EntryWrite>)>;

impl Writer {
    /// Plans a body that is to stand.
    pub(super) fn plan_body(&mut self, subject: &Subject<'_>, value: Value, ships: bool) -> Planned {
        if let Some(fault) = subject.slug_fault() {
            self.fault(subject.origin, &subject.name, fault);
            return None;
        }
        let (kind, id) = (subject.key.0, subject.key.1.clone());
        let uid = subject.stands.map_or_else(|| identity::uid(kind, &id).to_string(), |stands| stands.uid.clone());
        self.faults_of(subject.origin, &subject.name, subject.derived_faults(&value, &uid));
        let reading = self.read(subject, value)?;
        if subject.stands.is_some_and(|stands| stands.body == reading.text) {
            return Some((Outcome::Unchanged, Vec::new()));
        }
        let lost = subject.lost_faults(&reading.entry);
        if !lost.is_empty() {
            self.faults_of(subject.origin, &subject.name, lost);
            return None;
        }
        for reference in &reading.references {
            self.name(subject, (reference.kind, reference.id.clone()), &reference.pointer);
        }
        let shipped = match subject.stands {
            _ if ships => hash(&[&reading.text]),
            Some(stands) => stands.shipped.clone(),
            None => String::new(),
        };
        let Some(stands) = subject.stands else {
            self.planned.insert(subject.key.clone());
            let write = EntryWrite {
                operation: Operation::Create,
                uid,
                kind,
                id,
                state: State::Current,
                body: reading.text,
                version: 1,
                created_at: None,
                shipped,
                terms: reading.terms,
                references: reading.references,
            };
            return Some((Outcome::Created, vec![write]));
        };
        let write = EntryWrite { shipped, ..next_version(stands, Operation::Update, reading) };
        Some((Outcome::Updated, vec![write]))
    }

    /// Plans a shipped body. What an edit here makes impossible is left out, with a word in the log: a
    /// newer release must start on every directory that an older one kept.
    pub(super) fn plan_ship(&mut self, subject: &Subject<'_>, value: Value) -> (Outcome, Vec<EntryWrite>) {
        let before = self.faults.len();
        let value = read::with_present_slugs(value, &self.renamed);
        let planned = self.plan_body(subject, value, true);
        if let Some(fault) = self.faults.get(before) {
            tracing::warn!("the shipped {} is left out: {}", subject.name, fault.fault.detail);
            self.faults.truncate(before);
        }
        planned.unwrap_or((Outcome::Kept, Vec::new()))
    }

    /// Plans taking an entry out of the directory.
    pub(super) fn plan_retire(
        &mut self,
        subject: &Subject<'_>,
        reason: String,
        replaced_by: Option<String>,
    ) -> Planned {
        let Some(stands) = subject.stands else {
            self.fault(subject.origin, &subject.name, no_such_entry());
            return None;
        };
        let replaced = replaced_by.as_deref().unwrap_or_default();
        if stands.retired && stands.retired_because == reason && stands.replaced_by == replaced {
            return Some((Outcome::Unchanged, Vec::new()));
        }
        if let Err(broken) = format::check(format::Format::Line, &reason) {
            let detail = format!("The reason cannot be used: {}", broken.detail);
            self.fault(subject.origin, &subject.name, Fault::error("/reason", detail, broken.fix));
            return None;
        }
        match replaced_by.as_deref().map(identity::parse_reference) {
            Some(Some((kind, id))) if kind == subject.key.0 && id == subject.key.1 => {
                let fault =
                    Fault::error("/replacedBy", "The entry would be replaced by itself.", "Name another entry.");
                self.fault(subject.origin, &subject.name, fault);
            }
            Some(Some((kind, id))) => self.name(subject, (kind, id.to_owned()), "/replacedBy"),
            Some(None) => {
                let fault = Fault::error("/replacedBy", "This names no entry.", "Write kind/slug.");
                self.fault(subject.origin, &subject.name, fault);
            }
            None => {}
        }
        let reading = self.reread(subject, &stands.body)?;
        // Said again in other words, it is out since it was first said.
        let since = stands.retired.then(|| stands.retired_at.clone());
        let state = State::Retired { since, reason, replaced_by: replaced_by.unwrap_or_default() };
        let write = EntryWrite { state, ..next_version(stands, Operation::Retire, reading) };
        Some((Outcome::Retired, vec![write]))
    }

    /// Plans another slug for an entry, in it and in everything that names it.
    pub(super) async fn plan_rename(&mut self, subject: &Subject<'_>, to: &str) -> Result<Planned, StoreError> {
        if subject.stands.is_none() && self.renamed.get(&subject.key).is_some_and(|present| present == to) {
            // The same import again.
            return Ok(Some((Outcome::Unchanged, Vec::new())));
        }
        let Some(stands) = subject.stands.filter(|stands| !stands.retired) else {
            self.fault(subject.origin, &subject.name, no_such_entry());
            return Ok(None);
        };
        if let Err(broken) = format::check(format::Format::Slug, to) {
            self.fault(subject.origin, &subject.name, Fault::error("/to", broken.detail, broken.fix));
            return Ok(None);
        }
        let new = (subject.key.0, to.to_owned());
        let owners = self.commit.slugs(std::slice::from_ref(&new)).await?;
        if self.planned.contains(&new) || owners.iter().any(|slug| slug.uid != stands.uid) {
            let detail = format!("The slug “{to}” belongs or belonged to another entry.");
            let fault = Fault::error("/to", detail, "Choose another; slugs are never reused.");
            self.fault(subject.origin, &subject.name, fault);
            return Ok(None);
        }
        let mut keys = self.commit.referring(subject.key.0, &subject.key.1).await?;
        keys.retain(|referring| *referring != subject.key);
        let referring = self.commit.current(&keys).await?;
        let updates = referring.iter().map(|entry| (entry, Operation::Update));
        let mut writes = Vec::with_capacity(referring.len() + 1);
        for (entry, operation) in std::iter::once((stands, Operation::Rename)).chain(updates) {
            writes.extend(self.renamed(subject, entry, operation, to));
        }
        // What this change set wrote before under the old slug has just been written anew.
        if let Some(naming) = self.named.remove(&subject.key) {
            self.named.insert(new.clone(), naming);
        }
        self.planned.insert(new);
        Ok(Some((Outcome::Renamed, writes)))
    }

    /// An entry with every mention of the subject's slug replaced by the new one.
    fn renamed(
        &mut self,
        subject: &Subject<'_>,
        entry: &Current,
        operation: Operation,
        to: &str,
    ) -> Option<EntryWrite> {
        let (kind, from) = (subject.key.0, &subject.key.1);
        let before = self.reread(subject, &entry.body)?;
        let mut value: Value = serde_json::from_str(&entry.body).ok()?;
        for reference in before.references.iter().filter(|reference| reference.kind == kind && reference.id == *from) {
            if let Some(place) = value.pointer_mut(&reference.pointer) {
                *place = Value::from(if reference.qualified { format!("{kind}/{to}") } else { to.to_owned() });
            }
        }
        let mut id = entry.id.clone();
        if operation == Operation::Rename
            && let Some(place) = value.get_mut("id")
        {
            *place = Value::from(to);
            to.clone_into(&mut id);
        }
        let after = self.read(subject, value)?;
        // A retired entry that names this one stays retired.
        let state = entry.state();
        Some(EntryWrite { id, state, ..next_version(entry, operation, after) })
    }

    /// Reads a value, noting its faults.
    fn read(&mut self, subject: &Subject<'_>, value: Value) -> Option<Reading> {
        match read::entry(value, &self.vocabularies) {
            Ok(reading) => Some(reading),
            Err(faults) => {
                self.faults_of(subject.origin, &subject.name, faults);
                None
            }
        }
    }

    /// Reads a body that the database holds.
    fn reread(&mut self, subject: &Subject<'_>, body: &str) -> Option<Reading> {
        match serde_json::from_str(body) {
            Ok(value) => self.read(subject, value),
            Err(error) => {
                let fault = Fault::error("", error.to_string(), "The database is damaged: restore it.");
                self.fault(subject.origin, &subject.name, fault);
                None
            }
        }
    }

    /// Notes that an entry is named, so that it is known to be there before the change set is durable.
    fn name(&mut self, subject: &Subject<'_>, key: (Kind, String), pointer: &str) {
        self.named.entry(key).or_insert_with(|| (subject.origin, subject.name.clone(), pointer.to_owned()));
    }
}

fn no_such_entry() -> Fault {
    Fault::error("/id", "There is no such entry.", "Name an entry of the directory.")
}

/// The version of an entry after the one that stands.
fn next_version(stands: &Current, operation: Operation, reading: Reading) -> EntryWrite {
    EntryWrite {
        operation,
        uid: stands.uid.clone(),
        kind: stands.kind,
        id: stands.id.clone(),
        state: State::Current,
        body: reading.text,
        version: stands.version + 1,
        created_at: Some(stands.created_at.clone()),
        shipped: stands.shipped.clone(),
        terms: reading.terms,
        references: reading.references,
    }
}

//! Writing a change set: every change is planned on the locked state, so that what is checked is
//! what is written, and every fault is told at once.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use thiserror::Error;

use super::change::{Action, Change, ChangeFault, Outcome, Tally};
use super::{Clock, moment};
use crate::model::codes::Kind;
use crate::model::read::{self, Reading};
use crate::model::{Fault, Term, Vocabularies, identity};
use crate::store::{Commit, Current, EntryWrite, Head, Operation, State, Store, StoreError, TermWrite, hash};

/// The most faults that are kept; more are only counted.
const MOST_FAULTS: usize = 1_000;

/// Why a change set was not written.
#[derive(Debug, Error)]
pub enum Refusal {
    /// It has faults.
    #[error("{} of the changes cannot be made: {}", .0.len(), first(.0))]
    Faults(Vec<ChangeFault>),
    /// The database failed.
    #[error(transparent)]
    Store(StoreError),
}

fn first(faults: &[ChangeFault]) -> String {
    faults.first().map(|f| format!("{}{}: {}", f.subject, f.fault.pointer, f.fault.detail)).unwrap_or_default()
}

/// A change set being written, chunk by chunk, in one transaction.
#[derive(Debug)]
pub struct Writer {
    commit: Commit,
    vocabularies: Vocabularies,
    shipped_terms: BTreeMap<(String, String), (String, String)>,
    tally: Tally,
    faults: Vec<ChangeFault>,
    /// What was named and by whom, until it is known to be there.
    named: BTreeMap<(Kind, String), (u64, String, String)>,
    /// What this change set has already touched.
    touched: BTreeSet<(Kind, String)>,
    /// What this change set creates.
    planned: BTreeSet<(Kind, String)>,
    /// The terms this change set writes.
    planned_terms: BTreeSet<(String, String)>,
}

impl Writer {
    /// Begins a change set.
    ///
    /// # Errors
    /// As the database fails.
    pub async fn begin(store: &Store, clock: Clock, actor: &str, reason: &str) -> Result<Self, StoreError> {
        Self::on(store.begin(&moment(clock()), actor, reason).await?).await
    }

    /// Goes on in a commit that has begun.
    pub(super) async fn on(mut commit: Commit) -> Result<Self, StoreError> {
        let mut vocabularies = Vocabularies::default();
        let mut shipped_terms = BTreeMap::new();
        for row in commit.terms().await? {
            let term = serde_json::from_str(&row.body).ok().and_then(|value| read::term(value).ok());
            let term = term.ok_or_else(|| StoreError::Corrupt {
                name: "in use".to_owned(),
                detail: format!("the term {}/{} cannot be read", row.scheme, row.code),
            })?;
            vocabularies.insert(term);
            shipped_terms.insert((row.scheme, row.code), (row.body, row.shipped));
        }
        Ok(Self {
            commit,
            vocabularies,
            shipped_terms,
            tally: Tally::default(),
            faults: Vec::new(),
            named: BTreeMap::new(),
            touched: BTreeSet::new(),
            planned: BTreeSet::new(),
            planned_terms: BTreeSet::new(),
        })
    }

    /// Plans and writes some changes, and says what came of each. After a fault nothing more is
    /// written, but everything more is still checked.
    ///
    /// # Errors
    /// As the database fails.
    pub async fn apply(&mut self, changes: Vec<Change>) -> Result<Vec<(String, Outcome)>, Refusal> {
        let mut outcomes = Vec::with_capacity(changes.len());
        let (terms, entries): (Vec<_>, Vec<_>) = changes
            .into_iter()
            .partition(|change| matches!(change.action, Action::PutTerm(_) | Action::ShipTerm(_)));
        self.apply_terms(terms, &mut outcomes).await?;
        let mut together = Vec::with_capacity(entries.len());
        for change in entries {
            // A rename rewrites whatever names the entry, so nothing may be planned across it.
            if matches!(change.action, Action::Rename { .. }) {
                self.apply_together(std::mem::take(&mut together), &mut outcomes).await?;
                self.apply_together(vec![change], &mut outcomes).await?;
            } else {
                together.push(change);
            }
        }
        self.apply_together(together, &mut outcomes).await?;
        Ok(outcomes)
    }

    /// Plans changes of entries on what stands before them, then writes them.
    async fn apply_together(&mut self, changes: Vec<Change>, outcomes: &mut Vec<(String, Outcome)>) -> Result<(), StoreError> {
        let keys: Vec<(Kind, String)> = changes.iter().filter_map(subject).collect();
        if keys.is_empty() && changes.is_empty() {
            return Ok(());
        }
        let current: BTreeMap<(Kind, String), Current> =
            self.commit.current(&keys).await?.into_iter().map(|c| ((c.kind, c.id.clone()), c)).collect();
        let taken: BTreeMap<(Kind, String), String> =
            self.commit.slugs(&keys).await?.into_iter().map(|s| ((s.kind, s.id), s.uid)).collect();
        let mut writes = Vec::with_capacity(changes.len());
        for change in changes {
            self.plan(change, &current, &taken, &mut writes, outcomes).await?;
        }
        self.write(&writes).await
    }

    /// Everything of a kind that stands in the directory: slugs.
    ///
    /// # Errors
    /// As the database fails.
    pub async fn slugs_of_kind(&mut self, kind: Kind) -> Result<Vec<String>, StoreError> {
        self.commit.slugs_of_kind(kind).await
    }

    /// The faults found so far.
    #[must_use]
    pub fn faults(&self) -> &[ChangeFault] {
        &self.faults
    }

    /// Counts so far.
    #[must_use]
    pub const fn tally(&self) -> Tally {
        self.tally
    }

    /// Makes the change set durable, all of it or nothing.
    ///
    /// # Errors
    /// [`Refusal::Faults`] with every fault; otherwise as the database fails.
    pub async fn finish(mut self) -> Result<(Head, Tally), Refusal> {
        self.check_named().await?;
        if !self.faults.is_empty() {
            let faults = std::mem::take(&mut self.faults);
            self.commit.abandon().await?;
            return Err(Refusal::Faults(faults));
        }
        Ok((self.commit.finish().await?, self.tally))
    }

    /// Checks everything as [`Writer::finish`] does, then takes all of it back.
    ///
    /// # Errors
    /// As [`Writer::finish`].
    pub async fn rehearse(mut self) -> Result<Tally, Refusal> {
        self.check_named().await?;
        let faults = std::mem::take(&mut self.faults);
        self.commit.abandon().await?;
        if faults.is_empty() { Ok(self.tally) } else { Err(Refusal::Faults(faults)) }
    }

    /// Keeps what the commit did before this change set, and nothing of the change set.
    pub(super) async fn keep(self) -> Result<Head, StoreError> {
        self.commit.finish().await
    }

    pub(super) async fn set_shipped(&mut self, mark: &str) -> Result<(), StoreError> {
        self.commit.set_shipped(mark).await
    }

    fn fault(&mut self, origin: u64, subject: &str, fault: Fault) {
        if self.faults.len() < MOST_FAULTS {
            self.faults.push(ChangeFault { origin, subject: subject.to_owned(), fault });
        }
    }

    async fn write(&mut self, writes: &[EntryWrite]) -> Result<(), StoreError> {
        if self.faults.is_empty() && !writes.is_empty() {
            self.commit.write_entries(writes).await?;
        }
        Ok(())
    }

    async fn apply_terms(&mut self, changes: Vec<Change>, outcomes: &mut Vec<(String, Outcome)>) -> Result<(), StoreError> {
        let mut writes = Vec::with_capacity(changes.len());
        for change in changes {
            let (value, ships) = match change.action {
                Action::PutTerm(value) => (value, false),
                Action::ShipTerm(value) => (value, true),
                _ => continue,
            };
            match read::term(value) {
                Ok(term) => outcomes.extend(self.plan_term(change.origin, term, ships, &mut writes)),
                Err(faults) => faults.into_iter().for_each(|fault| self.fault(change.origin, "term", fault)),
            }
        }
        if self.faults.is_empty() && !writes.is_empty() {
            self.commit.write_terms(&writes).await?;
        }
        Ok(())
    }

    fn plan_term(&mut self, origin: u64, term: Term, ships: bool, writes: &mut Vec<TermWrite>) -> Option<(String, Outcome)> {
        let subject = format!("term/{}/{}", term.scheme, term.code);
        let body = serde_json::to_string(&term).ok()?;
        let key = (term.scheme.0.clone(), term.code.0.clone());
        let (operation, shipped) = match self.shipped_terms.get(&key) {
            None => (Operation::Create, if ships { hash(&[&body]) } else { String::new() }),
            Some((stands, _)) if *stands == body => {
                self.tally.count(Outcome::Unchanged);
                return Some((subject, Outcome::Unchanged));
            }
            Some((stands, shipped)) if ships && hash(&[stands]) != *shipped => {
                self.tally.count(Outcome::Kept);
                return Some((subject, Outcome::Kept));
            }
            Some((_, shipped)) => (Operation::Update, if ships { hash(&[&body]) } else { shipped.clone() }),
        };
        if !self.planned_terms.insert(key.clone()) {
            self.fault(origin, &subject, Fault::error("", "The term stands twice.", "Write it once."));
            return None;
        }
        let outcome = if operation == Operation::Create { Outcome::Created } else { Outcome::Updated };
        writes.push(TermWrite { operation, scheme: key.0.clone(), code: key.1.clone(), body: body.clone(), shipped: shipped.clone() });
        self.shipped_terms.insert(key, (body, shipped));
        self.vocabularies.insert(term);
        self.tally.count(outcome);
        Some((subject, outcome))
    }

    /// Checks the hierarchy of the vocabularies that were written to.
    fn check_terms(&mut self) {
        let mut faults = Vec::new();
        for (scheme, code) in &self.planned_terms {
            let Some(term) = self.vocabularies.get(scheme, code) else { continue };
            let subject = format!("term/{scheme}/{code}");
            let others = term.broader.iter().map(|code| ("/broader".to_owned(), code));
            let others = others.chain(term.successors.iter().enumerate().map(|(i, code)| (format!("/successors/{i}"), code)));
            for (pointer, other) in others {
                if self.vocabularies.get(scheme, other.as_str()).is_none() {
                    let known = self.vocabularies.terms(scheme).map(|t| t.code.as_str());
                    faults.push((subject.clone(), Fault::unknown(pointer, scheme, other.as_str(), known)));
                }
            }
            if self.vocabularies.ancestry(scheme, code).skip(1).any(|above| above.code == term.code) {
                faults.push((subject, Fault::error("/broader", "The term is broader than itself.", "Break the circle.")));
            }
        }
        for (subject, fault) in faults {
            self.fault(0, &subject, fault);
        }
    }

    async fn plan(
        &mut self,
        change: Change,
        current: &BTreeMap<(Kind, String), Current>,
        taken: &BTreeMap<(Kind, String), String>,
        writes: &mut Vec<EntryWrite>,
        outcomes: &mut Vec<(String, Outcome)>,
    ) -> Result<(), StoreError> {
        let origin = change.origin;
        let key = match &change.action {
            Action::Put(value) | Action::Merge(value) | Action::Ship(value) => match read::identify(value) {
                Ok(key) => key,
                Err(faults) => {
                    faults.into_iter().for_each(|fault| self.fault(origin, "", fault));
                    return Ok(());
                }
            },
            Action::Rename { kind, from, .. } => (*kind, from.clone()),
            Action::Retire { kind, id, .. } => (*kind, id.clone()),
            Action::PutTerm(_) | Action::ShipTerm(_) => return Ok(()),
        };
        let name = format!("{}/{}", key.0, key.1);
        if !self.touched.insert(key.clone()) {
            self.fault(origin, &name, Fault::error("/id", "The entry stands in the change set twice.", "Write it once."));
            return Ok(());
        }
        let stands = current.get(&key);
        let taken_by = taken.get(&key);
        let outcome = match change.action {
            Action::Put(value) => self.plan_body(origin, &name, &key, value, stands, taken_by, false, writes),
            Action::Merge(value) => {
                let whole = merged(value, stands);
                self.plan_body(origin, &name, &key, whole, stands, taken_by, false, writes)
            }
            Action::Ship(_) if stands.is_some_and(|s| s.retired || hash(&[&s.body]) != s.shipped) || (stands.is_none() && taken_by.is_some()) => {
                Some(Outcome::Kept)
            }
            Action::Ship(value) => self.plan_body(origin, &name, &key, value, stands, taken_by, true, writes),
            Action::Rename { to, .. } => self.rename(origin, &name, &key, &to, stands, writes).await?,
            Action::Retire { reason, replaced_by, .. } => self.plan_retire(origin, &name, &key, reason, replaced_by, stands, writes),
            Action::PutTerm(_) | Action::ShipTerm(_) => None,
        };
        if let Some(outcome) = outcome {
            self.tally.count(outcome);
            outcomes.push((name, outcome));
        }
        Ok(())
    }

    #[expect(clippy::too_many_arguments, reason = "one change, what stands, and what it comes to")]
    fn plan_body(
        &mut self,
        origin: u64,
        name: &str,
        key: &(Kind, String),
        value: Value,
        stands: Option<&Current>,
        taken_by: Option<&String>,
        ships: bool,
        writes: &mut Vec<EntryWrite>,
    ) -> Option<Outcome> {
        if let Some(fault) = slug_fault(stands, taken_by) {
            self.fault(origin, name, fault);
            return None;
        }
        let uid = stands.map_or_else(|| identity::uid(key.0, &key.1).to_string(), |s| s.uid.clone());
        for fault in derived_faults(&value, &uid, stands) {
            self.fault(origin, name, fault);
        }
        let reading = match read::entry(value, &self.vocabularies) {
            Ok(reading) => reading,
            Err(faults) => {
                faults.into_iter().for_each(|fault| self.fault(origin, name, fault));
                return None;
            }
        };
        if stands.is_some_and(|s| s.body == reading.text) {
            return Some(Outcome::Unchanged);
        }
        self.note_named(origin, name, &reading);
        let operation = if stands.is_some() { Operation::Update } else { Operation::Create };
        if operation == Operation::Create {
            self.planned.insert(key.clone());
        }
        let shipped = match stands {
            _ if ships => hash(&[&reading.text]),
            Some(stands) => stands.shipped.clone(),
            None => String::new(),
        };
        writes.push(EntryWrite {
            operation,
            uid,
            kind: key.0,
            id: key.1.clone(),
            state: State::Current,
            body: reading.text,
            version: stands.map_or(1, |s| s.version + 1),
            created_at: stands.map(|s| s.created_at.clone()),
            shipped,
            terms: reading.terms,
            references: reading.references,
        });
        Some(if operation == Operation::Create { Outcome::Created } else { Outcome::Updated })
    }

    #[expect(clippy::too_many_arguments, reason = "one change, what stands, and what it comes to")]
    fn plan_retire(
        &mut self,
        origin: u64,
        name: &str,
        key: &(Kind, String),
        reason: String,
        replaced_by: Option<String>,
        stands: Option<&Current>,
        writes: &mut Vec<EntryWrite>,
    ) -> Option<Outcome> {
        let Some(stands) = stands else {
            self.fault(origin, name, Fault::error("/id", "There is no such entry.", "Name an entry of the directory."));
            return None;
        };
        if stands.retired {
            return Some(Outcome::Unchanged);
        }
        if reason.trim().is_empty() {
            self.fault(origin, name, Fault::error("/reason", "No reason is given.", "Say why the entry is retired."));
            return None;
        }
        if let Some(written) = &replaced_by {
            match identity::parse_reference(written) {
                Some((kind, id)) => {
                    self.named.entry((kind, id.to_owned())).or_insert_with(|| (origin, name.to_owned(), "/replacedBy".to_owned()));
                }
                None => self.fault(origin, name, Fault::error("/replacedBy", "This names no entry.", "Write kind/slug.")),
            }
        }
        let reading = self.reread(origin, name, &stands.body)?;
        writes.push(EntryWrite {
            operation: Operation::Retire,
            uid: stands.uid.clone(),
            kind: key.0,
            id: key.1.clone(),
            state: State::Retired { reason, replaced_by: replaced_by.unwrap_or_default() },
            body: reading.text,
            version: stands.version + 1,
            created_at: Some(stands.created_at.clone()),
            shipped: stands.shipped.clone(),
            terms: reading.terms,
            references: reading.references,
        });
        Some(Outcome::Retired)
    }

    /// Renames an entry and everything that names it.
    async fn rename(&mut self, origin: u64, name: &str, key: &(Kind, String), to: &str, stands: Option<&Current>, writes: &mut Vec<EntryWrite>) -> Result<Option<Outcome>, StoreError> {
        let Some(stands) = stands.filter(|s| !s.retired) else {
            self.fault(origin, name, Fault::error("/id", "There is no such entry.", "Name an entry of the directory."));
            return Ok(None);
        };
        if let Err(broken) = read::format::check(read::format::Format::Slug, to) {
            self.fault(origin, name, Fault::error("/to", broken.detail, broken.fix));
            return Ok(None);
        }
        let new = (key.0, to.to_owned());
        let owner = self.commit.slugs(std::slice::from_ref(&new)).await?;
        if owner.iter().any(|slug| slug.uid != stands.uid) {
            self.fault(origin, name, Fault::error("/to", format!("The slug “{to}” belongs or belonged to another entry."), "Choose another; slugs are never reused."));
            return Ok(None);
        }
        let mut keys = self.commit.referring(key.0, &key.1).await?;
        keys.retain(|referring| referring != key);
        let referring = self.commit.current(&keys).await?;
        for (entry, operation) in std::iter::once((stands, Operation::Rename)).chain(referring.iter().map(|r| (r, Operation::Update))) {
            writes.extend(self.renamed(origin, name, entry, operation, key, to));
        }
        self.planned.insert(new);
        Ok(Some(Outcome::Renamed))
    }

    /// An entry with every mention of a slug replaced by the new one.
    fn renamed(&mut self, origin: u64, name: &str, entry: &Current, operation: Operation, from: &(Kind, String), to: &str) -> Option<EntryWrite> {
        let before = self.reread(origin, name, &entry.body)?;
        let mut value: Value = serde_json::from_str(&entry.body).ok()?;
        for reference in before.references.iter().filter(|r| r.kind == from.0 && r.id == from.1) {
            if let Some(place) = value.pointer_mut(&reference.pointer) {
                *place = Value::from(if reference.qualified { format!("{}/{to}", from.0) } else { to.to_owned() });
            }
        }
        let id = if operation == Operation::Rename {
            if let Some(id) = value.get_mut("id") {
                *id = Value::from(to);
            }
            to.to_owned()
        } else {
            entry.id.clone()
        };
        let after = match read::entry(value, &self.vocabularies) {
            Ok(after) => after,
            Err(faults) => {
                faults.into_iter().for_each(|fault| self.fault(origin, name, fault));
                return None;
            }
        };
        Some(EntryWrite {
            operation,
            uid: entry.uid.clone(),
            kind: entry.kind,
            id,
            state: State::Current,
            body: after.text,
            version: entry.version + 1,
            created_at: Some(entry.created_at.clone()),
            shipped: entry.shipped.clone(),
            terms: after.terms,
            references: after.references,
        })
    }

    /// Reads a body that the database holds.
    fn reread(&mut self, origin: u64, name: &str, body: &str) -> Option<Reading> {
        let read = serde_json::from_str(body)
            .map_err(|error| vec![Fault::error("", error.to_string(), "The database is damaged: restore it.")])
            .and_then(|value| read::entry(value, &self.vocabularies));
        match read {
            Ok(reading) => Some(reading),
            Err(faults) => {
                faults.into_iter().for_each(|fault| self.fault(origin, name, fault));
                None
            }
        }
    }

    fn note_named(&mut self, origin: u64, name: &str, reading: &Reading) {
        for reference in &reading.references {
            let key = (reference.kind, reference.id.clone());
            self.named.entry(key).or_insert_with(|| (origin, name.to_owned(), reference.pointer.clone()));
        }
    }

    /// Adds a fault for every term and entry that is named and is not there.
    async fn check_named(&mut self) -> Result<(), StoreError> {
        self.check_terms();
        let keys: Vec<(Kind, String)> = self.named.keys().filter(|key| !self.planned.contains(*key)).cloned().collect();
        for chunk in keys.chunks(1_000) {
            let there: BTreeSet<(Kind, String)> = self.commit.current(chunk).await?.into_iter().map(|c| (c.kind, c.id)).collect();
            for key in chunk.iter().filter(|key| !there.contains(*key)) {
                if let Some((origin, name, pointer)) = self.named.get(key).cloned() {
                    let fault = Fault::error(pointer, format!("There is no {} “{}”.", key.0, key.1), "Name an entry of the directory, or add it to the same import.");
                    self.fault(origin, &name, fault);
                }
            }
        }
        Ok(())
    }
}

/// The entry that a change is about, as far as it says.
fn subject(change: &Change) -> Option<(Kind, String)> {
    match &change.action {
        Action::Put(value) | Action::Merge(value) | Action::Ship(value) => read::identify(value).ok(),
        Action::Rename { kind, from, .. } => Some((*kind, from.clone())),
        Action::Retire { kind, id, .. } => Some((*kind, id.clone())),
        Action::PutTerm(_) | Action::ShipTerm(_) => None,
    }
}

/// What stands, with the given members in place of its own.
fn merged(given: Value, stands: Option<&Current>) -> Value {
    let base = stands.and_then(|s| serde_json::from_str::<Value>(&s.body).ok());
    match (base, given) {
        (Some(Value::Object(mut base)), Value::Object(given)) => {
            base.extend(given);
            Value::Object(base)
        }
        (_, given) => given,
    }
}

fn slug_fault(stands: Option<&Current>, taken_by: Option<&String>) -> Option<Fault> {
    match (stands, taken_by) {
        (Some(s), _) if s.retired => Some(Fault::error("/id", "The entry is retired.", "Choose another slug: slugs are never reused.")),
        (None, Some(_)) => Some(Fault::error("/id", "The slug belonged to an entry that has another one now.", "Use its present slug, or choose another: slugs are never reused.")),
        _ => None,
    }
}

/// Derived members are accepted where they are absent or equal.
fn derived_faults(value: &Value, uid: &str, stands: Option<&Current>) -> Vec<Fault> {
    let expected = [
        ("uid", Some(Value::from(uid))),
        ("version", stands.map(|s| Value::from(s.version))),
        ("changeNumber", stands.map(|s| Value::from(s.change_number))),
        ("createdAt", stands.map(|s| Value::from(s.created_at.as_str()))),
    ];
    expected
        .into_iter()
        .filter_map(|(key, expected)| {
            let given = value.get(key).filter(|given| !given.is_null())?;
            (Some(given) != expected.as_ref()).then(|| {
                Fault::error(format!("/{key}"), format!("“{key}” is derived, and this is not its value."), "Leave it out.")
            })
        })
        .collect()
}

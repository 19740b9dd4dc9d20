//! Writing a change set: every change is planned on the locked state, so that what is checked is
//! what is written, and every fault is told at once.

mod entry;
mod term;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use thiserror::Error;

use self::entry::Subject;
use super::change::{Action, Change, ChangeFault, Outcome, Tally};
use super::{Clock, moment};
use crate::catalogue::VocabularyEdit;
use crate::model::codes::Kind;
use crate::model::{Fault, Vocabularies, read};
use crate::store::{Commit, Current, EntryWrite, Head, Store, StoreError};

/// How many entries are looked at together where a vocabulary was edited.
const CHUNK: i64 = 1_000;

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
    /// The present slugs of entries that were renamed here.
    renamed: BTreeMap<(Kind, String), String>,
    /// What this change set creates.
    planned: BTreeSet<(Kind, String)>,
    /// The terms this change set writes.
    planned_terms: BTreeMap<(String, String), u64>,
    /// The vocabularies as they stood, and the change number, before a term that stood was edited.
    before_edit: Option<(Vocabularies, i64)>,
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
        let renamed = commit.renamed().await?;
        Ok(Self {
            commit,
            vocabularies,
            shipped_terms,
            tally: Tally::default(),
            faults: Vec::new(),
            named: BTreeMap::new(),
            touched: BTreeSet::new(),
            renamed,
            planned: BTreeSet::new(),
            planned_terms: BTreeMap::new(),
            before_edit: None,
        })
    }

    /// Plans and writes some changes, and says what came of each. After a fault nothing more is
    /// written, but everything more is still checked.
    ///
    /// # Errors
    /// As the database fails.
    pub async fn apply(&mut self, changes: Vec<Change>) -> Result<Vec<(String, Outcome)>, Refusal> {
        let mut outcomes = Vec::with_capacity(changes.len());
        let (terms, entries): (Vec<_>, Vec<_>) =
            changes.into_iter().partition(|change| matches!(change.action, Action::MergeTerm(_) | Action::ShipTerm(_)));
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
    async fn apply_together(
        &mut self,
        changes: Vec<Change>,
        outcomes: &mut Vec<(String, Outcome)>,
    ) -> Result<(), StoreError> {
        let mut keyed = Vec::with_capacity(changes.len());
        for change in changes {
            match key_of(&change.action) {
                Ok(key) => keyed.push((key, change)),
                Err(faults) => self.faults_of(change.origin, "", faults),
            }
        }
        let keys: Vec<(Kind, String)> = keyed.iter().map(|(key, _)| key.clone()).collect();
        if keys.is_empty() {
            return Ok(());
        }
        let current: BTreeMap<(Kind, String), Current> =
            self.commit.current(&keys).await?.into_iter().map(|c| ((c.kind, c.id.clone()), c)).collect();
        let taken: BTreeSet<(Kind, String)> =
            self.commit.slugs(&keys).await?.into_iter().map(|slug| (slug.kind, slug.id)).collect();
        let mut writes = Vec::with_capacity(keyed.len());
        for (key, change) in keyed {
            let (stands, is_taken) = (current.get(&key), taken.contains(&key));
            let subject = Subject::new(change.origin, key, stands, is_taken);
            if let Some((outcome, planned)) = self.plan(change.action, &subject).await? {
                writes.extend(planned);
                self.tally.count(outcome);
                outcomes.push((subject.name, outcome));
            }
        }
        if self.faults.is_empty() && !writes.is_empty() {
            self.commit.write_entries(&writes).await?;
        }
        Ok(())
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
        self.restamp().await?;
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
        self.restamp().await?;
        let faults = std::mem::take(&mut self.faults);
        self.commit.abandon().await?;
        if faults.is_empty() { Ok(self.tally) } else { Err(Refusal::Faults(faults)) }
    }

    /// Gives new numbers to the entries that an edit of vocabularies moves.
    async fn restamp(&mut self) -> Result<(), StoreError> {
        let Some((before, up_to)) = self.before_edit.take().filter(|_| self.faults.is_empty()) else { return Ok(()) };
        let edit = VocabularyEdit::new(&before, &self.vocabularies);
        let mut after = 0;
        loop {
            let standing = self.commit.standing(after, up_to, CHUNK).await?;
            let Some(last) = standing.last() else { return Ok(()) };
            after = last.change_number;
            let moved: Vec<Current> =
                standing.into_iter().filter(|entry| edit.moves(entry.kind, &entry.body)).collect();
            self.tally.restamped += moved.len() as u64;
            self.commit.restamp(&moved).await?;
        }
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

    fn faults_of(&mut self, origin: u64, subject: &str, faults: Vec<Fault>) {
        for fault in faults {
            self.fault(origin, subject, fault);
        }
    }

    /// Plans one change on what stands.
    async fn plan(
        &mut self,
        action: Action,
        subject: &Subject<'_>,
    ) -> Result<Option<(Outcome, Vec<EntryWrite>)>, StoreError> {
        if !self.touched.insert(subject.key.clone()) {
            let fault = Fault::error("/id", "The entry stands in the change set twice.", "Write it once.");
            self.fault(subject.origin, &subject.name, fault);
            return Ok(None);
        }
        Ok(match action {
            Action::Merge(value) => self.plan_body(subject, subject.merged(value), false),
            Action::Ship(_) if subject.is_edited() => Some((Outcome::Kept, Vec::new())),
            Action::Ship(value) => Some(self.plan_ship(subject, value)),
            Action::Rename { to, .. } => self.plan_rename(subject, &to).await?,
            Action::Retire { reason, replaced_by, .. } => self.plan_retire(subject, reason, replaced_by),
            Action::MergeTerm(_) | Action::ShipTerm(_) => None,
        })
    }

    /// Adds a fault for every term and entry that is named and is not there.
    async fn check_named(&mut self) -> Result<(), StoreError> {
        self.check_terms();
        let keys: Vec<(Kind, String)> = self.named.keys().filter(|key| !self.planned.contains(*key)).cloned().collect();
        for chunk in keys.chunks(1_000) {
            let there: BTreeSet<(Kind, String)> =
                self.commit.current(chunk).await?.into_iter().map(|c| (c.kind, c.id)).collect();
            for key in chunk.iter().filter(|key| !there.contains(*key)) {
                if let Some((origin, name, pointer)) = self.named.get(key).cloned() {
                    let fault = Fault::error(
                        pointer,
                        format!("There is no {} “{}”.", key.0, key.1),
                        "Name an entry of the directory, or add it to the same import.",
                    );
                    self.fault(origin, &name, fault);
                }
            }
        }
        Ok(())
    }
}

/// The entry that an action is about.
fn key_of(action: &Action) -> Result<(Kind, String), Vec<Fault>> {
    match action {
        Action::Merge(value) | Action::Ship(value) => read::identify(value),
        Action::Rename { kind, from: id, .. } | Action::Retire { kind, id, .. } => {
            read::check_slug("", id).map(|()| (*kind, id.clone())).map_err(|fault| vec![fault])
        }
        Action::MergeTerm(_) | Action::ShipTerm(_) => Err(Vec::new()),
    }
}

/// What stands, with the given members in place of its own.
fn merge(base: Option<Value>, given: Value) -> Value {
    match (base, given) {
        (Some(Value::Object(mut base)), Value::Object(given)) => {
            base.extend(given);
            Value::Object(base)
        }
        (_, given) => given,
    }
}

//! One change set being written: its numbers, its history and its projections.
//!
//! A commit locks the counter row first and keeps it to the end, so commits are totally ordered on
//! both engines and no number is ever skipped or seen out of order.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sqlx::{Any, Row as _, Transaction};

use super::chain;
use super::dialect::{
    BEGIN_WRITE, DELETE_REFERENCES_OF, DELETE_TERMS_OF, Dialect, INSERT_ENTRY_REFERENCES, INSERT_ENTRY_TERMS,
    INSERT_HISTORY, INSERT_SLUGS, SELECT_CURRENT, SELECT_SLUGS, SELECT_STANDING, Statement, UPSERT_ENTRY,
};
use super::error::StoreError;
use super::read::{SlugRow, TermRow};
use super::{Head, Store};
use crate::model::codes::Kind;
use crate::model::shape::{ReferenceUse, TermUse};

/// A change set being written. Dropped without [`Commit::finish`], it leaves nothing behind.
#[derive(Debug)]
pub struct Commit {
    transaction: Transaction<'static, Any>,
    dialect: Dialect,
    head: Head,
    at: String,
    actor: String,
    reason: String,
}

/// What a change did to an entry or a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// It was not there before.
    Create,
    /// Its content changed.
    Update,
    /// Its slug changed.
    Rename,
    /// It was taken out of the directory.
    Retire,
    /// Its content stayed, and what it shows or is found by changed with a vocabulary.
    Restamp,
}

impl Operation {
    /// The operation as history writes it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Rename => "rename",
            Self::Retire => "retire",
            Self::Restamp => "restamp",
        }
    }
}

/// Whether an entry stands in the directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// It does.
    Current,
    /// It was taken out.
    Retired {
        /// When; `None` where that is by the change being written.
        since: Option<String>,
        /// Why.
        reason: String,
        /// What took its place, as `kind/slug`; empty where nothing did.
        replaced_by: String,
    },
}

/// An entry as it stands in the database, for a change to build on.
#[derive(Debug, Clone)]
pub struct Current {
    /// Its uid.
    pub uid: String,
    /// Its kind.
    pub kind: Kind,
    /// Its slug.
    pub id: String,
    /// Whether it is retired.
    pub retired: bool,
    /// When it last changed.
    pub modified_at: String,
    /// Since when it is retired; empty while it is current.
    pub retired_at: String,
    /// Why it is retired.
    pub retired_because: String,
    /// What took its place; empty where nothing did.
    pub replaced_by: String,
    /// Its canonical body.
    pub body: String,
    /// How many versions there have been.
    pub version: i64,
    /// Its last change number.
    pub change_number: i64,
    /// When it was created.
    pub created_at: String,
    /// The hash of its shipped body; empty where it was never shipped.
    pub shipped: String,
}

/// A change of one entry, ready to be written.
#[derive(Debug, Clone)]
pub struct EntryWrite {
    /// What is done to it.
    pub operation: Operation,
    /// Its uid.
    pub uid: String,
    /// Its kind.
    pub kind: Kind,
    /// Its slug.
    pub id: String,
    /// Whether it stands in the directory from now on.
    pub state: State,
    /// Its canonical body.
    pub body: String,
    /// Its new version.
    pub version: i64,
    /// When it was created; `None` where that is now.
    pub created_at: Option<String>,
    /// The hash of its shipped body; empty where it was never shipped.
    pub shipped: String,
    /// The terms its body names.
    pub terms: Vec<TermUse>,
    /// The entries its body names.
    pub references: Vec<ReferenceUse>,
}

/// A change of one term, ready to be written.
#[derive(Debug, Clone)]
pub struct TermWrite {
    /// What is done to it.
    pub operation: Operation,
    /// Its vocabulary.
    pub scheme: String,
    /// Its code.
    pub code: String,
    /// Its canonical body.
    pub body: String,
    /// The hash of its shipped body; empty where it was never shipped.
    pub shipped: String,
}

impl Store {
    /// Begins a commit: takes the lock that orders all commits.
    ///
    /// # Errors
    /// [`StoreError::Busy`] where another commit holds the lock too long; otherwise as the database fails.
    pub async fn begin(&self, now: &str, actor: &str, reason: &str) -> Result<Commit, StoreError> {
        let transaction = self.pool().begin_with(BEGIN_WRITE.of(self.dialect())).await?;
        Commit::lock(transaction, self.dialect(), now, actor, reason).await
    }
}

impl Commit {
    /// Locks the counter row in a transaction that has begun.
    pub(super) async fn lock(
        mut transaction: Transaction<'static, Any>,
        dialect: Dialect,
        now: &str,
        actor: &str,
        reason: &str,
    ) -> Result<Self, StoreError> {
        let row = sqlx::query(
            "UPDATE directory SET chain = chain WHERE one = 1 RETURNING change_number, chain, committed_at, shipped",
        )
        .fetch_one(&mut *transaction)
        .await?;
        let head = Head {
            change_number: row.try_get(0)?,
            chain: row.try_get(1)?,
            committed_at: row.try_get(2)?,
            shipped: row.try_get(3)?,
        };
        // A clock that went back must not make a later change look earlier.
        let at = now.max(head.committed_at.as_str()).to_owned();
        Ok(Self { transaction, dialect, head, at, actor: actor.to_owned(), reason: reason.to_owned() })
    }

    /// Where the sequence stands, this commit's changes included.
    #[must_use]
    pub const fn head(&self) -> &Head {
        &self.head
    }

    /// Every term, this commit's changes included.
    ///
    /// # Errors
    /// As the database fails.
    pub async fn terms(&mut self) -> Result<Vec<TermRow>, StoreError> {
        TermRow::select_after(&mut self.transaction, -1).await
    }

    /// The entries of these kinds and slugs, as far as they exist.
    ///
    /// # Errors
    /// As the database fails.
    pub async fn current(&mut self, keys: &[(Kind, String)]) -> Result<Vec<Current>, StoreError> {
        let rows = sqlx::query(SELECT_CURRENT.of(self.dialect))
            .bind(keys_json(keys))
            .fetch_all(&mut *self.transaction)
            .await?;
        let mut current: Vec<Current> = rows.iter().map(Current::read).collect::<Result<_, _>>()?;
        // Engines differ in the order they find rows in, and in how they order text.
        current.sort_by(|a, b| (a.kind, &a.id).cmp(&(b.kind, &b.id)));
        Ok(current)
    }

    /// The present slugs of entries that had another one, by their kind and old slug.
    ///
    /// # Errors
    /// As the database fails.
    pub async fn renamed(&mut self) -> Result<BTreeMap<(Kind, String), String>, StoreError> {
        let rows = sqlx::query(
            "SELECT s.kind, s.id, e.id FROM slug AS s JOIN entry AS e ON e.uid = s.uid \
             WHERE NOT EXISTS (SELECT 1 FROM entry AS c WHERE c.kind = s.kind AND c.id = s.id)",
        )
        .fetch_all(&mut *self.transaction)
        .await?;
        rows.iter().map(|row| Ok(((kind_of(row.try_get(0)?)?, row.try_get(1)?), row.try_get(2)?))).collect()
    }

    /// The entries whose bodies name this one.
    ///
    /// # Errors
    /// As the database fails.
    pub async fn referring(&mut self, kind: Kind, id: &str) -> Result<Vec<(Kind, String)>, StoreError> {
        let rows = sqlx::query(
            "SELECT DISTINCT e.kind, e.id FROM entry_reference AS r JOIN entry AS e ON e.uid = r.uid WHERE r.kind = $1 AND r.id = $2",
        )
        .bind(kind.code())
        .bind(id.to_owned())
        .fetch_all(&mut *self.transaction)
        .await?;
        rows.iter().map(|row| Ok((kind_of(row.try_get(0)?)?, row.try_get(1)?))).collect::<Result<_, StoreError>>()
    }

    /// Which of these slugs were ever given, and to whom.
    ///
    /// # Errors
    /// As the database fails.
    pub async fn slugs(&mut self, keys: &[(Kind, String)]) -> Result<Vec<SlugRow>, StoreError> {
        let rows =
            sqlx::query(SELECT_SLUGS.of(self.dialect)).bind(keys_json(keys)).fetch_all(&mut *self.transaction).await?;
        rows.iter().map(SlugRow::read).collect()
    }

    /// Writes terms, in order.
    ///
    /// # Errors
    /// As the database fails.
    pub async fn write_terms(&mut self, writes: &[TermWrite]) -> Result<(), StoreError> {
        let mut history = Vec::with_capacity(writes.len());
        for write in writes {
            let id = format!("{}/{}", write.scheme, write.code);
            history.push(self.record("term", &id, "", write.operation, &write.body));
            sqlx::query(
                "INSERT INTO term (scheme, code, body, change_number, shipped) VALUES ($1, $2, $3, $4, $5) \
                 ON CONFLICT (scheme, code) DO UPDATE SET body = excluded.body, change_number = excluded.change_number, shipped = excluded.shipped",
            )
            .bind(write.scheme.clone())
            .bind(write.code.clone())
            .bind(write.body.clone())
            .bind(self.head.change_number)
            .bind(write.shipped.clone())
            .execute(&mut *self.transaction)
            .await?;
        }
        self.write_history(history).await
    }

    /// Writes entries, in order, with what their bodies name.
    ///
    /// # Errors
    /// As the database fails.
    pub async fn write_entries(&mut self, writes: &[EntryWrite]) -> Result<(), StoreError> {
        let (mut history, mut entries, mut slugs) = (Vec::new(), Vec::new(), Vec::new());
        let (mut uids, mut terms, mut references) = (Vec::new(), Vec::new(), Vec::new());
        for write in writes {
            let told = match (&write.state, write.operation) {
                (State::Retired { reason, replaced_by, .. }, Operation::Retire) => {
                    json!({"reason": reason, "replacedBy": replaced_by}).to_string()
                }
                _ => write.body.clone(),
            };
            history.push(self.record(write.kind.code(), &write.id, &write.uid, write.operation, &told));
            let (state, since, reason, replaced_by) = match &write.state {
                State::Current => ("current", "", "", ""),
                State::Retired { since, reason, replaced_by } => {
                    ("retired", since.as_deref().unwrap_or(&self.at), reason.as_str(), replaced_by.as_str())
                }
            };
            entries.push(json!([
                write.uid,
                write.kind.code(),
                write.id,
                state,
                write.body,
                write.version,
                self.head.change_number,
                write.created_at.as_deref().unwrap_or(&self.at),
                since,
                reason,
                replaced_by,
                write.shipped,
            ]));
            slugs.push(json!([write.kind.code(), write.id, write.uid]));
            uids.push(json!(write.uid));
            terms.extend(write.terms.iter().map(|t| json!([write.uid, t.pointer, t.scheme, t.code])));
            references.extend(write.references.iter().map(|r| json!([write.uid, r.pointer, r.kind.code(), r.id])));
        }
        self.write_history(history).await?;
        let at = self.at.clone();
        self.bulk(UPSERT_ENTRY, entries, &[&at]).await?;
        self.bulk(INSERT_SLUGS, slugs, &[]).await?;
        self.bulk(DELETE_TERMS_OF, uids.clone(), &[]).await?;
        self.bulk(DELETE_REFERENCES_OF, uids, &[]).await?;
        self.bulk(INSERT_ENTRY_TERMS, terms, &[]).await?;
        self.bulk(INSERT_ENTRY_REFERENCES, references, &[]).await
    }

    /// Some of the entries that stand, in the order of their last change: those after a change number and up to another.
    ///
    /// # Errors
    /// As the database fails.
    pub async fn standing(&mut self, after: i64, up_to: i64, limit: i64) -> Result<Vec<Current>, StoreError> {
        let rows =
            sqlx::query(SELECT_STANDING).bind(after).bind(up_to).bind(limit).fetch_all(&mut *self.transaction).await?;
        rows.iter().map(Current::read).collect()
    }

    /// Gives entries whose content stays new numbers.
    ///
    /// # Errors
    /// As the database fails.
    pub async fn restamp(&mut self, entries: &[Current]) -> Result<(), StoreError> {
        let mut history = Vec::with_capacity(entries.len());
        for entry in entries {
            history.push(self.record(entry.kind.code(), &entry.id, &entry.uid, Operation::Restamp, &entry.body));
            sqlx::query("UPDATE entry SET change_number = $1, version = version + 1, modified_at = $2 WHERE uid = $3")
                .bind(self.head.change_number)
                .bind(self.at.clone())
                .bind(entry.uid.clone())
                .execute(&mut *self.transaction)
                .await?;
        }
        self.write_history(history).await
    }

    /// Notes which shipped catalogue this commit brought in.
    ///
    /// # Errors
    /// As the database fails.
    pub async fn set_shipped(&mut self, hash: &str) -> Result<(), StoreError> {
        sqlx::query("UPDATE directory SET shipped = $1 WHERE one = 1")
            .bind(hash.to_owned())
            .execute(&mut *self.transaction)
            .await?;
        hash.clone_into(&mut self.head.shipped);
        Ok(())
    }

    /// Makes the change set durable and visible, all at once.
    ///
    /// # Errors
    /// [`StoreError::Refused`] where a body names a term or an entry that is not there; otherwise as
    /// the database fails. Nothing is then changed.
    pub async fn finish(mut self) -> Result<Head, StoreError> {
        sqlx::query("UPDATE directory SET change_number = $1, chain = $2, committed_at = $3 WHERE one = 1")
            .bind(self.head.change_number)
            .bind(self.head.chain.clone())
            .bind(self.at.clone())
            .execute(&mut *self.transaction)
            .await?;
        self.transaction.commit().await?;
        Ok(Head { committed_at: self.at, ..self.head })
    }

    /// Takes everything back.
    ///
    /// # Errors
    /// As the database fails; the transaction is then gone all the same.
    pub async fn abandon(self) -> Result<(), StoreError> {
        Ok(self.transaction.rollback().await?)
    }

    /// Takes the next number and chains it; returns the history row.
    fn record(&mut self, kind: &str, id: &str, uid: &str, operation: Operation, body: &str) -> Value {
        let number = self.head.change_number + 1;
        let chain = chain::hash(&[
            &self.head.chain,
            &number.to_string(),
            kind,
            id,
            uid,
            operation.code(),
            body,
            &self.actor,
            &self.reason,
            &self.at,
        ]);
        let row = json!([number, kind, id, uid, operation.code(), body, chain]);
        self.head.change_number = number;
        self.head.chain = chain;
        row
    }

    async fn write_history(&mut self, rows: Vec<Value>) -> Result<(), StoreError> {
        let (actor, reason, at) = (self.actor.clone(), self.reason.clone(), self.at.clone());
        self.bulk(INSERT_HISTORY, rows, &[&actor, &reason, &at]).await
    }

    /// Runs one statement over many rows, given as one JSON parameter.
    async fn bulk(&mut self, statement: Statement, rows: Vec<Value>, more: &[&str]) -> Result<(), StoreError> {
        if rows.is_empty() {
            return Ok(());
        }
        let mut query = sqlx::query(statement.of(self.dialect)).bind(Value::Array(rows).to_string());
        for parameter in more {
            query = query.bind((*parameter).to_owned());
        }
        query.execute(&mut *self.transaction).await?;
        Ok(())
    }
}

impl Current {
    fn read(row: &sqlx::any::AnyRow) -> Result<Self, StoreError> {
        Ok(Self {
            uid: row.try_get(0)?,
            kind: kind_of(row.try_get(1)?)?,
            id: row.try_get(2)?,
            retired: row.try_get::<String, _>(3)? == "retired",
            body: row.try_get(4)?,
            version: row.try_get(5)?,
            change_number: row.try_get(6)?,
            created_at: row.try_get(7)?,
            shipped: row.try_get(8)?,
            retired_at: row.try_get(9)?,
            retired_because: row.try_get(10)?,
            replaced_by: row.try_get(11)?,
            modified_at: row.try_get(12)?,
        })
    }

    /// Whether it stands in the directory.
    #[must_use]
    pub fn state(&self) -> State {
        if !self.retired {
            return State::Current;
        }
        State::Retired {
            since: Some(self.retired_at.clone()),
            reason: self.retired_because.clone(),
            replaced_by: self.replaced_by.clone(),
        }
    }
}

fn keys_json(keys: &[(Kind, String)]) -> String {
    Value::Array(keys.iter().map(|(kind, id)| json!([kind.code(), id])).collect()).to_string()
}

/// The kind that a row names.
pub(super) fn kind_of(code: &str) -> Result<Kind, StoreError> {
    Kind::from_code(code).ok_or_else(|| StoreError::Corrupt {
        name: "in use".to_owned(),
        detail: format!("it holds an entry of the unknown kind {code:?}"),
    })
}

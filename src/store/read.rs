//! Reading what was committed: all of it, or what came after a number.

use std::future::ready;

use futures_util::TryStreamExt as _;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Connection as _, Row as _};
use tokio::sync::mpsc::Sender;

use super::commit::{State, kind_of};
use super::dialect::{BEGIN_READ, Dialect};
use super::error::StoreError;
use super::{Head, Store, chain};
use crate::model::codes::Kind;

/// An entry as the database keeps it.
#[derive(Debug, Clone)]
pub struct EntryRow {
    /// Its uid.
    pub uid: String,
    /// Its kind.
    pub kind: Kind,
    /// Its slug.
    pub id: String,
    /// Whether it stands in the directory.
    pub state: State,
    /// Its canonical body.
    pub body: String,
    /// How many versions there have been.
    pub version: i64,
    /// Its last change number.
    pub change_number: i64,
    /// When it was created.
    pub created_at: String,
    /// When it last changed.
    pub modified_at: String,
}

/// A term as the database keeps it.
#[derive(Debug, Clone)]
pub struct TermRow {
    /// Its vocabulary.
    pub scheme: String,
    /// Its code.
    pub code: String,
    /// Its canonical body.
    pub body: String,
    /// Its last change number.
    pub change_number: i64,
    /// The hash of its shipped body; empty where it was never shipped.
    pub shipped: String,
}

/// A slug that was given once.
#[derive(Debug, Clone)]
pub struct SlugRow {
    /// The kind.
    pub kind: Kind,
    /// The slug.
    pub id: String,
    /// The uid of the entry it was given to.
    pub uid: String,
}

/// What was read of a directory, all at one change number; or a part of it, of which what entries are shown by comes
/// first.
#[derive(Debug)]
pub struct Loaded {
    /// The number, and the chain up to it.
    pub head: Head,
    /// Terms that changed.
    pub terms: Vec<TermRow>,
    /// Entries that changed, in the order of their change numbers.
    pub entries: Vec<EntryRow>,
    /// Slugs that are no entry's present one.
    pub old_slugs: Vec<SlugRow>,
    /// The links of the chain from the first number that was read on: of each number the beginning of its hash.
    pub chain: Vec<u64>,
    /// Whether nothing comes after it.
    pub is_last: bool,
}

/// How many entries are in a part of what is loaded.
const PART: usize = 1_024;

/// The entries that changed after a number. All of an entry but what is free text is in one column: the driver takes as
/// long for each, however short, as for a body.
const ENTRIES: &str = "SELECT e.uid || ' ' || e.kind || ' ' || e.id || ' ' || e.state || ' ' || e.version || ' ' \
     || e.change_number || ' ' || e.created_at || ' ' || e.modified_at || ' ' || e.retired_at || ' ' || e.replaced_by, \
     e.retired_because, e.body FROM entry AS e WHERE e.change_number > $1 ORDER BY e.change_number";

/// The beginnings of the hashes of the chain, of which links are made, between two numbers: many in one row, for the same
/// reason, and no more than are put in order without a file.
const LINKS: &str = "SELECT string_agg(substr(chain, 1, 16), ' ' ORDER BY change_number) FROM history \
     WHERE change_number > $1 AND change_number <= $2";
const LINKS_AT_ONCE: i64 = 4_096;

impl Loaded {
    /// A part with nothing in it yet.
    fn part(head: &Head) -> Self {
        Self {
            head: head.clone(),
            terms: Vec::new(),
            entries: Vec::new(),
            old_slugs: Vec::new(),
            chain: Vec::new(),
            is_last: false,
        }
    }

    /// Adds the part that comes next.
    fn add(&mut self, next: Self) {
        self.head = next.head;
        self.terms.extend(next.terms);
        self.entries.extend(next.entries);
        self.old_slugs.extend(next.old_slugs);
        self.chain.extend(next.chain);
        self.is_last = next.is_last;
    }
}

impl Store {
    /// Where the change sequence stands.
    ///
    /// # Errors
    /// As the database fails.
    pub async fn head(&self) -> Result<Head, StoreError> {
        let mut connection = self.pool().acquire().await?;
        select_head(&mut connection).await
    }

    /// Everything.
    ///
    /// # Errors
    /// As the database fails.
    pub async fn load(&self) -> Result<Loaded, StoreError> {
        let mut loaded = Loaded::part(&Head::default());
        let add = |part| {
            loaded.add(part);
            ready(true)
        };
        let mut connection = self.pool().acquire().await?;
        read_all(&mut connection, self.dialect(), add).await?;
        Ok(loaded)
    }

    /// Everything, part by part: the next is read while the one before is used, and no more than a few are in memory. It
    /// ends where nobody takes any more. It is read on a connection of its own, which is as pressing as who asks for it.
    ///
    /// # Errors
    /// As the database fails.
    pub async fn load_in_parts(&self, parts: Sender<Loaded>) -> Result<(), StoreError> {
        let mut connection = self.connect_apart().await?;
        let give = |part| {
            let parts = parts.clone();
            async move { parts.send(part).await.is_ok() }
        };
        read_all(&mut connection, self.dialect(), give).await?;
        Ok(connection.close().await?)
    }

    /// What was committed after a head, or `None` where the chain does not know that head: the
    /// database was then restored from an older copy, and must be loaded anew.
    ///
    /// # Errors
    /// As the database fails.
    pub async fn load_since(&self, since: &Head) -> Result<Option<Loaded>, StoreError> {
        let mut transaction = self.pool().begin_with(BEGIN_READ.of(self.dialect())).await?;
        let head = select_head(&mut transaction).await?;
        let known = if since.change_number == 0 {
            Some(chain::GENESIS.to_owned())
        } else {
            sqlx::query_scalar("SELECT chain FROM history WHERE change_number = $1")
                .bind(since.change_number)
                .fetch_optional(&mut *transaction)
                .await?
        };
        if known.as_deref() != Some(since.chain.as_str()) {
            return Ok(None);
        }
        let mut loaded = Loaded::part(&head);
        let add = |part| {
            loaded.add(part);
            ready(true)
        };
        read_after(&mut transaction, &head, since.change_number, add).await?;
        transaction.rollback().await?;
        Ok(Some(loaded))
    }
}

/// Reads everything, and gives it on part by part for as long as more is wanted.
async fn read_all<G: Future<Output = bool>>(
    connection: &mut AnyConnection,
    dialect: Dialect,
    give: impl FnMut(Loaded) -> G,
) -> Result<(), StoreError> {
    let mut transaction = connection.begin_with(BEGIN_READ.of(dialect)).await?;
    let head = select_head(&mut transaction).await?;
    read_after(&mut transaction, &head, -1, give).await?;
    Ok(transaction.rollback().await?)
}

async fn select_head(connection: &mut AnyConnection) -> Result<Head, StoreError> {
    let row = sqlx::query("SELECT change_number, chain, committed_at, shipped FROM directory WHERE one = 1")
        .fetch_one(connection)
        .await?;
    Ok(Head {
        change_number: row.try_get(0)?,
        chain: row.try_get(1)?,
        committed_at: row.try_get(2)?,
        shipped: row.try_get(3)?,
    })
}

/// The slugs that entries had before.
const OLD_SLUGS: &str = "SELECT s.kind, s.id, s.uid FROM slug AS s \
     WHERE NOT EXISTS (SELECT 1 FROM entry AS e WHERE e.kind = s.kind AND e.id = s.id) ORDER BY s.kind, s.id";

/// The same for entries that changed after a number.
const OLD_SLUGS_SINCE: &str = "SELECT s.kind, s.id, s.uid FROM slug AS s \
     WHERE s.uid IN (SELECT uid FROM entry WHERE change_number > $1) \
     AND NOT EXISTS (SELECT 1 FROM entry AS e WHERE e.kind = s.kind AND e.id = s.id) ORDER BY s.kind, s.id";

/// Reads what was committed after a number, and gives it on part by part for as long as more is wanted.
async fn read_after<G: Future<Output = bool>>(
    connection: &mut AnyConnection,
    head: &Head,
    after: i64,
    mut give: impl FnMut(Loaded) -> G,
) -> Result<(), StoreError> {
    let mut part = Loaded { terms: TermRow::select_after(connection, after).await?, ..Loaded::part(head) };
    // Rows are taken one by one: a whole directory of them twice in memory would double its peak.
    let mut rows = sqlx::query(ENTRIES).bind(after).fetch(&mut *connection);
    while let Some(row) = rows.try_next().await? {
        part.entries.push(EntryRow::read(&row)?);
        if part.entries.len() == PART {
            let next = Loaded { entries: Vec::with_capacity(PART), ..Loaded::part(head) };
            if !give(std::mem::replace(&mut part, next)).await {
                return Ok(());
            }
        }
    }
    drop(rows);
    // A slug that no entry has any more was somebody's before. Asked for entry by entry, it takes SQLite up to two seconds
    // to find that there is none among 100,000.
    let old_slugs = if after < 0 { sqlx::query(OLD_SLUGS) } else { sqlx::query(OLD_SLUGS_SINCE).bind(after) };
    let old_slugs = old_slugs.fetch_all(&mut *connection).await?;
    part.old_slugs = old_slugs.iter().map(SlugRow::read).collect::<Result<_, _>>()?;
    let mut read = after;
    while read < head.change_number {
        let next = read.saturating_add(LINKS_AT_ONCE);
        let links: Option<String> = sqlx::query_scalar(LINKS).bind(read).bind(next).fetch_one(&mut *connection).await?;
        part.chain.extend(links.iter().flat_map(|links| links.split(' ')).map(chain::link));
        read = next;
    }
    part.is_last = true;
    give(part).await;
    Ok(())
}

impl EntryRow {
    /// Reads a row of [`ENTRIES`].
    fn read(row: &AnyRow) -> Result<Self, StoreError> {
        let short: &str = row.try_get(0)?;
        let mut words = short.split(' ');
        let [uid, kind, id, state, version, change_number, created_at, modified_at, retired_at, replaced_by] =
            std::array::from_fn(|_| words.next().unwrap_or_default());
        if words.next().is_some() {
            return Err(unreadable(short, "what has no spaces"));
        }
        let state = match state {
            "current" => State::Current,
            "retired" => State::Retired {
                since: Some(retired_at.to_owned()),
                reason: row.try_get(1)?,
                replaced_by: replaced_by.to_owned(),
            },
            other => return Err(unreadable(other, "its state")),
        };
        Ok(Self {
            uid: uid.to_owned(),
            kind: kind_of(kind)?,
            id: id.to_owned(),
            state,
            body: row.try_get(2)?,
            version: number_of(version)?,
            change_number: number_of(change_number)?,
            created_at: created_at.to_owned(),
            modified_at: modified_at.to_owned(),
        })
    }
}

/// A number that a row tells.
fn number_of(text: &str) -> Result<i64, StoreError> {
    text.parse().map_err(|_| unreadable(text, "a number"))
}

/// That a row tells something in place of what was wanted.
fn unreadable(text: &str, wanted: &str) -> StoreError {
    StoreError::Corrupt {
        name: "in use".to_owned(),
        detail: format!("it holds an entry with {text:?} where {wanted} should be"),
    }
}

impl TermRow {
    /// The terms that changed after a number.
    pub(super) async fn select_after(connection: &mut AnyConnection, after: i64) -> Result<Vec<Self>, StoreError> {
        let rows = sqlx::query("SELECT scheme, code, body, change_number, shipped FROM term WHERE change_number > $1 ORDER BY change_number")
            .bind(after)
            .fetch_all(connection)
            .await?;
        rows.iter()
            .map(|row| {
                Ok(Self {
                    scheme: row.try_get(0)?,
                    code: row.try_get(1)?,
                    body: row.try_get(2)?,
                    change_number: row.try_get(3)?,
                    shipped: row.try_get(4)?,
                })
            })
            .collect()
    }
}

impl SlugRow {
    /// Reads `kind, id, uid`.
    pub(super) fn read(row: &AnyRow) -> Result<Self, StoreError> {
        Ok(Self { kind: kind_of(row.try_get(0)?)?, id: row.try_get(1)?, uid: row.try_get(2)? })
    }
}

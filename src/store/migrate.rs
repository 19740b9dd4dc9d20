//! The schema's versions. Migrations only go forward, and the binary before must run on the new schema.

use sqlx::{AnyConnection, Row as _};

use super::dialect::{BEGIN_WRITE, COUNT_TABLES, Dialect, HAS_MIGRATIONS, LOCK_MIGRATION};
use super::error::StoreError;
use super::{Commit, Store, chain};

/// Every migration, in order: its number is its place, from 1.
const MIGRATIONS: &[&str] = &[
    include_str!("../../migrations/0001_directory.sql"),
    include_str!("../../migrations/0002_chain.sql"),
    include_str!("../../migrations/0003_clients.sql"),
    include_str!("../../migrations/0004_slugs.sql"),
];

/// The SQLite application id that marks a file as ours: `Ldir`.
const MARK_SQLITE: &str = "PRAGMA application_id = 1281649010";

/// The newest schema version this binary knows.
fn known() -> i64 {
    i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX)
}

/// Refuses a database that is damaged, newer or not ours.
pub(super) async fn inspect(connection: &mut AnyConnection, dialect: Dialect, name: &str) -> Result<(), StoreError> {
    version(connection, dialect, name).await.map(|_| ())
}

/// Refuses a database that is newer or not ours.
pub(super) async fn refuse_foreign(store: &Store, name: &str) -> Result<(), StoreError> {
    let mut connection = store.pool().acquire().await?;
    inspect(&mut connection, store.dialect(), name).await
}

/// The schema version of a database: 0 where it is empty.
async fn version(connection: &mut AnyConnection, dialect: Dialect, name: &str) -> Result<i64, StoreError> {
    if count(connection, HAS_MIGRATIONS.of(dialect)).await? == 0 {
        return match count(connection, COUNT_TABLES.of(dialect)).await? {
            0 => Ok(0),
            _ => Err(StoreError::NotOurs { name: name.to_owned() }),
        };
    }
    let found = count(connection, "SELECT COALESCE(MAX(version), 0) FROM leadership_directory_migration").await?;
    if found > known() {
        return Err(StoreError::Newer { name: name.to_owned(), found, known: known() });
    }
    Ok(found)
}

async fn count(connection: &mut AnyConnection, statement: &'static str) -> Result<i64, StoreError> {
    Ok(sqlx::query(statement).fetch_one(connection).await?.try_get(0)?)
}

impl Store {
    /// Brings the schema up to date inside a new transaction, and goes on in it as a commit. Another
    /// process that does the same at the same time waits here, and finds the work done.
    ///
    /// # Errors
    /// Where the database fails or refuses; nothing is then changed.
    pub async fn migrate(&self, now: &str, actor: &str, reason: &str) -> Result<Commit, StoreError> {
        let mut transaction = self.pool().begin_with(BEGIN_WRITE.of(self.dialect())).await?;
        sqlx::query(LOCK_MIGRATION.of(self.dialect())).fetch_one(&mut *transaction).await?;
        let found = version(&mut transaction, self.dialect(), "in use").await?;
        if found == 0 {
            if self.dialect() == Dialect::Sqlite {
                sqlx::raw_sql(MARK_SQLITE).execute(&mut *transaction).await?;
            }
            sqlx::query(
                "CREATE TABLE leadership_directory_migration (version BIGINT PRIMARY KEY, applied_at TEXT NOT NULL)",
            )
            .execute(&mut *transaction)
            .await?;
        }
        for (index, migration) in MIGRATIONS.iter().enumerate() {
            let number = i64::try_from(index + 1).unwrap_or(i64::MAX);
            if number > found {
                sqlx::raw_sql(*migration).execute(&mut *transaction).await?;
                sqlx::query("INSERT INTO leadership_directory_migration (version, applied_at) VALUES ($1, $2)")
                    .bind(number)
                    .bind(now.to_owned())
                    .execute(&mut *transaction)
                    .await?;
            }
        }
        sqlx::query("INSERT INTO directory (one, change_number, chain, committed_at, shipped) VALUES (1, 0, $1, $2, '') ON CONFLICT (one) DO NOTHING")
            .bind(chain::GENESIS.to_owned())
            .bind(now.to_owned())
            .execute(&mut *transaction)
            .await?;
        Commit::lock(transaction, self.dialect(), now, actor, reason).await
    }
}

impl Store {
    /// Whether the schema is the newest this binary knows.
    ///
    /// # Errors
    /// As the database fails.
    pub async fn is_current(&self) -> Result<bool, StoreError> {
        let mut connection = self.pool().acquire().await?;
        Ok(version(&mut connection, self.dialect(), "in use").await? == known())
    }
}

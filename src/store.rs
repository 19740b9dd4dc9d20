//! Durability: the database, its transactions, the change sequence and the history.
//!
//! The only room with SQL. It keeps bodies as text and knows nothing of what they say; whether a
//! change is right is settled before it gets here. One set of statements serves SQLite and
//! PostgreSQL; where they must differ, both stand in `dialect`.

mod chain;
mod clients;
mod commit;
mod dialect;
mod error;
mod migrate;
mod open;
mod read;

pub use chain::{hash, link};
pub use clients::ClientRow;
pub use commit::{Commit, Current, EntryWrite, Operation, State, TermWrite};
pub use dialect::Dialect;
pub use error::StoreError;
pub use read::{EntryRow, Loaded, SlugRow, TermRow};

use sqlx::AnyPool;

/// Where the change sequence stands: its last number and the hash that chains it to all before.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Head {
    /// The last change number; 0 in an empty directory.
    pub change_number: i64,
    /// The chain hash at that number, in hexadecimal.
    pub chain: String,
    /// When that change was committed.
    pub committed_at: String,
    /// The hash of the shipped catalogue that was last brought in; empty before the first.
    pub shipped: String,
}

/// A database that holds a directory.
#[derive(Debug, Clone)]
pub struct Store {
    pool: AnyPool,
    dialect: Dialect,
}

impl Store {
    /// Which engine this is.
    #[must_use]
    pub const fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Closes every connection, writing what the engine still holds back.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

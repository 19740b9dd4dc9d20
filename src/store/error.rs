//! What can go wrong with a database, in words its operator can act on.

use thiserror::Error;

/// A fault of the database.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The address names no engine we know.
    #[error("the database address begins with {0:?}; write sqlite://FILE, postgres://… or postgresql://…")]
    UnknownEngine(String),
    /// The file cannot be read as a database.
    #[error(
        "the database {name} is damaged, or is not a database ({detail}). Nothing was changed. Restore it from a backup, or give another --database."
    )]
    Corrupt {
        /// The database.
        name: String,
        /// The engine's words.
        detail: String,
    },
    /// The database may not be written.
    #[error(
        "the database {name} is read-only. Nothing was changed. Make it writable for this user, or give another --database."
    )]
    ReadOnly {
        /// The database.
        name: String,
    },
    /// The database was made by a newer binary.
    #[error(
        "the database {name} has schema version {found}, but this binary knows only {known}. Nothing was changed. Run a newer leadership-directory."
    )]
    Newer {
        /// The database.
        name: String,
        /// The schema version found.
        found: i64,
        /// The newest schema version this binary knows.
        known: i64,
    },
    /// The database holds something else.
    #[error(
        "the database {name} holds other data, not a leadership directory. Nothing was changed. Give an empty or a new database."
    )]
    NotOurs {
        /// The database.
        name: String,
    },
    /// There is no directory in the database, or one of an older schema.
    #[error(
        "the database {name} holds no directory, or one of an older version. Nothing was changed. Start the server, or import something, to make or bring it up to date."
    )]
    Missing {
        /// The database.
        name: String,
    },
    /// The database cannot be reached.
    #[error("the database {name} cannot be reached: {detail}")]
    Unreachable {
        /// The database.
        name: String,
        /// The engine's words.
        detail: String,
    },
    /// Somebody else holds the lock for too long.
    #[error("the database is busy: another change is being written. Try again.")]
    Busy,
    /// The database refused a change that breaks one of its rules.
    #[error("the database refused the change: {0}")]
    Refused(String),
    /// Any other fault of the engine.
    #[error("the database failed: {0}")]
    Failed(#[source] sqlx::Error),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        let Some(database) = error.as_database_error() else {
            return match error {
                sqlx::Error::PoolTimedOut | sqlx::Error::Io(_) | sqlx::Error::PoolClosed => {
                    Self::Unreachable { name: "in use".to_owned(), detail: error.to_string() }
                }
                error => Self::Failed(error),
            };
        };
        let code = database.code().unwrap_or_default().into_owned();
        let is_violation =
            database.is_foreign_key_violation() || database.is_unique_violation() || database.is_check_violation();
        match code.as_str() {
            _ if is_violation => Self::Refused(database.message().to_owned()),
            // SQLite: BUSY and LOCKED with their extended codes; PostgreSQL: lock_not_available, query_canceled.
            "5" | "6" | "261" | "517" | "773" | "55P03" | "57014" => Self::Busy,
            // SQLite READONLY and its extended codes; PostgreSQL read_only_sql_transaction.
            "8" | "264" | "520" | "776" | "1032" | "1288" | "1544" | "25006" => {
                Self::ReadOnly { name: "in use".to_owned() }
            }
            // SQLite CANTOPEN and its extended codes.
            "14" | "270" | "526" | "782" | "1038" | "1294" => {
                Self::Unreachable { name: "in use".to_owned(), detail: database.message().to_owned() }
            }
            // SQLite CORRUPT, its extended codes, and NOTADB.
            "11" | "267" | "523" | "779" | "26" => {
                Self::Corrupt { name: "in use".to_owned(), detail: database.message().to_owned() }
            }
            _ => Self::Failed(error),
        }
    }
}

impl StoreError {
    /// The same fault, with the name of the database an operator knows.
    #[must_use]
    pub fn of(self, name: &str) -> Self {
        let name = name.to_owned();
        match self {
            Self::Corrupt { detail, .. } => Self::Corrupt { name, detail },
            Self::ReadOnly { .. } => Self::ReadOnly { name },
            Self::Unreachable { detail, .. } => Self::Unreachable { name, detail },
            other => other,
        }
    }
}

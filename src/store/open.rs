//! Opening a database: which engine, whether it is ours, and whether we may use it.
//!
//! What is not ours, damaged, read-only or newer is found before anything is written.

use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::{AnyPool, ConnectOptions as _, Connection as _};

use super::dialect::Dialect;
use super::error::StoreError;
use super::{Store, migrate};

/// How long a reader waits for a connection.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(2);

/// How often opening a busy SQLite file is tried again, 50 ms apart.
const OPEN_TRIES: u32 = 200;

impl Store {
    /// Opens a database, which may be new, and brings its schema up to date together with whatever
    /// `seed` writes: all of it in one transaction, or nothing.
    ///
    /// # Errors
    /// Where the database cannot be reached or used, before anything is written.
    pub async fn open(url: &str, max_connections: u32) -> Result<Self, StoreError> {
        sqlx::any::install_default_drivers();
        let dialect = dialect_of(url)?;
        let name = display_name(url);
        if dialect == Dialect::Sqlite {
            inspect_file(url, &name).await?;
        }
        let pool = connect(url, dialect, max_connections).await.map_err(|error| match error {
            sqlx::Error::Database(_) => StoreError::from(error).of(&name),
            error => StoreError::Unreachable { name: name.clone(), detail: error.to_string() },
        })?;
        let store = Self { pool, dialect };
        migrate::refuse_foreign(&store, &name).await.map_err(|error| error.of(&name))?;
        Ok(store)
    }

    pub(super) const fn pool(&self) -> &AnyPool {
        &self.pool
    }
}

/// The engine that an address names.
fn dialect_of(url: &str) -> Result<Dialect, StoreError> {
    match url.split_once(':').map(|(scheme, _)| scheme) {
        Some("sqlite") => Ok(Dialect::Sqlite),
        Some("postgres" | "postgresql") => Ok(Dialect::Postgres),
        // Only the scheme is told: the rest may hold a password.
        _ => Err(StoreError::UnknownEngine(url.split_once(':').map_or("", |(scheme, _)| scheme).to_owned())),
    }
}

/// The address without user, password and parameters, for messages.
#[must_use]
fn display_name(url: &str) -> String {
    match url::Url::parse(url) {
        Ok(mut parsed) if parsed.scheme().starts_with("postgres") => {
            parsed.set_query(None);
            // Neither fails for an address that has a host, and one without has nothing to hide.
            let _ = parsed.set_password(None);
            let _ = parsed.set_username("");
            parsed.to_string()
        }
        _ => file_of(url).to_owned(),
    }
}

/// The file of a SQLite address.
fn file_of(url: &str) -> &str {
    let file = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:")).unwrap_or(url);
    file.split_once('?').map_or(file, |(file, _)| file)
}

async fn connect(url: &str, dialect: Dialect, max_connections: u32) -> Result<AnyPool, sqlx::Error> {
    let address = match dialect {
        Dialect::Sqlite => format!("sqlite://{}?mode=rwc", file_of(url)),
        Dialect::Postgres => url.to_owned(),
    };
    // Statements carry people's words: they are never logged.
    let options = AnyConnectOptions::from_str(&address)?.disable_statement_logging();
    let pool = AnyPoolOptions::new().max_connections(max_connections).acquire_timeout(ACQUIRE_TIMEOUT).after_connect(
        move |connection, _| {
            Box::pin(async move {
                for statement in settings(dialect) {
                    run_when_free(connection, statement).await?;
                }
                Ok(())
            })
        },
    );
    let pool = pool.connect_lazy_with(options);
    pool.acquire().await?;
    Ok(pool)
}

/// What every connection is set to. A change waits five seconds for another one's lock.
const fn settings(dialect: Dialect) -> &'static [&'static str] {
    match dialect {
        Dialect::Sqlite => &[
            "PRAGMA busy_timeout = 5000",
            "PRAGMA journal_mode = WAL",
            "PRAGMA synchronous = FULL",
            "PRAGMA foreign_keys = ON",
        ],
        Dialect::Postgres => &["SET lock_timeout = '5s'", "SET TIME ZONE 'UTC'"],
    }
}

/// Runs a statement, waiting while another process switches a new file to WAL: SQLite does not
/// call its busy handler for that.
async fn run_when_free(connection: &mut sqlx::AnyConnection, statement: &'static str) -> Result<(), sqlx::Error> {
    for _ in 0..OPEN_TRIES {
        match sqlx::raw_sql(statement).execute(&mut *connection).await {
            Err(error) if matches!(StoreError::from_ref(&error), Some(true)) => {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            done => return done.map(|_| ()),
        }
    }
    sqlx::raw_sql(statement).execute(connection).await.map(|_| ())
}

impl StoreError {
    /// Whether an engine's error says that the database is busy.
    fn from_ref(error: &sqlx::Error) -> Option<bool> {
        let code = error.as_database_error()?.code()?.into_owned();
        Some(matches!(code.as_str(), "5" | "6" | "261" | "517"))
    }
}

/// Looks at a SQLite file without writing to it.
async fn inspect_file(url: &str, name: &str) -> Result<(), StoreError> {
    let file = Path::new(file_of(url));
    let corrupt = |detail: String| StoreError::Corrupt { name: name.to_owned(), detail };
    let Ok(metadata) = std::fs::metadata(file) else {
        return inspect_folder(file, name);
    };
    if !metadata.is_file() {
        return Err(corrupt("it is not a file".to_owned()));
    }
    // SQLite would open such a file for a privileged user all the same; its owner marked it so.
    if metadata.permissions().readonly() {
        return Err(StoreError::ReadOnly { name: name.to_owned() });
    }
    if metadata.len() == 0 {
        return Ok(());
    }
    let mut magic = [0_u8; 16];
    let mut opened = std::fs::File::open(file).map_err(|error| corrupt(error.to_string()))?;
    if std::io::Read::read_exact(&mut opened, &mut magic).is_err() || &magic != b"SQLite format 3\0" {
        return Err(corrupt("it does not start as a SQLite database does".to_owned()));
    }
    drop(opened);
    let options = AnyConnectOptions::from_str(&format!("sqlite://{}?mode=ro", file_of(url)))
        .map_err(StoreError::from)?
        .disable_statement_logging();
    let mut connection = options.connect().await.map_err(|error| corrupt(error.to_string()))?;
    let findings = migrate::inspect(&mut connection, Dialect::Sqlite, name).await;
    // The connection only read; how it closes does not matter.
    let _ = connection.close().await;
    match findings {
        Err(StoreError::Busy) => Ok(()),
        other => other.map_err(|error| error.of(name)),
    }
}

/// A file that is not there yet needs a folder it can be made in.
fn inspect_folder(file: &Path, name: &str) -> Result<(), StoreError> {
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    if folder.is_dir() {
        return Ok(());
    }
    Err(StoreError::Unreachable {
        name: name.to_owned(),
        detail: format!("the folder {} does not exist", folder.display()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_never_shows_a_password() {
        assert_eq!(
            display_name("postgres://leader:secret@db.example:5432/directory?sslmode=require&password=x"),
            "postgres://db.example:5432/directory"
        );
        assert_eq!(display_name("sqlite://a/b.db?mode=ro"), "a/b.db");
        assert!(matches!(dialect_of("mysql://root:secret@host/db"), Err(StoreError::UnknownEngine(_))));
    }
}

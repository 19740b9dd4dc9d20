//! Opening a database: which engine, whether it is ours, and whether we may use it.
//!
//! What is not ours, damaged, read-only or newer is found before anything is written.

use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::{AnyConnection, AnyPool, ConnectOptions as _, Connection as _};

use super::dialect::Dialect;
use super::error::StoreError;
use super::{Store, migrate};

/// How long a reader waits for a connection.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(2);

/// How often opening a busy SQLite file is tried again, 50 ms apart.
const OPEN_TRIES: u32 = 200;

impl Store {
    /// Opens a database, which may be new and is then empty.
    ///
    /// # Errors
    /// Where the database cannot be reached or used, before anything is written.
    pub async fn open(url: &str, max_connections: u32) -> Result<Self, StoreError> {
        Self::open_as(url, max_connections, true).await
    }

    /// Opens a database that holds a directory already, with a schema this binary need not change.
    ///
    /// # Errors
    /// As [`Store::open`], and where there is no directory, or an older one.
    pub async fn open_existing(url: &str, max_connections: u32) -> Result<Self, StoreError> {
        let store = Self::open_as(url, max_connections, false).await?;
        if store.is_current().await? {
            return Ok(store);
        }
        Err(StoreError::Missing { name: display_name(url, store.dialect) })
    }

    async fn open_as(url: &str, max_connections: u32, may_create: bool) -> Result<Self, StoreError> {
        sqlx::any::install_default_drivers();
        let dialect = dialect_of(url)?;
        let name = display_name(url, dialect);
        if dialect == Dialect::Sqlite {
            inspect_file(url, &name, may_create).await?;
        }
        let pool = connect(url, dialect, max_connections).await.map_err(|error| match error {
            sqlx::Error::Database(_) => StoreError::from(error).of(&name),
            error => StoreError::Unreachable { name: name.clone(), detail: error.to_string() },
        })?;
        let store = Self { pool, dialect };
        migrate::refuse_foreign(&store, &name).await.map_err(|error| error.of(&name))?;
        Ok(store)
    }

    /// A connection beside the pool's, for which nobody waits longer than for one of the pool.
    pub(super) async fn connect_apart(&self) -> Result<AnyConnection, StoreError> {
        let options = self.pool.connect_options();
        let connected = tokio::time::timeout(ACQUIRE_TIMEOUT, options.connect()).await;
        let mut connection = connected.map_err(|_| sqlx::Error::PoolTimedOut)??;
        set(&mut connection, self.dialect).await?;
        Ok(connection)
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

/// The database as messages name it: never with a password.
#[must_use]
fn display_name(url: &str, dialect: Dialect) -> String {
    if dialect == Dialect::Sqlite {
        return file_of(url).to_owned();
    }
    let parsed = url::Url::parse(url).ok().filter(|parsed| !parsed.path().contains('@'));
    match parsed.as_ref().and_then(|parsed| Some((parsed.host_str()?, parsed))) {
        Some((host, parsed)) => {
            let port = parsed.port().map(|port| format!(":{port}")).unwrap_or_default();
            format!("postgres://{host}{port}{}", parsed.path())
        }
        // What cannot be taken apart may hold a password anywhere.
        None => "postgres://…".to_owned(),
    }
}

/// The file of a SQLite address.
fn file_of(url: &str) -> &str {
    url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:")).unwrap_or(url)
}

/// The address that the driver takes for a file: what it would read as more than a name is encoded.
fn driver_address(file: &str, mode: &str) -> String {
    let file = file.replace('%', "%25").replace('?', "%3F").replace('#', "%23");
    format!("sqlite://{file}?mode={mode}")
}

async fn connect(url: &str, dialect: Dialect, max_connections: u32) -> Result<AnyPool, sqlx::Error> {
    let address = match dialect {
        Dialect::Sqlite => driver_address(file_of(url), "rwc"),
        Dialect::Postgres => url.to_owned(),
    };
    // Statements carry people's words: they are never logged.
    let options = AnyConnectOptions::from_str(&address)?.disable_statement_logging();
    let pool = AnyPoolOptions::new()
        .max_connections(max_connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .after_connect(move |connection, _| Box::pin(async move { set(connection, dialect).await }));
    let pool = pool.connect_lazy_with(options);
    pool.acquire().await?;
    Ok(pool)
}

/// Sets a new connection to what every one is set to.
async fn set(connection: &mut AnyConnection, dialect: Dialect) -> Result<(), sqlx::Error> {
    for statement in settings(dialect) {
        run_when_free(connection, statement).await?;
    }
    Ok(())
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
async fn run_when_free(connection: &mut AnyConnection, statement: &'static str) -> Result<(), sqlx::Error> {
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
async fn inspect_file(url: &str, name: &str, may_create: bool) -> Result<(), StoreError> {
    let file = Path::new(file_of(url));
    let corrupt = |detail: String| StoreError::Corrupt { name: name.to_owned(), detail };
    let Ok(metadata) = std::fs::metadata(file) else {
        return if may_create {
            inspect_folder(file, name)
        } else {
            Err(StoreError::Missing { name: name.to_owned() })
        };
    };
    if !metadata.is_file() {
        return Err(corrupt("it is not a file".to_owned()));
    }
    // SQLite would open a marked file for a privileged user all the same; its owner marked it so.
    let is_writable = std::fs::OpenOptions::new().read(true).append(true).open(file).is_ok();
    if metadata.permissions().readonly() || !is_writable {
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
    let options = AnyConnectOptions::from_str(&driver_address(file_of(url), "ro"))
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
    let detail = match tempfile_in(folder) {
        Ok(()) => return Ok(()),
        Err(_) if !folder.is_dir() => format!("the folder {} does not exist", folder.display()),
        Err(error) => format!("no file can be made in the folder {}: {error}", folder.display()),
    };
    Err(StoreError::Unreachable { name: name.to_owned(), detail })
}

/// Makes a file in a folder and takes it away again.
fn tempfile_in(folder: &Path) -> std::io::Result<()> {
    let probe = folder.join(format!(".leadership-directory-{}", uuid::Uuid::new_v4()));
    std::fs::File::create_new(&probe)?;
    std::fs::remove_file(probe)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_never_shows_a_password() {
        for (url, shown) in [
            (
                "postgres://leader:secret@db.example:5432/directory?sslmode=require&password=secret",
                "postgres://db.example:5432/directory",
            ),
            ("postgres://leader:s3/secret@127.0.0.1:1/dir", "postgres://…"),
            ("postgres://leader:1#secret@127.0.0.1:1/dir", "postgres://leader:1"),
            ("postgres://leader:secret@127.0.0.1:notaport/dir", "postgres://…"),
        ] {
            assert_eq!(display_name(url, Dialect::Postgres), shown);
            assert!(!shown.contains("secret"));
        }
        assert_eq!(display_name("sqlite://a/b.db", Dialect::Sqlite), "a/b.db");
        assert!(
            matches!(dialect_of("mysql://root:secret@host/db"), Err(StoreError::UnknownEngine(name)) if name == "mysql")
        );
    }

    #[test]
    fn a_file_name_is_taken_as_it_is_written() {
        assert_eq!(driver_address("a b%20c?d#e.db", "ro"), "sqlite://a b%2520c%3Fd%23e.db?mode=ro");
    }
}

//! The two engines, a fresh database of either, and a PostgreSQL cluster of a test's own.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::{AnyPool, AssertSqlSafe};

/// An engine that tests run on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

/// A fresh database.
#[derive(Debug)]
pub(crate) struct Database {
    pub engine: Engine,
    pub url: String,
    /// Where SQLite keeps its file, and where tests put theirs.
    pub folder: tempfile::TempDir,
}

static COUNT: AtomicU32 = AtomicU32::new(0);

impl Engine {
    /// A database that nothing has been written to.
    pub(crate) async fn fresh(self) -> Database {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = match self {
            Self::Sqlite => format!("sqlite://{}", folder.path().join("directory.db").display()),
            Self::Postgres => {
                let server = std::env::var("LEADERSHIP_DIRECTORY_TEST_POSTGRES")
                    .expect("LEADERSHIP_DIRECTORY_TEST_POSTGRES names no PostgreSQL: run the tests with scripts/test");
                create_database(&server).await
            }
        };
        Database { engine: self, url, folder }
    }
}

/// Makes a database on a server, given as an address without a database.
pub(crate) async fn create_database(server: &str) -> String {
    let name = format!("test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let admin = pool(&format!("{server}/postgres")).await;
    sqlx::query(AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&admin).await.expect("a database");
    admin.close().await;
    format!("{server}/{name}")
}

/// Connects to a database beside the binary under test.
pub(crate) async fn pool(url: &str) -> AnyPool {
    sqlx::any::install_default_drivers();
    sqlx::any::AnyPoolOptions::new().max_connections(2).connect(url).await.expect("a connection")
}

impl Database {
    pub(crate) async fn pool(&self) -> AnyPool {
        pool(&self.url).await
    }

    /// The file of a SQLite database.
    pub(crate) fn file(&self) -> PathBuf {
        PathBuf::from(self.url.strip_prefix("sqlite://").expect("SQLite"))
    }
}

/// A PostgreSQL server of a test's own, which it may stop.
pub(crate) struct Cluster {
    folder: tempfile::TempDir,
    port: u16,
}

impl Cluster {
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        drop(listener);
        let cluster = Self { folder, port };
        if is_root() {
            run(Command::new("chown").arg("postgres").arg(cluster.folder.path()));
        }
        let data = cluster.data();
        run(as_postgres("initdb").args(["-D", &data, "-A", "trust", "-U", "postgres", "--no-sync"]));
        cluster.resume();
        cluster
    }

    pub(crate) fn server(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}", self.port)
    }

    pub(crate) fn resume(&self) {
        let options =
            format!("-p {} -k {} -c listen_addresses=127.0.0.1 -c fsync=off", self.port, self.folder.path().display());
        let log = self.folder.path().join("log").display().to_string();
        run(as_postgres("pg_ctl").args(["-D", &self.data(), "-w", "-l", &log, "-o", &options, "start"]));
    }

    pub(crate) fn stop(&self) {
        run(as_postgres("pg_ctl").args(["-D", &self.data(), "-w", "-m", "immediate", "stop"]));
    }

    fn data(&self) -> String {
        self.folder.path().join("data").display().to_string()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // A test that stopped it already leaves nothing to stop.
        let _ = as_postgres("pg_ctl").args(["-D", &self.data(), "-m", "immediate", "stop"]).output();
    }
}

/// A PostgreSQL program; its server refuses to run as root.
fn as_postgres(program: &str) -> Command {
    let installed = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let path = installed.map(|version| version.path().join("bin").join(program)).find(|path| path.is_file());
    let path = path.unwrap_or_else(|| Path::new(program).to_owned());
    if !is_root() {
        return Command::new(path);
    }
    let mut command = Command::new("runuser");
    command.args(["-u", "postgres", "--"]).arg(path);
    command
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|metadata| std::os::unix::fs::MetadataExt::uid(&metadata) == 0)
}

fn run(command: &mut Command) {
    // The server goes on holding what it was given to write to, so it is given nothing.
    let status =
        command.current_dir("/").stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).status();
    assert!(status.expect("the program runs").success(), "{command:?} failed");
}

//! Processes that are measured, each on a core of its own.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nix::sched::{CpuSet, sched_setaffinity};
use nix::time::{clock_getcpuclockid, clock_gettime};
use nix::unistd::Pid;

use crate::client::{Connection, request};

/// What one turn came to. Times are microseconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Measured {
    pub(crate) per_second: f64,
    pub(crate) p50: f64,
    pub(crate) p99: f64,
    pub(crate) cpu_us: f64,
}

/// Keeps this thread, and what it starts from now on, to some cores.
pub(crate) fn pin(cores: &[usize]) {
    let mut set = CpuSet::new();
    for core in cores {
        set.set(*core).expect("a core");
    }
    sched_setaffinity(Pid::from_raw(0), &set).expect("two cores are needed");
}

/// The binary under test.
fn binary() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_leadership-directory"));
    command.env_clear();
    command
}

/// A directory that the generator's entries were imported into.
pub(crate) struct Imported {
    folder: tempfile::TempDir,
    /// How long the import took.
    pub(crate) seconds: f64,
}

impl Imported {
    pub(crate) fn new(count: usize) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut imported = Self { folder, seconds: 0.0 };
        let made = binary().args(["generate", "--entries", &count.to_string()]).output().expect("it runs");
        let file = imported.file("entries.ndjson");
        std::fs::write(&file, made.stdout).expect("written");
        imported.seconds = imported.import(&file);
        imported
    }

    /// Another directory with the same in it.
    pub(crate) fn copied(&self) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let copy = Self { folder, seconds: self.seconds };
        std::fs::copy(self.file("directory.db"), copy.file("directory.db")).expect("copied");
        copy
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn database(&self) -> String {
        format!("sqlite://{}", self.file("directory.db").display())
    }

    /// Imports a file; how many seconds it took.
    pub(crate) fn import(&self, file: &std::path::Path) -> f64 {
        let begun = Instant::now();
        let done = self.importing(file).output().expect("it runs");
        assert!(done.status.success(), "{done:?}");
        begun.elapsed().as_secs_f64()
    }

    pub(crate) fn importing(&self, file: &std::path::Path) -> Command {
        let mut command = binary();
        command.args(["--database", &self.database(), "import"]).arg(file);
        command
    }
}

/// A server that is measured.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
    /// How long it took until it was ready.
    pub(crate) ready: Duration,
}

impl Server {
    /// Starts the binary with one worker on a core of its own, or on all cores.
    pub(crate) async fn start(imported: &Imported, settings: &[(&str, &str)], core: Option<usize>) -> Self {
        let mut command = binary();
        command.args(["--database", &imported.database(), "--listen", "127.0.0.1:0"]);
        command.env("LEADERSHIP_DIRECTORY__SERVER__WORKERS", "1");
        for (name, value) in settings {
            command.env(format!("LEADERSHIP_DIRECTORY__{name}"), value);
        }
        let mut server = Self::spawn(command, core);
        let begun = Instant::now().checked_sub(server.ready).expect("a moment");
        Connection::open(server.address).await.ask(&request("/health/ready", &[]), 200).await;
        server.ready = begun.elapsed();
        server
    }

    /// Starts the bare handler.
    pub(crate) async fn bare(core: usize) -> Self {
        let mut command = Command::new(std::env::current_exe().expect("a path"));
        command.arg("bare");
        let server = Self::spawn(command, Some(core));
        Connection::open(server.address).await.ask(&crate::bare::request(2), 200).await;
        server
    }

    fn spawn(mut command: Command, core: Option<usize>) -> Self {
        let begun = Instant::now();
        pin(&core.map_or_else(|| vec![crate::SERVING, crate::ASKING], |core| vec![core]));
        let mut child = command.stdout(Stdio::piped()).spawn().expect("it runs");
        pin(&[crate::ASKING]);
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("its output")).read_line(&mut line).expect("a line");
        let address =
            line.trim().strip_prefix("listening on http://").expect("an address").parse().expect("an address");
        Self { child, address, ready: begun.elapsed() }
    }

    /// The CPU time that it has used so far.
    pub(crate) fn cpu(&self) -> Duration {
        let pid = Pid::from_raw(i32::try_from(self.child.id()).expect("a process"));
        let clock = clock_getcpuclockid(pid).expect("its clock");
        clock_gettime(clock).expect("its time").into()
    }

    /// The bytes of memory that it holds.
    pub(crate) fn resident(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("its status");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("its memory");
        let kilobytes: u64 = line.trim().trim_end_matches(" kB").parse().expect("a number");
        kilobytes * 1024
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

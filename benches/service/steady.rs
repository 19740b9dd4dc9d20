//! Readers at a steady pace while the directory is written to: what a refresh costs them.

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::time::sleep_until;

use crate::client::Connection;
use crate::process::{Imported, Server};
use crate::questions::works;
use crate::{SERVING, tell};

/// How many requests come a second, for how long, and over how many connections.
const PACE: usize = 2_000;
const TIME: Duration = Duration::from_secs(30);
const CONNECTIONS: usize = 64;

/// How far one import is from the next; each eighth is of a thousand entries, the others of one.
const APART: Duration = Duration::from_millis(500);

/// How late answers were, in milliseconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Late {
    pub(crate) p50: f64,
    pub(crate) p99: f64,
    pub(crate) worst: f64,
    /// How much of the time of all cores went to other guests of the host, in percent.
    pub(crate) stolen: f64,
}

/// What readers saw.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Steady {
    /// While nothing changed: what the machine itself makes of the pace.
    pub(crate) calm: Late,
    /// While as many imports went on into another directory: what those take of the machine, whoever shows them.
    pub(crate) elsewhere: Late,
    /// While entries changed.
    pub(crate) changing: Late,
    /// How many imports went on then, of one entry and of a thousand.
    pub(crate) single: usize,
    pub(crate) batches: usize,
}

/// Asks for filtered lists at a steady pace: while nothing changes, while another directory does, and while this one does.
pub(crate) async fn measure(imported: &Imported) -> Steady {
    tell("10,000 entries: readers at a steady pace, while nothing changes");
    let other = imported.copied();
    let server = Server::start(imported, &[("ANSWERS__CACHE_MB", "0")], Some(SERVING)).await;
    let works = works(&server).await;
    let lists = works.iter().find(|work| work.name.starts_with("list page")).expect("lists");
    let calm = read(server.address, &lists.requests, begin()).await;
    let ids = programmes(imported);
    let changing = async |what: &str, written: &Imported| {
        tell(&format!("10,000 entries: readers at a steady pace, while {what}"));
        let (file, ids, begun) = (written.file("changes.ndjson"), ids.clone(), begin());
        let import = idle(&written.importing(&file));
        // On a thread of its own: who writes a file and starts a process waits for both, and who asks waits for nobody.
        let writer = std::thread::spawn(move || write(&file, import, &ids, begun.into_std()));
        (read(server.address, &lists.requests, begun).await, writer.join().expect("imports"))
    };
    let (elsewhere, _) = changing("another directory changes", &other).await;
    let (changing, [single, batches]) = changing("entries change", imported).await;
    Steady { calm, elsewhere, changing, single, batches }
}

/// Imports changes from a moment on, as long as readers ask: how many of one entry, and of a thousand.
fn write(file: &Path, mut import: Command, ids: &[String], begun: Instant) -> [usize; 2] {
    let mut imports = [0, 0];
    for (turn, due) in (0..).map(|turn| (turn, APART * turn)).take_while(|(_, due)| *due < TIME) {
        let turn = turn as usize;
        std::thread::sleep((begun + due).saturating_duration_since(Instant::now()));
        if begun.elapsed() >= TIME {
            break;
        }
        let is_batch = turn % 8 == 7;
        std::fs::write(file, changes(ids, if is_batch { 1_000 } else { 1 }, turn)).expect("written");
        assert!(import.status().expect("it runs").success(), "an import failed");
        imports[usize::from(is_batch)] += 1;
    }
    imports
}

/// The moment that readers begin.
fn begin() -> tokio::time::Instant {
    tokio::time::Instant::now() + Duration::from_millis(100)
}

/// Asks at a steady pace. A request that waits behind another is late from the moment that it was due; any other from
/// the moment that it was sent, as the clock that wakes who asks counts in whole milliseconds.
async fn read(address: SocketAddr, requests: &[Vec<u8>], begun: tokio::time::Instant) -> Late {
    let reader = async |number: usize| {
        let mut connection = Connection::open(address).await;
        let mut late = Vec::new();
        let mut turn = number;
        loop {
            let due = begun + Duration::from_secs_f64(turn as f64 / PACE as f64);
            if due - begun > TIME {
                return late;
            }
            let is_behind = due <= tokio::time::Instant::now();
            sleep_until(due).await;
            let sent = if is_behind { due } else { tokio::time::Instant::now() };
            connection.ask(requests.get(turn % requests.len()).expect("a request"), 200).await;
            late.push(sent.elapsed().as_secs_f64() * 1e3);
            turn += CONNECTIONS;
        }
    };
    let before = cores();
    let mut late: Vec<f64> = join_all((0..CONNECTIONS).map(reader)).await.concat();
    let (stolen, all) = (cores().0 - before.0, cores().1 - before.1);
    late.sort_by(f64::total_cmp);
    let at = |part: f64| late.get((late.len() as f64 * part) as usize).copied().unwrap_or_default();
    Late { p50: at(0.5), p99: at(0.99), worst: late.last().copied().unwrap_or_default(), stolen: stolen / all * 100.0 }
}

/// How much of the time of all cores others took so far, and all of it (`steal` in Linux's `proc_stat(5)`).
fn cores() -> (f64, f64) {
    let stat = std::fs::read_to_string("/proc/stat").expect("times");
    let times: Vec<f64> =
        stat.lines().next().expect("all cores").split(' ').filter_map(|time| time.parse().ok()).collect();
    (times.get(7).copied().unwrap_or_default(), times.iter().take(8).sum())
}

/// The ids of the programmes that were imported.
fn programmes(imported: &Imported) -> Vec<String> {
    let text = std::fs::read_to_string(imported.file("entries.ndjson")).expect("what was imported");
    let entries = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let programmes = entries.filter(|entry| entry.get("kind").is_some_and(|kind| kind == "programme"));
    programmes.filter_map(|entry| entry.get("id")?.as_str().map(str::to_owned)).collect()
}

/// Some programmes with another summary than before, and at another price.
fn changes(ids: &[String], count: usize, turn: usize) -> String {
    let line = |index: usize| {
        let id = ids.get((turn * 37 + index) % ids.len());
        json!({"kind": "programme", "id": id, "summary": format!("Changed in turn {turn}, as number {index}.")})
            .to_string()
    };
    (0..count).map(line).collect::<Vec<_>>().join("\n")
}

/// An import that shares a core with those who ask, whose clock it must not hold up: it gets what CPU they leave
/// (`SCHED_IDLE`; under any other policy the kernel lets it finish its slice first, and the clock is late).
fn idle(import: &Command) -> Command {
    let mut idle = Command::new("/usr/bin/chrt");
    idle.args(["--idle", "0"]).arg(import.get_program()).args(import.get_args());
    idle.env_clear().stdout(Stdio::null()).stderr(Stdio::null());
    idle
}

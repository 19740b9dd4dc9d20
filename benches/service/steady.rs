//! Readers at a steady pace while the directory is written to: what a refresh costs them.

use std::net::SocketAddr;
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

/// How late answers were, in milliseconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Late {
    pub(crate) p50: f64,
    pub(crate) p99: f64,
    pub(crate) worst: f64,
}

/// What readers saw.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Steady {
    /// While nothing changed: what the machine itself makes of the pace.
    pub(crate) calm: Late,
    /// While entries changed.
    pub(crate) changing: Late,
    /// How many imports went on meanwhile, of one entry and of a thousand.
    pub(crate) single: usize,
    pub(crate) batches: usize,
}

/// Asks for filtered lists at a steady pace, first while nothing changes and then while entries do.
pub(crate) async fn measure(imported: &Imported) -> Steady {
    tell("10,000 entries: readers at a steady pace, while nothing changes");
    let server = Server::start(imported, &[("ANSWERS__CACHE_MB", "0")], Some(SERVING)).await;
    let works = works(&server).await;
    let lists = works.iter().find(|work| work.name.starts_with("list page")).expect("lists");
    let calm = read(server.address, &lists.requests, begin()).await;
    tell("10,000 entries: readers at a steady pace, while entries change");
    let ids = programmes(imported);
    let begun = begin();
    let writer = async {
        let mut imports = [0, 0];
        for turn in 0.. {
            if begun.elapsed() >= TIME {
                break;
            }
            let is_batch = turn % 8 == 7;
            let file = imported.file("changes.ndjson");
            std::fs::write(&file, changes(&ids, if is_batch { 1_000 } else { 1 }, turn)).expect("written");
            import(imported, &file).await;
            imports[usize::from(is_batch)] += 1;
        }
        imports
    };
    let (changing, [single, batches]) = tokio::join!(read(server.address, &lists.requests, begun), writer);
    Steady { calm, changing, single, batches }
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
    let mut late: Vec<f64> = join_all((0..CONNECTIONS).map(reader)).await.concat();
    late.sort_by(f64::total_cmp);
    let at = |part: f64| late.get((late.len() as f64 * part) as usize).copied().unwrap_or_default();
    Late { p50: at(0.5), p99: at(0.99), worst: late.last().copied().unwrap_or_default() }
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

/// Runs an import. It shares a core with those who ask, whose clock it must not hold up: it gets what CPU they leave
/// (`SCHED_IDLE`; under any other policy the kernel lets it finish its slice first, and the clock is late).
async fn import(imported: &Imported, file: &std::path::Path) {
    let import = imported.importing(file);
    let mut child = Command::new("/usr/bin/chrt")
        .args(["--idle", "0"])
        .arg(import.get_program())
        .args(import.get_args())
        .env_clear()
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it runs");
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("a child") {
            assert!(status.success(), "an import failed");
            return;
        }
        assert!(begun.elapsed() < Duration::from_mins(1), "an import takes for ever");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

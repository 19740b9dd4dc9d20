//! What an answer costs: the release binary driven over loopback, beside a bare handler that returns a ready body of
//! the same size.
//!
//! `cargo bench --bench service` loads the generator's entries through the real import and asks thousands of different
//! questions, with the cache of answers off. Server and load generator have a core each. The two servers take turns,
//! round by round, so that whatever else the machine does is shared between them; the figure that counts is the ratio
//! of their CPU time a request. `--write` puts the tables into the README, `--steady` measures only what readers see while
//! entries change, `--at N` measures at N entries alone.

#![expect(
    clippy::expect_used,
    clippy::print_stderr,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    clippy::indexing_slicing,
    reason = "a measurement stops where anything is wrong, and its figures are small"
)]

mod bare;
mod client;
mod process;
mod questions;
mod report;
mod steady;

use std::time::Duration;

use client::{Tally, drive};
use process::{Imported, Measured, Server};
use questions::{Work, works};
use report::{Row, Sized, spread};

/// How many entries are loaded.
const COUNTS: [usize; 3] = [100, 10_000, 100_000];

/// How many times the two servers take turns, and how long each is driven at once.
const ROUNDS: usize = 15;
const TURN: Duration = Duration::from_millis(500);

/// How often each size is started on all cores.
pub(crate) const STARTS: usize = 5;

/// The core that serves, and the one that asks.
const SERVING: usize = 0;
const ASKING: usize = 1;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |name: &str| arguments.iter().any(|argument| argument == name);
    if has("bare") {
        return bare::run();
    }
    let rounds = if has("--quick") { 3 } else { ROUNDS };
    let at = arguments.iter().position(|argument| argument == "--at").and_then(|at| arguments.get(at + 1));
    let only =
        |count: &usize| (!has("--small") || *count < 100_000) && at.is_none_or(|wanted| *wanted == count.to_string());
    process::pin(&[ASKING]);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    if has("--steady") {
        let steady = runtime.block_on(async { steady::measure(&Imported::new(10_000)).await });
        return report::print(&format!("{}\n", report::told(&steady)));
    }
    let sized: Vec<Sized> = runtime.block_on(async {
        let mut sized = Vec::new();
        for count in COUNTS.into_iter().filter(only) {
            sized.push(measure(count, rounds).await);
        }
        sized
    });
    let text = report::tables(&sized, rounds);
    report::print(&text);
    if has("--write") {
        report::write(&text);
    }
}

/// Measures everything at one size of the directory.
async fn measure(count: usize, rounds: usize) -> Sized {
    tell(&format!("{count} entries: import"));
    let imported = Imported::new(count);
    tell(&format!("{count} entries: start"));
    let ours = Server::start(&imported, &[("ANSWERS__CACHE_MB", "0")], Some(SERVING)).await;
    let cached = Server::start(&imported, &[], Some(SERVING)).await;
    let bare = Server::bare(SERVING).await;
    let mut rows = Vec::new();
    for work in works(&ours).await {
        let served = if work.is_cached { &cached } else { &ours };
        rows.push(row(served, &bare, &work, count, rounds).await);
    }
    drop((ours, cached, bare));
    // How soon it is ready is measured as it is run: on all cores.
    let (mut ready, mut resident) = (Vec::new(), Vec::new());
    for start in 1..=STARTS {
        tell(&format!("{count} entries: start {start} of {STARTS}, on all cores"));
        let alone = Server::start(&imported, &[], None).await;
        ready.push(alone.ready.as_secs_f64());
        resident.push(alone.resident() as f64);
    }
    let (ready, resident) = (report::spread(ready), report::spread(resident));
    let steady = if count == 10_000 { Some(steady::measure(&imported).await) } else { None };
    Sized { count, imported: imported.seconds, ready, resident, rows, steady }
}

/// Drives both servers in turns.
async fn row(ours: &Server, bare: &Server, work: &Work, count: usize, rounds: usize) -> Row {
    // What is warmed up is the code, and what is learned is how long a body is.
    let warm = drive(ours.address, &work.requests, work.connections, TURN, work.status).await;
    let same = bare::request(warm.body_bytes());
    drive(bare.address, std::slice::from_ref(&same), work.connections, TURN / 2, 200).await;
    let mut turns = Vec::new();
    for round in 0..rounds {
        tell(&format!("{count} entries: {}, round {} of {rounds}", work.name, round + 1));
        let asked = costed(ours, &work.requests, work.connections, work.status).await;
        let ready = costed(bare, std::slice::from_ref(&same), work.connections, 200).await;
        turns.push((asked, ready));
    }
    let of = |f: &dyn Fn(&(Measured, Measured)) -> f64| spread(turns.iter().map(f).collect());
    Row {
        name: work.name,
        target: work.target(count),
        bytes: warm.body_bytes(),
        per_second: of(&|(ours, _)| ours.per_second),
        p50: of(&|(ours, _)| ours.p50),
        p99: of(&|(ours, _)| ours.p99),
        cpu: of(&|(ours, _)| ours.cpu_us),
        bare: of(&|(_, bare)| bare.cpu_us),
        ratio: of(&|(ours, bare)| bare.cpu_us / ours.cpu_us),
    }
}

/// Drives a server, and tells what its requests cost it.
async fn costed(server: &Server, requests: &[Vec<u8>], connections: usize, status: u16) -> Measured {
    let before = server.cpu();
    let tally: Tally = drive(server.address, requests, connections, TURN, status).await;
    tally.measured(server.cpu().saturating_sub(before))
}

/// Tells how far it is.
fn tell(line: &str) {
    eprint!("\r\x1b[2K{line}");
}

//! Joins the catalogue and the store: commits change sets, keeps the snapshot, follows other processes.

mod change;
mod clients;
mod follow;
mod ship;
mod together;
mod write;

pub use change::{Action, Change, ChangeFault, Outcome, Tally};
pub use clients::new_client;
pub use ship::{Shipped, prepare};
pub use write::{Refusal, Writer};

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use thiserror::Error;
use tokio::runtime::Handle;
use tokio::sync::watch;

use together::Together;

use crate::catalogue::{CatalogueError, Snapshot};
use crate::store::{Head, Store, StoreError, link};

/// Tells the time. Injected, so that tests can set it.
pub type Clock = fn() -> jiff::Timestamp;

/// What can go wrong with the directory as a whole.
#[derive(Debug, Error)]
pub enum DirectoryError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What the database holds cannot be shown.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// A change set was refused.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The database began to answer and did not go on.
    #[error("it stopped answering")]
    Silent,
    /// There is no thread on which to take in what the database holds.
    #[error("what the database holds cannot be taken in: no thread can be started ({0})")]
    NoThread(#[from] std::io::Error),
}

/// How long the database may take to give what is new: one that went away meanwhile holds nobody for ever. What is made
/// of it is waited for, however long it takes; a second refresh beside it would write to the same index.
const LONGEST_LOAD: Duration = Duration::from_mins(1);

/// How many parts of what is loaded wait to be taken in: enough to go on with while the chain is read, which comes last. More
/// would end the transaction sooner that sees one state of the database, and fill memory; it lasts for a few seconds with
/// 100,000 entries.
const PARTS: usize = 8;

/// How much a refresh gives way: it has a tenth of the CPU time that a thread which serves has, and more where that
/// leaves some (`nice`, POSIX.1-2017).
#[cfg(target_os = "linux")]
const GIVING_WAY: i32 = 10;

/// The directory of this process: what it serves from, and what it writes to.
#[derive(Debug)]
pub struct Directory {
    store: Store,
    clock: Clock,
    snapshot: Arc<ArcSwap<Snapshot>>,
    /// Held while the snapshot is advanced, so that no advance is lost.
    advancing: Arc<tokio::sync::Mutex<()>>,
    reachable: AtomicBool,
    /// Where the database stands, for those who are ahead of this process.
    last: Together<i64>,
    /// When it was last looked who may ask for tokens.
    looked_for_clients: Together<()>,
    /// Who may ask for tokens.
    clients: ArcSwap<clients::Clients>,
    /// What is shown, for those who wait for more.
    shown: Arc<watch::Sender<Shown>>,
}

/// How far the snapshot is, and whether it is worth waiting for more.
#[derive(Debug, Clone, Copy)]
struct Shown {
    change_number: i64,
    /// The link of the chain there: a directory that was brought back and changed again is another at the same number.
    link: u64,
    is_last: bool,
}

impl Shown {
    fn of(head: &Head) -> Self {
        Self { change_number: head.change_number, link: link(&head.chain), is_last: false }
    }

    fn shows(&self, head: &Head) -> bool {
        (self.change_number, self.link) == (head.change_number, link(&head.chain))
    }
}

impl Directory {
    /// Opens the directory in a store: brings schema and shipped catalogue up to date, and reads it.
    ///
    /// # Errors
    /// Where the database fails, or holds what cannot be shown.
    pub async fn open(store: Store, shipped: &Shipped, clock: Clock) -> Result<Self, DirectoryError> {
        prepare(&store, shipped, clock).await?;
        let clients = clients::read_clients(&store).await?;
        let begun = Instant::now();
        let (give, mut take) = tokio::sync::mpsc::channel(PARTS);
        // Rows go from thread to thread, and whoever waits for one is woken. Where those who read go before those who take the
        // rows in, that is done for every row, and takes a core from them each time; where all are as pressing, many rows are
        // there when somebody's turn comes.
        let (reading, here) = (store.clone(), Handle::current());
        let loading = aside("read", move || {
            here.block_on(reading.load_in_parts(give))?;
            tracing::debug!(read_for = ?begun.elapsed(), "read");
            Ok(())
        });
        let making = aside("refresh", move || Ok(Snapshot::new(std::iter::from_fn(move || take.blocking_recv()))?));
        let (loaded, made) = tokio::join!(loading, making);
        // Where reading failed, what was to be made of it did so too.
        let ((), snapshot) = (loaded?, made?);
        let shown = Shown::of(snapshot.head());
        Ok(Self {
            shown: Arc::new(watch::Sender::new(shown)),
            store,
            clock,
            snapshot: Arc::new(ArcSwap::from_pointee(snapshot)),
            advancing: Arc::default(),
            reachable: AtomicBool::new(true),
            last: Together::default(),
            looked_for_clients: Together::default(),
            clients: ArcSwap::from_pointee(clients),
        })
    }

    /// The directory as it stands in this process.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.snapshot.load_full()
    }

    /// The moment it is.
    #[must_use]
    pub fn now(&self) -> jiff::Timestamp {
        (self.clock)()
    }

    /// The day it is, in UTC: `YYYY-MM-DD`.
    #[must_use]
    pub fn today(&self) -> String {
        self.now().strftime("%Y-%m-%d").to_string()
    }

    /// Whether the database answered when it was last asked.
    #[must_use]
    pub fn is_reachable(&self) -> bool {
        self.reachable.load(Ordering::Relaxed)
    }

    /// Commits a change set, all of it or nothing, and shows it in this process.
    ///
    /// # Errors
    /// [`DirectoryError::Refused`] with every fault of the change set; otherwise as the database fails.
    pub async fn commit(
        &self,
        changes: Vec<Change>,
        actor: &str,
        reason: &str,
    ) -> Result<(Head, Tally), DirectoryError> {
        let mut writer = Writer::begin(&self.store, self.clock, actor, reason).await?;
        writer.apply(changes).await?;
        let done = writer.finish().await?;
        // It is durable now, and that is what is told; if it cannot be shown yet, the follower will.
        if let Err(error) = self.advance().await {
            tracing::warn!("a change is not shown yet: {error}");
        }
        Ok(done)
    }

    /// Waits until the snapshot shows another state than this; tells whether it is worth waiting for more: not where the
    /// process is about to stop.
    pub async fn other_than(&self, head: &Head) -> bool {
        let mut seen = self.shown.subscribe();
        let shown = seen.wait_for(|shown| shown.is_last || !shown.shows(head)).await;
        shown.is_ok_and(|shown| !shown.is_last)
    }

    /// The last change number in the database, which this process may not show yet.
    ///
    /// # Errors
    /// As the database fails.
    pub async fn last_committed(&self) -> Result<i64, StoreError> {
        self.last.ask(async { Ok(self.store.head().await?.change_number) }).await
    }

    /// Lets go all who wait for changes, now and from now on: the process is about to stop.
    pub fn stop_waiting(&self) {
        self.shown.send_modify(|shown| shown.is_last = true);
    }

    /// Closes the store's connections.
    pub async fn close(&self) {
        self.store.close().await;
    }

    /// Shows what was committed since the snapshot was made, by whichever process.
    async fn advance(&self) -> Result<(), DirectoryError> {
        let turn = Arc::clone(&self.advancing).lock_owned().await;
        let (place, shown, now) = (Arc::clone(&self.snapshot), Arc::clone(&self.shown), self.snapshot());
        let (loaded, is_whole) = match in_time(self.store.load_since(now.head())).await? {
            // A term may change what any entry shows of it, and a lost history leaves nothing to build on.
            Some(loaded) if loaded.terms.is_empty() => (loaded, false),
            _ => (in_time(self.store.load()).await?, true),
        };
        // It comes to its end there, whether or not anybody still waits for it. What only the last snapshot held is let go
        // of there too, once all who wait were told.
        aside("refresh", move || {
            let next = if is_whole { Snapshot::lenient(loaded)? } else { now.advance(loaded) };
            let now_shown = Shown::of(next.head());
            place.store(Arc::new(next));
            shown.send_modify(|shown| *shown = Shown { is_last: shown.is_last, ..now_shown });
            drop(now);
            drop(turn);
            Ok(())
        })
        .await
    }
}

/// What the database gives, where it does not take too long.
async fn in_time<T>(loading: impl Future<Output = Result<T, StoreError>>) -> Result<T, DirectoryError> {
    match tokio::time::timeout(LONGEST_LOAD, loading).await {
        Ok(loaded) => Ok(loaded?),
        Err(_) => Err(DirectoryError::Silent),
    }
}

/// Runs work that takes long off the threads that serve, on one that gives way to them where they share a core, as do
/// the threads that it starts: whoever reads does not wait for what was written. What writes the index is started with the
/// first snapshot, and so gives way for good.
async fn aside<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> Result<T, DirectoryError> + Send + 'static,
) -> Result<T, DirectoryError> {
    let (tell, told) = tokio::sync::oneshot::channel();
    let run = move || {
        // Elsewhere than on Linux it would slow the whole process. Where it is not allowed, the work is only as pressing
        // as any other.
        #[cfg(target_os = "linux")]
        let _ = rustix::process::nice(GIVING_WAY);
        let _ = tell.send(work());
    };
    let thread = std::thread::Builder::new().name(name.to_owned()).spawn(run)?;
    match told.await {
        Ok(done) => done,
        // It ended without a word: it panicked.
        Err(_) => match thread.join() {
            Err(panicked) => std::panic::resume_unwind(panicked),
            Ok(()) => Err(std::io::Error::other("it ended").into()),
        },
    }
}

/// A moment as the directory writes it: RFC 3339, UTC, milliseconds.
#[must_use]
pub fn moment(at: jiff::Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

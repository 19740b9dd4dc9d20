//! Following what other processes commit: a replica on PostgreSQL, an import beside the server on SQLite. And who may
//! ask for tokens.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::{Interval, MissedTickBehavior, interval, timeout};

use super::Directory;

/// How often the counter row and the clients are looked at. A change is seen everywhere well within a second.
const INTERVAL: Duration = Duration::from_millis(250);

/// How long the database may take to say where it stands before it counts as unreachable.
const PATIENCE: Duration = Duration::from_secs(3);

impl Directory {
    /// Follows the database for ever: what is committed, and who may ask for tokens. Neither waits for the other: a
    /// client that is revoked is not let in for as long as a large change takes to load.
    pub async fn follow(self: Arc<Self>) {
        tokio::join!(self.follow_changes(), self.follow_clients());
    }

    /// Shows what others commit, notes when the database cannot be reached, and heals when it is back. Polling one row
    /// serves both engines and needs no session to be kept.
    async fn follow_changes(&self) {
        let mut ticks = ticks();
        loop {
            ticks.tick().await;
            let answer = match timeout(PATIENCE, self.store.head()).await {
                Ok(Ok(head)) if head == *self.snapshot().head() => Ok(()),
                Ok(Ok(_)) => self.advance().await.map_err(|error| error.to_string()),
                Ok(Err(error)) => Err(error.to_string()),
                Err(_) => Err("it does not answer".to_owned()),
            };
            self.note(answer);
        }
    }

    /// Sees who may ask for tokens. While nobody can say, those may who could last.
    async fn follow_clients(&self) {
        let mut ticks = ticks();
        let mut is_known = true;
        loop {
            ticks.tick().await;
            let seen = match timeout(PATIENCE, self.look_for_clients()).await {
                Ok(seen) => seen.map_err(|error| error.to_string()),
                Err(_) => Err("the database does not answer".to_owned()),
            };
            match &seen {
                Ok(()) if !is_known => tracing::info!("who may ask for tokens is known again"),
                Err(detail) if is_known => {
                    tracing::error!("who may ask for tokens cannot be read, those may who could last: {detail}");
                }
                _ => {}
            }
            is_known = seen.is_ok();
        }
    }

    /// Notes whether the database answers, and tells the log when that changes.
    fn note(&self, answer: Result<(), String>) {
        let was = self.reachable.swap(answer.is_ok(), Ordering::Relaxed);
        match answer {
            Ok(()) if !was => tracing::info!("the database answers again"),
            Err(detail) if was => tracing::error!("the database cannot be read, answering from memory: {detail}"),
            _ => {}
        }
    }
}

/// The moments to look at the database.
fn ticks() -> Interval {
    let mut ticks = interval(INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

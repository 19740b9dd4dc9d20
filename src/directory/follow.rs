//! Following what other processes commit: a replica on PostgreSQL, an import beside the server on SQLite.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::Directory;

/// How often the counter row is looked at. A change is seen everywhere well within a second.
const INTERVAL: Duration = Duration::from_millis(250);

/// How long the database may take to say where it stands before it counts as unreachable.
const PATIENCE: Duration = Duration::from_secs(3);

impl Directory {
    /// Follows the database for ever: shows what others commit, notes when it cannot be reached, and
    /// heals when it is back. Polling one row serves both engines and needs no session to be kept.
    pub async fn follow(self: Arc<Self>) {
        let mut ticks = tokio::time::interval(INTERVAL);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let answer = match tokio::time::timeout(PATIENCE, self.store.head()).await {
                Ok(Ok(head)) if head == *self.snapshot().head() => Ok(()),
                Ok(Ok(_)) => self.advance().await.map_err(|error| error.to_string()),
                Ok(Err(error)) => Err(error.to_string()),
                Err(_) => Err("it does not answer".to_owned()),
            };
            self.note(answer);
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

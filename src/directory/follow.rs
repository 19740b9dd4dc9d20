//! Following what other processes commit: a replica on PostgreSQL, an import beside the server on SQLite.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::Directory;

/// How often the counter row and the clients are looked at. A change is seen everywhere well within a second.
const INTERVAL: Duration = Duration::from_millis(250);

/// How long loading what is new may take.
const LONGEST_LOAD: Duration = Duration::from_mins(1);

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
            let looked = async {
                self.look_for_clients().await?;
                self.store.head().await
            };
            let answer = match tokio::time::timeout(PATIENCE, looked).await {
                Ok(Ok(head)) if head == *self.snapshot().head() => Ok(()),
                Ok(Ok(_)) => self.catch_up().await,
                Ok(Err(error)) => Err(error.to_string()),
                Err(_) => Err("it does not answer".to_owned()),
            };
            self.note(answer);
        }
    }

    /// Shows what is new. A large change may take long; a database that went away meanwhile does not
    /// hold the follower for ever.
    async fn catch_up(&self) -> Result<(), String> {
        match tokio::time::timeout(LONGEST_LOAD, self.advance()).await {
            Ok(done) => done.map_err(|error| error.to_string()),
            Err(_) => Err("it stopped answering".to_owned()),
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

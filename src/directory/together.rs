//! Questions to the database that many who ask at once ask together: whoever may ask as often as they like keeps no
//! connection from anybody.

use std::time::Instant;

use tokio::sync::Mutex;

/// The last answer to a question, and when it was asked.
#[derive(Debug)]
pub(super) struct Together<T>(Mutex<Option<(Instant, T)>>);

impl<T> Default for Together<T> {
    fn default() -> Self {
        Self(Mutex::new(None))
    }
}

impl<T: Copy> Together<T> {
    /// Asks, or takes the answer to what somebody else began to ask after this call: never one that is older.
    pub(super) async fn ask<E>(&self, question: impl Future<Output = Result<T, E>>) -> Result<T, E> {
        let arrived = Instant::now();
        let mut last = self.0.lock().await;
        if let Some((begun, answer)) = *last
            && begun > arrived
        {
            return Ok(answer);
        }
        let begun = Instant::now();
        let answer = question.await?;
        *last = Some((begun, answer));
        Ok(answer)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn many_ask_twice_at_most_and_nobody_hears_what_is_older_than_their_question() {
        let (together, asked) = (Together::default(), AtomicU32::new(0));
        let question = || async {
            let number = asked.fetch_add(1, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(20)).await;
            Ok::<u32, ()>(number)
        };
        let heard = futures_util::future::join_all((0..100).map(|_| together.ask(question()))).await;
        assert_eq!(heard.iter().filter(|heard| **heard == Ok(0)).count(), 1);
        assert_eq!(heard.iter().filter(|heard| **heard == Ok(1)).count(), 99);
        assert_eq!(together.ask(question()).await, Ok(2));
    }
}

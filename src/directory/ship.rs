//! The catalogue that a binary ships, brought into a database.

use super::change::Change;
use super::write::Writer;
use super::{Clock, DirectoryError, moment};
use crate::store::{Store, StoreError};

/// Who is said to have made the changes that a binary ships.
const ACTOR: &str = "leadership-directory";

/// The catalogue that this binary ships.
#[derive(Debug, Clone, Copy)]
pub struct Shipped {
    /// Counts the editions; a binary never goes back behind an edition that a newer one brought in.
    pub edition: u32,
    /// The hash of the catalogue's text.
    pub hash: fn() -> String,
    /// The catalogue, as changes of the shipping sort.
    pub changes: fn() -> Vec<Change>,
}

impl Shipped {
    /// How the database notes this catalogue.
    fn mark(&self) -> String {
        format!("{} {}", self.edition, (self.hash)())
    }
}

/// The edition that a mark names; 0 before the first.
fn edition_of(mark: &str) -> u32 {
    mark.split_once(' ').and_then(|(edition, _)| edition.parse().ok()).unwrap_or(0)
}

/// Migrates the schema and brings in the shipped catalogue, in one transaction, where either is due.
///
/// # Errors
/// As the database fails, or refuses a shipped entry.
pub async fn prepare(store: &Store, shipped: &Shipped, clock: Clock) -> Result<(), DirectoryError> {
    let mark = shipped.mark();
    let is_due = |stored: &str| stored != mark && edition_of(stored) <= shipped.edition;
    let up_to_date = store.is_current().await?;
    if up_to_date && !is_due(&store.head().await?.shipped) {
        return Ok(());
    }
    let now = moment(clock());
    let commit = store.migrate(&now, ACTOR, "The catalogue shipped with this binary").await?;
    // Another process may have done the same while this one waited for the lock.
    let due = is_due(&commit.head().shipped);
    let mut writer = Writer::on(commit).await?;
    if !due {
        return Ok(writer.keep().await.map(|_| ())?);
    }
    writer.apply((shipped.changes)()).await?;
    writer.set_shipped(&mark).await?;
    let (head, tally) = writer.finish().await?;
    tracing::info!(change.number = head.change_number, "the shipped catalogue is in: {tally}");
    if tally.kept > 0 {
        tracing::warn!("{} shipped entries or terms were left as they were edited here", tally.kept);
    }
    Ok(())
}

impl From<StoreError> for super::Refusal {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_name_their_edition() {
        let shipped = Shipped { edition: 3, hash: || "abc".to_owned(), changes: Vec::new };
        assert_eq!(shipped.mark(), "3 abc");
        assert_eq!(edition_of("3 abc"), 3);
        assert_eq!(edition_of(""), 0);
    }
}

//! What can be done to the directory, and what came of it.

use serde_json::Value;

use crate::model::Fault;
use crate::model::codes::Kind;

/// One thing to do to the directory.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Where the change was written, in whatever numbering its author chose; faults name it.
    pub origin: u64,
    /// What to do.
    pub action: Action,
}

/// What to do to an entry or a term.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Create an entry, or replace those of its members that are given.
    Merge(Value),
    /// Create a shipped entry, or replace it where nobody has edited it.
    Ship(Value),
    /// Give an entry another slug. The one it had leads to it for ever.
    Rename {
        /// Its kind.
        kind: Kind,
        /// Its slug.
        from: String,
        /// Its new slug.
        to: String,
    },
    /// Take an entry out of the directory.
    Retire {
        /// Its kind.
        kind: Kind,
        /// Its slug.
        id: String,
        /// Why.
        reason: String,
        /// What takes its place, as `kind/slug`.
        replaced_by: Option<String>,
    },
    /// Create a term, or replace those of its members that are given.
    MergeTerm(Value),
    /// Create a shipped term, or replace it where nobody has edited it.
    ShipTerm(Value),
}

/// A fault of one change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeFault {
    /// The origin of the change.
    pub origin: u64,
    /// What the change is about, as `kind/slug`, as far as that is known.
    pub subject: String,
    /// What is wrong.
    pub fault: Fault,
}

/// What came of one change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was created.
    Created,
    /// It was updated.
    Updated,
    /// It stood so already.
    Unchanged,
    /// It has another slug.
    Renamed,
    /// It was retired.
    Retired,
    /// It was left as it is, since somebody has edited it.
    Kept,
}

impl Outcome {
    /// The outcome as a word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Unchanged => "unchanged",
            Self::Renamed => "renamed",
            Self::Retired => "retired",
            Self::Kept => "kept as edited",
        }
    }
}

/// How many changes came to what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Created.
    pub created: u64,
    /// Updated.
    pub updated: u64,
    /// Found to stand so already.
    pub unchanged: u64,
    /// Renamed.
    pub renamed: u64,
    /// Retired.
    pub retired: u64,
    /// Left as somebody edited them.
    pub kept: u64,
    /// Given a new number, since a vocabulary changed what they show or are found by.
    pub restamped: u64,
}

impl Tally {
    /// Counts an outcome.
    pub const fn count(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Created => self.created += 1,
            Outcome::Updated => self.updated += 1,
            Outcome::Unchanged => self.unchanged += 1,
            Outcome::Renamed => self.renamed += 1,
            Outcome::Retired => self.retired += 1,
            Outcome::Kept => self.kept += 1,
        }
    }

    /// How many changes there are to write.
    #[must_use]
    pub const fn changes(&self) -> u64 {
        self.created + self.updated + self.renamed + self.retired
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} created, {} updated, {} unchanged", self.created, self.updated, self.unchanged)?;
        for (count, word) in [
            (self.renamed, "renamed"),
            (self.retired, "retired"),
            (self.kept, "kept as edited"),
            (self.restamped, "moved by a vocabulary"),
        ] {
            if count > 0 {
                write!(f, ", {count} {word}")?;
            }
        }
        Ok(())
    }
}

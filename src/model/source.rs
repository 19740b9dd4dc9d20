//! Where facts come from, how old they are, and how entries and pages relate.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::codes::{Confidence, LinkRole, Relation, StatusTerm};
use super::text::{AsPrinted, EntryRef, Line, PartialDate, Pointer, Prose, SourceId, WebAddress};

/// A page or document that facts of this entry were read in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Source {
    /// The id by which this entry's `evidence` and `sources` members name it.
    pub id: SourceId,
    /// The title of the page or document, or a description where it has none.
    pub title: Line,
    /// Who published it.
    pub publisher: Option<Line>,
    /// Its address; null where it was not published at one.
    pub url: Option<WebAddress>,
    /// Its own date; null where it shows none.
    pub published: Option<PartialDate>,
    /// When we last read it live; null where only a stored copy was read.
    pub accessed: Option<PartialDate>,
    /// How near it stands to what it tells of.
    pub confidence: Option<Confidence>,
    /// What a reader should know about it, such as how its date was inferred.
    pub note: Option<Prose>,
}

/// The date a changing fact was true, as far as its source tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AsOf {
    /// The date; null says that the source itself is undated. The key is never left out.
    #[schema(required = true)]
    pub date: Option<PartialDate>,
    /// What is known about the date all the same.
    pub note: Option<Line>,
}

/// Whether the thing still exists or runs, as of when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// The status.
    pub term: StatusTerm,
    /// When that was so.
    pub as_of: AsOf,
    /// One sentence on what the status rests on.
    pub note: Option<Prose>,
    /// The sources that say so.
    #[serde(default)]
    pub sources: Vec<SourceId>,
}

/// A further fact in our own words that has no field of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Statement {
    /// The fact.
    pub text: Prose,
    /// The member of this entry that it bears on.
    pub about: Option<Pointer>,
    /// When it was so; null where it does not change with time.
    pub as_of: Option<AsOf>,
    /// The sources that say so.
    #[serde(default)]
    pub sources: Vec<SourceId>,
}

/// A page about the entry, beside its main address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Link {
    /// What the address leads to.
    pub role: LinkRole,
    /// The address, repaired where its source broke it.
    pub url: WebAddress,
    /// The address as its source prints it, where that differs.
    pub as_printed: Option<AsPrinted>,
    /// What to call the link.
    pub title: Option<Line>,
    /// The sources that give it.
    #[serde(default)]
    pub sources: Vec<SourceId>,
}

/// Another entry that this one has to do with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Related {
    /// How the two relate, read from this entry to the other.
    pub relation: Relation,
    /// The other entry.
    pub entry: EntryRef,
    /// One sentence on how.
    pub note: Option<Prose>,
    /// The sources that say so.
    #[serde(default)]
    pub sources: Vec<SourceId>,
}

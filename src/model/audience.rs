//! Whom an entry is for: four relations kept apart, leadership levels and pay bands.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::text::{AsPrinted, BandCode, CpdSchemeCode, LevelCode, Pointer, RoleCode, SourceId};

/// Whom an entry is for. Each member is null where no source states it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Audience {
    /// The source's words.
    pub as_printed: Option<AsPrinted>,
    /// Who may take part.
    pub open_to: Option<Vec<RoleCode>>,
    /// Whom it was designed for.
    pub aimed_at: Option<Vec<RoleCode>>,
    /// For whom it counts towards continuing professional development or revalidation.
    pub counts_for: Option<Vec<CountsFor>>,
    /// Who gives it: coaches, mentors, facilitators.
    pub provided_by: Option<Vec<RoleCode>>,
    /// The leadership levels it is for.
    pub levels: Option<Levels>,
    /// The pay bands it is for; never computed from levels.
    pub bands: Option<Bands>,
    /// Members whose terms were read off a title alone. They count as not stated.
    #[serde(default)]
    pub from_title: Vec<Pointer>,
}

/// A professional scheme that taking part counts towards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CountsFor {
    /// The scheme.
    pub scheme: CpdSchemeCode,
    /// The roles it counts for.
    #[schema(min_items = 1)]
    pub roles: Vec<RoleCode>,
    /// The source's words on how it counts.
    pub as_printed: Option<AsPrinted>,
    /// The sources that say so.
    #[serde(default)]
    pub sources: Vec<SourceId>,
}

/// A range of ordered leadership levels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Levels {
    /// The lowest level a participant is at now; null where only an aspiration is stated.
    pub from: Option<LevelCode>,
    /// The highest level a participant is at now.
    pub to: Option<LevelCode>,
    /// Whether higher levels are stated to be included.
    #[serde(default)]
    pub or_above: bool,
    /// Whether it is stated to be for people who aspire to lead, or to lead more.
    #[serde(default)]
    pub aspiring: bool,
    /// The level they aspire to; it never widens the range.
    pub aspires_to: Option<LevelCode>,
    /// The source's words.
    pub as_printed: Option<AsPrinted>,
}

/// A range of ordered pay bands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Bands {
    /// The lowest band.
    pub from: BandCode,
    /// The highest band.
    pub to: BandCode,
    /// Whether higher bands are stated to be included.
    #[serde(default)]
    pub or_above: bool,
    /// Whether people off the scale at an equivalent grade are stated to be included.
    #[serde(default)]
    pub or_equivalent: bool,
    /// The source's words.
    pub as_printed: Option<AsPrinted>,
}

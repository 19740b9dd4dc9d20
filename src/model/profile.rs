//! What a person tells of themselves to learn what they can take, and what they ask.
//!
//! It is never stored and never written anywhere: [`Profile`] has no readable `Debug`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::codes::{CostType, Kind, Participation, StatusTerm};
use super::text::{
    AccessRouteCode, AwardTypeCode, BandCode, CharacteristicCode, DeliveryModeCode, EligibilityTag, EmployerCode,
    EmployerSupportCode, FrameworkRef, LevelCode, Line, ProgrammeRef, ProviderRef, RegionCode, RegistrationCode,
    RoleCode, Slug,
};

/// What a person tells. Everything may be left out; what is left out is not told. A list that is given is the
/// whole of it: what is not in it does not apply.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Profile {
    /// What they work as.
    pub role: Option<RoleCode>,
    /// The leadership level they are at now.
    pub level: Option<LevelCode>,
    /// Their pay band, or, off the scale, the band theirs equals where they know it.
    pub band: Option<BandCode>,
    /// What sort of organisation they work for.
    pub employer: Option<EmployerCode>,
    /// The region they work in.
    pub region: Option<RegionCode>,
    /// The leadership level they aspire to.
    pub aspires_to: Option<LevelCode>,
    /// The statutory registers they are on.
    pub registrations: Option<Vec<RegistrationCode>>,
    /// Who at work backs them.
    pub employer_support: Option<Vec<EmployerSupportCode>>,
    /// The gates they have passed, such as an account.
    pub access_routes: Option<Vec<AccessRouteCode>>,
    /// The bodies they are a member of.
    pub memberships: Option<Vec<ProviderRef>>,
    /// The programmes they have taken part in.
    pub prior_programmes: Option<Vec<PriorProgramme>>,
    /// Years of experience, by what it is of, worded as the rules word it; 0 for none.
    pub experience: BTreeMap<String, u8>,
    /// Whether statements are true of them, worded as the rules word them: qualifications, aspirations, earlier
    /// learning.
    pub statements: BTreeMap<String, bool>,
}

impl std::fmt::Debug for Profile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Profile(not shown)")
    }
}

/// A programme that a person has taken part in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PriorProgramme {
    /// The programme.
    pub programme: ProgrammeRef,
    /// How far; null where that is not told.
    pub participation: Option<Participation>,
}

/// What a person asks: what they can take.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct EligibilityRequest {
    /// What they tell of themselves.
    pub profile: Profile,
    /// What they want to be shown too.
    pub show: Option<Show>,
    /// Which entries they ask about: the filters of lists.
    pub filter: Option<CheckFilter>,
    /// The kinds of entry; programmes where none is given.
    #[schema(min_items = 1)]
    pub kinds: Option<Vec<Kind>>,
    /// The most entries on the page; 20 where it is left out.
    #[schema(minimum = 1, maximum = 100)]
    pub limit: Option<u32>,
    /// Where the page begins: `meta.nextCursor` of the page before.
    pub cursor: Option<Line>,
}

impl std::fmt::Debug for EligibilityRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EligibilityRequest(not shown)")
    }
}

/// What a person wants to be shown, without being asked why.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Show {
    /// Judge programmes that are positive action on these characteristics as for people whom they are for.
    pub positive_action: Option<Vec<CharacteristicCode>>,
}

/// The filters of lists, as a check takes them: terms of one filter are alternatives, filters must all be met.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct CheckFilter {
    /// Open to, or aimed at, people who work as.
    pub role: Option<Vec<RoleCode>>,
    /// For people at a leadership level.
    pub level: Option<Vec<LevelCode>>,
    /// For people in a pay band.
    pub band: Option<Vec<BandCode>>,
    /// Who may take part.
    pub eligibility: Option<Vec<EligibilityTag>>,
    /// Who runs or publishes it.
    pub provider: Option<Vec<ProviderRef>>,
    /// The region it is for.
    pub region: Option<Vec<RegionCode>>,
    /// How it is delivered.
    pub delivery: Option<Vec<DeliveryModeCode>>,
    /// What it costs.
    pub cost: Option<Vec<CostType>>,
    /// What it awards.
    pub award: Option<Vec<AwardTypeCode>>,
    /// The framework it supports or is about.
    pub framework: Option<Vec<FrameworkRef>>,
    /// Whether it still exists or runs. Historic and replaced entries are checked only where this names them.
    pub status: Option<Vec<StatusTerm>>,
    /// Only these entries.
    pub id: Option<Vec<Slug>>,
}

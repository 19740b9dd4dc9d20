//! What a person tells of themselves to learn what they can take.
//!
//! It is never stored and never written anywhere: [`Profile`] has no readable `Debug`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, SchemaType, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::codes::Participation;
use super::text::{
    AccessRouteCode, BandCode, EmployerCode, EmployerSupportCode, LevelCode, ProgrammeRef, ProviderRef, RegionCode,
    RegistrationCode, RoleCode,
};

/// What a person tells. Everything may be left out; what is left out is not told. A list that is given is the
/// whole of it: what is not in it does not apply.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
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
    #[schema(min_items = 0, max_items = 50)]
    pub registrations: Option<Vec<RegistrationCode>>,
    /// Who at work backs them.
    #[schema(min_items = 0, max_items = 50)]
    pub employer_support: Option<Vec<EmployerSupportCode>>,
    /// The gates they have passed, such as an account.
    #[schema(min_items = 0, max_items = 50)]
    pub access_routes: Option<Vec<AccessRouteCode>>,
    /// The bodies they are a member of.
    #[schema(min_items = 0, max_items = 50)]
    pub memberships: Option<Vec<ProviderRef>>,
    /// The programmes they have taken part in.
    #[schema(min_items = 0, max_items = 50)]
    pub prior_programmes: Option<Vec<PriorProgramme>>,
    /// Years of experience, by what it is of, worded as the rules word it; 0 for none.
    pub experience: Option<BTreeMap<String, Years>>,
    /// Whether statements are true of them, worded as the rules word them: qualifications, aspirations, earlier
    /// learning.
    pub statements: Option<BTreeMap<String, bool>>,
}

impl std::fmt::Debug for Profile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Profile(not shown)")
    }
}

impl std::fmt::Debug for PriorProgramme {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PriorProgramme(not shown)")
    }
}

/// The most years that a person may tell of.
pub const MOST_YEARS: u8 = 80;

/// Whole years, 0 to [`MOST_YEARS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Years(pub u8);

impl PartialSchema for Years {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(SchemaType::new(Type::Integer))
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int32)))
            .description(Some("Whole years."))
            .minimum(Some(0))
            .maximum(Some(MOST_YEARS))
            .into()
    }
}

impl ToSchema for Years {
    fn name() -> Cow<'static, str> {
        "Years".into()
    }
}

/// A programme that a person has taken part in.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PriorProgramme {
    /// The programme.
    pub programme: ProgrammeRef,
    /// How far; null where that is not told.
    pub participation: Option<Participation>,
}

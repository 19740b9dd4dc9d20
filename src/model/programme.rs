//! What a programme takes, costs, gives and offers.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::codes::{CostPer, CostType, DurationKind, Per, Qualifier, Vat};
use super::eligibility::Eligibility;
use super::source::{AsOf, Statement};
use super::text::{
    AccessRouteCode, AsPrinted, AwardTypeCode, Currency, Decimal, DeliveryModeCode, IsoDuration, Line, OrganiserRef,
    PartialDate, Prose, ProviderRef, RegionCode, Slug, SourceId, WebAddress,
};

/// How it is delivered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Delivery {
    /// The source's words.
    pub as_printed: Option<AsPrinted>,
    /// The modes stated; null where none is.
    pub modes: Option<Vec<DeliveryModeCode>>,
    /// The gate a person passes to get in; null where none is stated.
    pub access: Option<AccessRouteCode>,
    /// Details, and where sources differ, each of their versions.
    #[serde(default)]
    pub details: Vec<Statement>,
}

/// One stated length. No sum is computed that a source does not state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Duration {
    /// What it measures.
    pub kind: DurationKind,
    /// The length, or the lower end of a range.
    pub value: IsoDuration,
    /// The upper end of a range; null where one length is stated.
    pub up_to: Option<IsoDuration>,
    /// How exact it is; null where it is stated flatly.
    pub qualifier: Option<Qualifier>,
    /// What it repeats by, such as a week; null where it is a whole.
    pub per: Option<Per>,
    /// The part, level or route it is the length of; null for the whole.
    pub of: Option<Line>,
    /// The source's words.
    pub as_printed: Option<AsPrinted>,
    /// When that was so; null where it is part of the programme's definition.
    pub as_of: Option<AsOf>,
    /// The sources that state it.
    #[serde(default)]
    pub sources: Vec<SourceId>,
}

/// An amount of money.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Money {
    /// The amount.
    pub value: Decimal,
    /// Its currency.
    pub currency: Currency,
}

/// One stated cost, one for each route, group or date that a source tells apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Cost {
    /// What sort of cost it is.
    #[serde(rename = "type")]
    pub cost_type: CostType,
    /// The amount; null where none is stated.
    pub amount: Option<Money>,
    /// What it is counted by.
    pub per: Option<CostPer>,
    /// Whether VAT is in it; null where the source does not say.
    pub vat: Option<Vat>,
    /// For whom, for which route or part; null for all.
    pub applies_to: Option<Line>,
    /// Who pays, what is included, and conditions.
    pub note: Option<Prose>,
    /// The source's words.
    pub as_printed: Option<AsPrinted>,
    /// When that was the cost.
    pub as_of: AsOf,
    /// The sources that state it.
    #[serde(default)]
    pub sources: Vec<SourceId>,
}

/// Help with the cost for some people. Not a condition of entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Bursary {
    /// For whom and on what terms.
    pub summary: Prose,
    /// Who may have it.
    pub eligibility: Option<Eligibility>,
    /// When that was so.
    pub as_of: AsOf,
    /// The sources that state it.
    #[serde(default)]
    pub sources: Vec<SourceId>,
}

/// What a participant receives on finishing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Award {
    /// The award's name.
    pub title: Line,
    /// What sort of award it is.
    #[serde(rename = "type")]
    pub award_type: AwardTypeCode,
    /// Who awards it; null where the source does not say.
    pub awarded_by: Option<ProviderRef>,
    /// For which route, level or cohort; null for all.
    pub applies_to: Option<Line>,
    /// What must be done for it.
    pub condition: Option<Prose>,
    /// When that was the award.
    pub as_of: AsOf,
    /// The sources that state it.
    #[serde(default)]
    pub sources: Vec<SourceId>,
}

/// A chance to take it: dated, or always open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Offering {
    /// The offering's id, unique within its programme.
    pub id: Slug,
    /// Whether it was taken back, as a cancelled cohort is. It stays, so that every copy is told.
    #[serde(default)]
    pub withdrawn: bool,
    /// Whether it may be begun at any time.
    #[serde(default)]
    pub always_open: bool,
    /// The provider or academy that runs it.
    pub organiser: Option<OrganiserRef>,
    /// The region it is for.
    pub region: Option<RegionCode>,
    /// Where it takes place, as the source words it.
    pub place: Option<Line>,
    /// The modes stated for it; null where none is.
    pub modes: Option<Vec<DeliveryModeCode>>,
    /// The first day.
    pub start: Option<PartialDate>,
    /// The last day.
    pub end: Option<PartialDate>,
    /// The day applications open.
    pub apply_from: Option<PartialDate>,
    /// The last day to apply.
    pub apply_by: Option<PartialDate>,
    /// How many people it takes.
    pub places: Option<u32>,
    /// Its cost, where it differs from the programme's.
    pub cost: Option<Cost>,
    /// Its page.
    pub url: Option<WebAddress>,
    /// What else is known.
    pub note: Option<Prose>,
    /// The sources that state it.
    #[serde(default)]
    pub sources: Vec<SourceId>,
}

/// How one applies, where a source tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Application {
    /// Where to apply.
    pub url: Option<WebAddress>,
    /// Whom to ask.
    pub contact: Option<Line>,
    /// The steps, in order.
    #[serde(default)]
    pub steps: Vec<Prose>,
    /// Who selects.
    pub selected_by: Option<Line>,
    /// When that was so.
    pub as_of: AsOf,
    /// The sources that state it.
    #[serde(default)]
    pub sources: Vec<SourceId>,
}

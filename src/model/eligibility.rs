//! Who may take part, as a rule that a machine can evaluate.
//!
//! A rule is data: open to a sector, or criteria combined by `all` and `any`. No programme's rule
//! is written in code. The `tags` that filters read are derived from the rule, here.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeSeed, Error as _, IntoDeserializer as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::codes::{Participation, Strength};
use super::text::{
    AccessRouteCode, AsPrinted, BandCode, CharacteristicCode, EligibilityTag, EmployerCode, EmployerSupportCode,
    LevelCode, Line, ProgrammeRef, ProviderRef, RegionCode, RegistrationCode, RoleCode, SectorCode, SourceId,
};
use super::vocabulary::Vocabularies;

/// What the tags begin with that say for whom positive action is: they tell of a protected characteristic.
pub const POSITIVE_ACTION: &str = "positive-action-";

/// Who may take part.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Eligibility {
    /// The source's words.
    pub as_printed: Option<AsPrinted>,
    /// The rule; null where no source states one.
    pub rule: Option<Rule>,
    /// Tags for filtering, derived from the rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(read_only)]
    pub tags: Option<Vec<EligibilityTag>>,
}

/// A rule: stated open to a sector, all of some rules, any of some rules, or one criterion.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(untagged)]
pub enum Rule {
    /// Stated to be open to a sector.
    Open(Open),
    /// Every one of the rules holds.
    All(All),
    /// At least one of the rules holds.
    Any(Any),
    /// One criterion.
    Criterion(Criterion),
}

/// Which rule it is, is told by the member that comes first as rules are written here. To try each in turn, as serde does
/// for what has no tag, takes about as long as all else that is read of an entry.
impl<'de> Deserialize<'de> for Rule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Members)
    }
}

/// Reads a rule from its members.
struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Rule;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a rule")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Rule, A::Error> {
        let first: String = members.next_key()?.ok_or_else(|| A::Error::custom("a rule has a member at least"))?;
        let tells = first.clone();
        let members = MapAccessDeserializer::new(Again { first: Some(first), members });
        match tells.as_str() {
            "open" => Open::deserialize(members).map(Rule::Open),
            "all" => All::deserialize(members).map(Rule::All),
            "any" => Any::deserialize(members).map(Rule::Any),
            "type" => Criterion::deserialize(members).map(Rule::Criterion),
            _ => {
                // Others write members in any order. All of some rules, and any of some, have one member only.
                let members: serde_json::Map<_, _> = Deserialize::deserialize(members)?;
                let is_criterion = members.contains_key("type");
                let members = Value::Object(members);
                let rule = if is_criterion {
                    Criterion::deserialize(members).map(Rule::Criterion)
                } else {
                    Open::deserialize(members).map(Rule::Open)
                };
                rule.map_err(A::Error::custom)
            }
        }
    }
}

/// The members of an object, the first of which was looked at.
struct Again<A> {
    first: Option<String>,
    members: A,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Again<A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        match self.first.take() {
            Some(name) => seed.deserialize(name.into_deserializer()).map(Some),
            None => self.members.next_key_seed(seed),
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.members.next_value_seed(seed)
    }
}

/// Stated to be open to everybody in a sector.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Open {
    /// The sector.
    pub open: SectorCode,
    /// The sources that say so.
    #[serde(default)]
    pub sources: Vec<SourceId>,
}

/// Every one of the rules holds.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct All {
    /// The rules.
    #[schema(no_recursion, min_items = 1, max_items = 32)]
    pub all: Vec<Rule>,
}

/// At least one of the rules holds.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Any {
    /// The rules.
    #[schema(no_recursion, min_items = 1, max_items = 32)]
    pub any: Vec<Rule>,
}

/// Declares the criteria: one variant each, with the members that all criteria share.
macro_rules! criteria {
    ($($(#[doc = $doc:literal])+ $variant:ident = $code:literal { $($(#[doc = $fdoc:literal])+ $(#[serde($($fattr:tt)+)])? $(#[schema($($sattr:tt)+)])? $field:ident: $ty:ty,)* })+) => {
        /// One test of a person or an application.
        #[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
        #[serde(tag = "type", rename_all = "kebab-case")]
        pub enum Criterion {
            $(
                $(#[doc = $doc])+
                #[serde(rename_all = "camelCase")]
                $variant {
                    $($(#[doc = $fdoc])+ $(#[serde($($fattr)+)])? $(#[schema($($sattr)+)])? $field: $ty,)*
                    /// How binding it is; `required` unless said otherwise.
                    #[serde(default = "required")]
                    strength: Strength,
                    /// The source's words.
                    as_printed: Option<AsPrinted>,
                    /// The sources that state it.
                    #[serde(default)]
                    sources: Vec<SourceId>,
                },
            )+
        }

        impl Criterion {
            /// How binding it is.
            #[must_use]
            pub const fn strength(&self) -> Strength {
                match self { $(Self::$variant { strength, .. } => *strength,)+ }
            }

            /// The sources that state it.
            #[must_use]
            pub fn sources(&self) -> &[SourceId] {
                match self { $(Self::$variant { sources, .. } => sources,)+ }
            }
        }

        /// The criterion types, as a vocabulary: code and definition.
        pub const CRITERION_TYPES: &[(&str, &str)] = &[$(($code, concat!($($doc),+)),)+];
    };
}

/// The strength of a criterion that does not say.
fn required() -> Strength {
    Strength::Required
}

criteria! {
    /// Works for one of these sorts of organisation.
    Employer = "employer" {
        /// The sorts of organisation.
        #[schema(min_items = 1)]
        any_of: Vec<EmployerCode>,
    }
    /// The programme is positive action for people who share a protected characteristic (Equality Act 2010). Never asked of a person.
    PositiveAction = "positive-action" {
        /// The characteristic.
        characteristic: CharacteristicCode,
        /// For whom, in a present-day term of our own.
        group: Option<Line>,
    }
    /// Works in one of these roles.
    Profession = "profession" {
        /// The roles.
        #[schema(min_items = 1)]
        any_of: Vec<RoleCode>,
    }
    /// Is on one of these statutory registers.
    Registration = "registration" {
        /// The registers.
        #[schema(min_items = 1)]
        any_of: Vec<RegistrationCode>,
    }
    /// Is at one of these leadership levels now.
    Level = "level" {
        /// The lowest level.
        from: LevelCode,
        /// The highest level.
        to: LevelCode,
        /// Whether higher levels are included.
        #[serde(default)]
        or_above: bool,
    }
    /// Is in one of these pay bands.
    Band = "band" {
        /// The lowest band.
        from: BandCode,
        /// The highest band.
        to: BandCode,
        /// Whether higher bands are included.
        #[serde(default)]
        or_above: bool,
        /// Whether an equivalent grade off the scale is included.
        #[serde(default)]
        or_equivalent: bool,
    }
    /// Aspires to a level or to a wider scope.
    Aspiration = "aspiration" {
        /// The level aspired to; null where only a scope is stated.
        to: Option<LevelCode>,
        /// The scope aspired to.
        scope: Option<Line>,
    }
    /// Works in one of these regions.
    Region = "region" {
        /// The regions.
        #[schema(min_items = 1)]
        any_of: Vec<RegionCode>,
    }
    /// Somebody at work backs the application.
    EmployerSupport = "employer-support" {
        /// Who: one of these.
        #[schema(min_items = 1)]
        any_of: Vec<EmployerSupportCode>,
    }
    /// Has passed one of these gates.
    AccessRoute = "access-route" {
        /// The gates.
        #[schema(min_items = 1)]
        any_of: Vec<AccessRouteCode>,
    }
    /// Holds a qualification.
    Qualification = "qualification" {
        /// The qualification.
        name: Line,
        /// Whether an equivalent one counts.
        #[serde(default)]
        or_equivalent: bool,
    }
    /// Has experience.
    Experience = "experience" {
        /// The least number of years; null where none is stated.
        #[schema(maximum = 80)]
        years: Option<u8>,
        /// Experience of what.
        of: Line,
    }
    /// Has taken part in an earlier programme.
    PriorProgramme = "prior-programme" {
        /// One of these programmes; null for any of the kind described.
        any_of: Option<Vec<ProgrammeRef>>,
        /// What sort of programme, where none is named.
        of: Option<Line>,
        /// How far: one of these.
        #[schema(min_items = 1)]
        participation: Vec<Participation>,
    }
    /// Is a member of a body.
    Membership = "membership" {
        /// The body.
        of: ProviderRef,
    }
}

impl Rule {
    /// Calls `visit` on this rule and on every rule inside it.
    pub fn visit<'a>(&'a self, visit: &mut impl FnMut(&'a Self)) {
        visit(self);
        match self {
            Self::All(All { all: rules }) | Self::Any(Any { any: rules }) => {
                for rule in rules {
                    rule.visit(visit);
                }
            }
            Self::Open(_) | Self::Criterion(_) => {}
        }
    }

    /// Whether it requires anything: what is only preferred or recommended refuses nobody.
    #[must_use]
    pub fn requires(&self) -> bool {
        match self {
            Self::All(All { all: rules }) | Self::Any(Any { any: rules }) => rules.iter().any(Self::requires),
            Self::Open(_) => true,
            Self::Criterion(criterion) => criterion.strength() == Strength::Required,
        }
    }

    /// How deep rules stand inside rules; a single criterion is 1 deep.
    #[must_use]
    pub fn depth(&self) -> usize {
        match self {
            Self::All(All { all: rules }) | Self::Any(Any { any: rules }) => {
                1 + rules.iter().map(Self::depth).max().unwrap_or(0)
            }
            Self::Open(_) | Self::Criterion(_) => 1,
        }
    }

    /// The tags that the `eligibility` filter reads, sorted. Only required criteria give a tag.
    ///
    /// What a sector, an employer or a role amounts to is data: the `tags` of its term. Of
    /// alternatives, those tags are kept that say who may come, and of those that say what is
    /// demanded only what every alternative demands.
    #[must_use]
    pub fn tags(&self, vocabularies: &Vocabularies) -> Vec<EligibilityTag> {
        let Tags { opening, demanding } = self.collect_tags(vocabularies);
        opening.union(&demanding).cloned().map(EligibilityTag).collect()
    }

    fn collect_tags(&self, vocabularies: &Vocabularies) -> Tags {
        let mut tags = Tags::default();
        match self {
            Self::Open(open) => tags.opening.extend(vocabularies.tags("sector", open.open.as_str())),
            Self::Criterion(criterion) if criterion.strength() == Strength::Required => {
                criterion_tags(criterion, vocabularies, &mut tags);
            }
            Self::Criterion(_) => {}
            Self::All(All { all }) => {
                for inner in all.iter().map(|rule| rule.collect_tags(vocabularies)) {
                    tags.opening.extend(inner.opening);
                    tags.demanding.extend(inner.demanding);
                }
            }
            Self::Any(Any { any }) => {
                let mut demanded: Option<BTreeSet<String>> = None;
                for inner in any.iter().map(|rule| rule.collect_tags(vocabularies)) {
                    tags.opening.extend(inner.opening);
                    demanded = Some(match demanded {
                        None => inner.demanding,
                        Some(so_far) => so_far.intersection(&inner.demanding).cloned().collect(),
                    });
                }
                tags.demanding = demanded.unwrap_or_default();
            }
        }
        tags
    }
}

/// The tags of a rule: who may come, and what is demanded of them.
#[derive(Default)]
struct Tags {
    opening: BTreeSet<String>,
    demanding: BTreeSet<String>,
}

/// Adds the tags of one required criterion.
fn criterion_tags(criterion: &Criterion, vocabularies: &Vocabularies, tags: &mut Tags) {
    let tag = match criterion {
        Criterion::Employer { any_of, .. } => {
            tags.opening.extend(any_of.iter().flat_map(|code| vocabularies.tags("employer", code.as_str())));
            return;
        }
        Criterion::Profession { any_of, .. } => {
            // Only what every one of the roles amounts to is demanded of everybody.
            let shared = any_of
                .iter()
                .map(|code| vocabularies.tags("role", code.as_str()).into_iter().collect::<BTreeSet<_>>())
                .reduce(|a, b| a.intersection(&b).cloned().collect());
            tags.demanding.extend(shared.unwrap_or_default());
            return;
        }
        Criterion::PositiveAction { characteristic, .. } => format!("{POSITIVE_ACTION}{characteristic}"),
        Criterion::Registration { .. } => "registration-needed".to_owned(),
        Criterion::Level { .. } | Criterion::Band { .. } => "level-or-band-required".to_owned(),
        Criterion::Aspiration { .. } => "aspiration-required".to_owned(),
        Criterion::Region { .. } => "region-required".to_owned(),
        Criterion::EmployerSupport { .. } => "employer-support-needed".to_owned(),
        Criterion::AccessRoute { .. } => "account-needed".to_owned(),
        Criterion::Qualification { .. } => "qualification-needed".to_owned(),
        Criterion::Experience { .. } => "experience-needed".to_owned(),
        Criterion::PriorProgramme { .. } => "prior-programme-needed".to_owned(),
        Criterion::Membership { .. } => "members-only".to_owned(),
    };
    tags.demanding.insert(tag);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_rule_is_read_whatever_member_comes_first() {
        let region =
            json!({"type": "region", "anyOf": ["london"], "strength": "required", "asPrinted": null, "sources": []});
        for (read, written) in [
            (r#"{"open":"anyone"}"#, json!({"open": "anyone", "sources": []})),
            (r#"{"sources":["page"],"open":"anyone"}"#, json!({"open": "anyone", "sources": ["page"]})),
            (r#"{"type":"region","anyOf":["london"]}"#, region.clone()),
            (r#"{"anyOf":["london"],"sources":[],"type":"region"}"#, region.clone()),
            (r#"{"all":[]}"#, json!({"all": []})),
            (r#"{"any":[{"all":[{"anyOf":["london"],"type":"region"}]}]}"#, json!({"any": [{"all": [region]}]})),
        ] {
            let rule: Rule = serde_json::from_str(read).expect(read);
            assert_eq!(serde_json::to_value(&rule).unwrap(), written, "{read}");
            assert_eq!(serde_json::from_value::<Rule>(serde_json::from_str(read).unwrap()).unwrap(), rule, "{read}");
            // Written here, it begins with what tells which rule it is.
            let text = serde_json::to_string(&rule).unwrap();
            assert!(
                ["{\"open\":", "{\"all\":", "{\"any\":", "{\"type\":"].iter().any(|first| text.starts_with(first)),
                "{text}"
            );
        }
        for refused in [
            "{}",
            "[]",
            "\"nhs\"",
            "null",
            r#"{"sources":[]}"#,
            r#"{"anyOf":["london"]}"#,
            r#"{"type":"no-such"}"#,
            r#"{"all":[],"more":1}"#,
            r#"{"more":1,"all":[]}"#,
            r#"{"open":"anyone","type":"region"}"#,
            r#"{"all":[{"type":"region","anyOf":"london"}]}"#,
        ] {
            assert!(serde_json::from_str::<Rule>(refused).is_err(), "{refused}");
        }
    }
}

//! Which terms an entry states, and where.

use std::sync::Arc;

use super::block::Stretch;
use super::facet::{Field, Reach};
use crate::model::audience::{Audience, Bands, Levels};
use crate::model::eligibility::{Criterion, Eligibility, Rule};
use crate::model::programme::Cost;
use crate::model::{Entry, Vocabularies};

/// The member of an entry that states a term, in the order of their pointers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Member {
    /// `/audience/aimedAt`
    AimedAt,
    /// `/audience/bands`
    Bands,
    /// `/audience/levels`
    Levels,
    /// `/audience/openTo`
    OpenTo,
    /// `/awards`
    Awards,
    /// `/costs`
    Costs,
    /// `/delivery/modes`
    DeliveryModes,
    /// `/eligibility`
    Eligibility,
    /// `/eligibility/rule`
    EligibilityRule,
    /// `/frameworks`
    Frameworks,
    /// `/offerings`
    Offerings,
    /// `/provider`
    Provider,
    /// `/providers`
    Providers,
    /// `/region`
    Region,
    /// `/services`
    Services,
    /// `/status/term`
    StatusTerm,
    /// `/type`
    Type,
}

impl Member {
    /// How many there are.
    pub(super) const COUNT: usize = Self::Type as usize + 1;

    /// Where it is (RFC 6901).
    #[must_use]
    pub const fn pointer(self) -> &'static str {
        match self {
            Self::AimedAt => "/audience/aimedAt",
            Self::Bands => "/audience/bands",
            Self::Levels => "/audience/levels",
            Self::OpenTo => "/audience/openTo",
            Self::Awards => "/awards",
            Self::Costs => "/costs",
            Self::DeliveryModes => "/delivery/modes",
            Self::Eligibility => "/eligibility",
            Self::EligibilityRule => "/eligibility/rule",
            Self::Frameworks => "/frameworks",
            Self::Offerings => "/offerings",
            Self::Provider => "/provider",
            Self::Providers => "/providers",
            Self::Region => "/region",
            Self::Services => "/services",
            Self::StatusTerm => "/status/term",
            Self::Type => "/type",
        }
    }
}

/// A term that an entry states. Most entries that state it where it is share one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stated {
    /// What it is stated of.
    pub field: Field,
    /// What states it.
    pub at: Member,
    /// The term.
    pub code: Arc<str>,
}

/// Everything that an entry states, field by field.
#[derive(Debug, Clone)]
pub struct StatedTerms {
    all: Stretch<Arc<Stated>>,
    /// Where in it what is stated of each field ends; it begins where that of the field before does.
    ends: [u16; Field::ALL.len()],
}

impl StatedTerms {
    /// The terms that are stated, sorted by field.
    fn sorted(all: Vec<Arc<Stated>>) -> Self {
        let end = |field: Field| all.partition_point(|stated| stated.field <= field);
        let ends = Field::ALL.map(|field| u16::try_from(end(field)).unwrap_or(u16::MAX));
        Self { ends, all: Stretch::alone(all) }
    }

    /// All of them.
    #[must_use]
    pub fn all(&self) -> &[Arc<Stated>] {
        &self.all
    }

    /// As [`Self::all`], to put them elsewhere.
    pub(super) const fn all_mut(&mut self) -> &mut Stretch<Arc<Stated>> {
        &mut self.all
    }

    /// Those of a field.
    #[must_use]
    pub fn of(&self, field: Field) -> &[Arc<Stated>] {
        let end = |at: usize| self.ends.get(at).map_or(0, |end| *end as usize);
        let at = field as usize;
        self.all.get(at.checked_sub(1).map_or(0, end)..end(at)).unwrap_or_default()
    }
}

/// Collects what an entry states.
struct Collect<'a> {
    vocabularies: &'a Vocabularies,
    reach: &'a Reach,
    /// The list whose items are being read: what they state is stated there.
    within: Option<Member>,
    stated: Vec<Arc<Stated>>,
}

/// Every term that an entry states, and where. Terms read off a title alone are not stated.
#[must_use]
pub(super) fn stated(entry: &Entry, vocabularies: &Vocabularies, reach: &Reach) -> StatedTerms {
    let mut collect = Collect { vocabularies, reach, within: None, stated: Vec::new() };
    collect.entry(entry);
    let (audience, eligibility) = entry.audience_and_eligibility();
    collect.audience(audience);
    collect.eligibility(eligibility);
    let mut stated = collect.stated;
    stated.sort_by(|a, b| (a.field, &a.code, a.at).cmp(&(b.field, &b.code, b.at)));
    stated.dedup();
    StatedTerms::sorted(stated)
}

impl<'a> Collect<'a> {
    fn add(&mut self, field: Field, at: Member, code: &str) {
        self.stated.push(self.reach.stated(field, self.within.unwrap_or(at), code));
    }

    fn entry(&mut self, entry: &Entry) {
        match entry {
            Entry::Programme(e) => {
                self.add(Field::Type, Member::Type, e.entry_type.code());
                self.add(Field::Status, Member::StatusTerm, e.status.term.code());
                self.add(Field::Provider, Member::Provider, e.provider.as_str());
                self.modes(e.delivery.as_ref().and_then(|delivery| delivery.modes.as_deref()));
                self.costs(e.costs.as_deref());
                for award in e.awards.iter().flatten() {
                    self.add(Field::Award, Member::Awards, award.award_type.as_str());
                }
                for framework in e.frameworks.iter().flatten() {
                    self.add(Field::Framework, Member::Frameworks, framework.as_str());
                }
                for region in e.offerings.iter().filter_map(|offering| offering.region.as_ref()) {
                    self.add(Field::Region, Member::Offerings, region.as_str());
                }
            }
            Entry::Provider(e) => {
                self.add(Field::Type, Member::Type, e.entry_type.code());
                self.add(Field::Status, Member::StatusTerm, e.status.term.code());
            }
            Entry::Academy(e) => {
                self.add(Field::Type, Member::Type, e.entry_type.code());
                self.add(Field::Status, Member::StatusTerm, e.status.term.code());
                self.add(Field::Provider, Member::Provider, e.provider.as_str());
                self.modes(e.delivery.as_ref().and_then(|delivery| delivery.modes.as_deref()));
                self.costs(e.costs.as_deref());
                if let Some(region) = &e.region {
                    self.add(Field::Region, Member::Region, region.as_str());
                }
            }
            Entry::CoachingLink(e) => {
                self.add(Field::Type, Member::Type, e.entry_type.code());
                self.add(Field::Status, Member::StatusTerm, e.status.term.code());
                if let Some(provider) = e.provider.as_str().strip_prefix("provider/") {
                    self.add(Field::Provider, Member::Provider, provider);
                }
                self.modes(e.delivery.as_ref().and_then(|delivery| delivery.modes.as_deref()));
                self.costs(e.costs.as_deref());
                if let Some(region) = &e.region {
                    self.add(Field::Region, Member::Region, region.as_str());
                }
                self.within = Some(Member::Services);
                for service in &e.services {
                    self.audience(service.audience.as_ref());
                    self.eligibility(service.eligibility.as_ref());
                    self.costs(service.costs.as_deref());
                }
                self.within = None;
            }
            Entry::Resource(e) => {
                self.add(Field::Type, Member::Type, e.entry_type.code());
                self.add(Field::Status, Member::StatusTerm, e.status.term.code());
                for provider in e.providers.iter().flatten() {
                    self.add(Field::Provider, Member::Providers, provider.as_str());
                }
                self.modes(e.delivery.as_ref().and_then(|delivery| delivery.modes.as_deref()));
                self.costs(e.costs.as_deref());
                for framework in e.frameworks.iter().flatten() {
                    self.add(Field::Framework, Member::Frameworks, framework.as_str());
                }
                if let Some(region) = &e.region {
                    self.add(Field::Region, Member::Region, region.as_str());
                }
            }
            Entry::Framework(e) => {
                self.add(Field::Type, Member::Type, e.entry_type.code());
                self.add(Field::Status, Member::StatusTerm, e.status.term.code());
                for provider in e.providers.iter().flatten() {
                    self.add(Field::Provider, Member::Providers, provider.as_str());
                }
                self.costs(e.costs.as_deref());
            }
        }
    }

    fn modes(&mut self, modes: Option<&[crate::model::text::DeliveryModeCode]>) {
        for mode in modes.unwrap_or_default() {
            self.add(Field::Delivery, Member::DeliveryModes, mode.as_str());
        }
    }

    fn costs(&mut self, costs: Option<&[Cost]>) {
        for cost in costs.unwrap_or_default() {
            self.add(Field::Cost, Member::Costs, cost.cost_type.code());
        }
    }

    fn audience(&mut self, audience: Option<&Audience>) {
        let Some(audience) = audience else { return };
        let from_title = |at: Member| audience.from_title.iter().any(|pointer| pointer.as_str() == at.pointer());
        for (at, roles) in [(Member::OpenTo, &audience.open_to), (Member::AimedAt, &audience.aimed_at)] {
            for role in roles.iter().flatten().filter(|_| !from_title(at)) {
                self.add(Field::Role, at, role.as_str());
            }
        }
        if let Some(levels) = audience.levels.as_ref().filter(|_| !from_title(Member::Levels)) {
            self.levels(levels);
        }
        if let Some(bands) = audience.bands.as_ref().filter(|_| !from_title(Member::Bands)) {
            self.bands(Member::Bands, bands);
        }
    }

    /// Every level of a stated range; `aspiring` and `aspiresTo` never widen it.
    fn levels(&mut self, levels: &Levels) {
        if let (Some(from), Some(to)) = (&levels.from, &levels.to) {
            for code in self.between("level", from.as_str(), to.as_str(), levels.or_above) {
                self.add(Field::Level, Member::Levels, code);
            }
        }
    }

    fn bands(&mut self, at: Member, bands: &Bands) {
        for code in self.between("band", bands.from.as_str(), bands.to.as_str(), bands.or_above) {
            self.add(Field::Band, at, code);
        }
    }

    fn eligibility(&mut self, eligibility: Option<&Eligibility>) {
        let Some(rule) = eligibility.and_then(|eligibility| eligibility.rule.as_ref()) else { return };
        for tag in rule.tags(self.vocabularies) {
            self.add(Field::Eligibility, Member::Eligibility, tag.as_str());
        }
        let mut criteria = Vec::new();
        rule.visit(&mut |rule| {
            if let Rule::Criterion(criterion) = rule {
                criteria.push(criterion);
            }
        });
        for criterion in criteria {
            match criterion {
                Criterion::Band { from, to, or_above, .. } => {
                    for code in self.between("band", from.as_str(), to.as_str(), *or_above) {
                        self.add(Field::Band, Member::EligibilityRule, code);
                    }
                }
                Criterion::Region { any_of, .. } => {
                    for region in any_of {
                        self.add(Field::Region, Member::EligibilityRule, region.as_str());
                    }
                }
                _ => {}
            }
        }
    }

    /// The codes of a ranked vocabulary from one to another, or to its top.
    fn between<'c>(&self, scheme: &str, from: &'c str, to: &str, or_above: bool) -> Vec<&'c str>
    where
        'a: 'c,
    {
        let rank = |code: &str| self.vocabularies.get(scheme, code).and_then(|term| term.rank);
        let (Some(low), Some(high)) = (rank(from), rank(to)) else { return vec![from] };
        let high = if or_above { u32::MAX } else { high };
        let within = |term: &&crate::model::Term| term.rank.is_some_and(|rank| (low..=high).contains(&rank));
        let vocabularies: &'a Vocabularies = self.vocabularies;
        vocabularies.terms(scheme).filter(within).map(|term| term.code.as_str()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_in_the_order_of_their_pointers() {
        let members = [Member::AimedAt, Member::Bands, Member::Levels, Member::OpenTo, Member::Awards, Member::Costs];
        let more = [Member::DeliveryModes, Member::Eligibility, Member::EligibilityRule, Member::Frameworks];
        let rest = [Member::Offerings, Member::Provider, Member::Providers, Member::Region, Member::Services];
        let last = [Member::StatusTerm, Member::Type];
        let all: Vec<Member> = members.into_iter().chain(more).chain(rest).chain(last).collect();
        assert_eq!(all.len(), Member::COUNT);
        assert!(all.is_sorted() && all.is_sorted_by_key(|member| member.pointer()));
    }
}

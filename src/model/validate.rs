//! What must hold inside an entry beyond the shape of its members.

use serde_json::Value;

use super::audience::{Audience, Levels};
use super::codes::{CostType, ProgrammeType};
use super::eligibility::{Criterion, Eligibility, Rule};
use super::entry::{Academy, Entry, Framework, Part, Programme, Validity};
use super::fault::Fault;
use super::programme::Cost;
use super::shape::Found;
use super::text::{EligibilityTag, PartialDate};
use super::vocabulary::Vocabularies;

/// The most rules that one eligibility may hold, and how deep they may stand.
const MOST_RULES: usize = 64;
const DEEPEST_RULE: usize = 8;

/// The members that state facts, and so need evidence.
const FACTS: &[&str] = &[
    "/url",
    "/provider",
    "/providers",
    "/parent",
    "/partners",
    "/variantOf",
    "/memberOf",
    "/registerOf",
    "/region",
    "/valid",
    "/published",
    "/delivery",
    "/eligibility",
    "/frameworks",
    "/aims",
    "/domains",
    "/dimensions",
    "/behaviours",
    "/careerStages",
    "/audience/openTo",
    "/audience/aimedAt",
    "/audience/providedBy",
    "/audience/levels",
    "/audience/bands",
];

/// The members whose parts each carry their own sources.
const SOURCED: &[&str] = &[
    "/status",
    "/application",
    "/bursary",
    "/contact",
    "/durations",
    "/costs",
    "/awards",
    "/offerings",
    "/links",
    "/related",
    "/notes",
    "/successors",
    "/services",
];

/// Adds every fault of an entry whose shape is right.
pub(super) fn entry(entry: &Entry, value: &Value, found: &Found, vocabularies: &Vocabularies, faults: &mut Vec<Fault>) {
    let mut check = Check { value, vocabularies, faults };
    check.sources(entry, found);
    check.evidence(entry);
    check.facts(entry);
    match entry {
        Entry::Programme(programme) => check.programme(programme),
        Entry::Academy(academy) => check.academy(academy),
        Entry::Framework(framework) => check.framework(framework),
        Entry::CoachingLink(link) => {
            check.costs("/costs", link.costs.as_deref());
            for (index, service) in link.services.iter().enumerate() {
                let at = format!("/services/{index}");
                check.audience(&format!("{at}/audience"), service.audience.as_ref());
                check.eligibility(&format!("{at}/eligibility"), service.eligibility.as_ref());
                check.costs(&format!("{at}/costs"), service.costs.as_deref());
            }
        }
        Entry::Provider(provider) => check.validity(provider.valid.as_ref()),
        Entry::Resource(resource) => check.costs("/costs", resource.costs.as_deref()),
    }
    let (audience, eligibility) = entry.audience_and_eligibility();
    check.audience("/audience", audience);
    check.eligibility("/eligibility", eligibility);
}

/// Adds a fault for each derived member that was given and is not what it would be.
pub(super) fn derived(entry: &Entry, given: &[(String, Value)], vocabularies: &Vocabularies, faults: &mut Vec<Fault>) {
    for (pointer, value) in given {
        let Some(parent) = pointer.strip_suffix("/tags") else {
            continue;
        };
        let tags = entry.eligibility_at(parent).and_then(|e| e.rule).map(|rule| rule.tags(vocabularies));
        let written: Option<Vec<EligibilityTag>> = serde_json::from_value(value.clone()).ok().flatten();
        if written.is_some() && written != Some(tags.unwrap_or_default()) {
            faults.push(Fault::error(
                pointer.clone(),
                "The tags do not follow from the rule.",
                "Leave them out: they are derived.",
            ));
        }
    }
}

struct Check<'a> {
    value: &'a Value,
    vocabularies: &'a Vocabularies,
    faults: &'a mut Vec<Fault>,
}

impl Check<'_> {
    fn error(&mut self, pointer: impl Into<String>, detail: impl Into<String>, fix: impl Into<String>) {
        self.faults.push(Fault::error(pointer, detail, fix));
    }

    fn sources(&mut self, entry: &Entry, found: &Found) {
        let ids: Vec<&str> = entry.sources().iter().map(|source| source.id.as_str()).collect();
        for (index, id) in ids.iter().enumerate() {
            if ids.iter().take(index).any(|earlier| earlier == id) {
                self.error(
                    format!("/sources/{index}/id"),
                    format!("Two sources are called “{id}”."),
                    "Give each its own id.",
                );
            }
            let cited = found.citations.iter().any(|(_, cited)| cited == id);
            if !cited {
                self.faults.push(Fault::warning(
                    format!("/sources/{index}"),
                    format!("Nothing cites the source “{id}”."),
                    "Cite it where it states a fact, or take it out.",
                ));
            }
        }
        for (pointer, cited) in &found.citations {
            if !ids.contains(&cited.as_str()) {
                self.faults.push(Fault::unknown(pointer.clone(), "source of this entry", cited, ids.iter().copied()));
            }
        }
    }

    fn evidence(&mut self, entry: &Entry) {
        for (pointer, cited) in entry.evidence() {
            let at = format!("/evidence/{}", pointer.replace('~', "~0").replace('/', "~1"));
            let in_array = pointer.split('/').any(|step| !step.is_empty() && step.bytes().all(|b| b.is_ascii_digit()));
            if in_array {
                self.error(at, "Evidence points into a list.", "Give the item of the list its own sources instead.");
            } else if self.value.pointer(pointer).is_none_or(Value::is_null) {
                self.error(at, format!("The entry has nothing at {pointer}."), "Point at a member that is there.");
            } else if cited.is_empty() {
                self.error(at, "No source is named.", "Name at least one source of the entry.");
            }
        }
    }

    /// Warns of every fact that names no source.
    fn facts(&mut self, entry: &Entry) {
        let present =
            |value: Option<&Value>| value.is_some_and(|v| !v.is_null() && v.as_array().is_none_or(|a| !a.is_empty()));
        for fact in FACTS {
            let covered =
                entry.evidence().keys().any(|p| {
                    fact.strip_prefix(p.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
                }) || entry.evidence().keys().any(|p| p.strip_prefix(fact).is_some_and(|rest| rest.starts_with('/')));
            if present(self.value.pointer(fact)) && !covered {
                self.faults.push(Fault::warning(
                    *fact,
                    "No source is named for this.",
                    format!("Add “{fact}” to evidence."),
                ));
            }
        }
        for member in SOURCED {
            let Some(value) = self.value.pointer(member) else {
                continue;
            };
            let items: Vec<(String, &Value)> = match value {
                Value::Array(items) => {
                    items.iter().enumerate().map(|(i, item)| (format!("{member}/{i}"), item)).collect()
                }
                Value::Object(_) => vec![((*member).to_owned(), value)],
                _ => continue,
            };
            for (at, item) in items {
                if !present(item.get("sources")) {
                    self.faults.push(Fault::warning(at, "No source is named for this.", "Add its “sources”."));
                }
            }
        }
    }

    fn programme(&mut self, programme: &Programme) {
        let is_variant = programme.entry_type == ProgrammeType::ProgrammeVariant;
        if is_variant != programme.variant_of.is_some() {
            self.error(
                "/variantOf",
                "A programme variant names its programme, and nothing else does.",
                "Set type: programme-variant together with variantOf.",
            );
        }
        if programme.variant_of.as_ref().is_some_and(|of| of.as_str() == programme.id.as_str()) {
            self.error("/variantOf", "The entry is a variant of itself.", "Name the programme it is a variant of.");
        }
        self.costs("/costs", programme.costs.as_deref());
        for (index, offering) in programme.offerings.iter().enumerate() {
            let at = format!("/offerings/{index}");
            if programme.offerings.iter().take(index).any(|earlier| earlier.id == offering.id) {
                self.error(format!("{at}/id"), "Two offerings have the same id.", "Give each its own id.");
            }
            self.in_order(&format!("{at}/end"), offering.start.as_ref(), offering.end.as_ref());
            self.in_order(&format!("{at}/applyBy"), offering.apply_from.as_ref(), offering.apply_by.as_ref());
        }
    }

    fn academy(&mut self, academy: &Academy) {
        self.validity(academy.valid.as_ref());
        self.costs("/costs", academy.costs.as_deref());
        if academy.member_of.as_ref().is_some_and(|of| of.as_str() == academy.id.as_str()) {
            self.error("/memberOf", "The academy is a member of itself.", "Name the network.");
        }
    }

    fn framework(&mut self, framework: &Framework) {
        let parts = [
            ("domains", &framework.domains),
            ("dimensions", &framework.dimensions),
            ("behaviours", &framework.behaviours),
            ("careerStages", &framework.career_stages),
        ];
        let mut ids: Vec<&str> = Vec::new();
        for (member, parts) in parts {
            for (index, part) in parts.iter().enumerate() {
                self.part(&format!("/{member}/{index}"), index, part, &ids);
                ids.push(part.id.as_str());
            }
        }
    }

    fn part(&mut self, at: &str, index: usize, part: &Part, earlier: &[&str]) {
        if usize::try_from(part.order) != Ok(index + 1) {
            self.error(format!("{at}/order"), "The parts are not in order.", format!("Write order: {}.", index + 1));
        }
        if earlier.contains(&part.id.as_str()) {
            self.error(format!("{at}/id"), "Two parts have the same id.", "Give each its own id.");
        }
    }

    fn validity(&mut self, valid: Option<&Validity>) {
        if let Some(valid) = valid {
            self.in_order("/valid/to", valid.from.as_ref(), valid.to.as_ref());
        }
    }

    /// A later date must not lie before an earlier one, as far as both are known.
    fn in_order(&mut self, at: &str, from: Option<&PartialDate>, to: Option<&PartialDate>) {
        if let (Some(from), Some(to)) = (from, to) {
            let known = from.0.len().min(to.0.len());
            if from.0.get(..known) > to.0.get(..known) {
                self.error(at, format!("{to} lies before {from}."), "Put the dates in order.");
            }
        }
    }

    fn costs(&mut self, at: &str, costs: Option<&[Cost]>) {
        for (index, cost) in costs.unwrap_or_default().iter().enumerate() {
            let free = matches!(cost.cost_type, CostType::Free | CostType::FreeOnRegistration | CostType::FullyFunded);
            if free && cost.amount.is_some() {
                self.error(
                    format!("{at}/{index}/amount"),
                    "What is free has no amount.",
                    "Take the amount out, or change the type.",
                );
            }
        }
    }

    fn audience(&mut self, at: &str, audience: Option<&Audience>) {
        let Some(audience) = audience else { return };
        for (index, pointer) in audience.from_title.iter().enumerate() {
            let inside = pointer.as_str().starts_with("/audience/");
            if !inside || self.value.pointer(pointer.as_str()).is_none_or(Value::is_null) {
                self.error(
                    format!("{at}/fromTitle/{index}"),
                    "The pointer names no member of the audience.",
                    "Name one that is there, such as /audience/levels.",
                );
            }
        }
        if let Some(levels) = &audience.levels {
            self.levels(&format!("{at}/levels"), levels);
        }
        if let Some(bands) = &audience.bands {
            self.range(&format!("{at}/bands"), "band", bands.from.as_str(), bands.to.as_str());
        }
    }

    fn levels(&mut self, at: &str, levels: &Levels) {
        match (&levels.from, &levels.to) {
            (Some(from), Some(to)) => self.range(at, "level", from.as_str(), to.as_str()),
            (None, None) if levels.aspiring || levels.aspires_to.is_some() => {}
            (None, None) => {
                self.error(at, "The range states nothing.", "Give from and to, or aspiring, or leave levels out.");
            }
            _ => self.error(
                at,
                "The range has one end only.",
                "Give both from and to; write orAbove where the top is open.",
            ),
        }
    }

    /// A range must run from a lower rank to a higher one.
    fn range(&mut self, at: &str, scheme: &str, from: &str, to: &str) {
        let rank = |code: &str| self.vocabularies.get(scheme, code).and_then(|term| term.rank);
        match (rank(from), rank(to)) {
            (Some(low), Some(high)) if low > high => {
                self.error(at, format!("“{from}” ranks above “{to}”."), "Put the lower one in from.");
            }
            (Some(_), Some(_)) => {}
            (None, None) if from == to => {}
            _ => self.error(
                at,
                format!("“{from}” and “{to}” are not on one scale."),
                format!("Use ranked terms of the vocabulary {scheme}."),
            ),
        }
    }

    fn eligibility(&mut self, at: &str, eligibility: Option<&Eligibility>) {
        let Some(rule) = eligibility.and_then(|e| e.rule.as_ref()) else {
            return;
        };
        let mut count = 0_usize;
        let mut ranges = Vec::new();
        rule.visit(&mut |rule| {
            count += 1;
            if let Rule::Criterion(Criterion::Level { from, to, .. }) = rule {
                ranges.push(("level", from.as_str(), to.as_str()));
            }
            if let Rule::Criterion(Criterion::Band { from, to, .. }) = rule {
                ranges.push(("band", from.as_str(), to.as_str()));
            }
        });
        if count > MOST_RULES || rule.depth() > DEEPEST_RULE {
            self.error(
                format!("{at}/rule"),
                format!("The rule holds {count} rules, {} deep.", rule.depth()),
                format!("Keep to {MOST_RULES} rules, {DEEPEST_RULE} deep."),
            );
        }
        for (scheme, from, to) in ranges {
            self.range(&format!("{at}/rule"), scheme, from, to);
        }
    }
}

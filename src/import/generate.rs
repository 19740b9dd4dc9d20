//! Made-up entries for measuring: as many as asked, skewed as real ones are, the same for the same seed.
//!
//! A few roles, regions and providers stand on most entries and many on a few (Zipf's law), sources are
//! silent about as often as real ones, and rules are put together freely enough that thousands differ.

use serde_json::{Map, Value, json};

use crate::model::Vocabularies;

/// Entries out of a hundred that are not programmes.
const PROVIDERS: u32 = 2;
const COACHING_LINKS: u32 = 4;
const RESOURCES: u32 = 14;

const QUALITIES: &[&str] = &[
    "Compassionate",
    "Inclusive",
    "Clinical",
    "System",
    "Team",
    "Digital",
    "Strategic",
    "Collaborative",
    "Reflective",
    "Operational",
    "Community",
    "Urgent care",
    "Primary care",
    "Mental health",
    "Ambulance",
    "Maternity",
    "Rural",
    "Quality",
    "Safety",
    "Improvement",
    "Research",
    "Financial",
    "Workforce",
    "Sustainable",
];
const TOPICS: &[&str] = &[
    "leadership",
    "management",
    "coaching",
    "mentoring",
    "supervision",
    "change",
    "service design",
    "feedback",
    "conversations",
    "delegation",
    "governance",
    "negotiation",
    "resilience",
    "decision making",
    "improvement science",
    "talent",
    "equality",
    "wellbeing",
    "commissioning",
    "integration",
    "productivity",
    "storytelling",
    "risk",
    "ethics",
];
const FORMS: &[&str] =
    &["programme", "course", "pathway", "workshop series", "masterclass", "fellowship", "academy", "foundation"];
const SENTENCES: &[&str] = &[
    "Participants bring a question from their own service and work on it throughout.",
    "Groups are kept small, so that everybody is heard.",
    "Each session ends with something to try at work before the next.",
    "A facilitator with years in urgent care leads the discussion.",
    "Reading is short and can be done between shifts.",
    "Learning sets go on meeting after the last day.",
    "Teams may take part together and plan a change they share.",
    "The last day is given to showing managers what has changed.",
    "It builds on what participants already know from practice.",
    "Places are shared out so that no service loses too many people at once.",
];

/// The entries, those that others name first. Their references all lie among themselves.
pub fn entries(count: u32, seed: u64, vocabularies: &Vocabularies) -> impl Iterator<Item = Value> {
    let provider_count = (count * PROVIDERS / 100).max(1).min(count);
    let terms = Terms::of(vocabularies);
    let mut programmes: Vec<u32> = Vec::new();
    (0..count).map(move |index| {
        // Each entry has a stream of its own: one more drawn for it changes no other.
        let mut dice = Dice(seed ^ u64::from(index).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let made = Make { index, providers: provider_count, terms: &terms };
        if index < provider_count {
            return made.provider(&mut dice);
        }
        match dice.below(100) {
            roll if roll < COACHING_LINKS => made.coaching_link(&mut dice),
            roll if roll < COACHING_LINKS + RESOURCES => made.resource(&mut dice),
            _ => {
                let of = if dice.one_in(8) { dice.pick(&programmes).copied() } else { None };
                if of.is_none() {
                    programmes.push(index);
                }
                made.programme(of, &mut dice)
            }
        }
    })
}

/// A small generator of even numbers (SplitMix64): fixed here, since a library's may change.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: u32) -> u32 {
        u32::try_from(self.roll() % u64::from(bound.max(1))).unwrap_or(0)
    }

    fn one_in(&mut self, bound: u32) -> bool {
        self.below(bound) == 0
    }

    fn pick<'a, T>(&mut self, list: &'a [T]) -> Option<&'a T> {
        list.get(self.below(u32::try_from(list.len()).unwrap_or(u32::MAX)) as usize)
    }

    /// A place in a list, the k-th with a weight of 1/k.
    fn skewed(&mut self, length: u32) -> u32 {
        let total: u64 = (1..=u64::from(length)).map(|place| 1_000_000 / place).sum();
        let mut left = self.roll() % total.max(1);
        for place in 1..=u64::from(length) {
            let weight = 1_000_000 / place;
            if left < weight {
                return u32::try_from(place - 1).unwrap_or(0);
            }
            left -= weight;
        }
        0
    }

    fn pick_skewed<'a>(&mut self, list: &'a [String]) -> &'a str {
        let place = self.skewed(u32::try_from(list.len()).unwrap_or(u32::MAX));
        list.get(place as usize).map_or("", String::as_str)
    }

    /// One to `most` different ones of a list.
    fn some(&mut self, list: &[String], most: u32) -> Vec<String> {
        let mut chosen: Vec<String> = Vec::new();
        for _ in 0..=self.below(most) {
            let code = self.pick_skewed(list);
            if !chosen.iter().any(|have| have == code) {
                chosen.push(code.to_owned());
            }
        }
        chosen
    }
}

/// The codes that entries are made from.
struct Terms {
    roles: Vec<String>,
    levels: Vec<String>,
    bands: Vec<String>,
    regions: Vec<String>,
    employers: Vec<String>,
    sectors: Vec<String>,
    registrations: Vec<String>,
    supports: Vec<String>,
    modes: Vec<String>,
    awards: Vec<String>,
}

impl Terms {
    fn of(vocabularies: &Vocabularies) -> Self {
        let codes =
            |scheme: &str| -> Vec<String> { vocabularies.terms(scheme).map(|term| term.code.0.clone()).collect() };
        let ranked = |scheme: &str| {
            let mut terms: Vec<_> =
                vocabularies.terms(scheme).filter_map(|term| Some((term.rank?, term.code.0.clone()))).collect();
            terms.sort();
            terms.into_iter().map(|(_, code)| code).collect()
        };
        Self {
            roles: codes("role"),
            levels: ranked("level"),
            bands: ranked("band"),
            regions: codes("region"),
            employers: codes("employer"),
            sectors: codes("sector"),
            registrations: codes("registration"),
            supports: codes("employer-support"),
            modes: codes("delivery-mode"),
            awards: codes("award-type"),
        }
    }
}

/// An object with one more member.
fn with(mut object: Value, key: &str, value: Value) -> Value {
    if let Some(members) = object.as_object_mut() {
        members.insert(key.to_owned(), value);
    }
    object
}

struct Make<'a> {
    index: u32,
    providers: u32,
    terms: &'a Terms,
}

impl Make<'_> {
    /// What every entry has.
    fn entry(&self, kind: &str, entry_type: &str, title: &str, dice: &mut Dice) -> Map<String, Value> {
        let sentences: Vec<&str> = (0..2 + dice.below(5)).filter_map(|_| dice.pick(SENTENCES).copied()).collect();
        let status = ["running", "running", "running", "unknown", "on-hold", "historic"];
        let members = json!({
            "kind": kind,
            "id": format!("sample-{kind}-{}", self.index),
            "type": entry_type,
            "title": title,
            "aliases": if dice.one_in(4) { vec![format!("SP{}", self.index)] } else { vec![] },
            "summary": format!("{title}: {}", dice.pick(SENTENCES).copied().unwrap_or_default()),
            "description": sentences.join(" "),
            "url": format!("https://sample.example/{kind}/{}", self.index),
            "status": {"term": dice.pick(&status), "asOf": {"date": format!("20{}", 18 + dice.below(9))}, "sources": ["page"]},
            "sources": [{"id": "page", "title": format!("Page {} of a made-up provider", self.index), "publisher": "Sample", "url": format!("https://sample.example/{kind}/{}", self.index), "published": format!("20{}-0{}", 18 + dice.below(9), 1 + dice.below(9)), "confidence": "stated-by-provider"}],
        });
        match members {
            Value::Object(members) => members,
            _ => Map::new(),
        }
    }

    fn title(&self, dice: &mut Dice) -> String {
        let quality = QUALITIES.get(dice.skewed(24) as usize).copied().unwrap_or_default();
        let topic = TOPICS.get(dice.skewed(24) as usize).copied().unwrap_or_default();
        let form = FORMS.get(dice.skewed(8) as usize).copied().unwrap_or_default();
        format!("{quality} {topic} {form} {}", self.index)
    }

    fn provider_of(&self, dice: &mut Dice) -> String {
        format!("sample-provider-{}", dice.skewed(self.providers))
    }

    fn provider(&self, dice: &mut Dice) -> Value {
        let mut entry = self.entry("provider", "charity", &format!("Sample provider {}", self.index), dice);
        entry.insert("evidence".to_owned(), json!({"/url": ["page"]}));
        Value::Object(entry)
    }

    fn resource(&self, dice: &mut Dice) -> Value {
        let title = self.title(dice);
        let mut entry = self.entry("resource", "report", &title, dice);
        entry.insert("providers".to_owned(), json!([self.provider_of(dice)]));
        entry.insert("published".to_owned(), json!(format!("20{}", 10 + dice.below(16))));
        self.audience(&mut entry, dice);
        Self::evidence(&mut entry);
        Value::Object(entry)
    }

    fn coaching_link(&self, dice: &mut Dice) -> Value {
        let title = self.title(dice);
        let mut entry = self.entry("coaching-link", "register", &title, dice);
        entry.insert("provider".to_owned(), json!(format!("provider/{}", self.provider_of(dice))));
        entry.insert("region".to_owned(), json!(dice.pick_skewed(&self.terms.regions)));
        self.audience(&mut entry, dice);
        self.eligibility(&mut entry, dice);
        Self::evidence(&mut entry);
        Value::Object(entry)
    }

    fn programme(&self, of: Option<u32>, dice: &mut Dice) -> Value {
        let title = self.title(dice);
        let entry_type = if of.is_some() { "programme-variant" } else { "programme" };
        let mut entry = self.entry("programme", entry_type, &title, dice);
        entry.insert("provider".to_owned(), json!(self.provider_of(dice)));
        if let Some(of) = of {
            entry.insert("variantOf".to_owned(), json!(format!("sample-programme-{of}")));
        }
        self.audience(&mut entry, dice);
        self.eligibility(&mut entry, dice);
        if !dice.one_in(3) {
            entry.insert("delivery".to_owned(), json!({"modes": dice.some(&self.terms.modes, 3)}));
        }
        if dice.one_in(2) {
            entry.insert("durations".to_owned(), json!([
                {"kind": "calendar", "value": format!("P{}M", 1 + dice.below(24)), "sources": ["page"]},
                {"kind": "study", "value": format!("PT{}H", 5 + dice.below(120)), "qualifier": "about", "sources": ["page"]},
            ]));
        }
        if dice.one_in(2) {
            let cost = match dice.below(3) {
                0 => json!({"type": "free"}),
                1 => json!({"type": "fully-funded"}),
                _ => {
                    json!({"type": "fee", "amount": {"value": (5 * (1 + dice.below(1_000))).to_string(), "currency": "GBP"}, "per": "person"})
                }
            };
            let cost = with(
                with(cost, "asOf", json!({"date": format!("20{}", 18 + dice.below(9))})),
                "sources",
                json!(["page"]),
            );
            entry.insert("costs".to_owned(), json!([cost]));
        }
        if dice.one_in(4) {
            entry.insert("awards".to_owned(), json!([{"title": "A sample award", "type": dice.pick_skewed(&self.terms.awards), "asOf": {"date": null}, "sources": ["page"]}]));
        }
        if dice.one_in(5) {
            entry.insert("offerings".to_owned(), json!([{
                "id": "next", "organiser": format!("provider/{}", self.provider_of(dice)), "region": dice.pick_skewed(&self.terms.regions),
                "start": format!("2027-0{}-0{}", 1 + dice.below(9), 1 + dice.below(9)), "places": 10 + dice.below(50), "sources": ["page"],
            }]));
        }
        Self::evidence(&mut entry);
        Value::Object(entry)
    }

    /// A range of an ordered vocabulary.
    fn range(codes: &[String], dice: &mut Dice) -> (Value, Value) {
        let from = dice.skewed(u32::try_from(codes.len()).unwrap_or(1)) as usize;
        let to = (from + dice.skewed(4) as usize).min(codes.len().saturating_sub(1));
        (json!(codes.get(from)), json!(codes.get(to)))
    }

    fn audience(&self, entry: &mut Map<String, Value>, dice: &mut Dice) {
        let mut audience = Map::new();
        if !dice.one_in(3) {
            audience.insert("openTo".to_owned(), json!(dice.some(&self.terms.roles, 3)));
        }
        if dice.one_in(2) {
            audience.insert("aimedAt".to_owned(), json!(dice.some(&self.terms.roles, 2)));
        }
        if !dice.one_in(3) {
            let (from, to) = Self::range(&self.terms.levels, dice);
            audience.insert("levels".to_owned(), json!({"from": from, "to": to}));
        }
        if !audience.is_empty() {
            entry.insert("audience".to_owned(), Value::Object(audience));
        }
    }

    fn eligibility(&self, entry: &mut Map<String, Value>, dice: &mut Dice) {
        let rule = match dice.below(10) {
            0 | 1 => return,
            2 | 3 => json!({"open": dice.pick_skewed(&self.terms.sectors), "sources": ["page"]}),
            _ => {
                let mut criteria: Vec<Value> = Vec::new();
                for _ in 0..=dice.below(4) {
                    let criterion = self.criterion(dice);
                    if !criteria.iter().any(|have| have.get("type") == criterion.get("type")) {
                        criteria.push(criterion);
                    }
                }
                if dice.one_in(4) { json!({"any": criteria}) } else { json!({"all": criteria}) }
            }
        };
        entry.insert("eligibility".to_owned(), json!({"rule": rule}));
    }

    fn criterion(&self, dice: &mut Dice) -> Value {
        let criterion = match dice.skewed(9) {
            0 => json!({"type": "employer", "anyOf": dice.some(&self.terms.employers, 3)}),
            1 => json!({"type": "profession", "anyOf": dice.some(&self.terms.roles, 3)}),
            2 => {
                let (from, to) = Self::range(&self.terms.bands, dice);
                json!({"type": "band", "from": from, "to": to, "orAbove": dice.one_in(2), "orEquivalent": dice.one_in(2)})
            }
            3 => json!({"type": "region", "anyOf": dice.some(&self.terms.regions, 3)}),
            4 => json!({"type": "employer-support", "anyOf": dice.some(&self.terms.supports, 2)}),
            5 => {
                let (from, to) = Self::range(&self.terms.levels, dice);
                json!({"type": "level", "from": from, "to": to})
            }
            6 => json!({"type": "experience", "years": 1 + dice.below(10), "of": "leading people"}),
            7 => json!({"type": "registration", "anyOf": dice.some(&self.terms.registrations, 2)}),
            _ => json!({"type": "positive-action", "characteristic": "race"}),
        };
        let strength = if dice.one_in(5) { "priority" } else { "required" };
        with(with(criterion, "strength", json!(strength)), "sources", json!(["page"]))
    }

    /// Names the page as the source of every fact that has no sources of its own.
    fn evidence(entry: &mut Map<String, Value>) {
        let facts =
            ["url", "provider", "providers", "variantOf", "audience", "eligibility", "delivery", "region", "published"];
        let evidence: Map<String, Value> = facts
            .iter()
            .filter(|fact| entry.contains_key(**fact))
            .map(|fact| (format!("/{fact}"), json!(["page"])))
            .collect();
        entry.insert("evidence".to_owned(), Value::Object(evidence));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::model::read;

    #[test]
    fn every_entry_is_good_and_the_same_each_time() {
        let vocabularies = crate::import::shipped_vocabularies();
        let made: Vec<Value> = entries(2_000, 7, &vocabularies).collect();
        let again: Vec<Value> = entries(2_000, 7, &vocabularies).collect();
        assert_eq!(made, again);
        for entry in made {
            let name = entry["id"].to_string();
            match read::entry(entry, &vocabularies) {
                Ok(reading) => assert_eq!(reading.warnings, [], "{name}"),
                Err(faults) => panic!("{name}: {faults:#?}"),
            }
        }
    }

    #[test]
    fn thousands_of_rules_differ_and_a_few_terms_stand_on_many() {
        let vocabularies = crate::import::shipped_vocabularies();
        let made: Vec<Value> = entries(10_000, 1, &vocabularies).collect();
        let rules: BTreeSet<String> =
            made.iter().filter_map(|e| Some(e.pointer("/eligibility/rule")?.to_string())).collect();
        assert!(rules.len() > 2_000, "{} rules", rules.len());
        let bytes: usize = made.iter().map(|entry| entry.to_string().len()).sum();
        assert!((1_000..3_000).contains(&(bytes / made.len())), "{} bytes an entry", bytes / made.len());
        let standing_on = |code: &str| {
            made.iter()
                .filter(|e| {
                    e.pointer("/audience/openTo").is_some_and(|r| r.to_string().contains(&format!("\"{code}\"")))
                })
                .count()
        };
        let counts: Vec<usize> = vocabularies.terms("role").map(|term| standing_on(term.code.as_str())).collect();
        let most = counts.iter().max().copied().unwrap_or(0);
        assert!(most > 10 * counts.iter().min().copied().unwrap_or(0).max(1), "{counts:?}");
    }
}

//! The truth table, and what holds for any rule and any person.

use serde_json::{Value as Json, json};

use super::*;
use crate::catalogue::eligibility::Gate;
use crate::import::shipped_vocabularies;
use crate::model::profile::Profile;

const TODAY: &str = "2026-11-23";

fn gate(rule: &Json) -> Gate {
    let rule = (!rule.is_null()).then(|| serde_json::from_value(rule.clone()).expect("a rule"));
    let way = Way { at: String::new(), rule, open_to: Box::default() };
    Gate { ways: Box::new([way]), status: StatusTerm::Running, closes: Day::NEVER }
}

fn verdict(profile: &Json, shown: &[&str], gate: &Gate) -> Verdict {
    let profile: Profile = serde_json::from_value(profile.clone()).expect("a profile");
    let shown: Vec<String> = shown.iter().map(ToString::to_string).collect();
    let vocabularies = shipped_vocabularies();
    let told = Told::new(&profile, &shown, &vocabularies, TODAY);
    judged(&told, &alone(gate), &mut Vec::new())
}

fn judged<'s>(told: &Told, gates: &'s Gates, open: &mut Vec<Question<'s>>) -> Verdict {
    Judge::of_all(told, gates).judge(gates.get(0).expect("a gate"), open)
}

/// The gates of a snapshot that has this one alone.
fn alone(gate: &Gate) -> Gates {
    let mut gates = Gates::default();
    gates.set(0, Some(gate));
    gates
}

/// The truth table, criterion by criterion: what is told, and the verdict on a rule of that criterion alone.
#[test]
#[expect(clippy::too_many_lines, reason = "a table is read from top to bottom")]
fn the_truth_table() {
    use Verdict::{Conditional, Eligible, Ineligible, NotStated, Unknown};
    let nhs = json!({"type": "employer", "anyOf": ["nhs-organisation"]});
    let nurse = json!({"type": "profession", "anyOf": ["nursing-and-midwifery"]});
    let senior = json!({"type": "level", "from": "senior", "to": "senior", "orAbove": true});
    let bands = json!({"type": "band", "from": "afc-5", "to": "afc-7"});
    let vague = json!({"type": "band", "from": "afc-8a", "to": "afc-8a", "orAbove": true, "orEquivalent": true});
    let race = json!({"type": "positive-action", "characteristic": "race"});
    let register = json!({"type": "registration", "anyOf": ["nmc", "hcpc"]});
    let sponsor = json!({"type": "employer-support", "anyOf": ["sponsor"]});
    let account = json!({"type": "access-route", "anyOf": ["openathens-account"]});
    let london = json!({"type": "region", "anyOf": ["london"]});
    let kent = json!({"type": "region", "anyOf": ["lla-kss"]});
    let years = json!({"type": "experience", "years": 3, "of": "Management"});
    let degree = json!({"type": "qualification", "name": "Degree"});
    let wider = json!({"type": "aspiration", "to": "senior", "scope": "Leading more"});
    let prior = json!({"type": "prior-programme", "anyOf": ["mary-seacole"], "participation": ["alumnus"]});
    let member = json!({"type": "membership", "of": "rcn"});
    let table = [
        ("no rule", json!(null), json!({}), NotStated),
        ("open to anyone", json!({"open": "anyone"}), json!({}), Eligible),
        ("open to the NHS", json!({"open": "nhs"}), json!({}), Unknown),
        ("open to the NHS", json!({"open": "nhs"}), json!({"employer": "nhs-organisation"}), Eligible),
        ("open to the NHS", json!({"open": "nhs"}), json!({"employer": "social-care"}), Ineligible),
        ("employer", nhs.clone(), json!({}), Unknown),
        ("employer, narrower", nhs.clone(), json!({"employer": "commissioner"}), Eligible),
        ("employer, another", nhs.clone(), json!({"employer": "social-care"}), Ineligible),
        ("profession, narrower", nurse.clone(), json!({"role": "midwife"}), Eligible),
        ("profession, broader", nurse.clone(), json!({"role": "clinical"}), Unknown),
        ("profession, another", nurse.clone(), json!({"role": "call-operator"}), Ineligible),
        ("profession, all staff", json!({"type": "profession", "anyOf": ["all-staff"]}), json!({}), Eligible),
        ("level, above", senior.clone(), json!({"level": "executive"}), Eligible),
        ("level, below", senior.clone(), json!({"level": "mid"}), Ineligible),
        ("level, aspired to", senior.clone(), json!({"level": "mid", "aspiresTo": "senior"}), Ineligible),
        ("band, within", bands.clone(), json!({"band": "afc-6"}), Eligible),
        ("band, above", bands.clone(), json!({"band": "afc-8a"}), Ineligible),
        ("band, off the scale", bands.clone(), json!({"band": "vsm"}), Ineligible),
        ("band or equivalent, off the scale", vague.clone(), json!({"band": "vsm"}), Unknown),
        ("positive action", race.clone(), json!({}), Unknown),
        ("registration", register.clone(), json!({"registrations": ["nmc"]}), Eligible),
        ("registration, none", register.clone(), json!({"registrations": []}), Ineligible),
        ("registration, not told", register, json!({}), Unknown),
        ("support, not told", sponsor.clone(), json!({}), Conditional),
        ("support, another's", sponsor.clone(), json!({"employerSupport": ["line-manager"]}), Conditional),
        ("support", sponsor.clone(), json!({"employerSupport": ["sponsor"]}), Eligible),
        ("account, not told", account.clone(), json!({}), Conditional),
        ("account", account, json!({"accessRoutes": ["openathens-account"]}), Eligible),
        ("region", london.clone(), json!({"region": "london"}), Eligible),
        ("region, former footprint", london.clone(), json!({"region": "lla-london"}), Eligible),
        ("region, broader", london.clone(), json!({"region": "england"}), Unknown),
        ("region, another", london, json!({"region": "midlands"}), Ineligible),
        ("footprint, its successor", kent, json!({"region": "south-east"}), Unknown),
        ("experience, enough", years.clone(), json!({"experience": {"Management": 3}}), Eligible),
        ("experience, less", years.clone(), json!({"experience": {"Management": 2}}), Ineligible),
        ("experience of other things", years, json!({"experience": {"Sailing": 9}}), Unknown),
        ("qualification", degree.clone(), json!({"statements": {"Degree": true}}), Eligible),
        ("qualification, none", degree, json!({"statements": {"Degree": false}}), Ineligible),
        ("aspiration, half told", wider.clone(), json!({"aspiresTo": "senior"}), Unknown),
        ("aspiration", wider, json!({"aspiresTo": "executive", "statements": {"Leading more": true}}), Eligible),
        (
            "prior programme",
            prior.clone(),
            json!({"priorProgrammes": [{"programme": "mary-seacole", "participation": "alumnus"}]}),
            Eligible,
        ),
        (
            "prior programme, how far not told",
            prior.clone(),
            json!({"priorProgrammes": [{"programme": "mary-seacole"}]}),
            Unknown,
        ),
        (
            "prior programme, not finished",
            prior.clone(),
            json!({"priorProgrammes": [{"programme": "mary-seacole", "participation": "participant"}]}),
            Ineligible,
        ),
        ("prior programme, none", prior, json!({"priorProgrammes": []}), Ineligible),
        ("membership", member.clone(), json!({"memberships": ["rcn"]}), Eligible),
        ("membership, none", member, json!({"memberships": []}), Ineligible),
        (
            "all: one refuses",
            json!({"all": [nhs.clone(), nurse.clone()]}),
            json!({"employer": "social-care"}),
            Ineligible,
        ),
        ("all: one is not told", json!({"all": [nhs.clone(), nurse.clone()]}), json!({"role": "nurse"}), Unknown),
        ("all: one is to do", json!({"all": [nurse.clone(), sponsor.clone()]}), json!({"role": "nurse"}), Conditional),
        ("all: silence outweighs what is to do", json!({"all": [nurse.clone(), sponsor.clone()]}), json!({}), Unknown),
        ("any: one holds", json!({"any": [nhs.clone(), nurse.clone()]}), json!({"role": "nurse"}), Eligible),
        ("any: one may hold", json!({"any": [nhs.clone(), nurse.clone()]}), json!({"role": "call-operator"}), Unknown),
        ("any: what is to do outweighs silence", json!({"any": [nhs, sponsor]}), json!({}), Conditional),
        (
            "recommended only",
            json!({"type": "level", "from": "mid", "to": "mid", "strength": "recommended"}),
            json!({"level": "senior"}),
            Eligible,
        ),
        (
            "all: priority never refuses",
            json!({"all": [nurse, {"type": "region", "anyOf": ["london"], "strength": "priority"}]}),
            json!({"role": "nurse", "region": "midlands"}),
            Eligible,
        ),
    ];
    for (name, rule, profile, expected) in table {
        assert_eq!(verdict(&profile, &[], &gate(&rule)), expected, "{name}: {rule} with {profile}");
    }
    assert_eq!(verdict(&json!({}), &["race"], &gate(&race)), Eligible);
    assert_eq!(verdict(&json!({}), &["disability"], &gate(&race)), Unknown);
}

#[test]
fn what_stands_around_the_rule_counts() {
    let open = json!({"open": "anyone"});
    let with = |change: &dyn Fn(&mut Gate)| {
        let mut gate = gate(&open);
        change(&mut gate);
        verdict(&json!({"role": "nurse"}), &[], &gate)
    };
    assert_eq!(with(&|gate| gate.status = StatusTerm::OnHold), Verdict::Conditional);
    assert_eq!(with(&|gate| gate.status = StatusTerm::Historic), Verdict::Ineligible);
    assert_eq!(with(&|gate| gate.closes = Day::last_of("2026-11-22")), Verdict::Conditional);
    assert_eq!(with(&|gate| gate.closes = Day::last_of("2026-11")), Verdict::Eligible);
    let open_to = |role: &str| {
        let role = crate::model::text::RoleCode(role.to_owned());
        with(&|gate| gate.ways[0].open_to = Box::new([role.clone()]))
    };
    assert_eq!(open_to("all-staff"), Verdict::Eligible);
    assert_eq!(open_to("clinical"), Verdict::Eligible);
    assert_eq!(open_to("call-operator"), Verdict::Ineligible);
}

/// A small generator of numbers: the same rules and people each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("small") % sides
    }

    fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.roll(of.len())]
    }

    fn rule(&mut self, depth: usize) -> Json {
        let kinds = if depth == 0 { 8 } else { 10 };
        match self.roll(kinds) {
            0 => json!({"type": "employer", "anyOf": [self.pick(&["nhs-organisation", "social-care"])]}),
            1 => json!({"type": "profession", "anyOf": [self.pick(&["nurse", "clinical", "call-operator"])]}),
            2 => json!({"type": "level", "from": "mid", "to": self.pick(&["mid", "executive"])}),
            3 => {
                json!({"type": "band", "from": "afc-5", "to": self.pick(&["afc-6", "afc-8a"]), "orEquivalent": self.roll(2) == 0})
            }
            4 => {
                json!({"type": "region", "anyOf": [self.pick(&["london", "lla-kss"])], "strength": self.pick(&["required", "priority"])})
            }
            5 => json!({"type": "employer-support", "anyOf": ["sponsor"]}),
            6 => json!({"open": self.pick(&["nhs", "anyone"])}),
            7 => json!({"type": "experience", "years": 2, "of": "Management"}),
            shape => {
                let rules: Vec<Json> = (0..=self.roll(3)).map(|_| self.rule(depth - 1)).collect();
                if shape == 8 { json!({"all": rules}) } else { json!({"any": rules}) }
            }
        }
    }

    fn profile(&mut self) -> serde_json::Map<String, Json> {
        let facts = [
            ("employer", json!(self.pick(&["nhs-organisation", "commissioner", "social-care"]))),
            ("role", json!(self.pick(&["nurse", "clinical", "call-operator", "midwife"]))),
            ("level", json!(self.pick(&["introductory", "mid", "executive"]))),
            ("band", json!(self.pick(&["afc-5", "afc-8a", "vsm"]))),
            ("region", json!(self.pick(&["london", "south-east", "england"]))),
            ("employerSupport", json!([self.pick(&["sponsor", "line-manager"])])),
            ("experience", json!({"Management": self.roll(4)})),
        ];
        facts.into_iter().filter(|_| self.roll(2) == 0).map(|(key, value)| (key.to_owned(), value)).collect()
    }
}

fn reversed(rule: &Json) -> Json {
    let turn = |rules: &Json| rules.as_array().expect("rules").iter().rev().map(reversed).collect::<Vec<Json>>();
    match (rule.get("all"), rule.get("any")) {
        (Some(rules), _) => json!({"all": turn(rules)}),
        (_, Some(rules)) => json!({"any": turn(rules)}),
        _ => rule.clone(),
    }
}

#[test]
fn a_thousand_rules_keep_what_the_engine_promises() {
    let vocabularies = shipped_vocabularies();
    let mut dice = Dice(2_018);
    let (mut tried, mut found) = ([0; 5], 0);
    for _ in 0..1_000 {
        let rule = dice.rule(3);
        let (gate, turned) = (gate(&rule), gate(&reversed(&rule)));
        let (gates, turned) = (alone(&gate), alone(&turned));
        let facts = dice.profile();
        let read = |facts: &serde_json::Map<String, Json>| -> Profile {
            serde_json::from_value(Json::Object(facts.clone())).expect("a profile")
        };
        let profile = read(&facts);
        let told = Told::new(&profile, &[], &vocabularies, TODAY);
        let mut open = Vec::new();
        let verdict = judged(&told, &gates, &mut open);
        tried[verdict as usize] += 1;
        assert_eq!(judged(&told, &turned, &mut Vec::new()), verdict, "order matters: {rule} {facts:?}");
        assert_eq!(verdict == Verdict::Unknown, !open.is_empty(), "only what is open is asked: {rule} {facts:?}");
        // More facts never make what was settled unknown.
        let mut fewer = facts.clone();
        if let Some(key) = facts.keys().nth(dice.roll(facts.len().max(1))) {
            fewer.remove(key);
        }
        let less = read(&fewer);
        let less = Told::new(&less, &[], &vocabularies, TODAY);
        let before = judged(&less, &gates, &mut Vec::new());
        assert!(before != Verdict::Eligible || verdict == Verdict::Eligible, "{rule}: {fewer:?} then {facts:?}");
        // What would make somebody eligible does.
        let changes = told.changes(&gates, gates.get(0).expect("a gate"), &[]);
        assert!(changes.len() <= 8);
        assert!(
            verdict == Verdict::Ineligible || verdict == Verdict::Unknown || changes.is_empty(),
            "{rule} {facts:?}"
        );
        let is_acted_on = |field| match field {
            ProfileField::Region => false,
            ProfileField::Role => !facts.contains_key("role"),
            _ => true,
        };
        assert!(changes.iter().all(|change| is_acted_on(change.field)), "{rule} {facts:?}");
        found += usize::from(!changes.is_empty());
    }
    assert!(found > 50, "{found} ways found");
    assert!(tried[..3].iter().all(|count| *count > 20) && tried[4] > 20, "{tried:?}");
}

//! Who can take what of the shipped catalogue.

use std::collections::{BTreeMap, BTreeSet};

use leadership_directory::catalogue::{Check, Checked, Field, Filter, Match, Outcome, Snapshot, Told, Verdict};
use leadership_directory::directory::Directory;
use leadership_directory::import::shipped;
use leadership_directory::model::Kind;
use leadership_directory::model::profile::Profile;
use leadership_directory::store::Store;
use serde_json::{Value, json};

use crate::engine::Engine;
use crate::on_both_engines;

const TODAY: &str = "2026-11-23";

/// Eight people, as they tell of themselves.
fn people() -> Vec<(&'static str, Value)> {
    vec![
        (
            "call operator, band 3",
            json!({"role": "call-operator", "band": "afc-3", "employer": "nhs-organisation", "registrations": []}),
        ),
        (
            "newly qualified nurse, band 5",
            json!({"role": "nurse", "band": "afc-5", "level": "introductory", "employer": "nhs-organisation", "registrations": ["nmc"]}),
        ),
        (
            "allied health professional, band 7",
            json!({"role": "allied-health-professional", "band": "afc-7", "level": "first-line", "employer": "nhs-organisation", "registrations": ["hcpc"]}),
        ),
        (
            "manager, band 8a",
            json!({"role": "manager", "band": "afc-8a", "level": "mid", "employer": "nhs-organisation", "registrations": []}),
        ),
        (
            "consultant",
            json!({"role": "consultant", "band": "medical-dental-contract", "level": "senior", "employer": "nhs-organisation", "registrations": ["gmc"]}),
        ),
        (
            "clinical director, commissioned provider",
            json!({"role": "clinical-director", "level": "executive", "employer": "nhs-commissioned"}),
        ),
        ("care worker outside the NHS", json!({"role": "care-staff", "employer": "social-care", "registrations": []})),
        ("someone who tells nothing", json!({})),
    ]
}

fn ask<'s>(snapshot: &'s Snapshot, profile: &Value, shown: &[String], limit: usize) -> Checked<'s> {
    let profile: Profile = serde_json::from_value(profile.clone()).unwrap();
    let told = Told::new(&profile, shown, snapshot.vocabularies(), TODAY);
    snapshot.check(&Check { told, kinds: &[Kind::Programme], filter: Filter::default(), limit, after: None })
}

on_both_engines! {
    async fn verdicts_on_the_shipped_catalogue_are_traceable(engine: Engine) {
        let database = engine.fresh().await;
        let store = Store::open(&database.url, 2).await.unwrap();
        let directory = Directory::open(store, &shipped(), jiff::Timestamp::now).await.unwrap();
        let snapshot = directory.snapshot();
        let vocabularies = snapshot.vocabularies();
        for (name, profile) in people() {
            if let Some(role) = profile["role"].as_str() {
                assert!(vocabularies.get("role", role).is_some(), "{role}");
            }
            let found = ask(&snapshot, &profile, &[], 100);
            assert_eq!(found.counts.iter().sum::<u64>(), found.page.len() as u64, "{name}");
            assert!(found.page.is_sorted_by_key(|found| found.verdict), "{name}: the best first");
            for entry in &found.page {
                let outcomes: Vec<Outcome> = entry.reasons.iter().map(|reason| reason.outcome).collect();
                let about = format!("{name}, {}: {:?} by {:?}", entry.item.id, entry.verdict, entry.reasons);
                match entry.verdict {
                    _ if !entry.variants.is_empty() && outcomes.contains(&Outcome::NotStated) => {}
                    Verdict::Eligible => assert!(!outcomes.contains(&Outcome::NotStated), "{about}"),
                    Verdict::Conditional => assert!(outcomes.contains(&Outcome::ToDo), "{about}"),
                    Verdict::Unknown => assert!(outcomes.contains(&Outcome::NotTold), "{about}"),
                    Verdict::NotStated => assert!(outcomes.contains(&Outcome::NotStated), "{about}"),
                    Verdict::Ineligible => assert!(outcomes.contains(&Outcome::NotMet), "{about}"),
                }
                let full: Value = serde_json::from_slice(&entry.item.json()).unwrap();
                for reason in &entry.reasons {
                    assert!(reason.outcome == Outcome::NotStated || full.pointer(&reason.pointer).is_some(), "{about}: {}", reason.pointer);
                    assert!(reason.sentence.ends_with('.'), "{}", reason.sentence);
                }
            }
            // What is called eligible without a remark is in every list that silence passes.
            for (field, key) in [(Field::Role, "role"), (Field::Level, "level"), (Field::Band, "band")] {
                let Some(term) = profile[key].as_str() else { continue };
                let terms = vec![(field, vec![term.to_owned()])];
                let filter = Filter { terms, matching: Match::Possible, variants: true, ..Filter::default() };
                let listed = snapshot.choose(Kind::Programme, &filter).len();
                let hidden = found.page.iter().filter(|entry| {
                    let stated = entry.item.stated().of(field);
                    let is_remarked = entry.reasons.iter().any(|reason| matches!(reason.outcome, Outcome::Remark | Outcome::NotMet));
                    let alone = Filter { ids: Some(vec![entry.item.id.to_string()]), ..filter.clone() };
                    entry.verdict == Verdict::Eligible && !is_remarked && !stated.is_empty()
                        && snapshot.choose(Kind::Programme, &alone).is_empty()
                });
                assert_eq!(hidden.count(), 0, "{name}: hidden by {key} among {listed}");
            }
        }
        directory.close().await;
    }

    async fn pages_hold_each_entry_once_and_positive_action_is_never_asked_about(engine: Engine) {
        let database = engine.fresh().await;
        let store = Store::open(&database.url, 2).await.unwrap();
        let directory = Directory::open(store, &shipped(), jiff::Timestamp::now).await.unwrap();
        let snapshot = directory.snapshot();
        let profile: Profile = serde_json::from_value(json!({"role": "nurse", "employer": "nhs-organisation", "band": "afc-6"})).unwrap();
        let kinds = [Kind::Programme, Kind::CoachingLink];
        let (mut seen, mut after, mut pages) = (Vec::new(), None, 0);
        loop {
            let told = Told::new(&profile, &[], snapshot.vocabularies(), TODAY);
            let found = snapshot.check(&Check { told, kinds: &kinds, filter: Filter::default(), limit: 4, after });
            seen.extend(found.page.iter().map(|found| (found.verdict, found.item.kind, found.item.id.to_string())));
            pages += 1;
            after = found.next;
            if after.is_none() {
                assert_eq!(seen.len() as u64, found.counts.iter().sum::<u64>());
                break;
            }
        }
        assert!(pages > 5 && seen.iter().map(|(_, kind, id)| (*kind, id)).collect::<BTreeSet<_>>().len() == seen.len());
        assert!(seen.is_sorted_by_key(|(verdict, ..)| *verdict));
        // Positive action: unknown, and not for want of an answer; shown where the request says so.
        let nurse = json!({"role": "nurse", "employer": "nhs-organisation"});
        let of = |shown: &[String]| {
            let found = ask(&snapshot, &nurse, shown, 100);
            let entry = found.page.iter().find(|found| &*found.item.id == "fnf-mary-seacole").unwrap();
            assert!(found.questions.iter().all(|asked| asked.concerns >= asked.settles && asked.concerns > 0));
            (entry.verdict, entry.missing.len(), entry.reasons.iter().any(|reason| reason.outcome == Outcome::Shown))
        };
        assert_eq!(of(&[]), (Verdict::Unknown, 0, false));
        assert!(matches!(of(&["race".to_owned()]), (Verdict::Eligible | Verdict::Conditional, 0, true)));
        directory.close().await;
    }
}

/// The verdicts of eight people on every programme, and the sentences and sources that each rests on.
fn table(snapshot: &Snapshot) -> String {
    use std::fmt::Write as _;
    let people = people();
    let mut verdicts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut points: BTreeMap<String, (String, Vec<String>)> = BTreeMap::new();
    for (_, profile) in &people {
        for found in ask(snapshot, profile, &[], 100).page {
            let id = found.item.id.to_string();
            let verdict = serde_json::to_value(found.verdict).unwrap();
            verdicts.entry(id.clone()).or_default().push(verdict.as_str().unwrap().to_owned());
            let full: Value = serde_json::from_slice(&found.item.json()).unwrap();
            let (_, lines) = points.entry(id).or_insert_with(|| (found.item.title.to_string(), Vec::new()));
            for reason in found.reasons.iter().filter(|reason| reason.outcome != Outcome::Remark) {
                let mut line = format!("- `{}`: {}", reason.pointer, reason.sentence);
                let printed = full.pointer(&reason.pointer).and_then(|part| part["asPrinted"].as_str());
                if let Some(printed) = printed {
                    write!(line, " Printed: “{printed}”").unwrap();
                }
                let sources = found.sources.iter().filter(|source| reason.sources.contains(&source.id));
                let named: Vec<String> = sources
                    .map(|source| {
                        let date = source.published.as_ref().map_or("undated", |date| date.as_str());
                        format!("{} ({date})", source.title.as_str())
                    })
                    .collect();
                if !named.is_empty() {
                    write!(line, " Source: {}.", named.join("; ")).unwrap();
                }
                if !lines.contains(&line) {
                    lines.push(line);
                }
            }
        }
    }
    let mut text = format!(
        "# Who can take what\n\nEight people and every programme of the shipped catalogue, as of {TODAY}. A test writes this file \
         and holds it against the engine. A programme of which no source states a rule is as open as the best of its variants.\n\n"
    );
    for (number, (name, profile)) in people.iter().enumerate() {
        writeln!(text, "{}. {name}: `{profile}`", number + 1).unwrap();
    }
    text.push_str("\n| programme | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 |\n|---|---|---|---|---|---|---|---|---|\n");
    for (id, verdicts) in &verdicts {
        writeln!(text, "| [{}](#{id}) | {} |", points[id].0, verdicts.join(" | ")).unwrap();
    }
    text.push_str("\nWhat each verdict rests on; remarks, which refuse nobody, are left out.\n");
    for (id, (title, lines)) in &points {
        write!(text, "\n## {id}\n\n{title}\n\n{}\n", lines.join("\n")).unwrap();
    }
    text
}

#[tokio::test]
async fn the_committed_table_is_the_engines() {
    let database = Engine::Sqlite.fresh().await;
    let store = Store::open(&database.url, 2).await.unwrap();
    let directory = Directory::open(store, &shipped(), jiff::Timestamp::now).await.unwrap();
    let made = table(&directory.snapshot());
    directory.close().await;
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/who-can-take-what.md");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(file, &made).unwrap();
    }
    let committed = std::fs::read_to_string(file).unwrap();
    assert!(committed == made, "docs/who-can-take-what.md is out of date: run the tests once with BLESS=1");
}

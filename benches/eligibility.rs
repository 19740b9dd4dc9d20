//! What an eligibility check costs: every entry judged, counted by verdict, the next questions with their terms, and
//! a page of 20 with reasons. Ten people take turns, so that no answer is the one before.

#![expect(clippy::expect_used, clippy::print_stdout, reason = "a measurement stops where anything is wrong")]

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use leadership_directory::catalogue::{Check, Checked, Filter, Snapshot, Told};
use leadership_directory::import::{generate, shipped_vocabularies};
use leadership_directory::model::profile::Profile;
use leadership_directory::model::{Kind, identity, read};
use leadership_directory::store::{EntryRow, Head, Loaded, State, TermRow};
use serde_json::{Value, json};

const TODAY: &str = "2026-11-23";

/// The generator's entries as the directory holds them.
fn snapshot(count: u32) -> Snapshot {
    let vocabularies = shipped_vocabularies();
    let number = |index: usize| i64::try_from(index).expect("few") + 1;
    let entries = generate::entries(count, 1, &vocabularies).enumerate().map(|(index, value)| {
        let (kind, id) = read::identify(&value).expect("a kind and an id");
        let body = read::entry(value, &vocabularies).expect("a good entry").text;
        EntryRow {
            uid: identity::uid(kind, &id).to_string(),
            kind,
            id,
            state: State::Current,
            body,
            version: 1,
            change_number: number(index),
            created_at: "2026-11-23T09:30:00.000Z".to_owned(),
            modified_at: "2026-11-23T09:30:00.000Z".to_owned(),
        }
    });
    let entries: Vec<EntryRow> = entries.collect();
    let terms = vocabularies.iter().map(|term| TermRow {
        scheme: term.scheme.0.clone(),
        code: term.code.0.clone(),
        body: serde_json::to_string(term).expect("JSON"),
        change_number: 0,
        shipped: String::new(),
    });
    let moment = "2026-11-23T09:30:00.000Z".to_owned();
    let head = Head {
        change_number: number(entries.len()),
        chain: String::new(),
        committed_at: moment,
        shipped: String::new(),
    };
    Snapshot::new(Loaded { head, terms: terms.collect(), entries, old_slugs: Vec::new(), chain: Vec::new() })
        .expect("a snapshot")
}

fn people() -> Vec<Profile> {
    let told: [Value; 10] = [
        json!({}),
        json!({"role": "nurse"}),
        json!({"role": "nurse", "band": "afc-6", "employer": "nhs-organisation", "region": "london"}),
        json!({"role": "call-operator", "band": "afc-3", "employer": "nhs-organisation", "registrations": []}),
        json!({"role": "consultant", "level": "senior", "employer": "nhs-organisation", "registrations": ["gmc"]}),
        json!({"role": "clinical-director", "level": "executive", "employer": "nhs-commissioned"}),
        json!({"role": "care-staff", "employer": "social-care", "registrations": []}),
        json!({"role": "manager", "band": "afc-8a", "level": "mid", "region": "midlands"}),
        json!({"employer": "nhs-organisation", "employerSupport": ["line-manager"]}),
        json!({"level": "first-line", "aspiresTo": "mid", "region": "north-west"}),
    ];
    told.into_iter().map(|told| serde_json::from_value(told).expect("a profile")).collect()
}

fn check<'s>(snapshot: &'s Snapshot, profile: &Profile) -> Checked<'s> {
    let told = Told::new(profile, &[], snapshot.vocabularies(), TODAY);
    let kinds = [Kind::Programme, Kind::CoachingLink, Kind::Academy, Kind::Resource];
    let checked = snapshot.check(&Check { told, kinds: &kinds, filter: Filter::default(), limit: 20, after: None });
    for asked in checked.questions.iter().take(20) {
        black_box(asked.question.field().map(|field| snapshot.terms_of_profile(field)));
    }
    checked
}

fn benches(criterion: &mut Criterion) {
    let people = people();
    let mut group = criterion.benchmark_group("eligibility check");
    for count in [100, 10_000, 100_000] {
        let snapshot = snapshot(count);
        let mut turn = people.iter().cycle();
        let (gates, rules) = snapshot.gate_count();
        println!("{count} entries, {gates} distinct gates, {rules} distinct rules");
        for profile in &people {
            let checked = check(&snapshot, profile);
            assert!(!checked.page.is_empty() && checked.counts.iter().sum::<u64>() > 0);
        }
        group.bench_function(BenchmarkId::from_parameter(count), |bencher| {
            bencher.iter(|| check(&snapshot, turn.next().expect("it never ends")).counts);
        });
    }
    group.finish();
}

criterion_group!(all, benches);
criterion_main!(all);

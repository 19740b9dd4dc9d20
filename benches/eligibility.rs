//! What an eligibility check costs: every entry judged, counted by verdict, the next questions with their terms, and
//! a page of 20 with reasons. Ten people take turns, so that no answer is the one before.

#![expect(clippy::expect_used, clippy::print_stdout, reason = "a measurement stops where anything is wrong")]

mod generated;

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use leadership_directory::catalogue::{Check, Checked, Filter, Snapshot, Told};
use leadership_directory::model::Kind;
use leadership_directory::model::profile::Profile;
use serde_json::{Value, json};

const TODAY: &str = "2026-11-23";

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
        let snapshot = generated::snapshot(generated::rows(count));
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

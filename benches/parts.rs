//! What the parts of an answer cost: filters, facets, pages, text; and what a write costs the snapshot.

#![expect(clippy::expect_used, reason = "a measurement stops where anything is wrong")]

mod generated;

use std::hint::black_box;
use std::sync::Arc;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use leadership_directory::catalogue::{Field, Filter, Hits, PageQuery, Sort, Sought, Text};
use leadership_directory::model::Kind;
use leadership_directory::store::EntryRow;

const ROLES: [&str; 8] = [
    "nurse",
    "midwife",
    "consultant",
    "call-operator",
    "manager",
    "paramedic",
    "allied-health-professional",
    "clinical",
];
const LEVELS: [&str; 4] = ["introductory", "first-line", "mid", "senior"];
const TAGS: [&str; 4] = ["open-to-all", "nhs-employed", "clinicians-only", "employer-support-needed"];

/// Filters by three fields, none like the one before.
fn filters() -> Vec<Filter> {
    let mut filters = Vec::new();
    for role in ROLES {
        for level in LEVELS {
            for tag in TAGS {
                let terms = [(Field::Role, role), (Field::Level, level), (Field::Eligibility, tag)];
                let terms = terms.map(|(field, term)| (field, vec![term.to_owned()])).to_vec();
                filters.push(Filter { terms, ..Filter::default() });
            }
        }
    }
    filters
}

fn page(filter: Filter) -> PageQuery {
    PageQuery { kind: Kind::Programme, sort: Sort::Title, limit: 20, filter, after: None }
}

fn questions(criterion: &mut Criterion) {
    let filters = filters();
    let facets = [Field::Role, Field::Level, Field::Eligibility, Field::Region, Field::Cost];
    let texts =
        ["clinical leadership", "digital coaching", "maternity safety", "inclusive chan", "strategc governance"];
    let texts: Vec<Text> = texts.map(Text::read).to_vec();
    for count in [100, 10_000, 100_000] {
        let snapshot = generated::snapshot(generated::rows(count));
        let mut group = criterion.benchmark_group(format!("{count} entries"));
        let mut turn = filters.iter().cycle();
        let mut next = || turn.next().expect("it never ends");
        group.bench_function("three filters with counts", |bencher| {
            bencher.iter(|| snapshot.sift(Kind::Programme, next(), &[]).total);
        });
        let mut turn = filters.iter().cycle();
        group.bench_function("three filters and a page of 20", |bencher| {
            bencher.iter(|| snapshot.page(&page(turn.next().expect("it never ends").clone())).total);
        });
        let mut turn = filters.iter().cycle();
        group.bench_function("five facets of three filters", |bencher| {
            bencher.iter(|| {
                let filter = turn.next().expect("it never ends");
                let sifted = snapshot.sift(Kind::Programme, filter, &facets);
                for field in facets {
                    for term in snapshot.facet(Kind::Programme, filter, &sifted, field, false) {
                        black_box(term);
                    }
                }
            });
        });
        for text in &texts {
            group.bench_function(format!("find “{}”", text.typed), |bencher| {
                bencher.iter(|| {
                    let sought = Sought::new(text.clone(), vec![Kind::Programme], false);
                    let filter = Filter { text: Some(Arc::new(sought)), ..Filter::default() };
                    snapshot.look_for(&filter).expect("it is found");
                    filter.hits().and_then(Hits::best)
                });
            });
        }
        group.finish();
    }
}

/// Rows with another summary than before, as the next changes.
fn changed(rows: &[EntryRow], count: usize, turn: usize) -> Vec<EntryRow> {
    let last = rows.len() + turn * count;
    let changed = |index: usize| {
        let mut row = rows.get((turn * 7_919 + index) % rows.len()).expect("a row").clone();
        row.body = row.body.replacen("\"summary\":\"", &format!("\"summary\":\"Changed in turn {turn}. "), 1);
        row.change_number = i64::try_from(last + index + 1).expect("few");
        row.version = 2;
        row
    };
    (0..count).map(changed).collect()
}

fn writes(criterion: &mut Criterion) {
    let rows = generated::rows(100_000);
    for (count, name) in [(1, "one changed entry among 100,000"), (1_000, "1,000 changed entries among 100,000")] {
        let mut snapshot = generated::snapshot(rows.clone());
        let mut turn = 0;
        let mut group = criterion.benchmark_group("write");
        group.sample_size(if count == 1 { 100 } else { 20 });
        group.bench_function(name, |bencher| {
            bencher.iter_batched(
                || {
                    turn += 1;
                    let entries = changed(&rows, count, turn);
                    let last = entries.last().expect("a row").change_number;
                    generated::loaded(entries, last, false)
                },
                |loaded| snapshot = snapshot.advance(loaded),
                BatchSize::PerIteration,
            );
        });
        group.finish();
    }
}

criterion_group!(all, questions, writes);
criterion_main!(all);

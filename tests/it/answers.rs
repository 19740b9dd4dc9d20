//! Answers that are kept are the answers that would be made.

use crate::engine::Engine;
use crate::on_both_engines;
use crate::support::{Answer, App, Process, course};

/// Numbers that look drawn by chance, the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }

    fn pick<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len())]
    }
}

/// A question, put together by chance.
fn question(dice: &mut Dice) -> String {
    let list = dice.pick(&["programmes", "programmes", "coaching-links", "academies", "resources", "search"]);
    let mut parameters: Vec<&str> = Vec::new();
    for choices in [
        ["", "", "role=nurse", "role=midwife,manager", "role=clinical"],
        ["", "", "level=mid", "level=introductory,senior", "eligibility=open-to-all"],
        ["", "", "cost=free", "region=london", "delivery=coaching"],
        ["", "", "match=possible", "variants=show", "modifiedSince=2020-01-01"],
    ] {
        let choice = dice.pick(&choices);
        if !(list == "search" && choice.starts_with("variants")) {
            parameters.push(choice);
        }
    }
    let text = dice.pick(&["", "", "q=leadership", "q=nurse", "q=mary+seacol", "q=zebra"]);
    parameters.push(if list == "search" && text.is_empty() { "q=coaching" } else { text });
    parameters.push(dice.pick(&["", "limit=3", "limit=1"]));
    if list != "search" {
        parameters.push(dice.pick(&["", "facets=role,cost,type", "fields=id,title", "view=full", "sort=-modifiedAt"]));
    }
    parameters.retain(|parameter| !parameter.is_empty());
    // The same may be asked in another order.
    if dice.below(2) == 0 {
        parameters.reverse();
    }
    // And of the page for people.
    if list == "programmes" && dice.below(3) == 0 {
        parameters.retain(|parameter| !["facets", "fields", "view"].iter().any(|name| parameter.starts_with(name)));
        return format!("/?{}", parameters.join("&"));
    }
    format!("/v1/{list}?{}", parameters.join("&"))
}

/// What of an answer must be the same.
fn told(answer: &Answer) -> (u16, &str, &str, &str, &str) {
    (answer.status, answer.header("etag"), answer.header("link"), answer.header("content-encoding"), &answer.text)
}

on_both_engines! {
    async fn what_is_kept_is_what_would_be_made(engine: Engine) {
        let address = ["--public-url", "https://directory.example"];
        let app = App::start_with(engine, &address).await;
        let file = app.database.folder.path().join("none.toml");
        std::fs::write(&file, "[answers]\ncache_mb = 0\n").unwrap();
        let without = Process::start(&app.database.url, &[&address[..], &["--config", file.to_str().unwrap()]].concat());
        let mut dice = Dice(7);
        let mut sizes = std::collections::BTreeSet::new();
        for round in 0..2 {
            for _ in 0..150 {
                let question = question(&mut dice);
                let coding = dice.pick(&["identity", "gzip", "br"]);
                let headers = [("accept-encoding", coding)];
                let ask = async |process: &Process| process.ask(reqwest::Method::GET, &question, &headers).await;
                let (first, again, made) = (ask(&app.process).await, ask(&app.process).await, ask(&without).await);
                assert_eq!(told(&first), told(&made), "{question}");
                assert_eq!(told(&again), told(&made), "{question}, asked again");
                assert_eq!(first.status, 200, "{question}: {}", first.text);
                sizes.insert(first.text.len());
                let known = [("accept-encoding", coding), ("if-none-match", made.header("etag"))];
                assert_eq!(app.process.ask(reqwest::Method::GET, &question, &known).await.status, 304, "{question}");
            }
            // What is kept is gone with the state that it tells of.
            if round == 0 {
                let before = app.get("/v1/programmes?q=leadership").await;
                assert!(app.import("a.ndjson", &course("a-course", "A leadership course").to_string()).status.success());
                for process in [&app.process, &without] {
                    process.until("/v1/programmes/a-course", |answer| answer.status == 200).await;
                }
                assert_ne!(told(&app.get("/v1/programmes?q=leadership").await), told(&before));
            }
        }
        assert!(sizes.len() > 60, "the questions differ: {}", sizes.len());
    }

    async fn what_tells_of_a_person_is_not_kept(engine: Engine) {
        let app = App::start(engine).await;
        let path = "/v1/programmes?eligibility=positive-action-race";
        for _ in 0..2 {
            let answer = app.get(path).await;
            assert_eq!((answer.status, answer.header("cache-control"), answer.header("etag")), (200, "private, no-store", ""));
        }
    }
}

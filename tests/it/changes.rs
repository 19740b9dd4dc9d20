//! `GET /v1/changes`: whoever follows it has what the directory has, deletions included, and can prove it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::engine::Engine;
use crate::on_both_engines;
use crate::support::{App, Process, binary, course, text};

const FEED: &str = "/v1/changes";

/// A copy of the directory, kept by following the feed.
#[derive(Default, Clone)]
struct Copy {
    entries: BTreeMap<String, Value>,
    next: Option<String>,
    /// How many items and pages came.
    items: usize,
    pages: usize,
    /// The directory's change number at the last, empty page.
    at: String,
}

impl Copy {
    /// Begins at an address, and follows it to the end.
    async fn follow(&mut self, server: &Process, start: &str) {
        let mut address = self.next.clone().unwrap_or_else(|| start.to_owned());
        let mut last = -1;
        loop {
            let answer = server.get(&address).await;
            assert_eq!(answer.status, 200, "{address}: {}", answer.text);
            let page = answer.json();
            let next =
                page["next"].as_str().unwrap().strip_prefix(&server.url).expect("an address of this server").to_owned();
            let items = page["items"].as_array().unwrap();
            if items.is_empty() {
                assert_eq!(next, address, "the last page leads to itself");
                answer.header("directory-change-number").clone_into(&mut self.at);
                self.next = Some(next);
                return;
            }
            self.pages += 1;
            for item in items {
                self.items += 1;
                let modified = item["modified"].as_i64().unwrap();
                assert!(modified > last, "{modified} came after {last}");
                last = modified;
                let id = item["id"].as_str().unwrap().to_owned();
                if item["state"] == "deleted" {
                    assert!(item.get("data").is_none(), "{item}");
                    self.entries.remove(&id);
                } else {
                    assert_eq!((&item["data"]["uid"], &item["data"]["changeNumber"]), (&item["id"], &item["modified"]));
                    self.entries.insert(id, item["data"].clone());
                }
            }
            address = next;
        }
    }

    /// Count and hash, kind by kind, as the recipe makes them.
    fn sums(&self) -> BTreeMap<String, (u64, String)> {
        let mut sums: BTreeMap<String, (u64, [u8; 32])> = BTreeMap::new();
        for entry in self.entries.values() {
            let mut sorted = entry.clone();
            sorted.sort_all_objects();
            let hash = Sha256::digest(sorted.to_string());
            let (count, sum) = sums.entry(entry["kind"].as_str().unwrap().to_owned()).or_default();
            *count += 1;
            sum.iter_mut().zip(hash).for_each(|(byte, other)| *byte ^= other);
        }
        let hex = |sum: [u8; 32]| sum.map(|byte| format!("{byte:02x}")).concat();
        sums.into_iter().map(|(kind, (count, sum))| (kind, (count, hex(sum)))).collect()
    }
}

/// The digest, kinds without entries left out.
async fn digest(server: &Process, query: &str) -> (Value, BTreeMap<String, (u64, String)>) {
    let answer = server.get(&format!("{FEED}/digest{query}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let body = answer.json();
    let kinds = body["data"].as_array().unwrap().iter().map(|kind| {
        let text = |key: &str| kind[key].as_str().unwrap().to_owned();
        (text("kind"), (kind["count"].as_u64().unwrap(), text("sha256")))
    });
    (body["meta"]["changeNumber"].clone(), kinds.filter(|(_, (count, _))| *count > 0).collect())
}

/// What the lists show, by uid.
async fn listed(app: &App) -> BTreeMap<String, Value> {
    let mut all = BTreeMap::new();
    for list in ["programmes", "providers", "academies", "coaching-links", "resources", "frameworks"] {
        for entry in app.data(&format!("/v1/{list}?view=full&variants=show&limit=100")).await.as_array().unwrap() {
            all.insert(entry["uid"].as_str().unwrap().to_owned(), entry.clone());
        }
    }
    all
}

on_both_engines! {
    async fn a_long_page_is_what_short_ones_are_in_whatever_coding_it_is_sent(engine: Engine) {
        let app = App::start(engine).await;
        let made = binary().args(["generate", "--entries", "500"]).output().unwrap();
        assert!(app.import("made.ndjson", &text(&made.stdout)).status.success());
        app.process.until(&format!("{FEED}?view=summary&limit=1000"), |answer| answer.json()["items"].as_array().unwrap().len() > 500).await;
        // One of them is gone: it is told among the others.
        let all = format!("{FEED}?view=summary&limit=1000");
        let last = app.get(&all).await.json()["items"].as_array().unwrap().last().unwrap().clone();
        let gone = format!("{}/{}", last["kind"].as_str().unwrap(), last["data"]["id"].as_str().unwrap());
        let retired = json!({"retire": gone, "reason": "It was only a test."});
        assert!(app.import("gone.ndjson", &retired.to_string()).status.success());
        assert!(app.import("later.ndjson", &course("a-course", "A course").to_string()).status.success());
        app.process.until("/v1/programmes/a-course", |answer| answer.status == 200).await;
        let items = app.get(&all).await.json()["items"].as_array().unwrap().clone();
        assert_eq!(items.iter().rev().take(2).map(|item| &item["state"]).collect::<Vec<_>>(), ["updated", "deleted"]);
        let client = reqwest::Client::new();
        for view in ["summary", "full"] {
            let path = format!("{FEED}?view={view}&limit=1000");
            let long = app.process.get(&path).await;
            // Longer than what is sent whole: nobody knows yet how long it becomes.
            assert!(long.text.len() > 512 * 1024 && long.header("content-length").is_empty(), "{}", long.text.len());
            let items = long.json()["items"].as_array().unwrap().clone();
            let (mut short, mut next) = (Vec::new(), format!("{FEED}?view={view}&limit=100"));
            while short.len() < items.len() {
                let page = app.process.get(&next).await;
                assert!(!page.header("content-length").is_empty());
                let page = page.json();
                short.extend(page["items"].as_array().unwrap().iter().cloned());
                page["next"].as_str().unwrap().strip_prefix(&app.process.url).unwrap().clone_into(&mut next);
            }
            assert_eq!(items, short, "{view}");
            let coded = client.get(format!("{}{path}", app.process.url)).header("accept-encoding", "gzip").send().await.unwrap();
            assert_eq!(coded.headers()["content-encoding"], "gzip");
            let mut read = String::new();
            flate2::read::GzDecoder::new(&coded.bytes().await.unwrap()[..]).read_to_string(&mut read).unwrap();
            assert!(read == long.text, "{view}");
            let head = app.process.ask(reqwest::Method::HEAD, &path, &[]).await;
            assert_eq!((head.status, head.text.as_str(), head.header("etag")), (200, "", long.header("etag")));
        }
    }

    async fn a_process_that_follows_tells_what_one_that_starts_afresh_tells(engine: Engine) {
        let public = ["--public-url", "https://directory.example"];
        let app = App::start_with(engine, &public).await;
        let made = binary().args(["generate", "--entries", "300"]).output().unwrap();
        assert!(app.import("made.ndjson", &text(&made.stdout)).status.success());
        let titled = |id: &str, title: &str| course(id, title).to_string();
        for lines in [
            // At both ends, between, and twice the same title.
            vec![titled("z", "Aaa"), titled("a", "Zzz"), titled("m2", "Made between"), titled("m1", "Made between")],
            vec![titled("z", "Zzzz"), titled("m2", "Aaaa")],
            vec![json!({"rename": "programme/nye-bevan", "to": "bevan"}).to_string(), titled("n", "New")],
            vec![json!({"retire": "programme/a", "reason": "It was only a test."}).to_string()],
            vec![json!({"kind": "programme", "id": "stepping-up", "title": "Going up"}).to_string()],
        ] {
            let done = app.import("changes.ndjson", &lines.join("\n"));
            assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        }
        app.process.until("/v1/programmes/stepping-up", |answer| answer.json()["data"]["title"] == "Going up").await;
        let fresh = Process::start(&app.database.url, &public);
        let mut paths = vec![
            "/v1/programmes?facets=role,level,provider,type,status&variants=show&limit=100".to_owned(),
            "/v1/programmes?role=nurse&match=possible&sort=-modifiedAt&limit=7".to_owned(),
            "/v1/resources?sort=-id&limit=9".to_owned(),
            "/v1/changes?view=summary&limit=1000".to_owned(),
            "/v1/changes?kind=provider,framework&limit=3".to_owned(),
            "/v1/changes/digest".to_owned(),
        ];
        for sort in ["title", "-title", "id", "-id", "modifiedAt", "-modifiedAt"] {
            paths.push(format!("/v1/programmes?sort={sort}&limit=20"));
            paths.push(format!("/v1/programmes?sort={sort}&level=senior,mid&limit=5"));
        }
        for first in paths {
            // All pages: of the feed up to the last, which leads to itself.
            let mut next = Some(first);
            while let Some(path) = next.take() {
                let (told, expected) = (app.get(&path).await, fresh.get(&path).await);
                assert_eq!((told.status, &told.text), (200, &expected.text), "{path}");
                let body = told.json();
                let link = body["links"]["next"].as_str().or(body["next"].as_str());
                let link = link.map(|link| link.strip_prefix("https://directory.example").unwrap().to_owned());
                next = link.filter(|link| *link != path && body["items"] != json!([]));
            }
        }
        let asked = json!({"profile": {"band": "afc-6", "role": "nurse"}});
        let (told, expected) = (app.process.post("/v1/eligibility-checks", &asked).await, fresh.post("/v1/eligibility-checks", &asked).await);
        assert_eq!((told.status, &told.text), (200, &expected.text));
    }

    async fn a_copy_is_what_the_directory_is_after_every_sort_of_change(engine: Engine) {
        let app = App::start(engine).await;
        let mut copies = Vec::new();
        for limit in [1, 7, 500, 1_000] {
            let mut copy = Copy::default();
            copy.follow(&app.process, &format!("{FEED}?limit={limit}")).await;
            assert_eq!(copy.entries, listed(&app).await, "limit {limit}");
            assert_eq!(copy.items, copy.entries.len());
            copies.push(copy);
        }
        let change = async |name: &str, lines: &[Value]| {
            let before = app.process.get(FEED).await.header("directory-change-number").to_owned();
            let text: Vec<String> = lines.iter().map(ToString::to_string).collect();
            let done = app.import(&format!("{name}.ndjson"), &text.join("\n"));
            assert!(done.status.success(), "{name}: {}", String::from_utf8_lossy(&done.stderr));
            app.process.until(FEED, |answer| answer.header("directory-change-number") != before).await;
        };
        // Added, changed, renamed, taken out, back again: each time the copy catches up with what changed alone.
        let added = course("added", "A course that was added");
        let mut edited = added.clone();
        edited["summary"] = "A course that was edited.".into();
        for (name, lines, items) in [
            ("added", vec![added], 1),
            ("edited", vec![edited.clone()], 1),
            ("renamed", vec![json!({"rename": "programme/added", "to": "renamed"})], 1),
            ("retired", vec![json!({"retire": "programme/renamed", "reason": "It was only a test.", "replacedBy": "programme/edward-jenner"})], 1),
        ] {
            change(name, &lines).await;
            for copy in &mut copies {
                let before = copy.items;
                copy.follow(&app.process, FEED).await;
                assert_eq!(copy.items - before, items, "{name}");
                assert_eq!(copy.entries, listed(&app).await, "{name}");
                let (at, sums) = digest(&app.process, "").await;
                assert_eq!((at.to_string(), sums), (copy.at.clone(), copy.sums()), "{name}");
            }
        }
        // Whoever comes later is told of the deletion too, and has the same.
        let mut late = Copy::default();
        late.follow(&app.process, FEED).await;
        assert_eq!((late.entries.clone(), late.items), (copies[0].entries.clone(), late.entries.len() + 1));
        let gone = app.get("/v1/programmes/added").await;
        assert_eq!((gone.status, gone.header("location").ends_with("/v1/programmes/renamed")), (308, true));
        let gone = app.get("/v1/programmes/renamed").await;
        assert_eq!(gone.status, 410);
        assert!(gone.json()["replacedBy"].as_str().unwrap().ends_with("/v1/programmes/edward-jenner"));
        // One changed member shows.
        let some = late.entries.values_mut().next().unwrap();
        some["title"] = "Another title".into();
        assert_ne!(late.sums(), digest(&app.process, "").await.1);
    }

    async fn a_filtered_copy_is_what_the_filter_finds(engine: Engine) {
        let app = App::start(engine).await;
        let filter = "kind=programme&cost=free&delivery=online-self-paced,residential";
        let list = "/v1/programmes?view=full&variants=show&limit=100&cost=free&delivery=online-self-paced,residential";
        let found = async || -> BTreeMap<String, Value> {
            let data = app.data(list).await;
            let unmatched = |entry: &Value| {
                let mut entry = entry.clone();
                entry.as_object_mut().unwrap().remove("matched");
                (entry["uid"].as_str().unwrap().to_owned(), entry)
            };
            data.as_array().unwrap().iter().map(unmatched).collect()
        };
        let mut free = course("free-course", "A free course");
        free["costs"] = json!([{"type": "free", "asOf": {"date": "2026"}, "sources": ["page"]}]);
        free["delivery"] = json!({"modes": ["online-self-paced"]});
        let mut copy = Copy::default();
        let start = format!("{FEED}?{filter}");
        copy.follow(&app.process, &start).await;
        assert_eq!((copy.entries.clone(), copy.items), (found().await, copy.entries.len()), "what never passed is not told");
        assert!(!copy.entries.is_empty());
        assert!(app.import("free.ndjson", &free.to_string()).status.success());
        app.process.until("/v1/programmes/free-course", |answer| answer.status == 200).await;
        copy.follow(&app.process, &start).await;
        assert_eq!(copy.entries, found().await);
        assert!(copy.entries.values().any(|entry| entry["id"] == "free-course"));
        // What leaves the filter is gone for whoever asks by it.
        free["costs"][0]["type"] = "fee".into();
        free["costs"][0]["asPrinted"] = "it has a price".into();
        let done = app.import("fee.ndjson", &free.to_string());
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        app.process.until("/v1/programmes/free-course", |answer| answer.json()["data"]["version"] == 2).await;
        copy.follow(&app.process, &start).await;
        assert_eq!(copy.entries, found().await);
        assert!(copy.entries.values().all(|entry| entry["id"] != "free-course"));
        let (_, sums) = digest(&app.process, &format!("?{filter}")).await;
        assert_eq!(sums, copy.sums());
    }

    async fn whoever_waits_by_a_filter_keeps_what_it_names_when_that_is_renamed_or_taken_out(engine: Engine) {
        let app = App::start(engine).await;
        let mut copy = Copy::default();
        copy.follow(&app.process, &format!("{FEED}?kind=programme&provider=kings-fund")).await;
        let before: BTreeSet<String> = copy.entries.keys().cloned().collect();
        assert!(before.len() > 2);
        // It waits while the provider is renamed, and everything that names it with it.
        let waiting = copy.next.clone().unwrap() + "&wait=50";
        let rename = async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            assert!(app.import("a.ndjson", &json!({"rename": "provider/kings-fund", "to": "the-fund"}).to_string()).status.success());
        };
        let (answer, ()) = tokio::join!(app.process.get(&waiting), rename);
        let page = answer.json();
        let told: BTreeMap<&str, &str> = page["items"].as_array().unwrap().iter().map(|item| (item["id"].as_str().unwrap(), item["state"].as_str().unwrap())).collect();
        for id in &before {
            assert_eq!(told.get(id.as_str()), Some(&"updated"), "{page}");
        }
        // Its next page asks by what it is called now. Taken out, it is still what those name that named it.
        copy.next = page["next"].as_str().map(|next| next.strip_prefix(&app.process.url).unwrap().replace("&wait=50", ""));
        assert!(app.import("b.ndjson", &json!({"retire": "provider/the-fund", "reason": "x"}).to_string()).status.success());
        app.process.until("/v1/providers/the-fund", |answer| answer.status == 410).await;
        copy.follow(&app.process, FEED).await;
        assert_eq!(copy.entries.keys().cloned().collect::<BTreeSet<_>>(), before);
        assert_eq!(app.get("/v1/programmes?provider=kings-fund&limit=100&variants=show").await.json()["meta"]["total"], before.len());
        assert_eq!(app.get("/v1/programmes?provider=kings-fnud").await.status, 400);
    }

    async fn a_draft_is_told_to_nobody_however_often_it_is_edited(engine: Engine) {
        let app = App::start(engine).await;
        let mut draft = course("secret", "A course that is not announced");
        draft["publication"] = "draft".into();
        assert!(app.import("a.ndjson", &draft.to_string()).status.success());
        draft["title"] = "Another title".into();
        assert!(app.import("b.ndjson", &draft.to_string()).status.success());
        let number: i64 = 242 + 2;
        app.process.until(FEED, |answer| answer.header("directory-change-number").parse::<i64>().unwrap() >= number).await;
        for query in ["?limit=1000", "?limit=1000&kind=programme&cost=free", "?afterChangeNumber=200&limit=1000"] {
            let page = app.get(&format!("{FEED}{query}")).await.json();
            assert!(page["items"].as_array().unwrap().iter().all(|item| item["modified"].as_i64().unwrap() <= 242), "{query}");
            assert!(!page.to_string().contains("secret"));
        }
        // A page that would begin with it begins with what comes after it.
        assert!(app.import("public.ndjson", &course("public", "A course that is announced").to_string()).status.success());
        app.process.until("/v1/programmes/public", |answer| answer.status == 200).await;
        let (page, number) = (app.get(&format!("{FEED}?afterChangeNumber=242&limit=1")).await.json(), number + 1);
        assert_eq!((page["items"].as_array().unwrap().len(), &page["items"][0]["data"]["id"]), (1, &json!("public")));
        draft["publication"] = "published".into();
        assert!(app.import("c.ndjson", &draft.to_string()).status.success());
        app.process.until("/v1/programmes/secret", |answer| answer.status == 200).await;
        let page = app.get(&format!("{FEED}?afterChangeNumber={number}")).await.json();
        assert_eq!(page["items"][0]["data"]["id"], "secret");
    }

    async fn a_new_term_is_heard_of_wherever_it_moves_something(engine: Engine) {
        let app = App::start(engine).await;
        let mut banded = course("banded", "A course for bands 7 and 8");
        banded["audience"] = json!({"bands": {"from": "afc-7", "to": "afc-8b", "orAbove": false, "orEquivalent": false}});
        let done = app.import("a.ndjson", &banded.to_string());
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stdout));
        app.process.until("/v1/programmes/banded", |answer| answer.status == 200).await;
        // The place of the copy is behind it: its own last entry came later.
        let mut later = course("later", "A course for band 9");
        later["audience"] = json!({"bands": {"from": "afc-9", "to": "afc-9", "orAbove": false, "orEquivalent": false}});
        assert!(app.import("later.ndjson", &later.to_string()).status.success());
        app.process.until("/v1/programmes/later", |answer| answer.status == 200).await;
        let mut copy = Copy::default();
        copy.follow(&app.process, &format!("{FEED}?kind=programme&band=afc-9")).await;
        let has = |copy: &Copy, id: &str| copy.entries.values().any(|entry| entry["id"] == id);
        assert!(has(&copy, "later") && !has(&copy, "banded"));
        // Between the two bands stands a new one, which is part of a third.
        let rank = app.data("/v1/vocabularies/band/afc-8a").await["rank"].as_i64().unwrap();
        let term = json!({"scheme": "band", "code": "afc-8a-plus", "label": "Band 8a plus", "definition": "Made for a test.", "rank": rank, "broader": "afc-9", "sources": [{"id": "x", "title": "X"}]});
        let done = app.import("b.ndjson", &term.to_string());
        assert!(done.status.success(), "{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
        app.process.until("/v1/vocabularies/band/afc-8a-plus", |answer| answer.status == 200).await;
        let listed = app.data("/v1/programmes?band=afc-9&variants=show&limit=100").await;
        assert!(listed.as_array().unwrap().iter().any(|entry| entry["id"] == "banded"), "the new term moves it");
        copy.follow(&app.process, FEED).await;
        assert!(copy.entries.values().any(|entry| entry["id"] == "banded"), "{:?}", copy.next);
    }

    async fn an_edit_of_a_vocabulary_is_heard_of_wherever_it_moves_something(engine: Engine) {
        let app = App::start(engine).await;
        let mut for_midwives = course("for-midwives", "A course for midwives");
        for_midwives["audience"] = json!({"openTo": ["midwife"]});
        assert!(app.import("midwives.ndjson", &for_midwives.to_string()).status.success());
        app.process.until("/v1/programmes/for-midwives", |answer| answer.status == 200).await;
        let (mut all, mut nursing) = (Copy::default(), Copy::default());
        all.follow(&app.process, FEED).await;
        nursing.follow(&app.process, &format!("{FEED}?kind=programme&role=nursing-and-midwifery")).await;
        let has = |copy: &Copy| copy.entries.values().any(|entry| entry["id"] == "for-midwives");
        assert!(has(&all) && has(&nursing));
        let edit = async |name: &str, terms: &[Value]| {
            let before = app.process.get(FEED).await.header("directory-change-number").to_owned();
            let text: Vec<String> = terms.iter().map(ToString::to_string).collect();
            let done = app.import(&format!("{name}.ndjson"), &text.join("\n"));
            assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
            app.process.until(FEED, |answer| answer.header("directory-change-number") != before).await;
            format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr))
        };
        let midwife = |member: &str, value: &str| json!({"scheme": "role", "code": "midwife", member: value});
        // A word is nothing that an entry shows, and changes nothing of why it is listed.
        let path = "/v1/programmes?role=nurse,midwife&level=senior&match=possible&limit=100";
        let why = async || app.data(path).await;
        let why_before = why().await;
        let told = edit("label", &[midwife("definition", "Somebody registered as a midwife.")]).await;
        assert!(!told.contains("moved by"), "{told}");
        let before = all.items;
        all.follow(&app.process, FEED).await;
        assert_eq!(all.items, before);
        assert_eq!(why().await, why_before);
        assert!(why_before.as_array().unwrap().len() > 5);
        // Another place in the tree moves what states the term.
        let told = edit("moved", &[midwife("broader", "clinical")]).await;
        assert!(told.contains("moved by a vocabulary"), "{told}");
        nursing.follow(&app.process, FEED).await;
        assert!(!has(&nursing), "it is for others now");
        let listed_there = app.data("/v1/programmes?view=full&variants=show&limit=100&role=nursing-and-midwifery").await;
        let ids = |list: Vec<&Value>| list.into_iter().map(|entry| entry["id"].to_string()).collect::<BTreeSet<_>>();
        assert_eq!(ids(nursing.entries.values().collect()), ids(listed_there.as_array().unwrap().iter().collect()));
        // Why entries are listed, those that moved and those that did not, is what a process tells that begins with all this.
        let (moved, fresh) = (why().await, Process::start(&app.database.url, &[]));
        assert_eq!(fresh.get(path).await.json()["data"], moved);
        assert_ne!(moved, why_before);
        // Tags are derived from terms, and shown.
        edit("tags", &[
            json!({"scheme": "employer", "code": "nhs-commissioned", "tags": ["independent-sector"]}),
            json!({"scheme": "sector", "code": "health-and-social-care", "tags": ["open-to-all"]}),
        ]).await;
        all.follow(&app.process, FEED).await;
        assert_eq!(all.entries, listed(&app).await);
        assert_eq!(digest(&app.process, "").await.1, all.sums());
        // No more came than what was moved.
        let moved = all.items - before;
        assert!(moved > 2 && moved < all.entries.len() / 2, "{moved} of {}", all.entries.len());
    }

    async fn a_place_that_never_was_is_gone(engine: Engine) {
        let app = App::start(engine).await;
        let first = app.process.get(&format!("{FEED}?limit=3&kind=programme")).await.json();
        let next = first["next"].as_str().unwrap().strip_prefix(&app.process.url).unwrap().to_owned();
        assert_eq!(app.get(&next).await.status, 200);
        let (place, chain) = next.split_once("&chain=").unwrap();
        assert_eq!(app.get(place).await.status, 200, "a plain number will do");
        assert_eq!(app.get(&format!("{place}&chain={}", chain.to_uppercase())).await.status, 200);
        let begun = Instant::now();
        for bad in [format!("{place}&chain=0123456789abcdef"), format!("{FEED}?kind=programme&limit=3&afterChangeNumber=999999")] {
            let gone = app.get(&bad).await;
            assert_eq!((gone.status, &gone.json()["code"]), (410, &"unknown-change".into()), "{}", gone.text);
            let again = gone.json()["startAgain"].as_str().unwrap().to_owned();
            assert!(again.ends_with("/v1/changes?kind=programme&limit=3"), "{again}");
        }
        assert!(begun.elapsed() < Duration::from_secs(10));
        for (bad, hint) in [
            ("afterChangeNumber=-1", "0 to"), ("afterChangeNumber=x", "0 to"), ("limit=1001", "1 to 1000"), ("limit=0", "1 to 1000"),
            ("wait=56", "0 to 55"), ("chain=xyz", "16 hexadecimal"), ("kind=programe", "programme"), ("q=x", "parameter"),
            ("kind=provider&cost=free", "programme"), ("role=nusre", "nurse"), ("sort=title", "parameter"), ("variants=show", "parameter"),
        ] {
            let answer = app.get(&format!("{FEED}?{bad}")).await;
            assert_eq!(answer.status, 400, "{bad}: {}", answer.text);
            assert!(answer.text.contains(hint), "{bad}: {}", answer.text);
        }
        // The same change number gives the same bytes, and a client that has them is told so.
        let once = app.get(FEED).await;
        let again = app.process.ask(reqwest::Method::GET, FEED, &[("if-none-match", once.header("etag"))]).await;
        assert_eq!(again.status, 304);
        assert_eq!(app.get(FEED).await.text, once.text);
    }

    async fn whoever_waits_is_told_at_once(engine: Engine) {
        let app = App::start(engine).await;
        let mut copy = Copy::default();
        copy.follow(&app.process, &format!("{FEED}?limit=1000&wait=0")).await;
        let address = format!("{}&wait=30", copy.next.unwrap());
        // Nothing comes: the wait is over when it is over.
        let begun = Instant::now();
        let short = app.get(&address.replace("wait=30", "wait=1")).await;
        assert_eq!((short.status, short.json()["items"].as_array().unwrap().len()), (200, 0));
        assert!((Duration::from_millis(950)..Duration::from_secs(5)).contains(&begun.elapsed()), "{:?}", begun.elapsed());
        // Something comes: the answer comes with it.
        let waiting = tokio::spawn({
            let address = format!("{}{address}", app.process.url);
            async move { (reqwest::get(address).await.unwrap().json::<Value>().await.unwrap(), Instant::now()) }
        });
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert!(!waiting.is_finished());
        assert!(app.import("waited.ndjson", &course("waited", "A course waited for").to_string()).status.success());
        app.process.until("/v1/programmes/waited", |answer| answer.status == 200).await;
        let shown = Instant::now();
        let (page, told) = waiting.await.unwrap();
        assert_eq!(page["items"][0]["data"]["id"], "waited");
        let late = told.saturating_duration_since(shown);
        assert!(late < Duration::from_millis(100), "told {late:?} after it was shown");
        // A process that stops lets them go.
        let held = app.process.get(FEED).await.header("directory-change-number").to_owned();
        let held = tokio::spawn(reqwest::get(format!("{}{FEED}?afterChangeNumber={held}&wait=55", app.process.url)));
        tokio::time::sleep(Duration::from_millis(300)).await;
        let begun = Instant::now();
        app.process.signal("TERM");
        let released = held.await.unwrap().unwrap();
        assert_eq!(released.json::<Value>().await.unwrap()["items"].as_array().unwrap().len(), 0);
        assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    }
}

/// The client of `docs/sync.md`, as it stands there.
fn client(folder: &std::path::Path) -> std::path::PathBuf {
    let text = include_str!("../../docs/sync.md");
    let (_, code) = text.split_once("```python\n").expect("a client");
    let (code, _) = code.split_once("```").expect("its end");
    let file = folder.join("sync.py");
    std::fs::write(&file, code).expect("written");
    file
}

on_both_engines! {
    async fn the_documented_client_survives_being_killed_and_proves_itself(engine: Engine) {
        let app = App::start(engine).await;
        let folder = app.database.folder.path();
        let (script, copy) = (client(folder), folder.join("copy.db"));
        let run = || {
            let mut command = std::process::Command::new("python3");
            let (feed, digest) = (format!("{}{FEED}?limit=2", app.process.url), format!("{}{FEED}/digest", app.process.url));
            command.arg(&script).args([feed, digest]).arg(&copy).stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
            command
        };
        // Killed over and over, each time further on.
        let mut killed = 0;
        for wait in [60, 90, 120, 150, 180] {
            let mut child = run().spawn().unwrap();
            tokio::time::sleep(Duration::from_millis(wait)).await;
            killed += usize::from(child.try_wait().unwrap().is_none());
            let _ = child.kill();
            child.wait().unwrap();
        }
        assert!(killed > 1, "it was through before it was killed");
        let done = run().output().unwrap();
        let told = format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
        assert!(done.status.success() && told.starts_with("proved at change"), "{told}");
        assert!(count_of(&copy) > 100);
        // Taken out, and changed: the next night is right again.
        let lines = [json!({"retire": "programme/ready-now", "reason": "It is not run any more."}), course("new-course", "A new course")];
        let done = app.import("night.ndjson", &lines.map(|line| line.to_string()).join("\n"));
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        app.process.until("/v1/programmes/new-course", |answer| answer.status == 200).await;
        let done = run().output().unwrap();
        assert!(String::from_utf8_lossy(&done.stdout).starts_with("proved"));
        // A copy that was tampered with is found out; one of another directory begins again.
        let edit = |statement: &str| {
            let script = format!("import sqlite3,sys; c=sqlite3.connect(sys.argv[1]); c.execute({statement:?}); c.commit()");
            assert!(std::process::Command::new("python3").arg("-c").arg(script).arg(&copy).status().unwrap().success());
        };
        edit("DELETE FROM entry WHERE kind = 'framework'");
        let done = run().output().unwrap();
        assert_eq!((done.status.code(), String::from_utf8_lossy(&done.stdout).starts_with("WRONG")), (Some(1), true));
        edit("UPDATE place SET next = substr(next, 1, length(next) - 16) || '0000000000000000'");
        let done = run().output().unwrap();
        assert!(String::from_utf8_lossy(&done.stdout).starts_with("proved"), "{}", String::from_utf8_lossy(&done.stderr));
    }
}

/// How many entries the client's copy has.
fn count_of(copy: &std::path::Path) -> usize {
    let script =
        "import sqlite3,sys; print(sqlite3.connect(sys.argv[1]).execute('SELECT count(*) FROM entry').fetchone()[0])";
    let done = std::process::Command::new("python3").args(["-c", script]).arg(copy).output().expect("it runs");
    String::from_utf8_lossy(&done.stdout).trim().parse().expect("a number")
}

/// The resident memory of a process, in kilobytes.
fn resident(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("a process");
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("its memory");
    line.split_whitespace().nth(1).and_then(|number| number.parse().ok()).expect("a number")
}

/// The resident memory of a process once it gives none back any more, as it does for a while after its start: what is
/// given back must not make room for what is measured.
async fn resident_at_rest(pid: u32) -> u64 {
    let mut least = resident(pid);
    for _ in 0..60 {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let now = resident(pid);
        if now >= least {
            return least;
        }
        least = now;
    }
    panic!("its memory never comes to rest");
}

#[tokio::test]
async fn a_thousand_wait_in_little_memory_and_are_told_at_once() {
    let app = App::start(Engine::Sqlite).await;
    let at = app.get(FEED).await.header("directory-change-number").to_owned();
    let before = resident_at_rest(app.process.child.id()).await;
    let host = app.process.url.strip_prefix("http://").unwrap().to_owned();
    let request =
        format!("GET {FEED}?afterChangeNumber={at}&wait=55 HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    let mut waiting = Vec::new();
    for _ in 0..1_000 {
        use tokio::io::AsyncWriteExt as _;
        let mut stream = tokio::net::TcpStream::connect(&host).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        waiting.push(stream);
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    let held = resident(app.process.child.id());
    assert!(held < before + 100_000, "a thousand who wait take {held} kB, where {before} kB were there before");
    assert!(app.import("one.ndjson", &course("one", "A course").to_string()).status.success());
    app.process.until("/v1/programmes/one", |answer| answer.status == 200).await;
    let shown = Instant::now();
    for mut stream in waiting {
        use tokio::io::AsyncReadExt as _;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("A course"), "{answer}");
    }
    // All of them, read one after the other by this test.
    assert!(shown.elapsed() < Duration::from_secs(2), "{:?}", shown.elapsed());
}

//! Text search: what a person types, and what comes first.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::engine::Engine;
use crate::on_both_engines;
use crate::support::{App, course};

fn ids(answer: &Value) -> Vec<&str> {
    answer["data"].as_array().unwrap().iter().map(|entry| entry["id"].as_str().unwrap()).collect()
}

async fn ask(app: &App, list: &str, typed: &str, more: &str) -> Value {
    let typed: String = url::form_urlencoded::byte_serialize(typed.as_bytes()).collect();
    let answer = app.get(&format!("/v1/{list}?q={typed}{more}")).await;
    assert_eq!(answer.status, 200, "{typed}: {}", answer.text);
    answer.json()
}

/// What is typed into the list of a kind, what comes first, and how it answers.
const EXPECTED: [(&str, &str, &str, &str); 31] = [
    ("programmes", "elizabeth garret anderson", "elizabeth-garrett-anderson", "exact"),
    ("programmes", "elizabth garett andersen", "elizabeth-garrett-anderson", "typo"),
    ("programmes", "mary seacole", "mary-seacole", "exact"),
    ("programmes", "mary seacol", "mary-seacole", "exact"),
    ("programmes", "mary seac", "mary-seacole", "prefix"),
    ("programmes", "seacloe", "mary-seacole", "typo"),
    ("programmes", "leading nurses", "aspiring-director-of-nursing", "exact"),
    ("programmes", "nurse", "aspiring-director-of-nursing", "exact"),
    ("programmes", "midwives", "aspiring-director-of-nursing", "exact"),
    ("programmes", "coach", "coaching-for-inclusion", "exact"),
    ("programmes", "COACHING", "coaching-for-inclusion", "exact"),
    ("programmes", "coahcing", "coaching-for-inclusion", "typo"),
    ("programmes", "CPD", "edward-jenner", "exact"),
    ("programmes", "continuing professional development", "edward-jenner", "exact"),
    ("programmes", "lead", "lead", "exact"),
    ("programmes", "ready now", "ready-now", "exact"),
    ("programmes", "\"stepping up\"", "stepping-up", "exact"),
    ("programmes", "stepping", "stepping-up", "exact"),
    ("programmes", "nye", "nye-bevan", "exact"),
    ("programmes", "jenn", "edward-jenner", "prefix"),
    ("programmes", "system leadership", "foundations-in-systems-leadership", "exact"),
    ("programmes", "leadership for consultants", "kf-leadership-for-consultants", "exact"),
    ("programmes", "chief executive", "aspiring-chief-executive", "exact"),
    ("programmes", "RCN", "rcn-leadership", "exact"),
    ("programmes", "rcn clinical", "rcn-clinical-leadership", "exact"),
    ("programmes", "band 8a", "ready-now", "exact"),
    ("programmes", "seacole zebra", "mary-seacole", "some"),
    ("coaching-links", "mentor", "coaching-mentoring", "exact"),
    ("providers", "king’s fund", "kings-fund", "exact"),
    ("academies", "london", "lla-london", "exact"),
    ("frameworks", "dimensions", "hlm", "exact"),
];

on_both_engines! {
    async fn what_is_typed_finds_what_is_meant(engine: Engine) {
        let app = App::start(engine).await;
        for (list, typed, first, how) in EXPECTED {
            let answer = ask(&app, list, typed, "").await;
            let found = answer["data"].get(0).map_or(Value::Null, |entry| json!([entry["id"], entry["found"]["how"]]));
            assert_eq!(found, json!([first, how]), "{typed}");
            assert_eq!(answer["meta"]["notices"].as_array().unwrap().is_empty(), ["exact", "prefix"].contains(&how), "{typed}");
        }
    }

    async fn text_filters_and_facets_go_together(engine: Engine) {
        let app = App::start(engine).await;
        let all = ask(&app, "programmes", "consultant", "&limit=100&variants=show").await;
        let nurses = ask(&app, "programmes", "consultant", "&role=nurse&facets=role,cost&limit=100&variants=show").await;
        let both: Vec<&str> = ids(&nurses);
        assert!(!both.is_empty() && both.len() < ids(&all).len());
        let filtered = app.get("/v1/programmes?role=nurse&limit=100&variants=show").await.json();
        // In the order of the text, those that the filter has.
        let expected: Vec<&str> = ids(&all).into_iter().filter(|id| ids(&filtered).contains(id)).collect();
        assert_eq!(both, expected);
        let count = |answer: &Value, term: &str| {
            answer["meta"]["facets"]["role"].as_array().unwrap().iter().find(|t| t["term"] == term).map(|t| t["count"].clone())
        };
        assert_eq!(count(&nurses, "nurse"), Some(json!(both.len())));
        let unfiltered = app.get("/v1/programmes?role=nurse&facets=role&limit=100&variants=show").await.json();
        assert_ne!(count(&unfiltered, "nurse"), count(&nurses, "nurse"), "facets count what the text found");
        assert_eq!(nurses["data"][0]["matched"][0]["filter"], "role");
        let marked = |entry: &Value| {
            let parts = entry["found"]["snippet"]["parts"].as_array().cloned().unwrap_or_default();
            parts.iter().filter(|part| part["isMatch"] == true).map(|part| part["text"].as_str().unwrap().to_lowercase()).collect::<Vec<_>>()
        };
        let clinical = ask(&app, "programmes", "clinical", "").await;
        for entry in clinical["data"].as_array().unwrap() {
            assert!(marked(entry).iter().all(|word| word.starts_with("clinic")), "{}", entry["found"]);
        }
        assert_eq!(marked(&clinical["data"][0])[0], "clinical");
        // What was not typed as it stands there is marked too.
        for (typed, words) in [
            ("elizabth garett andersen", &["elizabeth", "garrett", "anderson"][..]),
            ("mary seac", &["mary", "seacole"]),
            ("seacloe", &["seacole"]),
            ("seacole zebra", &["seacole"]),
            // What the last word goes on to found nothing.
            ("seacole zebra pro", &["seacole"]),
        ] {
            let found = ask(&app, "programmes", typed, "").await;
            assert_eq!(marked(&found["data"][0]), words, "{typed}");
        }
        // Another order than the usual one is kept by the links, and every page is of the same list.
        let long = ask(&app, "programmes", "leadership", "&limit=100&variants=show").await;
        let by_title = ask(&app, "programmes", "leadership", "&sort=title&limit=100&variants=show").await;
        assert!(by_title["links"]["self"].as_str().unwrap().contains("sort=title"));
        let sorted = |answer: &Value| { let mut ids: Vec<String> = ids(answer).into_iter().map(str::to_owned).collect(); ids.sort(); ids };
        assert_eq!(sorted(&by_title), sorted(&long));
        let mut walked = Vec::new();
        let mut next = Some("/v1/programmes?q=leadership&limit=3&variants=show".to_owned());
        while let Some(path) = next {
            let page = app.get(&path).await.json();
            walked.extend(ids(&page).into_iter().map(str::to_owned));
            next = page["links"]["next"].as_str().map(|next| next.strip_prefix(&app.process.url).unwrap().to_owned());
        }
        assert_eq!(walked, ids(&long));
    }

    async fn every_kind_is_searched_at_once(engine: Engine) {
        let app = App::start(engine).await;
        let seacole = ask(&app, "search", "mary seacole", "").await;
        assert_eq!(ids(&seacole)[0], "mary-seacole");
        let count = |answer: &Value| answer["meta"]["kinds"].as_array().unwrap().iter()
            .filter(|kind| kind["selected"] == true).map(|kind| kind["count"].as_u64().unwrap()).sum::<u64>();
        assert_eq!(Some(count(&seacole)), seacole["meta"]["total"].as_u64());
        let all = ask(&app, "search", "leadership", "&limit=100").await;
        let kinds: std::collections::BTreeSet<&str> = all["data"].as_array().unwrap().iter().map(|e| e["kind"].as_str().unwrap()).collect();
        assert!(kinds.len() > 3, "{kinds:?}");
        let mut walked = Vec::new();
        let mut next = Some("/v1/search?q=leadership&limit=7".to_owned());
        while let Some(path) = next {
            let page = app.get(&path).await.json();
            walked.extend(ids(&page).into_iter().map(str::to_owned));
            next = page["links"]["next"].as_str().map(|next| next.strip_prefix(&app.process.url).unwrap().to_owned());
        }
        assert_eq!(walked, ids(&all));
        let nurses = ask(&app, "search", "leadership", "&role=nurse&kind=programme,resource&limit=100").await;
        assert!(nurses["data"].as_array().unwrap().iter().all(|e| e["kind"] == "programme" || e["kind"] == "resource"));
        assert!(nurses["meta"]["total"].as_u64() < all["meta"]["total"].as_u64());
        for (path, parameter) in [
            ("/v1/search", "q"), ("/v1/search?q=", "q"), ("/v1/search?q=a&cursor=x", "cursor"), ("/v1/search?q=a&kind=x", "kind"),
            ("/v1/search?q=a&role=nusre", "role"), ("/v1/suggestions", "q"), ("/v1/suggestions?q=a&limit=21", "limit"),
        ] {
            let answer = app.get(path).await;
            assert_eq!((answer.status, &answer.json()["errors"][0]["parameter"]), (400, &json!(parameter)), "{path}");
        }
    }

    async fn suggestions_come_as_one_types(engine: Engine) {
        let app = App::start(engine).await;
        for (typed, first, of) in [
            ("mary s", "mary-seacole", "programme"), ("elizabeth g", "elizabeth-garrett-anderson", "programme"),
            ("seac", "mary-seacole", "programme"), ("king", "kings-fund", "provider"), ("midw", "midwife", "role"),
            ("call op", "call-operator", "role"), ("step", "stepping-up", "programme"),
        ] {
            let answer = ask(&app, "suggestions", typed, "").await;
            assert_eq!((&answer["data"][0]["id"], &answer["data"][0]["of"]), (&json!(first), &json!(of)), "{typed}: {answer}");
            let path = answer["data"][0]["href"].as_str().unwrap().strip_prefix(&app.process.url).unwrap().to_owned();
            assert_eq!(app.get(&path).await.status, 200, "{path}");
        }
        let london = ask(&app, "suggestions", "london", "&limit=20").await;
        assert!(london["data"].as_array().unwrap().iter().any(|s| s["of"] == "region"), "{london}");
        for typed in ["", "🙂", "the of", "zzzz"] {
            assert_eq!(ask(&app, "suggestions", typed, "").await["data"], json!([]), "{typed}");
        }
    }

    async fn nothing_typed_is_a_fault_of_ours(engine: Engine) {
        let app = App::start(engine).await;
        let a = "a".repeat(200);
        let marks = "e\u{301}".repeat(100);
        let found: [(&str, usize); 18] = [
            ("the of and", 0), ("🙂🙂🙂", 0), ("\"", 0), ("*:*", 0), ("^~!", 0), ("()", 0), ("\u{301}", 0),
            ("תכנית מנהיגות", 0), ("مرحبا \u{202e}seacole", 1), ("\"mary seacole", 1), ("title:seacole^9", 1),
            ("seacole AND -jenner", 1), ("[a TO z]", 0), ("/seacole.*/", 1), (&a, 0), (&marks, 0), ("' or 1=1 --", 0), ("%00", 0),
        ];
        for (typed, least) in found {
            let begun = Instant::now();
            let answer = ask(&app, "programmes", typed, "").await;
            assert!(begun.elapsed() < Duration::from_millis(500), "{typed}");
            assert!(answer["data"].as_array().unwrap().len() >= least, "{typed}");
            let words = typed.chars().any(char::is_alphanumeric) && typed != "the of and";
            assert!(words || answer["meta"]["notices"][0]["parameter"] == "q", "{typed}: {}", answer["meta"]);
        }
        for (path, detail) in [
            ("/v1/programmes?q=", "“q” is empty."),
            ("/v1/programmes?q=%20%20", "“q” is empty."),
            ("/v1/programmes?q=a%00b", "“q” has a control character"),
            (&format!("/v1/programmes?q={}", "b".repeat(201)), "“q” takes 200 characters at most."),
            ("/v1/programmes?q=a&q=b", "“q” is given twice."),
            ("/v1/programmes?sort=relevance", "“sort=relevance” puts"),
        ] {
            let answer = app.get(path).await;
            assert_eq!(answer.status, 400, "{path}");
            assert!(answer.json()["detail"].as_str().unwrap().starts_with(detail), "{}", answer.text);
        }
        assert_eq!(app.get(&format!("/v1/programmes?q={}", "b".repeat(10_000))).await.status, 414);
        let many = ask(&app, "programmes", &"leader ".repeat(20), "").await;
        assert!(many["meta"]["notices"][0]["detail"].as_str().unwrap().contains("8 more words"), "{}", many["meta"]);
    }

    async fn what_is_not_shown_is_not_found(engine: Engine) {
        let app = App::start(engine).await;
        let mut provider = json!({"kind": "provider", "id": "a-provider", "title": "The Numbat Foundation", "type": "arms-length-body", "summary": "A provider made for a test.", "publication": "draft"});
        provider["status"] = json!({"term": "running", "asOf": {"date": "2026"}, "sources": ["page"]});
        provider["sources"] = json!([{"id": "page", "title": "A page"}]);
        let mut programme = course("a-course", "A course about nothing");
        programme["provider"] = json!("a-provider");
        let output = app.import("a.ndjson", &format!("{provider}\n{programme}\n"));
        assert!(output.status.success(), "{output:?}");
        app.process.until("/v1/programmes/a-course", |answer| answer.status == 200).await;
        assert_eq!(ask(&app, "programmes", "numbat", "").await["meta"]["total"], 0, "nobody is told of a draft");
        provider["publication"] = json!("published");
        assert!(app.import("b.ndjson", &provider.to_string()).status.success());
        app.process.until("/v1/programmes?q=numbat", |answer| answer.json()["meta"]["total"] == 1).await;
        // A filter that a kind does not have is not passed by being silent.
        let possible = ask(&app, "search", "leadership", "&cost=free&match=possible").await;
        let providers = possible["meta"]["kinds"].as_array().unwrap().iter().find(|kind| kind["kind"] == "provider");
        assert_eq!(providers.unwrap()["count"], 0);
        // A variant that is not shown keeps nothing else from being found by less.
        let mut variant = course("a-variant", "Numbatology");
        variant["type"] = json!("programme-variant");
        variant["variantOf"] = json!("mary-seacole");
        assert!(app.import("c.ndjson", &variant.to_string()).status.success());
        app.process.until("/v1/programmes/a-variant", |answer| answer.status == 200).await;
        assert_eq!(ask(&app, "programmes", "numbatology", "&variants=show").await["meta"]["total"], 1);
        let without = ask(&app, "programmes", "numbatology nothing", "").await;
        assert!(ids(&without).contains(&"a-course"), "{without}");
        assert_eq!(without["data"][0]["found"]["how"], "some");
    }

    async fn what_changes_is_found_as_it_is_then(engine: Engine) {
        let app = App::start(engine).await;
        assert_eq!(ask(&app, "programmes", "quokka", "").await["meta"]["total"], 0);
        let put = async |name: &str, entry: &Value, path: &str, total: u64| {
            let output = app.import(name, &entry.to_string());
            assert!(output.status.success(), "{output:?}");
            app.process.until(path, |answer| answer.json()["meta"]["total"] == total).await;
        };
        let mut programme = course("a-course", "A course about nothing");
        programme["description"] = json!("For people who look after a quokka.");
        put("a.ndjson", &programme, "/v1/programmes?q=quokkas", 1).await;
        let first = app.get("/v1/programmes?q=quokkas").await;
        assert_eq!(ids(&first.json()), ["a-course"]);
        let again = async || {
            let known = [("if-none-match", first.header("etag"))];
            app.process.ask(reqwest::Method::GET, "/v1/programmes?q=quokkas", &known).await.status
        };
        assert_eq!(again().await, 304);
        // What another entry is called is how those are found that name it.
        let mut provider = json!({"kind": "provider", "id": "a-provider", "title": "The Echidna Foundation", "type": "arms-length-body", "summary": "A provider made for a test."});
        provider["status"] = json!({"term": "running", "asOf": {"date": "2026"}, "sources": ["page"]});
        provider["sources"] = json!([{"id": "page", "title": "A page"}]);
        put("b.ndjson", &provider, "/v1/providers?q=echidna", 1).await;
        programme["provider"] = json!("a-provider");
        put("c.ndjson", &programme, "/v1/programmes?q=echidna", 1).await;
        provider["title"] = json!("The Wombat Foundation");
        put("d.ndjson", &provider, "/v1/programmes?q=wombat", 1).await;
        assert_eq!(ask(&app, "programmes", "echidna", "").await["meta"]["total"], 0);
        programme["description"] = json!("For people who look after nothing.");
        put("e.ndjson", &programme, "/v1/programmes?q=quokkas", 0).await;
        assert_eq!(again().await, 200);
        put("f.ndjson", &json!({"retire": "programme/a-course", "reason": "It was a test."}), "/v1/programmes?q=wombat", 0).await;
    }
}

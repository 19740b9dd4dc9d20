//! `POST /v1/eligibility-checks`: what it answers, what it refuses, and that it tells nobody's traits on.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};
use sqlx::Row as _;

use crate::engine::Engine;
use crate::on_both_engines;
use crate::support::{App, Process, course};

const PATH: &str = "/v1/eligibility-checks";
const JSON: (&str, &str) = ("content-type", "application/json");

/// What is nowhere but in requests.
const CANARY: &str = "canary7b2e";

/// So is this, which could be an index of a list.
const NUMBER: &str = "902107775";

/// The ids with their verdicts.
fn verdicts(answer: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    answer["data"].as_array().unwrap().iter().map(|e| (text(&e["entry"]["id"]), text(&e["verdict"]))).collect()
}

on_both_engines! {
    async fn a_nurse_learns_what_she_can_take(engine: Engine) {
        let app = App::start(engine).await;
        let nurse = json!({"role": "nurse", "band": "afc-6", "employer": "nhs-organisation", "region": "london"});
        let answer = app.process.post(PATH, &json!({"profile": nurse, "limit": 100})).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(answer.header("cache-control"), "private, no-store");
        assert!(answer.header("etag").is_empty());
        let body = answer.json();
        let all = verdicts(&body);
        assert!(all.contains(&("edward-jenner".to_owned(), "eligible".to_owned())), "{all:?}");
        assert_eq!(body["meta"]["total"], all.len());
        let counted: u64 = body["meta"]["counts"].as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum();
        assert_eq!(counted, all.len() as u64);
        // Every point that names a source finds it beside.
        for entry in body["data"].as_array().unwrap() {
            let sources: BTreeSet<&str> = entry["sources"].as_array().unwrap().iter().map(|s| s["id"].as_str().unwrap()).collect();
            for reason in entry["reasons"].as_array().unwrap() {
                let named = reason["sources"].as_array().unwrap();
                assert_eq!(named.is_empty(), reason["outcome"] == "notStated", "{entry}");
                assert!(named.iter().all(|id| sources.contains(id.as_str().unwrap())), "{entry}");
            }
        }
        // Page by page, each entry comes once, in the same order.
        let (mut paged, mut cursor) = (Vec::new(), Value::Null);
        loop {
            let page = app.process.post(PATH, &json!({"profile": nurse, "limit": 7, "cursor": cursor})).await.json();
            paged.extend(verdicts(&page));
            cursor = page["meta"]["nextCursor"].clone();
            if cursor.is_null() {
                break;
            }
        }
        assert_eq!(paged, all);
    }

    async fn a_wizard_is_made_of_its_questions(engine: Engine) {
        let app = App::start(engine).await;
        let mut request = json!({"profile": {}, "kinds": ["programme", "coaching-link", "academy", "resource"], "limit": 1});
        let (mut unknown, mut asked) = (u64::MAX, Vec::new());
        loop {
            let answer = app.process.post(PATH, &request).await;
            assert_eq!(answer.status, 200, "{}", answer.text);
            let meta = answer.json()["meta"].clone();
            let now = meta["counts"]["unknown"].as_u64().unwrap();
            assert!(now <= unknown, "an answer made {unknown} unknown verdicts {now}");
            unknown = now;
            let questions = meta["nextQuestions"].as_array().unwrap();
            // Whoever answers vaguely is asked again; this one does not answer twice.
            let Some(question) = questions.iter().find(|question| !asked.contains(&question["pointer"])) else {
                assert!(asked.len() > 3, "only {asked:?} were asked");
                break;
            };
            asked.push(question["pointer"].clone());
            assert!(question["prompt"].as_str().unwrap().ends_with('?'), "{question}");
            assert!(question["concerns"].as_u64() >= question["settles"].as_u64(), "{question}");
            let first = question["terms"].as_array().unwrap().last().map_or(Value::Null, |last| last["term"].clone());
            let told = match question["answer"].as_str().unwrap() {
                "term" => first,
                "terms" => json!([first]),
                "programmes" => json!([{"programme": first, "participation": question["participations"][1]["term"]}]),
                "years" => json!(3),
                _ => json!(true),
            };
            let field = question["field"].as_str().unwrap();
            match question["of"].as_str() {
                None => request["profile"][field] = told,
                Some(of) => request["profile"][field][of] = told,
            }
            assert!(!request.pointer(question["pointer"].as_str().unwrap()).unwrap().is_null(), "{question}");
        }
    }

    async fn filters_and_positive_action_are_asked_for_in_the_body(engine: Engine) {
        let app = App::start(engine).await;
        let ask = async |body: Value| app.process.post(PATH, &body).await;
        let mut over = course("no-longer-run", "A course that is no longer run");
        over["status"]["term"] = "historic".into();
        assert!(app.import("over.ndjson", &over.to_string()).status.success());
        app.process.until("/v1/programmes/no-longer-run", |answer| answer.status == 200).await;
        let usual = ask(json!({"limit": 100})).await.json();
        assert!(verdicts(&usual).iter().all(|(id, _)| id != "no-longer-run"), "what is over is left out");
        let historic = ask(json!({"filter": {"status": ["historic"]}, "limit": 100})).await.json();
        assert!(!verdicts(&historic).is_empty());
        for (id, verdict) in verdicts(&historic) {
            assert_eq!(verdict, "ineligible", "{id}");
        }
        assert_eq!(historic["data"][0]["reasons"][0]["pointer"], "/status/term");
        let of = |answer: &Value| verdicts(answer).into_iter().find(|(id, _)| id == "fnf-mary-seacole").unwrap().1;
        let nurse = json!({"role": "nurse", "employer": "nhs-organisation"});
        let only = json!({"id": ["fnf-mary-seacole"]});
        let untold = ask(json!({"profile": nurse, "filter": only})).await.json();
        assert_eq!((of(&untold), untold["meta"]["nextQuestions"].as_array().unwrap().len()), ("unknown".to_owned(), 0));
        let shown = ask(json!({"profile": nurse, "filter": only, "show": {"positiveAction": ["race"]}})).await.json();
        assert_ne!(of(&shown), "unknown", "{shown}");
        // The two spell the same filter.
        let listed = app.data("/v1/programmes?role=nurse&cost=free&match=possible&variants=show&limit=100").await;
        let checked = ask(json!({"filter": {"role": ["nurse"], "cost": ["free"], "match": "possible"}, "limit": 100})).await.json();
        let listed: BTreeSet<String> = listed.as_array().unwrap().iter()
            .filter(|e| !["historic", "replaced"].contains(&e["status"]["term"].as_str().unwrap()))
            .map(|e| e["id"].as_str().unwrap().to_owned()).collect();
        assert_eq!(verdicts(&checked).into_iter().map(|(id, _)| id).collect::<BTreeSet<_>>(), listed);
    }

    async fn what_would_have_to_change_is_enough(engine: Engine) {
        let app = App::start(engine).await;
        let mut after = course("after-another", "A course after another");
        after["eligibility"] = json!({"asPrinted": null, "rule": {"all": [
            {"type": "prior-programme", "anyOf": ["mary-seacole"], "participation": ["alumnus"]},
            {"type": "band", "from": "afc-7", "to": "afc-8a"},
        ]}});
        assert!(app.import("after.ndjson", &after.to_string()).status.success());
        app.process.until("/v1/programmes/after-another", |answer| answer.status == 200).await;
        let (mut tried, mut fields) = (0, BTreeSet::new());
        // What is null is not told, wherever it stands.
        let nulls = json!({"profile": {"role": null, "registrations": null, "experience": null, "statements": null}});
        let told = [app.process.post(PATH, &nulls).await, app.process.post(PATH, &json!({})).await];
        assert_eq!(told[0].status, 200, "{}", told[0].text);
        assert_eq!(told[0].json()["data"], told[1].json()["data"]);
        for profile in [
            json!({"role": "call-operator", "band": "afc-3", "level": "introductory", "employer": "social-care", "registrations": [], "priorProgrammes": [], "memberships": []}),
            json!({"role": "nurse", "band": "afc-5", "employer": "nhs-organisation", "priorProgrammes": [{"programme": "mary-seacole", "participation": "participant"}]}),
            json!({"role": "consultant", "level": "senior", "employer": "nhs-commissioned", "registrations": ["gmc"], "band": "vsm"}),
        ] {
            let kinds = ["programme", "coaching-link", "academy", "resource"];
            let body = app.process.post(PATH, &json!({"profile": profile, "kinds": kinds, "limit": 100})).await.json();
            for entry in body["data"].as_array().unwrap() {
                let changes = entry["toBecomeEligible"].as_array().unwrap();
                assert!(changes.is_empty() || entry["verdict"] == "ineligible", "{entry}");
                if changes.is_empty() {
                    continue;
                }
                let mut anew = profile.clone();
                for change in changes {
                    let field = change["field"].as_str().unwrap();
                    fields.insert(field.to_owned());
                    let term = &change["anyOf"][0]["term"];
                    match field {
                        "experience" => anew[field][change["of"].as_str().unwrap()] = change["years"].clone(),
                        "statements" => anew[field][change["of"].as_str().unwrap()] = true.into(),
                        "priorProgrammes" => {
                            anew[field] = json!([{"programme": term, "participation": change["participation"]}]);
                        }
                        "registrations" | "memberships" => anew[field] = json!([term]),
                        _ => anew[field] = term.clone(),
                    }
                }
                let request = json!({"profile": anew, "kinds": [entry["entry"]["kind"]], "filter": {"id": [entry["entry"]["id"]]}});
                let answer = app.process.post(PATH, &request).await.json();
                let verdict = answer["data"][0]["verdict"].as_str().unwrap();
                assert!(["eligible", "conditional"].contains(&verdict), "{request}: {verdict}; {changes:?}");
                tried += 1;
            }
        }
        assert!(tried > 5 && fields.contains("priorProgrammes"), "{tried}: {fields:?}");
    }

    async fn a_programme_without_a_rule_is_as_open_as_its_variants(engine: Engine) {
        let app = App::start(engine).await;
        let variant = |id: &str, rule: Value| {
            let mut variant = course(id, id);
            variant["type"] = "programme-variant".into();
            variant["variantOf"] = "family".into();
            variant["eligibility"] = json!({"asPrinted": null, "rule": rule});
            variant
        };
        let mut head = course("family", "A programme of two");
        head["eligibility"] = Value::Null;
        let bands = |from: &str, to: &str| json!({"type": "band", "from": from, "to": to});
        let import = async |name: &str, entries: &[&Value]| {
            let lines: Vec<String> = entries.iter().map(ToString::to_string).collect();
            let done = app.import(name, &lines.join("\n"));
            assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        };
        let ask = async |profile: Value| {
            let request = json!({"profile": profile, "filter": {"id": ["family"]}});
            let answer = app.process.post(PATH, &request).await;
            assert_eq!(answer.status, 200, "{}", answer.text);
            let body = answer.json();
            assert_eq!(body["meta"]["total"], 1);
            assert_eq!(body["meta"]["counts"][body["data"][0]["verdict"].as_str().unwrap()], 1);
            body
        };
        // They are told by title, in whatever order they came.
        import("family.ndjson", &[&head, &variant("upper", bands("afc-8a", "afc-9")), &variant("lower", bands("afc-5", "afc-6"))]).await;
        app.process.until("/v1/programmes/lower", |answer| answer.status == 200).await;
        // The filter leaves its variants out, and it is what it is all the same.
        let untold = ask(json!({})).await;
        assert_eq!((&untold["data"][0]["verdict"], &untold["data"][0]["missing"]), (&"unknown".into(), &json!([{"field": "band", "of": null}])));
        assert_eq!((&untold["meta"]["nextQuestions"][0]["field"], &untold["meta"]["nextQuestions"][0]["settles"]), (&"band".into(), &1.into()));
        let lower = ask(json!({"band": "afc-5"})).await;
        let variants: Vec<(&Value, &Value)> = lower["data"][0]["variants"].as_array().unwrap().iter().map(|v| (&v["verdict"], &v["reasons"][0]["outcome"])).collect();
        assert_eq!(lower["data"][0]["verdict"], "eligible");
        assert_eq!(variants, [(&"eligible".into(), &"met".into()), (&"ineligible".into(), &"notMet".into())]);
        let neither = ask(json!({"band": "afc-7"})).await;
        assert_eq!(neither["data"][0]["verdict"], "ineligible");
        assert_eq!(neither["data"][0]["toBecomeEligible"][0]["anyOf"][0]["term"], "afc-5");
        // Its own roles and status count for each of them.
        head["audience"] = json!({"openTo": ["nurse"]});
        import("roles.ndjson", &[&head]).await;
        app.process.until("/v1/programmes/family", |answer| answer.json()["data"]["version"] == 2).await;
        let roles = ask(json!({"band": "afc-5"})).await;
        assert_eq!((&roles["data"][0]["verdict"], &roles["data"][0]["missing"][0]["field"]), (&"unknown".into(), &"role".into()));
        assert_eq!(ask(json!({"band": "afc-5", "role": "midwife"})).await["data"][0]["verdict"], "ineligible");
        assert_eq!(ask(json!({"band": "afc-7"})).await["data"][0]["toBecomeEligible"][1]["field"], "role");
        // Where a variant limits roles further, what would have to be told lets through both.
        let mut narrower = variant("upper", bands("afc-8a", "afc-9"));
        narrower["audience"] = json!({"openTo": ["nurse"]});
        head["audience"] = json!({"openTo": ["clinical", "non-clinical"]});
        let mut lower = variant("lower", bands("afc-5", "afc-6"));
        lower["status"]["term"] = "historic".into();
        import("narrower.ndjson", &[&head, &narrower, &lower]).await;
        app.process.until("/v1/programmes/family", |answer| answer.json()["data"]["version"] == 3).await;
        let both = ask(json!({"band": "afc-7"})).await;
        let changes: Vec<&Value> = both["data"][0]["toBecomeEligible"].as_array().unwrap().iter().map(|c| &c["anyOf"][0]["term"]).collect();
        assert_eq!(changes, ["afc-8a", "nurse"]);
        head["audience"] = json!({"openTo": ["nurse"]});
        head["status"]["term"] = "on-hold".into();
        import("hold.ndjson", &[&head]).await;
        app.process.until("/v1/programmes/family", |answer| answer.json()["data"]["version"] == 4).await;
        assert_eq!(ask(json!({"band": "afc-8a", "role": "nurse"})).await["data"][0]["verdict"], "conditional");
    }

    async fn words_of_a_rule_that_is_gone_are_taken_no_more(engine: Engine) {
        let app = App::start(engine).await;
        let mut asks = course("asks", "A course that asks");
        let words = "Work in a lighthouse";
        asks["eligibility"] = json!({"asPrinted": null, "rule": {"type": "experience", "of": words, "years": 2}});
        assert!(app.import("asks.ndjson", &asks.to_string()).status.success());
        app.process.until("/v1/programmes/asks", |answer| answer.status == 200).await;
        let told = json!({"profile": {"experience": {words: 2}}});
        assert_eq!(app.process.post(PATH, &told).await.status, 200);
        asks["eligibility"]["rule"]["of"] = "Work in a mill".into();
        assert!(app.import("asks-otherwise.ndjson", &asks.to_string()).status.success());
        app.process.until("/v1/programmes/asks", |answer| answer.json()["data"]["version"] == 2).await;
        let refused = app.process.post(PATH, &told).await;
        assert_eq!(refused.status, 422, "{}", refused.text);
        assert!(refused.text.contains("Work in a mill") && !refused.text.contains(words), "{}", refused.text);
    }

    async fn what_cannot_be_used_is_told_and_not_repeated(engine: Engine) {
        let app = App::start(engine).await;
        for (body, pointer, hint) in [
            (json!({"profile": {"role": "nusre"}}), "/profile/role", "nurse"),
            (json!({"profile": {"role": "all-staff"}}), "/profile/role", "role"),
            (json!({"profile": {"role": CANARY}}), "/profile/role", "/v1/vocabularies/role"),
            (json!({"profile": {CANARY: "x"}}), "/profile", "role"),
            (json!({"profil": {}}), "", "profile"),
            (json!({"profile": {"role": 6}}), "/profile/role", "Write text"),
            (json!({"profile": {"registrations": [CANARY]}}), "/profile/registrations/0", "vocabularies/registration"),
            (json!({"profile": {"memberships": [CANARY]}}), "/profile/memberships/0", "/v1/providers"),
            (json!({"profile": {"memberships": ["RCN"]}}), "/profile/memberships/0", "lower-case"),
            (json!({"profile": {"priorProgrammes": [{"programme": "mary-secole"}]}}), "/profile/priorProgrammes/0/programme", "mary-seacole"),
            (json!({"profile": {"priorProgrammes": [{}]}}), "/profile/priorProgrammes/0/programme", "Add it"),
            (json!({"profile": {"statements": {CANARY: true}}}), "/profile/statements", "Degree"),
            (json!({"profile": {"experience": {CANARY: 900}}}), "/profile/experience", "80"),
            (json!({"profile": {"statements": {NUMBER: 1}}}), "/profile/statements", "true or false"),
            (json!({"profile": {"experience": {"role": "x"}}}), "/profile/experience", "whole number"),
            (json!({"show": {"positiveAction": ["raec"]}}), "/show/positiveAction/0", "race"),
            (json!({"filter": {"role": ["nusre"]}}), "/filter/role", "nurse"),
            (json!({"filter": {"provider": [CANARY]}}), "/filter/provider", "/v1/providers"),
            (json!({"filter": {"id": [CANARY]}}), "/filter/id", "that are there"),
            (json!({"filter": {"modifiedSince": CANARY}}), "/filter/modifiedSince", "2026-11-23"),
            (json!({"filter": {"notCheckedSince": CANARY}}), "/filter/notCheckedSince", "YYYY-MM"),
            (json!({"filter": {"award": ["provider-award"]}, "kinds": ["programme", "academy"]}), "/filter/award", "Not every kind"),
            (json!({"filter": {"q": "x"}}), "/filter", "role"),
            (json!({"kinds": []}), "/kinds", "at least 1"),
            (json!({"kinds": ["provider"]}), "/kinds/0", "programme"),
            (json!({"limit": 0}), "/limit", "1 or more"),
            (json!({"limit": 101}), "/limit", "100 or less"),
            (json!({"cursor": "x"}), "/cursor", "Begin again"),
            (json!([CANARY]), "", "object"),
        ] {
            let answer = app.process.post(PATH, &body).await;
            assert_eq!(answer.status, 422, "{body}: {}", answer.text);
            let problem = answer.json();
            assert_eq!(problem["code"], "invalid-body");
            let repeats = [CANARY, NUMBER, "nusre"].iter().any(|sent| answer.text.contains(sent));
            assert!(!repeats, "{body}: {}", answer.text);
            let mut errors = problem["errors"].as_array().unwrap().iter();
            let is_told = errors.any(|error| error["pointer"] == pointer && error.to_string().contains(hint));
            assert!(is_told, "{body}: no “{hint}” at {pointer} in {}", answer.text);
        }
        // Faults are told together, and not without end.
        let many: serde_json::Map<String, Value> = (0..5_000).map(|n| (format!("{CANARY}{n}"), Value::Null)).collect();
        let answer = app.process.post(PATH, &json!({"profile": many, "limit": 0})).await;
        assert_eq!(answer.status, 422);
        assert!(answer.json()["errors"].as_array().unwrap().len() <= 100 && !answer.text.contains(CANARY));
    }

    async fn a_body_that_cannot_be_read_is_refused(engine: Engine) {
        let app = App::start(engine).await;
        let post = async |headers: &[(&str, &str)], path: &str, body: String| app.process.send(Method::POST, path, headers, body).await;
        let deep = format!("{{\"profile\":{}{}}}", "[".repeat(40), "]".repeat(40));
        for (headers, body, status, hint) in [
            (&[JSON][..], "{\"profile\": ".to_owned(), 400, "line 1"),
            (&[JSON], format!("{{\"profile\": {{\"role\": {CANARY}}}}}"), 400, "line 1, column"),
            (&[JSON], "{\"limit\": 1, \"limit\": 2}".to_owned(), 400, "once"),
            (&[JSON], deep, 400, "32 deep"),
            (&[JSON], format!("{{}}{}", " ".repeat(256 * 1024)), 413, "262144"),
            (&[("content-type", "text/plain")], "{}".to_owned(), 415, "application/json"),
            (&[], "{}".to_owned(), 415, "application/json"),
            (&[JSON, ("content-encoding", "gzip")], "{}".to_owned(), 415, "Content-Encoding"),
        ] {
            let answer = post(headers, PATH, body).await;
            assert_eq!(answer.status, status, "{}", answer.text);
            assert!(answer.text.contains(hint) && !answer.text.contains(CANARY), "{}", answer.text);
            assert_eq!(answer.header("cache-control"), "no-store");
        }
        assert_eq!(post(&[JSON], PATH, "{}".to_owned()).await.status, 200);
        assert_eq!(post(&[("content-type", "Application/JSON; charset=utf-8")], PATH, "{}".to_owned()).await.status, 200);
        assert_eq!(post(&[JSON], PATH, String::new()).await.status, 400);
        let told = post(&[JSON], &format!("{PATH}?role={CANARY}&{CANARY}"), "{}".to_owned()).await;
        assert_eq!(told.status, 400);
        assert!(!told.text.contains(CANARY), "{}", told.text);
        for method in [Method::GET, Method::PUT, Method::DELETE] {
            let answer = app.process.ask(method, PATH, &[]).await;
            assert_eq!((answer.status, answer.header("allow")), (405, "POST, OPTIONS"));
        }
        let preflight = app.process.ask(Method::OPTIONS, PATH, &[("origin", "https://portal.example"), ("access-control-request-method", "POST"), ("access-control-request-headers", "content-type")]).await;
        assert_eq!(preflight.status, 204);
        assert!(preflight.header("access-control-allow-methods").contains("POST"));
        assert!(preflight.header("access-control-allow-headers").contains("Content-Type"));
    }

    async fn nothing_that_a_person_tells_is_kept(engine: Engine) {
        let loose = "trace,actix_http=trace,actix_http::h1::decoder=trace,actix_web=trace,sqlx::query=trace,tokio=trace";
        for (level, format) in [("trace", "text"), (loose, "json")] {
            let database = engine.fresh().await;
            let log = database.folder.path().join("log");
            let mut server = Process::start_logged(&database.url, level, format, &log);
            // Terms that are there, so that a request which goes well tells something too.
            let traits = ["medical-dental-contract", "disability", "clinical-director"];
            let well = json!({"profile": {"role": traits[2], "band": traits[0]}, "show": {"positiveAction": [traits[1]]}, "filter": {"eligibility": ["positive-action-race"]}});
            assert_eq!(server.post(PATH, &well).await.status, 200);
            for (headers, path, body) in [
                (vec![JSON], PATH.to_owned(), json!({"profile": {"role": CANARY, CANARY: CANARY}, "cursor": CANARY}).to_string()),
                (vec![JSON], PATH.to_owned(), format!("{{\"profile\": {CANARY}")),
                (vec![JSON], PATH.to_owned(), format!("{CANARY}{}", "x".repeat(300_000))),
                (vec![("content-type", CANARY)], PATH.to_owned(), CANARY.to_owned()),
                (vec![JSON, ("accept", CANARY)], PATH.to_owned(), CANARY.to_owned()),
                (vec![JSON, ("expect", CANARY)], PATH.to_owned(), CANARY.to_owned()),
                (vec![JSON], format!("{PATH}?{CANARY}={CANARY}"), "{}".to_owned()),
                (vec![JSON], format!("{PATH}/{CANARY}"), CANARY.to_owned()),
            ] {
                let answer = server.send(Method::POST, &path, &headers, body).await;
                assert!((400..500).contains(&answer.status), "{}", answer.text);
                assert!(!answer.text.contains(CANARY), "{}", answer.text);
                assert!(!answer.headers.values().any(|value| value.to_str().is_ok_and(|text| text.contains(CANARY))));
            }
            let slow = server.begin_post(PATH, &format!("{{\"profile\": {{\"role\": \"{CANARY}")).await;
            assert_eq!(slow.status, 408);
            assert!(!slow.text.contains(CANARY), "{}", slow.text);
            server.signal("TERM");
            assert!(server.child.wait().unwrap().success());
            let text = std::fs::read_to_string(&log).unwrap();
            assert!(text.contains(PATH), "the requests were not logged at all: {text}");
            for line in text.lines() {
                assert!(!line.contains(CANARY) && !line.contains("positive-action"), "{line}");
                assert!(!traits.iter().any(|told| line.contains(told)), "{line}");
            }
            // Nor is anything written down.
            let pool = database.pool().await;
            for table in ["entry", "history", "directory", "term", "slug", "entry_term", "entry_reference"] {
                let cast = if engine == Engine::Postgres { format!("SELECT t::text FROM {table} t") } else { continue };
                for row in sqlx::query(sqlx::AssertSqlSafe(cast)).fetch_all(&pool).await.unwrap() {
                    assert!(!row.get::<String, _>(0).contains(CANARY), "{table}");
                }
            }
            pool.close().await;
            if engine == Engine::Sqlite {
                for file in std::fs::read_dir(database.folder.path()).unwrap() {
                    let path = file.unwrap().path();
                    let bytes = std::fs::read(&path).unwrap();
                    assert!(!bytes.windows(CANARY.len()).any(|part| part == CANARY.as_bytes()), "{}", path.display());
                }
            }
        }
    }
}

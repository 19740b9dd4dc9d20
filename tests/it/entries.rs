//! Lists and single entries.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::Value;

use crate::engine::Engine;
use crate::on_both_engines;
use crate::support::{App, course};

/// Follows `links.next` from a path to the end: the ids in order.
async fn walk(app: &App, path: &str) -> Vec<String> {
    let mut ids = Vec::new();
    let mut next = Some(path.to_owned());
    while let Some(path) = next {
        let answer = app.get(&path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        let page = answer.json();
        ids.extend(page["data"].as_array().unwrap().iter().map(|entry| entry["id"].as_str().unwrap().to_owned()));
        let link = page["links"]["next"]
            .as_str()
            .map(|url| url.strip_prefix(&app.process.url).expect("our own address").to_owned());
        assert_eq!(
            link.is_some(),
            answer.header("link").contains("rel=\"next\""),
            "the Link header says what links.next says"
        );
        next = link;
    }
    ids
}

on_both_engines! {
    async fn pages_show_each_entry_exactly_once_in_order(engine: Engine) {
        let app = App::start(engine).await;
        for collection in ["programmes", "providers", "academies", "coaching-links", "resources", "frameworks"] {
            let total = usize::try_from(app.get(&format!("/v1/{collection}")).await.json()["meta"]["total"].as_u64().unwrap()).unwrap();
            for sort in ["title", "-title", "id", "-id", "modifiedAt", "-modifiedAt"] {
                let ids = walk(&app, &format!("/v1/{collection}?limit=3&sort={sort}")).await;
                assert_eq!(ids.len(), total, "{collection} by {sort}");
                assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), total, "{collection} by {sort}");
                if sort == "id" {
                    assert!(ids.is_sorted());
                }
                if sort == "-id" {
                    assert!(ids.iter().rev().is_sorted());
                }
            }
        }
    }

    async fn a_cursor_survives_what_is_added_and_taken_out(engine: Engine) {
        let app = App::start(engine).await;
        let first = app.get("/v1/providers?limit=5&sort=id").await.json();
        let next = first["links"]["next"].as_str().unwrap().strip_prefix(&app.process.url).unwrap().to_owned();
        let last = first["data"][4]["id"].as_str().unwrap().to_owned();
        let before = walk(&app, &next).await;
        // One entry before the cursor is new, and the entry the cursor names is gone.
        let mut new = course("aaa", "Aaa");
        new["kind"] = "provider".into();
        new["type"] = "charity".into();
        new.as_object_mut().unwrap().remove("provider");
        new["evidence"] = serde_json::json!({});
        new["status"]["sources"] = serde_json::json!(["page"]);
        let retire = serde_json::json!({"retire": format!("provider/{last}"), "reason": "A test"});
        let output = app.import("new.ndjson", &format!("{new}\n{retire}\n"));
        assert!(output.status.success(), "{output:?}");
        app.process.until("/v1/providers/aaa", |answer| answer.status == 200).await;
        assert_eq!(walk(&app, &next).await, before);
    }

    async fn views_differ_in_depth_only(engine: Engine) {
        let app = App::start(engine).await;
        let full = app.data("/v1/programmes?view=full&limit=100").await;
        let summary = app.data("/v1/programmes?limit=100").await;
        for (full, summary) in full.as_array().unwrap().iter().zip(summary.as_array().unwrap()) {
            let (full, summary) = (full.as_object().unwrap(), summary.as_object().unwrap());
            assert!(full.contains_key("sources") && !summary.contains_key("sources"));
            for (key, value) in summary {
                assert_eq!(full.get(key), Some(value), "{key}");
            }
            assert_eq!(full, app.data(&format!("/v1/programmes/{}", full["id"].as_str().unwrap())).await.as_object().unwrap());
        }
    }

    async fn head_is_get_without_the_body(engine: Engine) {
        let app = App::start(engine).await;
        for path in ["/v1", "/v1/programmes", "/v1/programmes/mary-seacole", "/health/live", "/health/ready", "/openapi.json", "/v1/nothing"] {
            let (get, head) = (app.get(path).await, app.process.ask(Method::HEAD, path, &[]).await);
            assert_eq!((get.status, ""), (head.status, head.text.as_str()), "{path}");
            for header in ["etag", "content-type", "cache-control", "vary", "content-length", "directory-change-number"] {
                assert_eq!(get.header(header), head.header(header), "{header} of {path}");
            }
        }
    }

    async fn what_is_known_is_not_sent_again_until_it_changes(engine: Engine) {
        let app = App::start(engine).await;
        for path in ["/v1", "/v1/programmes?limit=2", "/v1/programmes/mary-seacole"] {
            let tag = app.get(path).await.header("etag").to_owned();
            assert!(tag.starts_with('"') && tag.len() > 4, "{tag}");
            for known in [tag.clone(), format!("\"other\", W/{tag}"), "*".to_owned()] {
                let again = app.process.ask(Method::GET, path, &[("if-none-match", &known)]).await;
                assert_eq!((again.status, again.text.as_str()), (304, ""), "{path} with {known}");
                assert_eq!(again.header("etag"), tag);
                assert_eq!(again.header("cache-control"), "public, no-cache, stale-if-error=86400");
            }
            assert_eq!(app.process.ask(Method::GET, path, &[("if-none-match", "\"other\"")]).await.status, 200);
        }
        let entry = app.get("/v1/programmes/mary-seacole").await.header("etag").to_owned();
        let list = app.get("/v1/programmes").await.header("etag").to_owned();
        assert!(app.import("new.ndjson", &course("new", "New").to_string()).status.success());
        app.process.until("/v1/programmes/new", |answer| answer.status == 200).await;
        assert_eq!(app.process.ask(Method::GET, "/v1/programmes/mary-seacole", &[("if-none-match", &entry)]).await.status, 304, "another entry changed");
        assert_eq!(app.process.ask(Method::GET, "/v1/programmes", &[("if-none-match", &list)]).await.status, 200);
    }

    async fn an_entity_tag_is_new_whenever_the_answer_is(engine: Engine) {
        let app = App::start(engine).await;
        let path = "/v1/programmes/lead";
        let before = app.get(path).await;
        let sector = serde_json::json!({"scheme": "sector", "code": "health-and-social-care", "tags": ["open-to-all"]});
        let commissioned = serde_json::json!({"scheme": "employer", "code": "nhs-commissioned", "tags": []});
        assert!(app.import("term.ndjson", &format!("{sector}\n{commissioned}\n")).status.success());
        app.process.until(path, |answer| answer.json()["data"]["eligibility"] != before.json()["data"]["eligibility"]).await;
        let known = app.process.ask(Method::GET, path, &[("if-none-match", before.header("etag"))]).await;
        assert_eq!(known.status, 200, "its tags are derived anew");
        let elsewhere = crate::support::Process::start(&app.database.url, &["--public-url", "https://elsewhere.example"]);
        assert_ne!(elsewhere.get(path).await.header("etag"), app.get(path).await.header("etag"), "its links differ");
    }

    async fn a_cursor_is_for_one_list(engine: Engine) {
        let app = App::start(engine).await;
        let next = app.get("/v1/programmes?limit=2&role=nurse").await.json()["links"]["next"].as_str().unwrap().to_owned();
        let cursor = next.split("cursor=").nth(1).unwrap();
        for other in ["/v1/resources?role=nurse&limit=2", "/v1/programmes?limit=2", "/v1/programmes?role=midwife&limit=2", "/v1/programmes?role=nurse&match=possible"] {
            assert_eq!(app.get(&format!("{other}&cursor={cursor}")).await.status, 400, "{other}");
        }
        assert_eq!(app.get(&format!("/v1/programmes?role=nurse&limit=5&cursor={cursor}")).await.status, 200);
    }

    async fn a_renamed_entry_leads_on_and_a_retired_one_says_why(engine: Engine) {
        let app = App::start(engine).await;
        let before = app.data("/v1/programmes/stepping-up").await;
        let lines = [
            serde_json::json!({"rename": "programme/stepping-up", "to": "stepping-up-programme"}),
            serde_json::json!({"retire": "programme/ready-now", "reason": "It is not run any more.", "replacedBy": "programme/nye-bevan"}),
        ];
        let output = app.import("changes.ndjson", &format!("{}\n{}\n", lines[0], lines[1]));
        assert!(output.status.success(), "{output:?}");
        app.process.until("/v1/programmes/ready-now", |answer| answer.status == 410).await;
        let renamed = app.get("/v1/programmes/stepping-up").await;
        assert_eq!(renamed.status, 308);
        assert_eq!(renamed.header("location"), format!("{}/v1/programmes/stepping-up-programme", app.process.url));
        let asked = app.get("/v1/programmes/stepping-up?fields=title").await;
        assert!(asked.header("location").ends_with("/v1/programmes/stepping-up-programme?fields=title"));
        let after = app.data("/v1/programmes/stepping-up-programme").await;
        assert_eq!(after["uid"], before["uid"], "the uid never changes");
        assert_eq!(after["version"], 2);
        for variant in ["stepping-up-band-7", "stepping-up-bands-5-6", "stepping-up-local"] {
            assert_eq!(app.data(&format!("/v1/programmes/{variant}")).await["variantOf"], "stepping-up-programme");
        }
        let gone = app.get("/v1/programmes/ready-now").await;
        let problem = gone.json();
        assert_eq!(problem["code"], "gone");
        assert_eq!(problem["reason"], "It is not run any more.");
        assert_eq!(problem["replacedBy"], format!("{}/v1/programmes/nye-bevan", app.process.url));
        assert!(problem["since"].as_str().unwrap().ends_with('Z'));
        let listed = app.data("/v1/programmes?limit=100").await;
        let ids: Vec<&str> = listed.as_array().unwrap().iter().filter_map(|p| p["id"].as_str()).collect();
        assert!(!ids.contains(&"ready-now") && !ids.contains(&"stepping-up") && ids.contains(&"stepping-up-programme"));
    }

    async fn a_draft_is_shown_to_nobody(engine: Engine) {
        let app = App::start(engine).await;
        let mut draft = course("draft", "Draft");
        draft["publication"] = "draft".into();
        assert!(app.import("draft.ndjson", &format!("{draft}\n{}", course("shown", "Shown"))).status.success());
        app.process.until("/v1/programmes/shown", |answer| answer.status == 200).await;
        assert_eq!(app.get("/v1/programmes/draft").await.status, 404);
        let ids: Vec<Value> = app.data("/v1/programmes?limit=100").await.as_array().unwrap().iter().map(|p| p["id"].clone()).collect();
        assert!(!ids.contains(&"draft".into()) && ids.contains(&"shown".into()));
        let near = app.get("/v1/programmes/draftt").await.json();
        assert!(!near["detail"].as_str().unwrap().contains("“draft”"), "{near}");
        // It may be published, and cannot become a draft again: whoever has it would not be told why it is gone.
        draft["publication"] = "published".into();
        assert!(app.import("draft.ndjson", &draft.to_string()).status.success());
        draft["publication"] = "draft".into();
        let refused = app.import("draft.ndjson", &draft.to_string());
        let told = crate::support::text(&refused.stderr) + &crate::support::text(&refused.stdout);
        assert!(!refused.status.success() && told.contains("Retire it"), "{told}");
    }
}

//! The shipped catalogue, as the running directory serves it.

use serde_json::Value;

use crate::engine::Engine;
use crate::on_both_engines;
use crate::support::App;

/// The list of the founding document's items, parts and links.
fn checklist() -> Value {
    yaml_serde::from_str(include_str!("blueprint-2018.yaml")).expect("good YAML")
}

fn path_of(kind: &str, id: &str) -> String {
    let collection = match kind {
        "academy" => "academies".to_owned(),
        kind => format!("{kind}s"),
    };
    format!("/v1/{collection}/{id}")
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

on_both_engines! {
    async fn every_item_part_and_link_of_the_founding_document_is_served(engine: Engine) {
        let app = App::start(engine).await;
        let list = checklist();
        let mut missing = Vec::new();
        let items = list["items"].as_array().expect("items");
        for item in items {
            let path = path_of(item["kind"].as_str().unwrap(), item["id"].as_str().unwrap());
            let answer = app.get(&path).await;
            if answer.status != 200 {
                missing.push(format!("{path}: {}", answer.status));
                continue;
            }
            let entry = answer.json()["data"].clone();
            let mut names = texts(&entry["aliases"]);
            names.extend(entry["title"].as_str());
            for wanted in texts(&item["aliases"]).into_iter().chain(item["title"].as_str()) {
                if !names.iter().any(|name| name.eq_ignore_ascii_case(wanted)) {
                    missing.push(format!("{path} is not called “{wanted}” but {names:?}"));
                }
            }
            if !entry["sources"].as_array().expect("sources").iter().any(|source| source["id"] == "blueprint-2018") {
                missing.push(format!("{path} does not name the founding document as a source"));
            }
        }
        for part in list["parts"].as_array().expect("parts") {
            let framework = app.data(&path_of("framework", part["framework"].as_str().unwrap())).await;
            let member = part["member"].as_str().unwrap();
            let served: Vec<&str> = framework[member].as_array().expect("parts").iter().filter_map(|p| p["title"].as_str()).collect();
            if served != texts(&part["titles"]) {
                missing.push(format!("{}: {member} are {served:?}", part["framework"]));
            }
        }
        let links = list["links"].as_array().expect("links");
        for link in links {
            for entry in texts(&link["entries"]) {
                let (kind, id) = entry.split_once('/').expect("kind/slug");
                let served = app.data(&path_of(kind, id)).await;
                let mut found: Vec<(&str, &str)> = served["links"].as_array().expect("links").iter()
                    .map(|l| (l["url"].as_str().unwrap_or_default(), l["asPrinted"].as_str().unwrap_or_default())).collect();
                found.push((served["url"].as_str().unwrap_or_default(), ""));
                let (url, printed) = (link["url"].as_str().unwrap(), link["printed"].as_str().unwrap());
                let kept = found.iter().any(|(u, p)| *u == url && (url == printed || *p == printed));
                if !kept {
                    missing.push(format!("{entry} does not lead to {url}, printed {printed}"));
                }
            }
        }
        assert!(missing.is_empty(), "{} things of the founding document are not served:\n{}", missing.len(), missing.join("\n"));
        assert_eq!(links.len(), 22);
        assert_eq!(items.len(), 56);
    }

    async fn the_shown_examples_answer(engine: Engine) {
        let app = App::start(engine).await;
        let mary = app.data("/v1/programmes/mary-seacole").await;
        let six_months = mary["durations"].as_array().unwrap().iter().find(|d| d["value"] == "P6M").expect("P6M");
        assert!(texts(&six_months["sources"]).contains(&"blueprint-2018"), "{six_months}");
        let hlm = app.data("/v1/frameworks/hlm").await;
        let titles: Vec<&str> = hlm["dimensions"].as_array().unwrap().iter().filter_map(|d| d["title"].as_str()).collect();
        assert_eq!(titles, [
            "Inspiring shared purpose", "Leading with care", "Evaluating information", "Connecting our service", "Sharing the vision",
            "Engaging the team", "Holding to account", "Developing capability", "Influencing for results",
        ]);
        assert_eq!(app.data("/v1/frameworks/clcf").await["domains"].as_array().unwrap().len(), 5);
        let academies = app.data("/v1/academies?limit=100").await;
        let of_2018 = academies.as_array().unwrap().iter().filter(|a| a["id"].as_str().unwrap().starts_with("lla-") && a["type"] == "academy");
        assert_eq!(of_2018.count(), 10);
        assert_eq!(academies.as_array().unwrap().len(), 18);
        assert_eq!(app.data("/v1/coaching-links").await.as_array().unwrap().len(), 6);
        let stepping_up = app.data("/v1/programmes/stepping-up").await;
        assert!(texts(&stepping_up["eligibility"]["tags"]).contains(&"positive-action-race"));
    }

    async fn lists_leave_variants_out_and_silence_is_null(engine: Engine) {
        let app = App::start(engine).await;
        let programmes = app.data("/v1/programmes?limit=100").await;
        let programmes = programmes.as_array().unwrap();
        assert!(programmes.iter().all(|p| p["variantOf"].is_null()));
        assert_eq!(app.data("/v1/programmes/stepping-up-band-7").await["variantOf"], "stepping-up");
        let consultants = programmes.iter().find(|p| p["id"] == "kf-leadership-for-consultants").expect("listed");
        for silent in ["durations", "costs", "awards", "delivery"] {
            assert!(consultants.get(silent).is_some_and(Value::is_null), "{silent} is {:?}", consultants.get(silent));
        }
    }
}

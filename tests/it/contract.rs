//! The contract: the routes are those it names, the committed files are those the code makes, and
//! every answer has the shape it promises.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::engine::Engine;
use crate::on_both_engines;
use crate::support::{App, binary, text};

fn document() -> Value {
    let output = binary().arg("openapi").output().expect("it runs");
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// Checks a value against the schema at a pointer of the contract.
fn check(contract: &Value, schema: &Value, value: &Value, name: &str) {
    let mut whole =
        json!({"$schema": "https://json-schema.org/draft/2020-12/schema", "components": contract["components"]});
    whole.as_object_mut().unwrap().extend(schema.as_object().unwrap().clone());
    let validator = jsonschema::validator_for(&whole).expect("a good schema");
    let faults: Vec<String> =
        validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).take(5).collect();
    assert!(faults.is_empty(), "{name}: {faults:#?}");
}

/// The schema of the entries of a list.
fn name_of(list: &str, view: &str) -> String {
    let name = match list {
        "/v1/programmes" => "Programme",
        "/v1/providers" => "Provider",
        "/v1/academies" => "Academy",
        "/v1/coaching-links" => "CoachingLink",
        "/v1/resources" => "Resource",
        _ => "Framework",
    };
    format!("{name}{}", if view == "full" { "" } else { "Summary" })
}

#[test]
fn the_committed_contract_is_the_one_the_code_makes() {
    let made = text(&binary().arg("openapi").output().expect("it runs").stdout);
    assert!(
        made == include_str!("../../openapi/openapi.json"),
        "openapi/openapi.json is out of date: run `cargo run -- openapi > openapi/openapi.json`"
    );
}

#[test]
fn the_committed_terms_are_those_of_the_code() {
    let made = text(&binary().arg("terms").output().expect("it runs").stdout);
    assert!(
        made == include_str!("../../docs/terms.md"),
        "docs/terms.md is out of date: run `cargo run -- terms > docs/terms.md`"
    );
}

#[test]
fn the_routes_are_those_of_the_contract() {
    let contract = document();
    let promised: BTreeSet<&str> = contract["paths"].as_object().unwrap().keys().map(String::as_str).collect();
    let served: BTreeSet<&str> = leadership_directory::http::routes::paths().into_iter().collect();
    assert_eq!(promised, served);
}

#[test]
fn every_operation_is_described_with_its_statuses() {
    let contract = document();
    let mut ids = BTreeSet::new();
    for (path, item) in contract["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let name = format!("{method} {path}");
            for text in ["operationId", "summary", "description"] {
                assert!(operation[text].as_str().is_some_and(|t| !t.is_empty()), "{name} has no {text}");
            }
            assert!(ids.insert(operation["operationId"].as_str().unwrap()), "{name} shares its operationId");
            for (status, response) in operation["responses"].as_object().unwrap() {
                assert!(response["description"].as_str().is_some_and(|t| t.ends_with('.')), "{name} {status}");
                if status.as_str() >= "400" {
                    assert!(response["content"]["application/problem+json"].is_object(), "{name} {status}");
                }
            }
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                assert!(parameter["description"].as_str().is_some_and(|t| !t.is_empty()), "{name} {parameter}");
            }
        }
    }
}

on_both_engines! {
    async fn every_answer_has_the_shape_it_promises(engine: Engine) {
        let app = App::start(engine).await;
        let contract = document();
        for (path, item) in contract["paths"].as_object().unwrap() {
            let operation = &item["get"];
            let schema = |status: &str, media: &str| operation["responses"][status]["content"][media]["schema"].clone();
            if !path.contains('{') {
                let answer = app.get(path).await;
                assert_eq!(answer.status, 200, "{path}");
                if answer.header("content-type") == "application/json" {
                    check(&contract, &schema("200", "application/json"), &answer.json(), path);
                }
                if operation["responses"].get("400").is_some() {
                    let bad = app.get(&format!("{path}?nonsense=1")).await;
                    check(&contract, &schema("400", "application/problem+json"), &bad.json(), path);
                }
                continue;
            }
            if path.contains("{scheme}") {
                for vocabulary in app.data("/v1/vocabularies").await.as_array().unwrap() {
                    let name = vocabulary["scheme"].as_str().unwrap();
                    let terms = app.get(&format!("/v1/vocabularies/{name}")).await.json();
                    let first = terms["data"][0]["code"].as_str().unwrap();
                    let address = path.replace("{scheme}", name).replace("{term}", first);
                    check(&contract, &schema("200", "application/json"), &app.get(&address).await.json(), path);
                }
                continue;
            }
            // Every entry of the directory, in full, and both views of its list.
            let list = path.trim_end_matches("/{id}");
            for view in ["summary", "full"] {
                let page = app.get(&format!("{list}?limit=100&view={view}")).await.json();
                let promised = &contract["paths"][list]["get"]["responses"]["200"]["content"]["application/json"]["schema"];
                check(&contract, promised, &page, list);
                let strict = contract["components"]["schemas"][name_of(list, view)].clone();
                for entry in page["data"].as_array().unwrap() {
                    check(&contract, &strict, entry, list);
                    let one = app.get(&format!("{list}/{}", entry["id"].as_str().unwrap())).await.json();
                    check(&contract, &schema("200", "application/json"), &one, path);
                }
            }
            // What filters, facets, sparse answers and included entries add.
            let rich = format!("{list}?status=running,unknown&facets=status,type&zeros=show&include=related&id=x");
            let promised = &contract["paths"][list]["get"]["responses"]["200"]["content"]["application/json"]["schema"];
            for address in [rich, format!("{list}?status=running&fields=id,status.term&match=possible")] {
                let page = app.get(&address).await;
                assert_eq!(page.status, 200, "{address}: {}", page.text);
                check(&contract, promised, &page.json(), &address);
            }
            let missing = app.get(&format!("{list}/there-is-no-such-entry")).await;
            check(&contract, &schema("404", "application/problem+json"), &missing.json(), path);
        }
    }

    async fn the_examples_of_the_contract_answer(engine: Engine) {
        let app = App::start(engine).await;
        let contract = document();
        for (path, item) in contract["paths"].as_object().unwrap() {
            let mut address = path.clone();
            let mut pairs = Vec::new();
            for parameter in item["get"]["parameters"].as_array().into_iter().flatten() {
                let example = &parameter["example"];
                let example = example.as_str().map_or_else(|| example.to_string(), str::to_owned);
                if example == "null" {
                    continue;
                }
                let name = parameter["name"].as_str().unwrap();
                match parameter["in"].as_str() {
                    Some("path") => address = address.replace(&format!("{{{name}}}"), &example),
                    _ => pairs.push(format!("{name}={example}")),
                }
            }
            let answer = app.get(&format!("{address}?{}", pairs.join("&"))).await;
            assert_eq!(answer.status, 200, "{address}: {}", answer.text);
        }
    }
}

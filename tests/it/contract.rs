//! The contract: the routes are those it names, the committed files are those the code makes, and
//! every answer has the shape it promises.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::engine::{Cluster, Engine, create_database};
use crate::promise::CONTRACT;
use crate::support::{Answer, App, Client, Process, binary, text};
use crate::{on_both_engines, promise};

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
    let contract = &*CONTRACT;
    let promised: BTreeSet<&str> = contract["paths"].as_object().unwrap().keys().map(String::as_str).collect();
    let served: BTreeSet<&str> = leadership_directory::http::routes::paths().into_iter().collect();
    assert_eq!(promised, served);
}

#[test]
fn every_operation_is_described_with_its_statuses() {
    let contract = &*CONTRACT;
    let mut ids = BTreeSet::new();
    for (path, item) in contract["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let name = format!("{method} {path}");
            for text in ["operationId", "summary", "description"] {
                assert!(operation[text].as_str().is_some_and(|t| !t.is_empty()), "{name} has no {text}");
            }
            assert!(ids.insert(operation["operationId"].as_str().unwrap()), "{name} shares its operationId");
            for (status, response) in operation["responses"].as_object().unwrap() {
                let response = response["$ref"].as_str().map_or(response, |r| contract.pointer(&r[1..]).unwrap());
                assert!(response["description"].as_str().is_some_and(|t| t.ends_with('.')), "{name} {status}");
                if status.as_str() >= "400" {
                    let own = ["/ims/", "/oauth/"].iter().any(|own| path.starts_with(own));
                    let form = if own { "application/json" } else { "application/problem+json" };
                    assert!(response["content"][form].is_object(), "{name} {status}");
                }
                for (media, content) in response["content"].as_object().into_iter().flatten() {
                    assert!(
                        !content["examples"]["shipped"]["value"].is_null(),
                        "{name} {status} {media} has no example"
                    );
                }
            }
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                let parameter = parameter["$ref"].as_str().map_or(parameter, |r| contract.pointer(&r[1..]).unwrap());
                assert!(parameter["description"].as_str().is_some_and(|t| !t.is_empty()), "{name} {parameter}");
            }
        }
    }
}

on_both_engines! {
    async fn every_answer_has_the_shape_it_promises(engine: Engine) {
        let app = App::start(engine).await;
        let token = app.token().await;
        // Every answer is held against the contract as it comes in; here are the addresses.
        for (path, item) in CONTRACT["paths"].as_object().unwrap() {
            if item["get"].is_null() {
                continue;
            }
            if !path.contains('{') {
                let address = with_examples(path, &item["get"]);
                assert_eq!(app.get(&address).await.status, 200, "{address}");
                assert_eq!(app.get(&format!("{path}?nonsense=1")).await.status, 400, "{path}");
                continue;
            }
            if path.contains("{scheme}") {
                for vocabulary in app.data("/v1/vocabularies").await.as_array().unwrap() {
                    let name = vocabulary["scheme"].as_str().unwrap();
                    let terms = app.data(&format!("/v1/vocabularies/{name}")).await;
                    let address = path.replace("{scheme}", name).replace("{term}", terms[0]["code"].as_str().unwrap());
                    assert_eq!(app.get(&address).await.status, 200, "{address}");
                }
                continue;
            }
            if path.ends_with("{file}") {
                let names = item["get"]["parameters"][0]["schema"]["enum"].as_array().unwrap();
                assert!(names.len() >= 12, "{names:?}");
                for name in names {
                    let address = path.replace("{file}", name.as_str().unwrap());
                    assert_eq!(app.get(&address).await.status, 200, "{address}");
                    assert_eq!(app.get(&format!("{address}?nonsense=1")).await.status, 400, "{address}");
                }
                assert_eq!(app.get(&path.replace("{file}", "programme.csv")).await.status, 404);
                continue;
            }
            if path.starts_with("/ims/") {
                for (parameter, status) in [("", 200), ("?limit=2", 200), ("?nonsense=1", 400)] {
                    if parameter.starts_with("?limit") && path.ends_with("{sourcedId}") {
                        continue;
                    }
                    let address = format!("{}{parameter}", with_examples(path, &item["get"]));
                    assert_eq!(app.get_with(&address, &token).await.status, status, "{address}");
                }
                continue;
            }
            if path.ends_with("{format}/report") {
                for name in item["get"]["parameters"][0]["schema"]["enum"].as_array().unwrap() {
                    let address = path.replace("{format}", name.as_str().unwrap());
                    assert_eq!(app.get(&address).await.status, 200, "{address}");
                    assert_eq!(app.get(&format!("{address}?nonsense=1")).await.status, 400, "{address}");
                }
                continue;
            }
            // Every entry of the directory, in full, and both views of its list: to the letter.
            let list = path.trim_end_matches("/{id}");
            for view in ["summary", "full"] {
                let strict = CONTRACT["components"]["schemas"][name_of(list, view)].clone();
                for entry in app.data(&format!("{list}?limit=100&view={view}")).await.as_array().unwrap() {
                    promise::valid(&strict, entry, list);
                    let one = app.data(&format!("{list}/{}", entry["id"].as_str().unwrap())).await;
                    promise::valid(&CONTRACT["components"]["schemas"][name_of(list, "full")], &one, path);
                }
            }
            // What filters, facets, sparse answers and included entries add.
            let rich = format!("{list}?status=running,unknown&facets=status,type&zeros=show&include=related&id=x");
            for address in [rich, format!("{list}?status=running&fields=id,status.term&match=possible")] {
                let page = app.get(&address).await;
                assert_eq!(page.status, 200, "{address}: {}", page.text);
            }
            assert_eq!(app.get(&format!("{list}/there-is-no-such-entry")).await.status, 404);
        }
    }

    async fn the_parameters_of_the_contract_are_shown_by_what_answers(engine: Engine) {
        let app = App::start(engine).await;
        let token = app.token().await;
        for (path, item) in CONTRACT["paths"].as_object().unwrap().iter().filter(|(_, item)| item["get"].is_object()) {
            let mut address = path.clone();
            let (mut pairs, mut demanded) = (Vec::new(), Vec::new());
            for parameter in item["get"]["parameters"].as_array().into_iter().flatten() {
                let own = &parameter["example"];
                let example = match if own.is_null() { &parameter["schema"]["examples"][0] } else { own } {
                    Value::Array(several) => several.iter().map(|one| one.as_str().unwrap()).collect::<Vec<_>>().join(","),
                    Value::String(one) => one.clone(),
                    Value::Null => continue,
                    other => other.to_string(),
                };
                let name = parameter["name"].as_str().unwrap();
                match parameter["in"].as_str() {
                    Some("path") => address = address.replace(&format!("{{{name}}}"), &example),
                    _ if parameter["required"] == true => demanded.push(format!("{name}={example}")),
                    _ => pairs.push(format!("{name}={example}")),
                }
            }
            let with_demanded = |more: &[String]| [&demanded, more].concat().join("&");
            // Swagger UI fills them all in: each answers, and together they find something.
            for query in pairs.iter().map(|one| with_demanded(std::slice::from_ref(one))).chain([with_demanded(&pairs)]) {
                let answer = app.get_with(&format!("{address}?{query}"), &token).await;
                assert_eq!(answer.status, 200, "{address}?{query}: {}", answer.text);
                if query.matches('&').count() > 5 && !["/v1/search", "/v1/changes", "/v1/exports", "/ims"].iter().any(|files| path.starts_with(files)) {
                    assert_eq!(answer.json()["meta"]["total"], 1, "{address}?{query}");
                }
            }
        }
    }
}

/// The address that the examples of the parameters make without which there is none.
fn with_examples(path: &str, operation: &Value) -> String {
    let parameters =
        operation["parameters"].as_array().into_iter().flatten().filter(|parameter| parameter["required"] == true);
    parameters.fold(path.to_owned(), |path, parameter| {
        let name = parameter["name"].as_str().unwrap();
        let example =
            if parameter["in"] == "path" { &parameter["example"] } else { &parameter["schema"]["examples"][0] };
        let example = example.as_str().unwrap();
        if parameter["in"] == "path" {
            path.replace(&format!("{{{name}}}"), example)
        } else {
            format!("{path}?{name}={example}")
        }
    })
}

/// What differs between two directories with the same catalogue, put to what the examples show.
fn steady(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(steady),
        Value::Object(members) => {
            for (key, member) in members {
                match key.as_str() {
                    "changeNumber" | "modified" => *member = 240.into(),
                    "sha256" => *member = "5c".repeat(32).into(),
                    "next" if member.is_string() => {
                        let text = member.as_str().unwrap_or_default();
                        let (address, place) = text.split_once("&afterChangeNumber=").unwrap_or((text, ""));
                        if !place.is_empty() {
                            *member = format!("{address}&afterChangeNumber=240&chain=0a1b2c3d4e5f6a7b").into();
                        }
                    }
                    "access_token" => {
                        *member = "1e7d1aa6-100d-4548-9b97-58ac0f29ffea.1795425000.".into();
                    }
                    "createdAt" | "modifiedAt" | "sdDatePublished" | "dateLastModified" | "since" => {
                        *member = "2026-11-23T09:30:00.000Z".into();
                    }
                    "instance" => *member = "urn:uuid:7c9e6679-7425-40de-944b-e07fc1f90ae7".into(),
                    _ => steady(member),
                }
            }
        }
        _ => {}
    }
}

/// The body that an example shows of an answer: of a long text or the contract itself, its beginning.
fn shown(name: &str, answer: &Answer) -> Value {
    match name {
        "get_openapi" | "get_openapi_yaml" => {
            let whole: Value = yaml_serde::from_str(&answer.text).unwrap();
            json!({"openapi": whole["openapi"], "info": whole["info"]})
        }
        _ if answer.header("content-type") == "application/x-ndjson" => {
            let steadied = |line: &str| {
                let mut value = serde_json::from_str(line).unwrap();
                steady(&mut value);
                format!("{value}\n")
            };
            answer.text.lines().map(steadied).collect::<String>().into()
        }
        _ if answer.header("content-type").starts_with("text/csv") => {
            let mut rows = csv::ReaderBuilder::new().has_headers(false).from_reader(answer.text.as_bytes());
            let mut written = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
            for row in rows.records() {
                let is_moment = |cell: &str| cell.len() == 24 && cell.ends_with('Z') && cell.contains('T');
                let row = row.unwrap();
                let cells = row.iter().map(|cell| if is_moment(cell) { "2026-11-23T09:30:00.000Z" } else { cell });
                written.write_record(cells).unwrap();
            }
            String::from_utf8(written.into_inner().unwrap()).unwrap().into()
        }
        _ if answer.header("content-type").contains("json") => {
            let mut body = answer.json();
            steady(&mut body);
            body
        }
        _ => answer.text.clone().into(),
    }
}

/// Holds examples against what answers, or writes them anew where `BLESS` is set.
async fn examples_are_answers(server: &Process, client: &Client, names: impl Fn(&str) -> bool) {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi/examples.json");
    let mut examples: Map<String, Value> = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let mut count = 0;
    for (name, example) in examples.iter_mut().filter(|(name, _)| names(name)) {
        let path = example["request"].as_str().unwrap();
        let (long, sixteen) = ("x".repeat(8_192), "x".repeat(20_000 - 6));
        let mut sent = match &example["send"] {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            body => body.to_string(),
        };
        // Failures have the same names in every form.
        let bare = ["Roster", "Token"].iter().find_map(|form| name.strip_prefix(form)).unwrap_or(name);
        if bare == "BodyTooLarge" {
            sent = " ".repeat(300_000);
        }
        let json = [("content-type", "application/json")];
        let basic = client.basic();
        // Nobody knows this client; and where the database does not answer, nobody can say so.
        let token = match name.as_str() {
            "RosterUnreachable" => {
                let expires = jiff::Timestamp::now().as_second() + 1_800;
                format!("Bearer {}.{expires}.00", client.id.replace('a', "b"))
            }
            _ if path.starts_with("/ims/") && name != "RosterUnauthorised" => client.token(server).await,
            _ => String::new(),
        };
        let (path, mut headers) = match bare {
            "UriTooLong" => (format!("{path}?id={long}"), vec![]),
            "NotAcceptable" => (path.to_owned(), vec![("accept", "text/csv")]),
            "PreconditionFailed" => (path.to_owned(), vec![("if-match", "\"another\"")]),
            "ExpectationFailed" => (path.to_owned(), vec![("expect", "gold")]),
            "HeadersTooLarge" => (path.to_owned(), vec![("x-long", &*sixteen)]),
            "UnsupportedMediaType" => (path.to_owned(), vec![("content-type", "text/plain")]),
            name if name.ends_with(" application/ld+json") => {
                (path.to_owned(), vec![("accept", "application/ld+json")])
            }
            "issue_token" => (path.to_owned(), vec![("authorization", &*basic)]),
            _ if sent.is_empty() || path == "/oauth/token" => (path.to_owned(), vec![]),
            _ => (path.to_owned(), json.to_vec()),
        };
        if path.starts_with("/oauth/token") {
            headers.push(("content-type", "application/x-www-form-urlencoded"));
        }
        if !token.is_empty() {
            headers.push(("authorization", &*token));
        }
        let method = example["method"].as_str().unwrap_or("GET").parse().unwrap();
        let answer = if bare == "BodyTooSlow" {
            server.begin_post(&path, "{").await
        } else {
            server.send(method, &path, &headers, sent).await
        };
        let body = shown(name, &answer);
        count += 1;
        if std::env::var_os("BLESS").is_some() {
            example["body"] = body;
        } else {
            assert_eq!(example["body"], body, "the example of {name} is out of date: run the tests once with BLESS=1");
        }
    }
    assert!(count > 0, "no example was executed");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(file, serde_json::to_string_pretty(&examples).unwrap() + "\n").unwrap();
    }
}

on_both_engines! {
    async fn every_example_is_an_answer(engine: Engine) {
        let app = App::start_with(engine, &["--public-url", "https://directory.example"]).await;
        // The database goes away in `faults`; something fails as it should not in a unit test.
        let elsewhere = ["Internal", "Unreachable", "Gone"];
        let client = app.client();
        examples_are_answers(&app.process, &client, |name| !elsewhere.iter().any(|known| name.ends_with(known))).await;
        let retire = json!({"retire": "programme/ready-now", "reason": "It is not run any more.", "replacedBy": "programme/nye-bevan"});
        assert!(app.import("retire.ndjson", &retire.to_string()).status.success());
        app.process.until("/v1/programmes/ready-now", |answer| answer.status == 410).await;
        examples_are_answers(&app.process, &client, |name| name == "Gone").await;
    }
}

#[tokio::test]
async fn the_example_of_an_unreachable_database_is_an_answer() {
    let cluster = Cluster::start();
    let url = create_database(&cluster.server()).await;
    let server = Process::start(&url, &["--public-url", "https://directory.example"]);
    let client = Client::create(&url);
    cluster.stop();
    server.until("/health/ready", |answer| answer.status == 503).await;
    examples_are_answers(&server, &client, |name| name.ends_with("Unreachable")).await;
    // Whether a place ahead ever was, nobody can say now; what is known is answered from memory.
    let ahead = server.get("/v1/changes?afterChangeNumber=999999").await;
    assert_eq!((ahead.status, &ahead.json()["code"]), (503, &"database-unreachable".into()), "{}", ahead.text);
    assert_eq!(server.get("/v1/changes?afterChangeNumber=100").await.status, 200);
}

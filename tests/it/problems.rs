//! What goes wrong, and what the client is told.

use reqwest::Method;

use crate::engine::Engine;
use crate::on_both_engines;
use crate::support::{Answer, App};

/// Checks that an answer is a well-formed problem, and returns its code.
fn problem(answer: &Answer) -> String {
    assert_eq!(answer.header("content-type"), "application/problem+json", "{answer:?}");
    assert_eq!(answer.header("cache-control"), "no-store");
    let body = answer.json();
    assert_eq!(body["status"], answer.status);
    assert!(body["instance"].as_str().unwrap().ends_with(answer.header("x-request-id")));
    assert!(body["detail"].as_str().is_some_and(|detail| detail.ends_with(['.', '?'])), "{body}");
    let code = body["code"].as_str().unwrap().to_owned();
    assert!(body["type"].as_str().unwrap().ends_with(&format!("/problems/{code}")));
    code
}

on_both_engines! {
    async fn every_fault_of_a_request_is_told(engine: Engine) {
        let app = App::start(engine).await;
        for (path, status, code, hint) in [
            ("/v1/programmes?limt=3", 400, "unknown-parameter", "limit"),
            ("/v1/programmes?limit=0", 400, "invalid-parameter", "1 to 100"),
            ("/v1/programmes?limit=101", 400, "invalid-parameter", "1 to 100"),
            ("/v1/programmes?limit=2&limit=3", 400, "invalid-parameter", "twice"),
            ("/v1/programmes?sort=titel", 400, "invalid-parameter", "title"),
            ("/v1/programmes?view=all", 400, "invalid-parameter", "summary, full"),
            ("/v1/programmes?cursor=x", 400, "invalid-cursor", "Begin again"),
            ("/v1/programmes?cursor=eyJzIjoiaWQifQ", 400, "invalid-cursor", "Begin again"),
            ("/v1/programmes/mary-secole", 404, "not-found", "mary-seacole"),
            ("/v1/programmes/mary-seacole?x=1", 400, "unknown-parameter", "there are fields, include"),
            ("/v1?x=1", 400, "unknown-parameter", "there are none"),
            ("/v1/nothing", 404, "not-found", "/v1"),
            ("/nothing", 404, "not-found", "/v1"),
            ("/v1/programmes/%00", 404, "not-found", "no programme"),
            ("/v1/programmes/%ff%fe", 404, "not-found", ""),
            ("/v1/programmes/..%2f..%2fetc", 404, "not-found", ""),
        ] {
            let answer = app.get(path).await;
            assert_eq!((answer.status, problem(&answer).as_str()), (status, code), "{path}: {}", answer.text);
            assert!(answer.text.contains(hint), "{path}: {}", answer.text);
        }
        assert_eq!(app.get("/v1/programmes?limit=1").await.status, 200);
        assert_eq!(app.get("/v1/programmes?limit=100").await.status, 200);
        let both = app.get("/v1/programmes?limt=3&sort=titel").await.json();
        assert_eq!(both["errors"].as_array().unwrap().len(), 2, "{both}");
        assert_eq!(both["errors"][1]["didYouMean"], "title");
    }

    async fn a_cursor_belongs_to_its_order(engine: Engine) {
        let app = App::start(engine).await;
        let next = app.get("/v1/programmes?limit=2&sort=id").await.json()["links"]["next"].as_str().unwrap().to_owned();
        let cursor = next.split("cursor=").nth(1).unwrap();
        assert_eq!(app.get(&format!("/v1/programmes?sort=id&cursor={cursor}")).await.status, 200);
        assert_eq!(problem(&app.get(&format!("/v1/programmes?sort=title&cursor={cursor}")).await), "invalid-cursor");
    }

    async fn a_wrong_method_says_which_are_right(engine: Engine) {
        let app = App::start(engine).await;
        for path in ["/v1", "/v1/programmes", "/v1/programmes/mary-seacole", "/health/ready"] {
            for method in [Method::POST, Method::DELETE, Method::PUT, Method::PATCH] {
                let answer = app.process.ask(method.clone(), path, &[]).await;
                assert_eq!((answer.status, problem(&answer).as_str()), (405, "method-not-allowed"), "{method} {path}");
                assert!(answer.header("allow").contains("GET") && answer.header("allow").contains("HEAD"), "{}", answer.header("allow"));
            }
        }
    }

    async fn a_request_is_checked_before_its_preconditions(engine: Engine) {
        let app = App::start(engine).await;
        let answer = app.process.ask(Method::GET, "/v1/programmes?sort=x", &[("if-none-match", "*")]).await;
        assert_eq!(answer.status, 400);
    }
}

//! HTTP as its specifications mean it: methods, negotiation, codings, headers, pages.

use std::io::Read as _;

use reqwest::Method;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::engine::Engine;
use crate::on_both_engines;
use crate::support::App;

const READS: [&str; 6] =
    ["/v1", "/v1/programmes", "/v1/programmes/mary-seacole", "/v1/vocabularies/role", "/health/ready", "/openapi.json"];

on_both_engines! {
    async fn options_tell_what_may_be_asked(engine: Engine) {
        let app = App::start(engine).await;
        for path in READS {
            let answer = app.process.ask(Method::OPTIONS, path, &[]).await;
            assert_eq!((answer.status, answer.header("allow"), answer.text.as_str()), (204, "GET, HEAD, OPTIONS", ""), "{path}");
            let preflight = [("origin", "null"), ("access-control-request-method", "GET"), ("access-control-request-headers", "if-none-match")];
            let answer = app.process.ask(Method::OPTIONS, path, &preflight).await;
            assert_eq!(answer.status, 204);
            assert_eq!(answer.header("access-control-allow-origin"), "*");
            assert!(answer.header("access-control-allow-headers").contains("If-None-Match"));
        }
        assert_eq!(app.process.ask(Method::OPTIONS, "/v1/nothing", &[]).await.status, 404);
        assert_eq!(app.process.ask(Method::POST, "/v1", &[]).await.header("allow"), "GET, HEAD, OPTIONS");
    }

    async fn a_path_means_the_same_however_it_is_coded(engine: Engine) {
        let app = App::start(engine).await;
        let plain = app.get("/v1/programmes/mary-seacole").await;
        for (path, status) in [
            ("/v1/programmes/mary%2Dseacole", 200), ("/v1/program%6Des/mary-seacole", 200), ("/v1/vocabularies/role/mid%77ife", 200),
            // What would be a slash is none, and what was coded twice is another name.
            ("/v1%2Fprogrammes", 404), ("/v1/programmes/mary%2Fseacole", 404), ("/v1/programmes/mary%252Dseacole", 404),
            ("/v1/programmes/%ff", 404), ("/v1/programmes/", 404), ("/v1/programmes/mary-seacole/", 404), ("/v1//programmes", 404),
        ] {
            let answer = app.process.ask(Method::GET, path, &[]).await;
            assert_eq!(answer.status, status, "{path}: {}", answer.text);
            assert!(status != 200 || path.contains("/role/") || answer.text == plain.text, "{path}");
            assert!(status == 200 || answer.header("content-type") == "application/problem+json", "{path}");
        }
    }

    async fn any_page_may_read_and_none_may_frame(engine: Engine) {
        let app = App::start(engine).await;
        let tag = app.get("/v1").await.header("etag").to_owned();
        for (path, headers, status) in [
            ("/v1", vec![], 200),
            ("/v1", vec![("if-none-match", tag.as_str())], 304),
            ("/v1/nothing", vec![], 404),
            ("/v1", vec![("accept", "text/csv")], 406),
        ] {
            let mut asked = vec![("origin", "null")];
            asked.extend(headers);
            let answer = app.process.ask(Method::GET, path, &asked).await;
            assert_eq!(answer.status, status);
            assert_eq!(answer.header("access-control-allow-origin"), "*", "{path} {status}");
            assert!(answer.header("access-control-expose-headers").contains("ETag"));
            // What the answer that a client keeps has said is not said again with a 304.
            let said_now = |value| if status == 304 { "" } else { value };
            assert_eq!(answer.header("x-content-type-options"), said_now("nosniff"));
            assert_eq!(answer.header("referrer-policy"), said_now("no-referrer"));
            assert_eq!(answer.header("content-security-policy"), said_now("default-src 'none'; frame-ancestors 'none'"));
            assert!(!answer.header("cache-control").is_empty());
            assert!(answer.headers.get("set-cookie").is_none());
        }
    }

    async fn what_is_accepted_is_what_is_sent(engine: Engine) {
        let app = App::start(engine).await;
        for (accept, status) in [
            ("application/json", 200), ("*/*", 200), ("application/*;q=0.5, text/html", 200), ("text/html", 406),
            ("application/xml", 406), ("application/json;q=0", 406), ("nonsense/;;", 406), ("application/json;q=nonsense", 200),
        ] {
            let answer = app.process.ask(Method::GET, "/v1/programmes", &[("accept", accept)]).await;
            assert_eq!(answer.status, status, "{accept}: {}", answer.text);
            if status == 406 {
                assert_eq!(answer.header("content-type"), "application/problem+json");
                assert!(answer.json()["detail"].as_str().unwrap().contains("application/json"));
            }
        }
    }

    async fn a_client_that_knows_no_chunks_reads_a_file_to_the_end_of_the_connection(engine: Engine) {
        let app = App::start(engine).await;
        let path = "/v1/exports/programmes.csv";
        let expected = app.get(path).await.text;
        let mut stream = tokio::net::TcpStream::connect(app.process.url.strip_prefix("http://").unwrap()).await.unwrap();
        stream.write_all(format!("GET {path} HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.0 200"), "{head}");
        assert!(["transfer-encoding", "keep-alive"].iter().all(|none| !head.to_lowercase().contains(none)), "{head}");
        assert!(body == expected, "{head}");
    }

    async fn each_coding_is_a_representation_of_its_own(engine: Engine) {
        let app = App::start(engine).await;
        let path = "/v1/programmes?limit=100";
        let plain = app.get(path).await;
        let plain_tag = plain.header("etag").to_owned();
        let mut tags = vec![plain_tag.clone()];
        for (accepted, coding) in [("gzip", "gzip"), ("br", "br"), ("gzip;q=0.5, br;q=0.1", "gzip")] {
            let response = reqwest::Client::builder().no_proxy().build().unwrap()
                .get(format!("{}{path}", app.process.url)).header("accept-encoding", accepted).send().await.unwrap();
            let header = |name: &str| response.headers().get(name).unwrap().to_str().unwrap().to_owned();
            assert_eq!(header("content-encoding"), coding);
            assert_eq!(header("vary"), "Accept, Accept-Encoding");
            let tag = header("etag");
            let bytes = response.bytes().await.unwrap();
            assert!(bytes.len() < plain.text.len() / 4, "{coding}: {} of {}", bytes.len(), plain.text.len());
            let mut text = String::new();
            if coding == "gzip" {
                flate2::read::GzDecoder::new(&bytes[..]).read_to_string(&mut text).unwrap();
            } else {
                brotli::Decompressor::new(&bytes[..], 4096).read_to_string(&mut text).unwrap();
            }
            assert_eq!(text, plain.text);
            let again = app.process.ask(Method::GET, path, &[("accept-encoding", accepted), ("if-none-match", &tag)]).await;
            assert_eq!((again.status, again.header("etag")), (304, tag.as_str()));
            let other = app.process.ask(Method::GET, path, &[("if-none-match", &tag)]).await;
            assert_eq!((other.status, other.header("etag")), (200, plain_tag.as_str()), "another representation is not known");
            tags.push(tag);
        }
        tags.sort_unstable();
        tags.dedup();
        assert_eq!(tags.len(), 3, "one tag a representation");
        assert_eq!(plain.header("vary"), "Accept, Accept-Encoding");
        let none = app.process.ask(Method::GET, path, &[("accept-encoding", "identity;q=0, *;q=0")]).await;
        assert_eq!(none.status, 406);
        let refused = app.process.ask(Method::GET, path, &[("accept-encoding", "gzip;q=0")]).await;
        assert_eq!(refused.header("content-encoding"), "");
    }

    async fn preconditions_are_about_the_representation_that_is_chosen(engine: Engine) {
        let app = App::start(engine).await;
        let path = "/v1/programmes/edward-jenner";
        let tag = app.get(path).await.header("etag").to_owned();
        for (headers, status) in [
            (vec![("if-match", tag.as_str())], 200),
            (vec![("if-match", "*")], 200),
            (vec![("if-match", "\"another\"")], 412),
            (vec![("if-match", "nonsense")], 412),
            // If-Match comes first (RFC 9110 §13.2.2), and a bad request before both.
            (vec![("if-match", "\"another\""), ("if-none-match", tag.as_str())], 412),
            (vec![("if-match", tag.as_str()), ("if-none-match", tag.as_str())], 304),
        ] {
            assert_eq!(app.process.ask(Method::GET, path, &headers).await.status, status, "{headers:?}");
        }
        let refused = app.process.ask(Method::GET, path, &[("if-match", "\"another\"")]).await;
        assert_eq!(refused.header("etag"), tag, "the answer names the tag it tells of");
        let weak = format!("W/{tag}");
        assert_eq!(app.process.ask(Method::GET, path, &[("if-match", &weak)]).await.status, 412, "compared strongly");
        let bad = app.process.ask(Method::GET, &format!("{path}?x=1"), &[("if-match", "\"another\"")]).await;
        assert_eq!(bad.status, 400);
    }

    async fn headers_have_a_longest_length_and_expect_little(engine: Engine) {
        let app = App::start(engine).await;
        let base: usize = "host".len() + app.process.url.len() - "http://".len() + "accept".len() + "*/*".len();
        for (length, status) in [(16 * 1024, 200), (16 * 1024 + 1, 431)] {
            let value = "x".repeat(length - base - "x-long".len());
            let answer = app.process.ask(Method::GET, "/v1", &[("x-long", &value)]).await;
            assert_eq!(answer.status, status, "{length}");
        }
        assert_eq!(app.process.ask(Method::GET, "/v1", &[("expect", "gold")]).await.status, 417);
        assert_eq!(app.process.ask(Method::OPTIONS, "/v1/programmes", &[("accept", "text/csv")]).await.status, 204);
        for (path, accept, status) in [
            ("/openapi.yaml", "text/html", 406), ("/openapi.yaml", "application/yaml", 200), ("/openapi.json", "text/csv", 406),
            ("/.well-known/api-catalog", "application/json", 200), ("/.well-known/security.txt", "application/json", 406), ("/", "application/json", 200),
        ] {
            let answer = app.process.ask(Method::GET, path, &[("accept", accept)]).await;
            assert_eq!(answer.status, status, "{path} as {accept}");
            assert!(answer.header("vary").contains("Accept"), "{path}");
        }
        for path in ["/health/live", "/v1/programmes?eligibility=positive-action-race", "/v1"] {
            let answer = app.process.ask(Method::GET, path, &[("accept-encoding", "identity;q=0, *;q=0")]).await;
            assert_eq!((answer.status, answer.header("vary")), (406, "Accept, Accept-Encoding"), "{path}");
        }
    }

    async fn an_address_has_a_longest_length(engine: Engine) {
        let app = App::start(engine).await;
        let path = |length: usize| format!("/v1/programmes/{}", "x".repeat(length - "/v1/programmes/".len()));
        assert_eq!(app.get(&path(8_192)).await.status, 404);
        let answer = app.get(&path(8_193)).await;
        assert_eq!((answer.status, answer.json()["code"].clone()), (414, "uri-too-long".into()));
        let values = |count: usize| format!("/v1/programmes?id={}", (0..count).map(|n| n.to_string()).collect::<Vec<_>>().join(","));
        assert_eq!(app.get(&values(20)).await.status, 200);
        assert_eq!(app.get(&values(21)).await.status, 400);
    }

    async fn what_machines_look_for_is_where_they_look(engine: Engine) {
        let app = App::start(engine).await;
        let catalog = app.get("/.well-known/api-catalog").await;
        assert!(catalog.header("content-type").starts_with("application/linkset+json"));
        assert!(catalog.header("link").contains("rel=\"api-catalog\""));
        let linkset = catalog.json()["linkset"][0].clone();
        for relation in ["service-desc", "service-doc", "service-meta", "status"] {
            for link in linkset[relation].as_array().unwrap() {
                let path = link["href"].as_str().unwrap().strip_prefix(&app.process.url).unwrap();
                assert_eq!(app.get(path).await.status, 200, "{path}");
            }
        }
        let contact = app.get("/.well-known/security.txt").await;
        assert_eq!(contact.header("content-type"), "text/plain; charset=utf-8");
        for line in ["Contact: ", "Expires: ", "Canonical: "] {
            assert_eq!(contact.text.matches(line).count(), 1, "{line}");
        }
        let yaml = app.get("/openapi.yaml").await;
        let from_yaml: serde_json::Value = yaml_serde::from_str(&yaml.text).unwrap();
        assert_eq!(from_yaml, app.get("/openapi.json").await.json());
    }

    async fn pages_load_nothing_from_elsewhere_and_every_problem_has_one(engine: Engine) {
        let app = App::start(engine).await;
        for path in ["/", "/can-i-take-it", "/programmes/mary-seacole", "/developers", "/reference", "/problems", "/docs/"] {
            let page = app.get(path).await;
            assert_eq!(page.status, 200, "{path}");
            assert!(page.header("content-type").starts_with("text/html"), "{path}");
            assert!(page.header("content-security-policy").starts_with("default-src 'none'"));
            for part in page.text.split(['"', '\'']).filter(|part| part.starts_with("http")) {
                let known = part.starts_with(&app.process.url) || part.starts_with("https://creativecommons.org/");
                assert!(known || !page.text.contains(&format!("src=\"{part}")), "{path} loads {part}");
            }
        }
        let start = app.get("/developers").await.text;
        assert!(start.contains("P6M") && start.contains("role=midwife"), "live examples");
        let style = start.split("href=\"").find_map(|rest| rest.split('"').next().filter(|p| p.starts_with("/assets/"))).unwrap();
        let answer = app.get(style).await;
        assert_eq!((answer.status, answer.header("cache-control")), (200, "public, max-age=31536000, immutable"));
        for path in start.split("href=\"/").skip(1).filter_map(|rest| rest.split('"').next()) {
            let status = app.get(&format!("/{}", path.replace("&amp;", "&"))).await.status;
            assert!(status == 200 || status == 308, "/{path} answers {status}");
        }
        for code in leadership_directory::http::problem::CODES {
            let page = app.get(&format!("/problems/{}", code.code)).await;
            assert_eq!(page.status, 200);
            assert!(page.text.contains(code.title));
        }
        assert_eq!(app.get("/docs").await.status, 308);
        assert_eq!(app.get("/docs/swagger-ui.css").await.status, 200);
        assert_eq!(app.get("/docs/nothing.js").await.status, 404);
        assert_eq!(app.get("/docs/../../etc/passwd").await.status, 404);
        let reference = app.get("/reference").await.text;
        assert!(reference.contains("List programmes") && reference.contains("schema-Programme"));
    }
}

#[test]
fn the_security_contact_does_not_run_out_within_sixty_days() {
    let expires: jiff::Timestamp = leadership_directory::http::site::SECURITY_EXPIRES.parse().unwrap();
    let left = expires.duration_since(jiff::Timestamp::now());
    assert!(left.as_hours() > 24 * 60, "raise SECURITY_EXPIRES in src/http/site.rs");
    assert!(left.as_hours() < 24 * 365, "it may lie at most a year ahead (RFC 9116 §2.5.5)");
}
